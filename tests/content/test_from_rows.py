"""From rows: headings are forgiving, cells are not lost, and every mistake is told at once.

Leaves out encodings and workbooks (`test_from_csv.py`, `test_from_xlsx.py`). Always: rows are
read through a whole file, as somebody would bring it.
"""

from typing import Any

import pytest

from app.content import Deck, Reading, Sort, read_file
from app.content.rows_deck import shipped
from app.game.material import Journey
from tests.sheets import FIRST, HEADINGS, SECOND, TABLE, cards, csv_of

Rows = Any


def read(rows: Rows, sort: Sort | None = "journey") -> Reading:
    return read_file(csv_of(rows).encode(), "p.csv", sort)


def told(reading: Reading) -> list[str]:
    return [str(mistake).removeprefix("p.csv: ") for mistake in reading.mistakes]


def with_column(heading: str, *cells: str) -> list[tuple[str, ...]]:
    return [(*row, cell) for row, cell in zip(TABLE, (heading, *cells), strict=True)]


def sound(reading: Reading) -> Journey:
    assert told(reading) == []
    assert isinstance(reading.material, Journey)
    return reading.material


PLAIN = sound(read(TABLE))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("COM-B", "com_b"),
        ("COM-B", "Com B"),
        ("OPM stage", "OPM"),
        ("Barrier", " barrier text "),
        ("Who", "WHO?"),
        ("Does", "Does what"),
        ("Document", "Source 1"),
        ("Problem", "Problem title (what participants see)"),
    ],
)
def test_headings_are_forgiving(old: str, new: str) -> None:
    headings = tuple(new if heading == old else heading for heading in HEADINGS)
    assert sound(read((headings, *TABLE[1:]))) == PLAIN


def test_the_columns_may_stand_in_any_order() -> None:
    assert sound(read([tuple(reversed(row)) for row in TABLE])) == PLAIN


def test_what_several_rows_share_may_be_repeated_but_not_differ() -> None:
    repeated = (*FIRST[:6], "There is no will.", *FIRST[7:])
    rows = (HEADINGS, FIRST, repeated, (*FIRST[:2], *SECOND[2:]))
    assert [len(stage.barriers) for stage in sound(read(rows)).stages] == [2, 1]
    other = ("Meetings", "", "Plan", "Nobody", *repeated[4:])
    assert told(read((HEADINGS, FIRST, other, SECOND))) == [
        "line 3, column Problem: expected the same as in line 2, column Problem, or nothing",
        "line 3, column Who: expected the same as in line 2, column Who, or nothing",
    ]


def test_several_sources_stand_in_columns_with_numbers() -> None:
    rows = [
        (*HEADINGS, "Row", "document 2", "Section_2", "Row 2", "Document 3", "Section 3"),
        (*FIRST, "A3-1", "Minutes", "May", "", "Diary", "June"),
        (*SECOND, "", "", "", "", "Diary", ""),
    ]
    reading = read(rows)
    assert told(reading) == [
        "line 3, column Section 3: this cell is empty; something has to stand in it"
    ]
    rows[2] = (*rows[2][:-1], "July")
    first, second = (stage.barriers[0].sources for stage in sound(read(rows)).stages)
    assert [source.row for source in first] == ["A3-1", None, None]
    assert [source.document for source in second] == ["A report", "Diary"]


def test_ids_that_are_left_out_are_made_from_the_words() -> None:
    same = (*SECOND[:6], "There is no time!", *SECOND[7:])
    journey = sound(read((HEADINGS, ("Größe & naïveté", *FIRST[1:]), same)))
    assert journey.id == "grosse-naivete"
    ids = [barrier.id for stage in journey.stages for barrier in stage.barriers]
    assert ids == ["there-is-no-time", "there-is-no-time-2"]
    arabic = sound(read((HEADINGS, ("مشكلة", *FIRST[1:]), SECOND)))
    assert arabic.id == "problem"


def test_ids_that_are_given_are_kept_and_may_not_be_equal() -> None:
    journey = sound(read(with_column("Barrier id", "one", "")))
    assert [stage.barriers[0].id for stage in journey.stages] == ["one", "there-is-no-room"]
    assert told(read(with_column("Barrier id", "one", "one"))) == [
        "line 3, column Barrier id: “one” is already at line 2, column Barrier id; each must be "
        "different"
    ]


def test_rows_that_are_notes_or_examples_are_not_read() -> None:
    rows = with_column("Kind of row", "", "Example")
    assert len(sound(read(rows)).stages) == 1
    assert told(read(with_column("Kind of row", "", "sample"))) == [
        "line 3, column Kind of row: expected note, example or nothing, found “sample”"
    ]


