"""Dealing: hands that fit the coming stage and are fair.

A hand holds at least two cards that fit the coming stage's barriers (`fitting.py`) and
cards of at least three families. Within a group no card is in two hands while the deck
suffices; a played card comes back only when the deck runs out (game.md, "Dealing").
Fitting cards go round first, so that scarce ones are shared out; then the rest.

Among cards that serve equally, the one dealt least often in this workshop comes first;
the seed decides between equals. It leaves out swapping (`hands.py`) and why a card is in
a hand (`app/views/hands.py`). What always holds: no hand has the same card twice.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from pydantic import Field

from app.game.fitting import Came, Reason, fitting
from app.game.material import Card
from app.game.messages import Decision, Event, Stamp
from app.game.seating import lot
from app.game.workshop import Group, Person, Workshop

FITTING = 2
"""How many cards of a hand fit the coming stage, where the deck has them."""

FAMILIES = 3
"""Of how many families a hand of five or more is, where the deck has them."""


class HandsDealt(Event):
    """People of one group hold these cards now; `stage` is the stage they were dealt for."""

    group: str
    stage: int
    hands: dict[str, tuple[str, ...]]
    why: dict[str, dict[str, Reason]] = Field(default={})
    """Of each person, why each card that is new in the hand was chosen."""
    people: tuple[str, ...] = ()
    """Everybody who was dealt for this stage, also who keeps their hand as it was."""

    def apply(self, workshop: Workshop, stamp: Stamp) -> Workshop:
        dealt = Counter(workshop.dealt)
        people = []
        for id, hand in self.hands.items():
            person = workshop.people[id]
            dealt.update(card for card in hand if card not in person.hand)
            kept = {c: came for c, came in person.came.items() if c in hand and c in person.hand}
            new = {
                card: Came(self.group, self.stage, why)
                for card, why in self.why.get(id, {}).items()
            }
            people.append(replace(person.holding(hand, self.stage), came=kept | new))
        workshop = workshop.having(*people)
        for id in self.people:
            person = workshop.people[id]
            people.append(replace(person, dealt_for=person.dealt_for | {self.stage}))
        group = workshop.groups[self.group]
        reached = replace(group, reached=max(group.reached, self.stage))
        return replace(workshop.having(reached, *people), dealt=dict(dealt))


def deal(
    workshop: Workshop, group: Group, people: Iterable[Person], *, stage: int
) -> HandsDealt | None:
    """Fill the hands of `people` of `group` for `stage`; None where nothing changes."""
    people = list(people)
    size = workshop.options.hand_size
    table = _Table.of(workshop, group, {person.id for person in people}, stage=stage)
    suffices = len(workshop.participants(group.id)) * size <= len(workshop.deck)
    taken = set(table.elsewhere)
    for person in people:
        # Somebody who came from another group may hold what is in a hand here already. Where
        # the deck does not suffice they keep it: there would be nothing better in its place.
        own = [card for card in person.hand if not (suffices and card in taken)]
        table.hands[person.id] = table.kept(own)
        taken.update(person.hand)
    table.share_out()
    for wanted in (FITTING, 0):
        for _ in range(size):
            for id, hand in table.hands.items():
                if len(hand) < size and (not wanted or table.fits(hand) < wanted):
                    table.give(id, fitting_only=bool(wanted))
    changed = {
        id: tuple(hand)
        for id, hand in table.hands.items()
        if tuple(hand) != workshop.people[id].hand
    }
    known = all(stage in person.dealt_for for person in people)
    if not changed and known and group.reached >= stage:
        return None
    why = {id: table.why[id] for id in changed if id in table.why}
    dealt = tuple(person.id for person in people)
    return HandsDealt(group=group.id, stage=stage, hands=changed, why=why, people=dealt)


def deal_to_all(workshop: Workshop) -> Decision:
    """Hands for everyone seated, group by group, for the stage each group is at."""
    for id in workshop.groups:
        group = workshop.groups[id]
        hands = deal(workshop, group, workshop.participants(id), stage=group.stage)
        if hands is not None:
            workshop = yield hands


def draw_one(
    workshop: Workshop, group: Group, person: Person, *, instead_of: str
) -> tuple[str, Reason] | None:
    """A card for `person` in place of `instead_of` and why; None where the deck has no other."""
    table = _Table.of(workshop, group, set(), stage=group.stage)  # `instead_of` is held as well
    rest = [card for card in person.hand if card != instead_of]
    return table.best(table.free(table.elsewhere) - set(rest), rest, person.id)


@dataclass(slots=True)
class _Table:
    """A group's hands while they are dealt, and what of the deck is left for them."""

    workshop: Workshop
    fitting: frozenset[str]
    families: int
    """How many the deck has."""
    elsewhere: set[str]
    """What people hold to whom nothing is dealt now."""
    played: set[str]
    dealt: Counter[str]
    hands: dict[str, list[str]]
    why: dict[str, dict[str, Reason]]

    @classmethod
    def of(cls, workshop: Workshop, group: Group, people: set[str], *, stage: int) -> "_Table":
        """The table of `group` at which `people` are to be dealt to for `stage`."""
        barriers = workshop.journey_of(group).barriers_at(stage)
        return cls(
            workshop=workshop,
            fitting=fitting(workshop.deck.values(), barriers),
            families=len({card.family for card in workshop.deck.values()}),
            elsewhere={
                card
                for person in workshop.participants(group.id)
                if person.id not in people
                for card in person.hand
            },
            played={card for idea in group.ideas.values() for card in idea.cards},
            dealt=Counter(workshop.dealt),
            hands={},
            why={},
        )

    def fits(self, hand: Iterable[str]) -> int:
        return sum(card in self.fitting for card in hand)

    def lacks(self, hand: Iterable[str]) -> tuple[int, int]:
        """How many fitting cards, and how many families, `hand` has too few."""
        hand = tuple(hand)
        wanted = min(FAMILIES, self.workshop.options.hand_size - FITTING, self.families)
        families = len({self.workshop.deck[card].family for card in hand})
        # The first card of a hand is of a new family whichever it is.
        fitting_too_few = min(FITTING, len(self.fitting)) - self.fits(hand)
        return max(0, fitting_too_few), max(0, wanted - max(families, 1))

    def kept(self, hand: list[str]) -> list[str]:
        """What stays in a hand for a new stage: all of it, but for room for what it lacks.

        Without this a full hand that nobody played from would never fit again. What came last
        goes first, and nothing goes that the hand would have to be given again.
        """
        hand = list(hand)
        room = self.workshop.options.hand_size - len(hand)
        while sum(self.lacks(hand)) > room:
            lacks = self.lacks(hand)
            spare = [
                card for card in reversed(hand) if self.lacks(c for c in hand if c != card) == lacks
            ]
            hand.remove(min(spare, key=lambda card: card in self.fitting))
            room += 1
        return hand

    def share_out(self) -> None:
        """Take back the third and further fitting cards of a hand where others would get none."""
        lacking = sum(self.lacks(hand)[0] for hand in self.hands.values())
        left = len(self.free(self.held()) & self.fitting)
        for hand in self.hands.values():
            surplus = [card for card in hand if card in self.fitting][FITTING:]
            for card in reversed(surplus):
                if left < lacking:
                    hand.remove(card)
                    left += 1

    def held(self) -> set[str]:
        return self.elsewhere.union(*self.hands.values())

    def free(self, held: set[str]) -> set[str]:
        """What can be dealt. A played card comes back only when the deck has run out."""
        deck = self.workshop.deck.keys()
        return (deck - held - self.played) or (deck - held)

    def give(self, person: str, *, fitting_only: bool) -> None:
        """Deal one card to `person`; none where only a fitting card would do and none is left."""
        hand = self.hands[person]
        # Only where the deck has run out: a card that somebody else of the group holds too.
        free = self.free(self.held()) or self.workshop.deck.keys() - set(hand)
        found = self.best(free & self.fitting if fitting_only else free, hand, person)
        if found is not None:
            card, why = found
            hand.append(card)
            self.dealt[card] += 1
            self.why.setdefault(person, {})[card] = why

    def best(self, cards: set[str], hand: list[str], person: str) -> tuple[str, Reason] | None:
        """The card of `cards` that serves `hand` best: what it lacks, a new family, rare."""
        if not cards:
            return None
        deck, seed = self.workshop.deck, self.workshop.options.seed
        families = {deck[card].family for card in hand}
        lacks_fitting, lacks_families = self.lacks(hand)
        # In a swap one card may have to do for both; then the family goes first.
        last_chance = lacks_families >= self.workshop.options.hand_size - len(hand)
        label = f"{person} {self.workshop.seq}"

        def order(card: Card) -> tuple[bool, bool, bool, int, bytes]:
            again = card.family in families
            return (
                last_chance and again,
                lacks_fitting > 0 and card.id not in self.fitting,
                again,
                self.dealt[card.id],
                lot(seed, label, card.id),
            )

        card = min((deck[card] for card in cards), key=order)
        if lacks_fitting and card.id in self.fitting:
            return card.id, Reason.FITS
        return card.id, Reason.REST if card.family in families else Reason.VARIETY
