"""Every format carries the same rows and the same text, and never a formula."""

import io
import re
import zipfile
from datetime import UTC, datetime
from xml.etree import ElementTree

import docx
import openpyxl
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.cells import FORMULA_STARTS, LONGEST_CELL
from app.exports import layout
from app.exports.as_xlsx import HEADER_ROW
from app.exports.formats import ALSO_ODT, FORMATS, bundle, formats_of, write
from app.exports.table import Cell, Column, Table, as_text, printable

from .reading import READERS, part

EVERY = sorted(FORMATS)
NARROW, WIDE = 3, 21
MADE_AT = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)

HOSTILE = [
    "=1+1", "+cmd|' /C calc'!A0", "-5", "@SUM(A1)", "＝1", "＋1", "－1", "＠A1", "'=1+1", "'",
    "\x00=1+1", '=HYPERLINK("http://example.org","x")', "{=1+1}", "http://example.org",
    "<script>alert(1)</script>", "<r><t>hidden</t></r>", "<r>a & b</r>", "<r></r>", "]]>", "&amp;",
    "_x0041_", "_x0041_x0042_", "__x000D__", "a_x0009_", "<r>_x0041_x0042_</r>",
    "😀👩\u200d👩\u200d👧", "\u202eright to left", "שלום", "a\x00b", "a\u0085b", "a\ud800b",
    "a\ufffeb", "\ufeffmark", "a\nb", "\n=1+1", "a\n", "\n\n", "a\r\nb", "\rx", "a\tb", "\t=1",
    "a \t b", "\t", "a\n  b  \nc", " leading", "trailing ", " ", "   ", "a  b   c", "\u00a0",
    "\u2028line", 'say "no", twice', ";,|\\",
    "x" * 2_000, "é " * 1_000, "", "NULL", "None", "1e5", "00123", "1/2", "TRUE", "#N/A", "3.50",
]  # fmt: skip


def table_of(texts: list[str], *, columns: int) -> Table:
    """A table of that many columns: a text, numbers, and the text again at the far end."""
    middle = tuple(Column(f"number_{at}", "number") for at in range(columns - 2))
    numbers: list[tuple[Cell, ...]] = [(None, -5, 2 / 3, 3.5)[at % 4 :] for at in range(4)]
    return Table(
        name="longlist",
        title="Longlist <of> ideas & more",
        note="=Every idea, as it stood on 6 May 2024.",
        columns=(Column("intervention", width=40), *middle, Column("how_it_works")),
        rows=tuple(
            (text, *(numbers[at % 4] * columns)[: columns - 2], text)
            for at, text in enumerate(texts)
        ),
        made_at=MADE_AT,
    )


def expected(table: Table, extension: str) -> list[list[str]]:
    return [
        [
            "'" + as_text(cell)
            if extension == "csv" and isinstance(cell, str) and cell.startswith(FORMULA_STARTS)
            else as_text(cell)
            for cell in row
        ]
        for row in table.rows
    ]


@pytest.mark.parametrize("columns", [NARROW, WIDE])
@pytest.mark.parametrize("extension", EVERY)
def test_hostile_text_comes_back_as_it_was_typed(extension: str, columns: int) -> None:
    table = table_of(HOSTILE, columns=columns)
    rows = READERS[extension](write(table, extension), table)
    assert rows == expected(table, extension)
    assert len(rows) == len(HOSTILE)


PIECES = st.sampled_from(
    ["_x", "_", "0041_", "005F_", "<r>", "</r>", "<", "&", "=", "'", '"', *" \t\n\r\x00"]
)
TEXTS = st.lists(PIECES | st.text(st.characters(), max_size=4), max_size=12).map("".join)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(TEXTS, min_size=1, max_size=8), st.sampled_from([NARROW, WIDE]))
def test_any_text_comes_back_the_same_from_every_format(texts: list[str], columns: int) -> None:
    table = table_of(texts, columns=columns)
    assert [row[0] for row in table.rows] == [printable(text) for text in texts]
    for extension in EVERY:
        rows = READERS[extension](write(table, extension), table)
        assert rows == expected(table, extension), extension


def test_openpyxl_reads_the_hostile_text_as_strings_and_the_numbers_as_numbers() -> None:
    table = table_of(HOSTILE, columns=6)
    sheet = openpyxl.load_workbook(io.BytesIO(write(table, "xlsx"))).active
    assert sheet is not None
    cells = list(sheet.iter_rows(min_row=HEADER_ROW + 1, max_row=HEADER_ROW + len(HOSTILE)))
    assert [[cell.value for cell in row] for row in cells] == [
        [None if cell == "" else cell for cell in row] for row in table.rows
    ]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s", "n"}
    assert all(
        isinstance(cell.value, str) for row in cells for cell in row if cell.data_type == "s"
    )


