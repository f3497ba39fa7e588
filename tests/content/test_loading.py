"""Content: the shipped files are sound, and every mistake in a file is told with its place.

Leaves out how single mistakes are worded (`test_mistakes.py`). Always: files with
mistakes are made here, in a folder of their own; the shipped ones are only read.
"""

import json
import shutil
from pathlib import Path

import pytest

from app.content import (
    ContentError,
    check_deck,
    check_journey,
    load_content,
    load_deck,
    load_file,
    load_journeys,
)
from app.game.fitting import fits
from app.game.material import Barrier, Journey
from tests.written import small_deck, small_journey

ROOT = Path(__file__).resolve().parent.parent.parent
JOURNEYS = ROOT / "journeys"
CARDS = ROOT / "cards" / "behavioural_insights.json"

LONGLIST = {f"A3-IS-{n}" for n in (1, 2)} | {f"A3-EC-{n}" for n in range(1, 6)}
LONGLIST |= {f"A3-FC-{n}" for n in range(1, 8)} | {f"A3-WO-{n}" for n in range(1, 7)}
TABLE_1 = {f"T1-{problem}-{n}" for problem in ("IS", "CA", "WA", "WO") for n in (1, 2)}
SECTION_2 = {
    f"S2-{opm}-B{n}"
    for opm, count in (("CONS", 3), ("CREA", 3), ("COMU", 3), ("COMT", 4))
    for n in range(1, count + 1)
}


@pytest.fixture(scope="module")
def journeys() -> tuple[Journey, ...]:
    return load_journeys(JOURNEYS)


def barriers(journeys: tuple[Journey, ...]) -> list[Barrier]:
    return [
        barrier for journey in journeys for stage in journey.stages for barrier in stage.barriers
    ]


def told(error: pytest.ExceptionInfo[ContentError]) -> list[str]:
    return str(error.value).splitlines()


