"""Upkeep by whoever runs the server: erasing a person, restoring a backup.

It leaves out the command line. What always holds: erasing blanks names and words where
they stand and changes no number, so that everybody else's work still folds.
"""

import asyncio
import json
import secrets
import shutil
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from sqlalchemy import make_url

from app.game.messages import ERASED, Event, Personal
from app.store import Store, StoreError, open_store


async def erase_person(store: Store, code: str, person: str) -> bool:
    """Blank the name and words of `person` in a workshop's log, and forget their keys.

    Returns whether there was such a person.

    Raises:
        Unavailable: the database failed; doing it again is harmless.
    """
    rows = [row for row in await store.log.read(code) if row.subject == person]
    if not rows:
        return False
    await store.log.rewrite(code, {row.seq: blanked(row.kind, row.body) for row in rows})
    await store.records.forget_person(code, person)
    return True


def blanked(kind: str, body: str) -> str:
    """The body of an event without the words of whoever it is about."""
    fields: dict[str, Any] = json.loads(body)
    return json.dumps(_blanked(Event.kinds[kind], fields), ensure_ascii=False)


def _blanked(model: type[BaseModel], fields: dict[str, Any]) -> dict[str, Any]:
    """`fields` of `model` with every text marked personal erased, also further in."""
    blank = dict(fields)
    for name, about in model.model_fields.items():
        value = fields.get(name)
        if Personal in about.metadata and isinstance(value, str):
            blank[name] = ERASED
        elif isinstance(value, dict) and isinstance(about.annotation, type):
            blank[name] = _blanked(about.annotation, value)
    return blank


def restore_backup(file: Path, url: str) -> None:
    """Put the backup in `file` where `url` says there is no database yet.

    Raises:
        StoreError: there is a database already, or the file is no backup.
    """
    place = make_url(url)
    if place.get_backend_name() != "sqlite" or not place.database:
        raise StoreError("A backup file is restored to SQLite only; on Postgres use its own tools.")
    target = Path(place.database)
    if target.exists():
        raise StoreError(
            f"There is a database at {target} already. Restore into an empty data folder."
        )
    if not file.is_file():
        raise StoreError(f"There is no file {file}.")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copyfile(file, target)
    target.chmod(0o600)
    try:
        asyncio.run(_renew_epochs(url))
    except StoreError:
        target.unlink()
        raise


async def _renew_epochs(url: str) -> None:
    """Numbers that clients hold may mean other events now: they must ask for everything."""
    store = await open_store(url)
    try:
        for record in await store.records.workshops(None):
            await store.records.renew_epoch(record.code, secrets.token_urlsafe(8))
    finally:
        await store.close()
