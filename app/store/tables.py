"""The seven tables, as SQLModel classes, and the plain records kept in six of them.

Leaves out how rows are written and read (log, records, shelf), and what older tables need
to become these (migrations). Always: a time goes in with
its zone and comes out in UTC, on every database; nothing here names an event.
"""

from datetime import UTC, datetime
from typing import Any, ClassVar, Literal

from pydantic import AwareDatetime
from sqlalchemy import (
    Column,
    DateTime,
    Dialect,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)
from sqlmodel import Field, SQLModel

# Raise it with every change to the tables, with a step in migrations: an older program must
# refuse a newer file.
SCHEMA = 2


class UtcDateTime(TypeDecorator[datetime]):
    """A moment. SQLite has no time zones, so what goes in is UTC and comes out marked as such."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time must have a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Kept(SQLModel):
    """What every table shares: names for constraints, so that a later migration can find them."""

    metadata: ClassVar[MetaData] = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "ix": "ix_%(table_name)s_%(column_0_name)s",
        }
    )


class Record(Kept):
    """A plain, unchangeable value; the table of the same fields is made from it."""

    model_config = {"frozen": True}


class WorkshopRecord(Record):
    """One line of the index of workshops. `owner` is an account's id."""

    code: str = Field(primary_key=True)
    title: str
    owner: str = Field(index=True)
    opened_at: AwareDatetime = Field(sa_type=UtcDateTime)
    delete_after: AwareDatetime | None = Field(default=None, sa_type=UtcDateTime)
    epoch: str  # changes when a backup is restored, so that no client trusts its old seq


class AccessRow(Record):
    """A key someone may come in with. Only its hash is kept: the key itself cannot be read back.

    `person` is whose it is: of an invite, who made it. `name` is an account's; a seat has the hash
    of the invite it was taken by there, so that with somebody their way in is ended too.
    """

    key_hash: str = Field(primary_key=True)  # sha256, hexadecimal
    kind: Literal["seat", "invite", "account"] = Field(sa_type=String)
    workshop: str | None = Field(default=None, foreign_key="workshop.code", index=True)
    person: str | None = None
    role: str
    group_id: str | None = None
    name: str | None = None
    created_at: AwareDatetime = Field(sa_type=UtcDateTime)
    revoked_at: AwareDatetime | None = Field(default=None, sa_type=UtcDateTime)


class DraftRow(Record):
    """An idea being written: its author's alone, and never part of the log."""

    workshop: str = Field(primary_key=True, foreign_key="workshop.code")
    person: str = Field(primary_key=True)
    card: str | None = None
    barrier: str | None = None
    words: str | None = Field(default=None, sa_type=Text)
    how: str | None = Field(default=None, sa_type=Text)
    example: str | None = Field(default=None, sa_type=Text)
    caution: str | None = Field(default=None, sa_type=Text)
    saved_at: AwareDatetime = Field(sa_type=UtcDateTime)


class SeenRow(Record):
    """When a person was last seen in a workshop."""

    workshop: str = Field(primary_key=True, foreign_key="workshop.code")
    person: str = Field(primary_key=True)
    at: AwareDatetime = Field(sa_type=UtcDateTime)


class PieceRow(Record):
    """A facilitator's own problem statement or deck; what stands in it are its versions."""

    id: str = Field(primary_key=True)
    owner: str = Field(index=True)
    sort: Literal["journey", "deck"] = Field(sa_type=String)
    current: int  # the number of the version that counts; undo and redo move it
    edition: int  # counts every save, undo and redo, so that a page out of date is noticed
    made_at: AwareDatetime = Field(sa_type=UtcDateTime)
    changed_at: AwareDatetime = Field(sa_type=UtcDateTime)
    binned_at: AwareDatetime | None = Field(default=None, sa_type=UtcDateTime)


class VersionRow(Record):
    """A piece as it stood after something was done to it. The document may have mistakes."""

    piece: str = Field(primary_key=True, foreign_key="piece.id")
    number: int = Field(primary_key=True)
    at: AwareDatetime = Field(sa_type=UtcDateTime)
    title: str
    mistakes: int  # how many were found when it was written, for lists
    done: str  # in plain words, such as “Added a stage”
    body: str = Field(sa_type=Text)


class WorkshopTable(WorkshopRecord, table=True):
    __tablename__ = "workshop"


class AccessTable(AccessRow, table=True):
    __tablename__ = "access"


class DraftTable(DraftRow, table=True):
    __tablename__ = "draft"


class SeenTable(SeenRow, table=True):
    __tablename__ = "seen"


class PieceTable(PieceRow, table=True):
    __tablename__ = "piece"


class VersionTable(VersionRow, table=True):
    __tablename__ = "version"


class EventTable(Kept, table=True):
    """The log. Its primary key is the lock between processes: a number is written once."""

    __tablename__ = "event"

    workshop: str = Field(primary_key=True, foreign_key="workshop.code")
    seq: int = Field(primary_key=True)  # from 1, without a gap, in each workshop
    kind: str
    at: datetime = Field(sa_type=UtcDateTime)
    actor: str
    ref: str | None = None  # this and the next two: only on the last row a command wrote
    digest: str | None = None  # hash of the command's body: the same ref with another body differs
    made: str | None = None  # the id the command made, for giving the same answer again
    subject: str | None = None  # whose personal words the body holds
    body: str = Field(sa_type=Text)


def _table(model: Any) -> Table:
    table: Table = model.__table__
    return table


EVENT = _table(EventTable)
WORKSHOP = _table(WorkshopTable)
ACCESS = _table(AccessTable)
DRAFT = _table(DraftTable)
SEEN = _table(SeenTable)
PIECE = _table(PieceTable)
VERSION = _table(VersionTable)

# One row. `version` is the SCHEMA the tables have: Postgres has no user_version to put it in.
# `checks` counts the times the database was asked whether it can write: writing back what is
# there already would not be tried by SQLite at all.
SCHEMA_VERSION = Table(
    "schema_version",
    Kept.metadata,
    Column("version", Integer, nullable=False),
    Column("checks", Integer, nullable=False),
)
