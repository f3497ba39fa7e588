"""Who is looking, and who else is about: what a view is made from beside the workshop.

Company is what the log does not hold: who is connected, and drafts, which are nobody's
but their author's. What always holds: of a draft other people's views use only whether
it has a card, a barrier or words, never what they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from app.game.messages import Actor, Role
from app.game.workshop import Person, Workshop

Viewer = Actor
"""Who looks is who acts: an id, a role and a group."""

State = Literal["reading", "choosing", "writing", "done", "away"]


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody has typed and not yet submitted, as typed."""

    card: str | None
    barrier: str | None
    words: str | None
    how: str | None
    example: str | None
    caution: str | None
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Company:
    """Who is connected, what they are drafting, and when all of it is deleted."""

    here: frozenset[str] = frozenset()
    drafts: Mapping[str, Draft] = field(default_factory=dict)
    kept_until: datetime | None = None


def state_of(workshop: Workshop, person: Person, company: Company) -> State:
    """What a person is doing, as far as others may know: a state, never words."""
    if person.id not in company.here:
        return "away"
    draft = company.drafts.get(person.id)
    if draft is not None and (draft.words or "").strip():
        return "writing"
    if person.group is not None and person.role is Role.PARTICIPANT:
        group = workshop.groups[person.group]
        if any(
            person.id in idea.authors and idea.stage == group.stage for idea in group.ideas.values()
        ):
            return "done"
    if draft is not None and (draft.card or draft.barrier):
        return "choosing"
    return "reading"
