"""Upgrades of a database of the first release, killed at any moment.

A child process opens the database with the real store and is killed while it does, at
random or in the middle of a migration, where it waits to be. Leaves out judging what the
tables are (tests/store/test_migrations.py). Always: what is compared is every field of
every row the old database had.
"""

import asyncio
import json
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, bindparam, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.store import migrations, open_store
from app.store.tables import SCHEMA, UtcDateTime
from tests.game.golden import read
from tests.store import test_migrations
from tests.store.making import NOON, another_connection

ROOT = Path(__file__).resolve().parents[2]
LOG = ROOT / "tests" / "logs" / "0.1.0.jsonl"
AT = bindparam("at", type_=UtcDateTime)
TOLD = "in the middle"

Rows = dict[str, list[tuple[Any, ...]]]
"""Every row of every table, in one order."""


async def make_version_1(url: str) -> None:
    """A database as release 0.1.0 left it, with a workshop that was played to its end."""
    await test_migrations.make_version_1(url)
    async with another_connection(url) as connection:
        if url.startswith("sqlite"):
            await connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        await connection.execute(
            text(
                "INSERT INTO workshop VALUES ('ABCD2345', 'Played', 'a1', :at, NULL, 'e1')"
            ).bindparams(AT),
            {"at": NOON},
        )
        played = [
            {
                "seq": line.seq,
                "kind": line.kind,
                "actor": line.actor,
                "at": NOON,
                "body": json.dumps(line.body),
            }
            for line in read(LOG)
        ]
        await connection.execute(
            text(
                "INSERT INTO event (workshop, seq, kind, at, actor, body)"
                " VALUES ('ABCD2345', :seq, :kind, :at, :actor, :body)"
            ).bindparams(AT),
            played,
        )


async def rows_of(url: str) -> tuple[int, Rows]:
    """The version of a database, and all that is in it but the version."""
    async with another_connection(url) as connection:

        def names(looking: Connection) -> list[str]:
            return inspect(looking).get_table_names()

        rows = {}
        for name in await connection.run_sync(names):
            found = await connection.exec_driver_sql(f'SELECT * FROM "{name}"')
            rows[name] = sorted(map(tuple, found), key=repr)
        [(version, _)] = rows.pop("schema_version")
        return version, rows


@dataclass
class Killed:
    """What was found after so many kills."""

    kills: int = 0
    old: int = 0
    new: int = 0
    in_the_middle: int = 0
    wrong: list[str] = field(default_factory=list)


async def kill_while_upgrading(fresh: Callable[[], str], seed: int, kills: int) -> Killed:
    """Kill an upgrade so often; `fresh()` gives the address of an empty database."""
    chance, found = random.Random(f"upgrade {seed}"), Killed()
    url, before, done = "", {}, True
    for number in range(kills):
        if done:
            url = fresh()
            await make_version_1(url)
            _, before = await rows_of(url)
        middle = number % 2 == 0
        await _killed(url, middle, chance)
        found.kills += 1
        found.in_the_middle += middle
        version, after = await rows_of(url)
        done = version != 1  # an old one is upgraded again, as a restarted server would
        found.old += version == 1
        found.new += version == SCHEMA
        found.wrong += _wrong(version, before, after, f"kill {number}")
    if not done:
        await (await open_store(url)).close()
        version, after = await rows_of(url)
        found.wrong += _wrong(version, before, after, "the last start")
    return found


def _wrong(version: int, before: Rows, after: Rows, when: str) -> list[str]:
    wrong = []
    if version not in (1, SCHEMA):
        wrong.append(f"{when}: version {version}")
    if version == 1 and after.keys() != before.keys():
        wrong.append(f"{when}: half-way, with {sorted(after.keys() - before.keys())}")
    if version != 1 and after.keys() == before.keys():
        wrong.append(f"{when}: a new number on old tables")
    kept = {name: rows for name, rows in after.items() if name in before}
    if kept != before:
        wrong.append(f"{when}: rows differ in {[n for n in before if kept.get(n) != before[n]]}")
    return wrong


async def _killed(url: str, middle: bool, chance: random.Random) -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.faults.upgrading",
        url,
        "wait" if middle else "run",
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert child.stdout is not None
    told = (await child.stdout.readline()).decode()
    if middle:
        while TOLD not in told:
            assert told, "the upgrade ended by itself"
            told = (await child.stdout.readline()).decode()
    else:
        await asyncio.sleep(chance.uniform(0, 0.15))
    if child.returncode is None:
        child.kill()
    await child.communicate()


async def _open(url: str, wait: bool) -> None:
    """What the child does: open the database, and wait in the middle if it is to."""

    async def pause(connection: AsyncConnection) -> None:
        print(TOLD, flush=True)
        await asyncio.sleep(60)

    if wait:
        # After the last step, and in its transaction: all is done but the commit.
        version, step = migrations.STEPS[-1]

        async def and_pause(connection: AsyncConnection) -> None:
            await step(connection)
            await pause(connection)

        migrations.STEPS = (*migrations.STEPS[:-1], (version, and_pause))
    print("opening", flush=True)
    store = await open_store(url)
    await store.close()


if __name__ == "__main__":
    asyncio.run(_open(sys.argv[1], sys.argv[2] == "wait"))
