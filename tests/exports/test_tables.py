"""The tables of a workshop: their columns, their rows, and what stands in them of ideas.

Leaves out marks (`test_tables_ratings.py`), counts (`test_tables_use.py`), who may see
what (`test_readers.py`) and how a table becomes a file (`test_formats.py`), but for one
thing: every format has the same rows. Always: the workshop is one that was played.
"""

import io

import openpyxl
import pytest

from app.cells import FORMULA_STARTS, LONGEST_CELL
from app.exports.as_xlsx import HEADER_ROW
from app.exports.formats import formats_of, write
from app.exports.kinds import SHORTENED, fitting
from app.exports.table import Cell, Table, as_text
from app.exports.tables import TABLES, Reader, make_table
from app.views.results import status

from .played import AT, ORGANISATIONS, Played, by_idea, lines, table
from .reading import READERS, Rows

LONGLIST = [
    "idea_id", "problem", "stage", "barrier", "intervention", "how_it_works", "example", "caution",
    "card", "study", "doi", "group", "organisations", "status", "ratings", "impact", "effort",
    "amenability", "priority", "shortlisted", "reason",
]  # fmt: skip
SHORTLIST = [
    "problem", "barrier", "intervention", "how_it_works", "card", "study", "doi", "impact",
    "effort", "amenability", "priority", "proposed", "reason", "idea_id",
]  # fmt: skip


def test_there_is_a_table_for_everything_staff_take_away() -> None:
    assert list(TABLES) == [
        "longlist", "shortlist", "assessment", "ratings", "coverage", "opm", "cards",
        "participation",
    ]  # fmt: skip


@pytest.mark.parametrize("what", list(TABLES))
def test_a_table_says_what_it_is_of_which_workshop_and_when(what: str, played: Played) -> None:
    made = table(played, what)
    assert made.name == what
    assert made.title == f"{TABLES[what].title}: A workshop"
    assert made.note.endswith(".")
    assert made.made_at == AT
    assert made.rows


@pytest.mark.parametrize("what", list(TABLES))
def test_a_workshop_in_which_nothing_has_happened_has_every_table(what: str) -> None:
    assert make_table(what, Played().table.workshop, AT, Reader.STAFF).columns


def test_the_longlist_begins_with_the_agreed_columns(played: Played) -> None:
    assert [column.name for column in table(played, "longlist").columns][:21] == LONGLIST


def test_the_shortlist_begins_with_the_agreed_columns(played: Played) -> None:
    assert [column.name for column in table(played, "shortlist").columns][:14] == SHORTLIST


def test_every_idea_is_a_row_whatever_became_of_it(played: Played) -> None:
    found = by_idea(played)
    workshop = played.table.workshop
    assert list(found) == [idea.id for idea in workshop.ideas()]
    assert len(found) == 17
    assert {id: line["status"] for id, line in found.items()} == {
        idea.id: status(workshop, idea) for idea in workshop.ideas()
    }
    assert {line["status"] for line in found.values()} == {"submitted", "merged", "shortlisted"}


def test_rows_go_by_problem_as_opened_then_stage_then_idea(played: Played) -> None:
    assert list(by_idea(played)) == [
        *played.sharing, played.late, played.merged, *played.trusting, played.captured,
        played.further,
    ]  # fmt: skip
    assert [line["idea_id"] for line in lines(table(played, "shortlist"))] == [
        played.chosen,
        played.odd,
    ]
    assert [line["idea_id"] for line in lines(table(played, "assessment"))] == [
        played.chosen,
        played.chosen,
        played.odd,
    ]
    ratings = [line["idea_id"] for line in lines(table(played, "ratings"))]
    assert ratings == [id for id in by_idea(played) for _ in range(3)]


def test_cells_hold_words_and_ids_follow_in_columns_of_their_own(played: Played) -> None:
    idea = played.table.idea(played.sharing[0])
    card = played.table.workshop.deck[idea.card]
    found = by_idea(played)[idea.id]
    expected: dict[str, Cell] = {
        "problem": "Sharing",
        "stage": "Step 1",
        "barrier": "Barrier a of step 1",
        "intervention": idea.words,
        "how_it_works": idea.how,
        "example": idea.example,
        "caution": idea.caution,
        "card": card.title,
        "study": card.study.citation,
        "doi": card.study.doi,
        "group": "Group 1",
        "organisations": ORGANISATIONS[0],
        "problem_id": "sharing",
        "stage_number": 1,
        "barrier_id": "sharing-1-a",
        "card_id": card.id,
        "group_id": "g1",
        "author": "Zebedee Quill",
        "late": "no",
        "captured": "no",
        "merged_into": played.merged,
        "merged_from": None,
        "builds": 3,
        "submitted_at": "2026-11-23T12:23:00+00:00",
        "barrier_sources": "A report, section 2.1; A report, section Annex 3, A3-1",
        "opm": "consider",
        "levels": "frontline; wider",
        "com_b": "capability-physical",
        "replication": "contested",
        "card_caution": "Fades.",
        "other_cards": None,
    }
    assert {name: found[name] for name in expected} == expected


def test_builds_stand_in_full_with_their_manner_and_organisation(played: Played) -> None:
    builds = played.table.idea(played.sharing[0]).builds
    assert by_idea(played)[played.sharing[0]]["build_words"] == "\n".join(
        f"{manner} ({ORGANISATIONS[1]}): {build.words}"
        for manner, build in zip(("Build", "Question", "Risk"), builds, strict=True)
    )


