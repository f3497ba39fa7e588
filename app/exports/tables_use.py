"""What was made use of: barriers answered, the practice model, cards, organisations.

Ideas are counted as people wrote them; what merging made of two is one idea and not
three. What always holds: a barrier, a card or an organisation without ideas has a row too.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from app.exports.idea_lines import joined, sources_of
from app.exports.kinds import TableKind, number, text, typed
from app.exports.readers import Names
from app.game.material import Barrier, Card, Journey, Level, Opm
from app.game.prioritising import FEWEST_APART
from app.game.workshop import Idea, Workshop

FOUR_LEVELS = (Level.CONTEXT, Level.STRATEGIC, Level.MID_LEVEL, Level.FRONTLINE)
"""The levels of the report's model (annex 2.1); others have a row where a barrier needs it."""

NO_LEVEL = "not stated"


@dataclass(frozen=True, slots=True)
class BarrierLine:
    """A barrier, and the ideas against it."""

    workshop: Workshop
    journey: Journey
    stage: int
    barrier: Barrier
    standing: tuple[Idea, ...]
    """Ideas that have not been merged into another."""
    written: int
    """Ideas as people wrote them."""

    @property
    def shortlisted(self) -> int:
        return sum(idea.id in self.workshop.shortlist for idea in self.standing)

    @property
    def cards(self) -> tuple[str, ...]:
        """The cards its ideas are built on, each once."""
        return tuple(dict.fromkeys(card for idea in self.standing for card in idea.cards))

    @property
    def organisations(self) -> tuple[str, ...]:
        """The organisations its ideas come from, each once."""
        return tuple(
            dict.fromkeys(
                name for idea in self.standing for name in self.workshop.organisations_of(idea)
            )
        )


def _barriers(workshop: Workshop, names: Names) -> Iterator[BarrierLine]:
    against: dict[tuple[str, str], list[Idea]] = {}
    for idea in workshop.ideas():
        against.setdefault((idea.problem, idea.barrier), []).append(idea)
    for journey in workshop.journeys.values():
        for number_, stage in enumerate(journey.stages, start=1):
            for barrier in stage.barriers:
                ideas = against.get((journey.id, barrier.id), [])
                yield BarrierLine(
                    workshop=workshop,
                    journey=journey,
                    stage=number_,
                    barrier=barrier,
                    standing=tuple(idea for idea in ideas if idea.merged_into is None),
                    written=sum(not idea.parents for idea in ideas),
                )


COVERAGE = TableKind(
    name="coverage",
    title="Coverage of barriers",
    note=(
        "Every barrier of every journey, with how many ideas stand against it; an idea merged "
        "into another does not count, but is among those written."
    ),
    fields=(
        text("problem", lambda line: line.journey.title, 25),
        text("stage", lambda line: line.journey.stages[line.stage - 1].title),
        text("barrier", lambda line: line.barrier.text, 50),
        number("ideas", lambda line: len(line.standing)),
        number("cards", lambda line: len(line.cards)),
        number("organisations", lambda line: len(line.organisations)),
        number("shortlisted", lambda line: line.shortlisted),
        number("written", lambda line: line.written),
        typed("organisation_names", lambda line: joined(line.organisations) or None),
        text(
            "card_titles",
            lambda line: joined(line.workshop.deck[card].title for card in line.cards) or None,
            40,
        ),
        text("opm", lambda line: line.barrier.opm, 12),
        text("levels", lambda line: joined(line.barrier.levels) or None),
        text("com_b", lambda line: joined(line.barrier.com_b)),
        text("barrier_sources", lambda line: sources_of(line.barrier), 40),
        text("problem_id", lambda line: line.journey.id),
        number("stage_number", lambda line: line.stage),
        text("barrier_id", lambda line: line.barrier.id),
    ),
    lines=_barriers,
)


@dataclass(frozen=True, slots=True)
class PracticeLine:
    """One cell of the Organisational Practice Model."""

    opm: Opm
    level: Level | None
    barriers: tuple[BarrierLine, ...]


def _practice(workshop: Workshop, names: Names) -> Iterator[PracticeLine]:
    barriers = tuple(_barriers(workshop, names))
    for opm in Opm:
        for level in (*Level, None):
            here = tuple(
                line
                for line in barriers
                if line.barrier.opm is opm
                and (level in line.barrier.levels if level else not line.barrier.levels)
            )
            if here or level in FOUR_LEVELS:
                yield PracticeLine(opm, level, here)


