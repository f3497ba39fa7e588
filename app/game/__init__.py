"""The game: pure rules. A command and a workshop in, events out; events in, a workshop out.

Nothing here reads a clock, draws at random, opens a file or waits: whoever calls brings
the time and the seed. Three doors: `decide`, `evolve`, `replay`; and `read_command` for
what comes over a wire. What always holds: a command that is rejected changes nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

# Every topic is imported here, so that its commands and events are known by name.
from app.game import (  # noqa: F401
    apease,
    course,
    dealing,
    groups,
    hands,
    ideas,
    merging,
    opening,
    people,
    ratings,
    seating,
    shortlist,
    stages,
)
from app.game.messages import (
    Actor,
    Command,
    Event,
    Forbidden,
    Malformed,
    Rejected,
    Stamp,
)
from app.game.opening import WorkshopOpened
from app.game.phases import OPEN, Phase
from app.game.shapes import validated
from app.game.workshop import Workshop

MOST_EVENTS = 500
"""No single command may cause more events than this; a bug in a rule would."""


def decide(
    command: Command, workshop: Workshop, actor: Actor, at: datetime
) -> tuple[tuple[Event, ...], Workshop]:
    """The events `command` causes, and the workshop after them.

    Raises:
        Forbidden: this role may not ask for it.
        Malformed: its shape does not suit this workshop.
        Rejected: it is not the time for it, or a rule forbids it.
    """
    if actor.role not in command.by:
        raise Forbidden(f"A {_plain(actor.role)} may not do this.")
    if actor.id in workshop.people and workshop.people[actor.id].removed:
        raise Forbidden("You have been taken out of this workshop.")
    if workshop.phase not in command.during:
        raise Rejected(_not_now(command, workshop))
    events: list[Event] = []
    deciding = command.decide(workshop, actor, at)
    try:
        event = next(deciding)
        while True:
            events.append(event)
            assert len(events) <= MOST_EVENTS
            workshop = evolve(workshop, event, Stamp(workshop.seq + 1, at, actor.id))
            event = deciding.send(workshop)
    except StopIteration:
        pass
    # Every accepted command leaves a trace, so that its ref can be answered for ever.
    assert events, f"{type(command).__name__} was accepted and caused nothing"
    return tuple(events), workshop


def evolve(workshop: Workshop | None, event: Event, stamp: Stamp) -> Workshop:
    """The workshop after `event`; the first event of a log makes it from nothing."""
    if isinstance(event, WorkshopOpened):
        assert workshop is None
        return event.begin(stamp)
    assert workshop is not None
    return replace(event.apply(workshop, stamp), seq=stamp.seq)


def replay(log: Iterable[tuple[Event, Stamp]]) -> Workshop:
    """The workshop that a whole log makes.

    Raises:
        ValueError: the log is empty.
    """
    workshop: Workshop | None = None
    for event, stamp in log:
        workshop = evolve(workshop, event, stamp)
    if workshop is None:
        raise ValueError("the log has no events")
    return workshop


def read_command(message: object) -> tuple[str, Command]:
    """The ref and the command in `message`, as it came over a wire.

    Raises:
        Malformed: it has the wrong shape; the field at fault is named.
    """
    if not isinstance(message, Mapping):
        raise Malformed("A command is an object with “kind”, “ref” and its fields.")
    fields: dict[str, Any] = dict(message)
    kind, ref = fields.pop("kind", None), fields.pop("ref", None)
    if not isinstance(ref, str) or not 8 <= len(ref) <= 64 or not ref.isprintable():
        raise Malformed("Give a “ref”: a string of 8 to 64 characters, new for each act.", "ref")
    known = Command.kinds.get(kind) if isinstance(kind, str) else None
    if known is None or known.at_the_door:
        raise Malformed("“kind” is not a command this server knows.", "kind")
    return ref, validated(known, fields)


def _plain(name: str) -> str:
    return {"co_host": "co-host", "table_lead": "table lead"}.get(name, name)


def _not_now(command: Command, workshop: Workshop) -> str:
    """Why `command` is refused in this phase, and when it is possible."""
    now = workshop.phase.about.title
    if command.during == OPEN:
        return "This workshop is closed. Nothing can be changed any more."
    when = " or ".join(f"“{phase.about.title}”" for phase in Phase if phase in command.during)
    return f"This can be done at {when}; the workshop is at “{now}”."
