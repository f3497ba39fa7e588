"""What the buttons of the editor do, and that one which fits nothing does nothing."""

from copy import deepcopy

import pytest

from app.drafting.acts import act
from app.drafting.shape import Draft, blank, blank_barrier, blank_stage
from app.drafting.shape import fields as fields_of


def draft(*stages: str) -> Draft:
    """Stages named by a letter, each with barriers named by the letters that follow."""
    made = [
        {
            **blank_stage(),
            "title": stage[0],
            "barriers": [{**blank_barrier(), "text": text} for text in stage[1:]],
        }
        for stage in stages
    ]
    return {**blank(), "stages": made}


def read(made: Draft) -> list[str]:
    return [s["title"] + "".join(b["text"] for b in s["barriers"]) for s in made["stages"]]


@pytest.mark.parametrize(
    ("button", "to", "after", "focus"),
    [
        ("up-stage-1", None, ["Bcd", "Aab"], "down-stage-0"),
        ("down-stage-0", None, ["Bcd", "Aab"], "up-stage-1"),
        ("remove-stage-0", None, ["Bcd"], "stages-0-title"),
        ("remove-stage-1", None, ["Aab"], "stages-0-title"),
        ("down-barrier-0-0", None, ["Aba", "Bcd"], "up-barrier-0-1"),
        ("up-barrier-1-1", None, ["Aab", "Bdc"], "down-barrier-1-0"),
        ("remove-barrier-1-0", None, ["Aab", "Bd"], "stages-1-barriers-0-text"),
        ("move-barrier-0-1", 1, ["Aa", "Bcdb"], "stages-1-barriers-2-text"),
    ],
)
def test_things_move_and_go(button: str, to: int | None, after: list[str], focus: str) -> None:
    before = draft("Aab", "Bcd")
    acted = act(before, button, to)
    assert acted is not None
    assert read(acted.draft) == after
    assert acted.focus == focus
    assert read(before) == ["Aab", "Bcd"]  # and what was given is as it was


@pytest.mark.parametrize(
    ("button", "focus"),
    [
        ("add-stage", "stages-2-title"),
        ("add-barrier-0", "stages-0-barriers-2-text"),
        ("add-source-1-1", "stages-1-barriers-1-sources-1-document"),
    ],
)
def test_things_are_added_where_one_goes_on(button: str, focus: str) -> None:
    acted = act(draft("Aab", "Bcd"), button)
    assert acted is not None
    assert acted.focus == focus
    assert fields_of(acted.draft)[focus] == ""
    assert acted.done.startswith("Added a ")


def test_one_that_moves_on_keeps_its_button() -> None:
    acted = act(draft("A", "B", "C"), "down-stage-0")
    assert acted is not None
    assert acted.focus == "down-stage-1"


def test_where_nothing_is_left_one_goes_on_at_adding() -> None:
    for button, focus in (("remove-stage-0", "add-stage"), ("remove-barrier-0-0", "add-barrier-0")):
        acted = act(draft("Aa"), button)
        assert acted is not None
        assert acted.focus == focus


@pytest.mark.parametrize(
    "button",
    [
        "save", "", "add", "up-stage-0", "down-stage-1", "up-stage-7", "remove-barrier-0",
        "add-stage-0", "remove-barrier-0-9", "remove-barrier-9-0", "add-source-0-9",
        "move-barrier-0-0", "up-stage--1", "remove-stage-0-0", "add-barrier", "fly-stage-0",
        "add-card-0", "remove-stage-²", "move-stage-0",
    ],
)  # fmt: skip
def test_what_fits_nothing_does_nothing(button: str) -> None:
    before = draft("Aab", "Bcd")
    kept = deepcopy(before)
    assert act(before, button) is None
    assert before == kept


@pytest.mark.parametrize("to", [0, 5, -1])
def test_a_barrier_moves_only_to_another_stage_that_is_there(to: int) -> None:
    assert act(draft("Aab", "Bcd"), "move-barrier-0-0", to) is None
