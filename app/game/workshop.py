"""The state of one workshop: frozen, and made only by folding events.

It leaves out rules about change, which stand in the topic files, and who may see
what, which stands in `app/views`. What always holds: two folds of one log are equal.

Ideas lie within their group, so that an event costs what its group weighs and not
what the whole workshop weighs.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from app.game.fitting import Came
from app.game.material import Barrier, Card, Caveat, Journey
from app.game.messages import Rejected, Role
from app.game.phases import Phase

Step = Literal["write", "present", "build"]
STEPS: tuple[Step, ...] = ("write", "present", "build")


@dataclass(frozen=True, slots=True)
class Options:
    """What was settled when the workshop was opened."""

    seed: int
    groups_per_problem: int = 1
    hand_size: int = 5
    swaps_per_stage: int = 1
    shortlist_per_problem: int = 2
    organisations: tuple[str, ...] | None = None
    leave_out: frozenset[Phase] = frozenset()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a seat: a participant, table lead, co-host, observer or analyst."""

    id: str
    name: str
    organisation: str
    role: Role
    group: str | None = None
    hand: tuple[str, ...] = ()
    swaps: Mapping[int, int] = field(default_factory=dict)
    """Swaps used, by stage."""
    removed: bool = False
    """Whether staff have taken them out: what they wrote stays, and they may nothing more."""
    came: Mapping[str, Came] = field(default_factory=dict)
    """How each card of the hand came into it, where the log says so."""
    dealt_for: frozenset[int] = frozenset()
    """Stages their hand was dealt for, in this group, and not changed at one before since."""

    def holding(self, hand: tuple[str, ...], stage: int) -> "Person":
        """With this hand: changed at `stage`, it is no longer the one dealt for those ahead."""
        kept = self.dealt_for if hand == self.hand else {s for s in self.dealt_for if s <= stage}
        return replace(self, hand=hand, dealt_for=frozenset(kept))


@dataclass(frozen=True, slots=True)
class Build:
    """Something added to an idea by somebody of its group."""

    id: str
    author: str
    words: str
    manner: Literal["build", "question", "risk"]


@dataclass(frozen=True, slots=True)
class Marks:
    """One rater's marks for one idea, 1 to 5, None for "don't know"."""

    impact: int | None
    effort: int | None
    amenability: int | None
    reason: str | None = None
    staff: bool = False


@dataclass(frozen=True, slots=True)
class Idea:
    """An intervention idea of the longlist: words against a barrier, built on a card."""

    id: str
    group: str
    problem: str
    stage: int
    barrier: str
    cards: tuple[str, ...]
    authors: tuple[str, ...]
    words: str
    how: str | None
    example: str | None
    caution: str | None
    at: datetime
    late: bool = False
    captured: bool = False
    """Written down by a facilitator for somebody who said it aloud."""
    presented: bool = False
    """Whether its group has been shown it. Of a merged idea its parts say so, not this."""
    parents: tuple[str, ...] = ()
    merged_into: str | None = None
    builds: tuple[Build, ...] = ()

    @property
    def card(self) -> str:
        """The card it was played with; for a merged idea that of its first parent."""
        return self.cards[0]

    @property
    def number(self) -> int:
        """Its place in the log, which is the order of ideas everywhere."""
        return int(self.id[1:])


@dataclass(frozen=True, slots=True)
class Group:
    """Some of the people, with one problem statement, somewhere on its journey."""

    id: str
    problem: str
    stage: int = 1
    step: Step = "write"
    reached: int = 0
    """The furthest stage hands were dealt for; 0 before the first deal."""
    presented: frozenset[int] = frozenset()
    """Stages the group has presented. Going back does not hide again what was shown."""
    ideas: Mapping[str, Idea] = field(default_factory=dict)

    def having(self, *ideas: Idea) -> "Group":
        """This group with `ideas` put in place of those with the same ids, or added."""
        return replace(self, ideas={**self.ideas, **{idea.id: idea for idea in ideas}})


