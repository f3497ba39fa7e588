"""Migrations: how tables made by an older program become those of today.

Each step says in its own words what it adds, not in those of `tables`, which go on
changing. Leaves out taking anything back: an older program refuses a newer database.
Always: all steps, and the number that says they were done, are one transaction, so a
database is of one version or of the next and never in between.
"""

from collections.abc import Awaitable, Callable

from sqlalchemy import (
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from app.store.tables import SCHEMA_VERSION

Step = Callable[[AsyncConnection], Awaitable[None]]


async def upgrade(connection: AsyncConnection) -> None:
    """Take the steps that the database has not taken yet."""
    found = (await connection.execute(select(SCHEMA_VERSION.c.version))).scalar_one()
    for version, step in STEPS:
        if version > found:
            await step(connection)
            await connection.execute(update(SCHEMA_VERSION).values(version=version))


async def _add_the_shelf(connection: AsyncConnection) -> None:
    """Facilitators' own problem statements and decks, each with its versions."""
    added, moment = MetaData(), DateTime(timezone=True)
    piece = Table(
        "piece",
        added,
        Column("id", String, nullable=False),
        Column("owner", String, nullable=False),
        Column("sort", String, nullable=False),
        Column("current", Integer, nullable=False),
        Column("edition", Integer, nullable=False),
        Column("made_at", moment, nullable=False),
        Column("changed_at", moment, nullable=False),
        Column("binned_at", moment),
        PrimaryKeyConstraint("id", name="pk_piece"),
    )
    Index("ix_piece_owner", piece.c.owner)
    Table(
        "version",
        added,
        Column("piece", String, nullable=False),
        Column("number", Integer, nullable=False),
        Column("at", moment, nullable=False),
        Column("title", String, nullable=False),
        Column("mistakes", Integer, nullable=False),
        Column("done", String, nullable=False),
        Column("body", Text, nullable=False),
        PrimaryKeyConstraint("piece", "number", name="pk_version"),
        ForeignKeyConstraint(["piece"], ["piece.id"], name="fk_version_piece"),
    )
    await connection.run_sync(added.create_all)


STEPS: tuple[tuple[int, Step], ...] = ((2, _add_the_shelf),)
"""By the SCHEMA each leads to, in order."""
