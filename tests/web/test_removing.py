"""Removing somebody: out of every door at once, and nothing they wrote is lost.

Leaves out the rule itself (`tests/game/test_people.py`). Always: what is closed to them
stays open to the others.
"""

import asyncio
import json
import sqlite3
from collections.abc import Iterator

import pytest
from websockets.exceptions import ConnectionClosed

from app.game.messages import Actor, Role
from app.live import Member
from app.web.access import TAKEN_OUT
from app.web.socket import Hangup, _as_before
from tests.served import KEY, Served, cookie_of, heard, new_ref, served
from tests.web.canaries import page_socket
from tests.web.expecting import refused

CLOSES_WITHIN = 10


def key_of(cookie: str) -> str:
    """The key of the seat that a browser's cookie holds."""
    return cookie.partition("=")[2].rpartition(".")[0]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("removing")) as running:
        yield running


@pytest.fixture(scope="module")
def host(server: Served) -> dict[str, str]:
    """The cookie of the server's owner."""
    return {"Cookie": server.sign_in()}


def in_play(server: Served) -> tuple[str, str, str, str]:
    """A workshop in play; the cookie, the key and the id of Ann; the key of Bo."""
    code = server.open()
    cookie = server.enter(code, "Ann")
    bo = server.join(code, "Bo")[1]
    server.done(code, kind="OpenPhase", phase="play")
    return code, cookie, key_of(cookie), bo


async def closed_with(line: object) -> int | None:
    """The code a socket is closed with, whatever else it is sent before."""
    while True:
        try:
            await asyncio.wait_for(line.recv(), CLOSES_WITHIN)  # type: ignore[attr-defined]
        except ConnectionClosed:
            return int(line.close_code)  # type: ignore[attr-defined]


async def test_every_socket_of_somebody_removed_closes_and_no_others(server: Served) -> None:
    code, cookie, key, bo = in_play(server)
    person = server.view(code, key)["me"]["id"]
    page = server.page("GET", f"/w/{code}", None, {"Cookie": cookie})
    first, path = page_socket(page)
    headers = {"Origin": server.url, "Cookie": cookie}
    async with (
        server.socket(code, key) as program,
        server.line(path, **headers) as browser,
        server.socket(code, bo) as other,
    ):
        for line in (program, other):
            await heard(line)
        await browser.send(json.dumps(first))
        await heard(browser)
        await asyncio.to_thread(server.done, code, kind="RemovePerson", participant=person)
        assert await closed_with(program) == 4401
        assert await closed_with(browser) == 4401
        told = await heard(other)
        assert person not in json.dumps(told["regions"].get("group"))
        await other.send(json.dumps({"kind": "SwapCard", "ref": new_ref(), "card": "none"}))
        assert "no" in await heard(other)


async def test_nothing_is_written_once_somebody_is_out_however_fast_they_send(
    server: Served,
) -> None:
    code, _, key, bo = in_play(server)
    idea = server.submit(code, bo)
    server.done(code, kind="MoveGroup", group="all", stage=1, step="build")
    person = server.view(code, key)["me"]["id"]
    build = {"kind": "BuildOn", "idea": idea, "as": "build"}

    async def send_on() -> int:
        sent = 0
        async with server.socket(code, key) as line:
            try:
                while True:
                    sent += 1
                    words = {"ref": new_ref(), "words": f"Build {sent}"}
                    await line.send(json.dumps({**build, **words}))
                    while not {"ok", "no"} & (await heard(line)).keys():
                        pass  # what others see of it comes between
            except ConnectionClosed:
                assert line.close_code == 4401
                return sent

    sending = asyncio.create_task(send_on())
    await asyncio.sleep(0.3)
    removed = await asyncio.to_thread(server.done, code, kind="RemovePerson", participant=person)
    assert await asyncio.wait_for(sending, CLOSES_WITHIN) > 1
    log = server.export(code, "log.json")
    theirs = [event["seq"] for event in log if event["actor"] == person]
    assert theirs
    assert max(theirs) < removed["seq"]


