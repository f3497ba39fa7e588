"""P13: junk never takes the server down."""

from tests.faults.junk import FRAMES_OF_ONE, Found, broken_frames, frames, requests
from tests.faults.promise import Promise, Seen, Trial
from tests.served import served

WANTED = {"200", "401", "403", "404", "405", "422"}
"""Answers that junk must come by, or it does not reach what it should."""


async def run(trial: Trial) -> Seen:
    """Junk as messages, as what are no frames, and over HTTP; somebody honest works beside it."""
    seen = trial.seen()
    with served(trial.folder) as server:
        people = max(8, min(96, -(-trial.of("frames") // FRAMES_OF_ONE)))
        sockets = await frames(server, trial.seed, trial.of("frames"), people=people)
        seen.least("junk frames", sockets.sent, trial.of("frames"))
        seen.least("of them told what is wrong", sockets.answers["malformed"], sockets.sent // 3)
        seen.least("honest commands answered beside them", sockets.answers["honest"], 1)
        broken = await broken_frames(server, trial.seed, trial.of("sockets"))
        seen.least("sockets with no frames on them", broken.answers["101"], trial.of("sockets"))
        http = await requests(server, trial.seed, trial.of("requests"))
        seen.least("junk requests", http.sent, trial.of("requests"))
        missing = sorted(WANTED - http.answers.keys())
        seen.must(not missing, f"no request was answered {missing}")
        seen.must(server.process.poll() is None, "the server has ended")
        honest = server.open()
        seen.must(server.view(honest)["workshop"]["code"] == honest, "it does not answer any more")
        for found in (sockets, broken, http):
            tell(seen, found)
    return seen


def tell(seen: Seen, found: Found) -> None:
    """Faults of a run, the first of them in full."""
    unhandled = "unhandled, or answered as our fault"
    seen.most(unhandled, seen.figures.get(unhandled, 0) + len(found.faults), 0)
    seen.short += found.faults[:5]


PROMISE = Promise(
    "P13",
    "Junk never takes the server down",
    "1,000,000 socket frames, 50,000 HTTP cases: 0 unhandled, 0 status 500",
    {
        "share": {"frames": 2_000, "sockets": 40, "requests": 400},
        "ci": {"frames": 10_000, "sockets": 200, "requests": 2_000},
        "hour": {"frames": 100_000, "sockets": 1_000, "requests": 10_000},
        "release": {"frames": 1_000_000, "sockets": 5_000, "requests": 50_000},
    },
    run,
)
