"""What nobody should send: each gets a clear answer, and nothing has changed after it.

Leaves out the shape of every field (`test_api.py`). Always: the log and the whole
workshop are compared before and after, and the server is alive at the end.
"""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from tests.served import KEY, Reply, Served, heard, served
from tests.web.expecting import complaint, named, nothing_changes, refused

LONG = "x" * 100_000
CRITERIA = {
    name: {"judgement": "mixed", "said": None}
    for name in named(
        "affordability practicability effectiveness acceptability side_effects equity"
    )
}


@dataclass(frozen=True)
class Two:
    """Two workshops in play, each with a participant and an idea."""

    server: Served
    code: str
    key: str
    other: str
    other_key: str
    other_idea: str
    cookie: str
    """A browser of another participant of the first."""

    def sent(self, **change: Any) -> Reply:
        """A participant's idea, changed."""
        body = {**self.server.idea(self.code, self.key), **change}
        return self.server.do(self.code, self.key, ref="a-bad-one", **body)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    with served(tmp_path_factory.mktemp("bad")) as server:
        problems = ["information-sharing", "wider-organisations"]
        code, other = server.open(problems=problems), server.open(problems=problems[:1])
        cookie = server.enter(code, "Cy")
        key = server.join(code, "Ann")[1]
        # More people and groups there than here, so that some ids exist only there.
        other_key = [server.join(other, name)[1] for name in ("Bo", "Di", "Ed", "Flo")][-1]
        for each in (code, other):
            server.done(each, kind="OpenPhase", phase="play")
        server.submit(code, key)
        ideas = [server.submit(other, other_key) for _ in range(3)]
        yield Two(server, code, key, other, other_key, ideas[-1], cookie)
        assert server.api("GET", "/content/cards").status == 200  # it is still there
        assert "fault" not in server.log.read_text()


# Codes


def test_a_code_that_is_none_is_not_found_at_any_door(two: Two) -> None:
    server = two.server
    mistyped = two.code[:-1] + ("A" if two.code[-1] != "A" else "B")
    with nothing_changes(server, two.code):
        for code in ("NOSUCHCO", mistyped, two.code + "A", two.code[:-1]):
            refused(server.api("GET", f"/workshops/{code}/view"), "not_found", "code")
        join = {"name": "Ann", "organisation": "NHS"}
        reply = server.api("POST", f"/workshops/{mistyped}/join", join, None)
        refused(reply, "not_found", "code")
        for path in (f"/join/{mistyped}", f"/w/{mistyped}", f"/w/{mistyped}/screen"):
            page = server.page("GET", path)
            assert page.status == 404
            assert b"There is no workshop with this code" in page.body
        page = server.page("POST", "/", {"code": mistyped})
        assert page.status == 404
        assert b"There is no workshop with this code" in page.body
        assert mistyped.encode() in page.body  # what was typed stays
        page = server.page("POST", "/", {"code": " "})
        assert page.status == 422
    # What people do to a code when they copy it by hand is forgiven.
    typed = f"{two.code[:4].lower()}-{two.code[4:]} "
    page = server.page("POST", "/", {"code": typed})
    assert (page.status, page.headers["location"]) == (303, f"/join/{two.code}")


def test_a_closed_workshop_says_so_to_who_would_join(two: Two) -> None:
    server = two.server
    code = server.open()
    server.done(code, kind="OpenPhase", phase="closed")
    with nothing_changes(server, code):
        join = {"name": "Ann", "organisation": "NHS"}
        refused(server.api("POST", f"/workshops/{code}/join", join, None), "rejected")
        page = server.page("POST", f"/join/{code}", join)
        assert page.status == 409
        assert "set-cookie" not in page.headers
    assert b"over" in server.page("GET", f"/join/{code}").body


# Names


@pytest.mark.parametrize("name", ["", "   ", "x" * 200, "\u0000\u0007\u001b", "\u202e\u200f"])
def test_a_name_that_is_none_is_refused_on_the_page_too(two: Two, name: str) -> None:
    with nothing_changes(two.server, two.code):
        form = {"name": name, "organisation": "The whole of the NHS"}
        page = two.server.page("POST", f"/join/{two.code}", form)
        refused(
            two.server.api("POST", f"/workshops/{two.code}/join", form, None), "malformed", "name"
        )
    assert page.status == 422
    assert "set-cookie" not in page.headers
    assert b"name" in page.body
    assert b"The whole of the NHS" in page.body  # what was typed stays


