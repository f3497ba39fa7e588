"""Power cuts: what the disk may hold after one, rebuilt from what the real store did to it.

`recorded` lets a program use the store while every change of its files is recorded, with
marks where something was acknowledged. A `Disk` follows the record to any point, and
`left` is one of the states a power cut there may leave: what was not synced is dropped,
kept or torn at 512 bytes, each write by itself, and of the folder's changes that were not
synced the first few have happened. `power_cut` opens many such states with the real
store. Leaves out disks that lie about having synced. Always: one seed, the same states.
"""

import asyncio
import multiprocessing
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from app.store import Store, open_store
from tests.faults.power_writing import CODES, GONE, MARKS, words_of
from tests.store.making import files_holding

ROOT = Path(__file__).resolve().parents[2]
SECTOR = 512
SHARED = "moments.db-shm"  # memory in the shape of a file: made anew whenever it is first opened
STATES_OF_ONE_RECORD = 1000
ROWS = 900  # in each of three workshops: enough for checkpoints by themselves


@dataclass(frozen=True, slots=True)
class Change:
    """One change to a file: `what` was done to `name`."""

    what: str
    name: str
    number: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Piece:
    """A change of one file's content that is not yet sure to be on the disk."""

    place: int
    content: bytes | None
    """None where the file was cut, or made longer, to `place`."""

    def on(self, content: bytearray) -> None:
        if self.content is None:
            del content[self.place :]
            content.extend(bytes(self.place - len(content)))
        else:
            content.extend(bytes(max(0, self.place - len(content))))
            content[self.place : self.place + len(self.content)] = self.content

    def torn(self, chance: random.Random) -> Iterator["Piece"]:
        """Those of its sectors that were written."""
        if self.content is None:
            yield self
            return
        start = 0
        while start < len(self.content):
            end = min(len(self.content), start + SECTOR - (self.place + start) % SECTOR)
            if chance.random() < 0.5:
                yield Piece(self.place + start, self.content[start:end])
            start = end


@dataclass(slots=True)
class File:
    """The content of a file: what is on the disk, and what may be."""

    sure: bytearray = field(default_factory=bytearray)
    pending: list[Piece] = field(default_factory=list)

    def sync(self) -> None:
        for piece in self.pending:
            piece.on(self.sure)
        self.pending.clear()

    def left(self, chance: random.Random) -> bytes:
        content = bytearray(self.sure)
        pieces = self.pending
        match chance.choice(("none", "all", "first", "some", "torn")):
            case "none":
                pieces = []
            case "first" if pieces:
                count = chance.randrange(len(pieces))
                pieces = [*pieces[:count], *pieces[count].torn(chance)]
            case "some":
                pieces = [piece for piece in pieces if chance.random() < 0.5]
            case "torn":
                pieces = [part for piece in pieces for part in piece.torn(chance)]
        for piece in pieces:
            piece.on(content)
        return bytes(content)


class Disk:
    """One folder on a disk, whose power may be cut."""

    def __init__(self) -> None:
        self.names: dict[str, File] = {}
        self._sure: dict[str, File] = {}
        self._moves: list[tuple[Change, File | None]] = []
        """What was done to the folder since it was last synced; with the file where it is new."""

    def do(self, change: Change) -> None:
        match change.what:
            case "create":
                file = self.names[change.name] = File()
                self._moves.append((change, file))
            case "unlink" | "rename":
                _move(self.names, change)
                self._moves.append((change, None))
            case "write":
                piece = Piece(change.number, change.content)
                self.names[change.name].pending.append(piece)
            case "truncate":
                self.names[change.name].pending.append(Piece(change.number, None))
            case "sync" if change.name == ".":
                self._sure = dict(self.names)
                self._moves.clear()
            case "sync":
                self.names[change.name].sync()

    def left(self, chance: random.Random) -> dict[str, bytes]:
        """The files one power cut now may leave."""
        names = dict(self._sure)
        for change, made in self._moves[: chance.randint(0, len(self._moves))]:
            if made is None:
                _move(names, change)
            else:
                names[change.name] = made
        return {name: file.left(chance) for name, file in names.items()}

    def now(self) -> dict[str, bytes]:
        """The files as programs see them, without any cut."""
        for file in self.names.values():
            file.sync()
        return {name: bytes(file.sure) for name, file in self.names.items()}


def _move(names: dict[str, File], change: Change) -> None:
    file = names.pop(change.name)
    if change.what == "rename":
        names[change.content.decode()] = file


def recorder(place: Path) -> Path:
    """The recorder, made into something that can be loaded. Needs a C compiler."""
    made = place / "file_record.so"
    source = Path(__file__).with_name("file_record.c")
    command = ["cc", "-O1", "-shared", "-fPIC", "-o", made, source, "-ldl", "-lpthread"]
    subprocess.run(command, check=True)
    return made


def recorded(place: Path, seed: int, rows: int, planted: str) -> tuple[list[Change], Path]:
    """What the store did to its folder while it was used, and that folder as it was left."""
    folder = place / "data"
    folder.mkdir()
    record = place / "record"
    command = [sys.executable, "-m", "tests.faults.power_writing"]
    subprocess.run(
        [*command, str(folder), str(seed), str(rows), planted],
        cwd=ROOT,
        env={
            **os.environ,
            "LD_PRELOAD": str(recorder(place)),
            "RECORD_OF": str(folder),
            "RECORD_INTO": str(record),
        },
        check=True,
    )
    return list(changes(record.read_bytes())), folder


