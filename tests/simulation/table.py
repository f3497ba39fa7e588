"""A table without a server: one group whose participants share views in memory.

It stands in for the client, so that behaviour can be tried without a network or time.
What always holds: time spent waiting is none, and what a person did is kept in order.
"""

import asyncio
import copy
from collections.abc import Callable
from typing import Any

from app.simulation.client import Answer
from app.simulation.names import Person
from app.simulation.participant import Participant

BARRIERS = [
    {"id": "across-plans-slip", "text": "Plans slip.", "com_b": ["motivation-reflective"]},
    {"id": "across-roles-unclear", "text": "Who?", "com_b": ["capability-psychological"]},
]
CARDS = [
    ("reminders", "motivation-automatic"),
    ("plain-writing", "capability-psychological"),
    ("public-commitment", "motivation-reflective"),
    ("default-effect", "opportunity-physical"),
    ("champions", "opportunity-social"),
]


class Seat:
    """One participant's connection; `did` is what they did."""

    def __init__(self, table: "Table", me: str) -> None:
        self.table = table
        self.me = me
        self.regions: dict[str, Any] = {}
        self.did: list[dict[str, Any]] = []
        self.drafts: list[dict[str, Any]] = []
        self.waiting = False
        self.refusing = False
        self.on_draft: Callable[[], None] = lambda: None

    async def until(self, wanted: Callable[[], bool], seconds: float | None = None) -> bool:
        await asyncio.sleep(0)
        if seconds is None:
            while not wanted():
                self.waiting = True
                await self.table.changed.wait()
            self.waiting = False
        return wanted()

    async def do(self, kind: str, **fields: Any) -> Answer:
        self.did.append({"kind": kind, **copy.deepcopy(fields)})
        if self.refusing:
            return Answer(False, kind="rejected", message="No.")
        self.table.carry_out(self, kind, fields)
        return Answer(True, made="i1")

    async def save_draft(self, fields: dict[str, str | None]) -> bool:
        self.drafts.append(fields)
        self.regions["me"]["draft"] = fields if any(fields.values()) else None
        self.on_draft()
        return True

    def kinds(self) -> list[str]:
        """The kinds of what they did, in order."""
        return [command["kind"] for command in self.did]


class Table:
    """A group of participants with a hand each."""

    def __init__(self, people: list[Person], pace: float = 45.0) -> None:
        self.changed = asyncio.Event()
        self.ideas: list[dict[str, Any]] = []
        self.seats = [Seat(self, f"p{n}") for n in range(1, len(people) + 1)]
        self.participants = [
            Participant(person, seat, pace) for person, seat in zip(people, self.seats, strict=True)
        ]
        members = [
            {"id": seat.me, "organisation": "NHS", "state": "reading"} for seat in self.seats
        ]
        for seat in self.seats:
            cards = [{"id": id, "title": id, "com_b": [com_b]} for id, com_b in CARDS]
            seat.regions = {
                "workshop": {"phase": "lobby"},
                "me": {"id": seat.me, "role": "participant", "group": "g1", "draft": None},
                "group": {"id": "g1", "problem": "cross-agency-communication", "members": members},
                "hand": {"cards": cards, "swaps_left": 1},
            }

    def carry_out(self, seat: Seat, kind: str, fields: dict[str, Any]) -> None:
        """What a command does to what the table shows."""
        if kind == "SubmitIdea":
            hand = seat.regions["hand"]["cards"]
            [played] = [card for card in hand if card["id"] == fields["card"]]
            hand.remove(played)
            id = f"i{len(self.ideas) + 1}"
            self.ideas.append({"id": id, "author": seat.me, "builds": [], **fields})
        elif kind == "SwapCard":
            hand = seat.regions["hand"]
            hand["swaps_left"] -= 1
            hand["cards"] = [c for c in hand["cards"] if c["id"] != fields["card"]]
            hand["cards"].append({"id": "storytelling", "com_b": ["motivation-reflective"]})
        elif kind == "BuildOn":
            [idea] = [idea for idea in self.ideas if idea["id"] == fields["idea"]]
            idea["builds"].append({"words": fields["words"], "author": seat.me})

    async def play(self, *, until_idle: bool = True, **regions: Any) -> None:
        """Show everybody these regions, and wait till all have done what they do."""
        for seat in self.seats:
            for name, view in regions.items():
                seat.regions[name] = view
        woken, self.changed = self.changed, asyncio.Event()
        woken.set()
        for seat in self.seats:
            seat.waiting = False
        while until_idle and not all(seat.waiting for seat in self.seats):
            await asyncio.sleep(0)

    async def step(self, stage: int, step: str) -> None:
        """Take the group to a step; the board shows its ideas from `present` on."""
        shown = self.ideas if step != "write" else []
        view = {"stage": stage, "step": step, "title": "Plan", "barriers": BARRIERS}
        await self.play(workshop={"phase": "play"}, stage=view, board={"ideas": shown})

    async def rate(self, *, rated: bool = False, opened: bool = False) -> None:
        """Offer everybody the ideas of others to rate."""
        for seat in self.seats:
            offered = [
                {"id": i["id"], "words": i["words"], "organisation": "NHS", "rated": rated}
                for i in self.ideas
                if i["author"] != seat.me
            ]
            seat.regions["rating"] = {"ideas": offered, "open": opened}
        await self.play(workshop={"phase": "rate"})
