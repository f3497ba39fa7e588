"""The course of a workshop: its phase, what is in the spotlight, what is shared.

The table of phases stands in `phases.py`. What always holds: a change of phase never
deletes, hides or finalises anything, and nothing advances by itself.
"""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from app.game import dealing, seating
from app.game.messages import STAFF, Actor, Command, Decision, Event, Rejected, Stamp
from app.game.phases import EVERY, Phase
from app.game.text import Id
from app.game.workshop import Workshop


class OpenPhase(Command):
    """Go to a phase, on or back. Briefing and play form groups and deal hands if need be."""

    by: ClassVar = STAFF
    during: ClassVar = EVERY

    phase: Annotated[Phase, Field(strict=False)]

    def decide(self, workshop: Workshop, actor: Actor, at: datetime) -> Decision:
        if self.phase is workshop.phase:
            raise Rejected(f"The workshop is already at “{self.phase.about.title}”.", "phase")
        if self.phase in workshop.options.leave_out and self.phase is not Phase.RATE:
            raise Rejected(f"“{self.phase.about.title}” was left out of this workshop.", "phase")
        if self.phase.about.needs_groups:
            if not workshop.groups_formed:
                workshop = yield seating.balanced(workshop)
            # Once only: going back to play in the middle of a stage leaves every hand as it is.
            if not workshop.hands_dealt:
                yield from dealing.deal_to_all(workshop)
        yield PhaseOpened(phase=self.phase, before=workshop.phase)


class PhaseOpened(Event):
    """The workshop is at another phase. The shortlist opens the ratings.

    Going back before it closes them again unless they were ended: no change of phase settles
    anything (game.md, "Phases of a workshop").
    """

    phase: Phase
    before: Phase

    def apply(self, workshop: Workshop, stamp: Stamp) -> Workshop:
        ratings_open = workshop.ratings_open
        if self.phase is Phase.SHORTLIST:
            ratings_open = True
        elif self.phase not in (Phase.ASSESS, Phase.CLOSED):
            ratings_open = workshop.ratings_ended
        return replace(workshop, phase=self.phase, ratings_open=ratings_open)


class Spotlight(Command):
    """Put one idea before everyone, or none."""

    by: ClassVar = STAFF
    during: ClassVar = frozenset({Phase.PLENARY})

    idea: Id | None

    def decide(self, workshop: Workshop, actor: Actor, at: datetime) -> Decision:
        if self.idea is not None:
            workshop.standing(self.idea)
        if self.idea == workshop.spotlight:
            raise Rejected("The spotlight is there already.", "idea")
        yield SpotlightMoved(idea=self.idea, before=workshop.spotlight)


class SpotlightMoved(Event):
    """Another idea, or none, is in the spotlight."""

    idea: str | None
    before: str | None = None

    def apply(self, workshop: Workshop, stamp: Stamp) -> Workshop:
        return replace(workshop, spotlight=self.idea)


class ShareResults(Command):
    """Let participants read the longlist and the shortlist, from the shortlist on, or stop it."""

    by: ClassVar = STAFF
    during: ClassVar = EVERY

    shared: bool

    def decide(self, workshop: Workshop, actor: Actor, at: datetime) -> Decision:
        if self.shared == workshop.shared:
            raise Rejected("That is how it is already.", "shared")
        yield ResultsShared(shared=self.shared)


class ResultsShared(Event):
    """Participants may read the longlist and the shortlist, or no longer."""

    shared: bool

    def apply(self, workshop: Workshop, stamp: Stamp) -> Workshop:
        return replace(workshop, shared=self.shared)
