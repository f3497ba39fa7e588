"""Rows of a journey: one for each barrier, there and back.

What is the problem's stands in the first row, and what is a stage's in the first row of the
stage; either may also be repeated in the others. Leaves out columns (`columns.py`) and checks.
Always: every part of the document knows the cell it came from.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from app.content.columns import Key
from app.content.mistakes import Way
from app.content.repeats import Repeats
from app.content.shapeless import as_list, as_object, as_text
from app.content.tables import EMPTY, Spot, Spots, Table
from app.content.tags import read_tag, read_tags, slug, write_tag, write_tags

PROBLEM = {"problem": "title", "statement": "statement", "problem id": "id"}
STAGE = ("who", "does", "when")
BARRIER = ("barrier", "barrier id", "finding", "opm", "levels", "com_b")
SOURCE = ("document", "section", "row")
SOURCE_NEEDS = ("document", "section")
BARRIER_NEEDS = ("barrier", "finding", *SOURCE_NEEDS, "opm", "com_b")

Row = dict[Key, str]


def journey_of(table: Table) -> tuple[dict[str, Any], Spots]:
    """The document that the rows make, and the cell of each part of it."""
    stages: list[dict[str, Any]] = []
    document: dict[str, Any] = {"id": "", "title": "", "statement": "", "stages": stages}
    spots: Spots = {
        ("stages",): Spot(table.head, ("stage", 1)),
        **{(part,): Spot(table.rows[0][0], (field, 1)) for field, part in PROBLEM.items()},
    }
    repeats = Repeats(table, spots)
    for number, cells in table.rows:
        for field, part in PROBLEM.items():
            repeats.take(document, (part,), number, table.text(cells, field), field)
        title = table.text(cells, "stage")
        if not stages or (title and title != stages[-1]["title"]):
            way: Way = ("stages", len(stages))
            stages.append({"title": title, "who": "", "does": "", "when": "", "barriers": []})
            spots[*way, "title"] = Spot(number, ("stage", 1))
            spots[way] = Spot(number, ("stage", 1))
            spots[*way, "barriers"] = Spot(number, ("barrier", 1))
        way = ("stages", len(stages) - 1)
        for field in STAGE:
            text = table.text(cells, field)
            repeats.take(stages[-1], (*way, field), number, text, field)
        if any(table.text(cells, field) for field in (*BARRIER, *SOURCE)):
            barriers = stages[-1]["barriers"]
            at = (*way, "barriers", len(barriers))
            barriers.append(_barrier(table, number, cells, at, spots))
            spots[at] = Spot(number, ("barrier", 1))
    for s, stage in enumerate(stages):
        if not stage["barriers"]:
            _tell_empty(table, spots["stages", s, "barriers"].row, BARRIER_NEEDS)
    _name(document, table, spots)
    return document, spots


def rows_of_journey(document: Any) -> Iterator[Row]:
    """The rows that make `document` again; what has no place in a row is left out."""
    whole = as_object(document)
    first: Row = {(field, 1): as_text(whole.get(part)) for field, part in PROBLEM.items()}
    for stage in map(as_object, as_list(whole.get("stages"))):
        begun: Row = {("stage", 1): as_text(stage.get("title"))}
        begun |= {(field, 1): as_text(stage.get(field)) for field in STAGE}
        for barrier in map(as_object, as_list(stage.get("barriers")) or [{}]):
            yield {**first, **begun, **_row(barrier)}
            first, begun = {}, {}
    if first:
        yield first


def _barrier(
    table: Table, number: int, cells: Sequence[str], way: Way, spots: Spots
) -> dict[str, Any]:
    parts = {"id": "barrier id", "text": "barrier", "finding": "finding"}
    parts |= {"opm": "opm", "levels": "levels", "com_b": "com_b"}
    spots.update({(*way, part): Spot(number, (field, 1)) for part, field in parts.items()})
    spots[*way, "sources"] = Spot(number, ("document", 1))
    sources: list[dict[str, str | None]] = []
    for n in sorted({n for field in SOURCE for n in table.numbers(field)}):
        document, section, row = (table.text(cells, field, n) for field in SOURCE)
        if document or section or row:
            at = (*way, "sources", len(sources))
            spots.update({(*at, field): Spot(number, (field, n)) for field in SOURCE})
            sources.append({"document": document, "section": section, "row": row or None})
    if not sources:
        _tell_empty(table, number, SOURCE_NEEDS)
    return {
        "id": table.text(cells, "barrier id"),
        "text": table.text(cells, "barrier"),
        "finding": table.text(cells, "finding"),
        "sources": sources,
        "opm": read_tag(table.text(cells, "opm"), "opm"),
        "levels": read_tags(table.text(cells, "levels"), "levels"),
        "com_b": read_tags(table.text(cells, "com_b"), "com_b"),
    }


def _tell_empty(table: Table, row: int, fields: Sequence[str]) -> None:
    """Say that nothing stands in these cells of a row: all there are, not the first alone."""
    for field in fields:
        if (field, 1) in table.at:
            table.fault(row, field, EMPTY)


def _name(document: dict[str, Any], table: Table, spots: Spots) -> None:
    """Make the ids that were left empty; they are then found where the words for them stand."""
    if not document["id"]:
        document["id"] = slug(document["title"], set(), "problem")
        spots["id",] = spots["title",]
    every = [
        (("stages", s, "barriers", b), barrier)
        for s, stage in enumerate(document["stages"])
        for b, barrier in enumerate(stage["barriers"])
    ]
    taken = {barrier["id"] for _, barrier in every}
    for way, barrier in every:
        if not barrier["id"]:
            barrier["id"] = slug(barrier["text"], taken, "barrier")
            spots[*way, "id"] = spots[*way, "text"]


def _row(barrier: dict[str, Any]) -> Row:
    row: Row = {
        ("barrier", 1): as_text(barrier.get("text")),
        ("barrier id", 1): as_text(barrier.get("id")),
        ("finding", 1): as_text(barrier.get("finding")),
        ("opm", 1): write_tag(as_text(barrier.get("opm")), "opm"),
        ("levels", 1): write_tags(map(as_text, as_list(barrier.get("levels"))), "levels"),
        ("com_b", 1): write_tags(map(as_text, as_list(barrier.get("com_b"))), "com_b"),
    }
    for n, source in enumerate(map(as_object, as_list(barrier.get("sources"))), start=1):
        row |= {(field, n): as_text(source.get(field)) for field in SOURCE}
    return row
