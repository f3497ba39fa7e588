"""Checking: a document in memory, as an editor has it, with all of its mistakes and their ways.

Leaves out the wording of single mistakes (`test_mistakes.py`). Always: what is kept can be
shown, changed and looked at again.
"""

import json
from typing import Any

import pytest

from app.content import look_at
from app.content.deck import is_technique
from tests.written import small_deck, small_journey


def test_a_sound_document_is_kept_and_has_its_material() -> None:
    reading = look_at(small_journey(), "x", "journey")
    assert reading.mistakes == ()
    assert reading.document == small_journey()
    assert reading.material is not None
    assert reading.material.model_dump(mode="json") == small_journey()


def test_a_document_with_mistakes_is_kept_and_each_mistake_has_its_way() -> None:
    journey = small_journey()
    journey["title"] = ""
    journey["stages"][1]["barriers"][0]["com_b"] = ["wishes"]
    journey["stages"].append({"title": "Plan", "barriers": []})
    reading = look_at(journey, "x", "journey")
    assert reading.document == journey
    assert reading.material is None
    assert {mistake.way for mistake in reading.mistakes} == {
        ("title",),
        ("stages", 1, "barriers", 0, "com_b", 0),
        ("stages", 2, "who"),
        ("stages", 2, "does"),
        ("stages", 2, "when"),
        ("stages", 2, "barriers"),
        ("stages", 2, "title"),
    }


def test_text_is_kept_in_one_form_of_unicode() -> None:
    reading = look_at(small_journey() | {"title": "Cafe\u0301"}, "x", "journey")
    assert isinstance(reading.document, dict)
    assert reading.document["title"] == "Caf\u00e9"
    assert reading.material is not None
    assert reading.material.title == "Caf\u00e9"


def test_the_name_of_the_schema_is_allowed_at_the_top_alone_and_not_kept() -> None:
    journey: dict[str, Any] = {"$schema": "../docs/schemas/journey.schema.json", **small_journey()}
    assert look_at(journey, "x", "journey").document == small_journey()
    assert look_at(journey, "x", "journey").mistakes == ()
    journey["stages"][0]["$schema"] = "x"
    [mistake] = look_at(journey, "x", "journey").mistakes
    assert mistake.way == ("stages", 0, "$schema")
    [mistake] = look_at({**small_journey(), "$schema": 3}, "x", "journey").mistakes
    assert mistake.way == ("$schema",)


@pytest.mark.parametrize("text", ["\ud83d", "a\udc00b"])
def test_what_cannot_be_sent_is_told_and_not_kept(text: str) -> None:
    reading = look_at(small_journey() | {"title": text}, "x", "journey")
    assert reading.mistakes
    json.dumps(reading.document, ensure_ascii=False).encode()


def test_the_same_mistakes_are_told_of_a_deck_in_json_as_in_a_table() -> None:
    deck = small_deck()
    deck["cards"][0] |= {"title": "x" * 61, "east": ["Fun"], "bct": ["Prompts"]}
    deck["cards"][1] |= {"mindspace": ["Nudge"], "insight": "word " * 41, "id": "default"}
    del deck["cards"][1]["study"]
    found = {mistake.way: mistake.message for mistake in look_at(deck, "x", "deck").mistakes}
    assert found.keys() == {
        ("cards", 0, "title"),
        ("cards", 0, "east", 0),
        ("cards", 0, "bct", 0),
        ("cards", 1, "mindspace", 0),
        ("cards", 1, "insight"),
        ("cards", 1, "id"),
        ("cards", 1, "study"),
    }
    assert "Easy, Attractive, Social or Timely" in found["cards", 0, "east", 0]


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("7.1 Prompts/cues", True),
        ("16.3 Vicarious consequences", True),
        ("16.4 Nothing", False),
        ("0.1 Nothing", False),
        ("17.1 Nothing", False),
        ("7.1", False),
        ("7.1 One; 7.2 Two", False),
        ("Prompts/cues", False),
    ],
)
def test_a_technique_has_a_number_of_the_taxonomy_and_a_name(text: str, known: bool) -> None:
    assert is_technique(text) is known
