"""Opening a database: SQLite in a file, or Postgres.

Leaves out how older tables become those of today (migrations). Always: a server has
exactly one connection; on SQLite it is durable to the disk at every commit
(`synchronous=FULL`: with NORMAL, saved rows were lost in a model of power cuts), erases
what it deletes, and nobody else writes to the file.
"""

import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import URL, Connection, event, func, insert, inspect, make_url, select
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from app.store import copies
from app.store.errors import StoreError, Unavailable
from app.store.lock import FolderLock
from app.store.migrations import upgrade
from app.store.store import Store
from app.store.tables import SCHEMA, SCHEMA_VERSION, Kept
from app.store.wal_reset import Guard
from app.store.writer import Writer

DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
PATIENCE = 5  # seconds to wait for a lock, a connection or an answer before saying so

SERVING = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",  # some builds of SQLite leave deleted words in the file without it
)

# Any number will do, so long as it is ours: two servers starting at once make the tables once.
MAKING_TABLES = 0x6D6F6D656E7473


async def open_store(url: str) -> Store:
    """Open the database at `url` to serve from, making folder, file and tables if need be.

    Raises StoreError, in plain English, if it cannot be used: another server is using it,
    it is newer than this program, it is no database, it cannot be reached or written.
    """
    address = _address(url)
    with ExitStack() as undo, _in_plain_english(address):
        lock = guard = None
        if _on_sqlite(address):
            guard = Guard()
            file = _file(address)
            _look(file)
            # The folder holds names and what people wrote: it is for this account's eyes only.
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = FolderLock.beside(file)
            undo.callback(lock.release)
        writer = Writer(await _opened(address, "rwc", _prepare))
        if guard is not None:
            try:
                await _settle(writer, guard)
            except BaseException:
                await writer.close()
                raise
        undo.pop_all()
        return Store(writer, lock, guard)


def _look(file: Path) -> None:
    """Refuse a newer file before anything is opened that writes: even to open one to serve from it
    turns its journal over, and leaves a lock beside it.

    Whatever else is wrong with it, opening it says.
    """
    if not file.is_file() or Path(f"{file}-journal").exists():  # it has to be put right first
        return
    waiting = Path(f"{file}-wal")
    still = not waiting.exists() or not waiting.stat().st_size
    # Where nothing waits beside it, SQLite is told that nobody writes: else it makes files there.
    query = "mode=ro&immutable=1" if still else "mode=ro"
    with (
        suppress(sqlite3.Error),
        closing(
            sqlite3.connect(f"{file.as_uri()}?{query}", timeout=PATIENCE, uri=True)
        ) as connection,
    ):
        _refuse_newer(*connection.execute("SELECT version FROM schema_version").fetchone())


async def _copy_if_older(engine: AsyncEngine, file: Path) -> None:
    """Keep a copy of what is about to be upgraded; drop one that has served its time."""
    copies.drop_old(file)
    async with engine.execution_options(between=True).begin() as connection:
        found = await _version(connection)
    if found is not None and found < SCHEMA:
        await Store(Writer(engine)).backup(copies.fresh_place(file, found))


async def _settle(writer: Writer, guard: Guard) -> None:
    """Take up what a crash cut short, and begin to watch for other writers."""
    # An erasure may have been written and its words still lie in the write-ahead file.
    with suppress(Unavailable):  # somebody is reading: the file is emptied another time
        await writer.checkpoint()
    await writer.between(guard.look)


async def open_for_reading(url: str) -> Store:
    """Open a database that is there already to read from it, also while a server serves from it.

    Whatever would write raises Unavailable. Raises StoreError as `open_store` does, and if there
    is no such database.
    """
    address = _address(url)
    if _on_sqlite(address):
        if not _file(address).is_file():
            raise StoreError(f"There is no database at {_file(address)}.")
        _look(_file(address))
    with _in_plain_english(address):
        return Store(Writer(await _opened(address, "ro", _check_version), reading=True))


def _address(url: str) -> URL:
    try:
        address = make_url(url)
        return address.set(drivername=DRIVERS[address.get_backend_name()])
    except (ArgumentError, KeyError):
        raise StoreError(
            "The address of the database should look like sqlite:///data/moments.db or"
            " postgresql+asyncpg://name:password@host/database."
        ) from None


def _on_sqlite(address: URL) -> bool:
    return address.get_backend_name() == "sqlite"


