"""A cast plays on a server by its outside alone, and a demonstration opens a workshop."""

import ast
import asyncio
import contextlib
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from app import simulation
from app.simulation import ORGANISATIONS, Refused, play, run_demo
from tests.simulation.fake_server import CODE, FakeServer

PATIENCE = 20
STAGE = {
    "stage": 1,
    "step": "write",
    "barriers": [{"id": "across-plans-slip", "com_b": ["motivation-reflective"]}],
}
HAND = {"cards": [{"id": "reminders", "com_b": ["motivation-automatic"]}], "swaps_left": 0}


async def meanwhile(playing: Awaitable[None], look: Callable[[], bool]) -> None:
    """Let it play till there is something to see, then stop it."""
    running = asyncio.ensure_future(playing)
    async with asyncio.timeout(PATIENCE):
        while not look():
            assert not running.done()
            await asyncio.sleep(0.005)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


def quietly(text: str) -> None:
    """Say nothing."""


async def test_participants_join_under_names_and_organisations_and_submit_ideas(
    fake: FakeServer,
) -> None:
    fake.regions |= {"workshop": {"phase": "play"}, "stage": STAGE, "hand": HAND}
    await meanwhile(
        play(fake.url, CODE, 6, 1, pace=0, say=quietly),
        lambda: len([c for c in fake.done.values() if c["kind"] == "SubmitIdea"]) >= 4,
    )
    assert len({each["name"] for each in fake.joined}) == 6
    assert {each["organisation"] for each in fake.joined} == set(ORGANISATIONS)
    assert {hello["key"] for hello in fake.hellos} == {f"key-{n}" for n in range(1, 7)}
    ideas = [command for command in fake.done.values() if command["kind"] == "SubmitIdea"]
    assert {idea["barrier"] for idea in ideas} == {"across-plans-slip"}
    assert {draft["by"].removeprefix("Bearer ") for draft in fake.drafts} <= {
        hello["key"] for hello in fake.hellos
    }
    assert fake.drafts


async def test_a_cast_that_is_shown_out_is_done(fake: FakeServer) -> None:
    fake.closing = 4401
    said: list[str] = []
    await asyncio.wait_for(play(fake.url, CODE, 3, 1, pace=0, say=said.append), PATIENCE)
    assert len(said) == 3
    assert all("has left" in line for line in said)


async def test_where_nobody_gets_a_seat_it_says_why(fake: FakeServer) -> None:
    said: list[str] = []
    with pytest.raises(Refused, match="no seat"):
        await asyncio.wait_for(play(fake.url, "NONE2345", 2, 1, 0, say=said.append), PATIENCE)
    assert len(said) == 2


async def test_where_one_gets_no_seat_the_others_play(fake: FakeServer) -> None:
    fake.refusals = [(409, "rejected")]
    said: list[str] = []
    await meanwhile(
        play(fake.url, CODE, 3, 1, pace=0, say=said.append), lambda: len(fake.hellos) == 2
    )
    assert len(said) == 1
    assert "could not join" in said[0]


async def test_a_demonstration_opens_a_workshop_and_prints_where_to_go(fake: FakeServer) -> None:
    said: list[str] = []
    await meanwhile(
        run_demo(fake.url, "k" * 32, participants=3, pace=0, say=said.append, hosted=False),
        lambda: len(fake.hellos) == 3,
    )
    [(authorization, body)] = fake.opened
    assert authorization == "Bearer " + "k" * 32
    assert len(body["problems"]) == 4
    links = " ".join(said)
    for path in (f"/facilitate/{CODE}", f"/w/{CODE}/screen", f"/join/{CODE}"):
        assert fake.url + path in links
    assert not {command["kind"] for command in fake.received} & {"OpenPhase", "MoveGroup"}


async def test_with_a_host_the_briefing_is_opened_when_all_have_come(fake: FakeServer) -> None:
    fake.regions |= {"groups": {"groups": []}, "spotlight": {"idea": None}}

    def opened() -> bool:
        return any(command["kind"] == "OpenPhase" for command in fake.received)

    await meanwhile(run_demo(fake.url, "k" * 32, 2, pace=0.01, say=quietly), opened)
    phases = [c["phase"] for c in fake.received if c["kind"] == "OpenPhase"]
    assert phases[0] == "briefing"
    assert {"key": "k" * 32, "since": None, "epoch": None} in fake.hellos


async def test_a_host_that_is_shown_out_leaves_the_participants_playing(fake: FakeServer) -> None:
    said: list[str] = []
    fake.unwanted = {"k" * 32: 4403}
    await meanwhile(
        run_demo(fake.url, "k" * 32, 2, pace=0, say=said.append),
        lambda: len(fake.sockets) == 2 and len(fake.hellos) == 3,
    )
    assert any("host has left" in line for line in said)


def imports(module: Path) -> set[str]:
    """What a module imports, by full name."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level
            found.add(f"{node.module}")
    return found


def test_nothing_of_the_program_behind_is_imported() -> None:
    modules = sorted(Path(simulation.__file__).parent.glob("*.py"))
    assert len(modules) >= 7
    found = {name for module in modules for name in imports(module)}
    elsewhere = {name for name in found if not f"{name}.".startswith("app.simulation.")}
    assert {name.split(".")[0] for name in elsewhere} - sys.stdlib_module_names == {"websockets"}
