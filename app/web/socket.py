"""Sockets: each change to whoever watches, as JSON for programs or HTML for pages.

One writer per connection sends what waits for it; a slow one skips to the newest and,
if it takes nothing at all for half a minute, is let go. It leaves out what there is to
see (`app/views`) and who may connect (`access.py`). What always holds: nothing is sent
before the first message was understood and its sender known.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from app.game.messages import Actor, Role
from app.live import LiveWorkshop, Member, Seen
from app.web.door import Door, door_of
from app.web.errors import Problem, as_json, ref_of
from app.web.errors import told as told_problem
from app.web.resume import Since, missed

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 15
STALLED_SECONDS = 25
FIRST_MESSAGE_SECONDS = 20
LARGEST_MESSAGE = 512 * 1024
"""In bytes over HTTP, in characters on a socket; longer ones are refused unread."""

MALFORMED, UNAUTHENTICATED, FORBIDDEN, NOT_FOUND = 4400, 4401, 4403, 4404
RESTART, FAULT, TOO_SLOW = 1012, 1011, 1013

Encode = Callable[[list[Seen], int], str]
"""Regions, and the number they are up to, as what goes over the wire."""


class Hangup(Exception):
    """Close the socket with this code."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


async def first_message(socket: WebSocket) -> dict[str, Any]:
    """The first message, as an object.

    Raises:
        Hangup: it did not come, or is none.
    """
    try:
        message = await asyncio.wait_for(_receive(socket), FIRST_MESSAGE_SECONDS)
        return _object(message)
    except (TimeoutError, Problem):
        raise Hangup(MALFORMED, "the first message must be a JSON object") from None


async def attend(
    socket: WebSocket,
    door: Door,
    live: LiveWorkshop,
    viewer: Actor,
    since: Since,
    *,
    regions: frozenset[str] | None,
    encode: Encode,
    who: Callable[[], Awaitable[Actor]],
) -> None:
    """Serve one connection until it ends. `who` says, at each message, who is asking.

    `regions` narrows what is sent to these.

    Raises:
        Hangup, WebSocketDisconnect: it ended.
        Problem: this seat has too many already.
    """
    # A screen is nobody's seat: there may be one in every room.
    if viewer.role is Role.SCREEN:
        counted = door.limits.sockets.of_screen(live.code, door.address(socket))
    else:
        counted = door.limits.sockets.of_seat(f"{live.code} {viewer.id}")
    with counted:
        await _attend(socket, door, live, viewer, since, regions, encode, who)


