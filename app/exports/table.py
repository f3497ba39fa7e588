"""A table on its way out: what every format writes, and nothing about any format.

Which tables a workshop has is decided in `tables.py`; how one becomes a file, in
the `as_*` modules. A table holds only text and numbers that every format can carry,
because it is cleaned once, as it is made: that is why all formats say the same.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

Cell = str | int | float | None
"""What stands in one place of a table; None is an empty cell."""

NOT_SAID = datetime(1980, 1, 1, tzinfo=UTC)
"""Stands for an unknown date of making: the earliest moment a zip archive can hold."""

# What XML 1.0 (section 2.2) cannot carry, lone surrogates among it, and the control
# characters U+007F to U+009F, which it can but which no writing needs.
_UNPRINTABLE = re.compile("[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Good as a file name, as a sheet's (Excel allows 31 characters) and as a range's.
_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
# Excel shows fifteen digits and forgets the rest.
_TOO_LARGE = 10**15


def printable(text: str) -> str:
    """The text without what some format cannot carry; every line ending becomes a newline."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def as_text(cell: Cell) -> str:
    """A cell as the text formats write it: two decimals for a float, nothing for None."""
    if cell is None:
        return ""
    return f"{cell:.2f}" if isinstance(cell, float) else str(cell)


@dataclass(frozen=True, slots=True)
class Column:
    """A column by the name that heads it in files, such as `how_it_works`."""

    name: str
    kind: Literal["text", "number"] = "text"
    width: int = 20  # in characters, a hint to formats that have pages

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r} is not a name for a column")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns, with a title and one sentence that says what they are.

    `name` goes into file and sheet names. Raises ValueError for what is no table: a row
    of another length, text in a number column, a number in a text column.
    """

    name: str
    title: str
    note: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    made_at: datetime = NOT_SAID

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or self.name == "history":  # Excel keeps that one
            raise ValueError(f"{self.name!r} is not a name for a table")
        names = [column.name for column in self.columns]
        if not names or len(set(names)) < len(names):
            raise ValueError(f"{self.name} needs columns, each with a name of its own")
        if self.made_at.tzinfo is None:
            raise ValueError(f"{self.name} was made at a time without a zone")
        object.__setattr__(self, "title", _one_line(self.title))
        object.__setattr__(self, "note", _one_line(self.note))
        object.__setattr__(self, "rows", tuple(self._clean(row) for row in self.rows))

    def _clean(self, row: tuple[Cell, ...]) -> tuple[Cell, ...]:
        if len(row) != len(self.columns):
            raise ValueError(
                f"a row of {self.name} has {len(row)} cells for {len(self.columns)} columns"
            )
        return tuple(map(_clean_cell, self.columns, row))


def _one_line(text: str) -> str:
    return " ".join(printable(text).split())


def _clean_cell(column: Column, cell: Cell) -> Cell:
    if cell is None:
        return None
    if isinstance(cell, str):
        if column.kind == "text":
            return printable(cell)
    elif column.kind == "number" and not isinstance(cell, bool) and abs(cell) < _TOO_LARGE:
        # Adding nought turns -0.0, which would read "-0.00", into 0.0.
        return round(cell, 2) + 0.0 if isinstance(cell, float) else cell
    raise ValueError(f"{cell!r} cannot stand in {column.name}, a {column.kind} column")
