"""A program that writes as fast as it can and says so, to be killed by test_log_kept.py.

Leaves out stopping by itself. Always: a line "CODE SEQ" is printed after the store has
said that this number is saved, and not before.
"""

import asyncio
import sys

from tests.store.making import an_entry, opened

CODES = [f"W{number}" for number in range(8)]
AT_ONCE = 4  # appends on their way in each workshop


async def write(url: str) -> None:
    async with opened(url, *CODES) as store:

        async def fill(code: str) -> None:
            last = 1
            while True:
                waiting = []
                for _ in range(AT_ONCE):
                    entries = [an_entry(f"{code} {last + 1}"), an_entry(f"{code} {last + 2}")]
                    waiting.append(store.log.append(code, last, entries, command=None))
                    last += 2
                for place, future in enumerate(waiting):
                    await future
                    print(code, last - 2 * (AT_ONCE - 1 - place), flush=True)

        await asyncio.gather(*(fill(code) for code in CODES))


asyncio.run(write(sys.argv[1]))
