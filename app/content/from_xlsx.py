"""From XLSX: the sheets of a workbook as rows of text, as a person sees them.

Leaves out what the rows mean (`from_rows.py`) and the archive they come in (`unpacking.py`).
Always: nothing is calculated, followed or loaded: a formula is a mistake with its cell.
"""

import io
import re
import warnings
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from defusedxml.ElementTree import iterparse
from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils import range_boundaries
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

from app.content.mistakes import ContentError, refuse
from app.content.tables import Grid
from app.content.unpacking import BROKEN, look_inside

ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
MOST_SHEETS = 50
LAST_ROW = 1_048_576
"""Of any worksheet."""

MOST_FILLED = 1_000
"""Rows with something in them, on one sheet; that there are more is told."""

LAST_COLUMN = 250
FORMULA = "this is a formula; copy the cell and paste it as a value"
ERROR = "Excel shows an error here"
_DECIMALS = re.compile(r"0(?:\.(0+))?(%?)")
# It stops at the next tag, so that it passes over what is never closed but once.
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^<>]*?\bref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class _Reader(ExcelReader):
    """openpyxl's reader, with text decoded as the standard says (ECMA-376 part 1, 22.9.2.19)."""

    def read_strings(self) -> None:
        part: Any = self.package.find(SHARED_STRINGS)  # type: ignore[no-untyped-call]
        if part is None:
            return
        with self.archive.open(part.PartName[1:]) as source:
            for _, node in iterparse(source):
                if node.tag == f"{{{SHEET_MAIN_NS}}}si":
                    self.shared_strings.append(_decoded(Text.from_tree(node) or Text()))
                    node.clear()


def read_xlsx(raw: bytes, name: str) -> list[Grid]:
    """The visible sheets in `raw`. Raises ContentError, naming file `name`, if it has none."""
    if not raw.startswith(b"PK"):
        if ENCRYPTED in raw:
            refuse(name, "the file", "is protected by a password; save it without one")
        refuse(name, "the file", "is of Excel before 2007 (.xls); save it as a workbook (.xlsx)")
    look_inside(raw, name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of styles and rules that it leaves out
            return _sheets(raw, name)
    except (ContentError, MemoryError):
        raise
    except Exception:  # whatever the library makes of a workbook that is none
        refuse(name, "the file", BROKEN)


def _sheets(raw: bytes, name: str) -> list[Grid]:
    reader = _Reader(io.BytesIO(raw), read_only=True, data_only=False, keep_links=False)
    reader.read()
    sheets = reader.wb.worksheets
    seen = [sheet for sheet in sheets if sheet.sheet_state == "visible"]
    if not seen:
        refuse(name, "the file", "all its sheets are hidden; show the one with the table")
    return [_grid(sheet, name) for sheet in seen[:MOST_SHEETS]]


def _grid(sheet: Any, name: str) -> Grid:
    sheet.reset_dimensions()  # what the file says of its size may be wrong
    rows: list[tuple[int, list[str]]] = []
    faults: dict[tuple[int, int], str] = {}
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if number > LAST_ROW:
            refuse(name, _title(sheet), "has more rows than a worksheet can have")
        row = []
        for position, cell in enumerate(cells[:LAST_COLUMN]):
            text, fault = ("", None) if cell.value is None else _seen(cell)
            row.append(text)
            if fault:
                faults[number, position] = fault
        if any(row) or any((number, position) in faults for position in range(len(row))):
            rows.append((number, row))
        if len(rows) > MOST_FILLED:
            break
    _fill_merged(sheet, dict(rows))
    return Grid(_title(sheet), rows, faults, len(rows) <= MOST_FILLED)


def _title(sheet: Any) -> str:
    """The sheet's name as it may stand in a message; Excel itself allows 31 characters."""
    return "".join(c if c.isprintable() else "?" for c in sheet.title[:31])


def _fill_merged(sheet: Any, rows: dict[int, list[str]]) -> None:
    """What stands in cells merged into one is the text of each of them, where the row is used."""
    filled: set[tuple[int, int]] = set()
    for first_column, first, last_column, last in _merged(sheet):
        text = rows[first][first_column - 1 :][:1] if first in rows else []
        if not text or not text[0] or first_column != last_column:
            continue  # across columns it is a title
        for number in range(first + 1, min(last, first + MOST_FILLED) + 1):
            if (number, first_column) in filled:
                break  # no cell is merged twice, unless somebody means to keep us busy
            filled.add((number, first_column))
            row = rows.get(number, [])
            if first_column <= len(row):
                row[first_column - 1] = text[0]


def _merged(sheet: Any) -> Iterator[tuple[int, int, int, int]]:
    """The ranges of cells that are merged: columns and rows, first and last."""
    with sheet._get_source() as source:  # what reads row by row does not say
        for found in _MERGED.finditer(source.read()):
            left, top, right, bottom = range_boundaries(found[1].decode())
            yield left or 1, top or 1, right or 1, bottom or 1


def _seen(cell: Any) -> tuple[str, str | None]:
    """What a person sees in a cell that is not empty, and what is wrong with it."""
    if cell.data_type == "f":
        return "", FORMULA
    if cell.data_type == "e":
        return "", ERROR
    value = cell.value
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n").strip(), None
    if isinstance(value, bool):
        return ("TRUE" if value else "FALSE"), None
    if isinstance(value, int | float):
        return _number(value, cell.number_format), None
    return _moment(value, cell.number_format), None


def _number(value: int | float, style: str) -> str:
    """2009 and not 2009.0; with the decimals and the percent sign that the cell shows."""
    found = _DECIMALS.fullmatch(style or "")
    if found:
        decimals, percent = len(found[1] or ""), found[2]
        return f"{value * 100 if percent else value:.{decimals}f}{percent}"
    return f"{value:.11g}" if isinstance(value, float) else str(value)


def _moment(value: object, style: str) -> str:
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    if isinstance(value, date) and re.fullmatch(r"y+", style, re.IGNORECASE):
        return str(value.year)
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    if isinstance(value, date | time | timedelta):
        return str(value)
    return ""


def _decoded(text: Text) -> str:
    """The runs of a string one after the other, each with its escapes taken back."""
    runs = [text.plain or "", *(run.text or "" for run in text.formatted)]
    return "".join(_ESCAPED.sub(lambda found: chr(int(found[1], 16)), run) for run in runs)
