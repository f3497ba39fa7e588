"""Opening a workshop: what can be wished for, and the first event.

Leaves out where the material comes from. Always: a workshop carries all it is played
with.
"""

from typing import Any

import pytest

from app.game.material import Card, Journey
from app.game.messages import Malformed, Stamp
from app.game.opening import OpenWorkshop, WorkshopOpened, opened
from app.game.phases import Phase
from app.game.shapes import validated
from app.game.workshop import Group, Options
from tests.game.table import DECK, JOURNEYS, NOON, WARNING, Table, a_card, a_journey


def misshapen(**wishes: Any) -> str | None:
    with pytest.raises(Malformed) as no:
        validated(OpenWorkshop, {"title": "A", "problems": ["sharing"], **wishes})
    return no.value.field


def first_event(
    journeys: tuple[Journey, ...] = JOURNEYS, deck: tuple[Card, ...] = DECK, **wishes: Any
) -> WorkshopOpened:
    wish = validated(OpenWorkshop, {"title": "A workshop", "problems": ["sharing"], **wishes})
    return opened(wish, code="ABCD2345", seed=11, journeys=journeys, deck=deck)


def refused(**arguments: Any) -> str | None:
    with pytest.raises(Malformed) as no:
        first_event(**arguments)
    return no.value.field


def test_a_wish_needs_a_title_and_problems_and_settles_the_rest() -> None:
    wish = validated(OpenWorkshop, {"title": "A workshop", "problems": ["sharing"]})
    assert wish.model_dump() == {
        "title": "A workshop",
        "problems": ["sharing"],
        "groups_per_problem": 1,
        "hand_size": 5,
        "swaps_per_stage": 1,
        "shortlist_per_problem": 2,
        "organisations": None,
        "seed": None,
        "leave_out": [],
        "deck": None,
    }


@pytest.mark.parametrize(
    ("field", "least", "most"),
    [
        ("groups_per_problem", 1, 20),
        ("hand_size", 3, 7),
        ("swaps_per_stage", 0, 5),
        ("shortlist_per_problem", 1, 10),
        ("seed", -(2**63), 2**63 - 1),
    ],
)
def test_a_number_has_its_bounds(field: str, least: int, most: int) -> None:
    for number in (least, most):
        validated(OpenWorkshop, {"title": "A", "problems": ["sharing"], field: number})
    assert misshapen(**{field: least - 1}) == field
    assert misshapen(**{field: most + 1}) == field


@pytest.mark.parametrize(
    ("wishes", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"problems": []}, "problems"),
        ({"problems": ["sharing"] * 13}, "problems"),
        ({"problems": [5]}, "problems.0"),
        ({"organisations": []}, "organisations"),
        ({"organisations": ["NHS", ""]}, "organisations.1"),
        ({"organisations": ["NHS"] * 61}, "organisations"),
        ({"leave_out": ["lunch"]}, "leave_out.0"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_a_wish_of_a_wrong_shape_is_named_by_its_field(
    wishes: dict[str, object], field: str
) -> None:
    assert misshapen(**wishes) == field


@pytest.mark.parametrize("phase", ["briefing", "plenary", "rate", "assess"])
def test_these_phases_can_be_left_out(phase: str) -> None:
    wish = validated(OpenWorkshop, {"title": "A", "problems": ["a"], "leave_out": [phase]})
    assert wish.leave_out == [Phase(phase)]


@pytest.mark.parametrize("phase", ["lobby", "play", "shortlist", "closed"])
def test_these_phases_cannot_be_left_out(phase: str) -> None:
    assert misshapen(leave_out=["plenary", phase]) == "leave_out"


def test_the_first_event_carries_all_that_the_workshop_is_played_with() -> None:
    event = first_event(hand_size=4, leave_out=["plenary"], organisations=["NHS", "Police"])
    assert event == WorkshopOpened(
        code="ABCD2345",
        title="A workshop",
        seed=11,
        groups={"g1": "sharing", "g2": "trusting"},
        hand_size=4,
        swaps_per_stage=1,
        shortlist_per_problem=2,
        groups_per_problem=1,
        organisations=("NHS", "Police"),
        leave_out=(Phase.PLENARY,),
        journeys=JOURNEYS,
        deck=DECK,
    )


def test_the_first_event_makes_the_workshop() -> None:
    event = first_event(leave_out=["rate"], shortlist_per_problem=3)
    workshop = event.begin(Stamp(1, NOON, "facilitator"))
    assert (workshop.code, workshop.title, workshop.seq) == ("ABCD2345", "A workshop", 1)
    assert workshop.opened_at == NOON
    assert workshop.phase is Phase.LOBBY
    assert workshop.options == Options(
        seed=11, shortlist_per_problem=3, leave_out=frozenset({Phase.RATE})
    )
    assert list(workshop.journeys) == ["sharing", "trusting"]
    assert list(workshop.deck.values()) == list(DECK)
    assert workshop.groups == {"g1": Group("g1", "sharing"), "g2": Group("g2", "trusting")}
    assert not workshop.groups_formed


def test_neighbouring_groups_have_different_problems() -> None:
    event = first_event(groups_per_problem=2)
    assert list(event.groups.values()) == ["sharing", "trusting", "sharing", "trusting"]
    assert list(event.groups) == ["g1", "g2", "g3", "g4"]


def test_a_workshop_has_forty_groups_at_most() -> None:
    assert len(first_event(groups_per_problem=20).groups) == 40
    three = (*JOURNEYS, a_journey("talking", 1))
    assert refused(journeys=three, groups_per_problem=14) == "groups_per_problem"
    assert len(first_event(journeys=three, groups_per_problem=13).groups) == 39


def test_a_problem_is_played_once() -> None:
    assert refused(journeys=(JOURNEYS[0], JOURNEYS[0])) == "problems"


def test_a_deck_has_cards_enough_for_one_hand() -> None:
    assert refused(deck=DECK[:4]) == "hand_size"
    assert refused(deck=DECK[:1] * 5) == "hand_size"
    assert first_event(deck=DECK[:5]).hand_size == 5


def test_a_fixed_organisation_is_listed_once_however_it_is_written() -> None:
    event = first_event(organisations=["NHS", "Police", "nhs"])
    assert event.organisations is not None
    assert [name.casefold() for name in event.organisations] == ["nhs", "police"]


def test_a_workshop_is_opened_once() -> None:
    table = Table()
    with pytest.raises(ValueError, match="opened once"):
        table.log[0][0].apply(table.workshop, Stamp(2, NOON, "facilitator"))


def test_an_opening_of_an_older_program_reads_with_what_was_usual_then() -> None:
    event = first_event(deck=(a_card(1), *DECK[2:8]))
    body = event.model_dump(mode="json")
    later = ("hand_size", "swaps_per_stage", "shortlist_per_problem", "groups_per_problem")
    for field in (*later, "warning"):
        del body[field]
    assert WorkshopOpened.model_validate(body) == event


def test_a_workshop_keeps_what_its_deck_says_of_all_its_cards() -> None:
    assert Table().workshop.warning == WARNING
    older = first_event()
    assert older.begin(Stamp(1, NOON, "facilitator")).warning is None
