"""Who may: those who may nothing here, and what is no command.

Leaves out every command, of every role, in every phase, over both doors of programs, which is a
promise (`tests/faults/promises/p11.py`). Always: a refusal has the one shape, and what is
refused changes nothing.
"""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from app.game.messages import Command, Role
from app.game.phases import Phase
from tests.game.test_permissions import SAMPLES
from tests.served import KEY, Served, cookie_of, heard, new_ref, served
from tests.web.expecting import STATUS, complaint, nothing_changes, refused

NOT_NOW = ("This can be done at ", "This workshop is closed. Nothing")
INVITED = (Role.CO_HOST, Role.TABLE_LEAD, Role.OBSERVER, Role.ANALYST)
SENT = sorted(kind for kind, command in Command.kinds.items() if not command.at_the_door)
NOBODY = {"removed": 4401, "unknown": 4401, "stranger": 4403, "other facilitator": 4403}
"""Those who may nothing here, and the code that closes a socket of theirs."""


@dataclass
class People:
    """A workshop, and the keys of everybody in it and outside it."""

    server: Served
    code: str
    elsewhere: str
    keys: dict[Role, str] = field(default_factory=dict)
    outside: dict[str, str] = field(default_factory=dict)


def everybody(server: Served) -> People:
    """A workshop with somebody in every role, and some who have no business in it."""
    made = People(server, server.open(), server.open())
    made.keys = {Role.FACILITATOR: KEY, Role.PARTICIPANT: server.join(made.code, "Ann")[1]}
    for role in INVITED:
        group = "g1" if role is Role.TABLE_LEAD else None
        made.keys[role] = server.invited(made.code, role, group)[1]
    removed, key = server.join(made.code, "Gone")
    server.done(made.code, kind="RemovePerson", participant=removed)
    link = server.moments("facilitator", "add", "Bea")
    token = link.partition("token=")[2].split()[0]
    signed_in = cookie_of(server.page("POST", "/facilitate/sign-in", {"token": token}))
    made.outside = {
        "removed": key,
        "unknown": "k" * 43,
        "stranger": server.join(made.elsewhere, "Stranger")[1],
        "other facilitator": signed_in.partition("=")[2].rpartition(".")[0],
    }
    return made


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    with served(tmp_path_factory.mktemp("who-may")) as server:
        yield everybody(server)


def command(kind: str, phase: Phase) -> dict[str, Any]:
    """One of the right shape that leaves the workshop where it is, if it is taken at all."""
    here = {"OpenPhase": {"phase": phase}, "RemovePerson": {"participant": "p99"}}
    return {"kind": kind, "ref": new_ref(), **SAMPLES[kind], **here.get(kind, {})}


def outcome(error: dict[str, Any] | None) -> str:
    """What an answer comes to."""
    if error is None:
        return "may"
    if error["kind"] == "rejected":
        return "not now" if error["message"].startswith(NOT_NOW) else "may"
    return str(error["kind"])


async def by_socket(line: ClientConnection, sent: dict[str, Any]) -> dict[str, Any] | None:
    """The error that comes back, if one does."""
    while True:
        await line.send(json.dumps(sent))
        while (told := await heard(line)).keys().isdisjoint({"ok", "no"}):
            pass  # what it changed comes between
        assert told.get("ok", told.get("no")) == sent["ref"]
        error: dict[str, Any] | None = told.get("error")
        if error is None:
            return None
        complaint(error, error["kind"])
        if error["kind"] != "too_many":  # this is faster than hands are
            return error
        await asyncio.sleep(1)


async def by_http(people: People, key: str, sent: dict[str, Any]) -> dict[str, Any] | None:
    """The error that comes back, if one does."""
    while True:
        reply = await asyncio.to_thread(people.server.do, people.code, key, **sent)
        if reply.status == 200:
            return None
        error: dict[str, Any] = reply.body["error"]
        refused(reply, error["kind"], ref=sent["ref"])
        if error["kind"] != "too_many":
            return error
        await asyncio.sleep(1)


def open_phase(people: People, phase: Phase) -> None:
    people.server.do(people.code, kind="OpenPhase", phase=phase)
    assert people.server.view(people.code)["workshop"]["phase"] == phase


def test_those_without_a_seat_here_may_nothing(people: People) -> None:
    with nothing_changes(people.server, people.code, people.elsewhere):
        for who, key in people.outside.items():
            kind = "forbidden" if NOBODY[who] == 4403 else "unauthenticated"
            for name in SENT:
                sent = command(name, Phase.PLAY)
                reply = people.server.do(people.code, key, **sent)
                assert (reply.status, reply.body["ref"]) in ((STATUS[kind], None),), (who, name)
                refused(reply, kind)
            path = f"/workshops/{people.code}"
            draft = {"words": "Not mine"}
            for method, place, body in (
                ("GET", f"{path}/view", None),
                ("PUT", f"{path}/draft", draft),
                ("POST", f"{path}/invites", {"role": "co_host"}),
                ("GET", f"{path}/export/longlist.csv", None),
                ("GET", f"{path}/export/all.zip", None),
            ):
                refused(people.server.api(method, place, body, key), kind)
        for name in SENT:
            sent = command(name, Phase.PLAY)
            path = f"/workshops/{people.code}/do"
            refused(people.server.api("POST", path, sent, None), "unauthenticated")


@pytest.mark.parametrize("who", NOBODY)
async def test_a_socket_of_theirs_closes_with_the_reason(people: People, who: str) -> None:
    async with people.server.socket(people.code, people.outside[who]) as line:
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(line.recv(), 10)
        assert line.close_code == NOBODY[who]


@pytest.mark.parametrize("kind", ["Join", "JoinByInvite"])
def test_nobody_with_a_seat_comes_in_again_by_a_command(people: People, kind: str) -> None:
    for key in people.keys.values():
        sent = {"kind": kind, "ref": new_ref(), **SAMPLES[kind]}
        refused(people.server.do(people.code, key, **sent), "malformed", "kind", sent["ref"])


def test_only_staff_invite_and_export(people: People) -> None:
    open_phase(people, Phase.PLAY)
    path = f"/workshops/{people.code}"
    for role, key in people.keys.items():
        staff = role in (Role.FACILITATOR, Role.CO_HOST)
        reply = people.server.api("POST", f"{path}/invites", {"role": "observer"}, key)
        assert reply.status == (201 if staff else 403)
        reply = people.server.api("GET", f"{path}/export/longlist.csv", key=key)
        assert reply.status == (200 if staff else 403)
        reply = people.server.api("PUT", f"{path}/draft", {"words": "Half"}, key)
        assert reply.status == (200 if role is Role.PARTICIPANT else 403)
        wish = {"title": "Mine", "problems": ["information-sharing"]}
        reply = people.server.api("POST", "/workshops", wish, key)
        assert reply.status == (201 if role is Role.FACILITATOR else 403)
