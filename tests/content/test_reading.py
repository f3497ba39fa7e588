"""Reading: whatever is brought, the answer is a reading, and what it is goes by what is in it.

Leaves out each format's own mistakes. Always: bytes are made at random or by spoiling a good
file, and nothing is ever raised.
"""

import io
import json
import os
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.content import Deck, Format, Reading, read_file, write_file
from app.content.reading import file_name
from app.game.material import Journey
from tests.sheets import TABLE, csv_of, workbook
from tests.written import small_deck, small_journey

EXAMPLES = int(os.environ.get("MOMENTS_EXAMPLES", "60"))
FUZZ = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
FORMATS: tuple[Format, ...] = ("json", "csv", "xlsx")
NAMES = st.sampled_from(["a.json", "a.csv", "a.xlsx", "a", ""])
WORKBOOK = workbook(TABLE)
JSON = write_file(small_journey(), "journey", "json")
CSV = csv_of(TABLE).encode()


def is_sound(reading: Reading) -> bool:
    """Whether it is what a reading always is: material without mistakes, or mistakes."""
    if reading.mistakes:
        assert reading.material is None
        for mistake in reading.mistakes:
            assert mistake.file
            assert mistake.place
            assert mistake.message
            str(mistake).encode()
    else:
        assert isinstance(reading.material, Journey | Deck)
    json.dumps(reading.document, ensure_ascii=False).encode()
    return True


@FUZZ
@given(raw=st.binary(max_size=400), name=NAMES, sort=st.sampled_from([None, "journey", "deck"]))
@pytest.mark.parametrize("start", [b"", b"PK\x03\x04", b"{", b"\xff\xfe", b"\xd0\xcf\x11\xe0", CSV])
def test_bytes_at_random_give_a_reading(start: bytes, raw: bytes, name: str, sort: None) -> None:
    assert is_sound(read_file(start + raw, name, sort))


@FUZZ
@given(text=st.text(max_size=300), name=NAMES)
def test_text_at_random_gives_a_reading(text: str, name: str) -> None:
    assert is_sound(read_file(text.encode("utf-8", "surrogatepass"), name, None))


def spoilt(raw: bytes, changes: list[tuple[int, int]]) -> bytes:
    made = bytearray(raw)
    for at, value in changes:
        made[at % len(made)] = value
    return bytes(made)


CHANGES = st.lists(st.tuples(st.integers(0, 100_000), st.integers(0, 255)), min_size=1, max_size=8)


@FUZZ
@given(changes=CHANGES)
@pytest.mark.parametrize("raw", [WORKBOOK, JSON, CSV], ids=["xlsx", "json", "csv"])
def test_a_file_with_some_bytes_changed_gives_a_reading(
    raw: bytes, changes: list[tuple[int, int]]
) -> None:
    assert is_sound(read_file(spoilt(raw, changes), "a", None))


def parts() -> list[str]:
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as archive:
        return archive.namelist()


@FUZZ
@given(part=st.sampled_from(parts()), changes=CHANGES, cut=st.integers(0, 3000) | st.none())
def test_a_workbook_with_a_part_changed_gives_a_reading(
    part: str, changes: list[tuple[int, int]], cut: int | None
) -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as old, zipfile.ZipFile(written, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, spoilt(content, changes)[:cut] if name == part else content)
    assert is_sound(read_file(written.getvalue(), "a.xlsx", None))


@FUZZ
@given(
    document=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["id", "title", "stages", "cards", "barriers", "study", "$schema"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    ),
    name=st.sampled_from(["a.json", "a"]),
)
def test_any_json_gives_a_reading(document: object, name: str) -> None:
    assert is_sound(read_file(json.dumps(document).encode(), name, None))


@pytest.mark.parametrize(
    ("name", "format"),
    [
        *((name, format) for name in ("x.csv", "x.xlsx", "", "x.txt") for format in FORMATS),
        ("x.json", "json"),
        ("x.json", "xlsx"),
    ],
)
def test_a_file_is_read_by_what_is_in_it_whatever_it_is_called(name: str, format: Format) -> None:
    reading = read_file(write_file(small_journey(), "journey", format), name, None)
    assert reading.document == small_journey()
    reading = read_file(write_file(small_deck(), "deck", format), name, None)
    assert reading.document == small_deck()


def told(reading: Reading) -> list[str]:
    return [str(mistake) for mistake in reading.mistakes]


def test_the_wrong_kind_of_json_is_told_as_such() -> None:
    deck = write_file(small_deck(), "deck", "json")
    assert told(read_file(deck, "d.json", "journey")) == [
        "d.json: the file: expected a problem statement, found a deck of cards"
    ]
    assert told(read_file(JSON, "j.json", "deck")) == [
        "j.json: the file: expected a deck of cards, found a problem statement"
    ]
    assert "not JSON" in told(read_file(CSV, "x.json", None))[0]


def test_a_file_with_nothing_in_it_is_told_as_such() -> None:
    for raw in (b"", b" \r\n", b"\xef\xbb\xbf", b"\0\0"):
        assert told(read_file(raw, "x.csv", None)) == ["x.csv: the file: there is nothing in it"]


def test_the_name_of_a_file_is_shown_without_folders_and_with_nothing_unseen() -> None:
    assert file_name("C:\\Documents\\Our problem.xlsx") == "Our problem.xlsx"
    assert file_name("../../a\u202eb\n.csv") == "a?b?.csv"
    assert file_name("x" * 500 + ".csv").endswith("xxx.csv")
    assert len(file_name("x" * 500)) == 80
    assert file_name("") == file_name("a/") == "file"
