"""Writing: what is taken away and brought back is the same, whatever was typed in it.

Leaves out files that other programs wrote. Always: documents are made without a mistake and
compared whole.
"""

import csv
import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any, Literal, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.content import Format, Sort, look_at, read_file, template, write_file
from app.content.deck import EAST, MINDSPACE
from app.content.rows_deck import shipped
from app.game.material import ComB, Level, Opm, Replication
from app.game.text import visible
from tests.written import small_deck, small_journey

ROOT = Path(__file__).resolve().parent.parent.parent
SHIPPED = sorted([*(ROOT / "journeys").glob("*.json"), *(ROOT / "cards").glob("*.json")])
FORMATS: tuple[Format, ...] = get_args(Format)
SHEETS: tuple[Literal["csv", "xlsx"], ...] = ("csv", "xlsx")

HOSTILE = [
    "=1+1",
    "'=1+1",
    "''",
    "+44 20",
    "-",
    "@here",
    "＝SUM(A1)",
    '"quoted", and; more',
    "two\nlines\n\nand a gap",
    "tab\there",
    "_x0041_",
    "_x005F_x0041_x0042_",
    "👩‍👩‍👧 family, 🇬🇧",
    "مرحبا بالعالم",
    "שלום",
    "café",
    "1e5",
    "007",
    "TRUE",
    "#N/A",
    "{=1}",
    "# note",
    "example",
    "sep=;",
    "2009-01-01",
    "null",
    "&amp; < >",
    "x005F_",
]
LETTERS = st.characters(
    exclude_categories=("Cc", "Cs", "Cn"),
    exclude_characters="<\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
)


def composed(text: str) -> str:
    kept = look_at({"title": text.strip()}, "x", "journey").document
    assert isinstance(kept, dict)
    return str(kept["title"])


TEXTS = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(LETTERS, min_size=1, max_size=30).map(composed).filter(visible),
    st.text("'=+-@\n\t;,\"_x0041 a", min_size=1, max_size=12).map(str.strip).filter(visible),
)
SLUGS = st.from_regex(r"[a-z0-9]{1,6}(-[a-z0-9]{1,6}){0,2}", fullmatch=True)


def some(kind: Any, least: int = 0) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from([*map(str, kind)]), min_size=least, max_size=4, unique=True)


SOURCES = st.fixed_dictionaries({"document": TEXTS, "section": TEXTS, "row": st.none() | TEXTS})
BARRIERS = st.fixed_dictionaries(
    {
        "id": SLUGS,
        "text": TEXTS,
        "finding": TEXTS,
        "sources": st.lists(SOURCES, min_size=1, max_size=3),
        "opm": st.sampled_from([*map(str, Opm)]),
        "levels": some(Level),
        "com_b": some(ComB, 1),
    }
)
STAGES = st.fixed_dictionaries(
    {
        "title": TEXTS,
        "who": TEXTS,
        "does": TEXTS,
        "when": TEXTS,
        "barriers": st.lists(BARRIERS, min_size=1, max_size=3),
    }
)
JOURNEYS = st.fixed_dictionaries(
    {
        "id": SLUGS,
        "title": TEXTS,
        "statement": TEXTS,
        "stages": st.lists(
            STAGES, min_size=1, max_size=3, unique_by=lambda stage: stage["title"].casefold()
        ),
    }
)


@st.composite
def decks(draw: st.DrawFn) -> dict[str, Any]:
    names = draw(st.lists(TEXTS, min_size=1, max_size=3, unique_by=str.casefold))
    figure = st.fixed_dictionaries(
        {"claim": TEXTS, "reference": TEXTS, "doi": st.just("10.1000/182")}
    )
    study = st.fixed_dictionaries(
        {
            "authors": TEXTS,
            "year": st.integers(1900, 2026),
            "title": TEXTS,
            "outlet": TEXTS,
            "pages": st.none() | TEXTS,
            "doi": st.sampled_from(["10.1000/182", "10.1000/(a)-b_c;d", "10.1000/=1"]),
        }
    )
    card = st.fixed_dictionaries(
        {
            "id": SLUGS,
            "title": TEXTS,
            "family": st.sampled_from(names),
            "insight": TEXTS,
            "question": TEXTS,
            "used": st.none() | TEXTS,
            "study": study,
            "finding": TEXTS,
            "setting": TEXTS,
            "replication": st.sampled_from([*map(str, Replication)]),
            "replication_source": TEXTS,
            "caution": st.none() | TEXTS,
            "com_b": some(ComB, 1),
            "east": some(EAST),
            "mindspace": some(MINDSPACE),
            "bct": some(["7.1 Prompts/cues", "3.1 Social support (unspecified)"]),
            "unverified": st.none() | TEXTS,
        }
    )
    return {
        "title": draw(TEXTS),
        "warning": {
            "title": draw(TEXTS),
            "text": draw(TEXTS),
            "figures": draw(st.lists(figure, max_size=2, unique_by=lambda each: each["claim"])),
        },
        "families": [{"name": name, "about": draw(TEXTS)} for name in names],
        "cards": draw(st.lists(card, min_size=1, max_size=3)),
    }


