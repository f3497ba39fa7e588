"""Errors: the one place where a failure becomes an answer.

Leaves out how a page looks: whoever installs this brings `render_page`. Always: an answer
is plain English and repeats nothing that was sent but the name of a field; what went wrong
inside the program goes to the log under a reference, and the asker is given the reference.
"""

import contextlib
import logging
import re
import secrets
from collections.abc import Callable, Mapping
from typing import Any, Literal

from fastapi import FastAPI
from fastapi.exceptions import (
    RequestValidationError,
    ValidationException,
    WebSocketRequestValidationError,
)
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from app.game.messages import Forbidden, Malformed, Rejected, Wrong
from app.game.shapes import ALTERNATIVES, MOST_TOLD, sentence
from app.store.errors import StoreError

logger = logging.getLogger(__name__)

Kind = Literal[
    "malformed",
    "unauthenticated",
    "forbidden",
    "not_found",
    "not_allowed",
    "rejected",
    "too_large",
    "too_many",
    "misdirected",
    "unavailable",
    "fault",
]

STATUS: dict[Kind, int] = {
    "malformed": 422,
    "unauthenticated": 401,
    "forbidden": 403,
    "not_found": 404,
    "not_allowed": 405,
    "rejected": 409,
    "too_large": 413,
    "too_many": 429,
    "misdirected": 421,
    "unavailable": 503,
    "fault": 500,
}

MESSAGES: dict[Kind, str] = {
    "malformed": "This cannot be read as it was sent.",
    "unauthenticated": "You need to sign in or join first.",
    "forbidden": "You may not do this.",
    "not_found": "There is nothing at this address.",
    "not_allowed": "This address cannot be used in this way.",
    "rejected": "This cannot be done now.",
    "too_large": "This is too large to be sent.",
    "too_many": "There have been too many requests. Wait a little, then try again.",
    "misdirected": "This server does not answer to that name.",
    "unavailable": "This could not be saved just now. Try again in a moment.",
    "fault": "Something went wrong on our side. Try again, and quote the reference if it lasts.",
}

CLOSES: dict[Kind, int] = {
    "malformed": 4400,
    "unauthenticated": 4401,
    "forbidden": 4403,
    "not_found": 4404,
    "too_many": 1013,
    "unavailable": 1013,
}
"""What closes a socket; a kind that is not here closes it with 1011, and the client comes back."""

SHAPE = (RequestValidationError, WebSocketRequestValidationError)
FIELD = re.compile(r"[^\w.\-]", re.ASCII)


class Problem(Exception):
    """Why something was not done, in a shape that can be told to whoever asked."""

    def __init__(
        self,
        kind: Kind,
        message: str | None = None,
        field: str | None = None,
        *,
        status: int | None = None,
        wait: int | None = None,
        ref: str | None = None,
        headers: Mapping[str, str] | None = None,
        also: tuple[Wrong, ...] = (),
    ) -> None:
        """`wait` is the seconds after which to try again, `ref` where the log tells more.

        `also` is what else is wrong, so that all of it is said at once.
        """
        super().__init__(kind)
        self.kind = kind
        self.status = status or STATUS[kind]
        self.message = _whole(message or MESSAGES[kind])
        self.field = _plain(field)
        self.ref = ref
        self.also = tuple((_whole(words), _plain(name)) for words, name in also)
        self.headers = dict(headers or {})
        if wait is not None:
            self.headers["Retry-After"] = str(wait)
        if kind == "unauthenticated":
            self.headers["WWW-Authenticate"] = "Bearer"

    @property
    def close(self) -> int:
        """The code that closes a socket for this."""
        return CLOSES.get(self.kind, 1011)


def _whole(message: str) -> str:
    """A lone surrogate cannot be sent, and would make a fault of the answer itself."""
    return message.encode(errors="replace").decode()


def _plain(field: str | None) -> str | None:
    """Where a field is unknown its name is the asker's own: kept short, and plain."""
    return FIELD.sub("?", field)[:80] if field else None


RenderPage = Callable[[Request, Problem], Response]


def as_json(problem: Problem, ref: str | None = None) -> dict[str, Any]:
    """The one shape of an error. `ref` is the command's own, where there is one."""
    told: dict[str, Any] = {
        "kind": problem.kind,
        "message": problem.message,
        "field": problem.field,
    }
    if problem.also:
        told["also"] = [{"message": message, "field": field} for message, field in problem.also]
    return {"error": told, "ref": ref or problem.ref}


def ref_of(message: object) -> str | None:
    """The ref of a command, to answer it by, where it has one that can be said back."""
    ref = message.get("ref") if isinstance(message, Mapping) else None
    return ref if isinstance(ref, str) and len(ref) <= 64 and ref.isprintable() else None


