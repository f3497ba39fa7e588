"""Why each card is in each hand, for staff: what it fits now, and why it was chosen.

Both are told apart: what a card fits follows from the stage the group is at now, why it
was chosen was kept in the log when it was dealt (`app/game/dealing.py`). What always
holds: nobody but staff gets a view here, and nothing anybody wrote is in it.
"""

from dataclasses import dataclass

from app.game.fitting import TABLE, Came, answered
from app.game.material import Barrier, Card, Replication
from app.game.messages import STAFF
from app.game.workshop import Group, Person, Workshop
from app.views.viewer import Viewer


@dataclass(frozen=True, slots=True)
class FitView:
    """A barrier of the stage that a card fits, and by which components, in order of the table."""

    number: int
    """Its place among the barriers of the stage, from 1."""
    components: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeldCard:
    """A card of a hand, with why it is there."""

    id: str
    title: str
    family: str
    replication: Replication
    fits: tuple[FitView, ...]
    came: Came | None
    """How it came into the hand; None where the log is older than that."""
    brought: bool
    """Whether it was dealt in another group."""
    kept: bool
    """Whether it was dealt for another stage than the group is at."""
    alone: bool
    """Whether no other card of its family is in the hand now."""


@dataclass(frozen=True, slots=True)
class HandOf:
    """The hand of one participant."""

    person: str
    name: str
    organisation: str
    cards: tuple[HeldCard, ...]


@dataclass(frozen=True, slots=True)
class GroupHands:
    """The hands of one group, beside the stage they are for."""

    id: str
    problem_title: str
    stage: int
    stages: int
    stage_title: str
    barriers: tuple[str, ...]
    hands: tuple[HandOf, ...]


@dataclass(frozen=True, slots=True)
class HandsView:
    """The hands of a workshop, or of one group of it. `all` are the groups there are."""

    all: tuple[str, ...]
    groups: tuple[GroupHands, ...]
    dealt: bool


def hands(workshop: Workshop, viewer: Viewer, group: str | None = None) -> HandsView | None:
    """The hands of `group`, or of every group; None for whoever is not staff."""
    if viewer.role not in STAFF:
        return None
    return HandsView(
        all=tuple(workshop.groups),
        groups=tuple(
            _of_group(workshop, each)
            for each in workshop.groups.values()
            if group is None or each.id == group
        ),
        dealt=workshop.hands_dealt,
    )


def _of_group(workshop: Workshop, group: Group) -> GroupHands:
    journey = workshop.journey_of(group)
    stage = journey.stages[group.stage - 1]
    return GroupHands(
        id=group.id,
        problem_title=journey.title,
        stage=group.stage,
        stages=len(journey.stages),
        stage_title=stage.title,
        barriers=tuple(barrier.text for barrier in stage.barriers),
        hands=tuple(
            HandOf(
                person=person.id,
                name=person.name,
                organisation=person.organisation,
                cards=_held(workshop, group, person, stage.barriers),
            )
            for person in workshop.participants(group.id)
        ),
    )


def _held(
    workshop: Workshop, group: Group, person: Person, barriers: tuple[Barrier, ...]
) -> tuple[HeldCard, ...]:
    cards = [workshop.deck[card] for card in person.hand]
    families = [card.family for card in cards]
    held = []
    for card in cards:
        came = person.came.get(card.id)
        held.append(
            HeldCard(
                id=card.id,
                title=card.title,
                family=card.family,
                replication=card.replication,
                fits=_fits(card, barriers),
                came=came,
                brought=came is not None and came.group != group.id,
                kept=came is not None and (came.group, came.stage) != (group.id, group.stage),
                alone=families.count(card.family) == 1,
            )
        )
    return tuple(held)


def _fits(card: Card, barriers: tuple[Barrier, ...]) -> tuple[FitView, ...]:
    return tuple(
        FitView(number, tuple(row.name for row in TABLE if row.of in by))
        for number, barrier in enumerate(barriers, start=1)
        if (by := answered(card, barrier))
    )
