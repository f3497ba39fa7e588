"""The store as a whole: opening and erasing a workshop, backups, readiness."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from app.store import (
    AccessRow,
    CommandKey,
    Conflict,
    DraftRow,
    Store,
    StoreError,
    Unavailable,
    open_for_reading,
)
from tests.store.making import NOON, a_workshop, an_entry, bodies, file_of, files_holding, opened


async def test_a_workshop_is_opened_with_its_first_event(store: Store) -> None:
    key = CommandKey("ref-0001", "f00d", None)
    await store.open_workshop(a_workshop("EFGH"), an_entry("first"), command=key)

    [row] = await store.log.read("EFGH")
    assert (row.seq, row.body, row.ref, row.digest) == (1, "first", "ref-0001", "f00d")


async def test_a_code_is_used_once_and_the_second_leaves_nothing(store: Store) -> None:
    second = a_workshop("ABCD", owner="a2")
    with pytest.raises(Conflict):
        await store.open_workshop(second, an_entry("second"))

    assert await store.records.workshop("ABCD") == a_workshop("ABCD")
    assert await bodies(store, "ABCD") == ["opened"]


async def test_a_workshop_whose_first_event_cannot_be_written_is_not_in_the_index(
    store: Store,
) -> None:
    with pytest.raises((UnicodeEncodeError, Unavailable)):
        await store.open_workshop(a_workshop("EFGH"), an_entry("\ud800"))

    assert await store.records.workshop("EFGH") is None


async def fill(store: Store, code: str, words: str) -> None:
    await store.log.append(code, 1, [an_entry(words)], command=None)
    await store.records.save_draft(DraftRow(workshop=code, person="p1", words=words, saved_at=NOON))
    await store.records.saw(code, "p1", NOON)
    await store.records.grant(
        AccessRow(
            key_hash=f"key {code}",
            kind="seat",
            workshop=code,
            person="p1",
            role="participant",
            name=words,
            created_at=NOON,
        )
    )


async def test_erasing_a_workshop_takes_every_row_of_it_and_no_other(url: str) -> None:
    async with opened(url, "ABCD", "EFGH") as store:
        for code in ("ABCD", "EFGH"):
            await fill(store, code, "words")
        await store.erase_workshop("ABCD")

        assert [found.code for found in await store.records.workshops(None)] == ["EFGH"]
        for code, number in (("ABCD", 0), ("EFGH", 1)):
            assert len(await store.log.read(code)) == 2 * number
            assert len(await store.records.drafts(code)) == number
            assert len(await store.records.last_seen(code)) == number
            assert len(await store.records.accesses(code)) == number


async def test_an_erased_workshop_is_in_no_file_any_more(sqlite_url: str) -> None:
    async with opened(sqlite_url, "ABCD", "EFGH") as store:
        await fill(store, "ABCD", "Marker words " * 1000)
        folder = file_of(sqlite_url).parent
        assert files_holding("Marker", folder)

        await store.erase_workshop("ABCD")

        assert files_holding("Marker", folder) == []
        assert files_holding("ABCD", folder) == []


async def test_what_comes_late_does_not_bring_an_erased_workshop_back(store: Store) -> None:
    draft = DraftRow(workshop="ABCD", person="p1", words="late", saved_at=NOON)
    results = await asyncio.gather(
        store.erase_workshop("ABCD"),
        append_late(store),
        store.records.save_draft(draft),
        return_exceptions=True,
    )

    assert [type(result) for result in results] == [type(None), Conflict, Conflict]
    assert await store.log.read("ABCD") == []
    assert await store.records.drafts("ABCD") == []


async def append_late(store: Store) -> None:
    await store.log.append("ABCD", 1, [an_entry("late")], command=None)


async def test_a_backup_taken_while_writing_holds_all_that_was_saved_before(
    sqlite_url: str, tmp_path: Path
) -> None:
    copy = tmp_path / "backups" / "copy.db"
    copy.parent.mkdir()
    async with opened(sqlite_url, "ABCD") as store:
        for last in range(1, 51):
            await store.log.append("ABCD", last, [an_entry(str(last))], command=None)
        backup = asyncio.create_task(store.backup(copy))
        for last in range(51, 101):
            await store.log.append("ABCD", last, [an_entry(str(last))], command=None)
        await backup

    async with opened(f"sqlite:///{copy}") as restored:
        kept = await bodies(restored, "ABCD")
        assert len(kept) >= 51
        assert kept == ["opened", *map(str, range(1, len(kept)))]
        await restored.log.append("ABCD", len(kept), [an_entry("going on")], command=None)


async def test_a_backup_is_for_this_account_only_and_leaves_no_half_file(
    sqlite_url: str, tmp_path: Path
) -> None:
    copy = tmp_path / "copies" / "moments.db"
    copy.parent.mkdir()
    async with opened(sqlite_url, "ABCD") as store:
        await store.backup(copy)

    assert copy.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in copy.parent.iterdir()] == ["moments.db"]


async def test_a_backup_can_be_taken_by_another_program_while_a_server_serves(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with opened(sqlite_url, "ABCD") as store:
        reader = await open_for_reading(sqlite_url)
        await reader.backup(tmp_path / "copy.db")
        await reader.close()
        await store.ready()

    async with opened(f"sqlite:///{tmp_path / 'copy.db'}") as restored:
        assert await bodies(restored, "ABCD") == ["opened"]


async def test_a_backup_never_takes_the_place_of_a_file(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("last year's")
    async with opened(sqlite_url, "ABCD") as store:
        with pytest.raises(StoreError, match="already"):
            await store.backup(tmp_path / "copy.db")

    assert (tmp_path / "copy.db").read_text() == "last year's"


async def test_a_backup_that_cannot_be_written_says_so(sqlite_url: str, tmp_path: Path) -> None:
    async with opened(sqlite_url, "ABCD") as store:
        with pytest.raises(StoreError, match=r"no folder .*no such folder"):
            await store.backup(tmp_path / "no such folder" / "copy.db")
        assert await bodies(store, "ABCD") == ["opened"]


async def test_postgres_is_backed_up_with_its_own_tools(
    postgres: Callable[[], str], tmp_path: Path
) -> None:
    async with opened(postgres(), "ABCD") as store:
        with pytest.raises(StoreError, match="pg_dump"):
            await store.backup(tmp_path / "copy.db")


async def test_a_store_that_can_write_is_ready(store: Store) -> None:
    await store.ready()
    await store.ready()


async def test_closing_twice_is_closing(store: Store) -> None:
    await store.close()
    await store.close()
    with pytest.raises(Unavailable):
        await store.ready()


async def test_a_whole_database_is_told_from_a_damaged_one(sqlite_url: str) -> None:
    async with opened(sqlite_url, "ABCD") as store:
        await store.log.append("ABCD", 1, [an_entry("words " * 5000)], command=None)
        assert await store.whole()
    file = file_of(sqlite_url)
    content = file.read_bytes()
    middle = content.index(b"words words") - 100
    file.write_bytes(content[:middle] + b"\xff" * 6000 + content[middle + 6000 :])

    reader = await open_for_reading(sqlite_url)
    assert not await reader.whole()
    await reader.close()
