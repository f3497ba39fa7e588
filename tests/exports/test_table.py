"""What a table takes, what it refuses, and how it cleans what it takes."""

from datetime import datetime

import pytest

from app.exports.table import Cell, Column, Table, as_text, printable


def table_of(cell: Cell, kind: str = "text") -> Table:
    column = Column("what", "number" if kind == "number" else "text")
    return Table("ideas", "Ideas", "All ideas.", (column,), ((cell,),))


@pytest.mark.parametrize("code", [*range(0x09), *range(0x0B, 0x20), *range(0x7F, 0xA0)])
def test_control_characters_are_not_printable(code: int) -> None:
    assert printable(f"a{chr(code)}b") == ("a\nb" if chr(code) == "\r" else "ab")


@pytest.mark.parametrize("code", [0xD800, 0xDBFF, 0xDC00, 0xDFFF, 0xFFFE, 0xFFFF])
def test_what_xml_cannot_hold_is_not_printable(code: int) -> None:
    assert printable(f"a{chr(code)}b") == "ab"


@pytest.mark.parametrize(
    "text", ["", "\t\n ", "é", "\u202e", "\ue000", "\ufffd", "😀", "\U0010ffff"]
)
def test_everything_else_is_printable(text: str) -> None:
    assert printable(text) == text


def test_every_line_ending_becomes_a_newline() -> None:
    assert printable("a\r\nb\rc\nd") == "a\nb\nc\nd"


def test_a_table_cleans_its_cells_title_and_note() -> None:
    table = Table("ideas", "A\x00ll\nideas", "No\x07te", (Column("what"),), (("x\x00=1",),))
    assert (table.title, table.note, table.rows) == ("All ideas", "Note", (("x=1",),))


@pytest.mark.parametrize(
    ("number", "text"), [(3, "3"), (3.5, "3.50"), (2 / 3, "0.67"), (-0.001, "0.00"), (-5, "-5")]
)
def test_a_number_reads_the_same_however_it_was_given(number: float, text: str) -> None:
    [[cell]] = table_of(number, "number").rows
    assert as_text(cell) == text


@pytest.mark.parametrize("number", [float("nan"), float("inf"), 1e15, 10**15, True, "3"])
def test_a_number_column_refuses_what_a_spreadsheet_cannot_count_with(number: Cell) -> None:
    with pytest.raises(ValueError, match="what"):
        table_of(number, "number")


@pytest.mark.parametrize("number", [3, 3.5, False])
def test_a_text_column_refuses_numbers(number: Cell) -> None:
    with pytest.raises(ValueError, match="text column"):
        table_of(number)


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="2 cells for 1 columns"):
        Table("ideas", "Ideas", "All.", (Column("what"),), (("a", "b"),))


@pytest.mark.parametrize("name", ["", "Ideas", "a b", "a/b", "1st", "history", "x" * 32])
def test_a_name_that_is_no_good_for_files_and_sheets_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not a name for a table"):
        Table(name, "Ideas", "All.", (Column("what"),), ())


def test_columns_need_good_names_of_their_own() -> None:
    with pytest.raises(ValueError, match="not a name for a column"):
        Column("How it works")
    with pytest.raises(ValueError, match="a name of its own"):
        Table("ideas", "Ideas", "All.", (Column("what"), Column("what")), ())
    with pytest.raises(ValueError, match="needs columns"):
        Table("ideas", "Ideas", "All.", (), ())


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        Table("ideas", "Ideas", "All.", (Column("what"),), (), datetime(2024, 1, 1))  # noqa: DTZ001
