"""The records: the index of workshops, keys, drafts, last seen."""

import asyncio
from datetime import timedelta

import pytest

from app.store import AccessRow, Conflict, DraftRow, Store
from tests.store.making import NOON, a_workshop, an_entry, bodies, file_of, files_holding, opened

LATER = NOON + timedelta(minutes=1)


def a_seat(key_hash: str, person: str | None = "p1", workshop: str = "ABCD") -> AccessRow:
    return AccessRow(
        key_hash=key_hash,
        kind="seat",
        workshop=workshop,
        person=person,
        role="participant",
        group_id="g1",
        name="Zoë",
        created_at=NOON,
    )


def a_draft(words: str | None, *, person: str = "p1", workshop: str = "ABCD") -> DraftRow:
    return DraftRow(workshop=workshop, person=person, words=words, saved_at=NOON)


async def test_a_workshop_is_found_by_its_code(store: Store) -> None:
    record = a_workshop("EFGH").model_copy(update={"delete_after": LATER})
    await store.open_workshop(record, an_entry())

    assert await store.records.workshop("EFGH") == record
    assert await store.records.workshop("efgh") is None


async def test_workshops_are_listed_by_owner_the_newest_first(url: str) -> None:
    async with opened(url) as store:
        for code, owner, minutes in (("A", "a1", 0), ("B", "a2", 1), ("C", "a1", 2)):
            opened_at = NOON + timedelta(minutes=minutes)
            record = a_workshop(code, owner=owner, opened_at=opened_at)
            await store.open_workshop(record, an_entry())

        assert [found.code for found in await store.records.workshops("a1")] == ["C", "A"]
        assert [found.code for found in await store.records.workshops(None)] == ["C", "B", "A"]
        assert await store.records.workshops("a3") == []


async def test_an_epoch_can_be_renewed(store: Store) -> None:
    await store.records.renew_epoch("ABCD", "e2")

    found = await store.records.workshop("ABCD")
    assert found == a_workshop("ABCD").model_copy(update={"epoch": "e2"})


async def test_a_key_opens_what_it_was_granted_for(store: Store) -> None:
    invite = AccessRow(
        key_hash="22", kind="invite", workshop="ABCD", role="observer", created_at=LATER
    )
    account = AccessRow(
        key_hash="33", kind="account", person="a1", role="facilitator", created_at=NOON
    )
    for access in (invite, a_seat("11"), account):
        await store.records.grant(access)

    assert await store.records.access("11") == a_seat("11")
    assert await store.records.access("33") == account
    assert await store.records.access("44") is None
    assert await store.records.accesses("ABCD") == [a_seat("11"), invite]


async def test_a_key_is_granted_once(store: Store) -> None:
    await store.records.grant(a_seat("11"))
    with pytest.raises(Conflict):
        await store.records.grant(a_seat("11", person="p2"))

    assert await store.records.access("11") == a_seat("11")


async def test_a_revoked_key_says_since_when_and_the_first_time_stands(store: Store) -> None:
    await store.records.grant(a_seat("11"))
    await store.records.revoke("11", NOON)
    await store.records.revoke("11", LATER)
    await store.records.revoke("nobody's", LATER)

    found = await store.records.access("11")
    assert found is not None
    assert found.revoked_at == NOON


async def test_revoking_a_person_revokes_their_keys_to_that_workshop_only(url: str) -> None:
    async with opened(url, "ABCD", "EFGH") as store:
        seats = [
            a_seat("11"),
            a_seat("12"),
            a_seat("21", person="p2"),
            a_seat("13", workshop="EFGH"),
        ]
        for seat in seats:
            await store.records.grant(seat)
        await store.records.revoke("12", NOON)
        await store.records.revoke_person("ABCD", "p1", LATER)

        found = {seat.key_hash: await store.records.access(seat.key_hash) for seat in seats}
        revoked = {key: seat and seat.revoked_at for key, seat in found.items()}
        assert revoked == {"11": LATER, "12": NOON, "21": None, "13": None}


async def test_accounts_from_before_a_time_are_forgotten_and_nothing_else(store: Store) -> None:
    old = AccessRow(key_hash="44", kind="account", person="a1", role="facilitator", created_at=NOON)
    new = old.model_copy(update={"key_hash": "55", "created_at": LATER})
    seat = a_seat("66")
    for access in (old, new, seat):
        await store.records.grant(access)
    await store.records.forget_accounts(LATER)
    found = [await store.records.access(each) for each in ("44", "55", "66")]
    assert found == [None, new, seat]


