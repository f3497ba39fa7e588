"""P14: limits are fair: whoever guesses is slowed, and nobody honest is refused for it."""

import asyncio

from app.web.limits import GUESSES, MORE_GUESSES
from tests.faults.limits import guesses, honest_joins, sockets_of_a_seat
from tests.faults.promise import Promise, Seen, Trial
from tests.served import served

WITHIN = 60  # seconds in which a department comes in


async def run(trial: Trial) -> Seen:
    """A department comes in beside somebody who guesses; then guesses by the million."""
    seen, people = trial.seen(), trial.of("people")
    with served(trial.folder) as server:
        clock = asyncio.get_running_loop().time
        begun = clock()
        joined = await honest_joins(server, trial.seed, people)
        seen.within("a department is in within", clock() - begun, WITHIN)
        sockets = await sockets_of_a_seat(server, trial.seed)
    guessed = await guesses(trial.seed, trial.of("guesses"))
    seen.least("honest people in, from one address", joined.figures["joined"], people)
    seen.least(
        "guesses beside them that were told to wait", joined.figures["guesses told to wait"], 1
    )
    seen.figures["sockets of one seat"] = sockets.figures["open"]
    seen.least("guesses, from many addresses", guessed.figures["guesses"], trial.of("guesses"))
    seen.figures["that may be looked up in a minute"] = GUESSES.amount + MORE_GUESSES.amount
    seen.least("of them looked up", guessed.figures["looked up"], GUESSES.amount)
    seen.figures["addresses remembered at most"] = guessed.figures["kept"]
    seen.short += [*joined.faults, *sockets.faults, *guessed.faults]
    return seen


PROMISE = Promise(
    "P14",
    "Limits are fair",
    "150 honest joins from one address in a minute pass beside somebody who guesses;"
    " of 1,000,000 guesses from everywhere no more than 1,200 a minute are looked up",
    {
        "share": {"people": 150, "guesses": 30_000},
        "ci": {"people": 150, "guesses": 50_000},
        "hour": {"people": 150, "guesses": 300_000},
        "release": {"people": 150, "guesses": 1_000_000},
    },
    run,
)
