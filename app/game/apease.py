"""APEASE: what interviewees think of a shortlisted idea (report, section 3.2 and table 4).

The summary in the shape of table 2 is made by the exports. What always holds: a record
names all six criteria, so that "not asked" is said and not guessed.
"""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.game.messages import STAFF, Actor, Command, Decision, Event, Personal, Rejected, Stamp
from app.game.phases import Phase
from app.game.text import Id, Title, Words
from app.game.workshop import Assessment, Judgement, Workshop

CRITERIA = (
    "affordability",
    "practicability",
    "effectiveness",
    "acceptability",
    "side_effects",
    "equity",
)


class Criterion(BaseModel):
    """A judgement on one criterion, and the words said."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    judgement: Literal["positive", "mixed", "negative", "not_asked"]
    said: Annotated[Words | None, Personal] = None


class Criteria(BaseModel):
    """All six criteria of APEASE (Michie, van Stralen and West, 2011)."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    affordability: Criterion
    practicability: Criterion
    effectiveness: Criterion
    acceptability: Criterion
    side_effects: Criterion
    equity: Criterion


class RecordAssessment(Command):
    """Note down one interview about one idea of the shortlist."""

    by: ClassVar = STAFF
    during: ClassVar = frozenset({Phase.ASSESS})

    idea: Id
    organisation: Title
    interviewee_role: Title
    criteria: Criteria
    themes: Annotated[list[Title], Field(max_length=20)] = Field(default_factory=list)

    def decide(self, workshop: Workshop, actor: Actor, at: datetime) -> Decision:
        idea = workshop.idea(self.idea)
        if idea.id not in workshop.shortlist:
            raise Rejected("Only ideas on the shortlist are assessed.", "idea")
        yield AssessmentRecorded(
            assessment=f"a{workshop.seq + 1}",
            idea=idea.id,
            by=actor.id,
            organisation=self.organisation,
            interviewee_role=self.interviewee_role,
            criteria=self.criteria,
            themes=tuple(dict.fromkeys(self.themes)),
        )


class AssessmentRecorded(Event):
    """An interview was noted down."""

    subject_field: ClassVar = "by"
    made_field: ClassVar = "assessment"

    assessment: str
    idea: str
    by: str
    organisation: str
    interviewee_role: str
    criteria: Annotated[Criteria, Personal]
    themes: tuple[str, ...] = ()

    def apply(self, workshop: Workshop, stamp: Stamp) -> Workshop:
        criteria = {
            name: Judgement(given.judgement, given.said)
            for name in CRITERIA
            for given in [getattr(self.criteria, name)]
        }
        record = Assessment(
            id=self.assessment,
            idea=self.idea,
            organisation=self.organisation,
            interviewee_role=self.interviewee_role,
            criteria=criteria,
            themes=self.themes,
            at=stamp.at,
        )
        return replace(workshop, assessments=(*workshop.assessments, record))