# Ideas


def test_a_card_that_is_not_in_the_hand_is_refused(two: Two) -> None:
    hand = {card["id"] for card in two.server.view(two.code, two.key)["hand"]["cards"]}
    deck = [card["id"] for card in two.server.api("GET", "/content/cards").body["cards"]]
    elsewhere = next(card for card in deck if card not in hand)
    for card in (elsewhere, "no-such-card", "'; drop table event; --"):
        with nothing_changes(two.server, two.code):
            refused(two.sent(card=card), "rejected", "card", "a-bad-one")
            swap = two.server.do(two.code, two.key, ref="a-bad-one", kind="SwapCard", card=card)
            refused(swap, "rejected", "card", "a-bad-one")


def test_a_barrier_of_a_later_stage_or_another_problem_is_refused(two: Two) -> None:
    coverage = two.server.view(two.code)["coverage"]["barriers"]
    own = two.server.view(two.code, two.key)["group"]["problem"]
    later = next(b for b in coverage if b["problem"] == own and b["stage"] > 1)
    other = next(b for b in coverage if b["problem"] != own and b["stage"] == 1)
    for barrier in (later["barrier"], other["barrier"], "no-such-barrier"):
        with nothing_changes(two.server, two.code):
            refused(two.sent(barrier=barrier), "rejected", "barrier", "a-bad-one")


@pytest.mark.parametrize("words", ["", " \n\t", "\u0000" * 10, LONG, "é" * 2001, "😀" * 100_000])
async def test_an_idea_is_neither_empty_nor_endless(two: Two, words: str) -> None:
    with nothing_changes(two.server, two.code):
        body = {**two.server.idea(two.code, two.key), "ref": "a-bad-one", "words": words}
        content = json.dumps(body, ensure_ascii=False).encode()
        reply = two.server.api("POST", f"/workshops/{two.code}/do", content, two.key)
        refused(reply, "malformed", "words", "a-bad-one")
        async with two.server.socket(two.code, two.key) as socket:
            await socket.send(json.dumps(body, ensure_ascii=False))
            complaint(await refusal(socket, "a-bad-one"), "malformed", "words")
        form = {**body, "form_name": "write", "words": words}
        page = two.server.page("POST", f"/w/{two.code}/do", form, {"Cookie": two.cookie})
        # A browser sends twelve letters for each of these.
        assert page.status == (413 if words.startswith("😀") else 422)


def test_a_ref_used_twice_with_another_body_is_refused(two: Two) -> None:
    sent = two.server.idea(two.code, two.key, ref="used-before")
    two.server.done(two.code, two.key, **sent)
    with nothing_changes(two.server, two.code):
        reply = two.server.do(two.code, two.key, **{**sent, "words": "Another."})
        refused(reply, "rejected", "ref", "used-before")
        reply = two.server.do(two.code, two.key, ref="used-before", kind="SwapCard", card="x")
        refused(reply, "rejected", "ref", "used-before")


# Other people's rights and times

ANYBODY = named("participant table_lead observer analyst facilitator co_host")
STAFF = named("facilitator co_host")
WHO_MAY: dict[str, tuple[list[str], list[str], dict[str, Any]]] = {
    # Command: by whom, in which phases it is refused to them, and one of good shape.
    "OpenPhase": (STAFF, [], {"phase": "rate"}),
    "FormGroups": (STAFF, named("play rate shortlist closed"), {}),
    "SeatParticipant": (STAFF, ["closed"], {"participant": "p1", "group": "g1"}),
    "MoveGroup": (
        [*STAFF, "table_lead"],
        named("lobby rate shortlist closed"),
        {"group": "g1", "stage": 2, "step": "write"},
    ),
    "SwapCard": (["participant"], named("lobby rate shortlist closed"), {"card": "x"}),
    "SubmitIdea": (
        ["participant"],
        named("lobby rate shortlist closed"),
        {"card": "x", "barrier": "y", "words": "z"},
    ),
    "BuildOn": (
        ["participant"],
        named("lobby rate shortlist closed"),
        {"idea": "i1", "words": "z", "as": "risk"},
    ),
    "MergeIdeas": (
        [*STAFF, "table_lead"],
        named("lobby closed"),
        {"ideas": ["i1", "i2"], "words": "z"},
    ),
    "Spotlight": (STAFF, named("lobby play rate shortlist closed"), {"idea": "i1"}),
    "RateIdea": (
        ["participant", *STAFF],
        named("lobby play shortlist closed"),
        {"idea": "i1", "impact": 1, "effort": 1, "amenability": 1},
    ),
    "OpenRatings": (STAFF, named("lobby play shortlist closed"), {}),
    "ShortlistIdea": (STAFF, named("lobby play rate closed"), {"idea": "i1", "reason": "z"}),
    "UnshortlistIdea": (STAFF, named("lobby play rate closed"), {"idea": "i1", "reason": "z"}),
    "RecordAssessment": (
        STAFF,
        named("lobby play rate shortlist closed"),
        {"idea": "i1", "organisation": "NHS", "interviewee_role": "Nurse", "criteria": CRITERIA},
    ),
    "CaptureIdea": (
        STAFF,
        named("lobby rate shortlist closed"),
        {"participant": "p1", "group": "g1", "card": "x", "barrier": "y", "words": "z"},
    ),
}


