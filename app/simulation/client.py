"""A client: one seat's connection to a workshop, as any program elsewhere might keep it.

It says hello with the seat's key, keeps the newest of every region, comes back by itself
after a cut and takes up where it left off. It leaves out what to do with all this. What
always holds: a command keeps its ref until it is answered, so that however often it is
sent it is carried out once.
"""

import asyncio
import contextlib
import json
import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from app.simulation.calls import NOT_NOW, Place, Refused, call, near

LARGEST = 16 * 2**20
"""Bytes of one message from the server: a whole longlist fits."""


class Dismissed(Exception):
    """The server does not want this client back."""

    def __init__(self, code: int | None, reason: str) -> None:
        super().__init__(f"{reason or 'The connection was closed for good.'} ({code})")
        self.code = code


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a command."""

    ok: bool
    made: str | None = None
    kind: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Waits:
    """How long to wait, in seconds, for what."""

    first: float = 0.5
    """Before coming back after a cut; doubled each time it fails."""
    longest: float = 10.0
    answer: float = 10.0
    """For an answer, before a command is sent again."""
    silence: float = 45.0
    """For any word at all, three heartbeats of the server, before the line counts as dead."""
    tries: int = 40
    """How often to try to come back without once being let in."""

    def again(self) -> Iterator[float]:
        """The waits before each further try; some chance keeps clients from coming at once."""
        for number in range(self.tries):
            yield min(self.longest, self.first * 2 ** min(number, 16)) * random.uniform(0.5, 1.0)


class Connection(Protocol):
    """What those who play need of a client."""

    regions: dict[str, Any]

    async def until(self, wanted: Callable[[], bool], seconds: float | None = None) -> bool: ...

    async def do(self, kind: str, **fields: Any) -> Answer: ...

    async def save_draft(self, fields: dict[str, str | None]) -> bool: ...


class Client:
    """The connection of one seat. `run` keeps it up; the rest works while it runs."""

    def __init__(self, place: Place, key: str, waits: Waits | None = None) -> None:
        self.place = place
        self.regions: dict[str, Any] = {}
        """By name, each the newest that came."""
        self.epoch: str | None = None
        self.seq: int | None = None
        self._key = key
        self._waits = waits or Waits()
        self._seen: dict[str, int] = {}
        self._socket: ClientConnection | None = None
        self._unanswered: dict[str, tuple[str, asyncio.Future[Answer]]] = {}
        self._changed = asyncio.Event()
        self._arriving = False
        """Whether the server has yet to answer our hello."""
        self._tries = self._waits.again()

    async def run(self) -> NoReturn:
        """Be connected, and connected again, until cancelled.

        Raises:
            Dismissed: the server closed for good, or cannot be reached any more.
        """
        while True:
            try:
                await self._converse()
            except ConnectionClosed as closed:
                received = closed.rcvd
                if received is not None and 4400 <= received.code < 4500:
                    raise Dismissed(received.code, received.reason) from None
            except InvalidStatus as refused:
                status = refused.response.status_code
                if 400 <= status < 500 and status != 429:
                    raise Dismissed(status, "The socket was refused.") from None
            except (OSError, InvalidHandshake):
                pass  # not there, or silent for too long: come back
            wait = next(self._tries, None)
            if wait is None:
                raise Dismissed(None, "The server cannot be reached.")
            await asyncio.sleep(wait)

    async def _converse(self) -> None:
        """Connect, say hello, and take in what comes until the line is cut."""
        async with connect(
            self.place.socket,
            compression=None,
            max_size=LARGEST,
            close_timeout=1,
            proxy=None if near(self.place.url) else True,
        ) as socket:
            hello = {"key": self._key, "since": self.seq, "epoch": self.epoch}
            await socket.send(json.dumps(hello))
            self._socket, self._arriving = socket, True
            try:
                for command, _ in [*self._unanswered.values()]:
                    await socket.send(command)
                while True:
                    async with asyncio.timeout(self._waits.silence):
                        message = json.loads(await socket.recv())
                    self._take(message)
            finally:
                self._socket = None

    def _take(self, message: dict[str, Any]) -> None:
        """What the server said: regions, an answer, or that it is still there."""
        if "regions" in message:
            self._tries = self._waits.again()
            self._see(message["epoch"], message["seq"], message["regions"])
        elif "ok" in message:
            self._hear(message["ok"], Answer(True, made=message.get("made")))
        elif "no" in message:
            error = message["error"]
            said = Answer(False, kind=error.get("kind"), message=error.get("message"))
            self._hear(message["no"], said)

    def _see(self, epoch: str, seq: int, regions: dict[str, Any]) -> None:
        behind = self._arriving and self.seq is not None and seq < self.seq
        if epoch != self.epoch or behind:
            # Another past, or less of it than we knew: what we have is of no use any more.
            self.regions.clear()
            self._seen.clear()
            self.seq = None
        for name, view in regions.items():
            if seq < self._seen.get(name, seq):
                continue
            self._seen[name] = seq
            if view is None:
                self.regions.pop(name, None)
            else:
                self.regions[name] = view
        self.epoch = epoch
        self.seq = seq if self.seq is None else max(seq, self.seq)
        self._arriving = False
        self._changed.set()
        self._changed = asyncio.Event()

    def _hear(self, ref: str, answer: Answer) -> None:
        _, answered = self._unanswered.get(ref, (None, None))
        if answered is not None and not answered.done():
            answered.set_result(answer)

    async def until(self, wanted: Callable[[], bool], seconds: float | None = None) -> bool:
        """Wait till `wanted()` holds, for so many seconds at most; whether it does."""
        try:
            async with asyncio.timeout(seconds):
                while not wanted():
                    await self._changed.wait()
        except TimeoutError:
            return wanted()
        return True

    async def do(self, kind: str, **fields: Any) -> Answer:
        """Send a command and wait for what became of it, through any number of cuts."""
        ref = uuid.uuid4().hex
        command = json.dumps({"kind": kind, "ref": ref, **fields})
        for wait in self._waits.again():
            answer = await self._ask(ref, command)
            if answer.kind not in NOT_NOW:
                break
            await asyncio.sleep(wait)
        return answer

    async def _ask(self, ref: str, command: str) -> Answer:
        answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        # Kept until answered, so that whoever connects next sends it again.
        self._unanswered[ref] = (command, answered)
        try:
            while True:
                if self._socket is not None:
                    with contextlib.suppress(ConnectionClosed):
                        await self._socket.send(command)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._waits.answer):
                        return await asyncio.shield(answered)
        finally:
            del self._unanswered[ref]

    async def save_draft(self, fields: dict[str, str | None]) -> bool:
        """Save what is being written; whether it was saved. A lost draft is no great matter."""
        address = self.place.page("/api/v1/workshops/{code}/draft")
        try:
            await call("PUT", address, fields, self._key)
        except Refused:
            return False
        return True
