"""The sign of each family of cards: a shape and a tint beside its name.

The families of the deck that comes with the program have shapes that were drawn for them.
Any other family gets an outline with its first letter in it and one of the same tints, both
drawn from its name alone: so it looks the same in a hand, on the deck page and on paper,
whatever deck it stands in. It leaves out colours, which stand in `static/app.css`. What
always holds: every name has a sign, and the name stands beside it.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class FamilySign:
    """How a family is told apart without its name: `path` on a 24 by 24 field."""

    tint: str
    path: str
    letter: str = ""
    """What stands in an outline; a shape of its own needs none and is filled."""


SHIPPED = {
    "Attention & salience": FamilySign(
        "attention",
        "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zm0 4.500a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9z",
    ),
    "Simplification & friction": FamilySign(
        "simplification", "M2 5h20v3H2zM5.500 10.500h13v3h-13zM9 16h6v3H9z"
    ),
    "Defaults & choice architecture": FamilySign(
        "defaults",
        "M3 3h18v18H3zM5.500 5.500v13h13v-13z"
        "M7.500 12l1.800-1.800 2 2 4-4.200 1.800 1.700-5.800 6z",
    ),
    "Social influence": FamilySign(
        "social",
        "M8 5a3.500 3.500 0 1 1 0 7 3.500 3.500 0 0 1 0-7zm8 0a3.500 3.500 0 1 1 0 7 "
        "3.500 3.500 0 0 1 0-7zM2 19c0-4 2.500-6 6-6 1.600 0 3 .4 4 1.300 1-.9 2.400-1.300 "
        "4-1.300 3.500 0 6 2 6 6z",
    ),
    "Messenger & trust": FamilySign("messenger", "M3 4h18v12h-9l-5 5v-5H3z"),
    "Motivation & incentives": FamilySign(
        "motivation",
        "M12 2.500l2.900 6.100 6.600.9-4.800 4.600 1.200 6.600-5.900-3.200-5.900 3.200 "
        "1.200-6.600L2.500 9.500l6.600-.9z",
    ),
    "Commitment & planning": FamilySign(
        "commitment", "M5 3h2.500v1.500h11L16 8.500l2.500 4h-11V21H5z"
    ),
    "Feedback & learning": FamilySign(
        "feedback",
        "M12 4a8 8 0 0 1 7.400 5H22l-4 5-4-5h2.500A5.300 5.300 0 0 0 6.700 12H4a8 8 0 0 1 8-8z"
        "M2 15l4-5 4 5H7.500a5.300 5.300 0 0 0 9.800-3H20a8 8 0 0 1-15.400 3z",
    ),
    "Framing & loss": FamilySign(
        "framing",
        "M3 3h7v3H6v4H3zM14 3h7v7h-3V6h-4zM3 14h3v4h4v3H3zM18 14h3v7h-7v-3h4z",
    ),
    "Timing & habit": FamilySign(
        "timing",
        "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zm0 2.500a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 "
        "0-13zM11 7.500h2.200v4.200l3 1.800-1.100 1.900-4.100-2.500z",
    ),
    "Identity & belonging": FamilySign(
        "identity", "M12 2.500l10 9h-3V21h-4.500v-6h-5v6H5v-9.500H2z"
    ),
    "Information & cognition": FamilySign(
        "information",
        "M3 4.500h7.500c.8 0 1.500.5 1.500 1.500 0-1 .7-1.500 1.500-1.500H21v14"
        "h-8l-1 1.500-1-1.500H3z"
        "M5.500 7v9H11V7.500zM13 7.500V16h5.500V7z",
    ),
}
"""The families of the deck that comes with the program."""

OUTLINES = (
    "M12 1.500a10.500 10.500 0 1 1 0 21 10.500 10.500 0 0 1 0-21z",  # a circle
    "M2 2h20v20H2z",  # a square
    "M12 .8L23.200 12 12 23.200.8 12z",  # a square on its corner
    "M6.500 2h11L23 12l-5.500 10h-11L1 12z",  # six sides
    "M2.500 2h19v11c0 5-4 8-9.500 9.800C6.500 21 2.500 18 2.500 13z",  # a shield
    "M8 1.500h8L22.500 8v8L16 22.500H8L1.500 16V8z",  # eight sides
    "M1.500 6h21v12h-21z",  # a plate
    "M12 1.500l10.800 8.200L18.600 22.500H5.400L1.200 9.700z",  # five sides
)
"""What families of other decks are drawn in."""

TINTS = tuple(sign.tint for sign in SHIPPED.values())


@lru_cache(maxsize=1024)
def family_sign(name: str) -> FamilySign:
    """The sign of the family called `name`: its own, or one drawn from the name."""
    if name in SHIPPED:
        return SHIPPED[name]
    drawn = hashlib.sha256(name.encode("utf-8", "replace")).digest()
    letter = next((each for each in name.upper() if each.isalnum()), "?")
    return FamilySign(TINTS[drawn[0] % len(TINTS)], OUTLINES[drawn[1] % len(OUTLINES)], letter[:1])
