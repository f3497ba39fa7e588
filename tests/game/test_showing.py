"""Showing: what a group has been shown of its ideas."""

from app.game.showing import presented
from tests.game.table import at_play


def test_an_idea_is_shown_when_its_stage_is_presented_and_stays_shown() -> None:
    table = at_play()
    idea = table.submit(table.members("g1")[0])
    shown = [presented(table.workshop, table.idea(idea))]
    for stage, step in ((1, "present"), (1, "write"), (2, "write")):
        table.do("facilitator", "MoveGroup", group="g1", stage=stage, step=step)
        shown.append(presented(table.workshop, table.idea(idea)))
    assert shown == [False, True, True, True]


def test_what_is_written_after_going_back_to_writing_waits_to_be_presented_again() -> None:
    table = at_play()
    one, other, *_ = table.members("g1")
    table.submit(one)
    for step in ("present", "write"):
        table.do("facilitator", "MoveGroup", group="g1", stage=1, step=step)
    idea = table.submit(other)
    assert not presented(table.workshop, table.idea(idea))
    assert table.refused(one, "BuildOn", idea=idea, words="More", as_="build") == (
        "rejected",
        "idea",
    )
    table.do("facilitator", "MoveGroup", group="g1", stage=1, step="present")
    assert presented(table.workshop, table.idea(idea), to="g1")
    assert not presented(table.workshop, table.idea(idea), to="g2")


def test_a_stage_that_was_passed_over_without_presenting_stays_private() -> None:
    table = at_play()
    idea = table.submit(table.members("g1")[0])
    table.do("facilitator", "MoveGroup", group="g1", stage=2, step="present")
    assert not presented(table.workshop, table.idea(idea))


def test_a_merged_idea_is_shown_once_all_its_parts_are() -> None:
    table = at_play()
    one, other, *_ = table.members("g1")
    parts = [table.submit(one), table.submit(other)]
    table.do("facilitator", "MergeIdeas", ideas=parts, words="Both")
    merged = f"i{table.workshop.seq}"
    assert not presented(table.workshop, table.idea(merged))
    table.do("facilitator", "MoveGroup", group="g1", stage=1, step="present")
    assert presented(table.workshop, table.idea(merged), to="g1")
