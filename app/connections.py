"""Connections: how many this process has room for, and how long a request may take to arrive.

A system lets a process have so many files open at once, and a connection is one. Leaves out
how often somebody may do something, and how many sockets one seat may open
(`app/web/limits.py`). Always: whoever has said nothing whole for longest makes room for who
comes; only where everybody is being answered is somebody told to come again; and files are
left over for the database.
"""

import asyncio
import logging
import resource
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from app.web.limits import SOCKETS

logger = logging.getLogger(__name__)

HEAD_SECONDS = 30
"""Within which the head of a request must be here, from the connection or its first byte on."""

BODY_SECONDS = 60
"""Within which its body must be here: a file of a megabyte over a bad mobile line takes half."""

FULL_SECONDS = 5
"""For how long one too many may take to ask, so as to be told."""

MOST = 6000
WANTED_FILES = 10_000
KEPT_FILES = 64
"""For the database, the logs, files being served and exports being made."""


@dataclass(frozen=True, slots=True)
class Room:
    """What this process has room for."""

    files: int
    """That the system lets it have open."""

    connections: int
    waiting: int
    """Connections that may wait to be taken up; as many may be taken up before one is counted."""

    @property
    def sockets(self) -> Mapping[str, int]:
        """How many sockets may be open: a part of it all, and half of those from one address."""
        every = min(SOCKETS["all"], self.connections * 5 // 6)
        return {**SOCKETS, "all": every, "address": min(SOCKETS["address"], every // 2)}


def room_for(files: int) -> Room:
    """The room that so many open files make."""
    waiting = max(8, min(512, files // 16))
    # Those taken up at once, those being told that it is full, and those being closed.
    return Room(files, max(16, min(MOST, files - 4 * waiting - KEPT_FILES)), waiting)


def make_room() -> Room:
    """Let this process have as many files open as it wants and the system allows."""
    files, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    endless = resource.RLIM_INFINITY
    if files == endless or files >= WANTED_FILES:
        return room_for(WANTED_FILES)
    wanted = WANTED_FILES if most == endless else min(most, WANTED_FILES)
    with suppress(OSError, ValueError):  # some systems allow less than they say
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
        files = wanted
    return room_for(files)


class Punctual(HttpToolsProtocol):
    """One connection before it is a socket: ended where a request does not come in time."""

    most: ClassVar[int]
    spare: ClassVar[int]
    """How many above `most` are taken up to be told so."""
    silent: ClassVar[dict["Punctual", None]]
    """Those whose request is not whole yet, the longest first."""

    _timer: asyncio.TimerHandle | None = None
    _begun = False
    _full = False

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if len(self.connections) <= self.most or self._made_room():
            self._expect(HEAD_SECONDS)
        elif len(self.connections) <= self.most + self.spare:
            self._full = True
            self._timer = self.loop.call_later(FULL_SECONDS, self._late)
        else:
            transport.abort()

    def data_received(self, data: bytes) -> None:
        if self._full:
            logger.warning(NO_ROOM)
            self.transport.write(FULL)
            self.transport.close()
            return
        if self._timer is None and not self._answering():
            self._expect(HEAD_SECONDS)
        super().data_received(data)

    def on_message_begin(self) -> None:
        self._begun = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._expect(BODY_SECONDS)

    def on_message_complete(self) -> None:
        self._begun = False
        self._arrived()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self._answering() and not self.transport.is_closing():
            self.silent[self] = None  # kept for a next request, and the first to go

    def connection_lost(self, exc: Exception | None) -> None:
        self._arrived()
        super().connection_lost(exc)

    def _answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    def _expect(self, seconds: float) -> None:
        self._arrived()
        self.silent[self] = None
        self._timer = self.loop.call_later(seconds, self._late)

    def _arrived(self) -> None:
        self.silent.pop(self, None)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _late(self) -> None:
        self._arrived()
        if self.transport.is_closing():
            return
        # Who has said nothing is told nothing: a browser may have opened it for later.
        if self._begun and not (self._answering() and self.cycle.response_started):
            self.transport.write(LATE)
        self.transport.close()

    def _made_room(self) -> bool:
        """Let go of whoever's request has been awaited for longest; no if there is nobody."""
        longest = next(iter(self.silent), None)
        if longest is None:
            return False
        longest._late()
        return True


def punctual(room: Room) -> type[Punctual]:
    """The protocol of a server that has this room."""

    class Bounded(Punctual):
        most = room.connections
        spare = room.waiting
        silent: ClassVar[dict[Punctual, None]] = {}

    return Bounded


def _answer(status: str, words: str, *more: str) -> bytes:
    lines = (
        f"HTTP/1.1 {status}",
        "Content-Type: text/plain; charset=utf-8",
        f"Content-Length: {len(words)}",
        "Connection: close",
        "Cache-Control: no-store",
        *more,
        "",
        words,
    )
    return "\r\n".join(lines).encode()


LATE = _answer("408 Request Timeout", "Your request did not arrive in time. Send it again.\n")
FULL = _answer(
    "503 Service Unavailable",
    "Too many connections are open here. Wait ten seconds, then try again.\n",
    "Retry-After: 10",
)
NO_ROOM = "every connection there is room for is in use"
