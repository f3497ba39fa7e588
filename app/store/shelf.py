"""The shelf: facilitators' own problem statements and decks, each with its versions.

A piece is a JSON document, which may still have mistakes in it. Undo and redo move which
version counts; a save after an undo drops the versions above. Leaves out what is in a
document. Always: a change made from an edition that is no longer the newest is refused
with Stale, so that one page never silently writes over another; and everything goes
through the one writer.

Every method raises Unavailable if the database failed.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeVar

from sqlalchemy import Column, ColumnElement, Select, and_, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.store.errors import StoreError
from app.store.tables import PIECE, VERSION, PieceRow, VersionRow
from app.store.writer import Write, Writer

MOST_PIECES = 200
"""On the shelf of one account, with those in its bin."""

MOST_BYTES = 1_000_000
"""In one document."""

MOST_VERSIONS = 100
"""Of one piece; the oldest go first."""

Sort = Literal["journey", "deck"]
T = TypeVar("T")


class ShelfFull(StoreError):
    """An account has as many pieces as it may have, or a document is too large."""


class Stale(StoreError):
    """The piece was changed since the page that asks was made, or it is gone."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece as it stands, without its document, and whether there is a way back and on."""

    id: str
    owner: str
    sort: Sort
    title: str
    mistakes: int
    done: str
    edition: int
    current: int
    oldest: int
    newest: int
    made_at: datetime
    changed_at: datetime
    binned_at: datetime | None

    @property
    def can_undo(self) -> bool:
        return self.current > self.oldest

    @property
    def can_redo(self) -> bool:
        return self.current < self.newest


