"""Limits: how often something may be done before it has to wait.

Counted in this process alone, and forgotten when it ends. Leaves out what is being
limited. Always: what was refused does not count, so that whoever waits as told is let in;
no kind of counting can be made to grow without end.
"""

import math
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Literal

from limits import RateLimitItem, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.aio.storage import MovingWindowSupport, Storage
from limits.aio.strategies import MovingWindowRateLimiter

from app.addresses import neighbourhood
from app.web.errors import Problem

Kind = Literal["join", "sign_in", "command", "idea", "draft", "message"]

LIMITS: dict[Kind, RateLimitItem] = {
    # A whole department may come from one address: 150 people within a minute, and some twice.
    "join": RateLimitItemPerMinute(300),
    "sign_in": RateLimitItemPerMinute(10),
    # Far above what hands can do, for programs that carry a workshop in one go.
    "command": RateLimitItemPerSecond(200, 10),
    "idea": RateLimitItemPerSecond(20, 10),
    # A page saves 0.7 seconds after the last key; somebody may have four open.
    "draft": RateLimitItemPerSecond(60, 10),
    "message": RateLimitItemPerSecond(400, 10),
}

BY_ADDRESS: frozenset[Kind] = frozenset({"join", "sign_in"})

WRONG_CODES = RateLimitItemPerMinute(20)
"""By address: so many are told that there is no such workshop; then they are told to wait."""

GUESSES = RateLimitItemPerMinute(300)
"""In all, by those who have not tried too many: after so many wrong ones no more are looked up.

A code is one of 6.5 × 10^11: so slow, from wherever, a guess is as good as never right."""

MORE_GUESSES = RateLimitItemPerMinute(900)
"""In all, by those who have: a department behind one address may mistype more often than one
person, and somebody there with the right code is let in while this lasts."""

RIGHT_CODE = RateLimitItemPerMinute(1, 12 * 60)
"""Half a day: what was known at an address to be right, and is no guess there any more."""

SOCKETS = {"seat": 20, "screen": 50, "address": 2500, "all": 5000}
"""How many may be open at once: by one seat, as screens of one workshop from one address, from
one address, and in this process. The last two are less where the system allows less."""

SAYS: dict[Kind, str] = {
    "join": "Many people are joining from where you are.",
    "sign_in": "Too many attempts to sign in were made.",
    "command": "That was too much at once.",
    "idea": "These are very many ideas at once.",
    "draft": "What is being typed was sent too often to be saved.",
    "message": "That was too much at once.",
}

MOST_KEYS = 10_000
EVERYWHERE = "everywhere"


class Recent(Storage, MovingWindowSupport):
    """The times of the last hits on one limit, by key.

    The library's own store in memory hands every key to a thread, over and over: with 2,000
    people sending 500 commands a second, that alone took most of a core. Nothing here waits,
    so nothing comes between looking and counting.
    """

    STORAGE_SCHEME = None

    def __init__(self, expiry: int, clock: Callable[[], float]) -> None:
        super().__init__()
        self._expiry = expiry
        self._clock = clock
        self._hits: OrderedDict[str, deque[float]] = OrderedDict()  # the longest quiet first

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    async def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        if await self.get(key) + amount > limit:
            return False
        await self.incr(key, expiry, amount)
        return True

    async def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        number = await self.get(key)
        return (self._hits[key][0] if number else self._clock(), number)

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        self._hits.setdefault(key, deque()).extend([self._clock()] * amount)
        self._hits.move_to_end(key)
        while len(self._hits) > MOST_KEYS or not await self.get(next(iter(self._hits))):
            self._hits.popitem(last=False)
        return len(self._hits[key])

    async def get(self, key: str) -> int:
        hits = self._hits.get(key, deque())
        while hits and hits[0] <= self._clock() - self._expiry:
            hits.popleft()
        return len(hits)

    async def get_expiry(self, key: str) -> float:
        number = await self.get(key)
        return self._hits[key][-1] + self._expiry if number else self._clock()

    async def check(self) -> bool:
        return True

    async def reset(self) -> int:
        number = len(self._hits)
        self._hits.clear()
        return number

    async def clear(self, key: str) -> None:
        self._hits.pop(key, None)


class Count:
    """One limit, and who has used how much of it."""

    def __init__(self, item: RateLimitItem, clock: Callable[[], float]) -> None:
        self._item = item
        self._clock = clock
        self._window = MovingWindowRateLimiter(Recent(item.get_expiry(), clock))

    async def add(self, who: str) -> None:
        await self._window.hit(self._item, who)

    async def wait(self, who: str) -> int:
        """Whole seconds until `who` may go on; 0 where nothing stands in the way."""
        if await self._window.test(self._item, who):
            return 0
        stats = await self._window.get_window_stats(self._item, who)
        return max(1, math.ceil(stats.reset_time - self._clock()))


