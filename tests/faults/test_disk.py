"""The disk: its failures are the operating system's, and reach people as they should."""

import asyncio
import errno
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.disk import CALLS, LISTENER, WRITING, Disk
from tests.faults.drill import drilled
from tests.served import ROOT

WRITES = """
import os, sqlite3, sys
from tests.faults.disk import LISTENER, hand_over
hand_over(int(os.environ[LISTENER]))
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("PRAGMA journal_mode=WAL")
held.execute("PRAGMA synchronous=FULL")
held.execute("create table kept (word)")
print("ready", flush=True)
for line in sys.stdin:
    try:
        held.execute("insert into kept values (?)", (line.strip(),))
    except sqlite3.Error as error:
        print(error.sqlite_errorname, flush=True)
    else:
        print("saved", flush=True)
"""


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        ("pwrite64", errno.ENOSPC, "SQLITE_FULL"),
        ("pwrite64", errno.EIO, "SQLITE_IOERR_WRITE"),
        ("fdatasync", errno.EIO, "SQLITE_IOERR_FSYNC"),
    ],
)
def test_a_call_that_fails_fails_for_sqlite_and_what_it_said_is_so(
    tmp_path: Path, call: str, error: int, said: str
) -> None:
    assert CALLS, "the numbers of this machine's system calls are not known here: add them"
    file, disk = tmp_path / "kept.db", Disk()
    with disk.offer() as theirs:
        child = subprocess.Popen(
            [sys.executable, "-c", WRITES, str(file)],
            cwd=ROOT,
            env={**os.environ, LISTENER: str(theirs.fileno())},
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        disk.take(child.pid)
    with child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        answers = {}
        for word in ("one", "two", "three"):
            if word == "two":
                disk.fail(frozenset({call}), error, times=1)
            child.stdin.write(f"{word}\n")
            child.stdin.flush()
            answers[word] = child.stdout.readline().strip()
        child.stdin.close()
    assert answers == {"one": "saved", "two": said, "three": "saved"}
    assert disk.injected == {f"{call} {errno.errorcode[error]}": 1}
    with sqlite3.connect(file) as held:
        assert [word for (word,) in held.execute("select word from kept")] == ["one", "three"]
    held.close()


async def test_where_calls_cannot_be_made_to_fail_a_limit_makes_writes_fail(
    tmp_path: Path,
) -> None:
    async with drilled(tmp_path, 1, disk=Disk(by_limit=True)) as drill:
        table = await drill.table(3)
        await table.present()
        drill.disk.fail(WRITING, errno.EIO)
        asking = asyncio.create_task(table.build(table.people[0]))
        await drill.until(lambda: table.people[0].refusals["unavailable"] > 0)
        assert await drill.ready() == 503
        drill.disk.heal()
        assert (await asking).outcome == "ok"
        assert await drill.ready() == 200
        assert await drill.faults() == []