class Shelf:
    """The door to the pieces."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    async def pieces(self, owner: str | None) -> list[Piece]:
        """An account's pieces, or with None everybody's; those changed last first."""
        wanted = _pieces().order_by(PIECE.c.changed_at.desc(), PIECE.c.id)
        if owner is not None:
            wanted = wanted.where(PIECE.c.owner == owner)

        async def found(connection: AsyncConnection) -> list[Piece]:
            return [Piece(**row._asdict()) for row in await connection.execute(wanted)]

        return await self._writer.between(found)

    async def piece(self, id: str) -> tuple[Piece, object] | None:
        """The piece of this id with its document as it stands, if there is one."""

        async def found(connection: AsyncConnection) -> tuple[Piece, str] | None:
            row = (
                await connection.execute(_pieces(VERSION.c.body).where(PIECE.c.id == id))
            ).first()
            if row is None:
                return None
            fields = row._asdict()
            body = str(fields.pop("body"))
            return Piece(**fields), body

        held = await self._writer.between(found)
        return (held[0], json.loads(held[1])) if held else None

    async def put(
        self, id: str, owner: str, sort: Sort, document: object, said: "Said", at: datetime
    ) -> None:
        """Put a new piece on the shelf. Raises ShelfFull."""
        body = _written(document)
        row = PieceRow(
            id=id, owner=owner, sort=sort, current=1, edition=1, made_at=at, changed_at=at
        )

        async def placed(connection: AsyncConnection) -> bool:
            owned = select(func.count()).where(PIECE.c.owner == owner)
            if (await connection.execute(owned)).scalar_one() >= MOST_PIECES:
                return False
            await connection.execute(insert(PIECE).values(row.model_dump()))
            await connection.execute(insert(VERSION).values(said.version(id, 1, body, at)))
            return True

        if not await self._writer.write(Write(placed)):
            raise ShelfFull(
                f"You have {MOST_PIECES} problem statements and decks, which is the most. "
                "Delete some for good, those in the bin as well."
            )

    async def save(
        self, id: str, edition: int, document: object, said: "Said", at: datetime
    ) -> int:
        """Add a version, made from `edition`; the edition it makes. The same again adds none.

        Raises:
            Stale: the piece has been changed since, or it is gone.
            ShelfFull: the document is too large.
        """
        body = _written(document)

        async def saved(connection: AsyncConnection) -> int | None:
            wanted = _pieces(VERSION.c.body).where(PIECE.c.id == id, PIECE.c.binned_at.is_(None))
            row = (await connection.execute(wanted)).first()
            if row is None:
                return None
            if row.body == body:  # sent again after the answer was lost, or nothing was changed
                return int(row.edition)
            if not await _moved(connection, id, edition, row.current + 1, at):
                return None
            number = row.current + 1
            beyond = (VERSION.c.number >= number) | (VERSION.c.number <= number - MOST_VERSIONS)
            await connection.execute(delete(VERSION).where(VERSION.c.piece == id, beyond))
            await connection.execute(insert(VERSION).values(said.version(id, number, body, at)))
            return edition + 1

        return _known(await self._writer.write(Write(saved)))

    async def step(self, id: str, edition: int, way: Literal[-1, 1], at: datetime) -> str:
        """Go back one version, or on one; what was undone or done again, in plain words.

        Where there is no way to go nothing happens. Raises Stale as `save` does.
        """

        async def stepped(connection: AsyncConnection) -> str | None:
            wanted = _pieces().where(PIECE.c.id == id, PIECE.c.binned_at.is_(None))
            row = (await connection.execute(wanted)).first()
            if row is None or row.edition != edition:
                return None
            number = row.current + way
            if not row.oldest <= number <= row.newest:
                return ""
            about = select(VERSION.c.done).where(
                VERSION.c.piece == id, VERSION.c.number == max(number, row.current)
            )
            done = str((await connection.execute(about)).scalar_one())
            return done if await _moved(connection, id, edition, number, at) else None

        return _known(await self._writer.write(Write(stepped)))

    async def bin(self, id: str, at: datetime | None) -> None:
        """Put a piece into the bin, or with None take it out again."""

        async def binned(connection: AsyncConnection) -> None:
            await connection.execute(update(PIECE).where(PIECE.c.id == id).values(binned_at=at))

        await self._writer.write(Write(binned))

    async def erase(self, id: str) -> None:
        """Delete a piece that is in the bin, with all its versions, leaving no copy behind."""
        await self._erase(and_(PIECE.c.id == id, PIECE.c.binned_at.is_not(None)))

    async def empty_bins(self, before: datetime) -> int:
        """Delete what was put into a bin before then; how many pieces that was."""
        return await self._erase(PIECE.c.binned_at < before)

    async def _erase(self, which: ColumnElement[bool]) -> int:
        async def erased(connection: AsyncConnection) -> int:
            ids = list((await connection.execute(select(PIECE.c.id).where(which))).scalars())
            await connection.execute(delete(VERSION).where(VERSION.c.piece.in_(ids)))
            await connection.execute(delete(PIECE).where(PIECE.c.id.in_(ids)))
            return len(ids)

        number = await self._writer.write(Write(erased))
        if number:
            await self._writer.checkpoint()
        return number


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of a version in lists: its title, its mistakes, and what was done."""

    title: str
    mistakes: int
    done: str

    def version(self, piece: str, number: int, body: str, at: datetime) -> dict[str, object]:
        row = VersionRow(
            piece=piece,
            number=number,
            at=at,
            title=self.title[:300],
            mistakes=self.mistakes,
            done=self.done,
            body=body,
        )
        return row.model_dump()


def _known(answer: T | None) -> T:
    """What the database said, unless it was that somebody else came first."""
    if answer is None:
        raise Stale("This has been changed since, in another tab or by somebody else.")
    return answer


def _written(document: object) -> str:
    body = json.dumps(document, ensure_ascii=False)
    if len(body.encode()) > MOST_BYTES:
        raise ShelfFull(f"This is too long to be kept: {MOST_BYTES:,} bytes at most.")
    return body


def _pieces(*more: Column[Any]) -> Select[Any]:
    """Each piece with what is said of its current version."""
    each = VERSION.alias()
    ends = [
        select(end(each.c.number)).where(each.c.piece == PIECE.c.id).scalar_subquery()
        for end in (func.min, func.max)
    ]
    current = and_(VERSION.c.piece == PIECE.c.id, VERSION.c.number == PIECE.c.current)
    return select(
        *PIECE.c,
        VERSION.c.title,
        VERSION.c.mistakes,
        VERSION.c.done,
        ends[0].label("oldest"),
        ends[1].label("newest"),
        *more,
    ).join(VERSION, current)


async def _moved(
    connection: AsyncConnection, id: str, edition: int, current: int, at: datetime
) -> bool:
    """Let `current` be the version that counts, if the piece is still of this edition."""
    moved = await connection.execute(
        update(PIECE)
        .where(PIECE.c.id == id, PIECE.c.edition == edition)
        .values(current=current, edition=edition + 1, changed_at=at)
    )
    return moved.rowcount == 1
