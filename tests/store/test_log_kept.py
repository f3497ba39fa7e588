"""The log: what is left of it after a kill, and nothing of what was taken out."""

import asyncio
import sqlite3
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from app.store import CommandKey, Conflict, Store, Unavailable, open_for_reading, open_store
from tests.store.making import an_entry, bodies, file_of, files_holding, opened


async def test_every_acknowledged_row_is_there_after_the_server_was_killed(url: str) -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.store.acknowledging",
        url,
        cwd=Path(__file__).parents[2],
        stdout=asyncio.subprocess.PIPE,
    )
    assert child.stdout is not None
    output = [await child.stdout.readline()]  # it has begun
    reading = asyncio.create_task(child.stdout.read())
    await asyncio.sleep(1)
    child.kill()
    output.append(await reading)
    await child.wait()
    complete, _, _ = b"".join(output).decode().rpartition("\n")
    promised: dict[str, int] = {}
    for line in complete.splitlines():
        code, seq = line.split()
        promised[code] = int(seq)

    kept: dict[str, list[str]] = {}
    for open_database in (open_for_reading, open_store):  # reading needs no server to tidy up first
        store = await open_database(url)
        found = {code: await bodies(store, code) for code in promised}
        await store.close()
        assert kept in ({}, found)
        kept = found

    assert sum(promised.values()) > 100
    for code, last in promised.items():
        assert len(kept[code]) >= last
        assert len(kept[code]) % 2 == 1  # both rows of an append, or neither
        assert kept[code][1:] == [f"{code} {number}" for number in range(2, len(kept[code]) + 1)]


async def test_rewriting_puts_other_words_in_place(store: Store) -> None:
    before = [an_entry(f"words {seq}", subject="p1") for seq in (2, 3, 4)]
    await store.log.append("ABCD", 1, before, command=CommandKey("ref-0001", "f00d", "i4"))
    rows = await store.log.read("ABCD")

    await store.log.rewrite("ABCD", {2: "gone", 4: "gone too"})

    assert await bodies(store, "ABCD") == ["opened", "gone", "words 3", "gone too"]
    after = await store.log.read("ABCD")
    assert [asdict(row) | {"body": ""} for row in after] == [
        asdict(row) | {"body": ""} for row in rows
    ]


async def test_rewriting_a_number_that_is_not_there_changes_nothing(store: Store) -> None:
    with pytest.raises(Conflict):
        await store.log.rewrite("ABCD", {1: "changed", 2: "not there"})
    await store.log.rewrite("ABCD", {})

    assert await bodies(store, "ABCD") == ["opened"]


async def test_rewritten_words_are_in_no_file_any_more(sqlite_url: str) -> None:
    words = "Nobody should read this marker"
    async with opened(sqlite_url, "ABCD") as store:
        entries = [an_entry(f"{words} {number} " * 300) for number in range(5)]
        await store.log.append("ABCD", 1, entries, command=None)
        folder = file_of(sqlite_url).parent
        assert files_holding(words, folder)

        await store.log.rewrite("ABCD", dict.fromkeys(range(2, 7), "{}"))

        assert files_holding(words, folder) == []


async def test_erasing_says_so_when_another_program_keeps_the_old_words_readable(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.store.opening.PATIENCE", 0.1)
    async with opened(sqlite_url, "ABCD") as store:
        await store.log.append("ABCD", 1, [an_entry("marked words")], command=None)
        other = sqlite3.connect(file_of(sqlite_url), isolation_level=None)
        other.execute("begin")
        other.execute("select count(*) from event").fetchone()

        with pytest.raises(Unavailable, match="reading the database"):
            await store.log.rewrite("ABCD", {2: "{}"})
        other.close()
        await store.log.rewrite("ABCD", {2: "{}"})

        assert files_holding("marked words", file_of(sqlite_url).parent) == []
