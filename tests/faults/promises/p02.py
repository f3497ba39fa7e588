"""P2: “Saved” means saved, though the power fails."""

import asyncio

from tests.faults.power_cut import power_cut
from tests.faults.promise import Promise, Seen, Trial


async def run(trial: Trial) -> Seen:
    """The store writes while what it does to the disk is recorded; the disk is cut off."""
    found = await asyncio.to_thread(power_cut, trial.seed, trial.of("states"))
    unsafe = await asyncio.to_thread(
        power_cut, trial.seed, trial.of("states") // 10, "synchronous=NORMAL"
    )
    seen = Seen()
    seen.least("states after a power cut", found.states, trial.of("states"))
    seen.least("of them with something not yet on the disk", found.with_something_pending, 1)
    seen.figures["acknowledged rows looked for"] = found.rows_promised
    seen.most("states with a fault", sum(found.faults.values()), 0)
    seen.short += [f"{fault}: in {times} states" for fault, times in found.faults.items()]
    seen.least("states that lose rows if set to NORMAL", unsafe.faults["lost"], 1)
    return seen


PROMISE = Promise(
    "P2",
    "“Saved” means saved, though the power fails",
    "20,000 states after a power cut: 0 lost, 0 damaged; with NORMAL losses are found",
    {
        "share": {"states": 150},
        "ci": {"states": 500},
        "hour": {"states": 5_000},
        "release": {"states": 20_000},
    },
    run,
)
