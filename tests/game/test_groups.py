"""Groups: seating everybody at once, or one person somewhere else.

Leaves out how even a seating is (`test_seating.py`). Always: moving a person moves no
idea.
"""

import pytest

from app.game.dealing import HandsDealt
from app.game.messages import Role
from app.game.seating import GroupsFormed, PersonSeated
from tests.game.table import Table, at_play, in_the_lobby, with_ideas


def other(table: Table, person: str) -> str:
    return "g2" if table.group(person).id == "g1" else "g1"


def test_forming_groups_seats_every_participant_and_nobody_else() -> None:
    table = in_the_lobby(4)
    table.invite(Role.OBSERVER)
    (event,) = table.do("facilitator", "FormGroups")
    assert isinstance(event, GroupsFormed)
    assert sorted(event.seats) == ["p1", "p2", "p3", "p4"]
    assert table.workshop.groups_formed
    assert all(table.person(person).group == seat for person, seat in event.seats.items())


def test_groups_can_be_formed_before_anybody_has_come() -> None:
    table = Table()
    assert table.do("facilitator", "FormGroups") == (GroupsFormed(seats={}),)
    assert table.person(table.join()).group == "g1"


def test_in_the_lobby_no_hands_are_dealt_yet() -> None:
    table = in_the_lobby()
    table.do("facilitator", "FormGroups")
    assert not table.workshop.hands_dealt


def test_formed_again_at_the_briefing_everyone_is_seated_and_dealt_afresh() -> None:
    table = in_the_lobby()
    table.do("facilitator", "OpenPhase", phase="briefing")
    for person in ("p1", "p2", "p3"):
        if table.person(person).group != "g1":
            table.do("facilitator", "SeatParticipant", participant=person, group="g1")
    table.do("facilitator", "FormGroups")
    assert sorted(len(table.members(group)) for group in ("g1", "g2")) == [3, 3]
    for group in ("g1", "g2"):
        cards = [card for person in table.members(group) for card in table.hand(person)]
        assert len(set(cards)) == len(cards) == 15


def test_formed_again_in_the_lobby_hands_once_dealt_are_put_right_at_once() -> None:
    table = at_play(12)
    table.do("facilitator", "OpenPhase", phase="lobby")
    for person in table.members("g1")[:3]:
        table.do("facilitator", "SeatParticipant", participant=person, group="g2")
    first, *rest = table.do("facilitator", "FormGroups")
    assert first.kind == "GroupsFormed"
    assert {event.kind for event in rest} == {"HandsDealt"}
    for group in ("g1", "g2"):
        cards = [card for person in table.members(group) for card in table.hand(person)]
        assert len(set(cards)) == len(cards) == 30


@pytest.mark.parametrize("phase", ["play", "plenary", "rate", "shortlist", "assess", "closed"])
def test_groups_are_formed_in_the_lobby_and_the_briefing_only(phase: str) -> None:
    table = in_the_lobby()
    table.do("facilitator", "OpenPhase", phase=phase)
    assert table.refused("facilitator", "FormGroups") == ("rejected", None)


def test_a_participant_is_moved_to_another_group() -> None:
    table = in_the_lobby()
    table.do("facilitator", "FormGroups")
    before, after = table.group("p1").id, other(table, "p1")
    events = table.do("facilitator", "SeatParticipant", participant="p1", group=after)
    assert events == (PersonSeated(person="p1", group=after, before=before),)
    assert table.group("p1").id == after


@pytest.mark.parametrize("phase", ["briefing", "plenary", "rate", "shortlist", "assess"])
def test_a_participant_is_moved_at_any_time(phase: str) -> None:
    table = at_play()
    table.do("facilitator", "OpenPhase", phase=phase)
    after = other(table, "p1")
    table.do("facilitator", "SeatParticipant", participant="p1", group=after)
    assert table.group("p1").id == after


def test_a_hand_comes_along_but_for_cards_held_there_already() -> None:
    table = at_play(12)
    moved = table.members("g1")[0]
    held = {card for person in table.members("g2") for card in table.hand(person)}
    before = table.hand(moved)
    assert held & set(before), "this deal shows nothing"
    events = table.do("facilitator", "SeatParticipant", participant=moved, group="g2")
    after, came = table.hand(moved), table.person(moved).came
    assert events == (
        PersonSeated(person=moved, group="g2", before="g1"),
        HandsDealt(
            group="g2",
            stage=1,
            hands={moved: after},
            why={moved: {card: came[card].why for card in after if card not in before}},
            people=(moved,),
        ),
    )
    assert {came[card].group for card in set(before) & set(after)} == {"g1"}
    assert {came[card].group for card in set(after) - set(before)} == {"g2"}
    assert len(after) == 5
    assert not held & set(after)


def test_a_hand_that_suits_comes_along_as_it_is() -> None:
    table = at_play(1)
    before = table.hand("p1")
    # Both problem statements block the same components at their first stage.
    group = other(table, "p1")
    events = table.do("facilitator", "SeatParticipant", participant="p1", group=group)
    assert events[1:] == (HandsDealt(group=group, stage=1, hands={}, people=("p1",)),)
    assert table.hand("p1") == before


def test_ideas_stay_with_the_group_they_were_written_in() -> None:
    table = with_ideas()
    idea = next(idea for idea in table.workshop.ideas() if idea.authors == ("p1",))
    table.do("facilitator", "SeatParticipant", participant="p1", group=other(table, "p1"))
    assert table.idea(idea.id) == idea


def test_only_a_participant_of_this_workshop_is_seated() -> None:
    table = at_play()
    lead = table.invite(Role.TABLE_LEAD, "g1")
    for person in ("p99", "facilitator", lead):
        assert table.refused("facilitator", "SeatParticipant", participant=person, group="g1") == (
            "rejected",
            "participant",
        )


def test_only_a_group_of_this_workshop_takes_anybody() -> None:
    table = at_play()
    for group in ("g9", "all", "sharing"):
        assert table.refused("facilitator", "SeatParticipant", participant="p1", group=group) == (
            "rejected",
            "group",
        )


def test_somebody_who_sits_there_is_not_moved_there() -> None:
    table = at_play()
    fields = {"participant": "p1", "group": table.group("p1").id}
    assert table.refused("facilitator", "SeatParticipant", **fields) == ("rejected", "group")
    assert table.told("facilitator", "SeatParticipant", **fields) == (
        "Person 1 already sits in this group."
    )


def test_nobody_is_moved_before_groups_are_formed() -> None:
    table = in_the_lobby()
    assert table.refused("facilitator", "SeatParticipant", participant="p1", group="g1") == (
        "rejected",
        "group",
    )


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"participant": "p1"}, "group"),
        ({"participant": "", "group": "g1"}, "participant"),
        ({"participant": "p1", "group": 1}, "group"),
        ({"participant": "p1", "group": "x" * 81}, "group"),
    ],
)
def test_a_wrong_shape_is_malformed(fields: dict[str, object], field: str) -> None:
    assert at_play().refused("facilitator", "SeatParticipant", **fields) == ("malformed", field)
