"""One connection's side of a live workshop: what it has been sent and what waits for it.

A slow connection skips: of each region only the newest waits, so what waits is bounded
by the number of regions and never by how long somebody was slow. It leaves out sockets.
"""

import asyncio

from app.live.audiences import Seen
from app.views import Viewer


class Member:
    """Somebody connected; `seq` is the number of the log their screen is up to."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer
        self.seq = 0
        self.failed = False
        """Whether a view of theirs could not be made: nothing more is sent, they start again."""
        self.over = False
        """Whether the workshop is no more."""
        self._waiting: dict[str, Seen] = {}
        self._known: dict[str, int] = {}
        self._something = asyncio.Event()

    def offer(self, screen: list[Seen], seq: int) -> None:
        """Whatever of `screen` this member has not been offered yet waits for it now."""
        self.seq = seq
        for seen in screen:
            if self._known.get(seen.region.name) != seen.tick:
                self._known[seen.region.name] = seen.tick
                self._waiting[seen.region.name] = seen
        if self._waiting:
            self._something.set()

    def end(self) -> None:
        """There is nothing to show any more."""
        self.over = True
        self._waiting.clear()
        self._something.set()

    def knows(self, screen: list[Seen]) -> None:
        """Count `screen` as known, without sending it."""
        self._known.update({seen.region.name: seen.tick for seen in screen})

    def fail(self) -> None:
        """Nothing of what waits may be sent: what they may see is not known any more."""
        self.failed = True
        self._waiting.clear()
        self.wake()

    def wake(self) -> None:
        """Let whoever writes to this member ask again who they are."""
        self._something.set()

    async def something(self) -> None:
        """Wait until there is something to send, or to ask."""
        await self._something.wait()

    def take(self) -> list[Seen]:
        """What waits, newest of each region, and nothing waits any more."""
        taken = list(self._waiting.values())
        self._waiting.clear()
        self._something.clear()
        return taken
