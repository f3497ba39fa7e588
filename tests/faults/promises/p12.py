"""P12: a client that reads nothing hurts only itself."""

import asyncio
import os
import re
import time
from collections import Counter
from pathlib import Path

from tests.faults.drill import Drill, drilled
from tests.faults.history import Fault, Wrong
from tests.faults.participant import Participant
from tests.faults.promise import Promise, Seen, Trial
from tests.faults.tables import Table

GONE_WITHIN = 30  # seconds
OTHERS_P99 = 0.25  # seconds
PACE = (2, 6)  # seconds between two things that somebody writes
BEFORE = 10  # seconds in which nobody is stalled, to compare with
CHANGES = 240  # that somebody slow does not read
MOST_OLD_NEWS = 0.6  # of what a neighbour was sent: somebody slow skips to the newest
SMALL = 16 * 1024  # bytes that the network holds for somebody who does not read


async def run(trial: Trial) -> Seen:
    """Some of a room stop reading while everybody else goes on."""
    seen = trial.seen()
    stalled, people = trial.of("stalled"), trial.of("people")
    async with drilled(trial.folder, trial.seed, buffer=SMALL) as drill:
        tables = [await drill.table(10) for _ in range(people // 10)]
        await asyncio.gather(*(table.present() for table in tables))
        memory = resident(drill)
        victims = [table.people[0] for table in tables][:stalled]
        before = await undisturbed(drill, tables)
        held = [drill.stall(victim).port for victim in victims]
        begun = time.monotonic()
        others = [p for table in tables for p in table.people if p not in victims]
        latencies: list[float] = []
        drill.beside(everybody_goes_on(tables, victims, latencies))
        gone: list[float] = []
        while held and time.monotonic() - begun < 2 * GONE_WITHIN:
            # The kernel's list may be long, and must not hold up those who are timed.
            still = await asyncio.to_thread(open_at_the_server, drill.server.port)
            gone += [time.monotonic() - begun for port in held if port not in still]
            held = [port for port in held if port in still]
            await asyncio.sleep(1)
        seen.must(not held, f"{len(held)} of {stalled} stalled connections are still there")
        seen.within("the stalled are gone within", max(gone, default=0), GONE_WITHIN)
        seen.least("others' changes seen", len(latencies), people)
        seen.figures["p99 with nobody stalled, seconds"] = round(p99(before), 3)
        seen.within("others' p99", p99(latencies), OTHERS_P99)
        seen.figures["memory grew by, MiB"] = round((resident(drill) - memory) / 2**20, 1)
        seen.figures["people"] = len(others) + len(victims)
        for line in tuple(drill.proxy.lines):
            if line.stalled:
                line.stalled = False
                line.end(reset=True)
        drill.proxy.heal()
        seen.faults = await drill.faults()
    return seen


async def undisturbed(drill: Drill, tables: list[Table]) -> list[float]:
    """How soon changes are seen while all is well, on this machine as busy as it is."""
    latencies: list[float] = []
    going = drill.beside(everybody_goes_on(tables, [], latencies))
    await asyncio.sleep(BEFORE)
    going.cancel()
    await asyncio.gather(going, return_exceptions=True)
    return latencies


def p99(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.99)] if times else 0.0


async def everybody_goes_on(
    tables: list[Table], victims: list[Participant], latencies: list[float]
) -> None:
    """Everybody else builds, at a pace of hands, and notes how soon a neighbour sees it."""

    async def each(table: Table, person: Participant, neighbour: Participant) -> None:
        while True:
            await asyncio.sleep(person.chance.uniform(*PACE))
            latencies.append(await table.build_and_see(person, neighbour))

    together = []
    for table in tables:
        here = [person for person in table.people if person not in victims]
        together += [each(table, p, here[at - 1]) for at, p in enumerate(here)]
    await asyncio.gather(*together)


async def slow_reader(drill: Drill, table: Table) -> list[Fault]:
    """Somebody reads nothing for a while: what they are sent then is not all the old news."""
    victim, *others = table.people
    drill.stall(victim)
    before = frames(drill)
    enough = drill.answered + CHANGES

    async def build(person: Participant) -> None:
        while drill.answered < enough:
            await table.build(person)

    await asyncio.gather(*(build(person) for person in others))
    for line in drill.proxy.lines:
        line.stalled = False
    drill.proxy.heal()
    await table.screens(drill.server.port)
    sent = frames(drill) - before
    kept, news = sent[victim.name], sent[others[0].name]
    if kept > MOST_OLD_NEWS * news:
        return [Fault(Wrong.HOARDED, f"{kept} frames were kept of {news}")]
    return []


def frames(drill: Drill) -> Counter[str]:
    """How many frames everybody was sent so far."""
    return Counter(sent.who for sent in drill.history.sent)


GONE = {"05", "06", "0A", "0B"}  # let go by the server's end; or listening


def open_at_the_server(port: int) -> set[int]:
    """The ports of the other ends of connections that the server's end has open at `port`."""
    found = re.findall(
        rf"^ *\d+: \w+:{port:04X} \w+:(\w+) (\w+)", Path("/proc/net/tcp").read_text(), re.MULTILINE
    )
    return {int(other, 16) for other, state in found if state not in GONE}


def resident(drill: Drill) -> int:
    """The memory of the server, in bytes."""
    pages = int(Path(f"/proc/{drill.server.process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


PROMISE = Promise(
    "P12",
    "A stalled client hurts only itself",
    "10 of 100 stop reading: others' p99 at most 250 ms, the stalled gone within 30 s",
    {
        "share": {"stalled": 2, "people": 20},
        "ci": {"stalled": 4, "people": 40},
        "hour": {"stalled": 10, "people": 100},
        "release": {"stalled": 10, "people": 100},
    },
    run,
)
