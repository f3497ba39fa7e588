"""Prioritising: what the ratings say, the order that follows, and the proposal.

The report prioritised by likely impact, effort and amenability to behavioural
intervention and chose two ideas per problem statement (section 3.1). Here the priority
of an idea is the weighted mean of impact, 6 minus effort, and amenability (game.md,
"Rating, shortlist"). It leaves out who may see any of it (`app/views`).
What always holds: the proposal is shown, and never put on the shortlist by itself.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from statistics import mean, median, pstdev

from app.game.workshop import Marks, Workshop

CRITERIA = ("impact", "effort", "amenability")
FEWEST_APART = 3
"""Groups of fewer raters than this are not shown apart."""

TIES = (
    "higher priority, then higher impact, then lower effort, then more raters, "
    "then the idea that came first"
)
"""How ties are broken, in words, for the screen."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each criterion counts."""

    impact: float = 1
    effort: float = 1
    amenability: float = 1


@dataclass(frozen=True, slots=True)
class Summary:
    """One criterion of one idea over some raters; None where nobody gave a mark."""

    raters: int
    mean: float | None
    median: float | None
    spread: float | None
    """Standard deviation of the marks given."""


@dataclass(frozen=True, slots=True)
class Score:
    """One idea's ratings: over all, and apart for participants and staff."""

    idea: str
    impact: Summary
    effort: Summary
    amenability: Summary
    raters: int
    priority: float | None
    """1 to 5, rounded to two decimals; None where a criterion has no mark at all."""


def summary(marks: Iterable[int | None]) -> Summary:
    """`marks` summed up; "don't know" is no mark."""
    given = [mark for mark in marks if mark is not None]
    if not given:
        return Summary(0, None, None, None)
    return Summary(len(given), mean(given), median(given), pstdev(given))


Ballots = Mapping[str, Mapping[str, Marks]]
"""By idea, then rater."""


def ballots(workshop: Workshop) -> Ballots:
    """All marks given, by idea: the workshop keeps them by rater."""
    by_idea: dict[str, dict[str, Marks]] = defaultdict(dict)
    for rater, given in workshop.ratings.items():
        for idea, marks in given.items():
            by_idea[idea][rater] = marks
    return by_idea


def score(
    idea: str,
    ballots: Ballots,
    weights: Weights = Weights(),
    counting: Callable[[Marks], bool] = lambda _: True,
) -> Score:
    """The ratings of `idea` by those raters whom `counting` accepts."""
    marks = [given for given in ballots.get(idea, {}).values() if counting(given)]
    impact, effort, amenability = (
        summary(getattr(given, criterion) for given in marks) for criterion in CRITERIA
    )
    priority = None
    if impact.mean is not None and effort.mean is not None and amenability.mean is not None:
        total = (
            weights.impact * impact.mean
            + weights.effort * (6 - effort.mean)
            + weights.amenability * amenability.mean
        )
        priority = round(total / (weights.impact + weights.effort + weights.amenability), 2)
    return Score(idea, impact, effort, amenability, len(marks), priority)


def gap_between_organisations(
    workshop: Workshop, idea: str, ballots: Ballots, criterion: str
) -> float | None:
    """The widest gap of means between organisations with at least three raters each.

    None where fewer than two organisations are large enough to be shown apart.
    """
    by_organisation: dict[str, list[int]] = defaultdict(list)
    for rater, marks in ballots.get(idea, {}).items():
        mark = getattr(marks, criterion)
        if mark is not None and rater in workshop.people:
            by_organisation[workshop.people[rater].organisation].append(mark)
    means = [mean(given) for given in by_organisation.values() if len(given) >= FEWEST_APART]
    return max(means) - min(means) if len(means) >= 2 else None


def ranked(workshop: Workshop, weights: Weights = Weights()) -> dict[str, list[Score]]:
    """Per problem statement its ideas with a priority, best first; ties as in `TIES`."""
    ranking: dict[str, list[Score]] = {problem: [] for problem in workshop.journeys}
    number = {}
    given = ballots(workshop)
    for idea in workshop.ideas():
        scored = score(idea.id, given, weights)
        if idea.merged_into is None and scored.priority is not None:
            ranking[idea.problem].append(scored)
            number[idea.id] = idea.number

    def order(scored: Score) -> tuple[float, float, float, int, int]:
        assert scored.priority is not None
        assert scored.impact.mean is not None
        assert scored.effort.mean is not None
        return (
            -scored.priority,
            -scored.impact.mean,
            scored.effort.mean,
            -scored.raters,
            number[scored.idea],
        )

    return {problem: sorted(scores, key=order) for problem, scores in ranking.items()}


def proposal(workshop: Workshop, weights: Weights = Weights()) -> dict[str, tuple[str, ...]]:
    """The best ideas per problem statement, as many as the shortlist takes of each."""
    most = workshop.options.shortlist_per_problem
    return {
        problem: tuple(scored.idea for scored in scores[:most])
        for problem, scores in ranked(workshop, weights).items()
    }
