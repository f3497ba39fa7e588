"""Stages: walking a group along its journey.

Leaves out what is written there (`test_ideas.py`). Always: what a group has been shown
stays shown.
"""

import pytest

from app.game.dealing import HandsDealt
from app.game.fitting import fits
from app.game.messages import Actor, Role
from app.game.stages import GroupMoved
from tests.game.table import DECK, Table, a_journey, at_play


def moved(table: Table, who: str = "facilitator", **fields: object) -> list[tuple[str, int, str]]:
    """The groups that a move moves, with where to."""
    events = table.do(who, "MoveGroup", **fields)
    return [(e.group, e.stage, e.step) for e in events if isinstance(e, GroupMoved)]


def test_a_group_goes_from_writing_to_presenting_to_building() -> None:
    table = at_play()
    assert table.do("facilitator", "MoveGroup", group="g1", stage=1, step="present") == (
        GroupMoved(group="g1", stage=1, step="present", stage_before=1, step_before="write"),
    )
    assert table.do("facilitator", "MoveGroup", group="g1", stage=1, step="build") == (
        GroupMoved(group="g1", stage=1, step="build", stage_before=1, step_before="present"),
    )
    assert (table.group("g1").stage, table.group("g1").step) == (1, "build")
    assert (table.group("g2").stage, table.group("g2").step) == (1, "write")


def test_at_a_new_stage_played_cards_are_replaced() -> None:
    table = at_play()
    person = table.members("g1")[0]
    table.submit(person)
    assert len(table.hand(person)) == 4
    events = table.do("facilitator", "MoveGroup", group="g1", stage=2, step="write")
    assert [event.kind for event in events] == ["GroupMoved", "HandsDealt"]
    dealt = events[1]
    assert isinstance(dealt, HandsDealt)
    assert (dealt.group, dealt.stage) == ("g1", 2)
    assert len(table.hand(person)) == 5
    assert table.group("g1").reached == 2


def test_going_back_and_on_again_deals_nothing() -> None:
    table = at_play()
    table.do("facilitator", "MoveGroup", group="g1", stage=2, step="write")
    table.submit(table.members("g1")[0])
    hands = [table.hand(person) for person in table.members("g1")]
    for stage in (1, 2):
        events = table.do("facilitator", "MoveGroup", group="g1", stage=stage, step="write")
        assert [event.kind for event in events] == ["GroupMoved"]
    assert [table.hand(person) for person in table.members("g1")] == hands


def test_who_comes_or_plays_while_a_group_is_back_is_dealt_when_it_goes_on() -> None:
    journey = a_journey("sharing", 4)
    table = at_play(2, journeys=[journey])

    def go(stage: int) -> None:
        table.do("facilitator", "MoveGroup", group="g1", stage=stage, step="write")

    for stage in (2, 3, 4, 1):
        go(stage)
    kept = table.hand("p2")
    late = table.join()
    for _ in range(3):
        table.submit("p1")
    go(4)
    fit = {c.id for c in DECK if any(fits(c, b) for b in journey.barriers_at(4))}
    for person in ("p1", late):
        assert len(table.hand(person)) == 5
        assert len(fit.intersection(table.hand(person))) >= 2
    assert table.hand("p2") == kept
    hands = {person: table.hand(person) for person in ("p1", "p2", late)}
    for stage in (1, 4):
        go(stage)
        assert {person: table.hand(person) for person in hands} == hands


def test_a_step_within_a_stage_deals_nothing() -> None:
    table = at_play()
    table.submit(table.members("g1")[0])
    events = table.do("facilitator", "MoveGroup", group="g1", stage=1, step="present")
    assert [event.kind for event in events] == ["GroupMoved"]


def test_a_stage_can_be_passed_over() -> None:
    table = at_play()
    assert moved(table, group="g1", stage=3, step="write") == [("g1", 3, "write")]


@pytest.mark.parametrize("step", ["present", "build"])
def test_what_has_been_presented_stays_shown_when_the_group_goes_back(step: str) -> None:
    table = at_play()
    table.do("facilitator", "MoveGroup", group="g1", stage=1, step=step)
    assert table.group("g1").presented == {1}
    table.do("facilitator", "MoveGroup", group="g1", stage=1, step="write")
    assert table.group("g1").presented == {1}
    table.do("facilitator", "MoveGroup", group="g1", stage=2, step="write")
    assert table.group("g1").presented == {1}


def test_writing_shows_nothing() -> None:
    table = at_play()
    table.do("facilitator", "MoveGroup", group="g1", stage=2, step="write")
    assert table.group("g1").presented == frozenset()


