"""Logs: what is written, and what never is."""

import asyncio
import io
import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any, Literal

import httpx2
import pytest
import uvicorn
from fastapi import APIRouter, FastAPI, Request, WebSocket
from starlette.responses import PlainTextResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.testclient import TestClient, WebSocketDenialResponse
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from app import logs
from app.connections import NO_ROOM
from app.logs import AccessLog, configure
from app.settings import Settings
from app.web.edge import Edge, EdgeMiddleware
from app.web.errors import Problem, install

MARKERS = {
    "code": "ABCD2345",
    "name": "Marker-Margaret",
    "words": "marker idea: share the list",
    "key": "marker-key-0123456789abcdef0123456789",
    "address": "198.51.100.77",
    "query": "marker-query",
}
Format = Literal["text", "json"]


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Where the log goes; the loggers are put back as they were."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    others = {
        name: (logging.getLogger(name).handlers[:], logging.getLogger(name).level)
        for name in list(logging.Logger.manager.loggerDict)
    }
    yield io.StringIO()
    root.handlers, root.level = before
    for name, (handlers, level) in others.items():
        logging.getLogger(name).handlers = handlers
        logging.getLogger(name).setLevel(level)
    logging.getLogger("app").setLevel(logging.NOTSET)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def application(port: int = 8000) -> FastAPI:
    """A server with a bit of everything that could give something away."""
    app = FastAPI()
    inner = APIRouter(prefix="/workshops")

    @inner.get("/{code}/view")
    async def view(code: str) -> str:
        return code

    @inner.post("/{code}/do")
    async def do(code: str, request: Request) -> None:
        said = await request.json()
        raise LookupError(f"{said} in {code}")

    @inner.websocket("/{code}/live")
    async def live(socket: WebSocket, code: str) -> None:
        await socket.accept()
        said = await socket.receive_text()
        if said == "end":
            await socket.close(4401)
            return
        raise LookupError(f"{said} in {code}")

    async def never_awaited(code: str) -> None:
        raise LookupError(code)

    @app.get("/w/{code}")
    async def page(code: str) -> Response:
        task = asyncio.create_task(never_awaited(code))
        await asyncio.wait([task])
        return PlainTextResponse(code)

    @app.get("/live")
    async def up() -> str:
        return "up"

    outer = APIRouter(prefix="/api/v1")
    outer.include_router(inner)
    app.include_router(outer)
    app.mount("/static", StaticFiles(directory="static"))
    install(app, lambda request, problem: PlainTextResponse(problem.message))
    settings = Settings(port=port, trusted_proxies="127.0.0.1")
    app.add_middleware(EdgeMiddleware, edge=Edge.of(settings))
    app.add_middleware(AccessLog)
    return app


def asked(written: io.StringIO, log_format: Format = "json") -> TestClient:
    configure(log_format, written)
    return TestClient(application(), base_url="http://localhost:8000")


def test_json_is_an_object_on_each_line(written: io.StringIO) -> None:
    configure("json", written)
    logging.getLogger("app.live").info("took %d", 3, extra={"ref": "1a2b", "secret": "x"})
    (line,) = lines(written)
    assert line.pop("time").endswith("+00:00")
    assert line == {"level": "info", "logger": "app.live", "message": "took 3", "ref": "1a2b"}


def test_text_is_for_reading(written: io.StringIO) -> None:
    configure("text", written)
    logging.getLogger("app.live").warning("took %d", 3, extra={"ref": "1a2b", "status": 200})
    when, rest = written.getvalue().split(" ", 1)
    assert len(when) == len("2026-01-01T00:00:00.000+00:00")
    assert rest == "WARNING app.live: took 3 status=200 ref=1a2b\n"


def test_a_request_is_a_line_with_its_route_and_not_its_path(written: io.StringIO) -> None:
    client = asked(written)
    client.get("/api/v1/workshops/ABCD2345/view?a=marker-query")
    client.get("/static/vendor/htmx.min.js")
    client.get("/nowhere/ABCD2345")
    client.get("/", headers={"host": "evil.example"})
    client.request("MARKER", "/w/ABCD2345", headers={"authorization": "Bearer x"})
    found = [(line["method"], line["route"], line["status"]) for line in lines(written)]
    assert found == [
        ("GET", "/api/v1/workshops/{code}/view", 200),
        ("GET", "/static", 200),
        ("GET", "none", 404),
        ("GET", "none", 421),
        ("OTHER", "/w/{code}", 405),
    ]
    assert all(0 <= line["ms"] < 10_000 for line in lines(written))
    assert {line["logger"] for line in lines(written)} == {"app.access"}


