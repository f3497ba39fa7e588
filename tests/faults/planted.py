"""The server with a bug planted in it, to see that the harness would find it.

    python -m tests.faults.planted NAME serve

`sound` plants none, for runs that need only what tests bring with them: a clock that
jumps, a disk that fails. Leaves out finding the bug. Always: the product has no switch
for any of this; it is done to it from here, in a process of its own.
"""

import asyncio
import functools
import os
import random
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

CLOCK = "FAULTS_CLOCK"
"""In the environment: a file that says by how many seconds the clock is wrong."""

PATIENCE = "FAULTS_PATIENCE"
"""In the environment: the share of its usual patience with whoever takes nothing, in percent."""


def sound() -> None:
    """Nothing is wrong."""


def ack_before_commit() -> None:
    """Saved is said first, and then it is written."""
    from app.store.log import Append
    from app.store.writer import Writer

    commit = Writer._commit

    async def hasty(self: Any, writes: Any) -> None:
        for write in writes:
            if isinstance(write, Append) and not write.future.done():
                write.future.set_result(None)
        await asyncio.sleep(0.1)
        await commit(self, writes)

    Writer._commit = hasty  # type: ignore[method-assign]


def no_ref() -> None:
    """What was answered before is done again."""
    from app.live.workshop import LiveWorkshop

    do = LiveWorkshop.do

    async def forgetful(self: Any, command: Any, ref: str, actor: Any) -> Any:
        self._answers.pop((actor.id, ref), None)
        return await do(self, command, ref, actor)

    LiveWorkshop.do = forgetful  # type: ignore[method-assign]


def publish_out_of_order() -> None:
    """Whoever watches is told of each change by itself, whichever comes first."""
    from app.live.member import Member

    offer = Member.offer

    def whenever(self: Any, screen: Any, seq: int) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(random.uniform(0, 0.05), offer, self, screen, seq)

    Member.offer = whenever  # type: ignore[method-assign]


def told_once() -> None:
    """Whoever comes is told where things stand, and nothing of what changes then."""
    from app.live.member import Member

    offer = Member.offer

    def only_first(self: Any, screen: Any, seq: int) -> None:
        if not self.__dict__.get("told"):
            offer(self, screen, seq)
        self.__dict__["told"] = True

    Member.offer = only_first  # type: ignore[method-assign]


def unbounded_outbox() -> None:
    """Everything is kept for whoever is slow."""
    from app.live.member import Member

    offer, take = Member.offer, Member.take

    def hoard(self: Any, screen: Any, seq: int) -> None:
        offer(self, screen, seq)
        if self._waiting:
            self.__dict__.setdefault("hoarded", []).append(take(self))
            self._something.set()

    def next_one(self: Any) -> Any:
        hoarded = self.__dict__.setdefault("hoarded", [])
        taken = hoarded.pop(0) if hoarded else []
        if not hoarded:
            self._something.clear()
        return taken

    Member.offer, Member.take = hoard, next_one  # type: ignore[method-assign]


def origin_not_checked() -> None:
    """A page from anywhere may open a socket."""
    from app.web.edge import EdgeMiddleware

    EdgeMiddleware._forged = lambda *_: None  # type: ignore[method-assign]


def role_remembered() -> None:
    """Who is asking is looked up when they connect, and not again."""
    from app.web import api
    from app.web.socket import attend

    async def trusting(
        socket: Any, door: Any, live: Any, viewer: Any, since: Any, *, who: Any, **rest: Any
    ) -> None:
        async def as_before() -> Any:
            return viewer

        await attend(socket, door, live, viewer, since, who=as_before, **rest)

    api.attend = trusting  # type: ignore[attr-defined]


def synchronous_normal() -> None:
    """Commits are not flushed to the disk: only a power cut shows it."""
    from app.store import opening

    opening.SERVING = tuple(  # type: ignore[assignment]
        "synchronous=NORMAL" if pragma.startswith("synchronous") else pragma
        for pragma in opening.SERVING
    )


def hand_not_made_again() -> None:
    """A hand is taken for unchanged, whatever becomes of it."""
    from app.views import regions

    object.__setattr__(regions.HAND, "inputs", lambda workshop, viewer: ())


def everybody_leads() -> None:
    """Participants may do what only facilitators may."""
    from app.game.messages import Command, Role

    for command in Command.kinds.values():
        if Role.FACILITATOR in command.by:
            command.by = command.by | {Role.PARTICIPANT}  # type: ignore[misc]


BUGS: dict[str, Callable[[], None]] = {
    bug.__name__: bug
    for bug in (
        sound,
        ack_before_commit,
        no_ref,
        publish_out_of_order,
        told_once,
        unbounded_outbox,
        origin_not_checked,
        role_remembered,
        synchronous_normal,
        hand_not_made_again,
        everybody_leads,
    )
}


def with_jumping_clock(file: Path) -> None:
    """The server reads a clock that is as wrong as `file` says."""
    from app import serving
    from app.live.workshop import now
    from app.main import create_app

    def clock() -> datetime:
        return now() + timedelta(seconds=float(file.read_text() or 0))

    jumping = functools.partial(create_app, clock=clock)
    serving.create_app = jumping  # type: ignore[attr-defined]


def with_patience(percent: int) -> None:
    """The server lets go of whoever takes nothing, or answers no ping, after less time."""
    from app import serving

    for name in ("TAKES_NOTHING_SECONDS", "PING_SECONDS", "PONG_SECONDS"):
        setattr(serving, name, max(1, getattr(serving, name) * percent // 100))


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in BUGS:
        raise SystemExit(f"usage: python -m tests.faults.planted {'|'.join(BUGS)} serve")
    from app.cli import main as moments
    from tests.faults.disk import LISTENER, hand_over

    BUGS[arguments[0]]()
    if CLOCK in os.environ:
        with_jumping_clock(Path(os.environ[CLOCK]))
    if PATIENCE in os.environ:
        with_patience(int(os.environ[PATIENCE]))
    if LISTENER in os.environ:
        hand_over(int(os.environ[LISTENER]))
    return moments(arguments[1:])


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
