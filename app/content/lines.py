"""Lines: where in the text of a JSON file a value stands, for whoever has to put it right.

Leaves out reading JSON (`from_json.py`): what comes here has been read without a fault.
Always: a mistake in a field that is not there is on the line of what it is missing from.
"""

import json
import re
from collections.abc import Iterable, Mapping

from app.content.mistakes import ContentMistake, Way

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')


def with_lines(mistakes: Iterable[ContentMistake], raw: bytes) -> tuple[ContentMistake, ...]:
    """`mistakes`, each with its line in the JSON file `raw` before its place, if it has a way."""
    found = tuple(mistakes)
    if not any(mistake.way for mistake in found):
        return found
    lines = lines_of(raw.decode("utf-8-sig"))
    return tuple(
        mistake
        if not mistake.way
        else mistake._replace(place=f"line {_line(lines, mistake.way)}, {mistake.place}")
        for mistake in found
    )


def lines_of(text: str) -> dict[Way, int]:
    """The line on which each value of the JSON `text` begins, by its way."""
    lines: dict[Way, int] = {}
    line, seen = 1, 0
    way: list[str | int] = []
    """The way to the value that comes next; its last step counts on where a list is open."""
    open_brackets: list[str] = []
    named = False  # whether the name of the next value in an object has been read
    for token in _TOKEN.finditer(text):
        line, seen = line + text.count("\n", seen, token.start()), token.start()
        said = token[0]
        if said in "}]":
            open_brackets.pop()
            way.pop()
        elif said == ",":
            if open_brackets[-1] == "[":
                way[-1] = int(way[-1]) + 1
            else:
                named = False
        elif said == ":":
            named = True
        elif open_brackets and open_brackets[-1] == "{" and not named:
            way[-1] = json.loads(said)
        else:
            lines[tuple(way)] = line
            if said in "{[":
                open_brackets.append(said)
                way.append(0 if said == "[" else "")
                named = False
    return lines


def _line(lines: Mapping[Way, int], way: Way) -> int:
    """The line of what is at `way`, or of the nearest that holds it."""
    return next(lines[way[:n]] for n in range(len(way), -1, -1) if way[:n] in lines)
