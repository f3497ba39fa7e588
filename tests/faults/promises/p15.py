"""P15: a restart or an upgrade costs seconds, not words."""

import asyncio
import time

from tests.faults.drill import drilled
from tests.faults.promise import Promise, Seen, Trial

TABLES, PEOPLE = 3, 8
OUT_WITHIN = 10  # seconds
BACK_WITHIN = 10
RESTART = 1012


async def run(trial: Trial) -> Seen:
    """SIGTERM at random times, while everybody writes."""
    seen = trial.seen()
    async with drilled(trial.folder, trial.seed) as drill:
        people = (await drill.table(PEOPLE)).people
        drafts = {}
        for person in people:
            drafts[person] = f"Half a sentence of {person.name}, and n"
            path = f"/workshops/{person.workshop}/draft"
            status, _ = await person.http("PUT", path, {"words": drafts[person]})
            assert status == 200
        for _ in range(TABLES):
            drill.beside(drill.write_on(PEOPLE))
        slowest_out = slowest_back = 0.0
        restarts = trial.of("restarts")
        for number in range(restarts):
            await drill.until(lambda: all(person.welcome.is_set() for person in people))
            await drill.more_answers()
            await asyncio.sleep(drill.chance.uniform(0.05, 0.6))
            asleep = drill.stall(people[0]) if number % 3 == 1 else None  # through all of it
            slowest_out = max(slowest_out, await drill.terminate())
            if asleep is not None:
                asleep.end(reset=True)
            seen.must(drill.server.process.returncode == 0, "the server ended badly")
            await drill.start()
            begun = time.monotonic()
            await drill.until(lambda: all(person.welcome.is_set() for person in people))
            slowest_back = max(slowest_back, time.monotonic() - begun)
        await drill.quiet()
        seen.least("restarts under load", restarts, restarts)
        seen.within("out within", slowest_out, OUT_WITHIN)
        seen.within("everybody back within", slowest_back, BACK_WITHIN)
        closes = sum((person.closes for person in people), start=type(people[0].closes)())
        seen.least("told to come back (1012)", closes[RESTART], restarts * (len(people) - 1))
        seen.figures["other closes"] = sum(closes.values()) - closes[RESTART]
        for person, words in drafts.items():
            await person.see(lambda screen: bool(screen.get("me")))
            kept = (person.screen["me"].get("draft") or {}).get("words")
            seen.must(kept == words, f"the draft of {person.name} is {kept!r}")
        seen.faults = await drill.faults()
    return seen


PROMISE = Promise(
    "P15",
    "A restart or upgrade costs seconds, not words",
    "SIGTERM under load: committed, closed with 1012, out within 10 s, all back, drafts intact",
    {
        "share": {"restarts": 2},
        "ci": {"restarts": 6},
        "hour": {"restarts": 25},
        "release": {"restarts": 50},
    },
    run,
)
