"""Ideas: playing a card from your hand to answer a barrier, and building on it.

One card, one idea (report, annex 2.4.1: at each stage a participant chooses a card and
presents an intervention idea built on its insight). An idea joins the longlist when it
is submitted and stays there; merging keeps every parent, author and card.

It leaves out ratings and the shortlist. What always holds: nobody can tell from an
answer whether an idea they may not see exists.
"""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, ClassVar, Literal

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
    Role,
    Stamp,
)
from app.game.phases import Phase
from app.game.showing import before_group
from app.game.text import Id, Words
from app.game.workshop import Build, Group, Idea, Workshop

MOST_IDEAS = 5000
"""One workshop: up to 5,000 ideas (game.md, "Size")."""


class SubmitIdea(Command):
    """Play `card` against `barrier`, saying what would change: who does what, when, how.

    `how` says how the insight makes it work, `example` gives wording, `caution` a risk.
    """

    by: ClassVar = PARTICIPANTS
    during: ClassVar = frozenset({Phase.PLAY})

    card: Id
    barrier: Id
    words: Words
    how: Words | None = None
    example: Words | None = None
    caution: Words | None = None

    def decide(self, workshop: Workshop, actor: Actor, at: datetime) -> Decision:
        group = workshop.group_of(actor.id)
        if self.card not in workshop.people[actor.id].hand:
            raise Rejected("That card is not in your hand. Choose one that is.", "card")
        yield _submitted(self, workshop, group, author=actor.id, captured=False)


class CaptureIdea(Command):
    """Write down, for a participant, an idea they said aloud, with any card of the deck."""

    by: ClassVar = STAFF
    during: ClassVar = frozenset({Phase.PLAY, Phase.PLENARY})

    participant: Id
    group: Id
    card: Id
    barrier: Id
    words: Words
    how: Words | None = None
    example: Words | None = None
    caution: Words | None = None

    def decide(self, workshop: Workshop, actor: Actor, at: datetime) -> Decision:
        if self.group not in workshop.groups:
            raise Rejected("There is no such group in this workshop.", "group")
        person = workshop.people.get(self.participant)
        if person is None or person.role is not Role.PARTICIPANT or person.group != self.group:
            raise Rejected("There is no such participant in this group.", "participant")
        if self.card not in workshop.deck:
            raise Rejected("There is no such card in this workshop's deck.", "card")
        group = workshop.groups[self.group]
        yield _submitted(self, workshop, group, author=person.id, captured=True)


class IdeaSubmitted(Event):
    """An idea joined the longlist, and its card left the author's hand."""

    subject_field: ClassVar = "author"
    made_field: ClassVar = "idea"

    idea: str
    author: str
    group: str
    stage: int
    barrier: str
    card: str
    words: Annotated[str, Personal]
    how: Annotated[str | None, Personal] = None
    example: Annotated[str | None, Personal] = None
    caution: Annotated[str | None, Personal] = None
    late: bool = False
    captured: bool = False

    def apply(self, workshop: Workshop, stamp: Stamp) -> Workshop:
        author = workshop.people[self.author]
        group = workshop.groups[self.group]
        idea = Idea(
            id=self.idea,
            group=self.group,
            problem=group.problem,
            stage=self.stage,
            barrier=self.barrier,
            cards=(self.card,),
            authors=(self.author,),
            words=self.words,
            how=self.how,
            example=self.example,
            caution=self.caution,
            at=stamp.at,
            late=self.late,
            captured=self.captured,
            # While a group writes, nobody is shown what another is writing now, even if the
            # group has presented this stage before and gone back.
            presented=self.stage in group.presented
            and (group.stage, group.step) != (self.stage, "write"),
        )
        hand = tuple(card for card in author.hand if card != self.card)
        return workshop.having(author.holding(hand, group.stage), group.having(idea))


def _submitted(
    command: SubmitIdea | CaptureIdea,
    workshop: Workshop,
    group: Group,
    *,
    author: str,
    captured: bool,
) -> IdeaSubmitted:
    found = workshop.journey_of(group).find(command.barrier)
    if found is None:
        raise Rejected("That barrier is not on this group's journey.", "barrier")
    stage, _ = found
    if stage > group.stage:
        raise Rejected(
            "That barrier belongs to a later stage. Choose one of this stage.", "barrier"
        )
    if sum(len(each.ideas) for each in workshop.groups.values()) >= MOST_IDEAS:
        raise Rejected(f"This workshop is full: it has {MOST_IDEAS:,} ideas.")
    return IdeaSubmitted(
        idea=f"i{workshop.seq + 1}",  # the log's own number: short, unique, the same on replay
        author=author,
        group=group.id,
        stage=stage,
        barrier=command.barrier,
        card=command.card,
        words=command.words,
        how=command.how,
        example=command.example,
        caution=command.caution,
        late=stage < group.stage or stage in group.presented,
        captured=captured,
    )


class BuildOn(Command):
    """Add to an idea of one's own group: build on it, ask a question or note a risk."""

    by: ClassVar = PARTICIPANTS
    during: ClassVar = frozenset({Phase.PLAY})

    idea: Id
    words: Words
    manner: Annotated[Literal["build", "question", "risk"], Field(alias="as")]

    def decide(self, workshop: Workshop, actor: Actor, at: datetime) -> Decision:
        group = workshop.group_of(actor.id)
        idea = before_group(workshop, group, self.idea, "idea")
        yield IdeaBuiltOn(
            build=f"b{workshop.seq + 1}",
            idea=idea.id,
            group=idea.group,
            author=actor.id,
            words=self.words,
            manner=self.manner,
        )


class IdeaBuiltOn(Event):
    """Somebody added to an idea."""

    subject_field: ClassVar = "author"
    made_field: ClassVar = "build"

    build: str
    idea: str
    group: str
    author: str
    words: Annotated[str, Personal]
    manner: Literal["build", "question", "risk"]

    def apply(self, workshop: Workshop, stamp: Stamp) -> Workshop:
        group = workshop.groups[self.group]
        idea = group.ideas[self.idea]
        build = Build(self.build, self.author, self.words, self.manner)
        return workshop.having(group.having(replace(idea, builds=(*idea.builds, build))))
