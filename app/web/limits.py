"""Limits: how often something may be done before it has to wait.

Counted in this process alone, and forgotten when it ends. Leaves out what is being
limited. Always: what was refused does not count, so that whoever waits as told is let in;
no kind of counting can be made to grow without end.
"""

import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Literal

from limits import RateLimitItem, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.aio.storage import MovingWindowSupport, Storage
from limits.aio.strategies import MovingWindowRateLimiter

from app.addresses import neighbourhood
from app.web.errors import Problem

Kind = Literal["join", "wrong_code", "sign_in", "command", "message"]

LIMITS: dict[Kind, RateLimitItem] = {
    # A whole department may come from one address: 150 people within a minute, and some twice.
    "join": RateLimitItemPerMinute(300),
    "wrong_code": RateLimitItemPerMinute(20),
    "sign_in": RateLimitItemPerMinute(10),
    # Far above what hands can do, for programs that carry a workshop in one go.
    "command": RateLimitItemPerSecond(200, 10),
    "message": RateLimitItemPerSecond(400, 10),
}

BY_ADDRESS: frozenset[Kind] = frozenset({"join", "wrong_code", "sign_in"})

WRONG_CODES_IN_ALL = RateLimitItemPerMinute(300)
"""A code is one of 6.5 × 10^11: so slow, from wherever, a guess is as good as never right."""

RIGHT_CODE = RateLimitItemPerMinute(1, 12 * 60)
"""Half a day: the addresses of people who are expected, spared when others guess."""

SAYS: dict[Kind, str] = {
    "join": "Many people are joining from where you are.",
    "wrong_code": "Too many codes that do not exist were tried.",
    "sign_in": "Too many attempts to sign in were made.",
    "command": "That was too much at once.",
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

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._counts = {kind: Count(item, clock) for kind, item in LIMITS.items()}
        self._wrong_codes_in_all = Count(WRONG_CODES_IN_ALL, clock)
        self._right_codes = Count(RIGHT_CODE, clock)

    async def check(self, kind: Kind, who: str | None) -> None:
        """Count one more, by a visitor's address or else by a person or connection.

        Raises:
            Problem: `too_many`, with the seconds to wait; nothing was counted.
        """
        counts = await self._that_apply(kind, who)
        await self._refuse_where_spent(kind, counts)
        for count, key in counts:
            await count.add(key)

    async def peek(self, kind: Kind, who: str | None) -> None:
        """As `check`, without counting: for what counts only when it turns out wrong.

        Raises:
            Problem: `too_many`, with the seconds to wait.
        """
        await self._refuse_where_spent(kind, await self._that_apply(kind, who))

    async def right_code(self, address: str | None) -> None:
        """Somebody there knew a code: from now on, others' guesses do not stop their colleagues."""
        await self._right_codes.add(neighbourhood(address))

    async def _that_apply(self, kind: Kind, who: str | None) -> list[tuple[Count, str]]:
        key = neighbourhood(who) if kind in BY_ADDRESS else who or "unknown"
        counts = [(self._counts[kind], key)]
        # Guessing from many addresses must not be a way to shut the door on a workshop.
        if kind == "wrong_code" and not await self._right_codes.wait(key):
            counts.append((self._wrong_codes_in_all, EVERYWHERE))
        return counts

    async def _refuse_where_spent(self, kind: Kind, counts: list[tuple[Count, str]]) -> None:
        seconds = max([await count.wait(key) for count, key in counts])
        if seconds:
            unit = "second" if seconds == 1 else "seconds"
            raise Problem(
                "too_many",
                f"{SAYS[kind]} Wait {seconds} {unit}, then try again.",
                wait=seconds,
            )
