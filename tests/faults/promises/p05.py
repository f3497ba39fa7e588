"""P5: one press, one idea, whatever the network does."""

import asyncio
from typing import Any

from tests.faults.drill import drilled
from tests.faults.participant import Participant
from tests.faults.promise import Promise, Seen, Trial
from tests.faults.proxy import FINE, Point, Weather
from tests.faults.tables import MOST_BUILDS, Table

TABLES, PEOPLE = 4, 6
WEATHERS = (
    FINE, FINE, Weather(slices=True), Weather(delay=0.005, jitter=0.02),
    Weather(bytes_per_second=400_000), Weather(swallows=True),
)  # fmt: skip


async def run(trial: Trial) -> Seen:
    """Everything anybody sends is cut at one of five points, over sockets and over HTTP."""
    cuts = trial.of("cuts")
    async with drilled(trial.folder, trial.seed, watching=True) as drill:

        def enough() -> bool:
            return sum(drill.proxy.cuts.values()) >= cuts

        def arm(ref: str) -> None:
            if not enough():
                drill.proxy.cut_at(drill.chance.choice(list(Point)), ref)

        async def press(table: Table, person: Participant) -> None:
            for _ in range(MOST_BUILDS // PEOPLE):
                if enough():
                    break
                by_form = person.chance.random() < 0.25
                act = await table.build(person, by_form=by_form)
                if person.chance.random() < 0.1:
                    await pressed_twice(table, person)
                assert act.outcome == "ok", act.refused

        async def weathers() -> None:
            while True:
                drill.proxy.turn(drill.chance.choice(WEATHERS))
                await asyncio.sleep(drill.chance.uniform(0.05, 0.4))

        async def each_with_a_hand(table: Table, person: Participant) -> None:
            person.arming = arm
            await table.play_hand(person, 2)
            await press(table, person)

        async def table_after_table() -> None:
            while not enough():
                table = await drill.table(PEOPLE)
                await table.present()
                await table.lead("MoveGroup", group="all", stage=2, step="write")
                await asyncio.gather(*(each_with_a_hand(table, p) for p in table.people))
                await drill.finish(table)

        changing = drill.beside(weathers())
        await asyncio.gather(*(table_after_table() for _ in range(TABLES)))
        changing.cancel()
        drill.proxy.heal()
        seen = trial.seen()
        seen.faults = await drill.faults()
        seen.least("cuts", sum(drill.proxy.cuts.values()), cuts)
        for point in Point:
            seen.figures[str(point)] = drill.proxy.cuts[point]
        seen.figures["acknowledged acts"] = len(drill.history.acknowledged)
        seen.must(len(drill.proxy.cuts) == len(Point), "not every point was cut at")
    return seen


async def pressed_twice(table: Table, person: Participant) -> None:
    """The same thing from two tabs at the same moment, over and over until both know."""
    person.arming, arming = None, person.arming
    idea = person.chance.choice(table.shown)
    words = table.words(person)
    ref = f"{person.chance.getrandbits(64):016x}"
    fields: dict[str, Any] = {"kind": "BuildOn", "ref": ref, "idea": idea, "as": "risk"}
    fields["words"] = f"{words} Twice."
    act = person.history.invoke(person.name, person.workshop, ref, words)
    await asyncio.gather(person.again(act, fields), person.again(act, fields))
    while not act.answers:
        await person.again(act, fields)
    person.arming = arming


PROMISE = Promise(
    "P5",
    "One press, one idea, whatever the network does",
    "20,000 cuts at five points: exactly one row each",
    {
        "share": {"cuts": 250},
        "ci": {"cuts": 1_000},
        "hour": {"cuts": 6_000},
        "release": {"cuts": 20_000},
    },
    run,
)