def _file(address: URL) -> Path:
    if not address.database or address.database == ":memory:":
        raise StoreError("The database must be a file: what is only in memory is not saved.")
    return Path(address.database).absolute()


async def _opened(
    address: URL,
    mode: Literal["rwc", "ro"],
    check: Callable[[AsyncConnection], Awaitable[None]],
) -> AsyncEngine:
    engine = (_sqlite if _on_sqlite(address) else _postgres)(address, mode)
    try:
        if mode == "rwc" and _on_sqlite(address):
            await _copy_if_older(engine, _file(address))
        async with engine.begin() as connection:
            await check(connection)
    except BaseException:
        await engine.dispose()
        raise
    return engine


def _sqlite(address: URL, mode: Literal["rwc", "ro"]) -> AsyncEngine:
    file = address.set(database=_file(address).as_uri(), query={"mode": mode, "uri": "true"})
    # Without an isolation level the driver begins nothing by itself; _begin does.
    engine = _engine(file, {"isolation_level": None, "timeout": PATIENCE})

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        # IMMEDIATE: a transaction that reads first and writes then would fail half-way through
        # or write over what it did not see. Reads and housekeeping need no transaction.
        if not connection.get_execution_options().get("between"):
            connection.exec_driver_sql("BEGIN" if mode == "ro" else "BEGIN IMMEDIATE")

    @event.listens_for(engine.sync_engine, "connect")
    def _connect(connection: Any, _: object) -> None:
        cursor = connection.cursor()
        for pragma in SERVING if mode == "rwc" else ():
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine


def _postgres(address: URL, mode: Literal["rwc", "ro"]) -> AsyncEngine:
    return _engine(
        address,
        {
            "timeout": PATIENCE,
            "command_timeout": PATIENCE,
            "server_settings": {
                "synchronous_commit": "on",
                "default_transaction_read_only": "on" if mode == "ro" else "off",
            },
        },
    )


def _engine(address: URL, connect_args: dict[str, Any]) -> AsyncEngine:
    try:
        return create_async_engine(
            address,
            connect_args=connect_args,
            hide_parameters=True,  # they are what people typed, and errors end up in logs
            pool_size=1,
            max_overflow=0,
            pool_pre_ping=not _on_sqlite(address),  # Postgres may have restarted meanwhile
        )
    except ImportError:
        raise StoreError(
            "Postgres needs one more package: pip install 'moments-of-change[postgres]'."
        ) from None


async def _prepare(connection: AsyncConnection) -> None:
    """Make the tables, or bring older ones up to date; refuse what cannot be served from."""
    if connection.dialect.name == "sqlite":
        journal = (await connection.exec_driver_sql("PRAGMA journal_mode")).scalar_one()
        if journal != "wal":
            raise StoreError(
                "The disk of the data folder cannot keep what is written safe (SQLite's"
                " write-ahead log does not work there). Use a local disk."
            )
    else:
        await connection.execute(select(func.pg_advisory_xact_lock(MAKING_TABLES)))
    if not await connection.run_sync(_has_tables):
        await connection.run_sync(Kept.metadata.create_all)
        await connection.execute(insert(SCHEMA_VERSION).values(version=SCHEMA, checks=0))
    await upgrade(connection)
    await _check_version(connection)


async def _check_version(connection: AsyncConnection) -> None:
    found = await _version(connection)
    if found is None:
        raise StoreError("This database was not made by Moments of Change.")
    _refuse_newer(found)


def _refuse_newer(found: int) -> None:
    if found > SCHEMA:
        raise StoreError(
            f"This database was made by a newer version of Moments of Change (its tables are"
            f" number {found}; this program knows them up to number {SCHEMA}). Run that version"
            " or a newer one. Nothing has been changed."
        )


async def _version(connection: AsyncConnection) -> int | None:
    """The number of its tables; none where they are not ours."""
    if not await connection.run_sync(_has_tables):
        return None
    found: int = (await connection.execute(select(SCHEMA_VERSION.c.version))).scalar_one()
    return found


def _has_tables(connection: Connection) -> bool:
    return inspect(connection).has_table(SCHEMA_VERSION.name)


@contextmanager
def _in_plain_english(address: URL) -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, OSError) as failure:
        where = address.render_as_string(hide_password=True)
        why = getattr(failure, "orig", None) or failure
        raise StoreError(f"The database {where} cannot be opened: {why}.") from failure
