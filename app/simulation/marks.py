"""Marks: what a simulated participant thinks of an idea, from 1 to 5, or does not know.

Raters agree more than they differ, as they would: an idea has something of its own, and
each rater sees it a little differently. What always holds: the same words get the same
marks from the same person.
"""

import random
from statistics import mean

from app.simulation.words import bank

DONT_KNOW = 0.07
"""How likely a mark is to be left open; twice that for effort, which outsiders see least."""

KINDNESS = {"quick": 0.3, "thoughtful": -0.4, "builder": 0.2}
"""How much better than others some temperaments think of any idea."""

HARD = ("system", "leaders", "fund", "chief officer", "budget", "posts", "train", "every agency")
EASY = ("list", "text", "call", "line", "ring", "minutes", "page", "name")


def rate(words: str, temperament: str, chance: random.Random) -> dict[str, int | str | None]:
    """The fields of `RateIdea` but the idea: three marks and, now and then, a reason."""
    own = random.Random(words)
    lower = words.lower()
    hard = sum(word in lower for word in HARD) - 0.5 * sum(word in lower for word in EASY)
    seen = {
        "impact": own.uniform(2.2, 4.6),
        "effort": own.uniform(2.0, 3.6) + 0.5 * hard,
        "amenability": own.uniform(2.8, 4.8) - 0.3 * hard,
    }
    kindness = KINDNESS.get(temperament, 0.0)
    marks = {
        criterion: _mark(
            value - kindness if criterion == "effort" else value + kindness, criterion, chance
        )
        for criterion, value in seen.items()
    }
    return {**marks, "reason": _reason(marks, chance)}


def _mark(value: float, criterion: str, chance: random.Random) -> int | None:
    # Both are drawn each time, so that one mark left open does not shift the next.
    drawn, open_ = round(value + chance.gauss(0, 0.7)), chance.random()
    if open_ < DONT_KNOW * (2 if criterion == "effort" else 1):
        return None
    return min(5, max(1, drawn))


def _reason(marks: dict[str, int | None], chance: random.Random) -> str | None:
    good = [
        6 - mark if criterion == "effort" else mark
        for criterion, mark in marks.items()
        if mark is not None
    ]
    drawn = chance.random()
    if not good or drawn > 0.15:
        return None
    merit = mean(good)
    tone = "high" if merit >= 3.7 else "low" if merit <= 2.6 else "middle"
    reason = chance.choice(bank("remarks")["reasons"][tone])
    assert isinstance(reason, str)
    return reason
