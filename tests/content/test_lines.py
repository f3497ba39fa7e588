"""Lines: a mistake in a JSON file is told with the line it stands on."""

import json

import pytest

from app.content import read_file
from app.content.lines import lines_of
from app.paths import folder
from tests.written import small_deck


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_mistake_in_json_has_its_line(end: str) -> None:
    deck = small_deck()
    deck["cards"][1]["study"]["doi"] = "none"
    deck["cards"][1]["title"] = 'A "[{:,\\ title'
    del deck["cards"][0]["setting"]
    text = json.dumps(deck, indent=2)
    written = [number for number, line in enumerate(text.split("\n"), 1) if '"doi": "none"' in line]
    card = text.split("\n").index('  "cards": [') + 2
    found = read_file(text.replace("\n", end).encode("utf-8-sig"), "d.json", None).mistakes
    assert {mistake.place for mistake in found} == {
        f"line {written[0]}, cards[1].study.doi",
        f"line {card}, cards[0].setting",
    }


def test_every_value_of_a_shipped_file_is_found_on_its_line() -> None:
    text = (folder("cards") / "behavioural_insights.json").read_text(encoding="utf-8")
    lines = lines_of(text)
    for at, card in enumerate(json.loads(text)["cards"]):
        for field in ("id", "question", "setting"):
            line = text.split("\n")[lines["cards", at, field] - 1]
            assert json.dumps(card[field], ensure_ascii=False) in line
