"""ODS: an OpenDocument spreadsheet of one sheet, laid out as the workbook in `as_xlsx.py` is.

Row 1 is the title, row 2 the note, row 3 says where the table starts, row 4 holds the
columns' names. Text is always a string cell of the text format and numbers are floats,
so nothing is ever a formula, even once somebody edits the cell.
"""

from xml.sax.saxutils import quoteattr

from app.exports import odf
from app.exports.as_xlsx import ABOUT, HEADER_ROW
from app.exports.table import Cell, Column, Table, as_text

MEDIA_TYPE = "application/vnd.oasis.opendocument.spreadsheet"

_STYLES = (
    "<office:styles>"
    f'<style:default-style style:family="table-cell">{odf.default_text(12)}'
    "</style:default-style></office:styles>"
    '<office:automatic-styles><style:page-layout style:name="landscape">'
    f"<style:page-layout-properties {odf.LANDSCAPE}/>"
    "</style:page-layout></office:automatic-styles>"
    '<office:master-styles><style:master-page style:name="Default" '
    'style:page-layout-name="landscape"/></office:master-styles>'
)
_CELL = '<style:table-cell-properties style:vertical-align="top" fo:wrap-option="wrap"/>'
_BOLD = 'fo:font-weight="bold"'
_AUTOMATIC = (
    '<style:style style:name="sheet" style:family="table" style:master-page-name="Default">'
    '<style:table-properties table:display="true"/></style:style>'
    '<number:number-style style:name="two-decimals-format">'
    '<number:number number:decimal-places="2" number:min-integer-digits="1"/>'
    "</number:number-style>"
    '<number:number-style style:name="whole-format">'
    '<number:number number:decimal-places="0" number:min-integer-digits="1"/>'
    "</number:number-style>"
    '<number:text-style style:name="text-format"><number:text-content/></number:text-style>'
    '<style:style style:name="title" style:family="table-cell">'
    f'<style:text-properties {_BOLD} fo:font-size="16pt"/></style:style>'
    '<style:style style:name="header" style:family="table-cell">'
    f"{_CELL}<style:text-properties {_BOLD}/></style:style>"
    '<style:style style:name="plain" style:family="table-cell"/>'
    '<style:style style:name="text" style:family="table-cell" '
    f'style:data-style-name="text-format">{_CELL}</style:style>'
    '<style:style style:name="whole" style:family="table-cell" '
    f'style:data-style-name="whole-format">{_CELL}</style:style>'
    '<style:style style:name="two-decimals" style:family="table-cell" '
    f'style:data-style-name="two-decimals-format">{_CELL}</style:style>'
)


def write_ods(table: Table) -> bytes:
    """The table as the bytes of a spreadsheet."""
    widths = sorted({column.width for column in table.columns})
    automatic = _AUTOMATIC + "".join(
        f'<style:style style:name="wide{width}" style:family="table-column">'
        f'<style:table-column-properties style:column-width="{odf.column_width(width)}"/>'
        "</style:style>"
        for width in widths
    )
    above = [(table.title, "title"), (table.note, "plain"), (ABOUT, "plain")]
    header = "".join(_string(column.name, "header") for column in table.columns)
    body = [
        f'<office:spreadsheet><table:table table:name="{table.name}" table:style-name="sheet">',
        *(_column(column) for column in table.columns),
        *(f"<table:table-row>{_string(text, style)}</table:table-row>" for text, style in above),
        "<table:table-header-rows><table:table-row>",
        f"{header}</table:table-row></table:table-header-rows>",
        *(f"<table:table-row>{''.join(map(_cell, row))}</table:table-row>" for row in table.rows),
        "</table:table>",
        _range(table),
        "</office:spreadsheet>",
    ]
    return odf.package(MEDIA_TYPE, table, body="".join(body), automatic=automatic, styles=_STYLES)


def _column(column: Column) -> str:
    style = "text" if column.kind == "text" else "two-decimals"
    return (
        f'<table:table-column table:style-name="wide{column.width}" '
        f'table:default-cell-style-name="{style}"/>'
    )


def _cell(cell: Cell) -> str:
    if cell is None or cell == "":
        return "<table:table-cell/>"
    if isinstance(cell, str):
        return _string(cell, "text")
    style = "two-decimals" if isinstance(cell, float) else "whole"
    return (
        f'<table:table-cell table:style-name="{style}" office:value-type="float" '
        f'office:value="{cell}"><text:p>{as_text(cell)}</text:p></table:table-cell>'
    )


def _string(text: str, style: str) -> str:
    # LibreOffice reads no tab in a cell's paragraphs, though it writes it there; the
    # value beside them it does read (seen in 7.4).
    value = f" office:string-value={quoteattr(text)}" if "\t" in text else ""
    return (
        f'<table:table-cell table:style-name="{style}" office:value-type="string"{value}>'
        f"{odf.paragraphs(text)}</table:table-cell>"
    )


def _range(table: Table) -> str:
    """Name the rows that are the table, as a real table does in Excel; without filters."""
    last = f"{_letters(len(table.columns))}{HEADER_ROW + len(table.rows)}"
    return (
        f'<table:database-ranges><table:database-range table:name="table_{table.name}" '
        f'table:target-range-address="{table.name}.A{HEADER_ROW}:{table.name}.{last}" '
        'table:display-filter-buttons="false"/></table:database-ranges>'
    )


def _letters(number: int) -> str:
    """The name a spreadsheet gives its n-th column: 1 is A, 27 is AA."""
    letters = ""
    while number:
        number, left = divmod(number - 1, 26)
        letters = chr(ord("A") + left) + letters
    return letters
