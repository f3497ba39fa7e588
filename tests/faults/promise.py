"""A promise: what must hold, how it is tried, how hard in each lane, and what was seen.

A promise is a file of `promises` with a `PROMISE`; the harness finds it by itself. Leaves
out running them (`__main__`). Always: what was asked stands beside what was seen, and a
run that saw less than it was to see has not held.
"""

import importlib
import pkgutil
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults import promises
from tests.faults.history import Fault

LANES = ("share", "ci", "hour", "release")
"""From seconds for each promise, with every change, to the figures that are promised."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One promise to be tried: where, by which choices, and how hard."""

    folder: Path
    seed: int
    lane: str
    amounts: Mapping[str, int]

    def of(self, what: str) -> int:
        return self.amounts[what]

    def seen(self) -> "Seen":
        """What will be seen; with every change, times are noted and not asked for."""
        return Seen(timed=self.lane != "share")


@dataclass(slots=True)
class Seen:
    """What a trial saw: figures, faults, and where a figure fell short of what was asked."""

    figures: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    short: list[str] = field(default_factory=list)
    timed: bool = True

    def within(self, name: str, seconds: float, limit: float) -> None:
        """The longest that something took, which may be `limit` seconds at most."""
        name = f"{name}, seconds"
        seconds = max(round(seconds, 3), self.figures.get(name, 0))
        self.figures[name] = seconds
        if self.timed and seconds > limit:
            self.short.append(f"{name} is {seconds} and may be {limit}")

    def most(self, name: str, value: float, limit: float) -> None:
        """A figure that may be `limit` at most."""
        self.figures[name] = round(value, 3)
        if value > limit:
            self.short.append(f"{name} is {value:.3f} and may be {limit}")

    def least(self, name: str, value: int, wanted: int) -> None:
        """A figure that must be `wanted` at least."""
        self.figures[name] = value
        if value < wanted:
            self.short.append(f"{name} is {value} and should be {wanted}")

    def must(self, holds: bool, what: str) -> None:
        """Something that has to be so."""
        if not holds:
            self.short.append(what)

    @property
    def held(self) -> bool:
        return not self.faults and not self.short


@dataclass(frozen=True, slots=True)
class Promise:
    """`asked` says what a release shows; `amounts` how much of it each lane does.

    `also` are other promises, by name and what they say, that the same run proves.
    """

    name: str
    says: str
    asked: str
    amounts: Mapping[str, Mapping[str, int]]
    run: Callable[[Trial], Coroutine[Any, Any, Seen]]
    also: Mapping[str, str] = field(default_factory=dict)

    @property
    def rows(self) -> dict[str, str]:
        """Every promise that this proves, and what it says."""
        return {self.name: self.says, **self.also}

    def trial(self, folder: Path, seed: int, lane: str) -> Trial:
        return Trial(folder, seed, lane, self.amounts[lane])


def all_promises() -> list[Promise]:
    """Every promise there is a file for, in the order of their numbers."""
    found = [
        importlib.import_module(f"{promises.__name__}.{module.name}").PROMISE
        for module in pkgutil.iter_modules(promises.__path__)
        if module.name.startswith("p")
    ]
    return sorted(found, key=lambda promise: int(promise.name[1:]))
