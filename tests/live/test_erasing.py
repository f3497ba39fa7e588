"""Erasing a person or a workshop, beside live workshops and after an older backup."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest

from app.game.messages import ERASED, Rejected
from app.game.opening import OpenWorkshop
from app.live import LiveWorkshop, Member, Workshops
from app.live.erasing import Erasing, blanked, erase, is_there
from app.live.rows import fold
from app.live.workshop import now
from app.store import Entry, Erasures, Store, Unavailable, Unreadable, WorkshopRecord
from tests.live.making import do, idea, join, played

FIRST = "The marked words of the first"


@pytest.fixture
def ledger(tmp_path: Path) -> Erasures:
    return Erasures(tmp_path)


@pytest.fixture
def forgotten() -> list[tuple[str, str | None]]:
    return []


@pytest.fixture
def erasing(
    workshops: Workshops, ledger: Erasures, forgotten: list[tuple[str, str | None]]
) -> Erasing:
    return Erasing(workshops, ledger, lambda code, person: forgotten.append((code, person)))


async def test_a_person_s_words_are_gone_from_the_log_the_state_and_the_screens(
    live: LiveWorkshop,
    store: Store,
    erasing: Erasing,
    ledger: Erasures,
    forgotten: list[tuple[str, str | None]],
) -> None:
    one, other, _ = await played(live)
    await do(live, one, "idea-0001", **idea(live, one, FIRST))
    await do(live, other, "idea-0002", **idea(live, other, "Others' words"))
    fields = dict.fromkeys(("card", "barrier", "how", "example", "caution"))
    await live.presence.save_draft(one.id, words=FIRST, **fields)
    member = live.watch(other)
    before = live.state

    asked = ledger.ask(live.code, one.id, now())
    await erasing.look()
    await member.something()

    assert forgotten == [(live.code, one.id)]
    assert ledger.carried_out() == {asked.id}
    assert live.state == fold(await store.log.read(live.code))
    assert live.state.seq == before.seq
    assert live.state.people[one.id].name == ERASED
    assert FIRST not in repr(live.state)
    assert "Others' words" in repr(live.state)
    assert FIRST not in repr(live.presence.company)
    assert FIRST not in repr([seen.view for seen in live.screen(other)])


async def test_what_is_decided_while_somebody_is_erased_stands_and_brings_no_words_back(
    live: LiveWorkshop, store: Store, erasing: Erasing, ledger: Erasures
) -> None:
    one, other, third = await played(live)
    await do(live, one, "idea-0001", **idea(live, one, FIRST))
    ledger.ask(live.code, one.id, now())

    async def go_on(number: int) -> None:
        actor = (other, third)[number % 2]
        await asyncio.sleep(number * 0.0005)
        await do(live, actor, f"swap-{number:05}", **idea(live, actor, f"Words {number}"))

    results = await asyncio.gather(
        erasing.look(), *(go_on(number) for number in range(40)), return_exceptions=True
    )

    assert {type(result) for result in results} <= {type(None), Rejected}
    rows = await store.log.read(live.code)
    await live.catch_up()
    assert live.state == fold(rows)
    assert FIRST not in repr(live.state)
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    await join(live, "Somebody later")
    assert live.state == fold(await store.log.read(live.code))


async def test_who_is_being_erased_can_write_nothing_more(
    live: LiveWorkshop, store: Store, erasing: Erasing, ledger: Erasures
) -> None:
    one, *_ = await played(live)
    typed = dict.fromkeys(("card", "barrier", "how", "example", "caution"))
    ledger.ask(live.code, one.id, now())

    async def keep_writing() -> int:
        written = 0
        while True:
            try:
                await live.presence.save_draft(one.id, words=f"{FIRST} {written}", **typed)
                await do(live, one, f"idea-{written:05}", **idea(live, one, FIRST))
            except Rejected as refused:
                if "erased" in refused.message:
                    return written
                await asyncio.sleep(0)  # a card is played once
            written += 1

    _, written = await asyncio.gather(erasing.look(), keep_writing())

    assert written > 0
    assert await store.records.draft(live.code, one.id) is None
    assert FIRST not in repr([row.body for row in await store.log.read(live.code)])
    assert FIRST not in repr(live.state)
    assert FIRST not in repr(live.presence.company)


async def test_nothing_is_decided_in_a_workshop_that_was_erased(
    live: LiveWorkshop, workshops: Workshops, erasing: Erasing, ledger: Erasures
) -> None:
    await played(live)
    ledger.ask(live.code, None, now())
    await erasing.look()

    assert await workshops.get(live.code) is None
    with pytest.raises(Rejected, match="erased"):
        await join(live, "Late")


async def test_what_another_process_erased_is_forgotten_here_too(
    live: LiveWorkshop,
    store: Store,
    workshops: Workshops,
    erasing: Erasing,
    ledger: Erasures,
    forgotten: list[tuple[str, str | None]],
) -> None:
    one, other, _ = await played(live)
    member = live.watch(other)
    await member_is_up_to_date(member)
    for person in (one.id, None):
        asked = ledger.ask(live.code, person, now())
        await erase(store, asked)
        ledger.done([asked])
        await erasing.look()
        await member.something()
        if person is not None:
            assert live.state.people[one.id].name == ERASED
            await member_is_up_to_date(member)

    assert member.over
    assert forgotten == [(live.code, one.id), (live.code, None)]
    assert await workshops.get(live.code) is None


async def member_is_up_to_date(member: Member) -> None:
    await asyncio.sleep(0.01)
    member.take()


async def test_what_failed_is_tried_again_at_the_next_look(
    live: LiveWorkshop,
    store: Store,
    erasing: Erasing,
    ledger: Erasures,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, *_ = await played(live)
    asked = ledger.ask(live.code, one.id, now())

    async def failing(code: str, edits: object) -> None:
        raise Unavailable("Somebody is reading.")

    with monkeypatch.context() as patch:
        patch.setattr(store.log, "rewrite", failing)
        await erasing.look()
    assert ledger.carried_out() == set()

    await erasing.look()
    assert ledger.carried_out() == {asked.id}
    assert live.state.people[one.id].name == ERASED


async def test_what_came_back_with_a_backup_is_erased_before_anything_is_served(
    live: LiveWorkshop, store: Store, workshops: Workshops, erasing: Erasing, ledger: Erasures
) -> None:
    one, *_ = await played(live)
    rows = {row.seq: row.body for row in await store.log.read(live.code) if row.subject == one.id}
    ledger.ask(live.code, one.id, now())
    await erasing.look()
    await store.log.rewrite(live.code, rows)  # as it was

    restarted = Erasing(workshops, ledger, lambda code, person: None)
    await restarted.look()

    assert fold(await store.log.read(live.code)).people[one.id].name == ERASED


async def test_who_came_after_an_erasure_is_left_alone_though_the_number_is_the_same(
    live: LiveWorkshop, store: Store, workshops: Workshops, ledger: Erasures
) -> None:
    for code, person in ((live.code, "p1"), (live.code, None)):
        erasure = ledger.ask(code, person, now() - timedelta(days=1))
        ledger.done([erasure])  # in a workshop, or with a person, that the backup does not have
    await join(live, "Somebody new")

    await Erasing(workshops, ledger, lambda code, person: None).look()

    assert live.state.people["p1"].name == "Somebody new"
    assert fold(await store.log.read(live.code)) == live.state
    assert await workshops.get(live.code) is live


async def test_other_workshops_are_not_touched(
    live: LiveWorkshop, store: Store, workshops: Workshops, ledger: Erasures
) -> None:
    wish = OpenWorkshop(title="Another", problems=["information-sharing"])
    another = await workshops.open(wish, owner="owner")
    await join(live, "Ann")
    await join(another, "Bea")

    await erase(store, ledger.ask(live.code, "p1", now()))
    await erase(store, ledger.ask("NOSUCHWS", "p1", now()))
    await erase(store, ledger.ask(another.code, "p9", now()))

    assert fold(await store.log.read(another.code)).people["p1"].name == "Bea"
    assert fold(await store.log.read(live.code)).people["p1"].name == ERASED
    assert await is_there(store, another.code, "p1")
    assert not await is_there(store, another.code, "p2")
    assert not await is_there(store, "NOSUCHWS", None)


def test_blanking_keeps_everything_but_the_words() -> None:
    body = {"person": "p1", "name": "Ann", "organisation": "NHS", "role": "participant"}
    assert json.loads(blanked("PersonJoined", json.dumps(body))) == {**body, "name": ERASED}


# What cannot be read


BAD = "BADBAD22"


async def unreadable(store: Store, subject: str | None = None) -> None:
    """A workshop of which this program cannot read the log."""
    record = WorkshopRecord(code=BAD, title="Bad", owner="owner", opened_at=now(), epoch="e")
    await store.open_workshop(record, Entry("NoSuchEvent", "owner", now(), subject, "{}"))


async def test_a_workshop_that_cannot_be_read_is_erased_like_any_other(
    store: Store, workshops: Workshops, erasing: Erasing, ledger: Erasures
) -> None:
    await unreadable(store)
    asked = ledger.ask(BAD, None, now())
    await erasing.look()
    assert ledger.carried_out() == {asked.id}
    assert await store.records.workshop(BAD) is None
    assert await workshops.get(BAD) is None


async def test_an_erasure_that_cannot_be_carried_out_holds_up_no_other_and_says_so(
    live: LiveWorkshop, store: Store, workshops: Workshops, erasing: Erasing, ledger: Erasures
) -> None:
    one, *_ = await played(live)
    await unreadable(store, "p1")
    bad, good = ledger.ask(BAD, "p1", now()), ledger.ask(live.code, one.id, now())
    await erasing.look()
    assert ledger.carried_out() == {good.id}
    assert ledger.given_up() == {bad.id}
    assert live.state.people[one.id].name == ERASED
    with pytest.raises(Unreadable, match="Erase the whole workshop"):
        await erase(store, bad)

    size = ledger.size()
    await Erasing(workshops, ledger, lambda code, person: None).look()  # at the next start
    assert ledger.size() == size


async def test_a_fault_in_one_erasure_holds_up_no_other(
    live: LiveWorkshop,
    store: Store,
    erasing: Erasing,
    ledger: Erasures,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, other, _ = await played(live)
    ledger.ask(live.code, one.id, now())
    good = ledger.ask(live.code, other.id, now())
    forget_person = store.records.forget_person

    async def failing(code: str, person: str) -> None:
        if person == one.id:
            raise ZeroDivisionError
        await forget_person(code, person)

    monkeypatch.setattr(store.records, "forget_person", failing)
    await erasing.look()
    assert ledger.carried_out() == {good.id}


async def test_somebody_s_words_are_taken_out_as_far_as_they_can_be_read(
    live: LiveWorkshop, store: Store, ledger: Erasures
) -> None:
    one, *_ = await played(live)
    later = Entry("OfALaterVersion", one.id, now(), one.id, "{}")
    await store.log.append(live.code, live.state.seq, [later], command=None)
    with pytest.raises(Unreadable):
        await erase(store, ledger.ask(live.code, one.id, now()))
    left = repr([row.body for row in await store.log.read(live.code)])
    assert ERASED in left
    assert "Person 0" not in left
    assert "Person 1" in left


async def test_a_workshop_being_read_while_it_is_erased_does_not_come_back(
    live: LiveWorkshop,
    workshops: Workshops,
    erasing: Erasing,
    ledger: Erasures,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    workshops.drop(live.code)
    reading, erased = asyncio.Event(), asyncio.Event()

    async def slow(*_: object) -> LiveWorkshop:
        reading.set()
        await erased.wait()
        return live

    monkeypatch.setattr(LiveWorkshop, "load", slow)
    asking = asyncio.create_task(workshops.get(live.code))
    await reading.wait()
    ledger.ask(live.code, None, now())
    await erasing.look()
    erased.set()
    assert await asking is None
    assert live.code not in workshops.codes
