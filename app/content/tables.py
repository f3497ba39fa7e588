"""Tables: rows of text under headings, from whichever kind of spreadsheet.

Leaves out how the text is got (`from_csv.py`, `from_xlsx.py`) and what the rows mean
(`rows_journey.py`, `rows_deck.py`). Always: whatever stands in a cell is either read or told
as a mistake with that cell's name; nothing is passed over in silence but notes and examples.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from app.content.checking import Sort
from app.content.columns import COLUMNS, KIND, Key, column_called, heading_of, squeezed
from app.content.mistakes import UNREAD, Way, shown, unreadable

HEADINGS_WITHIN = 20
"""Rows from the top; whatever stands above the headings is a title or a note."""

FEWEST_HEADINGS = 3
MOST_ROWS = 500
"""A deck of more would hold more values than are worth looking at."""

EMPTY = "this cell is empty; something has to stand in it"

LEFT_OUT = {"note", "notes", "example", "examples"}
TAKEN = {"", "barrier", "card", "row"}


class Grid(NamedTuple):
    """What stands in a sheet: rows by their numbers, without the empty ones.

    `faults` says what is wrong with single cells, by row number and position in the row.
    `sheet` is the sheet's name, or None in a CSV file.
    """

    sheet: str | None
    rows: Sequence[tuple[int, Sequence[str]]]
    faults: Mapping[tuple[int, int], str]
    whole: bool = True
    """Whether these are all the rows there are."""


class Spot(NamedTuple):
    """A cell, by the number of its row and its column, which may be missing from the table."""

    row: int
    key: Key


Spots = dict[Way, Spot]
"""Which cell each part of a document came from."""


class Table:
    """The rows of a grid under their headings, for a `sort`."""

    def __init__(self, grid: Grid, sort: Sort, headings: int) -> None:
        self.sort = sort
        self.grid = grid
        self.head, named = grid.rows[headings]
        self.faults: dict[tuple[int, int], str] = {}
        self.at: dict[Key, int] = {}
        self.unread: list[int] = []
        for position, heading in enumerate(named):
            self._place_heading(position, heading)
        own = [
            (number, row) for number, row in grid.rows[headings + 1 :] if self._read(number, row)
        ]
        self.rows, self.beyond = own[:MOST_ROWS], own[MOST_ROWS:]
        self._cells = dict(grid.rows)
        self._find_strays()

    def text(self, row: Sequence[str], field: str, number: int = 1) -> str:
        """What stands in `row` under the heading for `field`; nothing where there is none."""
        position = self.at.get((field, number))
        return row[position] if position is not None and position < len(row) else ""

    def filled(self, row: int, key: Key) -> bool:
        """Whether something stands in a cell."""
        cells = self._cells.get(row, ())
        return bool(self.at[key] < len(cells) and cells[self.at[key]])

    def numbers(self, field: str) -> list[int]:
        """The numbers of the columns there are for `field`: [1, 2] for Document, Document 2."""
        return sorted(number for name, number in self.at if name == field)

    def fault(self, row: int, field: str, message: str, number: int = 1) -> None:
        """Say that something is wrong in a cell that is there."""
        self.faults.setdefault((row, self.at[field, number]), message)

    def called(self, row: int, field: str, number: int = 1) -> str:
        """How a person finds a cell that is there."""
        return self.name(row, self.at[field, number])

    def name(self, row: int, position: int | None = None) -> str:
        """How a person finds the cell at `position` of a row, or the row itself."""
        if self.grid.sheet is None:
            key = next((key for key, at in self.at.items() if at == position), None)
            if position is None:
                return f"line {row}"
            return f"line {row}, column {heading_of(key, self.sort) if key else position + 1}"
        if position is None:
            return f"{self.grid.sheet}, row {row}"
        return f"{self.grid.sheet}, cell {letters(position)}{row}"

    def _place_heading(self, position: int, heading: str) -> None:
        key = column_called(heading, self.sort)
        if key is None:
            if heading:
                self.unread.append(position)
        elif key in self.at:
            first = self.name(self.head, self.at[key])
            self.faults[self.head, position] = (
                f"there is a column {shown(heading)} at {first} already"
            )
        else:
            self.at[key] = position

    def _read(self, number: int, row: Sequence[str]) -> bool:
        """Whether a row is to be read; what it says of itself is told if it is no such word."""
        kind = self.text(row, KIND)
        if squeezed(kind) in LEFT_OUT:
            return False
        if squeezed(kind) not in TAKEN:
            self.fault(number, KIND, f"expected note, example or nothing, found {shown(kind)}")
        return True

    def _find_strays(self) -> None:
        """Text that is under no heading, or under one nobody knows."""
        known = {*self.at.values(), *(position for _, position in self.faults)}
        head = self._cells[self.head]
        for number, row in self.rows:
            for position, text in enumerate(row):
                if text and position not in known and position not in self.unread:
                    self.faults[number, position] = "this stands under no heading"
        columns = ", ".join(column.heading for column in COLUMNS[self.sort])
        for position in self.unread:
            if any(position < len(row) and row[position] for _, row in self.rows):
                heading = shown(head[position])
                message = f"no column is called {heading}; correct it or take it out"
                self.faults[self.head, position] = f"{message}. There are: {columns}"
        for number, row in [(self.head, head), *self.rows]:
            for position, text in enumerate(row):
                if UNREAD in text:
                    self.faults.setdefault((number, position), unreadable(text))
        read = {number for number, _ in self.rows} | {self.head}
        for (number, position), message in self.grid.faults.items():
            if number in read or self.grid.sheet is None:  # in CSV it may have swallowed rows
                self.faults[number, position] = message


def find_table(grid: Grid, sort: Sort) -> tuple[int, int]:
    """How many headings of a `sort` stand in one row of `grid`, and the position of that row."""
    best = (0, 0)
    for position, (_, row) in enumerate(grid.rows[:HEADINGS_WITHIN]):
        keys = {column_called(text, sort) for text in row if text and len(text) < 80} - {None}
        best = max(best, (len(keys), -position))
    return best[0], -best[1]


def missing(table: Table) -> Iterator[str]:
    """The headings of columns that have to be there and are not."""
    for column in COLUMNS[table.sort]:
        if column.needed and (column.field, 1) not in table.at:
            yield column.heading


def letters(position: int) -> str:
    """The letters over a column: A for 0, AA for 26."""
    named, rest = "", position + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        named = chr(ord("A") + digit) + named
    return named
