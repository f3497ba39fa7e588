"""Planted holes are found: in what is sent, at the doors, and where a view fails.

Leaves out how they are planted (`planted_secrecy.py`), and the sound server, where the same
looks must find nothing (`promises/p09.py`). Always: what is planted is found by those looks.
"""

import asyncio
import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from tests.faults import doors
from tests.faults.planted_secrecy import FAIL_WHILE, program
from tests.faults.secrecy import secrecy
from tests.served import Served, heard

SEED = 20
SHARE = 300_000


@contextlib.contextmanager
def planted(name: str, folder: Path) -> Iterator[Served]:
    """A server with this planted in it."""
    server = Served(folder, **{FAIL_WHILE: str(folder / "flag")})
    server.program = program(name)
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.mark.parametrize("name", ["drafts_in_the_group", "audience_too_wide", "merge_filter_off"])
def test_a_filter_that_is_off_is_found(name: str, tmp_path: Path) -> None:
    with planted(name, tmp_path) as server:
        assert secrecy(server, SEED, SHARE, steps=5, first=True).leaks


async def test_an_origin_that_is_not_looked_at_is_found(tmp_path: Path) -> None:
    with planted("origin_unchecked", tmp_path) as server:
        found = await doors.open_to_other_sites(server)
    assert len([each for each in found if each.startswith("form")]) == 12
    assert len([each for each in found if each.startswith("socket")]) == 36


async def test_a_removal_that_is_forgotten_is_found(tmp_path: Path) -> None:
    with planted("removal_forgotten", tmp_path) as server:
        found = await doors.open_to_the_removed(server)
    assert found == [
        "socket of a program", "socket of a browser", "view: 200", "draft: 200", "do: 200",
        "page: 200",
    ]  # fmt: skip


async def test_a_role_remembered_from_when_they_connected_is_found(tmp_path: Path) -> None:
    with planted("role_remembered", tmp_path) as server:
        removed = await doors.open_to_the_removed(server)
        signed_out = await doors.open_to_the_signed_out(server)
    assert removed == ["socket of a program", "socket of a browser"]
    assert signed_out == ["socket", "command"]


async def test_a_view_that_fails_sends_nothing_and_all_is_well_once_it_can_be_made(
    tmp_path: Path,
) -> None:
    flag = tmp_path / "flag"
    with planted("a_view_fails", tmp_path) as server:
        code = await asyncio.to_thread(server.open)
        key = (await asyncio.to_thread(server.join, code, "Ann"))[1]
        await asyncio.to_thread(server.done, code, kind="OpenPhase", phase="play")
        idea = await asyncio.to_thread(server.submit, code, key, words="Mine")
        async with server.socket(code, key) as line:
            first = await heard(line)
            flag.touch()
            move = {"kind": "MoveGroup", "group": "g1", "stage": 1, "step": "present"}
            assert (await asyncio.to_thread(server.do, code, **move)).status == 200
            with pytest.raises(ConnectionClosed):
                await heard(line)
            assert line.close_code == 1011  # a page comes back by itself after this
        path = f"/workshops/{code}"
        refused = await asyncio.to_thread(server.api, "GET", f"{path}/view", None, key)
        assert (refused.status, refused.body["error"]["kind"]) == (500, "fault")
        assert idea not in json.dumps(refused.body)
        # Those who do not have that view are served on.
        assert (await asyncio.to_thread(server.api, "GET", f"{path}/view")).status == 200
        flag.unlink()
        async with server.socket(code, key, first["seq"], first["epoch"]) as line:
            told = await heard(line)
        assert [each["id"] for each in told["regions"]["board"]["ideas"]] == [idea]


def test_the_server_speaks_to_nobody_outside(tmp_path: Path) -> None:
    with planted("no_outside_world", tmp_path) as server:
        secrecy(server, SEED, 1, steps=6)
    assert not (tmp_path / "flag").exists()
