"""A participant's place at `/w/{code}`: the page, what its forms do, its socket.

Table leads, observers and analysts have the same page with less on it. It leaves out
the forms (`place_forms.py`), joining (`joining.py`) and the screen (`projector.py`).
What always holds: what somebody may do is the game's to say, not the page's.
"""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response, WebSocket
from fastapi.responses import JSONResponse

from app.game.messages import Actor, Rejected, Role
from app.live import LiveWorkshop
from app.store import StoreError
from app.web import fragments
from app.web.access import TAKEN_OUT
from app.web.door import DRAFT_FIELDS, Door, door_of
from app.web.errors import Problem, as_json, from_exception
from app.web.forms import FormView, Notice, message, mistakes, on_page, typed
from app.web.live_page import changes, serve_page
from app.web.page import (
    PageView,
    done_at,
    done_notice,
    fragment,
    notice_fragment,
    respond,
    screen,
    see_other,
    wants_fragment,
)
from app.web.place_forms import form_again, form_done, forms_of

router = APIRouter(include_in_schema=False)

NO_SEAT_ANY_MORE = (
    "You have no seat in this workshop any more: it was erased, or its key opens nothing now."
)
"""The field beside it, `seat`, tells a page that what it kept for this person is to go."""


async def viewer_of(request: Request, live: LiveWorkshop) -> Actor:
    """Who this browser is in `live`.

    Raises:
        Problem: it has no seat, or holds the key of one that is no more.
    """
    access = door_of(request).access
    actor = await access.viewer(request, live)
    if actor is None and access.cookies.seat(request, live.code):
        removed = await access.taken_out(request, live)
        raise Problem("unauthenticated", TAKEN_OUT if removed else NO_SEAT_ANY_MORE, "seat")
    if actor is None:
        raise Problem("unauthenticated", "You have no seat in this workshop yet. Join it first.")
    return actor


@router.get("/w/{code}")
async def place(request: Request, code: str, idea: str | None = None) -> Response:
    door = door_of(request)
    live = await door.workshop(request, code)
    actor = await door.access.viewer(request, live)
    if actor is None:
        staff = await door.access.staff(request, live)
        return see_other(f"/facilitate/{live.code}" if staff else f"/join/{live.code}")
    if actor.role is Role.CO_HOST:
        return see_other(f"/facilitate/{live.code}")
    live.presence.looked(actor.id)
    notice = done_notice(request)
    return _page(door, request, live, actor, rating_of=idea, notice=notice)


def _page(
    door: Door,
    request: Request,
    live: LiveWorkshop,
    actor: Actor,
    *,
    forms: Mapping[str, FormView] | None = None,
    notice: Notice | None = None,
    rating_of: str | None = None,
    status: int = 200,
) -> Response:
    shown = screen(door, request, live, actor, base=f"/w/{live.code}")
    page = PageView(
        title=live.state.title,
        path=f"/w/{live.code}",
        code=live.code,
        notice=notice,
        live=shown.live,
    )
    all_forms = {**forms_of(live, actor, rating_of=rating_of), **(forms or {})}
    return respond(
        "participant.html",
        page,
        status=status,
        regions=shown.html,
        forms=all_forms,
        warning=live.state.warning,
    )


@router.post("/w/{code}/do")
async def do(request: Request, code: str) -> Response:
    """Carry out what a form or a button asks for, and answer as it was asked."""
    door = door_of(request)
    live = await door.workshop(request, code)
    actor = await viewer_of(request, live)
    form = await request.form(max_files=0, max_fields=100)
    values = typed(form)
    name = values.get("form_name", "")
    body = message(form)
    try:
        await door.limits.check("command", f"{live.code} {actor.id}")
        await door.do(live, body, actor)
    except (Rejected, Problem, StoreError) as failure:
        problem = from_exception(failure)
        wrong = mistakes(problem, body.get("kind"))
        again = form_again(live, actor, name, values, wrong)
        text = " ".join(wrong.values())
        if again is None:
            if wants_fragment(request):
                return notice_fragment(Notice("error", text), status=problem.status)
            return _page(
                door, request, live, actor, notice=Notice("error", text), status=problem.status
            )
        if wants_fragment(request):
            html = fragments.render(f"forms/{name}.html", form=again)
            return fragment(html, status=problem.status)
        return _page(door, request, live, actor, forms={name: again}, status=problem.status)
    if wants_fragment(request):
        fresh = form_done(live, actor, name, saved=door.clock_time())
        if fresh is None:
            return notice_fragment(Notice("success", f"Done at {door.clock_time()}."))
        return fragment(fragments.render(f"forms/{name}.html", form=fresh))
    return done_at(f"/w/{live.code}", door.clock_time())


@router.post("/w/{code}/draft")
async def draft(request: Request, code: str) -> Response:
    """Keep what is being typed. Only scripts ask for this, so the answer is JSON."""
    door = door_of(request)
    live = await door.workshop(request, code)
    try:
        actor = await viewer_of(request, live)
        form = await request.form(max_files=0, max_fields=100)
        values = typed(form)
        kept: dict[str, str | None] = {name: values.get(name) for name in DRAFT_FIELDS}
        for name in ("card", "barrier"):
            kept[name] = kept[name] or values.get(f"kept_{name}")
        saved = await door.save_draft(live, actor, kept)
    except (Rejected, Problem, StoreError) as failure:
        problem = from_exception(failure)
        problem.message = on_page(problem.message, problem.field, None)
        return JSONResponse(as_json(problem), status_code=problem.status)
    return JSONResponse({"saved_at": door.clock_time(), "stamp": saved.saved_at.isoformat()})


@router.get("/w/{code}/changes")
async def place_changes(
    request: Request, code: str, since: int | None = None, epoch: str = "", tick: int | None = None
) -> Response:
    door = door_of(request)
    live = await door.workshop(request, code)
    actor = await viewer_of(request, live)
    live.presence.looked(actor.id)
    return changes(request, live, actor, since, epoch, tick)


@router.websocket("/w/{code}/live")
async def place_socket(socket: WebSocket, code: str) -> None:
    async def who(door: Door, live: LiveWorkshop) -> Actor:
        actor = await door.access.viewer(socket, live)
        if actor is None:
            raise Problem("unauthenticated")
        return actor

    await serve_page(socket, code, who)
