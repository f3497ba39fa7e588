"""The WAL-reset fault of SQLite: known by version, and never met, since only one writes."""

import asyncio
import hashlib
import shutil
import sqlite3
import sys
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from app.store import Unavailable, open_for_reading, open_store
from app.store.wal_reset import Guard, Version, has_fault
from app.store.writer import Writer
from tests.store.making import an_entry, bodies, file_of, files_holding, opened


@pytest.mark.parametrize(
    ("version", "faulty"),
    [
        ((3, 6, 23), False),
        ((3, 7, 0), True),
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 45, 0), True),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 0), True),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((4, 0, 0), False),
    ],
)
def test_which_versions_have_the_fault(version: Version, faulty: bool) -> None:
    assert has_fault(version) is faulty
    assert (Guard(version).words != "not needed") is faulty
    assert Guard(version).version == ".".join(map(str, version))


def content(folder: Path) -> dict[str, str]:
    """What stands in the database and in its write-ahead file."""
    files = [file for file in folder.iterdir() if file.suffix in (".db", ".db-wal")]
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


async def read_and_try_to_write(url: str, copy: Path) -> None:
    reader = await open_for_reading(url)
    await bodies(reader, "ABCD")
    await reader.records.workshops(None)
    await reader.backup(copy)
    for refused in (
        reader.log.append("ABCD", 301, [an_entry("no")], command=None),
        reader.log.rewrite("ABCD", {2: "no"}),
        reader.records.forget_person("ABCD", "p1"),
        reader.erase_workshop("ABCD"),
        reader.ready(),
    ):
        with pytest.raises(Unavailable):
            await refused
    await reader.close()


async def test_whoever_opened_it_for_reading_moves_nothing_out_of_the_write_ahead_file(
    sqlite_url: str, tmp_path: Path
) -> None:
    folder = file_of(sqlite_url).parent
    async with opened(sqlite_url, "ABCD") as store:
        entries = [an_entry("x" * 5000) for _ in range(300)]
        await store.log.append("ABCD", 1, entries, command=None)
        before = content(folder)
        assert len(before) == 2

        for number in range(3):  # closing is when SQLite likes to tidy up
            await read_and_try_to_write(sqlite_url, tmp_path / f"{number}.db")

        assert content(folder) == before


async def test_nor_does_it_begin_that_file_anew_where_nothing_is_left_to_move(
    sqlite_url: str,
) -> None:
    folder = file_of(sqlite_url).parent
    async with opened(sqlite_url, "ABCD") as store:
        await store.log.append("ABCD", 1, [an_entry("x" * 5000)], command=None)

        async def moved(connection: AsyncConnection) -> None:
            result = await connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")
            busy, written, done = result.one()
            assert (busy, written) == (0, done)

        await store._writer.between(moved)
        before = content(folder)
        assert len(before) == 2

        reader = await open_for_reading(sqlite_url)
        await reader._writer.checkpoint()
        await reader.close()

        assert content(folder) == before


async def test_nor_does_the_last_reader_after_the_server_was_killed(
    sqlite_url: str, tmp_path: Path
) -> None:
    folder = file_of(sqlite_url).parent
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.store.acknowledging",
        sqlite_url,
        cwd=Path(__file__).parents[2],
        stdout=asyncio.subprocess.PIPE,
    )
    assert child.stdout is not None
    await child.stdout.readline()
    child.kill()
    await child.communicate()
    before = content(folder)
    assert len(before) == 2

    reader = await open_for_reading(sqlite_url)
    assert len(await bodies(reader, "W0")) >= 1
    await reader.close()

    assert content(folder) == before


async def test_another_program_that_writes_is_noticed_and_one_that_reads_is_none(
    sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(sqlite_url, "ABCD") as store:
        assert store.guard is not None
        reader = await open_for_reading(sqlite_url)
        await bodies(reader, "ABCD")
        await reader.close()
        await store.log.append("ABCD", 1, [an_entry()], command=None)
        await store.ready()
        await store.ready()
        assert store.guard.words == Guard().words
        assert caplog.messages == []

        other = sqlite3.connect(file_of(sqlite_url))
        with other:
            other.execute("update workshop set title = 'changed'")
        other.close()
        await store.ready()
        await store.ready()

        assert store.guard.words == "broken: another program has written to the database"
        assert len(caplog.messages) == 1
        assert "another program has written" in caplog.text


async def test_on_postgres_there_is_nothing_to_guard(postgres: object) -> None:
    assert callable(postgres)
    async with opened(postgres()) as store:
        await store.ready()
        assert store.guard is None


async def test_an_erasure_that_a_crash_cut_short_is_finished_at_the_next_start(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "after the crash"

    async def crash(writer: Writer) -> None:
        shutil.copytree(file_of(sqlite_url).parent, elsewhere)

    async with opened(sqlite_url, "ABCD") as store:
        await store.log.append("ABCD", 1, [an_entry("marked words")], command=None)
        with monkeypatch.context() as patch:
            patch.setattr(Writer, "checkpoint", crash)
            await store.log.rewrite("ABCD", {2: "{}"})
    assert files_holding("marked words", elsewhere) == ["moments.db-wal"]

    again = await open_store(f"sqlite:///{elsewhere / 'moments.db'}")

    assert files_holding("marked words", elsewhere) == []
    assert await bodies(again, "ABCD") == ["opened", "{}"]
    await again.close()
