"""The deck: seventy-two cards that agree with the evidence and can be read aloud.

Leaves out whether the words are our own (`test_own_words.py`) and how mistakes in a
deck are told (`content/test_loading.py`). Always: what a card must agree with stands in
`facts/evidence.json`, one line for each card, written apart from the deck.
"""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from app.game.aloud import seconds_aloud
from app.game.material import Card, ComB, Replication

HERE = Path(__file__).resolve().parent
DECK: dict[str, Any] = json.loads(
    (HERE.parent / "cards" / "behavioural_insights.json").read_text(encoding="utf-8")
)
EVIDENCE: list[dict[str, Any]] = json.loads(
    (HERE / "facts" / "evidence.json").read_text(encoding="utf-8")
)
CARDS = [Card.model_validate(card) for card in DECK["cards"]]

LONGEST_READING = 15  # seconds, for the title and the insight together

NUMBER = r"(?<![\w.])\d[\d,]*(?:\.\d+)?"
SAID = {
    word: str(number)
    for number, word in enumerate(
        ("three", "four", "five", "six", "seven", "eight", "nine", "ten"), 3
    )
} | {"twelve": "12", "twenty": "20", "twice": "2", "double": "2", "doubled": "2"}


def words(text: str) -> list[str]:
    return text.split()


def mentions(text: str | None, what: str) -> bool:
    return text is not None and re.search(what, text, re.IGNORECASE) is not None


def numbers(text: str | None) -> set[str]:
    """The numbers in `text`, in figures or in words; DOIs are not looked into."""
    plain = re.sub(r"10\.\d{4,9}/\S+", "", (text or "").casefold())
    figures = (found.replace(",", "") for found in re.findall(NUMBER, plain))
    return {*figures, *(SAID[word] for word in re.findall(r"[a-z]+", plain) if word in SAID)}


@pytest.fixture(params=CARDS, ids=lambda card: card.id)
def card(request: pytest.FixtureRequest) -> Card:
    found = request.param
    assert isinstance(found, Card)
    return found


@pytest.fixture
def fact(card: Card) -> dict[str, Any]:
    return next(fact for fact in EVIDENCE if fact["id"] == card.id)


def test_there_are_seventy_two_cards_in_twelve_families_of_six() -> None:
    assert len(CARDS) == 72
    assert set(Counter(card.family for card in CARDS).values()) == {6}
    assert [family["name"] for family in DECK["families"]] == list(
        dict.fromkeys(card.family for card in CARDS)
    )
    assert len(DECK["families"]) == 12


def test_the_cards_are_those_of_the_evidence_in_its_order() -> None:
    assert [card.id for card in CARDS] == [fact["id"] for fact in EVIDENCE]


def test_no_two_cards_share_a_title_an_insight_or_a_question() -> None:
    for field in ("id", "title", "insight", "question"):
        assert len({getattr(card, field).casefold() for card in CARDS}) == 72


def test_every_field_of_a_card_is_written_even_where_there_is_nothing() -> None:
    expected = list(Card.model_fields)
    assert [list(card) for card in DECK["cards"]] == [expected] * 72


def test_a_study_is_cited_exactly_as_in_the_evidence(card: Card, fact: dict[str, Any]) -> None:
    assert card.study.model_dump() == fact["study"]


def test_a_card_is_coded_and_graded_exactly_as_in_the_evidence(
    card: Card, fact: dict[str, Any]
) -> None:
    coded = card.model_dump(mode="json", include={"family", "replication", *fact["codes"]})
    assert coded == {"family": fact["family"], "replication": fact["replication"], **fact["codes"]}


def test_a_card_names_every_replication_that_the_evidence_names(
    card: Card, fact: dict[str, Any]
) -> None:
    named = re.findall(r"10\.\d{4,9}/[^\s,;)]+", card.replication_source)
    assert [doi.rstrip(".") for doi in named] == fact["replication_dois"]


def test_numbers_are_found_in_figures_and_in_words_and_not_in_a_doi() -> None:
    text = "Twice as many, 1,581 of them (d=0.67, 20-25%), doi:10.1037/0033-2909.130.1.143."
    assert numbers(text) == {"2", "1581", "0.67", "20", "25"}


def test_every_number_on_a_card_is_one_that_the_evidence_gives_for_it(
    card: Card, fact: dict[str, Any]
) -> None:
    study, again, example = (
        set(fact["numbers"][name]) for name in ("study", "replication", "example")
    )
    assert numbers(f"{card.finding} {card.setting}") <= study
    assert numbers(card.replication_source) <= again
    assert numbers(card.used) <= example | study
    assert numbers(f"{card.insight} {card.caution} {card.unverified}") <= study | again


def test_a_card_tells_no_result_of_a_replication_where_the_evidence_has_none(
    card: Card, fact: dict[str, Any]
) -> None:
    for doi in fact["no_result"]:
        after = card.replication_source.partition(f"{doi}.")[2]
        # Nothing, or the next reference, which begins with a surname and an initial.
        assert after == "" or re.match(r" (?:On how [^:.]+: )?[A-ZÀ-Ž][\w'-]+, [A-Z]\.", after)
        assert mentions(card.unverified, "found was not checked")


