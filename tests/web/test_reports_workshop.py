"""The report's own workshop, played by a program of 28 over their sockets.

Four problem statements, four groups of seven from five organisations, and the 28 ideas
the report prints, each against the barrier of its printed row. Leaves out pages. Always:
the program knows the outside contract and nothing else.
"""

import asyncio
import contextlib
import csv
import io
import json
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.served import KEY, Served, heard, new_ref, served
from tests.test_own_words import copied
from tests.web.expecting import named, refused
from tests.web.reports_ideas import IDEAS, ORGANISATIONS

PROBLEMS = tuple(dict.fromkeys(problem for problem, _ in IDEAS.values()))
CRITERIA = named("affordability practicability effectiveness acceptability side_effects equity")


@dataclass
class Participant:
    """One of the 28: a socket, what it shows, and the answers that are waited for."""

    id: str
    organisation: str
    socket: Any
    regions: dict[str, Any] = field(default_factory=dict)
    ideas: int = 0
    _answers: dict[str, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self) -> None:
        while True:
            message = await heard(self.socket, 60)
            if "regions" in message:
                self.regions |= message["regions"]
                self._changed.set()
            else:
                self._answers.pop(message.get("ok") or message["no"]).set_result(message)

    async def do(self, kind: str, **fields: Any) -> dict[str, Any]:
        """A command that must be accepted."""
        ref = new_ref()
        self._answers[ref] = answer = asyncio.get_running_loop().create_future()
        await self.socket.send(json.dumps({"kind": kind, "ref": ref, **fields}))
        said: dict[str, Any] = await asyncio.wait_for(answer, 10)
        assert "ok" in said, (kind, fields, said)
        return said

    async def until(self, what: Any) -> None:
        """Wait until the screen shows it."""
        async with asyncio.timeout(10):
            while not what(self.regions):
                self._changed.clear()
                await self._changed.wait()

    @property
    def group(self) -> str:
        return str(self.regions["me"]["group"])


@dataclass
class Workshop:
    """The facilitator's hands, and what the test knows was done."""

    server: Served
    code: str
    people: list[Participant] = field(default_factory=list)
    rows: dict[str, str] = field(default_factory=dict)
    """Printed row to the idea's id."""
    seqs: dict[str, int] = field(default_factory=dict)
    """The number of the log when something was done."""

    async def host(self, **command: Any) -> Any:
        return await asyncio.to_thread(self.server.done, self.code, **command)

    async def view(self) -> dict[str, Any]:
        return await asyncio.to_thread(self.server.view, self.code)

    async def move(self, group: str, stage: int, step: str) -> None:
        await self.host(kind="MoveGroup", group=group, stage=stage, step=step)
        await asyncio.gather(
            *(
                person.until(
                    lambda shown: (shown["stage"]["stage"], shown["stage"]["step"]) == (stage, step)
                )
                for person in self.people
                if person.group == group
            )
        )


def barriers_of(server: Served) -> dict[str, tuple[int, str]]:
    """By printed row, the stage and the barrier of its own problem statement."""
    found: dict[str, tuple[int, str]] = {}
    for journey in server.api("GET", "/content/journeys", key=None).body["journeys"]:
        for number, stage in enumerate(journey["stages"], start=1):
            for barrier in stage["barriers"]:
                for source in barrier["sources"]:
                    row = source["row"]
                    if row in IDEAS and IDEAS[row][0] == journey["id"]:
                        found.setdefault(row, (number, barrier["id"]))
    return found


@contextlib.asynccontextmanager
async def seated(server: Served, code: str) -> AsyncIterator[list[Participant]]:
    """Twenty-eight people with their sockets open."""
    async with contextlib.AsyncExitStack() as stack:
        people = []
        for number in range(28):
            organisation = ORGANISATIONS[number % 5]
            id, key = await asyncio.to_thread(server.join, code, f"P {number}", organisation)
            socket = await stack.enter_async_context(server.socket(code, key))
            people.append(Participant(id, organisation, socket))
        listening = [asyncio.create_task(person.listen()) for person in people]
        await asyncio.gather(*(person.until(lambda shown: "me" in shown) for person in people))
        try:
            yield people
        finally:
            for task in listening:
                task.cancel()
            await asyncio.gather(*listening, return_exceptions=True)


