"""The plain rows beside the log: the index of workshops, keys, drafts, who was last seen.

Leaves out everything that would change how a workshop turns out: that is the log's.
Always: these writes go through the same writer as the log, so they are in order with it,
and a row for a workshop that is not there is refused with Conflict, so that nothing
typed late comes to life again after an erasure.

Every method raises Unavailable if the database failed.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Executable,
    Table,
    and_,
    delete,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from app.store.tables import (
    ACCESS,
    DRAFT,
    EVENT,
    SEEN,
    WORKSHOP,
    AccessRow,
    DraftRow,
    Record,
    SeenRow,
    WorkshopRecord,
)
from app.store.writer import Write, Writer


class Records:
    """The door to the rows that are not the log."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    async def workshop(self, code: str) -> WorkshopRecord | None:
        """The workshop of this code, if there is one."""
        found = await self._rows(select(WORKSHOP).where(WORKSHOP.c.code == code))
        return WorkshopRecord(**found[0]) if found else None

    async def workshops(self, owner: str | None) -> list[WorkshopRecord]:
        """An owner's workshops, or with None all there are; the newest first."""
        wanted = select(WORKSHOP).order_by(WORKSHOP.c.opened_at.desc(), WORKSHOP.c.code)
        if owner is not None:
            wanted = wanted.where(WORKSHOP.c.owner == owner)
        return [WorkshopRecord(**row) for row in await self._rows(wanted)]

    async def renew_epoch(self, code: str, epoch: str) -> None:
        """Give a workshop another epoch: after a restore, seqs that clients hold mean nothing."""
        await self._do(update(WORKSHOP).where(WORKSHOP.c.code == code).values(epoch=epoch))

    async def grant(self, access: AccessRow) -> None:
        """Let a key in. Raises Conflict if there is such a key, or no such workshop."""
        await self._do(insert(ACCESS).values(access.model_dump()))

    async def access(self, key_hash: str) -> AccessRow | None:
        """What this key opens, if it was ever granted; `revoked_at` says whether it still does."""
        found = await self._rows(select(ACCESS).where(ACCESS.c.key_hash == key_hash))
        return AccessRow(**found[0]) if found else None

    async def accesses(self, workshop: str) -> list[AccessRow]:
        """Every key ever granted for a workshop, the oldest first."""
        wanted = select(ACCESS).where(ACCESS.c.workshop == workshop)
        wanted = wanted.order_by(ACCESS.c.created_at, ACCESS.c.key_hash)
        return [AccessRow(**row) for row in await self._rows(wanted)]

    async def revoke(self, key_hash: str, at: datetime) -> None:
        """Let a key in no more. The first time stands; a key nobody granted is no error."""
        await self._do(
            update(ACCESS)
            .where(ACCESS.c.key_hash == key_hash, ACCESS.c.revoked_at.is_(None))
            .values(revoked_at=at)
        )

    async def revoke_person(self, workshop: str, person: str, at: datetime) -> None:
        """Let none of a person's keys to a workshop in any more, nor their invites.

        These are the ones they made and the ones they came by; who else came by one stays.
        """
        await self._do(
            update(ACCESS)
            .where(_ways_in(workshop, person), ACCESS.c.revoked_at.is_(None))
            .values(revoked_at=at)
        )

    async def forget_accounts(self, before: datetime) -> None:
        """Take out facilitators' keys, and sign-ins that were used, from before a time."""
        old = ACCESS.c.kind == "account", ACCESS.c.created_at < before
        await self._do(delete(ACCESS).where(*old))

    async def save_draft(self, draft: DraftRow) -> None:
        """Keep a person's draft in place of the one before. Raises Conflict without a workshop."""
        await self._put(DRAFT, draft)

    async def draft(self, workshop: str, person: str) -> DraftRow | None:
        """What a person was writing, if anything."""
        wanted = select(DRAFT).where(DRAFT.c.workshop == workshop, DRAFT.c.person == person)
        found = await self._rows(wanted)
        return DraftRow(**found[0]) if found else None

    async def drafts(self, workshop: str) -> list[DraftRow]:
        """Every draft in a workshop, by person: for states and erasure, never for showing."""
        wanted = select(DRAFT).where(DRAFT.c.workshop == workshop).order_by(DRAFT.c.person)
        return [DraftRow(**row) for row in await self._rows(wanted)]

    async def drop_draft(self, workshop: str, person: str) -> None:
        """Forget a person's draft, if there is one."""
        await self._do(delete(DRAFT).where(DRAFT.c.workshop == workshop, DRAFT.c.person == person))

    async def saw(self, workshop: str, person: str, at: datetime) -> None:
        """Note when a person was last seen. Raises Conflict if there is no such workshop."""
        await self._put(SEEN, SeenRow(workshop=workshop, person=person, at=at))

    async def last_seen(self, workshop: str) -> dict[str, datetime]:
        """When each person of a workshop was last seen."""
        rows = await self._rows(select(SEEN).where(SEEN.c.workshop == workshop))
        return {row["person"]: row["at"] for row in rows}

    async def last_act(self, workshop: str) -> datetime | None:
        """When anybody last did anything in a workshop, typed a draft, or was seen."""
        newest = select(EVENT.c.at).where(EVENT.c.workshop == workshop)
        times = [
            *await self._rows(newest.order_by(EVENT.c.seq.desc()).limit(1)),
            *await self._rows(select(DRAFT.c.saved_at).where(DRAFT.c.workshop == workshop)),
            *await self._rows(select(SEEN.c.at).where(SEEN.c.workshop == workshop)),
        ]
        return max((time for row in times for time in row.values()), default=None)

    async def forget_person(self, workshop: str, person: str) -> None:
        """Take out a person's keys and invites, draft and last seen, leaving no copy behind.

        Their words in the log are `Log.rewrite`'s. Raises Unavailable also if the rows are gone
        but another program's reading keeps them in a file; doing it again is harmless.
        """

        async def forgotten(connection: AsyncConnection) -> None:
            await connection.execute(delete(ACCESS).where(_ways_in(workshop, person)))
            for table in (DRAFT, SEEN):
                await connection.execute(
                    delete(table).where(table.c.workshop == workshop, table.c.person == person)
                )

        await self._writer.write(Write(forgotten))
        await self._writer.checkpoint()

    async def _rows(self, wanted: Executable) -> list[dict[str, Any]]:
        async def rows(connection: AsyncConnection) -> list[dict[str, Any]]:
            return [row._asdict() for row in await connection.execute(wanted)]

        return await self._writer.between(rows)

    async def _do(self, change: Executable) -> None:
        async def done(connection: AsyncConnection) -> None:
            await connection.execute(change)

        await self._writer.write(Write(done))

    async def _put(self, table: Table, record: Record) -> None:
        """Write a row in place of the one with the same key."""
        # The two databases spell this the same, but SQLAlchemy keeps it apart by dialect.
        place = sqlite.insert(table) if self._writer.on_sqlite else postgresql.insert(table)
        key = [column.name for column in table.primary_key]
        rest = {
            column.name: place.excluded[column.name]
            for column in table.columns
            if column.name not in key
        }
        await self._do(
            place.values(record.model_dump()).on_conflict_do_update(index_elements=key, set_=rest)
        )


def _ways_in(workshop: str, person: str) -> ColumnElement[bool]:
    """A person's keys, the invites they made, and the invites they came by."""
    seats = select(ACCESS.c.name).where(
        ACCESS.c.workshop == workshop, ACCESS.c.person == person, ACCESS.c.kind == "seat"
    )
    theirs = or_(ACCESS.c.person == person, ACCESS.c.key_hash.in_(seats))
    return and_(ACCESS.c.workshop == workshop, theirs)