def answer(problem: Problem, ref: str | None = None) -> Response:
    """The JSON answer, with its status and headers."""
    return JSONResponse(as_json(problem, ref), status_code=problem.status, headers=problem.headers)


def from_exception(error: Exception) -> Problem:
    """What `error` is to whoever asked. Anything that is not expected is a fault."""
    match error:
        case Problem():
            return error
        case Forbidden():
            return Problem("forbidden", error.message, error.field)
        case Malformed():
            return Problem("malformed", error.message, error.field, also=error.also)
        case Rejected():
            return Problem("rejected", error.message, error.field)
        case StoreError():
            return Problem("unavailable", wait=2)
        case RequestValidationError() | WebSocketRequestValidationError():
            return _misshapen(error)
        case HTTPException():
            return Problem(_kind_of(error.status_code), headers=error.headers)
    return Problem("fault")


def told(error: Exception) -> Problem:
    """As `from_exception`; a fault is logged first and given its reference."""
    problem = from_exception(error)
    if problem.kind == "fault" and problem.ref is None:
        problem.ref = secrets.token_hex(4)
        logger.error("fault %s", problem.ref, exc_info=error, extra={"ref": problem.ref})
    elif isinstance(error, StoreError):
        logger.warning("the store said no: %s", type(error).__name__)
    return problem


def wants_json(scope: Scope) -> bool:
    """Whether a program or a script asks, rather than somebody who is shown the answer."""
    path = str(scope.get("path", ""))
    accept = [value for name, value in scope.get("headers", ()) if name.lower() == b"accept"]
    return path == "/api" or path.startswith("/api/") or accept == [b"application/json"]


def install(app: FastAPI, render_page: RenderPage) -> None:
    """Answer every failure of `app`: in JSON to programs and scripts, else by `render_page`.

    Call it before adding the edge, so that what is answered here gets the edge's headers.
    """

    def respond(request: Request, problem: Problem) -> Response:
        if wants_json(request.scope):
            # The reference of a fault comes first: it is all that leads to the log.
            return answer(problem, problem.ref or getattr(request.state, "command_ref", None))
        try:
            page = render_page(request, problem)
        except Exception as error:
            return answer(told(error))
        if page.status_code == 200:  # a redirect stays one
            page.status_code = problem.status
        for name, value in problem.headers.items():
            page.headers.setdefault(name, value)
        return page

    async def handle(connection: HTTPConnection, error: Exception) -> Response | None:
        problem = told(error)
        connection.scope.setdefault("state", {})["ref"] = problem.ref
        if isinstance(connection, WebSocket):
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):  # gone already
                await connection.close(problem.close)
            return None
        return respond(Request(connection.scope), problem)

    both: Any = handle  # Starlette's type is for a handler of either, not of both
    for kind in (Problem, Rejected, StoreError, HTTPException, *SHAPE):
        app.add_exception_handler(kind, both)
    app.add_middleware(Faults, handle=handle)


class Faults:
    """Answers what no handler did.

    Starlette's own place for this lies outside all middleware: its answers would lack the
    edge's headers, and it raises the error once more for the server to log.
    """

    def __init__(self, app: ASGIApp, handle: Callable[[HTTPConnection, Exception], Any]) -> None:
        self.app = app
        self.handle = handle

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        started = False

        async def noting(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, noting)
        except (ClientDisconnect, WebSocketDisconnect):
            return  # they left; there is nobody to tell and nothing to mend
        except Exception as error:
            socket = scope["type"] == "websocket"
            connection = WebSocket(scope, receive, send) if socket else Request(scope)
            response = await self.handle(connection, error)
            if response is not None and not started:
                await response(scope, receive, send)


def _kind_of(status: int) -> Kind:
    found: dict[int, Kind] = {number: kind for kind, number in STATUS.items()}
    return found.get(status, "malformed" if status < 500 else "fault")


def _misshapen(error: ValidationException) -> Problem:
    """The mistakes in a request, each with its field."""
    told: dict[str, str] = {}
    for each in error.errors()[:MOST_TOLD]:
        if each["type"] == "json_invalid":
            return Problem("malformed", "This is not JSON.")
        # The first part says: body, query, path.
        path = [str(part) for part in each["loc"][1:] if part not in ALTERNATIVES]
        field = _plain(".".join(path)) or ""
        told.setdefault(field, sentence(each, field))
    (field, message), *others = told.items()
    also = tuple((words, name or None) for name, words in others)
    return Problem("malformed", message, field or None, also=also)
