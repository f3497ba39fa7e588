"""What another site's page can do with somebody's cookies: nothing.

Origin and Host, the token of a page's socket, the cookie itself. Leaves out the rules of
the edge one by one (`test_edge.py`). Always: the browser's own cookie is sent along, as
a browser would, and what must be refused is tried beside what must not.
"""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.served import KEY, Reply, Served, heard, new_ref, served
from tests.web.canaries import page_socket
from tests.web.expecting import nothing_changes, refused

FOREIGN = ("https://evil.example", "null", "http://127.0.0.1", "http://localhost:1", "")


@dataclass(frozen=True)
class Victim:
    """Somebody with a seat, in a workshop in play, and a facilitator who is signed in."""

    server: Served
    code: str
    seat: str
    host: str

    @property
    def do(self) -> dict[str, str]:
        """A form that their own page would send."""
        return {"kind": "SwapCard", "ref": new_ref(), "card": self.card()}

    def card(self) -> str:
        key = self.seat.partition("=")[2].rpartition(".")[0]
        return str(self.server.view(self.code, key)["hand"]["cards"][0]["id"])


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victim]:
    with served(tmp_path_factory.mktemp("strangers")) as server:
        code, host = server.open(swaps_per_stage=5), server.sign_in()
        seat = server.enter(code, "Ann")
        server.done(code, kind="OpenPhase", phase="play")
        yield Victim(server, code, seat, host)


def posted(victim: Victim, path: str, form: dict[str, str], **headers: str) -> Reply:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return victim.server.page("POST", path, form, sent)


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_form_of_another_sites_page_does_nothing(victim: Victim, origin: str) -> None:
    seat, room = f"/w/{victim.code}", f"/facilitate/{victim.code}"
    with nothing_changes(victim.server, victim.code):
        for path, cookie, form in (
            (f"{seat}/do", victim.seat, victim.do),
            (f"{seat}/draft", victim.seat, {"words": "Not mine"}),
            (f"{room}/do", victim.host, {"kind": "OpenPhase", "ref": new_ref(), "phase": "rate"}),
            (f"{room}/invites", victim.host, {"role": "co_host"}),
            ("/facilitate/new", victim.host, {"title": "Not mine"}),
            ("/facilitate/sign-out", victim.host, {}),
            (f"/join/{victim.code}", "", {"name": "Bo", "organisation": "NHS"}),
        ):
            reply = posted(victim, path, form, Origin=origin, Cookie=cookie)
            assert reply.status == 403, path
            assert "set-cookie" not in reply.headers
    # The same from our own page does what it says.
    reply = posted(victim, f"{seat}/do", victim.do, Cookie=victim.seat)
    assert reply.status == 303
    assert victim.server.page("GET", "/facilitate", None, {"Cookie": victim.host}).status == 200


def test_a_post_with_a_cookie_and_without_a_word_of_its_page_does_nothing(victim: Victim) -> None:
    path, content = f"/w/{victim.code}/draft", b"words=Half+a+sentence"
    headers = {"Cookie": victim.seat, "Content-Type": "application/x-www-form-urlencoded"}
    with nothing_changes(victim.server, victim.code):
        assert victim.server.raw("POST", path, content, headers).status == 403
        for site in ("cross-site", "same-site"):
            more = {**headers, "Sec-Fetch-Site": site}
            assert victim.server.raw("POST", path, content, more).status == 403
    headers["Sec-Fetch-Site"] = "same-origin"
    assert victim.server.raw("POST", path, content, headers).status == 200


def test_programs_need_no_origin_and_pages_of_others_may_not_pose_as_programs(
    victim: Victim,
) -> None:
    path, content = "/api/v1/workshops", b'{"title": "Mine", "problems": ["information-sharing"]}'
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    assert victim.server.raw("POST", path, content, headers).status == 201
    assert (
        victim.server.raw("POST", path, content, {**headers, "Cookie": victim.seat}).status == 201
    )
    for origin in FOREIGN:
        refused(
            victim.server.raw("POST", path, content, {**headers, "Origin": origin}), "forbidden"
        )
    # No other site's script may read an answer either.
    reply = victim.server.raw("GET", "/api/v1/content/cards", None, {"Origin": FOREIGN[0]})
    assert not any(name.lower().startswith("access-control") for name in reply.headers)


def test_a_cookie_opens_no_door_of_programs(victim: Victim) -> None:
    path = f"/api/v1/workshops/{victim.code}"
    for cookie in (victim.seat, victim.host):
        headers = {"Cookie": cookie, "Origin": victim.server.url}
        refused(victim.server.raw("GET", f"{path}/view", None, headers), "unauthenticated")
        reply = victim.server.raw("GET", f"{path}/export/longlist.csv", None, headers)
        refused(reply, "unauthenticated")


