"""A facilitator or co-host at work in a workshop: who they are, and where.

What always holds: every page and act of the control room asks here first.
"""

from dataclasses import dataclass

from fastapi import Request

from app.game.messages import Actor
from app.live import LiveWorkshop
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
