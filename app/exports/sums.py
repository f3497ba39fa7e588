"""What the marks add up to, as far as it may be shown: the one gate for it.

The arithmetic is the game's (`app/game/prioritising.py`). What always holds: before the
ratings are open there is nothing here but how many people have rated.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.game.prioritising import (
    CRITERIA,
    FEWEST_APART,
    Score,
    Summary,
    ballots,
    gap_between_organisations,
    proposal,
    score,
)
from app.game.workshop import Marks, Workshop

Sums = Mapping[str, Summary]
"""By criterion; one that is missing is not shown."""


@dataclass(frozen=True, slots=True)
class IdeaSums:
    """The marks of one idea. Apart from the counts, all of it is empty until they are open."""

    raters: int
    participants_raters: int
    staff_raters: int
    everyone: Sums
    participants: Sums
    staff: Sums
    priority: float | None
    proposed: bool | None
    reasons: tuple[str, ...]
    """What raters gave as reasons, in alphabetical order, so that nobody can count off who."""


class WorkshopSums:
    """The marks of a workshop, by idea."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._ballots = ballots(workshop)
        self._proposed: frozenset[str] = frozenset()
        if workshop.ratings_open:
            self._proposed = frozenset(
                idea for chosen in proposal(workshop).values() for idea in chosen
            )

    def of(self, idea: str) -> IdeaSums:
        """The marks of `idea`."""
        given = self._ballots.get(idea, {}).values()
        raters, staff_raters = len(given), sum(marks.staff for marks in given)
        if not self._workshop.ratings_open:
            return IdeaSums(raters, raters - staff_raters, staff_raters, {}, {}, {}, None, None, ())
        everyone = score(idea, self._ballots)
        participants = self._of(idea, lambda marks: not marks.staff)
        staff = self._of(idea, lambda marks: marks.staff)
        return IdeaSums(
            raters=raters,
            participants_raters=raters - staff_raters,
            staff_raters=staff_raters,
            everyone=_by_criterion(everyone),
            participants=_apart(participants, staff),
            staff=_apart(staff, participants),
            priority=everyone.priority,
            proposed=idea in self._proposed,
            reasons=tuple(sorted(marks.reason for marks in given if marks.reason)),
        )

    def gap(self, idea: str, criterion: str) -> float | None:
        """The widest gap between organisations, once the ratings are open."""
        if not self._workshop.ratings_open:
            return None
        return as_float(gap_between_organisations(self._workshop, idea, self._ballots, criterion))

    def _of(self, idea: str, counting: Callable[[Marks], bool]) -> Sums:
        return _by_criterion(score(idea, self._ballots, counting=counting))


def _by_criterion(scored: Score) -> Sums:
    return {criterion: getattr(scored, criterion) for criterion in CRITERIA}


def _apart(side: Sums, other: Sums) -> Sums:
    """What of one side may be shown apart: not one or two raters, nor what would give them away.

    Beside the mean of all, the mean of one side tells that of the other.
    """
    return {
        criterion: summary
        for criterion, summary in side.items()
        if summary.raters >= FEWEST_APART
        and (not other[criterion].raters or other[criterion].raters >= FEWEST_APART)
    }


def mean_of(sums: Sums, criterion: str) -> float | None:
    """The mean on one criterion, if it is shown and anybody gave a mark."""
    return as_float(sums[criterion].mean) if criterion in sums else None


def as_float(figure: float | None) -> float | None:
    """A mean of whole marks may come as a whole number; it is shown with two decimals too."""
    return None if figure is None else float(figure)
