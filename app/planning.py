"""Planning: whether a problem statement fits the time there is, and what to drop if not.

The figures are those of the two-hour workshop in our notes on practice (24 people in four
groups of six, four stages): 65 minutes of playing with a break of 5, of a stage 9½ minutes
for reading, choosing, writing and building, and 40 to 90 seconds for each person to
present. Leaves out clocks: nothing here runs. Always: what is said is minutes and reasons,
never that a workshop may not be opened.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from math import ceil, floor

READ, CHOOSE, WRITE, BUILD = 1.5, 1.5, 3.5, 3.0
"""Minutes of a stage, but for presenting; building has the half minute of moving on."""

ALL_BUT_PRESENTING = READ + CHOOSE + WRITE + BUILD

LEAST_SECONDS, MOST_SECONDS = 40, 90
"""For each person to present an idea."""

BREAK_MINUTES, BREAK_AFTER = 5, 50
"""A break, where playing would go on for longer than people attend well at a screen."""

FEWEST, MOST = 4, 7
"""People in a group that works: below, merge; above, split."""

MOST_BARRIERS = 4
"""At a stage: what a group can weigh up in the minutes it has for reading and choosing."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a workshop does beside playing, and the phase that it is, if it is one."""

    name: str
    minutes: int
    phase: str | None = None
    needed: bool = False
    """Whether a workshop cannot do without it."""


PARTS = (
    Part("Welcome, and what becomes of people's words", 8, needed=True),
    Part("A dry run with one card", 5),
    Part("Forming groups and the briefing", 7, "briefing"),
    Part("A last round over barriers without ideas", 5),
    Part("Looking together", 10, "plenary"),
    Part("Rating and talking about the ratings", 15, "rate"),
    Part("What happens next", 5, needed=True),
)
"""55 minutes in all, which leaves 65 of two hours."""


@dataclass(frozen=True, slots=True)
class Saving:
    """Something to drop, the minutes that gives, and whether it is enough by itself."""

    words: str
    minutes: int
    enough: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """The time check: what each stage gets, and what could be done where it does not fit."""

    stages: int
    people: int
    minutes: int
    around: int
    """Minutes for everything beside playing, as far as it is not left out."""
    pause: int
    stage_minutes: float
    """What each stage gets, at most as long as everybody has 90 seconds."""
    present_minutes: float
    present_seconds: int
    """For each person; as many as there are, though at least 40 and at most 90."""
    needed: int
    """Minutes that the whole would take at 40 seconds each."""
    fits: bool
    spare: int
    """Minutes left over at 90 seconds each."""
    most_stages: int
    """How many stages would fit, with everything else as it is."""
    savings: tuple[Saving, ...]
    together: int | None
    """How many of the savings, from the first, are enough; None where even all are not."""
    split: int | None
    """The size of a group with which it would fit, where smaller groups would do."""
    warnings: tuple[str, ...]


def plan(
    *,
    stages: int,
    barriers: Iterable[int],
    people: int,
    minutes: int,
    left_out: Iterable[str] = (),
) -> Plan:
    """The time check for groups of `people`, with `minutes` for the whole workshop.

    `barriers` are the numbers at each stage, `left_out` the phases it does without.
    """
    out = frozenset(left_out)
    kept = [part for part in PARTS if part.phase not in out]
    around = sum(part.minutes for part in kept)
    playing = minutes - around
    longest = _stage_at(MOST_SECONDS, people)
    least = _stage_at(LEAST_SECONDS, people)
    needed = ceil(stages * least + _break(stages * least) + around)
    fits = _enough(stages, least, playing)
    # Stages that are over before a break is due are not made to fail for want of one.
    pause = 0 if fits and playing - BREAK_MINUTES < stages * least else _break(playing)
    stage = max(0.0, (playing - pause) / max(stages, 1))
    seconds = (stage - ALL_BUT_PRESENTING) * 60 / max(people, 1)
    slot = int(min(max(seconds, LEAST_SECONDS), MOST_SECONDS))
    droppable = sorted((part for part in kept if not part.needed), key=lambda part: -part.minutes)
    saved = list(accumulate(part.minutes for part in droppable))
    smaller = ceil(people / 2)
    return Plan(
        stages=stages,
        people=people,
        minutes=minutes,
        around=around,
        pause=pause,
        stage_minutes=round(min(stage, longest), 1),
        present_minutes=round(max(0.0, min(stage, longest) - ALL_BUT_PRESENTING), 1),
        present_seconds=slot,
        needed=needed,
        fits=fits,
        spare=max(0, floor(playing - pause - stages * longest)),
        most_stages=_most(least, playing),
        savings=()
        if fits
        else tuple(
            Saving(part.name, part.minutes, _enough(stages, least, playing + part.minutes))
            for part in droppable
        ),
        together=None
        if fits
        else next(
            (n for n, more in enumerate(saved, 1) if _enough(stages, least, playing + more)), None
        ),
        split=smaller
        if not fits
        and smaller >= FEWEST
        and _enough(stages, _stage_at(LEAST_SECONDS, smaller), playing)
        else None,
        warnings=tuple(_warnings(people, list(barriers))),
    )


def _break(playing: float) -> int:
    return BREAK_MINUTES if playing > BREAK_AFTER else 0


def _enough(stages: int, each: float, playing: int) -> bool:
    """Whether so many minutes of playing hold the stages, and the break that they bring."""
    took = stages * each
    return took + _break(took) <= playing + 1e-6  # thirds of minutes are not exact


def _most(each: float, playing: int) -> int:
    """How many stages so many minutes of playing hold."""
    at_most = max(0, floor(playing / each))
    return next((n for n in range(at_most, 0, -1) if _enough(n, each, playing)), 0)


def _stage_at(seconds: int, people: int) -> float:
    """Minutes of a stage at which each of `people` has so many seconds to present."""
    return ALL_BUT_PRESENTING + people * seconds / 60


def _warnings(people: int, barriers: list[int]) -> Iterable[str]:
    if people > MOST:
        yield f"A group of {people} is large. Above {MOST} people, two groups work better."
    if people < FEWEST:
        yield f"A group of {people} is small. Below {FEWEST} people, merge it with another."
    for number, count in enumerate(barriers, start=1):
        if count > MOST_BARRIERS:
            yield (
                f"Stage {number} has {count} barriers. More than {MOST_BARRIERS} are hard to weigh "
                "up in the minutes there are."
            )
