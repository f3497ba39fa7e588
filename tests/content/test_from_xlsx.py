"""XLSX: what a person sees in a workbook is what is read, and nothing in it is run."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import defusedxml.ElementTree
import openpyxl
import openpyxl.xml.functions
import pytest

from app.content import Reading, load_file, read_file
from app.content.unpacking import MOST_ENTRIES, MOST_UNPACKED
from app.game.material import Journey
from tests.sheets import FIRST, HEADINGS, SECOND, TABLE, Change, csv_of, workbook


def read(raw: bytes, name: str = "Problem.xlsx") -> Reading:
    return read_file(raw, name, "journey")


def told(reading: Reading) -> list[str]:
    return [str(mistake) for mistake in reading.mistakes]


EXPECTED = read_file(csv_of(TABLE).encode(), "p.csv", "journey").document


def test_a_workbook_says_the_same_as_a_csv_file() -> None:
    reading = read(workbook(TABLE))
    assert told(reading) == []
    assert reading.document == EXPECTED


def test_openpyxl_reads_xml_through_defusedxml() -> None:
    assert openpyxl.DEFUSEDXML is True
    assert openpyxl.xml.functions.iterparse is defusedxml.ElementTree.iterparse


def test_a_mistake_is_told_with_its_cell() -> None:
    rows = (HEADINGS, FIRST, (*SECOND[:6], "x" * 5000, *SECOND[7:11], "Wishes"))
    reading = read(workbook(rows))
    assert told(reading) == [
        "Problem.xlsx: Sheet1, cell G3: expected at most 400 characters, found 5000",
        "Problem.xlsx: Sheet1, cell L3: expected Physical capability, Psychological "
        "capability, Physical opportunity, Social opportunity, Reflective motivation or "
        "Automatic motivation, found “Wishes”",
    ]
    assert [mistake.way for mistake in reading.mistakes] == [
        ("stages", 1, "barriers", 0, "text"),
        ("stages", 1, "barriers", 0, "com_b", 0),
    ]
    document = reading.document
    assert isinstance(document, dict)
    assert document["stages"][1]["barriers"][0]["com_b"] == ["Wishes"]  # kept as it was typed


def test_a_formula_is_a_mistake_and_is_not_calculated() -> None:
    def formulas(book: Any, sheet: Any) -> None:
        sheet.write_formula("G2", '="No "&"time"', value="No time")
        sheet.write_array_formula("H3:H3", "{=SUM(1)}", value=1)
        sheet.write_formula("A9", '=HYPERLINK("http://x.example")', value="x")

    words = "this is a formula; copy the cell and paste it as a value"
    assert told(read(workbook(TABLE, formulas))) == [
        f"Problem.xlsx: Sheet1, cell {cell}: {words}" for cell in ("G2", "H3", "A9")
    ]


def test_text_that_looks_like_a_formula_is_text() -> None:
    reading = read(workbook((HEADINGS, ("=1+1", *FIRST[1:]), SECOND)))
    assert isinstance(reading.material, Journey)
    assert reading.material.title == "=1+1"


def styled(value: object, style: str) -> Change:
    def write(book: Any, sheet: Any) -> None:
        sheet.write("J2", value, book.add_format({"num_format": style}))

    return write


@pytest.mark.parametrize(
    ("value", "style", "seen"),
    [
        (2009, "General", "2009"),
        (2009.0, "0", "2009"),
        (2.5, "General", "2.5"),
        (2.1, "0.00", "2.10"),
        (0.1 + 0.2, "General", "0.3"),
        (0.08, "0%", "8%"),
        (True, "General", "TRUE"),
        (date(2026, 11, 25), "dd/mm/yyyy", "2026-11-25"),
        (date(2026, 11, 25), "yyyy", "2026"),
        (datetime.fromisoformat("2026-11-25T09:30"), "dd/mm/yyyy hh:mm", "2026-11-25 09:30"),
    ],
)
def test_numbers_dates_and_truths_are_what_a_person_sees(
    value: object, style: str, seen: str
) -> None:
    reading = read(workbook(TABLE, styled(value, style)))
    assert isinstance(reading.material, Journey)
    assert reading.material.stages[0].barriers[0].sources[0].section == seen


def test_cells_merged_downwards_hold_for_every_row() -> None:
    more = ("",) * 6 + ("There is no money.", "No budget.", "", "", "Create", "opportunity-social")

    def merge(book: Any, sheet: Any) -> None:
        sheet.merge_range("A2:A4", "Meeting")
        sheet.merge_range("I2:I3", "A report")
        sheet.merge_range("J2:J3", "2.2")

    reading = read(workbook((HEADINGS, FIRST, more, SECOND), merge))
    assert told(reading) == []
    assert isinstance(reading.material, Journey)
    assert reading.material.stages[0].barriers[1].sources[0].document == "A report"


def with_part(raw: bytes, part: str, before: bytes, more: bytes) -> bytes:
    """The workbook `raw` with `more` put in front of `before` in one of its parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(made, "w", 8) as new:
        for each in old.namelist():
            text = old.read(each)
            new.writestr(each, text.replace(before, more + before) if each == part else text)
    return made.getvalue()


