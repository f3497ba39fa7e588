"""After the play: the pages for the shortlist, the interviews and the exports.

What posting their forms does stands in `control.py`. What always holds: figures are
here only once the ratings are open.
"""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from app.exports.formats import formats_of
from app.exports.tables import TABLES
from app.game.messages import Role
from app.game.phases import Phase
from app.game.prioritising import TIES, Weights, ballots, proposal, score
from app.live import LiveWorkshop
from app.views.results import rounded
from app.web.control_forms import assess_form, choose_form
from app.web.exporting import export, reader_of
from app.web.forms import FormView, Notice
from app.web.host import Host, host_of, taker_of
from app.web.page import (
    LiveView,
    PageView,
    done_notice,
    respond,
    screen,
)

SHORTLIST_REGIONS = ("workshop", "course", "shortlist", "longlist")

router = APIRouter(include_in_schema=False)


@router.get("/facilitate/{code}/shortlist")
async def shortlist_page(request: Request, code: str) -> Response:
    return shortlist_with(request, await host_of(request, code), notice=done_notice(request))


def shortlist_with(
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
    return assess_with(request, await host_of(request, code), notice=done_notice(request))


def assess_with(
    request: Request,
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
        _watching(request, host, host.base),
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


def _watching(request: Request, host: Host, base: str) -> LiveView | None:
    """For a page without regions: it only learns of it when its reader has been taken out."""
    return screen(host.door, request, host.live, host.actor, base=base, only=()).live


@router.get("/facilitate/{code}/exports")
async def exports_page(request: Request, code: str) -> Response:
    host = await taker_of(request, code)
    reader_of(host.actor, host.live)
    analyst = host.actor.role is Role.ANALYST
    page = PageView(
        f"Exports of “{host.live.state.title}”",
        f"{host.base}/exports",
        host.name,
        host.live.code,
        live=_watching(request, host, f"/w/{host.live.code}" if analyst else host.base),
    )
    files = [
        (what, kind.title, [(f, f"{host.base}/exports/{what}.{f}") for f in formats_of(what)])
        for what, kind in TABLES.items()
    ]
    files.append(("log", "Event log", [("json", f"{host.base}/exports/log.json")]))
    files.append(("workshop", "Whole workshop", [("json", f"{host.base}/exports/workshop.json")]))
    return respond(
        "exports.html",
        page,
        exports=files,
        everything=f"{host.base}/exports/all.zip",
        analyst=analyst,
    )


@router.get("/facilitate/{code}/exports/{file}")
async def export_file(request: Request, code: str, file: str) -> Response:
    host = await taker_of(request, code)
    return await export(host.door, host.live, host.actor, file)
