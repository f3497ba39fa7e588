"""Dealing: hands that fit the coming stage and are fair.

Leaves out swapping (`test_hands.py`). Always: no hand has the same card twice, whatever
the deck.
"""

from collections import Counter
from itertools import pairwise

import pytest

from app.content import Content
from app.game.dealing import HandsDealt, deal, draw_one
from app.game.fitting import fits
from app.game.material import Barrier
from app.game.messages import Stamp
from tests.game.table import DECK, JOURNEYS, NOON, Table, a_journey, at_play, in_the_lobby

ONE = JOURNEYS[:1]
TWICE = JOURNEYS[0].model_copy(update={"stages": JOURNEYS[0].stages[:1] * 2})
"""The same stage two times over, so that what fitted goes on fitting."""


def cards(table: Table, group: str = "g1") -> list[str]:
    return [card for person in table.members(group) for card in table.hand(person)]


def fitting(table: Table, hand: tuple[str, ...], barriers: tuple[Barrier, ...]) -> int:
    return sum(any(fits(table.workshop.deck[card], b) for b in barriers) for card in hand)


def left(table: Table, group: str) -> tuple[str, ...]:
    """The cards that nobody of a group holds or has played."""
    ideas = table.group(group).ideas.values()
    gone = {*cards(table, group), *(card for idea in ideas for card in idea.cards)}
    return tuple(card for card in table.workshop.deck if card not in gone)


def families(table: Table, hand: tuple[str, ...]) -> int:
    return len({table.workshop.deck[card].family for card in hand})


@pytest.mark.parametrize("size", [3, 5, 7])
def test_everybody_is_dealt_a_hand_of_the_size_settled(size: int) -> None:
    table = at_play(4, hand_size=size)
    assert {len(person.hand) for person in table.workshop.participants()} == {size}


def test_the_log_holds_the_cards_that_were_dealt() -> None:
    table = in_the_lobby(2)
    events = table.do("facilitator", "OpenPhase", phase="play")
    dealt = [event for event in events if isinstance(event, HandsDealt)]
    assert [(event.group, event.stage) for event in dealt] == [("g1", 1), ("g2", 1)]
    for event in dealt:
        assert event.hands == {person: table.hand(person) for person in table.members(event.group)}


def test_a_hand_fits_the_coming_stage_and_has_cards_of_three_families_or_more() -> None:
    table = at_play(3, journeys=ONE)
    for stage in (1, 2, 3):
        if stage > 1:
            table.do("facilitator", "MoveGroup", group="g1", stage=stage, step="write")
        for person in table.workshop.participants():
            assert fitting(table, person.hand, JOURNEYS[0].barriers_at(stage)) >= 2
            assert families(table, person.hand) >= 3


def test_no_card_is_in_two_hands_of_a_group_while_the_deck_suffices() -> None:
    table = at_play(7, journeys=ONE)
    assert len(set(cards(table))) == 35


def test_two_groups_may_hold_the_same_card() -> None:
    table = at_play(14)
    assert set(cards(table, "g1")) & set(cards(table, "g2"))


def test_where_the_deck_does_not_suffice_hands_are_full_all_the_same() -> None:
    table = at_play(9, journeys=ONE)
    hands = [person.hand for person in table.workshop.participants()]
    assert {len(set(hand)) for hand in hands} == {5}
    assert set(cards(table)) == {card.id for card in DECK}


def test_where_the_deck_does_not_suffice_nobody_loses_a_card_at_the_next_stage() -> None:
    table = at_play(9, journeys=[TWICE])
    before = [person.hand for person in table.workshop.participants()]
    table.do("facilitator", "MoveGroup", group="g1", stage=2, step="write")
    assert [person.hand for person in table.workshop.participants()] == before


def test_a_deck_of_one_hand_deals_that_hand_to_everybody() -> None:
    table = at_play(3, journeys=ONE, deck=DECK[:5])
    for person in table.workshop.participants():
        assert sorted(person.hand) == sorted(card.id for card in DECK[:5])


def test_where_the_deck_does_not_suffice_cards_that_serve_equally_go_round_equally() -> None:
    alike = {"family": "One", "com_b": DECK[0].com_b}
    table = at_play(14, journeys=ONE, deck=[card.model_copy(update=alike) for card in DECK])
    assert set(Counter(cards(table)).values()) == {1, 2}


def test_a_card_that_was_played_is_not_dealt_again_while_others_are_left() -> None:
    barriers = JOURNEYS[0].barriers_at(1)
    fit = [card for card in DECK if any(fits(card, barrier) for barrier in barriers)]
    others = [card for card in DECK if card not in fit]
    table = at_play(1, journeys=[TWICE], deck=[*fit[:2], *others])
    assert {fit[0].id, fit[1].id} <= {*table.hand("p1")}
    table.submit("p1", card=fit[0].id)
    table.do("facilitator", "MoveGroup", group="g1", stage=2, step="write")
    # Though it is the only one left that would fit.
    assert fit[0].id not in table.hand("p1")
    assert len(table.hand("p1")) == 5


def test_played_cards_come_back_when_the_deck_has_run_out() -> None:
    table = at_play(1, deck=DECK[:5])
    played = table.hand("p1")[0]
    table.submit("p1", card=played)
    table.do("facilitator", "MoveGroup", group="all", stage=2, step="write")
    assert played in table.hand("p1")


def test_played_cards_come_back_before_a_card_is_dealt_to_two_people() -> None:
    table = at_play(2, journeys=ONE, deck=DECK[:10])
    played = table.hand("p1")[0]
    table.submit("p1", card=played)
    table.do("facilitator", "MoveGroup", group="g1", stage=2, step="write")
    assert len(set(cards(table))) == 10