@pytest.mark.parametrize(
    "more",
    [
        b"<!--" + b"".join(b"<mergeCell %x " % (n * 7919) for n in range(80_000)) + b"-->",
        b"".join(b'<mergeCell ref="A2:A%d"/>' % (n + 2000) for n in range(200_000)),
    ],
    ids=["never closed", "one over another"],
)
def test_what_is_merged_without_end_keeps_nobody_busy(more: bytes, tmp_path: Path) -> None:
    """Within the seconds of computing that a reader has, or it is stopped and sound no more."""
    path = tmp_path / "Problem.xlsx"
    path.write_bytes(with_part(workbook(TABLE), "xl/worksheets/sheet1.xml", b"</worksheet>", more))
    assert isinstance(load_file(path), Journey)


def test_rows_far_too_many_are_told_at_the_first_and_hide_no_mistake() -> None:
    wrong = (*SECOND[:10], "Hope", SECOND[11])
    lines = told(read(workbook((HEADINGS, FIRST, wrong, *([SECOND] * 1200)))))
    assert lines[0] == (
        "Problem.xlsx: Sheet1, row 502: expected at most 500 rows, found more; those from here on "
        "are not read"
    )
    assert any("cell K3: expected Consider, Create" in line for line in lines)


def test_a_title_above_empty_rows_and_blanks_around_are_passed_over() -> None:
    rows: list[tuple[str, ...]] = [("Our problem", ""), (), HEADINGS, ()]
    rows += [tuple(f"  {cell} \n" for cell in FIRST), (" ",) * 12, SECOND, ("", " ")]
    assert read(workbook(rows)).document == EXPECTED


def test_other_sheets_may_hold_notes_and_hidden_ones_anything() -> None:
    def more(book: Any, sheet: Any) -> None:
        notes = book.add_worksheet("Notes")
        notes.write_string(0, 0, "Ask Ann")
        hidden = book.add_worksheet("Old")
        hidden.hide()
        for at, heading in enumerate(HEADINGS):
            hidden.write_string(0, at, heading)

    assert read(workbook(TABLE, more)).document == EXPECTED


def test_two_tables_are_one_too_many_and_a_hidden_one_is_none() -> None:
    def second(book: Any, sheet: Any) -> None:
        other = book.add_worksheet("Copy")
        for at, heading in enumerate(HEADINGS):
            other.write_string(0, at, heading)

    assert told(read(workbook(TABLE, second))) == [
        "Problem.xlsx: the sheets: expected one sheet with a table, found it in Sheet1 and Copy"
    ]

    def hide(book: Any, sheet: Any) -> None:
        first = book.add_worksheet("Front")
        first.activate()
        first.set_first_sheet()
        sheet.hide()

    assert "expected a row of headings" in told(read(workbook(TABLE, hide)))[0]


def test_an_error_of_excel_is_told_with_its_cell() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in TABLE:
        sheet.append(row)
    sheet["G2"].value = "#N/A"
    sheet["G2"].data_type = "e"
    written = io.BytesIO()
    book.save(written)
    assert told(read(written.getvalue())) == [
        "Problem.xlsx: Sheet, cell G2: Excel shows an error here"
    ]


def test_a_workbook_of_another_program_is_read_too() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in TABLE:
        sheet.append(row)
    sheet["N900000"].number_format = "0.00"  # formatted and empty, far below
    written = io.BytesIO()
    book.save(written)
    assert read(written.getvalue()).document == EXPECTED


