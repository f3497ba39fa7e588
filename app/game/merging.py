"""Merging: one idea of two or more that say the same.

What always holds: every parent, author and card is kept, and the parents' marks count on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from app.game.messages import (
    ERASED,
    STAFF_AND_LEADS,
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
from app.game.workshop import Idea, Marks, Workshop


class MergeIdeas(Command):
    """Make one idea of two or more that say the same, in `words`. The parents are kept."""

    by: ClassVar = STAFF_AND_LEADS
    during: ClassVar = frozenset({Phase.PLAY, Phase.PLENARY, Phase.RATE, Phase.SHORTLIST})

    ideas: Annotated[list[Id], Field(min_length=2, max_length=20)]
    words: Words

    def decide(self, workshop: Workshop, actor: Actor, at: datetime) -> Decision:
        if len(set(self.ideas)) < len(self.ideas):
            raise Rejected("The same idea is listed twice. Choose two different ones.", "ideas")
        if actor.role is Role.TABLE_LEAD:
            own = workshop.group_of(actor.id)
            parents = [before_group(workshop, own, idea, "ideas") for idea in self.ideas]
        else:
            parents = [workshop.standing(idea, "ideas") for idea in self.ideas]
        first = parents[0]
        if any(parent.problem != first.problem for parent in parents):
            raise Rejected("Ideas on different problem statements cannot be merged.", "ideas")
        if any(parent.id in workshop.shortlist for parent in parents):
            raise Rejected("Take an idea off the shortlist before merging it.", "ideas")
        yield IdeasMerged(
            idea=f"i{workshop.seq + 1}",
            parents=tuple(parent.id for parent in parents),
            author=first.authors[0],
            words=self.words,
        )


class IdeasMerged(Event):
    """A new idea stands for its parents, on the first one's barrier and card."""

    subject_field: ClassVar = "author"
    made_field: ClassVar = "idea"

    idea: str
    parents: tuple[str, ...]
    author: str
    words: Annotated[str, Personal]

    def apply(self, workshop: Workshop, stamp: Stamp) -> Workshop:
        parents = [workshop.idea(parent) for parent in self.parents]
        first = parents[0]
        merged = Idea(
            id=self.idea,
            group=first.group,
            problem=first.problem,
            stage=first.stage,
            barrier=first.barrier,
            cards=tuple(dict.fromkeys(card for parent in parents for card in parent.cards)),
            authors=tuple(dict.fromkeys(author for parent in parents for author in parent.authors)),
            words=self.words,
            how=_joined(parent.how for parent in parents),
            example=_joined(parent.example for parent in parents),
            caution=_joined(parent.caution for parent in parents),
            at=stamp.at,
            late=all(parent.late for parent in parents),
            parents=self.parents,
            builds=tuple(build for parent in parents for build in parent.builds),
        )
        for parent in parents:
            group = workshop.groups[parent.group]
            workshop = workshop.having(group.having(replace(parent, merged_into=self.idea)))
        if workshop.spotlight in self.parents:
            workshop = replace(workshop, spotlight=self.idea)
        workshop = replace(workshop, ratings=_pooled(workshop, merged))
        return workshop.having(workshop.groups[first.group].having(merged))


def _joined(texts: Iterable[str | None]) -> str | None:
    """What the parents said, each once, one below the other."""
    said = dict.fromkeys(text for text in texts if text and text != ERASED)
    return "\n".join(said) or None


def _pooled(workshop: Workshop, merged: Idea) -> dict[str, Mapping[str, Marks]]:
    """The ratings, with marks for `merged`: of each rater those for the first part they rated.

    Without this, merging what was rated would take both parts out of the ranking. An author
    of one part may have rated the other; those marks do not count for the whole.
    """
    pooled = dict(workshop.ratings)
    for rater, given in workshop.ratings.items():
        rated = [given[parent] for parent in merged.parents if parent in given]
        if rated and rater not in merged.authors:
            pooled[rater] = {**given, merged.id: rated[0]}
    return pooled
