"""Pages for everyone: the way in, the deck, the problem statements, privacy, an idea's trail."""

from datetime import timedelta

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from app.game.messages import Actor
from app.live import LiveWorkshop
from app.store import StoreError
from app.views.deck import CardFilter, strengths
from app.views.evidence import trail
from app.web.door import Door, door_of, tidy
from app.web.errors import Problem, from_exception
from app.web.forms import FormView, new_ref, typed
from app.web.page import PageView, go, page_for, respond, with_query

router = APIRouter(include_in_schema=False)

CONTACT_HOLDS = timedelta(days=180)


@router.get("/")
async def home(request: Request, code: str = "") -> Response:
    return await _home(request, {"code": code}, {})


async def _home(
    request: Request, values: dict[str, str], errors: dict[str, str], status: int = 200
) -> Response:
    page = await page_for(request, "Moments of Change", "/")
    form = FormView("code", "/", new_ref(), values, errors)
    return respond("home.html", page, status=status, forms={"code": form})


@router.post("/")
async def enter(request: Request) -> Response:
    """Somebody typed a code."""
    door = door_of(request)
    values = typed(await request.form(max_files=0, max_fields=10))
    code = tidy(values.get("code", ""))
    try:
        if not code:
            raise Problem("malformed", "Enter the code of your workshop.", "code")
        live = await door.workshop(request, code)
    except (Problem, StoreError) as failure:
        problem = from_exception(failure)
        return await _home(request, values, {"code": problem.message}, problem.status)
    return go(request, f"/join/{live.code}")


@router.get("/cards")
async def cards(
    request: Request, family: str = "", com_b: str = "", replication: str = "", words: str = ""
) -> Response:
    """The deck, filtered as asked; nothing chosen means all."""
    deck = door_of(request).workshops.content.deck
    asked, unknown = CardFilter(family, com_b, replication, words).understood(deck.cards)
    page = await page_for(request, deck.title, "/cards")
    return respond(
        "cards.html",
        page,
        deck=deck,
        cards=asked.chosen(deck.cards),
        strengths=strengths(deck.cards),
        asked=asked,
        unknown=unknown,
        print_url=with_query("/cards/print", asked.asks),
    )


@router.get("/journeys")
async def journeys(request: Request) -> Response:
    page = await page_for(request, "Problem statements", "/journeys")
    return respond("journeys.html", page, journeys=door_of(request).workshops.content.journeys)


@router.get("/privacy")
async def privacy(request: Request) -> Response:
    page = await page_for(request, "What becomes of your words", "/privacy")
    days = door_of(request).settings.retention_days
    return respond("privacy.html", page, retention_days=days)


@router.get("/.well-known/security.txt")
async def security_contact(request: Request) -> Response:
    """Where to report a weakness (RFC 9116), if whoever runs the server has said."""
    door = door_of(request)
    if door.settings.security_contact is None:
        raise Problem("not_found")
    until = door.workshops.clock() + CONTACT_HOLDS
    lines = (
        f"Contact: {door.settings.security_contact}",
        f"Expires: {until:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en",
        f"Canonical: {door.url('/.well-known/security.txt')}",
    )
    return PlainTextResponse("\n".join(lines) + "\n")


@router.get("/accessibility-statement")
async def accessibility(request: Request) -> Response:
    page = await page_for(request, "Accessibility statement", "/accessibility-statement")
    return respond("accessibility.html", page)


@router.get("/w/{code}/ideas/{idea}")
async def idea_trail(request: Request, code: str, idea: str) -> Response:
    door = door_of(request)
    live = await door.workshop(request, code)
    actor = await _reader(door, request, live)
    found = trail(live.state, idea, actor)
    if found is None:
        raise Problem("not_found", "There is no such idea for you to see.")
    page = PageView(
        f"Evidence trail of idea {idea}", f"/w/{live.code}/ideas/{idea}", code=live.code
    )
    return respond("idea.html", page, trail=found)


async def _reader(door: Door, request: Request, live: LiveWorkshop) -> Actor:
    actor = await door.access.staff(request, live) or await door.access.viewer(request, live)
    if actor is None:
        raise Problem("unauthenticated", "You have no seat in this workshop. Join it first.")
    return actor
