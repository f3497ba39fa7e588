"""A small fake server that speaks the contract, for the clients of `app/simulation`.

It is made of FastAPI and shares nothing with the program's own server. It leaves out the
rules of the game. What always holds: a ref it has carried out is answered and not
carried out again.
"""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI, Header, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import JSONResponse

from app.simulation.client import Waits

CODE = "ABCD2345"
NOW = Waits(first=0.001, longest=0.002, answer=0.05, silence=5, tries=50)
"""Waits that keep a test short."""


class FakeServer:
    """One workshop. Tests set what happens, and read what came."""

    def __init__(self) -> None:
        self.url = ""
        self.epoch = "e1"
        self.seq = 1
        self.regions: dict[str, Any] = {"workshop": {"code": CODE, "phase": "lobby"}}
        self.hellos: list[dict[str, Any]] = []
        self.received: list[dict[str, Any]] = []
        """Every command as it came."""
        self.done: dict[str, dict[str, Any]] = {}
        """Commands carried out, by ref."""
        self.cuts = 0
        """How many commands to carry out and then cut the line in place of an answer."""
        self.deaf = 0
        """How many commands to lose."""
        self.busy = 0
        """How many commands to answer with too_many."""
        self.closing: int | None = None
        """The close code that every hello gets from now on."""
        self.unwanted: dict[str, int] = {}
        """The close code that hellos with a certain key get."""
        self.joined: list[dict[str, Any]] = []
        self.refusals: list[tuple[int, str]] = []
        """What the next joins get in place of a seat: status and kind."""
        self.drafts: list[dict[str, Any]] = []
        self.opened: list[tuple[str, dict[str, Any]]] = []
        self.sockets: set[WebSocket] = set()

    async def show(self, **regions: Any) -> None:
        """Change regions and send them to everybody."""
        self.seq += 1
        for name, view in regions.items():
            if view is None:
                self.regions.pop(name, None)
            else:
                self.regions[name] = view
        for line in [*self.sockets]:
            await self.send(line, regions)

    async def send(self, line: WebSocket, regions: dict[str, Any]) -> None:
        """Send regions as they stand now."""
        message = {"epoch": self.epoch, "seq": self.seq, "regions": regions}
        await line.send_text(json.dumps(message))

    async def cut(self, code: int = 1012) -> None:
        """Cut everybody off."""
        for line in [*self.sockets]:
            self.sockets.discard(line)
            await line.close(code)

    async def converse(self, line: WebSocket) -> None:
        """One socket, from its hello on."""
        await line.accept()
        hello = json.loads(await line.receive_text())
        self.hellos.append(hello)
        closing = self.closing or self.unwanted.get(hello["key"])
        if closing is not None:
            await line.close(closing, "so it is")
            return
        current = hello["epoch"] == self.epoch and hello["since"] == self.seq
        await self.send(line, {} if current else self.regions)
        self.sockets.add(line)
        try:
            while True:
                if not await self.answer(line, json.loads(await line.receive_text())):
                    return
        except WebSocketDisconnect:
            return
        finally:
            self.sockets.discard(line)

    async def answer(self, line: WebSocket, command: dict[str, Any]) -> bool:
        """Carry a command out and answer it; False where the line was cut instead."""
        self.received.append(command)
        ref = command["ref"]
        if self.deaf:
            self.deaf -= 1
            return True
        if self.busy:
            self.busy -= 1
            error = {"kind": "too_many", "message": "Slowly.", "field": None}
            await line.send_text(json.dumps({"no": ref, "error": error}))
            return True
        self.done.setdefault(ref, command)
        if self.cuts:
            self.cuts -= 1
            await line.close(1011)
            return False
        made = f"i{1 + [*self.done].index(ref)}"
        await line.send_text(json.dumps({"ok": ref, "seq": self.seq, "made": made}))
        return True


def routes(server: FakeServer) -> FastAPI:
    """The paths of the contract that a participant uses."""
    app = FastAPI()

    @app.post("/api/v1/workshops", status_code=201)
    async def open_workshop(request: Request, authorization: str = Header()) -> dict[str, str]:
        server.opened.append((authorization, await request.json()))
        return {"code": CODE, "join_url": f"{server.url}/join/{CODE}"}

    @app.post("/api/v1/workshops/{code}/join", status_code=201, response_model=None)
    async def join(code: str, request: Request) -> JSONResponse:
        if code != CODE or server.refusals:
            status, kind = server.refusals.pop(0) if server.refusals else (404, "not_found")
            error = {"kind": kind, "message": "There is no seat.", "field": None}
            return JSONResponse({"error": error, "ref": None}, status)
        server.joined.append(await request.json())
        number = len(server.joined)
        return JSONResponse({"participant": f"p{number}", "key": f"key-{number}"}, 201)

    @app.put("/api/v1/workshops/{code}/draft")
    async def draft(code: str, request: Request, authorization: str = Header()) -> dict[str, str]:
        server.drafts.append({"by": authorization, **await request.json()})
        return {"saved_at": "2026-11-23T10:00:00Z"}

    @app.websocket("/api/v1/workshops/{code}/live")
    async def live(line: WebSocket, code: str) -> None:
        await server.converse(line)

    return app


@contextmanager
def nowhere() -> Iterator[str]:
    """An address at which nobody listens, kept free of others."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@asynccontextmanager
async def serving() -> AsyncIterator[FakeServer]:
    """A fake server, up on a free port."""
    fake = FakeServer()
    config = uvicorn.Config(
        routes(fake), port=0, log_level="critical", lifespan="off", ws="websockets-sansio"
    )
    program = uvicorn.Server(config)
    running = asyncio.create_task(program.serve())
    while not program.started:
        await asyncio.sleep(0.002)
    fake.url = f"http://127.0.0.1:{program.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield fake
    finally:
        await fake.cut()
        program.should_exit = program.force_exit = True
        await running
