"""The screen of a room at `/w/{code}/screen`, for a projector or a shared call.

What always holds: there is never anything private on it, so whoever has the code may
see it.
"""

from fastapi import APIRouter, Request, Response, WebSocket

from app.game.messages import Actor, Role
from app.live import LiveWorkshop
from app.web.door import Door, door_of
from app.web.live_page import changes, serve_page
from app.web.page import (
    PageView,
    respond,
    screen,
)

router = APIRouter(include_in_schema=False)

SCREEN = Actor("screen", Role.SCREEN)


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
