"""The writer: what happens when the database fails, and that a read never sees a half."""

import asyncio
import re
import resource
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import PoolProxiedConnection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.store import Conflict, DraftRow, Store, Unavailable
from tests.store.making import (
    NOON,
    an_entry,
    another_connection,
    bodies,
    file_of,
    holding_everything,
    opened,
)


def pragma(name: str) -> Callable[[AsyncConnection], Awaitable[object]]:
    """Work that asks SQLite something over the very connection the store writes with."""

    async def asked(connection: AsyncConnection) -> object:
        result = await connection.exec_driver_sql(f"PRAGMA {name}")
        return result.scalar() if result.returns_rows else None

    return asked


@contextmanager
def files_no_longer_than(size: int) -> Iterator[None]:
    """Make writing past this length fail, as it does on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_full_disk_says_unavailable_and_writing_goes_on_once_there_is_room(
    sqlite_url: str,
) -> None:
    async with opened(sqlite_url, "ABCD") as store:
        ahead = file_of(sqlite_url).with_name("moments.db-wal")
        with files_no_longer_than(ahead.stat().st_size):
            first = store.log.append("ABCD", 1, [an_entry("no")], command=None)
            upon_it = store.log.append("ABCD", 2, [an_entry("no")], command=None)
            for refused in (first, upon_it, store.ready()):
                with pytest.raises(Unavailable):
                    await refused
            assert await bodies(store, "ABCD") == ["opened"]  # reading still works

        await store.ready()
        await store.log.append("ABCD", 1, [an_entry("yes")], command=None)
        assert await bodies(store, "ABCD") == ["opened", "yes"]

    async with opened(sqlite_url) as store:
        assert await bodies(store, "ABCD") == ["opened", "yes"]


async def test_a_full_database_refuses_what_is_too_much_and_takes_what_fits(
    sqlite_url: str,
) -> None:
    async with opened(sqlite_url, "ABCD") as store:
        pages = await store._writer.between(pragma("page_count"))
        await store._writer.between(pragma(f"max_page_count={pages}"))
        with pytest.raises(Unavailable):
            await store.log.append("ABCD", 1, [an_entry("long " * 20_000)], command=None)
        await store.log.append("ABCD", 1, [an_entry("short")], command=None)

        assert await bodies(store, "ABCD") == ["opened", "short"]


async def test_a_commit_that_fails_fails_everything_in_it_and_nothing_is_written(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialect = store._writer._engine.sync_engine.dialect

    def do_commit(connection: object) -> None:
        if dialect.name == "sqlite":
            raise sqlite3.OperationalError("disk I/O error")
        raise ConnectionResetError("connection lost")

    with monkeypatch.context() as patch:
        patch.setattr(dialect, "do_commit", do_commit)
        waiting = [
            store.log.append("ABCD", 1, [an_entry("two")], command=None),
            store.log.append("ABCD", 2, [an_entry("three")], command=None),
        ]
        draft = DraftRow(workshop="ABCD", person="p1", words="lost", saved_at=NOON)
        results = await asyncio.gather(
            *waiting, store.records.save_draft(draft), return_exceptions=True
        )

    assert [type(result) for result in results] == [Unavailable] * 3
    assert len({id(result) for result in results}) == 3  # each asker has one to raise
    assert await bodies(store, "ABCD") == ["opened"]
    assert await store.records.draft("ABCD", "p1") is None
    await store.log.append("ABCD", 1, [an_entry("two")], command=None)
    assert await bodies(store, "ABCD") == ["opened", "two"]


async def test_a_commit_whose_answer_was_lost_is_not_tried_again_and_shows_on_reading(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialect = store._writer._engine.sync_engine.dialect
    commit = dialect.do_commit
    tried = []

    def do_commit(connection: PoolProxiedConnection) -> None:
        tried.append(connection)
        commit(connection)
        raise dialect.loaded_dbapi.Error("the answer was lost")

    with monkeypatch.context() as patch:
        patch.setattr(dialect, "do_commit", do_commit)
        results = await asyncio.gather(
            store.log.append("ABCD", 1, [an_entry("two")], command=None),
            store.log.append("ABCD", 2, [an_entry("three")], command=None),
            return_exceptions=True,
        )

    assert [type(result) for result in results] == [Unavailable, Unavailable]
    assert len(tried) == 1
    with pytest.raises(Conflict):
        await store.log.append("ABCD", 1, [an_entry("again")], command=None)
    assert await bodies(store, "ABCD") == ["opened", "two", "three"]


async def test_what_was_called_while_the_database_failed_is_told_so_without_waiting_as_long_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialect = store._writer._engine.sync_engine.dialect
    upon_it: list[asyncio.Future[None]] = []

    def do_commit(connection: object) -> None:
        upon_it.append(store.log.append("ABCD", 2, [an_entry("upon it")], command=None))
        monkeypatch.undo()
        raise ConnectionResetError("connection lost")

    monkeypatch.setattr(dialect, "do_commit", do_commit)
    with pytest.raises(Unavailable):
        await store.log.append("ABCD", 1, [an_entry("no")], command=None)
    with pytest.raises(Unavailable):
        await upon_it[0]

    assert await bodies(store, "ABCD") == ["opened"]


async def test_no_words_of_anybody_are_in_what_is_raised_or_logged(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    if store._writer.on_sqlite:
        await store._writer.between(pragma("query_only=ON"))
        words, name = "private words", "SQLITE_READONLY"
    else:
        words, name = "private words \0", "CharacterNotInRepertoireError"  # its driver quotes them
    with pytest.raises(Unavailable) as raised:
        await store.log.append("ABCD", 1, [an_entry(words)], command=None)

    assert f"the database failed: {name}" in caplog.text
    error = raised.value
    told = f"{error!r} {error.__cause__!r} {error.__context__!r} {caplog.text}"
    assert not re.search("private words|ABCD", told)


async def test_a_locked_database_is_waited_for_and_then_said_to_be_unavailable(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.store.opening.PATIENCE", 0.5)
    async with opened(url, "ABCD") as store, holding_everything(url):
        began = time.monotonic()
        waiting = [
            store.log.append("ABCD", last, [an_entry()], command=None) for last in range(1, 21)
        ]
        results = await asyncio.gather(*waiting, return_exceptions=True)

        assert {type(result) for result in results} == {Unavailable}
        assert 0.4 < time.monotonic() - began < 5  # together, not one after the other

    async with opened(url) as store:
        await store.log.append("ABCD", 1, [an_entry("two")], command=None)
        assert await bodies(store, "ABCD") == ["opened", "two"]


async def test_a_lock_that_is_let_go_in_time_is_not_noticed(url: str) -> None:
    async with opened(url, "ABCD") as store:
        async with holding_everything(url):
            waiting = store.log.append("ABCD", 1, [an_entry("two")], command=None)
            await asyncio.sleep(0.2)
            assert not waiting.done()
        await waiting

        assert await bodies(store, "ABCD") == ["opened", "two"]


async def test_a_postgres_that_was_away_meanwhile_is_not_noticed(
    postgres: Callable[[], str],
) -> None:
    url = postgres()
    async with opened(url, "ABCD") as store:
        async with another_connection(url) as other:
            ended = await other.execute(
                text(
                    "select pg_terminate_backend(pid) from pg_stat_activity"
                    " where datname = current_database() and pid <> pg_backend_pid()"
                )
            )
            assert ended.scalars().all() == [True]
        await store.log.append("ABCD", 1, [an_entry("two")], command=None)

        assert await bodies(store, "ABCD") == ["opened", "two"]


async def test_a_read_never_sees_half_of_what_is_written_together(store: Store) -> None:
    written = asyncio.gather(
        *(
            store.log.append("ABCD", last, [an_entry(str(last))] * 3, command=None)
            for last in range(1, 150, 3)
        )
    )
    seen = set()
    while not written.done():
        seen.add(len(await store.log.read("ABCD")))
    await written

    assert seen
    assert {number % 3 for number in seen} == {1}


async def test_a_read_sees_what_was_asked_to_be_written_before_it(store: Store) -> None:
    store.log.append("ABCD", 1, [an_entry("two")], command=None)

    assert await bodies(store, "ABCD") == ["opened", "two"]


async def test_a_read_that_fails_fails_alone(store: Store) -> None:
    async def nonsense(connection: AsyncConnection) -> None:
        await connection.exec_driver_sql("select nonsense from nowhere")

    failing = store._writer.between(nonsense)
    reading = asyncio.create_task(store.log.read("ABCD"))

    with pytest.raises(Unavailable):
        await failing
    assert len(await reading) == 1


async def test_closing_finishes_what_is_queued_and_refuses_what_comes_after(url: str) -> None:
    async with opened(url, "ABCD") as store:
        waiting = [
            store.log.append("ABCD", last, [an_entry(str(last))], command=None)
            for last in range(1, 51)
        ]
        closing = asyncio.create_task(store.close())
        await asyncio.sleep(0)
        late = store.log.append("ABCD", 51, [an_entry("late")], command=None)
        await closing

        assert all(future.done() for future in waiting)
        for refused in (late, store.log.read("ABCD")):
            with pytest.raises(Unavailable, match="closing"):
                await refused

    async with opened(url) as store:
        assert await bodies(store, "ABCD") == ["opened", *map(str, range(1, 51))]


async def test_giving_up_waiting_for_the_close_does_not_stop_the_writing(store: Store) -> None:
    waiting = [
        store.log.append("ABCD", last, [an_entry(str(last))], command=None) for last in range(1, 51)
    ]
    closing = asyncio.create_task(store.close())
    await asyncio.sleep(0)
    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
    await asyncio.gather(*waiting)


async def test_a_failure_is_logged_once_however_many_waited(
    sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(sqlite_url, "ABCD") as store:
        await store._writer.between(pragma("query_only=ON"))
        await asyncio.gather(
            *(store.log.append("ABCD", last, [an_entry()], command=None) for last in range(1, 9)),
            return_exceptions=True,
        )

    assert len(caplog.records) == 1
