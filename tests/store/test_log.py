"""The log: order, numbers, conflicts, and what is left of it after a kill."""

import asyncio
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest
from sqlalchemy import event

from app.store import CommandKey, Conflict, Store, Unavailable, open_store
from tests.store.making import NOON, a_workshop, an_entry, bodies, file_of, files_holding, opened


async def test_what_was_appended_is_read_back_whole(store: Store) -> None:
    written = [an_entry("one", subject="p1"), an_entry("two")]
    await store.log.append("ABCD", 1, written, command=CommandKey("ref-0001", "f00d", "i3"))

    rows = await store.log.read("ABCD", after=1)

    assert [asdict(row) for row in rows] == [
        asdict(written[0])
        | {"workshop": "ABCD", "seq": 2, "ref": None, "digest": None, "made": None},
        asdict(written[1])
        | {"workshop": "ABCD", "seq": 3, "ref": "ref-0001", "digest": "f00d", "made": "i3"},
    ]


async def test_reading_keeps_to_the_numbers_asked_for(store: Store) -> None:
    await store.log.append("ABCD", 1, [an_entry(str(seq)) for seq in range(2, 7)], command=None)

    assert [row.seq for row in await store.log.read("ABCD", after=2)] == [3, 4, 5, 6]
    assert [row.seq for row in await store.log.read("ABCD", after=2, upto=4)] == [3, 4]
    assert await store.log.read("ABCD", after=6) == []
    assert await store.log.read("NONE") == []


async def test_any_text_comes_back_as_it_went_in(store: Store) -> None:
    text = "“Ça va?” 家族 👩‍👩‍👧 \U0010ffff ‮ tab\t newline\n quote\" \\ ' %s ?"
    await store.log.append("ABCD", 1, [an_entry(text)], command=None)

    assert (await bodies(store, "ABCD"))[1] == text


async def test_five_hundred_appends_at_once_to_ten_workshops_stand_in_the_order_of_the_calls(
    url: str,
) -> None:
    codes = [f"W{number}" for number in range(10)]
    async with opened(url, *codes) as store:
        waiting = [
            store.log.append(code, last, [an_entry(f"{last + 1}")], command=None)
            for last in range(1, 51)
            for code in codes
        ]
        await asyncio.gather(*waiting)

        for code in codes:
            assert await bodies(store, code) == ["opened", *map(str, range(2, 52))]


async def test_racing_callers_that_read_again_after_a_conflict_all_get_written(
    store: Store,
) -> None:
    async def insist(body: str) -> None:
        while True:
            last = len(await store.log.read("ABCD"))
            try:
                return await store.log.append("ABCD", last, [an_entry(body)], command=None)
            except Conflict:
                continue

    await asyncio.gather(*(insist(str(number)) for number in range(20)))

    assert sorted(await bodies(store, "ABCD")) == sorted(["opened", *map(str, range(20))])


async def test_what_is_called_together_is_committed_together(store: Store) -> None:
    commits: list[object] = []
    event.listen(store._writer._engine.sync_engine, "commit", commits.append)
    await asyncio.gather(
        *(store.log.append("ABCD", last, [an_entry()], command=None) for last in range(1, 101))
    )

    assert len(commits) == 1


async def test_what_arrives_during_a_commit_goes_into_the_next(store: Store) -> None:
    commits: list[object] = []
    event.listen(store._writer._engine.sync_engine, "commit", commits.append)
    first = store.log.append("ABCD", 1, [an_entry()], command=None)
    while not commits:
        await asyncio.sleep(0)
    rest = [store.log.append("ABCD", last, [an_entry()], command=None) for last in range(2, 12)]
    assert not first.done()
    await asyncio.gather(first, *rest)

    assert len(commits) == 2


async def test_a_wrong_number_is_a_conflict_and_writes_nothing(store: Store) -> None:
    for after in (0, 2, 7):
        with pytest.raises(Conflict, match="written first"):
            await store.log.append("ABCD", after, [an_entry("no")], command=None)

    assert await bodies(store, "ABCD") == ["opened"]


async def test_appending_to_a_workshop_that_is_not_there_is_a_conflict(store: Store) -> None:
    with pytest.raises(Conflict, match="no such workshop"):
        await store.log.append("NONE", 0, [an_entry()], command=None)


async def test_the_conflict_of_one_does_not_touch_the_others(url: str) -> None:
    async with opened(url, "AAAA", "BBBB") as store:
        results = await asyncio.gather(
            store.log.append("AAAA", 1, [an_entry("a2")], command=None),
            store.log.append("BBBB", 9, [an_entry("no")], command=None),
            store.log.append("AAAA", 2, [an_entry("a3")], command=None),
            return_exceptions=True,
        )

        assert [type(result) for result in results] == [type(None), Conflict, type(None)]
        assert await bodies(store, "AAAA") == ["opened", "a2", "a3"]
        assert await bodies(store, "BBBB") == ["opened"]


async def test_text_no_database_takes_fails_alone(store: Store) -> None:
    results = await asyncio.gather(
        store.log.append("ABCD", 1, [an_entry("two")], command=None),
        store.log.append("ABCD", 2, [an_entry("half a pair: \ud800")], command=None),
        store.log.append("ABCD", 3, [an_entry("built on it")], command=None),
        store.log.append("ABCD", 2, [an_entry("three")], command=None),
        return_exceptions=True,
    )

    assert results[0] is None
    assert isinstance(results[1], Exception)
    assert not isinstance(results[1], Conflict)
    assert isinstance(results[2], Conflict)
    assert results[3] is None
    assert await bodies(store, "ABCD") == ["opened", "two", "three"]