def test_a_card_played_in_another_group_is_dealt_as_any_other() -> None:
    table = at_play(2, deck=DECK[:6])
    for person in ("p1", "p2"):
        table.submit(person)
    table.do("facilitator", "MoveGroup", group="all", stage=2, step="write")
    assert [len(table.hand(person)) for person in ("p1", "p2")] == [5, 5]


def test_a_full_hand_makes_room_for_cards_that_fit_the_new_stage() -> None:
    journey = a_journey("changing", 6)
    table = at_play(1, journeys=[journey])
    for stage in range(2, 7):
        before = table.hand("p1")
        table.do("facilitator", "MoveGroup", group="g1", stage=stage, step="write")
        after = table.hand("p1")
        assert fitting(table, after, journey.barriers_at(stage)) >= 2
        # No more is taken away than is needed.
        assert len(set(before) - set(after)) <= 2


def test_cards_that_fit_are_shared_out_before_anybody_has_a_third() -> None:
    # Six cards fit stage 1 of this deck; three people can have two each.
    wanted = [card for card in DECK if card.com_b[0] is JOURNEYS[0].barriers_at(1)[0].com_b[0]]
    others = [card for card in DECK if not any(fits(card, b) for b in JOURNEYS[0].barriers_at(1))]
    table = at_play(3, journeys=ONE, deck=(*others, *wanted))
    counts = [
        fitting(table, person.hand, JOURNEYS[0].barriers_at(1))
        for person in table.workshop.participants()
    ]
    assert counts == [2, 2, 2]


def test_among_equal_cards_the_one_dealt_least_often_comes_first() -> None:
    table = in_the_lobby(0)
    for _ in range(12):
        table.join()
    table.do("facilitator", "OpenPhase", phase="play")
    # Two groups of six hold 30 cards each, of 36: nothing is dealt a third time.
    assert sum(table.workshop.dealt.values()) == 60
    assert max(table.workshop.dealt.values()) == 2


def test_what_has_been_dealt_is_counted_once_for_each_time_it_was_given() -> None:
    table = at_play(2)
    given: Counter[str] = Counter()
    for event, _ in table.log:
        if isinstance(event, HandsDealt):
            given.update(card for hand in event.hands.values() for card in hand)
    assert table.workshop.dealt == given
    table.submit("p1")
    before = table.workshop.dealt
    kept = set(table.hand("p1"))
    table.do("facilitator", "MoveGroup", group=table.group("p1").id, stage=2, step="write")
    for card in set(table.hand("p1")) - kept:
        given[card] += 1
    assert table.workshop.dealt == given
    assert sum(before.values()) < sum(given.values())


def test_the_same_seed_deals_the_same_and_another_seed_another_hand() -> None:
    logs = [at_play(6, seed=seed).log for seed in (1, 1, 2)]
    assert logs[0] == logs[1]
    assert logs[0] != logs[2]


def test_where_nothing_changes_nothing_is_dealt() -> None:
    table = at_play(4)
    group = table.group("g1")
    people = table.workshop.participants("g1")
    assert deal(table.workshop, group, people, stage=1) is None
    again = deal(table.workshop, group, people, stage=2)
    assert again is not None
    assert again.stage == 2


def test_a_deal_for_an_earlier_stage_does_not_take_the_group_back() -> None:
    table = at_play(2)
    table.do("facilitator", "MoveGroup", group="g1", stage=3, step="write")
    event = HandsDealt(group="g1", stage=1, hands={})
    after = event.apply(table.workshop, Stamp(99, NOON, "facilitator"))
    assert after.groups["g1"].reached == 3


def test_a_draw_never_gives_the_card_that_was_handed_in() -> None:
    table = at_play(1, deck=DECK[:6])
    person = table.person("p1")
    rest = {card.id for card in DECK[:6]} - set(person.hand)
    drawn = draw_one(table.workshop, table.group("p1"), person, instead_of=person.hand[0])
    assert drawn is not None
    assert {drawn[0]} == rest


@pytest.mark.parametrize("people", [16, 28, 40])
def test_the_shipped_deck_gives_everybody_fitting_hands_through_the_shipped_journeys(
    shipped: Content, people: int
) -> None:
    table = at_play(people, journeys=shipped.journeys, deck=shipped.deck.cards)
    last = max(len(journey.stages) for journey in shipped.journeys)
    for stage in range(1, last + 1):
        if stage > 1:
            table.do("facilitator", "MoveGroup", group="all", stage=stage, step="write")
        for group in table.workshop.groups.values():
            if group.stage < stage:
                continue  # at the end of a shorter journey, where nothing new is dealt
            barriers = table.workshop.journey_of(group).barriers_at(group.stage)
            held = cards(table, group.id)
            assert len(set(held)) == len(held) == 5 * len(table.members(group.id))
            # Seven people who play a card at each of six stages come to the end of 72 cards.
            some_left = people <= 16 or fitting(table, left(table, group.id), barriers) > 0
            for person in table.members(group.id):
                assert fitting(table, table.hand(person), barriers) >= (2 if some_left else 0)
                assert families(table, table.hand(person)) >= 3
        for member in table.workshop.participants():
            table.submit(member.id)


def test_hands_of_the_shipped_deck_change_little_where_nobody_plays(shipped: Content) -> None:
    table = at_play(16, journeys=shipped.journeys, deck=shipped.deck.cards)
    hands = [[person.hand for person in table.workshop.participants()]]
    for stage in range(2, 6):
        table.do("facilitator", "MoveGroup", group="all", stage=stage, step="write")
        hands.append([person.hand for person in table.workshop.participants()])
    for before, after in pairwise(hands):
        for one, other in zip(before, after, strict=True):
            assert len(set(one) & set(other)) >= 3
