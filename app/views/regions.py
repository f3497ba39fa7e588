"""The table of screens: which role sees which regions, and how widely each is shared.

A region computed once serves its whole audience: everybody with that role, one group,
or one person. What always holds: a role not in the table sees nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from app.game.messages import Role
from app.game.workshop import Workshop
from app.views import control_room, everyone, participant, rating, results
from app.views.viewer import Company, Viewer


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """A part of a screen, by its name on every surface.

    `live` says that it also shows what the log does not hold (who is here, drafts).
    `inputs` names the parts of the workshop it is made from, where that spares work:
    while they are the same objects, the view is the same.
    """

    name: str
    audience: Literal["all", "group", "person"]
    show: Callable[[Workshop, Viewer, Company], Any]
    live: bool = False
    inputs: Callable[[Workshop, Viewer], tuple[object, ...]] | None = None

    def audience_of(self, workshop: Workshop, viewer: Viewer) -> Viewer:
        """The viewer this region is made for: nobody in particular, a group, or `viewer`.

        What is shared is made without knowing who looks, so that nothing of one person
        can reach another through it. A seat is read from the workshop: somebody who came
        before they were seated is the same audience as on a page they load after.
        """
        if self.audience == "all":
            return EVERYBODY
        person = workshop.people.get(viewer.id)
        if self.audience == "person":
            return Viewer(viewer.id, viewer.role, None if person else viewer.group)
        group = person.group if person else viewer.group
        return Viewer("", Role.VISITOR, group)


EVERYBODY = Viewer("", Role.VISITOR)


def _all_ideas(workshop: Workshop, viewer: Viewer) -> tuple[object, ...]:
    return (*(group.ideas for group in workshop.groups.values()),)


def _own_ideas(workshop: Workshop, viewer: Viewer) -> tuple[object, ...]:
    """Also where one sits: of a group that one has left one is told no names."""
    person = workshop.people.get(viewer.id)
    return (person and person.group, *_all_ideas(workshop, viewer))


def _own_rating(workshop: Workshop, viewer: Viewer) -> tuple[object, ...]:
    own = workshop.ratings.get(viewer.id)
    return (workshop.phase, workshop.ratings_open, own, *_all_ideas(workshop, viewer))


WORKSHOP = Region("workshop", "all", everyone.workshop_view)
ME = Region("me", "person", everyone.me, live=True)
STAGE = Region("stage", "group", participant.stage)
HAND = Region("hand", "person", participant.hand)
GROUP = Region("group", "group", participant.group, live=True)
BOARD = Region("board", "group", participant.board)
EARLIER = Region("earlier", "group", participant.earlier)
MINE = Region("mine", "person", participant.mine, inputs=_own_ideas)
SPOTLIGHT = Region("spotlight", "all", results.spotlight)
RATING = Region("rating", "person", rating.rating, inputs=_own_rating)
SHORTLIST = Region("shortlist", "all", results.shortlist)
SHARED_SHORTLIST = Region("shortlist", "all", results.shared_shortlist)
ANALYSTS_SHORTLIST = Region("shortlist", "all", results.analyst_shortlist)
LONGLIST = Region("longlist", "all", results.longlist)
PRESENTED_LONGLIST = Region("longlist", "all", results.presented_longlist)
SHARED_LONGLIST = Region("longlist", "all", results.shared_longlist)
ANALYSTS_LONGLIST = Region("longlist", "all", results.analyst_longlist)
GROUPS = Region("groups", "all", control_room.groups, live=True)
GROUPS_BY_ORGANISATION = Region("groups", "all", control_room.groups_by_organisation, live=True)
COVERAGE = Region("coverage", "all", control_room.coverage)
PROGRESS = Region("progress", "all", control_room.progress)
COURSE = Region("course", "all", control_room.course)

_CONTROL_ROOM = (
    WORKSHOP, ME, COURSE, GROUPS, COVERAGE, SPOTLIGHT, LONGLIST, RATING, SHORTLIST,
)  # fmt: skip

SCREENS: Mapping[Role, tuple[Region, ...]] = {
    Role.PARTICIPANT: (
        WORKSHOP, ME, STAGE, HAND, GROUP, BOARD, EARLIER, MINE,
        SPOTLIGHT, RATING, SHARED_SHORTLIST, SHARED_LONGLIST,
    ),
    Role.TABLE_LEAD: (
        WORKSHOP, ME, STAGE, GROUP, BOARD, EARLIER, SPOTLIGHT,
        SHARED_SHORTLIST, SHARED_LONGLIST,
    ),
    Role.FACILITATOR: _CONTROL_ROOM,
    Role.CO_HOST: _CONTROL_ROOM,
    Role.OBSERVER: (
        WORKSHOP, ME, GROUPS_BY_ORGANISATION, COVERAGE, SPOTLIGHT, PRESENTED_LONGLIST, SHORTLIST,
    ),
    Role.ANALYST: (WORKSHOP, ME, ANALYSTS_LONGLIST, ANALYSTS_SHORTLIST),
    Role.SCREEN: (WORKSHOP, PROGRESS, SPOTLIGHT),
}  # fmt: skip


def see(workshop: Workshop, viewer: Viewer, company: Company) -> dict[str, Any]:
    """Everything `viewer` may see now, region by region; a region that is gone is None."""
    return {
        region.name: region.show(workshop, region.audience_of(workshop, viewer), company)
        for region in SCREENS.get(viewer.role, ())
    }
