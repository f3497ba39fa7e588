"""From JSON: the bytes of a file as a document, its shape not yet checked.

Leaves out what a document has to hold (`checking.py`). Always: a fault in the JSON itself is
told with its line and column, in words for somebody who does not write JSON every day.
"""

import json
from collections import Counter
from typing import NoReturn

from app.content.mistakes import DEEPEST, LARGEST_FILE, TOP, Doubled, refuse

# How Python's reader words a fault in JSON, and how a person would.
SYNTAX = {
    "Expecting property name": "expected a field name in double quotes (a comma too many before?)",
    "Expecting ',' delimiter": "expected a comma or a closing bracket "
    '(a quotation mark inside text is written \\")',
    "Expecting ':' delimiter": "expected a colon after the field name",
    "Expecting value": "expected a value: text in double quotes, a number, null, [ or {",
    "Illegal trailing comma": "a comma too many, before a closing bracket",
    "Invalid control character": "a line break or tab inside quoted text (write \\n or \\t)",
    "Invalid \\": "a backslash that stands alone (write it twice)",
    "Unterminated string": "the text that begins here has no closing quotation mark",
    "Extra data": "expected the end of the file, found more after it",
}


def read_document(raw: bytes, name: str) -> object:
    """The JSON in `raw`, its shape not yet checked. Raises ContentError, naming file `name`."""
    if len(raw) > LARGEST_FILE:
        refuse(name, "the file", f"expected at most {LARGEST_FILE:,} bytes, found more")
    try:
        text = raw.decode("utf-8-sig")  # some editors put a mark at the start
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        refuse(name, f"line {line}", "expected UTF-8 text; save the file in that encoding")
    try:
        document: object = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        words = next((words for start, words in SYNTAX.items() if error.msg.startswith(start)), "")
        place = f"line {error.lineno}, column {error.colno}"
        refuse(name, place, f"not JSON: {words or error.msg}")
    except RecursionError:
        refuse(name, TOP, f"expected at most {DEEPEST} levels of brackets, found far more")
    except ValueError as error:  # NaN, or a number too long to be one
        refuse(name, TOP, f"not JSON: {error}")
    return document


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    plain = dict(pairs)
    if len(plain) == len(pairs):
        return plain
    doubled = Doubled(plain)
    counts = Counter(name for name, _ in pairs)
    doubled.twice = [name for name, count in counts.items() if count > 1]
    return doubled


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")
