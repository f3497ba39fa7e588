"""Own problem statements and decks: the list, what can be begun, the bin.

Leaves out files that come and go (`material_files.py`) and the editor (`editing.py`). What
always holds: deleting puts a piece into the bin, from where it can be put back.
"""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from app.content import Sort
from app.drafting import shape
from app.store import MOST_PIECES, ShelfFull, StoreError
from app.web.access import Account
from app.web.door import Door, door_of
from app.web.errors import from_exception
from app.web.forms import FormView, Notice, new_ref, typed
from app.web.page import PageView, respond, see_other
from app.web.pieces import held, put, signed_in, url_of

router = APIRouter(include_in_schema=False)

HERE = "/facilitate/material"
NOTICES = {
    "binned": "Deleted. It is in the bin below, from where you can put it back.",
    "back": "Put back.",
    "erased": "Deleted for good.",
}
NOTHING = "nothing"
"""What a problem statement is begun from, where it is none of those that are shipped."""


@router.get("/facilitate/material")
async def material(request: Request, done: str = "") -> Response:
    """One's own problem statements and decks; the server's owner sees everybody's."""
    account = await signed_in(request)
    notice = Notice("success", NOTICES[done]) if done in NOTICES else None
    return await material_page(door_of(request), account, notice=notice)


async def material_page(
    door: Door,
    account: Account,
    *,
    errors: Mapping[str, Mapping[str, str]] | None = None,
    faults: tuple[str, Mapping[str, str]] | None = None,
    notice: Notice | None = None,
    sort: Sort = "journey",
    status: int = 200,
) -> Response:
    """The list. `errors` are by form and field, `faults` a file's name with its mistakes.

    `sort` is what somebody said is in a file that they brought.
    """
    pieces = await door.workshops.store.shelf.pieces(None if account.owner else account.id)
    wrong = errors or {}
    forms = {
        name: FormView(name, f"{HERE}/{name}", new_ref(), {"sort": sort}, wrong.get(name, {}))
        for name in ("begin", "upload")
    }
    return respond(
        "material.html",
        PageView("Your problem statements and decks", HERE, account.name, notice=notice),
        status=status,
        forms=forms,
        faults=faults,
        shipped=door.workshops.content.journeys,
        kept={
            sort: [piece for piece in pieces if piece.sort == sort and not piece.binned_at]
            for sort in ("journey", "deck")
        },
        binned=[piece for piece in pieces if piece.binned_at],
        most=MOST_PIECES,
        everybodys=account.owner,
        own=account.id,
    )


@router.post("/facilitate/material/begin")
async def begin(request: Request) -> Response:
    """Begin a problem statement, from nothing or from one that is shipped."""
    account, door = await signed_in(request), door_of(request)
    values = typed(await request.form(max_files=0, max_fields=10))
    chosen = values.get("from", NOTHING)
    journey = door.workshops.content.journey(chosen)
    if journey is not None:
        document, done = journey.model_dump(mode="json"), f"Begun from “{journey.title}”"
    elif chosen == NOTHING:
        document, done = shape.blank(), "Begun from nothing"
    else:
        words = "Choose what to begin from."
        return await material_page(door, account, errors={"begin": {"from": words}}, status=422)
    return await _placed(door, account, "journey", {**document, "id": ""}, done)


@router.post("/facilitate/material/{id}/duplicate")
async def duplicate(request: Request, id: str) -> Response:
    """A second one like it, to change."""
    mine = await held(request, id)
    document = mine.document
    if mine.piece.sort == "journey":
        draft = shape.shaped(document)
        document = {**draft, "id": "", "title": f"{draft['title']} (copy)"[:300].strip()}
    done = f"Copied from “{mine.piece.title}”"
    return await _placed(mine.door, mine.account, mine.piece.sort, document, done)


async def _placed(
    door: Door, account: Account, sort: Sort, document: object, done: str
) -> Response:
    try:
        id = await put(door, account, sort, document, done)
    except ShelfFull as full:
        notice = Notice("error", str(full))
        return await material_page(door, account, notice=notice, status=409)
    except StoreError as failure:
        problem = from_exception(failure)
        notice = Notice("error", problem.message)
        return await material_page(door, account, notice=notice, status=problem.status)
    return see_other(url_of(id))


@router.get("/facilitate/material/{id}/delete")
async def ask_to_delete(request: Request, id: str) -> Response:
    """Whether it is really to be deleted."""
    mine = await held(request, id, binned=True)
    page = PageView(f"Delete “{mine.piece.title}”?", HERE, mine.account.name)
    return respond("delete_piece.html", page, piece=mine.piece)


@router.post("/facilitate/material/{id}/delete")
async def delete(request: Request, id: str) -> Response:
    """Put a piece into the bin; one that is there already is deleted for good."""
    mine = await held(request, id, binned=True)
    shelf = mine.door.workshops.store.shelf
    if mine.piece.binned_at:
        await shelf.erase(id)
        return see_other(f"{HERE}?done=erased")
    await shelf.bin(id, mine.door.workshops.clock())
    return see_other(f"{HERE}?done=binned")


@router.post("/facilitate/material/{id}/put-back")
async def put_back(request: Request, id: str) -> Response:
    """Take a piece out of the bin."""
    mine = await held(request, id, binned=True)
    await mine.door.workshops.store.shelf.bin(id, None)
    return see_other(f"{HERE}?done=back")
