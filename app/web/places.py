"""A participant's place at `/w/{code}`: the page, its forms, its socket, the screen.

Table leads, observers and analysts have the same page with less on it. What always
holds: which forms there are follows from role, phase and step, as the game allows them.
"""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response, WebSocket
from fastapi.responses import JSONResponse

from app.game.messages import Actor, Rejected, Role
from app.game.phases import Phase
from app.live import LiveWorkshop
from app.store import StoreError
from app.views import Draft
from app.views.rating import RatedIdea, rating
from app.web import fragments
from app.web.door import DRAFT_FIELDS, Door, door_of
from app.web.errors import Problem, as_json, from_exception
from app.web.forms import FormView, Notice, message, new_ref, on_page, typed
from app.web.live_page import changes, serve_page
from app.web.page import (
    PageView,
    fragment,
    go,
    notice_fragment,
    respond,
    screen,
    see_other,
    wants_fragment,
)

router = APIRouter(include_in_schema=False)

SCREEN = Actor("screen", Role.SCREEN)


async def viewer_of(request: Request, live: LiveWorkshop) -> Actor:
    """Who this browser is in `live`.

    Raises:
        Problem: it has no seat.
    """
    actor = await door_of(request).access.viewer(request, live)
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
    return _page(door, request, live, actor, rating_of=idea)


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
    return respond("participant.html", page, status=status, regions=shown.html, forms=all_forms)


def forms_of(
    live: LiveWorkshop, actor: Actor, *, rating_of: str | None = None
) -> dict[str, FormView]:
    """The forms `actor` has in their place, empty or with their draft.

    Those of later steps are there from the start, hidden with the region they go with,
    so that a page that is open needs no reload when the step changes.
    """
    action = f"/w/{live.code}/do"
    forms = {}
    if actor.role is Role.PARTICIPANT:
        draft = live.presence.company.drafts.get(actor.id)
        forms["write"] = write_form(live, actor, draft)
        forms["build"] = FormView("build", action, new_ref())
        forms["rate"] = rate_form(live, actor, rating_of)
    if actor.role is Role.TABLE_LEAD:
        forms["merge"] = FormView("merge", action, new_ref())
    return forms


def write_form(
    live: LiveWorkshop,
    actor: Actor,
    draft: Draft | None,
    *,
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    saved: str | None = None,
) -> FormView:
    """The form for an idea, with what was typed: just now, or saved as a draft."""
    if values is None:
        kept = {name: getattr(draft, name) for name in DRAFT_FIELDS} if draft else {}
        values = {name: value for name, value in kept.items() if value is not None}
    card = values.get("card") or values.get("kept_card") or ""
    barrier = values.get("barrier") or values.get("kept_barrier") or ""
    person = live.state.people.get(actor.id)
    in_hand = person is not None and card in person.hand
    found = None
    if person is not None and person.group is not None:
        found = live.state.journey_of(live.state.groups[person.group]).find(barrier)
    return FormView(
        "write",
        f"/w/{live.code}/do",
        new_ref(),
        values={**values, "card": card if in_hand else "", "barrier": barrier if found else ""},
        errors=errors or {},
        saved=saved,
        options={
            "draft_url": f"/w/{live.code}/draft",
            "card_title": live.state.deck[card].title if in_hand else None,
            "barrier_text": found[1].text if found else None,
        },
    )