def test_the_replication_grades_add_up() -> None:
    grades = Counter(card.replication for card in CARDS)
    assert grades == {
        Replication.STRONG: 26,
        Replication.MODERATE: 35,
        Replication.MIXED: 9,
        Replication.CONTESTED: 2,
    }


def test_an_insight_has_at_most_forty_words(card: Card) -> None:
    assert len(words(card.insight)) <= 40


def test_a_card_can_be_read_aloud_in_the_time_there_is(card: Card) -> None:
    assert seconds_aloud(f"{card.title} {card.insight}") <= LONGEST_READING


def test_a_title_can_be_said_in_one_breath(card: Card) -> None:
    assert len(words(card.title)) <= 7
    assert "(" not in card.title


def test_a_question_is_one_question(card: Card) -> None:
    assert card.question.endswith("?")
    assert card.question.count("?") == 1
    assert len(words(card.question)) <= 40


def test_no_two_questions_open_with_the_same_five_words() -> None:
    openings = Counter(" ".join(words(card.question)[:5]).casefold() for card in CARDS)
    assert [opening for opening, times in openings.items() if times > 1] == []


def test_a_card_that_others_could_not_repeat_says_so(card: Card) -> None:
    if card.replication is Replication.CONTESTED:
        assert mentions(card.caution, r"^Contested: do not")
    if card.replication is Replication.MIXED:
        assert mentions(card.caution, r"^Results are mixed")


@pytest.mark.parametrize(
    ("cards", "what"),
    [
        ("role-breadth dual-identity psychological-safety intergroup-contact", "correlational"),
        ("active-learning voice-fair-process omission-bias", "students"),
        ("ikea-effect batching", "retracted"),
        ("sunk-cost", "bias"),
        ("inclusive-questions", "no trial was found"),
        ("ambiguity-aversion", "outcome .* was not found"),
        ("identifiable-victim loss-framed-message", "contested"),
        (
            "descriptive-norm recognition crowding-out reciprocity public-commitment gain-framing "
            "deadlines one-to-one-request rules-of-thumb",
            "mixed",
        ),
        ("incentives-for-feedback", "surveys"),
    ],
)
def test_a_card_with_a_known_weakness_names_it(cards: str, what: str) -> None:
    named = [card for card in CARDS if card.id in cards.split()]
    assert len(named) == len(cards.split())
    assert [card.id for card in named if not mentions(card.caution, what)] == []


def test_a_card_says_what_of_its_citation_was_not_verified(
    card: Card, fact: dict[str, Any]
) -> None:
    for part in fact["from_memory"]:
        assert mentions(card.unverified, r"memory|not checked")
        if part in ("DOI", "replication"):
            assert mentions(card.unverified, rf"\b{part}\b")


def test_what_an_unread_replication_found_is_not_told_as_if_it_had_been_checked(
    card: Card, fact: dict[str, Any]
) -> None:
    if "replication" in fact["from_memory"]:
        assert mentions(card.unverified, "found was not checked|could not be found")


@pytest.mark.parametrize("id", ["gain-framing", "one-to-one-request", "public-commitment"])
def test_a_caution_that_leans_on_an_unread_replication_says_so(id: str) -> None:
    (card,) = (card for card in CARDS if card.id == id)
    assert mentions(card.caution, "which we have not read, is said to")


def test_a_reference_that_could_not_be_found_is_said_to_be_so() -> None:
    (card,) = (card for card in CARDS if card.id == "subtract-first")
    assert mentions(card.unverified, "could not be found")


def test_the_evidence_leaves_open_what_its_notes_say_it_leaves_open() -> None:
    open_parts = Counter(part for fact in EVIDENCE for part in fact["from_memory"])
    assert open_parts == {"DOI": 12, "number": 25, "replication": 19}
    assert sum(bool(fact["no_result"]) for fact in EVIDENCE) == 18


def test_every_blocked_component_but_the_physical_one_has_several_cards() -> None:
    served = Counter(component for card in CARDS for component in card.com_b)
    assert {component for component in ComB if served[component] < 6} == {
        ComB.CAPABILITY_PHYSICAL  # no barrier of the report is about it
    }


def test_the_warning_gives_each_figure_with_its_source() -> None:
    warning = DECK["warning"]
    assert warning["title"]
    assert warning["text"]
    assert [figure["doi"] for figure in warning["figures"]] == [
        "10.3982/ECTA18709",
        "10.1073/pnas.2107346118",
        "10.1073/pnas.2200300119",
    ]
    first = warning["figures"][0]["claim"]
    assert "1.4 percentage points" in first
    assert "8.7" in first
    for figure, author in zip(warning["figures"], ("DellaVigna", "Mertens", "Maier"), strict=True):
        assert figure["reference"].startswith(author)
        assert "(2022)" in figure["reference"]
