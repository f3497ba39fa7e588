"""The facilitator's side at `/facilitate/{code}`: control room, shortlist, assess, exports.

Signing in and the list of workshops stand in `facilitators.py`. What always holds: every
page and act here asks first whether this browser may facilitate this workshop.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from fastapi import APIRouter, Request, Response, WebSocket

from app.exports.formats import formats_of
from app.exports.tables import TABLES
from app.game.apease import CRITERIA
from app.game.messages import Actor, Rejected
from app.game.phases import Phase
from app.game.prioritising import TIES, Weights, ballots, proposal, score
from app.live import LiveWorkshop
from app.store import StoreError
from app.views.regions import EVERYBODY
from app.views.results import rounded, shortlist
from app.web import fragments
from app.web.access import InviteRole
from app.web.door import Door, door_of
from app.web.errors import Problem, from_exception
from app.web.exporting import export
from app.web.forms import FormView, Notice, message, new_ref, on_page, typed
from app.web.live_page import changes, serve_page
from app.web.page import (
    PageView,
    fragment,
    notice_fragment,
    respond,
    screen,
    see_other,
    wants_fragment,
)
from app.web.places import rate_form

router = APIRouter(include_in_schema=False)

CONTROL_REGIONS = ("workshop", "course", "groups", "coverage", "longlist", "spotlight", "rating")
SHORTLIST_REGIONS = ("workshop", "course", "shortlist", "longlist")


@dataclass(frozen=True, slots=True)
class Host:
    """A facilitator or co-host at work in a workshop."""

    door: Door
    live: LiveWorkshop
    actor: Actor
    name: str

    @property
    def base(self) -> str:
        return f"/facilitate/{self.live.code}"


async def host_of(request: Request, code: str) -> Host:
    """Who this browser is, in the control room of `code`.

    Raises:
        Problem: nobody who may be there.
    """
    door = door_of(request)
    live = await door.workshop(request, code)
    actor = await door.access.staff(request, live)
    if actor is None:
        if await door.access.account(request) is None:
            raise Problem("forbidden", "This page is for the facilitator. Sign in first.")
        raise Problem("forbidden", "This workshop belongs to another facilitator.")
    account = await door.access.account(request)
    person = live.state.people.get(actor.id)
    return Host(door, live, actor, account.name if account else person.name if person else "")


@router.get("/facilitate/{code}")
async def control_room(request: Request, code: str, capture: str | None = None) -> Response:
    host = await host_of(request, code)
    host.live.presence.looked(host.actor.id)
    return _control_room(request, host, capture=capture, rating_of=request.query_params.get("idea"))


def _control_room(
    request: Request,
    host: Host,
    *,
    forms: Mapping[str, FormView] | None = None,
    notice: Notice | None = None,
    capture: str | None = None,
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
        capture_links=[
            (
                group.id,
                f"{group.id.upper()}: {live.state.journey_of(group).title}",
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


def seat_form(live: LiveWorkshop, **rest: Any) -> FormView:
    """Moving a participant to a group."""
    state = live.state
    return FormView(
        "seat",
        f"/facilitate/{live.code}/do",
        new_ref(),
        options={
            "participants": [
                (p.id, f"{p.name} ({p.organisation}), {p.group.upper() if p.group else 'no group'}")
                for p in state.participants()
            ],
            "groups": _groups(live),
        },
        **rest,
    )


def invite_form(live: LiveWorkshop, made: Sequence[tuple[str, str]] = (), **rest: Any) -> FormView:
    """Offering another seat: observer, table lead, co-host, analyst; `made` are new links."""
    return FormView(
        "invite",
        f"/facilitate/{live.code}/invites",
        new_ref(),
        options={"groups": _groups(live), "invites": list(made)},
        **rest,
    )


def capture_form(live: LiveWorkshop, group: str | None, **rest: Any) -> FormView | None:
    """Writing down an idea somebody of `group` said aloud."""
    state = live.state
    if group is None or group not in state.groups:
        return None
    journey = state.journey_of(state.groups[group])
    upto = state.groups[group].stage
    return FormView(
        "capture",
        f"/facilitate/{live.code}/do",
        new_ref(),
        options={
            "group": group,
            "participants": [(p.id, p.name) for p in state.participants(group)],
            "barriers": [
                (barrier.id, f"Stage {number}: {barrier.text}")
                for number, stage in enumerate(journey.stages[:upto], start=1)
                for barrier in stage.barriers
            ],
            "cards": sorted(
                ((card.id, card.title) for card in state.deck.values()), key=lambda card: card[1]
            ),
        },
        **rest,
    )


def choose_form(live: LiveWorkshop, **rest: Any) -> FormView:
    """Putting an idea on the shortlist, or taking it off."""
    return FormView("choose", f"/facilitate/{live.code}/do", new_ref(), **rest)


def assess_form(live: LiveWorkshop, **rest: Any) -> FormView:
    """Noting down an interview."""
    view = shortlist(live.state, EVERYBODY, live.presence.company)
    return FormView(
        "assess",
        f"/facilitate/{live.code}/do",
        new_ref(),
        options={"ideas": view.ideas if view else (), "criteria": CRITERIA},
        **rest,
    )


def _groups(live: LiveWorkshop) -> list[tuple[str, str]]:
    return [
        (group.id, f"{group.id.upper()}: {live.state.journey_of(group).title}")
        for group in live.state.groups.values()
    ]


def _form(host: Host, name: str, typed_in: Mapping[str, str], **rest: Any) -> FormView | None:
    """The form called `name`, with what was typed or fresh; None for a lone button."""
    live = host.live
    makers: dict[str, Callable[..., FormView | None]] = {
        "seat": lambda **r: seat_form(live, **r),
        "capture": lambda **r: capture_form(live, typed_in.get("group"), **r),
        "choose": lambda **r: choose_form(live, **r),
        "assess": lambda **r: assess_form(live, **r),
        "merge": lambda **r: FormView("merge", f"{host.base}/do", new_ref(), **r),
        "rate": lambda **r: rate_form(
            live,
            host.actor,
            typed_in.get("idea") if "errors" in r else None,
            action=f"{host.base}/do",
            **r,
        ),
    }
    return makers[name](**rest) if name in makers else None


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
        text = on_page(problem.message, problem.field, str(body.get("kind")))
        again = _form(host, name, values, values=values, errors={problem.field or "": text})
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
        fresh = _form(host, name, values, saved=at)
        if fresh is None:
            return notice_fragment(Notice("success", f"Done at {at}."))
        return fragment(fragments.render(f"forms/{name}.html", form=fresh))
    return see_other(_home_path(host, name, request))


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
        return _shortlist(request, host, forms=forms, notice=notice, status=status)
    if name == "assess":
        return _assess(host, forms=forms, notice=notice, status=status)
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
        made = await host.door.invite(host.live, offered, group)
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


@router.get("/facilitate/{code}/shortlist")
async def shortlist_page(request: Request, code: str) -> Response:
    return _shortlist(request, await host_of(request, code))


def _shortlist(
    request: Request,
    host: Host,
    *,
    forms: Mapping[str, FormView] | None = None,
    notice: Notice | None = None,
    status: int = 200,
) -> Response:
    live = host.live
    shown = screen(host.door, request, live, host.actor, base=host.base, only=SHORTLIST_REGIONS)
    page = PageView(
        f"Shortlist of “{live.state.title}”",
        f"{host.base}/shortlist",
        host.name,
        live.code,
        notice,
        shown.live,
    )
    return respond(
        "shortlist.html",
        page,
        status=status,
        regions=shown.html,
        forms={"choose": choose_form(live), **(forms or {})},
        matrix=_matrix(live),
        ties=TIES,
        doubled=_doubled(live),
    )


def _matrix(live: LiveWorkshop) -> list[tuple[str, str, float, float, float, str]]:
    """Idea, problem, impact, effort, amenability, words: once the ratings are open."""
    if not live.state.ratings_open:
        return []
    given = ballots(live.state)
    rows = []
    for idea in live.state.ideas():
        if idea.merged_into is not None:
            continue
        marks = score(idea.id, given)
        figures = [rounded(s.mean) for s in (marks.impact, marks.effort, marks.amenability)]
        impact, effort, amenability = figures
        if impact is not None and effort is not None and amenability is not None:
            title = live.state.journeys[idea.problem].title
            short = idea.words if len(idea.words) <= 90 else f"{idea.words[:88]}…"
            rows.append((idea.id, title, impact, effort, amenability, short))
    return rows


def _doubled(live: LiveWorkshop) -> list[tuple[str, dict[str, list[str]]]]:
    """What the proposal would be if one of the weights were doubled."""
    if not live.state.ratings_open:
        return []
    titles = {id: journey.title for id, journey in live.state.journeys.items()}
    return [
        (name, {titles[id]: list(ideas) for id, ideas in proposal(live.state, weights).items()})
        for name, weights in (
            ("Impact", Weights(impact=2)),
            ("Effort", Weights(effort=2)),
            ("Amenability", Weights(amenability=2)),
        )
    ]


@router.get("/facilitate/{code}/assess")
async def assess_page(request: Request, code: str) -> Response:
    return _assess(await host_of(request, code))


def _assess(
    host: Host,
    *,
    forms: Mapping[str, FormView] | None = None,
    notice: Notice | None = None,
    status: int = 200,
) -> Response:
    live = host.live
    form = assess_form(live)
    page = PageView(
        f"Assess the ideas of “{live.state.title}”",
        f"{host.base}/assess",
        host.name,
        live.code,
        notice,
    )
    return respond(
        "assess.html",
        page,
        status=status,
        forms={"assess": form, **(forms or {})},
        ideas=form.options["ideas"],
        records=[(record, live.state.idea(record.idea).words) for record in live.state.assessments],
        open=live.state.phase is Phase.ASSESS,
    )


@router.get("/facilitate/{code}/exports")
async def exports_page(request: Request, code: str) -> Response:
    host = await host_of(request, code)
    page = PageView(
        f"Exports of “{host.live.state.title}”", f"{host.base}/exports", host.name, host.live.code
    )
    files = [
        (what, kind.title, [(f, f"{host.base}/exports/{what}.{f}") for f in formats_of(what)])
        for what, kind in TABLES.items()
    ]
    files.append(("log", "Event log", [("json", f"{host.base}/exports/log.json")]))
    files.append(("workshop", "Whole workshop", [("json", f"{host.base}/exports/workshop.json")]))
    return respond("exports.html", page, exports=files, everything=f"{host.base}/exports/all.zip")


@router.get("/facilitate/{code}/exports/{file}")
async def export_file(request: Request, code: str, file: str) -> Response:
    host = await host_of(request, code)
    return await export(host.door, host.live, host.actor, file)


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
