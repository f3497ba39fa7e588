"""People: coming in at the door, by name and organisation, without an account; being removed.

Others than participants come by an invite that names their role. It leaves out who
sits where (`groups.py`). What always holds: a person once in stays in the workshop's
list, so that ids and counts never move.
"""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, ClassVar

from app.game import dealing, seating
from app.game.messages import (
    STAFF,
    Actor,
    Command,
    Decision,
    Event,
    Malformed,
    Personal,
    Rejected,
    Role,
    Stamp,
)
from app.game.phases import EVERY, OPEN, Phase
from app.game.text import Id, Name, Title
from app.game.workshop import Person, Workshop

MOST_PEOPLE = 200
"""One workshop: up to 200 people (game.md, "Size")."""


class Join(Command):
    """Take a seat in a workshop, as a participant or as an invite says."""

    by: ClassVar = frozenset({Role.VISITOR})
    during: ClassVar = OPEN
    at_the_door: ClassVar = True

    name: Name
    organisation: Title

    def decide(self, workshop: Workshop, actor: Actor, at: datetime) -> Decision:
        yield from _welcome(self, workshop, Role.PARTICIPANT, None)


class JoinByInvite(Command):
    """Take the seat an invite keeps: `role` and `group` come from the invite, not the asker."""

    by: ClassVar = frozenset({Role.VISITOR})
    during: ClassVar = EVERY
    at_the_door: ClassVar = True

    name: Name
    organisation: Title
    role: Role
    group: str | None = None

    def decide(self, workshop: Workshop, actor: Actor, at: datetime) -> Decision:
        yield from _welcome(self, workshop, self.role, self.group)


class PersonJoined(Event):
    """Somebody came in."""

    subject_field: ClassVar = "person"
    made_field: ClassVar = "person"

    person: str
    name: Annotated[str, Personal]
    organisation: str
    role: Role
    group: str | None = None

    def apply(self, workshop: Workshop, stamp: Stamp) -> Workshop:
        return workshop.having(
            Person(self.person, self.name, self.organisation, self.role, self.group)
        )


def _welcome(
    command: Join | JoinByInvite, workshop: Workshop, role: Role, group: str | None
) -> Decision:
    if workshop.phase is Phase.CLOSED and role not in (Role.ANALYST, Role.CO_HOST):
        raise Rejected("This workshop is closed. Nobody can join it any more.")
    if len(workshop.people) >= MOST_PEOPLE:
        raise Rejected(f"This workshop is full: {MOST_PEOPLE} people have joined.")
    if group is not None and group not in workshop.groups:
        raise Rejected("There is no such group in this workshop.", "group")
    person = f"p{len(workshop.people) + 1}"
    workshop = yield PersonJoined(
        person=person,
        name=command.name,
        organisation=_organisation(workshop, command.organisation),
        role=role,
        group=group,
    )
    if role is Role.PARTICIPANT and workshop.groups_formed:
        seat = seating.place_for(workshop, workshop.people[person])
        workshop = yield seating.PersonSeated(person=person, group=seat)
        joined = workshop.groups[seat]
        if joined.reached:
            # A hand for the stage the group is at: late joiners are dealt in at once.
            hands = dealing.deal(workshop, joined, [workshop.people[person]], stage=joined.stage)
            assert hands is not None  # whoever comes in has an empty hand
            yield hands


def _organisation(workshop: Workshop, typed: str) -> str:
    """`typed` in the spelling already in use, so that “nhs” and “NHS” are one organisation."""
    fixed = workshop.options.organisations
    known = fixed if fixed is not None else [p.organisation for p in workshop.people.values()]
    for name in known:
        if name.casefold() == typed.casefold():
            return name
    if fixed is not None:
        raise Malformed(
            "Choose your organisation from the list: " + ", ".join(fixed) + ".", "organisation"
        )
    return typed


class RemovePerson(Command):
    """Take somebody out: they leave their group and may nothing more. What they wrote stays."""

    by: ClassVar = STAFF
    during: ClassVar = EVERY

    participant: Id

    def decide(self, workshop: Workshop, actor: Actor, at: datetime) -> Decision:
        person = workshop.people.get(self.participant)
        if person is None:
            raise Rejected("There is no such person in this workshop.", "participant")
        if person.removed:
            raise Rejected(f"{person.name} has been removed already.", "participant")
        if person.id == actor.id:
            raise Rejected("You cannot remove yourself.", "participant")
        yield PersonRemoved(person=person.id, before=person.group)


class PersonRemoved(Event):
    """Staff took somebody out of the workshop, and of the group `before`."""

    person: str
    before: str | None = None

    def apply(self, workshop: Workshop, stamp: Stamp) -> Workshop:
        person = workshop.people[self.person]
        return workshop.having(
            replace(person, group=None, hand=(), came={}, dealt_for=frozenset(), removed=True)
        )
