"""The log and the workshop as JSON, the methods paragraph, and everything at once.

Leaves out who may see what (`test_readers.py`). Always: what is written is read back.
"""

import io
import json
import zipfile

from app.exports.formats import formats_of
from app.exports.tables import TABLES, Reader, everything, log_json, methods, workshop_json
from app.game import replay
from app.game.messages import Event, Stamp

from .played import ACCOUNT, AT, Played, rows_of


def test_the_log_has_every_event_with_its_number_kind_time_actor_and_body(played: Played) -> None:
    rows = rows_of(played.table)
    events = json.loads(log_json(played.table.workshop, rows, Reader.STAFF))
    assert [list(event)[:4] for event in events] == [["seq", "kind", "at", "actor"]] * len(rows)
    for event, row in zip(events, rows, strict=True):
        body = json.loads(row.body)
        assert event == {
            "seq": row.seq, "kind": row.kind, "at": row.at.isoformat(), "actor": row.actor, **body,
        }  # fmt: skip


def test_no_event_has_a_field_that_the_log_gives_another_meaning() -> None:
    taken = {"seq", "kind", "at", "actor", "withheld"}
    assert {kind for kind, event in Event.kinds.items() if taken & set(event.model_fields)} == set()


def test_the_workshop_can_be_made_again_from_its_exported_log(played: Played) -> None:
    events = json.loads(log_json(played.table.workshop, rows_of(played.table), Reader.STAFF))
    stamps = [Stamp(event["seq"], row.at, event["actor"]) for event, row in
              zip(events, rows_of(played.table), strict=True)]  # fmt: skip
    log = [(Event.read(event["kind"], json.dumps(event)), stamp)
           for event, stamp in zip(events, stamps, strict=True)]  # fmt: skip
    assert replay(log) == played.table.workshop


def test_the_workshop_as_json_has_everything_in_it(played: Played) -> None:
    workshop = played.table.workshop
    whole = json.loads(workshop_json(workshop, Reader.STAFF))
    assert (whole["title"], whole["code"], whole["seq"]) == ("A workshop", "ABCD2345", workshop.seq)
    assert (whole["phase"], whole["options"]["seed"]) == ("closed", 7)
    for name, expected in {
        "journeys": list(workshop.journeys),
        "deck": list(workshop.deck),
        "groups": list(workshop.groups),
        "people": list(workshop.people),
        "ideas": [idea.id for idea in workshop.ideas()],
        "assessments": [record.id for record in workshop.assessments],
    }.items():
        assert [thing["id"] for thing in whole[name]] == expected
    assert whole["journeys"] == [
        journey.model_dump(mode="json") for journey in workshop.journeys.values()
    ]
    assert whole["warning"]["text"] == "Effects are smaller than they look."
    idea = workshop.idea(played.merged)
    [found] = [each for each in whole["ideas"] if each["id"] == played.merged]
    assert (found["words"], found["parents"]) == (idea.words, list(idea.parents))
    assert [build["words"] for build in found["builds"]] == [b.words for b in idea.builds]
    assert [choice["idea"] for choice in whole["shortlist"]] == [played.odd, played.chosen]
    assert [choice["taken_off"] for choice in whole["decisions"]] == [False, False, False, True]
    assert whole["decisions"][-1]["by"] == ACCOUNT.id


def test_the_workshop_as_json_has_marks_by_idea_and_not_by_rater(played: Played) -> None:
    whole = json.loads(workshop_json(played.table.workshop, Reader.STAFF))
    by_idea = {ratings["idea"]: ratings for ratings in whole["ratings"]}
    rated = by_idea[played.rated]
    assert rated["raters"] == len(rated["marks"]) == 15
    assert sorted(marks["impact"] for marks in rated["marks"]) == [
        marks["impact"] for marks in rated["marks"]
    ]
    assert {tuple(marks) for marks in rated["marks"]} == {
        ("impact", "effort", "amenability", "reason", "staff")
    }
    assert by_idea[played.late] == {"idea": played.late, "raters": 0, "marks": []}


def test_the_methods_say_dates_numbers_weights_and_seed(played: Played) -> None:
    text = methods(played.table.workshop, rows_of(played.table), AT, Reader.STAFF)
    for said in (
        "“A workshop” (23 November 2026)",
        "stood on 24 November 2026",
        "13 participants of 4 organisations",
        "2 groups",
        "2 problem statements (Sharing; Trusting)",
        "10 barriers",
        "hands of 5 out of 36 behavioural insight cards",
        "seed 7",
        "The deck says of all its cards: “Effects are smaller than they look.”",
        "16 ideas",
        "2 of them after their stage had been presented",
        "1 noted down",
        "3 builds",
        "15 ideas stood on the longlist",
        "15 people, 3 of them staff",
        "19 ratings",
        "have been opened",
        "weighted 1, 1 and 1",
        "2 ideas for the shortlist, 1 of them from outside the proposal",
        "3 interview records from 1 organisation",
    ):
        assert said in text


def test_the_methods_of_a_workshop_just_opened_claim_nothing() -> None:
    played = Played()
    text = methods(played.table.workshop, rows_of(played.table), AT, Reader.STAFF)
    assert "0 ideas" in text
    assert "not been opened yet" in text
    assert "APEASE" not in text


def test_everything_is_every_table_in_every_format_and_the_rest(played: Played) -> None:
    made = everything(played.table.workshop, iter(rows_of(played.table)), AT, Reader.STAFF)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.namelist() == [
            *(f"{what}.{extension}" for what in TABLES for extension in formats_of(what)),
            "log.json", "methods.txt", "workshop.json",
        ]  # fmt: skip
        assert archive.read("log.json") == log_json(
            played.table.workshop, rows_of(played.table), Reader.STAFF
        )
        assert b"0 ratings" not in archive.read("methods.txt")
