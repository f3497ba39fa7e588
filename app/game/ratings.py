"""Ratings: impact, effort and amenability, 1 to 5 or "don't know", blind until opened.

What the ratings add up to stands in `prioritising.py`, and when going back reopens them
in `course.py`. What always holds: while ratings are open none changes, and one's own ideas
are never rated.
"""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from app.game.messages import (
    PARTICIPANTS,
    STAFF,
    Actor,
    Command,
    Decision,
    Event,
    Personal,
    Rejected,
    Stamp,
)
from app.game.phases import Phase
from app.game.text import Id, Words
from app.game.workshop import Marks, Workshop

Mark = Annotated[int, Field(ge=1, le=5)]
"""1 is least, 5 is most; None stands for "don't know"."""


class RateIdea(Command):
    """Give an idea marks. Given again, the new marks take the place of the old."""

    by: ClassVar = PARTICIPANTS | STAFF
    during: ClassVar = frozenset({Phase.RATE})

    idea: Id
    impact: Mark | None
    effort: Mark | None
    amenability: Mark | None
    reason: Words | None = None

    def decide(self, workshop: Workshop, actor: Actor, at: datetime) -> Decision:
        if workshop.ratings_open:
            raise Rejected("The ratings have been opened and cannot be changed any more.")
        staff = actor.role in STAFF
        if not staff and Phase.RATE in workshop.options.leave_out:
            raise Rejected("In this workshop the facilitators rate the ideas.")
        idea = workshop.standing(self.idea)
        if actor.id in idea.authors:
            raise Rejected("You do not rate your own idea.", "idea")
        yield IdeaRated(
            idea=idea.id,
            rater=actor.id,
            impact=self.impact,
            effort=self.effort,
            amenability=self.amenability,
            reason=self.reason,
            staff=staff,
        )


class IdeaRated(Event):
    """Somebody's marks for an idea are these now."""

    subject_field: ClassVar = "rater"

    idea: str
    rater: str
    impact: int | None
    effort: int | None
    amenability: int | None
    reason: Annotated[str | None, Personal] = None
    staff: bool = False

    def apply(self, workshop: Workshop, stamp: Stamp) -> Workshop:
        marks = Marks(self.impact, self.effort, self.amenability, self.reason, self.staff)
        own = {**workshop.ratings.get(self.rater, {}), self.idea: marks}
        return replace(workshop, ratings={**workshop.ratings, self.rater: own})


class OpenRatings(Command):
    """End the rating: everyone entitled to them may see the ratings from now on."""

    by: ClassVar = STAFF
    during: ClassVar = frozenset({Phase.RATE})

    def decide(self, workshop: Workshop, actor: Actor, at: datetime) -> Decision:
        if workshop.ratings_open:
            raise Rejected("The ratings are open already.")
        yield RatingsOpened()


class RatingsOpened(Event):
    """The ratings were ended by a facilitator: they are open, for good."""

    def apply(self, workshop: Workshop, stamp: Stamp) -> Workshop:
        return replace(workshop, ratings_open=True, ratings_ended=True)
