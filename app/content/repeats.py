"""Repeats: text that belongs to several rows and is written in the first or in each.

Leaves out which columns these are. Always: of two rows that say different things, the later
one is told as a mistake, with the place of the first.
"""

from typing import Any

from app.content.mistakes import Way
from app.content.tables import Spot, Spots, Table


class Repeats:
    """Text that may stand in one row alone or be repeated in others, but not differ."""

    def __init__(self, table: Table, spots: Spots) -> None:
        self._table, self._spots = table, spots

    def take(self, whole: dict[str, Any], way: Way, row: int, text: str, field: str) -> None:
        """Put `text`, of the column `field` in `row`, into the part of `whole` that is at `way`."""
        part = way[-1]
        assert isinstance(part, str)
        before = whole.setdefault(part, "")
        self._spots.setdefault(way, Spot(row, (field, 1)))
        if text and not before:
            whole[part] = text
            self._spots[way] = Spot(row, (field, 1))
        elif text and text != before:
            place = self._table.called(self._spots[way].row, field)
            self._table.fault(row, field, f"expected the same as in {place}, or nothing")
