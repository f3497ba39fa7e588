"""The table of what fits what, for anybody: each component, its cards and its barriers.

The rule itself stands in `app/game/fitting.py`. What always holds: what is shown is what
dealing does, because both ask the same table.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from app.game.fitting import COMPONENTS, TABLE, Component
from app.game.material import Card, Journey


@dataclass(frozen=True, slots=True)
class BarriersOf:
    """How many barriers of one problem statement have a component."""

    problem: str
    problem_title: str
    barriers: int


@dataclass(frozen=True, slots=True)
class ComponentView:
    """One component of COM-B, the cards that answer it, and where it is in the way."""

    component: Component
    answered_by: tuple[str, ...]
    """The names of the components whose cards answer it."""
    cards: tuple[Card, ...]
    problems: tuple[BarriersOf, ...]
    barriers: int


@dataclass(frozen=True, slots=True)
class FittingView:
    """The whole table. A barrier or card with several components is counted at each."""

    components: tuple[ComponentView, ...]
    barriers: int
    """How many barriers there are."""
    cards: int


def fitting_view(cards: Iterable[Card], journeys: Iterable[Journey]) -> FittingView:
    """The table for a deck and its problem statements."""
    cards, journeys = tuple(cards), tuple(journeys)
    return FittingView(
        components=tuple(_of_component(row, cards, journeys) for row in TABLE),
        barriers=sum(len(stage.barriers) for journey in journeys for stage in journey.stages),
        cards=len(cards),
    )


def _of_component(
    row: Component, cards: tuple[Card, ...], journeys: tuple[Journey, ...]
) -> ComponentView:
    problems = tuple(
        BarriersOf(
            journey.id,
            journey.title,
            sum(row.of in b.com_b for stage in journey.stages for b in stage.barriers),
        )
        for journey in journeys
    )
    return ComponentView(
        component=row,
        answered_by=tuple(COMPONENTS[of].name for of in row.answered_by),
        cards=tuple(card for card in cards if set(row.answered_by) & set(card.com_b)),
        problems=problems,
        barriers=sum(each.barriers for each in problems),
    )