def different(document: dict[str, Any]) -> bool:
    """Whether the ids and titles differ that must."""
    barriers = [b["id"] for stage in document.get("stages", ()) for b in stage["barriers"]]
    ids = [card["id"] for card in document.get("cards", ())]
    titles = [card["title"].casefold() for card in document.get("cards", ())]
    return all(len(set(each)) == len(each) for each in (barriers, ids, titles))


def comes_back(document: object, sort: Sort, format: Format) -> None:
    reading = read_file(write_file(document, sort, format), f"x.{format}", sort)
    assert reading.mistakes == ()
    assert reading.document == document
    assert reading.material == look_at(document, "x", sort).material


EXAMPLES = int(os.environ.get("MOMENTS_EXAMPLES", "25"))
FUZZ = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@pytest.mark.parametrize("format", FORMATS)
@FUZZ
@given(document=JOURNEYS.filter(different))
def test_any_journey_comes_back_as_it_was(format: Format, document: dict[str, Any]) -> None:
    comes_back(document, "journey", format)


@pytest.mark.parametrize("format", FORMATS)
@FUZZ
@given(document=decks().filter(different))
def test_any_deck_comes_back_as_it_was(format: Format, document: dict[str, Any]) -> None:
    comes_back(document, "deck", format)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_what_is_shipped_comes_back_as_it_was(path: Path, format: Format) -> None:
    reading = read_file(path.read_bytes(), path.name, None)
    assert reading.mistakes == ()
    sort: Sort = "deck" if path.parent.name == "cards" else "journey"
    comes_back(reading.document, sort, format)


@pytest.mark.parametrize("format", FORMATS)
def test_a_family_without_a_card_comes_back_too(format: Format) -> None:
    deck = small_deck()
    deck["families"].insert(0, {"name": "Empty", "about": "Nothing yet."})
    comes_back(deck, "deck", format)


@pytest.mark.parametrize("format", SHEETS)
def test_what_has_mistakes_can_be_taken_away_and_brought_back(
    format: Literal["csv", "xlsx"],
) -> None:
    journey = small_journey()
    journey["stages"][1]["barriers"] = []
    journey["stages"][0]["barriers"][0] |= {"opm": "wishes", "text": "", "levels": ["top"]}
    journey["title"] = ""
    reading = read_file(write_file(journey, "journey", format), f"x.{format}", None)
    assert reading.document == journey
    ways = {mistake.way for mistake in reading.mistakes}
    assert {("title",), ("stages", 1, "barriers"), ("stages", 0, "barriers", 0, "opm")} <= ways


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("sort", ["journey", "deck"])
@pytest.mark.parametrize(
    "document", [None, 3, "x", [], {}, {"stages": 3, "cards": {}}, {"stages": [1], "cards": ["x"]},
                 {"title": "\ud83d", "stages": [{"barriers": [{"sources": 1}]}]}],
)  # fmt: skip
def test_anything_at_all_can_be_written(document: object, sort: Sort, format: Format) -> None:
    assert read_file(write_file(document, sort, format), f"x.{format}", None).mistakes


def test_a_workbook_has_no_formula_and_text_alone() -> None:
    journey = small_journey() | {"title": "=1+1", "statement": "http://x.example"}
    raw = write_file(journey, "journey", "xlsx")
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        assert not any("hyperlink" in archive.read(name).decode() for name in archive.namelist())
    assert "<f" not in sheet
    assert 't="s"' in sheet


def test_a_csv_file_has_an_apostrophe_where_excel_would_calculate() -> None:
    raw = write_file(small_journey() | {"title": "=1+1"}, "journey", "csv")
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    assert rows[0][:2] == ["Problem", "Statement"]
    assert rows[1][0] == "'=1+1"


def test_json_is_written_for_people() -> None:
    assert json.loads(write_file(small_journey(), "journey", "json")) == small_journey()
    assert "“" in write_file({"title": "“x”"}, "journey", "json").decode()


# Templates


def without_marks(raw: bytes, format: str) -> bytes:
    """The template as somebody has it who takes its examples for their own rows."""
    if format == "csv":
        return raw.replace(b'"example"', b'""')
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(written, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"<t>example</t>", b"<t>row</t>"))
    return written.getvalue()


@pytest.mark.parametrize("format", SHEETS)
@pytest.mark.parametrize("sort", ["journey", "deck"])
def test_a_template_has_examples_that_are_not_read_and_have_no_mistakes(
    sort: Sort, format: Literal["csv", "xlsx"]
) -> None:
    raw = template(sort, format)
    [mistake] = read_file(raw, f"t.{format}", sort).mistakes
    assert mistake.message.startswith("expected a ")
    reading = read_file(without_marks(raw, format), f"t.{format}", sort)
    assert reading.mistakes == ()
    document = reading.document
    assert isinstance(document, dict)
    if sort == "deck":
        assert document["cards"] == shipped()["cards"][:1]
    else:
        assert len(document["stages"]) == 2
