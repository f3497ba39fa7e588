"""Mistakes in a written file: saying in plain words what is wrong where.

It knows nothing of cards and journeys (`checking.py` does) and changes no document.
What always holds: every mistake has a file, a place that a person can find in it, and
words that say what was expected.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, NoReturn

from pydantic import ValidationError

LARGEST_FILE = 1_000_000
"""In bytes. A deck of 72 cards takes about a sixth of it."""

DEEPEST = 12
"""Levels of brackets: twice what any shape needs."""

MOST_VALUES = 20_000
"""In one document, fields and list items together. A deck of 72 cards has about 2,500."""

MOST_TOLD = 500
"""Of the mistakes in one document. A file with more is not what it was taken for."""

TOP = "the top level"

QUOTED = re.compile("'([^']*)'")
"""A code, as pydantic lists those it expected."""

UNREAD = "\ufffd"
"""What stands in a text for a character that could not be read."""

_PARTICULAR = re.compile(r"“[^”]*”|\d+")
"""What differs in messages of one kind."""

Way = tuple[str | int, ...]
"""The way from the top of a document to one value: field names, and positions in lists."""

Finding = tuple[Way, str]
"""Where something is wrong in one document, and what."""


class ContentMistake(NamedTuple):
    """One thing to put right.

    `place` is for a person: a cell, a line, or in JSON `cards[3].study.doi`, where list items
    count from 0. `way` leads an editor to the same value in the document, where there is one.
    """

    file: str
    place: str
    message: str
    way: Way | None = None

    def __str__(self) -> str:
        return f"{self.file}: {self.place}: {self.message}"


class ContentError(Exception):
    """Every mistake found, one line each."""

    def __init__(self, mistakes: Iterable[ContentMistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


class Doubled(dict[str, object]):
    """An object in which a field was written twice, so that one of the two is lost."""

    twice: list[str]


class Wording(NamedTuple):
    """How a kind of file is spoken of.

    What places are called in it, what is said `instead` of JSON's words, and the `word` that
    stands in it for a code.
    """

    place: Callable[[Way], str]
    instead: Mapping[str, str]
    word: Callable[[str], str]


def refuse(file: str, place: str, message: str) -> NoReturn:
    """Raise a ContentError with this one mistake."""
    raise ContentError([ContentMistake(file, place, message)])


def told(file: str, document: object, findings: Iterable[Finding]) -> ContentError:
    """The error that says `findings`, each with the name of the item it lies in."""
    return ContentError(
        fewer(
            [
                ContentMistake(file, place(way), message + _inside(document, way), way)
                for way, message in findings
            ]
        )
    )


def fewer(mistakes: Sequence[ContentMistake]) -> list[ContentMistake]:
    """At most `MOST_TOLD` of the `mistakes` of one file, some of every kind, in their order."""
    if (more := len(mistakes) - MOST_TOLD) <= 0:
        return list(mistakes)
    kinds: dict[str, int] = {}
    turns: list[tuple[int, int]] = []
    for at, mistake in enumerate(mistakes):
        kind = _PARTICULAR.sub("", mistake.message)
        turns.append((kinds.setdefault(kind, 0), at))  # the first of each kind, then the second
        kinds[kind] += 1
    chosen = sorted(at for _, at in sorted(turns)[:MOST_TOLD])
    rest = ContentMistake(mistakes[0].file, "the rest", f"{more:,} more mistakes")
    return [*(mistakes[at] for at in chosen), rest]


def misshapen(error: ValidationError, wording: Wording) -> Iterator[Finding]:
    """What pydantic found, in plain words."""
    for detail in error.errors(include_url=False):
        found, limits = detail["input"], detail.get("ctx", {})
        # pydantic leaves items with mistakes of their own out of its count of a list.
        if detail["type"] == "too_short" and len(found) >= limits["min_length"]:
            continue
        if detail["type"] == "too_long":  # it counts where no item has a mistake: see `overlong`
            continue
        if detail["type"] == "enum":
            codes = QUOTED.sub(lambda code: wording.word(code[1]), limits["expected"])
            limits = {**limits, "expected": codes}
        plain = _plain(detail["type"], found, limits, detail["msg"])
        instead = wording.instead.get(detail["type"])
        yield detail["loc"], instead.format(**limits) if instead else plain


def repeated(document: object, wording: Wording, *steps: str) -> Iterator[Finding]:
    """Texts met before along `steps`, which ought to differ."""
    first: dict[str, Way] = {}
    for way, text in texts_at(document, *steps):
        before = first.setdefault(text.strip().casefold(), way)
        if before != way:
            yield (
                way,
                f"{shown(text)} is already at {wording.place(before)}; each must be different",
            )


def overlong(document: object, most: int, *steps: str) -> Iterator[Finding]:
    """Lists at the end of `steps` with more than `most` items, told at the first too many."""
    for way, items in values_at(document, *steps):
        if isinstance(items, list) and len(items) > most:
            what = f"expected at most {most} {steps[-1]}, found {len(items)}"
            yield (*way, most), f"{what}; those from here on are too many"


def texts_at(document: object, *steps: str) -> Iterator[tuple[Way, str]]:
    """The texts that `values_at` finds."""
    return ((way, value) for way, value in values_at(document, *steps) if isinstance(value, str))


def values_at(document: object, *steps: str) -> Iterator[tuple[Way, object]]:
    """Whatever is found along `steps`, where `*` is every item of a list; no matter what else."""
    found: list[tuple[Way, object]] = [((), document)]
    for step in steps:
        onward: list[tuple[Way, object]] = []
        for way, value in found:
            if step == "*" and isinstance(value, list):
                onward += [((*way, position), item) for position, item in enumerate(value)]
            elif isinstance(value, dict) and step in value:
                onward.append(((*way, step), value[step]))
        found = onward
    yield from found


def place(way: Way) -> str:
    """`way` as a person reads it: `cards[3].study.doi`."""
    written = ""
    for step in way:
        if isinstance(step, int):
            written += f"[{step}]"
        elif step.isidentifier() and step.isprintable():
            written += f".{step}" if written else step
        else:
            written += f"[{shown(step)}]"
    return written or TOP


JSON_WORDS = Wording(place, {}, str)
"""As in a JSON file."""


def shown(value: object) -> str:
    """`value` as it may stand in a message: short, and with nothing unseen in it."""
    match value:
        case str():
            short = value if len(value) <= 60 else value[:57] + "..."
            return f"“{''.join(c if c.isprintable() else ascii(c)[1:-1] for c in short)}”"
        case None | bool():
            return json.dumps(value)
        case int() | float():
            return "a number"
        case list():
            return "a list"
        case dict():
            return "an object"
    return "something else"


def unreadable(text: str) -> str:
    """What is wrong with `text`, in which there is an `UNREAD`."""
    at = text.index(UNREAD)
    near = shown(text[max(0, at - 20) : at + 20])
    return f"a character could not be read, where {near} shows {UNREAD}; type it again"


def _inside(document: object, way: Way) -> str:
    """The innermost card, stage or barrier on `way`, by name: easier to find than a number."""
    name, value = "", document
    for step in way:
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
            if isinstance(value, dict):
                called = value.get("id", value.get("title"))
                name = called if isinstance(called, str) else name
        else:
            break
    return f" (in {shown(name)})" if name else ""


def _plain(kind: str, found: object, limits: Mapping[str, object], otherwise: str) -> str:
    """What pydantic calls `kind`, as a person would say it."""
    match kind:
        case "missing":
            return "this field is missing"
        case "extra_forbidden":
            return "no field of this name belongs here; correct its spelling or take it out"
        case "string_type":
            return f"expected text in double quotes, found {shown(found)}"
        case "string_unicode":
            return "expected text, found half of a character"
        case "string_too_short":
            return "expected some text, found none"
        case "string_too_long":
            length = len(str(found).strip())
            return f"expected at most {limits['max_length']} characters, found {length}"
        case "string_pattern_mismatch":
            return f"expected lower-case words joined by hyphens, found {shown(found)}"
        case "enum":
            return f"expected {limits['expected']}, found {shown(found)}"
        case "int_type" | "int_parsing" | "int_from_float" | "int_parsing_size":
            return f"expected a whole number, found {shown(found)}"
        case "greater_than_equal":
            return f"expected {limits['ge']} or more, found {str(found)[:20]}"
        case "less_than_equal":
            return f"expected {limits['le']} or less, found {str(found)[:20]}"
        case "tuple_type":
            return f"expected a list, in square brackets, found {shown(found)}"
        case "too_short":
            return f"expected at least {limits['min_length']} in this list, found none"
        case "model_type":
            return f"expected an object, in curly brackets, found {shown(found)}"
    return otherwise
