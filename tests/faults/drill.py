"""A drill: a server, a proxy before it, people at their tables, and what is done to them.

One seed stands behind everything that is chosen. Leaves out which promise is tried and
how hard (`promises`). Always: a drill ends with nothing of it running, and keeps its
folder, with the server's log, for whoever wants to look.
"""

import asyncio
import contextlib
import random
import signal
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

from tests.faults.disk import LIMIT, LISTENER, Disk
from tests.faults.history import Fault, History, Screen
from tests.faults.participant import LOST_LINE, Participant, call
from tests.faults.planted import CLOCK
from tests.faults.proxy import Line, Proxy
from tests.faults.tables import Table
from tests.served import Served


class Drill:
    """Made by `drilled`."""

    def __init__(self, server: Served, proxy: Proxy, disk: Disk | None, seed: int) -> None:
        self.server = server
        self.proxy = proxy
        self.seed = seed
        self.chance = random.Random(f"drill {seed}")
        self.history = History()
        self.tables: list[Table] = []
        self._disk = disk
        self._beside: list[asyncio.Task[Any]] = []
        self._screens: list[Screen] = []

    @property
    def disk(self) -> Disk:
        assert self._disk is not None
        return self._disk

    @property
    def url(self) -> str:
        """The address of the database."""
        data = self.server.folder / "data"
        return self.server.settings.get(
            "MOMENTS_DATABASE_URL", f"sqlite+aiosqlite:///{data / 'moments.db'}"
        )

    # The server

    async def start(self) -> None:
        await asyncio.to_thread(self._start)

    def _start(self) -> None:
        if self._disk is None or self._disk.how == LIMIT:
            self.server.settings.pop(LISTENER, None)
            self.server.inherited = ()
            self.server.start()
            if self._disk is not None:
                self._disk.process = self.server.process.pid
            return
        with self._disk.offer() as theirs:
            self.server.inherited = (theirs.fileno(),)
            self.server.settings[LISTENER] = str(theirs.fileno())
            # It does not serve before its calls are answered: both at once.
            with _taking(self._disk, self.server):
                self.server.start()

    async def kill(self) -> None:
        """SIGKILL."""
        await asyncio.to_thread(self.server.kill)

    async def terminate(self) -> float:
        """SIGTERM; the seconds it took to be out."""
        begun = time.monotonic()
        self.server.process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(self.server.process.wait, 60)
        return time.monotonic() - begun

    async def ended(self) -> None:
        """Wait until the server is dead, by whatever killed it."""
        await asyncio.to_thread(self.server.process.wait, 60)

    def jump(self, seconds: float) -> None:
        """The server's clock is wrong by so much from now on."""
        Path(self.server.settings[CLOCK]).write_text(str(seconds))

    async def ready(self) -> int:
        """The status of `/ready`; 0 where nothing answers."""
        with contextlib.suppress(*LOST_LINE, ValueError, IndexError):
            return (await call(self.server.port, "GET", "/ready"))[0]
        return 0

    # People

    async def table(self, people: int) -> Table:
        """Another table, whose people are there."""
        seed = self.chance.getrandbits(32)
        table = await Table.open(
            self.proxy.port, self.history, people=people, seed=seed, straight=self.server.port
        )
        self.tables.append(table)
        return table.arrive()

    async def write_on(self, people: int, enough: Callable[[], bool] = lambda: False) -> None:
        """Table after table, everybody builds on what was presented."""
        while not enough():
            table = await self.table(people)
            await table.present()
            await table.keep_building(enough)
            if not enough():
                await self.finish(table)

    async def finish(self, table: Table) -> None:
        """A table has done all it is to do: what its people saw is looked at, and they leave.

        What was written is looked at in the end, after all that may still become of it.
        """
        self._screens += await table.screens(self.server.port)
        await table.leave()

    @property
    def people(self) -> list[Participant]:
        """Everybody who is there."""
        return [person for table in self.tables for person in table.people if person.here]

    def told(self, kind: str) -> int:
        """How often anybody was refused something for this, and not for good."""
        everybody = [p for table in self.tables for p in (*table.people, table.facilitator)]
        return sum(person.refusals[kind] for person in everybody)

    def stall(self, person: Participant) -> Line:
        """From now on nothing that the server sends somebody is read, until the line ends."""
        (line,) = [line for line in self.proxy.lines if line.leads_to(person.port_of_line)]
        line.stalled = True
        return line

    def beside(self, work: Awaitable[Any]) -> asyncio.Task[Any]:
        """Do this beside everything else, until the drill ends."""
        task = asyncio.ensure_future(work)
        self._beside.append(task)
        return task

    def failed(self) -> None:
        """Raise what went wrong beside, if anything did."""
        for task in self._beside:
            if task.done() and not task.cancelled():
                task.result()

    async def until(self, condition: Callable[[], bool], seconds: float = 120) -> None:
        """Wait for it; TimeoutError says that it never came."""
        async with asyncio.timeout(seconds):
            while not condition():
                self.failed()
                await asyncio.sleep(0.01)

    async def more_answers(self, number: int = 1, seconds: float = 60) -> float:
        """Wait for so many more acknowledgements; the seconds it took."""
        begun, before = time.monotonic(), self.answered
        await self.until(lambda: self.answered >= before + number, seconds)
        return time.monotonic() - begun

    @property
    def answered(self) -> int:
        """How many answers of yes anybody was given so far."""
        return self.history.answered

    # At the end

    async def quiet(self) -> None:
        """Nobody asks for anything new, and all that was asked for is answered."""
        self.failed()
        for task in self._beside:
            task.cancel()
        await asyncio.gather(*self._beside, return_exceptions=True)
        self._beside.clear()
        await self.until(lambda: not any(person.unanswered for person in self.people))

    async def faults(self, *, screens: bool = True) -> list[Fault]:
        """Everything that is wrong, once all is quiet."""
        await self.quiet()
        truths, seen = [], list(self._screens)
        for table in self.tables:
            if screens and table.people[0].here:
                seen += await table.screens(self.server.port)
            truths.append(await table.truth(self.url, self.server.port))
        return self.history.faults(truths, seen)

    async def leave(self) -> None:
        for task in self._beside:
            task.cancel()
        await asyncio.gather(*self._beside, return_exceptions=True)
        for table in self.tables:
            await table.leave()