@dataclass(frozen=True, slots=True)
class Choice:
    """A decision about the shortlist: an idea put on it, or taken off, by whom and why."""

    idea: str
    by: str
    at: datetime
    reason: str | None
    proposed: bool
    """Whether it stood in the proposal at that moment."""
    taken_off: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """One criterion of APEASE in one interview."""

    judgement: Literal["positive", "mixed", "negative", "not_asked"]
    said: str | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """What one interviewee thought of one shortlisted idea, along APEASE (report, table 4)."""

    id: str
    idea: str
    organisation: str
    interviewee_role: str
    criteria: Mapping[str, Judgement]
    themes: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Workshop:
    """Everything that is true of a workshop after event `seq` of its log."""

    code: str
    title: str
    seq: int
    opened_at: datetime
    options: Options
    journeys: Mapping[str, Journey]
    """By id, in the order the workshop was opened with."""
    deck: Mapping[str, Card]
    groups: Mapping[str, Group]
    warning: Caveat | None = None
    """What the deck says of all its cards; None where a log is older than that."""
    phase: Phase = Phase.LOBBY
    people: Mapping[str, Person] = field(default_factory=dict)
    groups_formed: bool = False
    dealt: Mapping[str, int] = field(default_factory=dict)
    """How often each card has been dealt, so that dealing can be fair."""
    spotlight: str | None = None
    ratings: Mapping[str, Mapping[str, Marks]] = field(default_factory=dict)
    """By rater, then idea: what one rater sees changes with their own marks alone."""
    ratings_open: bool = False
    """Whether the ratings may be seen, and not changed: ended, or opened with the shortlist."""
    ratings_ended: bool = False
    """Whether a facilitator has ended the rating, for good."""
    shortlist: Mapping[str, Choice] = field(default_factory=dict)
    decisions: tuple[Choice, ...] = ()
    """Every taking on and taking off, in order: reasons are never lost."""
    shared: bool = False
    """Whether participants may read the longlist and the shortlist."""
    assessments: tuple[Assessment, ...] = ()

    def having(self, *changed: Person | Group) -> "Workshop":
        """This workshop with people or groups put in place of those with the same ids."""
        people = {thing.id: thing for thing in changed if isinstance(thing, Person)}
        groups = {thing.id: thing for thing in changed if isinstance(thing, Group)}
        return replace(
            self,
            people={**self.people, **people} if people else self.people,
            groups={**self.groups, **groups} if groups else self.groups,
        )

    @property
    def hands_dealt(self) -> bool:
        """Whether hands have been dealt: to every group at once, then stage by stage."""
        return any(group.reached for group in self.groups.values())

    def participants(self, group: str | None = None) -> list[Person]:
        """Participants in order of arrival; of one group if `group` is given."""
        return [
            person
            for person in self.people.values()
            if person.role is Role.PARTICIPANT
            and not person.removed
            and (group is None or person.group == group)
        ]

    def participants_ever(self) -> list[Person]:
        """Participants in order of arrival, also those who were removed."""
        return [person for person in self.people.values() if person.role is Role.PARTICIPANT]

    def group_of(self, person: str) -> Group:
        """The group `person` sits in.

        Raises:
            Rejected: they have no group yet.
        """
        seat = self.people[person].group if person in self.people else None
        if seat is None:
            raise Rejected("You are not in a group yet. The facilitator will seat you.")
        return self.groups[seat]

    def journey_of(self, group: Group) -> Journey:
        """The problem statement of `group`, as a journey."""
        return self.journeys[group.problem]

    def barrier(self, idea: Idea) -> Barrier:
        """The barrier `idea` stands against."""
        found = self.journeys[idea.problem].find(idea.barrier)
        assert found is not None
        return found[1]

    def ideas(self) -> Iterator[Idea]:
        """The whole longlist by problem as opened, stage, and order of arrival."""
        for problem in self.journeys:
            of_problem = [
                idea
                for group in self.groups.values()
                if group.problem == problem
                for idea in group.ideas.values()
            ]
            yield from sorted(of_problem, key=lambda idea: (idea.stage, idea.number))

    def find_idea(self, idea: str) -> Idea | None:
        """The idea called `idea`, wherever it lies."""
        for group in self.groups.values():
            if idea in group.ideas:
                return group.ideas[idea]
        return None

    def idea(self, idea: str, field: str = "idea") -> Idea:
        """The idea called `idea`.

        Raises:
            Rejected: there is none; `field` is named as what is at fault.
        """
        found = self.find_idea(idea)
        if found is None:
            raise Rejected("There is no such idea in this workshop.", field)
        return found

    def standing(self, idea: str, field: str = "idea") -> Idea:
        """As `idea`, but not one that has been merged into another.

        Raises:
            Rejected: there is none, or it was merged.
        """
        found = self.idea(idea, field)
        if found.merged_into is not None:
            raise Rejected("That idea was merged into another. Use the merged idea.", field)
        return found

    def organisations_of(self, idea: Idea) -> tuple[str, ...]:
        """The organisations of its authors, each once, in order of authorship."""
        return tuple(dict.fromkeys(self.people[author].organisation for author in idea.authors))
