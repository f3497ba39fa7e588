"""A real server for tests: its own process, its own folder, real sockets, and a kill switch.

Tests that need less than that use less. What always holds: what is here speaks to the
server only through the outside contract.
"""

import asyncio
import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

ROOT = Path(__file__).parent.parent
KEY = "a-key-for-programs-in-tests-0123456789"


@dataclass(frozen=True)
class Reply:
    """What came back over HTTP."""

    status: int
    body: Any
    headers: dict[str, str]


class Served:
    """One server in `folder`, which can be killed and started again on the same data."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.settings = settings
        self.log = folder / "server.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Served":
        environment = {k: v for k, v in os.environ.items() if not k.startswith("MOMENTS_")}
        environment |= {
            "MOMENTS_PORT": str(self.port),
            "MOMENTS_DATA_DIR": str(self.folder / "data"),
            "MOMENTS_FACILITATOR_KEY": KEY,
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            **self.settings,
        }
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "app.cli", "serve"],
                cwd=self.folder,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError(f"the server ended:\n{self.log.read_text()}")
            with contextlib.suppress(OSError):
                if call("GET", f"{self.url}/live").status == 200:
                    return self
            time.sleep(0.05)
        raise RuntimeError(f"the server did not start:\n{self.log.read_text()}")

    def kill(self) -> None:
        """End it as a power cut would end the process: at once."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """End it as an upgrade would."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def sign_in_link(self) -> str:
        """The link the last start printed."""
        lines = self.log.read_text().splitlines()
        line = [line for line in lines if "/facilitate/sign-in?token=" in line][-1]
        return line[line.index("http") :]

    # The JSON door

    def api(self, method: str, path: str, body: Any = None, key: str | None = KEY) -> Reply:
        return call(method, f"{self.url}/api/v1{path}", body, key)

    def open(self, **wish: Any) -> str:
        """The code of a new workshop."""
        wish = {"title": "A workshop", "problems": ["information-sharing"], **wish}
        reply = self.api("POST", "/workshops", wish)
        assert reply.status == 201, reply
        return str(reply.body["code"])

    def join(self, code: str, name: str, organisation: str = "NHS") -> tuple[str, str]:
        """The id and the key of somebody who has joined."""
        reply = self.api(
            "POST", f"/workshops/{code}/join", {"name": name, "organisation": organisation}, None
        )
        assert reply.status == 201, reply
        return reply.body["participant"], reply.body["key"]

    def do(self, code: str, key: str = KEY, **command: Any) -> Reply:
        """Send a command, with a ref of its own unless it brings one."""
        command = {"ref": new_ref(), **command}
        return self.api("POST", f"/workshops/{code}/do", command, key)

    def done(self, code: str, key: str = KEY, **command: Any) -> Any:
        """As `do`, and it must be accepted."""
        reply = self.do(code, key, **command)
        assert reply.status == 200, reply
        return reply.body

    def view(self, code: str, key: str = KEY) -> dict[str, Any]:
        """Every region the key's holder may see."""
        regions: dict[str, Any] = self.api("GET", f"/workshops/{code}/view", key=key).body[
            "regions"
        ]
        return regions

    @contextlib.asynccontextmanager
    async def socket(
        self, code: str, key: str, since: int | None = None, epoch: str | None = None
    ) -> Any:
        """A live socket, past its first message."""
        url = f"ws://127.0.0.1:{self.port}/api/v1/workshops/{code}/live"
        async with connect(url, max_size=None) as connection:
            await connection.send(json.dumps({"key": key, "since": since, "epoch": epoch}))
            yield connection


async def heard(connection: ClientConnection, seconds: float = 10) -> dict[str, Any]:
    """The next message but heartbeats."""
    while True:
        message = json.loads(await asyncio.wait_for(connection.recv(), seconds))
        if "hb" not in message:
            return message


def new_ref() -> str:
    return secrets.token_hex(8)


def call(method: str, url: str, body: Any = None, key: str | None = None) -> Reply:
    """One HTTP request; an error status is an answer like any other."""
    data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"} if body is not None else {}
    if key is not None:
        headers["Authorization"] = f"Bearer {key}"
    request = urllib.request.Request(url, data=data, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return _reply(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return _reply(error.code, error.headers, error.read())


def _reply(status: int, headers: Any, content: bytes) -> Reply:
    is_json = "json" in headers.get("content-type", "")
    return Reply(status, json.loads(content) if is_json else content, dict(headers.items()))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def served(folder: Path, **settings: str) -> Iterator[Served]:
    """A running server, stopped at the end."""
    server = Served(folder, **settings).start()
    try:
        yield server
    finally:
        server.stop()
