"""A participant's place: what they hold, where their group is, what it has presented.

A table lead sees the same without a hand. What always holds: other people's ideas are
here only once they have been presented to the group.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain, zip_longest

from app.game.fitting import fits
from app.game.material import Card, ComB, Source
from app.game.phases import Phase
from app.game.seating import shuffled
from app.game.showing import presented
from app.game.workshop import Group, Step, Workshop
from app.views.ideas import IdeaView, idea_view
from app.views.viewer import Company, State, Viewer, state_of


@dataclass(frozen=True, slots=True)
class BarrierView:
    """A barrier of the stage."""

    id: str
    text: str
    finding: str
    com_b: tuple[ComB, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class JourneyStep:
    """A stage on the journey map."""

    number: int
    title: str


@dataclass(frozen=True, slots=True)
class StageView:
    """Where the group is on its journey."""

    group: str
    stage: int
    step: Step
    title: str
    who: str
    does: str
    when: str
    barriers: tuple[BarrierView, ...]
    problem: str
    problem_title: str
    statement: str
    journey: tuple[JourneyStep, ...]


@dataclass(frozen=True, slots=True)
class HandView:
    """The cards held. `fits` names, by card, the barriers of the stage each card fits."""

    cards: tuple[Card, ...]
    fits: Mapping[str, tuple[str, ...]]
    swaps_left: int
    swaps_allowed: int
    """At each stage."""


@dataclass(frozen=True, slots=True)
class MemberView:
    """Somebody of a group, with what they are doing. Without names for observers."""

    id: str | None
    name: str | None
    organisation: str
    state: State


@dataclass(frozen=True, slots=True)
class GroupView:
    """The viewer's group. `speaking` is the order of presenting, while ideas are presented."""

    id: str
    problem: str
    members: tuple[MemberView, ...]
    speaking: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BoardView:
    """Ideas presented to the group."""

    ideas: tuple[IdeaView, ...]


def stage(workshop: Workshop, viewer: Viewer, company: Company) -> StageView | None:
    group = _group(workshop, viewer)
    if group is None or workshop.phase not in (Phase.BRIEFING, Phase.PLAY):
        return None
    journey = workshop.journey_of(group)
    current = journey.stages[group.stage - 1]
    return StageView(
        group=group.id,
        stage=group.stage,
        step=group.step,
        title=current.title,
        who=current.who,
        does=current.does,
        when=current.when,
        barriers=tuple(
            BarrierView(b.id, b.text, b.finding, b.com_b, b.sources) for b in current.barriers
        ),
        problem=journey.id,
        problem_title=journey.title,
        statement=journey.statement,
        journey=tuple(JourneyStep(n, s.title) for n, s in enumerate(journey.stages, start=1)),
    )


def hand(workshop: Workshop, viewer: Viewer, company: Company) -> HandView | None:
    group = _group(workshop, viewer)
    person = workshop.people.get(viewer.id)
    if group is None or person is None or workshop.phase not in (Phase.BRIEFING, Phase.PLAY):
        return None
    cards = tuple(workshop.deck[card] for card in person.hand)
    barriers = workshop.journey_of(group).barriers_at(group.stage)
    return HandView(
        cards=cards,
        fits={card.id: tuple(b.id for b in barriers if fits(card, b)) for card in cards},
        swaps_left=max(0, workshop.options.swaps_per_stage - person.swaps.get(group.stage, 0)),
        swaps_allowed=workshop.options.swaps_per_stage,
    )


def group(workshop: Workshop, viewer: Viewer, company: Company) -> GroupView | None:
    own = _group(workshop, viewer)
    if own is None:
        return None
    return GroupView(
        id=own.id,
        problem=own.problem,
        members=members(workshop, own.id, company, names=True),
        speaking=speaking_order(workshop, own, company),
    )


def members(
    workshop: Workshop, group: str | None, company: Company, *, names: bool
) -> tuple[MemberView, ...]:
    """The participants of `group`, or those without one for None, in order of arrival."""
    return tuple(
        MemberView(
            id=person.id if names else None,
            name=person.name if names else None,
            organisation=person.organisation,
            state=state_of(workshop, person, company),
        )
        for person in workshop.participants()
        if person.group == group
    )


def speaking_order(workshop: Workshop, group: Group, company: Company) -> tuple[str, ...]:
    """Who presents, in turn: seeded, organisations alternating, absent people skipped."""
    if workshop.phase is not Phase.PLAY or group.step != "present":
        return ()
    authors = {
        author
        for idea in group.ideas.values()
        if idea.stage == group.stage and idea.merged_into is None
        for author in idea.authors
        if author in company.here and workshop.people[author].group == group.id
    }
    label = f"speaking {group.id} {group.stage}"
    by_organisation: dict[str, list[str]] = defaultdict(list)
    for person in shuffled(workshop.options.seed, label, authors):
        by_organisation[workshop.people[person].organisation].append(person)
    turns = chain.from_iterable(zip_longest(*by_organisation.values()))
    return tuple(person for person in turns if person is not None)


def board(workshop: Workshop, viewer: Viewer, company: Company) -> BoardView | None:
    """The current stage's ideas, once presented."""
    own = _group(workshop, viewer)
    if own is None or workshop.phase not in (Phase.PLAY, Phase.PLENARY):
        return None
    return _presented(workshop, own, current=True)


def earlier(workshop: Workshop, viewer: Viewer, company: Company) -> BoardView | None:
    """The ideas of the group's other stages, once presented."""
    own = _group(workshop, viewer)
    if own is None or workshop.phase not in (Phase.PLAY, Phase.PLENARY):
        return None
    return _presented(workshop, own, current=False)


def _presented(workshop: Workshop, group: Group, *, current: bool) -> BoardView:
    ideas = sorted(group.ideas.values(), key=lambda idea: (idea.stage, idea.number))
    before = {idea.id for idea in ideas if presented(workshop, idea, to=group.id)}
    return BoardView(
        tuple(
            idea_view(workshop, idea, names=True)
            for idea in ideas
            if idea.id in before
            and (idea.stage == group.stage) is current
            and idea.merged_into not in before
        )
    )


def mine(workshop: Workshop, viewer: Viewer, company: Company) -> BoardView | None:
    """The viewer's own ideas, wherever they were written and whatever became of them."""
    own = [
        idea
        for group in workshop.groups.values()
        for idea in group.ideas.values()
        if viewer.id in idea.authors and not idea.parents
    ]
    own.sort(key=lambda idea: idea.number)
    if not own:
        return None
    group = _group(workshop, viewer)
    return BoardView(
        tuple(
            # What a group one has left adds to one's idea comes from organisations only.
            idea_view(workshop, idea, names=group is not None and idea.group == group.id)
            for idea in own
        )
    )


def _group(workshop: Workshop, viewer: Viewer) -> Group | None:
    """The viewer's group; it is read from the workshop, since people are moved."""
    person = workshop.people.get(viewer.id)
    seat = person.group if person else viewer.group
    return workshop.groups.get(seat) if seat else None
