"""The log: what happened in each workshop, numbered from 1 without a gap.

Leaves out what the events mean: a body is text. Always: `append` takes its place in the
order when it is called, and answers only after the commit; rows are never changed but
by `rewrite`, which exists for the law and not for the game.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.store.errors import Conflict
from app.store.tables import EVENT, WORKSHOP
from app.store.writer import Write, Writer


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be written: one event. `subject` is whose personal words the body holds."""

    kind: str
    actor: str
    at: datetime
    subject: str | None
    body: str


@dataclass(frozen=True, slots=True)
class Row(Entry):
    """What was written: an entry and where it stands."""

    workshop: str
    seq: int
    ref: str | None
    digest: str | None
    made: str | None


@dataclass(frozen=True, slots=True)
class CommandKey:
    """What a command is known again by; kept on the last row it wrote."""

    ref: str
    digest: str
    made: str | None


OnTheirWay = dict[tuple[str, int], list["Append"]]  # by workshop and last number


class Append(Write[None]):
    """One call of `Log.append`, on its way. Neighbours are written by one statement."""

    answer = None

    def __init__(
        self,
        workshop: str,
        after: int,
        entries: Sequence[Entry],
        command: CommandKey | None,
        on_their_way: OnTheirWay,
    ) -> None:
        super().__init__(self._alone)
        self.workshop = workshop
        self.after = after
        self.last = after + len(entries)
        self.rows = numbered(workshop, after, entries, command)
        self.upon = tuple(on_their_way.get((workshop, after), ()))  # if they fail, so does this
        self.on_their_way = on_their_way
        on_their_way.setdefault((workshop, self.last), []).append(self)

    @classmethod
    async def perform(cls, connection: AsyncConnection, run: Sequence[Self]) -> None:
        last = await _last_seqs(connection, {append.workshop for append in run})
        rows: list[dict[str, Any]] = []
        for append in run:
            append.refusal = append.why_not(last.get(append.workshop))
            if append.refusal is None:
                rows.extend(append.rows)
                last[append.workshop] = append.last
        if rows:
            await connection.execute(insert(EVENT), rows)

    def why_not(self, last: int | None) -> Conflict | None:
        if last is None:
            return Conflict("There is no such workshop.")
        if last != self.after:
            return Conflict("Something else was written first.")
        if any(append.refusal for append in self.upon):
            # The number may fit by accident: another process wrote as many as they wanted to.
            return Conflict("What this was built on was not written.")
        return None

    def settle(self, failure: Exception | None = None) -> None:
        # Before the asker is told, and in the same breath: until it knows of a failure,
        # whatever it still appends was built on what was not written.
        self.future.get_loop().call_soon(self._arrived)
        super().settle(failure)
        self.upon = ()

    def _arrived(self) -> None:
        waiting = self.on_their_way[self.workshop, self.last]
        waiting.remove(self)
        if not waiting:
            del self.on_their_way[self.workshop, self.last]

    async def _alone(self, connection: AsyncConnection) -> None:
        await self.perform(connection, [self])


class Log:
    """The door to the log: append, read, and rewrite for erasure."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._on_their_way: OnTheirWay = {}

    def append(
        self,
        workshop: str,
        after: int,
        entries: Sequence[Entry],
        *,
        command: CommandKey | None,
    ) -> asyncio.Future[None]:
        """Write `entries` as the numbers after `after`; the future is done once they are committed.

        Not a coroutine: the order of calls is the order of writing, so a second append may be
        called upon the first (`after` = the first's last number) without waiting for it.
        Await the future itself: then no append can slip in between a failure and its news.

        The future raises Conflict if the workshop's last number is not `after`, if the append
        this one was called upon failed, or if there is no such workshop; Unavailable if the
        database failed. Nothing of the entries is written then, with one exception that nobody
        can rule out: a commit whose answer was lost on the way from Postgres, or that a failing
        disk reported as failed just before a crash, may turn out to stand. So read again before
        deciding again.
        """
        if not entries:
            raise ValueError("there is nothing to append")
        return self._writer.write(Append(workshop, after, entries, command, self._on_their_way))

    async def read(self, workshop: str, after: int = 0, upto: int | None = None) -> list[Row]:
        """The rows numbered after `after`, up to and with `upto`, in order.

        Raises Unavailable if the database failed.
        """
        wanted = select(*(EVENT.c[name] for name in Row.__dataclass_fields__))
        wanted = wanted.where(EVENT.c.workshop == workshop, EVENT.c.seq > after)
        if upto is not None:
            wanted = wanted.where(EVENT.c.seq <= upto)

        async def rows(connection: AsyncConnection) -> list[Row]:
            return [Row(*row) for row in await connection.execute(wanted.order_by(EVENT.c.seq))]

        return await self._writer.between(rows)

    async def rewrite(self, workshop: str, edits: Mapping[int, str]) -> None:
        """Put these bodies in place of what stands at these numbers, leaving no copy behind.

        For taking out a person's words. Doing it twice does no harm. Raises Conflict, having
        changed nothing, if a number is not in the log; Unavailable if the database failed, or if
        the rows were changed but another program's reading keeps the old text in a file.
        """
        numbers = select(func.count()).where(
            EVENT.c.workshop == workshop, EVENT.c.seq.in_(list(edits))
        )
        change = (
            update(EVENT)
            .where(EVENT.c.workshop == workshop, EVENT.c.seq == bindparam("number"))
            .values(body=bindparam("words"))
        )

        async def rewritten(connection: AsyncConnection) -> None:
            if (await connection.execute(numbers)).scalar_one() != len(edits):
                raise Conflict("Some of these numbers are not in the log.")
            await connection.execute(
                change, [{"number": seq, "words": body} for seq, body in edits.items()]
            )

        if edits:
            await self._writer.write(Write(rewritten))
            await self._writer.checkpoint()


def numbered(
    workshop: str, after: int, entries: Sequence[Entry], command: CommandKey | None
) -> list[dict[str, Any]]:
    """The rows these entries become; the last one carries what the command is known again by."""
    rows: list[dict[str, Any]] = [
        {
            "workshop": workshop,
            "seq": seq,
            "kind": entry.kind,
            "at": entry.at,
            "actor": entry.actor,
            "ref": None,
            "digest": None,
            "made": None,
            "subject": entry.subject,
            "body": entry.body,
        }
        for seq, entry in enumerate(entries, after + 1)
    ]
    if command is not None:
        rows[-1] |= {"ref": command.ref, "digest": command.digest, "made": command.made}
    return rows


async def _last_seqs(connection: AsyncConnection, workshops: set[str]) -> dict[str, int]:
    """The last number of each of these workshops that there is."""
    # One look into the key's index for each, in one statement: grouping would read every row.
    newest = (
        select(func.coalesce(func.max(EVENT.c.seq), 0))
        .where(EVENT.c.workshop == WORKSHOP.c.code)
        .scalar_subquery()
    )
    found = await connection.execute(
        select(WORKSHOP.c.code, newest).where(WORKSHOP.c.code.in_(sorted(workshops)))
    )
    return {row[0]: row[1] for row in found}
