"""Connections: how many there is room for, and what becomes of those that say nothing whole.

Always: real sockets. The protocol is tried with a small program of its own; the whole server
with few files to open, and more connections than it has room for.
"""

import asyncio
import contextlib
import resource
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from websockets.exceptions import ConnectionClosed

from app import connections
from app.connections import KEPT_FILES, Room, make_room, punctual, room_for
from app.web.limits import SOCKETS
from tests.served import Served, heard

Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]
HOST = "127.0.0.1"
SMALL = Room(files=100, connections=3, waiting=2)
FEW_FILES = 256


# How many


@pytest.mark.parametrize("files", [256, 1024, 4096, 10_000])
def test_what_there_is_room_for_leaves_files_over(files: int) -> None:
    room = room_for(files)
    assert room.connections + 4 * room.waiting + KEPT_FILES <= files
    assert room.sockets["address"] < room.sockets["all"] < room.connections
    assert room.sockets["seat"] == SOCKETS["seat"]


def test_with_all_the_files_wanted_no_limit_is_lower_than_it_says() -> None:
    assert dict(room_for(connections.WANTED_FILES).sockets) == SOCKETS


@pytest.mark.parametrize(
    ("soft", "hard", "has"),
    [(1024, 4096, 4096), (1024, 1024, 1024), (1024, 500_000, 10_000), (20_000, 20_000, 20_000)],
)
def test_as_many_files_as_are_wanted_and_allowed_may_be_open(
    monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, has: int
) -> None:
    now = [(soft, hard)]
    monkeypatch.setattr(resource, "getrlimit", lambda _: now[0])
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: now.__setitem__(0, limits))
    room = make_room()
    assert now == [(has, hard)]
    assert room.files == min(has, connections.WANTED_FILES)


# For how long


class Program:
    """Answers with the length of what it was sent, once it may."""

    def __init__(self) -> None:
        self.may = asyncio.Event()
        self.may.set()
        self.answering = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        length, more = 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            length += len(message["body"])
            more = message["more_body"]
        self.answering += 1
        await self.may.wait()
        content = str(length).encode()
        headers = [(b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": content})


@contextlib.asynccontextmanager
async def serving(room: Room, program: Program) -> AsyncIterator[int]:
    """The port at which the program is served."""
    config = uvicorn.Config(
        program, http=punctual(room), lifespan="off", log_config=None, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    with socket.create_server((HOST, 0)) as listening:
        running = asyncio.create_task(server._serve([listening]))
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            yield listening.getsockname()[1]
        finally:
            program.may.set()
            server.should_exit = True
            await running


LINES: list[asyncio.StreamWriter] = []


@pytest.fixture(autouse=True)
async def _every_line_is_closed() -> AsyncIterator[None]:
    yield
    while LINES:
        writer = LINES.pop()
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def said(port: int, words: bytes) -> Line:
    reader, writer = await asyncio.open_connection(HOST, port)
    LINES.append(writer)
    writer.write(words)
    await writer.drain()
    return reader, writer


async def told(line: Line) -> bytes:
    """All that comes until the server ends the connection."""
    try:
        return await asyncio.wait_for(line[0].read(), 10)
    except ConnectionResetError:
        return b""
    finally:
        line[1].close()


HALF_A_BODY = b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 10\r\n\r\nhalf"
WHOLE = b"GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"
KEPT = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (b"", b""),
        (b"\r\n", b""),
        (b"GET / HTTP/1.1\r\nHo", b"HTTP/1.1 408 "),
        (HALF_A_BODY, b"HTTP/1.1 408 "),
    ],
)
async def test_a_request_that_does_not_come_in_time_ends_the_connection(
    monkeypatch: pytest.MonkeyPatch, words: bytes, answer: bytes
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.2)
    monkeypatch.setattr(connections, "BODY_SECONDS", 0.2)
    program = Program()
    async with serving(SMALL, program) as port:
        got = await told(await said(port, words))
        assert got[: len(answer)] == answer
        assert bool(got) is bool(answer)
        assert program.answering == 0


async def test_blank_lines_after_an_answer_keep_nothing_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.2)
    async with serving(SMALL, Program()) as port:
        line = await said(port, KEPT)
        assert (await line[0].readline()).startswith(b"HTTP/1.1 200")
        line[1].write(b"\r\n")
        assert b"408" not in await told(line)


async def test_an_answer_may_take_longer_than_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.1)
    monkeypatch.setattr(connections, "BODY_SECONDS", 0.1)
    program = Program()
    program.may.clear()
    async with serving(SMALL, program) as port:
        line = await said(port, WHOLE)
        await asyncio.sleep(0.5)
        program.may.set()
        assert (await told(line)).startswith(b"HTTP/1.1 200")


async def test_who_has_said_nothing_for_longest_makes_room() -> None:
    async with serving(SMALL, Program()) as port:
        idle = [await said(port, words) for words in (b"", HALF_A_BODY, KEPT)]
        assert (await idle[2][0].readline()).startswith(b"HTTP/1.1 200")
        for line, answer in zip(idle, (b"", b"HTTP/1.1 408", b""), strict=True):
            held = await said(port, b"GET")  # it takes the place
            got = await told(line)
            assert got.startswith(answer)
            assert b"503" not in got
            assert not held[0].at_eof()


async def test_one_too_many_is_told_so_and_one_more_is_not_taken_up() -> None:
    program = Program()
    program.may.clear()
    async with serving(SMALL, program) as port:
        busy = [await said(port, WHOLE) for _ in range(SMALL.connections)]
        while program.answering < SMALL.connections:
            await asyncio.sleep(0.01)
        late = [await said(port, b"") for _ in range(SMALL.waiting)]
        await asyncio.sleep(0.1)
        assert await told(await said(port, b"")) == b""
        for line in late:
            line[1].write(WHOLE)
            assert (await told(line)).startswith(b"HTTP/1.1 503 ")
        program.may.set()
        for line in busy:
            assert (await told(line)).startswith(b"HTTP/1.1 200")


# The whole server


FEW = f"""
import resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, ({FEW_FILES}, {FEW_FILES}))
from app.cli import main
sys.exit(main())
"""


async def test_more_silent_connections_than_files_hurt_nobody(tmp_path: Path) -> None:
    server = Served(tmp_path)
    server.program = ["-c", FEW]
    server.start()
    room = room_for(FEW_FILES)
    try:
        code = await asyncio.to_thread(server.open)
        _, key = await asyncio.to_thread(server.join, code, "Ann")
        async with server.socket(code, key) as line:
            await heard(line)
            idle = [await said(server.port, words) for words in (b"", b"GET", HALF_A_BODY) * 100]
            for name in ("Bo", "Cy"):
                await asyncio.to_thread(server.join, code, name)
            await line.send("{}")
            while "no" not in await heard(line):
                pass  # they came, which is said first
        for _, writer in idle:
            writer.close()

        taken, refused = 0, []
        async with contextlib.AsyncExitStack() as many:
            for number in range(room.sockets["address"] + 5):
                _, mine = await asyncio.to_thread(server.join, code, f"Person {number}")
                try:
                    line = await many.enter_async_context(server.socket(code, mine))
                    await heard(line)
                except ConnectionClosed as closed:
                    refused.append(closed.rcvd.code if closed.rcvd else None)
                else:
                    taken += 1
                    many.callback(line.transport.abort)  # there is much that was not read
        assert set(refused) == {1013}
        assert taken == room.sockets["address"]
    finally:
        server.stop()
    log = server.log.read_text()
    assert f"room for {room.connections} connections" in log
    assert log.count("out of system resource") <= 1
    assert "Traceback" not in log