def test_a_socket_is_a_line_when_it_ends(written: io.StringIO) -> None:
    client = asked(written)
    address = "ws://localhost:8000"
    with client.websocket_connect(f"{address}/api/v1/workshops/ABCD2345/live") as one:
        one.send_text("end")
        one.receive()
    refused = client.websocket_connect(f"{address}/w/ABCD2345")
    with pytest.raises(WebSocketDenialResponse), refused:
        pass
    found = [(line["method"], line["route"], line["status"]) for line in lines(written)]
    assert found == [("SOCKET", "/api/v1/workshops/{code}/live", 4401), ("SOCKET", "none", 403)]


def test_probes_are_not_written_down(written: io.StringIO) -> None:
    assert asked(written).get("/live").status_code == 200
    assert written.getvalue() == ""


def test_a_fault_and_its_request_have_the_same_reference(written: io.StringIO) -> None:
    answered = asked(written).post("/api/v1/workshops/ABCD2345/do", json={"words": "marker"})
    fault, access = lines(written)
    assert answered.json()["ref"] == fault["ref"] == access["ref"]
    assert access["status"] == 500
    assert fault["exception"][-1] == "LookupError"
    assert any(place.endswith(" in do") for place in fault["exception"])


def test_exceptions_are_kinds_and_places_in_a_chain(written: io.StringIO) -> None:
    configure("text", written)
    try:
        try:
            raise KeyError(MARKERS["words"])
        except KeyError as error:
            raise ValueError(MARKERS["words"]) from error
    except ValueError:
        logging.getLogger("app.live").exception("a fault")
    found = [line.strip() for line in written.getvalue().splitlines()[1:]]
    assert found[1::2] == ["KeyError", "ValueError"]
    assert all(" in test_exceptions_are" in place for place in found[0::2])
    assert "marker" not in written.getvalue()


def test_an_exception_that_goes_round_in_a_circle_comes_to_an_end(written: io.StringIO) -> None:
    configure("json", written)
    one, other = ValueError(), KeyError()
    one.__cause__, other.__cause__ = other, one
    logging.getLogger("app.live").error("a fault", exc_info=one)
    assert lines(written)[0]["exception"] == ["KeyError", "ValueError"]


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_nothing_can_pass_for_a_line_of_its_own(written: io.StringIO, log_format: Format) -> None:
    configure(log_format, written)
    for end in ("\n", "\r", "\x1b[31m", "\x85", "\u2028", "\x00"):
        logging.getLogger("app.live").info("before%sERROR forged", end)
    assert len(written.getvalue().splitlines()) == 6
    assert written.getvalue().isascii()
    assert "\x1b" not in written.getvalue()


def test_a_line_does_not_grow_without_end(written: io.StringIO) -> None:
    configure("json", written)
    logging.getLogger("app.live").info("x" * 10_000)
    assert len(lines(written)[0]["message"]) == logs.LONGEST


def test_of_others_lines_only_the_pattern_is_written(written: io.StringIO) -> None:
    configure("json", written)
    other = logging.getLogger("uvicorn.error")
    other.info('%s - "WebSocket %s" [accepted]', "198.51.100.77:1", "/w/ABCD2345")
    other.warning("refused %s", "/w/ABCD2345")
    other.error(OSError(98, "address already in use"))
    other.error(ValueError("ABCD2345"))
    logging.getLogger("asyncio").error("never retrieved\nfuture: <Task exception='ABCD2345'>")
    logging.getLogger("application").error("refused %s", "ABCD2345")
    assert [line["message"] for line in lines(written)] == [
        "refused %s",
        "address already in use",
        "ValueError",
        "never retrieved",
        "refused %s",
    ]


