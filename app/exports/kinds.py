"""A kind of table: its columns beside what stands in them, and the lines it is made of.

Which kinds there are stands in `tables.py`. What always holds: a column of what people
typed is declared as such (`typed`), and has names taken out of it for analysts.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from app.cells import LONGEST_CELL
from app.exports.readers import Names, Reader, check
from app.exports.table import NOT_SAID, Cell, Column, Table
from app.game.workshop import Workshop

Line = TypeVar("Line")

BLIND = "The ratings are not open yet, so marks and what follows from them are left out."
PSEUDONYMS = (
    "People stand under pseudonyms, and names given at the door are taken out of the texts."
)

SHORTENED = "… [shortened: the whole is in workshop.json]"
"""Ends a cell that a workbook could not hold, such as a hundred builds on one idea."""


@dataclass(frozen=True, slots=True)
class Field(Generic[Line]):
    """A column, and what stands in it for a line."""

    column: Column
    cell: Callable[[Line], Cell]
    typed: bool = False
    """Whether people typed it."""


def text(name: str, cell: Callable[[Line], str | None], width: int = 20) -> Field[Line]:
    """A column of titles, ids and the like: nothing that people typed in the workshop."""
    return Field(Column(name, width=width), cell)


def typed(name: str, cell: Callable[[Line], str | None], width: int = 40) -> Field[Line]:
    """A column of what people typed in the workshop."""
    return Field(Column(name, width=width), cell, typed=True)


def number(name: str, cell: Callable[[Line], float | None], width: int = 10) -> Field[Line]:
    """A column of numbers: whole ones, or with two decimals."""
    return Field(Column(name, "number", width), cell)


def yes_no(name: str, cell: Callable[[Line], bool | None], width: int = 10) -> Field[Line]:
    """A column that says `yes` or `no`, or nothing."""

    def said(line: Line) -> str | None:
        is_so = cell(line)
        return None if is_so is None else "yes" if is_so else "no"

    return text(name, said, width)


@dataclass(frozen=True, slots=True)
class TableKind(Generic[Line]):
    """One of the tables a workshop can be read as."""

    name: str
    title: str
    note: str
    fields: tuple[Field[Line], ...]
    lines: Callable[[Workshop, Names], Iterable[Line]]
    readers: frozenset[Reader] = frozenset(Reader)
    """Who may have it."""
    rated: bool = False
    """Whether marks, or what follows from them, stand in it."""
    warned: bool = False
    """Whether what the deck says of all its cards stands above it."""

    def make(self, workshop: Workshop, reader: Reader, made_at: datetime = NOT_SAID) -> Table:
        """This table of `workshop` as it is now.

        Raises:
            Forbidden: `reader` may not have it now.
        """
        check(workshop, reader)
        names = Names(workshop, reader)
        notes = [self.note]
        if self.warned and workshop.warning:
            notes.append(names.words(workshop.warning.text))
        if self.rated and not workshop.ratings_open:
            notes.append(BLIND)
        if reader is Reader.ANALYST:
            notes.append(PSEUDONYMS)
        return Table(
            name=self.name,
            title=f"{self.title}: {names.words(workshop.title)}",
            note=" ".join(notes),
            columns=tuple(field.column for field in self.fields),
            rows=tuple(
                tuple(_said(field, line, names) for field in self.fields)
                for line in self.lines(workshop, names)
            ),
            made_at=made_at,
        )


def _said(field: Field[Line], line: Line, names: Names) -> Cell:
    cell = field.cell(line)
    if not isinstance(cell, str):
        return cell
    return fitting(names.words(cell) if field.typed else cell)


def fitting(words: str) -> str:
    """`words`, shortened where they are too long for a workbook: every format says the same."""
    units = words.encode("utf-16-le", "surrogatepass")
    if len(units) <= 2 * LONGEST_CELL:
        return words
    room = 2 * (LONGEST_CELL - len(SHORTENED))
    return units[:room].decode("utf-16-le", "ignore") + SHORTENED
