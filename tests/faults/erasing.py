"""Erasing as it is done to a running server, and a look into every byte that is left.

A small workshop is played whose every text is a marker found nowhere else; then one
person is erased, then the workshop, with sockets open, and an older backup is restored in
between. Leaves out erasing on Postgres. Always: the bytes are those of every file in the
data folder, and of the server's own log.
"""

import asyncio
import contextlib
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from websockets.exceptions import ConnectionClosed

from tests.faults.promise import Seen
from tests.served import KEY, Served, heard, served

FIELDS = ("words", "how", "example", "caution")
CRITERIA = (
    "affordability", "practicability", "effectiveness", "acceptability", "side_effects", "equity",
)  # fmt: skip


@dataclass
class Played:
    """A workshop full of markers: whose they are, and who sits there with which key."""

    server: Served
    chance: random.Random
    code: str = ""
    keys: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    markers: dict[str, set[str]] = field(default_factory=dict)

    def mark(self, owner: str, what: str) -> str:
        """A text of somebody's, with a word in it that stands nowhere else."""
        marker = f"Qx{what}{self.chance.randrange(16**12):012x}xQ"
        self.markers.setdefault(owner, set()).add(marker)
        return f"{marker} " * self.chance.choice((1, 1, 60))

    def come_in(self, who: str) -> None:
        name = self.mark(who, "Name").split(" ")[0]
        self.people[who], self.keys[who] = self.server.join(self.code, name)

    def submit(self, who: str) -> str:
        typed = {name: self.mark(who, "Idea")[:2000] for name in FIELDS}
        return self.server.submit(self.code, self.keys[who], **typed)

    def draft(self, who: str) -> None:
        typed = {name: self.mark(who, "Draft")[:2000] for name in FIELDS}
        reply = self.server.api("PUT", f"/workshops/{self.code}/draft", typed, self.keys[who])
        assert reply.status == 200, reply

    def do(self, who: str = "host", **command: Any) -> Any:
        return self.server.done(self.code, self.keys.get(who, KEY), **command)

    def all_markers(self) -> set[str]:
        return set().union(*self.markers.values())


def play(server: Served, seed: object) -> Played:
    """A workshop up to its assessment, with words of every kind from everybody."""
    it = Played(server, random.Random(f"erasing {seed}"))
    it.code = server.open(hand_size=3)
    for who in ("ann", "bea", "cyd"):
        it.come_in(who)
    it.do(kind="OpenPhase", phase="play")
    ideas = {who: it.submit(who) for who in ("ann", "bea", "cyd")}
    it.do(kind="MoveGroup", group="all", stage=1, step="build")
    pairs = [("ann", "bea"), ("bea", "ann"), ("cyd", "ann")]
    for who, whose in pairs:
        words = it.mark(who, "Build")[:500]
        it.do(who, kind="BuildOn", idea=ideas[whose], words=words, **{"as": "question"})
    it.do(kind="MoveGroup", group="all", stage=2, step="write")
    for who in ("ann", "bea"):
        it.draft(who)
    it.do(kind="OpenPhase", phase="rate")
    for who, whose in pairs:
        it.do(
            who, kind="RateIdea", idea=ideas[whose], impact=5, effort=1, amenability=4,
            reason=it.mark(who, "Reason")[:500],
        )  # fmt: skip
    it.do(kind="OpenRatings")
    it.do(kind="OpenPhase", phase="shortlist")
    it.do(kind="ShortlistIdea", idea=ideas["ann"], reason=it.mark("host", "Choice")[:500])
    it.do(kind="OpenPhase", phase="assess")
    said = {
        name: {"judgement": "mixed", "said": it.mark("host", "Said")[:500]} for name in CRITERIA
    }
    it.do(
        kind="RecordAssessment", idea=ideas["ann"], organisation=it.mark("host", "Where")[:30],
        interviewee_role=it.mark("host", "Who")[:30], criteria=said,
        themes=[it.mark("host", "Theme")[:30]],
    )  # fmt: skip
    return it


