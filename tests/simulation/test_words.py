"""What simulated participants say is distinct, whole and about what it is said of."""

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.simulation.names import ORGANISATIONS
from app.simulation.words import bank, changes, fits, half, remark, think
from tests.test_own_words import digest, runs, sources

FORMS = {"message", "talk", "paper", "person", "learning", "routine"}
ROOT = Path(__file__).resolve().parents[2]
COMPONENTS = {
    f"{of}-{kind}"
    for of, kinds in {
        "capability": ("physical", "psychological"),
        "opportunity": ("physical", "social"),
        "motivation": ("automatic", "reflective"),
    }.items()
    for kind in kinds
}


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for key, inner in value.items() if isinstance(value, dict) else ():
        if key not in ("form", "forms"):
            yield from texts(inner)
    for inner in value if isinstance(value, list) else ():
        yield from texts(inner)


def every_text() -> list[str]:
    return [text for name in ("ideas", "cards", "remarks") for text in texts(bank(name))]


def barriers() -> list[dict[str, Any]]:
    """The barriers of the shipped problem statements."""
    return [
        barrier
        for path in sorted((ROOT / "journeys").glob("*.json"))
        for stage in json.loads(path.read_text())["stages"]
        for barrier in stage["barriers"]
    ]


def deck() -> list[dict[str, Any]]:
    cards = json.loads((ROOT / "cards" / "behavioural_insights.json").read_text())["cards"]
    assert isinstance(cards, list)
    return cards


def test_no_sentence_stands_twice_in_the_bank() -> None:
    assert len(every_text()) == len(set(every_text())) > 500


def test_a_text_is_whole_sentences() -> None:
    broken = re.compile(r"[{}<>\[\]_]|\s\s|\bTODO\b|\.\.|,,| [.,;:?]")
    assert [text for text in every_text() if not re.match(r"[A-Z‘].*[.?’]$", text)] == []
    assert [text for text in every_text() if broken.search(text)] == []


def test_every_quotation_is_closed() -> None:
    quoted = {text: re.sub(r"\w’\w", "", text) for text in every_text()}
    assert [t for t, bare in quoted.items() if bare.count("‘") != bare.count("’")] == []


def test_no_sentence_is_one_of_the_sources() -> None:
    copied = [text for text in every_text() if {digest(run) for run in runs(text)} & sources()]
    assert copied == []


def test_every_shipped_barrier_has_changes_of_its_own() -> None:
    known = bank("ideas")["barriers"]
    assert {barrier["id"] for barrier in barriers()} == set(known)
    assert all(len(words) >= 4 for words in known.values())


def test_every_shipped_card_has_its_turns() -> None:
    assert {card["id"] for card in deck()} == set(bank("cards"))
    for known in bank("cards").values():
        assert set(known) == {"turns", "how", "build", "risk"}
        assert {form for turn in known["turns"] for form in turn["forms"]} == FORMS


def test_every_change_has_one_of_the_forms_that_cards_know() -> None:
    parts = (bank("ideas")[part] for part in ("barriers", "components"))
    found = {change["form"] for part in parts for lines in part.values() for change in lines}
    assert found == FORMS
    assert {form for caution in bank("ideas")["cautions"] for form in caution["forms"]} == FORMS


def test_there_are_hundreds_of_distinct_changes_of_a_sensible_length() -> None:
    lines = bank("ideas")["barriers"].values()
    found = [change["words"] for changes in lines for change in changes]
    assert len(set(found)) >= 150
    assert all(70 <= len(words) <= 260 for words in found)


def test_six_people_at_every_stage_have_six_different_ideas() -> None:
    cards = deck()
    for path in sorted((ROOT / "journeys").glob("*.json")):
        for number, stage in enumerate(json.loads(path.read_text())["stages"]):
            chance = random.Random(number)
            possible = changes(stage["barriers"], chance)
            hands = chance.sample(cards, 6)
            table = [
                think(possible[seat % len(possible)], card, 0.5, chance)
                for seat, card in enumerate(hands)
            ]
            said = {thought.words for thought in table}
            assert len(said) == 6
            assert all(words is not None and 120 <= len(words) <= 450 for words in said)


