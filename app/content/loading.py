"""Loading: the deck and the problem statements that are shipped, and a file named in a shell.

Leaves out what is a mistake (`checking.py`) and the formats of files (`reading.py`). What
always holds: what comes back from here has no mistake in it, and all files are looked at
before any mistake is told.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar

from app.content.checking import check_deck, examined, file_rules
from app.content.deck import Deck
from app.content.from_json import read_document
from app.content.mistakes import (
    JSON_WORDS,
    LARGEST_FILE,
    ContentError,
    ContentMistake,
    refuse,
    told,
)
from app.game.material import Journey

REPORT_ORDER = (
    "information-sharing",
    "cross-agency-communication",
    "within-agency-communication",
    "wider-organisations",
)
"""The problem statements as the report lists them (section 3.1); any others follow by name."""

MOST_BARRIERS = 4
"""At one stage of a shipped journey: what a group can weigh up in the time it has."""

Loaded = TypeVar("Loaded")


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
    """The deck or the journey in the file at `path`: JSON, CSV or XLSX. Raises ContentError.

    It is read in a process of its own, within the limits that uploads have.
    """
    from app.content.starting import read_and_wait  # which that process itself does not need

    reading = read_and_wait(_bytes(path), path.name, None)
    if reading.material is None:
        raise ContentError(reading.mistakes)
    return reading.material


def _load_shipped(path: Path) -> Journey:
    """A journey of the journeys folder, which keeps two more rules than one that is posted."""
    document = _read(path)
    journey, _, findings = examined(document, path.name, "journey", JSON_WORDS)
    findings += file_rules(document, path.stem, MOST_BARRIERS)
    if findings:
        raise told(path.name, document, findings)
    assert isinstance(journey, Journey)
    return journey


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
    return read_document(_bytes(path), path.name)


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)  # one byte is enough to see that it is too large
    except OSError as error:
        refuse(path.name, "the file", f"cannot be read: {error.strerror}")


def _order(path: Path) -> tuple[int, str]:
    known = path.stem in REPORT_ORDER
    return (REPORT_ORDER.index(path.stem) if known else len(REPORT_ORDER)), path.name