@pytest.mark.parametrize("phase", named("lobby play rate shortlist closed"))
def test_a_command_of_another_role_is_forbidden_and_of_another_phase_refused(
    two: Two, phase: str
) -> None:
    server = two.server
    code = server.open()
    keys = {"facilitator": KEY, "participant": server.join(code, "Ann")[1]}
    for role in named("table_lead observer analyst co_host"):
        keys[role] = server.invited(code, role, "g1" if role == "table_lead" else None)[1]
    if phase != "lobby":
        server.done(code, kind="OpenPhase", phase=phase)
    with nothing_changes(server, code):
        for kind, (by, not_in, fields) in WHO_MAY.items():
            for role in ANYBODY:
                if role in by and phase not in not_in:
                    continue
                reply = server.do(code, keys[role], ref="not-for-me", kind=kind, **fields)
                why = "rejected" if role in by else "forbidden"
                assert refused(reply, why, ref="not-for-me"), (kind, role)


# Marks


@pytest.mark.parametrize("mark", [0, 6, "high", True, 3.5, 3.0, -1, [3], {"impact": 3}, 10**30])
def test_a_mark_is_a_whole_number_from_1_to_5_or_nothing(two: Two, mark: Any) -> None:
    server = two.server
    code = server.open()
    author, rater = (server.join(code, name)[1] for name in ("Ann", "Bo"))
    server.done(code, kind="OpenPhase", phase="play")
    idea = server.submit(code, author)
    server.done(code, kind="OpenPhase", phase="rate")
    with nothing_changes(server, code):
        for field in ("impact", "effort", "amenability"):
            marks = {"impact": 1, "effort": None, "amenability": 5, field: mark}
            for key in (rater, KEY):
                reply = server.do(code, key, ref="bad-mark", kind="RateIdea", idea=idea, **marks)
                refused(reply, "malformed", field, "bad-mark")


# Junk on a socket

DEEP = "[" * 20_000 + "]" * 20_000
JUNK: list[tuple[str | bytes, str, Any]] = [
    ("", "malformed", None),
    ("hello", "malformed", None),
    ("{", "malformed", None),
    ("null", "malformed", None),
    ("[]", "malformed", None),
    ('"FormGroups"', "malformed", None),
    (DEEP, "malformed", None),
    ('{"kind": ' + DEEP + "}", "malformed", None),
    ("{}", "malformed", "ref"),
    ('{"kind": "SubmitIdea"}', "malformed", "ref"),
    ('{"kind": "Dance", "ref": "12345678"}', "malformed", "kind"),
    ('{"kind": {"a": 1}, "ref": "12345678"}', "malformed", "kind"),
    ('{"kind": "SwapCard", "ref": "12345678", "card": 5}', "malformed", "card"),
    ('{"kind": "SwapCard", "ref": "12345678", "card": "x", "by": "p1"}', "malformed", "by"),
    ('{"kind": "SwapCard", "ref": "12345678", "card": "\\ud800"}', "malformed", "card"),
    ('{"kind": "SwapCard", "ref": "\\ud800\\ud8001234567", "card": "x"}', "malformed", "ref"),
    ('{"kind": "MoveGroup", "ref": "12345678", "group": "g1", "stage": 1e999, "step": "write"}',
     "malformed", "stage"),
    ('{"key": "' + KEY + '", "since": null, "epoch": null}', "malformed", "ref"),
    ("x" * 600_000, "too_large", None),
    ('{"kind": "FormGroups", "ref": "12345678", "' + "y" * 300 + '": 1}', "malformed", ...),
    (b'{"kind": "FormGroups", "ref": "12345678"}', "malformed", None),
    (b"\x00\xff" * 1000, "malformed", None),
]  # fmt: skip


