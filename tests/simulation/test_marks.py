"""Marks lie within the scale, and raters agree more than they differ."""

import random

from app.simulation import marks
from app.simulation.words import bank


def all_changes() -> list[str]:
    return [c["words"] for lines in bank("ideas")["barriers"].values() for c in lines]


def test_marks_lie_within_the_scale_and_are_sometimes_left_open() -> None:
    given = [
        marks.rate(words, temperament, random.Random(f"{words}{temperament}"))
        for words in all_changes()[:4]
        for temperament in ("quick", "thoughtful", "quiet", "builder")
        for _ in range(20)
    ]
    criteria = ("impact", "effort", "amenability")
    found = {rating[criterion] for rating in given for criterion in criteria}
    assert found <= {1, 2, 3, 4, 5, None}
    assert len(found) >= 4
    assert all(set(rating) == {*criteria, "reason"} for rating in given)


def test_raters_agree_more_on_one_idea_than_over_all() -> None:
    everything = all_changes()[:80]

    def mean(words: str, first: int) -> float:
        given = [
            marks.rate(words, "quiet", random.Random(f"{words}{rater}"))["impact"]
            for rater in range(first, first + 8)
        ]
        known = [mark for mark in given if isinstance(mark, int)]
        return sum(known) / len(known)

    pairs = [(mean(words, 0), mean(words, 8)) for words in everything]
    apart = sum(abs(one - other) for one, other in pairs)
    shuffled = sum(
        abs(one - other) for (one, _), (_, other) in zip(pairs, pairs[1:] + pairs[:1], strict=True)
    )
    assert apart < 0.6 * shuffled


def test_the_same_person_gives_the_same_marks_again() -> None:
    one, two = (marks.rate("Ring them.", "quick", random.Random("p")) for _ in range(2))
    assert one == two


def test_every_tone_of_reason_is_heard() -> None:
    given = [
        marks.rate(words, "thoughtful", random.Random(words))["reason"] for words in all_changes()
    ]
    reasons = bank("remarks")["reasons"]
    assert given.count(None) > len(given) / 2
    assert all(set(given) & set(reasons[tone]) for tone in ("high", "middle", "low"))
