"""Reading aloud: how long a text takes somebody who reads it to a table.

Somebody at the table reads a card out while others listen, so what counts is what is
said and not what is printed: “8%” is three words. It leaves out how long a card may be
(`app/content.py`). What always holds: the same text takes the same time.
"""

import re

WORDS_A_MINUTE = 160
"""Ours: slower than the 183 that adults reading English aloud average over 77 studies
(Brysbaert 2019, doi:10.1016/j.jml.2019.104047), because others have to follow."""

LONGEST_NUMBER = 15
"""Digits; of a longer one they are read out one by one."""

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_PART = re.compile(rf"{_NUMBER.pattern}|[^\W\d_]+(?:['’][^\W\d_]+)*|[%$£€&=+]")


def seconds_aloud(text: str) -> float:
    """How many seconds it takes to read `text` aloud."""
    return words_aloud(text) * 60 / WORDS_A_MINUTE


def words_aloud(text: str) -> int:
    """How many words are said: numbers in full, abbreviations letter by letter."""
    return sum(_said(part) for part in _PART.findall(text))


def _said(part: str) -> int:
    if part == "%":
        return 2  # per cent
    if _NUMBER.fullmatch(part):
        whole, _, decimals = part.replace(",", "").partition(".")
        if len(whole) > LONGEST_NUMBER:
            return len(part)
        return _number(int(whole)) + (1 + len(decimals) if decimals else 0)
    # NHS is three words to the tongue. Some, such as MASH, are said as one: they count for
    # more than they are, which does no harm.
    return len(part) if len(part) > 1 and part.isupper() else 1


def _number(number: int) -> int:
    """The words of a whole number in British English: 5,450 is six, with its “and”."""
    for unit in (1_000_000_000, 1_000_000, 1000):
        if number >= unit:
            rest = number % unit
            return _number(number // unit) + 1 + (_and(rest) + _number(rest) if rest else 0)
    if number >= 100:
        rest = number % 100
        return 2 + (1 + _number(rest) if rest else 0)
    return 1 if number <= 20 or number % 10 == 0 else 2


def _and(rest: int) -> int:
    return 1 if rest < 100 else 0
