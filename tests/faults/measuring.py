"""A program that only looks on, and writes down when it is told of something.

Run by `measured`, in a process of its own: whoever is timed must not wait for those who make the
work. Each of its sockets is somebody's second page. It notes the moment a frame has come, before
it reads what it says; the clock is the kernel's, and the same for whoever sent it. How late a
timer of its own rings says how busy the machine is without any server.

Leaves out what is sent. Always: a line on its output is the words of an act, and when they came.
"""

import asyncio
import contextlib
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field

from websockets.asyncio.client import connect

from tests.faults.history import marks
from tests.faults.participant import Participant

TICK = 0.01
LATE = "late"
LISTENING = "listening"


@dataclass
class Measured:
    """When each act was seen by somebody else, and how late timers were meanwhile."""

    seen: dict[str, float] = field(default_factory=dict)
    late: list[float] = field(default_factory=list)


@contextlib.asynccontextmanager
async def measured(port: int, people: Iterable[Participant]) -> AsyncIterator[Measured]:
    """Beside what goes on, these people have another page open, and it is noted what comes."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.measuring", str(port),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, limit=1 << 20,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    watching = [{"workshop": person.workshop, "key": person.key} for person in people]
    process.stdin.write(json.dumps(watching).encode() + b"\n")
    found, output = Measured(), process.stdout
    assert (await output.readline()).decode().strip() == LISTENING

    async def note() -> None:
        while line := (await output.readline()).decode().split():
            if line[0] == LATE:
                found.late.append(float(line[1]))
            else:
                found.seen[line[0]] = float(line[1])

    noting = asyncio.create_task(note())
    try:
        yield found
    finally:
        noting.cancel()
        await asyncio.gather(noting, return_exceptions=True)
        process.terminate()
        await process.wait()


async def watch(port: int, workshop: str, key: str, ready: asyncio.Semaphore) -> None:
    url = f"ws://127.0.0.1:{port}/api/v1/workshops/{workshop}/live"
    known: set[str] = set()
    async with connect(url, compression=None, max_size=None, proxy=None, max_queue=None) as line:
        await line.send(json.dumps({"key": key, "since": None, "epoch": None}))
        known.update(marks(str(await line.recv())))
        ready.release()
        while True:
            text, now = str(await line.recv()), time.monotonic()
            for words in set(marks(text)) - known:
                known.add(words)
                print(words, now, flush=True)


async def ring() -> None:
    while True:
        due = time.monotonic() + TICK
        await asyncio.sleep(TICK)
        print(LATE, time.monotonic() - due, flush=True)


async def main(port: int) -> None:
    watching, ready = json.loads(sys.stdin.readline()), asyncio.Semaphore(0)
    async with asyncio.TaskGroup() as group:
        for each in watching:
            group.create_task(watch(port, each["workshop"], each["key"], ready))
        for _ in watching:
            await ready.acquire()
        print(LISTENING, flush=True)
        group.create_task(ring())


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
