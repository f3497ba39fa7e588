"""Hands: swapping a card.

Leaves out how hands are dealt (`test_dealing.py`). Always: a swap takes one card and
gives one.
"""

import pytest

from app.game.fitting import Came, Reason, fits
from app.game.hands import CardSwapped
from app.game.messages import Actor, Role
from tests.game.table import DECK, JOURNEYS, at_play, in_the_lobby


def test_a_card_is_swapped_for_one_that_nobody_of_the_group_holds() -> None:
    table = at_play()
    before = table.hand("p1")
    held = {card for person in table.members(table.group("p1").id) for card in table.hand(person)}
    (event,) = table.do("p1", "SwapCard", card=before[2])
    assert isinstance(event, CardSwapped)
    group = table.group("p1").id
    assert event == CardSwapped(
        person="p1", stage=1, card=before[2], drawn=event.drawn, group=group, why=Reason.VARIETY
    )
    assert table.person("p1").came[event.drawn] == Came(group, 1, Reason.VARIETY, swapped=True)
    assert table.person("p1").came.keys() == set(table.hand("p1"))
    assert event.drawn not in held
    assert table.hand("p1") == (*before[:2], event.drawn, *before[3:])


def test_a_swap_keeps_two_fitting_cards_in_the_hand() -> None:
    table = at_play(2, swaps_per_stage=5)
    barriers = JOURNEYS[0].barriers_at(1)
    for _ in range(5):
        card = table.hand("p1")[0]
        table.do("p1", "SwapCard", card=card)
        fitting = [c for c in table.hand("p1") if any(fits(DECK[int(c[5:])], b) for b in barriers)]
        assert len(fitting) >= 2


def test_the_card_that_was_drawn_counts_as_dealt() -> None:
    table = at_play()
    (event,) = table.do("p1", "SwapCard", card=table.hand("p1")[0])
    assert isinstance(event, CardSwapped)
    assert table.workshop.dealt[event.drawn] >= 1


def test_one_swap_at_each_stage_is_free() -> None:
    table = at_play()
    table.do("p1", "SwapCard", card=table.hand("p1")[0])
    card = table.hand("p1")[0]
    assert table.refused("p1", "SwapCard", card=card) == ("rejected", "card")
    assert table.told("p1", "SwapCard", card=card) == (
        "You can swap one card at each stage, and you have."
    )
    table.do("facilitator", "MoveGroup", group="all", stage=2, step="write")
    table.do("p1", "SwapCard", card=table.hand("p1")[0])


def test_one_persons_swap_is_not_anothers() -> None:
    table = at_play()
    for person in ("p1", "p2", "p3"):
        table.do(person, "SwapCard", card=table.hand(person)[0])


def test_a_swap_at_the_briefing_is_that_of_the_first_stage() -> None:
    table = in_the_lobby()
    table.do("facilitator", "OpenPhase", phase="briefing")
    table.do("p1", "SwapCard", card=table.hand("p1")[0])
    table.do("facilitator", "OpenPhase", phase="play")
    assert table.refused("p1", "SwapCard", card=table.hand("p1")[0]) == ("rejected", "card")


def test_how_many_swaps_there_are_is_settled_for_the_workshop() -> None:
    table = at_play(swaps_per_stage=2)
    for _ in range(2):
        table.do("p1", "SwapCard", card=table.hand("p1")[0])
    assert table.told("p1", "SwapCard", card=table.hand("p1")[0]) == (
        "You can swap 2 cards at each stage, and you have."
    )


def test_where_there_are_no_swaps_nobody_swaps() -> None:
    table = at_play(swaps_per_stage=0)
    assert table.told("p1", "SwapCard", card=table.hand("p1")[0]) == (
        "Cards are not swapped in this workshop."
    )


@pytest.mark.parametrize("card", ["card-99", "p1"])
def test_a_card_that_does_not_exist_is_not_swapped(card: str) -> None:
    assert at_play().refused("p1", "SwapCard", card=card) == ("rejected", "card")


def test_a_card_of_another_hand_is_refused_in_the_same_words_as_one_that_does_not_exist() -> None:
    table = at_play()
    theirs = next(card for card in table.hand("p2") if card not in table.hand("p1"))
    assert table.refused("p1", "SwapCard", card=theirs) == ("rejected", "card")
    assert table.told("p1", "SwapCard", card=theirs) == table.told("p1", "SwapCard", card="card-99")


def test_where_the_deck_has_no_other_card_there_is_no_swap() -> None:
    table = at_play(1, deck=DECK[:5])
    card = table.hand("p1")[0]
    assert table.refused("p1", "SwapCard", card=card) == ("rejected", "card")
    assert table.told("p1", "SwapCard", card=card) == "There is no other card left in the deck."


def test_a_swap_never_gives_a_card_that_somebody_else_of_the_group_holds() -> None:
    table = at_play(2, journeys=JOURNEYS[:1], deck=DECK[:10])
    assert {*table.hand("p1"), *table.hand("p2")} == {card.id for card in DECK[:10]}
    assert table.refused("p1", "SwapCard", card=table.hand("p1")[0]) == ("rejected", "card")


def test_where_the_deck_has_run_out_a_played_card_comes_back_by_a_swap() -> None:
    table = at_play(1, deck=DECK[:5])
    played, given = table.hand("p1")[:2]
    table.submit("p1", card=played)
    assert table.do("p1", "SwapCard", card=given) == (
        CardSwapped(person="p1", stage=1, card=given, drawn=played, group="g1", why=Reason.FITS),
    )


def test_a_participant_without_a_group_has_nothing_to_swap() -> None:
    table = at_play()
    stranger = Actor("nobody", Role.PARTICIPANT)
    assert table.refused(stranger, "SwapCard", card="card-1") == ("rejected", None)


@pytest.mark.parametrize("card", [None, "", 5, "x" * 81])
def test_a_wrong_shape_is_malformed(card: object) -> None:
    assert at_play().refused("p1", "SwapCard", card=card) == ("malformed", "card")
