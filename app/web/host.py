"""A facilitator or co-host at work in a workshop: who they are, and where.

What always holds: every page and act of the control room asks here first.
"""

from dataclasses import dataclass

from fastapi import Request

from app.game.messages import Actor, Role
from app.live import LiveWorkshop
from app.web.access import TAKEN_OUT
from app.web.door import Door, door_of
from app.web.errors import Problem


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


async def taker_of(request: Request, code: str) -> Host:
    """As `host_of`, also for an analyst of the workshop, who takes files home and does no more.

    Raises:
        Problem: nobody who may have any.
    """
    door = door_of(request)
    live = await door.workshop(request, code)
    seat = await door.access.viewer(request, live)
    analyst = seat is not None and seat.role is Role.ANALYST
    if seat is None or not analyst or await door.access.staff(request, live) is not None:
        return await host_of(request, code)
    return Host(door, live, seat, live.state.people[seat.id].name)


async def host_of(request: Request, code: str) -> Host:
    """Who this browser is, in the control room of `code`.

    Raises:
        Problem: nobody who may be there.
    """
    door = door_of(request)
    live = await door.workshop(request, code)
    actor = await door.access.staff(request, live)
    if actor is None:
        if await door.access.taken_out(request, live):
            raise Problem("forbidden", TAKEN_OUT)
        if await door.access.account(request) is None:
            raise Problem("forbidden", "This page is for the facilitator. Sign in first.")
        raise Problem("forbidden", "This workshop belongs to another facilitator.")
    account = await door.access.account(request)
    person = live.state.people.get(actor.id)
    return Host(door, live, actor, account.name if account else person.name if person else "")