def test_loggers_that_had_their_own_way_out_lose_it(written: io.StringIO) -> None:
    elsewhere = io.StringIO()
    other = logging.getLogger("uvicorn.access")
    other.addHandler(logging.StreamHandler(elsewhere))
    other.setLevel(logging.INFO)
    configure("json", written)
    other.info("GET /w/ABCD2345")
    assert elsewhere.getvalue() == written.getvalue() == ""


@pytest.fixture
def port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        number: int = found.getsockname()[1]
        return number


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_nothing_anybody_typed_or_is_known_by_is_written(
    written: io.StringIO, log_format: Format, port: int
) -> None:
    """A real server, with its own lines, asked in every way that has gone into a log before."""
    configure(log_format, written)
    config = uvicorn.Config(
        application(port),
        port=port,
        log_config=None,
        access_log=False,
        log_level="info",
        proxy_headers=False,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        ask_everything(port)
    finally:
        server.should_exit = True
        thread.join(10)
    found = written.getvalue()
    assert "LookupError" in found
    assert "/api/v1/workshops/{code}/do" in found
    assert [marker for marker in MARKERS.values() if marker in found] == []
    assert "127.0.0.1" not in found


def ask_everything(port: int) -> None:
    code, key = MARKERS["code"], MARKERS["key"]
    headers = {
        "authorization": f"Bearer {key}",
        "x-forwarded-for": MARKERS["address"],
        "cookie": f"moments_seat={key}",
        "user-agent": MARKERS["name"],
        "referer": f"http://localhost/w/{code}",
    }
    said = {"words": MARKERS["words"], "name": MARKERS["name"]}
    address = f"http://127.0.0.1:{port}"
    with httpx2.Client(base_url=address, headers=headers) as client:
        for host in (f"127.0.0.1:{port}", f"{code}.example"):
            client.headers["host"] = host
            client.post(f"/api/v1/workshops/{code}/do?q={MARKERS['query']}", json=said)
            client.get(f"/w/{code}?q={MARKERS['query']}")
            client.get(f"/{code}")
            client.request(code, f"/w/{code}")
    with socket.create_connection(("127.0.0.1", port)) as raw:
        raw.sendall(f"{code} {MARKERS['words']}\r\n\r\n".encode())
        raw.recv(1000)
    for path in (f"/api/v1/workshops/{code}/live", f"/w/{code}", f"/{code}"):
        for words in (MARKERS["words"], "end"):
            try:
                with connect(f"ws://127.0.0.1:{port}{path}", additional_headers=headers) as one:
                    one.send(words)
                    one.recv(timeout=5)
            except WebSocketException:
                continue


def test_a_problem_is_no_matter_for_the_log_beyond_its_request(written: io.StringIO) -> None:
    app = FastAPI()

    @app.get("/api/no")
    async def no() -> None:
        raise Problem("not_found", MARKERS["words"])

    install(app, lambda request, problem: PlainTextResponse(problem.message))
    app.add_middleware(AccessLog)
    configure("json", written)
    TestClient(app).get("/api/no")
    (line,) = lines(written)
    assert (line["status"], line["logger"]) == (404, "app.access")


def test_what_would_come_again_and_again_is_written_once_a_minute() -> None:
    now = 100.0
    seldom = logs.Seldom(lambda: now)

    def passes(name: str, words: str) -> bool:
        return seldom.filter(logging.LogRecord(name, logging.ERROR, "", 0, words, None, None))

    # As asyncio says it: the socket, with its address, on a line below.
    full = "socket.accept() out of system resource\nsocket: <asyncio.TransportSocket>"
    assert [passes("asyncio", full) for _ in range(3)] == [True, False, False]
    assert passes("app.connections", NO_ROOM)
    assert [passes("asyncio", "Task exception was never retrieved") for _ in "ab"] == [True, True]
    now += 59
    assert not passes("asyncio", full)
    now += 1
    assert passes("asyncio", full)
    assert not passes("asyncio", full)


def test_the_handler_holds_it_back_whoever_says_it(written: io.StringIO) -> None:
    configure("json", written)
    for _ in range(5):
        logging.getLogger("asyncio").error("socket.accept() out of system resource\nsocket: 7")
        logging.getLogger("app.connections").warning(NO_ROOM)
    assert [line["message"] for line in lines(written)] == [
        "socket.accept() out of system resource",
        NO_ROOM,
    ]
