"""Restoring a backup of a SQLite database, into an empty place only.

It leaves out taking one (`Store.backup`). What always holds: the database has its name
only once it is whole, what was erased since is taken out again, and clients that were
connected before ask for everything anew.
"""

import asyncio
import secrets
import shutil
from pathlib import Path

from sqlalchemy import make_url

from app.live.erasing import erase
from app.store import Erasures, StoreError, open_for_reading, open_store, settle_on_disk

BESIDE = ("", "-wal", "-shm", "-journal")
"""What SQLite keeps beside a database: left over, it would be mixed into another."""


def restore_backup(file: Path, url: str, ledger: Erasures) -> None:
    """Put the backup in `file` where `url` says there is no database yet.

    Raises:
        StoreError: there is something already, or the file is no backup, or is damaged.
    """
    place = make_url(url)
    if place.get_backend_name() != "sqlite" or not place.database:
        raise StoreError("A backup file is restored to SQLite only; on Postgres use its own tools.")
    target = Path(place.database)
    if left := [target.name + end for end in BESIDE if Path(f"{target}{end}").exists()]:
        raise StoreError(
            f"There is a database at {target.parent} already ({', '.join(left)})."
            " Restore into an empty data folder, or move all of these away together."
        )
    if not file.is_file():
        raise StoreError(f"There is no file {file}.")
    backup = place.set(database=str(file.absolute())).render_as_string(hide_password=False)
    if not asyncio.run(_is_whole(backup)):
        raise StoreError(f"The file {file} is damaged: restore another backup.")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    _remove(part)
    try:
        shutil.copyfile(file, part)
        part.chmod(0o600)
        asyncio.run(
            _make_ready(place.set(database=str(part)).render_as_string(hide_password=False), ledger)
        )
        settle_on_disk(part, target)
    finally:
        _remove(part)


async def _is_whole(url: str) -> bool:
    reader = await open_for_reading(url)
    try:
        return await reader.whole()
    finally:
        await reader.close()


async def _make_ready(url: str, ledger: Erasures) -> None:
    store = await open_store(url)
    try:
        for erasure in ledger.asked():
            await erase(store, erasure, again=True)
        for record in await store.records.workshops(None):
            # Numbers that clients hold may mean other events now: they must ask for everything.
            await store.records.renew_epoch(record.code, secrets.token_urlsafe(8))
        store.drop_copies()  # whoever restores an older version's backup has that already
    finally:
        await store.close()


def _remove(part: Path) -> None:
    for end in (*BESIDE, ".lock"):
        Path(f"{part}{end}").unlink(missing_ok=True)
