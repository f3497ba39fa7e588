"""How an open page stays up to date: by its socket, or by asking where sockets are blocked.

The page's first message carries a token that only a page of ours can know. What always
holds: a page gets regions as the HTML it would get by loading again.
"""

import json
from collections.abc import Awaitable, Callable

from fastapi import Request, Response, WebSocket

from app.game.messages import Actor, Role
from app.live import LiveWorkshop, Seen
from app.web import fragments
from app.web.door import Door, door_of
from app.web.errors import Problem
from app.web.page import latest
from app.web.resume import Since, missed, whole_number
from app.web.socket import (
    FORBIDDEN,
    MALFORMED,
    UNAUTHENTICATED,
    Hangup,
    attend,
    first_message,
    guarded,
)

Who = Callable[[Door, LiveWorkshop], Awaitable[Actor]]


def frame(changed: list[Seen], role: Role, live: LiveWorkshop, seq: int) -> str:
    """Regions as a page takes them."""
    told = {
        "content": fragments.partials(changed, role, live.code),
        "epoch": live.record.epoch,
        "seq": seq,
        "tick": latest(changed),
    }
    return json.dumps(told, ensure_ascii=False)


def changes(
    request: Request,
    live: LiveWorkshop,
    actor: Actor,
    since: int | None,
    epoch: str,
    tick: int | None,
) -> Response:
    """What a page that may not have a socket asks for every few seconds."""
    wanted = frozenset(request.query_params.getlist("region"))
    screen = [s for s in live.screen(actor) if not wanted or s.region.name in wanted]
    changed, rest = missed(live, screen, Since(since, epoch, tick if tick is not None else 0))
    text = frame(changed + rest, actor.role, live, live.state.seq)
    return Response(text, media_type="application/json")


async def serve_page(socket: WebSocket, code: str, who: Who) -> None:
    """The socket of a page; `who` finds out from its cookies who is asking."""
    await socket.accept()
    await guarded(socket, lambda: _serve(socket, code, who))


async def _serve(socket: WebSocket, code: str, who: Who) -> None:
    door = door_of(socket)
    live = await door.workshop(socket, code)
    hello = await first_message(socket)
    if not door.access.cookies.is_socket_token(hello.get("token"), socket, live.code):
        raise Hangup(UNAUTHENTICATED, "this page is out of date; load it again")

    async def asking() -> Actor:
        return await who(door, live)

    try:
        viewer = await asking()
    except Problem as problem:
        refused = FORBIDDEN if problem.kind == "forbidden" else UNAUTHENTICATED
        raise Hangup(refused, problem.message) from None
    regions = hello.get("regions")
    if not isinstance(regions, list) or not all(isinstance(name, str) for name in regions):
        raise Hangup(MALFORMED, "regions is a list of names")
    epoch = hello.get("epoch")
    await attend(
        socket,
        door,
        live,
        viewer,
        Since(
            whole_number(hello.get("since")),
            epoch if isinstance(epoch, str) else None,
            whole_number(hello.get("tick")),
        ),
        regions=frozenset(regions),
        encode=lambda changed, seq: frame(changed, viewer.role, live, seq),
        who=asking,
    )
