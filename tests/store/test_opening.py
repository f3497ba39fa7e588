"""Opening: settings that keep what is saved, and refusals a person can act on."""

import asyncio
import contextlib
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from app.store import Store, StoreError, Unavailable, open_for_reading, open_store
from app.store.tables import SCHEMA_VERSION, Kept
from tests.store.making import a_workshop, an_entry, bodies, file_of, opened


async def asked(store: Store, question: str) -> list[object]:
    """What the database answers over the very connection the store writes with."""

    async def answer(connection: AsyncConnection) -> list[object]:
        return list((await connection.exec_driver_sql(question)).scalars())

    return await store._writer.between(answer)


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),  # FULL
        ("foreign_keys", 1),
        ("secure_delete", 1),
        ("busy_timeout", 5000),
    ],
)
async def test_sqlite_is_set_to_keep_what_it_says_is_saved(
    sqlite_url: str, pragma: str, value: object
) -> None:
    async with opened(sqlite_url) as store:
        assert await asked(store, f"PRAGMA {pragma}") == [value]


async def test_a_disk_that_cannot_keep_a_write_ahead_log_is_refused(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.store.opening.SERVING", ["journal_mode=DELETE"])

    with pytest.raises(StoreError, match="Use a local disk"):
        await open_store(sqlite_url)


async def test_postgres_waits_for_the_disk_whatever_it_is_set_to(
    postgres: Callable[[], str],
) -> None:
    async with opened(postgres()) as store:
        assert await asked(store, "show synchronous_commit") == ["on"]


async def test_a_server_has_one_connection(store: Store) -> None:
    await asyncio.gather(*(store.log.read("ABCD") for _ in range(10)), store.ready())

    assert store._writer._engine.pool.checkedin() == 1  # type: ignore[attr-defined]


async def test_there_are_seven_tables_and_the_number_of_their_version(store: Store) -> None:
    names = {"event", "workshop", "access", "draft", "seen", "piece", "version"}

    assert set(Kept.metadata.tables) - {SCHEMA_VERSION.name} == names
    assert await asked(store, "select version from schema_version") == [2]


async def test_the_folder_is_made_and_is_for_this_account_only(sqlite_url: str) -> None:
    async with opened(sqlite_url):
        assert file_of(sqlite_url).parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", ["50% of #1 & ça", "a b;c", "(1) 'quoted'"])
async def test_a_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    url = f"sqlite:///{tmp_path / name / 'moments.db'}"
    async with opened(url, "ABCD"):
        reader = await open_for_reading(url)
        assert await bodies(reader, "ABCD") == ["opened"]
        await reader.close()

    assert (tmp_path / name / "moments.db").is_file()


async def test_what_was_written_is_there_when_it_is_opened_again(url: str) -> None:
    async with opened(url, "ABCD"):
        pass
    async with opened(url, "EFGH") as store:
        assert [found.code for found in await store.records.workshops(None)] == ["ABCD", "EFGH"]


async def test_nothing_but_the_database_and_its_lock_is_left_after_closing(
    sqlite_url: str,
) -> None:
    async with opened(sqlite_url, "ABCD"):
        pass

    left = {file.name for file in file_of(sqlite_url).parent.iterdir()}
    assert left == {"moments.db", "moments.db.lock"}


async def test_a_second_server_on_the_same_file_is_refused_until_the_first_has_closed(
    sqlite_url: str,
) -> None:
    async with opened(sqlite_url):
        with pytest.raises(StoreError, match="already using this data folder"):
            await open_store(sqlite_url)
    async with opened(sqlite_url):
        pass


async def test_servers_that_start_together_on_one_postgres_make_the_tables_once(
    postgres: Callable[[], str],
) -> None:
    url = postgres()
    stores = await asyncio.gather(*(open_store(url) for _ in range(4)))
    try:
        await stores[0].open_workshop(a_workshop("ABCD"), an_entry("opened"))
        assert await bodies(stores[3], "ABCD") == ["opened"]
        assert await asked(stores[1], "select version from schema_version") == [2]
    finally:
        for store in stores:
            await store.close()


@pytest.mark.parametrize("open_database", [open_store, open_for_reading])
async def test_a_newer_database_is_refused_and_left_as_it_is(
    url: str, open_database: Callable[[str], Awaitable[Store]]
) -> None:
    async with opened(url, "ABCD") as store:

        async def age(connection: AsyncConnection) -> None:
            await connection.exec_driver_sql("update schema_version set version = 7")

        await store._writer.between(age)
    for _ in range(2):  # and the refusal leaves no lock behind
        with pytest.raises(StoreError, match=r"newer version .* number 7; .* up to number 2"):
            await open_database(url)


@pytest.mark.parametrize("open_database", [open_store, open_for_reading])
@pytest.mark.parametrize("journal", ["delete", "wal"])
async def test_not_a_byte_of_a_newer_file_changes_and_none_is_left_beside_it(
    tmp_path: Path, journal: str, open_database: Callable[[str], Awaitable[Store]]
) -> None:
    file = tmp_path / "moments.db"
    with contextlib.closing(sqlite3.connect(file)) as newer:
        newer.execute(f"PRAGMA journal_mode = {journal}")
        newer.execute("CREATE TABLE schema_version (version, checks)")
        newer.execute("INSERT INTO schema_version VALUES (7, 0)")
        newer.commit()
    before = file.read_bytes()
    with pytest.raises(StoreError, match="Nothing has been changed"):
        await open_database(f"sqlite:///{file}")
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


async def test_a_newer_file_is_known_by_what_still_waits_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "moments.db"
    with contextlib.closing(sqlite3.connect(file)) as newer:
        newer.execute("PRAGMA journal_mode = wal")
        newer.execute("CREATE TABLE schema_version (version, checks)")
        newer.execute("INSERT INTO schema_version VALUES (7, 0)")
        newer.commit()
        waiting = {name: Path(f"{file}{name}").read_bytes() for name in ("", "-wal")}
        with pytest.raises(StoreError, match="number 7"):
            await open_store(f"sqlite:///{file}")
        assert {name: Path(f"{file}{name}").read_bytes() for name in ("", "-wal")} == waiting


async def test_reading_while_a_server_serves(url: str) -> None:
    async with opened(url, "ABCD") as store:
        reader = await open_for_reading(url)
        await store.log.append("ABCD", 1, [an_entry("two")], command=None)

        assert await bodies(reader, "ABCD") == ["opened", "two"]
        assert [found.code for found in await reader.records.workshops("a1")] == ["ABCD"]
        await reader.close()
        await store.log.append("ABCD", 2, [an_entry("three")], command=None)
        assert await bodies(store, "ABCD") == ["opened", "two", "three"]


async def test_reading_when_no_server_serves(url: str) -> None:
    async with opened(url, "ABCD"):
        pass
    reader = await open_for_reading(url)
    assert await bodies(reader, "ABCD") == ["opened"]
    await reader.close()


async def test_who_opened_it_for_reading_cannot_write(url: str) -> None:
    async with opened(url, "ABCD"):
        reader = await open_for_reading(url)
        for refused in (
            reader.log.append("ABCD", 1, [an_entry("two")], command=None),
            reader.erase_workshop("ABCD"),
            reader.ready(),
        ):
            with pytest.raises(Unavailable):
                await refused
        assert await bodies(reader, "ABCD") == ["opened"]
        await reader.close()


async def test_reading_where_there_is_no_database_says_so_and_makes_none(
    sqlite_url: str, postgres: Callable[[], str]
) -> None:
    with pytest.raises(StoreError, match="no database at"):
        await open_for_reading(sqlite_url)
    with pytest.raises(StoreError, match="not made by Moments of Change"):
        await open_for_reading(postgres())

    assert not file_of(sqlite_url).parent.exists()


async def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(sqlite_url: str) -> None:
    file = file_of(sqlite_url)
    file.parent.mkdir()
    file.write_text("a shopping list, long enough to be taken for a page of something" * 100)
    before = file.read_bytes()

    for open_database in (open_store, open_for_reading, open_store):
        with pytest.raises(StoreError, match=r"cannot be opened: file is not a database"):
            await open_database(sqlite_url)
    assert file.read_bytes() == before


async def test_a_database_of_another_program_is_not_taken_for_ours(sqlite_url: str) -> None:
    file_of(sqlite_url).parent.mkdir()
    with sqlite3.connect(file_of(sqlite_url)) as other:
        other.execute("create table shopping (item text)")
    other.close()

    with pytest.raises(StoreError, match="not made by Moments of Change"):
        await open_for_reading(sqlite_url)


async def test_a_folder_that_cannot_be_made_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")

    with pytest.raises(StoreError, match="cannot be opened"):
        await open_store(f"sqlite:///{tmp_path / 'data' / 'moments.db'}")


@pytest.mark.parametrize("url", ["", "moments.db", "mysql://host/moments", "sqlite:///"])
async def test_an_address_that_is_none_is_said_plainly(url: str) -> None:
    for open_database in (open_store, open_for_reading):
        with pytest.raises(StoreError, match=r"should look like|must be a file"):
            await open_database(url)


async def test_a_database_only_in_memory_is_refused() -> None:
    with pytest.raises(StoreError, match="must be a file"):
        await open_store("sqlite:///:memory:")


async def test_a_password_is_not_shown_when_postgres_cannot_be_reached(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened") as refused:
        await open_store(f"postgresql://me:not-to-be-seen@/moments?host={tmp_path}")

    assert "not-to-be-seen" not in str(refused.value)


async def test_without_the_driver_postgres_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "asyncpg", None)

    with pytest.raises(StoreError, match="pip install"):
        await open_store("postgresql://me@localhost/moments")
