"""A drill: a server, a proxy before it, people at their tables, and what is done to them.

One seed stands behind everything that is chosen. Leaves out which promise is tried and
how hard (`promises`). Always: a drill ends with nothing of it running, and keeps its
folder, with the server's log, for whoever wants to look.
"""

import asyncio
import contextlib
import random
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from tests.faults.disk import LISTENER, Disk
from tests.faults.history import Fault, History
from tests.faults.participant import LOST_LINE, call
from tests.faults.planted import CLOCK
from tests.faults.proxy import Proxy
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
        if self._disk is None:
            self.server.start()
            return
        with self._disk.offer() as theirs:
            self.server.inherited = (theirs.fileno(),)
            self.server.settings[LISTENER] = str(theirs.fileno())
            starting = self.server.start
            self._disk.process = None
            # It does not serve before its calls are answered: both at once.
            with _taking(self._disk, self.server):
                starting()

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

    async def faults(self, *, screens: bool = True) -> list[Fault]:
        """Everything that is wrong, by what there is now."""
        self.failed()
        truths, seen = [], []
        for table in self.tables:
            if screens:
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
    disk: bool = False,
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
    drill = Drill(server, proxy, Disk() if disk else None, seed)
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
def _taking(disk: Disk, server: Served) -> Any:
    """Take over the disk of a server that is just being started."""
    import threading

    before = server._process

    def take() -> None:
        while server._process is before:
            time.sleep(0.005)
        disk.take(server.process.pid)

    thread = threading.Thread(target=take, daemon=True)
    thread.start()
    yield
    thread.join(30)