async def refusal(socket: Any, ref: str | None) -> Any:
    """The error that answers a message, past whatever regions come between."""
    while True:
        message = await heard(socket)
        if "regions" in message:
            continue
        assert message.keys() == {"no", "error"}
        assert message["no"] == ref
        return message["error"]


async def test_junk_on_a_socket_is_answered_and_the_socket_goes_on(two: Two) -> None:
    with nothing_changes(two.server, two.code):
        async with two.server.socket(two.code, two.key) as socket:
            for junk, kind, field in JUNK:
                await socket.send(junk)
                ref = "12345678" if isinstance(junk, str) and '"12345678"' in junk else None
                complaint(await refusal(socket, ref), kind, field)
            # The same socket still takes what is good.
            await socket.send(json.dumps({"kind": "SwapCard", "ref": "12345678", "card": "x"}))
            complaint(await refusal(socket, "12345678"), "rejected", "card")


@pytest.mark.parametrize("size", [1_000_000, 1_048_576, 1_048_577, 5_000_000])
@pytest.mark.parametrize("binary", [False, True])
async def test_a_frame_of_a_megabyte_is_refused_or_ends_that_socket_alone(
    two: Two, size: int, binary: bool
) -> None:
    with nothing_changes(two.server, two.code):
        async with (
            two.server.socket(two.code, KEY) as bystander,
            two.server.socket(two.code, two.key) as socket,
        ):
            assert "regions" in await heard(bystander)
            try:
                await socket.send(b"x" * size if binary else "x" * size)
                complaint(await refusal(socket, None), "too_large", None)
            except ConnectionClosed:
                assert socket.close_code == 1009
            await bystander.send('{"kind": "FormGroups", "ref": "12345678"}')
            complaint(await refusal(bystander, "12345678"), "rejected")


async def test_many_who_send_junk_at_once_stop_nobody_else(two: Two) -> None:
    async def pest() -> None:
        async with two.server.socket(two.code, two.key) as socket:
            for _ in range(20):
                await socket.send("x" * 50_000)
            for _ in range(20):
                await refusal(socket, None)

    with nothing_changes(two.server, two.code):
        async with two.server.socket(two.code, KEY) as bystander:
            pests = [asyncio.create_task(pest()) for _ in range(10)]
            await bystander.send('{"kind": "FormGroups", "ref": "12345678"}')
            complaint(await refusal(bystander, "12345678"), "rejected")
            await asyncio.gather(*pests)


# Pages and ids of others


@pytest.mark.parametrize("page", ["", "/shortlist", "/assess", "/exports", "/exports/longlist.csv"])
def test_a_facilitators_page_is_not_for_a_participant(two: Two, page: str) -> None:
    for cookie in (two.cookie, ""):
        reply = two.server.page("GET", f"/facilitate/{two.code}{page}", headers={"Cookie": cookie})
        assert reply.status == 403
        assert b"This page is for the facilitator" in reply.body
        assert b"Ann" not in reply.body


def test_a_participant_does_nothing_at_the_facilitators_door(two: Two) -> None:
    with nothing_changes(two.server, two.code):
        for path, form in (
            (f"/facilitate/{two.code}/do", {"kind": "OpenPhase", "ref": "a" * 20, "phase": "rate"}),
            (f"/facilitate/{two.code}/invites", {"role": "co_host"}),
            ("/facilitate/new", {"title": "Mine", "problems": "information-sharing"}),
        ):
            reply = two.server.page("POST", path, form, {"Cookie": two.cookie})
            assert reply.status == 403, path
        # Nor by their own door.
        form = {"kind": "OpenPhase", "ref": "a" * 20, "phase": "rate"}
        reply = two.server.page("POST", f"/w/{two.code}/do", form, {"Cookie": two.cookie})
        assert reply.status == 403


