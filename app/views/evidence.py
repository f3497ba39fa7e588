"""The evidence trail of one idea: from the finding to the decision, link by link.

Everyone who may see an idea may see its trail, as far as they may see its parts: marks
once opened, names within the group, the decision as far as it is shared.
"""

from dataclasses import dataclass

from app.game.material import Barrier, Card, Caveat
from app.game.messages import STAFF, Role
from app.game.phases import Phase
from app.game.prioritising import Score, ballots, score
from app.game.showing import presented
from app.game.workshop import Assessment, Choice, Idea, Workshop
from app.views.ideas import IdeaView, idea_view
from app.views.results import AFTER_RATING, Status, status
from app.views.viewer import Viewer


@dataclass(frozen=True, slots=True)
class TrailView:
    """An idea with every link of the chain that leads to it and from it."""

    idea: IdeaView
    problem_title: str
    stage_title: str
    barrier: Barrier
    cards: tuple[Card, ...]
    warning: Caveat | None
    """What the deck says of all its cards."""
    status: Status
    score: Score | None
    decisions: tuple[Choice, ...]
    assessments: tuple[Assessment, ...]


def trail(workshop: Workshop, id: str, viewer: Viewer) -> TrailView | None:
    """The trail of the idea `id`, or None where `viewer` may not see the idea."""
    idea = workshop.find_idea(id)
    if idea is None or not may_see(workshop, idea, viewer):
        return None
    staff = viewer.role in STAFF
    of_a_group = viewer.role in (Role.PARTICIPANT, Role.TABLE_LEAD)
    names = staff or (of_a_group and _before_own_group(workshop, idea, viewer))
    shared = workshop.phase in AFTER_RATING and (workshop.shared or not of_a_group)
    results = workshop.ratings_open and (staff or shared)
    journey = workshop.journeys[idea.problem]
    return TrailView(
        idea=idea_view(workshop, idea, names=names),
        problem_title=journey.title,
        stage_title=journey.stages[idea.stage - 1].title,
        barrier=workshop.barrier(idea),
        cards=tuple(workshop.deck[card] for card in idea.cards),
        warning=workshop.warning,
        status=status(workshop, idea) if staff or shared or idea.merged_into else "submitted",
        score=score(idea.id, ballots(workshop)) if results else None,
        decisions=tuple(c for c in workshop.decisions if c.idea == id) if results else (),
        assessments=tuple(a for a in workshop.assessments if a.idea == id) if staff else (),
    )


def may_see(workshop: Workshop, idea: Idea, viewer: Viewer) -> bool:
    """Whether `viewer` may see the words of `idea` (game.md, "Who sees what")."""
    if viewer.role in STAFF or (viewer.id in idea.authors and not idea.parents):
        return True
    shared = workshop.shared and workshop.phase in AFTER_RATING
    match viewer.role:
        case Role.PARTICIPANT | Role.TABLE_LEAD:
            return shared or _before_own_group(workshop, idea, viewer)
        case Role.OBSERVER:
            return presented(workshop, idea)
        case Role.ANALYST:
            return workshop.phase is Phase.CLOSED
    return False


def _before_own_group(workshop: Workshop, idea: Idea, viewer: Viewer) -> bool:
    """Whether all of `idea` has been presented to the group `viewer` sits in."""
    person = workshop.people.get(viewer.id)
    return (
        person is not None
        and person.group is not None
        and presented(workshop, idea, to=person.group)
    )
