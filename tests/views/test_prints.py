"""Paper: what is laid out where.

Leaves out whether text fits, which a browser measures (tests/browser/test_print.py).
Always: no page is asked for; these are plain functions.
"""

from hypothesis import given
from hypothesis import strategies as st

from app.content.deck import LONGEST_FACE, LONGEST_TITLE
from app.game.material import Card, ComB, Study
from app.main import shipped_content
from app.views.prints import (
    BACK_HOLDS,
    DOUBTED,
    PER_SHEET,
    mirrored,
    notes,
    printed,
    printed_deck,
    sheets,
    shortened,
)

DECK = shipped_content().deck.cards


def test_eight_places_are_mirrored_column_by_column() -> None:
    assert mirrored("abcdefgh") == tuple("badcfehg")


@given(st.lists(st.integers(), min_size=1, max_size=100, unique=True))
def test_every_back_lies_behind_its_front(items: list[int]) -> None:
    made = sheets(items, "both")
    fronts, backs = made[::2], made[1::2]
    assert {each.side for each in fronts} == {"front"}
    assert {each.side for each in backs} == {"back"}
    assert [each for sheet in fronts for each in sheet.places if each is not None] == items
    for front, back in zip(fronts, backs, strict=True):
        assert len(front.places) == PER_SHEET
        assert mirrored(back.places) == front.places
        assert (front.number, front.of) == (back.number, back.of)


@given(st.lists(st.integers(), max_size=50, unique=True))
def test_fronts_only_and_folded_have_everything_once(items: list[int]) -> None:
    for side, size in (("fronts", 8), ("fold", 4)):
        made = sheets(items, side)  # type: ignore[arg-type]
        assert [each for sheet in made for each in sheet.places if each is not None] == items
        assert len(made) == -(-len(items) // size)


def test_a_part_of_the_deck_keeps_the_numbers_of_the_whole() -> None:
    chosen = [DECK[4], DECK[70]]
    assert [card.number for card in printed_deck(DECK, chosen)] == [5, 71]


def test_nothing_of_the_cards_that_come_with_the_program_is_shortened() -> None:
    for number, card in enumerate(DECK, start=1):
        made = printed(card, number)
        assert not made.cut, card.id
        assert (made.title, made.insight, made.question) == (
            card.title,
            card.insight,
            card.question,
        )
        assert (made.finding, made.study) == (card.finding, card.study.citation)
        assert made.replication_source == card.replication_source
        assert made.caution == (card.caution or "")


def test_a_back_says_what_was_not_checked_and_how_a_card_is_used_or_where_that_stands() -> None:
    sent_away = small = 0
    for number, card in enumerate(DECK, start=1):
        made = printed(card, number)
        for name in ("unverified", "used"):
            whole, here = getattr(card, name), getattr(made, name)
            assert here == ("" if name in made.noted else whole or "")
            assert (name in made.noted) <= (whole is not None)
        sent_away += bool(made.noted)
        assert "unverified" not in made.noted, "what was not checked is said on the card itself"
        small += made.back == "xxs"
    assert small <= 14, "most backs are in letters of 7 points or more"
    assert sent_away <= 8, "hardly any card sends its reader to another sheet"


def test_the_notes_sheet_has_every_card_under_the_number_on_paper_and_whole() -> None:
    rows = notes(DECK)
    assert [row.number for row in rows] == [card.number for card in printed_deck(DECK, DECK)]
    for row, card in zip(rows, DECK, strict=True):
        for name in ("title", "replication", "replication_source", "unverified", "used"):
            assert getattr(row, name) == getattr(card, name)


def test_the_longest_face_that_a_deck_may_have_fits_the_front() -> None:
    half = LONGEST_FACE // 2
    words = {"insight": "x" * half, "question": "y" * (LONGEST_FACE - half)}
    card = longest_card().model_copy(update={"title": "t" * LONGEST_TITLE, **words})
    assert card.replication in DOUBTED
    paper = printed(card, 1)
    assert (paper.insight, paper.question) == (card.insight, card.question)


def test_a_card_with_the_longest_texts_there_can_be_is_shortened_and_says_so() -> None:
    made = printed(longest_card(), 1)
    assert made.cut
    assert (made.noted, made.unverified, made.used) == (("unverified", "used"), "", "")
    behind = (
        made.study, made.finding, made.setting, made.replication_source, made.caution, made.doi
    )  # fmt: skip
    assert sum(map(len, behind)) <= BACK_HOLDS[-1][1]
    assert all(text.endswith("…") for text in behind[:-1])
    assert len(made.title) <= 70


@given(st.lists(st.text(max_size=400), max_size=6), st.integers(0, 500))
def test_shortened_texts_fit_and_are_left_alone_where_they_did(texts: list[str], most: int) -> None:
    made, cut = shortened(texts, most)
    assert sum(map(len, made)) <= most
    assert len(made) == len(texts)
    if sum(map(len, texts)) <= most:
        assert (made, cut) == (texts, False)


def longest_card() -> Card:
    """A card with every text as long as it may be, in words of usual length."""
    text = ("word and longer ones " * 80)[:1490]
    return Card(
        id="long", title="A title " * 30, family="Family " * 40, insight=text, question=text,
        used=text,
        study=Study(authors="Author " * 40, year=2000, title="Title " * 49, outlet="Outlet " * 40,
                    pages=None, doi="10.1234/" + "x" * 60),
        finding=text, setting=text, replication="contested", replication_source=text, caution=text,
        com_b=(*ComB,), east=(), mindspace=(), bct=(), unverified=text,
    )  # fmt: skip
