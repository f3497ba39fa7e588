"""XLSX: a workbook of one sheet, laid out for people, findable for programs.

Row 1 is the title, row 2 the note, row 3 says where the table starts, and row 4
(`HEADER_ROW`) always holds the columns' names as they stand in the CSV file. The rest
follows government guidance on spreadsheets: a real table, no filters, no merged cells,
Arial 12, a document title. Text is always a string cell, so nothing is ever a formula.
"""

import io
from datetime import UTC

import xlsxwriter

from app.cells import must, put_text
from app.exports.packed import repack
from app.exports.table import Table

HEADER_ROW = 4
ABOUT = f"This worksheet contains one table. It starts in row {HEADER_ROW}."

_FONT = {"font_name": "Arial", "font_size": 12}
_A4 = 9


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
    put_text(sheet, 0, 0, table.title, title, plain)
    put_text(sheet, 1, 0, table.note, plain, plain)
    put_text(sheet, 2, 0, ABOUT, plain, plain)
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
        put_text(sheet, HEADER_ROW - 1, at, column.name, header, plain)
    for down, row in enumerate(table.rows, HEADER_ROW):
        for at, cell in enumerate(row):
            if isinstance(cell, str):
                put_text(sheet, down, at, cell, text, plain)
            elif cell is not None:
                style = two_decimals if isinstance(cell, float) else whole
                must(sheet.write_number(down, at, cell, style))
