"""Why people hold the cards they hold: what fits what, and the hands of a workshop.

It leaves out the deck itself (`pages.py`). What always holds: the hands are for staff
alone, asked for in `host_of` and again in the view.
"""

from fastapi import APIRouter, Request, Response

from app.views.fitting import fitting_view
from app.views.hands import hands
from app.web.door import door_of
from app.web.errors import Problem
from app.web.host import host_of
from app.web.page import PageView, respond

router = APIRouter(include_in_schema=False)

EVERY_GROUP = "all"


@router.get("/cards/fitting")
async def fitting_page(request: Request) -> Response:
    """Which cards of the deck fit which kind of barrier, and how many barriers are of it."""
    door = door_of(request)
    content = door.workshops.content
    account = await door.access.account(request)
    page = PageView(
        "Which cards fit which barriers", "/cards/fitting", account.name if account else None
    )
    table = fitting_view(content.deck.cards, content.journeys)
    return respond("fitting.html", page, table=table)


@router.get("/facilitate/{code}/hands")
async def hands_page(request: Request, code: str, group: str = "") -> Response:
    """The hand of everybody in a group (`?group=g1`, or `all`), and why each card is in it."""
    host = await host_of(request, code)
    workshop = host.live.state
    chosen = group or next(iter(workshop.groups))
    if chosen != EVERY_GROUP and chosen not in workshop.groups:
        raise Problem("not_found", "There is no such group in this workshop.")
    view = hands(workshop, host.actor, None if chosen == EVERY_GROUP else chosen)
    if view is None:
        raise Problem("forbidden", "This page is for the facilitator.")
    page = PageView(f"Hands of “{workshop.title}”", f"{host.base}/hands", host.name, host.live.code)
    return respond("hands.html", page, view=view, chosen=chosen, at=host.door.clock_time())
