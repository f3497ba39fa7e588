"""An idea with everything that belongs to it, as the tables of ideas need it.

It leaves out which columns there are (`tables_ideas.py`, `tables_ratings.py`). What
always holds: ideas come by problem as opened, stage, and order of arrival.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass

from app.exports.readers import Names
from app.exports.sums import IdeaSums, WorkshopSums
from app.game.material import Barrier, Card, Journey, JourneyStage
from app.game.workshop import Choice, Idea, Workshop


@dataclass(frozen=True, slots=True)
class IdeaLine:
    """An idea, its place on the journey, its cards, people, marks and decisions."""

    idea: Idea
    journey: Journey
    stage: JourneyStage
    barrier: Barrier
    cards: tuple[Card, ...]
    authors: str
    organisations: tuple[str, ...]
    builds: tuple[str, ...]
    sums: IdeaSums
    choice: Choice | None
    """The choice by which it is on the shortlist, if it is."""
    decisions: tuple[Choice, ...]
    """Every time it was put on the shortlist or taken off."""

    @property
    def card(self) -> Card:
        """The card it was played with; for a merged idea that of its first parent."""
        return self.cards[0]

    @property
    def status(self) -> str:
        """What became of it."""
        if self.idea.merged_into is not None:
            return "merged"
        return "submitted" if self.choice is None else "shortlisted"

    @property
    def reason(self) -> str | None:
        """The reason for the last decision about it."""
        return self.decisions[-1].reason if self.decisions else None


def idea_lines(
    workshop: Workshop, names: Names, wanted: Container[str] | None = None
) -> Iterator[IdeaLine]:
    """The whole longlist, or those of its ideas that are `wanted`."""
    sums = WorkshopSums(workshop)
    decisions: dict[str, list[Choice]] = defaultdict(list)
    for decision in workshop.decisions:
        decisions[decision.idea].append(decision)
    for idea in workshop.ideas():
        if wanted is not None and idea.id not in wanted:
            continue
        journey = workshop.journeys[idea.problem]
        yield IdeaLine(
            idea=idea,
            journey=journey,
            stage=journey.stages[idea.stage - 1],
            barrier=workshop.barrier(idea),
            cards=tuple(workshop.deck[card] for card in idea.cards),
            authors=names.all_of(idea.authors),
            organisations=workshop.organisations_of(idea),
            builds=tuple(
                f"{build.manner.capitalize()} "
                f"({workshop.people[build.author].organisation}): {build.words}"
                for build in idea.builds
            ),
            sums=sums.of(idea.id),
            choice=workshop.shortlist.get(idea.id),
            decisions=tuple(decisions[idea.id]),
        )


def sources_of(barrier: Barrier) -> str:
    """Where a barrier stands in documents."""
    return joined(
        f"{source.document}, section {source.section}" + (f", {source.row}" if source.row else "")
        for source in barrier.sources
    )


def joined(words: Iterable[str]) -> str:
    """Several titles or ids in one cell."""
    return "; ".join(words)
