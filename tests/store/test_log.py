"""The log: order, numbers, conflicts."""

import asyncio
from collections.abc import Callable
from dataclasses import asdict

import pytest
from sqlalchemy import event
from sqlalchemy.exc import StatementError

from app.store import CommandKey, Conflict, Store
from tests.store.making import NOON, an_entry, bodies, opened


async def test_what_was_appended_is_read_back_whole(store: Store) -> None:
    written = [an_entry("one", subject="p1"), an_entry("two")]
    await store.log.append("ABCD", 1, written, command=CommandKey("ref-0001", "f00d", "i3"))

    rows = await store.log.read("ABCD", after=1)

    assert [asdict(row) for row in rows] == [
        asdict(written[0])
        | {"workshop": "ABCD", "seq": 2, "ref": None, "digest": None, "made": None},
        asdict(written[1])
        | {"workshop": "ABCD", "seq": 3, "ref": "ref-0001", "digest": "f00d", "made": "i3"},
    ]


async def test_reading_keeps_to_the_numbers_asked_for(store: Store) -> None:
    await store.log.append("ABCD", 1, [an_entry(str(seq)) for seq in range(2, 7)], command=None)

    assert [row.seq for row in await store.log.read("ABCD", after=2)] == [3, 4, 5, 6]
    assert [row.seq for row in await store.log.read("ABCD", after=2, upto=4)] == [3, 4]
    assert await store.log.read("ABCD", after=6) == []
    assert await store.log.read("NONE") == []


async def test_any_text_comes_back_as_it_went_in(store: Store) -> None:
    text = "“Ça va?” 家族 👩‍👩‍👧 \U0010ffff ‮ tab\t newline\n quote\" \\ ' %s ?"
    await store.log.append("ABCD", 1, [an_entry(text)], command=None)

    assert (await bodies(store, "ABCD"))[1] == text


async def test_five_hundred_appends_at_once_to_ten_workshops_stand_in_the_order_of_the_calls(
    url: str,
) -> None:
    codes = [f"W{number}" for number in range(10)]
    async with opened(url, *codes) as store:
        waiting = [
            store.log.append(code, last, [an_entry(f"{last + 1}")], command=None)
            for last in range(1, 51)
            for code in codes
        ]
        await asyncio.gather(*waiting)

        for code in codes:
            assert await bodies(store, code) == ["opened", *map(str, range(2, 52))]


async def test_racing_callers_that_read_again_after_a_conflict_all_get_written(
    store: Store,
) -> None:
    async def insist(body: str) -> None:
        while True:
            last = len(await store.log.read("ABCD"))
            try:
                return await store.log.append("ABCD", last, [an_entry(body)], command=None)
            except Conflict:
                continue

    await asyncio.gather(*(insist(str(number)) for number in range(20)))

    assert sorted(await bodies(store, "ABCD")) == sorted(["opened", *map(str, range(20))])


async def test_what_is_called_together_is_committed_together(store: Store) -> None:
    commits: list[object] = []
    event.listen(store._writer._engine.sync_engine, "commit", commits.append)
    await asyncio.gather(
        *(store.log.append("ABCD", last, [an_entry()], command=None) for last in range(1, 101))
    )

    assert len(commits) == 1


async def test_what_arrives_during_a_commit_goes_into_the_next(store: Store) -> None:
    commits: list[object] = []
    event.listen(store._writer._engine.sync_engine, "commit", commits.append)
    first = store.log.append("ABCD", 1, [an_entry()], command=None)
    while not commits:
        await asyncio.sleep(0)
    rest = [store.log.append("ABCD", last, [an_entry()], command=None) for last in range(2, 12)]
    assert not first.done()
    await asyncio.gather(first, *rest)

    assert len(commits) == 2


async def test_a_wrong_number_is_a_conflict_and_writes_nothing(store: Store) -> None:
    for after in (0, 2, 7):
        with pytest.raises(Conflict, match="written first"):
            await store.log.append("ABCD", after, [an_entry("no")], command=None)

    assert await bodies(store, "ABCD") == ["opened"]


async def test_appending_to_a_workshop_that_is_not_there_is_a_conflict(store: Store) -> None:
    with pytest.raises(Conflict, match="no such workshop"):
        await store.log.append("NONE", 0, [an_entry()], command=None)


async def test_the_conflict_of_one_does_not_touch_the_others(url: str) -> None:
    async with opened(url, "AAAA", "BBBB") as store:
        results = await asyncio.gather(
            store.log.append("AAAA", 1, [an_entry("a2")], command=None),
            store.log.append("BBBB", 9, [an_entry("no")], command=None),
            store.log.append("AAAA", 2, [an_entry("a3")], command=None),
            return_exceptions=True,
        )

        assert [type(result) for result in results] == [type(None), Conflict, type(None)]
        assert await bodies(store, "AAAA") == ["opened", "a2", "a3"]
        assert await bodies(store, "BBBB") == ["opened"]


async def test_text_no_database_takes_fails_alone(store: Store) -> None:
    results = await asyncio.gather(
        store.log.append("ABCD", 1, [an_entry("two")], command=None),
        store.log.append("ABCD", 2, [an_entry("half a pair: \ud800")], command=None),
        store.log.append("ABCD", 3, [an_entry("built on it")], command=None),
        store.log.append("ABCD", 2, [an_entry("three")], command=None),
        return_exceptions=True,
    )

    assert results[0] is None
    assert isinstance(results[1], Exception)
    assert not isinstance(results[1], Conflict)
    assert isinstance(results[2], Conflict)
    assert results[3] is None
    assert await bodies(store, "ABCD") == ["opened", "two", "three"]


async def test_there_must_be_something_to_append(store: Store) -> None:
    with pytest.raises(ValueError, match="nothing to append"):
        store.log.append("ABCD", 1, [], command=None)


async def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    entry = an_entry("private words", at=NOON.replace(tzinfo=None))
    with pytest.raises(StatementError, match="time zone") as refused:
        await store.log.append("ABCD", 1, [entry], command=None)

    assert "private words" not in str(refused.value)
    assert await bodies(store, "ABCD") == ["opened"]


async def test_two_servers_on_one_postgres_never_write_the_same_number(
    postgres: Callable[[], str],
) -> None:
    url = postgres()
    async with opened(url, "ABCD") as one, opened(url) as other:

        async def insist(store: Store, name: str) -> int:
            conflicts = 0
            for number in range(30):
                while True:
                    last = len(await store.log.read("ABCD"))
                    try:
                        entry = an_entry(f"{name}{number}")
                        await store.log.append("ABCD", last, [entry], command=None)
                        break
                    except Conflict:
                        conflicts += 1
            return conflicts

        conflicts = await asyncio.gather(insist(one, "one "), insist(other, "other "))
        written = await bodies(one, "ABCD")

    assert sum(conflicts) > 0
    assert [body for body in written if body.startswith("one ")] == [
        f"one {number}" for number in range(30)
    ]
    assert len(written) == 61
