"""Opening a workshop: the first event of every log.

The event carries the whole deck and every journey, so that a workshop stays what it
was opened with. It leaves out reading files (`app/content`). What always holds:
the groups exist from the start, though empty, one problem statement each.
"""

from collections.abc import Iterator
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from app.game.material import Card, Caveat, Journey
from app.game.messages import Event, Malformed, Stamp, Wrong
from app.game.phases import OPTIONAL, Phase
from app.game.text import Title
from app.game.workshop import Group, Options, Workshop

MOST_GROUPS = 40
"""One workshop: up to 200 people in 40 groups with 5,000 ideas (game.md, "Size")."""


class OpenWorkshop(BaseModel):
    """What a facilitator settles when opening a workshop.

    `problems` are ids of shipped problem statements or whole journeys. `deck` is a whole
    deck, or ids of cards of the shipped one, or null for all of that. `seed` makes the
    deal repeatable; without one the server draws one. `organisations` is the list people
    choose from, or null for any.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    title: Title
    problems: Annotated[list[str | dict[str, object]], Field(min_length=1, max_length=12)]
    groups_per_problem: Annotated[int, Field(ge=1, le=20)] = 1
    hand_size: Annotated[int, Field(ge=3, le=7)] = 5
    swaps_per_stage: Annotated[int, Field(ge=0, le=5)] = 1
    shortlist_per_problem: Annotated[int, Field(ge=1, le=10)] = 2
    organisations: Annotated[list[Title], Field(min_length=1, max_length=60)] | None = None
    seed: Annotated[int, Field(ge=-(2**63), lt=2**63)] | None = None
    leave_out: list[Annotated[Phase, Field(strict=False)]] = []
    deck: Annotated[list[str], Field(min_length=1, max_length=2000)] | dict[str, object] | None = (
        None
    )

    @field_validator("leave_out")
    @classmethod
    def _can_be_left_out(cls, phases: list[Phase]) -> list[Phase]:
        for phase in phases:
            if phase not in OPTIONAL:
                raise ValueError(
                    f"“{phase}” cannot be left out; these can: " + ", ".join(sorted(OPTIONAL)) + "."
                )
        return phases


class WorkshopOpened(Event):
    """A workshop exists, with everything it will be played with."""

    code: str
    title: str
    seed: int
    groups: dict[str, str]
    """Group to problem statement."""
    hand_size: int = 5
    swaps_per_stage: int = 1
    shortlist_per_problem: int = 2
    groups_per_problem: int = 1
    organisations: tuple[str, ...] | None = None
    leave_out: tuple[Phase, ...] = ()
    journeys: tuple[Journey, ...]
    deck: tuple[Card, ...]
    warning: Caveat | None = None
    """What the deck says of all its cards; None in logs from before it was kept."""

    def begin(self, stamp: Stamp) -> Workshop:
        """The workshop as it is after this, its first event."""
        return Workshop(
            code=self.code,
            title=self.title,
            seq=stamp.seq,
            opened_at=stamp.at,
            options=Options(
                seed=self.seed,
                groups_per_problem=self.groups_per_problem,
                hand_size=self.hand_size,
                swaps_per_stage=self.swaps_per_stage,
                shortlist_per_problem=self.shortlist_per_problem,
                organisations=self.organisations,
                leave_out=frozenset(self.leave_out),
            ),
            journeys={journey.id: journey for journey in self.journeys},
            deck={card.id: card for card in self.deck},
            warning=self.warning,
            groups={id: Group(id, problem) for id, problem in self.groups.items()},
        )

    def apply(self, workshop: Workshop, stamp: Stamp) -> Workshop:
        raise ValueError("a workshop is opened once, by the first event of its log")


def unplayable(
    wish: OpenWorkshop,
    journeys: tuple[Journey, ...],
    deck: tuple[Card, ...] | None,
    *,
    problems: int,
) -> Iterator[Wrong]:
    """Why a workshop cannot be played like this, though each thing in it is right.

    More groups than a workshop can have, the same problem statement twice, or a deck too small
    for one hand. `journeys` and `deck` may lack what has mistakes of its own; `problems` is how
    many there would be.
    """
    if problems * wish.groups_per_problem > MOST_GROUPS:
        yield (
            f"{problems} problem statements with {wish.groups_per_problem} groups each make "
            f"more than {MOST_GROUPS} groups, which is the most a workshop can have.",
            "groups_per_problem",
        )
    if len({journey.id for journey in journeys}) < len(journeys):
        yield "The same problem statement is listed twice.", "problems"
    cards = wish.hand_size if deck is None else len({card.id for card in deck})
    if cards < wish.hand_size:
        yield (
            f"The deck has {cards} cards, and a hand of {wish.hand_size} needs at least as many.",
            "hand_size",
        )


def opened(
    wish: OpenWorkshop,
    *,
    code: str,
    seed: int,
    journeys: tuple[Journey, ...],
    deck: tuple[Card, ...],
    warning: Caveat | None = None,
) -> WorkshopOpened:
    """The first event for `wish`, with the material its problem statements stand for.

    Raises:
        Malformed: it is `unplayable`.
    """
    if wrong := list(unplayable(wish, journeys, deck, problems=len(journeys))):
        raise Malformed.of(wrong)
    # Neighbouring groups get different problem statements, so that a room seated in
    # order of the groups has every problem in every part of it.
    problems = [journey.id for _ in range(wish.groups_per_problem) for journey in journeys]
    organisations = None
    if wish.organisations is not None:
        organisations = tuple({name.casefold(): name for name in wish.organisations}.values())
    return WorkshopOpened(
        code=code,
        title=wish.title,
        seed=seed,
        groups={f"g{number}": problem for number, problem in enumerate(problems, start=1)},
        hand_size=wish.hand_size,
        swaps_per_stage=wish.swaps_per_stage,
        shortlist_per_problem=wish.shortlist_per_problem,
        groups_per_problem=wish.groups_per_problem,
        organisations=organisations,
        leave_out=tuple(wish.leave_out),
        journeys=journeys,
        deck=deck,
        warning=warning,
    )
