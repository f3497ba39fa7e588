"""What a person typed, made safe to keep: one normaliser for every way in.

It leaves out escaping for a page or a spreadsheet: that belongs to where the
text goes. What always holds: text that passed here once passes again unchanged.
"""

import unicodedata
from typing import Annotated

from pydantic import BeforeValidator, StringConstraints

# Overrides and isolates can make a name read as another name (Unicode TR 36, 3.2).
BIDI_CONTROLS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)


BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and symbols that show nothing: Hangul fillers and the blank of Braille."""


def clean(text: object) -> object:
    """`text` in NFC with Unix line ends and no control characters but newline and tab.

    Lone surrogates and non-characters go too: they cannot be stored or shown. What is not
    a string comes back as it was, for validation to refuse by its type.
    """
    return _without(text, frozenset())


def clean_line(text: object) -> object:
    """As `clean`, on one line, without marks that reorder what a reader sees: for names."""
    text = _without(text, BIDI_CONTROLS)
    return " ".join(text.split()) if isinstance(text, str) else text


def _without(text: object, marks: frozenset[str]) -> object:
    if not isinstance(text, str):
        return text
    if text.isascii() and text.isprintable():
        return text if text.strip() else ""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    # Whatever goes, goes before letters and accents are joined, or they would meet later.
    kept = "".join(c for c in text if c in "\n\t" or not (c in marks or _unwanted(c)))
    # Nothing but joiners and blanks is no text: left empty, it is refused as such.
    return unicodedata.normalize("NFC", kept) if visible(kept) else ""


def _unwanted(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs") or ord(character) & 0xFFFE == 0xFFFE


def visible(text: str) -> bool:
    """Whether anything in `text` shows: blanks, joiners and fillers alone are no text."""
    return any(map(_shows, text))


def _shows(character: str) -> bool:
    return unicodedata.category(character)[0] not in "CZM" and character not in BLANKS


Words = Annotated[
    str,
    StringConstraints(min_length=1, max_length=2000),
    BeforeValidator(clean),
]
"""What somebody wrote, spaces at its ends included: 1 to 2,000 characters, and not all blank."""

Name = Annotated[str, StringConstraints(min_length=1, max_length=80), BeforeValidator(clean_line)]
"""A person's name: one line, 1 to 80 characters."""

Title = Annotated[str, StringConstraints(min_length=1, max_length=120), BeforeValidator(clean_line)]
"""An organisation, a role, a workshop's title: one line, 1 to 120 characters."""

Id = Annotated[str, StringConstraints(min_length=1, max_length=80)]
"""A short name the server made: `p7`, `i42`, `g1`, or the slug of a card or barrier."""
