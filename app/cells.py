"""Cells: text on its way into a spreadsheet, where it must stay text.

Leaves out what is written (`app/exports`, `app/content`). Always: whatever the text is, no
program takes it for a formula, and it is read back as it was.
"""

import re

import xlsxwriter

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet that opens a CSV file takes for the beginning of a formula."""

LONGEST_CELL = 32_767  # in UTF-16 units, as Excel counts

# Excel reads _x0041_ inside a string as the letter A (ECMA-376 part 1, 22.9.2.19).
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def must(outcome: int) -> None:
    """XlsxWriter shortens or drops what does not fit, and only says so in its answer."""
    if outcome != 0:
        raise ValueError("the table is larger than a worksheet")


def put_text(
    sheet: xlsxwriter.worksheet.Worksheet,
    row: int,
    column: int,
    text: str,
    style: xlsxwriter.format.Format,
    plain: xlsxwriter.format.Format,
) -> None:
    """Write `text` as a string. Raises ValueError for more than a cell holds."""
    if not text:
        return
    if len(text.encode("utf-16-le")) > 2 * LONGEST_CELL:
        raise ValueError(f"a workbook's cell holds {LONGEST_CELL} characters, not {len(text)}")
    runs = _runs(text)
    if len(runs) == 1:
        must(sheet.write_string(row, column, text, style))
        return
    fragments = [runs[0]]
    for run in runs[1:]:
        fragments += [plain, run]
    must(sheet.write_rich_string(row, column, *fragments, style))


def _runs(text: str) -> list[str]:
    """The text cut wherever one string would be read back as something else.

    XlsxWriter escapes _x0041_ but not the second half of _x0041_x0042_, and lets
    <r>...</r> through as markup. Cut in the middle, neither can be recognised.
    """
    cuts = [found.end() for found in _ESCAPE.finditer(text)]
    if text.startswith("<r>") and text.endswith("</r>"):
        cuts.insert(0, 1)
    return [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
