"""The ratings: one row for each idea and criterion, never one for a rater.

What always holds: before the ratings are open there is only how many have rated, and
one or two raters are never shown apart from the others.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.exports.idea_lines import IdeaLine, idea_lines
from app.exports.kinds import Field, TableKind, number, text, typed
from app.exports.readers import Names
from app.exports.sums import IdeaSums, Sums, WorkshopSums, as_float
from app.game.prioritising import CRITERIA, Summary
from app.game.workshop import Workshop


@dataclass(frozen=True, slots=True)
class RatingLine:
    """One criterion of one idea."""

    idea: IdeaLine
    criterion: str
    gap: float | None

    @property
    def reasons(self) -> str | None:
        """Reasons belong to an idea and not to a criterion, so they stand in one row only."""
        return "\n".join(self.idea.sums.reasons) or None if self.criterion == CRITERIA[0] else None


def _lines(workshop: Workshop, names: Names) -> Iterator[RatingLine]:
    sums = WorkshopSums(workshop)
    for line in idea_lines(workshop, names):
        for criterion in CRITERIA:
            yield RatingLine(line, criterion, sums.gap(line.idea.id, criterion))


def _columns(prefix: str, side: Callable[[IdeaSums], Sums]) -> tuple[Field[RatingLine], ...]:
    """Marks given, their mean, median and spread, on one side or by everyone."""

    def figure(
        name: str, of: Callable[[Summary], float | None], whole: bool = False
    ) -> Field[RatingLine]:
        def cell(line: RatingLine) -> float | None:
            summary = side(line.idea.sums).get(line.criterion)
            if summary is None:
                return None
            return of(summary) if whole else as_float(of(summary))

        return number(f"{prefix}{name}", cell)

    return (
        figure("raters", lambda summary: summary.raters, whole=True),
        figure("mean", lambda summary: summary.mean),
        figure("median", lambda summary: summary.median),
        figure("spread", lambda summary: summary.spread),
    )


RATINGS = TableKind(
    name="ratings",
    title="Ratings",
    note=(
        "One row for each idea and criterion. Rated by counts everyone who rated the idea, raters "
        "those who gave a mark and not “don't know”; spread is the standard deviation. One or two "
        "raters are not shown apart. Reasons stand in the first row of an idea."
    ),
    fields=(
        text("problem", lambda line: line.idea.journey.title, 25),
        text("stage", lambda line: line.idea.stage.title),
        typed("intervention", lambda line: line.idea.idea.words, 60),
        text("criterion", lambda line: line.criterion, 12),
        number("rated_by", lambda line: line.idea.sums.raters),
        *_columns("", lambda sums: sums.everyone),
        number("gap_between_organisations", lambda line: line.gap),
        *_columns("participants_", lambda sums: sums.participants),
        *_columns("staff_", lambda sums: sums.staff),
        typed("reasons", lambda line: line.reasons),
        text("status", lambda line: line.idea.status, 12),
        text("idea_id", lambda line: line.idea.idea.id, 10),
        text("problem_id", lambda line: line.idea.journey.id),
        number("stage_number", lambda line: line.idea.idea.stage),
    ),
    lines=_lines,
    rated=True,
)
