"""A deck as somebody looks through it.

Leaves out the page. Always: the deck is the one that comes with the program.
"""

import pytest

from app.game.fitting import COMPONENTS
from app.game.material import Replication
from app.main import shipped_content
from app.views.deck import CardFilter, strengths

CARDS = shipped_content().deck.cards


def test_nothing_asked_gives_all_in_their_order() -> None:
    asked, unknown = CardFilter().understood(CARDS)
    assert asked.chosen(CARDS) == CARDS
    assert (asked.asks, unknown) == ({}, ())


def test_everything_that_is_asked_holds_at_once() -> None:
    asked, unknown = CardFilter(
        "Social influence", "opportunity-social", "strong", "  ENERGY  "
    ).understood(CARDS)
    found = asked.chosen(CARDS)
    assert unknown == ()
    assert 0 < len(found) < 6
    for card in found:
        assert (card.family, card.replication) == ("Social influence", Replication.STRONG)
        assert "opportunity-social" in card.com_b
    wider = asked.without("words").chosen(CARDS)
    assert {card.id for card in found} < {card.id for card in wider}


def test_words_are_looked_for_in_study_finding_and_use_without_regard_to_capitals() -> None:
    card = CARDS[0]
    author = card.study.authors.partition(",")[0].upper()
    for words in (author, card.title.lower(), card.finding[:20], (card.used or "")[:15]):
        assert card in CardFilter(words=words).chosen(CARDS), words
    assert CardFilter(words="zzzz").chosen(CARDS) == ()


def test_words_are_found_without_their_accents_and_in_what_to_mind_and_who_tried_it_again() -> None:
    named = next(card for card in CARDS if "Gaulé" in card.study.authors)
    for words in ("gaule", "GAULÉ", "gaule\u0301"):
        assert CardFilter(words=words).chosen(CARDS) == (named,)
    minded = next(card for card in CARDS if card.caution)
    for text in (minded.caution, minded.setting, minded.replication_source):
        assert minded in CardFilter(words=text or "").chosen(CARDS)
    typed = CardFilter(words="child’s story").chosen(CARDS)
    assert typed
    assert typed == CardFilter(words="child's story").chosen(CARDS)


def test_a_card_is_found_by_its_doi_however_it_is_written() -> None:
    for card in CARDS:
        doi = card.study.doi
        for words in (doi, doi.upper(), f"doi:{doi}", f"https://doi.org/{doi}", f"({doi})."):
            assert card in CardFilter(words=words).chosen(CARDS), words
    only = CardFilter(words=CARDS[0].study.doi).chosen(CARDS)
    assert len(only) < 3


def test_a_card_is_found_by_each_of_its_tags() -> None:
    for card in CARDS:
        for frame, tags in (("EAST", card.east), ("MINDSPACE", card.mindspace), ("BCT", card.bct)):
            for tag in tags:
                assert card in CardFilter(words=f"{frame} {tag}").chosen(CARDS), tag
        for part in card.com_b:
            for words in (part, COMPONENTS[part].name, f"COM-B: {COMPONENTS[part].name}"):
                assert card in CardFilter(words=words).chosen(CARDS), words
    techniques = CardFilter(words="8.3 Habit formation").chosen(CARDS)
    assert 0 < len(techniques) < len(CARDS)


def test_marks_around_a_word_do_not_matter() -> None:
    for plain, marked in (
        ("midwife", "midwife."),
        ("dear sam", "'Dear Sam'"),
        ("dear sam", "“Dear Sam”,"),
        ("norm", "(norm)?"),
    ):
        found = CardFilter(words=plain).chosen(CARDS)
        assert found
        assert CardFilter(words=marked).chosen(CARDS) == found
    assert CardFilter(words="… ?").chosen(CARDS) == CARDS
    # Marks within a word are part of it.
    assert CardFilter(words="mid.wife").chosen(CARDS) == ()


@pytest.mark.parametrize("name", ["family", "com_b", "replication"])
def test_what_no_card_could_be_is_left_out_and_named(name: str) -> None:
    asked, unknown = CardFilter(**{name: "astrology"}, words="a").understood(CARDS)
    assert unknown == (name,)
    assert asked.asks == {"words": "a"}


def test_capitals_and_spaces_around_a_family_do_not_matter() -> None:
    asked, unknown = CardFilter(family=" framing & LOSS ", replication="Mixed").understood(CARDS)
    assert unknown == ()
    assert asked.asks == {"family": "Framing & loss", "replication": "mixed"}


def test_the_grades_are_counted_the_strongest_first() -> None:
    found = strengths(CARDS)
    assert [grade for grade, _ in found] == ["strong", "moderate", "mixed", "contested"]
    assert sum(number for _, number in found) == len(CARDS)
    assert dict(found)["contested"] == sum(c.replication == "contested" for c in CARDS)
    assert strengths(()) == (("strong", 0), ("moderate", 0), ("mixed", 0), ("contested", 0))
