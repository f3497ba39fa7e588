"""The table: a workshop built for a test by playing commands, and small material to play with.

Leaves out what is tested. Always: commands come in as they do over a wire, and every
event goes into the log as JSON and out again, so that no test knows a workshop that
a server could not have.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from app.game import decide, evolve, read_command
from app.game.material import (
    Barrier,
    Card,
    Caveat,
    ComB,
    Figure,
    Journey,
    JourneyStage,
    Opm,
    Replication,
    Source,
    Study,
)
from app.game.messages import Actor, Command, Event, Forbidden, Malformed, Rejected, Role, Stamp
from app.game.opening import OpenWorkshop, opened
from app.game.people import Join, JoinByInvite
from app.game.workshop import Group, Idea, Person, Workshop

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
COMPONENTS = tuple(ComB)
ORGANISATIONS = ("NHS", "Police", "DfE")
VISITOR = Actor("visitor", Role.VISITOR)
FACILITATOR = Actor("facilitator", Role.FACILITATOR)

REFUSALS = {Rejected: "rejected", Malformed: "malformed", Forbidden: "forbidden"}


def a_journey(name: str, stages: int) -> Journey:
    """A journey whose stage n has the barriers `name-n-a` and `name-n-b`.

    They block the n-th and the next component of COM-B.
    """
    return Journey(
        id=name,
        title=name.title(),
        statement=f"What stands in the way of {name}.",
        stages=tuple(
            JourneyStage(
                title=f"Step {number}",
                who="A practitioner",
                does="Tells the others",
                when="The same day",
                barriers=tuple(
                    Barrier(
                        id=f"{name}-{number}-{letter}",
                        text=f"Barrier {letter} of step {number}",
                        finding="Some did not know.",
                        sources=(Source(document="A report", section="2.1"),),
                        opm=Opm.COMMUNICATE,
                        com_b=(COMPONENTS[(number - 1 + place) % len(COMPONENTS)],),
                    )
                    for place, letter in enumerate("ab")
                ),
            )
            for number in range(1, stages + 1)
        ),
    )


def a_card(number: int) -> Card:
    """Card `card-N`: six in a row are one family, and work on one component each."""
    return Card(
        id=f"card-{number}",
        title=f"Card {number}",
        family=f"Family {number // 6}",
        insight="People do what is easy.",
        question="What could be easier?",
        used=None,
        study=Study(
            authors="An Author",
            year=2011,
            title="A study",
            outlet="A journal",
            pages=None,
            doi="10.1000/abc",
        ),
        finding="More people did it.",
        setting="An office",
        replication=Replication.MODERATE,
        replication_source="A review",
        caution=None,
        com_b=(COMPONENTS[number % 6],),
        east=(),
        mindspace=(),
        bct=(),
        unverified=None,
    )


JOURNEYS = (a_journey("sharing", 3), a_journey("trusting", 2))
DECK = tuple(a_card(number) for number in range(36))
WARNING = Caveat(
    title="With care",
    text="Effects are smaller than they look.",
    figures=(Figure(claim="They shrink.", reference="A review", doi="10.1000/def"),),
)


class Table:
    """A workshop with its log, on which commands are played one by one."""

    def __init__(
        self,
        *,
        journeys: Iterable[Journey] = JOURNEYS,
        deck: Iterable[Card] = DECK,
        seed: int = 7,
        **wishes: Any,
    ) -> None:
        journeys = tuple(journeys)
        wish = OpenWorkshop(
            title="A workshop", problems=[journey.id for journey in journeys], **wishes
        )
        first = opened(
            wish, code="ABCD2345", seed=seed, journeys=journeys, deck=tuple(deck), warning=WARNING
        )
        self.at = NOON
        self.log: list[tuple[Event, Stamp]] = []
        stamp = Stamp(1, NOON, FACILITATOR.id)
        self.workshop: Workshop = evolve(None, self._kept(first, stamp), stamp)

    def do(self, who: str | Actor, kind: str, **fields: Any) -> tuple[Event, ...]:
        """Play the command `kind` as `who` and return its events; `as_` is the field `as`."""
        message = {name.removesuffix("_"): value for name, value in fields.items()}
        _, command = read_command({"kind": kind, "ref": "a-ref-of-this-test", **message})
        return self.play(who, command)

    def play(self, who: str | Actor, command: Command) -> tuple[Event, ...]:
        """Play `command` as `who`."""
        actor = self.actor(who)
        at = self.at + timedelta(minutes=1)
        events, workshop = decide(command, self.workshop, actor, at)
        for event in events:
            stamp = Stamp(self.log[-1][1].seq + 1, at, actor.id)
            self.workshop = evolve(self.workshop, self._kept(event, stamp), stamp)
        assert self.workshop == workshop
        self.at = at
        return events

    def refused(self, who: str | Actor, kind: str, **fields: Any) -> tuple[str, str | None]:
        """How `kind` is refused and for which field; it must be, and must change nothing."""
        no = self._no(who, kind, **fields)
        return REFUSALS[type(no)], no.field

    def told(self, who: str | Actor, kind: str, **fields: Any) -> str:
        """In which words `kind` is refused."""
        return self._no(who, kind, **fields).message

    def _no(self, who: str | Actor, kind: str, **fields: Any) -> Rejected:
        before, facts, length = self.workshop, repr(self.workshop), len(self.log)
        try:
            events = self.do(who, kind, **fields)
        except Rejected as no:
            assert self.workshop is before
            assert repr(before) == facts
            assert len(self.log) == length
            return no
        raise AssertionError(f"{kind} was accepted: {events}")

    def _kept(self, event: Event, stamp: Stamp) -> Event:
        read = Event.read(event.kind, event.model_dump_json())
        assert read == event
        self.log.append((read, stamp))
        return read

    def actor(self, who: str | Actor) -> Actor:
        """`who` as an actor: somebody with a seat by their id, or the facilitator."""
        if isinstance(who, Actor):
            return who
        if who == FACILITATOR.id:
            return FACILITATOR
        person = self.workshop.people[who]
        return Actor(person.id, person.role, person.group)

    def join(self, organisation: str = "NHS", name: str = "Somebody") -> str:
        """A participant comes in; their id."""
        joined = self.play(VISITOR, Join(name=name, organisation=organisation))[0]
        assert joined.made is not None
        return joined.made

    def invite(self, role: Role, group: str | None = None) -> str:
        """Somebody comes in by an invite; their id."""
        command = JoinByInvite(name="Somebody", organisation="NHS", role=role, group=group)
        joined = self.play(VISITOR, command)[0]
        assert joined.made is not None
        return joined.made

    def submit(self, who: str, *, stage: int | None = None, **fields: Any) -> str:
        """`who` plays the first card of their hand against a barrier; the idea's id."""
        fields = {"card": self.hand(who)[0], "barrier": self.barrier(who, stage=stage)} | fields
        (event,) = self.do(who, "SubmitIdea", **{"words": f"An idea of {who}", **fields})
        assert event.made is not None
        return event.made

    def person(self, who: str) -> Person:
        return self.workshop.people[who]

    def hand(self, who: str) -> tuple[str, ...]:
        return self.person(who).hand

    def group(self, who: str) -> Group:
        """The group of the person, or the group called, `who`."""
        return self.workshop.groups.get(who) or self.workshop.group_of(who)

    def members(self, group: str) -> list[str]:
        return [person.id for person in self.workshop.participants(group)]

    def barrier(self, who: str, *, stage: int | None = None, letter: str = "a") -> str:
        """The barrier `letter` of a stage of `who`'s journey; of the current stage if not said."""
        group = self.group(who)
        barriers = self.workshop.journey_of(group).barriers_at(stage or group.stage)
        return barriers["ab".index(letter)].id

    def idea(self, idea: str) -> Idea:
        return self.workshop.idea(idea)