@contextlib.asynccontextmanager
async def drilled(
    folder: Path,
    seed: int,
    *,
    planted: str = "sound",
    disk: bool | Disk = False,
    watching: bool = False,
    buffer: int | None = None,
    **settings: str,
) -> AsyncIterator[Drill]:
    """A drill whose server runs; `planted` names a bug it has."""
    folder.mkdir(parents=True, exist_ok=True)
    clock = folder / "clock"
    clock.write_text("0")
    settings = {"MOMENTS_TRUSTED_PROXIES": "127.0.0.1", CLOCK: str(clock), **settings}
    server = Served(folder, **settings)
    server.program = ["-m", "tests.faults.planted", planted]
    proxy = Proxy(server.port, seed, watching=watching, buffer=buffer)
    # Whoever comes through the proxy names its port: it is an address of the server's too.
    await proxy.start()
    server.settings["MOMENTS_PUBLIC_URL"] = f"http://127.0.0.1:{proxy.port}"
    drill = Drill(server, proxy, Disk() if disk is True else disk or None, seed)
    try:
        await drill.start()
        yield drill
    finally:
        await drill.leave()
        await proxy.cut()
        if disk:
            drill.disk.heal()
        await asyncio.to_thread(server.stop)


@contextlib.contextmanager
def _taking(disk: Disk, server: Served) -> Iterator[None]:
    """Take over the disk of a server that is just being started."""
    before = server._process

    def take() -> None:
        while server._process is before:
            time.sleep(0.005)
        disk.take(server.process.pid)

    thread = threading.Thread(target=take, daemon=True)
    thread.start()
    yield
    thread.join(30)
