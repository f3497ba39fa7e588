"""The shortlist: which ideas go on, and why.

The report chose two ideas per problem statement, with researcher opinion beside the
criteria (section 3.1). A choice that departs from the proposal (`prioritising.py`)
carries that opinion as a written reason. What always holds: no reason is ever lost,
also when an idea is taken off again.
"""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, ClassVar

from app.game.messages import STAFF, Actor, Command, Decision, Event, Personal, Rejected, Stamp
from app.game.phases import Phase
from app.game.prioritising import proposal
from app.game.text import Id, Words
from app.game.workshop import Choice, Workshop


class ShortlistIdea(Command):
    """Put an idea on the shortlist; outside the proposal only with a reason."""

    by: ClassVar = STAFF
    during: ClassVar = frozenset({Phase.SHORTLIST})

    idea: Id
    reason: Words | None = None

    def decide(self, workshop: Workshop, actor: Actor, at: datetime) -> Decision:
        idea = workshop.standing(self.idea)
        if idea.id in workshop.shortlist:
            raise Rejected("That idea is on the shortlist already.", "idea")
        most = workshop.options.shortlist_per_problem
        chosen = [id for id in workshop.shortlist if workshop.idea(id).problem == idea.problem]
        if len(chosen) >= most:
            ideas = "one idea" if most == 1 else f"{most} ideas"
            raise Rejected(
                f"The shortlist takes {ideas} for each problem statement, and this one has them. "
                "Take one off first.",
                "idea",
            )
        proposed = idea.id in proposal(workshop)[idea.problem]
        if not proposed and self.reason is None:
            raise Rejected(
                "This idea is not in the proposal. Say in a sentence why it is chosen.", "reason"
            )
        yield IdeaShortlisted(idea=idea.id, by=actor.id, reason=self.reason, proposed=proposed)


class IdeaShortlisted(Event):
    """An idea is on the shortlist."""

    subject_field: ClassVar = "by"

    idea: str
    by: str
    reason: Annotated[str | None, Personal]
    proposed: bool

    def apply(self, workshop: Workshop, stamp: Stamp) -> Workshop:
        choice = Choice(self.idea, self.by, stamp.at, self.reason, self.proposed)
        return replace(
            workshop,
            shortlist={**workshop.shortlist, self.idea: choice},
            decisions=(*workshop.decisions, choice),
        )


class UnshortlistIdea(Command):
    """Take an idea off the shortlist; one that is in the proposal only with a reason."""

    by: ClassVar = STAFF
    during: ClassVar = frozenset({Phase.SHORTLIST})

    idea: Id
    reason: Words | None = None

    def decide(self, workshop: Workshop, actor: Actor, at: datetime) -> Decision:
        idea = workshop.idea(self.idea)
        if idea.id not in workshop.shortlist:
            raise Rejected("That idea is not on the shortlist.", "idea")
        proposed = idea.id in proposal(workshop)[idea.problem]
        if proposed and self.reason is None:
            raise Rejected(
                "This idea is in the proposal. Say in a sentence why it is taken off.", "reason"
            )
        yield IdeaUnshortlisted(idea=idea.id, by=actor.id, reason=self.reason, proposed=proposed)


class IdeaUnshortlisted(Event):
    """An idea is off the shortlist."""

    subject_field: ClassVar = "by"

    idea: str
    by: str
    reason: Annotated[str | None, Personal]
    proposed: bool

    def apply(self, workshop: Workshop, stamp: Stamp) -> Workshop:
        rest = {id: choice for id, choice in workshop.shortlist.items() if id != self.idea}
        decision = Choice(self.idea, self.by, stamp.at, self.reason, self.proposed, taken_off=True)
        return replace(workshop, shortlist=rest, decisions=(*workshop.decisions, decision))