async def play_stages(workshop: Workshop) -> None:
    """Every group walks its journey; each idea is played at the stage of its barrier."""
    barriers = barriers_of(workshop.server)
    assert barriers.keys() == IDEAS.keys()
    lines = (await workshop.view())["groups"]["groups"]
    groups = {line["id"]: line["problem"] for line in lines}
    await asyncio.gather(
        *(play_group(workshop, group, problem, barriers) for group, problem in groups.items())
    )


async def play_group(
    workshop: Workshop, group: str, problem: str, barriers: dict[str, tuple[int, str]]
) -> None:
    people = [person for person in workshop.people if person.group == group]
    assert len(people) == 7
    for stage in sorted({barriers[row][0] for row in IDEAS if IDEAS[row][0] == problem}):
        if stage > 1:
            await workshop.move(group, stage, "write")
        for row, (of, words) in IDEAS.items():
            if of != problem or barriers[row][0] != stage:
                continue
            author = min(people, key=lambda person: person.ideas)
            barrier = barriers[row][1]
            assert barrier in {each["id"] for each in author.regions["stage"]["barriers"]}
            hand = author.regions["hand"]
            fitting = [card for card in hand["cards"] if barrier in hand["fits"][card["id"]]]
            card = (fitting or hand["cards"])[0]["id"]
            done = await author.do("SubmitIdea", card=card, barrier=barrier, words=words)
            await author.until(
                lambda shown, card=card: card not in {c["id"] for c in shown["hand"]["cards"]}
            )
            author.ideas += 1
            workshop.rows[row] = done["made"]
            workshop.seqs[row] = done["seq"]
        here = sum(barriers[row][0] == stage for row in IDEAS if IDEAS[row][0] == problem)
        assert all(not person.regions["board"]["ideas"] for person in people)  # private till shown
        await workshop.move(group, stage, "present")
        for person in people:
            await person.until(lambda shown, here=here: len(shown["board"]["ideas"]) == here)
        await workshop.move(group, stage, "build")
        idea = people[0].regions["board"]["ideas"][0]
        other = next(person for person in people if person.id != idea["author"])
        await other.do("BuildOn", idea=idea["id"], words="Start with one team.", **{"as": "build"})


async def rate(workshop: Workshop) -> None:
    """Everybody rates six ideas, and the facilitator all: table 1's well, but for one pair."""
    row_of = {idea: row for row, idea in workshop.rows.items()}

    def marks(idea: str) -> dict[str, int | None]:
        row = row_of[idea]
        liked = row.startswith("T1") and not row.startswith("T1-WO")
        return {"impact": 5 if liked else 3, "effort": 2, "amenability": 4 if liked else None}

    async def one(person: Participant) -> None:
        await person.until(lambda shown: shown["rating"] is not None)
        offered = person.regions["rating"]["ideas"]
        assert len(offered) == 28 - person.ideas
        for idea in offered[:6]:
            await person.do("RateIdea", idea=idea["id"], reason=None, **marks(idea["id"]))

    await asyncio.gather(*(one(person) for person in workshop.people))
    for idea in row_of:
        given = marks(idea)
        await workshop.host(
            kind="RateIdea", idea=idea, **{**given, "amenability": given["amenability"] or 2}
        )


