"""Dealing: hands that fit the coming stage and are fair.

A hand holds at least two cards that fit the coming stage's barriers (a card fits when
it works on a COM-B component the barrier blocks, see `Card.fits`), and the rest are
spread over other families. Within a group no card is in two hands while the deck
suffices; a played card comes back only when the deck runs out (game.md, "Dealing").

Among cards that serve equally, the one dealt least often in this workshop comes first;
the seed decides between equals. It leaves out swapping (`hands.py`). What always holds:
no hand has the same card twice.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from app.game.material import Card
from app.game.messages import Decision, Event, Stamp
from app.game.seating import lot
from app.game.workshop import Group, Person, Workshop

FITTING = 2
"""How many cards of a hand fit the coming stage, where the deck has them."""


class HandsDealt(Event):
    """People of one group hold these cards now; `stage` is the stage they were dealt for."""

    group: str
    stage: int
    hands: dict[str, tuple[str, ...]]

    def apply(self, workshop: Workshop, stamp: Stamp) -> Workshop:
        dealt = Counter(workshop.dealt)
        people = []
        for id, hand in self.hands.items():
            person = workshop.people[id]
            dealt.update(card for card in hand if card not in person.hand)
            people.append(replace(person, hand=hand))
        group = workshop.groups[self.group]
        reached = replace(group, reached=max(group.reached, self.stage))
        return replace(workshop.having(reached, *people), dealt=dict(dealt))


@dataclass(slots=True)
class _Hand:
    """A hand while it is being dealt."""

    person: str
    cards: list[str]


def deal(
    workshop: Workshop, group: Group, people: Iterable[Person], *, stage: int
) -> HandsDealt | None:
    """Fill the hands of `people` of `group` for `stage`; None where nothing changes.

    Cards go round one at a time, so that scarce fitting cards are shared out.
    """
    people = list(people)
    barriers = workshop.journey_of(group).barriers_at(stage)
    fitting = {c.id for c in workshop.deck.values() if any(c.fits(b) for b in barriers)}
    elsewhere = _held(workshop, group, without={person.id for person in people})
    hands: list[_Hand] = []
    taken = set(elsewhere)
    size = workshop.options.hand_size
    suffices = len(workshop.participants(group.id)) * size <= len(workshop.deck)
    for person in people:
        # Somebody who came from another group may hold what is in a hand here already. Where
        # the deck does not suffice they keep it: there would be nothing better in its place.
        kept = _kept(person, fitting, size)
        cards = [card for card in kept if not (suffices and card in taken)]
        hands.append(_Hand(person.id, cards))
        taken.update(kept)
    dealt = Counter(workshop.dealt)
    for _ in range(size):
        for hand in hands:
            if len(hand.cards) >= size:
                continue
            held = elsewhere | {card for other in hands for card in other.cards}
            card = _draw(workshop, group, hand.cards, held, fitting, dealt, hand.person)
            # Only where the deck has run out: a card that somebody else of the group holds too.
            card = card or _draw(workshop, group, hand.cards, set(), fitting, dealt, hand.person)
            assert card is not None  # a deck has cards enough for one hand (`opening.py`)
            hand.cards.append(card)
            dealt[card] += 1
    changed = {
        hand.person: tuple(hand.cards)
        for hand in hands
        if tuple(hand.cards) != workshop.people[hand.person].hand
    }
    if not changed and group.reached >= stage:
        return None
    return HandsDealt(group=group.id, stage=stage, hands=changed)


def deal_to_all(workshop: Workshop) -> Decision:
    """Hands for everyone seated, group by group, for the stage each group is at."""
    for id in workshop.groups:
        group = workshop.groups[id]
        hands = deal(workshop, group, workshop.participants(id), stage=group.stage)
        if hands is not None:
            workshop = yield hands


def draw_one(workshop: Workshop, group: Group, person: Person, *, instead_of: str) -> str | None:
    """A card for `person` in place of `instead_of`, or None where the deck has no other."""
    rest = [card for card in person.hand if card != instead_of]
    barriers = workshop.journey_of(group).barriers_at(group.stage)
    fitting = {c.id for c in workshop.deck.values() if any(c.fits(b) for b in barriers)}
    held = _held(workshop, group, without=set())  # `instead_of` among it
    return _draw(workshop, group, rest, held, fitting, workshop.dealt, person.id)


def _kept(person: Person, fitting: set[str], size: int) -> list[str]:
    """What stays in a hand for a new stage: all of it, but for room for fitting cards.

    Without this a full hand that nobody played from would never fit again.
    """
    hand = list(person.hand)
    missing = FITTING - sum(card in fitting for card in hand) - (size - len(hand))
    for card in reversed(person.hand):
        if missing > 0 and card not in fitting:
            hand.remove(card)
            missing -= 1
    return hand


def _held(workshop: Workshop, group: Group, *, without: set[str]) -> set[str]:
    return {
        card
        for person in workshop.participants(group.id)
        if person.id not in without
        for card in person.hand
    }


def _draw(
    workshop: Workshop,
    group: Group,
    hand: list[str],
    held: set[str],
    fitting: set[str],
    dealt: Mapping[str, int],
    person: str,
) -> str | None:
    """The best card not `held` for `hand`: fitting if it needs one, of a new family, rare."""
    deck = workshop.deck
    played = {card for idea in group.ideas.values() for card in idea.cards}
    families = {deck[card].family for card in hand}
    needs_fitting = sum(card in fitting for card in hand) < FITTING
    label = f"{person} {workshop.seq}"

    def order(card: Card) -> tuple[bool, bool, int, bytes]:
        return (
            needs_fitting and card.id not in fitting,
            card.family in families,
            dealt.get(card.id, 0),
            lot(workshop.options.seed, label, card.id),
        )

    # A played card comes back only when the deck has run out.
    for unavailable in (held | played, held):
        free = [c for c in deck.values() if c.id not in unavailable and c.id not in hand]
        if free:
            return min(free, key=order).id
    return None
