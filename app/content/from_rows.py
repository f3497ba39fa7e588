"""From rows: a document and its mistakes, each with its cell, from the sheets of a file.

Leaves out how sheets are read (`from_csv.py`, `from_xlsx.py`) and the rows themselves
(`rows_journey.py`, `rows_deck.py`). Always: a cell has one mistake told of it at most by each
check, and none that follows from one already told.
"""

from collections.abc import Iterator, Sequence

from app.content.checking import Reading, Sort, examined
from app.content.columns import COLUMNS, heading_of
from app.content.mistakes import (
    ContentError,
    ContentMistake,
    Finding,
    Way,
    Wording,
    fewer,
    refuse,
)
from app.content.rows_deck import deck_of
from app.content.rows_journey import journey_of
from app.content.tables import (
    EMPTY,
    FEWEST_HEADINGS,
    MOST_ROWS,
    Grid,
    Spot,
    Spots,
    Table,
    find_table,
    missing,
)
from app.content.tags import WORDS

IN_CELLS = {
    "missing": EMPTY,
    "string_too_short": EMPTY,
    "too_short": EMPTY,
}
"""What is said of a cell where a JSON file is told of fields and lists."""

WHAT: dict[Sort, str] = {"journey": "a problem statement", "deck": "a deck of cards"}


def read_grids(grids: Sequence[Grid], name: str, sort: Sort | None) -> Reading:
    """What the sheets of the file called `name` hold. Raises ContentError if they hold no table."""
    table = _table(grids, name, sort)
    if not table.rows:
        one = "barrier" if table.sort == "journey" else "card"
        none = f"expected a {one} to a row below these headings"
        told = [(table.name(*cell), message) for cell, message in sorted(table.faults.items())]
        every = [*told, (table.name(table.head), none)]
        raise ContentError(ContentMistake(name, place, message) for place, message in every)
    document, spots = journey_of(table) if table.sort == "journey" else deck_of(table)
    wording = Wording(
        lambda way: _called(table, spots, way), IN_CELLS, lambda code: WORDS.get(code, code)
    )
    material, kept, findings = examined(document, name, table.sort, wording)
    mistakes = (*_beyond(table, name), *_told(table, spots, findings, name))
    return Reading(kept, None if mistakes else material, mistakes)


def _table(grids: Sequence[Grid], name: str, sort: Sort | None) -> Table:
    """The one table there is. Raises ContentError for none, and for more than one."""
    sorts: tuple[Sort, ...] = ("journey", "deck")
    found = []
    for grid in grids:
        counts = {each: find_table(grid, each) for each in sorts}
        best = max(sorts, key=lambda each: counts[each][0])
        if counts[best][0] >= FEWEST_HEADINGS:
            found.append((grid, best, counts[best][1]))
    if not found:
        headings = ", ".join(column.heading for column in COLUMNS[sort or "journey"])
        place = "the first line" if not grids or grids[0].sheet is None else grids[0].sheet
        refuse(name, place, f"expected a row of headings, as the template has them: {headings}")
    if len(found) > 1:
        sheets = " and ".join(str(grid.sheet) for grid, _, _ in found)
        refuse(name, "the sheets", f"expected one sheet with a table, found it in {sheets}")
    [(grid, best, headings_at)] = found
    if sort is not None and best != sort:
        refuse(name, "the headings", f"expected those of {WHAT[sort]}, found those of {WHAT[best]}")
    return Table(grid, best, headings_at)


def _spot(spots: Spots, way: Way) -> Spot:
    """The cell of the value at `way`, or of what it is part of, or of its first part."""
    for length in range(len(way), 0, -1):
        if found := spots.get(way[:length]):
            return found
    first = next(iter(spots.values()))
    return min((spot for inner, spot in spots.items() if inner[: len(way)] == way), default=first)


def _called(table: Table, spots: Spots, way: Way) -> str:
    spot = _spot(spots, way)
    return table.name(spot.row, table.at.get(spot.key))


def _beyond(table: Table, name: str) -> Iterator[ContentMistake]:
    """That there are more rows than are read, at the first of them."""
    if table.beyond or not table.grid.whole:
        number = len(table.rows) + len(table.beyond)
        found = f"{number:,}" if table.grid.whole else "more"
        first = (table.beyond or table.grid.rows[-1:])[0][0]
        message = f"expected at most {MOST_ROWS:,} rows, found {found}"
        yield ContentMistake(name, table.name(first), f"{message}; those from here on are not read")


def _told(
    table: Table, spots: Spots, findings: Sequence[Finding], name: str
) -> tuple[ContentMistake, ...]:
    """Every mistake once, in the order of the cells, those of the headings first."""
    ways: dict[tuple[int, int], Way] = {}
    for way, spot in spots.items():
        if spot.key in table.at:
            ways.setdefault((spot.row, table.at[spot.key]), way)
    told: dict[tuple[int, int, str], ContentMistake] = {}
    for heading in missing(table):
        message = f"there is no column called {heading}"
        told[table.head, -1, message] = ContentMistake(name, table.name(table.head), message)
    for (row, position), message in table.faults.items():
        place = table.name(row, position)
        told[row, position, message] = ContentMistake(
            name, place, message, ways.get((row, position))
        )
    for way, message in findings:
        row, key = _spot(spots, way)
        if key not in table.at:  # told once, however many rows there are
            message = f"there is no column called {heading_of(key, table.sort)}"
            mistake = ContentMistake(name, table.name(table.head), message)
            told.setdefault((table.head, -1, message), mistake)
        elif (row, table.at[key]) not in table.faults:
            counted = isinstance(way[-1], int)  # a stage or barrier too many, whatever it says
            message = message if counted or table.filled(row, key) else EMPTY
            cell = row, table.at[key]
            mistake = ContentMistake(name, table.name(*cell), message, way)
            told.setdefault((*cell, message), mistake)
    return tuple(fewer([told[place] for place in sorted(told)]))
