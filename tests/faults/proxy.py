"""A TCP proxy of our own, to do to a connection what networks do.

It cuts, resets, delays, slows, slices and swallows, and heals. With `watching` it also
reads what passes, and can cut one command at a given point of its way. Leaves out TLS.
Always: what a seed chose once it chooses again; what is cut stays cut.
"""

import asyncio
import contextlib
import random
import re
import socket
import struct
import time
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from tests.faults.wire import Piece, Reading

REF = re.compile(rb'"ref": ?"([^"]+)"')
ANSWERED = re.compile(rb'^\{"(?:ok|no)": ?"([^"]+)"')
ANSWERED_BADLY = re.compile(rb'"ref": ?"([^"]+)"\}$')
RESET = struct.pack("ii", 1, 0)


class Point(StrEnum):
    """Where on its way a command is cut off."""

    BEFORE_SEND = "before it is sent"
    AFTER_SEND = "after it is sent"
    AFTER_COMMIT = "after the commit, before the answer"
    DURING_ANSWER = "in the middle of the answer"
    AFTER_ANSWER = "after the answer"


@dataclass(frozen=True, slots=True)
class Weather:
    """What the network is like. Times are seconds, and are taken for each read."""

    delay: float = 0
    jitter: float = 0
    bytes_per_second: int | None = None
    slices: bool = False
    swallows: bool = False


FINE = Weather()