def in_the_lobby(people: int = 6, **wishes: Any) -> Table:
    """A table with so many participants of three organisations, not yet seated."""
    table = Table(**wishes)
    for number in range(people):
        table.join(ORGANISATIONS[number % len(ORGANISATIONS)], f"Person {number + 1}")
    return table


def at_play(people: int = 6, **wishes: Any) -> Table:
    """The same at play: two groups, `g1` on `sharing` and `g2` on `trusting`, unless wished."""
    table = in_the_lobby(people, **wishes)
    table.do("facilitator", "OpenPhase", phase="play")
    return table


def with_ideas(people: int = 6, **wishes: Any) -> Table:
    """The same, with one idea of everyone presented."""
    table = at_play(people, **wishes)
    for person in table.workshop.participants():
        table.submit(person.id)
    table.do("facilitator", "MoveGroup", group="all", stage=1, step="present")
    return table


def pair(table: Table) -> tuple[str, str, str]:
    """Two people of `g1` and one of `g2`."""
    one, other, *_ = table.members("g1")
    return one, other, table.members("g2")[0]


def submission(table: Table, who: str, **changed: Any) -> dict[str, Any]:
    fields = {"card": table.hand(who)[0], "barrier": table.barrier(who), "words": "An idea"}
    return fields | changed


def captured(table: Table, who: str, **changed: Any) -> dict[str, Any]:
    return {"participant": who, "group": table.group(who).id, **submission(table, who, **changed)}
