"""Checking: every mistake in a deck or a journey at once, whatever file it came in.

Leaves out files and their formats (`reading.py`) and the wording of mistakes
(`mistakes.py`). Always: what is called a deck or a journey here has no mistake in it, and
what has mistakes is kept as it was typed, so that it can be put right.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Literal, NamedTuple

from pydantic import ValidationError

from app.content.deck import (
    LONGEST_FACE,
    LONGEST_TITLE,
    MOST_WORDS,
    TAGS,
    Deck,
    is_doi,
    is_technique,
    plain_doi,
)
from app.content.mistakes import (
    DEEPEST,
    JSON_WORDS,
    ContentError,
    ContentMistake,
    Finding,
    Wording,
    misshapen,
    overlong,
    repeated,
    shown,
    texts_at,
    told,
    values_at,
)
from app.content.unfit import unfit_text, unix
from app.game.aloud import words_aloud
from app.game.material import LAST_YEAR, MOST_BARRIERS, MOST_STAGES, Journey

Sort = Literal["journey", "deck"]
"""What a file holds: a problem statement as a journey, or a deck of cards."""

SCHEMA = "$schema"
"""At the top of a JSON file this names the schema, for editors; it is no part of the material."""

MOST_CARDS = 1_000
"""In a deck: more than `MOST_VALUES` has room for."""

LOOKED_INTO = 500
"""Stages, and barriers of all of them: several times what there may be."""

SHAPES: Mapping[Sort, type[Journey] | type[Deck]] = {"journey": Journey, "deck": Deck}


WITH_DOI = (("cards", "*", "study"), ("warning", "figures", "*"))
"""Where in a deck a DOI stands."""

FACE = ("insight", "question")


class Reading(NamedTuple):
    """What was found in a file or a form.

    `document` has the shape of the JSON file as far as it could be read, mistakes and all,
    or is None; `material` is there exactly where there is no mistake.
    """

    document: object | None
    material: Journey | Deck | None
    mistakes: tuple[ContentMistake, ...]


def look_at(document: object, name: str, sort: Sort) -> Reading:
    """Check `document`, a `sort` already in memory; `name` is the file's, for its mistakes."""
    try:
        material, kept, findings = examined(document, name, sort, JSON_WORDS)
    except ContentError as error:  # too large to look into
        return Reading(None, None, error.mistakes)
    if findings:
        return Reading(kept, None, told(name, document, findings).mistakes)
    return Reading(kept, material, ())


def check_deck(document: object, name: str) -> Deck:
    """`document` as a deck. Raises ContentError with every mistake, under the file `name`."""
    deck = _sound(look_at(document, name, "deck"))
    assert isinstance(deck, Deck)
    return deck


def check_journey(document: object, name: str) -> Journey:
    """`document` as a journey. Raises ContentError with every mistake, under the file `name`."""
    journey = _sound(look_at(document, name, "journey"))
    assert isinstance(journey, Journey)
    return journey


def sort_of(document: object) -> Sort:
    """Which of the two `document` is meant to be: a deck is known by its cards."""
    return "deck" if isinstance(document, dict) and "cards" in document else "journey"


def examined(
    document: object, name: str, sort: Sort, wording: Wording
) -> tuple[Journey | Deck | None, object, list[Finding]]:
    """The material, the document as it is to be kept, and what is wrong, in `wording`.

    Raises ContentError, naming file `name`, for more values than are worth looking at.
    """
    findings = unfit_text(document, name)  # first, for it refuses what is too large
    if isinstance(document, dict) and SCHEMA in document:
        if not isinstance(document[SCHEMA], str):
            findings.append(((SCHEMA,), "expected the address of a schema, in double quotes"))
        document = {field: value for field, value in document.items() if field != SCHEMA}
    kept = _composed(document)
    if sort == "deck":
        _write_dois_plainly(kept)
    counted = list(_too_many(kept))  # told first, for they may be the reason for much else
    across = _across_cards if sort == "deck" else _across_stages
    findings = [*across(kept, wording), *findings]
    try:
        material = SHAPES[sort].model_validate(_beginning(kept))
    except ValidationError as error:
        return None, kept, [*counted, *misshapen(error, wording), *findings]
    return material, kept, [*counted, *findings]


def _beginning(document: object) -> object:
    """`document` with no more in its lists than is worth looking into.

    What is left out is told of as too many in any case, so nothing sound is cut.
    """
    if not isinstance(document, dict):
        return document
    cut = dict(document)
    if isinstance(cards := cut.get("cards"), list):
        cut["cards"] = cards[:MOST_CARDS]
    if isinstance(stages := cut.get("stages"), list):
        cut["stages"] = []
        left = LOOKED_INTO
        for stage in stages[:LOOKED_INTO]:
            if isinstance(stage, dict) and isinstance(barriers := stage.get("barriers"), list):
                stage = {**stage, "barriers": barriers[:left]}
                left -= len(barriers)
            cut["stages"].append(stage)
            if left <= 0:
                break
    return cut


