"""The deck: cards by family, with the warning that goes with them, and what a face can hold.

Leaves out the shape of a single card, which the game plays with (`app/game/material.py`),
and checking across cards (`checking.py`). Always: the lists of known tags stand here once.
"""

import re
from collections.abc import Mapping

from pydantic import Field

from app.game.material import Card, Caveat, Line, Material, Text

MOST_WORDS = 40
"""In an insight and in a question, as they are said aloud (`app/game/aloud.py`): 15 seconds."""

LONGEST_FACE = 440
"""Characters of insight and question together: what the front of a printed card has room for
beside the longest title and the strip of a contested finding (`app/views/prints.py`)."""

LONGEST_TITLE = 60
"""Characters: what fits on two lines of a card printed eight to a page."""

EAST = ("Easy", "Attractive", "Social", "Timely")

MINDSPACE = (
    "Messenger",
    "Incentives",
    "Norms",
    "Defaults",
    "Salience",
    "Priming",
    "Affect",
    "Commitments",
    "Ego",
)

TAGS: Mapping[str, tuple[str, ...]] = {"east": EAST, "mindspace": MINDSPACE}
"""Fields of a card that take words of a short list."""

DOI = r"10\.[0-9]{4,9}/[-A-Za-z0-9._;()/:<>\[\]#+&%~*!$=@,]*[A-Za-z0-9)\]>]"
"""A DOI: of the signs that occur in DOIs, and not with the full stop or comma after it."""

_BEFORE_DOI = re.compile(
    r"^(?:(?:https?://)?(?:(?:dx|www)\.)?doi\.org/|doi\b[:\s]*)+(?=10\.)", re.IGNORECASE
)
"""What people write before a DOI, and what stands for the same."""

# How many techniques each of the sixteen groups of the BCT Taxonomy (v1) has: 93 in all.
_TECHNIQUES = (9, 7, 3, 4, 6, 3, 8, 7, 3, 11, 4, 6, 5, 10, 4, 3)
TECHNIQUE = r"([0-9]{1,2})\.([0-9]{1,2}) [^;,\n]+"
"""A technique by number and name; how many there are in its group is looked at besides."""


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


def plain_doi(text: str) -> str:
    """A DOI without what people write before it."""
    return _BEFORE_DOI.sub("", text.strip())


def is_doi(text: str) -> bool:
    """Whether `text` is a DOI and nothing else."""
    return re.fullmatch(DOI, text) is not None


def is_technique(text: str) -> bool:
    """Whether `text` is a technique of the BCT Taxonomy by number and name, `7.1 Prompts/cues`.

    That there is one of this number is looked at, and that a name follows, not which.
    """
    found = re.fullmatch(TECHNIQUE, text)
    if not found:
        return False
    group, number = int(found[1]), int(found[2])
    return 1 <= group <= len(_TECHNIQUES) and 1 <= number <= _TECHNIQUES[group - 1]
