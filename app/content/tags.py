"""Tags: codes as people write them in a cell, and as the program keeps them.

Leaves out which tags a field takes (`app/game/material.py`, `deck.py`). Always: a word that is
no known tag is kept as it was written, so that the checks can name it.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from enum import StrEnum

from app.content.deck import EAST, MINDSPACE
from app.game.fitting import TABLE
from app.game.material import ComB, Level, Opm, Replication

MOST_PARTS = 3
"""Of a tag that has a comma in it: `Motivation, reflective` has two."""


def _codes(kind: type[StrEnum]) -> dict[frozenset[str], str]:
    return {_words(each.value): each.value for each in kind}


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W_]+", text.casefold()))


Known = Mapping[frozenset[str], str]

KNOWN: Mapping[str, Known] = {
    "com_b": _codes(ComB),
    "levels": {
        **_codes(Level),
        frozenset({"midlevel"}): Level.MID_LEVEL.value,
        frozenset({"middle"}): Level.MID_LEVEL.value,
        frozenset({"strategic", "leaders"}): Level.STRATEGIC.value,
        frozenset({"wider", "organisations"}): Level.WIDER.value,
        frozenset({"front", "line"}): Level.FRONTLINE.value,
    },
    "opm": _codes(Opm),
    "replication": {**_codes(Replication), frozenset({"fair"}): Replication.MODERATE.value},
    "east": {_words(word): word for word in EAST},
    "mindspace": {
        **{_words(word): word for word in MINDSPACE},
        frozenset({"messengers"}): "Messenger",
        frozenset({"incentive"}): "Incentives",
        frozenset({"norm"}): "Norms",
        frozenset({"default"}): "Defaults",
        frozenset({"commitment"}): "Commitments",
    },
    "bct": {},
}
"""The tags of each field by the words they are made of, in whatever order."""


WORDS: Mapping[str, str] = {
    **{code: code[:1].upper() + code[1:] for known in KNOWN.values() for code in known.values()},
    **{component.of.value: component.name for component in TABLE},
}
"""What each code is called, in a spreadsheet as on a page."""


def read_tags(text: str, field: str) -> list[str]:
    """The tags in a cell, separated by semicolons, line breaks or commas."""
    found: list[str] = []
    for part in re.split(r"[;\n]", text):
        found += _parted([piece.strip() for piece in part.split(",")], KNOWN[field])
    return found


def read_tag(text: str, field: str) -> str:
    """The tag in a cell that takes one."""
    return KNOWN[field].get(_words(text), text)


def write_tags(tags: Iterable[str], field: str) -> str:
    """As `read_tags` reads them again."""
    return "; ".join(write_tag(tag, field) for tag in tags)


def write_tag(tag: str, field: str) -> str:
    """A code in words: `Reflective motivation` for `motivation-reflective`."""
    return WORDS[tag] if tag in KNOWN[field].values() else tag


def slug(text: str, taken: set[str], otherwise: str) -> str:
    """A short name made from the first words of `text`, other than those `taken`."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    # Accents and apostrophes go without a gap: naïve, can't.
    letters = re.sub(r"[\u0300-\u036f'’]", "", letters)
    plain = "-".join(re.findall(r"[a-z0-9]+", letters)[:6])[:48].strip("-") or otherwise
    name, number = plain, 1
    while name in taken:
        number += 1
        name = f"{plain}-{number}"
    taken.add(name)
    return name


def _parted(pieces: list[str], known: Known) -> list[str]:
    """Pieces between commas, joined again where two make one tag."""
    found: list[str] = []
    at = 0
    while at < len(pieces):
        for size in range(min(MOST_PARTS, len(pieces) - at), 0, -1):
            words = _words(" ".join(pieces[at : at + size]))
            if words in known:
                found.append(known[words])
                at += size
                break
        else:
            found += [pieces[at]] if pieces[at] else []
            at += 1
    return found