async def _attend(
    socket: WebSocket,
    door: Door,
    live: LiveWorkshop,
    viewer: Actor,
    since: Since,
    regions: frozenset[str] | None,
    encode: Encode,
    who: Callable[[], Awaitable[Actor]],
) -> None:
    member = live.watch(viewer)
    try:
        screen, seq = _only(live.screen(viewer), regions), live.state.seq
        changed, rest = missed(live, screen, since)
        member.knows(live.screen(viewer))
        await _send(socket, encode(changed, seq))
        if rest:
            # Of the same moment: with a newer number, what happened meanwhile would count
            # as known to a client that is cut off before it is sent.
            await _send(socket, encode(rest, seq))
        reading = asyncio.ensure_future(_read(socket, door, live, member, who))
        writing = asyncio.ensure_future(_write(socket, live, member, regions, encode, who))
        try:
            done, _ = await asyncio.wait([reading, writing], return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in (reading, writing):
                task.cancel()
            await asyncio.gather(reading, writing, return_exceptions=True)
    finally:
        live.unwatch(member)


async def _write(
    socket: WebSocket,
    live: LiveWorkshop,
    member: Member,
    regions: frozenset[str] | None,
    encode: Encode,
    who: Callable[[], Awaitable[Actor]],
) -> None:
    clock = asyncio.get_running_loop().time
    heartbeat = clock() + HEARTBEAT_SECONDS
    while True:
        try:
            await asyncio.wait_for(member.something(), heartbeat - clock())
        except TimeoutError:
            heartbeat += HEARTBEAT_SECONDS  # also where there is much else to send
            await _as_before(who, member)
            await _send(socket, '{"hb":1}')
            continue
        if member.over:
            raise Hangup(NOT_FOUND, "this workshop has been erased")
        await _as_before(who, member)
        if member.failed:
            raise Hangup(FAULT, "something went wrong here; please come back")
        changed = _only(member.take(), regions)
        if changed:
            await _send(socket, encode(changed, member.seq))


async def _read(
    socket: WebSocket,
    door: Door,
    live: LiveWorkshop,
    member: Member,
    who: Callable[[], Awaitable[Actor]],
) -> None:
    while True:
        message = await _receive(socket)
        ref = None
        try:
            await door.limits.check("message", str(id(member)))
            body = _object(message)
            ref = ref_of(body)
            actor = await _as_before(who, member)
            await door.limits.check("command", f"{live.code} {actor.id}")
            done = await door.do(live, body, actor)
        except (WebSocketDisconnect, Hangup, asyncio.CancelledError):
            raise
        except Exception as failure:
            problem = told_problem(failure)
            await _send(socket, json.dumps({"no": ref, "error": as_json(problem)["error"]}))
        else:
            told = {"ok": done.ref, "seq": done.answer.seq, "made": done.answer.made}
            await _send(socket, json.dumps(told))


async def _known(who: Callable[[], Awaitable[Actor]]) -> Actor:
    """Who is asking, now.

    Raises:
        Hangup: nobody any more.
    """
    try:
        return await who()
    except Problem as problem:
        code = FORBIDDEN if problem.kind == "forbidden" else UNAUTHENTICATED
        raise Hangup(code, problem.message) from None


async def _as_before(who: Callable[[], Awaitable[Actor]], member: Member) -> Actor:
    """Who is asking, now; what they are sent is made for who they were when they connected.

    Raises:
        Hangup: nobody any more, or somebody in another role, who must come back as that.
    """
    actor = await _known(who)
    if actor.role is not member.viewer.role:
        raise Hangup(RESTART, "your role in this workshop has changed; please come back")
    return actor


async def _receive(socket: WebSocket) -> str | bytes:
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code") or 1005)
    text: str | None = message.get("text")
    return text if text is not None else message.get("bytes") or b""


def _object(message: str | bytes) -> dict[str, Any]:
    """`message` as a JSON object.

    Raises:
        Problem: it is too long, binary, not JSON, or not an object.
    """
    if len(message) > LARGEST_MESSAGE:
        raise Problem("too_large", "That message is too long.")
    if isinstance(message, bytes):
        raise Problem("malformed", "Send text, not binary messages.")
    try:
        body = json.loads(message)
    except (ValueError, RecursionError):
        raise Problem("malformed", "That message is not JSON.") from None
    if not isinstance(body, dict):
        raise Problem("malformed", "A message is an object with its fields.")
    return body


async def _send(socket: WebSocket, text: str) -> None:
    try:
        await asyncio.wait_for(socket.send_text(text), STALLED_SECONDS)
    except TimeoutError:
        raise Hangup(TOO_SLOW, "this connection takes nothing any more") from None
    except RuntimeError:
        # The other side closed while this was being sent.
        raise WebSocketDisconnect(1006) from None


def _only(screen: list[Seen], regions: frozenset[str] | None) -> list[Seen]:
    return screen if regions is None else [s for s in screen if s.region.name in regions]


async def hang_up(socket: WebSocket, code: int, reason: str = "") -> None:
    """Close, if it is not closed already."""
    if socket.application_state is not WebSocketState.DISCONNECTED:
        with suppress(RuntimeError, WebSocketDisconnect):
            await socket.close(code, reason[:120])


async def guarded(socket: WebSocket, serve: Callable[[], Awaitable[None]]) -> None:
    """Run `serve` and close the socket as whatever ended it asks."""
    door = door_of(socket)
    try:
        with door.limits.sockets.from_address(door.address(socket)):
            await serve()
    except WebSocketDisconnect:
        return
    except Hangup as end:
        await hang_up(socket, end.code, end.reason)
    except Problem as problem:
        await hang_up(socket, problem.close, problem.message)
    except asyncio.CancelledError:
        await hang_up(socket, RESTART, "the server is restarting")
        raise
    except Exception:
        logger.exception("a socket failed")
        await hang_up(socket, FAULT, "something went wrong here; please come back")
