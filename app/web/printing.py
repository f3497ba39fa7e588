"""Prints: the deck as real cards, and a kit for tables without computers.

The same pages for what comes with the program and for what a workshop was opened with. It
leaves out what stands where on a page (`app/views/prints.py`, `posters.py`) and how it looks
(`static/print.css`). What always holds: whatever is asked for in the address that is not
known is left out and said, and a print needs no script.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import get_args

from fastapi import APIRouter, Request, Response

from app.game.material import Card, Caveat, Journey
from app.views import posters, prints
from app.views.deck import CardFilter
from app.views.prints import Sides
from app.web.door import door_of
from app.web.errors import Problem
from app.web.host import Host, host_of
from app.web.page import PageView, page_for, respond, with_query

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the kit: what it is, and how to print it."""

    name: str
    title: str
    about: str
    paper: str
    two_sided: bool = False


PARTS = {
    part.name: part
    for part in (
        Part(
            "cards",
            "The cards",
            "A finding and a question on the front; the study and how well it has stood up "
            "behind. One deck serves one table.",
            "Stiff paper, both sides; then cut along the marks",
            two_sided=True,
        ),
        Part(
            "notes",
            "Notes on the cards",
            "What was not checked of each card, how it has been used and who tried it again, in "
            "full. Some backs have no room for it and point here. One for each table.",
            "Plain paper",
        ),
        Part(
            "posters",
            "Journey posters",
            "The whole way on one poster, and a poster for every stage with its barriers and "
            "room for ideas. Hang them where the table can see them.",
            "One side, on A4, or on A3 if your printer can enlarge",
        ),
        Part(
            "barriers",
            "Barrier cards",
            "One for each barrier, with its number; what was found, and where, stands behind.",
            "Stiff paper, both sides; then cut along the marks",
            two_sided=True,
        ),
        Part(
            "slips",
            "Idea slips",
            "What somebody writes an idea on, with the numbers of the card and the barrier. "
            "Two on a page: print two pages for each person and stage.",
            "One side, plain paper; cut across the middle",
        ),
        Part(
            "scores",
            "Score sheets",
            "Impact, effort and amenability from 1 to 5, on the scale used on screen. "
            "One for each person who rates.",
            "One side, plain paper",
        ),
        Part(
            "guide",
            "Guide for the facilitator",
            "How to run the game at tables, on one page.",
            "One side, plain paper",
        ),
    )
}
"""The parts of the kit, in the order in which one lays the table."""


@dataclass(frozen=True, slots=True)
class Source:
    """What is printed, and where its pages stand."""

    deck: tuple[Card, ...]
    journeys: tuple[Journey, ...]
    warning: Caveat | None
    """What to bear in mind about every card; None in a workshop that was opened without."""
    kit: str
    """The address of the page that lists the prints."""


@router.get("/cards/print")
async def print_cards(
    request: Request,
    family: str = "",
    com_b: str = "",
    replication: str = "",
    words: str = "",
    sides: str = "",
) -> Response:
    """The deck as cards to cut out, eight to a page, filtered as the deck page is."""
    source = _shipped(request)
    asked, unknown = CardFilter(family, com_b, replication, words).understood(source.deck)
    return _print(
        source,
        PARTS["cards"],
        await page_for(request, "Print the cards", "/cards/print"),
        chosen=asked.chosen(source.deck),
        sides=sides,
        asked=asked.asks,
        unknown=unknown,
        back=(with_query("/cards", asked.asks), "Back to the cards"),
    )


@router.get("/journeys/{journey}/print")
async def print_journey(
    request: Request, journey: str, part: str = "posters", sides: str = ""
) -> Response:
    """A part of the kit for one problem statement; posters, unless another is asked for."""
    source = _shipped(request)
    found = tuple(each for each in source.journeys if each.id == journey)
    if not found:
        raise Problem("not_found", "There is no such problem statement.")
    wanted = _part(part)
    page = await page_for(request, wanted.title, f"/journeys/{journey}/print")
    own = replace(source, journeys=found)
    return _print(
        own,
        wanted,
        page,
        sides=sides,
        asked={"part": wanted.name},
        back=("/kit", "Back to the kit"),
    )


