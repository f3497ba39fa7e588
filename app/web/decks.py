"""A deck of one's own: its cards, and undo and redo of what was brought in its place.

Leaves out files (`material_files.py`). What always holds: a deck on the shelf had no
mistake in it when it was brought; where today's rules find one, the page says which.
"""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from app.content import Deck
from app.store import Stale
from app.web.forms import FormView, new_ref, typed
from app.web.page import PageView, respond, see_other
from app.web.pieces import Held, held, look

router = APIRouter(include_in_schema=False)


async def deck_page(
    mine: Held,
    *,
    faults: Mapping[str, str] | None = None,
    why: str = "A workshop cannot be opened with it as it is.",
    missing: str = "",
    status: int = 200,
) -> Response:
    """The cards; `faults` are of a file that was not taken, `missing` says why there is none."""
    looked = await look(mine.document, "deck")
    errors = {"file": missing} if missing else {}
    return respond(
        "deck.html",
        PageView(mine.piece.title, mine.url, mine.account.name),
        status=status,
        deck=looked.material if isinstance(looked.material, Deck) else None,
        faults=faults or looked.errors,
        why=why,
        piece=mine.piece,
        forms={"upload": FormView("upload", f"{mine.url}/upload", new_ref(), {}, errors)},
    )


@router.post("/facilitate/material/{id}/turn")
async def turn(request: Request, id: str) -> Response:
    """Undo or redo what was brought in place of a deck."""
    mine = await held(request, id, "deck")
    said = typed(await request.form(max_files=0, max_fields=10))
    edition = said.get("edition", "")
    try:
        await mine.door.workshops.store.shelf.step(
            id,
            int(edition) if edition.isdecimal() and len(edition) < 10 else 0,
            1 if said.get("do") == "redo" else -1,
            mine.door.workshops.clock(),
        )
    except Stale as stale:
        return await deck_page(mine, missing=str(stale), status=409)
    return see_other(mine.url)
