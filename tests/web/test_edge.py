"""The edge: what is let in, what is turned away, and what every answer carries."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from typing import Any

import pytest
from fastapi import FastAPI, Request
from pydantic import BaseModel
from starlette.responses import HTMLResponse, Response
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from app.addresses import Network, networks
from app.settings import Settings
from app.web.edge import BODY_LIMIT, Edge, EdgeMiddleware
from app.web.errors import Problem, install

LOCAL = Edge.of(Settings())
PUBLIC = Edge.of(Settings(public_url="https://moments.example", trusted_proxies="10.0.0.0/8"))
OURS = ("origin", "http://localhost:8000")
COOKIE = ("cookie", "moments_seat=1")
BEARER = ("authorization", "Bearer " + "k" * 32)
Pairs = Iterable[tuple[str, str]]


class Seen:
    """An application that keeps what reaches it."""

    def __init__(self, status: int = 200, headers: Pairs = ()) -> None:
        self.status = status
        self.headers = headers
        self.scope: Scope | None = None
        self.body = b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
            return
        more = True
        while more:
            message = await receive()
            self.body += message.get("body", b"")
            more = message.get("more_body", False)
        headers = [(name.encode(), value.encode()) for name, value in self.headers]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"let in"})


class Outcome:
    """What a raw request met."""

    def __init__(self, app: Seen, sent: list[Message]) -> None:
        self.app = app
        self.let_in = app.scope is not None
        self.sent = sent
        self.status = sent[0].get("status") if sent else None
        self.headers = {name.decode(): value.decode() for name, value in sent[0].get("headers", ())}
        self.body = b"".join(message.get("body", b"") for message in sent[1:])

    @property
    def error(self) -> Any:
        return json.loads(self.body)["error"]


def ask(
    method: str = "GET",
    target: str = "/",
    headers: Pairs = (),
    *,
    host: str | None = "localhost:8000",
    edge: Edge = LOCAL,
    app: Seen | None = None,
    chunks: Iterable[bytes] = (b"",),
    client: tuple[str, int] | None = ("192.0.2.1", 5000),
    extensions: dict[str, Any] | None = None,
) -> Outcome:
    """Pass one raw request (or, with the method SOCKET, a handshake) through the edge."""
    path, _, query = target.partition("?")
    given = [*([("host", host)] if host else []), *headers]
    socket = method == "SOCKET"
    scope: Scope = {
        "type": "websocket" if socket else "http",
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in given],
        "client": client,
        "scheme": "ws" if socket else "http",
        "extensions": extensions or {},
    }
    if not socket:
        scope["method"] = method
    app = app or Seen()
    sent: list[Message] = []

    async def pieces() -> AsyncIterator[Message]:
        all_chunks = list(chunks)
        for number, chunk in enumerate(all_chunks, 1):
            yield {"type": "http.request", "body": chunk, "more_body": number < len(all_chunks)}

    incoming = pieces()

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(EdgeMiddleware(app, edge)(scope, incoming.__anext__, send))
    return Outcome(app, sent)


# Hosts


@pytest.mark.parametrize(
    "host", ["localhost:8000", "127.0.0.1:8000", "[::1]:8000", "LocalHost:8000"]
)
@pytest.mark.parametrize("method", ["GET", "SOCKET"])
def test_our_own_names_are_answered(method: str, host: str) -> None:
    assert ask(method, "/api/v1/workshops", host=host).let_in


def test_the_public_name_is_answered_with_and_without_its_port() -> None:
    for host in ("moments.example", "moments.example:443", "localhost:8000"):
        assert ask(host=host, edge=PUBLIC).let_in


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost",
        "localhost:80",
        "localhost:8000.evil.example",
        "evil.localhost:8000",
        "evil.example/?x=localhost:8000",
        "localhost:8000/",
        "evil@localhost:8000",
        "localhost:8000,evil.example",
        " localhost:8000",
        "moments.example",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "SOCKET"])
def test_other_names_are_not(method: str, host: str) -> None:
    outcome = ask(method, "/api/v1/live", host=host, extensions={"websocket.http.response": {}})
    assert not outcome.let_in
    assert outcome.status == 421
    assert outcome.error["kind"] == "misdirected"


@pytest.mark.parametrize("headers", [[], [("host", "localhost:8000"), ("host", "localhost:8000")]])
def test_no_name_or_two_is_no_request(headers: Pairs) -> None:
    outcome = ask(headers=headers, host=None)
    assert not outcome.let_in
    assert outcome.status == 400
    assert outcome.error["field"] is None


def test_a_forwarded_name_is_not_a_name() -> None:
    outcome = ask(
        headers=[("x-forwarded-host", "moments.example")],
        host="evil.example",
        edge=PUBLIC,
        client=("10.0.0.1", 1),
    )
    assert outcome.status == 421


# Origins

FOREIGN = [
    "http://evil.example",
    "http://localhost",
    "http://localhost:8001",
    "https://localhost:8000",
    "http://localhost:8000.evil.example",
    "http://sub.localhost:8000",
    "http://localhost:8000/",
    "http://LOCALHOST:8000",
    "null",
    "",
    "file://",
]


@pytest.mark.parametrize("origin", FOREIGN)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "SOCKET", "X"])
def test_what_another_site_sends_is_refused(method: str, origin: str) -> None:
    for more in ([], [COOKIE], [BEARER], [("sec-fetch-site", "same-origin")]):
        given = [("origin", origin), *(more if method != "SOCKET" else [])]
        outcome = ask(method, "/api/v1/live", given, extensions={"websocket.http.response": {}})
        assert not outcome.let_in
        assert (outcome.status, outcome.error["kind"]) == (403, "forbidden")
        assert not origin or origin not in outcome.error["message"]


@pytest.mark.parametrize("method", ["POST", "SOCKET"])
def test_what_our_own_pages_send_is_let_in(method: str) -> None:
    for origin in LOCAL.origins:
        assert ask(method, "/w/ABCD", [("origin", origin), COOKIE]).let_in
    assert ask(
        method,
        "/w/ABCD",
        [("origin", "https://moments.example"), COOKIE],
        host="moments.example",
        edge=PUBLIC,
    ).let_in


@pytest.mark.parametrize("method", ["POST", "SOCKET"])
def test_two_origins_are_none(method: str) -> None:
    assert not ask(method, "/api/v1/live", [OURS, OURS]).let_in


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reading_needs_no_origin(method: str) -> None:
    for headers in ([], [COOKIE], [("sec-fetch-site", "cross-site")]):
        assert ask(method, headers=headers).let_in


@pytest.mark.parametrize("site", ["cross-site", "same-site", "other", ""])
def test_a_browser_that_names_another_site_is_refused(site: str) -> None:
    for more in ([], [COOKIE], [BEARER], [OURS]):
        assert not ask("POST", headers=[("sec-fetch-site", site), *more]).let_in
    assert not ask(
        "POST", headers=[("sec-fetch-site", "same-origin"), ("sec-fetch-site", site)]
    ).let_in


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_a_browser_that_names_us_needs_no_origin(site: str) -> None:
    assert ask("POST", headers=[("sec-fetch-site", site), COOKIE]).let_in


def test_a_cookie_alone_does_not_do() -> None:
    outcome = ask("POST", headers=[COOKIE])
    assert not outcome.let_in
    assert outcome.error["message"] == "Your browser did not say which page sent this."


def test_a_program_with_a_key_or_with_nothing_needs_no_origin() -> None:
    assert ask("POST", headers=[BEARER]).let_in
    assert ask("POST", headers=[BEARER, COOKIE]).let_in
    assert ask("POST").let_in


def test_another_kind_of_authorization_is_no_key() -> None:
    assert not ask("POST", headers=[COOKIE, ("authorization", "Basic abc")]).let_in


@pytest.mark.parametrize(
    ("path", "let_in"),
    [
        ("/api/v1/workshops/ABCD/live", True),
        ("/api/v1", False),
        ("/api/v12/live", False),
        ("/w/ABCD", False),
        ("/w/ABCD/screen", False),
        ("/facilitate/ABCD", False),
        ("/", False),
    ],
)
def test_a_program_may_open_only_the_sockets_of_the_interface(path: str, let_in: bool) -> None:
    assert ask("SOCKET", path).let_in is let_in
    assert ask("SOCKET", path, [COOKIE]).let_in is let_in
    assert ask("SOCKET", path, [OURS]).let_in


def test_a_socket_is_closed_where_the_server_cannot_say_why() -> None:
    assert ask("SOCKET", "/w/ABCD").sent == [{"type": "websocket.close", "code": 4403}]


# Sizes


def test_a_body_up_to_the_limit_is_let_in() -> None:
    outcome = ask("POST", chunks=[b"x" * (BODY_LIMIT // 2)] * 2)
    assert outcome.status == 200
    assert len(outcome.app.body) == BODY_LIMIT


def test_a_body_that_says_it_is_too_large_is_not_read() -> None:
    outcome = ask("POST", headers=[("content-length", str(BODY_LIMIT + 1))])
    assert not outcome.let_in
    assert (outcome.status, outcome.error["kind"]) == (413, "too_large")


def test_a_body_is_counted_whatever_it_says() -> None:
    for headers in ([], [("content-length", "1")], [("content-length", "many")]):
        outcome = ask("POST", headers=headers, chunks=[b"x" * BODY_LIMIT, b"x", b"x" * 10])
        assert (outcome.status, outcome.error["kind"]) == (413, "too_large")
        assert len(outcome.app.body) == BODY_LIMIT


def test_some_places_take_more() -> None:
    edge = Edge.of(Settings(), [("/facilitate/new", 1000), ("/uploads/", 2000)])
    assert edge.most_bytes("/facilitate/new") == 1000
    assert edge.most_bytes("/facilitate/newer") == BODY_LIMIT
    assert edge.most_bytes("/facilitate/new/more") == BODY_LIMIT
    assert edge.most_bytes("/uploads/a/b") == 2000
    assert edge.most_bytes("/uploads") == BODY_LIMIT


# Proxies


def behind(headers: Pairs, proxies: str = "10.0.0.0/8", **given: Any) -> Scope:
    trusted = networks(proxies)
    assert isinstance(trusted, tuple)
    given.setdefault("client", ("10.0.0.1", 443))
    scope = ask(headers=headers, edge=edge_trusting(trusted), **given).app.scope
    assert scope is not None
    return scope


def edge_trusting(proxies: tuple[Network, ...]) -> Edge:
    return Edge(LOCAL.hosts, LOCAL.origins, trusted_proxies=proxies)


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        (["192.0.2.7"], "192.0.2.7"),
        (["203.0.113.9, 192.0.2.7"], "192.0.2.7"),
        (["192.0.2.7, 10.0.0.2, 10.0.0.3"], "192.0.2.7"),
        (["192.0.2.7", "10.0.0.2"], "192.0.2.7"),
        (["10.0.0.9, 10.0.0.2"], "10.0.0.9"),
        (["2001:DB8::7"], "2001:db8::7"),
        (["::ffff:192.0.2.7"], "192.0.2.7"),
        (["192.0.2.7:51234"], "192.0.2.7"),
        (["[2001:db8::7]:51234"], "2001:db8::7"),
        (["192.0.2.7, unknown"], "10.0.0.1"),
        (["192.0.2.7, unknown, 10.0.0.2"], "10.0.0.2"),
        (["evil\r\n"], "10.0.0.1"),
        ([""], "10.0.0.1"),
        ([], "10.0.0.1"),
    ],
)
def test_a_trusted_proxy_says_whom_it_speaks_for(forwarded: list[str], client: str) -> None:
    scope = behind([("x-forwarded-for", each) for each in forwarded])
    assert scope["client"][0] == client


@pytest.mark.parametrize("client", [("192.0.2.1", 5000), ("testclient", 5000), None])
def test_nobody_else_is_believed(client: tuple[str, int] | None) -> None:
    scope = behind(
        [("x-forwarded-for", "198.51.100.1"), ("x-forwarded-proto", "https")], client=client
    )
    assert scope["client"] == client
    assert scope["scheme"] == "http"


@pytest.mark.parametrize(
    ("said", "scheme"),
    [("https", "https"), ("http", "http"), ("gopher", "http"), ("https, http", "http")],
)
def test_a_trusted_proxy_says_how_it_was_asked(said: str, scheme: str) -> None:
    assert behind([("x-forwarded-proto", said)])["scheme"] == scheme


def test_a_socket_that_came_by_https_is_a_secure_socket() -> None:
    scope = behind([("x-forwarded-proto", "https")], method="SOCKET", target="/api/v1/live")
    assert scope["scheme"] == "wss"


# Headers


def test_every_answer_carries_our_headers() -> None:
    for outcome in (ask(), ask(host="evil.example"), ask("POST", headers=[COOKIE])):
        policy = outcome.headers["content-security-policy"].split("; ")
        for directive in (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ):
            assert directive in policy
        assert "unsafe" not in outcome.headers["content-security-policy"]
        assert outcome.headers["x-content-type-options"] == "nosniff"
        assert outcome.headers["referrer-policy"] == "same-origin"
        assert outcome.headers["cross-origin-opener-policy"] == "same-origin"
        assert "camera=()" in outcome.headers["permissions-policy"]
        assert outcome.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("host", "edge", "connect"),
    [
        ("localhost:8000", LOCAL, "'self' ws://localhost:8000"),
        ("127.0.0.1:8000", LOCAL, "'self' ws://127.0.0.1:8000"),
        ("[::1]:8000", LOCAL, "'self'"),
        ("moments.example", PUBLIC, "'self' wss://moments.example"),
        ("moments.example:443", PUBLIC, "'self' wss://moments.example"),
        ("evil.example", PUBLIC, "'self'"),
    ],
)
def test_pages_may_connect_to_the_sockets_of_the_host_they_came_from(
    host: str, edge: Edge, connect: str
) -> None:
    policy = ask(host=host, edge=edge).headers["content-security-policy"]
    assert f"; connect-src {connect}; " in policy


def test_https_is_insisted_on_only_where_it_is_there() -> None:
    assert "strict-transport-security" not in ask().headers
    insisted = ask(edge=PUBLIC).headers["strict-transport-security"]
    assert insisted == "max-age=31536000; includeSubDomains"


@pytest.mark.parametrize(
    ("target", "status", "cache"),
    [
        ("/static/app.css?v=1a2b", 200, "public, max-age=31536000, immutable"),
        ("/static/app.css?v=1a2b", 304, "public, max-age=31536000, immutable"),
        ("/static/app.css", 200, "no-cache"),
        ("/static/app.css?v=", 200, "no-cache"),
        ("/static/app.css?w=1", 200, "no-cache"),
        ("/static/app.css?v=1a2b", 404, "no-store"),
        ("/statics?v=1a2b", 200, "no-store"),
        ("/w/ABCD?v=1a2b", 200, "no-store"),
    ],
)
def test_only_files_of_ours_are_kept(target: str, status: int, cache: str) -> None:
    assert ask(target=target, app=Seen(status)).headers["cache-control"] == cache


def test_our_headers_replace_others_of_their_name_and_leave_the_rest() -> None:
    app = Seen(headers=[("Cache-Control", "public"), ("Set-Cookie", "a=1"), ("set-cookie", "b=2")])
    names = [name for name, _ in ask(app=app).sent[0]["headers"]]
    assert names.count(b"cache-control") == 1
    assert b"Cache-Control" not in names
    assert [name.lower() for name in names].count(b"set-cookie") == 2


async def test_what_is_neither_request_nor_socket_passes() -> None:
    passed: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        passed.append(scope["type"])

    async def nothing(*_: Any) -> Any:
        raise AssertionError

    await EdgeMiddleware(app, LOCAL)({"type": "lifespan"}, nothing, nothing)
    assert passed == ["lifespan"]


# Around a real application


class Said(BaseModel):
    words: str


def around() -> TestClient:
    app = FastAPI()

    @app.post("/api/v1/say")
    async def say(said: Said) -> int:
        return len(said.words)

    @app.post("/say")
    async def form(request: Request) -> Response:
        return HTMLResponse(str(len(await request.form())))

    @app.get("/fault")
    async def fault() -> None:
        raise LookupError

    def page(request: Request, problem: Problem) -> Response:
        return HTMLResponse(f"<p>{problem.message}</p>")

    def refuse(scope: Scope, problem: Problem) -> Response:
        return HTMLResponse(f"<p>{problem.message}</p>", problem.status)

    install(app, page)
    app.add_middleware(EdgeMiddleware, edge=LOCAL, refuse=refuse)
    return TestClient(app, base_url="http://localhost:8000")


def test_a_body_that_grows_too_large_is_told_so_however_it_is_read() -> None:
    def endless() -> Any:
        yield b'{"words": "'
        for _ in range(BODY_LIMIT // 1000 + 1):
            yield b"x" * 1000
        yield b'"}'

    client = around()
    answered = client.post(
        "/api/v1/say", content=endless(), headers={"content-type": "application/json"}
    )
    assert (answered.status_code, answered.json()["error"]["kind"]) == (413, "too_large")
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        answered = client.post("/say", content=endless(), headers={"content-type": kind})
        assert answered.status_code == 413
        assert answered.text == "<p>This is too large to be sent.</p>"


def test_a_fault_carries_our_headers_too() -> None:
    answered = around().get("/fault")
    assert answered.status_code == 500
    assert answered.headers["content-security-policy"].startswith("default-src 'none'")


def test_whoever_puts_the_edge_up_may_say_how_it_refuses() -> None:
    answered = around().get("/", headers={"host": "evil.example"})
    assert answered.status_code == 421
    assert answered.text == "<p>This server does not answer to that name.</p>"
