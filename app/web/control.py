"""The control room at `/facilitate/{code}`, and what its forms and buttons do.

It leaves out signing in (`facilitators.py`), the forms (`control_forms.py`) and the
pages after the play (`deciding.py`). What always holds: every act asks first whether
this browser may facilitate this workshop.
"""

from collections.abc import Mapping
from typing import get_args

from fastapi import APIRouter, Request, Response, WebSocket

from app.game.messages import Actor, Rejected
from app.live import LiveWorkshop
from app.store import StoreError
from app.web import fragments
from app.web.access import InviteRole
from app.web.control_forms import (
    capture_form,
    form_called,
    invite_form,
    other_seats,
    remove_form,
    seat_form,
)
from app.web.deciding import assess_with, shortlist_with
from app.web.door import Door
from app.web.errors import Problem, from_exception
from app.web.forms import FormView, Notice, message, mistakes, new_ref, typed
from app.web.host import Host, host_of
from app.web.live_page import changes, serve_page
from app.web.page import (
    PageView,
    done_at,
    done_notice,
    fragment,
    notice_fragment,
    respond,
    screen,
    wants_fragment,
)
from app.web.place_forms import rate_form

router = APIRouter(include_in_schema=False)

CONTROL_REGIONS = ("workshop", "course", "groups", "coverage", "longlist", "spotlight", "rating")


@router.get("/facilitate/{code}")
async def control_room(
    request: Request, code: str, capture: str | None = None, remove: str | None = None
) -> Response:
    host = await host_of(request, code)
    host.live.presence.looked(host.actor.id)
    return _control_room(
        request,
        host,
        capture=capture,
        remove=remove,
        rating_of=request.query_params.get("idea"),
        notice=done_notice(request),
    )


def _control_room(
    request: Request,
    host: Host,
    *,
    forms: Mapping[str, FormView] | None = None,
    notice: Notice | None = None,
    capture: str | None = None,
    remove: str | None = None,
    rating_of: str | None = None,
    status: int = 200,
) -> Response:
    door, live = host.door, host.live
    shown = screen(door, request, live, host.actor, base=host.base, only=CONTROL_REGIONS)
    page = PageView(live.state.title, host.base, host.name, live.code, notice, shown.live)
    groups = live.state.groups.values()
    made = {
        "seat": seat_form(live),
        "merge": FormView("merge", f"{host.base}/do", new_ref()),
        "invite": invite_form(live),
        "remove": remove_form(live, remove),
        "rate": rate_form(live, host.actor, rating_of, action=f"{host.base}/do"),
        "capture": capture_form(live, capture) if capture in live.state.groups else None,
        **(forms or {}),
    }
    return respond(
        "control_room.html",
        page,
        status=status,
        regions=shown.html,
        forms=made,
        join=door.invitation(live.code),
        other_seats=other_seats(live),
        capture_links=[
            (
                group.id,
                f"Group {group.id[1:]}: {live.state.journey_of(group).title}",
                f"{host.base}?capture={group.id}#capture",
            )
            for group in groups
        ],
        links={
            "screen": f"/w/{live.code}/screen",
            "shortlist": f"{host.base}/shortlist",
            "assess": f"{host.base}/assess",
            "exports": f"{host.base}/exports",
        },
    )


@router.post("/facilitate/{code}/do")
async def do(request: Request, code: str) -> Response:
    """Carry out what a form or a button asks for, and answer as it was asked."""
    host = await host_of(request, code)
    form = await request.form(max_files=0, max_fields=100)
    values = typed(form)
    name = values.get("form_name", "")
    body = message(form)
    try:
        await host.door.limits.check("command", f"{host.live.code} {host.actor.id}")
        await host.door.do(host.live, body, host.actor)
    except (Rejected, Problem, StoreError) as failure:
        problem = from_exception(failure)
        wrong = mistakes(problem, body.get("kind"))
        again = form_called(host, name, values, values=values, errors=wrong)
        text = " ".join(wrong.values())
        if wants_fragment(request):
            if again is None:
                return notice_fragment(Notice("error", text), status=problem.status)
            return fragment(
                fragments.render(f"forms/{name}.html", form=again), status=problem.status
            )
        forms = {name: again} if again else {}
        notice = None if again else Notice("error", text)
        return _home(request, host, name, forms, notice, problem.status)
    at = host.door.clock_time()
    if wants_fragment(request):
        fresh = form_called(host, name, values, saved=at)
        if fresh is None:
            return notice_fragment(Notice("success", f"Done at {at}."))
        return fragment(fragments.render(f"forms/{name}.html", form=fresh))
    return done_at(_home_path(host, name, request), at)


def _home(
    request: Request,
    host: Host,
    name: str,
    forms: Mapping[str, FormView],
    notice: Notice | None,
    status: int,
) -> Response:
    """The page a form stands on, without scripts."""
    if name == "choose":
        return shortlist_with(request, host, forms=forms, notice=notice, status=status)
    if name == "assess":
        return assess_with(request, host, forms=forms, notice=notice, status=status)
    return _control_room(request, host, forms=forms, notice=notice, status=status)


def _home_path(host: Host, name: str, request: Request) -> str:
    """Where to go after a button without scripts: back to the page it stood on."""
    pages = {f"{host.base}/{page}" for page in ("shortlist", "assess", "exports")}
    here = {"choose": f"{host.base}/shortlist", "assess": f"{host.base}/assess"}.get(name)
    came_from = "/" + request.headers.get("referer", "").partition("://")[2].partition("/")[2]
    came_from = came_from.partition("?")[0]
    return here or (came_from if came_from in pages else host.base)


@router.post("/facilitate/{code}/invites")
async def invite(request: Request, code: str) -> Response:
    host = await host_of(request, code)
    values = typed(await request.form(max_files=0, max_fields=20))
    role, group = values.get("role", ""), values.get("group") or None
    try:
        offered = next((each for each in get_args(InviteRole) if each == role), None)
        if offered is None:
            raise Problem("malformed", "Choose what the invite is for.", "role")
        made = await host.door.invite(host.live, offered, group, host.actor)
    except (Rejected, Problem, StoreError) as failure:
        problem = from_exception(failure)
        form = invite_form(host.live, values=values, errors={problem.field or "": problem.message})
        if wants_fragment(request):
            return fragment(fragments.render("forms/invite.html", form=form), status=problem.status)
        return _control_room(request, host, forms={"invite": form}, status=problem.status)
    url = host.door.url(f"/join/{host.live.code}?invite={made}")
    form = invite_form(host.live, [(role, url)], saved=host.door.clock_time())
    if wants_fragment(request):
        return fragment(fragments.render("forms/invite.html", form=form))
    return _control_room(request, host, forms={"invite": form})


@router.get("/facilitate/{code}/changes")
async def control_changes(
    request: Request, code: str, since: int | None = None, epoch: str = "", tick: int | None = None
) -> Response:
    host = await host_of(request, code)
    host.live.presence.looked(host.actor.id)
    return changes(request, host.live, host.actor, since, epoch, tick)


@router.websocket("/facilitate/{code}/live")
async def control_socket(socket: WebSocket, code: str) -> None:
    async def who(door: Door, live: LiveWorkshop) -> Actor:
        actor = await door.access.staff(socket, live)
        if actor is None:
            raise Problem("unauthenticated")
        return actor

    await serve_page(socket, code, who)
