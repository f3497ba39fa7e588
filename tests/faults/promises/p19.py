"""P19: erased means gone, from every byte, and it does not come back with a backup."""

from tests.faults.erasing import erase
from tests.faults.promise import Promise, Seen, Trial


async def run(trial: Trial) -> Seen:
    """People and workshops are erased while the server runs; then every byte is looked at."""
    return await erase(trial.folder, trial.seed, trial.of("times"))


PROMISE = Promise(
    "P19",
    "Erased means gone, and erasures survive a restore",
    "0 hits in database, journal and logs",
    {
        "share": {"times": 1},
        "ci": {"times": 2},
        "hour": {"times": 20},
        "release": {"times": 50},
    },
    run,
)