CONTENT = {
    "xlsx": "xl/worksheets/sheet1.xml",
    "ods": "content.xml",
    "odt": "content.xml",
    "docx": "word/document.xml",
}
LIVE = {"f", "formula", "a", "hyperlink", "hyperlinks", "instrText", "fldSimple", "script"}


@pytest.mark.parametrize("columns", [NARROW, WIDE])
@pytest.mark.parametrize("extension", sorted(CONTENT))
def test_no_package_contains_a_formula_a_link_or_a_field(extension: str, columns: int) -> None:
    written = write(table_of(HOSTILE, columns=columns), extension)
    root = ElementTree.fromstring(part(written, CONTENT[extension]))
    names = {element.tag for element in root.iter()}.union(*(el.attrib for el in root.iter()))
    assert not LIVE & {re.sub("{.*}", "", name) for name in names}
    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        links = [archive.read(name) for name in archive.namelist() if name.endswith(".rels")]
    assert not any(b"External" in link for link in links)


def test_no_text_in_csv_starts_as_a_formula_does() -> None:
    table = table_of(HOSTILE, columns=NARROW)
    for row in READERS["csv"](write(table, "csv"), table):
        assert not row[0].startswith(FORMULA_STARTS)
        assert not row[-1].startswith(FORMULA_STARTS)


def test_csv_is_quoted_ends_lines_as_windows_does_and_marks_text_but_not_numbers() -> None:
    columns = (Column("words"), Column("marks", "number"), Column("mean", "number"))
    table = Table("ideas", "Ideas", "All.", columns, (("-5", -5, -0.5), ("é", None, 3.0)))
    assert write(table, "csv") == (
        '\ufeff"words","marks","mean"\r\n"\'-5","-5","-0.50"\r\n"é","","3.00"\r\n'.encode()
    )


def test_json_keeps_numbers_as_numbers_and_letters_as_they_are() -> None:
    columns = (Column("words"), Column("mean", "number"))
    table = Table("ideas", "Ideas", "All.", columns, (("é", 2 / 3), (None, None)))
    assert write(table, "json").decode() == (
        '{\n  "title": "Ideas",\n  "note": "All.",\n'
        '  "columns": [\n    "words",\n    "mean"\n  ],\n'
        '  "rows": [\n    {\n      "words": "é",\n      "mean": 0.67\n    },\n'
        '    {\n      "words": null,\n      "mean": null\n    }\n  ]\n}\n'
    )


def test_a_workbook_follows_the_guidance_for_spreadsheets() -> None:
    table = table_of(["a", "b"], columns=4)
    workbook = openpyxl.load_workbook(io.BytesIO(write(table, "xlsx")))
    assert workbook.sheetnames == ["longlist"]
    assert workbook.properties.title == table.title
    assert workbook.properties.created == MADE_AT.replace(tzinfo=None)
    sheet = workbook["longlist"]
    assert (sheet["A1"].value, sheet["A2"].value) == (table.title, table.note)
    assert sheet["A3"].value == "This worksheet contains one table. It starts in row 4."
    assert [cell.value for cell in sheet[4]] == [column.name for column in table.columns]
    [real] = sheet.tables.values()
    assert (real.ref, real.headerRowCount, real.autoFilter) == ("A4:D6", 1, None)
    assert sheet.freeze_panes == "A5"
    assert not sheet.merged_cells.ranges
    fonts = {(cell.font.name, cell.font.sz) for row in sheet["A2:D6"] for cell in row if cell.value}
    assert fonts == {("Arial", 12)}
    assert sheet["A5"].alignment.wrap_text
    assert sheet["A5"].quotePrefix
    assert [sheet["B6"].number_format, sheet["C6"].number_format] == ["0", "0.00"]


