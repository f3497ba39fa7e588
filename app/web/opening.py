"""Opening a workshop in the browser: what it is played with, and whether that fits the time.

Problem statements and decks may be shipped or of one's own; those with mistakes are shown
with what is wrong, and cannot be chosen. Leaves out the rules (`app/game/opening.py`). What
always holds: what was typed and ticked comes back with a mistake.
"""

from collections.abc import Mapping
from math import ceil
from typing import Any

from fastapi import APIRouter, Request, Response

from app.drafting import shape
from app.game.messages import Rejected
from app.planning import Plan, plan
from app.store import Piece, StoreError
from app.web.access import Account
from app.web.door import Door, door_of
from app.web.errors import STATUS, Problem, from_exception
from app.web.forms import FormView, mistakes, new_ref, typed
from app.web.page import PageView, go, respond
from app.web.pieces import signed_in

router = APIRouter(include_in_schema=False)

NUMBERS = ("groups_per_problem", "hand_size", "swaps_per_stage", "shortlist_per_problem")
SEVERAL = ("problems", "leave_out", "families", "cards")
ORDER = ("title", "problems", "deck", "few_cards", *NUMBERS, "organisations", "leave_out")
"""Of the fields on the page."""

MOST_FIELDS = 2500
"""Every card of a large deck could be ticked."""

OWN = "own:"
"""Before the id of a piece of one's own, which otherwise might be that of a shipped one."""

USUAL_GROUP = 6

SIGNED_OUT = (
    "You are not signed in any more, so the workshop was not opened. Sign in again in another tab, "
    "then press the button here: what you typed is still below."
)


@router.get("/facilitate/new")
async def new(request: Request) -> Response:
    account, door = await signed_in(request), door_of(request)
    values = {
        "groups_per_problem": "1",
        "hand_size": "5",
        "swaps_per_stage": "1",
        "shortlist_per_problem": "2",
        "minutes": "120",
        "deck": "shipped",
        "problems": "\n".join(journey.id for journey in door.workshops.content.journeys),
    }
    return await _page(door, account, values, {})


@router.post("/facilitate/new")
async def open_workshop(request: Request) -> Response:
    door = door_of(request)
    account = await door.access.account(request)
    form = await request.form(max_files=0, max_fields=MOST_FIELDS)
    values = dict(typed(form))
    for name in SEVERAL:
        values[name] = "\n".join(str(value) for value in form.getlist(name))
    if account is None:
        return await _page(door, None, values, {"": SIGNED_OUT}, status=STATUS["forbidden"])
    if values.get("do") == "check":
        return await _page(door, account, values, {}, timed=True)
    wrong: dict[str, str] = {}
    status = 422
    try:
        wish = await _wish(door, account, values, wrong)
        if not wrong:
            live = await door.workshops.open_once(
                wish, owner=account.id, ref=values.get("ref") or new_ref()
            )
            return go(request, f"/facilitate/{live.code}")
        await door.workshops.look_at(wish)  # for what else is wrong
    except (Rejected, Problem, StoreError) as failure:
        problem = from_exception(failure)
        status = problem.status
        for name, text in mistakes(problem).items():
            # An entry of a list is at fault where the list is asked for.
            whole, _, entry = name.partition(".")
            before = wrong.get(whole)
            wrong[whole] = f"{before} {text}" if before and entry else before or text
    in_order = sorted(wrong, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER))
    return await _page(door, account, values, {n: wrong[n] for n in in_order}, status=status)


async def _wish(
    door: Door, account: Account, values: Mapping[str, str], wrong: dict[str, str]
) -> dict[str, object]:
    """What is asked for, not looked at yet; what cannot even be asked is put in `wrong`."""
    organisations = [line.strip() for line in values.get("organisations", "").splitlines()]
    fields: dict[str, object] = {
        "title": values.get("title", ""),
        "organisations": [name for name in organisations if name] or None,
        "leave_out": _lines(values, "leave_out"),
    }
    problems: list[object] = []
    cards = None
    try:
        for each in _lines(values, "problems"):
            own = each.startswith(OWN)
            problems.append(await _document(door, account, each, "problems") if own else each)
    except Problem as problem:
        wrong["problems"] = problem.message
    try:
        fields["deck"], cards = await _deck(door, account, values)
    except Problem as problem:
        wrong["deck"] = problem.message
    fields["problems"] = problems
    for name in NUMBERS:
        number = _number(values.get(name, ""))
        fields[name] = number if number is not None else values.get(name, "").strip()
    few = _few(cards, _number(values.get("hand_size", "")), _group_size(values) or USUAL_GROUP)
    if few and "few_cards" not in values:
        wrong["few_cards"] = few
    return fields


def _few(cards: int | None, hand: int | None, size: int) -> str | None:
    """That the cards are few for a group of `size`, where they are enough for one hand."""
    if not cards or not hand or not hand <= cards < hand * size:
        return None
    return (
        f"There are {cards} cards. A group of {size} with {hand} cards each needs "
        f"{hand * size} for nobody to hold the same. Choose more, or tick to open it all the same."
    )


