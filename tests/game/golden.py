"""Golden logs: recording a whole workshop, and the digest by which its fold is known again.

A line of a golden log is an event as the store keeps it, with a digest of the state
after it, so that a fold that goes astray is known by the first event where it does.
Once released, a log's events are never changed. Should a field of the state be renamed
on purpose, the digests alone are made anew:

    python -m tests.game.golden stamp tests/logs/0.1.0.jsonl

and a release that has new events records a log of its own, in the same way:

    python -m tests.game.golden record tests/logs/0.2.0.jsonl

Leaves out the tests (`test_golden_logs.py`). Always: a field of the state that has its
default is left out of the digest, so that adding one changes no digest.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from enum import Enum
from hashlib import blake2b
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel

from app.game import evolve
from app.game.apease import CRITERIA
from app.game.messages import Event, Role, Stamp
from app.game.workshop import Workshop
from tests.game.table import ORGANISATIONS, Table

NAMES = ("Ada", "Bilal", "Chloë", "Dáithí", "Ewa", "Félix", "Grace", "Hồng", "Ífẹ́", "Jan")


class Line(NamedTuple):
    """One line: an event as it was kept, and the digest of the state after it."""

    seq: int
    at: str
    actor: str
    kind: str
    body: dict[str, Any]
    state: str = ""

    @property
    def event(self) -> Event:
        return Event.read(self.kind, json.dumps(self.body))

    @property
    def stamp(self) -> Stamp:
        return Stamp(self.seq, datetime.fromisoformat(self.at), self.actor)


def read(path: Path) -> list[Line]:
    """The lines of a golden log."""
    return [Line(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def write(path: Path, lines: Iterable[Line]) -> None:
    """Put `lines` into a file, with the digests that folding them gives now."""
    text = [
        json.dumps(line._replace(state=digest(workshop))._asdict(), ensure_ascii=False)
        for line, workshop in folded(lines)
    ]
    path.write_text("\n".join(text) + "\n", encoding="utf-8")


def folded(lines: Iterable[Line]) -> Iterator[tuple[Line, Workshop]]:
    """Each line with the workshop after it."""
    workshop: Workshop | None = None
    for line in lines:
        workshop = evolve(workshop, line.event, line.stamp)
        yield line, workshop


def digest(workshop: Workshop) -> str:
    """A short name for all that is true of `workshop`."""
    text = json.dumps(plain(workshop), ensure_ascii=False, separators=(",", ":"))
    return blake2b(text.encode(), digest_size=8).hexdigest()


def plain(thing: Any) -> Any:
    """`thing` as JSON can hold it: in order, and without fields that say nothing new."""
    if isinstance(thing, BaseModel):
        model = type(thing).model_fields
        values = {name: getattr(thing, name) for name in model}
        return {n: plain(v) for n, v in values.items() if v != model[n].get_default()}
    if is_dataclass(thing):
        found = {}
        for field in fields(thing):
            value = getattr(thing, field.name)
            made = field.default_factory
            default = field.default if made is MISSING else made()
            if value != default:
                found[field.name] = plain(value)
        return found
    if isinstance(thing, Mapping):
        return [[plain(key), plain(value)] for key, value in thing.items()]
    if isinstance(thing, frozenset):
        return sorted(plain(each) for each in thing)
    if isinstance(thing, tuple | list):
        return [plain(each) for each in thing]
    if isinstance(thing, Enum):
        return thing.value
    return thing.isoformat() if isinstance(thing, datetime) else thing


def recorded(log: Iterable[tuple[Event, Stamp]]) -> Iterator[Line]:
    """The lines for a log of a table."""
    for event, stamp in log:
        body = json.loads(event.model_dump_json())
        yield Line(stamp.seq, stamp.at.isoformat(), stamp.actor, event.kind, body)


def played() -> Table:
    """A whole workshop, from the first arrival to the last interview."""
    table = Table(organisations=[*ORGANISATIONS, "DHSC"], swaps_per_stage=2, leave_out=["briefing"])
    arrive(table)
    walk(table)
    look_together(table)
    rate(table)
    choose(table)
    assess(table)
    table.do("facilitator", "OpenPhase", phase="closed")
    table.invite(Role.ANALYST)
    table.do("facilitator", "ShareResults", shared=True)
    return table


def arrive(table: Table) -> None:
    for name, organisation in zip(NAMES, cycle(ORGANISATIONS), strict=False):
        table.join(organisation, name)
    table.invite(Role.TABLE_LEAD, "g1")
    table.invite(Role.CO_HOST)
    table.invite(Role.OBSERVER)
    table.do("facilitator", "FormGroups")
    moved = table.members("g1")[0]
    table.do("facilitator", "SeatParticipant", participant=moved, group="g2")
    table.do("facilitator", "OpenPhase", phase="play")


def walk(table: Table) -> None:
    """Three stages: write, present, build; somebody comes late, somebody is moved."""
    for stage in (1, 2, 3):
        if stage > 1:
            table.do("facilitator", "MoveGroup", group="all", stage=stage, step="write")
        for number, person in enumerate(table.workshop.participants()):
            if number % 4 == stage:
                table.do(person.id, "SwapCard", card=table.hand(person.id)[-1])
            more: dict[str, Any] = {
                "how": "It is “easy”",
                "example": "=1+1",
                "caution": "¿Cost?\nTime",
            }
            letter = "ab"[number % 2]
            table.submit(
                person.id,
                barrier=table.barrier(person.id, letter=letter),
                words=f"Stage {stage}: {person.name} rings back the same day",
                **(more if number % 3 == 0 else {}),
            )
        table.do("facilitator", "MoveGroup", group="all", stage=stage, step="present")
        lead = next(p.id for p in table.workshop.people.values() if p.role is Role.TABLE_LEAD)
        table.do(lead, "MoveGroup", group="g1", stage=stage, step="build")
        build(table, stage)
        if stage == 1:
            ideas = list(table.group("g1").ideas)
            table.do(lead, "MergeIdeas", ideas=ideas[:2], words="The two in one")
            table.join("DHSC", "Late")
        if stage == 2:
            moved = table.members("g2")[0]
            table.do("facilitator", "SeatParticipant", participant=moved, group="g1")
            who = table.members("g1")[1]
            table.submit(who, stage=1, words="One more for the first stage")
            table.do("facilitator", "RemovePerson", participant=table.members("g2")[-1])


def build(table: Table, stage: int) -> None:
    manners = cycle(["build", "question", "risk"])
    for group in ("g1", "g2"):
        members = table.members(group)
        ideas = [i for i in table.group(group).ideas.values() if i.stage == stage]
        for idea, who, manner in zip(ideas, reversed(members), manners, strict=False):
            table.do(who, "BuildOn", idea=idea.id, words="And then?", as_=manner)


def look_together(table: Table) -> None:
    table.do("facilitator", "OpenPhase", phase="plenary")
    for idea in [*table.workshop.groups["g2"].ideas][:2]:
        table.do("facilitator", "Spotlight", idea=idea)
    table.do("facilitator", "Spotlight", idea=None)
    who = table.members("g2")[0]
    fields = {"card": "card-7", "barrier": table.barrier(who), "words": "Said aloud"}
    table.do("facilitator", "CaptureIdea", participant=who, group="g2", **fields)


def rate(table: Table) -> None:
    table.do("facilitator", "OpenPhase", phase="rate")
    host = next(p.id for p in table.workshop.people.values() if p.role is Role.CO_HOST)
    raters = [*(p.id for p in table.workshop.participants()[:6]), "facilitator", host]
    for turn, rater in enumerate(raters):
        offered = [
            idea.id
            for idea in table.workshop.ideas()
            if rater not in idea.authors and idea.merged_into is None
        ]
        for place, idea in enumerate(offered[turn::4]):
            marks = [(turn + place + shift) % 6 or None for shift in (0, 2, 5)]
            reason = "It is quick" if place % 3 == 0 else None
            fields = dict(zip(("impact", "effort", "amenability"), marks, strict=True))
            table.do(rater, "RateIdea", idea=idea, reason=reason, **fields)
    again = next(iter(table.workshop.ratings[raters[0]]))
    fields = {"impact": 5, "effort": 1, "amenability": 5}
    table.do(raters[0], "RateIdea", idea=again, **fields)
    table.do("facilitator", "OpenRatings")


def choose(table: Table) -> None:
    table.do("facilitator", "OpenPhase", phase="shortlist")
    for problem in table.workshop.journeys:
        standing = [
            idea.id
            for idea in table.workshop.ideas()
            if idea.problem == problem and idea.merged_into is None
        ]
        for idea in standing[:2]:
            table.do("facilitator", "ShortlistIdea", idea=idea, reason="Worth a closer look")
        table.do("facilitator", "UnshortlistIdea", idea=standing[0], reason="Done already")
        table.do("facilitator", "ShortlistIdea", idea=standing[2], reason="In its place")


def assess(table: Table) -> None:
    table.do("facilitator", "OpenPhase", phase="assess")
    ways = cycle(["positive", "mixed", "negative", "not_asked"])
    for idea in table.workshop.shortlist:
        for organisation in ORGANISATIONS[:2]:
            criteria = {
                name: {"judgement": way, "said": None if way == "not_asked" else "It depends"}
                for name, way in zip(CRITERIA, ways, strict=False)
            }
            table.do(
                "facilitator",
                "RecordAssessment",
                idea=idea,
                organisation=organisation,
                interviewee_role="Director",
                criteria=criteria,
                themes=["Time", "Trust"],
            )


if __name__ == "__main__":
    act, file = sys.argv[1], Path(sys.argv[2])
    if act == "record":
        assert not file.exists(), "a log that was recorded is kept"
        write(file, recorded(played().log))
    else:
        write(file, read(file))
