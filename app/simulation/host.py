"""The simulated host: moves a workshop on until a person does.

It opens the phases up to the rating and takes each group through its stages, each at a
pace of its own. Opening the ratings and settling the shortlist are judgements, and it
leaves them to people. What always holds: once it sees a phase, a step or a spotlight
that it did not cause, it moves nothing any more.
"""

import asyncio
import random
from collections.abc import Callable
from typing import Any

from app.simulation.client import Connection
from app.simulation.words import View

STEPS = {"write": 1.1, "present": 0.4, "build": 0.7}
"""How long each step lasts, as a share of what a step is thought to take."""

Position = tuple[int, str]


class LetGo(Exception):
    """Somebody else is in charge now."""


class Host:
    """Leads a workshop through a facilitator's connection."""

    def __init__(
        self, client: Connection, pace: float, seed: int, say: Callable[[str], object]
    ) -> None:
        self._client = client
        self._pace = pace
        self._chance = random.Random(f"host:{seed}")
        self._say = say
        self._phases = {"lobby"}
        self._positions: dict[str, set[Position]] = {}
        """Where each group may be found without anybody else having acted."""
        self._spotlights: set[str | None] = {None}

    async def lead(self, people: int) -> None:
        """Wait for so many people, and lead them until the rating or until somebody else acts."""
        try:
            await self._lead(people)
        except* LetGo:
            self._say("You have taken over: from here on only you move the workshop.")
        else:
            self._say(
                "The ideas are being rated. Opening the ratings and shortlisting is up to you."
            )

    async def _lead(self, people: int) -> None:
        await self._client.until(lambda: self._phase() is not None)
        await self._pause(0.5, lambda: self._arrived() >= people)
        await self._pause(0.1)
        await self._open("briefing")
        await self._pause(0.3)
        await self._open("play")
        await self._client.until(lambda: bool(self._groups()), self._pace)
        async with asyncio.TaskGroup() as walks:
            for group in self._groups():
                walks.create_task(self._walk(group, random.Random(self._chance.random())))
        await self._open("plenary")
        for idea in self._worth_a_look():
            await self._shine_on(idea)
            await self._pause(0.4)
        await self._open("rate")

    async def _walk(self, group: str, chance: random.Random) -> None:
        """Take one group through every step of every stage of its journey."""
        last = self._last_stage(group)
        for stage in range(1, last + 1):
            for step, share in STEPS.items():
                if (stage, step) != (1, "write"):
                    await self._move(group, stage, step)
                await self._pause(share * chance.uniform(0.85, 1.15))

    # Moving on: what may be found is widened before a command and narrowed once it shows.

    async def _open(self, phase: str) -> None:
        self._phases = {*self._phases, phase}
        await self._command("OpenPhase", phase=phase)
        await self._client.until(lambda: self._phase() == phase, self._pace)
        self._phases = {phase}

    async def _move(self, group: str, stage: int, step: str) -> None:
        self._positions[group] = {*self._positions.get(group, ()), (stage, step)}
        await self._command("MoveGroup", group=group, stage=stage, step=step)
        await self._client.until(lambda: self._found().get(group) == (stage, step), self._pace)
        self._positions[group] = {(stage, step)}

    async def _shine_on(self, idea: str) -> None:
        self._spotlights = {*self._spotlights, idea}
        await self._command("Spotlight", idea=idea)
        await self._client.until(lambda: self._spotlit() == idea, self._pace)
        self._spotlights = {idea}

    async def _command(self, kind: str, **fields: Any) -> None:
        if self._somebody_acted():
            raise LetGo
        answer = await self._client.do(kind, **fields)
        if not answer.ok:  # things are not as we left them
            raise LetGo

    async def _pause(self, share: float, enough: Callable[[], bool] = lambda: False) -> None:
        """Let time go by, less if there is `enough`."""
        await self._client.until(lambda: self._somebody_acted() or enough(), share * self._pace)
        if self._somebody_acted():
            raise LetGo

    def _somebody_acted(self) -> bool:
        for group, position in self._found().items():
            # A group is first met where opening the workshop's phases has put it.
            if position not in self._positions.setdefault(group, {position}):
                return True
        return self._phase() not in self._phases or self._spotlit() not in self._spotlights

    # What the facilitator's views tell

    def _view(self, name: str) -> View:
        return self._client.regions.get(name) or {}

    def _phase(self) -> str | None:
        return self._view("workshop").get("phase")

    def _arrived(self) -> int:
        view = self._view("groups")
        seated = [m for group in view.get("groups") or () for m in group.get("members") or ()]
        return int(self._view("workshop").get("arrived") or 0) or len(seated)

    def _groups(self) -> list[str]:
        return [group["id"] for group in self._view("groups").get("groups") or ()]

    def _found(self) -> dict[str, Position]:
        groups = self._view("groups").get("groups") or ()
        return {group["id"]: (group["stage"], group["step"]) for group in groups}

    def _spotlit(self) -> str | None:
        idea = self._view("spotlight").get("idea")
        return idea.get("id") if isinstance(idea, dict) else idea

    def _last_stage(self, group: str) -> int:
        """How many stages the group's journey has, as the coverage of its barriers shows."""
        problem = next(g["problem"] for g in self._view("groups")["groups"] if g["id"] == group)
        barriers = self._view("coverage").get("barriers") or ()
        return max((b["stage"] for b in barriers if b["problem"] == problem), default=1)

    def _worth_a_look(self) -> list[str]:
        """One idea of each problem statement: the one most was said about."""
        best: dict[str, View] = {}
        for idea in self._view("longlist").get("ideas") or ():
            so_far = best.get(idea["problem"])
            if so_far is None or _said_of(idea) > _said_of(so_far):
                best[idea["problem"]] = idea
        return [idea["id"] for idea in best.values()]


def _said_of(idea: View) -> int:
    builds = idea.get("builds")
    return builds if isinstance(builds, int) else len(builds or ())
