"""Content: the deck and the problem statements, read from files and checked.

Mistakes are gathered, not met one by one: whoever writes a card or a journey is told of
all of them at once. It leaves out the shape of a card and a journey
(`app/game/material.py`) and the wording of mistakes (`app/mistakes.py`). What always
holds: what comes back from here has no mistake in it.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar

from pydantic import Field, ValidationError

from app.game.material import Card, Doi, Journey, Line, Material, Text
from app.mistakes import (
    LARGEST_FILE,
    ContentError,
    ContentMistake,
    Finding,
    misshapen,
    read_document,
    refuse,
    repeated,
    shown,
    texts_at,
    told,
    unfit_text,
    values_at,
)

__all__ = [
    "Content",
    "ContentError",
    "ContentMistake",
    "Deck",
    "check_deck",
    "check_journey",
    "load_content",
    "load_deck",
    "load_file",
    "load_journeys",
    "read_document",
]

REPORT_ORDER = (
    "information-sharing",
    "cross-agency-communication",
    "within-agency-communication",
    "wider-organisations",
)
"""The problem statements as the report lists them (section 3.1); any others follow by name."""

MOST_BARRIERS = 4
"""At one stage of a shipped journey: what a group can weigh up in the time it has."""

MOST_WORDS = 40
"""In the insight of a card, which is read at a table along with the rest of a hand."""

Kind = TypeVar("Kind", bound=Material)
Loaded = TypeVar("Loaded")


class Figure(Material):
    """A claim about cards in general, with where it comes from."""

    claim: Text
    reference: Text
    doi: Doi


class Caveat(Material):
    """What to bear in mind about every card: the `warning` of a deck."""

    title: Line
    text: Text
    figures: tuple[Figure, ...]


class Family(Material):
    """A kind of insight."""

    name: Line
    about: Text


class Deck(Material):
    """All cards that workshops are dealt from, by family, with the warning that goes with them."""

    title: Line
    warning: Caveat
    families: tuple[Family, ...] = Field(min_length=1)
    cards: tuple[Card, ...] = Field(min_length=1)

    def card(self, card: str) -> Card | None:
        """The card called `card`, or None."""
        return next((each for each in self.cards if each.id == card), None)


class Content(NamedTuple):
    """What there is to open a workshop with."""

    deck: Deck
    journeys: tuple[Journey, ...]

    def journey(self, problem: str) -> Journey | None:
        """The problem statement called `problem`, or None."""
        return next((each for each in self.journeys if each.id == problem), None)


def load_content(cards_path: Path, journeys_folder: Path) -> Content:
    """The deck and the journeys. Raises ContentError with the mistakes of all their files."""
    mistakes: list[ContentMistake] = []
    deck = _gathering(mistakes, load_deck, cards_path)
    journeys = _gathering(mistakes, load_journeys, journeys_folder)
    if deck is None or journeys is None:
        raise ContentError(mistakes)
    return Content(deck, journeys)


def load_deck(path: Path) -> Deck:
    """The deck in the file at `path`. Raises ContentError."""
    return check_deck(_read(path), path.name)


def load_journeys(folder: Path) -> tuple[Journey, ...]:
    """The journeys in `folder`, the report's four first. Raises ContentError for all at once."""
    paths = sorted(folder.glob("*.json"), key=_order)
    if not paths:
        refuse(folder.name, "the folder", "expected at least one journey, a file named .json")
    mistakes: list[ContentMistake] = []
    found = [_gathering(mistakes, _load_shipped, path) for path in paths]
    if mistakes:
        raise ContentError(mistakes)
    return tuple(journey for journey in found if journey is not None)


def load_file(path: Path) -> Deck | Journey:
    """The deck or the journey in the file at `path`, whichever it is. Raises ContentError."""
    document = _read(path)
    if isinstance(document, dict) and "cards" in document:
        return check_deck(document, path.name)
    return check_journey(document, path.name)


def check_deck(document: object, name: str) -> Deck:
    """`document` as a deck. Raises ContentError with every mistake, under the file `name`."""
    findings = [
        *repeated(document, "families", "*", "name"),
        *repeated(document, "cards", "*", "id"),
        *repeated(document, "cards", "*", "title"),
    ]
    for way, insight in texts_at(document, "cards", "*", "insight"):
        if (words := len(insight.split())) > MOST_WORDS:
            findings.append((way, f"expected at most {MOST_WORDS} words, found {words}"))
    families = [name for _, name in texts_at(document, "families", "*", "name")]
    listed = ", ".join(shown(name) for name in families)
    for way, family in texts_at(document, "cards", "*", "family"):
        if families and family not in families:  # a list that is missing is one mistake, not 72
            findings.append((way, f"expected one of the families {listed}, found {shown(family)}"))
    return _checked(Deck, document, name, findings)


def check_journey(document: object, name: str) -> Journey:
    """`document` as a journey. Raises ContentError with every mistake, under the file `name`."""
    return _checked(Journey, document, name, _doubles(document))


def _load_shipped(path: Path) -> Journey:
    """A journey of the journeys folder, which keeps two more rules than one that is posted."""
    document = _read(path)
    findings = _doubles(document)
    for way, journey in texts_at(document, "id"):
        if journey != path.stem:
            findings.append((way, f"expected {shown(path.stem)}, the name of the file"))
    for way, barriers in values_at(document, "stages", "*", "barriers"):
        if isinstance(barriers, list) and len(barriers) > MOST_BARRIERS:
            findings.append((way, f"expected 1 to {MOST_BARRIERS} barriers, found {len(barriers)}"))
    return _checked(Journey, document, path.name, findings)


def _doubles(document: object) -> list[Finding]:
    return [
        *repeated(document, "stages", "*", "title"),
        *repeated(document, "stages", "*", "barriers", "*", "id"),
    ]


def _checked(kind: type[Kind], document: object, name: str, findings: list[Finding]) -> Kind:
    findings = [*findings, *unfit_text(document, name)]  # first, for it refuses what is too large
    try:
        material = kind.model_validate(document)
    except ValidationError as error:
        raise told(name, document, [*misshapen(error), *findings]) from None
    if findings:
        raise told(name, document, findings)
    return material


def _gathering(
    mistakes: list[ContentMistake], load: Callable[[Path], Loaded], path: Path
) -> Loaded | None:
    """What `load` finds at `path`, or None with its mistakes added to `mistakes`."""
    try:
        return load(path)
    except ContentError as error:
        mistakes += error.mistakes
        return None


def _read(path: Path) -> object:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_FILE + 1)  # one byte is enough to see that it is too large
    except OSError as error:
        refuse(path.name, "the file", f"cannot be read: {error.strerror}")
    return read_document(raw, path.name)


def _order(path: Path) -> tuple[int, str]:
    known = path.stem in REPORT_ORDER
    return (REPORT_ORDER.index(path.stem) if known else len(REPORT_ORDER)), path.name
