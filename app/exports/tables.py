"""What a workshop can be taken home as: the one door to its tables and files.

Which columns a table has stands in the `tables_*` modules, how it becomes a file in
`formats.py`. What always holds: nothing is made for a reader who may not have it, and
every file of one workshop says the same.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from app.exports.formats import bundle
from app.exports.kinds import TableKind
from app.exports.methods import methods
from app.exports.readers import Reader, check
from app.exports.table import Table
from app.exports.tables_ideas import ASSESSMENT, LONGLIST, SHORTLIST
from app.exports.tables_ratings import RATINGS
from app.exports.tables_use import CARDS, COVERAGE, OPM, PARTICIPATION
from app.exports.whole import LogRow, log_json, workshop_json
from app.game.messages import Forbidden
from app.game.workshop import Workshop

__all__ = [
    "TABLES", "LogRow", "Reader", "TableKind",
    "everything", "log_json", "make_table", "methods", "workshop_json",
]  # fmt: skip

TABLES: dict[str, TableKind[Any]] = {
    kind.name: kind
    for kind in (
        LONGLIST, SHORTLIST, ASSESSMENT, RATINGS, COVERAGE, OPM, CARDS, PARTICIPATION,
    )
}  # fmt: skip


def make_table(what: str, workshop: Workshop, made_at: datetime, reader: Reader) -> Table:
    """The table called `what`, as `reader` may have it.

    Raises:
        KeyError: there is no such table.
        Forbidden: `reader` may not have it, or not now.
    """
    kind = TABLES[what]
    if reader not in kind.readers:
        raise Forbidden(f"“{kind.title}” is not for you.")
    return kind.make(workshop, reader, made_at)


def everything(
    workshop: Workshop, rows: Iterable[LogRow], made_at: datetime, reader: Reader
) -> bytes:
    """A zip archive of every table in every format, the log, the workshop and the methods.

    Raises:
        Forbidden: `reader` may not have it now.
    """
    check(workshop, reader)
    rows = list(rows)
    return bundle(
        [
            kind.make(workshop, reader, made_at)
            for kind in TABLES.values()
            if reader in kind.readers
        ],
        {
            "log.json": log_json(workshop, rows, reader),
            "workshop.json": workshop_json(workshop, reader),
            "methods.txt": methods(workshop, rows, made_at, reader).encode(),
        },
    )
