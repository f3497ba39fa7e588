"""Whether this SQLite has the WAL-reset fault, and what guards against it.

In versions before 3.51.3 (but for 3.44.6 and 3.50.7, which have the correction too) rows
that were committed can be lost when two connections write to one file, or one writes and
one moves its write-ahead log into the database. Leaves out how a second writer is kept
out: `lock` and the read-only openings of `opening` do that. Always: if somebody wrote to
the file all the same, it is noticed at the next look.
"""

import logging
import sqlite3

from sqlalchemy.ext.asyncio import AsyncConnection

logger = logging.getLogger(__name__)

FIRST, CORRECTED = (3, 7, 0), (3, 51, 3)
CORRECTED_EARLIER = (((3, 44, 6), (3, 45, 0)), ((3, 50, 7), (3, 51, 0)))

Version = tuple[int, int, int]


def has_fault(version: Version) -> bool:
    """Whether a SQLite of this version can lose what was committed."""
    corrected = any(first <= version < end for first, end in CORRECTED_EARLIER)
    return FIRST <= version < CORRECTED and not corrected


class Guard:
    """Watches that this server's connection is the only one that writes."""

    def __init__(self, version: Version = sqlite3.sqlite_version_info) -> None:
        self.version = ".".join(map(str, version))
        self._faulty = has_fault(version)
        self._broken = False

    @property
    def words(self) -> str:
        """What stands between the fault and what people wrote."""
        if self._broken:
            return "broken: another program has written to the database"
        return "one connection writes, others only read" if self._faulty else "not needed"

    async def look(self, connection: AsyncConnection) -> None:
        """See whether anybody else has written since the last look over this connection."""
        # SQLite counts this number up for what others commit, and not for one's own.
        number = (await connection.exec_driver_sql("PRAGMA data_version")).scalar_one()
        before = connection.info.setdefault("data_version", number)
        if number != before:
            connection.info["data_version"] = number
            self._broken = True
            logger.error(
                "another program has written to the database; nothing but one server may, and"
                " SQLite %s %s",
                self.version,
                "can lose what was saved then" if self._faulty else "keeps what was saved",
            )
