"""The server with a hole in its secrecy, to see that what looks for leaks would find it.

    python -m tests.faults.planted_secrecy NAME serve

Leaves out finding the hole. Always: the product has no switch for any of this; it is done
to it from here, in a process of its own.
"""

import functools
import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

FAIL_WHILE = "FAULTS_FAIL_WHILE"
"""In the environment: a file; a view fails as long as it is there."""


def merge_filter_off() -> None:
    """An idea that was merged is shown to whoever is before it, presented or not."""
    from app.game import showing
    from app.views import evidence, participant

    presented = showing.presented

    def careless(workshop: Any, idea: Any, *, to: str | None = None) -> bool:
        return bool(idea.parents) or presented(workshop, idea, to=to)

    for module in (showing, participant, evidence):
        if hasattr(module, "presented"):
            module.presented = careless  # type: ignore[attr-defined]


def removal_forgotten() -> None:
    """Whoever is removed keeps their key and their sockets."""
    from app.game.people import PersonRemoved
    from app.web.access import Access

    async def nothing(self: Any, code: str, person: str) -> None:
        return None

    def apply(self: Any, workshop: Any, stamp: Any) -> Any:
        return workshop

    Access.revoke_person = nothing  # type: ignore[method-assign]
    PersonRemoved.apply = apply  # type: ignore[method-assign]


def drafts_in_the_group() -> None:
    """What somebody is typing is told the group beside their name."""
    from app.views import participant

    members = participant.members

    def careless(workshop: Any, group: Any, company: Any, *, names: bool) -> Any:
        found = members(workshop, group, company, names=names)
        drafts = company.drafts
        return tuple(
            replace(each, name=f"{each.name} {drafts[each.id].words}")
            if each.id in drafts
            else each
            for each in found
        )

    participant.members = careless


def audience_too_wide() -> None:
    """What is one person's is made once and shown to everybody."""
    from app.views import regions

    object.__setattr__(regions.ME, "audience", "all")
    look = regions.ME.show
    first: list[Any] = []

    def shared(workshop: Any, viewer: Any, company: Any) -> Any:
        here = [person.id for person in workshop.people.values() if person.id in company.drafts]
        first[:] = here or first
        seen = replace(viewer, id=first[0]) if first else viewer
        return look(workshop, seen, company)

    object.__setattr__(regions.ME, "show", shared)


def origin_unchecked() -> None:
    """Pages of other sites may post and open sockets."""
    from app.web.edge import EdgeMiddleware

    EdgeMiddleware._forged = lambda self, scope, headers: None  # type: ignore[method-assign]


def role_remembered() -> None:
    """Who somebody is, is found out when they connect and never again."""
    from app.web import api, live_page, socket

    attend = socket.attend

    async def trusting(
        line: Any, door: Any, live: Any, viewer: Any, since: Any, *, who: Any, **rest: Any
    ) -> None:
        async def as_it_was() -> Any:
            return viewer

        await attend(line, door, live, viewer, since, who=as_it_was, **rest)

    for module in (api, live_page):
        module.attend = trusting


def a_view_fails() -> None:
    """No hole: a view that cannot be made for a while, which must send nothing."""
    from app.views import regions

    board = regions.BOARD.show
    file = Path(os.environ[FAIL_WHILE])

    def failing(workshop: Any, viewer: Any, company: Any) -> Any:
        if file.exists():
            raise RuntimeError("a filter is broken")
        return board(workshop, viewer, company)

    object.__setattr__(regions.BOARD, "show", failing)


def no_outside_world() -> None:
    """No hole: a server that writes down whatever it connects to."""
    file = Path(os.environ[FAIL_WHILE])

    def heard(event: str, arguments: Any) -> None:
        if event in ("socket.connect", "socket.getaddrinfo") and "127.0.0.1" not in str(arguments):
            with file.open("a") as log:
                log.write(f"{time.time()} {event} {arguments}\n")

    sys.addaudithook(heard)


PLANTS: dict[str, Callable[[], None]] = {
    plant.__name__: plant
    for plant in (
        merge_filter_off,
        removal_forgotten,
        drafts_in_the_group,
        audience_too_wide,
        origin_unchecked,
        role_remembered,
        a_view_fails,
        no_outside_world,
    )
}


@functools.cache
def program(name: str) -> list[str]:
    """What to run in place of the server's own program."""
    assert name in PLANTS
    return ["-m", "tests.faults.planted_secrecy", name]


if __name__ == "__main__":
    PLANTS[sys.argv[1]]()
    from app.cli import main

    sys.exit(main(sys.argv[2:]))
