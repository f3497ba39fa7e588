"""Trying the promises: `make faults`, or `python -m tests.faults`.

    python -m tests.faults --lane ci --seed 7 --only P1

prints the seed, the machine, and for each promise what was asked and what was seen, and
writes the same as JSON and as a Markdown table. LANE, SEED and ONLY in the environment
do the same. Leaves out how a promise is tried. Always: the same seed makes the same
choices, and the program fails where a promise was not kept.
"""

import argparse
import asyncio
import json
import os
import platform
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.faults.promise import LANES, Promise, Seen, all_promises

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Result:
    """One promise after it was tried."""

    promise: Promise
    seen: Seen
    seconds: float

    def as_json(self) -> dict[str, Any]:
        return {
            "promise": self.promise.name,
            "says": self.promise.says,
            "also": dict(self.promise.also),
            "asked": self.promise.asked,
            "held": self.seen.held,
            "figures": self.seen.figures,
            "faults": [str(fault) for fault in self.seen.faults],
            "short": self.seen.short,
            "seconds": round(self.seconds, 1),
        }


def machine() -> str:
    """What this was seen on, without its name."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.release()},"
        f" Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )


def tried(promise: Promise, folder: Path, seed: int, lane: str) -> Result:
    """Try one promise."""
    begun = time.monotonic()
    try:
        seen = asyncio.run(promise.run(promise.trial(folder, seed, lane)))
    except Exception as failure:
        # One that breaks off must not keep the others from being tried.
        reasons = [f"{type(each).__name__}: {each}"[:500] for each in single(failure)]
        seen = Seen(short=[f"broke off: {reason}" for reason in reasons])
    return Result(promise, seen, time.monotonic() - begun)


def single(failure: Exception) -> list[Exception]:
    """The failures in a group of them, and in its groups."""
    if not isinstance(failure, ExceptionGroup):
        return [failure]
    return [each for within in failure.exceptions for each in single(within)]


def as_table(results: list[Result], heading: str) -> str:
    """The results as Markdown."""
    lines = [heading, "", "| | asked of a release | seen | held |", "|--|--|--|--|"]
    for result in results:
        figures = "; ".join(f"{name} {value}" for name, value in result.seen.figures.items())
        wrong = [*map(str, result.seen.faults[:5]), *result.seen.short]
        said = f"{figures}; faults found: {len(result.seen.faults)}; {result.seconds:.0f} s"
        held = "yes" if result.seen.held else " ".join(f"**no**: {'; '.join(wrong)}".split())
        for name in result.promise.rows:
            lines.append(f"| {name} | {result.promise.asked} | {said} | {held} |")
    return "\n".join([*lines, ""])


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--lane", choices=LANES, default=os.environ.get("LANE") or "ci")
    parser.add_argument("--seed", type=int, default=os.environ.get("SEED") or None)
    parser.add_argument("--only", default=os.environ.get("ONLY") or "", help="P1, or P1,P5")
    parser.add_argument("--out", type=Path, default=ROOT / "data" / "faults")
    chosen = parser.parse_args(arguments)
    if chosen.lane not in LANES:
        parser.error(f"there is no lane {chosen.lane}: {', '.join(LANES)}")
    seed = chosen.seed if chosen.seed is not None else random.randrange(2**31)
    wanted = {name.strip().upper() for name in chosen.only.split(",") if name.strip()}
    promises = [each for each in all_promises() if not wanted or wanted & each.rows.keys()]
    if not promises:
        parser.error(f"there is no {chosen.only} here")
    day = datetime.now(UTC)
    heading = f"Lane {chosen.lane}, seed {seed}, {day:%d %B %Y}, on {machine()}."
    print(heading, flush=True)
    results = []
    for promise in promises:
        folder = Path(tempfile.mkdtemp(prefix=f"moments-{promise.name.lower()}-"))
        result = tried(promise, folder, seed, chosen.lane)
        results.append(result)
        print("\n".join(as_table([result], "").splitlines()[4:]), flush=True)
        if result.seen.held:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            print(f"Replay with SEED={seed} ONLY={promise.name}; what is left is in {folder}")
    chosen.out.mkdir(parents=True, exist_ok=True)
    name = f"{day:%Y%m%d-%H%M%S}-{chosen.lane}-{seed}"
    told = {"lane": chosen.lane, "seed": seed, "at": day.isoformat(), "machine": machine()}
    told["promises"] = [result.as_json() for result in results]
    (chosen.out / f"{name}.json").write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    (chosen.out / f"{name}.md").write_text(as_table(results, heading))
    print(f"Written to {chosen.out}, as {name}.json and .md.")
    return 0 if all(result.seen.held for result in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
