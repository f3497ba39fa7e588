"""P7: what one sees equals a fresh page."""

from app.game.messages import Event, Role
from tests.faults.promise import Promise, Seen, Trial
from tests.faults.walking import Walk
from tests.served import served

ROLES = frozenset(Role) - {Role.VISITOR}


async def run(trial: Trial) -> Seen:
    """Anybody does anything; what everybody was sent is compared with what is fresh."""
    seen = trial.seen()
    events = regions = refused = 0
    pairs: set[tuple[str, Role]] = set()
    differences: list[str] = []
    with served(trial.folder) as server:
        link = server.sign_in()
        for number in range(trial.of("walks")):
            walk = Walk(server, trial.seed + number, link, people=trial.of("people"))
            found = await walk.run(trial.of("events"), 100 // trial.of("looks at 100"))
            events, regions = events + found.events, regions + found.regions
            refused += walk.refused
            pairs |= found.pairs
            differences += found.differences
    seen.least("events", events, trial.of("walks") * trial.of("events"))
    seen.figures["commands refused"] = refused
    seen.least("kinds of event x roles", len(pairs), len(Event.kinds) * len(ROLES))
    seen.figures["regions compared"] = regions
    seen.most("differences", len(differences), 0)
    seen.short += differences[:10]
    return seen


PROMISE = Promise(
    "P7",
    "What you see equals a fresh page",
    "random walks of 10,000 events, by sockets of programs and pages: every kind of event, every"
    " role, 0 differences from a fresh page, a fresh view and the log",
    {
        "share": {"walks": 1, "events": 60, "looks at 100": 5, "people": 9},
        "ci": {"walks": 1, "events": 300, "looks at 100": 20, "people": 12},
        "hour": {"walks": 4, "events": 300, "looks at 100": 20, "people": 12},
        "release": {"walks": 20, "events": 500, "looks at 100": 25, "people": 12},
    },
    run,
)
