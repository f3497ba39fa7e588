"""XLSX: a workbook of one sheet, laid out for people, findable for programs.

Row 1 is the title, row 2 the note, row 3 says where the table starts, and row 4
(`HEADER_ROW`) always holds the columns' names as they stand in the CSV file. The rest
follows government guidance on spreadsheets: a real table, no filters, no merged cells,
Arial 12, a document title. Text is always a string cell, so nothing is ever a formula.
"""

import io
import re
from datetime import UTC

import xlsxwriter

from app.exports.packed import repack
from app.exports.table import Table

HEADER_ROW = 4
LONGEST_CELL = 32_767  # in UTF-16 units, as Excel counts
ABOUT = f"This worksheet contains one table. It starts in row {HEADER_ROW}."

_FONT = {"font_name": "Arial", "font_size": 12}
_A4 = 9
# Excel reads _x0041_ inside a string as the letter A (ECMA-376 part 1, 22.9.2.19).
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def write_xlsx(table: Table) -> bytes:
    """The table as the bytes of a workbook. Raises ValueError for what a sheet cannot hold."""
    written = io.BytesIO()
    workbook = xlsxwriter.Workbook(
        written,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_format_properties": dict(_FONT),
        },
    )
    made_at = table.made_at.astimezone(UTC).replace(tzinfo=None)
    workbook.set_properties({"title": table.title, "created": made_at})
    _write_sheet(workbook, table)
    workbook.close()
    return repack(written.getvalue())


def _write_sheet(workbook: xlsxwriter.Workbook, table: Table) -> None:
    sheet = workbook.add_worksheet(table.name)
    plain = workbook.add_format(_FONT)
    title = workbook.add_format({**_FONT, "bold": True, "font_size": 16})
    header = workbook.add_format({**_FONT, "bold": True, "text_wrap": True, "valign": "top"})
    # The prefix keeps text text when somebody edits the cell: =1+1 would start to count.
    text = workbook.add_format({**_FONT, "text_wrap": True, "valign": "top", "quote_prefix": True})
    whole = workbook.add_format({**_FONT, "valign": "top", "num_format": "0"})
    two_decimals = workbook.add_format({**_FONT, "valign": "top", "num_format": "0.00"})

    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEADER_ROW - 1)
    sheet.freeze_panes(HEADER_ROW, 0)
    for at, column in enumerate(table.columns):
        sheet.set_column(at, at, column.width, plain)
    _put_text(sheet, 0, 0, table.title, title, plain)
    _put_text(sheet, 1, 0, table.note, plain, plain)
    _put_text(sheet, 2, 0, ABOUT, plain, plain)
    if table.rows:  # Excel has no table without a row; then the names stand alone
        sheet.add_table(
            HEADER_ROW - 1,
            0,
            HEADER_ROW - 1 + len(table.rows),
            len(table.columns) - 1,
            {
                "name": f"table_{table.name}",  # never mistaken for a cell such as OPM1
                "autofilter": False,
                "columns": [{"header": column.name} for column in table.columns],
            },
        )
    for at, column in enumerate(table.columns):
        _put_text(sheet, HEADER_ROW - 1, at, column.name, header, plain)
    for down, row in enumerate(table.rows, HEADER_ROW):
        for at, cell in enumerate(row):
            if isinstance(cell, str):
                _put_text(sheet, down, at, cell, text, plain)
            elif cell is not None:
                style = two_decimals if isinstance(cell, float) else whole
                _must(sheet.write_number(down, at, cell, style))


def _put_text(
    sheet: xlsxwriter.worksheet.Worksheet,
    row: int,
    column: int,
    text: str,
    style: xlsxwriter.format.Format,
    plain: xlsxwriter.format.Format,
) -> None:
    if not text:
        return
    if len(text.encode("utf-16-le")) > 2 * LONGEST_CELL:
        raise ValueError(f"a workbook's cell holds {LONGEST_CELL} characters, not {len(text)}")
    runs = _runs(text)
    if len(runs) == 1:
        _must(sheet.write_string(row, column, text, style))
        return
    fragments = [runs[0]]
    for run in runs[1:]:
        fragments += [plain, run]
    _must(sheet.write_rich_string(row, column, *fragments, style))


def _runs(text: str) -> list[str]:
    """The text cut wherever one string would be read back as something else.

    XlsxWriter escapes _x0041_ but not the second half of _x0041_x0042_, and lets
    <r>...</r> through as markup. Cut in the middle, neither can be recognised.
    """
    cuts = [found.end() for found in _ESCAPE.finditer(text)]
    if text.startswith("<r>") and text.endswith("</r>"):
        cuts.insert(0, 1)
    return [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]


def _must(outcome: int) -> None:
    """XlsxWriter shortens or drops what does not fit, and only says so in its answer."""
    if outcome != 0:
        raise ValueError("the table is larger than a worksheet")
