"""A program that uses the real store while what it does to the disk is recorded.

Run by power_cut.py, with the folder, a seed, how much to write, and a pragma to plant or
`shipped`. Leaves out judging what is left. Always: a line stands in the file `marks`
after the store has said that something is saved, and not before; erasing is marked
before it is asked for as well.
"""

import asyncio
import os
import random
import sys
from pathlib import Path

from app.store import DraftRow, Store, open_store, opening
from tests.store.making import NOON, a_workshop, an_entry

MARKS = "marks"
GONE = "gone"
CODES = ("W1", "W2", "W3")


def words_of(code: str, seq: int) -> str:
    """What stands at a number: known from the number alone, and now and then several pages."""
    return f"{code} {seq} " + "x" * (9000 if seq % 41 == 0 else seq * 37 % 700)


async def write(folder: Path, seed: int, rows: int) -> None:
    chance = random.Random(seed)
    marks = os.open(folder / MARKS, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def mark(*words: object) -> None:
        os.write(marks, (" ".join(map(str, words)) + "\n").encode())

    async def opened(store: Store, code: str) -> None:
        await store.open_workshop(a_workshop(code), an_entry(words_of(code, 1)))
        mark("saved", code, 1)

    async def fill(store: Store, code: str) -> None:
        last, drafts = 1, 0
        while last < rows:
            waiting = []
            for _ in range(chance.randint(1, 4)):
                seqs = range(last + 1, last + 1 + chance.randint(1, 3))
                entries = [an_entry(words_of(code, seq)) for seq in seqs]
                waiting.append((seqs[-1], store.log.append(code, last, entries, command=None)))
                last = seqs[-1]
            for seq, future in waiting:
                await future
                mark("saved", code, seq)
            if chance.random() < 0.2:
                drafts += 1
                await store.records.save_draft(
                    DraftRow(workshop=code, person="p1", words=str(drafts), saved_at=NOON)
                )
                mark("drafted", code, drafts)
            if chance.random() < 0.008:
                seq = chance.randint(1, last)
                mark("erasing", code, seq)
                await store.log.rewrite(code, {seq: GONE})
                mark("erased", code, seq)

    store = await open_store(f"sqlite:///{folder / 'moments.db'}")
    await asyncio.gather(*(opened(store, code) for code in CODES))
    await asyncio.gather(*(fill(store, code) for code in CODES))
    if chance.random() < 0.5:
        os._exit(0)  # as if it had been killed
    await store.close()


def main(folder: str, seed: str, rows: str, planted: str) -> None:
    if planted != "shipped":
        opening.SERVING = (*opening.SERVING, planted)
    asyncio.run(write(Path(folder), int(seed), int(rows)))


if __name__ == "__main__":
    main(*sys.argv[1:])
