"""Copies of a SQLite database, kept from before its tables were brought up to date.

They are made by `opening`, for whoever has to go back to the program of before. Leaves
out backups that people ask for. Always: a copy is dropped when anything is erased, since
it would keep the words, and after a fortnight.
"""

import time
from pathlib import Path

KEPT_SECONDS = 14 * 24 * 3600


def fresh_place(file: Path, version: int) -> Path:
    """Where a copy of `file`, whose tables are of this version, is to be put."""
    place = file.with_name(f"{file.stem}-version-{version}.db")
    place.unlink(missing_ok=True)  # of an upgrade that was broken off: the database went on since
    return place


def drop(file: Path) -> None:
    """Leave no copy of `file`."""
    for copy in _copies(file):
        copy.unlink(missing_ok=True)


def drop_old(file: Path) -> None:
    """Drop the copies of `file` that have been kept long enough."""
    for copy in _copies(file):
        if time.time() - copy.stat().st_mtime > KEPT_SECONDS:
            copy.unlink(missing_ok=True)


def _copies(file: Path) -> list[Path]:
    began = f"{file.stem}-version-"
    return [each for each in file.parent.iterdir() if each.name.startswith(began)]
