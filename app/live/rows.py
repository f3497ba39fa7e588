"""Rows of the log, and the events they hold: there and back.

It leaves out when they are written and read (`workshop.py`). What always holds: rows that
were written from events fold into the state those events made.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from app import game
from app.game.messages import Actor, Command, Event, Stamp
from app.game.workshop import Workshop
from app.store import Entry, Row


def fold(rows: Iterable[Row]) -> Workshop:
    """The workshop that these rows of a log make, from the first on."""
    return game.replay(read(row) for row in rows)


def read(row: Row) -> tuple[Event, Stamp]:
    """The event of a row, and what the log adds to it."""
    return Event.read(row.kind, row.body), Stamp(row.seq, row.at, row.actor)


def entry(event: Event, actor: Actor, at: datetime) -> Entry:
    """What is written of `event`."""
    return Entry(event.kind, actor.id, at, event.subject, event.model_dump_json())


def digest_of(command: Command) -> str:
    """What tells one command from another that comes under the same ref."""
    # Without what is left at its default: a field that a later version adds must not make
    # something else of a command that was on its way when the server was upgraded.
    said = command.model_dump_json(exclude_defaults=True)
    body: dict[str, Any] = {"kind": type(command).__name__, "body": said}
    return hashlib.sha256(repr(body).encode()).hexdigest()
