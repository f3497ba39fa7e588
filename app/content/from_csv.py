"""From CSV: rows of text, as Excel, LibreOffice or a person writes them.

Leaves out what the rows mean (`from_rows.py`). Always: the encoding and the separator are found
out and never asked for, and what was typed behind an apostrophe comes back without it.
"""

import csv
import io
import re
from collections.abc import Sequence

from app.cells import FORMULA_STARTS
from app.content.mistakes import LARGEST_FILE, UNREAD, refuse
from app.content.tables import Grid, find_table

SEPARATORS = ",;\t"
LONGEST = 2_000
"""Characters in a cell, from which on it is worth asking whether a quotation mark was forgotten."""

MARKS = (b"\xff\xfe", b"\xfe\xff")
"""Byte order marks of UTF-16, which Excel writes as “Unicode text”."""

# Other apostrophes before it are kept in pairs with what was there: see `guarded`.
_GUARDED = re.compile(f"^'+[{re.escape(''.join(FORMULA_STARTS))}]")
_AT_RISK = re.compile(f"^'*[{re.escape(''.join(FORMULA_STARTS))}]")


def guarded(text: str) -> str:
    """`text` with one apostrophe before it where a spreadsheet would run it as a formula.

    Text that begins with an apostrophe and would be read back without it gets one as well.
    """
    return "'" + text if _AT_RISK.match(text) else text


def unguarded(text: str) -> str:
    """What `guarded` was given."""
    return text[1:] if _GUARDED.match(text) else text


def read_csv(raw: bytes, name: str) -> Grid:
    """The rows in `raw`. Raises ContentError, naming file `name`, where they are no rows."""
    text = _decoded(raw)
    skipped = 0
    said = re.match(r'"?sep=(.)"?(?:\r\n?|\n)', text, re.IGNORECASE)  # a line for Excel alone
    if said:
        text, skipped = text[said.end() :], 1
    separators = said[1] if said and said[1] in SEPARATORS else SEPARATORS
    return max((_rows(text, each, skipped, name) for each in separators), key=_headings)


def _headings(grid: Grid) -> int:
    """How many headings are recognised: with the wrong separator, hardly one."""
    return max(find_table(grid, "journey")[0], find_table(grid, "deck")[0])


def _decoded(raw: bytes) -> str:
    """`raw` as text: what is no Unicode, with a mark or without, is Windows-1252.

    What is no character of that either becomes `UNREAD`, which is a mistake of its cell.
    """
    if raw.startswith(MARKS):
        return raw.decode("utf-16", "replace")
    unicode = raw.decode("utf-8-sig", "replace")
    unread = unicode.count(UNREAD)
    if unread and unread >= sum(not c.isascii() for c in unicode) - unread:
        return raw.removeprefix(b"\xef\xbb\xbf").decode("cp1252", "replace")
    return unicode


def _rows(text: str, separator: str, skipped: int, name: str) -> Grid:
    """The rows of `text`, each under the number of the line it begins in."""
    csv.field_size_limit(LARGEST_FILE)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows: list[tuple[int, Sequence[str]]] = []
    while True:
        line = reader.line_num + 1 + skipped
        try:
            row = next(reader, None)
        except csv.Error:
            refuse(name, f"line {line}", "cannot be read as a row of a table")
        if row is None:
            return Grid(None, rows, {})
        if any(len(cell) > LONGEST for cell in row) and _unclosed(text, separator):
            refuse(name, f"line {line}", "a quotation mark that opens here is never closed")
        cells = [unguarded(_lines(cell).strip()) for cell in row]
        if any(cells):
            rows.append((line, cells))


def _lines(cell: str) -> str:
    return cell.replace("\r\n", "\n").replace("\r", "\n")


def _unclosed(text: str, separator: str) -> bool:
    """Whether the file ends within quotation marks, so that the rest of it became one cell."""
    try:
        for _ in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True):
            pass
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False
