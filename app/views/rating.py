"""Rating: the ideas one person is asked to rate, and their own marks.

What always holds: nobody's marks are seen by another person.
"""

from dataclasses import dataclass

from app.game.messages import STAFF
from app.game.phases import Phase
from app.game.seating import shuffled
from app.game.workshop import Idea, Workshop
from app.views.viewer import Company, Viewer


@dataclass(frozen=True, slots=True)
class RatedIdea:
    """An idea offered for rating, and the viewer's own marks for it."""

    id: str
    problem: str
    words: str
    how: str | None
    barrier_text: str
    card_title: str
    organisations: tuple[str, ...]
    rated: bool
    impact: int | None
    effort: int | None
    amenability: int | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class RatingView:
    """The ideas one person is asked to rate; `open` once nothing can be changed any more."""

    ideas: tuple[RatedIdea, ...]
    rated: int
    open: bool


def rating(workshop: Workshop, viewer: Viewer, company: Company) -> RatingView | None:
    if workshop.phase is not Phase.RATE:
        return None
    if Phase.RATE in workshop.options.leave_out and viewer.role not in STAFF:
        return None
    offered = {
        idea.id: idea
        for idea in workshop.ideas()
        if idea.merged_into is None and viewer.id not in idea.authors
    }
    # Each rater has an order of their own, so that no idea gains by standing first.
    order = shuffled(workshop.options.seed, f"rating {viewer.id}", offered)
    ideas = tuple(_rated(workshop, viewer, offered[id]) for id in order)
    return RatingView(ideas, sum(idea.rated for idea in ideas), workshop.ratings_open)


def _rated(workshop: Workshop, viewer: Viewer, idea: Idea) -> RatedIdea:
    marks = workshop.ratings.get(viewer.id, {}).get(idea.id)
    return RatedIdea(
        id=idea.id,
        problem=idea.problem,
        words=idea.words,
        how=idea.how,
        barrier_text=workshop.barrier(idea).text,
        card_title=workshop.deck[idea.card].title,
        organisations=workshop.organisations_of(idea),
        rated=marks is not None,
        impact=marks.impact if marks else None,
        effort=marks.effort if marks else None,
        amenability=marks.amenability if marks else None,
        reason=marks.reason if marks else None,
    )
