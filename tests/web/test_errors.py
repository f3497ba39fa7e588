"""Errors: every failure becomes one shape, in plain English, with nothing repeated."""

import json
import logging
from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_args

import pytest
from fastapi import FastAPI, WebSocket
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from app.game.messages import Forbidden, Malformed, Rejected
from app.store.errors import Conflict, StoreError, Unavailable
from app.web.errors import (
    CLOSES,
    MESSAGES,
    STATUS,
    Kind,
    Problem,
    as_json,
    from_exception,
    install,
    told,
)

SECRET = "MARKER-what-somebody-typed"


class Mark(BaseModel):
    """A body to get wrong."""

    model_config = ConfigDict(strict=True, extra="forbid")

    words: Annotated[str, Field(min_length=1, max_length=10)]
    impact: Annotated[int, Field(ge=1, le=5)] = 3
    kind: Literal["build", "risk"] = "build"
    deeper: dict[str, list[int]] = {}


def page(request: Request, problem: Problem) -> Response:
    """What stands in for the pages of the server."""
    if problem.message == "to the door":
        return RedirectResponse("/", status_code=303)
    return HTMLResponse(f"<p>{problem.message} {problem.ref or ''}</p>")


def application(render: Any = page) -> FastAPI:
    app = FastAPI()

    @app.post("/api/mark")
    async def mark(mark: Mark, number: int = 0) -> dict[str, bool]:
        return {"ok": True}

    @app.get("/api/raise/{which}")
    @app.get("/raise/{which}")
    async def fail(which: str) -> None:
        raise RAISED[which]

    @app.get("/begun")
    async def begun() -> Response:
        return Broken("half")

    @app.websocket("/api/live/{which}")
    async def live(socket: WebSocket, which: str) -> None:
        if which.startswith("late"):
            await socket.accept()
        raise RAISED[which.removeprefix("late-")]

    install(app, render)
    return app