def found_in(markers: set[str], *places: Path) -> set[str]:
    """Which markers stand in any file there, with the file's name."""
    found = set()
    for place in places:
        for file in sorted(place.rglob("*")) if place.is_dir() else [place]:
            with contextlib.suppress(FileNotFoundError):  # SQLite's own come and go
                if file.is_file():
                    content = file.read_bytes()
                    found |= {f"{m} in {file.name}" for m in markers if m.encode() in content}
    return found


@contextlib.contextmanager
def replaced(server: Served, backup: Path) -> Iterator[None]:
    """Stop the server, put an older backup in place of its database, and start it again."""
    server.stop()
    for file in (server.folder / "data").glob("moments.db*"):
        file.unlink()
    server.moments("restore", str(backup))
    server.start()
    yield


async def erase(trial: Path, seed: int, times: int) -> Seen:
    """Erase a person and then the workshop, so many times over, and look for what is left (P19)."""
    seen = Seen()
    markers = slowest = restored = closed = 0
    for number in range(times):
        folder = trial / f"erased-{number}"
        folder.mkdir(parents=True)
        with served(folder) as server:
            it = await asyncio.to_thread(play, server, f"{seed} {number}")
            places = (folder / "data", server.log)
            written = await asyncio.to_thread(found_in, it.all_markers(), *places)
            seen.must(len(written) >= len(it.all_markers()), "some markers were never written")
            backup = folder / "older.db"
            await asyncio.to_thread(server.moments, "backup", str(backup))
            closed += await _erase_a_person(it, seen)
            left = found_in(it.markers["ann"], *places)
            seen.must(not left, f"left of a person: {sorted(left)}")
            kept = found_in(it.markers["bea"], folder / "data")
            seen.must(len(kept) >= len(it.markers["bea"]), "another's words are gone too")

            with replaced(server, backup):
                restored += 1
                left = found_in(it.markers["ann"], *places)
                seen.must(not left, f"back with a backup: {sorted(left)}")
                if number % 2:  # the whole workshop, and the backup from before that again
                    await _erase_all(it)
                    with replaced(server, backup):
                        restored += 1
                        gone = server.api("GET", f"/workshops/{it.code}/view").status == 404
                        seen.must(gone, "an erased workshop came back with a backup")
                else:
                    begun = monotonic()
                    await _erase_all(it)
                    slowest = max(slowest, monotonic() - begun)
            left = found_in(it.all_markers() | {it.code}, *places)
            seen.must(not left, f"left of a workshop: {sorted(left)}")
            markers += len(it.all_markers())
    seen.least("erased people and workshops", 2 * times, 2 * times)
    seen.least("markers looked for", markers, 35 * times)
    seen.least("older backups restored", restored, times)
    seen.least("sockets of the erased closed", closed, times)
    seen.figures["slowest erasure of a workshop, with the command's start, seconds"] = round(
        slowest, 1
    )
    return seen


async def _erase_a_person(it: Played, seen: Seen) -> int:
    """Ann, while she and Bea are connected; returns how many sockets of hers were closed."""
    server, code = it.server, it.code
    async with (
        server.socket(code, it.keys["ann"]) as hers,
        server.socket(code, it.keys["bea"]) as others,
    ):
        await heard(hers)
        await heard(others)
        await asyncio.to_thread(server.moments, "erase", code, it.people["ann"])
        try:
            while True:
                await heard(hers)
        except ConnectionClosed as end:
            closed = int(end.rcvd is not None and end.rcvd.code == 4401)
    refused = server.api("GET", f"/workshops/{code}/view", key=it.keys["ann"]).status
    seen.must(refused == 401, f"the key of somebody erased got {refused}")
    pages = [server.view(code), server.view(code, it.keys["bea"])]
    pages += [server.export(code, "log.json"), server.export(code, "workshop.json")]
    told = json.dumps(pages)
    shown = {marker for marker in it.markers["ann"] if marker in told}
    seen.must(not shown, f"still shown: {sorted(shown)}")
    seen.must("[erased]" in told, "nothing says that something was erased")
    it.do(kind="ShareResults", shared=True)  # and everybody else's work goes on
    return closed


async def _erase_all(it: Played) -> None:
    async with it.server.socket(it.code, KEY) as host:
        await heard(host)
        await asyncio.to_thread(it.server.moments, "erase", it.code)
        with contextlib.suppress(ConnectionClosed):
            while True:
                await heard(host)