def test_ids_of_another_workshop_are_ids_of_nothing_here(two: Two) -> None:
    server, code = two.server, two.code
    idea, words = two.other_idea, "Some words."
    cases: list[tuple[str, dict[str, Any], str]] = [
        ("SeatParticipant", {"participant": "p4", "group": "g1"}, "participant"),
        ("SeatParticipant", {"participant": "p1", "group": "g9"}, "group"),
        ("MoveGroup", {"group": "g9", "stage": 1, "step": "present"}, "group"),
        ("MergeIdeas", {"ideas": [idea, "i999"], "words": words}, "ideas"),
        ("CaptureIdea", {"participant": "p4", "group": "g1", "card": "x", "barrier": "y",
                         "words": words}, "participant"),
        ("CaptureIdea", {"participant": "p1", "group": "g9", "card": "x", "barrier": "y",
                         "words": words}, "group"),
    ]  # fmt: skip
    assert idea not in {each["id"] for each in server.view(code)["longlist"]["ideas"]}
    with nothing_changes(server, code, two.other):
        for kind, fields, field in cases:
            reply = server.do(code, ref="not-from-here", kind=kind, **fields)
            refused(reply, "rejected", field, "not-from-here")
        build = {"kind": "BuildOn", "idea": idea, "words": words, "as": "build"}
        reply = server.do(code, two.key, ref="not-from-here", **build)
        refused(reply, "rejected", "idea", "not-from-here")
        # Nor do keys and cookies of one open the other.
        refused(server.api("GET", f"/workshops/{code}/view", key=two.other_key), "forbidden")
        page = server.page("GET", f"/w/{two.other}", headers={"Cookie": two.cookie})
        assert (page.status, page.headers["location"]) == (303, f"/join/{two.other}")
        stolen = two.cookie.replace(two.code, two.other)
        page = server.page("GET", f"/w/{two.other}", headers={"Cookie": stolen})
        assert (page.status, page.headers["location"]) == (303, f"/join/{two.other}")


@pytest.mark.parametrize(
    ("phase", "kind", "fields"),
    [
        ("plenary", "Spotlight", {}),
        ("rate", "RateIdea", {"impact": 1, "effort": 1, "amenability": 1}),
        ("shortlist", "ShortlistIdea", {"reason": "Why not."}),
        ("shortlist", "UnshortlistIdea", {"reason": "Why not."}),
        ("assess", "RecordAssessment",
         {"organisation": "NHS", "interviewee_role": "Nurse", "criteria": CRITERIA}),
    ],
)  # fmt: skip
def test_an_idea_of_another_workshop_is_none_here_whenever_it_is_named(
    two: Two, phase: str, kind: str, fields: dict[str, Any]
) -> None:
    code = two.server.open()
    two.server.done(code, kind="OpenPhase", phase=phase)
    with nothing_changes(two.server, code, two.other):
        reply = two.server.do(code, ref="not-from-here", kind=kind, idea=two.other_idea, **fields)
        refused(reply, "rejected", "idea", "not-from-here")


# Last, since after it wrong codes are told apart no more from here, for a minute


def test_guessing_codes_is_slowed_and_hurts_nobody_who_is_in(two: Two) -> None:
    server = two.server
    for _ in range(25):
        reply = server.api("GET", "/workshops/GUESSED2/view")
        if reply.status != 404:
            break
    refused(reply, "too_many", None)
    assert 1 <= int(reply.headers["retry-after"]) <= 60
    join = {"name": "Ann", "organisation": "NHS"}
    refused(server.api("POST", "/workshops/GUESSED2/join", join, None), "too_many", None)
    assert server.api("GET", f"/workshops/{two.code}/view", key=two.key).status == 200
    server.submit(two.code, two.key)
    # Nor anybody with the right code, at whatever door, be it one nobody here has used yet.
    fresh = server.open()
    for code in (two.code, fresh):
        assert server.page("GET", f"/join/{code}").status == 200
        assert server.page("POST", "/", {"code": code.lower()}).status == 303
        assert server.page("GET", f"/w/{code}/screen").status == 200
        server.join(code, "Bo")
    for path in ("/join/GUESSED2", "/w/GUESSED2", "/w/GUESSED2/screen", "/facilitate/GUESSED2"):
        assert server.page("GET", path).status == 429, path
