"""The edge: what every request and every socket passes before any page or rule sees it.

Host, Origin, the size of a body, what a proxy says, and the headers of every answer. Leaves
out who is asking and how often. Always: it is raw ASGI, because other middleware never sees
a socket; it reads the headers themselves, never an address made from them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self
from urllib.parse import parse_qs, urlsplit

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.addresses import Network, host_headers, is_in, plain
from app.settings import Settings
from app.web.errors import Problem, answer
from app.web.sizes import MOST_THROWN_AWAY, Body, TooLarge

BODY_LIMIT = 64 * 1024
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OUR_OWN = frozenset({"same-origin", "none"})
"""What Sec-Fetch-Site says of our own pages, and of an address that somebody typed."""

PROGRAMS = "/api/v1/"
STATIC = "/static/"
A_YEAR = 365 * 24 * 60 * 60

HEADERS = {
    "x-content-type-options": "nosniff",
    # Not "no-referrer": with that, browsers send "Origin: null" with our own forms.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": ", ".join(
        f"{feature}=()"
        for feature in (
            "accelerometer",
            "camera",
            "display-capture",
            "geolocation",
            "gyroscope",
            "magnetometer",
            "microphone",
            "midi",
            "payment",
            "usb",
        )
    ),
}

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self';"
    " connect-src {connect}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

Refuse = Callable[[Scope, Problem], Response]


@dataclass(frozen=True, slots=True)
class Edge:
    """Who we are, whom we believe, and how much we take."""

    hosts: frozenset[str]
    origins: frozenset[str]
    https: bool = False
    trusted_proxies: tuple[Network, ...] = ()
    body_limit: int = BODY_LIMIT
    body_limits: tuple[tuple[str, int], ...] = ()
    """Other limits, by path: for that path alone or, where it ends in "/", all below it."""

    @classmethod
    def of(cls, settings: Settings, body_limits: Sequence[tuple[str, int]] = ()) -> Self:
        return cls(
            hosts=settings.hosts,
            origins=settings.origins,
            https=settings.https,
            trusted_proxies=settings.trusted_proxies,
            body_limits=tuple(body_limits),
        )

    def most_bytes(self, path: str) -> int:
        """How large a body may be that is sent to `path`."""
        for place, limit in self.body_limits:
            if path == place or (place.endswith("/") and path.startswith(place)):
                return limit
        return self.body_limit


class EdgeMiddleware:
    """Put `edge` around an application.

    `refuse` makes the answer to what is refused, where it should be other than JSON. What was too
    large begins as `begins` in the state of its scope says.
    """

    def __init__(
        self, app: ASGIApp, edge: Edge, refuse: Refuse = lambda scope, problem: answer(problem)
    ) -> None:
        self.app = app
        self.edge = edge
        self.refuse = refuse
        self._policies = {
            host: POLICY.format(connect=_connect(origin))
            for origin in edge.origins
            for host in host_headers(origin)
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = _Headers(scope)
        self._believe_proxies(scope, headers)
        host = headers.only("host")
        own = self._own_headers(host)
        limit = self.edge.most_bytes(scope["path"])
        started = False

        async def sealed(message: Message) -> None:
            nonlocal started
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                started = True
                cache = _cache(scope, message["status"])
                message = {**message, "headers": _replaced(message, {**own, **cache})}
            await send(message)

        if problem := self._stranger(host) or self._forged(scope, headers):
            await self._turn_away(problem, scope, receive, sealed)
        elif scope["type"] == "websocket":
            await self.app(scope, receive, sealed)  # the server itself limits its messages
        else:
            body = Body(receive, limit)
            try:
                if headers.length() > limit:
                    raise TooLarge
                await self.app(scope, body.receive, sealed)
            except TooLarge:
                if started:
                    raise
                # Who waits to be told to go on has sent nothing yet.
                if headers.length() <= MOST_THROWN_AWAY and not headers.all("expect"):
                    await body.throw_away()
                scope.setdefault("state", {})["begins"] = body.begins
                problem = Problem("too_large", f"This is too large: {_size(limit)} at most.")
                await self._turn_away(problem, scope, receive, sealed)

    def _believe_proxies(self, scope: Scope, headers: "_Headers") -> None:
        """Put the visitor's own address and protocol in `scope`, as far as we trust who says so.

        In place, so that whoever passed `scope` on, to write a log, sees them as well.
        """
        trusted = self.edge.trusted_proxies
        client = scope.get("client")
        if not client or not is_in(client[0], trusted):
            return
        address = client[0]
        # Each proxy adds who spoke to it at the end: walk back while they are ours.
        for hop in reversed(",".join(headers.all("x-forwarded-for")).split(",")):
            try:
                address = plain(_without_port(hop.strip()))
            except ValueError:
                break
            if not is_in(address, trusted):
                break
        scope["client"] = (address, 0)
        protocol = headers.only("x-forwarded-proto")
        if protocol in ("http", "https"):
            socket = scope["type"] == "websocket"
            scope["scheme"] = protocol.replace("http", "ws") if socket else protocol

    def _stranger(self, host: str | None) -> Problem | None:
        """Refuse whoever asks for another host: a page elsewhere may have been led to us."""
        if host is None:  # none, or more than one: RFC 9112, section 3.2
            return Problem("misdirected", status=400)
        return None if host.lower() in self.edge.hosts else Problem("misdirected")

    def _forged(self, scope: Scope, headers: "_Headers") -> Problem | None:
        """Refuse what another site's page sent in somebody's name."""
        socket = scope["type"] == "websocket"
        if not socket and scope["method"] in SAFE_METHODS:
            return None
        origins = headers.all("origin")
        if origins and (len(origins) > 1 or origins[0] not in self.edge.origins):
            return Problem("forbidden", "This was sent from a page of another site.")
        if socket:
            # Every browser says where it is. Programs need not, where a cookie is no way in.
            if origins or scope["path"].startswith(PROGRAMS):
                return None
            return Problem("forbidden", "This socket is for the server's own pages.")
        sites = headers.all("sec-fetch-site")
        if not OUR_OWN.issuperset(sites):
            return Problem("forbidden", "This was sent from a page of another site.")
        said = origins or sites or headers.bearer()  # no page can send another's bearer key
        if headers.all("cookie") and not said:
            return Problem("forbidden", "Your browser did not say which page sent this.")
        return None

    async def _turn_away(
        self, problem: Problem, scope: Scope, receive: Receive, send: Send
    ) -> None:
        response = self.refuse(scope, problem)
        if scope["type"] == "http" or "websocket.http.response" in scope.get("extensions", {}):
            await response(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": problem.close})

    def _own_headers(self, host: str | None) -> dict[str, str]:
        policy = self._policies.get((host or "").lower(), POLICY.format(connect="'self'"))
        own = {**HEADERS, "content-security-policy": policy}
        if self.edge.https:
            own["strict-transport-security"] = f"max-age={A_YEAR}; includeSubDomains"
        return own


class _Headers:
    """The headers of a request as they came, with every value of a name that came twice."""

    def __init__(self, scope: Scope) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in scope["headers"]:
            self._values.setdefault(name.decode("latin-1").lower(), []).append(
                value.decode("latin-1")
            )

    def all(self, name: str) -> list[str]:
        return self._values.get(name, [])

    def only(self, name: str) -> str | None:
        """The value of a header that came once."""
        values = self.all(name)
        return values[0] if len(values) == 1 else None

    def bearer(self) -> bool:
        return (self.only("authorization") or "").lower().startswith("bearer ")

    def length(self) -> int:
        """The length that a body is said to have; 0 where nothing is said."""
        said = self.only("content-length") or ""
        return int(said) if said.isdecimal() and len(said) < 20 else 0


def _connect(origin: str) -> str:
    """What our pages may connect to; some browsers do not take 'self' for our own sockets."""
    parts = urlsplit(origin)
    if parts.netloc.startswith("["):
        return "'self'"  # a policy cannot name an IPv6 address
    return f"'self' {parts.scheme.replace('http', 'ws')}://{parts.netloc}"


def _without_port(hop: str) -> str:
    """The address of one hop; some proxies say its port as well."""
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop


def _cache(scope: Scope, status: int) -> dict[str, str]:
    """How long an answer may be kept: only files of ours, and for good only under a version."""
    if not scope["path"].startswith(STATIC) or status >= 400:
        return {"cache-control": "no-store"}
    if parse_qs(scope["query_string"].decode("latin-1")).get("v"):
        return {"cache-control": f"public, max-age={A_YEAR}, immutable"}
    return {"cache-control": "no-cache"}


def _replaced(message: Message, own: dict[str, str]) -> list[tuple[bytes, bytes]]:
    """The headers of `message` with `own` in place of any it brings of the same name."""
    kept = [
        (name, value)
        for name, value in message.get("headers", ())
        if name.decode("latin-1").lower() not in own
    ]
    return kept + [(name.encode(), value.encode()) for name, value in own.items()]


def _size(limit: int) -> str:
    """A number of bytes as a person says it."""
    return f"{limit // 1_000_000} MB" if limit >= 1_000_000 else f"{limit // 1024} KB"
