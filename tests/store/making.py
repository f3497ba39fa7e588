"""What the tests of the store make things with.

Leaves out fixtures (conftest). Always: what is made here is as small as it can be.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from app.store import Entry, Store, WorkshopRecord, open_store

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def a_workshop(code: str, *, owner: str = "a1", opened_at: datetime = NOON) -> WorkshopRecord:
    return WorkshopRecord(
        code=code, title=f"Workshop {code}", owner=owner, opened_at=opened_at, epoch="e1"
    )


def an_entry(body: str = "{}", *, at: datetime = NOON, subject: str | None = None) -> Entry:
    return Entry(kind="Happened", actor="p1", at=at, subject=subject, body=body)


@asynccontextmanager
async def opened(url: str, *codes: str) -> AsyncIterator[Store]:
    """A store with these workshops in it, each with one row in its log; closed at the end."""
    store = await open_store(url)
    try:
        for code in codes:
            await store.open_workshop(a_workshop(code), an_entry("opened"))
        yield store
    finally:
        await store.close()


async def bodies(store: Store, workshop: str) -> list[str]:
    """What stands in a workshop's log, having made sure that it is numbered without a gap."""
    rows = await store.log.read(workshop)
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    return [row.body for row in rows]


def file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite+aiosqlite:///"))


def files_holding(words: str, folder: Path) -> list[str]:
    """The names of the files in a folder in whose bytes these words stand."""
    return sorted(file.name for file in folder.iterdir() if words.encode() in file.read_bytes())


@asynccontextmanager
async def another_connection(url: str) -> AsyncIterator[AsyncConnection]:
    address = url.replace("postgresql:", "postgresql+asyncpg:")
    engine = create_async_engine(address)
    try:
        async with engine.begin() as connection:
            yield connection
    finally:
        await engine.dispose()


@asynccontextmanager
async def holding_everything(url: str) -> AsyncIterator[None]:
    """Another program that keeps the database to itself."""
    async with another_connection(url) as connection:
        if url.startswith("sqlite"):
            await connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            await connection.exec_driver_sql("LOCK TABLE event")
        yield
        await connection.rollback()