async def test_an_append_upon_one_still_waiting_is_written_after_it(store: Store) -> None:
    first = store.log.append("ABCD", 1, [an_entry("2"), an_entry("3")], command=None)
    second = store.log.append("ABCD", 3, [an_entry("4")], command=None)
    await second

    assert first.done()
    assert await bodies(store, "ABCD") == ["opened", "2", "3", "4"]


async def test_when_the_first_fails_what_was_called_upon_it_is_a_conflict(store: Store) -> None:
    first = store.log.append("ABCD", 7, [an_entry("no")], command=None)
    upon_it = store.log.append("ABCD", 8, [an_entry("nor this")], command=None)

    for future in (first, upon_it):
        with pytest.raises(Conflict):
            await future
    assert await bodies(store, "ABCD") == ["opened"]


async def test_a_number_that_fits_by_accident_does_not_save_what_was_built_on_a_failure(
    store: Store,
) -> None:
    await store.log.append("ABCD", 1, [an_entry("theirs")], command=None)
    late = store.log.append("ABCD", 1, [an_entry("mine")], command=None)  # would have been 2
    upon_it = store.log.append("ABCD", 2, [an_entry("upon mine")], command=None)

    for future in (late, upon_it):
        with pytest.raises(Conflict):
            await future
    assert await bodies(store, "ABCD") == ["opened", "theirs"]


async def test_nothing_slips_in_between_a_failure_and_the_news_of_it(store: Store) -> None:
    await store.log.append("ABCD", 1, [an_entry("theirs")], command=None)
    late = store.log.append("ABCD", 1, [an_entry("mine")], command=None)
    told = False
    upon_it = []

    async def build_on_it() -> None:  # at every turn of the loop until the news is out
        while not told:
            upon_it.append(store.log.append("ABCD", 2, [an_entry("upon mine")], command=None))
            await asyncio.sleep(0)

    building = asyncio.create_task(build_on_it())
    with pytest.raises(Conflict):
        await late
    told = True
    await building
    results = await asyncio.gather(*upon_it, return_exceptions=True)

    assert results
    assert {type(result) for result in results} == {Conflict}
    assert await bodies(store, "ABCD") == ["opened", "theirs"]


async def test_after_a_failure_the_next_append_can_be_called_at_once(store: Store) -> None:
    with pytest.raises(Conflict):
        await store.log.append("ABCD", 5, [an_entry("no")], command=None)
    await store.log.append("ABCD", 1, [an_entry("yes")], command=None)

    assert await bodies(store, "ABCD") == ["opened", "yes"]


async def test_an_append_nobody_waits_for_any_more_is_still_written(store: Store) -> None:
    async def impatient() -> None:
        await store.log.append("ABCD", 1, [an_entry("two")], command=None)

    caller = asyncio.create_task(impatient())
    await asyncio.sleep(0)
    upon_it = store.log.append("ABCD", 2, [an_entry("three")], command=None)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    await upon_it

    assert await bodies(store, "ABCD") == ["opened", "two", "three"]


async def test_a_cancelled_append_that_fails_still_fails_what_was_called_upon_it(
    store: Store,
) -> None:
    await store.log.append("ABCD", 1, [an_entry("theirs")], command=None)
    late = store.log.append("ABCD", 1, [an_entry("mine")], command=None)
    late.cancel()
    await asyncio.sleep(0)
    with pytest.raises(Conflict):
        await store.log.append("ABCD", 2, [an_entry("upon mine")], command=None)


async def test_there_must_be_something_to_append(store: Store) -> None:
    with pytest.raises(ValueError, match="nothing to append"):
        store.log.append("ABCD", 1, [], command=None)


async def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(Exception, match="time zone"):
        await store.log.append("ABCD", 1, [an_entry(at=NOON.replace(tzinfo=None))], command=None)

    assert await bodies(store, "ABCD") == ["opened"]


async def test_two_servers_on_one_postgres_never_write_the_same_number(
    postgres: Callable[[], str],
) -> None:
    url = postgres()
    async with opened(url, "ABCD") as one, opened(url) as other:

        async def insist(store: Store, name: str) -> int:
            conflicts = 0
            for number in range(30):
                while True:
                    last = len(await store.log.read("ABCD"))
                    try:
                        entry = an_entry(f"{name}{number}")
                        await store.log.append("ABCD", last, [entry], command=None)
                        break
                    except Conflict:
                        conflicts += 1
            return conflicts

        conflicts = await asyncio.gather(insist(one, "one "), insist(other, "other "))
        written = await bodies(one, "ABCD")

    assert sum(conflicts) > 0
    assert [body for body in written if body.startswith("one ")] == [
        f"one {number}" for number in range(30)
    ]
    assert len(written) == 61


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

    store = await open_store(url)
    try:
        kept = {code: await bodies(store, code) for code in promised}
    finally:
        await store.close()

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


async def test_a_new_workshop_and_appends_upon_it_need_not_wait_for_each_other(url: str) -> None:
    async with opened(url) as store:
        opening = asyncio.create_task(store.open_workshop(a_workshop("ABCD"), an_entry("opened")))
        await asyncio.sleep(0)  # it is queued
        await store.log.append("ABCD", 1, [an_entry("two")], command=None)
        await opening

        assert await bodies(store, "ABCD") == ["opened", "two"]
