"""Decisions: what `docs/decisions` promises and no test of a single part looks at.

Leaves out decisions whose page names another test. Always: each test here is named by the
page it belongs to.
"""

import asyncio
import json
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.content import Content
from app.game import read_command
from app.game.messages import Actor, Role
from app.game.opening import OpenWorkshop
from app.game.people import Join
from app.live import LiveWorkshop, Workshops, company
from app.main import create_app, shipped_content
from app.paths import folder
from app.settings import Settings
from app.store import open_store
from app.web.links import sign_in_token
from app.web.page import latest
from app.web.resume import Since, missed
from app.web.socket import LARGEST_MESSAGE
from tests.served import heard, served

SECRET = "a-secret-of-this-test-0123456789"
HERE = "http://127.0.0.1:8000"
HOST = Actor("owner", Role.FACILITATOR)
DOOR = Actor("visitor", Role.VISITOR)


@pytest.fixture(scope="module")
def content() -> Content:
    return shipped_content()


async def at_play(workshops: Workshops, people: int) -> tuple[LiveWorkshop, list[Actor]]:
    """A workshop of one group at play, and its participants."""
    wish = OpenWorkshop(title="A workshop", problems=["information-sharing"], seed=1)
    live = await workshops.open(wish, owner="owner")
    actors = []
    for number in range(people):
        joined = Join(name=f"Person {number}", organisation="NHS")
        answer = await live.do(joined, f"join-{number:04}", DOOR)
        assert answer.made is not None
        actors.append(Actor(answer.made, Role.PARTICIPANT))
    ref, command = read_command({"ref": "open-the-play", "kind": "OpenPhase", "phase": "play"})
    await live.do(command, ref, HOST)
    return live, actors


async def test_0006_presence_changes_a_tick_and_no_number(
    tmp_path: Path, content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(company, "GRACE_SECONDS", 0)
    store = await open_store(f"sqlite+aiosqlite:///{tmp_path}/moments.db")
    try:
        live, (one, other) = await at_play(Workshops(store, content, retention_days=1), people=2)
        member = live.watch(other)
        seq, screen = live.state.seq, live.screen(one)
        up_to_date = Since(seq, live.record.epoch, latest(screen))
        assert missed(live, screen, up_to_date) == ([], [])

        live.unwatch(member)
        await asyncio.sleep(0.05)

        screen = live.screen(one)
        changed, rest = missed(live, screen, up_to_date)
        # All of it in one: whoever were cut off in between would be up to the tick of the other.
        assert ([seen.region.name for seen in changed], rest) == (["group"], [])
        assert live.state.seq == seq
        # Who counts no ticks is sent all that shows presence.
        _, rest = missed(live, screen, Since(seq, live.record.epoch))
        assert [seen.region.name for seen in rest] == ["me", "group"]
        assert missed(live, screen, Since(seq, "another epoch", 1)) == (screen, [])
        assert missed(live, screen, Since(seq + 1, live.record.epoch, 1)) == (screen, [])
    finally:
        await store.close()


REGIONS = sorted(
    path for place in ("regions", "staff") for path in (folder("templates") / place).glob("*.html")
)
TEMPLATES = sorted(folder("templates").rglob("*.html"))


@pytest.mark.parametrize("template", REGIONS, ids=lambda path: path.stem)
def test_0007_nothing_is_typed_within_what_is_pushed(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"<textarea|m\.(textarea|field|select)\(", text)
    for kind, about in re.findall(r"<(input|select)\b([^>]*)>", text):
        assert kind == "select" or re.search(r'\btype="(radio|checkbox)"', about), about
        assert ' form="' in about, "what is chosen belongs to a form that is never replaced"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_0007_no_page_needs_an_exception_in_the_policy(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|hx-on|javascript:", text)
    assert re.findall(r"<script(?![^>]*\bsrc=)", text) == []
    loaded = re.findall(r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=\"([^\"]*)", text)
    assert [address for address in loaded if not address.startswith("{{ static(")] == []


def test_0008_opening_a_link_leaves_it_good_and_pressing_the_button_uses_it_up(
    tmp_path: Path, content: Content
) -> None:
    settings = Settings(data_dir=tmp_path, secret_key=SECRET)
    token = sign_in_token([SECRET.encode()], "Bea")
    with TestClient(create_app(settings, content=content), base_url=HERE) as client:
        for _ in range(3):
            page = client.get(f"/facilitate/sign-in?token={token}")
            assert page.status_code == 200
            assert "set-cookie" not in page.headers
        pressed = client.post("/facilitate/sign-in", data={"token": token}, follow_redirects=False)
        assert pressed.status_code == 303
        assert "httponly" in pressed.headers["set-cookie"].lower()
        client.cookies.clear()
        again = client.post("/facilitate/sign-in", data={"token": token}, follow_redirects=False)
        assert again.status_code == 403
        assert "set-cookie" not in again.headers


async def test_0014_what_is_too_long_is_answered_and_the_connection_goes_on(
    tmp_path: Path,
) -> None:
    with served(tmp_path) as server:
        code = await asyncio.to_thread(server.open)
        _, key = await asyncio.to_thread(server.join, code, "Ann")
        await asyncio.to_thread(server.done, code, kind="OpenPhase", phase="play")
        idea = {"kind": "SubmitIdea", "card": "c", "barrier": "b", "words": "w" * 100_000}
        async with server.socket(code, key) as connection:
            await heard(connection)
            await connection.send(json.dumps({"ref": "too-long-1", **idea}))
            told = await heard(connection)
            assert told["no"] == "too-long-1"
            assert (told["error"]["kind"], told["error"]["field"]) == ("malformed", "words")
            assert "2,000" in told["error"]["message"]
            await connection.send("x" * (LARGEST_MESSAGE + 1))
            assert (await heard(connection))["error"]["kind"] == "too_large"
            await connection.send(json.dumps({"ref": "too-long-2", **idea, "words": "Short"}))
            told = await heard(connection)
            assert (told["no"], told["error"]["field"]) == ("too-long-2", "card")
