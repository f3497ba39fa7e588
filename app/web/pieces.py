"""Pieces of the shelf on a page: whose they are, what is wrong with them, keeping them.

Leaves out the pages themselves (material, editing, decks). Always: a piece that is not
one's own does not exist, unless one is the server's owner.
"""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request

from app.content import Deck, Reading, Sort, look_at
from app.drafting import shape, wording
from app.game.material import Journey
from app.store import Piece, Said
from app.web.access import Account
from app.web.door import Door, door_of
from app.web.errors import Problem

UNTITLED = "Without a title"


@dataclass(frozen=True, slots=True)
class Held:
    """A piece with its document, in the hands of somebody who may have it."""

    door: Door
    account: Account
    piece: Piece
    document: object

    @property
    def url(self) -> str:
        return url_of(self.piece.id)


@dataclass(frozen=True, slots=True)
class Looked:
    """A document that was looked at: the material if it is sound, and what to put right."""

    material: Journey | Deck | None
    errors: Mapping[str, str]
    """By the field of the editor; for a deck by place."""
    count: int


def url_of(id: str) -> str:
    """Where a piece is shown and edited."""
    return f"/facilitate/material/{id}"


async def signed_in(request: Request) -> Account:
    """The facilitator signed in.

    Raises:
        Problem: nobody is.
    """
    account = await door_of(request).access.account(request)
    if account is None:
        raise Problem("forbidden", "This page is for facilitators. Sign in first.")
    return account


async def held(
    request: Request, id: str, sort: Sort | None = None, *, binned: bool = False
) -> Held:
    """The piece of this id; from the bin only where `binned` says that will do.

    Raises:
        Problem: nobody is signed in, or there is none of theirs.
    """
    account = await signed_in(request)
    found = await door_of(request).workshops.store.shelf.piece(id)
    if found is None or not (account.owner or found[0].owner == account.id):
        raise Problem("not_found", "There is no problem statement or deck of yours here.")
    if found[0].binned_at and not binned:
        raise Problem("not_found", "This is in your bin. Put it back first.")
    if sort is not None and found[0].sort != sort:
        raise Problem("not_found")
    return Held(door_of(request), account, *found)


async def look(document: object, sort: Sort) -> Looked:
    """Check a document, away from the event loop."""
    return told(await asyncio.to_thread(look_at, document, "draft", sort), sort)


def told(reading: Reading, sort: Sort) -> Looked:
    """What was read, with its mistakes in the words of a page."""
    if sort == "journey":
        errors = wording.by_field((mistake.way, mistake.message) for mistake in reading.mistakes)
    else:
        errors = {mistake.place: mistake.message for mistake in reading.mistakes}
    return Looked(reading.material, errors, len(errors))


async def put(door: Door, account: Account, sort: Sort, document: object, done: str) -> str:
    """A new piece of `account` on the shelf; its id.

    Raises:
        ShelfFull: they have as many as they may have, or it is too long.
    """
    id = secrets.token_hex(8)
    if sort == "journey":
        document = with_ids(shape.shaped(document), id)
    said = await saying(document, sort, done)
    await door.workshops.store.shelf.put(
        id, account.id, sort, document, said, door.workshops.clock()
    )
    return id


def with_ids(draft: shape.Draft, piece: str) -> shape.Draft:
    """`draft` with its ids made by the machine; the problem statement's own ends as the piece's."""
    return shape.with_ids(draft, piece[:5])


async def saying(document: object, sort: Sort, done: str) -> Said:
    """What lists say of `document`."""
    title = document.get("title") if isinstance(document, Mapping) else None
    title = " ".join(title.split()) if isinstance(title, str) else ""
    return Said(title or UNTITLED, (await look(document, sort)).count, done)