def test_a_cell_too_long_for_a_workbook_is_refused_rather_than_shortened() -> None:
    fits = Table("ideas", "Ideas", "All.", (Column("words"),), (("x" * LONGEST_CELL,),))
    assert READERS["xlsx"](write(fits, "xlsx"), fits) == [["x" * LONGEST_CELL]]
    for text in ("x" * (LONGEST_CELL + 1), "😀👩\u200d👩\u200d👧" * (LONGEST_CELL // 2 + 1)):
        longer = Table("ideas", "Ideas", "All.", (Column("words"),), ((text,),))
        with pytest.raises(ValueError, match="32767 characters"):
            write(longer, "xlsx")


def test_a_narrow_word_document_is_one_table_whose_header_repeats() -> None:
    document = docx.Document(io.BytesIO(write(table_of(["a", "b"], columns=NARROW), "docx")))
    [table] = document.tables
    assert [cell.text for cell in table.rows[0].cells] == [
        "Intervention",
        "Number 0",
        "How it works",
    ]
    rows = [row._tr for row in table.rows]
    assert [len(row.findall(f".//{qn('w:tblHeader')}")) for row in rows] == [1, 0, 0]
    assert [len(row.findall(f".//{qn('w:cantSplit')}")) for row in rows] == [1, 1, 1]


def test_a_wide_word_document_has_a_block_for_each_row_without_the_empty_cells() -> None:
    table = table_of(["Text a reminder\nto families", "", "x" * 500], columns=layout.WIDEST + 1)
    document = docx.Document(io.BytesIO(write(table, "docx")))
    assert [line.text for line in document.paragraphs] == [
        table.title,
        table.note,
        "1. Text a reminder to families",
        "2. (empty)",
        f"3. {'x' * 79}…",
    ]
    first, *others = [
        [[cell.text for cell in row.cells] for row in block.rows] for block in document.tables
    ]
    assert first[:2] == [["Intervention", "Text a reminder\nto families"], ["Number 1", "-5"]]
    assert all(value for block in (first, *others) for _, value in block)


def test_a_word_document_is_landscape_british_and_says_what_it_is() -> None:
    table = table_of(["a"], columns=NARROW)
    document = docx.Document(io.BytesIO(write(table, "docx")))
    [section] = document.sections
    assert section.orientation == WD_ORIENT.LANDSCAPE
    assert (section.page_width or 0) > (section.page_height or 0)
    properties = document.core_properties
    assert (properties.title, properties.language) == (table.title, "en-GB")
    assert properties.created == properties.modified == MADE_AT
    languages = {el.get(qn("w:val")) for el in document.styles.element.iter(qn("w:lang"))}
    assert languages == {"en-GB"}


@pytest.mark.parametrize("extension", ["ods", "odt"])
def test_an_opendocument_package_starts_with_its_type_and_says_what_it_is(extension: str) -> None:
    table = table_of(["a"], columns=NARROW)
    written = write(table, extension)
    media_type = FORMATS[extension].media_type
    assert written[30 : 38 + len(media_type)] == f"mimetype{media_type}".encode()
    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        manifest = archive.read("META-INF/manifest.xml").decode()
        listed = set(re.findall('full-path="([^"]+)"', manifest))
        assert listed == {"/", *archive.namelist()} - {"mimetype", "META-INF/manifest.xml"}
    said = {
        el.tag.split("}")[1]: el.text for el in ElementTree.fromstring(part(written, "meta.xml"))[0]
    }
    assert (said["title"], said["language"]) == (table.title, "en-GB")
    assert said["creation-date"] == "2024-05-06T07:08:09Z"


@pytest.mark.parametrize("columns", [1, NARROW, WIDE])
@pytest.mark.parametrize("extension", EVERY)
def test_a_table_without_rows_can_be_written(extension: str, columns: int) -> None:
    table = Table("ideas", "Ideas", "All.", tuple(Column(f"c_{at}") for at in range(columns)), ())
    assert READERS[extension](write(table, extension), table) == []


@pytest.mark.parametrize("extension", EVERY)
def test_the_same_table_gives_the_same_bytes(extension: str) -> None:
    first, again = (write(table_of(HOSTILE, columns=NARROW), extension) for _ in range(2))
    assert first == again
    if zipfile.is_zipfile(io.BytesIO(first)):
        with zipfile.ZipFile(io.BytesIO(first)) as archive:
            assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_bundle_holds_every_table_in_every_format_and_the_extra_files() -> None:
    tables = [
        Table(name, name.title(), "All.", (Column("words"),), (("a",),))
        for name in ("longlist", "ratings")
    ]
    packed = bundle(tables, {"workshop.json": b"{}", "log.json": b"[]"})
    assert packed == bundle(tables, {"log.json": b"[]", "workshop.json": b"{}"})
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.namelist() == [
            *(
                f"longlist.{extension}"
                for extension in ("csv", "xlsx", "ods", "docx", "json", "odt")
            ),
            *(f"ratings.{extension}" for extension in ("csv", "xlsx", "ods", "docx", "json")),
            "log.json",
            "workshop.json",
        ]
        assert archive.read("ratings.docx") == write(tables[1], "docx")
        assert archive.read("log.json") == b"[]"
    with pytest.raises(ValueError, match=r"longlist\.csv"):
        bundle(tables, {"longlist.csv": b""})


def test_only_the_tables_people_write_from_are_offered_as_text_documents() -> None:
    assert sorted(ALSO_ODT) == ["assessment", "longlist", "shortlist"]
    assert formats_of("longlist") == ("csv", "xlsx", "ods", "docx", "json", "odt")
    assert formats_of("coverage") == ("csv", "xlsx", "ods", "docx", "json")
    with pytest.raises(KeyError):
        write(table_of([], columns=NARROW), "pdf")