OPM = TableKind(
    name="opm",
    title="Organisational Practice Model",
    note=(
        "Barriers by where in practice they lie and at which level, with the ideas against them. "
        "A barrier that lies at several levels counts at each."
    ),
    fields=(
        text("opm", lambda line: line.opm, 14),
        text("level", lambda line: line.level or NO_LEVEL, 14),
        number("barriers", lambda line: len(line.barriers)),
        number("ideas", lambda line: sum(len(each.standing) for each in line.barriers)),
        number("shortlisted", lambda line: sum(each.shortlisted for each in line.barriers)),
        text(
            "barrier_texts",
            lambda line: "\n".join(each.barrier.text for each in line.barriers) or None,
            50,
        ),
        text(
            "barrier_ids",
            lambda line: joined(each.barrier.id for each in line.barriers) or None,
            30,
        ),
    ),
    lines=_practice,
)


@dataclass(frozen=True, slots=True)
class CardLine:
    """A card, and how often it was dealt, played and chosen."""

    card: Card
    dealt: int
    played: int
    shortlisted: int


def _cards(workshop: Workshop, names: Names) -> Iterator[CardLine]:
    ideas = list(workshop.ideas())
    played = Counter(idea.card for idea in ideas if not idea.parents)
    chosen = Counter(card for idea in ideas if idea.id in workshop.shortlist for card in idea.cards)
    for card in workshop.deck.values():
        yield CardLine(card, workshop.dealt.get(card.id, 0), played[card.id], chosen[card.id])


CARDS = TableKind(
    name="cards",
    title="Use of cards",
    note=(
        "Every card of the deck: how often it came into a hand, how many ideas were written on "
        "it, and how many ideas of the shortlist rest on it."
    ),
    fields=(
        text("card", lambda line: line.card.title, 25),
        text("family", lambda line: line.card.family),
        number("dealt", lambda line: line.dealt),
        number("played", lambda line: line.played),
        number("shortlisted", lambda line: line.shortlisted),
        text("replication", lambda line: line.card.replication, 12),
        text("doi", lambda line: line.card.study.doi, 25),
        text("study", lambda line: line.card.study.citation, 50),
        text("com_b", lambda line: joined(line.card.com_b)),
        text("card_id", lambda line: line.card.id),
    ),
    lines=_cards,
    warned=True,
)


@dataclass(frozen=True, slots=True)
class OrganisationLine:
    """What the participants of one organisation did."""

    organisation: str
    people: int
    ideas: int
    builds: int
    shortlisted: int
    raters: int
    ratings: int

    @property
    def apart(self) -> bool:
        """Whether it has enough people for their rating to be shown apart."""
        return self.people >= FEWEST_APART


def _organisations(workshop: Workshop, names: Names) -> Iterator[OrganisationLine]:
    people: dict[str, list[str]] = {name: [] for name in workshop.options.organisations or ()}
    for person in workshop.participants_ever():
        people.setdefault(person.organisation, []).append(person.id)
    longlist = list(workshop.ideas())
    # A merged idea repeats the builds of its parents.
    builders = {build.id: build.author for idea in longlist for build in idea.builds}
    builds = Counter(workshop.people[author].organisation for author in builders.values())
    ideas = Counter(
        workshop.people[idea.authors[0]].organisation for idea in longlist if not idea.parents
    )
    shortlisted = Counter(
        name
        for idea in longlist
        if idea.id in workshop.shortlist
        for name in workshop.organisations_of(idea)
    )
    for name, members in people.items():
        given = [len(workshop.ratings[each]) for each in members if workshop.ratings.get(each)]
        yield OrganisationLine(
            organisation=name,
            people=len(members),
            ideas=ideas[name],
            builds=builds[name],
            shortlisted=shortlisted[name],
            raters=len(given),
            ratings=sum(given),
        )


PARTICIPATION = TableKind(
    name="participation",
    title="Participation by organisation",
    note=(
        "Participants by organisation: ideas as they wrote them, builds, ideas on the shortlist "
        "they are authors of. Rating is not shown for organisations of fewer than three people."
    ),
    fields=(
        typed("organisation", lambda line: line.organisation, 25),
        number("people", lambda line: line.people),
        number("ideas", lambda line: line.ideas),
        number("builds", lambda line: line.builds),
        number("shortlisted", lambda line: line.shortlisted),
        number("raters", lambda line: line.raters if line.apart else None),
        number("ratings", lambda line: line.ratings if line.apart else None),
    ),
    lines=_organisations,
)
