"""Backups taken while people write, each restored elsewhere and opened.

The real server is written to by several people at once; the real commands take a backup
and restore it, and the program itself says what is in it. Leaves out Postgres. Always:
what must be in a backup is what had been answered before it was asked for.
"""

import asyncio
import random
from pathlib import Path

from app.live.rows import fold
from app.store import open_for_reading
from tests.faults.promise import Seen
from tests.served import KEY, Served, served

WRITERS = 4


class Writing:
    """People who write in a workshop until they are told to stop."""

    def __init__(self, server: Served, seed: int) -> None:
        self.server = server
        self.chance = random.Random(f"backups {seed}")
        self.answered: dict[str, int] = {}
        """Of each workshop the number of the last event that was acknowledged."""
        self._stop = asyncio.Event()

    async def write(self) -> None:
        number = 0
        while not self._stop.is_set():
            if number % 100 == 0:  # opening is acknowledged as well
                code = await asyncio.to_thread(self.server.open, groups_per_problem=2)
                name = "Person " + "x" * self.chance.randrange(1, 40)
                person, _ = await asyncio.to_thread(self.server.join, code, name)
                await asyncio.to_thread(self.server.done, code, kind="FormGroups")
            number += 1
            seat = {"participant": person, "group": f"g{1 + number % 2}"}
            done = await asyncio.to_thread(self.server.done, code, kind="SeatParticipant", **seat)
            self.answered[code] = done["seq"]

    def stop(self) -> None:
        self._stop.set()


async def back_up(folder: Path, seed: int, times: int) -> Seen:
    """Take a backup under load so many times, restore each and look into it (P17)."""
    seen = Seen()
    whole = 0
    promised = 0
    folder.mkdir(parents=True, exist_ok=True)
    with served(folder) as server:
        writing = Writing(server, seed)
        tasks = [asyncio.create_task(writing.write()) for _ in range(WRITERS)]
        try:
            for number in range(times):
                await asyncio.sleep(writing.chance.uniform(0.1, 1))
                for task in tasks:
                    if task.done():
                        task.result()
                must = dict(writing.answered)
                copy = folder / f"{number}.db"
                await asyncio.to_thread(server.moments, "backup", str(copy))
                wrong = await _wrong(server, copy, folder / f"restored-{number}", must)
                seen.short += wrong
                whole += not wrong
                promised += sum(must.values())
                copy.unlink()
        finally:
            writing.stop()
            await asyncio.gather(*tasks)
    seen.least("backups restored whole", whole, times)
    seen.least("acknowledged events looked for", promised, times)
    seen.figures["events written meanwhile"] = sum(writing.answered.values())
    return seen


async def _wrong(server: Served, copy: Path, place: Path, must: dict[str, int]) -> list[str]:
    """What is wrong with a backup, once it was restored at `place`."""
    place.mkdir()
    beside = Served(place, **server.settings)
    await asyncio.to_thread(beside.moments, "restore", str(copy))
    store = await open_for_reading(f"sqlite+aiosqlite:///{place / 'data' / 'moments.db'}")
    before = await open_for_reading(f"sqlite+aiosqlite:///{server.folder}/data/moments.db")
    wrong = [] if await store.whole() else [f"{copy.name} is damaged"]
    try:
        for code, seq in must.items():
            rows = await store.log.read(code)
            if len(rows) < seq:
                wrong.append(f"{copy.name} lacks {seq - len(rows)} acknowledged events")
            elif rows != await before.log.read(code, upto=len(rows)):
                wrong.append(f"{copy.name} has other events than the server")
            elif fold(rows).seq != len(rows):
                wrong.append(f"{copy.name} cannot be folded")
            renewed, old = await store.records.workshop(code), await before.records.workshop(code)
            if renewed is None or old is None or renewed.epoch == old.epoch:
                wrong.append(f"{copy.name} was restored without a new epoch")
    finally:
        await store.close()
        await before.close()
    return wrong


async def restored_and_served(folder: Path, seed: int) -> Seen:
    """One backup that is restored in the server's own place, and served to who was connected."""
    seen = Seen()
    folder.mkdir(parents=True, exist_ok=True)
    with served(folder) as server:
        code = await asyncio.to_thread(server.open)
        await asyncio.to_thread(server.join, code, "Before")
        copy = folder / "copy.db"
        await asyncio.to_thread(server.moments, "backup", str(copy))
        for number in range(random.Random(seed).randrange(1, 5)):
            await asyncio.to_thread(server.join, code, f"After {number}")
        view = server.api("GET", f"/workshops/{code}/view").body
        server.stop()
        for file in (folder / "data").glob("moments.db*"):
            file.unlink()
        server.moments("restore", str(copy))
        server.start()
        # Who comes back with a number from before the restore gets everything, not a hole.
        asked = f"/workshops/{code}/view?since={view['seq']}&epoch={view['epoch']}"
        again = server.api("GET", asked, key=KEY).body
        seen.must(again["epoch"] != view["epoch"], "the epoch is the same after a restore")
        seen.must(again["seq"] < view["seq"], "the backup holds what came after it")
        seen.must(again["regions"].keys() == view["regions"].keys(), "not everything was sent")
    return seen
