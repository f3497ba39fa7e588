"""P9 and P10: nothing crosses between workshops or groups, and private writing is private."""

import asyncio

from tests.faults import doors
from tests.faults.promise import Promise, Seen, Trial
from tests.faults.secrecy import secrecy
from tests.served import served

SHOWN = {"Qzname", "Qzdraft", "Qzidea"}
"""Kinds of marks that somebody must have been shown, or nothing was looked at."""


async def run(trial: Trial) -> Seen:
    """Workshops full of marked words are played at random; all that anybody is sent is searched."""
    seen = trial.seen()
    with served(trial.folder) as server:
        found = await asyncio.to_thread(
            secrecy, server, trial.seed, trial.of("checks"), steps=trial.of("steps")
        )
        open_doors = [
            *await doors.open_to_other_sites(server),
            *await doors.open_to_the_removed(server),
            *await doors.open_to_the_signed_out(server),
        ]
    seen.least("checks", found.checks, trial.of("checks"))
    seen.figures |= {"marked words": found.markers, "steps": found.steps}
    kinds = {marker.rstrip("0123456789zQ") for marker in found.seen}
    seen.must(kinds >= SHOWN, f"of what may be seen {sorted(SHOWN - kinds)} was never seen")
    seen.most("leaks", len(found.leaks), 0)
    seen.short += [str(leak) for leak in found.leaks[:10]]
    seen.most("doors open to who is outside", len(open_doors), 0)
    seen.short += open_doors
    return seen


PROMISE = Promise(
    "P9",
    "Nothing crosses between workshops or groups",
    "marked words on every surface, refusals, exports and logs included: 1,000,000 checks, 0 leaks",
    {
        "share": {"checks": 10_000, "steps": 6},
        "ci": {"checks": 60_000, "steps": 50},
        "hour": {"checks": 250_000, "steps": 50},
        "release": {"checks": 1_000_000, "steps": 50},
    },
    run,
    also={"P10": "Private writing is private, on the wire and in deletes, merges, errors and logs"},
)