def test_a_stage_without_a_barrier_and_too_many_stages_are_mistakes() -> None:
    empty = ("", "", "Act", "Leads", "Act.", "Later", *("",) * 6)
    assert told(read((HEADINGS, FIRST, empty))) == [
        f"line 3, column {heading}: this cell is empty; something has to stand in it"
        for heading in HEADINGS[6:]
    ]
    forty = [(*SECOND[:2], f"Stage {n}", *SECOND[3:]) for n in range(39)]
    forty[30] = (*forty[30][:3], "", *forty[30][4:])
    assert told(read((HEADINGS, FIRST, *forty))) == [
        "line 14, column Stage: expected at most 12 stages, found 40; those from here on are too "
        "many",
        "line 33, column Who: this cell is empty; something has to stand in it",
    ]


def test_too_many_barriers_are_told_at_the_first_too_many_though_it_is_empty() -> None:
    rows = [(*FIRST[:6], f"Barrier {n}", *FIRST[7:]) for n in range(45)]
    rows[8] = (*rows[8][:6], "", *rows[8][7:])
    assert told(read((HEADINGS, *rows))) == [
        "line 10, column Barrier: expected at most 8 barriers, found 45; those from here on are "
        "too many",
        "line 10, column Barrier: this cell is empty; something has to stand in it",
    ]


def test_a_row_without_its_barrier_hides_nothing_else_that_is_missing() -> None:
    row = (*SECOND[:6], "", "", "", "", "Hope", "Wishes")
    empty = "this cell is empty; something has to stand in it"
    assert told(read((HEADINGS, FIRST, row))) == [
        *(f"line 3, column {heading}: {empty}" for heading in HEADINGS[6:10]),
        "line 3, column OPM stage: expected Consider, Create, Communicate or Commit, found “Hope”",
        told(read((HEADINGS, FIRST, (*SECOND[:11], "Wishes"))))[0],
    ]


def test_columns_that_are_missing_are_told_once_each() -> None:
    rows = [(row[0], row[2], row[6]) for row in TABLE]
    found = told(read(rows))
    assert found == [
        f"line 1: there is no column called {heading}"
        for heading in sorted(set(HEADINGS) - {"Problem", "Stage", "Barrier"})
    ]


def test_headings_nobody_knows_and_headings_twice_are_told() -> None:
    assert told(read(with_column("Comment", "", "Hm"))) == [
        "line 1, column 13: no column is called “Comment”; correct it or take it out. There are: "
        "Kind of row, Problem, Statement, Problem id, Stage, Who, Does, When, Barrier, "
        "Barrier id, Finding, Document, Section, Row, OPM stage, Levels, COM-B"
    ]
    assert sound(read(with_column("Comment", "", ""))) == PLAIN
    assert told(read(with_column("who", "x", "y"))) == [
        "line 1, column 13: there is a column “who” at line 1, column Who already"
    ]


def test_markup_and_characters_nobody_sees_are_told_by_cell() -> None:
    rows = (HEADINGS, FIRST, (*SECOND[:6], "<b>No</b> room", "bell\x07 \u202e", *SECOND[8:]))
    assert told(read(rows)) == [
        "line 3, column Barrier: expected plain text, found what looks like HTML: “<b>”",
        "line 3, column Finding: expected text that can be seen, found the character U+0007",
    ]


def test_a_table_without_rows_and_text_without_a_table_are_told() -> None:
    assert told(read((HEADINGS,))) == ["line 1: expected a barrier to a row below these headings"]
    assert "expected a row of headings" in told(read((("Dear Ann,",), ("how are you?",))))[0]


def test_the_wrong_kind_of_table_is_told_as_such() -> None:
    assert told(read(cards({}))) == [
        "the headings: expected those of a problem statement, found those of a deck of cards"
    ]
    assert read(cards({}), None).mistakes == ()
    assert read(TABLE, None).mistakes == ()


def test_more_mistakes_than_anybody_reads_are_counted() -> None:
    rows = [(*SECOND[:6], f"b {n}", "", "", "", "", "") for n in range(200)]
    found = told(read((HEADINGS, FIRST, *rows)))
    assert len(found) == 501
    assert found[-1].startswith("the rest: ")


def test_more_rows_than_a_workshop_could_use_are_not_read_and_hide_nothing() -> None:
    rows = [(*SECOND[:6], f"b {n}", *SECOND[7:]) for n in range(502)]
    rows[499] = (*rows[499][:11], "Wishes")
    rows[500] = (*rows[500][:11], "Hopes")
    found = told(read((HEADINGS, FIRST, *rows[1:])))
    assert found[0] == (
        "line 502: expected at most 500 rows, found 502; those from here on are not read"
    )
    assert any(line.startswith("line 501, column COM-B: ") for line in found)
    assert not any("Hopes" in line for line in found)


