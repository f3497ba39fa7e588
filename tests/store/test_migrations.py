"""Migrations: a database of every version there has been becomes one of today, and keeps all.

`version_1.sql` has the tables as the first version made them. Always: what is compared is
what a fresh database has.
"""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, inspect
from sqlalchemy.ext.asyncio import AsyncConnection

from app.store import Said, Store, StoreError, migrations, open_for_reading, open_store, opening
from app.store.tables import SCHEMA
from tests.store.making import NOON, another_connection, bodies, file_of

OLD = (Path(__file__).parent / "version_1.sql").read_text(encoding="utf-8")


async def make_version_1(url: str) -> None:
    on_sqlite = url.startswith("sqlite")
    if on_sqlite:
        file_of(url).parent.mkdir(parents=True)
    moment = "DATETIME" if on_sqlite else "TIMESTAMP WITH TIME ZONE"
    async with another_connection(url) as connection:
        if not on_sqlite:
            await connection.exec_driver_sql("SET LOCAL timezone = 'UTC'")
        for statement in OLD.replace("{moment}", moment).split(";"):
            if statement.strip():
                await connection.exec_driver_sql(statement)


def described(connection: Connection) -> Mapping[str, Any]:
    """Every table with its columns, keys and indexes, without the order they were made in."""
    looked = inspect(connection)
    return {
        name: (
            sorted((c["name"], str(c["type"]), c["nullable"]) for c in looked.get_columns(name)),
            looked.get_pk_constraint(name),
            looked.get_foreign_keys(name),
            looked.get_indexes(name),
        )
        for name in looked.get_table_names()
    }


async def tables_of(store: Store) -> Mapping[str, Any]:
    async def looked(connection: AsyncConnection) -> Mapping[str, Any]:
        return await connection.run_sync(described)

    return await store._writer.between(looked)


async def test_a_database_of_version_1_keeps_everything_and_takes_what_is_new(url: str) -> None:
    await make_version_1(url)
    store = await open_store(url)
    try:
        [workshop] = await store.records.workshops("a1")
        assert (workshop.title, workshop.opened_at, workshop.epoch) == ("Kept", NOON, "e1")
        assert await bodies(store, "ABCD") == ["opened", "two"]
        [key] = await store.records.accesses("ABCD")
        assert (key.person, key.name, key.created_at) == ("p1", "Ann", NOON)
        draft = await store.records.draft("ABCD", "p1")
        assert draft is not None
        assert draft.words == "Half a sentence"
        assert await store.records.last_seen("ABCD") == {"p1": NOON}

        await store.shelf.put("new", "a1", "journey", {"title": "T"}, Said("T", 1, "Made"), NOON)
        assert [piece.title for piece in await store.shelf.pieces("a1")] == ["T"]
    finally:
        await store.close()


async def test_an_upgraded_database_has_the_tables_of_a_fresh_one(
    sqlite_url: str, postgres: Callable[[], str], tmp_path: Path
) -> None:
    for url, fresh in (
        (sqlite_url, lambda: f"sqlite+aiosqlite:///{tmp_path / 'fresh' / 'moments.db'}"),
        (postgres(), postgres),
    ):
        await make_version_1(url)
        store = await open_store(url)
        upgraded = await tables_of(store)
        await store.close()
        store = await open_store(fresh())
        assert upgraded == await tables_of(store)
        await store.close()


async def test_servers_that_start_together_upgrade_once(postgres: Callable[[], str]) -> None:
    url = postgres()
    await make_version_1(url)
    stores = await asyncio.gather(*(open_store(url) for _ in range(4)))
    try:
        assert await bodies(stores[3], "ABCD") == ["opened", "two"]
        assert await stores[2].shelf.pieces(None) == []
    finally:
        for store in stores:
            await store.close()


async def test_an_upgrade_that_breaks_off_changes_nothing(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_version_1(url)

    async def breaks(connection: AsyncConnection) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(migrations, "STEPS", (*migrations.STEPS, (SCHEMA + 1, breaks)))
        with pytest.raises(StoreError, match="cannot be opened"):
            await open_store(url)
    async with another_connection(url) as connection:
        found = await connection.exec_driver_sql("select version, checks from schema_version")
        assert [tuple(row) for row in found] == [(1, 3)]
        assert "piece" not in await connection.run_sync(described)
    store = await open_store(url)
    assert await bodies(store, "ABCD") == ["opened", "two"]
    await store.close()


async def test_an_older_program_refuses_what_was_upgraded(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_version_1(url)
    await (await open_store(url)).close()
    monkeypatch.setattr(opening, "SCHEMA", 1)
    monkeypatch.setattr(migrations, "STEPS", ())
    for open_database in (open_store, open_for_reading):
        with pytest.raises(StoreError, match=r"newer version .* number 2; .* up to number 1"):
            await open_database(url)


async def test_an_older_database_can_be_read_as_it_is(url: str) -> None:
    await make_version_1(url)
    reader = await open_for_reading(url)
    assert await bodies(reader, "ABCD") == ["opened", "two"]
    await reader.close()


def test_there_is_a_step_to_every_version() -> None:
    assert [version for version, _ in migrations.STEPS] == list(range(2, SCHEMA + 1))
