"""Paper: what is laid out where.

Leaves out whether text fits, which a browser measures (tests/browser/test_print.py).
Always: no page is asked for; these are plain functions.
"""

from hypothesis import given
from hypothesis import strategies as st

from app.game.material import Barrier, Card, ComB, Journey, JourneyStage, Source, Study
from app.main import shipped_content
from app.views.prints import (
    BACK_HOLDS,
    PER_SHEET,
    mirrored,
    printed,
    printed_barriers,
    printed_deck,
    printed_journey,
    sheets,
    shortened,
)

DECK = shipped_content().deck.cards
JOURNEYS = shipped_content().journeys


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
        assert made.unverified is bool(card.unverified)


def test_a_card_with_the_longest_texts_there_can_be_is_shortened_and_says_so() -> None:
    made = printed(longest_card(), 1)
    assert made.cut
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


def test_barriers_are_numbered_by_stage_and_place() -> None:
    for journey in JOURNEYS:
        made = printed_barriers(journey)
        assert [each.number for each in made] == [
            f"{number}.{place}"
            for number, stage in enumerate(journey.stages, start=1)
            for place, _ in enumerate(stage.barriers, start=1)
        ]
        texts = [each.text for stage in journey.stages for each in stage.barriers]
        assert [each.text for each in made] == texts
        assert all(each.sources and each.finding for each in made)


def test_posters_have_every_stage_and_barrier_of_a_journey_whole() -> None:
    for journey in JOURNEYS:
        made = printed_journey(journey)
        assert (made.title, made.statement) == (journey.title, journey.statement)
        assert [each.title for each in made.stages] == [each.title for each in journey.stages]
        assert [each.does for each in made.stages] == [each.does for each in journey.stages]
        texts = [each.text for stage in journey.stages for each in stage.barriers]
        assert [text for stage in made.stages for text in stage.barriers] == texts


def test_a_journey_as_large_as_can_be_still_has_its_posters() -> None:
    made = printed_journey(largest_journey())
    assert len(made.stages) == 12
    assert {len(stage.barriers) for stage in made.stages} == {8}
    assert {stage.size for stage in made.stages} == {"xs"}


def largest_journey() -> Journey:
    """Twelve stages of eight barriers, all texts as long as they may be."""
    return Journey(
        id="largest",
        title="T " * 150,
        statement="Statement " * 140,
        stages=tuple(
            JourneyStage(
                title=f"{n} title " * 25, who="Who " * 70, does="Does what " * 49,
                when="When " * 50,
                barriers=tuple(
                    Barrier(
                        id=f"b-{n}-{m}", text="Barrier " * 49, finding="Finding " * 180,
                        sources=(Source(document="D " * 140, section="S " * 140),),
                        opm="consider", com_b=("motivation-reflective",),
                    )
                    for m in range(8)
                ),
            )
            for n in range(12)
        ),
    )  # fmt: skip


def longest_card() -> Card:
    """A card with every text as long as it may be, in words of usual length."""
    text = ("word and longer ones " * 80)[:1490]
    return Card(
        id="long", title="A title " * 30, family="Family " * 40, insight=text, question=text,
        used=None,
        study=Study(authors="Author " * 40, year=2000, title="Title " * 49, outlet="Outlet " * 40,
                    pages=None, doi="10.1234/" + "x" * 60),
        finding=text, setting=text, replication="contested", replication_source=text, caution=text,
        com_b=(*ComB,), east=(), mindspace=(), bct=(), unverified=text,
    )  # fmt: skip
