"""The event log and the whole workshop as JSON: everything there is, for machines.

Both are read with the deck and the journeys in them, so that nothing else is needed to
understand them. It leaves out drafts, which are in neither. What always holds: before
the ratings are open no mark is in them, only who has rated what.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any, Protocol

from pydantic import BaseModel

from app.exports.readers import Names, Reader, check
from app.exports.sums import WorkshopSums
from app.game.messages import Event
from app.game.people import PersonJoined
from app.game.prioritising import CRITERIA, ballots
from app.game.ratings import IdeaRated
from app.game.workshop import Group, Workshop

MATERIAL = frozenset({"deck", "journeys"})
"""Nothing in these was typed in the workshop, so no name is looked for in them."""


class LogRow(Protocol):
    """An event as the log keeps it."""

    @property
    def seq(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def actor(self) -> str: ...
    @property
    def body(self) -> str: ...


def log_json(workshop: Workshop, rows: Iterable[LogRow], reader: Reader) -> bytes:
    """The log up to where `workshop` stands: one object for each event.

    Raises:
        Forbidden: `reader` may not have it now.
    """
    check(workshop, reader)
    names = Names(workshop, reader)
    return _written([_event(workshop, row, names) for row in rows if row.seq <= workshop.seq])


def _event(workshop: Workshop, row: LogRow, names: Names) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(row.body)
    if row.kind == IdeaRated.__name__ and not workshop.ratings_open:
        body = {name: body[name] for name in ("idea", "rater", "staff") if name in body}
        body["withheld"] = True
    if names.reader is Reader.ANALYST:
        body = _without_names(body, names)
        if row.kind == PersonJoined.__name__:
            body["name"] = names.of(body["person"])
        subject = Event.kinds[row.kind].subject_field
        if subject in body:
            body[subject] = names.id_of(body[subject])
    return {
        "seq": row.seq,
        "kind": row.kind,
        "at": row.at.isoformat(),
        "actor": names.id_of(row.actor),
        **body,
    }


def workshop_json(workshop: Workshop, reader: Reader) -> bytes:
    """The workshop as it stands.

    Raises:
        Forbidden: `reader` may not have it now.
    """
    check(workshop, reader)
    names = Names(workshop, reader)
    whole: dict[str, Any] = {
        name: _plain(getattr(workshop, name))
        for name in ("code", "title", "seq", "phase", "opened_at", "options")
    }
    whole["warning"] = _plain(workshop.warning)
    for name in ("journeys", "deck"):
        whole[name] = [_plain(each) for each in getattr(workshop, name).values()]
    whole["groups"] = [_group(group) for group in workshop.groups.values()]
    whole["people"] = [_plain(person) for person in workshop.people.values()]
    whole["ideas"] = [_plain(idea) for idea in workshop.ideas()]
    whole["ratings"] = _ratings(workshop)
    whole["shortlist"] = [_plain(choice) for choice in workshop.shortlist.values()]
    for name in (
        "decisions", "assessments", "dealt", "groups_formed", "spotlight", "ratings_open", "shared",
    ):  # fmt: skip
        whole[name] = _plain(getattr(workshop, name))
    if reader is Reader.ANALYST:
        whole = _without_names(whole, names)
        for person in whole["people"]:
            person["name"] = names.of(person["id"])
        for choice in (*whole["shortlist"], *whole["decisions"]):
            choice["by"] = names.id_of(choice["by"])
    return _written(whole)


def _group(group: Group) -> dict[str, Any]:
    """A group without its ideas, which stand in an order and a list of their own."""
    return {
        field.name: _plain(getattr(group, field.name))
        for field in fields(group)
        if field.name != "ideas"
    }


def _ratings(workshop: Workshop) -> list[dict[str, Any]]:
    """By idea, how many have rated it and, once open, their marks without who gave them."""
    sums, given = WorkshopSums(workshop), ballots(workshop)
    ratings = []
    for idea in workshop.ideas():
        counted = {"idea": idea.id, "raters": sums.of(idea.id).raters}
        if not workshop.ratings_open:
            ratings.append({**counted, "withheld": True})
            continue
        marks = [_plain(each) for each in given.get(idea.id, {}).values()]
        # Not in the order of rating, which would tell who is who.
        marks.sort(key=lambda each: [str(each[name]) for name in (*CRITERIA, "reason", "staff")])
        ratings.append({**counted, "marks": marks})
    return ratings


def _plain(value: Any) -> Any:
    """A part of the state as JSON knows it."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, frozenset):
        return sorted(_plain(each) for each in value)
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value


def _without_names(value: Any, names: Names, field: str = "") -> Any:
    """A part of a document with the names of people taken out of every text in it."""
    if isinstance(value, str):
        return names.words(value)
    if isinstance(value, dict) and field not in MATERIAL:
        return {key: _without_names(each, names, key) for key, each in value.items()}
    if isinstance(value, list) and field not in MATERIAL:
        return [_without_names(each, names) for each in value]
    return value


def _written(document: Any) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode()
