"""Unfit text: what looks like HTML and what shows nothing is told, and mathematics is text.

Leaves out the wording of other mistakes (`test_mistakes.py`). Always: the text stands in a
journey that is sound without it.
"""

import pytest

from app.content import look_at
from app.content.deck import MOST_WORDS
from tests.written import small_deck, small_journey


def messages(text: str) -> list[str]:
    journey = small_journey()
    journey["stages"][0]["who"] = text
    found = look_at(journey, "f", "journey").mistakes
    assert {mistake.way for mistake in found} <= {("stages", 0, "who")}
    return [mistake.message for mistake in found]


@pytest.mark.parametrize(
    "text",
    ["<b>so</b>", "a</p>", "<br/>", "<BR />", "<!-- x", "<img src=x onerror=alert(1)", "<hr>",
     "<img/src=x", "<script src = 'x'", "<a\nhref='x'>y", "<input disabled>", "<my-part>",
     "<!DOCTYPE x"],
)  # fmt: skip
def test_html_is_told_also_where_it_is_not_closed(text: str) -> None:
    [message] = messages(f"Before {text}")
    assert message.startswith("expected plain text, found what looks like HTML: “<")


@pytest.mark.parametrize(
    "text", ["p<b and c>d", "a <b, c > d", "x<i and i = 3", "1 <2>", "<3", "n<N"]
)
def test_mathematics_is_plain_text(text: str) -> None:
    assert messages(text) == []


@pytest.mark.parametrize(
    "text", ["\u200b", "\u2060", "\u00ad", "\u3164", "\u2800", "\ufeff", " \u200b \u3164"]
)
def test_text_that_shows_nothing_is_none(text: str) -> None:
    assert messages(text) == [
        "expected some text, found only characters that show nothing (in “Plan”)"
    ]
    assert messages(f"{text}Staff") == []


def test_every_field_of_a_card_has_to_show_something() -> None:
    deck = small_deck()
    deck["cards"][1] |= {"used": "\u2800", "setting": "\u200b"}
    deck["title"] = "\u3164"
    assert {mistake.way for mistake in look_at(deck, "f", "deck").mistakes} == {
        ("cards", 1, "used"),
        ("cards", 1, "setting"),
        ("title",),
    }


def test_line_ends_of_windows_are_line_ends() -> None:
    reading = look_at(small_journey() | {"statement": "One.\r\nTwo.\rThree."}, "f", "journey")
    assert reading.mistakes == ()
    assert isinstance(reading.document, dict)
    assert reading.document["statement"] == "One.\nTwo.\nThree."


@pytest.mark.parametrize("field", ["insight", "question"])
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("word " * 41, "found 41"),
        ("8% " * 14, "found 42 as they are said aloud"),
        ("a/b-c–d—" * 11, "found 44 as they are said aloud"),
        ("777,777 " * 5, "found 55 as they are said aloud"),
        ("1" * 41, "found 41 as they are said aloud"),
    ],
)
def test_a_face_is_as_long_as_it_takes_to_say(field: str, text: str, words: str) -> None:
    deck = small_deck()
    deck["cards"][1][field] = text
    [mistake] = look_at(deck, "f", "deck").mistakes
    assert mistake.way == ("cards", 1, field)
    assert mistake.message == f"expected at most {MOST_WORDS} words, {words} (in “prompt”)"


def test_a_face_has_room_on_paper() -> None:
    deck = small_deck()
    deck["cards"][1] |= {"insight": "x" * 200, "question": " " + "y" * 240 + "\n"}
    assert look_at(deck, "f", "deck").mistakes == ()
    deck["cards"][1]["question"] += "y"
    [mistake] = look_at(deck, "f", "deck").mistakes
    assert mistake.way == ("cards", 1, "question")
    assert "expected at most 440 characters in insight and question together" in mistake.message
