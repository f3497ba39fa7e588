"""Cells: text in a workbook stays the text it was.

Leaves out whole tables (`exports`, `content`). Always: a workbook is read back by another
library than the one that wrote it.
"""

import io

import openpyxl
import pytest
import xlsxwriter

from app.cells import LONGEST_CELL, must, put_text


def through_a_workbook(text: str) -> object:
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True})
    plain = book.add_format()
    put_text(book.add_worksheet("Sheet1"), 0, 0, text, plain, plain)
    book.close()
    cell = openpyxl.load_workbook(io.BytesIO(written.getvalue()))["Sheet1"]["A1"]
    assert cell.data_type in ("s", "n")  # an empty cell is a number to openpyxl
    return cell.value


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "=1+1",
        "{=1}",
        "http://x.example",
        "_x0041_",
        "_x0041_x0042_",
        "<r>bold</r>",
        "2009",
        " two\nlines ",
        "😀",
    ],
)
def test_text_is_read_back_as_it_was(text: str) -> None:
    assert through_a_workbook(text) == text


def test_no_text_is_an_empty_cell() -> None:
    assert through_a_workbook("") is None


def test_what_does_not_fit_is_refused_and_never_cut() -> None:
    assert through_a_workbook("x" * LONGEST_CELL) == "x" * LONGEST_CELL
    with pytest.raises(ValueError, match="holds 32767 characters"):
        through_a_workbook("😀" * LONGEST_CELL)
    with pytest.raises(ValueError, match="larger than a worksheet"):
        must(-1)
