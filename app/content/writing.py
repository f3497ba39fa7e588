"""Writing: a document as a file to take away, in any format it can be read from.

Leaves out which columns there are (`columns.py`). Always: what is written here and read
again by `reading.py` is the same document, and no text in it ever becomes a formula.
"""

import csv
import io
import json
from collections.abc import Sequence
from typing import Literal

import xlsxwriter

from app.cells import LONGEST_CELL, put_text
from app.content.checking import Sort
from app.content.columns import COLUMNS, KIND, Column, Key, heading_of
from app.content.examples import examples
from app.content.from_csv import guarded
from app.content.rows_deck import rows_of_deck
from app.content.rows_journey import rows_of_journey

Format = Literal["json", "csv", "xlsx"]

SHEETS: dict[Sort, str] = {"journey": "Problem", "deck": "Cards"}
_FONT = {"font_name": "Arial", "font_size": 12, "text_wrap": True, "valign": "top"}

Row = dict[Key, str]


def write_file(document: object, sort: Sort, format: Format) -> bytes:
    """`document`, a `sort`, as a file, with whatever mistakes there are in it.

    In a spreadsheet only what has a column is written; of a document without mistakes that
    is all of it.
    """
    if format == "json":
        return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode(
            "utf-8", "replace"
        )
    rows = list(rows_of_journey(document) if sort == "journey" else rows_of_deck(document))
    keys = [key for key in _keys(rows, sort) if key[0] != KIND]
    return _write(rows, keys, sort, format)


def template(sort: Sort, format: Literal["csv", "xlsx"]) -> bytes:
    """A spreadsheet to fill in: what belongs in each column, and examples that are not read."""
    notes: Row = {(column.field, 1): column.note for column in COLUMNS[sort]}
    notes[KIND, 1] = "note"
    rows = [notes, *({(KIND, 1): "example", **row} for row in examples(sort))]
    return _write(rows, _keys(rows, sort), sort, format)


def _keys(rows: Sequence[Row], sort: Sort) -> list[Key]:
    """The columns that `rows` need, in order; those with numbers stand beside one another."""
    used = {key for row in rows for key, text in row.items() if text}
    keys: list[Key] = []
    waiting: list[Column] = []
    for column in [*COLUMNS[sort], None]:
        if column and column.numbered:
            waiting.append(column)
            continue
        numbers = sorted({1} | {n for field, n in used for c in waiting if c.field == field})
        keys += [(each.field, number) for number in numbers for each in waiting]
        waiting = []
        if column:
            keys.append((column.field, 1))
    return keys


def _write(rows: Sequence[Row], keys: Sequence[Key], sort: Sort, format: str) -> bytes:
    headings = [heading_of(key, sort) for key in keys]
    cells = [[row.get(key, "").strip() for key in keys] for row in rows]
    if format == "csv":
        return _csv([headings, *cells])
    return _xlsx(headings, cells, keys, sort)


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    """In UTF-8 with a mark, every field in quotes, as Excel reads it best."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return written.getvalue().encode("utf-8-sig", "replace")


def _xlsx(
    headings: Sequence[str], rows: Sequence[Sequence[str]], keys: Sequence[Key], sort: Sort
) -> bytes:
    written = io.BytesIO()
    workbook = xlsxwriter.Workbook(written, {"in_memory": True})
    sheet = workbook.add_worksheet(SHEETS[sort])
    plain = workbook.add_format(_FONT)
    bold = workbook.add_format({**_FONT, "bold": True})
    # The prefix keeps text text when somebody edits the cell: =1+1 would start to count.
    text = workbook.add_format({**_FONT, "quote_prefix": True})
    aside = workbook.add_format({**_FONT, "quote_prefix": True, "italic": True})
    widths = {column.field: column.width for column in COLUMNS[sort]}
    for at, (key, heading) in enumerate(zip(keys, headings, strict=True)):
        sheet.set_column(at, at, widths[key[0]], plain)
        put_text(sheet, 0, at, heading, bold, plain)
    for down, row in enumerate(rows, start=1):
        style = aside if keys[0][0] == KIND and row[0] else text
        for at, cell in enumerate(row):
            put_text(sheet, down, at, _fitting(cell), style, plain)
    sheet.freeze_panes(1, 0)
    workbook.close()
    return written.getvalue()


def _fitting(text: str) -> str:
    """What a workbook's cell can hold of `text`; what has no mistake is far shorter."""
    return text.encode("utf-8", "replace").decode()[: LONGEST_CELL // 2]
