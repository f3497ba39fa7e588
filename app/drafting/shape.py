"""The shape of a draft: a document with every field there is, and the form it is typed in.

A field of the form is named by its way through the document, as in
`stages-0-barriers-1-text`. Leaves out what a field may hold. Always: a draft that goes
through the form untouched comes back the same.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app.game.text import clean

Draft = dict[str, Any]
Way = tuple[str | int, ...]

JOURNEY = ("id", "title", "statement")
STAGE = ("title", "who", "does", "when")
BARRIER = ("id", "text", "finding", "opm")
TICKED = ("levels", "com_b")
"""What is ticked."""

SOURCE = ("document", "section", "row")

MOST_STAGES, MOST_BARRIERS, MOST_SOURCES = 40, 200, 1000
"""In a whole draft: what a page can still show. The rules allow fewer."""

LONGEST_SLUG = 64
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def blank_source() -> Draft:
    return {"document": "", "section": "", "row": None}


def blank_barrier() -> Draft:
    ticked: Draft = {"levels": [], "com_b": []}
    return {"id": "", "text": "", "finding": "", "sources": [blank_source()], "opm": "", **ticked}


def blank_stage() -> Draft:
    return {**dict.fromkeys(STAGE, ""), "barriers": [blank_barrier()]}


def blank() -> Draft:
    """A problem statement from nothing: one stage with one barrier, to be filled in."""
    return {**dict.fromkeys(JOURNEY, ""), "stages": [blank_stage()]}


def shaped(document: object) -> Draft:
    """`document` with every field of a draft and no other, whatever it was."""
    return {
        **_texts(document, JOURNEY),
        "stages": [
            {
                **_texts(stage, STAGE),
                "barriers": [_barrier(barrier) for barrier in _list(stage, "barriers")],
            }
            for stage in _list(document, "stages")
        ],
    }


def _barrier(barrier: object) -> Draft:
    sources = [
        {**_texts(source, SOURCE), "row": _texts(source, ("row",))["row"].strip() or None}
        for source in _list(barrier, "sources")
    ]
    ticked = {name: _ticked(_list(barrier, name)) for name in TICKED}
    fields = _texts(barrier, BARRIER)
    opm = fields.pop("opm")
    return {**fields, "sources": sources, "opm": opm, **ticked}


def _ticked(found: list[object]) -> list[str]:
    """The tags in `found`, each once."""
    return list(dict.fromkeys(tag for tag in found if isinstance(tag, str)))


def ordered_as(draft: Draft, before: object) -> Draft:
    """`draft` with what is ticked in the order it had `before`, and new ticks after that.

    A form sends ticks in the order of the page; whoever wrote a file had an order of their own,
    and saving it untouched changes nothing.
    """
    by_id = {barrier["id"]: barrier for barrier in _barriers(shaped(before))}
    for barrier in _barriers(draft):
        for name in TICKED:
            held = by_id.get(barrier["id"], {}).get(name, [])
            kept = [tag for tag in held if tag in barrier[name]]
            barrier[name] = kept + [tag for tag in barrier[name] if tag not in kept]
    return draft


def _barriers(draft: Draft) -> Iterator[Draft]:
    return (barrier for stage in draft["stages"] for barrier in stage["barriers"])


def _texts(document: object, names: Iterable[str]) -> dict[str, str]:
    held = document if isinstance(document, Mapping) else {}
    found = ((name, held.get(name)) for name in names)
    return {name: str(clean(text)) if isinstance(text, str) else "" for name, text in found}


def _list(document: object, name: str) -> list[object]:
    held = document.get(name) if isinstance(document, Mapping) else None
    return held if isinstance(held, list) else []


def too_large(draft: Draft) -> str | None:
    """Why `draft` is more than a page can show, if it is."""
    barriers = [barrier for stage in draft["stages"] for barrier in stage["barriers"]]
    for what, number, most in (
        ("stages", len(draft["stages"]), MOST_STAGES),
        ("barriers", len(barriers), MOST_BARRIERS),
        ("sources", sum(len(barrier["sources"]) for barrier in barriers), MOST_SOURCES),
    ):
        if number > most:
            return (
                f"A problem statement with {number:,} {what} cannot be edited here: {most} at most."
            )
    return None


def fields(draft: Draft) -> dict[str, str]:
    """What stands in the form; ticked boxes as words in a row."""
    return {field_name(way): text for way, text in _leaves(draft, ())}


def _leaves(value: object, way: Way) -> Iterable[tuple[Way, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, (*way, name))
    elif isinstance(value, list) and way[-1] in TICKED:
        yield way, " ".join(value)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _leaves(inner, (*way, number))
    else:
        yield way, value if isinstance(value, str) else ""


def field_name(way: Way) -> str:
    """The name of the field at `way`."""
    return "-".join(str(step) for step in way)


def from_form(sent: Iterable[tuple[str, str]]) -> Draft:
    """The draft that a posted form holds. Fields that are none of a draft's are left alone."""
    given: dict[Way, list[str]] = {}
    inside: dict[Way, set[int]] = {}
    for name, text in sent:
        steps = name.split("-")
        if all(step.isidentifier() or (step.isdecimal() and len(step) < 4) for step in steps):
            way = tuple(int(step) if step.isdecimal() else step for step in steps)
            given.setdefault(way, []).append(text)
            for depth, step in enumerate(way[:-1]):
                if isinstance(step, int):
                    inside.setdefault(way[:depth], set()).add(step)

    def read(way: Way, names: Iterable[str]) -> Draft:
        return {name: given.get((*way, name), [""])[0] for name in names}

    def below(*way: str | int) -> list[Way]:
        return [(*way, number) for number in sorted(inside.get(way, ()))]

    def ticked(way: Way) -> Draft:
        return {name: given.get((*way, name), []) for name in TICKED}

    return shaped(
        {
            **read((), JOURNEY),
            "stages": [
                {
                    **read(stage, STAGE),
                    "barriers": [
                        {
                            **read(barrier, BARRIER),
                            **ticked(barrier),
                            "sources": [
                                read(source, SOURCE) for source in below(*barrier, "sources")
                            ],
                        }
                        for barrier in below(*stage, "barriers")
                    ],
                }
                for stage in below("stages")
            ],
        }
    )


