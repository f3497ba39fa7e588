"""A participant at a socket, with an outbox: what is not acknowledged is sent again.

It writes down everything it asks for and everything it is sent. Leaves out what to ask
for (`tables.py`). Always: a command keeps its ref until it is answered for good, through
whatever becomes of connections and servers.
"""

import asyncio
import contextlib
import json
import random
import secrets
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, InvalidMessage, WebSocketException

from tests.faults.history import Act, Fault, History, Sent, Wrong, marks

FOR_NOW = frozenset({"unavailable", "too_many"})
"""What is refused for this is not refused for good."""

LOST_LINE = (OSError, EOFError, WebSocketException, InvalidHandshake, InvalidMessage, TimeoutError)
NOT_WORN_OUT = 0.3  # seconds to wait at most before coming back, so that a storm is a storm
ANSWER_SECONDS = 30  # a line on which no answer comes for so long is dead
PATIENCE_SECONDS = 20.0  # whoever waits for so long on one line looks whether it was for nothing

Watch = Callable[[str], None]


class Participant:
    """Somebody with a key of a workshop; `name` is their id in it."""

    def __init__(
        self, port: int, workshop: str, name: str, key: str, history: History, seed: int = 0
    ) -> None:
        self.port = port
        self.workshop = workshop
        self.name = name
        self.key = key
        self.history = history
        self.chance = random.Random(f"{workshop} {name} {seed}")
        self.screen: dict[str, Any] = {}
        self.seq: int | None = None
        self.epoch: str | None = None
        self.lines = 0
        self.closes: Counter[int] = Counter()
        self.words: set[str] = set()  # of acts, in anything they were sent
        self.last_frames: deque[str] = deque(maxlen=20)  # to look at when something is wrong
        self.refusals: Counter[str] = Counter()  # of those that were not for good, by kind
        self.patience = PATIENCE_SECONDS
        self.arming: Watch | None = None  # told each ref just before it is sent first
        self.welcome = asyncio.Event()  # set while connected and told where things stand
        self._outbox: dict[str, tuple[dict[str, Any], Act, asyncio.Future[Act]]] = {}
        self._socket: ClientConnection | None = None
        self._changed = asyncio.Event()
        self._living: asyncio.Task[None] | None = None

    # Being there

    def arrive(self) -> "Participant":
        """Connect, and again whenever the connection is lost."""
        self._living = asyncio.create_task(self._live())
        return self

    @property
    def here(self) -> bool:
        return self._living is not None and not self._living.done()

    @property
    def port_of_line(self) -> int | None:
        """The port that the connection comes from."""
        if self._socket is None:
            return None
        return int(self._socket.transport.get_extra_info("sockname")[1])

    async def leave(self) -> None:
        """Be gone; what was not acknowledged stays unknown."""
        if self._living is not None:
            self._living.cancel()
            await asyncio.gather(self._living, return_exceptions=True)
        if self._socket is not None:
            self._socket.transport.abort()

    def drop(self) -> None:
        """Lose the connection, as when a train goes into a tunnel."""
        if self._socket is not None:
            self._socket.transport.abort()

    async def _live(self) -> None:
        while True:
            with contextlib.suppress(*LOST_LINE):
                await self._one_line()
            self.welcome.clear()
            self._socket = None
            await asyncio.sleep(self.chance.uniform(0, NOT_WORN_OUT))

    async def _one_line(self) -> None:
        url = f"ws://127.0.0.1:{self.port}/api/v1/workshops/{self.workshop}/live"
        async with asyncio.timeout(ANSWER_SECONDS):
            socket = await connect(
                url, compression=None, max_size=None, proxy=None, ping_interval=None,
                open_timeout=None, close_timeout=1, max_queue=None,
            )  # fmt: skip
        self._socket = socket
        self.lines += 1
        try:
            hello = {"key": self.key, "since": self.seq, "epoch": self.epoch}
            await socket.send(json.dumps(hello))
            while True:
                async with asyncio.timeout(ANSWER_SECONDS):
                    text = str(await socket.recv())
                self._take(text)
                if not self.welcome.is_set() and self.epoch is not None:
                    self.welcome.set()
                    for command, _, _ in tuple(self._outbox.values()):
                        await socket.send(json.dumps(command))
        finally:
            if socket.close_code is not None:
                self.closes[socket.close_code] += 1
            socket.transport.abort()

    def _take(self, text: str) -> None:
        message = json.loads(text)
        if "regions" in message:
            self.last_frames.append(text)
            self.epoch, self.seq = str(message["epoch"]), int(message["seq"])
            self.screen.update(message["regions"])
            words = frozenset(marks(text)) - self.words
            self.words |= words
            regions = tuple(message["regions"])
            self.history.sent.append(
                Sent(self.name, self.workshop, self.lines, self.epoch, self.seq, regions, words)
            )
            self._changed.set()
        elif "ok" in message:
            self._answered(message)
        elif "no" in message:
            self._refused(message["no"], message["error"])

    def _answered(self, message: Mapping[str, Any]) -> None:
        act = self.history.acts.get((self.name, message["ok"]))
        if act is None:
            return
        self.history.answer(act, message["seq"], message["made"])
        waiting = self._outbox.pop(act.ref, None)
        if waiting is not None and not waiting[2].done():
            waiting[2].set_result(act)

    def _refused(self, ref: str | None, error: Mapping[str, Any]) -> None:
        waiting = self._outbox.get(ref or "")
        if waiting is None:
            return
        self.refusals[error["kind"]] += 1
        if error["kind"] in FOR_NOW:
            pause = self.chance.uniform(0.05, 0.3)
            asyncio.get_running_loop().call_later(pause, self._again, waiting[1].ref)
            return
        self.history.refuse(waiting[1], error["message"])
        del self._outbox[waiting[1].ref]
        if not waiting[2].done():
            waiting[2].set_result(waiting[1])

    def _again(self, ref: str) -> None:
        if ref in self._outbox and self._socket is not None and self.welcome.is_set():
            command = self._outbox[ref][0]
            task = asyncio.ensure_future(self._socket.send(json.dumps(command)))
            task.add_done_callback(lambda done: done.cancelled() or done.exception())

    # Asking

    async def ask(
        self, kind: str, words: str | None = None, *, is_idea: bool = False, by_form: bool = False,
        **fields: Any,
    ) -> Act:  # fmt: skip
        """Ask for something until there is an answer for good, over the socket or by HTTP."""
        ref = f"{self.chance.getrandbits(64):016x}"
        command = {"kind": kind, "ref": ref, **fields}
        if words is not None:
            command["words"] = f"{words} Ring the school the same day."
        act = self.history.invoke(self.name, self.workshop, ref, words, idea=is_idea)
        if self.arming is not None:
            self.arming(ref)
        if by_form:
            return await self._post_until_answered(command, act)
        future: asyncio.Future[Act] = asyncio.get_running_loop().create_future()
        self._outbox[ref] = (command, act, future)
        if self.welcome.is_set() and self._socket is not None:
            with contextlib.suppress(*LOST_LINE):
                await self._socket.send(json.dumps(command))
        return await future

    async def again(self, act: Act, command: Mapping[str, Any]) -> None:
        """Send what was sent already once more, as a second tab would."""
        with contextlib.suppress(*LOST_LINE):
            status, body = await self.http("POST", f"/workshops/{self.workshop}/do", dict(command))
            if status == 200:
                self.history.answer(act, body["seq"], body["made"])

    async def _post_until_answered(self, command: dict[str, Any], act: Act) -> Act:
        path = f"/workshops/{self.workshop}/do"
        while True:
            with contextlib.suppress(*LOST_LINE, ValueError, IndexError):
                status, body = await self.http("POST", path, command)
                if status == 200:
                    self.history.answer(act, body["seq"], body["made"])
                    return act
                self.refusals[body["error"]["kind"]] += 1
                if body["error"]["kind"] not in FOR_NOW:
                    self.history.refuse(act, body["error"]["message"])
                    return act
            await asyncio.sleep(self.chance.uniform(0, NOT_WORN_OUT))

    async def http(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """One request of the JSON door, on a connection of its own."""
        return await call(self.port, method, path, body, self.key)

    async def see(self, ready: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait until what has been sent so far is as `ready` wants it."""
        line, since = self.lines, time.monotonic()
        while not ready(self.screen):
            self._changed.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await self._changed.wait()
            if self.lines != line or not self.welcome.is_set():
                line, since = self.lines, time.monotonic()  # only time on one line counts
            elif time.monotonic() - since > self.patience:
                await self._load_again(ready)
                since = time.monotonic()
        return self.screen

    async def _load_again(self, ready: Callable[[dict[str, Any]], bool]) -> None:
        """Look afresh: what is there and was never sent is a gap, and goes on from there."""
        with contextlib.suppress(*LOST_LINE, ValueError, IndexError):
            status, body = await self.http("GET", f"/workshops/{self.workshop}/view")
            if status == 200 and ready(body["regions"]) and not ready(self.screen):
                what = f"{self.name} waited for what was there and was not sent it"
                self.history.found.append(Fault(Wrong.GAP, what))
                self.screen.update(body["regions"])

    @property
    def unanswered(self) -> int:
        return len(self._outbox)


async def call(
    port: int, method: str, path: str, body: Any = None, key: str | None = None
) -> tuple[int, Any]:
    """One request of the JSON door: its status, and its body where that is JSON.

    Raises OSError, EOFError or ValueError where the answer did not come whole.
    """
    content = b"" if body is None else json.dumps(body).encode()
    # Whoever comes from a place of their own counts by themselves: see MOMENTS_TRUSTED_PROXIES.
    place = ".".join(str(part) for part in (10, *secrets.token_bytes(3)))
    lines = [f"{method} {'' if path in PLAIN else '/api/v1'}{path} HTTP/1.1", "Connection: close",
             f"Host: 127.0.0.1:{port}", f"X-Forwarded-For: {place}"]  # fmt: skip
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
    if key is not None:
        lines.append(f"Authorization: Bearer {key}")
    async with asyncio.timeout(ANSWER_SECONDS):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 24)
        try:
            writer.write("\r\n".join([*lines, "", ""]).encode() + content)
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            status = int(head.split(" ", 2)[1])
            length = head.partition("\r\ncontent-length:")[2].partition("\r\n")[0]
            said = await (reader.readexactly(int(length)) if length else reader.read())
        finally:
            writer.transport.abort()
    return status, json.loads(said) if "application/json" in head else said


PLAIN = frozenset({"/live", "/ready", "/metrics"})
