"""What the workshop makes: the spotlight, the longlist and the shortlist.

What always holds: sums of marks are here only once the ratings are open; before that
there is only how many have rated.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from app.game.phases import Phase
from app.game.prioritising import Ballots, ballots, proposal, score
from app.game.showing import presented
from app.game.workshop import Idea, Workshop
from app.views.ideas import IdeaView, idea_view
from app.views.viewer import Company, Viewer

AFTER_RATING = (Phase.SHORTLIST, Phase.ASSESS, Phase.CLOSED)

Status = Literal["submitted", "merged", "shortlisted"]


@dataclass(frozen=True, slots=True)
class SpotlightView:
    """The idea before everyone, with the organisation and not the person; or none."""

    idea: IdeaView | None


@dataclass(frozen=True, slots=True)
class LonglistIdea:
    """A row of the longlist. Means and priority are None until the ratings are open."""

    id: str
    problem: str
    problem_title: str
    stage: int
    barrier: str
    barrier_text: str
    card: str
    card_title: str
    words: str
    how: str | None
    author: str | None
    author_names: tuple[str, ...]
    group: str
    organisations: tuple[str, ...]
    status: Status
    late: bool
    captured: bool
    merged_into: str | None
    builds: int
    ratings: int
    impact: float | None
    effort: float | None
    amenability: float | None
    priority: float | None
    in_spotlight: bool


@dataclass(frozen=True, slots=True)
class LonglistView:
    """The longlist, by problem statement, stage and order of arrival."""

    ideas: tuple[LonglistIdea, ...]


@dataclass(frozen=True, slots=True)
class ShortlistedIdea:
    """An idea on the shortlist, and why."""

    id: str
    problem: str
    problem_title: str
    words: str
    how: str | None
    barrier_text: str
    card_title: str
    organisations: tuple[str, ...]
    impact: float | None
    effort: float | None
    amenability: float | None
    priority: float | None
    proposed: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class ProblemProposal:
    """The best ideas of one problem statement by priority, by id and in words."""

    problem: str
    problem_title: str
    ideas: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShortlistView:
    """The shortlist and the proposal. Without `shared`, participants get both empty."""

    ideas: tuple[ShortlistedIdea, ...]
    proposal: tuple[ProblemProposal, ...]
    per_problem: int
    shared: bool


def spotlight(workshop: Workshop, viewer: Viewer, company: Company) -> SpotlightView | None:
    if workshop.phase is not Phase.PLENARY:
        return None
    idea = workshop.find_idea(workshop.spotlight) if workshop.spotlight else None
    return SpotlightView(idea_view(workshop, idea, names=False) if idea else None)


def longlist(workshop: Workshop, viewer: Viewer, company: Company) -> LonglistView:
    """The facilitator's longlist: every submitted idea, with names."""
    return _longlist(workshop, workshop.ideas(), names=True)


def presented_longlist(workshop: Workshop, viewer: Viewer, company: Company) -> LonglistView:
    """An observer's longlist: ideas their groups have presented, by organisation only."""
    shown = (idea for idea in workshop.ideas() if presented(workshop, idea))
    return _longlist(workshop, shown, names=False)


def shared_longlist(workshop: Workshop, viewer: Viewer, company: Company) -> LonglistView | None:
    """A participant's longlist: by organisation only, from the shortlist on, if shared."""
    if not workshop.shared or workshop.phase not in AFTER_RATING:
        return None
    standing = (idea for idea in workshop.ideas() if idea.merged_into is None)
    return _longlist(workshop, standing, names=False)


def analyst_longlist(workshop: Workshop, viewer: Viewer, company: Company) -> LonglistView | None:
    """An analyst's longlist: after the workshop, without names."""
    if workshop.phase is not Phase.CLOSED:
        return None
    return _longlist(workshop, workshop.ideas(), names=False)


def _longlist(workshop: Workshop, ideas: Iterable[Idea], *, names: bool) -> LonglistView:
    given = ballots(workshop)
    return LonglistView(tuple(_listed(workshop, idea, given, names=names) for idea in ideas))


