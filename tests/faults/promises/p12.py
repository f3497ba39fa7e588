"""P12: a client that reads nothing hurts only itself."""

import asyncio
import contextlib
import os
import re
import time
from collections import Counter
from pathlib import Path

from tests.faults.drill import Drill, drilled
from tests.faults.history import Fault, Wrong
from tests.faults.measuring import measured
from tests.faults.participant import Participant
from tests.faults.planted import PATIENCE
from tests.faults.promise import Promise, Seen, Trial
from tests.faults.tables import Table

GONE_WITHIN = 30  # seconds
OTHERS_P99 = 0.25  # seconds
PACE = (2, 6)  # seconds between two things that somebody writes
TABLE = 10  # people
BEFORE = 10  # seconds in which nobody is stalled, to compare with
CHANGES = 240  # that somebody slow does not read
MOST_OLD_NEWS = 0.6  # of what a neighbour was sent: somebody slow skips to the newest
SMALL = 16 * 1024  # bytes that the network holds for somebody who does not read


async def run(trial: Trial) -> Seen:
    """Some of a room stop reading while everybody else goes on, and others are told of it."""
    seen = trial.seen()
    stalled, people = trial.of("stalled"), trial.of("people")
    patience = {PATIENCE: str(trial.of("patience"))}
    async with drilled(trial.folder, trial.seed, buffer=SMALL, **patience) as drill:
        tables = [await seated(drill) for _ in range(people // TABLE)]
        await asyncio.gather(*(table.present() for table in tables))
        memory = resident(drill)
        victims = [table.people[0] for table in tables][:stalled]
        others = [p for table in tables for p in table.people if p not in victims]
        watching = [table.people[1] for table in tables]
        async with measured(drill.server.port, watching) as found:
            begun: dict[str, float] = {}
            going = drill.beside(everybody_goes_on(tables, victims, begun))
            await asyncio.sleep(BEFORE * trial.of("patience") / 100)
            stalled_at = time.monotonic()
            held = files_of(drill, [drill.stall(victim).port for victim in victims])
            gone: list[float] = []
            while held and time.monotonic() - stalled_at < 2 * GONE_WITHIN:
                still = held & open_files(drill)
                gone += [time.monotonic() - stalled_at] * len(held - still)
                held = still
                await asyncio.sleep(0.5)
                drill.failed()
            going.cancel()
            await asyncio.gather(going, return_exceptions=True)
            await drill.until(lambda: begun.keys() <= found.seen.keys(), GONE_WITHIN)
        seen.must(not held, f"{len(held)} of {stalled} stalled connections are still there")
        seen.within("the stalled are gone within", max(gone, default=0), GONE_WITHIN)
        before = [found.seen[w] - at for w, at in begun.items() if at < stalled_at]
        after = [found.seen[w] - at for w, at in begun.items() if at >= stalled_at]
        seen.least("others' changes seen", len(after), people // 2)
        if before:
            seen.figures["p99 with nobody stalled, seconds"] = round(p99(before), 3)
        seen.within("others' p99", p99(after), OTHERS_P99)
        seen.figures["a timer beside was late by, p99, seconds"] = round(p99(found.late), 3)
        seen.figures["memory grew by, MiB"] = round((resident(drill) - memory) / 2**20, 1)
        seen.figures["people"] = len(others) + len(victims)
        for line in tuple(drill.proxy.lines):
            if line.stalled:
                line.stalled = False
                line.end(reset=True)
        drill.proxy.heal()
        seen.faults = await drill.faults()
    return seen


async def seated(drill: Drill) -> Table:
    """A table of which one person comes through the proxy, to be stalled, and nobody else."""
    seed, door = drill.chance.getrandbits(32), drill.server.port
    table = await Table.open(
        drill.proxy.port, drill.history, people=TABLE, seed=seed, straight=door
    )
    for person in table.people[1:]:
        person.port = door
    drill.tables.append(table)
    return table.arrive()


def p99(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.99)] if times else 0.0


async def everybody_goes_on(
    tables: list[Table], victims: list[Participant], begun: dict[str, float]
) -> None:
    """Everybody else builds, at a pace of hands, and it is noted when they began."""

    async def each(table: Table, person: Participant) -> None:
        while True:
            await asyncio.sleep(person.chance.uniform(*PACE))
            words, idea = table.words(person), person.chance.choice(table.shown)
            begun[words] = time.monotonic()
            await person.ask("BuildOn", words, **{"idea": idea, "as": "build"})

    await asyncio.gather(
        *(each(table, p) for table in tables for p in table.people if p not in victims)
    )


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


ENTRY = r"^ *\d+: \w+:{port:04X} \w+:(\w+) \w+ \S+ \S+ \S+ +\d+ +\d+ (\d+)"
"""Of the kernel's list: the other end's port, and the file that the server's end is."""


def files_of(drill: Drill, ports: list[int]) -> set[str]:
    """The files by which the server has connections open whose other ends are at these ports."""
    pattern, table = ENTRY.format(port=drill.server.port), Path("/proc/net/tcp").read_text()
    found = {int(other, 16): file for other, file in re.findall(pattern, table, re.MULTILINE)}
    return {found[port] for port in ports}


def open_files(drill: Drill) -> set[str]:
    """The sockets that the server has open. Their list is short, and looking holds nobody up."""
    found = set()
    for file in Path(f"/proc/{drill.server.process.pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed just now
            found.add(str(file.readlink()).removeprefix("socket:[").removesuffix("]"))
    return found


def resident(drill: Drill) -> int:
    """The memory of the server, in bytes."""
    pages = int(Path(f"/proc/{drill.server.process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


PROMISE = Promise(
    "P12",
    "A stalled client hurts only itself",
    "10 of 100 stop reading: others' p99 at most 250 ms, the stalled gone within 30 s",
    {
        # With every change the server is less patient than it is, so that nobody waits for it.
        "share": {"stalled": 2, "people": 20, "patience": 20},
        "ci": {"stalled": 4, "people": 40, "patience": 100},
        "hour": {"stalled": 10, "people": 100, "patience": 100},
        "release": {"stalled": 10, "people": 100, "patience": 100},
    },
    run,
)
