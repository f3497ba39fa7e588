"""What both doors share: what is counted, and whom it keeps out.

Leaves out the limits themselves (`test_limits.py`). Always: everybody comes from one address,
as they do in a department, and each fault is tried at one door and looked for at both.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal, get_args

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from app.content import Content
from app.main import create_app, shipped_content
from app.settings import Settings
from app.web.limits import LIMITS
from app.web.links import sign_in_token
from tests.served import new_ref

KEY = "k" * 40
SECRET = "s" * 40
HERE = "http://127.0.0.1:8000"
OWNER = {"Authorization": f"Bearer {KEY}"}
Way = Literal["page", "api"]
WAYS = get_args(Way)


@pytest.fixture(scope="module")
def content() -> Content:
    return shipped_content()


@pytest.fixture
def client(tmp_path: Path, content: Content) -> Iterator[TestClient]:
    settings = Settings(
        data_dir=tmp_path, secret_key=SecretStr(SECRET), facilitator_key=SecretStr(KEY)
    )
    with TestClient(
        create_app(settings, content=content), base_url=HERE, follow_redirects=False
    ) as made:
        made.headers["Origin"] = HERE
        yield made


def opened(client: TestClient) -> str:
    wish = {"title": "A workshop", "problems": ["information-sharing"]}
    return str(client.post("/api/v1/workshops", json=wish, headers=OWNER).json()["code"])


def join(client: TestClient, way: Way, code: str, **fields: str) -> int:
    """The status that somebody new gets who would join."""
    said = {"name": "Ann", "organisation": "NHS", **fields}
    client.cookies.clear()
    if way == "api":
        return client.post(f"/api/v1/workshops/{code}/join", json=said).status_code
    return client.post(f"/join/{code}", data=said).status_code


@pytest.mark.parametrize("guessing", WAYS)
@pytest.mark.parametrize("joining", WAYS)
def test_wrong_codes_use_up_nobodys_joining_at_either_door(
    client: TestClient, guessing: Way, joining: Way
) -> None:
    code = opened(client)
    told = [join(client, guessing, "WRQNGCDE") for _ in range(LIMITS["join"].amount + 20)]
    assert set(told) == {404, 429}
    assert join(client, joining, code) in (201, 303)


def test_joining_is_counted_once_for_both_doors(client: TestClient) -> None:
    code = opened(client)
    amount = LIMITS["join"].amount
    came = [join(client, WAYS[number % 2], code) for number in range(amount + 2)]
    assert set(came[:amount]) == {303, 201, 409}  # in the end it is full, which counts too
    assert came[amount:] == [429, 429]


def sign_in(client: TestClient, token: str) -> int:
    return client.post("/facilitate/sign-in", data={"token": token}).status_code


def test_a_good_link_signs_in_whatever_was_tried_there_before(client: TestClient) -> None:
    tries = [sign_in(client, "junk") for _ in range(LIMITS["sign_in"].amount + 3)]
    assert tries == [403] * LIMITS["sign_in"].amount + [429] * 3
    token = sign_in_token([SECRET.encode()], "Bea")
    assert sign_in(client, token) == 303
    assert sign_in(client, token) == 429  # it was used, so it is one more that is not good


def test_good_links_are_not_counted(client: TestClient) -> None:
    for number in range(LIMITS["sign_in"].amount + 1):
        assert sign_in(client, sign_in_token([SECRET.encode()], f"Bea {number}")) == 303
    assert sign_in(client, "junk") == 403


def test_drafts_are_limited_by_seat_with_a_clear_word(client: TestClient) -> None:
    code = opened(client)
    said = {"name": "Ann", "organisation": "NHS"}
    keys = [client.post(f"/api/v1/workshops/{code}/join", json=said).json()["key"] for _ in "ab"]

    def save(key: str) -> tuple[int, dict[str, object]]:
        sent = {"Authorization": f"Bearer {key}"}
        path = f"/api/v1/workshops/{code}/draft"
        reply = client.put(path, json={"words": new_ref()}, headers=sent)
        return reply.status_code, reply.json()

    statuses = [save(keys[0])[0] for _ in range(LIMITS["draft"].amount)]
    status, told = save(keys[0])
    assert (set(statuses), status) == ({200}, 429)
    assert str(told["error"]["message"]).startswith("What is being typed was sent too often")  # type: ignore[index]
    assert save(keys[1])[0] == 200
