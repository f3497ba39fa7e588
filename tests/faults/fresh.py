"""What is kept beside what is fresh (P7): everybody in a workshop, as a program and at a page.

Each keeps what they are sent; now and then that is compared with a page loaded just then, with a
view asked for just then, and with what the log makes when it is folded anew beside the server.
Leaves out what is done meanwhile (`walking.py`). Always: what shows who is about, which the log
does not hold, is compared with the server's own word alone.
"""

import asyncio
import contextlib
import json
import re
import time
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from websockets.exceptions import ConnectionClosed

from app import game
from app.game.messages import Actor, Role
from app.game.workshop import Workshop
from app.live.rows import read
from app.store import Store
from app.views import SCREENS, Company
from tests.faults.history import History
from tests.faults.participant import LOST_LINE, Participant, call
from tests.served import Served
from tests.web.canaries import page_socket

ON_ITS_WAY = 0.05  # seconds after which it is worth looking
SETTLED_WITHIN = 15  # seconds after which what has not come never will
PARTIAL = re.compile(r'<hx-partial hx-target="#(\w+)"[^>]*>(.*?)</hx-partial>', re.DOTALL)
SECTION = re.compile(r"<(/?)section\b")


@cache
def _adapter(view: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(view)


def region_of(html: str, name: str) -> str | None:
    """The region of this name as it stands in a page."""
    start = html.find(f'<section id="{name}"')
    depth = 0
    for found in SECTION.finditer(html, max(start, 0)):
        depth += -1 if found[1] else 1
        if depth == 0:
            return html[start : found.end() + 1] if start >= 0 else None
    return None


class Page:
    """Somebody's open page: the regions it began with, and what its socket made of them."""

    def __init__(self, server: Served, path: str, cookie: str | None) -> None:
        self.server, self.path = server, path
        self.headers = {"Cookie": cookie} if cookie else {}
        self.kept: dict[str, str | None] = {}
        self._first: dict[str, Any] = {}
        self._url = ""
        self._line: Any = None
        self._living: asyncio.Task[None] | None = None

    async def load(self) -> str:
        reply = await asyncio.to_thread(self.server.page, "GET", self.path, None, self.headers)
        assert reply.status == 200, (self.path, reply.status)
        self._reply = reply
        return str(reply.body.decode())

    async def come(self) -> "Page":
        """Load the page, and open its socket."""
        html = await self.load()
        self._first, self._url = page_socket(self._reply)
        self.kept = {name: region_of(html, name) for name in self._first["regions"]}
        assert None not in self.kept.values(), self.kept.keys()
        self._living = asyncio.create_task(self._live())
        return self

    async def fresh(self) -> dict[str, str | None]:
        """The same regions in the page as it would be loaded now."""
        html = await self.load()
        return {name: region_of(html, name) for name in self.kept}

    def drop(self) -> None:
        """Lose the connection; it is opened again where it was."""
        if self._line is not None:
            self._line.transport.abort()

    async def leave(self) -> None:
        if self._living is not None:
            self._living.cancel()
            await asyncio.gather(self._living, return_exceptions=True)

    async def _live(self) -> None:
        while True:
            with contextlib.suppress(*LOST_LINE, ConnectionClosed):
                async with self.server.line(
                    self._url, Origin=self.server.url, **self.headers
                ) as line:
                    self._line = line
                    await line.send(json.dumps(self._first))
                    while True:
                        self._take(json.loads(await line.recv()))
            await asyncio.sleep(0.05)

    def _take(self, message: dict[str, Any]) -> None:
        if "content" not in message:
            return
        self._first |= {"since": message["seq"], "epoch": message["epoch"]}
        self._first["tick"] = max(self._first["tick"], message["tick"])
        for name, section in PARTIAL.findall(message["content"]):
            self.kept[name] = region_of(section, name)


@dataclass
class Onlooker:
    """Somebody who looks: by a program, at a page, or both."""

    role: Role
    id: str
    page: Page
    program: Participant | None = None
    key: str | None = None

    async def arrive(self) -> "Onlooker":
        await self.page.come()
        if self.program is not None:
            self.program.arrive()
        return self

    async def leave(self) -> None:
        await self.page.leave()
        if self.program is not None:
            await self.program.leave()

    def drop(self) -> None:
        self.page.drop()
        if self.program is not None:
            self.program.drop()


@dataclass
class Compared:
    """What was compared, and what differed."""

    events: int = 0
    regions: int = 0
    pairs: set[tuple[str, Role]] = field(default_factory=set)
    """Kinds of event, with the roles whose screens were looked at after one."""
    differences: list[str] = field(default_factory=list)


class Mirror:
    """The workshop as its log makes it, folded beside the server and by nobody else."""

    def __init__(self, store: Store, code: str) -> None:
        self._store, self.code = store, code
        self.workshop: Workshop | None = None
        self.kinds: list[str] = []
        """Of the events since they were last taken."""

    @property
    def now(self) -> Workshop:
        assert self.workshop is not None
        return self.workshop

    async def catch_up(self) -> Workshop:
        after = self.workshop.seq if self.workshop else 0
        for row in await self._store.log.read(self.code, after=after):
            self.workshop = game.evolve(self.workshop, *read(row))
            self.kinds.append(row.kind)
        return self.now

    def see(self, who: Onlooker, kept_until: datetime | None) -> dict[str, Any]:
        """What they may see, but for what shows who is about; as JSON."""
        person = self.now.people.get(who.id)
        viewer = Actor(who.id, who.role, person.group if person else None)
        made = {}
        for region in SCREENS[who.role]:
            if not region.live:
                audience = region.audience_of(self.now, viewer)
                view = region.show(self.now, audience, Company(kept_until=kept_until))
                text = None if view is None else _adapter(type(view)).dump_json(view)
                made[region.name] = None if text is None else json.loads(text)
        return made


async def compare(people: list[Onlooker], mirror: Mirror, found: Compared) -> None:
    """Everybody's screens, once the last of what was sent has come."""
    await mirror.catch_up()
    await asyncio.sleep(ON_ITS_WAY)
    differing = await asyncio.gather(*(_settled(who, mirror, found) for who in people))
    found.differences += [each for some in differing for each in some]
    found.events += len(mirror.kinds)
    found.pairs |= {(kind, who.role) for kind in mirror.kinds for who in people}
    mirror.kinds.clear()


async def _settled(who: Onlooker, mirror: Mirror, found: Compared) -> list[str]:
    begun = time.monotonic()
    while True:
        differing, looked = await _differing(who, mirror)
        if not differing or time.monotonic() - begun > SETTLED_WITHIN:
            found.regions += looked
            return [f"{each} of {who.role} {who.id} at {mirror.now.seq}" for each in differing]
        await asyncio.sleep(0.02)


async def _differing(who: Onlooker, mirror: Mirror) -> tuple[list[str], int]:
    """The regions whose kept views are not the fresh ones, and how many were looked at."""
    fresh = await who.page.fresh()
    differing = [f"{name} (page)" for name, html in fresh.items() if who.page.kept[name] != html]
    looked = len(fresh)
    if who.program is not None:
        path = f"/workshops/{mirror.code}/view"
        _, view = await call(who.program.port, "GET", path, None, who.key)
        until = view["regions"]["workshop"]["kept_until"]  # the log does not know of it
        folded = mirror.see(who, until and datetime.fromisoformat(until))
        for words, other in (("view", view["regions"]), ("log", folded)):
            looked += len(other)
            screen = who.program.screen
            differing += [
                f"{name} ({words})" for name, seen in other.items() if screen.get(name) != seen
            ]
    return differing, looked


def onlooker(
    server: Served, code: str, role: Role, id: str, cookie: str | None, key: str | None
) -> Onlooker:
    """Somebody with a cookie, and the key that is in it; the projector has neither."""
    at = f"/facilitate/{code}" if role in game.messages.STAFF else f"/w/{code}"
    page = Page(server, f"{at}/screen" if role is Role.SCREEN else at, cookie)
    if key is None:
        return Onlooker(role, id, page)
    program = Participant(server.port, code, id, key, History())
    return Onlooker(role, id, page, program, key)
