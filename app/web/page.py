"""Pages: what every one of them has, and how a posted form is answered.

With scripts a form's answer is the form again, fresh or with its mistakes; without, it
is the page again. It leaves out which pages there are. What always holds: the same
action works both ways, and a mistake keeps what was typed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.game.messages import Actor
from app.live import LiveWorkshop, Seen
from app.web import fragments
from app.web.door import Door, door_of
from app.web.errors import Problem
from app.web.forms import Notice

CLOCK_TIME = re.compile(r"\d\d:\d\d:\d\d", re.ASCII)


@dataclass(frozen=True, slots=True)
class LiveView:
    """How a page stays up to date: its socket, and what it is up to."""

    url: str
    poll: str
    token: str
    seq: int
    epoch: str
    tick: int
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PageView:
    """What every page has."""

    title: str
    path: str
    signed_in: str | None = None
    code: str | None = None
    notice: Notice | None = None
    live: LiveView | None = None


@dataclass(slots=True)
class Screen:
    """The regions of a page, as HTML, and how it stays up to date."""

    html: dict[str, Markup] = field(default_factory=dict)
    live: LiveView | None = None


def wants_fragment(request: Request) -> bool:
    """Whether htmx asked, which swaps parts, rather than a browser, which loads pages."""
    return request.headers.get("hx-request") == "true"


def screen(
    door: Door,
    request: Request,
    live: LiveWorkshop,
    viewer: Actor,
    *,
    base: str,
    only: tuple[str, ...] | None = None,
) -> Screen:
    """The regions `viewer` may see (of those in `only`), for a page that lives at `base`."""
    seen = [s for s in live.screen(viewer) if only is None or s.region.name in only]
    return Screen(
        {s.region.name: fragments.region(s, viewer.role, live.code) for s in seen},
        LiveView(
            url=f"{base}/live",
            poll=f"{base}/changes",
            token=door.access.cookies.socket_token(request, live.code),
            seq=live.state.seq,
            epoch=live.record.epoch,
            tick=latest(seen),
            regions=tuple(s.region.name for s in seen),
        ),
    )


def latest(seen: list[Seen]) -> int:
    """The tick these regions are up to."""
    return max((each.tick for each in seen), default=0)


def respond(template: str, page: PageView, *, status: int = 200, **context: Any) -> Response:
    """The page `template`."""
    return HTMLResponse(fragments.render(template, page=page, **context), status_code=status)


async def page_for(request: Request, title: str, path: str) -> PageView:
    """The page called `title`, for anybody: a facilitator who is signed in is named on it."""
    account = await door_of(request).access.account(request)
    return PageView(title, path, account.name if account else None)


def fragment(html: str, *, status: int = 200) -> Response:
    """A part of a page, for htmx."""
    return HTMLResponse(html, status_code=status)


def notice_fragment(notice: Notice, *, status: int = 200) -> Response:
    """A word at the top of the page, for the buttons that have no form to come back to."""
    inner = fragments.render("notice.html", notice=notice)
    return fragment(
        f'<hx-partial hx-target="#notice" hx-swap="innerHTML">{inner}</hx-partial>', status=status
    )


def see_other(path: str) -> Response:
    """Load another page, after something was done."""
    return RedirectResponse(path, status_code=303)


def done_at(path: str, at: str) -> Response:
    """Load a page again that says when something was done, for browsers without scripts."""
    # It is said in the bar; otherwise the browser would go to the form again.
    return see_other(f"{path}?{urlencode({'done': at})}#bar")


def with_query(path: str, asked: Mapping[str, str]) -> str:
    """An address that asks for something, or for nothing in particular."""
    return f"{path}?{urlencode(asked)}" if asked else path


def done_notice(request: Request) -> Notice | None:
    """What `done_at` asked the page to say; nothing else is taken from the address."""
    at = request.query_params.get("done", "")
    return Notice("success", f"Done at {at}.") if CLOCK_TIME.fullmatch(at) else None


def go(request: Request, path: str) -> Response:
    """As `see_other`, also where htmx asked."""
    if wants_fragment(request):
        return Response(status_code=200, headers={"HX-Redirect": path})
    return see_other(path)


def error_page(problem: Problem, *, path: str, wrote: bool = False) -> Response:
    """A page that says what went wrong, and where to go from here.

    `wrote`: a form was sent, so there may be words to go back to.
    """
    page = PageView(
        title=TITLES.get(problem.kind, "Something went wrong"),
        path=path,
    )
    return respond("error.html", page, status=problem.status, problem=problem, wrote=wrote)


TITLES: Mapping[str, str] = {
    "not_found": "There is nothing here",
    "forbidden": "This page is not for you",
    "unauthenticated": "Please join first",
    "too_many": "Please wait a moment",
    "unavailable": "Not possible just now",
    "too_large": "That was too much",
    "not_allowed": "This does not work here",
    "misdirected": "Another address",
}