async def shortlist(workshop: Workshop) -> dict[str, str]:
    """Table 1's eight; the reasons given where the proposal says otherwise, by idea."""
    seen = (await workshop.view())["shortlist"]
    proposed = {idea for line in seen["proposal"] for idea in line["ideas"]}
    assert [len(line["ideas"]) for line in seen["proposal"]] == [2, 2, 2, 2]
    reasons: dict[str, str] = {}
    for row, idea in workshop.rows.items():
        if not row.startswith("T1"):
            continue
        if idea in proposed:
            await workshop.host(kind="ShortlistIdea", idea=idea)
            continue
        bare = {"kind": "ShortlistIdea", "idea": idea, "ref": "without-a-reason"}
        reply = await asyncio.to_thread(workshop.server.do, workshop.code, **bare)
        refused(reply, "rejected", "reason", "without-a-reason")
        reasons[idea] = f"The researchers would try {row} first."
        await workshop.host(kind="ShortlistIdea", idea=idea, reason=reasons[idea])
    return reasons


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def sheet_of(content: bytes) -> list[dict[str, Any]]:
    """The rows of a workbook's first sheet below its header."""
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    lines = [[cell.value for cell in row] for row in sheet.iter_rows()]
    start = next(number for number, line in enumerate(lines) if "idea_id" in line)
    names = [str(name) for name in lines[start]]
    return [dict(zip(names, line, strict=True)) for line in lines[start + 1 :]]


def shown_at(server: Served, code: str, seq: int) -> dict[str, Any]:
    """What `moments show` prints of an earlier state, while the server is running."""
    state: dict[str, Any] = json.loads(server.moments("show", code, "--at", str(seq)))
    return state


def test_the_ideas_are_the_reports_and_the_words_our_own() -> None:
    annex = Counter(problem for row, (problem, _) in IDEAS.items() if row.startswith("A3"))
    table = Counter(problem for row, (problem, _) in IDEAS.items() if row.startswith("T1"))
    assert [annex[problem] for problem in PROBLEMS] == [2, 5, 7, 6]
    assert [table[problem] for problem in PROBLEMS] == [2, 2, 2, 2]
    assert [row for row, (_, words) in IDEAS.items() if copied(words)] == []


@pytest.mark.timeout(120)
async def test_the_reports_workshop_can_be_played_from_end_to_end(tmp_path: Path) -> None:
    with served(tmp_path) as server:
        code = server.open(
            title="Four problem statements",
            problems=list(PROBLEMS),
            organisations=list(ORGANISATIONS),
            seed=2021,
        )
        workshop = Workshop(server, code)
        async with seated(server, code) as people:
            workshop.people = people
            opened = await workshop.host(kind="OpenPhase", phase="briefing")
            workshop.seqs["briefing"] = opened["seq"]
            workshop.seqs["play"] = (await workshop.host(kind="OpenPhase", phase="play"))["seq"]
            for person in people:
                await person.until(lambda shown: shown["workshop"]["phase"] == "play")
            groups = defaultdict(list)
            for person in people:
                groups[person.group].append(person.organisation)
                assert len(person.regions["hand"]["cards"]) == 5
            assert sorted(len(group) for group in groups.values()) == [7, 7, 7, 7]
            assert all(set(group) == set(ORGANISATIONS) for group in groups.values())

            await play_stages(workshop)
            assert workshop.rows.keys() == IDEAS.keys()

            await workshop.host(kind="OpenPhase", phase="plenary")
            spotlit = workshop.rows["A3-EC-2"]
            await workshop.host(kind="Spotlight", idea=spotlit)
            for person in people:
                await person.until(lambda shown: (shown["spotlight"] or {}).get("idea"))
                idea = person.regions["spotlight"]["idea"]
                assert (idea["id"], idea["author"], idea["author_names"]) == (spotlit, None, [])
                assert idea["words"] == IDEAS["A3-EC-2"][1]

            await workshop.host(kind="OpenPhase", phase="rate")
            await rate(workshop)
            await workshop.host(kind="OpenRatings")
            opened = await workshop.host(kind="OpenPhase", phase="shortlist")
            workshop.seqs["shortlist"] = opened["seq"]
            reasons = await shortlist(workshop)
            assert 1 <= len(reasons) < 8

        await workshop.host(kind="OpenPhase", phase="assess")
        said = {"judgement": "mixed", "said": "It would need a little time each week."}
        await workshop.host(
            kind="RecordAssessment",
            idea=workshop.rows["T1-IS-2"],
            organisation="Police",
            interviewee_role="Strategic leader",
            criteria=dict.fromkeys(CRITERIA, said),
            themes=["Time and resource"],
        )
        await workshop.host(kind="OpenPhase", phase="closed")
        check_exports(workshop, reasons)
        check_history(workshop)