class Limits:
    """All limits of this process."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sockets: Mapping[str, int] = SOCKETS,
    ) -> None:
        self._counts = {kind: Count(item, clock) for kind, item in LIMITS.items()}
        self.codes = Codes(clock)
        self.sockets = Sockets(sockets)

    async def check(self, kind: Kind, who: str | None) -> None:
        """Count one more, by a visitor's address or else by a person or connection.

        Raises:
            Problem: `too_many`, with the seconds to wait; nothing was counted.
        """
        key = neighbourhood(who) if kind in BY_ADDRESS else who or "unknown"
        count = self._counts[kind]
        if seconds := await count.wait(key):
            raise _too_many(SAYS[kind], seconds)
        await count.add(key)


class Codes:
    """How often codes are tried that do not exist: by address, and in all.

    Whoever shares an address with somebody who guesses, or mistypes, still gets in: a right
    code is refused only where so many were guessed in all that it is not even looked up,
    and not there either once it has been right at that address.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._wrong = Count(WRONG_CODES, clock)
        self._guesses = Count(GUESSES, clock)
        self._more_guesses = Count(MORE_GUESSES, clock)
        self._right = Count(RIGHT_CODE, clock)

    async def trying(self, code: str, address: str | None) -> None:
        """Somebody there wants to know whether there is a workshop of `code`.

        Raises:
            Problem: `too_many`: do not even look.
        """
        place = neighbourhood(address)
        if await self._right.wait(f"{place} {code}"):
            return
        within = not await self._wrong.wait(place)
        if within and await self._right.wait(place):
            return  # their own wrong ones count; others' are no reason to stop them
        seconds = await (self._guesses if within else self._more_guesses).wait(EVERYWHERE)
        if seconds:
            raise _too_many(TOO_MANY_CODES, seconds)

    async def was_right(self, code: str, address: str | None) -> None:
        """There is: from now on it is no guess there, and others' guesses do not stop them."""
        place = neighbourhood(address)
        await self._right.add(place)
        await self._right.add(f"{place} {code}")

    async def was_wrong(self, address: str | None) -> None:
        """There is none.

        Raises:
            Problem: `too_many`: they have been told so often enough.
        """
        place = neighbourhood(address)
        if seconds := await self._wrong.wait(place):
            await self._more_guesses.add(EVERYWHERE)
            raise _too_many(TOO_MANY_CODES, seconds)
        await self._wrong.add(place)
        await self._guesses.add(EVERYWHERE)


class Sockets:
    """How many sockets are open."""

    def __init__(self, most: Mapping[str, int] = SOCKETS) -> None:
        self._most = most
        self._open: Counter[tuple[str, str]] = Counter()

    @contextmanager
    def from_address(self, address: str | None) -> Iterator[None]:
        """One more, for as long as this lasts.

        Raises:
            Problem: `too_many`, from there or in all.
        """
        with self._one("all", EVERYWHERE), self._one("address", neighbourhood(address)):
            yield

    @contextmanager
    def of_seat(self, seat: str) -> Iterator[None]:
        """One more, for as long as this lasts.

        Raises:
            Problem: `too_many` of this seat.
        """
        with self._one("seat", seat):
            yield

    @contextmanager
    def of_screen(self, code: str, address: str | None) -> Iterator[None]:
        """One more screen of a workshop there, for as long as this lasts. It is nobody's seat.

        Raises:
            Problem: `too_many` of them.
        """
        with self._one("screen", f"{code} {neighbourhood(address)}"):
            yield

    @contextmanager
    def _one(self, kind: str, key: str) -> Iterator[None]:
        place = kind, key
        if self._open[place] >= self._most[kind]:
            raise Problem("too_many", TOO_MANY_SOCKETS[kind], wait=10)
        self._open[place] += 1
        try:
            yield
        finally:
            self._open[place] -= 1
            if not self._open[place]:
                del self._open[place]


TOO_MANY_CODES = "Too many codes that do not exist were tried."
TOO_MANY_SOCKETS = {
    "seat": "This seat has too many pages open. Close some of them.",
    "screen": "Too many screens of this workshop are open where you are. Close some of them.",
    "address": "Too many pages are open where you are. Close some of them.",
    "all": "Too many pages are open. Try again in a moment.",
}


def _too_many(says: str, seconds: int) -> Problem:
    unit = "second" if seconds == 1 else "seconds"
    return Problem("too_many", f"{says} Wait {seconds} {unit}, then try again.", wait=seconds)
