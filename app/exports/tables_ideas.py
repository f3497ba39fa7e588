"""The tables of ideas: the longlist, the shortlist, and what interviews said (APEASE).

They have the shapes of the report's annex 3, its table 1, and what its table 2 is
written from. What always holds: the longlist has every idea that was submitted,
whatever became of it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.exports.idea_lines import IdeaLine, idea_lines, joined, sources_of
from app.exports.kinds import Field, TableKind, number, text, typed, yes_no
from app.exports.readers import Names
from app.exports.sums import IdeaSums, Sums, mean_of
from app.game.apease import CRITERIA as APEASE
from app.game.prioritising import CRITERIA
from app.game.workshop import Assessment, Choice, Workshop


def _means(prefix: str, side: Callable[[IdeaSums], Sums]) -> tuple[Field[IdeaLine], ...]:
    """A column of means for each criterion."""

    def mean(criterion: str) -> Callable[[IdeaLine], float | None]:
        return lambda line: mean_of(side(line.sums), criterion)

    return tuple(number(f"{prefix}{criterion}", mean(criterion)) for criterion in CRITERIA)


def _decided(decision: Choice) -> str:
    words = f"{decision.at.date().isoformat()} {'taken off' if decision.taken_off else 'put on'}"
    return f"{words}: {decision.reason}" if decision.reason else words


PROBLEM: Field[IdeaLine] = text("problem", lambda line: line.journey.title, 25)
STAGE: Field[IdeaLine] = text("stage", lambda line: line.stage.title)
BARRIER: Field[IdeaLine] = text("barrier", lambda line: line.barrier.text, 40)
INTERVENTION: Field[IdeaLine] = typed("intervention", lambda line: line.idea.words, 60)
HOW: Field[IdeaLine] = typed("how_it_works", lambda line: line.idea.how)
EXAMPLE: Field[IdeaLine] = typed("example", lambda line: line.idea.example)
CAUTION: Field[IdeaLine] = typed("caution", lambda line: line.idea.caution)
EVIDENCE: tuple[Field[IdeaLine], ...] = (
    text("card", lambda line: line.card.title),
    text("study", lambda line: line.card.study.citation, 40),
    text("doi", lambda line: line.card.study.doi, 25),
)
ORGANISATIONS: Field[IdeaLine] = typed("organisations", lambda line: joined(line.organisations), 20)
STATUS: Field[IdeaLine] = text("status", lambda line: line.status, 12)
RATINGS: Field[IdeaLine] = number("ratings", lambda line: line.sums.raters)
PRIORITISED: tuple[Field[IdeaLine], ...] = (
    *_means("", lambda sums: sums.everyone),
    number("priority", lambda line: line.sums.priority),
)
REASON: Field[IdeaLine] = typed("reason", lambda line: line.reason)
IDEA_ID: Field[IdeaLine] = text("idea_id", lambda line: line.idea.id, 10)
IDS: tuple[Field[IdeaLine], ...] = (
    text("problem_id", lambda line: line.journey.id),
    number("stage_number", lambda line: line.idea.stage),
    text("barrier_id", lambda line: line.barrier.id),
    text("card_id", lambda line: line.card.id),
    text("group_id", lambda line: line.idea.group, 10),
)
APART: tuple[Field[IdeaLine], ...] = (
    number("participants_ratings", lambda line: line.sums.participants_raters),
    *_means("participants_", lambda sums: sums.participants),
    number("staff_ratings", lambda line: line.sums.staff_raters),
    *_means("staff_", lambda sums: sums.staff),
)
DECISIONS: Field[IdeaLine] = typed(
    "decisions", lambda line: "\n".join(map(_decided, line.decisions)) or None
)
BACKGROUND: tuple[Field[IdeaLine], ...] = (
    text("barrier_sources", lambda line: sources_of(line.barrier), 40),
    text("opm", lambda line: line.barrier.opm, 12),
    text("levels", lambda line: joined(line.barrier.levels) or None),
    text("com_b", lambda line: joined(line.barrier.com_b)),
    text("replication", lambda line: line.card.replication, 12),
    text("card_caution", lambda line: line.card.caution, 40),
    text(
        "other_cards",
        lambda line: joined(f"{card.title} ({card.study.doi})" for card in line.cards[1:]) or None,
    ),
)


LONGLIST = TableKind(
    name="longlist",
    title="Longlist",
    note=(
        "Every idea that was submitted, whatever became of it. Impact, effort and amenability "
        "are means of all marks given, from 1 to 5."
    ),
    fields=(
        IDEA_ID, PROBLEM, STAGE, BARRIER, INTERVENTION, HOW, EXAMPLE, CAUTION, *EVIDENCE,
        text("group", lambda line: f"Group {line.idea.group.removeprefix('g')}", 10),
        ORGANISATIONS, STATUS, RATINGS, *PRIORITISED,
        yes_no("shortlisted", lambda line: line.choice is not None),
        REASON, *IDS,
        text("author", lambda line: line.authors),
        yes_no("late", lambda line: line.idea.late),
        yes_no("captured", lambda line: line.idea.captured),
        text("merged_into", lambda line: line.idea.merged_into, 10),
        text("merged_from", lambda line: joined(line.idea.parents) or None),
        number("builds", lambda line: len(line.idea.builds)),
        typed("build_words", lambda line: "\n".join(line.builds) or None),
        text("submitted_at", lambda line: line.idea.at.isoformat(timespec="seconds")),
        *APART,
        yes_no("in_proposal", lambda line: line.sums.proposed),
        DECISIONS, *BACKGROUND,
    ),
    lines=idea_lines,
    rated=True,
)  # fmt: skip


def _shortlisted(workshop: Workshop, names: Names) -> Iterator[IdeaLine]:
    return idea_lines(workshop, names, wanted=workshop.shortlist)


SHORTLIST = TableKind(
    name="shortlist",
    title="Shortlist",
    note=(
        "The ideas that were chosen, with the reason where one was given. Proposed says whether "
        "an idea was among the best of its problem statement by priority when it was chosen."
    ),
    fields=(
        PROBLEM, BARRIER, INTERVENTION, HOW, *EVIDENCE, *PRIORITISED,
        yes_no("proposed", lambda line: None if line.choice is None else line.choice.proposed),
        REASON, IDEA_ID,
        text(
            "decided_at",
            lambda line: line.choice.at.isoformat(timespec="seconds") if line.choice else None,
        ),
        STAGE, EXAMPLE, CAUTION, ORGANISATIONS, RATINGS, *APART, DECISIONS, *BACKGROUND, *IDS,
    ),
    lines=_shortlisted,
    rated=True,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AssessmentLine:
    """One interview about one idea."""

    idea: IdeaLine
    record: Assessment


def _assessments(workshop: Workshop, names: Names) -> Iterator[AssessmentLine]:
    records: dict[str, list[Assessment]] = defaultdict(list)
    for record in workshop.assessments:
        records[record.idea].append(record)
    for line in idea_lines(workshop, names, wanted=records):
        for record in records[line.idea.id]:
            yield AssessmentLine(line, record)


def _judgement(criterion: str) -> Field[AssessmentLine]:
    return text(criterion, lambda line: line.record.criteria[criterion].judgement, 14)


def _said(criterion: str) -> Field[AssessmentLine]:
    return typed(f"{criterion}_said", lambda line: line.record.criteria[criterion].said)


ASSESSMENT = TableKind(
    name="assessment",
    title="APEASE assessment",
    note="One row for each interview about an idea of the shortlist, along the six criteria.",
    fields=(
        text("problem", lambda line: line.idea.journey.title, 25),
        typed("intervention", lambda line: line.idea.idea.words, 60),
        typed("organisation", lambda line: line.record.organisation, 20),
        typed("interviewee_role", lambda line: line.record.interviewee_role, 20),
        *map(_judgement, APEASE),
        *map(_said, APEASE),
        typed("themes", lambda line: joined(line.record.themes) or None),
        text("barrier", lambda line: line.idea.barrier.text, 40),
        text("status", lambda line: line.idea.status, 12),
        text("recorded_at", lambda line: line.record.at.isoformat(timespec="seconds")),
        text("idea_id", lambda line: line.idea.idea.id, 10),
        text("assessment_id", lambda line: line.record.id, 10),
        text("problem_id", lambda line: line.idea.journey.id),
        text("barrier_id", lambda line: line.idea.barrier.id),
    ),
    lines=_assessments,
)
