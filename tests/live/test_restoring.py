"""Restoring a backup: whole or not at all, in an empty place, and without what was erased."""

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from app.game.messages import ERASED
from app.game.opening import OpenWorkshop
from app.live import Workshops
from app.live.restoring import restore_backup
from app.live.rows import fold
from app.live.workshop import now
from app.main import shipped_content
from app.store import Erasures, Store, StoreError, open_store
from tests.faults.upgrading import make_version_1
from tests.live.making import join


def url_of(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'moments.db'}"


def in_store(folder: Path, work: Callable[[Store], Coroutine[Any, Any, Any]]) -> Any:
    async def opened() -> Any:
        store = await open_store(url_of(folder))
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(opened())


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A backup of a workshop in which somebody is; its code and epoch."""
    folder = tmp_path_factory.mktemp("backed up")

    async def made(store: Store) -> tuple[str, str]:
        wish = OpenWorkshop(title="A workshop", problems=["information-sharing"])
        workshops = Workshops(store, shipped_content(), retention_days=30)
        live = await workshops.open(wish, owner="owner")
        await join(live, "Marigold", ref="join-0001")
        await store.backup(folder / "copy.db")
        return live.code, live.record.epoch

    code, epoch = in_store(folder, made)
    return folder / "copy.db", code, epoch


def test_a_restored_workshop_is_whole_and_its_epoch_another(
    backup: tuple[Path, str, str], tmp_path: Path
) -> None:
    file, code, epoch = backup
    folder = tmp_path / "data"
    restore_backup(file, url_of(folder), Erasures(folder))

    async def look(store: Store) -> tuple[str, str]:
        record = await store.records.workshop(code)
        assert record is not None
        return fold(await store.log.read(code)).people["p1"].name, record.epoch

    name, renewed = in_store(folder, look)
    assert name == "Marigold"
    assert renewed != epoch
    assert {each.name for each in folder.iterdir()} == {"moments.db", "moments.db.lock"}
    assert (folder / "moments.db").stat().st_mode & 0o777 == 0o600


def test_what_was_erased_since_is_not_in_what_is_restored(
    backup: tuple[Path, str, str], tmp_path: Path
) -> None:
    file, code, _ = backup
    ledger = Erasures(tmp_path)
    ledger.ask(code, "p1", now())
    restore_backup(file, url_of(tmp_path), ledger)

    assert b"Marigold" not in (tmp_path / "moments.db").read_bytes()

    async def look(store: Store) -> str:
        return fold(await store.log.read(code)).people["p1"].name

    assert in_store(tmp_path, look) == ERASED


@pytest.mark.parametrize("left", ["moments.db", "moments.db-wal", "moments.db-journal"])
def test_a_place_that_is_not_empty_is_refused_and_left_as_it_is(
    backup: tuple[Path, str, str], tmp_path: Path, left: str
) -> None:
    # What was in a write-ahead file left behind would be mixed into what is restored.
    (tmp_path / left).write_bytes(b"something")
    with pytest.raises(StoreError, match=rf"already \({left}\).*empty data folder"):
        restore_backup(backup[0], url_of(tmp_path), Erasures(tmp_path))

    assert [file.name for file in tmp_path.iterdir()] == [left]
    assert (tmp_path / left).read_bytes() == b"something"


def test_what_is_no_backup_or_damaged_is_refused_and_leaves_nothing(
    backup: tuple[Path, str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    whole = backup[0].read_bytes()
    (tmp_path / "empty.db").write_bytes(b"")
    (tmp_path / "text.db").write_text("Dear diary")
    (tmp_path / "torn.db").write_bytes(whole[: len(whole) // 2])
    middle = len(whole) // 3
    (tmp_path / "bitten.db").write_bytes(whole[:middle] + bytes(9000) + whole[middle + 9000 :])
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("create table shopping (item text)")
    other.close()

    for name in ("no.db", "empty.db", "text.db", "torn.db", "bitten.db", "other.db"):
        with pytest.raises(StoreError):
            restore_backup(tmp_path / name, url_of(folder), Erasures(folder))
        assert not folder.exists() or list(folder.iterdir()) == []


def test_a_restore_that_was_cut_short_can_be_done_again(
    backup: tuple[Path, str, str], tmp_path: Path
) -> None:
    (tmp_path / "moments.db.part").write_bytes(b"half of it")
    (tmp_path / "moments.db.part-wal").write_bytes(b"and this")
    restore_backup(backup[0], url_of(tmp_path), Erasures(tmp_path))

    assert not list(tmp_path.glob("*.part*"))
    assert in_store(tmp_path, lambda store: store.whole())


def test_a_backup_of_an_older_version_is_upgraded_and_no_copy_is_left(tmp_path: Path) -> None:
    asyncio.run(make_version_1(url_of(tmp_path / "old")))
    folder = tmp_path / "data"
    ledger = Erasures(folder)
    ledger.ask("ABCD2345", None, now())
    restore_backup(tmp_path / "old" / "moments.db", url_of(folder), ledger)

    async def look(store: Store) -> list[str]:
        return [record.code for record in await store.records.workshops(None)]

    assert in_store(folder, look) == ["ABCD"]
    names = {file.name for file in folder.iterdir()}
    assert names == {"moments.db", "moments.db.lock", "erasures.jsonl"}