def changes(record: bytes) -> Iterator[Change]:
    """The changes in a record, without those of memory in the shape of a file."""
    at = 0
    while at < len(record):
        end = record.index(b"\n", at)
        what, name, number, length = record[at:end].decode().split(" ")
        at = end + 1 + int(length)
        if name != SHARED:
            yield Change(what, name, int(number), record[end + 1 : at])


@dataclass
class Promised:
    """What was acknowledged up to some point, by what stands in the marks."""

    saved: dict[str, int] = field(default_factory=dict)
    drafted: dict[str, int] = field(default_factory=dict)
    erasing: set[tuple[str, int]] = field(default_factory=set)
    erased: set[tuple[str, int]] = field(default_factory=set)

    def mark(self, content: bytes) -> None:
        what, code, number = content.decode().split()
        if what in ("erasing", "erased"):
            getattr(self, what).add((code, int(number)))
        else:
            getattr(self, what)[code] = int(number)


@dataclass
class Found:
    """What many states showed. `faults` counts the states by what was wrong in them."""

    seed: int
    states: int = 0
    rows_promised: int = 0
    most_lost: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    with_something_pending: int = 0
    """States in which a power cut could make any difference."""

    def add(self, other: "Found") -> None:
        self.states += other.states
        self.rows_promised += other.rows_promised
        self.most_lost = max(self.most_lost, other.most_lost)
        self.faults += other.faults
        self.with_something_pending += other.with_something_pending


async def judged(store: Store, folder: Path, promised: Promised, found: Found) -> set[str]:
    """What is wrong with a database that was opened after a power cut."""
    wrong = set()

    async def integrity(connection: AsyncConnection) -> str:
        checked = await connection.exec_driver_sql("PRAGMA integrity_check")
        return str(checked.scalars().first())

    if await store._writer.between(integrity) != "ok":
        wrong.add("damaged")
    lost = 0
    for code in CODES:
        rows = await store.log.read(code)
        if [row.seq for row in rows] != list(range(1, len(rows) + 1)):
            wrong.add("gap")
        lost += max(0, promised.saved.get(code, 0) - len(rows))
        for row in rows:
            place = (code, row.seq)
            if row.body == GONE and place in promised.erasing:
                if files_holding(f"{code} {row.seq} ", folder):
                    wrong.add("erased words are in a file")
                continue
            if place in promised.erased:
                wrong.add("erased words are back")
            if row.body != words_of(code, row.seq):
                wrong.add("phantom")
        draft = await store.records.draft(code, "p1")
        if int((draft and draft.words) or 0) < promised.drafted.get(code, 0):
            wrong.add("lost draft")
    found.most_lost = max(found.most_lost, lost)
    return wrong | ({"lost"} if lost else set())


async def _try(
    changed: list[Change], chance: random.Random, states: int, place: Path, found: Found
) -> None:
    cuts = sorted(chance.choices(range(1, len(changed) + 1), k=states))
    disk, promised, done = Disk(), Promised(), 0
    database = place / "moments.db"
    for cut in cuts:
        for change in changed[done:cut]:
            if change.name != MARKS:
                disk.do(change)
            elif change.what == "write":
                promised.mark(change.content)
        done = cut
        for file in place.iterdir():
            file.unlink()
        for name, content in disk.left(chance).items():
            (place / name).write_bytes(content)
        found.states += 1
        found.rows_promised += sum(promised.saved.values())
        found.with_something_pending += any(file.pending for file in disk.names.values())
        try:
            store = await open_store(f"sqlite:///{database}")
        except Exception:  # a damaged database fails in many ways; all of them count
            found.faults["cannot be opened"] += 1
            continue
        try:
            found.faults.update(await judged(store, place, promised, found))
        except Exception:
            found.faults["cannot be read"] += 1
        finally:
            await store.close()


def power_cut(seed: int, states: int, planted: str = "shipped") -> Found:
    """Cut the power `states` times: everything acknowledged before must be there (P2).

    The records, each of so many states, are tried by as many processes as there are cores.
    """
    found, starts = Found(seed), range(0, states, STATES_OF_ONE_RECORD)
    with _place() as place:
        wanted = [
            (seed, start, min(STATES_OF_ONE_RECORD, states - start), planted, place)
            for start in starts
        ]
        if len(wanted) == 1:
            return _of_one_record(*wanted[0])
        spawning = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(mp_context=spawning) as processes:
            for one in processes.map(_of_one_record, *zip(*wanted, strict=True)):
                found.add(one)
    return found


def _of_one_record(seed: int, start: int, states: int, planted: str, place: Path) -> Found:
    """The store writes once, and is cut off so many times; which ones follows from `start`."""
    found, chance = Found(seed), random.Random(f"{seed} {start}")
    here = place / f"record-{start}"
    tried = here / "tried"
    tried.mkdir(parents=True)
    changed, _ = recorded(here, chance.randrange(2**32), rows=ROWS, planted=planted)
    asyncio.run(_try(changed, chance, states, tried, found))
    shutil.rmtree(here)
    return found


@contextmanager
def _place() -> Iterator[Path]:
    """A folder for states, in memory where there is such a place: they are many."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as place:
        yield Path(place)