def test_no_door_opens_for_somebody_removed_after_a_restart_either(server: Served) -> None:
    code, cookie, key, bo = in_play(server)
    draft = {"words": "Half a sentence that nobody else has read"}
    assert server.api("PUT", f"/workshops/{code}/draft", draft, key).status == 200
    idea = server.submit(code, key)
    person = server.view(code, key)["me"]["id"]
    server.api("PUT", f"/workshops/{code}/draft", draft, key)
    server.done(code, kind="RemovePerson", participant=person)
    for _ in range(2):
        path = f"/workshops/{code}"
        refused(server.api("GET", f"{path}/view", key=key), "unauthenticated")
        refused(server.do(code, key, kind="SwapCard", card="any"), "unauthenticated")
        refused(server.api("PUT", f"{path}/draft", draft, key), "unauthenticated")
        page = server.page("GET", f"/w/{code}", None, {"Cookie": cookie})
        assert (page.status, page.headers["location"]) == (303, f"/join/{code}")
        form = {"kind": "SwapCard", "ref": new_ref(), "card": "any"}
        assert server.page("POST", f"/w/{code}/do", form, {"Cookie": cookie}).status == 401
        changes = server.page("GET", f"/w/{code}/changes", None, {"Cookie": cookie})
        assert changes.status == 401
        script = {"Cookie": cookie, "Accept": "application/json"}
        for method, door in (("GET", "changes"), ("POST", "draft")):
            told = server.page(method, f"/w/{code}/{door}", None, script)
            assert (told.status, told.body["error"]["field"]) == (401, "seat")
        never = server.page("GET", f"/w/{code}/changes", None, {"Accept": "application/json"})
        assert (never.status, never.body["error"]["field"]) == (401, None)
        trail = server.page("GET", f"/w/{code}/ideas/{idea}", None, {"Cookie": cookie})
        assert trail.status == 401
        assert server.view(code, bo)["me"]["name"] == "Bo"
        assert idea in [row["id"] for row in server.view(code)["longlist"]["ideas"]]
        server.stop()
        server.start()
    server.stop()
    with sqlite3.connect(server.folder / "data" / "moments.db") as database:
        kept = database.execute("SELECT words FROM draft WHERE workshop = ?", (code,)).fetchall()
    server.start()
    assert kept == []


def test_staff_are_asked_first_and_it_needs_no_scripts(
    server: Served, host: dict[str, str]
) -> None:
    code, _, key, _ = in_play(server)
    person = server.view(code, key)["me"]["id"]
    room = server.page("GET", f"/facilitate/{code}", None, host).body.decode()
    assert f'href="/facilitate/{code}?remove={person}#remove"' in room
    asked = server.page("GET", f"/facilitate/{code}?remove={person}", None, host).body.decode()
    assert "Remove them" in asked
    assert server.view(code, key)["me"]["id"] == person  # asking removes nobody
    form = {
        "kind": "RemovePerson", "ref": new_ref(), "participant": person, "form_name": "remove",
    }  # fmt: skip
    assert server.page("POST", f"/facilitate/{code}/do", form, host).status == 303
    refused(server.api("GET", f"/workshops/{code}/view", key=key), "unauthenticated")
    again = server.page("POST", f"/facilitate/{code}/do", {**form, "ref": new_ref()}, host)
    assert again.status == 409
    assert "has been removed already" in again.body.decode()
    gone = server.page("GET", f"/facilitate/{code}?remove={person}", None, host).body.decode()
    assert "Remove them" not in gone


async def test_a_socket_is_for_one_role_and_whoever_has_another_comes_back() -> None:
    member = Member(Actor("p1", Role.PARTICIPANT, "g1"))
    now = Actor("p1", Role.PARTICIPANT, "g2")

    async def who() -> Actor:
        return now

    assert await _as_before(who, member) == now
    now = Actor("p1", Role.CO_HOST)
    with pytest.raises(Hangup) as ended:
        await _as_before(who, member)
    assert ended.value.code == 1012


def test_a_co_host_is_removed_from_the_control_room_too(
    server: Served, host: dict[str, str]
) -> None:
    code = server.open()
    person, key = server.invited(code, "co_host", name="Cleo")
    room = server.page("GET", f"/facilitate/{code}", None, host).body.decode()
    assert f"?remove={person}#remove" in room
    server.done(code, kind="RemovePerson", participant=person)
    refused(server.do(code, key, kind="FormGroups"), "unauthenticated")
    room = server.page("GET", f"/facilitate/{code}", None, host).body.decode()
    assert f"?remove={person}#remove" not in room
    assert server.do(code, KEY, kind="OpenPhase", phase="briefing").status == 200


