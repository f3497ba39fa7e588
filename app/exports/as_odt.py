"""ODT: an OpenDocument text on landscape A4, laid out as `layout.py` says.

Cells keep their lines, tabs and spaces. A table's first row repeats on every page and
no row is cut by a page's end.
"""

from collections.abc import Iterator
from xml.sax.saxutils import quoteattr

from app.exports import layout, odf
from app.exports.table import Table, as_text

MEDIA_TYPE = "application/vnd.oasis.opendocument.text"

_PAGE_WIDTH = 25.7  # cm of landscape A4 between margins of 2 cm


def _named(name: str, size: int | None = None, *, level: int | None = None) -> str:
    """A paragraph style: plain, or a bold heading of this level."""
    parent = "" if name == "Standard" else ' style:parent-style-name="Standard"'
    if level is None:
        return f'<style:style style:name="{name}" style:family="paragraph"{parent}/>'
    return (
        f'<style:style style:name="Heading_20_{level}" style:display-name="{name}" '
        f'style:family="paragraph"{parent} style:next-style-name="Standard" '
        f'style:default-outline-level="{level}">'
        '<style:paragraph-properties fo:margin-top="0.4cm" fo:margin-bottom="0.2cm" '
        'fo:keep-with-next="always"/>'
        f'<style:text-properties fo:font-size="{size}pt" fo:font-weight="bold"/></style:style>'
    )


_STYLES = (
    "<office:styles>"
    '<style:default-style style:family="paragraph">'
    f"{odf.default_text(12)}</style:default-style>"
    f"{_named('Standard')}{_named('Heading 1', 18, level=1)}{_named('Heading 2', 14, level=2)}"
    "</office:styles>"
    '<office:automatic-styles><style:page-layout style:name="landscape">'
    f"<style:page-layout-properties {odf.LANDSCAPE}/>"
    "</style:page-layout></office:automatic-styles>"
    '<office:master-styles><style:master-page style:name="Standard" '
    'style:page-layout-name="landscape"/></office:master-styles>'
)
_AUTOMATIC = (
    '<style:style style:name="bold" style:family="paragraph" '
    'style:parent-style-name="Standard">'
    '<style:text-properties fo:font-weight="bold"/></style:style>'
    '<style:style style:name="row" style:family="table-row">'
    '<style:table-row-properties fo:keep-together="always"/></style:style>'
    '<style:style style:name="cell" style:family="table-cell">'
    '<style:table-cell-properties fo:padding="0.1cm" fo:border="0.5pt solid #000000"/>'
    "</style:style>"
    '<style:style style:name="whole-width" style:family="table">'
    f'<style:table-properties style:width="{_PAGE_WIDTH}cm" table:align="left"/></style:style>'
)


def write_odt(table: Table) -> bytes:
    """The table as the bytes of a text document."""
    blocks = layout.in_blocks(table)
    widths = (
        [layout.NAME_WIDTH, layout.VALUE_WIDTH]
        if blocks
        else [column.width for column in table.columns]
    )
    columns = "".join(
        f'<style:style style:name="column{at}" style:family="table-column">'
        f'<style:table-column-properties style:column-width="{width:.2f}cm"/></style:style>'
        for at, width in enumerate(_PAGE_WIDTH * width / sum(widths) for width in widths)
    )
    inside = _blocks(table) if blocks else _one_table(table)
    body = [
        "<office:text>",
        _heading(table.title, 1),
        odf.paragraphs(table.note, "Standard"),
        *(inside if table.rows else [odf.paragraphs(layout.EMPTY, "Standard")]),
        "</office:text>",
    ]
    return odf.package(
        MEDIA_TYPE, table, body="".join(body), automatic=_AUTOMATIC + columns, styles=_STYLES
    )


def _heading(text: str, level: int) -> str:
    return (
        f'<text:h text:style-name="Heading_20_{level}" text:outline-level="{level}">'
        f"{odf.inline(text)}</text:h>"
    )


def _one_table(table: Table) -> Iterator[str]:
    yield _table_start(table.name, len(table.columns))
    yield "<table:table-header-rows>"
    yield _row((layout.label(column), "bold") for column in table.columns)
    yield "</table:table-header-rows>"
    for row in table.rows:
        yield _row((as_text(cell), "Standard") for cell in row)
    yield "</table:table>"


def _blocks(table: Table) -> Iterator[str]:
    for number, row in enumerate(table.rows, 1):
        yield _heading(layout.block_heading(table, number), 2)
        pairs = layout.pairs(table, row)
        if pairs:
            yield _table_start(f"{table.name}_{number}", 2)
            for name, value in pairs:
                yield _row([(name, "bold"), (value, "Standard")])
            yield "</table:table>"


def _table_start(name: str, columns: int) -> str:
    return f'<table:table table:name={quoteattr(name)} table:style-name="whole-width">' + "".join(
        f'<table:table-column table:style-name="column{at}"/>' for at in range(columns)
    )


def _row(cells: Iterator[tuple[str, str]] | list[tuple[str, str]]) -> str:
    return (
        '<table:table-row table:style-name="row">'
        + "".join(
            '<table:table-cell table:style-name="cell" office:value-type="string">'
            f"{odf.paragraphs(text, style)}</table:table-cell>"
            for text, style in cells
        )
        + "</table:table-row>"
    )
