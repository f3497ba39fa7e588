"""Reads exports back, each format by other means than it was written with.

Every reader gives the rows as lists of text, numbers as they are shown, without header
or title. Word-processor blocks come back as rows too: the reader undoes the layout.
"""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import docx
from docx.table import Table as WordTable

from app.exports import layout
from app.exports.as_xlsx import HEADER_ROW
from app.exports.table import Table, as_text

Rows = list[list[str]]
Reader = Callable[[bytes, Table], Rows]

_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


def part(packed: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return archive.read(name).decode()


def read_csv(written: bytes, table: Table) -> Rows:
    """The fields as they stand, apostrophes included."""
    header, *rows = csv.reader(io.StringIO(written.decode("utf-8-sig"), newline=""), strict=True)
    assert header == [column.name for column in table.columns]
    return rows


def read_json(written: bytes, table: Table) -> Rows:
    document = json.loads(written)
    names = [column.name for column in table.columns]
    assert document["columns"] == names
    assert all(list(row) == names for row in document["rows"])
    return [[as_text(cell) for cell in row.values()] for row in document["rows"]]


def read_xlsx(written: bytes, table: Table) -> Rows:
    """Read as the standard says, for openpyxl removes every "x005F_" it meets."""
    strings = [
        "".join(_excel_text(run.text or "") for run in item.iter(f"{_SHEET}t"))
        for item in ElementTree.fromstring(part(written, "xl/sharedStrings.xml"))
    ]
    found: dict[int, list[str]] = {}
    for row in ElementTree.fromstring(part(written, "xl/worksheets/sheet1.xml")).iter(
        f"{_SHEET}row"
    ):
        number = int(row.attrib["r"])
        cells = found.setdefault(number, [""] * len(table.columns))
        for cell in row:
            assert [child.tag for child in cell] == [f"{_SHEET}v"]
            value = cell[0].text or ""
            at = _column(cell.attrib["r"])
            if cell.get("t") == "s":
                cells[at] = strings[int(value)]
            else:
                two_decimals = isinstance(table.rows[number - HEADER_ROW - 1][at], float)
                cells[at] = f"{float(value):.2f}" if two_decimals else value
    assert found[HEADER_ROW] == [column.name for column in table.columns]
    assert max(found) <= HEADER_ROW + len(table.rows)
    # A row of nothing but empty cells is not written at all.
    blank = [""] * len(table.columns)
    return [found.get(HEADER_ROW + 1 + down, blank) for down in range(len(table.rows))]


def _column(place: str) -> int:
    """The number of the column of a place such as AB12, counted from nought."""
    number = 0
    for letter in place.rstrip("0123456789"):
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


def _excel_text(run: str) -> str:
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), run)


def read_ods(written: bytes, table: Table) -> Rows:
    root = ElementTree.fromstring(part(written, "content.xml"))
    rows = [[_odf_cell(cell) for cell in row] for row in root.iter(f"{_TABLE}table-row")]
    assert rows[HEADER_ROW - 1] == [column.name for column in table.columns]
    return rows[HEADER_ROW:]


def _odf_cell(cell: Element) -> str:
    text = "\n".join(_odf_line(paragraph) for paragraph in cell)
    kind = cell.get(f"{_OFFICE}value-type")
    assert kind in {"string", "float"} if text else kind in {None, "string"}
    if kind == "float":
        assert float(text) == float(cell.attrib[f"{_OFFICE}value"])
    assert cell.get(f"{_OFFICE}string-value", text) == text
    return text


def _odf_line(paragraph: Element) -> str:
    # As OpenDocument says, white space that is not spelled out collapses, and at either
    # end of a paragraph it goes.
    pieces = [(paragraph.text or "").lstrip(" \t\n")]
    for child in paragraph:
        if child.tag == f"{_TEXT}tab":
            pieces.append("\t")
        else:
            assert child.tag == f"{_TEXT}s"
            pieces.append(" " * int(child.attrib[f"{_TEXT}c"]))
        pieces.append(child.tail or "")
    pieces[-1] = pieces[-1].rstrip(" \t\n")
    pieces[::2] = (re.sub("[ \t\n]+", " ", piece) for piece in pieces[::2])
    return "".join(pieces)


def read_odt(written: bytes, table: Table) -> Rows:
    root = ElementTree.fromstring(part(written, "content.xml"))
    body = root.find(f"{_OFFICE}body/{_OFFICE}text")
    assert body is not None
    found: list[str | Rows] = []
    for element in body:
        if element.tag == f"{_TABLE}table":
            found.append(
                [[_odf_cell(cell) for cell in row] for row in element.iter(f"{_TABLE}table-row")]
            )
        elif element.tag == f"{_TEXT}h":
            found.append(_odf_line(element))
    return _laid_out(found, table)


def read_docx(written: bytes, table: Table) -> Rows:
    document = docx.Document(io.BytesIO(written))
    found: list[str | Rows] = []
    for element in document.iter_inner_content():
        if isinstance(element, WordTable):
            # By way of the rows' own cells: asking a row for them takes a second per hundred.
            found.append(
                [
                    ["\n".join(line.text for line in cell.p_lst) for cell in row.tc_lst]
                    for row in element._tbl.tr_lst
                ]
            )
        elif element.style is not None and str(element.style.name).startswith("Heading"):
            found.append(element.text)
    return _laid_out(found, table)


def _laid_out(found: list[str | Rows], table: Table) -> Rows:
    """Headings and tables in order, put together again as rows."""
    title, *rest = found
    assert title == table.title
    labels = [layout.label(column) for column in table.columns]
    if not layout.in_blocks(table):
        if not table.rows:
            assert rest == []
            return []
        [only] = rest
        assert isinstance(only, list)
        assert only[0] == labels
        return only[1:]
    blocks: list[dict[str, str]] = []
    for element in rest:
        if isinstance(element, str):
            assert element.startswith(f"{len(blocks) + 1}. ")
            blocks.append({})
        else:
            blocks[-1].update((name, value) for name, value in element)
    assert all(set(block) <= set(labels) for block in blocks)
    return [[block.get(name, "") for name in labels] for block in blocks]


READERS: dict[str, Reader] = {
    "csv": read_csv,
    "xlsx": read_xlsx,
    "ods": read_ods,
    "docx": read_docx,
    "json": read_json,
    "odt": read_odt,
}