def test_whoever_was_taken_out_is_told_so_at_their_next_act(server: Served) -> None:
    code, ann, key, _ = in_play(server)
    cleo = server.enter(code, "Cleo", "NHS", server.invite(code, "co_host"))
    server.done(code, kind="RemovePerson", participant=server.view(code, key)["me"]["id"])
    path = f"/facilitate/{code}/assess"
    assert server.page("GET", path, None, {"Cookie": cleo}).status == 200
    server.done(code, kind="RemovePerson", participant=server.view(code, key_of(cleo))["me"]["id"])
    form = {"kind": "RecordAssessment", "ref": new_ref(), "form_name": "assess"}
    for cookie, base, status in ((cleo, f"/facilitate/{code}", 403), (ann, f"/w/{code}", 401)):
        reply = server.page("POST", f"{base}/do", form, {"Cookie": cookie})
        assert reply.status == status
        assert TAKEN_OUT in reply.body.decode()
        assert "go back in your browser" in reply.body.decode()
    stranger = server.page("POST", f"/facilitate/{code}/do", form, {"Cookie": "other=1"})
    assert stranger.status == 403
    assert TAKEN_OUT not in stranger.body.decode()


async def test_signing_out_closes_the_sockets_that_were_signed_in(server: Served) -> None:
    token = server.moments("facilitator", "add", "Bea").partition("token=")[2].split()[0]
    cookie = cookie_of(server.page("POST", "/facilitate/sign-in", {"token": token}))
    host = {"Cookie": cookie, "Origin": server.url}
    form = {"title": "Hers", "problems": "information-sharing", "groups_per_problem": "1"}
    numbers = {"hand_size": "5", "swaps_per_stage": "1", "shortlist_per_problem": "2"}
    opened = server.page("POST", "/facilitate/new", {**form, **numbers}, host)
    code = opened.headers["location"].rpartition("/")[2]
    first, path = page_socket(server.page("GET", f"/facilitate/{code}", None, host))
    async with server.line(path, **host) as line:
        await line.send(json.dumps(first))
        await heard(line)
        reply = await asyncio.to_thread(
            server.page, "POST", "/facilitate/sign-out", {}, {"Cookie": host["Cookie"]}
        )
        assert reply.status == 303
        assert await closed_with(line) == 4401


def come_by(server: Served, code: str, invite: str, way: str, name: str = "Cleo") -> int:
    """The status of whoever would come in by an invite, at either door."""
    said = {"name": name, "organisation": "DfE", "invite": invite}
    if way == "page":
        return server.page("POST", f"/join/{code}", said).status
    return server.api("POST", f"/workshops/{code}/join", said, None).status


@pytest.mark.parametrize("role", ["co_host", "observer", "table_lead", "analyst"])
@pytest.mark.parametrize("way", ["removed", "erased"])
def test_nobody_walks_back_in_by_the_invite_they_came_by(
    server: Served, role: str, way: str
) -> None:
    code = server.open()
    invite = server.invite(code, role, "g1" if role == "table_lead" else None)
    other = server.invite(code, role, "g1" if role == "table_lead" else None)
    said = {"name": "Cleo", "organisation": "DfE", "invite": invite}
    path = f"/workshops/{code}/join"
    person, key = server.api("POST", path, said, None).body.values()
    beside = server.api("POST", path, {**said, "name": "Dan"}, None).body["key"]
    if way == "removed":
        server.done(code, kind="RemovePerson", participant=person)
    else:
        assert server.moments("erase", code, person) == "Erased.\n"
    refused(server.api("GET", f"/workshops/{code}/view", key=key), "unauthenticated")
    refused(server.api("POST", path, said, None), "forbidden")
    assert come_by(server, code, invite, "page") == 403
    assert server.api("GET", f"/workshops/{code}/view", key=beside).status == 200
    assert come_by(server, code, other, "api") == 201


@pytest.mark.parametrize("way", ["removed", "erased"])
def test_the_invites_that_somebody_made_end_with_them(server: Served, way: str) -> None:
    code = server.open()
    person, key = server.invited(code, "co_host", name="Cleo")
    wish = {"role": "co_host", "group": None}
    made = server.api("POST", f"/workshops/{code}/invites", wish, key).body["invite"]
    assert come_by(server, code, made, "api", "Dan") == 201
    if way == "removed":
        server.done(code, kind="RemovePerson", participant=person)
    else:
        server.moments("erase", code, person)
    assert [come_by(server, code, made, at) for at in ("api", "page")] == [403, 403]
    page = server.page("GET", f"/join/{code}?invite={made}").body.decode()
    assert "a co-host: you can do all" not in page
    server.stop()
    server.start()
    assert come_by(server, code, made, "api") == 403
    assert come_by(server, code, server.invite(code, "co_host"), "api") == 201