def check_exports(workshop: Workshop, reasons: dict[str, str]) -> None:
    server, code = workshop.server, workshop.code
    journeys = server.api("GET", "/content/journeys", key=None).body["journeys"]
    titles = {journey["id"]: journey["title"] for journey in journeys}
    texts = {
        barrier["id"]: barrier["text"]
        for journey in journeys
        for stage in journey["stages"]
        for barrier in stage["barriers"]
    }
    barriers = barriers_of(server)
    wanted = {
        workshop.rows[row]: (titles[problem], texts[barriers[row][1]], words)
        for row, (problem, words) in IDEAS.items()
    }
    for table in (
        rows_of(server.export(code, "longlist.csv")),
        sheet_of(server.export(code, "longlist.xlsx")),
    ):
        assert len(table) == 28
        listed = {r["idea_id"]: (r["problem"], r["barrier"], r["intervention"]) for r in table}
        assert listed == wanted
        by_problem = [row["problem"] for row in table]
        assert list(dict.fromkeys(by_problem)) == [titles[problem] for problem in PROBLEMS]
        assert by_problem == sorted(by_problem, key=[titles[p] for p in PROBLEMS].index)
        assert {row["status"] for row in table} == {"submitted", "shortlisted"}
        assert all(row["card"] and row["doi"] for row in table)
    chosen = {workshop.rows[row] for row in IDEAS if row.startswith("T1")}
    for table in (
        rows_of(server.export(code, "shortlist.csv")),
        sheet_of(server.export(code, "shortlist.xlsx")),
    ):
        assert {row["idea_id"] for row in table} == chosen
        assert Counter(row["problem"] for row in table) == {titles[p]: 2 for p in PROBLEMS}
        for row in table:
            assert row["proposed"] == ("no" if row["idea_id"] in reasons else "yes")
            assert (row["reason"] or "") == reasons.get(row["idea_id"], "")
    (record,) = rows_of(server.export(code, "assessment.csv"))
    assert record["intervention"] == IDEAS["T1-IS-2"][1]
    coverage = server.view(code, KEY)["coverage"]["barriers"]
    assert sum(line["ideas"] for line in coverage) == 28


def check_history(workshop: Workshop) -> None:
    """Earlier states are still there to be printed."""
    server, code, seqs = workshop.server, workshop.code, workshop.seqs

    def ideas(state: dict[str, Any]) -> set[str]:
        return {idea for group in state["groups"].values() for idea in group["ideas"]}

    first = shown_at(server, code, 1)
    assert (first["seq"], first["phase"], first["people"]) == (1, "lobby", {})
    briefing = shown_at(server, code, seqs["briefing"])
    assert (briefing["phase"], len(briefing["people"]), ideas(briefing)) == ("briefing", 28, set())
    middle = sorted(seqs[row] for row in IDEAS)[13]
    state = shown_at(server, code, middle)
    assert (state["seq"], state["phase"]) == (middle, "play")
    assert ideas(state) == {workshop.rows[row] for row in IDEAS if seqs[row] <= middle}
    assert len(ideas(state)) == 14
    before = shown_at(server, code, seqs["shortlist"])
    assert (before["phase"], before["shortlist"], len(ideas(before))) == ("shortlist", {}, 28)