def rate_form(
    live: LiveWorkshop,
    actor: Actor,
    chosen: str | None = None,
    *,
    action: str | None = None,
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    saved: str | None = None,
) -> FormView:
    """The form for one idea's marks: the one chosen, or the next without any."""
    view = rating(live.state, actor, live.presence.company)
    ideas = view.ideas if view else ()
    waiting = [idea for idea in ideas if not idea.rated]
    picked: RatedIdea | None = next((idea for idea in ideas if idea.id == chosen), None)
    idea = picked or (waiting[0] if waiting else None)
    if values is None:
        marks = ("impact", "effort", "amenability")
        values = {}
        if idea is not None and idea.rated:
            given = {name: getattr(idea, name) for name in marks}
            values = {name: "" if mark is None else str(mark) for name, mark in given.items()}
            values["reason"] = idea.reason or ""
    return FormView(
        "rate",
        action or f"/w/{live.code}/do",
        new_ref(),
        values=values,
        errors=errors or {},
        saved=saved,
        options={
            "idea": idea if view and not view.open else None,
            "left": len(waiting),
            "total": len(ideas),
        },
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
        kind = str(body.get("kind"))
        text = on_page(problem.message, problem.field, kind)
        again = _form_again(live, actor, name, values, {problem.field or "": text})
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
        fresh = _form_done(live, actor, name, saved=door.clock_time())
        if fresh is None:
            return notice_fragment(Notice("success", f"Done at {door.clock_time()}."))
        return fragment(fragments.render(f"forms/{name}.html", form=fresh))
    return see_other(f"/w/{live.code}")


def _form_again(
    live: LiveWorkshop,
    actor: Actor,
    name: str,
    values: Mapping[str, str],
    errors: Mapping[str, str],
) -> FormView | None:
    """The form called `name` with its mistakes and what was typed, and its ref kept.

    The ref stays: what was refused was never done, and what the network lost may have been.
    """
    action = f"/w/{live.code}/do"
    if name == "write" and actor.role is Role.PARTICIPANT:
        made = write_form(live, actor, None, values=values, errors=errors)
    elif name == "rate" and actor.role is Role.PARTICIPANT:
        made = rate_form(live, actor, values.get("idea"), values=values, errors=errors)
    elif name in ("build", "merge"):
        made = FormView(name, action, new_ref(), values, errors)
    else:
        return None
    return made


def _form_done(live: LiveWorkshop, actor: Actor, name: str, *, saved: str) -> FormView | None:
    """The form called `name`, fresh, after what it asked for was done."""
    if name == "write":
        return write_form(live, actor, None, saved=saved)
    if name == "rate":
        return rate_form(live, actor, saved=saved)
    if name in ("build", "merge"):
        return FormView(name, f"/w/{live.code}/do", new_ref(), saved=saved)
    return None


@router.post("/w/{code}/draft")
async def draft(request: Request, code: str) -> Response:
    """Keep what is being typed, for a script; without one, the page says so."""
    door = door_of(request)
    live = await door.workshop(request, code)
    try:
        actor = await viewer_of(request, live)
        form = await request.form(max_files=0, max_fields=100)
        values = typed(form)
        kept: dict[str, str | None] = {name: values.get(name) for name in DRAFT_FIELDS}
        for name in ("card", "barrier"):
            kept[name] = kept[name] or values.get(f"kept_{name}")
        await door.save_draft(live, actor, kept)
    except (Problem, StoreError) as failure:
        problem = from_exception(failure)
        return JSONResponse(as_json(problem), status_code=problem.status)
    return JSONResponse({"saved_at": door.clock_time()})


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


@router.get("/w/{code}/screen")
async def projector(request: Request, code: str) -> Response:
    """For a projector or a shared call: never anything private, so anyone with the code may."""
    door = door_of(request)
    live = await door.workshop(request, code)
    shown = screen(door, request, live, SCREEN, base=f"/w/{live.code}/screen")
    page = PageView(
        title=live.state.title, path=f"/w/{live.code}/screen", code=live.code, live=shown.live
    )
    return respond("screen.html", page, regions=shown.html, join=door.invitation(live.code))


@router.get("/w/{code}/screen/changes")
async def screen_changes(
    request: Request, code: str, since: int | None = None, epoch: str = "", tick: int | None = None
) -> Response:
    live = await door_of(request).workshop(request, code)
    return changes(request, live, SCREEN, since, epoch, tick)


@router.websocket("/w/{code}/screen/live")
async def screen_socket(socket: WebSocket, code: str) -> None:
    async def who(door: Door, live: LiveWorkshop) -> Actor:
        return SCREEN

    await serve_page(socket, code, who)


@router.get("/join/{code}")
async def join_page(request: Request, code: str, invite: str | None = None) -> Response:
    door = door_of(request)
    live = await door.workshop_at_the_door(request, code)
    if invite is None and await door.access.viewer(request, live) is not None:
        return see_other(f"/w/{live.code}")
    return _join_page(request, live, {"invite": invite or ""}, {})


def _join_page(
    request: Request,
    live: LiveWorkshop,
    values: Mapping[str, str],
    errors: Mapping[str, str],
    status: int = 200,
) -> Response:
    closed = live.state.phase is Phase.CLOSED
    organisations = live.state.options.organisations
    form = FormView(
        "join",
        f"/join/{live.code}",
        values.get("ref") or new_ref(),
        values=values,
        errors=errors,
        options={
            "organisations": list(organisations) if organisations else None,
            "closed": closed,
            "known": sorted({person.organisation for person in live.state.people.values()}),
        },
    )
    page = PageView(title=f"Join “{live.state.title}”", path=f"/join/{live.code}", code=live.code)
    return respond(
        "join.html", page, status=status, forms={"join": form}, workshop=live.state.title
    )


@router.post("/join/{code}")
async def join(request: Request, code: str) -> Response:
    door = door_of(request)
    live = await door.workshop_at_the_door(request, code)
    form = await request.form(max_files=0, max_fields=20)
    values = typed(form)
    try:
        await door.limits.check("join", door.address(request))
        seat = await door.join(
            live,
            name=values.get("name", ""),
            organisation=values.get("organisation", ""),
            invite=values.get("invite") or None,
            ref=_ref(values),
        )
    except (Rejected, Problem, StoreError) as failure:
        problem = from_exception(failure)
        text = on_page(problem.message, problem.field, None)
        return _join_page(request, live, values, {problem.field or "": text}, problem.status)
    staff = seat.role is Role.CO_HOST
    response = go(request, f"/facilitate/{live.code}" if staff else f"/w/{live.code}")
    door.access.keep_seat(response, live.code, seat.key)
    return response


def _ref(values: Mapping[str, str]) -> str | None:
    """The form's ref, where it is one of ours: long enough that nobody guesses another's."""
    ref = values.get("ref", "")
    return ref if 20 <= len(ref) <= 64 and ref.isascii() and ref.isprintable() else None
