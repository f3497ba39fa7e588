"""Hands: giving a card back for another.

How hands are dealt stands in `dealing.py`. What always holds: a swap takes one card
and gives one card, or does not happen.
"""

from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from app.game import dealing
from app.game.fitting import Came, Reason
from app.game.messages import PARTICIPANTS, Actor, Command, Decision, Event, Rejected, Stamp
from app.game.phases import Phase
from app.game.text import Id
from app.game.workshop import Workshop


class SwapCard(Command):
    """Give a card of the hand back for another one of the deck."""

    by: ClassVar = PARTICIPANTS
    during: ClassVar = frozenset({Phase.BRIEFING, Phase.PLAY})

    card: Id

    def decide(self, workshop: Workshop, actor: Actor, at: datetime) -> Decision:
        group = workshop.group_of(actor.id)
        person = workshop.people[actor.id]
        if self.card not in person.hand:
            raise Rejected("That card is not in your hand.", "card")
        allowed = workshop.options.swaps_per_stage
        if person.swaps.get(group.stage, 0) >= allowed:
            swaps = "one card" if allowed == 1 else f"{allowed} cards"
            raise Rejected(
                f"You can swap {swaps} at each stage, and you have."
                if allowed
                else "Cards are not swapped in this workshop.",
                "card",
            )
        drawn = dealing.draw_one(workshop, group, person, instead_of=self.card)
        if drawn is None:
            raise Rejected("There is no other card left in the deck.", "card")
        card, why = drawn
        yield CardSwapped(
            person=person.id, stage=group.stage, card=self.card, drawn=card, group=group.id, why=why
        )


class CardSwapped(Event):
    """`card` went back to the deck and `drawn` took its place in the hand."""

    person: str
    stage: int
    card: str
    drawn: str
    group: str | None = None
    why: Reason | None = None
    """Why this one was drawn."""

    def apply(self, workshop: Workshop, stamp: Stamp) -> Workshop:
        person = workshop.people[self.person]
        hand = tuple(self.drawn if card == self.card else card for card in person.hand)
        swaps = {**person.swaps, self.stage: person.swaps.get(self.stage, 0) + 1}
        dealt = {**workshop.dealt, self.drawn: workshop.dealt.get(self.drawn, 0) + 1}
        came = {card: how for card, how in person.came.items() if card in hand}
        if self.group is not None and self.why is not None:
            came[self.drawn] = Came(self.group, self.stage, self.why, swapped=True)
        holding = replace(person.holding(hand, self.stage), swaps=swaps, came=came)
        swapped = workshop.having(holding)
        return replace(swapped, dealt=dealt)
