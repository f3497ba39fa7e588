"""Counts in the tables: barriers, the practice model, cards, organisations.

Leaves out the ideas themselves (`test_tables.py`). Always: what was not used is counted too.
"""

from dataclasses import replace

from app.exports.tables import TABLES, Reader
from app.game.material import Opm

from .played import LONE, ORGANISATIONS, Played, lines, table


def test_coverage_has_every_barrier_with_its_ideas_cards_and_organisations(played: Played) -> None:
    found = {line["barrier_id"]: line for line in lines(table(played, "coverage"))}
    assert list(found) == [
        f"{name}-{stage}-{letter}"
        for name, stages in (("sharing", 3), ("trusting", 2))
        for stage in range(1, stages + 1)
        for letter in "ab"
    ]
    first = found["sharing-1-a"]
    # Seven people wrote, one of them twice; two of the eight were made one.
    assert (first["written"], first["ideas"], first["cards"], first["shortlisted"]) == (8, 7, 8, 2)
    assert first["organisations"] == 4
    assert set(str(first["organisation_names"]).split("; ")) > {LONE, "NHS"}
    empty = found["sharing-2-b"]
    assert [empty[name] for name in ("ideas", "cards", "organisations", "shortlisted")] == [0] * 4
    assert empty["organisation_names"] is empty["card_titles"] is None


def test_the_practice_model_has_sixteen_cells_and_more_where_a_barrier_needs_them(
    played: Played,
) -> None:
    found = {(line["opm"], line["level"]): line for line in lines(table(played, "opm"))}
    levels = ["context", "strategic", "mid-level", "frontline"]
    assert [cell for cell in found if cell[1] in levels] == [
        (opm.value, level) for opm in Opm for level in levels
    ]
    assert set(found) - {(opm.value, level) for opm in Opm for level in levels} == {
        ("consider", "wider"), ("commit", "wider"), ("communicate", "not stated"),
    }  # fmt: skip
    counted = {
        cell: (line["barriers"], line["ideas"], line["shortlisted"])
        for cell, line in found.items()
        if line["barriers"]
    }
    assert counted == {
        ("consider", "frontline"): (3, 7, 2),
        ("consider", "wider"): (3, 7, 2),
        ("communicate", "not stated"): (5, 1, 0),
        ("commit", "context"): (2, 7, 0),
        ("commit", "wider"): (2, 7, 0),
    }
    assert found["commit", "context"]["barrier_ids"] == "trusting-1-a; trusting-2-a"


def test_every_card_is_counted_as_dealt_played_and_chosen(played: Played) -> None:
    workshop = played.table.workshop
    found = {line["card_id"]: line for line in lines(table(played, "cards"))}
    assert list(found) == list(workshop.deck)
    assert {id: line["dealt"] for id, line in found.items()} == {
        id: workshop.dealt.get(id, 0) for id in workshop.deck
    }
    assert sum(int(line["played"] or 0) for line in found.values()) == 16
    on_shortlist = {
        card for id in (played.chosen, played.odd) for card in played.table.idea(id).cards
    }
    assert {id for id, line in found.items() if line["shortlisted"] == 1} == on_shortlist
    assert len(on_shortlist) == 3
    assert found["card-3"]["doi"] == "10.1000/3"
    assert found["card-3"]["replication"] == "contested"


def test_what_the_deck_says_of_all_its_cards_stands_above_their_table(played: Played) -> None:
    said = "Effects are smaller than they look."
    workshop = played.table.workshop
    assert table(played, "cards").note.endswith(said)
    assert said not in table(played, "coverage").note
    older = TABLES["cards"].make(replace(workshop, warning=None), Reader.STAFF)
    assert said not in older.note


def test_participation_counts_what_each_organisation_did(played: Played) -> None:
    made = table(played, "participation")
    assert [column.name for column in made.columns] == [
        "organisation", "people", "ideas", "builds", "shortlisted", "raters", "ratings",
    ]  # fmt: skip
    found = {line["organisation"]: line for line in lines(made)}
    assert list(found) == [*ORGANISATIONS, LONE]
    assert sum(int(line["ideas"] or 0) for line in found.values()) == 16
    assert [line["builds"] for line in found.values()] == [0, 3, 0, 0]
    assert [line["people"] for line in found.values()] == [4, 4, 4, 1]
    assert [line["shortlisted"] for line in found.values()] == [1, 1, 1, 0]
    raters = [line["raters"] for line in found.values()]
    assert raters == [4, 4, 3, None]
    assert found[LONE]["ratings"] is None


def test_an_organisation_of_which_nobody_came_has_a_row() -> None:
    played = Played(organisations=[*ORGANISATIONS, LONE, "DfE", "Ofsted"])
    line = lines(table(played, "participation"))[-1]
    assert (line["organisation"], line["people"], line["raters"]) == ("Ofsted", 0, None)
