"""How long keys, links and cookies last, exactly; and that none lies about in the clear.

Leaves out what a key opens. Always: the clock is the test's own, and both sides of an edge
are tried.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import itsdangerous.timed
import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from app.content import Content
from app.live.workshops import CODE_LENGTH, CODE_LETTERS
from app.main import create_app, shipped_content
from app.settings import Settings
from app.web.cookies import SEAT_FOR, SIGNED_IN_FOR
from app.web.links import SIGN_IN_MINUTES, sign_in_token

KEY = "k" * 40
SECRET = "s" * 40
HTTPS = "https://moments.example"
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
OPEN = {"title": "A workshop", "problems": ["information-sharing"]}
OWNER = {"Authorization": f"Bearer {KEY}"}


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(scope="module")
def content() -> Content:
    return shipped_content()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(tmp_path: Path, content: Content, clock: Clock) -> Iterator[TestClient]:
    settings = Settings(
        data_dir=tmp_path,
        public_url=HTTPS,
        secret_key=SecretStr(SECRET),
        facilitator_key=SecretStr(KEY),
        security_contact="mailto:security@moments.example",
    )
    app = create_app(settings, content=content, clock=clock)
    with TestClient(app, base_url=HTTPS, follow_redirects=False) as made:
        made.headers["Origin"] = HTTPS
        yield made


def code_of(client: TestClient) -> str:
    return str(client.post("/api/v1/workshops", json=OPEN, headers=OWNER).json()["code"])


def sign_in(client: TestClient, token: str) -> int:
    return client.post("/facilitate/sign-in", data={"token": token}).status_code


def test_a_facilitator_is_signed_in_for_two_weeks_and_not_a_second_more(
    client: TestClient, clock: Clock
) -> None:
    assert sign_in(client, sign_in_token([SECRET.encode()], "Bea")) == 303
    key = client.cookies["__Host-moments_facilitator"].rpartition(".")[0]
    bearer = {"Authorization": f"Bearer {key}"}
    opened = client.post("/api/v1/workshops", json=OPEN, headers=bearer)
    asked = f"/api/v1/workshops/{opened.json()['code']}"
    clock.now += SIGNED_IN_FOR
    assert client.get("/facilitate/new").status_code == 200
    assert client.get(f"{asked}/view", headers=bearer).status_code == 200
    clock.now += timedelta(seconds=1)
    assert client.get("/facilitate/new").status_code == 403
    refused = client.get(f"{asked}/view", headers=bearer)
    assert (refused.status_code, refused.json()["error"]["kind"]) == (401, "unauthenticated")
    with client.websocket_connect(f"wss://moments.example{asked}/live") as line:
        line.send_json({"key": key, "since": None, "epoch": None})
        with pytest.raises(WebSocketDisconnect) as closed:
            line.receive_json()
        assert closed.value.code == 4401


def test_what_has_run_out_is_deleted_at_the_next_start(
    client: TestClient, clock: Clock, tmp_path: Path, content: Content
) -> None:
    sign_in(client, sign_in_token([SECRET.encode()], "Beatrice"))
    access = client.app.state.door.access  # type: ignore[attr-defined]
    client.portal.call(access.forget_old_accounts)  # type: ignore[union-attr]
    assert client.get("/facilitate/new").status_code == 200
    clock.now += SIGNED_IN_FOR + timedelta(seconds=1)
    client.portal.call(access.forget_old_accounts)  # type: ignore[union-attr]
    kept = b"".join(file.read_bytes() for file in tmp_path.rglob("moments.db"))
    assert kept
    assert b"Beatrice" not in kept


def test_a_link_is_good_for_a_quarter_of_an_hour(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    signer = itsdangerous.timed.TimestampSigner
    begun = 1_700_000_000
    monkeypatch.setattr(signer, "get_timestamp", lambda self: begun)
    links = [sign_in_token([SECRET.encode()], name) for name in ("Bea", "Cy")]
    monkeypatch.setattr(signer, "get_timestamp", lambda self: begun + SIGN_IN_MINUTES * 60)
    assert sign_in(client, links[0]) == 303
    monkeypatch.setattr(signer, "get_timestamp", lambda self: begun + SIGN_IN_MINUTES * 60 + 1)
    assert sign_in(client, links[1]) == 403


def test_of_many_who_press_a_link_at_once_one_is_signed_in(client: TestClient) -> None:
    token = sign_in_token([SECRET.encode()], "Bea")
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: sign_in(client, token), range(8)))
    assert sorted(answers) == [303, *[403] * 7]


def test_signing_in_again_gives_another_key(client: TestClient) -> None:
    keys = set()
    for _ in range(2):
        sign_in(client, sign_in_token([SECRET.encode()], "Bea"))
        keys.add(client.cookies["__Host-moments_facilitator"])
    assert len(keys) == 2


def test_cookies_are_kept_to_https_to_this_host_and_from_scripts(client: TestClient) -> None:
    code = code_of(client)
    joined = client.post(f"/join/{code}", data={"name": "Ann", "organisation": "NHS"})
    token = sign_in_token([SECRET.encode()], "Bea")
    signed_in = client.post("/facilitate/sign-in", data={"token": token})
    for answer, name, lasts in (
        (joined, f"__Host-moments_seat_{code}", SEAT_FOR),
        (signed_in, "__Host-moments_facilitator", SIGNED_IN_FOR),
    ):
        kept = answer.headers["set-cookie"]
        assert kept.startswith(f"{name}=")
        parts = {part.strip().lower() for part in kept.split(";")[1:]}
        age = f"max-age={int(lasts.total_seconds())}"
        assert parts == {"secure", "httponly", "samesite=lax", "path=/", age}


def test_no_key_or_invite_can_be_read_from_the_data_folder(
    client: TestClient, tmp_path: Path
) -> None:
    code = code_of(client)
    body = {"name": "Ann", "organisation": "NHS"}
    key = client.post(f"/api/v1/workshops/{code}/join", json=body).json()["key"]
    wish = {"role": "observer", "group": None}
    path = f"/api/v1/workshops/{code}/invites"
    invite = client.post(path, json=wish, headers=OWNER).json()["invite"]
    token = sign_in_token([SECRET.encode()], "Bea")
    sign_in(client, token)
    signed_in = client.cookies["__Host-moments_facilitator"].rpartition(".")[0]
    kept = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert code.encode() in kept
    for secret in (key, invite, signed_in, token, KEY, SECRET):
        assert secret.encode() not in kept


def test_a_code_is_of_letters_that_are_told_apart_and_all_of_them_come_up(
    client: TestClient,
) -> None:
    codes = {code_of(client) for _ in range(60)}
    assert len(codes) == 60
    assert {len(code) for code in codes} == {CODE_LENGTH}
    assert not set(CODE_LETTERS) & set("ILOU01")
    # 480 letters drawn: that one of 30 never came would be one chance in three hundred thousand.
    assert set("".join(codes)) == set(CODE_LETTERS)
    assert len(CODE_LETTERS) ** CODE_LENGTH > 2**39


def test_every_answer_of_https_insists_on_it(client: TestClient) -> None:
    code = code_of(client)
    for path in ("/", f"/join/{code}", "/nothing", "/static/app.css", "/api/v1/content/cards"):
        headers = client.get(path).headers
        assert headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert "access-control-allow-origin" not in headers


def test_a_download_is_a_file_by_name_that_nobody_keeps(client: TestClient) -> None:
    code = code_of(client)
    asked = f"/api/v1/workshops/{code}/export"
    for file, kind in (("longlist.csv", "text/csv"), ("all.zip", "application/zip")):
        answer = client.get(f"{asked}/{file}", headers={**OWNER, "Range": "bytes=0-9"})
        assert answer.status_code == 200  # no part of it is given
        assert answer.headers["content-disposition"] == f'attachment; filename="{code}-{file}"'
        assert answer.headers["content-type"].startswith(kind)
        assert answer.headers["cache-control"] == "no-store"


def test_where_to_report_a_weakness_is_said_and_has_not_run_out(
    client: TestClient, clock: Clock, tmp_path: Path, content: Content
) -> None:
    answer = client.get("/.well-known/security.txt")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    said = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert said["Contact"] == "mailto:security@moments.example"
    assert said["Canonical"] == f"{HTTPS}/.well-known/security.txt"
    until = datetime.fromisoformat(said["Expires"])
    assert clock.now < until <= clock.now + timedelta(days=365)
    silent = create_app(Settings(data_dir=tmp_path / "other"), content=content)
    with TestClient(silent, base_url="http://127.0.0.1:8000") as other:
        assert other.get("/.well-known/security.txt").status_code == 404


def test_nothing_describes_the_server_with_scripts_from_elsewhere(client: TestClient) -> None:
    for path in ("/docs", "/redoc", "/openapi.json", "/api/v1/docs", "/docs/oauth2-redirect"):
        assert client.get(path).status_code == 404
