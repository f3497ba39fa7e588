"""The planted bugs: each is found by the harness, and called by its name.

Leaves out the bug that only a power cut shows. Always: the same is done to a server with
the bug and to one without, and only the first has a fault.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.faults.drill import Drill, drilled
from tests.faults.history import Fault, Wrong
from tests.faults.promises.p12 import SMALL, slow_reader
from tests.faults.proxy import Point
from tests.faults.strangers import foreign_page, signed_out

Trying = Callable[[Drill], Awaitable[list[Fault]]]


async def killed(drill: Drill) -> list[Fault]:
    """The server dies while people write, at three moments."""
    for _ in range(2):
        drill.beside(drill.write_on(4))
    for _ in range(3):
        await drill.more_answers(20)
        await drill.kill()
        await drill.start()
    return await drill.faults(screens=False)


async def cut_after_the_commit(drill: Drill) -> list[Fault]:
    """The answer never comes, and what was asked for is asked for again."""
    table = await drill.table(3)
    await table.present()
    for person in table.people:
        person.arming = lambda ref: drill.proxy.cut_at(Point.AFTER_COMMIT, ref)
        await table.build(person)
        person.arming = None
    assert drill.proxy.cuts[Point.AFTER_COMMIT] == 3
    return await drill.faults()


async def much_at_once(drill: Drill) -> list[Fault]:
    """Everybody writes as fast as they can, and watches."""
    table = await drill.table(6)
    await table.present()
    enough = drill.answered + 60
    await table.keep_building(lambda: drill.answered >= enough)
    return await drill.faults(screens=False)


async def waiting(drill: Drill) -> list[Fault]:
    """Somebody waits to see what others do."""
    table = await drill.table(1)
    table.people[0].patience = 1
    await table.present()
    return await drill.faults(screens=False)


async def not_reading(drill: Drill) -> list[Fault]:
    """Somebody reads nothing for a while."""
    table = await drill.table(6)
    await table.present()
    return await slow_reader(drill, table)


async def from_elsewhere(drill: Drill) -> list[Fault]:
    """A page of another site comes."""
    return await foreign_page(drill, await drill.table(1))


async def no_longer_entitled(drill: Drill) -> list[Fault]:
    """Somebody signs out whose socket is open."""
    table = await drill.table(2)
    await table.present()
    return await signed_out(drill, table)


@pytest.mark.parametrize(
    ("bug", "trying", "wrong"),
    [
        ("ack_before_commit", killed, Wrong.LOST),
        ("no_ref", cut_after_the_commit, Wrong.DUPLICATED),
        ("publish_out_of_order", much_at_once, Wrong.REORDER),
        ("told_once", waiting, Wrong.GAP),
        ("unbounded_outbox", not_reading, Wrong.HOARDED),
        ("origin_not_checked", from_elsewhere, Wrong.LEAKED),
        ("role_remembered", no_longer_entitled, Wrong.LEAKED),
    ],
)
async def test_a_planted_bug_is_found_and_nothing_is_where_there_is_none(
    tmp_path: Path, bug: str, trying: Trying, wrong: Wrong
) -> None:
    async def tried(planted: str) -> list[Fault]:
        async with drilled(
            tmp_path / planted, 1, planted=planted, watching=True, buffer=SMALL
        ) as drill:
            return await trying(drill)

    faults, none = await asyncio.gather(tried(bug), tried("sound"))
    assert wrong in {fault.wrong for fault in faults}, faults
    assert none == []
