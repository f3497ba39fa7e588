"""P6: after a drop one gets every change once, in order, or a full refresh."""

import asyncio
from pathlib import Path

from tests.faults.drill import Drill, drilled
from tests.faults.history import Wrong
from tests.faults.promise import Promise, Seen, Trial

TABLES, PEOPLE = 3, 8


async def run(trial: Trial) -> Seen:
    """Everybody's connection drops, over and over, while the workshop goes on; then a restore."""
    seen = trial.seen()
    async with drilled(trial.folder / "drops", trial.seed) as drill:
        for _ in range(TABLES):
            drill.beside(drill.write_on(PEOPLE))
        wanted = trial.of("reconnects")
        while reconnects(drill) < wanted:
            await asyncio.sleep(drill.chance.uniform(0.01, 0.1))
            if drill.chance.random() < 0.1:
                drill.proxy.reset()  # a storm: all of them at once
            else:
                drill.proxy.reset(share=0.3)
            drill.failed()
        seen.faults += await drill.faults()
        seen.least("reconnects", reconnects(drill), wanted)
        seen.figures["frames"] = len(drill.history.sent)
        gaps = sum(fault.wrong in (Wrong.GAP, Wrong.REORDER) for fault in seen.faults)
        seen.figures["gaps and repeats"] = gaps
    people = [
        await restored(trial.folder / f"restore-{number}", trial.seed + number, seen)
        for number in range(trial.of("restores"))
    ]
    seen.figures["refreshed after a restore"] = sum(people)
    return seen


def reconnects(drill: Drill) -> int:
    return sum(max(0, person.lines - 1) for table in drill.tables for person in table.people)


async def restored(folder: Path, seed: int, seen: Seen) -> int:
    """A backup is put back under people who know more than it does: they are told everything.

    Returns how many people.
    """
    async with drilled(folder, seed) as drill:
        table = await drill.table(4)
        await table.present()
        epoch = table.people[0].epoch
        backup = folder / "backup.db"
        await asyncio.to_thread(drill.server.moments, "backup", str(backup))
        kept = dict(drill.history.acts)
        enough = drill.answered + 20
        await table.keep_building(lambda: drill.answered >= enough)
        await drill.quiet()
        ahead = table.people[0].seq or 0
        await drill.terminate()
        (folder / "data").rename(folder / "data before")
        await asyncio.to_thread(drill.server.moments, "restore", str(backup))
        drill.history.acts = kept  # what came after the backup nobody promised to keep
        drill.history.sent.clear()
        for person in table.people:
            person.screen["board"] = "old"  # what they know must be put right for them
        await drill.start()
        await drill.until(lambda: all(person.epoch != epoch for person in table.people))
        seen.must((table.people[0].seq or ahead) < ahead, "nobody was ahead of the backup")
        seen.faults += await drill.faults()
        return len(table.people)


PROMISE = Promise(
    "P6",
    "After a drop you get every change once, in order, or a full refresh; never a silent hole",
    "10,000 reconnects: 0 gaps; an epoch changes on restore",
    {
        "share": {"reconnects": 100, "restores": 1},
        "ci": {"reconnects": 600, "restores": 1},
        "hour": {"reconnects": 4_000, "restores": 3},
        "release": {"reconnects": 10_000, "restores": 10},
    },
    run,
)
