"""The longlist (P20): workshops full of hostile text, and every file of them read back.

Leaves out the formats' own corners (`tests/exports/test_formats.py`). Always: what stands in a
file is compared with what was sent, and not only with the other files.
"""

import asyncio
import csv
import io
import random
import re
import shutil
import subprocess
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from app.cells import FORMULA_STARTS
from app.exports.as_xlsx import HEADER_ROW
from app.exports.formats import formats_of
from app.exports.table import Table, printable
from app.exports.tables_ideas import LONGLIST
from app.game.text import clean
from tests.exports.reading import READERS, part
from tests.exports.test_formats import CONTENT, HOSTILE, LIVE, expected
from tests.faults.tables import at_once, patiently
from tests.served import KEY, Served

PEOPLE, HOSTS = 8, 3
FIELDS = {
    "words": "intervention", "how": "how_it_works", "example": "example", "caution": "caution",
}  # fmt: skip
"""What is typed, and the column that it must stand in."""

LONGEST = 2_000
RATED = 20
AS_CSV = "csv:Text - txt - csv (StarCalc):44,34,76"
"""For LibreOffice: with commas, in quotation marks, in UTF-8."""

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")


@dataclass
class Found:
    """What was looked at, and what is wrong with it."""

    ideas: int = 0
    cells: int = 0
    formulas: int = 0
    opened: int = 0
    wrong: list[str] = field(default_factory=list)


class Workshop:
    """A workshop in which all that is typed is hostile."""

    def __init__(self, server: Served, seed: int, ideas: int) -> None:
        self.server, self.ideas = server, ideas
        self.chance = random.Random(f"longlist {seed}")
        self.sent: dict[str, dict[str, str | None]] = {}
        self.hosts = [KEY]
        self.people: dict[str, str] = {}

    def text(self) -> str:
        """Something that is kept, whatever else it is."""
        while True:
            pieces = [self.chance.choice(HOSTILE) for _ in range(self.chance.randint(1, 3))]
            pieces += [chr(self.chance.randrange(0x3000)) for _ in range(self.chance.randrange(8))]
            self.chance.shuffle(pieces)
            text = "".join(pieces)[:LONGEST]
            # A lone surrogate cannot be sent at all, but as an escape of JSON.
            if clean(text) and len(str(clean(text))) <= LONGEST:
                return text

    async def play(self) -> "Workshop":
        """Open it, write so many ideas, build on some, merge some, rate and choose some."""
        wish = {"title": f"{self.text()[:40]} w", "problems": ["information-sharing"]}
        opened = await patiently(self.server.port, "POST", "/workshops", wish, KEY)
        self.code = opened["code"]
        root = f"/workshops/{self.code}"
        for number in range(PEOPLE):
            said = {"name": f"=Name {number}", "organisation": ("+NHS", "@Police")[number % 2]}
            seat = await self._ask("POST", f"{root}/join", said, None)
            self.people[seat["participant"]] = seat["key"]
        for _ in range(HOSTS):
            made = await self._ask("POST", f"{root}/invites", {"role": "co_host"}, KEY)
            said = {"name": "Host", "organisation": "DfE", "invite": made["invite"]}
            self.hosts.append((await self._ask("POST", f"{root}/join", said, None))["key"])
        await self.do(KEY, "OpenPhase", phase="play")
        await at_once(self._hand(key) for key in self.people.values())
        last = len(await self._stages())
        await self.do(KEY, "MoveGroup", group="all", stage=last, step="write")
        self.left = self.ideas - len(self.sent)
        await at_once(self._capture(key) for key in self.hosts)
        await self.do(KEY, "MoveGroup", group="all", stage=last, step="build")
        await at_once(self._build(key) for key in self.people.values())
        ideas = list(self.sent)
        both = self.text()
        made = (await self.do(KEY, "MergeIdeas", words=both, ideas=ideas[:2]))["made"]
        self.sent[made] = {"words": both}  # the rest comes from its parts
        await self.do(KEY, "OpenPhase", phase="rate")
        marks = {"impact": 5, "effort": 2, "amenability": 3}
        for idea in ideas[2:RATED]:
            await self.do(KEY, "RateIdea", idea=idea, reason=self.text(), **marks)
        await self.do(KEY, "OpenPhase", phase="shortlist")
        for idea in ideas[2:4]:
            await self.do(KEY, "ShortlistIdea", idea=idea, reason=self.text())
        return self

    async def _ask(self, method: str, path: str, body: Any, key: str | None) -> Any:
        return await patiently(self.server.port, method, path, body, key)

    async def do(self, key: str, kind: str, **fields: Any) -> Any:
        command = {"kind": kind, "ref": f"{self.chance.getrandbits(64):016x}", **fields}
        return await self._ask("POST", f"/workshops/{self.code}/do", command, key)

    async def _keep(self, kind: str, key: str, typed: dict[str, str], **fields: Any) -> None:
        """An idea, and what was typed into it."""
        made = (await self.do(key, kind, **typed, **fields))["made"]
        self.sent[made] = {name: typed.get(name) for name in FIELDS}

    def _typed(self) -> dict[str, str]:
        wanted = [name for name in FIELDS if name == "words" or self.chance.random() < 0.5]
        return {name: self.text() for name in wanted}

    async def _stages(self) -> list[Any]:
        path = f"/workshops/{self.code}/view"
        view = await self._ask("GET", path, None, next(iter(self.people.values())))
        return list(view["regions"]["stage"]["journey"])

    async def _hand(self, key: str) -> None:
        seen = (await self._ask("GET", f"/workshops/{self.code}/view", None, key))["regions"]
        barriers = [barrier["id"] for barrier in seen["stage"]["barriers"]]
        for card in seen["hand"]["cards"]:
            barrier = self.chance.choice(barriers)
            await self._keep("SubmitIdea", key, self._typed(), card=card["id"], barrier=barrier)

    async def _capture(self, key: str) -> None:
        """What is said aloud is written down for people, by several at a time."""
        view = await self._ask("GET", f"/workshops/{self.code}/view", None, KEY)
        barriers = [line["barrier"] for line in view["regions"]["coverage"]["barriers"]]
        cards = [card["id"] for card in (await self._ask("GET", CARDS, None, None))["cards"]]
        while self.left > 0:
            self.left -= 1
            fields = {"card": self.chance.choice(cards), "barrier": self.chance.choice(barriers)}
            who = {"participant": self.chance.choice(list(self.people)), "group": "g1"}
            await self._keep("CaptureIdea", key, self._typed(), **fields, **who)

    async def _build(self, key: str) -> None:
        seen = (await self._ask("GET", f"/workshops/{self.code}/view", None, key))["regions"]
        for idea in seen["board"]["ideas"][:3]:
            await self.do(key, "BuildOn", idea=idea["id"], words=self.text(), **{"as": "risk"})


