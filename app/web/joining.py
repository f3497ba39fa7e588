"""Joining a workshop at `/join/{code}`: a name, an organisation, and a seat.

What always holds: pressing twice, or a lost answer, makes one person and not two.
"""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from app.game.messages import Rejected, Role
from app.game.phases import Phase
from app.live import LiveWorkshop
from app.store import StoreError
from app.web.door import Door, door_of
from app.web.errors import Problem, from_exception
from app.web.forms import FormView, mistakes, new_ref, typed
from app.web.page import (
    PageView,
    go,
    respond,
    see_other,
)

router = APIRouter(include_in_schema=False)

ROLES = {
    "observer": "an observer: you read along, without names",
    "table_lead": "a table lead: you move a group along its journey",
    "co_host": "a co-host: you can do all the facilitator can",
    "analyst": "an analyst: you read the results once the workshop is closed",
}
"""What an invite lets somebody come in as."""


@router.get("/join/{code}")
async def join_page(request: Request, code: str, invite: str | None = None) -> Response:
    door = door_of(request)
    live = await door.workshop(request, code)
    if invite is None and await door.access.viewer(request, live) is not None:
        return see_other(f"/w/{live.code}")
    return await _join_page(request, live, {"invite": invite or ""}, {})


async def _join_page(
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
            "role": await _invited_as(door_of(request), live, values.get("invite")),
            "known": sorted({person.organisation for person in live.state.people.values()}),
        },
    )
    access = door_of(request).access
    held = access.cookies.seat(request, live.code) is not None
    lost = held and await access.viewer(request, live) is None
    page = PageView(title=f"Join “{live.state.title}”", path=f"/join/{live.code}", code=live.code)
    return respond(
        "join.html",
        page,
        status=status,
        forms={"join": form},
        workshop=live.state.title,
        gone=f"/w/{live.code}" if lost else None,
    )


@router.post("/join/{code}")
async def join(request: Request, code: str) -> Response:
    door = door_of(request)
    live = await door.workshop(request, code)
    form = await request.form(max_files=0, max_fields=20)
    values = typed(form)
    try:
        seat = await door.join(
            request,
            live,
            name=values.get("name", ""),
            organisation=values.get("organisation", ""),
            invite=values.get("invite") or None,
            ref=_ref(values),
        )
    except (Rejected, Problem, StoreError) as failure:
        problem = from_exception(failure)
        return await _join_page(request, live, values, mistakes(problem), problem.status)
    staff = seat.role is Role.CO_HOST
    place = f"/facilitate/{live.code}" if staff else f"/w/{live.code}"
    response = go(request, place)
    door.access.cookies.keep_seat(response, live.code, seat.key)
    return response


async def _invited_as(door: Door, live: LiveWorkshop, invite: str | None) -> str | None:
    """The role an invite gives, in words; None without one, or with one that is not valid."""
    if not invite:
        return None
    try:
        return ROLES.get((await door.access.invited(live.code, invite)).role)
    except Problem:
        return None


def _ref(values: Mapping[str, str]) -> str | None:
    """The form's ref, where it is one of ours: long enough that nobody guesses another's."""
    ref = values.get("ref", "")
    return ref if 20 <= len(ref) <= 64 and ref.isascii() and ref.isprintable() else None
