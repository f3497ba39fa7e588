"""CSV: read right however it was saved, and told by line and column where it is wrong."""

import pytest

from app.content import Reading, read_file
from app.content.from_csv import guarded, unguarded
from app.game.material import Journey
from tests.sheets import FIRST, HEADINGS, SECOND, TABLE, csv_of


def read(text: str | bytes) -> Reading:
    return read_file(text.encode() if isinstance(text, str) else text, "p.csv", "journey")


def told(reading: Reading) -> list[str]:
    return [str(mistake) for mistake in reading.mistakes]


EXPECTED = read(csv_of(TABLE)).document


def test_a_table_is_a_journey() -> None:
    reading = read(csv_of(TABLE))
    assert told(reading) == []
    assert isinstance(reading.material, Journey)
    assert [stage.title for stage in reading.material.stages] == ["Plan", "Act"]
    barrier = reading.material.stages[1].barriers[0]
    assert (barrier.id, barrier.com_b, barrier.opm) == (
        "there-is-no-room",
        ("opportunity-physical",),
        "commit",
    )


ACCENTS = (HEADINGS, ("Café “naïve” – €5", *FIRST[1:]), SECOND)
MARK = b"\xef\xbb\xbf"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", MARK),
        ("utf-16", b""),
        ("utf-16-be", b"\xfe\xff"),
        ("cp1252", b""),
        ("cp1252", MARK),
    ],
)
def test_it_is_read_however_it_was_saved(
    separator: str, end: str, encoding: str, mark: bytes
) -> None:
    reading = read(mark + csv_of(ACCENTS, separator, end).encode(encoding))
    assert told(reading) == []
    assert isinstance(reading.material, Journey)
    assert reading.material.title == "Café “naïve” – €5"
    assert reading.material.stages[0].barriers[0].text == "There is no time."


def test_what_excel_writes_in_windows_1252_with_semicolons_is_read() -> None:
    plain = "\r\n".join(";".join(row) for row in ACCENTS)
    reading = read(MARK + plain.encode("cp1252"))
    assert isinstance(reading.material, Journey)
    assert reading.material.title == "Café “naïve” – €5"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_line_that_names_the_separator_is_passed_over_and_counted(separator: str) -> None:
    assert read(f'"sep={separator}"\n' + csv_of(TABLE, separator)).document == EXPECTED
    said = f"sep={separator}\r\n"
    assert read(said + csv_of(TABLE, separator)).document == EXPECTED
    spoilt = (*TABLE[:2], ("", "", "Act", "", *SECOND[4:]))
    assert told(read(said + csv_of(spoilt, separator))) == [
        "p.csv: line 4, column Who: this cell is empty; something has to stand in it"
    ]


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    rows = (
        (*HEADINGS, ""),
        (*FIRST[:6], "There is\r\nno\ntime.", *FIRST[7:], ""),
        ("",) * 13,
        (*SECOND[:10], "Commitment", *SECOND[11:], "stray"),
    )
    reading = read(csv_of(rows))
    assert told(reading) == [
        "p.csv: line 6, column OPM stage: expected Consider, Create, Communicate or Commit, "
        "found “Commitment”",
        "p.csv: line 6, column 13: this stands under no heading",
    ]
    document = reading.document
    assert isinstance(document, dict)
    assert document["stages"][0]["barriers"][0]["text"] == "There is\nno\ntime."


PLAIN = ",".join(HEADINGS)
ROW = ",".join((*SECOND[:11], "opportunity-physical"))


@pytest.mark.parametrize("length", [1, 40])
def test_a_quotation_mark_that_is_never_closed_is_told_where_it_opens(length: int) -> None:
    open_row = ",".join(FIRST[:7]) + ',"Diaries'
    found = told(read("\n".join([PLAIN, open_row, *[ROW] * length])))
    never = "p.csv: line 2, column Finding: a quotation mark that opens here is never closed"
    assert never in found
    assert "p.csv: line 2, column COM-B: this cell is empty; something has to stand in it" in found