async def test_a_draft_takes_the_place_of_the_one_before(store: Store) -> None:
    full = DraftRow(
        workshop="ABCD",
        person="p1",
        card="c1",
        barrier="b1",
        words="first",
        how="how",
        example="example",
        caution="caution",
        saved_at=NOON,
    )
    await store.records.save_draft(full)
    assert await store.records.draft("ABCD", "p1") == full

    second = DraftRow(workshop="ABCD", person="p1", words="second", saved_at=LATER)
    await store.records.save_draft(second)
    assert await store.records.draft("ABCD", "p1") == second


async def test_of_drafts_saved_together_the_last_stands(store: Store) -> None:
    await asyncio.gather(
        *(store.records.save_draft(a_draft(f"{number}")) for number in range(50)),
        store.records.save_draft(a_draft("other", person="p2")),
    )

    assert await store.records.drafts("ABCD") == [a_draft("49"), a_draft("other", person="p2")]


async def test_a_dropped_draft_is_gone_and_others_stay(store: Store) -> None:
    await store.records.save_draft(a_draft("one"))
    await store.records.save_draft(a_draft("two", person="p2"))
    await store.records.drop_draft("ABCD", "p1")
    await store.records.drop_draft("ABCD", "p3")

    assert await store.records.draft("ABCD", "p1") is None
    assert await store.records.drafts("ABCD") == [a_draft("two", person="p2")]


async def test_a_row_for_a_workshop_that_is_not_there_fails_alone(store: Store) -> None:
    results = await asyncio.gather(
        store.records.save_draft(a_draft("kept")),
        store.records.save_draft(a_draft("lost", workshop="NONE")),
        store.records.saw("NONE", "p1", NOON),
        store.records.grant(a_seat("11", workshop="NONE")),
        store.log.append("ABCD", 1, [an_entry("two")], command=None),
        return_exceptions=True,
    )

    assert [type(result) for result in results] == [
        type(None),
        Conflict,
        Conflict,
        Conflict,
        type(None),
    ]
    assert await store.records.drafts("ABCD") == [a_draft("kept")]
    assert await bodies(store, "ABCD") == ["opened", "two"]


async def test_last_seen_is_the_last_time_told(store: Store) -> None:
    await store.records.saw("ABCD", "p1", NOON)
    await store.records.saw("ABCD", "p2", NOON)
    await store.records.saw("ABCD", "p1", LATER)

    assert await store.records.last_seen("ABCD") == {"p1": LATER, "p2": NOON}


async def test_the_last_act_is_the_newest_of_what_was_done_drafted_and_seen(url: str) -> None:
    async with opened(url, "ABCD", "EFGH") as store:
        assert await store.records.last_act("NONE") is None
        assert await store.records.last_act("ABCD") == NOON
        act, drafted, seen = (NOON + timedelta(minutes=minutes) for minutes in (1, 2, 3))
        await store.log.append("ABCD", 1, [an_entry(at=act)], command=None)
        assert await store.records.last_act("ABCD") == act
        draft = a_draft("words").model_copy(update={"saved_at": drafted})
        await store.records.save_draft(draft)
        assert await store.records.last_act("ABCD") == drafted
        await store.records.saw("ABCD", "p1", seen)
        assert await store.records.last_act("ABCD") == seen
        assert await store.records.last_act("EFGH") == NOON


async def test_forgetting_a_person_leaves_nobody_else_out(store: Store) -> None:
    for person, key in (("p1", "11"), ("p2", "22")):
        await store.records.grant(a_seat(key, person=person))
        await store.records.save_draft(a_draft("words", person=person))
        await store.records.saw("ABCD", person, NOON)

    await store.records.forget_person("ABCD", "p1")

    assert [seat.person for seat in await store.records.accesses("ABCD")] == ["p2"]
    assert [draft.person for draft in await store.records.drafts("ABCD")] == ["p2"]
    assert set(await store.records.last_seen("ABCD")) == {"p2"}


async def test_a_forgotten_person_is_in_no_file_any_more(sqlite_url: str) -> None:
    async with opened(sqlite_url, "ABCD") as store:
        await store.records.grant(a_seat("11").model_copy(update={"name": "Marker Person"}))
        await store.records.save_draft(a_draft("Marker words " * 1000))
        await store.records.save_draft(a_draft("Marker words, shorter"))
        folder = file_of(sqlite_url).parent
        assert files_holding("Marker", folder)

        await store.records.forget_person("ABCD", "p1")

        assert files_holding("Marker", folder) == []