def test_the_changes_of_a_stage_go_round_its_barriers() -> None:
    stage = [b for b in barriers() if b["id"].startswith("across-")][:3]
    first = [change.barrier for change in changes(stage, random.Random(1))][:3]
    assert sorted(first) == sorted(barrier["id"] for barrier in stage)


@pytest.mark.parametrize("component", sorted(COMPONENTS))
def test_a_barrier_of_one_s_own_gets_what_suits_its_components(component: str) -> None:
    found = changes([{"id": "own", "com_b": [component]}], random.Random(1))
    assert len(found) >= 4
    assert {change.barrier for change in found} == {"own"}


def test_a_barrier_that_says_nothing_of_itself_still_gets_something() -> None:
    assert len(changes([{"id": "own"}], random.Random(1))) >= 20


def test_an_idea_is_the_change_and_the_card_s_turn() -> None:
    [change, *_] = changes(barriers()[:1], random.Random(1))
    thought = think(change, {"id": "reminders"}, 1.0, random.Random(1))
    assert thought.words is not None
    assert thought.words.startswith(change.words)
    turns = [turn for turn in bank("cards")["reminders"]["turns"] if change.form in turn["forms"]]
    assert thought.words.removeprefix(change.words).strip() in [turn["words"] for turn in turns]
    assert thought.how == bank("cards")["reminders"]["how"]
    assert thought.barrier == change.barrier
    assert thought.example == change.example


def test_a_card_of_another_deck_is_spoken_of_by_its_title() -> None:
    [change, *_] = changes(barriers()[:1], random.Random(1))
    card = {"id": "own", "title": "Tea first", "insight": "People talk over tea."}
    thought = think(change, card, 1.0, random.Random(1))
    assert thought.words is not None
    assert "‘Tea first’" in thought.words
    assert thought.how == "People talk over tea."


def test_detail_decides_how_much_is_filled_in() -> None:
    change = changes(barriers()[:1], random.Random(1))[0]
    brief = think(change, {"id": "reminders"}, 0.0, random.Random(1))
    assert (brief.how, brief.example, brief.caution) == (None, None, None)


def test_a_fit_is_taken_from_the_server_where_it_tells() -> None:
    card = {"id": "reminders", "com_b": ["motivation-automatic"]}
    barrier = {"id": "b1", "com_b": ["motivation-automatic"]}
    assert fits(card, barrier, {})
    assert not fits(card, barrier, {"fits": {"reminders": []}})
    assert fits({"id": "reminders"}, barrier, {"fits": {"reminders": ["b1"]}})
    assert not fits({"id": "reminders"}, {"id": "b1"}, {})


def test_half_of_a_text_ends_with_a_word() -> None:
    assert half("one two three four") == "one two"
    assert half("one") == "one"


@pytest.mark.parametrize("organisation", [*ORGANISATIONS, "Elsewhere"])
@pytest.mark.parametrize("manner", ["build", "question", "risk"])
def test_a_remark_is_not_made_twice_while_there_are_others(manner: str, organisation: str) -> None:
    said: set[str] = set()
    for number in range(12):
        words = remark(
            manner, {"card": "reminders"}, organisation, said, random.Random(f"{number}")
        )
        assert words not in said
        said.add(words)


def test_a_risk_is_one_of_the_card_first() -> None:
    risk = bank("cards")["reminders"]["risk"]
    assert remark("risk", {"card": "reminders"}, "NHS", set(), random.Random(1)) == risk
    cautions = [caution["words"] for caution in bank("ideas")["cautions"]]
    assert remark("risk", {"card": "own"}, "NHS", set(), random.Random(1)) in cautions