@router.get("/kit")
async def kit(request: Request) -> Response:
    """Every print there is, with what it is for and how to print it."""
    return _kit(_shipped(request), await page_for(request, "Print the kit", "/kit"))


@router.get("/kit/{part}")
async def print_part(request: Request, part: str, sides: str = "") -> Response:
    """A part of the kit, for all problem statements."""
    wanted = _part(part)
    page = await page_for(request, wanted.title, f"/kit/{wanted.name}")
    return _print(_shipped(request), wanted, page, sides=sides, back=("/kit", "Back to the kit"))


@router.get("/facilitate/{code}/kit")
async def workshop_kit(request: Request, code: str) -> Response:
    """The same list for the very deck and problem statements a workshop was opened with."""
    host = await host_of(request, code)
    source = _kept(host)
    page = PageView(
        f"Print the kit of “{host.live.state.title}”", source.kit, host.name, host.live.code
    )
    return _kit(source, page)


@router.get("/facilitate/{code}/kit/{part}")
async def print_workshop_part(request: Request, code: str, part: str, sides: str = "") -> Response:
    """A part of that kit."""
    host = await host_of(request, code)
    wanted = _part(part)
    source = _kept(host)
    page = PageView(wanted.title, f"{source.kit}/{wanted.name}", host.name, host.live.code)
    return _print(source, wanted, page, sides=sides, back=(source.kit, "Back to the kit"))


def _shipped(request: Request) -> Source:
    content = door_of(request).workshops.content
    return Source(content.deck.cards, content.journeys, content.deck.warning, "/kit")


def _kept(host: Host) -> Source:
    """The material the workshop of `host` was opened with."""
    state = host.live.state
    return Source(
        deck=(*state.deck.values(),),
        journeys=(*state.journeys.values(),),
        warning=state.warning,
        kit=f"{host.base}/kit",
    )


def _part(name: str) -> Part:
    try:
        return PARTS[name]
    except KeyError:
        raise Problem("not_found", "There is no such print.") from None


def _kit(source: Source, page: PageView) -> Response:
    return respond(
        "kit.html",
        page,
        parts=[(part, _pages(part, source)) for part in PARTS.values()],
        cards=len(source.deck),
        journeys=source.journeys,
        base=source.kit,
        shipped=page.code is None,
    )


def _pages(part: Part, source: Source) -> int | None:
    """How many sheets of paper a part takes; None where its text flows on."""
    match part.name:
        case "cards":
            return len(prints.sheets(source.deck, "fronts"))
        case "barriers":
            return sum(len(prints.sheets(_barriers([j]), "fronts")) for j in source.journeys)
        case "posters":
            return sum(len(journey.stages) + 1 for journey in source.journeys)
        case "guide":
            return 1
        case "notes":
            return None
    return len(source.journeys)


def _barriers(journeys: Iterable[Journey]) -> list[posters.PrintedBarrier]:
    return [barrier for journey in journeys for barrier in posters.printed_barriers(journey)]


def _print(
    source: Source,
    part: Part,
    page: PageView,
    *,
    back: tuple[str, str],
    chosen: Sequence[Card] | None = None,
    sides: str = "",
    asked: dict[str, str] | None = None,
    unknown: tuple[str, ...] = (),
) -> Response:
    known = next((each for each in get_args(Sides) if each == sides), None)
    if sides and known is None:
        unknown = (*unknown, "sides")
    side: Sides = known or "both"
    cards: tuple[prints.Sheet[prints.PrintedCard], ...] = ()
    barriers: list[prints.Sheet[posters.PrintedBarrier]] = []
    if part.name == "cards":
        wanted = source.deck if chosen is None else chosen
        cards = prints.sheets(prints.printed_deck(source.deck, wanted), side)
    if part.name == "barriers":  # each problem starts a page: its cards go to one table
        for journey in source.journeys:
            barriers += prints.sheets(posters.printed_barriers(journey), side)
    return respond(
        "print.html",
        page,
        part=part,
        cards=cards,
        barriers=barriers,
        notes=prints.notes(source.deck) if part.name == "notes" else (),
        warning=source.warning,
        kit=source.kit,
        journeys=[posters.printed_journey(journey) for journey in source.journeys],
        sides=side,
        asked=asked or {},
        unknown=unknown,
        back=back,
    )