def test_a_late_and_a_captured_idea_are_marked(played: Played) -> None:
    found = by_idea(played)
    assert [id for id, line in found.items() if line["late"] == "yes"] == [
        played.late,
        played.captured,
    ]
    assert [id for id, line in found.items() if line["captured"] == "yes"] == [played.captured]


def test_a_merged_idea_keeps_its_parents_authors_and_cards(played: Played) -> None:
    found = by_idea(played)
    first, second = (found[parent] for parent in played.sharing[:2])
    merged = found[played.merged]
    assert first["status"] == second["status"] == "merged"
    assert first["merged_into"] == second["merged_into"] == played.merged
    assert merged["merged_from"] == "; ".join(played.sharing[:2])
    assert merged["author"] == f"{first['author']}; {second['author']}"
    assert merged["organisations"] == f"{ORGANISATIONS[0]}; {ORGANISATIONS[1]}"
    assert (merged["card"], merged["doi"]) == (first["card"], first["doi"])
    assert merged["other_cards"] == f"{second['card']} ({second['doi']})"
    assert merged["how_it_works"] == f"{first['how_it_works']}\n{second['how_it_works']}"


def test_the_longlist_says_what_is_proposed_chosen_and_why(played: Played) -> None:
    found = by_idea(played)
    chosen, odd, off = found[played.chosen], found[played.odd], found[played.off]
    assert (chosen["shortlisted"], chosen["in_proposal"], chosen["reason"]) == ("yes", "yes", None)
    assert (odd["shortlisted"], odd["in_proposal"]) == ("yes", "no")
    assert odd["reason"] == played.table.workshop.shortlist[played.odd].reason
    assert (off["shortlisted"], off["in_proposal"]) == ("no", "yes")
    assert off["reason"] == "After all not"
    assert off["decisions"] == ("2026-11-23 put on: At first\n2026-11-23 taken off: After all not")
    assert found[played.late]["reason"] is None


def test_the_shortlist_says_what_is_to_be_done_against_what_and_why(played: Played) -> None:
    chosen, odd = lines(table(played, "shortlist"))
    for line in (chosen, odd):
        long = by_idea(played)[line["idea_id"]]
        shared = set(SHORTLIST) - {"proposed"} | {"organisations", "ratings", "replication", "opm"}
        assert {name: line[name] for name in shared} == {name: long[name] for name in shared}
    assert (chosen["proposed"], chosen["priority"], chosen["reason"]) == ("yes", 5.0, None)
    assert (odd["proposed"], odd["priority"]) == ("no", None)
    decided = played.table.workshop.shortlist[played.odd].at
    assert odd["decided_at"] == decided.isoformat()


def test_an_interview_is_a_row_with_six_judgements_and_what_was_said(played: Played) -> None:
    made = table(played, "assessment")
    first = lines(made)[0]
    [record, *_] = played.table.workshop.assessments
    assert (first["organisation"], first["interviewee_role"]) == ("A council", "Leader")
    assert first["intervention"] == played.table.idea(played.chosen).words
    assert first["themes"] == "Messengers; Consistency"
    assert first["assessment_id"] == record.id
    assert {name: first[name] for name in record.criteria} == {
        name: asked.judgement for name, asked in record.criteria.items()
    }
    assert {name: first[f"{name}_said"] for name in record.criteria} == {
        name: asked.said for name, asked in record.criteria.items()
    }
    assert (first["equity"], first["equity_said"]) == ("not_asked", None)


def test_a_cell_that_a_workbook_could_not_hold_is_shortened_and_says_so() -> None:
    for text in ("", "short", "x" * LONGEST_CELL, "😀" * (LONGEST_CELL // 2)):
        assert fitting(text) == text
    for text in ("x" * (LONGEST_CELL + 1), "a" + "😀" * LONGEST_CELL):
        shortened = fitting(text)
        assert shortened.endswith(SHORTENED)
        assert text.startswith(shortened.removesuffix(SHORTENED))
        assert LONGEST_CELL - 1 <= len(shortened.encode("utf-16-le")) // 2 <= LONGEST_CELL


def test_hundreds_of_builds_on_one_idea_can_still_be_exported() -> None:
    played = Played().play()
    for _ in range(20):
        played.table.do(
            played.first[1], "BuildOn", idea=played.sharing[2], words="y" * 2_000, as_="build"
        )
    found = by_idea(played)[played.sharing[2]]
    assert found["builds"] == 20
    assert str(found["build_words"]).endswith(SHORTENED)
    assert write(table(played, "longlist"), "xlsx")


def read_workbook(written: bytes, made: Table) -> Rows:
    sheet = openpyxl.load_workbook(io.BytesIO(written)).active
    assert sheet is not None
    cells = sheet.iter_rows(min_row=HEADER_ROW + 1, max_row=HEADER_ROW + len(made.rows))
    return [
        [
            as_text(float(cell.value) if isinstance(typed, float) else cell.value)  # type: ignore[arg-type]
            for cell, typed in zip(row, expected, strict=True)
        ]
        for row, expected in zip(cells, made.rows, strict=True)
    ]


@pytest.mark.parametrize("what", list(TABLES))
def test_every_format_has_the_same_rows(what: str, played: Played) -> None:
    made = table(played, what)
    expected = [[as_text(cell) for cell in row] for row in made.rows]
    for extension in formats_of(what):
        read = read_workbook if extension == "xlsx" else READERS[extension]
        rows = read(write(made, extension), made)
        if extension == "csv":
            rows = [
                [cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_STARTS) else cell
                 for cell in row]
                for row in rows
            ]  # fmt: skip
        assert rows == expected, extension
