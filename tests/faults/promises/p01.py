"""P1: “Saved” means saved, though the server is killed at any instant."""

import asyncio

from tests.faults.drill import Drill, drilled
from tests.faults.promise import Promise, Seen, Trial

PEOPLE = 6


async def run(trial: Trial) -> Seen:
    """People at sockets write as fast as they can; the server is killed and started again."""
    async with drilled(trial.folder, trial.seed, disk=True) as drill:
        killed = await kill_while_writing(drill, trial)
        seen = trial.seen()
        seen.faults = await drill.faults()
    seen.least("kills", killed, trial.of("kills"))
    seen.least("acknowledged ideas", drill.history.ideas, trial.of("ideas"))
    seen.figures["connections"] = sum(p.lines for t in drill.tables for p in t.people)
    return seen


async def kill_while_writing(drill: Drill, trial: Trial) -> int:
    """Kill as often as is asked, and until there are enough ideas; returns how often."""
    kills, ideas, killed = trial.of("kills"), trial.of("ideas"), 0

    def enough() -> bool:
        return killed >= kills and drill.history.ideas >= ideas

    async def one_after_another() -> None:
        while not enough():
            table = await drill.table(PEOPLE)
            await table.play_through()
            await drill.finish(table)

    writers = [drill.beside(one_after_another()) for _ in range(trial.of("tables"))]
    while not all(writer.done() for writer in writers):
        if killed >= kills:
            await asyncio.sleep(0.1)
            drill.failed()
            continue
        await drill.more_answers(1 + ideas // (2 * kills))
        if drill.chance.random() < 0.5 and drill.disk.kill_after(drill.chance.randrange(60)):
            await drill.ended()  # on the threshold of a write or a flush
        else:
            await asyncio.sleep(drill.chance.uniform(0, 0.5))
            await drill.kill()
        killed += 1
        await drill.start()
    drill.failed()
    return killed


PROMISE = Promise(
    "P1",
    "“Saved” means saved, though the server is killed at any instant",
    "200 kills, 100,000 acknowledged ideas: 0 lost, 0 doubled, 0 gaps",
    {
        "share": {"kills": 4, "ideas": 400, "tables": 2},
        "ci": {"kills": 15, "ideas": 4_000, "tables": 4},
        "hour": {"kills": 100, "ideas": 30_000, "tables": 4},
        "release": {"kills": 200, "ideas": 100_000, "tables": 4},
    },
    run,
)
