"""A real server for tests: its own process, its own folder, real sockets, and a kill switch.

Tests that need less than that use less. What always holds: what is here speaks to the
server only through the outside contract.
"""

import asyncio
import contextlib
import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
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
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.settings = settings
        self.log = folder / "server.log"
        self.program = ["-m", "app.cli"]
        self.inherited: tuple[int, ...] = ()  # what it finds open beside the usual three
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What the server, and programs beside it, find in their environment."""
        elsewhere = {k: v for k, v in os.environ.items() if not k.startswith("MOMENTS_")}
        return {
            **elsewhere,
            "MOMENTS_PORT": str(self.port),
            "MOMENTS_DATA_DIR": str(self.folder / "data"),
            "MOMENTS_FACILITATOR_KEY": KEY,
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            **self.settings,
        }

    def moments(self, *arguments: str) -> str:
        """What the installed program prints, run beside the server on the same data."""
        command = [sys.executable, "-m", "app.cli", *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True,
            check=True, timeout=60,
        ).stdout  # fmt: skip

    def start(self) -> "Served":
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self.program, "serve"],
                cwd=self.folder,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                pass_fds=self.inherited,
            )
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError(f"the server ended:\n{self.log.read_text()}")
            with contextlib.suppress(OSError):
                if call("GET", f"{self.url}/live").status == 200:
                    return self
            time.sleep(0.05)
        raise RuntimeError(f"the server did not start:\n{self.log.read_text()}")

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The process of the last start."""
        assert self._process is not None
        return self._process

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
        try:
            return call(method, f"{self.url}/api/v1{path}", body, key)
        except OSError as error:
            ended = self._process.poll() if self._process else None
            error.add_note(f"the server {'is running' if ended is None else f'ended: {ended}'}")
            raise

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

    def seq(self, code: str) -> int:
        """The number of the last event of a workshop's log."""
        return int(self.api("GET", f"/workshops/{code}/view").body["seq"])

    def export(self, code: str, file: str, key: str = KEY) -> Any:
        """An export that must be given: parsed where it is JSON, else its bytes."""
        reply = self.api("GET", f"/workshops/{code}/export/{file}", key=key)
        assert reply.status == 200, reply
        return reply.body

    def invite(self, code: str, role: str, group: str | None = None) -> str:
        """An invite to another seat."""
        wish = {"role": role, "group": group}
        reply = self.api("POST", f"/workshops/{code}/invites", wish)
        assert reply.status == 201, reply
        return str(reply.body["invite"])

    def invited(
        self, code: str, role: str, group: str | None = None, name: str = "Somebody"
    ) -> tuple[str, str]:
        """The id and the key of somebody who has joined by an invite."""
        wish = {
            "name": name,
            "organisation": "DfE",
            "invite": self.invite(code, role, group),
        }
        reply = self.api("POST", f"/workshops/{code}/join", wish, None)
        assert reply.status == 201, reply
        return reply.body["participant"], reply.body["key"]

    def idea(self, code: str, key: str, **fields: Any) -> dict[str, Any]:
        """What a participant would send: the first card against the first barrier."""
        seen = self.view(code, key)
        return {
            "kind": "SubmitIdea",
            "card": seen["hand"]["cards"][0]["id"],
            "barrier": seen["stage"]["barriers"][0]["id"],
            "words": "Ring them the same day.",
            **fields,
        }

    def submit(self, code: str, key: str, **fields: Any) -> str:
        """The id of an idea that was accepted."""
        return str(self.done(code, key, **self.idea(code, key, **fields))["made"])

    @contextlib.asynccontextmanager
    async def socket(
        self, code: str, key: str, since: int | None = None, epoch: str | None = None
    ) -> Any:
        """A live socket, past its first message."""
        async with self.line(f"/api/v1/workshops/{code}/live") as connection:
            await connection.send(json.dumps({"key": key, "since": since, "epoch": epoch}))
            yield connection

    def line(self, path: str, **headers: str) -> connect:
        """A socket to `path` on which nothing has been said."""
        url = f"ws://127.0.0.1:{self.port}{path}"
        # Nobody's word is cut short, and no proxy of this machine comes between.
        return connect(url, max_size=None, compression=None, proxy=None, additional_headers=headers)

    # The pages, as a browser asks for them

    def page(
        self,
        method: str,
        path: str,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """A page or a posted form; where it leads to is not followed."""
        sent = {"Origin": self.url} if method != "GET" else {}
        content = None
        if form is not None:
            content = urllib.parse.urlencode(form).encode()
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        return self.raw(method, path, content, {**sent, **(headers or {})})

    def raw(
        self, method: str, path: str, content: bytes | None, headers: Mapping[str, str]
    ) -> Reply:
        """One request with exactly these headers, beside Host unless it is among them."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, content, dict(headers))
            answer = connection.getresponse()
            return _reply(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def enter(self, code: str, name: str, organisation: str = "NHS", invite: str = "") -> str:
        """The cookie of a browser whose owner has joined."""
        form = {"name": name, "organisation": organisation, "invite": invite}
        reply = self.page("POST", f"/join/{code}", form)
        assert reply.status == 303, reply
        return cookie_of(reply)

    def sign_in(self) -> str:
        """The cookie of a browser in which the server's owner has signed in."""
        token = self.sign_in_link().partition("token=")[2]
        reply = self.page("POST", "/facilitate/sign-in", {"token": token})
        assert reply.status == 303, reply
        return cookie_of(reply)


async def heard(connection: ClientConnection, seconds: float = 10) -> dict[str, Any]:
    """The next message but heartbeats."""
    while True:
        message: dict[str, Any] = json.loads(await asyncio.wait_for(connection.recv(), seconds))
        if "hb" not in message:
            return message


def cookie_of(reply: Reply) -> str:
    """What a browser sends back for the cookie of this answer."""
    return reply.headers["set-cookie"].partition(";")[0]


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


def free_port() -> int:
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