def test_a_group_is_not_moved_to_where_it_is() -> None:
    table = at_play()
    fields = {"group": "g1", "stage": 1, "step": "write"}
    assert table.refused("facilitator", "MoveGroup", **fields) == ("rejected", "step")
    assert table.told("facilitator", "MoveGroup", **fields) == (
        "Every group asked for is there already, or at its last stage."
    )


@pytest.mark.parametrize(("group", "stage"), [("g1", 4), ("g2", 3), ("g1", 13), ("g1", 10**20)])
def test_a_group_is_not_moved_past_its_last_stage(group: str, stage: int) -> None:
    table = at_play()
    fields = {"group": group, "stage": stage, "step": "write"}
    assert table.refused("facilitator", "MoveGroup", **fields) == ("rejected", "stage")


def test_how_long_the_journey_is_is_said() -> None:
    told = at_play().told("facilitator", "MoveGroup", group="g2", stage=3, step="write")
    assert told == "This group's journey has 2 stages."


def test_a_group_that_does_not_exist_is_not_moved() -> None:
    table = at_play()
    fields = {"group": "g9", "stage": 1, "step": "present"}
    assert table.refused("facilitator", "MoveGroup", **fields) == ("rejected", "group")


def test_all_groups_are_moved_at_once() -> None:
    table = at_play()
    assert moved(table, group="all", stage=2, step="write") == [
        ("g1", 2, "write"),
        ("g2", 2, "write"),
    ]


def test_moving_all_leaves_a_group_with_a_shorter_journey_at_its_last_stage() -> None:
    table = at_play()
    table.do("facilitator", "MoveGroup", group="all", stage=2, step="build")
    assert moved(table, group="all", stage=3, step="write") == [("g1", 3, "write")]
    assert (table.group("g2").stage, table.group("g2").step) == (2, "build")


def test_moving_all_takes_a_group_with_a_shorter_journey_to_its_last_stage() -> None:
    table = at_play()
    assert moved(table, group="all", stage=3, step="write") == [
        ("g1", 3, "write"),
        ("g2", 2, "write"),
    ]


def test_moving_all_leaves_a_group_that_is_there_as_it_is() -> None:
    table = at_play()
    table.do("facilitator", "MoveGroup", group="g1", stage=2, step="present")
    assert moved(table, group="all", stage=2, step="present") == [("g2", 2, "present")]


def test_moving_all_to_where_all_are_is_rejected() -> None:
    table = at_play()
    table.do("facilitator", "MoveGroup", group="all", stage=3, step="write")
    fields = {"group": "all", "stage": 3, "step": "write"}
    assert table.refused("facilitator", "MoveGroup", **fields) == ("rejected", "step")


def test_a_table_lead_moves_their_own_group() -> None:
    table = at_play()
    lead = table.invite(Role.TABLE_LEAD, "g2")
    assert moved(table, lead, group="g2", stage=1, step="present") == [("g2", 1, "present")]


@pytest.mark.parametrize("group", ["g1", "g9", "all"])
def test_a_table_lead_moves_no_other_group(group: str) -> None:
    table = at_play()
    fields = {"group": group, "stage": 1, "step": "present"}
    for lead in (
        table.actor(table.invite(Role.TABLE_LEAD, "g2")),
        Actor("p99", Role.TABLE_LEAD),
    ):
        assert table.refused(lead, "MoveGroup", **fields) == ("rejected", "group")
        assert table.told(lead, "MoveGroup", **fields) == (
            "A table lead moves their own group only."
        )


def test_a_group_without_people_is_moved_as_well() -> None:
    table = at_play(0)
    events = table.do("facilitator", "MoveGroup", group="g1", stage=2, step="write")
    assert events[1] == HandsDealt(group="g1", stage=2, hands={})


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"group": "g1", "stage": 0, "step": "write"}, "stage"),
        ({"group": "g1", "stage": "2", "step": "write"}, "stage"),
        ({"group": "g1", "stage": True, "step": "write"}, "stage"),
        ({"group": "g1", "stage": 1, "step": "rest"}, "step"),
        ({"group": "g1", "stage": 1}, "step"),
        ({"group": ["g1"], "stage": 1, "step": "write"}, "group"),
    ],
)
def test_a_wrong_shape_is_malformed(fields: dict[str, object], field: str) -> None:
    assert at_play().refused("facilitator", "MoveGroup", **fields) == ("malformed", field)
