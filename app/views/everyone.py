"""What everybody has on their screen: the workshop, and who they are in it.

What always holds: of other people there are only counts here.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from app.game.messages import Role
from app.game.phases import Phase
from app.game.workshop import Workshop
from app.views.viewer import Company, Draft, Viewer


@dataclass(frozen=True, slots=True)
class OrganisationCount:
    """How many people of an organisation have joined."""

    name: str
    people: int


@dataclass(frozen=True, slots=True)
class WorkshopView:
    """What everybody may know of the workshop."""

    code: str
    title: str
    phase: Phase
    phase_title: str
    what: str
    arrived: int
    organisations: tuple[OrganisationCount, ...]
    groups_formed: bool
    shared: bool
    kept_until: datetime | None
    """When the workshop is erased by itself; it may be later, never earlier."""


@dataclass(frozen=True, slots=True)
class MeView:
    """Who the viewer is here, and their own draft as last saved."""

    id: str
    role: Role
    name: str
    organisation: str
    group: str | None
    draft: Draft | None


def workshop_view(workshop: Workshop, viewer: Viewer, company: Company) -> WorkshopView:
    counts: dict[str, int] = defaultdict(int)
    for person in workshop.participants():
        counts[person.organisation] += 1
    about = workshop.phase.about
    return WorkshopView(
        code=workshop.code,
        title=workshop.title,
        phase=workshop.phase,
        phase_title=about.title,
        what=about.what,
        arrived=sum(counts.values()),
        organisations=tuple(OrganisationCount(name, counts[name]) for name in sorted(counts)),
        groups_formed=workshop.groups_formed,
        shared=workshop.shared,
        kept_until=company.kept_until,
    )


def me(workshop: Workshop, viewer: Viewer, company: Company) -> MeView:
    person = workshop.people.get(viewer.id)
    return MeView(
        id=viewer.id,
        role=viewer.role,
        name=person.name if person else "",
        organisation=person.organisation if person else "",
        group=person.group if person else None,
        draft=company.drafts.get(viewer.id),
    )
