"""How a table is laid out on pages: shared by the two word-processor formats.

A table of up to `WIDEST` columns stays a table. A wider one could not be read on
paper, so each row becomes a block: a numbered heading, then a table of two columns,
name and value, without the empty cells. Either way every cell's text is there in full;
a block's heading only repeats, shortened, what stands below it.
"""

from app.exports.table import Cell, Column, Table, as_text

WIDEST = 8
EMPTY = "This table has no rows."
NAME_WIDTH = 20  # of a block's first column, in characters
VALUE_WIDTH = 80

_LONGEST_HEADING = 80
_INITIALS = frozenset({"doi", "id", "opm"})
# The column whose text names a block; a table without one uses its first text column.
_MAIN = "intervention"


def in_blocks(table: Table) -> bool:
    """Whether each row is written as a block of its own."""
    return len(table.columns) > WIDEST


def label(column: Column) -> str:
    """A column's name for people: `how_it_works` reads "How it works"."""
    first, *others = (
        word.upper() if word in _INITIALS else word for word in column.name.split("_")
    )
    return " ".join([first[:1].upper() + first[1:], *others])


def block_heading(table: Table, number: int) -> str:
    """The heading of the row with this number, counted from 1, on one line."""
    main = next(
        (at for at, column in enumerate(table.columns) if column.name == _MAIN),
        next((at for at, column in enumerate(table.columns) if column.kind == "text"), 0),
    )
    line = " ".join(as_text(table.rows[number - 1][main]).split()) or "(empty)"
    if len(line) > _LONGEST_HEADING:
        line = line[: _LONGEST_HEADING - 1].rstrip() + "…"
    return f"{number}. {line}"


def pairs(table: Table, row: tuple[Cell, ...]) -> list[tuple[str, str]]:
    """The label and text of every cell of this row that holds anything."""
    return [
        (label(column), as_text(cell))
        for column, cell in zip(table.columns, row, strict=True)
        if as_text(cell)
    ]
