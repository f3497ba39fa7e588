"""Limits (P14): guessing is slowed everywhere, and nobody honest is refused for it.

Two looks: a real server, at whose one address a department joins while somebody beside them
guesses; and the limits alone, with a clock that runs as fast as it is asked to, for figures
that would take days. Leaves out the exact edges (`tests/web/test_limits.py`). Always: what
was asked stands beside what was seen.
"""

import asyncio
import contextlib
import random
from dataclasses import dataclass, field
from typing import Any

from websockets.exceptions import ConnectionClosed

from app.web.errors import Problem
from app.web.limits import GUESSES, LIMITS, MORE_GUESSES, SOCKETS, Limits
from tests.served import Served, heard


@dataclass
class Found:
    """What a run asked and saw."""

    seed: int
    figures: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


async def honest_joins(server: Served, seed: int, people: int) -> Found:
    """So many people join from one address, some of them mistyping, beside one who guesses.

    They guess, and every third joins, at the door of programs; before anybody comes, more codes
    were guessed there than may join in a minute.
    """
    found, chance = Found(seed), random.Random(seed)
    code = await asyncio.to_thread(server.open)
    done = asyncio.Event()
    told = {"wrong": 0, "wait": 0}

    said = {"name": "Guess", "organisation": "None"}

    async def guess() -> None:
        while not done.is_set():
            wrong = "".join(chance.choices("ABCDEFGH23456789", k=8))
            if sum(told.values()) % 3:
                path = f"/workshops/{wrong}/join"
                reply = await asyncio.to_thread(server.api, "POST", path, said, None)
            else:
                reply = await asyncio.to_thread(server.page, "POST", f"/join/{wrong}", said)
            told["wait" if reply.status == 429 else "wrong"] += 1

    async def come_in(number: int) -> bool:
        if number % 5 == 0:
            typed = {"code": f"{code[:-1]}{chance.choice('ABCDEF')}"}
            await asyncio.to_thread(server.page, "POST", "/", typed)
        page = await asyncio.to_thread(server.page, "POST", "/", {"code": code})
        form = {"name": f"Person {number}", "organisation": "NHS"}
        if number % 3 == 0:
            path = f"/workshops/{code}/join"
            reply = await asyncio.to_thread(server.api, "POST", path, form, None)
            return page.status == 303 and reply.status == 201
        reply = await asyncio.to_thread(server.page, "POST", f"/join/{code}", form)
        return page.status == 303 and reply.status == 303

    guessing = asyncio.create_task(guess())
    while told["wait"] == 0 or sum(told.values()) < LIMITS["join"].amount * 3 / 2:
        if guessing.done():
            await guessing  # it says what went wrong
        await asyncio.sleep(0.05)
    inside = await asyncio.gather(*(come_in(number) for number in range(people)))
    done.set()
    await guessing
    found.figures = {"joined": sum(inside), "of": people, "guesses told to wait": told["wait"]}
    if not all(inside):
        found.faults.append(f"{people - sum(inside)} honest people were refused")
    return found


async def guesses(seed: int, figure: int) -> Found:
    """So many guesses, from ever other addresses or a few, on the limits alone."""
    found, chance = Found(seed), random.Random(seed)
    clock = _Clock()
    limits = Limits(clock)
    looked_up, honest_refused = 0, 0
    for number in range(figure):
        clock.now += chance.expovariate(1000)  # a thousand a second
        few = chance.random() < 0.5
        address = f"192.0.2.{chance.randrange(40)}" if few else f"2001:db8:{number:x}::1"[:22]
        with contextlib.suppress(Problem):
            await limits.codes.trying("NOTACODE", address)
            looked_up += 1
            await limits.codes.was_wrong(address)
        if number % 100 == 0:
            try:
                # A department whose first people came in before all this began.
                await limits.codes.trying("RIGHTONE", "198.51.100.1")
            except Problem:
                honest_refused += number > 0
            else:
                await limits.codes.was_right("RIGHTONE", "198.51.100.1")
    minutes = 1 + (clock.now - _Clock().now) / 60
    kept = max(len(count._window.storage._hits) for count in _counts(limits))
    found.figures = {"guesses": figure, "looked up": looked_up, "kept": kept}
    most = (GUESSES.amount + MORE_GUESSES.amount) * (minutes + 1)
    if looked_up > most:
        found.faults.append(f"{looked_up} were looked up, and {most:.0f} may be")
    if honest_refused:
        found.faults.append(f"{honest_refused} honest people were refused")
    if kept > 10_000:
        found.faults.append(f"{kept} addresses are remembered")
    return found


async def sockets_of_a_seat(server: Served, seed: int) -> Found:
    """One seat opens as many sockets as it may, and one more; then one closes."""
    found = Found(seed)
    code = await asyncio.to_thread(server.open)
    key = (await asyncio.to_thread(server.join, code, "Ann"))[1]
    other = (await asyncio.to_thread(server.join, code, "Bo"))[1]
    async with contextlib.AsyncExitStack() as opened:
        lines = []
        for _ in range(SOCKETS["seat"]):
            line = await opened.enter_async_context(server.socket(code, key))
            await heard(line)
            lines.append(line)
        if (closed := await _closed(server, code, key)) != 1013:
            found.faults.append(f"one more was closed with {closed}")
        if (closed := await _closed(server, code, other)) is not None:
            found.faults.append(f"somebody else was closed with {closed}")
        await lines[0].close()
        await asyncio.sleep(0.5)
        if (closed := await _closed(server, code, key)) is not None:
            found.faults.append(f"after one had closed, another was closed with {closed}")
    found.figures = {"open": len(lines)}
    return found


async def _closed(server: Served, code: str, key: str) -> int | None:
    """What closes a socket of theirs at once, if anything does."""
    async with server.socket(code, key) as line:
        try:
            await heard(line)
        except ConnectionClosed:
            return int(line.close_code or 0)
        return None


class _Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def _counts(limits: Limits) -> list[Any]:
    codes = limits.codes
    return [codes._wrong, codes._guesses, codes._more_guesses, codes._right]