CARDS = "/content/cards"


def look(workshop: Workshop, folder: Path) -> Found:
    """Every file of the longlist is read back and compared."""
    server, code = workshop.server, workshop.code
    found = Found(ideas=len(workshop.sent))
    document = server.export(code, "longlist.json")
    table = Table(
        name="longlist",
        title=document["title"],
        note=document["note"],
        columns=tuple(field.column for field in LONGLIST.fields),
        rows=tuple(tuple(row.values()) for row in document["rows"]),
    )
    names = [column.name for column in table.columns]
    if document["columns"] != names:
        found.wrong.append(f"{code}: the columns are {document['columns']}")
    rows = {row["idea_id"]: row for row in document["rows"]}
    if rows.keys() != workshop.sent.keys() or len(rows) != len(table.rows):
        found.wrong.append(f"{code}: {len(workshop.sent)} ideas were sent, {len(rows)} are there")
    for idea, typed in workshop.sent.items():
        for name, text in typed.items():
            kept = None if text is None else printable(str(clean(text)))
            if rows.get(idea, {}).get(FIELDS[name]) != kept:
                found.wrong.append(f"{code}: {name} of {idea} is not as it was sent")
    for extension in formats_of("longlist"):
        file = f"longlist.{extension}"
        reply = server.raw("GET", f"/api/v1/workshops/{code}/export/{file}", None, BEARER)
        written, wanted = reply.body, expected(table, extension)
        if extension == "json":
            continue  # it is what the others are compared with
        read = READERS[extension](written, table)
        found.cells += sum(map(len, read))
        if read != wanted:
            found.wrong.append(f"{code}: {file} differs from the JSON")
        found.formulas += formulas(written, extension)
        if OFFICE and extension in ("xlsx", "ods"):
            found.opened += 1
            found.wrong += opened(written, folder, file, table)
    return found


BEARER = {"Authorization": f"Bearer {KEY}"}


def formulas(written: bytes, extension: str) -> int:
    """How much in a file would be calculated, or would lead out of it."""
    if extension == "csv":
        rows = csv.reader(io.StringIO(written.decode("utf-8-sig"), newline=""), strict=True)
        return sum(cell.startswith(FORMULA_STARTS) for row in rows for cell in row)
    root = ElementTree.fromstring(part(written, CONTENT[extension]))
    names = [re.sub("{.*}", "", name) for each in root.iter() for name in (each.tag, *each.attrib)]
    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        links = [archive.read(name) for name in archive.namelist() if name.endswith(".rels")]
    return sum(name in LIVE for name in names) + sum(b"External" in link for link in links)


def opened(written: bytes, folder: Path, file: str, table: Table) -> list[str]:
    """What is wrong with a file once LibreOffice has opened it, and saved what it saw as CSV."""
    assert OFFICE is not None
    folder.mkdir(parents=True, exist_ok=True)
    (folder / file).write_bytes(written)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = [OFFICE, profile, "--headless", "--convert-to", AS_CSV, "--outdir", folder]
    subprocess.run([*command, folder / file], check=True, capture_output=True, timeout=600)
    text = (folder / file).with_suffix(".csv").read_text("utf-8")
    rows = list(csv.reader(io.StringIO(text, newline="")))[HEADER_ROW:]
    ids = [row[0] for row in rows]
    if ids != [row[0] for row in table.rows]:
        return [f"{file}: LibreOffice sees {len(ids)} ideas, and {len(table.rows)} were sent"]
    return []


async def longlists(server: Served, folder: Path, seed: int, ideas: int, *, each: int) -> Found:
    """Workshops of `each` ideas, a few at a time, until there are so many ideas."""
    whole, waiting = Found(), list(range(-(-ideas // each)))

    async def one_after_another() -> None:
        while waiting:
            number = waiting.pop()
            workshop = await Workshop(server, seed + number, min(each, ideas)).play()
            found = await asyncio.to_thread(look, workshop, folder / str(number))
            for name in ("ideas", "cells", "formulas", "opened", "wrong"):
                setattr(whole, name, getattr(whole, name) + getattr(found, name))

    await at_once(one_after_another() for _ in range(2))
    return whole