def with_ids(draft: Draft, tail: str) -> Draft:
    """`draft` with an id wherever there is something to make one of, those it has unchanged.

    `tail` ends the problem statement's own, so that two of one title can be played together.
    """
    taken: set[str] = set()
    stages = []
    for stage in draft["stages"]:
        barriers = []
        for barrier in stage["barriers"]:
            id = barrier["id"]
            if not _fits(id) or id in taken:
                id = _free(slug(barrier["text"], words=6), taken)
            if id:
                taken.add(id)
            barriers.append({**barrier, "id": id})
        stages.append({**stage, "barriers": barriers})
    own = draft["id"]
    if not _fits(own):
        made = slug(draft["title"])
        own = f"{made[: LONGEST_SLUG - len(tail) - 1].strip('-')}-{tail}" if made else ""
    return {**draft, "id": own, "stages": stages}


def _fits(id: str) -> bool:
    return len(id) <= LONGEST_SLUG and SLUG.fullmatch(id) is not None


def slug(text: str, words: int = 8) -> str:
    """The first words of `text` as a short name; empty where it has no letter that will do."""
    plain = unicodedata.normalize("NFKD", text.replace("’", "")).encode("ascii", "ignore").decode()
    found = re.findall(r"[a-z0-9]+", plain.lower().replace("'", ""))
    made = "-".join(found[:words])[:48].strip("-")
    return made or ("own" if text.strip() else "")


def _free(wanted: str, taken: set[str]) -> str:
    """`wanted`, or with a number behind it where that is taken."""
    made, number = wanted, 2
    while made and made in taken:
        made, number = f"{wanted}-{number}", number + 1
    return made