# Cards


def deck(reading: Reading) -> Deck:
    assert told(reading) == []
    assert isinstance(reading.material, Deck)
    return reading.material


def test_a_table_of_cards_is_a_deck_with_the_general_warning() -> None:
    made = deck(read(cards({"East": "easy, SOCIAL"}, {"Title": "Prompt", "BCT": ""}), "deck"))
    assert [card.id for card in made.cards] == ["default", "prompt"]
    assert made.cards[0].east == ("Easy", "Social")
    assert made.warning.model_dump(mode="json") == shipped()["warning"]
    [family] = made.families
    assert family.about == next(
        each["about"] for each in shipped()["families"] if each["name"] == "Social influence"
    )


@pytest.mark.parametrize(
    "written",
    [
        "10.1000/182",
        "https://doi.org/10.1000/182",
        "http://dx.doi.org/10.1000/182",
        "doi: 10.1000/182",
    ],
)
def test_a_doi_may_be_written_as_an_address_in_a_table(written: str) -> None:
    assert deck(read(cards({"DOI": written}), "deck")).cards[0].study.doi == "10.1000/182"


def test_the_mistakes_of_a_deck_are_told_row_by_row() -> None:
    rows = cards(
        {"Card id": "one"},
        {"Card id": "one", "Title": "Two", "DOI": "", "EAST": "Fun", "BCT": "9.9 Nothing"},
        {"Title": "x" * 61, "Insight": "word " * 41, "Family": "Social influnce", "DOI": "none"},
        {"Title": "Four", "Study year": "about 2003", "Replication": "good"},
        {"Title": "Five", **dict.fromkeys(("Study authors", "Study year", "Study title"), "")},
    )
    found = told(read(rows, "deck"))
    empty = "this cell is empty; something has to stand in it"
    family = found.pop(4)
    assert family.startswith("line 4, column Family: the family “Social influnce” is not known. ")
    assert "“Social influence”" in family
    assert found == [
        "line 3, column DOI: " + empty,
        "line 3, column Card id: “one” is already at line 2, column Card id; each must be "
        "different",
        "line 3, column EAST: expected Easy, Attractive, Social or Timely, found “Fun”",
        "line 3, column BCT: expected a technique of the BCT Taxonomy by number and name, as in "
        "7.1 Prompts/cues, found “9.9 Nothing”",
        "line 4, column Title: expected at most 60 characters, found 61",
        "line 4, column Insight: expected at most 40 words, found 41",
        "line 4, column DOI: expected a DOI that begins with 10, as in 10.1000/182, found “none”",
        "line 5, column Study year: expected a whole number, found “about 2003”",
        "line 5, column Replication: expected Strong, Moderate, Mixed or Contested, found “good”",
        *(f"line 6, column Study {what}: {empty}" for what in ("authors", "year", "title")),
    ]


def test_a_family_of_ones_own_says_what_it_is_about() -> None:
    own = {"Family": "Ours", "About the family": "What we found."}
    made = deck(read(cards(own, {"Title": "Two", "Family": "Ours"}), "deck"))
    assert [(family.name, family.about) for family in made.families] == [("Ours", "What we found.")]
    differs = {**own, "Title": "Two", "About the family": "Else."}
    assert told(read(cards(own, differs), "deck")) == [
        "line 3, column About the family: expected the same as in line 2, column About the "
        "family, or nothing"
    ]
    alone = {"Title": "Two", "Family": "", "About the family": "Of what?"}
    assert told(read(cards(own, alone), "deck"))[-1] == (
        "line 3, column About the family: expected a family in the same row"
    )


def test_a_warning_of_ones_own_has_its_figures_in_columns_with_numbers() -> None:
    figures = {"Claim": "A.", "Claim reference": "B (2020)", "Claim DOI": "doi:10.1000/1"}
    figures |= {"Claim 2": "C.", "Claim reference 2": "D (2021)", "Claim DOI 2": "10.1000/2"}
    warned = {"Warning title": "Mind", "Warning": "This.", **figures}
    made = deck(read(cards(warned), "deck"))
    assert [figure.doi for figure in made.warning.figures] == ["10.1000/1", "10.1000/2"]
    assert told(read(cards({**warned, "Claim reference 2": ""}), "deck")) == [
        "line 2, column Claim reference 2: this cell is empty; something has to stand in it"
    ]
