"""Sizes: how much of a request's body is taken, and what becomes of the rest.

Leaves out what the limits are (`edge.py`). Always: no more than the limit reaches
anything that keeps it.
"""

import asyncio
from contextlib import suppress

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

MOST_THROWN_AWAY = 8 * 1024 * 1024
"""In bytes. Whoever sends more than that is cut off."""

PATIENCE_SECONDS = 10


BEGINNING = 4096
"""In bytes: what is remembered of a body that is thrown away, for the name of a file in it."""


class TooLarge(HTTPException):
    """Raised into whatever reads a body that has turned out too large."""

    def __init__(self) -> None:
        super().__init__(413)


class Body:
    """A request's body while it comes in."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._received = 0
        self._more = True
        self.begins = b""
        """How it begins, as far as it has come in."""

    async def receive(self) -> Message:
        """As the server's own `receive`, but raises TooLarge past the limit."""
        message = await self._next()
        if self._received > self._limit:
            raise TooLarge
        return message

    async def throw_away(self) -> None:
        """Read what is still coming and forget it.

        A connection that is closed upon a body half sent is reset: the sender would not
        get to read why, and would try again.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                while self._more and self._received < MOST_THROWN_AWAY:
                    await self._next()

    async def _next(self) -> Message:
        message = await self._receive()
        self._more = message["type"] == "http.request" and message.get("more_body", False)
        chunk = message.get("body", b"")
        self._received += len(chunk)
        if len(self.begins) < BEGINNING:
            self.begins = (self.begins + chunk[:BEGINNING])[:BEGINNING]
        return message
