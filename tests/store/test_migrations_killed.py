"""Migrations that are killed leave a database whole; and what is copied before one."""

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.live.erasing import erase
from app.live.rows import fold
from app.live.workshop import now
from app.store import Erasures, StoreError, copies, open_for_reading, open_store
from app.store.tables import SCHEMA
from tests.faults.upgrading import kill_while_upgrading, make_version_1, rows_of
from tests.store.making import bodies, file_of, files_holding

COPY = "moments-version-1.db"


@pytest.fixture
def fresh(request: pytest.FixtureRequest, tmp_path: Path, url: str) -> Callable[[], str]:
    """Addresses of empty databases of one kind."""
    if not url.startswith("sqlite"):
        postgres: Callable[[], str] = request.getfixturevalue("postgres")
        return postgres
    numbers = iter(range(1000))
    return lambda: f"sqlite+aiosqlite:///{tmp_path / str(next(numbers)) / 'moments.db'}"


async def test_an_upgrade_killed_at_any_moment_leaves_the_old_database_or_the_new(
    fresh: Callable[[], str],
) -> None:
    found = await kill_while_upgrading(fresh, seed=18, kills=8)

    assert found.wrong == []
    assert (found.kills, found.in_the_middle) == (8, 4)
    assert found.old >= found.in_the_middle
    assert found.old + found.new == found.kills


async def test_an_upgraded_database_has_every_field_it_had_and_folds_as_before(url: str) -> None:
    await make_version_1(url)
    _, before = await rows_of(url)
    reader = await open_for_reading(url)
    folded = fold(await reader.log.read("ABCD2345"))
    await reader.close()

    store = await open_store(url)
    assert fold(await store.log.read("ABCD2345")) == folded
    await store.close()

    version, after = await rows_of(url)
    assert version == SCHEMA
    assert {name: rows for name, rows in after.items() if name in before} == before
    assert sum(map(len, before.values())) > 190


async def test_before_an_upgrade_the_database_is_copied_for_this_account_only(
    sqlite_url: str,
) -> None:
    await make_version_1(sqlite_url)
    before = await rows_of(sqlite_url)
    await (await open_store(sqlite_url)).close()

    copy = file_of(sqlite_url).with_name(COPY)
    assert await rows_of(f"sqlite+aiosqlite:///{copy}") == before
    assert copy.stat().st_mode & 0o777 == 0o600


async def test_a_database_of_today_is_not_copied(sqlite_url: str) -> None:
    for _ in range(2):
        await (await open_store(sqlite_url)).close()

    names = {file.name for file in file_of(sqlite_url).parent.iterdir()}
    assert names == {"moments.db", "moments.db.lock"}


async def test_where_no_copy_can_be_kept_nothing_is_upgraded(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_version_1(sqlite_url)
    before = await rows_of(sqlite_url)
    elsewhere = Path("no such folder") / COPY
    with monkeypatch.context() as patch:
        patch.setattr(copies, "fresh_place", lambda file, version: elsewhere)
        with pytest.raises(StoreError, match="no folder"):
            await open_store(sqlite_url)

    assert await rows_of(sqlite_url) == before
    await (await open_store(sqlite_url)).close()  # and it is not locked


async def test_a_copy_is_dropped_when_anything_is_erased(sqlite_url: str, tmp_path: Path) -> None:
    await make_version_1(sqlite_url)
    store = await open_store(sqlite_url)
    folder = file_of(sqlite_url).parent
    assert COPY in files_holding("Played", folder)

    await erase(store, Erasures(tmp_path).ask("ABCD2345", None, now()))

    assert files_holding("Played", folder) == []
    await store.close()


async def test_a_copy_is_dropped_after_a_fortnight(sqlite_url: str) -> None:
    await make_version_1(sqlite_url)
    copy = file_of(sqlite_url).with_name(COPY)
    for days, kept in ((0, True), (13, True), (15, False)):
        if days:
            then = time.time() - days * 24 * 3600
            os.utime(copy, (then, then))
        await (await open_store(sqlite_url)).close()
        assert copy.exists() is kept


async def test_servers_that_start_together_on_one_file_upgrade_it_once(sqlite_url: str) -> None:
    await make_version_1(sqlite_url)
    opened = await asyncio.gather(
        *(open_store(sqlite_url) for _ in range(4)), return_exceptions=True
    )

    refused = [each for each in opened if isinstance(each, StoreError)]
    [store] = [each for each in opened if not isinstance(each, BaseException)]
    assert len(refused) == 3
    assert all("already using" in str(each) for each in refused)
    assert await bodies(store, "ABCD") == ["opened", "two"]
    await store.close()
