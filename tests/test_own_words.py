"""Own words: no sentence of the sources is in the cards, the journeys, a page or a document.

The sources are the prose of the evidence table (mechanism, finding, setting, example,
prompt) and the report RR1179. They are not kept here, only a digest of every twelve
words that follow one another in them: `facts/shingles.txt`. It leaves out what has to be
the same: the study's own title and authors, and references. Always: words are compared
without regard to capitals, punctuation or the kind of apostrophe.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
FILES = sorted([*(ROOT / "cards").glob("*.json"), *(ROOT / "journeys").glob("*.json")])

PAGES = sorted(
    [*(ROOT / "templates").rglob("*.html"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")]
)

RUN = 12
"""Words in a row. Fewer meet by chance in plain English; this many do not."""

REFERENCES = {"study", "reference", "sources"}
"""Fields whose text belongs to somebody else and has to be given exactly."""


def words(text: str) -> list[str]:
    """The words of `text`, numbers among them, as they are compared."""
    return re.findall(r"[^\W_]+(?:'[^\W_]+)*", text.lower().replace("’", "'"))


def runs(text: str) -> Iterator[str]:
    """Every twelve words of `text` that follow one another."""
    found = words(text)
    for start in range(len(found) - RUN + 1):
        yield " ".join(found[start : start + RUN])


def digest(run: str) -> str:
    return hashlib.sha256(run.encode()).hexdigest()[:12]


@cache
def sources() -> frozenset[str]:
    """The digests of the sources' runs; lines that begin with # say how they were made."""
    lines = (HERE / "facts" / "shingles.txt").read_text(encoding="ascii").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


def prose(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Every text in `value` that is ours to word, with the place where it stands."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, list):
        for number, item in enumerate(value):
            name = item.get("id", number) if isinstance(item, dict) else number
            yield from prose(item, f"{place}[{name}]")
    elif isinstance(value, dict):
        for field, item in value.items():
            if field not in REFERENCES:
                yield from prose(item, f"{place}.{field}")


def copied(text: str) -> list[str]:
    return [run for run in runs(text) if digest(run) in sources()]


def test_the_sources_are_all_there() -> None:
    assert len(sources()) > 15_000
    assert {len(digest) for digest in sources()} == {12}


def test_a_copy_is_recognised_however_it_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    source = "The child’s school, ward or nursery was told nothing at all until 3.30 on Monday."
    known = frozenset(digest(run) for run in runs(source))
    monkeypatch.setattr(f"{__name__}.sources", lambda: known)
    assert len(copied(f"So: {source.upper().replace('’', chr(39))} And then?")) == len(known) == 5
    assert copied(source.replace("was told", "heard")) == []


def test_fewer_than_twelve_words_in_common_are_no_copy() -> None:
    assert list(runs("one two three four five six seven eight nine ten eleven")) == []
    assert len(list(runs("one two three four five six seven eight nine ten eleven, twelve"))) == 1


def test_there_are_cards_and_journeys_to_look_at() -> None:
    names = {path.parent.name for path in FILES}
    assert names == {"cards", "journeys"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_twelve_words_in_a_row_come_from_the_sources(path: Path) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    texts = list(prose(document))
    assert len(texts) > 10
    found = [f"{place}: {run}" for place, text in texts for run in copied(text)]
    assert found == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_page_and_no_document_has_twelve_words_in_a_row_from_the_sources(path: Path) -> None:
    assert copied(re.sub(r"<[^>]+>", " ", unescape(path.read_text(encoding="utf-8")))) == []
