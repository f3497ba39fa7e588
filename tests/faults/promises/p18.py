"""P18: the last release's database upgrades, and an upgrade is done whole or not at all."""

from tests.faults.promise import Promise, Seen, Trial
from tests.faults.upgrading import kill_while_upgrading


async def run(trial: Trial) -> Seen:
    """Upgrades of a database of release 0.1.0 are killed; each leaves the old one or the new."""
    numbers = iter(range(10_000))

    def fresh() -> str:
        return f"sqlite+aiosqlite:///{trial.folder}/{next(numbers)}/moments.db"

    found = await kill_while_upgrading(fresh, trial.seed, trial.of("kills"))
    seen = Seen(short=found.wrong)
    seen.least("upgrades killed", found.kills, trial.of("kills"))
    seen.least("of them in the middle", found.in_the_middle, trial.of("kills") // 2)
    seen.figures |= {"left as they were": found.old, "left upgraded": found.new}
    return seen


PROMISE = Promise(
    "P18",
    "The last release's database upgrades, and an upgrade that is killed leaves it whole",
    "100 kills: 0 half-way, every field kept",
    {
        "share": {"kills": 4},
        "ci": {"kills": 10},
        "hour": {"kills": 50},
        "release": {"kills": 100},
    },
    run,
)
