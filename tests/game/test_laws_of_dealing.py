"""The laws of dealing, on decks and workshops of every shape.

`test_laws.py` looks at every deal in any workshop; here decks and journeys are drawn
as well, and what holds of many workshops together is measured. Longer with
MOMENTS_EXAMPLES=2000. Leaves out single rules by example (`test_dealing.py`). Always: a law
of one deal is looked at in `look_at_hand`, and nowhere else.
"""

import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import mean
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.content import Content
from app.game import evolve
from app.game.dealing import HandsDealt
from app.game.hands import CardSwapped
from app.game.material import Card, ComB, Journey
from app.game.messages import Rejected
from tests.game.table import ORGANISATIONS, Table, a_card, a_journey
from tests.game.test_laws import Begun, look_at_hand, look_at_swap

ROOT = Path(__file__).resolve().parents[2]
LONGER = os.environ.get("MOMENTS_EXAMPLES")
LAWS = settings(
    max_examples=int(LONGER or 150),
    derandomize=LONGER is None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

CODES = st.lists(st.sampled_from(list(ComB)), min_size=1, max_size=3, unique=True).map(tuple)
DEEDS = st.sampled_from(
    ["on", "on", "on", "back", "first", "last", "play", "play", "swap", "join", "seat"]
)


@st.composite
def decks(draw: st.DrawFn) -> tuple[Card, ...]:
    """A deck of seven cards or more: many families or one, even or not, coded anyhow."""
    sizes = draw(st.lists(st.integers(1, 12), min_size=1, max_size=10))
    families = [f"Family {n}" for n, size in enumerate(sizes) for _ in range(size)]
    families += ["Family 0"] * (7 - len(families))
    return tuple(
        a_card(number).model_copy(update={"family": family, "com_b": draw(CODES)})
        for number, family in enumerate(families)
    )


@st.composite
def journeys(draw: st.DrawFn) -> tuple[Journey, ...]:
    """One or two journeys whose barriers are coded anyhow."""
    plain = [a_journey(name, draw(st.integers(2, 5))) for name in ("sharing", "trusting")]
    return tuple(
        journey.model_copy(
            update={
                "stages": tuple(
                    stage.model_copy(
                        update={
                            "barriers": tuple(
                                barrier.model_copy(update={"com_b": draw(CODES)})
                                for barrier in stage.barriers
                            )
                        }
                    )
                    for stage in journey.stages
                )
            }
        )
        for journey in plain[: draw(st.integers(1, 2))]
    )


def attempt(table: Table, who: str, kind: str, **fields: Any) -> None:
    """Do it where the rules allow it; otherwise nothing has happened."""
    try:
        table.do(who, kind, **fields)
    except Rejected:
        return


def walked(table: Table, people: int, deeds: list[str]) -> Table:
    """A workshop of so many people, and what was done in it; who does it goes round.

    At every stage that begins every hand is looked at, dealt or not.
    """
    for number in range(people):
        table.join(ORGANISATIONS[number % 3])
    begun, before = Begun(), table.workshop
    table.do("facilitator", "OpenPhase", phase="play")
    stage, last = 1, max(len(journey.stages) for journey in table.workshop.journeys.values())
    for number, deed in enumerate(deeds):
        begun.look(before, table.workshop)
        before = table.workshop
        participants = [person.id for person in table.workshop.participants()]
        person = participants[number % len(participants)]
        group = table.group(person)
        if deed in ("on", "back", "first", "last"):
            wished = {"on": stage + 1, "back": stage - 1, "first": 1, "last": last}[deed]
            stage = min(max(1, wished), last)
            attempt(table, "facilitator", "MoveGroup", group="all", stage=stage, step="write")
        elif deed == "play":
            for each in participants[number % 2 :]:
                if table.hand(each):
                    table.submit(each, card=table.hand(each)[number % len(table.hand(each))])
        elif deed == "swap" and table.hand(person):
            attempt(table, person, "SwapCard", card=table.hand(person)[-1])
        elif deed == "join":
            table.join(ORGANISATIONS[number % 3])
        elif deed == "seat":
            other = next((id for id in table.workshop.groups if id != group.id), group.id)
            attempt(table, "facilitator", "SeatParticipant", participant=person, group=other)
    begun.look(before, table.workshop)
    return table


ANYTHING = given(
    deck=decks(),
    problems=journeys(),
    people=st.integers(1, 12),
    hand_size=st.integers(3, 7),
    swaps=st.integers(0, 3),
    seed=st.integers(0, 1000),
    deeds=st.lists(DEEDS, max_size=12),
)


def look_at_every_deal(
    deck: tuple[Card, ...],
    problems: tuple[Journey, ...],
    people: int,
    hand_size: int,
    swaps: int,
    seed: int,
    deeds: list[str],
) -> Table:
    """Play it, and look at each deal and each swap; a law that is broken is an AssertionError."""
    wishes: dict[str, Any] = {"hand_size": hand_size, "swaps_per_stage": swaps, "seed": seed}
    table = walked(Table(journeys=problems, deck=deck, **wishes), people, deeds)
    workshop = evolve(None, *table.log[0])
    for event, stamp in table.log[1:]:
        after = evolve(workshop, event, stamp)
        if isinstance(event, HandsDealt):
            for person in event.hands:
                look_at_hand(workshop, event, after, person)
        if isinstance(event, CardSwapped):
            look_at_swap(workshop, event, after)
        for each in after.people.values():
            assert len(set(each.hand)) == len(each.hand)
        workshop = after
    # The same seed and the same deeds, and the whole log is the same.
    again = walked(Table(journeys=problems, deck=deck, **wishes), people, deeds)
    assert again.log == table.log
    return table


@LAWS
@ANYTHING
def test_every_deal_keeps_the_laws_whatever_the_deck_and_the_workshop(**drawn: Any) -> None:
    look_at_every_deal(**drawn)


def test_another_seed_is_nearly_always_another_deal() -> None:
    hands = {
        tuple(person.hand for person in walked(Table(seed=seed), 4, []).workshop.participants())
        for seed in range(100)
    }
    assert len(hands) > 95


DEALS = """
from app.main import shipped_content
from tests.game.table import Table
from tests.game.test_laws_of_dealing import walked
content = shipped_content()
table = Table(journeys=content.journeys, deck=content.deck.cards, seed=5)
walked(table, 13, ["swap", "play", "on", "swap", "play", "on"])
print([(person.id, person.hand) for person in table.workshop.participants()])
"""


def test_two_processes_deal_the_same_however_they_order_their_sets() -> None:
    dealt = [
        subprocess.run(
            [sys.executable, "-c", DEALS],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    ]
    assert dealt[0].count("(") > 13
    assert dealt[1:] == dealt[:1] * 2


# Fair over many workshops


def held_through(content: Content, seeds: range) -> Iterator[Table]:
    """Workshops of 24 to 28 people on the shipped deck, through every stage, all playing."""
    last = max(len(journey.stages) for journey in content.journeys)
    for seed in seeds:
        table = Table(journeys=content.journeys, deck=content.deck.cards, seed=seed)
        deeds = ["play", "on"] * (last - 1)
        yield walked(table, 24 + seed % 5, deeds)


def test_over_many_workshops_no_card_is_dealt_once_more_than_its_family(shipped: Content) -> None:
    workshops = [table.workshop for table in held_through(shipped, range(25))]
    times = {
        card.id: mean(workshop.dealt.get(card.id, 0) for workshop in workshops)
        for card in shipped.deck.cards
    }
    families = defaultdict(list)
    for card in shipped.deck.cards:
        families[card.family].append(times[card.id])
    assert len(families) == 12
    for card in shipped.deck.cards:
        assert abs(times[card.id] - mean(families[card.family])) <= 1, card.id
    # The families are of one size, and come round equally as well.
    assert max(map(mean, families.values())) - min(map(mean, families.values())) <= 1


@pytest.mark.parametrize("seed", range(3))
def test_within_a_group_no_card_comes_twice_before_those_that_serve_as_well_have_come_once(
    seed: int,
) -> None:
    alike = {"family": "One", "com_b": (ComB.OPPORTUNITY_SOCIAL,)}
    deck = [a_card(number).model_copy(update=alike) for number in range(40)]
    table = Table(journeys=[a_journey("sharing", 5)], deck=deck, seed=seed)
    walked(table, 5, ["play", "on", "play", "on"])
    assert {table.workshop.dealt.get(card.id, 0) for card in deck} == {0, 1}
    walked_on = ["play", "on", "play", "on"]
    for number, deed in enumerate(walked_on):
        if deed == "play":
            for person in table.workshop.participants():
                table.submit(person.id)
        else:
            table.do("facilitator", "MoveGroup", group="g1", stage=4 + number // 2, step="write")
    assert {table.workshop.dealt.get(card.id, 0) for card in deck} == {1, 2}
