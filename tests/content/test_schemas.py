"""Schemas: what is published is what the code makes, and agrees with the checks.

Leaves out what no schema can say, such as two equal ids (`test_checking.py`). Always: the
files looked at are those under `docs/`, which an editor loads too.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from app.content import Sort, look_at
from scripts.reference import schemas
from tests.written import small_deck, small_journey

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "docs" / "schemas"
SHIPPED = sorted([*(ROOT / "journeys").glob("*.json"), *(ROOT / "cards").glob("*.json")])

Spoil = Callable[[dict[str, Any]], object]


def validator(sort: Sort) -> Draft202012Validator:
    schema = json.loads((FOLDER / f"{sort}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def test_the_schemas_are_what_the_code_makes_them() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}
    assert written == schemas(), "run make reference, and look at what has changed"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_a_shipped_file_names_the_schema_that_it_keeps(path: Path) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    named = (path.parent / document["$schema"]).resolve()
    assert named.parent == FOLDER
    schema = json.loads(named.read_text(encoding="utf-8"))
    assert list(Draft202012Validator(schema).iter_errors(document)) == []


def barrier(journey: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = journey["stages"][0]["barriers"][0]
    return found


JOURNEYS: list[Spoil] = [
    lambda j: j.pop("title"),
    lambda j: j.update(titel="x"),
    lambda j: j.update(title=3),
    lambda j: j.update(title=None),
    lambda j: j.update(title=""),
    lambda j: j.update(title=" \n"),
    lambda j: j.update(title="x" * 301),
    lambda j: j.update({"$schema": 3}),
    lambda j: j.update(id="Two Words"),
    lambda j: j.update(stages={}),
    lambda j: j.update(stages=[]),
    lambda j: j.update(stages=j["stages"] * 20),
    lambda j: j["stages"][0].update(barriers=[]),
    lambda j: j["stages"][0].update(barriers=[barrier(j)] * 9),
    lambda j: barrier(j).update(text="x" * 5000),
    lambda j: barrier(j).update(opm="commitment"),
    lambda j: barrier(j).update(levels=["top"]),
    lambda j: barrier(j).update(com_b=[]),
    lambda j: barrier(j).update(com_b="motivation-reflective"),
    lambda j: barrier(j).update(sources=[{"document": "A report"}]),
    lambda j: barrier(j).update(sources=["A report"]),
]

DECKS: list[Spoil] = [
    lambda d: d.pop("warning"),
    lambda d: d.update(cards=[]),
    lambda d: d.update(families=[]),
    lambda d: d["cards"][1].pop("study"),
    lambda d: d["cards"][1].update(study=None),
    lambda d: d["cards"][1].update(title="x" * 61),
    lambda d: d["cards"][1].update(east=["Fun"]),
    lambda d: d["cards"][1].update(mindspace=["Nudges"]),
    lambda d: d["cards"][1].update(bct=["Prompts"]),
    lambda d: d["cards"][1].update(used=""),
    lambda d: d["cards"][1].update(replication="good"),
    lambda d: d["cards"][1]["study"].update(doi="https://doi.org/182"),
    lambda d: d["cards"][1]["study"].update(doi="none"),
    lambda d: d["cards"][1]["study"].update(year="2003"),
    lambda d: d["cards"][1]["study"].update(year=1776),
]

SPOILT: list[tuple[Sort, Spoil]] = [
    *(("journey", spoil) for spoil in JOURNEYS),
    *(("deck", spoil) for spoil in DECKS),
]


@pytest.mark.parametrize("doi", ["https://doi.org/10.1000/182", "DOI: 10.1000/182"])
def test_a_doi_written_as_an_address_is_taken_by_both(doi: str) -> None:
    deck = small_deck()
    deck["cards"][1]["study"]["doi"] = doi
    assert list(validator("deck").iter_errors(deck)) == []
    assert look_at(deck, "f", "deck").mistakes == ()


@pytest.mark.parametrize(("sort", "spoil"), SPOILT)
def test_what_the_schema_refuses_the_checks_refuse_at_the_same_place(
    sort: Sort, spoil: Spoil
) -> None:
    document = small_journey() if sort == "journey" else small_deck()
    assert list(validator(sort).iter_errors(document)) == []
    assert look_at(document, "f", sort).mistakes == ()
    spoil(document)
    refused = {tuple(error.absolute_path) for error in validator(sort).iter_errors(document)}
    told = {mistake.way or () for mistake in look_at(document, "f", sort).mistakes}
    assert refused
    # A field too few or too many is at the object for a schema, and at itself for a person.
    assert refused <= told | {way[:-1] for way in told}
