"""CSV: the columns' names in the first row, then the rows; no title, no note.

UTF-8 with a byte order mark, so that Excel reads accents; every field in quotes, lines
ended by CR LF. Text that a spreadsheet would run as a formula always has one apostrophe
before it; a number never has.
"""

import csv
import io

from app.cells import FORMULA_STARTS
from app.exports.table import Cell, Table, as_text


def write_csv(table: Table) -> bytes:
    """The table as the bytes of a CSV file."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([column.name for column in table.columns])
    writer.writerows([_field(cell) for cell in row] for row in table.rows)
    return written.getvalue().encode("utf-8-sig")


def _field(cell: Cell) -> str:
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
        return "'" + cell
    return as_text(cell)