def write(path: Path, document: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_the_four_problem_statements_come_in_the_order_of_the_report(
    journeys: tuple[Journey, ...],
) -> None:
    assert [journey.id for journey in journeys] == [
        "information-sharing",
        "cross-agency-communication",
        "within-agency-communication",
        "wider-organisations",
    ]


def test_the_shipped_deck_and_journeys_have_no_mistakes() -> None:
    content = load_content(CARDS, JOURNEYS)
    first = content.deck.cards[0]
    assert content.deck.card(first.id) is first
    assert content.deck.card("no-such-card") is None
    assert content.journey("wider-organisations") is content.journeys[3]
    assert content.journey("no-such-problem") is None


def test_every_row_of_the_report_stands_behind_a_barrier(journeys: tuple[Journey, ...]) -> None:
    rows = {source.row for barrier in barriers(journeys) for source in barrier.sources}
    expected = LONGLIST | TABLE_1 | SECTION_2
    assert len(expected) == 41
    assert rows - {None} == expected


def test_each_row_is_named_with_the_section_it_is_printed_in(journeys: tuple[Journey, ...]) -> None:
    sections = {"A3": "Annex 3", "T1": "Table 1, section 3.1", "S2-CONS": "2.2.2"}
    sections |= {"S2-CREA": "2.3.2", "S2-COMU": "2.4.2", "S2-COMT": "2.5.2"}
    for barrier in barriers(journeys):
        for source in barrier.sources:
            if source.row:
                table = source.row.rsplit("-", 1 if source.row.startswith("S2") else 2)[0]
                assert (source.row, source.section) == (source.row, sections[table])


def test_a_section_2_barrier_keeps_the_opm_stage_of_its_section(
    journeys: tuple[Journey, ...],
) -> None:
    stages = {"CONS": "consider", "CREA": "create", "COMU": "communicate", "COMT": "commit"}
    for barrier in barriers(journeys):
        rows = [source.row for source in barrier.sources if source.row]
        for row in rows:
            if row.startswith("S2"):
                assert (barrier.id, barrier.opm) == (barrier.id, stages[row.split("-")[1]])


def test_a_shipped_journey_has_four_to_six_stages_of_one_to_four_barriers(
    journeys: tuple[Journey, ...],
) -> None:
    assert {4 <= len(journey.stages) <= 6 for journey in journeys} == {True}
    crowds = {len(stage.barriers) for journey in journeys for stage in journey.stages}
    assert crowds <= {1, 2, 3, 4}


def test_no_two_shipped_barriers_share_an_id_or_a_text(journeys: tuple[Journey, ...]) -> None:
    every = barriers(journeys)
    assert len({barrier.id for barrier in every}) == len(every)
    assert len({barrier.text for barrier in every}) == len(every)


def test_a_barrier_fits_on_a_card(journeys: tuple[Journey, ...]) -> None:
    lengths = {barrier.id: len(barrier.text.split()) for barrier in barriers(journeys)}
    assert {name: words for name, words in lengths.items() if not 12 <= words <= 25} == {}


def test_every_shipped_barrier_has_cards_that_fit_it(journeys: tuple[Journey, ...]) -> None:
    cards = load_deck(CARDS).cards
    fitting = {
        barrier.id: sum(fits(card, barrier) for card in cards) for barrier in barriers(journeys)
    }
    assert {name: number for name, number in fitting.items() if number < 2} == {}


def test_other_journeys_follow_the_reports_by_name(tmp_path: Path) -> None:
    shutil.copytree(JOURNEYS, tmp_path, dirs_exist_ok=True)
    for name in ("zebra", "apple"):
        write(tmp_path / f"{name}.json", small_journey() | {"id": name})
    found = [journey.id for journey in load_journeys(tmp_path)]
    assert found[0] == "information-sharing"
    assert found[3:] == ["wider-organisations", "apple", "zebra"]


def test_what_is_checked_is_what_was_written() -> None:
    assert check_journey(small_journey(), "x").model_dump(mode="json") == small_journey()
    assert check_deck(small_deck(), "x").model_dump(mode="json") == small_deck()


def test_repeated_ids_and_titles_are_told_with_both_places() -> None:
    journey = small_journey()
    journey["stages"][1]["title"] = " plan"
    journey["stages"][1]["barriers"][0]["id"] = "no-time"
    with pytest.raises(ContentError) as error:
        check_journey(journey, "mine")
    assert told(error) == [
        "mine: stages[1].title: “ plan” is already at stages[0].title; "
        "each must be different (in “ plan”)",
        "mine: stages[1].barriers[0].id: “no-time” is already at stages[0].barriers[0].id; "
        "each must be different (in “no-time”)",
    ]
    deck = small_deck()
    deck["cards"][1] |= {"id": "default", "title": "DEFAULT"}
    deck["families"] *= 2
    with pytest.raises(ContentError) as error:
        check_deck(deck, "deck")
    assert [mistake.place for mistake in error.value.mistakes] == [
        "families[1].name",
        "cards[1].id",
        "cards[1].title",
    ]


def test_an_insight_too_long_to_read_at_a_table_is_a_mistake() -> None:
    deck = small_deck()
    deck["cards"][0]["insight"] = "word " * 40
    check_deck(deck, "deck")
    deck["cards"][0]["insight"] = "word " * 41
    with pytest.raises(ContentError) as error:
        check_deck(deck, "deck")
    assert told(error) == [
        "deck: cards[0].insight: expected at most 40 words, found 41 (in “default”)"
    ]


def test_a_family_that_is_not_listed_is_a_mistake() -> None:
    deck = small_deck()
    deck["cards"][1]["family"] = "Habits"
    with pytest.raises(ContentError) as error:
        check_deck(deck, "deck")
    assert told(error) == [
        "deck: cards[1].family: expected one of the families “Defaults”, found “Habits” "
        "(in “prompt”)"
    ]
    del deck["families"]
    with pytest.raises(ContentError) as error:
        check_deck(deck, "deck")
    assert told(error) == ["deck: families: this field is missing"]


def test_a_shipped_journey_is_named_after_its_file_and_not_crowded(tmp_path: Path) -> None:
    journey = small_journey()
    first = journey["stages"][0]["barriers"][0]
    journey["stages"][0]["barriers"] = [{**first, "id": f"barrier-{n}"} for n in range(5)]
    check_journey(journey, "a journey that is posted may hold five")
    path = write(tmp_path / "journeys" / "other.json", journey)
    with pytest.raises(ContentError) as error:
        load_journeys(path.parent)
    assert told(error) == [
        "other.json: id: expected “other”, the name of the file",
        "other.json: stages[0].barriers[4]: expected at most 4 barriers, found 5; those from here "
        "on are too many (in “barrier-4”)",
    ]
    assert load_file(path) == check_journey(journey, "x")


def test_one_error_tells_the_mistakes_of_every_file(tmp_path: Path) -> None:
    deck, journey = small_deck(), small_journey()
    deck["cards"][1]["study"]["doi"] = "www.10.1000/182"
    del deck["cards"][1]["finding"]
    journey["stages"][0]["barriers"][0]["text"] = "<b>No</b> time."
    cards = write(tmp_path / "cards.json", deck)
    write(tmp_path / "journeys" / "meeting.json", journey)
    (tmp_path / "journeys" / "broken.json").write_text('{\n "id": "broken",\n}')
    with pytest.raises(ContentError) as error:
        load_content(cards, tmp_path / "journeys")
    assert [(mistake.file, mistake.place) for mistake in error.value.mistakes] == [
        ("cards.json", "cards[1].finding"),
        ("cards.json", "cards[1].study.doi"),
        ("broken.json", error.value.mistakes[2].place),
        ("meeting.json", "stages[0].barriers[0].text"),
    ]
    assert error.value.mistakes[2].place.startswith(("line 2", "line 3"))
    assert len(told(error)) == 4


def test_a_file_is_a_deck_or_a_journey_by_what_it_holds(tmp_path: Path) -> None:
    assert load_file(write(tmp_path / "a.json", small_deck())) == check_deck(small_deck(), "x")
    with pytest.raises(ContentError) as error:
        load_file(write(tmp_path / "b.json", ["neither"]))
    assert told(error) == [
        "b.json: the top level: expected an object, in curly brackets, found a list"
    ]


def test_a_file_or_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ContentError) as error:
        load_content(tmp_path / "cards.json", tmp_path / "journeys")
    assert told(error) == [
        "cards.json: the file: cannot be read: No such file or directory",
        "journeys: the folder: expected at least one journey, a file named .json",
    ]