def test_a_cookie_is_for_the_server_alone_and_cannot_be_made_up(victim: Victim) -> None:
    reply = posted(victim, f"/join/{victim.code}", {"name": "Bo", "organisation": "NHS"})
    kept = reply.headers["set-cookie"].lower()
    for word in ("httponly", "samesite=lax", "path=/", "max-age="):
        assert word in kept
    assert "domain" not in kept
    name, _, value = victim.seat.partition("=")
    key = value.rpartition(".")[0]
    for forged in (key, f"{key}.", f"{key}.AAAA", value[:-1], value[::-1], "", "é", '"'):
        cookie = f"{name}={forged}".encode().decode("latin-1")
        page = victim.server.page("GET", f"/w/{victim.code}", None, {"Cookie": cookie})
        assert (page.status, page.headers["location"]) == (303, f"/join/{victim.code}")
    # Nor does one person's cookie do under the name of another's.
    stolen = {"Cookie": f"moments_facilitator={value}"}
    assert victim.server.page("GET", f"/facilitate/{victim.code}", None, stolen).status == 403


def test_no_page_may_be_framed_or_load_anything_from_elsewhere(victim: Victim) -> None:
    for path in ("/", f"/join/{victim.code}", f"/w/{victim.code}/screen", "/nothing", "/cards"):
        headers = victim.server.page("GET", path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy


# Sockets


def first_words(victim: Victim, cookie: str, path: str) -> tuple[dict[str, Any], str]:
    return page_socket(victim.server.page("GET", path, None, {"Cookie": cookie}))


@pytest.mark.parametrize("origin", [*FOREIGN[:4], None])
async def test_a_socket_from_another_sites_page_is_refused(
    victim: Victim, origin: str | None
) -> None:
    code = victim.code
    for path, cookie in (
        (f"/w/{code}/live", victim.seat),
        (f"/facilitate/{code}/live", victim.host),
        (f"/w/{code}/screen/live", ""),
        (f"/api/v1/workshops/{code}/live", victim.seat),
    ):
        if origin is None and path.startswith("/api"):
            continue  # what programs do
        headers = {"Cookie": cookie, **({"Origin": origin} if origin is not None else {})}
        with pytest.raises(InvalidStatus) as turned_away:
            await victim.server.line(path, **headers)
        assert turned_away.value.response.status_code == 403, path


async def said_first(victim: Victim, path: str, cookie: str, first: Any) -> int | None:
    """What closes a page's socket upon a first message; none if it is let in."""
    headers = {"Cookie": cookie, "Origin": victim.server.url}
    async with victim.server.line(path, **headers) as line:
        try:
            await line.send(first if isinstance(first, str) else json.dumps(first))
            await asyncio.wait_for(line.recv(), 5)
        except ConnectionClosed:
            return line.close_code
        return None


async def test_a_pages_socket_wants_the_token_of_that_page(victim: Victim) -> None:
    seat, room = f"/w/{victim.code}", f"/facilitate/{victim.code}"
    for page, cookie in ((seat, victim.seat), (room, victim.host), (f"{seat}/screen", "")):
        first, path = first_words(victim, cookie, page)
        assert await said_first(victim, path, cookie, first) is None
        for token in (None, "", "x" * 64, first["token"][:-1], [first["token"]], 5, "é"):
            assert await said_first(victim, path, cookie, {**first, "token": token}) == 4401
        without = {name: value for name, value in first.items() if name != "token"}
        assert await said_first(victim, path, cookie, without) == 4401
        assert await said_first(victim, path, cookie, "hello") == 4400
        assert await said_first(victim, path, cookie, {**first, "regions": "all"}) == 4400
    # A token is good for the cookies and the workshop it was made for, and no others.
    first, path = first_words(victim, victim.seat, seat)
    other = victim.server.enter(victim.code, "Cy")
    assert await said_first(victim, path, other, first) == 4401
    assert await said_first(victim, path, "", first) == 4401
    elsewhere = victim.server.open()
    assert await said_first(victim, f"/w/{elsewhere}/live", victim.seat, first) == 4401
    assert await said_first(victim, "/w/NOSUCHCO/live", victim.seat, first) == 4404


async def test_a_pages_socket_sends_no_more_than_its_regions(victim: Victim) -> None:
    first, path = first_words(victim, victim.seat, f"/w/{victim.code}")
    headers = {"Cookie": victim.seat, "Origin": victim.server.url}
    wanted = {**first, "since": None, "regions": ["hand", "groups", "longlist", "no-such"]}
    async with victim.server.line(path, **headers) as line:
        await line.send(json.dumps(wanted))
        content = (await heard(line))["content"]
    assert 'hx-target="#hand"' in content
    # A region of the facilitator's is none of a participant's, whoever asks for it.
    assert 'hx-target="#groups"' not in content
    assert 'hx-target="#group"' not in content
