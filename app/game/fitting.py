"""Fitting: which cards answer which barriers, by the COM-B model, in one table.

A barrier blocks components of COM-B and a card works on some (Michie, van Stralen and
West, 2011). `TABLE` says for each component what it means and what answers it, and
everything that asks whether a card fits asks here: dealing, hands, pages.

Below it stand the reasons a card can have for being in a hand. It leaves out how hands
are made up (`dealing.py`). What always holds: each component
stands in the table once, and fitting depends on the codes of card and barrier alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.game.material import Barrier, Card, ComB


@dataclass(frozen=True, slots=True)
class Component:
    """A component of COM-B: what is wrong where it is blocked, and which cards answer that."""

    of: ComB
    name: str
    blocked: str
    """What people at such a barrier would say or lack, in plain words."""
    answered_by: tuple[ComB, ...]
    """A card answers a barrier of this component if it works on one of these."""


# Each component is answered by cards that work on that component and no other: COM-B links
# kinds of intervention to the component they change, and we know of no study that ranks
# cards across components for barriers like these. A second way of answering is one more
# entry in the last column.
TABLE: tuple[Component, ...] = (
    Component(
        ComB.CAPABILITY_PHYSICAL,
        "Physical capability",
        "The body cannot do it: strength, stamina, skill of the hand.",
        (ComB.CAPABILITY_PHYSICAL,),
    ),
    Component(
        ComB.CAPABILITY_PSYCHOLOGICAL,
        "Psychological capability",
        "People do not know how, do not notice, or cannot keep it in mind.",
        (ComB.CAPABILITY_PSYCHOLOGICAL,),
    ),
    Component(
        ComB.OPPORTUNITY_PHYSICAL,
        "Physical opportunity",
        "Time, money, tools, systems or places are in the way.",
        (ComB.OPPORTUNITY_PHYSICAL,),
    ),
    Component(
        ComB.OPPORTUNITY_SOCIAL,
        "Social opportunity",
        "The people around do not do it, expect it or welcome it.",
        (ComB.OPPORTUNITY_SOCIAL,),
    ),
    Component(
        ComB.MOTIVATION_REFLECTIVE,
        "Reflective motivation",
        "On reflection people do not want to, or do not think it is right, useful or theirs to do.",
        (ComB.MOTIVATION_REFLECTIVE,),
    ),
    Component(
        ComB.MOTIVATION_AUTOMATIC,
        "Automatic motivation",
        "Habit, fear, impulse or other feelings pull the other way.",
        (ComB.MOTIVATION_AUTOMATIC,),
    ),
)

COMPONENTS: Mapping[ComB, Component] = {row.of: row for row in TABLE}
"""The table by component."""


def answered(card: Card, barrier: Barrier) -> tuple[ComB, ...]:
    """Those components of `barrier` that `card` answers, in the barrier's order."""
    works_on = set(card.com_b)
    return tuple(of for of in barrier.com_b if works_on.intersection(COMPONENTS[of].answered_by))


def fits(card: Card, barrier: Barrier) -> bool:
    """Whether `card` answers `barrier`: one component of it is enough."""
    return bool(answered(card, barrier))


def fitting(deck: Iterable[Card], barriers: Iterable[Barrier]) -> frozenset[str]:
    """The ids of the cards of `deck` that answer one of `barriers` at least."""
    barriers = tuple(barriers)
    return frozenset(card.id for card in deck if any(fits(card, b) for b in barriers))


class Reason(StrEnum):
    """Why a card was chosen for a hand, at the moment of dealing."""

    FITS = "fits"
    """The hand had too few cards that fit the stage, and this one does."""
    VARIETY = "variety"
    """No other card of its family was in the hand."""
    REST = "rest"
    """Neither: the deck had nothing better left."""


@dataclass(frozen=True, slots=True)
class Came:
    """How a card came into a hand: in a group, for a stage, dealt or swapped for another."""

    group: str
    stage: int
    why: Reason
    swapped: bool = False