class Line:
    """One connection through the proxy: the client's end and the server's."""

    def __init__(self, client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self.client = client
        self.server = server
        self.stalled = False  # nothing more is read from the server for this client
        self.broken = False
        self.heard = time.monotonic()  # when anything last came, from either end

    @property
    def port(self) -> int:
        """The port by which the server knows this connection."""
        return int(self.server.get_extra_info("sockname")[1])

    def leads_to(self, port: int | None) -> bool:
        """Whether the client's end is at this port."""
        return bool(self.client.get_extra_info("peername")[1] == port)

    def end(self, *, reset: bool) -> None:
        """Both ends are gone: with RST, or as when a program closes."""
        self.broken = True
        for writer in (self.client, self.server):
            sock = writer.get_extra_info("socket")
            if reset and sock is not None:
                with contextlib.suppress(OSError):
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            writer.transport.abort()


class Proxy:
    """Passes bytes between a port of its own and the server's, as its weather allows."""

    def __init__(
        self, target: int, seed: int = 0, *, watching: bool = False, buffer: int | None = None
    ) -> None:
        self.target = target
        self.port = 0
        self.weather = FINE
        self.idle: float | None = None  # seconds without a byte after which a line is broken
        self.cuts: Counter[Point] = Counter()
        self.lines: set[Line] = set()
        self._chance = random.Random(f"proxy {seed}")
        self._watching = watching
        self._buffer = buffer  # of the connection to the server: small ones fill soon
        self._armed: dict[bytes, Point] = {}
        self._healed = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, port: int = 0) -> "Proxy":
        """Listen on `port`, or on any."""
        self._server = await asyncio.start_server(
            self._connected, "127.0.0.1", port, backlog=1024, limit=1 << 16
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def cut(self) -> None:
        """Everything that is open breaks, and nothing new gets through."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for line in tuple(self.lines):
            line.end(reset=False)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def mend(self) -> None:
        """The network is back, at the same place."""
        self.heal()
        await self.start(self.port)

    @property
    def is_cut(self) -> bool:
        """Whether nothing new gets through."""
        return self._server is None

    def reset(self, share: float = 1.0) -> int:
        """Break a share of what is open, the hard way; what is new gets through. How many."""
        chosen = [
            line
            for line in sorted(self.lines, key=lambda line: line.port)
            if self._chance.random() < share
        ]
        for line in chosen:
            line.end(reset=True)
        return len(chosen)

    def turn(self, weather: Weather) -> None:
        """From now on the network is like this."""
        self.weather = weather
        if not weather.swallows:
            self._healed.set()
            self._healed = asyncio.Event()

    def heal(self) -> None:
        """The network is fine again; what was held up goes on."""
        self.turn(FINE)

    def cut_at(self, point: Point, ref: str) -> None:
        """Cut the connection that carries the command of this ref, once, at this point."""
        assert self._watching
        self._armed[ref.encode()] = point

    async def _connected(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        line = None
        try:
            sock = socket.socket()
            sock.setblocking(False)
            if self._buffer:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._buffer)
            try:
                await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", self.target))
                there, server = await asyncio.open_connection(sock=sock, limit=1 << 16)
            except OSError:
                sock.close()
                return
            line = Line(client, server)
            self.lines.add(line)
            watch = asyncio.ensure_future(self._forget(line))
            try:
                await asyncio.gather(
                    self._pass(line, reader, server, up=True),
                    self._pass(line, there, client, up=False),
                )
            finally:
                watch.cancel()
        except asyncio.CancelledError:
            pass  # cut; what the streams keep of this task must not be cancelled
        finally:
            if line is not None:
                line.end(reset=False)
                self.lines.discard(line)
            client.transport.abort()
            self._tasks.discard(task)

    async def _forget(self, line: Line) -> None:
        """Break a line on which nothing comes, as the proxies of large offices do."""
        while not line.broken:
            await asyncio.sleep(0.5)
            if self.idle is not None and time.monotonic() - line.heard > self.idle:
                line.end(reset=True)

    async def _pass(
        self, line: Line, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, up: bool
    ) -> None:
        reading = Reading() if self._watching else None
        with contextlib.suppress(OSError):
            while data := await reader.read(1 << 16):
                line.heard = time.monotonic()
                pieces = reading.feed(data) if reading else [Piece(data, b"")]
                for piece in pieces:
                    await self._weathered(line, len(piece.raw), up=up)
                    if line.broken or not await self._carry(line, writer, piece, up=up):
                        return
            if reading and (rest := reading.rest()):
                writer.write(rest)
        with contextlib.suppress(OSError, RuntimeError):
            writer.write_eof()

    async def _weathered(self, line: Line, size: int, *, up: bool) -> None:
        while self.weather.swallows or (line.stalled and not up):
            await self._healed.wait()
        weather = self.weather
        wait = weather.delay + self._chance.uniform(0, weather.jitter) if weather.jitter else 0
        wait += size / weather.bytes_per_second if weather.bytes_per_second else 0
        if wait:
            await asyncio.sleep(wait)

    async def _carry(
        self, line: Line, writer: asyncio.StreamWriter, piece: Piece, *, up: bool
    ) -> bool:
        """Pass one piece on; False where the line was cut instead, or upon it."""
        point = self._point(piece, up=up) if self._armed and piece.says else None
        if point is None:
            await self._write(writer, piece.raw)
            return True
        self.cuts[point] += 1
        if point in (Point.AFTER_SEND, Point.AFTER_ANSWER):
            await self._write(writer, piece.raw)
        elif point is Point.DURING_ANSWER:
            await self._write(writer, piece.raw[: self._chance.randrange(1, len(piece.raw))])
        # Both endings, for a reset may also take back what was sent just before it.
        line.end(reset=self._chance.random() < 0.5)
        return False

    def _point(self, piece: Piece, *, up: bool) -> Point | None:
        found = REF.search(piece.says) if up else ANSWERED.search(piece.says)
        if found is None and not up:
            found = ANSWERED_BADLY.search(piece.says)
        if found is None:
            return None
        point = self._armed.get(found[1])
        if point is None or up != (point in (Point.BEFORE_SEND, Point.AFTER_SEND)):
            return None
        return self._armed.pop(found[1])

    async def _write(self, writer: asyncio.StreamWriter, raw: bytes) -> None:
        if not self.weather.slices:
            writer.write(raw)
            await writer.drain()
            return
        while raw:
            size = self._chance.randint(1, 40)
            writer.write(raw[:size])
            raw = raw[size:]
            await writer.drain()
            await asyncio.sleep(0)
