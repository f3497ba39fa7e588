"""P16: times are right after a restart, a sleep and a change of the clock."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.faults.drill import Drill, drilled
from tests.faults.history import Fault
from tests.faults.promise import Promise, Seen, Trial
from tests.faults.tables import Table

PEOPLE = 6
HOUR = 3600
JUMPS = (-2 * HOUR, -HOUR, -1, 1, HOUR, 2 * HOUR, 26 * HOUR)


async def run(trial: Trial) -> Seen:
    """The server's clock jumps while people write, and over restarts; several servers at a time."""
    seen, drills = trial.seen(), trial.of("drills")
    async with asyncio.TaskGroup() as group:
        tried = [group.create_task(one(trial, number, drills)) for number in range(drills)]
    found = [each.result() for each in tried]
    seen.least("jumps", sum(each.jumps for each in found), trial.of("jumps"))
    seen.least("restarts", sum(each.restarts for each in found), trial.of("restarts"))
    different = sum(each.different for each in found)
    seen.most("restarts after which something differed", different, 0)
    for each in found:
        seen.must(not each.wrong_times, f"{each.wrong_times} times of saving are not the clock's")
        seen.faults += each.faults
    return seen


@dataclass
class Found:
    """What one drill saw."""

    jumps: int = 0
    restarts: int = 0
    different: int = 0
    wrong_times: int = 0
    faults: list[Fault] = field(default_factory=list)


async def one(trial: Trial, number: int, drills: int) -> Found:
    """One server's share of it."""
    found = Found()
    folder = trial.folder / str(number)
    async with drilled(folder, trial.seed * drills + number) as drill:
        drill.beside(drill.write_on(PEOPLE))
        while found.jumps * drills < trial.of("jumps"):
            drill.jump(drill.chance.choice(JUMPS))
            await drill.more_answers(5)
            found.jumps += 1
        await drill.quiet()
        table = await drill.table(PEOPLE)
        await table.present()
        await table.keep_building(lambda: False, most=20)
        while found.restarts * drills < trial.of("restarts"):
            await restart(drill, table, found)
        found.faults = await drill.faults()
    return found


async def restart(drill: Drill, table: Table, found: Found) -> None:
    """After a restart, whatever the clock says then, everything is as it was."""
    off = drill.chance.choice(JUMPS)
    drill.jump(off)
    words = {"words": f"Draft {found.restarts}"}
    path = f"/workshops/{table.code}/draft"
    _, saved = await table.people[0].http("PUT", path, words)
    wrong_by = (datetime.fromisoformat(saved["saved_at"]) - datetime.now().astimezone()).seconds
    found.wrong_times += abs(wrong_by - off % (24 * HOUR)) >= 60
    before = await lasting(drill, table)
    await (drill.kill() if drill.chance.random() < 0.5 else drill.terminate())
    drill.jump(drill.chance.choice(JUMPS))
    await drill.start()
    found.restarts += 1
    found.different += before != await lasting(drill, table)


async def lasting(drill: Drill, table: Table) -> list[Any]:
    """What everybody sees, but for who happens to be connected."""
    seen = []
    for person in [*table.people, table.facilitator]:
        _, view = await person.http("GET", f"/workshops/{table.code}/view")
        regions = view["regions"]
        for live in ("group", "groups"):
            regions.pop(live, None)
        seen.append((view["epoch"], view["seq"], regions))
    return seen


PROMISE = Promise(
    "P16",
    "Clocks are right after restart, sleep and clock change",
    "1,000 restarts, each with another clock: nothing differs",
    {
        "share": {"drills": 1, "jumps": 6, "restarts": 2},
        "ci": {"drills": 1, "jumps": 20, "restarts": 6},
        "hour": {"drills": 3, "jumps": 100, "restarts": 100},
        "release": {"drills": 3, "jumps": 500, "restarts": 1_000},
    },
    run,
)
