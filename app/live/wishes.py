"""Wishes: what a new workshop is to be, looked at whole before anything is opened.

A wish names problem statements and cards that are shipped, or brings its own. Leaves out the
shape of a wish and its rules (`app/game/opening.py`) and writing anything. What always holds:
whoever wishes is told of everything that is wrong at once, each with its field and place.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from app.content import Content, ContentError, Deck, check_deck, check_journey
from app.content.mistakes import MOST_TOLD, shown
from app.game.material import Card, Caveat, Journey
from app.game.messages import Malformed, Wrong
from app.game.opening import OpenWorkshop, unplayable
from app.game.shapes import validated


class Sound(NamedTuple):
    """A wish with nothing wrong in it, and what it stands for."""

    wish: OpenWorkshop
    journeys: tuple[Journey, ...]
    deck: tuple[Card, ...]
    warning: Caveat
    """What is said of all cards of the deck that these are from."""


def sound(fields: Mapping[str, object], content: Content) -> Sound:
    """The wish that `fields` are. It may take a second: not for the event loop.

    Raises:
        Malformed: with all that is wrong.
    """
    wrong: list[Wrong] = []
    wish = None
    try:
        wish = validated(OpenWorkshop, fields)
    except Malformed as shape:
        wrong += shape.every
    problems, wanted = fields.get("problems"), fields.get("deck")
    journeys, lines = _journeys(problems if isinstance(problems, list) else [], content)
    if lines:
        wrong.append((_told(lines), "problems"))
    deck, warning, lines = _deck(wanted, content.deck)
    if lines:
        wrong.append((_told(lines), "deck"))
    if wish is not None:
        wrong += unplayable(wish, journeys, deck, problems=len(wish.problems))
    if wish is None or deck is None or wrong:
        raise Malformed.of(wrong)
    return Sound(wish, journeys, deck, warning)


def _journeys(problems: list[object], content: Content) -> tuple[tuple[Journey, ...], list[str]]:
    """The journeys that are asked for, as far as they are sound, and what is wrong with others."""
    journeys: list[Journey] = []
    lines: list[str] = []
    unknown = 0
    for number, problem in enumerate(problems):
        if len(lines) > MOST_TOLD:
            break  # enough to put right, and enough looked at
        if isinstance(problem, dict):
            name = "problems" if len(problems) == 1 else f"problems[{number}]"
            try:
                journeys.append(check_journey(problem, name))
            except ContentError as error:
                lines += map(str, error.mistakes)
        elif isinstance(problem, str):
            if journey := content.journey(problem):
                journeys.append(journey)
            else:
                unknown += 1
                lines.append(f"problems[{number}]: there is no problem statement {shown(problem)}")
    if unknown:
        lines.append(f"There are: {', '.join(journey.id for journey in content.journeys)}")
    return tuple(journeys), lines


def _deck(wanted: object, shipped: Deck) -> tuple[tuple[Card, ...] | None, Caveat, list[str]]:
    """The cards that are asked for, what their deck says of them all, and what is wrong."""
    if isinstance(wanted, dict):
        try:
            own = check_deck(wanted, "deck")
        except ContentError as error:
            return None, shipped.warning, [str(mistake) for mistake in error.mistakes]
        return own.cards, own.warning, []
    if isinstance(wanted, list):
        unknown = _unknown(wanted, {card.id for card in shipped.cards})
        lines = list(islice(unknown, MOST_TOLD + 1))
        cards = tuple(card for card in shipped.cards if card.id in wanted)
        return (None if lines else cards), shipped.warning, lines
    return shipped.cards, shipped.warning, []


def _unknown(ids: list[object], known: set[str]) -> Iterator[str]:
    """What is wrong with a choice of shipped cards."""
    first: dict[str, int] = {}
    for number, id in enumerate(ids):
        if not isinstance(id, str):
            continue  # told as a mistake of shape
        before = first.setdefault(id, number)
        if id not in known:
            yield f"deck: [{number}]: no card of the shipped deck has this id"
        elif before < number:
            yield f"deck: [{number}]: this card is already at [{before}]"


def _told(lines: list[str]) -> str:
    """The lines as one message, of a length that somebody can read."""
    more = ["There are more mistakes"] if len(lines) > MOST_TOLD else []
    return "\n".join(f"{line.rstrip('.')}." for line in [*lines[:MOST_TOLD], *more])
