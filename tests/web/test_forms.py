"""What a posted form asks for, read off the command's own fields."""

from typing import Any

import pytest
from starlette.datastructures import FormData

from app import game  # noqa: F401 (so that every command is known)
from app.web.forms import message, on_page

RATE = {"idea": "i1", "impact": "4", "effort": "", "amenability": "1", "reason": " "}


def asked(kind: str, *fields: tuple[str, str]) -> dict[str, Any]:
    return message(FormData([("kind", kind), ("ref", "a-ref-of-a-form"), *fields]))


def test_a_mark_is_a_number_and_an_empty_one_is_dont_know() -> None:
    body = asked("RateIdea", *RATE.items())
    assert body["impact"] == 4
    assert body["effort"] is None
    assert body["amenability"] == 1
    assert body["reason"] is None


@pytest.mark.parametrize("mark", ["four", "-1", "1.5", "٣", "1" * 10])
def test_a_mark_that_is_no_plain_number_stays_as_it_is_for_the_rules_to_refuse(mark: str) -> None:
    assert asked("RateIdea", *{**RATE, "impact": mark}.items())["impact"] == mark


def test_a_stage_is_a_number_and_a_group_is_text() -> None:
    body = asked("MoveGroup", ("group", "1"), ("stage", "2"), ("step", "write"))
    assert (body["group"], body["stage"], body["step"]) == ("1", 2, "write")


def test_yes_and_no_are_told_by_words() -> None:
    assert asked("ShareResults", ("shared", "true"))["shared"] is True
    assert asked("ShareResults", ("shared", "false"))["shared"] is False
    assert asked("ShareResults", ("shared", "1"))["shared"] == "1"


def test_ticked_boxes_and_lines_become_lists() -> None:
    assert asked("MergeIdeas", ("ideas", "i1"), ("ideas", "i2"))["ideas"] == ["i1", "i2"]
    assert asked("RecordAssessment", ("themes", "Time\r\n\r\n Trust "))["themes"] == [
        "Time",
        "Trust",
    ]


def test_what_was_chosen_before_a_mistake_counts_where_nothing_is_chosen_now() -> None:
    kept = ("kept_card", "reminders")
    assert asked("SubmitIdea", kept)["card"] == "reminders"
    assert asked("SubmitIdea", kept, ("card", "default-effect"))["card"] == "default-effect"


def test_names_with_dots_become_objects() -> None:
    body = asked(
        "RecordAssessment",
        ("criteria.equity.judgement", "mixed"),
        ("criteria.equity.said", ""),
    )
    assert body["criteria"] == {"equity": {"judgement": "mixed", "said": None}}


def test_what_a_command_does_not_have_is_the_pages_own() -> None:
    body = asked("Spotlight", ("idea", ""), ("form_name", "x"))
    assert body == {"kind": "Spotlight", "ref": "a-ref-of-a-form", "idea": None}
    assert asked("Nothing", ("idea", "i1")) == {"kind": "Nothing", "ref": "a-ref-of-a-form"}


def test_a_field_left_empty_is_told_in_the_pages_words() -> None:
    assert on_page("“card” is missing.", "card", "SubmitIdea").startswith("Choose a card")
    assert on_page("“words” is empty.", "words", "BuildOn").startswith("Write what you want")
