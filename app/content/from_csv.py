"""From CSV: rows of text, as Excel, LibreOffice or a person writes them.

Leaves out what the rows mean (`from_rows.py`). Always: the encoding and the separator are found
out and never asked for, and what was typed behind an apostrophe comes back without it.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence

from app.cells import FORMULA_STARTS
from app.content.mistakes import LARGEST_FILE, UNREAD, refuse
from app.content.tables import FEWEST_HEADINGS, Grid, find_table

SEPARATORS = ",;\t"
END = "end"
"""A row of ours after the last one: where it is not read as a row, the file ends within a text."""

UNCLOSED = "a quotation mark that opens here is never closed"
SWALLOWED = (
    "a quotation mark that opens here is closed too late: what looks like further rows is part of "
    "this text"
)

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
    read = [(_rows(text, each, skipped, name), each) for each in separators]
    grid, separator = max(read, key=lambda pair: _headings(pair[0]))
    faults = dict.fromkeys(_swallowed(grid, separator), SWALLOWED) | dict(grid.faults)
    if faults and _headings(grid) < FEWEST_HEADINGS:  # as where it opens in a heading
        (line, _), words = min(faults.items())
        refuse(name, f"line {line}", words)
    return grid._replace(faults=faults)


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
    csv.field_size_limit(LARGEST_FILE + len(END) + 2)
    lines = list(io.StringIO(text + "\n" + END, newline=""))
    reader = csv.reader(lines, delimiter=separator)
    rows: list[tuple[int, Sequence[str]]] = []
    faults: dict[tuple[int, int], str] = {}
    while True:
        begun = reader.line_num
        line = begun + 1 + skipped
        try:
            row = next(reader)
        except csv.Error:
            refuse(name, f"line {line}", "cannot be read as a row of a table")
        last = reader.line_num == len(lines)
        if last and row == [END]:
            return Grid(None, rows, faults)
        if last:
            faults[line, len(row) - 1] = UNCLOSED
            row[-1] = row[-1].removesuffix("\n" + END)
        elif reader.line_num > begun + 1 and _torn(lines[begun : reader.line_num], separator):
            at = next((at for at, cell in enumerate(row) if "\n" in _lines(cell)), 0)
            faults[line, at] = SWALLOWED
        cells = [unguarded(_lines(cell).strip()) for cell in row]
        if any(cells):
            rows.append((line, cells))
        if last:
            return Grid(None, rows, faults)


def _torn(lines: Sequence[str], separator: str) -> bool:
    """Whether a quotation mark in a row of several lines closes in the middle of a text."""
    try:
        list(csv.reader(lines, delimiter=separator, strict=True))
    except csv.Error:
        return True
    return False


def _swallowed(grid: Grid, separator: str) -> Iterator[tuple[int, int]]:
    """Cells of several lines in which a line has as many separators as the headings."""
    best = max(find_table(grid, "journey"), find_table(grid, "deck"))
    if best[0]:
        between = len(grid.rows[best[1]][1]) - 1
        for number, row in grid.rows:
            for at, cell in enumerate(row):
                if any(line.count(separator) >= between for line in cell.split("\n")[1:]):
                    yield number, at


def _lines(cell: str) -> str:
    return cell.replace("\r\n", "\n").replace("\r", "\n")