def _listed(workshop: Workshop, idea: Idea, given: Ballots, *, names: bool) -> LonglistIdea:
    marks = score(idea.id, given) if workshop.ratings_open else None
    return LonglistIdea(
        id=idea.id,
        problem=idea.problem,
        problem_title=workshop.journeys[idea.problem].title,
        stage=idea.stage,
        barrier=idea.barrier,
        barrier_text=workshop.barrier(idea).text,
        card=idea.card,
        card_title=workshop.deck[idea.card].title,
        words=idea.words,
        how=idea.how,
        author=idea.authors[0] if names else None,
        author_names=tuple(workshop.people[a].name for a in idea.authors) if names else (),
        group=idea.group,
        organisations=workshop.organisations_of(idea),
        status=status(workshop, idea),
        late=idea.late,
        captured=idea.captured,
        merged_into=idea.merged_into,
        builds=len(idea.builds),
        ratings=len(given.get(idea.id, ())),
        impact=rounded(marks.impact.mean) if marks else None,
        effort=rounded(marks.effort.mean) if marks else None,
        amenability=rounded(marks.amenability.mean) if marks else None,
        priority=marks.priority if marks else None,
        in_spotlight=workshop.spotlight == idea.id,
    )


def status(workshop: Workshop, idea: Idea) -> Status:
    """What became of an idea."""
    if idea.merged_into is not None:
        return "merged"
    return "shortlisted" if idea.id in workshop.shortlist else "submitted"


def shortlist(workshop: Workshop, viewer: Viewer, company: Company) -> ShortlistView | None:
    """The shortlist and the proposal, as staff and observers see them."""
    if workshop.phase not in AFTER_RATING:
        return None
    order = {problem: place for place, problem in enumerate(workshop.journeys)}
    ideas = [workshop.idea(id) for id in workshop.shortlist]
    ideas.sort(key=lambda idea: (order[idea.problem], idea.stage, idea.number))
    given = ballots(workshop)
    # A workshop may be over without the ratings having been opened.
    best = proposal(workshop) if workshop.ratings_open else {}
    proposed = {problem: best.get(problem, ()) for problem in workshop.journeys}
    return ShortlistView(
        ideas=tuple(_shortlisted(workshop, idea, given) for idea in ideas),
        proposal=tuple(
            ProblemProposal(
                problem,
                workshop.journeys[problem].title,
                chosen,
                tuple(workshop.idea(id).words for id in chosen),
            )
            for problem, chosen in proposed.items()
        ),
        per_problem=workshop.options.shortlist_per_problem,
        shared=workshop.shared,
    )


def shared_shortlist(workshop: Workshop, viewer: Viewer, company: Company) -> ShortlistView | None:
    """A participant's shortlist: empty until the facilitator shares it."""
    if workshop.phase in AFTER_RATING and not workshop.shared:
        return ShortlistView((), (), workshop.options.shortlist_per_problem, shared=False)
    return shortlist(workshop, viewer, company)


def analyst_shortlist(workshop: Workshop, viewer: Viewer, company: Company) -> ShortlistView | None:
    """An analyst's shortlist: after the workshop."""
    return shortlist(workshop, viewer, company) if workshop.phase is Phase.CLOSED else None


def _shortlisted(workshop: Workshop, idea: Idea, given: Ballots) -> ShortlistedIdea:
    marks = score(idea.id, given)
    choice = workshop.shortlist[idea.id]
    return ShortlistedIdea(
        id=idea.id,
        problem=idea.problem,
        problem_title=workshop.journeys[idea.problem].title,
        words=idea.words,
        how=idea.how,
        barrier_text=workshop.barrier(idea).text,
        card_title=workshop.deck[idea.card].title,
        organisations=workshop.organisations_of(idea),
        impact=rounded(marks.impact.mean),
        effort=rounded(marks.effort.mean),
        amenability=rounded(marks.amenability.mean),
        priority=marks.priority,
        proposed=choice.proposed,
        reason=choice.reason,
    )


def rounded(figure: float | None) -> float | None:
    """To two decimals, as it is shown and exported."""
    return None if figure is None else round(figure, 2)
