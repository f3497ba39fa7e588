"""The store: the log, the records and the shelf of one database, and what concerns them all.

Leaves out how a database is opened (opening). Always: one writer, so everything asked
of a store is written in the order it was asked for.
"""

import asyncio
import os
from pathlib import Path

from sqlalchemy import delete, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.store import copies
from app.store.errors import StoreError, Unavailable
from app.store.lock import FolderLock
from app.store.log import CommandKey, Entry, Log, numbered
from app.store.records import Records
from app.store.shelf import Shelf
from app.store.tables import ACCESS, DRAFT, EVENT, SCHEMA_VERSION, SEEN, WORKSHOP, WorkshopRecord
from app.store.wal_reset import Guard
from app.store.writer import Write, Writer


class Store:
    """One open database. Made by `open_store` or `open_for_reading`, let go by `close`."""

    def __init__(
        self, writer: Writer, lock: FolderLock | None = None, guard: Guard | None = None
    ) -> None:
        """`lock` and `guard` keep other writers out; none on Postgres, or when only reading."""
        self.log = Log(writer)
        self.records = Records(writer)
        self.shelf = Shelf(writer)
        self._writer = writer
        self._lock = lock
        self._file = lock.database if lock is not None else None
        self.guard = guard

    async def open_workshop(
        self, record: WorkshopRecord, first: Entry, *, command: CommandKey | None = None
    ) -> None:
        """Enter a workshop in the index and write its first event, both or neither.

        Raises Conflict if there is a workshop of this code; Unavailable if the database failed.
        """

        async def opened(connection: AsyncConnection) -> None:
            await connection.execute(insert(WORKSHOP).values(record.model_dump()))
            await connection.execute(insert(EVENT), numbered(record.code, 0, [first], command))

        await self._writer.write(Write(opened))

    async def erase_workshop(self, code: str) -> None:
        """Delete every row of a workshop, leaving no copy behind.

        An append or a draft still on its way after this gets Conflict. Raises Unavailable if the
        database failed, or if the rows are gone but another program's reading keeps them in a
        file; doing it again is harmless.
        """

        async def erased(connection: AsyncConnection) -> None:
            for table in (EVENT, ACCESS, DRAFT, SEEN):
                await connection.execute(delete(table).where(table.c.workshop == code))
            await connection.execute(delete(WORKSHOP).where(WORKSHOP.c.code == code))

        await self._writer.write(Write(erased))
        await self._writer.checkpoint()

    def drop_copies(self) -> None:
        """Leave no copy from before an upgrade: it would keep what is erased."""
        if self._file is not None:
            copies.drop(self._file)

    async def backup(self, path: Path) -> None:
        """Copy the database, as it is now, to a new file. Writes wait while it is copied.

        Raises StoreError if the file exists, or on Postgres, which has its own tools for this;
        Unavailable if it cannot be written.
        """
        if not self._writer.on_sqlite:
            raise StoreError("This database is Postgres: back it up with pg_dump.")
        await asyncio.to_thread(_must_be_free, path)
        part = path.with_name(path.name + ".part")

        async def copied(connection: AsyncConnection) -> None:
            await asyncio.to_thread(_empty_private_file, part)
            await connection.exec_driver_sql("VACUUM INTO ?", (str(part),))
            await asyncio.to_thread(settle_on_disk, part, path)

        try:
            await self._writer.between(copied)
        except Unavailable:
            part.unlink(missing_ok=True)
            raise

    async def whole(self) -> bool:
        """Whether SQLite finds nothing wrong with the file; it reads all of it.

        Raises Unavailable if it cannot even be read.
        """

        async def checked(connection: AsyncConnection) -> bool:
            result = await connection.exec_driver_sql("PRAGMA integrity_check")
            return list(result.scalars()) == ["ok"]

        return await self._writer.between(checked)

    async def ready(self) -> None:
        """Write something harmless, to the disk, and see whether anybody else writes.

        Raises Unavailable if it cannot be written.
        """

        async def touched(connection: AsyncConnection) -> None:
            await connection.execute(
                update(SCHEMA_VERSION).values(checks=SCHEMA_VERSION.c.checks + 1)
            )

        await self._writer.write(Write(touched))
        if self.guard is not None:
            await self._writer.between(self.guard.look)

    async def close(self) -> None:
        """Finish what is queued, close, and let another server in.

        SQLite empties and removes its write-ahead file when its last connection closes.
        """
        await self._writer.close()
        if self._lock is not None:
            self._lock.release()
            self._lock = None


def _must_be_free(path: Path) -> None:
    if path.exists():
        raise StoreError(f"There is a file at {path} already; choose another name.")
    if not path.absolute().parent.is_dir():
        raise StoreError(f"There is no folder {path.absolute().parent} to put a backup in.")


def _empty_private_file(path: Path) -> None:
    """Made by us, so that a copy of people's words is for this account's eyes only."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)


def settle_on_disk(part: Path, path: Path) -> None:
    """Give the finished file `part` the name `path` once it is on the disk, both in one folder.

    A power cut leaves `part`, or the whole of `path`: never half of a backup under its name.
    """
    for place, move in ((part, True), (path.parent, False)):
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if move:
            part.rename(path)