async def _deck(
    door: Door, account: Account, values: Mapping[str, str]
) -> tuple[list[str] | dict[str, object] | None, int]:
    """The deck as a command takes it, and how many cards it has.

    Raises:
        Problem: there is none such.
    """
    shipped = door.workshops.content.deck
    chosen = values.get("deck", "shipped")
    families, ticked = _lines(values, "families"), _lines(values, "cards")
    part = [c.id for c in shipped.cards if c.family in families or c.id in ticked]
    if chosen == "part":
        if not part:
            words = "Tick the families or cards to play with, or choose the whole deck."
            raise Problem("malformed", words, "deck")
        return part, len(part)
    if part:
        words = "You ticked cards below. Choose “A part of it”, or take the ticks away."
        raise Problem("malformed", words, "deck")
    if chosen.startswith(OWN):
        document: dict[str, Any] = await _document(door, account, chosen, "deck")
        cards = document.get("cards")
        return document, len(cards) if isinstance(cards, list) else 0
    return None, len(shipped.cards)


async def _document(door: Door, account: Account, chosen: str, field: str) -> dict[str, Any]:
    """The document of a piece of one's own.

    Raises:
        Problem: it is not there any more, or not theirs.
    """
    found = await door.workshops.store.shelf.piece(chosen.removeprefix(OWN))
    sort = "deck" if field == "deck" else "journey"
    if found is not None and found[0].sort == sort and not found[0].binned_at:
        piece, document = found
        if (account.owner or piece.owner == account.id) and isinstance(document, dict):
            return document
    words = "One that you chose is not on your shelf any more. Choose again."
    raise Problem("malformed", words, field)


async def _page(
    door: Door,
    account: Account | None,
    values: Mapping[str, str],
    errors: Mapping[str, str],
    *,
    timed: bool = False,
    status: int = 200,
) -> Response:
    content = door.workshops.content
    kept = await _shelf(door, account) if account else []
    # Whose they are nobody can say who is not signed in; that they are chosen is kept.
    chosen = () if account else (*_lines(values, "problems"), values.get("deck", ""))
    form = FormView(
        "new",
        "/facilitate/new",
        values.get("ref") or new_ref(),
        values,
        errors,
        options={
            "journeys": content.journeys,
            "own": [p for p in kept if p.sort == "journey" and not p.mistakes],
            "not_ready": [p for p in kept if p.mistakes],
            "decks": [p for p in kept if p.sort == "deck" and not p.mistakes],
            "deck": content.deck,
            **{name: _lines(values, name) for name in SEVERAL},
            "plans": await _plans(door, kept, values) if timed else None,
            "size": _group_size(values),
            "chosen": [each for each in chosen if each.startswith(OWN)],
        },
    )
    page = PageView("Open a workshop", "/facilitate/new", account.name if account else None)
    return respond("new.html", page, status=status, forms={"new": form})


async def _shelf(door: Door, account: Account) -> list[Piece]:
    """What lies on the shelf of `account`, without the bin."""
    pieces = await door.workshops.store.shelf.pieces(None if account.owner else account.id)
    return [piece for piece in pieces if not piece.binned_at]


async def _plans(
    door: Door, kept: list[Piece], values: Mapping[str, str]
) -> list[tuple[str, Plan]]:
    """The time check of each problem statement that is ticked, by its title."""
    size, minutes = _group_size(values), _number(values.get("minutes", ""))
    if not size or not minutes:
        return []
    made = []
    for chosen in _lines(values, "problems"):
        journey = door.workshops.content.journey(chosen)
        mine = next((p for p in kept if f"{OWN}{p.id}" == chosen), None)
        if journey is not None:
            title, barriers = journey.title, [len(stage.barriers) for stage in journey.stages]
        elif mine is not None and (found := await door.workshops.store.shelf.piece(mine.id)):
            draft = shape.shaped(found[1])
            title, barriers = mine.title, [len(stage["barriers"]) for stage in draft["stages"]]
        else:
            continue
        left_out = _lines(values, "leave_out")
        times = plan(
            stages=len(barriers),
            barriers=barriers,
            people=size,
            minutes=minutes,
            left_out=left_out,
        )
        made.append((title, times))
    return made


def _group_size(values: Mapping[str, str]) -> int | None:
    """How many sit in the largest group, where it is said how many people come."""
    people, groups = (
        _number(values.get("people", "")),
        _number(values.get("groups_per_problem", "")),
    )
    problems = len(_lines(values, "problems"))
    if not people or not groups or not problems:
        return None
    return ceil(people / (groups * problems))


def _lines(values: Mapping[str, str], name: str) -> list[str]:
    return [line for line in values.get(name, "").split("\n") if line]


def _number(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None