class Broken(PlainTextResponse):
    """An answer that fails after it has begun."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ValueError(SECRET)


RAISED: dict[str, Exception] = {
    "problem": Problem("too_many", "Wait.", "code", wait=7),
    "rejected": Rejected("That card is not in your hand.", "card"),
    "malformed": Malformed("“words” is empty.", "words"),
    "forbidden": Forbidden("Facilitators only."),
    "unavailable": Unavailable(SECRET),
    "unauthenticated": Problem("unauthenticated"),
    "door": Problem("unauthenticated", "to the door"),
    "teapot": HTTPException(418, SECRET),
    "gateway": HTTPException(502, SECRET),
    "fault": ValueError(SECRET),
    "surrogate": Malformed("“\ud800” is not a field.", "\ud800 " + "x" * 100),
    "gone": ClientDisconnect(),
    "left": WebSocketDisconnect(1006),
}


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(application()) as client:
        yield client


def test_every_kind_has_a_status_and_words() -> None:
    assert set(STATUS) == set(MESSAGES) == set(get_args(Kind))
    assert CLOSES.keys() <= STATUS.keys()
    assert all(message.endswith(".") for message in MESSAGES.values())


@pytest.mark.parametrize(
    ("error", "kind", "status"),
    [
        (Rejected("No.", "card"), "rejected", 409),
        (Malformed("No.", "card"), "malformed", 422),
        (Forbidden("No.", "card"), "forbidden", 403),
    ],
)
def test_what_the_game_refuses_keeps_its_words_and_field(
    error: Exception, kind: str, status: int
) -> None:
    problem = from_exception(error)
    assert (problem.kind, problem.status) == (kind, status)
    assert (problem.message, problem.field) == ("No.", "card")


@pytest.mark.parametrize("error", [Unavailable("disk"), Conflict("key"), StoreError("file")])
def test_what_the_store_cannot_do_is_to_be_tried_again(error: Exception) -> None:
    problem = from_exception(error)
    assert (problem.kind, problem.status) == ("unavailable", 503)
    assert problem.message == MESSAGES["unavailable"]
    assert problem.headers["Retry-After"] == "2"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "malformed"),
        (401, "unauthenticated"),
        (403, "forbidden"),
        (404, "not_found"),
        (405, "not_allowed"),
        (413, "too_large"),
        (415, "malformed"),
        (429, "too_many"),
        (500, "fault"),
        (503, "unavailable"),
        (504, "fault"),
    ],
)
def test_what_the_framework_refuses_gets_words_of_ours(status: int, kind: Kind) -> None:
    problem = from_exception(HTTPException(status, SECRET))
    assert (problem.kind, problem.message) == (kind, MESSAGES[kind])


def test_anything_else_is_a_fault_and_says_nothing_of_itself() -> None:
    problem = from_exception(KeyError(SECRET))
    assert (problem.kind, problem.status, problem.field) == ("fault", 500, None)
    assert SECRET not in json.dumps(as_json(problem))


@pytest.mark.parametrize(
    ("accept", "json"),
    [
        ("application/json", True),
        ("text/html,application/xhtml+xml,application/json;q=0.9", False),
        ("*/*", False),
    ],
)
def test_a_script_is_answered_in_json_at_a_page_s_door_too(
    client: TestClient, accept: str, json: bool
) -> None:
    reply = client.get("/raise/problem", headers={"Accept": accept})
    assert (reply.status_code, reply.headers["retry-after"]) == (429, "7")
    assert reply.headers["content-type"].startswith("application/json") == json
    if json:
        assert reply.json()["error"] == {"kind": "too_many", "message": "Wait.", "field": "code"}


def test_the_shape_is_always_the_same() -> None:
    assert as_json(Problem("not_found", "No.", "code"), "ref-12345") == {
        "error": {"kind": "not_found", "message": "No.", "field": "code"},
        "ref": "ref-12345",
    }
    assert as_json(Problem("rejected")) == {
        "error": {"kind": "rejected", "message": MESSAGES["rejected"], "field": None},
        "ref": None,
    }
    assert as_json(Problem("fault", ref="1a2b3c4d"))["ref"] == "1a2b3c4d"


@pytest.mark.parametrize(
    ("which", "status", "kind", "field"),
    [
        ("problem", 429, "too_many", "code"),
        ("rejected", 409, "rejected", "card"),
        ("malformed", 422, "malformed", "words"),
        ("forbidden", 403, "forbidden", None),
        ("unavailable", 503, "unavailable", None),
        ("unauthenticated", 401, "unauthenticated", None),
        ("teapot", 422, "malformed", None),
        ("gateway", 500, "fault", None),
        ("fault", 500, "fault", None),
    ],
)
def test_a_program_is_answered_in_json_and_a_person_with_a_page(
    client: TestClient, which: str, status: int, kind: str, field: str | None
) -> None:
    for_program = client.get(f"/api/raise/{which}")
    assert for_program.status_code == status
    assert for_program.json()["error"]["kind"] == kind
    assert for_program.json()["error"]["field"] == field
    for_person = client.get(f"/raise/{which}")
    assert for_person.status_code == status
    assert for_person.headers["content-type"].startswith("text/html")
    assert for_program.json()["error"]["message"] in for_person.text
    for answered in (for_program, for_person):
        assert SECRET not in answered.text
        assert SECRET not in str(answered.headers)


def test_headers_that_belong_to_an_answer_are_on_it(client: TestClient) -> None:
    for start in ("/api", ""):
        assert client.get(f"{start}/raise/problem").headers["retry-after"] == "7"
        assert client.get(f"{start}/raise/unavailable").headers["retry-after"] == "2"
        assert client.get(f"{start}/raise/unauthenticated").headers["www-authenticate"] == "Bearer"
    assert client.post("/api/raise/fault").headers["allow"] == "GET"


def test_an_address_that_is_not_there_is_answered_in_kind(client: TestClient) -> None:
    answered = client.get(f"/api/{SECRET}")
    assert (answered.status_code, answered.json()) == (404, as_json(Problem("not_found")))
    assert client.get(f"/{SECRET}").status_code == 404
    assert SECRET not in client.get(f"/{SECRET}").text
    assert client.delete("/api/mark").json() == as_json(Problem("not_allowed"))


def test_a_page_may_send_people_elsewhere_instead(client: TestClient) -> None:
    assert client.get("/raise/door", follow_redirects=False).status_code == 303


def test_a_fault_is_logged_under_the_reference_that_is_shown(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    for start in ("/api", ""):
        caplog.clear()
        answered = client.get(f"{start}/raise/fault")
        (record,) = [each for each in caplog.records if each.levelno >= logging.ERROR]
        assert record.name == "app.web.errors"
        assert isinstance(record.ref, str)
        assert record.ref in answered.text
        assert record.exc_info is not None
        assert isinstance(record.exc_info[1], ValueError)


def test_a_fault_is_logged_once_however_often_it_is_told(caplog: pytest.LogCaptureFixture) -> None:
    problem = told(ValueError(SECRET))
    assert told(problem) is problem
    assert len(caplog.records) == 1
    assert SECRET not in caplog.records[0].getMessage()


def test_what_is_no_fault_leaves_no_error_in_the_log(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    for which in ("problem", "rejected", "malformed", "forbidden", "unavailable", "teapot"):
        client.get(f"/api/raise/{which}")
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
    (warned,) = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert warned.getMessage() == "the store said no: Unavailable"


def test_a_page_that_cannot_be_made_is_a_fault_told_in_json() -> None:
    def broken(request: Request, problem: Problem) -> Response:
        raise LookupError(SECRET)

    with TestClient(application(broken)) as client:
        answered = client.get("/nowhere")
    assert answered.status_code == 500
    assert answered.json()["error"]["kind"] == "fault"
    assert answered.json()["ref"]


def test_an_answer_that_fails_half_way_is_logged_and_ends(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    client.get("/begun")
    assert [record.name for record in caplog.records if record.levelno >= logging.ERROR] == [
        "app.web.errors"
    ]


def test_somebody_who_leaves_is_no_fault(caplog: pytest.LogCaptureFixture) -> None:
    with TestClient(application(), raise_server_exceptions=False) as client:
        client.get("/api/raise/gone")
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_no_answer_fails_over_characters_that_cannot_be_sent(client: TestClient) -> None:
    answered = client.get("/api/raise/surrogate")
    assert answered.status_code == 422
    assert answered.json()["error"] == {
        "kind": "malformed",
        "message": "“?” is not a field.",
        "field": "??" + "x" * 78,
    }


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({}, "words", "“words” is missing."),
        ({"words": 1}, "words", "“words” must be text."),
        ({"words": ""}, "words", "“words” is empty."),
        ({"words": "MARKER-long"}, "words", "“words” is too long: 10 characters at most."),
        ({"words": "a", "impact": "3"}, "impact", "“impact” must be a whole number."),
        ({"words": "a", "impact": 6}, "impact", "“impact” must be 5 or less."),
        ({"words": "a", "impact": 0}, "impact", "“impact” must be 1 or more."),
        ({"words": "a", "kind": "MARKER"}, "kind", "“kind” must be one of 'build' or 'risk'."),
        ({"words": "a", "more": "MARKER"}, "more", "“more” is not a field of this request."),
        ({"words": "a", "ça va": 1}, "?a?va", "“?a?va” is not a field of this request."),
        ({"words": "a", "deeper": {"b": 1}}, "deeper.b", "“deeper.b” must be a list."),
        ([], None, "The request must be a JSON object."),
    ],
)
def test_a_wrong_shape_names_the_field_and_what_it_must_be(
    client: TestClient, body: Any, field: str | None, message: str
) -> None:
    answered = client.post("/api/mark", json=body)
    assert answered.status_code == 422
    assert answered.json() == {
        "error": {"kind": "malformed", "message": message, "field": field},
        "ref": None,
    }


def test_a_wrong_query_names_its_field(client: TestClient) -> None:
    answered = client.post(f"/api/mark?number={SECRET}", json={"words": "a"})
    assert answered.json()["error"]["message"] == "“number” must be a whole number."
    assert answered.json()["error"]["field"] == "number"


@pytest.mark.parametrize(
    "body",
    [
        b"{MARKER",
        b"[" * 60_000,
        b'{"words": "\xff"}',
        b'{"words": "a", "impact": ' + b"1" * 5000 + b"}",
        b'{"words": "a", "impact": NaN}',
        b'{"words": "\\ud800"}',
        b'{"words": "a", "\\ud800": 1}',
        b"null",
        b"",
    ],
)
def test_no_body_is_more_than_malformed(client: TestClient, body: bytes) -> None:
    answered = client.post("/api/mark", content=body, headers={"content-type": "application/json"})
    assert answered.status_code == 422
    assert answered.json()["error"]["kind"] == "malformed"
    assert "MARKER" not in answered.text


def test_a_body_that_is_not_said_to_be_json_is_malformed(client: TestClient) -> None:
    answered = client.post(
        "/api/mark", content=b'{"words": "a"}', headers={"content-type": "text/plain"}
    )
    assert answered.json()["error"]["message"] == "The request must be a JSON object."


def test_a_kind_of_mistake_that_is_not_known_has_words_too() -> None:
    error = RequestValidationError([{"type": "novel", "loc": ("body", "words"), "msg": SECRET}])
    assert from_exception(error).message == "“words” is not right."


@pytest.mark.parametrize(
    ("which", "code"),
    [
        ("unauthenticated", 4401),
        ("forbidden", 4403),
        ("malformed", 4400),
        ("problem", 1013),
        ("unavailable", 1013),
        ("rejected", 1011),
        ("fault", 1011),
    ],
)
def test_a_socket_is_closed_with_the_code_of_what_failed(
    client: TestClient, which: str, code: int
) -> None:
    with (
        client.websocket_connect(f"/api/live/late-{which}") as socket,
        pytest.raises(WebSocketDisconnect) as closed,
    ):
        socket.receive_text()
    assert closed.value.code == code
    with (
        pytest.raises(WebSocketDisconnect) as refused,
        client.websocket_connect(f"/api/live/{which}"),
    ):
        pass
    assert refused.value.code == code


def test_a_socket_whose_other_end_has_gone_is_no_fault(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with client.websocket_connect("/api/live/late-left"):
        pass
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
