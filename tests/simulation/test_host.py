"""The host leads up to the rating, and lets go for good when somebody else acts."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from app.simulation.client import Answer
from app.simulation.host import Host

STAGES = {"sharing": 2, "wider": 1}


class Room:
    """A workshop in memory, seen through a facilitator's connection. Waiting takes no time."""

    def __init__(self) -> None:
        self.done: list[tuple[Any, ...]] = []
        self.before: Callable[[], None] = lambda: None
        """What somebody else does just before the host's next wait."""
        self.refused: set[str] = set()
        self.regions: dict[str, Any] = {
            "workshop": {"phase": "lobby", "arrived": 0},
            "groups": {"groups": []},
            "spotlight": {"idea": None},
            "coverage": {
                "barriers": [
                    {"problem": problem, "stage": stage, "barrier": "b", "ideas": 0}
                    for problem, last in STAGES.items()
                    for stage in range(1, last + 1)
                ]
            },
            "longlist": {
                "ideas": [
                    {"id": "i1", "problem": "sharing", "builds": 1},
                    {"id": "i2", "problem": "sharing", "builds": 3},
                    {"id": "i3", "problem": "wider", "builds": 0},
                ]
            },
        }

    async def until(self, wanted: Callable[[], bool], seconds: float | None = None) -> bool:
        await asyncio.sleep(0)
        if seconds is not None:
            self.before()
        return wanted()

    async def do(self, kind: str, **fields: Any) -> Answer:
        await asyncio.sleep(0)
        self.done.append((kind, *fields.values()))
        if kind in self.refused:
            return Answer(False, kind="rejected", message="No.")
        if kind == "OpenPhase":
            self.open(fields["phase"])
        elif kind == "MoveGroup":
            self.move(fields["group"], fields["stage"], fields["step"])
        elif kind == "Spotlight":
            self.regions["spotlight"] = {"idea": {"id": fields["idea"]}}
        return Answer(True)

    async def save_draft(self, fields: dict[str, str | None]) -> bool:
        raise AssertionError("a host writes nothing")

    def open(self, phase: str) -> None:
        self.regions["workshop"]["phase"] = phase
        if phase == "briefing":
            self.regions["groups"]["groups"] = [
                {"id": id, "problem": problem, "stage": 1, "step": "write", "members": []}
                for id, problem in (("g1", "sharing"), ("g2", "wider"))
            ]

    def move(self, group: str, stage: int, step: str) -> None:
        [found] = [each for each in self.regions["groups"]["groups"] if each["id"] == group]
        found.update(stage=stage, step=step)

    def phases(self) -> list[str]:
        """The phases the host has opened."""
        return [fields[0] for kind, *fields in self.done if kind == "OpenPhase"]


async def lead(room: Room) -> list[str]:
    """What a host says that leads the room."""
    said: list[str] = []
    await asyncio.wait_for(Host(room, 45.0, 1, said.append).lead(6), 5)
    return said


def when(room: Room, met: Callable[[], bool], act: Callable[[], None]) -> None:
    """Have somebody else act, once, as soon as something is the case."""

    def look() -> None:
        if met():
            room.before = lambda: None
            act()

    room.before = look


async def test_left_alone_it_leads_up_to_the_rating_and_no_further() -> None:
    room = Room()
    [said] = await lead(room)
    assert room.phases() == ["briefing", "play", "plenary", "rate"]
    assert "shortlist" in said


async def test_each_group_goes_through_every_step_of_its_own_journey() -> None:
    room = Room()
    await lead(room)
    moves = {
        group: [tuple(place) for kind, *fields in room.done if kind == "MoveGroup"
                for g, *place in [fields] if g == group]
        for group in ("g1", "g2")
    }  # fmt: skip
    assert moves == {
        "g1": [(1, "present"), (1, "build"), (2, "write"), (2, "present"), (2, "build")],
        "g2": [(1, "present"), (1, "build")],
    }


async def test_the_most_discussed_idea_of_each_problem_is_put_in_the_spotlight() -> None:
    room = Room()
    await lead(room)
    assert [c[1] for c in room.done if c[0] == "Spotlight"] == ["i2", "i3"]


ACTS: dict[str, tuple[Callable[[Room], bool], Callable[[Room], None]]] = {
    "opens the briefing": (
        lambda room: room.regions["workshop"]["phase"] == "lobby",
        lambda room: room.open("briefing"),
    ),
    "goes back to the lobby": (
        lambda room: room.regions["workshop"]["phase"] == "play",
        lambda room: room.open("lobby"),
    ),
    "moves a group on": (
        lambda room: ("MoveGroup", "g1", 1, "present") in room.done,
        lambda room: room.move("g1", 2, "build"),
    ),
    "moves a group back": (
        lambda room: ("MoveGroup", "g1", 2, "write") in room.done,
        lambda room: room.move("g1", 1, "build"),
    ),
    "puts another idea in the spotlight": (
        lambda room: room.regions["workshop"]["phase"] == "plenary",
        lambda room: room.regions["spotlight"].update(idea={"id": "i1"}),
    ),
    "ends the plenary": (
        lambda room: ("Spotlight", "i2") in room.done,
        lambda room: room.open("closed"),
    ),
}


@pytest.mark.parametrize("act", ACTS)
async def test_it_lets_go_for_good_when_somebody(act: str) -> None:
    room = Room()
    met, does = ACTS[act]
    seen: list[int] = []

    def intervene() -> None:
        does(room)
        seen.append(len(room.done))

    when(room, lambda: met(room), intervene)
    [said] = await lead(room)
    assert "taken over" in said
    # Another group's move may have been on its way; nothing was begun afterwards.
    assert len(room.done) <= seen[0] + 1
    assert room.phases() != ["briefing", "play", "plenary", "rate"]


@pytest.mark.parametrize("kind", ["OpenPhase", "MoveGroup", "Spotlight"])
async def test_a_refusal_means_that_somebody_else_is_in_charge(kind: str) -> None:
    room = Room()
    room.refused = {kind}
    [said] = await lead(room)
    assert "taken over" in said
    assert [c[0] for c in room.done].count(kind) <= len(STAGES)


async def test_it_does_not_wait_for_everybody_for_ever() -> None:
    room = Room()
    room.regions["workshop"]["arrived"] = 1
    await lead(room)
    assert "play" in room.phases()


async def test_an_empty_longlist_needs_no_spotlight() -> None:
    room = Room()
    room.regions["longlist"] = {"ideas": []}
    await lead(room)
    assert room.phases()[-1] == "rate"
