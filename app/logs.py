"""Logs: what the server writes about itself, as text or as JSON, a line for each thing.

Leaves out everything a person typed or is known by. Always: no line holds an idea, a name,
a code, a key, a path or an address. Of what other people's code logs, only the pattern is
written and never what was filled in; of an exception only its kind and place, because its
words may repeat what somebody wrote.
"""

import json
import logging
import sys
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal, TextIO

from starlette.types import ASGIApp, Message, Receive, Scope, Send

OURS = "app"
FIELDS = ("method", "route", "status", "ms", "ref", "seq")
"""What may stand beside a line's words, given as `extra`."""

LONGEST = 300

SELDOM = frozenset(
    {
        "socket.accept() out of system resource",  # asyncio, for each that waits, ever again
        "every connection there is room for is in use",
    }
)
SELDOM_SECONDS = 60
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})
PROBES = frozenset({"/live", "/ready", "/metrics"})

access = logging.getLogger("app.access")


def configure(log_format: Literal["text", "json"], stream: TextIO | None = None) -> None:
    """Send every log of this process to `stream`, standard error if none.

    The server is to be started with `log_config=None, access_log=False`: its own lines hold
    paths, which hold codes, and addresses.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLine() if log_format == "json" else TextLine())
    handler.addFilter(Seldom())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(OURS).setLevel(logging.INFO)
    for name in list(logging.Logger.manager.loggerDict):
        if name != OURS and not name.startswith(f"{OURS}."):
            logger = logging.getLogger(name)
            logger.handlers = []
            logger.propagate = True
            logger.setLevel(logging.NOTSET)


class Seldom(logging.Filter):
    """Lets a line that would come again and again through once a minute, so that no disk fills."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._last: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        words = _first_line(_words(record))
        if words not in SELDOM:
            return True
        now, last = self._clock(), self._last.get(words)
        if last is not None and now - last < SELDOM_SECONDS:
            return False
        self._last[words] = now
        return True


class Line(logging.Formatter):
    """The parts of a line that may be written, as a mapping in the order they are read."""

    def parts(self, record: logging.LogRecord) -> dict[str, Any]:
        found: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _first_line(_words(record)),
        }
        given = record.__dict__
        found |= {name: given[name] for name in FIELDS if given.get(name) is not None}
        if record.exc_info and record.exc_info[1] is not None:
            found["exception"] = _kinds_and_places(record.exc_info[1])
        return found


class JsonLine(Line):
    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(self.parts(record))


class TextLine(Line):
    def format(self, record: logging.LogRecord) -> str:
        parts = self.parts(record)
        places = parts.pop("exception", [])
        head = f"{parts.pop('time')} {parts.pop('level').upper():7} {parts.pop('logger')}:"
        words = [head, parts.pop("message"), *(f"{name}={parts[name]}" for name in parts)]
        return "\n".join([" ".join(words), *(f"    {place}" for place in places)])


class AccessLog:
    """Writes a line for every request and socket, with its route and not its path.

    Put it around everything else, so that what is refused at the edge is counted too.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        begun = time.perf_counter()
        status = 500

        async def noting(message: Message) -> None:
            nonlocal status
            kind = message["type"]
            if kind in ("http.response.start", "websocket.http.response.start"):
                status = message["status"]
            elif kind == "websocket.accept":
                status = 101
            elif kind == "websocket.close":
                status = message.get("code", 1000) if status == 101 else 403
            await send(message)

        try:
            await self.app(scope, receive, noting)
        finally:
            _write_access(scope, status, round((time.perf_counter() - begun) * 1000, 1))


def _write_access(scope: Scope, status: int, ms: float) -> None:
    route = route_of(scope)
    if scope["type"] == "websocket":
        method = "SOCKET"
    else:
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
    level = logging.DEBUG if route in PROBES else logging.INFO
    ref = scope.get("state", {}).get("ref")
    extra = {"method": method, "route": route, "status": status, "ms": ms, "ref": ref}
    access.log(level, "answered", extra=extra)


def route_of(scope: Scope) -> str:
    """The pattern of the address that was asked for: `/w/{code}`, never the code itself."""
    if scope["path"].startswith("/static/"):
        return "/static"
    # FastAPI's own note of a route inside included routers, with the prefixes they add.
    inner = scope.get("fastapi", {}).get("effective_route_context")
    for place in (inner, getattr(inner, "starlette_route", None), scope.get("route")):
        if path := getattr(place, "path", None):
            return str(path)
    return "none"


def _words(record: logging.LogRecord) -> str:
    if record.name == OURS or record.name.startswith(f"{OURS}."):
        return record.getMessage()
    if isinstance(record.msg, OSError):  # such as a port that is taken: the machine's words
        return record.msg.strerror or type(record.msg).__name__
    return record.msg if isinstance(record.msg, str) else type(record.msg).__name__


def _first_line(text: str) -> str:
    """One line of plain characters: nothing in it can pass for a line of its own."""
    line = next(iter(text.splitlines()), "")[:LONGEST]
    return "".join(c if c.isprintable() else "?" for c in line)


def _kinds_and_places(error: BaseException) -> list[str]:
    """Each exception of the chain after the places it passed, in the order Python prints them."""
    found: list[str] = []
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        places = [
            f"{frame.filename}:{frame.lineno} in {frame.name}"
            for frame in traceback.extract_tb(following.__traceback__)
        ]
        found = [*places, type(following).__qualname__, *found]
        following = following.__cause__ or following.__context__
    return found
