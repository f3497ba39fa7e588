"""P17: a backup taken while running restores to everything acknowledged before it began."""

from tests.faults.backups import back_up, restored_and_served
from tests.faults.promise import Promise, Seen, Trial


async def run(trial: Trial) -> Seen:
    """Backups under load, each restored elsewhere; and one in the server's own place."""
    seen = await back_up(trial.folder / "under load", trial.seed, trial.of("backups"))
    place = await restored_and_served(trial.folder / "in place", trial.seed)
    seen.short += place.short
    return seen


PROMISE = Promise(
    "P17",
    "A backup taken while running restores to everything acknowledged before it began",
    "100 of 100 restored whole",
    {
        "share": {"backups": 2},
        "ci": {"backups": 5},
        "hour": {"backups": 40},
        "release": {"backups": 100},
    },
    run,
)
