"""P22: cards are dealt fairly, and once."""

import asyncio
from collections import Counter
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, settings

from app.game.dealing import HandsDealt
from app.game.hands import CardSwapped
from tests.faults.promise import Promise, Seen, Trial
from tests.game.test_laws_of_dealing import ANYTHING, look_at_every_deal


async def run(trial: Trial) -> Seen:
    """Decks, journeys and workshops of every shape are played, and each deal is looked at."""
    counted, violations = await asyncio.to_thread(dealt, trial.seed, trial.of("runs"))
    seen = trial.seen()
    seen.least("runs of dealing", counted["runs"], trial.of("runs"))
    seen.least("deals", counted["deals"], trial.of("runs") // 2)
    seen.least("swaps", counted["swaps"], trial.of("swaps"))
    seen.figures["cards dealt"] = counted["cards"]
    seen.most("violations", len(violations), 0)
    seen.short += violations[:5]
    return seen


def dealt(seed: int, runs: int) -> tuple[Counter[str], list[str]]:
    """What so many runs held, and the runs that broke a law.

    `tests/game/test_laws_of_dealing.py` makes a run that breaks one as small as it can be.
    """
    counted: Counter[str] = Counter()
    violations: list[str] = []

    @hypothesis.seed(seed)
    @settings(
        max_examples=runs, phases=[Phase.generate], deadline=None, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @ANYTHING
    def look(**drawn: Any) -> None:
        counted.update(runs=1)
        try:
            table = look_at_every_deal(**drawn)
        except AssertionError as broken:
            few = {name: value for name, value in drawn.items() if name not in LONG}
            violations.append(f"{broken} in {few}")
            return
        for event, _ in table.log:
            if isinstance(event, HandsDealt):
                counted.update(deals=1, cards=sum(map(len, event.hands.values())))
            counted.update(swaps=isinstance(event, CardSwapped))

    look()
    return counted, violations


LONG = frozenset({"deck", "problems"})


PROMISE = Promise(
    "P22",
    "Cards are dealt fairly and once",
    "5,000 runs, on decks and workshops of every shape: 0 violations",
    {
        "share": {"runs": 20, "swaps": 0},
        "ci": {"runs": 200, "swaps": 5},
        "hour": {"runs": 2_000, "swaps": 100},
        "release": {"runs": 5_000, "swaps": 250},
    },
    run,
)
