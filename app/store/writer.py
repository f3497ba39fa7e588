"""The writer: the one task that speaks to the database, over one connection.

What arrives while a transaction commits goes into the next one together (group commit,
without a timer), so the price of waiting for the disk is shared. Leaves out what is
written: log and records say that. Always: things are written in the order they were
asked for; nobody is answered before the commit; nothing runs between BEGIN and COMMIT
but the writes themselves, so a read never sees a half.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from itertools import groupby
from typing import Any, Generic, Self, TypeVar

from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.store.errors import Conflict, Unavailable

logger = logging.getLogger(__name__)

T = TypeVar("T")
Work = Callable[[AsyncConnection], Awaitable[T]]


class Write(Generic[T]):
    """Work waiting to be part of a transaction, and the future of whoever asked for it.

    Cancelling the future only stops the waiting: what was asked for is still written.
    """

    def __init__(self, work: Work[T]) -> None:
        self.work = work
        self.future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self.refusal: Exception | None = None
        self.answer: T

    @classmethod
    async def perform(cls, connection: AsyncConnection, run: Sequence[Self]) -> None:
        """Do a run of neighbours of this class, in order, inside the transaction."""
        for write in run:
            write.answer = await write.work(connection)

    def settle(self, failure: Exception | None = None) -> None:
        """Tell whoever asked: after the commit, or with what went wrong."""
        self.refusal = failure or self.refusal
        if self.future.done():
            return
        if self.refusal is None:
            self.future.set_result(self.answer)
        else:
            self.future.set_exception(self.refusal)


class Writer:
    """The queue and its one task, which lives while there is something to do."""

    def __init__(self, engine: AsyncEngine, *, reading: bool = False) -> None:
        """`reading` is for a connection that may not write, nor move anything about."""
        self._engine = engine
        self._reading = reading
        self._between = engine.execution_options(between=True)
        self._writes: list[Write[Any]] = []
        self._others: list[Write[Any]] = []
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def on_sqlite(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    def write(self, write: Write[T]) -> asyncio.Future[T]:
        """Queue a write now; its place in the order is this call's place."""
        return self._wait(self._writes, write)

    def between(self, work: Work[T]) -> asyncio.Future[T]:
        """Queue work to be done outside any writing transaction: a read, or housekeeping.

        It sees everything whose writing was asked for before it.
        """
        return self._wait(self._others, Write(work))

    async def checkpoint(self) -> None:
        """Move everything from SQLite's write-ahead file into the database, and empty that file.

        Raises Unavailable if another program's reading keeps it from being emptied.
        """
        if not self.on_sqlite or self._reading:
            return  # a reader may not, though SQLite lets it where nothing is left to move

        async def emptied(connection: AsyncConnection) -> bool:
            result = await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            busy: int = result.one()[0]
            return not busy

        if not await self.between(emptied):
            raise Unavailable(
                "Another program is reading the database, so old text may still lie in its"
                " write-ahead file. Close that program and do this again."
            )

    async def close(self) -> None:
        """Finish what is queued, refuse anything new, and let go of the connection."""
        self._closed = True
        if self._task is not None:
            await asyncio.wait([self._task])  # not `await`: giving up waiting would cancel it
        await self._engine.dispose()

    def _wait(self, queue: list[Write[Any]], write: Write[T]) -> asyncio.Future[T]:
        if self._closed:
            write.settle(Unavailable("The server is closing."))
            return write.future
        queue.append(write)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._drain(), name="store writer")
        return write.future

    async def _drain(self) -> None:
        while self._writes or self._others:
            writes, self._writes = self._writes, []
            others, self._others = self._others, []
            if writes:
                await self._commit(writes)
            for other in others:
                await self._run(other)

    async def _commit(self, writes: Sequence[Write[Any]]) -> None:
        """Write all of these in one transaction, or failing that each in its own."""
        performed = False
        try:
            async with self._engine.begin() as connection:
                for kind, run in groupby(writes, key=lambda write: type(write)):
                    await kind.perform(connection, list(run))
                performed = True
        except Exception as failure:
            # One that the database will not take must not cost its neighbours their place.
            # A COMMIT that failed is never tried again here: on Postgres it may have worked.
            if len(writes) > 1 and not performed and not _is_the_databases(failure):
                for write in writes:
                    await self._commit([write])
                return
            _log(failure)
            if _is_the_databases(failure):
                # Whoever asked meanwhile has waited as long: it is not tried for them as well.
                writes, self._writes = [*writes, *self._writes], []
            for write in writes:
                write.settle(_told(failure))
        else:
            for write in writes:
                write.settle()

    async def _run(self, other: Write[Any]) -> None:
        try:
            async with self._between.begin() as connection:
                await other.perform(connection, [other])
        except Exception as failure:
            _log(failure)
            other.settle(_told(failure))
        else:
            other.settle()


def _is_the_databases(failure: Exception) -> bool:
    """Whether it would fail whatever was being written: full, locked, gone."""
    if isinstance(failure, DBAPIError) and failure.connection_invalidated:
        return True
    return isinstance(failure, OperationalError | InterfaceError | OSError)


def _told(failure: Exception) -> Exception:
    """What one asker is told. A fault in what was given is raised as it came."""
    if isinstance(failure, IntegrityError):
        return Conflict("This clashes with what is already written.")
    if isinstance(failure, DBAPIError | OSError):
        # Without the failure as its cause: a driver may quote what people typed.
        return Unavailable("The database cannot be used at the moment; this was not saved.")
    return failure


def _log(failure: Exception) -> None:
    if isinstance(failure, DBAPIError | OSError) and not isinstance(failure, IntegrityError):
        cause = getattr(failure, "orig", None) or failure
        name = type(cause.__cause__ or cause).__name__  # the name only, for the same reason
        logger.error("the database failed: %s", getattr(cause, "sqlite_errorname", name))
