"""Uploads: a file that somebody brings is read in another process, never in this one.

Leaves out what is read in it (`app/content`) and how much of a body is taken (`edge.py`).
Always: whatever the file is, and whatever becomes of the process, the answer is a Reading,
and the process is gone.
"""

import asyncio
import logging
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from weakref import WeakKeyDictionary

from app.content import LARGEST_FILE, Reading, Sort
from app.content.apart import question, unpack
from app.content.reading import failed
from app.content.starting import COMMAND, READ_SECONDS, TOO_MUCH, environment

logger = logging.getLogger(__name__)

PLACES = ("/facilitate/material", "/facilitate/material/")
"""Below these a file is sent; a final stroke means everything below, as in `edge.py`."""

LARGEST_UPLOAD = LARGEST_FILE + 64 * 1024
"""In bytes: the file, and the rest of the form it is sent in."""

AT_ONCE = 2
"""Files that are read at the same time; others wait for their turn."""

WAIT_SECONDS = 30
_COMMAND = COMMAND
_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


async def read_apart(raw: bytes, name: str, sort: Sort | None) -> Reading:
    """What the file `raw`, called `name`, holds; `sort` is what it ought to be, None for either."""
    if len(raw) > LARGEST_FILE:
        return failed(name, f"expected at most {LARGEST_FILE:,} bytes, found more")
    turns = _turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE))
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            await turns.acquire()
    except TimeoutError:
        return failed(name, "other files are being read just now; try again in a minute")
    try:
        return await _read(question(name, sort) + raw, name)
    finally:
        turns.release()


async def _read(sent: bytes, name: str) -> Reading:
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *_COMMAND, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environment()
        )
    except OSError:
        return failed(name, "could not be read: the server has no room for it just now")
    try:
        answer, _ = await asyncio.wait_for(process.communicate(sent), READ_SECONDS)
    except TimeoutError:
        return failed(name, f"could not be read within {READ_SECONDS} seconds")
    finally:
        await _end(process)
    if process.returncode != 0:
        logger.warning("a file could not be read: its reader ended with %s", process.returncode)
        return failed(name, TOO_MUCH)
    try:
        return await asyncio.to_thread(unpack, answer)
    except (ValueError, KeyError, TypeError):
        return failed(name, "could not be read")


async def _end(process: Process) -> None:
    """See that `process` is gone, also where whoever asked has gone."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
