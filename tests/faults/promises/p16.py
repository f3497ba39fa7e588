"""P16: times are right after a restart, a sleep and a change of the clock."""

from datetime import datetime
from typing import Any

from tests.faults.drill import Drill, drilled
from tests.faults.promise import Promise, Seen, Trial
from tests.faults.tables import Table

PEOPLE = 6
HOUR = 3600
JUMPS = (-2 * HOUR, -HOUR, -1, 1, HOUR, 2 * HOUR, 26 * HOUR)


async def run(trial: Trial) -> Seen:
    """The server's clock jumps while people write, and over restarts."""
    seen = trial.seen()
    async with drilled(trial.folder, trial.seed) as drill:
        drill.beside(drill.write_on(PEOPLE))
        for _ in range(trial.of("jumps")):
            drill.jump(drill.chance.choice(JUMPS))
            await drill.more_answers(5)
        seen.least("jumps", trial.of("jumps"), trial.of("jumps"))
        await drill.quiet()
        table = await drill.table(PEOPLE)
        await table.present()
        await table.keep_building(lambda: False, most=20)
        await restarts(drill, table, trial, seen)
        seen.faults = await drill.faults()
    return seen


async def restarts(drill: Drill, table: Table, trial: Trial, seen: Seen) -> None:
    """After each restart, whatever the clock says then, everything is as it was."""
    ann = table.people[0]
    path = f"/workshops/{table.code}"
    different = 0
    for number in range(trial.of("restarts")):
        off = drill.chance.choice(JUMPS)
        drill.jump(off)
        words = {"words": f"Draft {number}"}
        _, saved = await ann.http("PUT", f"{path}/draft", words)
        wrong_by = (datetime.fromisoformat(saved["saved_at"]) - datetime.now().astimezone()).seconds
        seen.must(abs(wrong_by - off % (24 * HOUR)) < 60, "the time of saving is not the clock's")
        before = await lasting(drill, table)
        await (drill.kill() if drill.chance.random() < 0.5 else drill.terminate())
        drill.jump(drill.chance.choice(JUMPS))
        await drill.start()
        different += before != await lasting(drill, table)
    seen.least("restarts", trial.of("restarts"), trial.of("restarts"))
    seen.most("restarts after which something differed", different, 0)


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
        "share": {"jumps": 6, "restarts": 2},
        "ci": {"jumps": 20, "restarts": 6},
        "hour": {"jumps": 100, "restarts": 100},
        "release": {"jumps": 500, "restarts": 1_000},
    },
    run,
)
