"""The lock that keeps a second server out of a SQLite data folder.

Leaves out Postgres, where several processes are welcome. Always: the lock is the
operating system's and dies with its process, so a file left by a crash locks nobody out.
"""

import fcntl
import os
from pathlib import Path
from typing import Self

from app.store.errors import InUse


class FolderLock:
    """A lock held by this process until it is released or the process ends."""

    def __init__(self, descriptor: int, database: Path) -> None:
        self._descriptor = descriptor
        self.database = database

    @classmethod
    def beside(cls, database: Path) -> Self:
        """Take the lock file beside a database. Raises InUse if another holds it."""
        # Many versions of SQLite can lose committed rows when two connections write to one file
        # (wal_reset), so this is more than good manners.
        descriptor = os.open(f"{database}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise InUse(
                f"another server is already using this data folder ({database.parent}):"
                " stop it first, or give this one a folder of its own"
            ) from None
        return cls(descriptor, database)

    def release(self) -> None:
        """Let the next one in. The file stays: deleting it could let in two at once."""
        os.close(self._descriptor)
