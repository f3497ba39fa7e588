"""The facilitator's control room: every group at a glance, and what is not covered yet.

What always holds: of people writing there are states here, never words.
"""

from collections import Counter
from dataclasses import dataclass

from app.game.phases import Phase
from app.game.workshop import Step, Workshop
from app.views.namesakes import Namesakes, namesakes
from app.views.participant import MemberView, members
from app.views.viewer import Company, Viewer


@dataclass(frozen=True, slots=True)
class GroupLine:
    """One group in one line."""

    id: str
    problem: str
    problem_title: str
    stage: int
    stages: int
    stage_title: str
    step: Step
    members: tuple[MemberView, ...]
    ideas: int
    ideas_here: int
    """Ideas at the stage the group is at."""
    open_barriers: int
    """Barriers of that stage that have no idea yet."""


@dataclass(frozen=True, slots=True)
class GroupsView:
    """All groups, and those who have no seat yet."""

    groups: tuple[GroupLine, ...]
    waiting: tuple[MemberView, ...]
    namesakes: tuple[Namesakes, ...] = ()
    """Of one name and organisation, so perhaps one person in two seats. Not for observers."""


@dataclass(frozen=True, slots=True)
class GroupProgress:
    """How far one group is, for everybody to see: no names, no words, only numbers."""

    id: str
    problem_title: str
    stage: int
    stages: int
    stage_title: str
    step: Step
    ideas: int
    barriers_met: int
    barriers: int


@dataclass(frozen=True, slots=True)
class ProgressView:
    """How far all groups are, while they play."""

    groups: tuple[GroupProgress, ...]
    ideas: int


@dataclass(frozen=True, slots=True)
class BarrierCoverage:
    """How many ideas stand against one barrier."""

    problem: str
    problem_title: str
    stage: int
    stage_title: str
    barrier: str
    text: str
    ideas: int


@dataclass(frozen=True, slots=True)
class CoverageView:
    """Every barrier of every journey; those without an idea stand out."""

    barriers: tuple[BarrierCoverage, ...]


@dataclass(frozen=True, slots=True)
class PhaseChoice:
    """A phase one can go to."""

    phase: Phase
    title: str
    what: str
    left_out: bool
    now: bool


@dataclass(frozen=True, slots=True)
class CourseView:
    """The phases of this workshop, which is on, which comes next."""

    phases: tuple[PhaseChoice, ...]
    next: Phase | None
    next_title: str | None
    ratings_open: bool
    groups_formed: bool
    shared: bool
    raters: int
    """Participants who have rated at least one idea."""
    participants: int
    ideas: int


def groups(workshop: Workshop, viewer: Viewer, company: Company) -> GroupsView:
    return _groups(workshop, company, names=True)


def groups_by_organisation(workshop: Workshop, viewer: Viewer, company: Company) -> GroupsView:
    """What an observer sees of the groups: organisations, no names."""
    return _groups(workshop, company, names=False)


def _groups(workshop: Workshop, company: Company, *, names: bool) -> GroupsView:
    lines = []
    for group in workshop.groups.values():
        journey = workshop.journey_of(group)
        here = Counter(
            idea.barrier
            for idea in group.ideas.values()
            if idea.stage == group.stage and idea.merged_into is None
        )
        lines.append(
            GroupLine(
                id=group.id,
                problem=group.problem,
                problem_title=journey.title,
                stage=group.stage,
                stages=len(journey.stages),
                stage_title=journey.stages[group.stage - 1].title,
                step=group.step,
                members=members(workshop, group.id, company, names=names),
                ideas=sum(idea.merged_into is None for idea in group.ideas.values()),
                ideas_here=here.total(),
                open_barriers=sum(b.id not in here for b in journey.barriers_at(group.stage)),
            )
        )
    return GroupsView(
        tuple(lines),
        members(workshop, None, company, names=names),
        namesakes(workshop) if names else (),
    )


def progress(workshop: Workshop, viewer: Viewer, company: Company) -> ProgressView | None:
    """What the screen shows while groups play."""
    if workshop.phase is not Phase.PLAY:
        return None
    lines = []
    for group in workshop.groups.values():
        journey = workshop.journey_of(group)
        standing = [idea for idea in group.ideas.values() if idea.merged_into is None]
        lines.append(
            GroupProgress(
                id=group.id,
                problem_title=journey.title,
                stage=group.stage,
                stages=len(journey.stages),
                stage_title=journey.stages[group.stage - 1].title,
                step=group.step,
                ideas=len(standing),
                barriers_met=len({idea.barrier for idea in standing}),
                barriers=sum(len(stage.barriers) for stage in journey.stages),
            )
        )
    return ProgressView(tuple(lines), sum(line.ideas for line in lines))


def coverage(workshop: Workshop, viewer: Viewer, company: Company) -> CoverageView:
    counts = Counter(
        (idea.problem, idea.barrier) for idea in workshop.ideas() if idea.merged_into is None
    )
    return CoverageView(
        tuple(
            BarrierCoverage(
                problem=journey.id,
                problem_title=journey.title,
                stage=number,
                stage_title=stage.title,
                barrier=barrier.id,
                text=barrier.text,
                ideas=counts[journey.id, barrier.id],
            )
            for journey in workshop.journeys.values()
            for number, stage in enumerate(journey.stages, start=1)
            for barrier in stage.barriers
        )
    )


def course(workshop: Workshop, viewer: Viewer, company: Company) -> CourseView:
    out = workshop.options.leave_out - {Phase.RATE}
    order = [phase for phase in Phase if phase not in out]
    after = order[order.index(workshop.phase) + 1 :] if workshop.phase in order else []
    following = after[0] if after else None
    ideas = list(workshop.ideas())
    participants = workshop.participants()
    return CourseView(
        phases=tuple(
            PhaseChoice(
                phase, phase.about.title, phase.about.what, phase in out, phase is workshop.phase
            )
            for phase in Phase
        ),
        next=following,
        next_title=following.about.title if following else None,
        ratings_open=workshop.ratings_open,
        groups_formed=workshop.groups_formed,
        shared=workshop.shared,
        raters=sum(person.id in workshop.ratings for person in participants),
        participants=len(participants),
        ideas=sum(idea.merged_into is None for idea in ideas),
    )