def test_a_carriage_return_that_excel_escapes_is_a_line_break() -> None:
    raw = changed(
        workbook(TABLE), "xl/sharedStrings.xml", lambda x: x.replace("no time", "no_x000D_\ntime")
    )
    reading = read(raw)
    assert isinstance(reading.material, Journey)
    assert reading.material.stages[0].barriers[0].text == "There is no\ntime."


# What is no workbook, or would do harm


def changed(raw: bytes, part: str, change: Callable[[str], str]) -> bytes:
    """The archive with one file in it changed."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(written, "w") as new:
        for entry in old.infolist():
            text = old.read(entry)
            if entry.filename == part:
                text = change(text.decode()).encode()
            new.writestr(entry.filename, text, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def packed(*files: tuple[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return written.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
BOMB = packed(("xl/workbook.xml", b"x"), ("xl/worksheets/sheet1.xml", b"\0" * (MOST_UNPACKED + 1)))
STEEP = packed(("xl/workbook.xml", b"x"), ("xl/worksheets/sheet1.xml", b" " * 5_000_000))
MANY = packed(*((f"xl/{n}", b"") for n in range(MOST_ENTRIES + 1)))
LAUGHS = changed(
    workbook(TABLE),
    "xl/sharedStrings.xml",
    lambda x: x.replace("?>", '?><!DOCTYPE x [<!ENTITY a "ha">]>', 1),
)


def lying(raw: bytes) -> bytes:
    """The archive as if its files unpacked to ten bytes."""
    sheet = raw.index(b"PK\x01\x02", raw.index(b"PK\x01\x02") + 1)
    return raw[: sheet + 24] + (10).to_bytes(4, "little") + raw[sheet + 28 :]


def shifted(raw: bytes) -> bytes:
    """The archive as if its list of files began later, so that the files lie before its start."""
    end = raw.index(b"PK\x05\x06")
    listed = int.from_bytes(raw[end + 16 : end + 20], "little") + 256
    return raw[: end + 16] + listed.to_bytes(4, "little") + raw[end + 20 :]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (OLE + "EncryptedPackage".encode("utf-16-le"), "is protected by a password"),
        (OLE, "is of Excel before 2007 (.xls)"),
        (packed(("mimetype", b"x"), ("content.xml", b"x")), "is an OpenDocument file"),
        (packed(("word/document.xml", b"x")), "is a Word document"),
        (packed(("xl/workbook.bin", b"x")), "is a binary workbook (.xlsb)"),
        (packed(("holiday.jpg", b"x")), "is no Excel workbook (.xlsx)"),
        (BOMB, "unpacks to far more than"),
        (STEEP, "unpacks to far more than"),
        (MANY, "unpacks to far more than"),
        (lying(BOMB), "is broken or was not sent whole"),
        (shifted(workbook(TABLE)), "is broken or was not sent whole"),
        (LAUGHS, "declares entities"),
        (workbook(TABLE)[:-100], "is broken or was not sent whole"),
        (workbook(TABLE)[:3000], "is broken or was not sent whole"),
        (packed(("xl/workbook.xml", b"<workbook/>")), "is broken or was not sent whole"),
        (b"PK", "is broken or was not sent whole"),
        (b"%PDF-1.7\n%\xe2\xe3\n1 0 obj", "is a PDF; bring the table"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "found another kind"),
    ],
)
def test_what_is_no_workbook_is_said_in_one_plain_line(raw: bytes, words: str) -> None:
    assert len(raw) < 100_000
    reading = read(raw)
    assert (reading.document, reading.material) == (None, None)
    [mistake] = reading.mistakes
    assert str(mistake).startswith("Problem.xlsx: the file: ")
    assert words in mistake.message


def test_links_to_other_workbooks_are_not_followed() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in TABLE:
        sheet.append(row)
    sheet["G2"] = "='[http://elsewhere.example/x.xlsx]Sheet1'!A1"
    written = io.BytesIO()
    book.save(written)
    assert told(read(written.getvalue())) == [
        "Problem.xlsx: Sheet, cell G2: this is a formula; copy the cell and paste it as a value"
    ]
