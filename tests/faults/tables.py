"""Tables: workshops full of participants who write, and what there is of them at the end.

Leaves out faults: what is here only wants to get its work done. Always: everything is
asked for through an outbox, so a table goes on as soon as it is let.
"""

import asyncio
import csv
import io
import time
from collections.abc import Awaitable, Callable, Iterable
from itertools import count
from typing import Any

from app.store import open_for_reading
from tests.faults.history import Act, History, Logged, Screen, Truth, marked, marks
from tests.faults.participant import LOST_LINE, Participant, call
from tests.served import KEY

PROBLEM = "information-sharing"
MOST_BUILDS = 240
"""At one table: everybody is sent all of them with each, which grows with the square."""


async def patiently(port: int, method: str, path: str, body: Any, key: str | None) -> Any:
    """As `call`, again and again until it is done: servers are killed and networks cut."""
    while True:
        try:
            status, answer = await call(port, method, path, body, key)
        except (*LOST_LINE, ValueError, IndexError):
            status, answer = 503, None
        if status < 300:
            return answer
        if status not in (429, 503):
            raise RuntimeError(f"{method} {path}: {status} {answer}")
        await asyncio.sleep(0.1)


class Table:
    """One workshop with one group, its participants, and its facilitator."""

    def __init__(self, port: int, code: str, history: History, seed: int) -> None:
        self.port = port
        self.code = code
        self.history = history
        self.facilitator = Participant(port, code, "facilitator", KEY, history, seed)
        self.people: list[Participant] = []
        self.shown: list[str] = []  # ideas that everybody at the table may build on
        self._numbers = count(1)
        self._seed = seed

    @classmethod
    async def open(
        cls, port: int, history: History, *, people: int, seed: int, straight: int | None = None
    ) -> "Table":
        """A workshop in play; `straight` is the server's own port, where `port` is a proxy's."""
        door = straight or port
        wish = {"title": "A table", "problems": [PROBLEM], "hand_size": 7, "seed": seed % 2**31}
        code = (await patiently(door, "POST", "/workshops", wish, KEY))["code"]
        table = cls(port, code, history, seed)
        for number in range(people):
            said = {"name": f"Person {number}", "organisation": ("NHS", "Police")[number % 2]}
            seat = await patiently(door, "POST", f"/workshops/{code}/join", said, None)
            person = Participant(port, code, seat["participant"], seat["key"], history, seed)
            history.audience[code, person.name] = person.name  # until ideas are presented
            table.people.append(person)
        await table.lead("OpenPhase", phase="play")
        return table

    async def lead(self, kind: str, **fields: Any) -> Act:
        """The facilitator does something."""
        return await self.facilitator.ask(kind, by_form=True, **fields)

    def arrive(self) -> "Table":
        for person in self.people:
            person.arrive()
        return self

    async def leave(self) -> None:
        await asyncio.gather(*(person.leave() for person in self.people))

    def words(self, person: Participant) -> str:
        return marked(person.name, self.code, next(self._numbers))

    # Writing

    async def play_through(self) -> None:
        """Every hand at every stage is written down; the rest of the journey follows."""
        screen = await self.people[0].see(lambda screen: bool(screen.get("stage")))
        stages = len(screen["stage"]["journey"])
        for stage in range(1, stages + 1):
            if stage > 1:
                await self.lead("MoveGroup", group="all", stage=stage, step="write")
            await asyncio.gather(*(self.play_hand(person, stage) for person in self.people))

    async def play_hand(self, person: Participant, stage: int, most: int = 7) -> None:
        """Write an idea with each card of the hand, two on their way at a time."""
        screen = await person.see(
            lambda screen: (
                bool(screen.get("stage"))
                and screen["stage"]["stage"] == stage
                and bool(screen["hand"]["cards"])
            )
        )
        barrier = screen["stage"]["barriers"][0]["id"]
        cards = [card["id"] for card in screen["hand"]["cards"]][:most]

        async def each() -> None:
            while cards:
                await self.idea(person, cards.pop(), barrier)

        await asyncio.gather(each(), each())

    async def idea(self, person: Participant, card: str, barrier: str, **how: Any) -> Act:
        words = self.words(person)
        return await person.ask(
            "SubmitIdea", words, is_idea=True, card=card, barrier=barrier, **how
        )

    async def present(self) -> None:
        """Everybody writes one idea, and all are presented: from now on people can build."""
        await asyncio.gather(*(self.play_hand(person, 1, most=1) for person in self.people))
        for person in self.people:
            self.history.audience[self.code, person.name] = "all"
        await self.lead("MoveGroup", group="all", stage=1, step="build")
        screen = await self.people[0].see(lambda screen: bool(screen["board"]["ideas"]))
        self.shown = [idea["id"] for idea in screen["board"]["ideas"]]

    async def build(self, person: Participant, **how: Any) -> Act:
        """Build on a presented idea: what people can do without end."""
        idea = person.chance.choice(self.shown)
        fields: dict[str, Any] = {"idea": idea, "as": "build", **how}
        return await person.ask("BuildOn", self.words(person), **fields)

    async def keep_building(self, enough: Callable[[], bool], most: int = MOST_BUILDS) -> None:
        """Everybody builds until there is enough, or as much as a table can look at."""

        async def each(person: Participant) -> None:
            left = most // len(self.people)
            while left and not enough():
                left -= 1
                await self.build(person)

        await asyncio.gather(*(each(person) for person in self.people))

    # At the end

    async def truth(self, url: str, door: int) -> Truth:
        """What there is: read from the database, from a view and from an export."""
        store = await open_for_reading(url)
        try:
            rows = await store.log.read(self.code)
        finally:
            await store.close()
        path = f"/workshops/{self.code}"
        view = await patiently(door, "GET", f"{path}/view", None, KEY)
        ideas = view["regions"]["longlist"]["ideas"]
        table = await patiently(door, "GET", f"{path}/export/longlist.csv", None, KEY)
        lines = csv.DictReader(io.StringIO(table.decode("utf-8-sig")))
        return Truth(
            self.code,
            [Logged(row.seq, row.ref, row.body) for row in rows],
            [word for idea in ideas for word in marks(idea["words"])],
            [word for line in lines for word in marks(line["intervention"])],
        )

    async def screens(self, door: int, seconds: float = 15) -> list[Screen]:
        """What everybody's frames add up to, once the last of them have come."""
        return list(await asyncio.gather(*(self._screen(p, door, seconds) for p in self.people)))

    async def _screen(self, person: Participant, door: int, seconds: float) -> Screen:
        path = f"/workshops/{self.code}/view"
        line, since = person.lines, time.monotonic()
        while True:
            fresh = (await patiently(door, "GET", path, None, person.key))["regions"]
            if not person.welcome.is_set() or person.lines != line:
                line, since = person.lines, time.monotonic()  # only time on one line counts
            late = time.monotonic() - since > seconds
            if late or all(person.screen.get(name) == view for name, view in fresh.items()):
                return Screen(person.name, self.code, dict(person.screen), fresh)
            await asyncio.sleep(0.2)


async def at_once(work: Iterable[Awaitable[Any]]) -> None:
    """All of these; the first that fails fails them all."""
    async with asyncio.TaskGroup() as group:
        for each in work:
            group.create_task(_awaited(each))


async def _awaited(work: Awaitable[Any]) -> None:
    await work