def _too_many(document: object) -> Iterator[Finding]:
    yield from overlong(document, MOST_CARDS, "cards")
    yield from overlong(document, MOST_STAGES, "stages")
    yield from overlong(document, MOST_BARRIERS, "stages", "*", "barriers")


def _across_stages(document: object, wording: Wording) -> Iterator[Finding]:
    yield from repeated(document, wording, "stages", "*", "title")
    yield from repeated(document, wording, "stages", "*", "barriers", "*", "id")


def _across_cards(document: object, wording: Wording) -> Iterator[Finding]:
    yield from repeated(document, wording, "families", "*", "name")
    yield from repeated(document, wording, "cards", "*", "id")
    yield from repeated(document, wording, "cards", "*", "title")
    for way, title in texts_at(document, "cards", "*", "title"):
        if (length := len(title.strip())) > LONGEST_TITLE:
            yield way, f"expected at most {LONGEST_TITLE} characters, found {length}"
    yield from _long_faces(document)
    yield from _wrong_studies(document)
    families = [name.strip() for _, name in texts_at(document, "families", "*", "name")]
    listed = ", ".join(shown(name) for name in families)
    for way, family in texts_at(document, "cards", "*", "family"):
        if families and family.strip() not in families:  # a missing list is one mistake, not 72
            yield way, f"expected one of the families {listed}, found {shown(family)}"
    for field, known in TAGS.items():
        for way, tag in texts_at(document, "cards", "*", field, "*"):
            if tag.strip() not in known:
                yield way, f"expected {', '.join(known[:-1])} or {known[-1]}, found {shown(tag)}"
    for way, tag in texts_at(document, "cards", "*", "bct", "*"):
        if not is_technique(tag.strip()):
            expected = "a technique of the BCT Taxonomy by number and name, as in 7.1 Prompts/cues"
            yield way, f"expected {expected}, found {shown(tag)}"


def _long_faces(document: object) -> Iterator[Finding]:
    """Insights and questions that take too long to say, or more room than a printed card has."""
    for field in FACE:
        for way, text in texts_at(document, "cards", "*", field):
            if (words := words_aloud(text)) > MOST_WORDS:
                said = f"expected at most {MOST_WORDS} words, found {words}"
                yield way, said if words == len(text.split()) else f"{said} as they are said aloud"
    for way, card in values_at(document, "cards", "*"):
        face = {field: text.strip() for field in FACE for _, text in texts_at(card, field)}
        if (length := sum(map(len, face.values()))) > LONGEST_FACE:
            longest = max(face, key=lambda field: len(face[field]))
            both = "insight and question together"
            yield (
                (*way, longest),
                f"expected at most {LONGEST_FACE} characters in {both}, found {length}",
            )


def _wrong_studies(document: object) -> Iterator[Finding]:
    """Years to come, and what is no DOI; too short or too long is told of already."""
    latest = datetime.now(UTC).year + 1  # printed ahead, as journals do
    for way, year in values_at(document, "cards", "*", "study", "year"):
        if isinstance(year, int) and latest < year <= LAST_YEAR:
            yield way, f"expected {latest} or less, found {year}"
    for holders in WITH_DOI:
        for way, doi in texts_at(document, *holders, "doi"):
            if doi and not is_doi(doi):
                expected = "a DOI that begins with 10, as in 10.1000/182"
                yield way, f"expected {expected}, found {shown(doi)}"


def file_rules(document: object, stem: str, most_barriers: int) -> Iterator[Finding]:
    """Two rules more for a journey that is shipped: its name, and how full its stages are."""
    for way, journey in texts_at(document, "id"):
        if journey != stem:
            yield way, f"expected {shown(stem)}, the name of the file"
    yield from overlong(document, most_barriers, "stages", "*", "barriers")


def _sound(reading: Reading) -> Journey | Deck:
    if reading.material is None:
        raise ContentError(reading.mistakes)
    return reading.material


def _write_dois_plainly(deck: object) -> None:
    """Take what people write before a DOI from each one in `deck`, which is a copy."""
    for holders in WITH_DOI:
        for _, holder in values_at(deck, *holders):
            if isinstance(holder, dict) and isinstance(holder.get("doi"), str):
                holder["doi"] = plain_doi(holder["doi"])


def _composed(value: object, depth: int = 0) -> object:
    """`value` with its text in NFC, and nothing in it that could not be sent or stored."""
    if isinstance(value, str):
        whole = value.encode("utf-8", "replace").decode() if not value.isascii() else value
        return unicodedata.normalize("NFC", unix(whole))
    if depth > DEEPEST:
        return None  # told as a mistake already
    if isinstance(value, list):
        return [_composed(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {_composed(key): _composed(item, depth + 1) for key, item in value.items()}
    return value