@pytest.mark.parametrize("after", [ROW, csv_of([SECOND]), '"' + ROW.replace(",", '","') + '"'])
def test_a_quotation_mark_closed_rows_later_is_told_where_it_opens(after: str) -> None:
    row = ",".join(FIRST[:7]) + ',"Diaries,A report,2.2,Commit,opportunity-physical'
    late = ',,Act,,,,Other,"Diaries",A report,2.2,Commit,opportunity-physical'
    found = told(read("\n".join([PLAIN, row, after, late])))
    assert any("line 2, column Finding: a quotation mark that opens here" in line for line in found)


def test_rows_between_two_quotation_marks_are_no_text() -> None:
    rows = (HEADINGS, (*FIRST[:7], f"Diaries\n{ROW}", *FIRST[8:]), SECOND)
    assert told(read(csv_of(rows))) == [
        "p.csv: line 2, column Finding: a quotation mark that opens here is closed too late: what "
        "looks like further rows is part of this text"
    ]


def test_a_quotation_mark_in_a_note_or_a_heading_hides_nothing() -> None:
    text = f'Kind of row,{PLAIN}\nnote,"Ours\n,{ROW}'
    assert any("line 2, column Problem: a quotation mark" in line for line in told(read(text)))
    [line] = told(read(f'Problem,"Statement\n{ROW}\n{ROW}'))
    assert line == "p.csv: line 1: a quotation mark that opens here is never closed"


def test_a_byte_that_is_no_letter_is_told_with_its_cell_and_hides_no_mistake() -> None:
    rows = (HEADINGS, ("Café", *FIRST[1:]), (*SECOND[:6], "There is no r~om.", *SECOND[7:11], "No"))
    raw = csv_of(rows, ";").encode("cp1252").replace(b"~", b"\x81")
    says = (
        "a character could not be read, where “There is no r\ufffdom.” shows \ufffd; type it again"
    )
    for mark in (b"", MARK):
        barrier, com_b = told(read(mark + raw))
        assert barrier == f"p.csv: line 3, column Barrier: {says}"
        assert com_b.startswith("p.csv: line 3, column COM-B: expected ")
    stray = csv_of(TABLE).encode() + b"\r\n\x81"
    assert told(read(stray)) == [
        "p.csv: line 4, column Problem: a character could not be read, where “\ufffd” shows "
        "\ufffd; type it again"
    ]
    heading = csv_of((("Problem~", *HEADINGS[1:]), FIRST)).encode().replace(b"~", b"\x9d")
    assert told(read(heading))[0].startswith("p.csv: line 1, column Problem: a character")


def test_a_broken_byte_does_not_make_other_letters_of_unicode_into_others() -> None:
    rows = (HEADINGS, ("Café “naïve”", *FIRST[1:]), (*SECOND[:6], "No r~om.", *SECOND[7:]))
    reading = read(csv_of(rows).encode().replace(b"~", b"\xe9"))
    assert [mistake.place for mistake in reading.mistakes] == ["line 3, column Barrier"]
    assert isinstance(reading.document, dict)
    assert reading.document["title"] == "Café “naïve”"


def test_text_in_utf_16_that_is_cut_off_is_told_with_its_cell() -> None:
    cut = b"\xff\xfe" + csv_of(TABLE).encode("utf-16-le")[:-1]
    [mistake] = told(read(cut))
    assert mistake.startswith("p.csv: line 3, column COM-B: ")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+44", "'+44"),
        ("＝1", "'＝1"),
        ("'=1", "''=1"),
        ("''@x", "'''@x"),
        ("'tis", "'tis"),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_an_apostrophe_guards_what_would_be_a_formula_and_goes_again(
    text: str, written: str
) -> None:
    assert guarded(text) == written
    assert unguarded(written) == text
