"""P3: a full or failing disk refuses clearly, keeps what was typed, loses nothing old."""

import contextlib
import errno
import os
import subprocess
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.faults.disk import WRITING
from tests.faults.drill import Drill, drilled
from tests.faults.promise import Promise, Seen, Trial

TABLES, PEOPLE = 2, 5
RECOVERS_IN = 5  # seconds
ERRORS = (errno.ENOSPC, errno.EIO)


async def run(trial: Trial) -> Seen:
    """One system call after another fails, for a while; then all of them; then the disk is full."""
    seen = trial.seen()
    async with drilled(trial.folder / "failing", trial.seed, disk=True) as drill:
        for _ in range(TABLES):
            drill.beside(drill.write_on(PEOPLE))
        slowest = await fail_now_and_then(drill, trial.of("faults"))
        seen.within("recovers", slowest, RECOVERS_IN)
        await fail_for_good(drill, seen)
        seen.least("injected faults", sum(drill.disk.injected.values()), trial.of("faults"))
        seen.figures["by"] = drill.disk.how
        seen.figures["refused for now"] = drill.told("unavailable")
        seen.must(bool(seen.figures["refused for now"]), "nobody was told that it was not saved")
        seen.faults = await drill.faults()
    with small_disk(trial.folder / "full") as place:
        seen.figures["full disk"] = "tmpfs" if place else "ENOSPC at the system call"
        if place:
            await fill_it(trial, place, seen)
    return seen


async def fail_now_and_then(drill: Drill, faults: int) -> float:
    """So many times some call fails, once or a few times; the slowest recovery in seconds."""
    slowest = 0.0
    for _ in range(faults):
        calls = frozenset({drill.chance.choice(sorted(WRITING - {"ftruncate"}))})
        before = sum(drill.disk.injected.values())
        drill.disk.fail(
            calls, drill.chance.choice(ERRORS),
            after=drill.chance.randrange(8), times=drill.chance.choice((1, 1, 1, 2, 5)),
        )  # fmt: skip
        await drill.until(partial(some_failed, drill, before))
        with contextlib.suppress(TimeoutError):
            await drill.until(lambda: drill.disk.spent, 2)
        drill.disk.heal()
        slowest = max(slowest, await drill.more_answers())
    return slowest


async def fail_for_good(drill: Drill, seen: Seen) -> None:
    """Every write fails for a while: what is said, what is kept, and how it ends."""
    table = await drill.table(1)
    ann = table.people[0]
    path = f"/workshops/{table.code}"
    kept = {"words": "Half a sentence that was sa"}
    assert (await ann.http("PUT", f"{path}/draft", kept))[0] == 200
    drill.disk.fail(WRITING, errno.ENOSPC)
    told = drill.told("unavailable")
    await drill.until(lambda: drill.told("unavailable") > told)
    status, said = await ann.http("PUT", f"{path}/draft", {"words": "Half a sentence and more"})
    seen.must(status == 503, f"a draft that cannot be kept is answered {status}")
    seen.must(said["error"]["kind"] == "unavailable", "the error does not say that it is for now")
    seen.must(
        "not be saved" in said["error"]["message"], "the error does not say what became of it"
    )
    seen.must(await drill.ready() == 503, "/ready says that all is well")
    _, view = await ann.http("GET", f"{path}/view")
    seen.must(view["regions"]["me"]["draft"]["words"] == kept["words"], "what was typed is gone")
    status, _ = await table.facilitator.http("GET", f"{path}/export/longlist.csv")
    seen.must(status == 200, f"while nothing can be written, nothing can be exported: {status}")
    drill.disk.heal()
    begun = time.monotonic()
    await drill.more_answers()
    seen.within("recovers after all failed", time.monotonic() - begun, RECOVERS_IN)
    seen.must(await drill.ready() == 200, "/ready does not see that all is well again")


@contextlib.contextmanager
def small_disk(place: Path) -> Iterator[Path | None]:
    """A real disk of 3 MB, where we may make one."""
    place.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=3M", "moments-faults", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        yield None
        return
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


async def fill_it(trial: Trial, place: Path, seen: Seen) -> None:
    """The disk fills up under what is written, with something else on it; that goes again."""
    data = str(place / "data")
    database = f"sqlite+aiosqlite:///{data}/moments.db"
    async with drilled(
        trial.folder / "beside",
        trial.seed,
        MOMENTS_DATA_DIR=data,
        MOMENTS_DATABASE_URL=database,
    ) as drill:
        drill.beside(drill.write_on(PEOPLE))
        for _ in range(trial.of("fillings")):
            await drill.more_answers()
            ballast = place / "ballast"
            with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
                while True:
                    file.write(bytes(4096))
            told = drill.told("unavailable")
            await drill.until(partial(somebody_told, drill, told))
            seen.must(await drill.ready() == 503, "on a full disk /ready says that all is well")
            ballast.unlink()
            begun = time.monotonic()
            await drill.more_answers()
            seen.within("recovers from a full disk", time.monotonic() - begun, RECOVERS_IN)
        seen.faults += await drill.faults()


def some_failed(drill: Drill, before: int) -> bool:
    return sum(drill.disk.injected.values()) > before


def somebody_told(drill: Drill, before: int) -> bool:
    return drill.told("unavailable") > before


PROMISE = Promise(
    "P3",
    "A full or failing disk refuses clearly, keeps the typed text, loses nothing old",
    "600 injected faults: 0 false acknowledgements, recovers by itself within 5 s",
    {
        "share": {"faults": 25, "fillings": 1},
        "ci": {"faults": 100, "fillings": 2},
        "hour": {"faults": 300, "fillings": 3},
        "release": {"faults": 600, "fillings": 5},
    },
    run,
)
