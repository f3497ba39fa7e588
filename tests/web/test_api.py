"""Every call of `/api/v1`: what it takes, what it answers, and what it refuses.

Leaves out sockets, secrecy, and what `test_settled.py` has. Always: a real server is
asked over HTTP, and answers are compared whole.
"""

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from app.store.wal_reset import Guard
from tests.served import KEY, Reply, Served, call, new_ref, served
from tests.web.expecting import named, nothing_changes, refused

TABLES = named("longlist shortlist assessment ratings coverage opm cards participation")
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
    "json": "application/json",
}
COMMANDS = {
    "OpenPhase": {"phase"},
    "FormGroups": set(),
    "SeatParticipant": {"participant", "group"},
    "MoveGroup": {"group", "stage", "step"},
    "SwapCard": {"card"},
    "SubmitIdea": {"card", "barrier", "words", "how", "example", "caution"},
    "BuildOn": {"idea", "words", "as"},
    "MergeIdeas": {"ideas", "words"},
    "Spotlight": {"idea"},
    "RateIdea": {"idea", "impact", "effort", "amenability", "reason"},
    "OpenRatings": set(),
    "ShortlistIdea": {"idea", "reason"},
    "UnshortlistIdea": {"idea", "reason"},
    "RecordAssessment": {"idea", "organisation", "interviewee_role", "criteria", "themes"},
    "CaptureIdea": {
        "participant", "group", "card", "barrier", "words", "how", "example", "caution",
    },
}  # fmt: skip
VIEWS = named(
    "workshop me stage hand group board spotlight rating shortlist groups coverage longlist"
)


@dataclass(frozen=True)
class Place:
    """A workshop that is being played, by one participant."""

    server: Served
    code: str
    person: str
    key: str

    def refused(self, why: str, field: str | None, /, **body: Any) -> None:
        """A command that must be refused, and of which nothing may stay."""
        ref = body.get("ref") or new_ref()
        with nothing_changes(self.server, self.code):
            reply = self.server.do(self.code, self.key, **{"ref": ref, **body})
        refused(reply, why, field, ref)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("api")) as running:
        yield running


@pytest.fixture(scope="module")
def place(server: Served) -> Place:
    code = server.open(organisations=["NHS", "Police"])
    person, key = server.join(code, "Ann")
    server.done(code, kind="OpenPhase", phase="play")
    return Place(server, code, person, key)


@pytest.fixture(scope="module")
def stranger(server: Served) -> str:
    """A key that is good, in another workshop."""
    return server.join(server.open(), "Zoe")[1]


# Opening


def test_opening_a_workshop_answers_its_code_and_where_to_join(server: Served) -> None:
    reply = server.api(
        "POST",
        "/workshops",
        {
            "title": "Sharing what we know",
            "problems": ["information-sharing", "wider-organisations"],
            "groups_per_problem": 2,
            "hand_size": 4,
            "swaps_per_stage": 0,
            "shortlist_per_problem": 3,
            "organisations": None,
            "seed": None,
        },
    )
    assert reply.status == 201
    assert reply.body.keys() == {"code", "join_url"}
    code = reply.body["code"]
    assert re.fullmatch(r"[A-HJKMNP-TV-Z2-9]{8}", code)  # no look-alikes
    assert reply.body["join_url"] == f"{server.url}/join/{code}"
    seen = server.view(code)
    assert seen["workshop"] | {"code": code, "phase": "lobby"} == seen["workshop"]
    assert seen["workshop"]["title"] == "Sharing what we know"
    groups = [group["problem"] for group in seen["groups"]["groups"]]
    assert sorted(groups) == ["information-sharing"] * 2 + ["wider-organisations"] * 2
    _, key = server.join(code, "Ann")
    server.done(code, kind="OpenPhase", phase="briefing")
    assert len(server.view(code, key)["hand"]["cards"]) == 4


def test_a_workshop_can_be_opened_on_a_whole_journey_of_ones_own(server: Served) -> None:
    (journey, *_) = server.api("GET", "/content/journeys", key=None).body["journeys"]
    journey["id"], journey["title"] = "our-own", "A problem of our own"
    code = server.open(problems=[journey])
    coverage = server.view(code)["coverage"]["barriers"]
    assert {line["problem"] for line in coverage} == {"our-own"}
    assert [line["barrier"] for line in coverage] == [
        barrier["id"] for stage in journey["stages"] for barrier in stage["barriers"]
    ]


def test_the_same_seed_deals_the_same_hands(server: Served) -> None:
    hands = []
    for _ in range(2):
        code = server.open(seed=7)
        _, key = server.join(code, "Ann")
        server.done(code, kind="OpenPhase", phase="play")
        hands.append([card["id"] for card in server.view(code, key)["hand"]["cards"]])
    assert hands[0] == hands[1]
    assert len(set(hands[0])) == 5


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"tilte": "x"}, "tilte"),
        ({"title": ""}, "title"),
        ({"title": " \t "}, "title"),
        ({"title": "\u0000\u0001"}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"title": 5}, "title"),
        ({"title": None}, "title"),
        ({"title": ...}, "title"),
        ({"problems": ...}, "problems"),
        ({"problems": []}, "problems"),
        ({"problems": None}, "problems"),
        ({"problems": "information-sharing"}, "problems"),
        ({"problems": ["nope"]}, "problems"),
        ({"problems": [{"id": "own"}]}, "problems"),
        ({"problems": [3]}, "problems.0"),
        ({"problems": ["information-sharing"] * 2}, "problems"),
        ({"groups_per_problem": 0}, "groups_per_problem"),
        ({"groups_per_problem": True}, "groups_per_problem"),
        ({"groups_per_problem": 3.0}, "groups_per_problem"),
        ({"groups_per_problem": "3"}, "groups_per_problem"),
        ({"hand_size": 2}, "hand_size"),
        ({"hand_size": 8}, "hand_size"),
        ({"hand_size": True}, "hand_size"),
        ({"hand_size": None}, "hand_size"),
        ({"swaps_per_stage": -1}, "swaps_per_stage"),
        ({"swaps_per_stage": 1.0}, "swaps_per_stage"),
        ({"shortlist_per_problem": 0}, "shortlist_per_problem"),
        ({"shortlist_per_problem": "two"}, "shortlist_per_problem"),
        ({"organisations": []}, "organisations"),
        ({"organisations": "NHS"}, "organisations"),
        ({"organisations": ["NHS", 5]}, "organisations.1"),
        ({"organisations": ["NHS", ""]}, "organisations.1"),
        ({"seed": "7"}, "seed"),
        ({"seed": 7.0}, "seed"),
        ({"seed": False}, "seed"),
        ({"seed": 2**63}, "seed"),
    ],
)
def test_a_workshop_is_opened_as_said_or_not_at_all(
    server: Served, change: dict[str, Any], field: str
) -> None:
    wish = {"title": "A workshop", "problems": ["information-sharing"], **change}
    body = {name: value for name, value in wish.items() if value is not ...}
    refused(server.api("POST", "/workshops", body), "malformed", field)


# Joining


def test_joining_answers_who_one_is_and_a_key_of_ones_own(server: Served) -> None:
    code = server.open()
    replies = [
        server.api("POST", f"/workshops/{code}/join", {"name": n, "organisation": "NHS"}, None)
        for n in ("Ann", "Bea")
    ]
    assert [reply.status for reply in replies] == [201, 201]
    assert all(reply.body.keys() == {"participant", "key"} for reply in replies)
    assert [reply.body["participant"] for reply in replies] == ["p1", "p2"]
    keys = [reply.body["key"] for reply in replies]
    assert len(set(keys)) == 2
    assert min(map(len, keys)) >= 32
    assert server.view(code, keys[1])["me"]["id"] == "p2"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "  "}, "name"),
        ({"name": "\u0007\u0000\u200e"}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": 7}, "name"),
        ({"name": None}, "name"),
        ({"name": ...}, "name"),
        ({"name": ["Ann"]}, "name"),
        ({"organisation": ""}, "organisation"),
        ({"organisation": "x" * 121}, "organisation"),
        ({"organisation": True}, "organisation"),
        ({"organisation": ...}, "organisation"),
        ({"organisation": "Fire"}, "organisation"),  # not on the list
        ({"invite": 5}, "invite"),
        ({"role": "facilitator"}, "role"),
    ],
)
def test_somebody_joins_as_said_or_not_at_all(
    place: Place, change: dict[str, Any], field: str
) -> None:
    wish = {"name": "Ann", "organisation": "NHS", **change}
    body = {name: value for name, value in wish.items() if value is not ...}
    with nothing_changes(place.server, place.code):
        reply = place.server.api("POST", f"/workshops/{place.code}/join", body, None)
    refused(reply, "malformed", field)


# Doing


def test_a_command_is_answered_with_its_ref_its_number_and_what_it_made(place: Place) -> None:
    server, code = place.server, place.code
    moved = server.done(code, ref="to-present", kind="MoveGroup", group="g1", stage=1, step="build")
    assert moved == {"ok": "to-present", "seq": server.seq(code), "made": None}
    idea = server.idea(code, place.key)
    made = server.done(code, place.key, ref="an idea: 1", **idea)
    assert made == {"ok": "an idea: 1", "seq": moved["seq"] + 1, "made": f"i{made['seq']}"}
    # The answer came after the commit: it is there for everyone to see.
    assert [each["id"] for each in server.view(code)["longlist"]["ideas"]] == [made["made"]]


def test_the_same_ref_and_command_are_done_once_and_answered_alike(place: Place) -> None:
    server, code = place.server, place.code
    sent = {"ref": new_ref(), **server.idea(code, place.key)}
    first = server.done(code, place.key, **sent)
    with nothing_changes(server, code):
        assert [server.done(code, place.key, **sent) for _ in range(3)] == [first] * 3
        # What was left out may be said to be null, and fields come in any order.
        spelt_out = {"how": None, "example": None, "caution": None, **dict(reversed(sent.items()))}
        assert server.done(code, place.key, **spelt_out) == first
    # Also when the time for it is over.
    server.done(code, kind="OpenPhase", phase="plenary")
    assert server.done(code, place.key, **sent) == first
    server.done(code, kind="OpenPhase", phase="play")


def test_a_ref_used_for_something_else_is_refused(place: Place) -> None:
    sent = {"ref": new_ref(), **place.server.idea(place.code, place.key)}
    place.server.done(place.code, place.key, **sent)
    place.refused("rejected", "ref", **{**sent, "words": "Something else."})
    place.refused("rejected", "ref", ref=sent["ref"], kind="SwapCard", card=sent["card"])


def test_a_ref_is_unique_for_each_person_only(place: Place) -> None:
    server, ref = place.server, new_ref()
    other = server.join(place.code, "Bea")[1]
    ideas = [
        server.done(place.code, key, ref=ref, **server.idea(place.code, key))["made"]
        for key in (place.key, other)
    ]
    assert len(set(ideas)) == 2


@pytest.mark.parametrize("ref", ["short77", "x" * 65, 12345678, None, ["abcdefgh"], True, ""])
def test_a_ref_is_a_text_of_8_to_64_characters(place: Place, ref: Any) -> None:
    with nothing_changes(place.server, place.code):
        reply = place.server.do(place.code, ref=ref, kind="FormGroups")
    said = isinstance(ref, str) and 0 < len(ref) <= 64
    refused(reply, "malformed", "ref", ref if said else None)


def test_a_ref_may_be_8_or_64_characters_of_any_script(place: Place) -> None:
    for ref in ("12345678", "x" * 64, "ä ö ü ß 家", "😀" * 8):
        step = "build" if ref == "x" * 64 or "😀" in ref else "present"
        told = place.server.done(
            place.code, ref=ref, kind="MoveGroup", group="g1", stage=1, step=step
        )
        assert told["ok"] == ref


GOOD: dict[str, dict[str, Any]] = {
    "MoveGroup": {"group": "g1", "stage": 2, "step": "write"},
    "SeatParticipant": {"participant": "p1", "group": "g1"},
    "OpenPhase": {"phase": "rate"},
    "Spotlight": {"idea": None},
    "MergeIdeas": {"ideas": ["i1", "i2"], "words": "Both."},
    "RateIdea": {"idea": "i1", "impact": 1, "effort": None, "amenability": 5, "reason": None},
    "SubmitIdea": {"card": "x", "barrier": "y", "words": "z"},
    "BuildOn": {"idea": "i1", "words": "And more.", "as": "build"},
    "ShortlistIdea": {"idea": "i1", "reason": None},
    "SwapCard": {"card": "x"},
}


@pytest.mark.parametrize(
    ("kind", "change", "field"),
    [
        ("MoveGroup", {"stage": "2"}, "stage"),
        ("MoveGroup", {"stage": 2.0}, "stage"),
        ("MoveGroup", {"stage": True}, "stage"),
        ("MoveGroup", {"stage": 0}, "stage"),
        ("MoveGroup", {"stage": -1}, "stage"),
        ("MoveGroup", {"stage": None}, "stage"),
        ("MoveGroup", {"step": "sing"}, "step"),
        ("MoveGroup", {"group": 1}, "group"),
        ("MoveGroup", {"group": ""}, "group"),
        ("MoveGroup", {"group": "g" * 81}, "group"),
        ("MoveGroup", {"groups": "all"}, "groups"),
        ("SeatParticipant", {"participant": None}, "participant"),
        ("SeatParticipant", {"group": ...}, "group"),
        ("OpenPhase", {"phase": "lunch"}, "phase"),
        ("OpenPhase", {"phase": 3}, "phase"),
        ("OpenPhase", {"phase": ...}, "phase"),
        ("Spotlight", {"idea": ...}, "idea"),
        ("Spotlight", {"idea": 4}, "idea"),
        ("MergeIdeas", {"ideas": ["i1"]}, "ideas"),
        ("MergeIdeas", {"ideas": "i1,i2"}, "ideas"),
        ("MergeIdeas", {"ideas": ["i1", 2]}, "ideas.1"),
        ("MergeIdeas", {"words": ""}, "words"),
        ("RateIdea", {"impact": 0}, "impact"),
        ("RateIdea", {"impact": 6}, "impact"),
        ("RateIdea", {"effort": "high"}, "effort"),
        ("RateIdea", {"effort": True}, "effort"),
        ("RateIdea", {"amenability": 3.0}, "amenability"),
        ("RateIdea", {"amenability": 3.5}, "amenability"),
        ("RateIdea", {"amenability": ...}, "amenability"),
        ("RateIdea", {"reason": ""}, "reason"),
        ("RateIdea", {"reason": "x" * 2001}, "reason"),
        ("SubmitIdea", {"words": ""}, "words"),
        ("SubmitIdea", {"words": "\n\t \u0000"}, "words"),
        ("SubmitIdea", {"words": "x" * 2001}, "words"),
        ("SubmitIdea", {"words": None}, "words"),
        ("SubmitIdea", {"words": ["z"]}, "words"),
        ("SubmitIdea", {"how": ""}, "how"),
        ("SubmitIdea", {"example": 1}, "example"),
        ("SubmitIdea", {"caution": "x" * 2001}, "caution"),
        ("SubmitIdea", {"card": ...}, "card"),
        ("SubmitIdea", {"barrier": {}}, "barrier"),
        ("SubmitIdea", {"author": "p2"}, "author"),
        ("SubmitIdea", {"participant": "p2"}, "participant"),
        ("BuildOn", {"as": "joke"}, "as"),
        ("BuildOn", {"as": ...}, "as"),
        ("BuildOn", {"manner": "build"}, "manner"),
        ("ShortlistIdea", {"reason": ""}, "reason"),
        ("SwapCard", {"card": 3}, "card"),
        ("FormGroups", {"size": 3}, "size"),
        ("OpenRatings", {"now": True}, "now"),
        ("Join", {"name": "Ann", "organisation": "NHS"}, "kind"),
        ("WorkshopOpened", {}, "kind"),
        ("", {}, "kind"),
    ],
)
def test_a_command_of_the_wrong_shape_names_the_field_and_changes_nothing(
    place: Place, kind: str, change: dict[str, Any], field: str
) -> None:
    fields = {**GOOD.get(kind, {}), **change}
    body = {name: value for name, value in fields.items() if value is not ...}
    # Shape comes before role: the same is told to whoever asks.
    place.refused("malformed", field, kind=kind, **body)


@pytest.mark.parametrize("kind", [None, 5, ["OpenPhase"], {}, True])
def test_a_kind_is_the_name_of_a_command(place: Place, kind: Any) -> None:
    place.refused("malformed", "kind", kind=kind)


@pytest.mark.parametrize("body", [[], [{}], "FormGroups", 5, None, True])
def test_a_command_is_an_object(place: Place, body: Any) -> None:
    content = {None: b"null"}.get(body) if body is None else body
    reply = place.server.api("POST", f"/workshops/{place.code}/do", content)
    refused(reply, "malformed")


# Looking


def test_the_view_is_whole_or_what_changed_since(place: Place) -> None:
    server, path = place.server, f"/workshops/{place.code}/view"
    whole = server.api("GET", path, key=place.key)
    assert whole.status == 200
    assert {"epoch", "seq", "regions"} <= whole.body.keys()
    seq, epoch = whole.body["seq"], whole.body["epoch"]

    def since(query: str) -> Any:
        return server.api("GET", f"{path}?{query}", key=place.key).body

    for query in (f"since={seq}", f"since={seq}&epoch={epoch}"):
        assert since(query)["regions"] == {}
        assert since(query)["seq"] == seq
    for query in (f"since={seq + 1}", f"since={seq}&epoch=another", "since=0", "epoch=another"):
        assert since(query)["regions"] == whole.body["regions"], query
    card = server.view(place.code, place.key)["hand"]["cards"][0]["id"]
    server.done(place.code, place.key, kind="SwapCard", card=card)
    changed = since(f"since={seq}&epoch={epoch}")
    assert changed["seq"] == seq + 1
    assert changed["regions"].keys() == {"hand"}


@pytest.mark.parametrize("since", ["-1", "x", "1.5", "", "1e3", "9" * 5000])
def test_since_is_a_whole_number(place: Place, since: str) -> None:
    reply = place.server.api("GET", f"/workshops/{place.code}/view?since={since}", key=place.key)
    refused(reply, "malformed", "since")


# Taking home


@pytest.mark.parametrize("what", TABLES)
def test_every_table_comes_in_every_format(place: Place, what: str) -> None:
    formats = ["csv", "xlsx", "ods", "docx", "json"]
    if what in ("longlist", "shortlist", "assessment"):
        formats.append("odt")
    for format in formats:
        path = f"/workshops/{place.code}/export/{what}.{format}"
        reply = place.server.api("GET", path)
        assert (reply.status, reply.headers["content-type"]) == (200, TYPES[format])
        assert reply.body
        refused(place.server.api("GET", path, key=place.key), "forbidden")


def test_the_log_the_workshop_and_everything_at_once_come_too(place: Place) -> None:
    log = place.server.export(place.code, "log.json")
    assert [event["seq"] for event in log] == list(range(1, place.server.seq(place.code) + 1))
    assert place.server.export(place.code, "workshop.json")["code"] == place.code
    assert place.server.export(place.code, "all.zip").startswith(b"PK")


@pytest.mark.parametrize(
    "file",
    ["longlist.pdf", "longlist", "nothing.csv", "log.csv", "workshop.xlsx", "ratings.odt", ".csv",
     "all.csv", "LONGLIST.csv", "..%2F..%2Fmoments.db"],
)  # fmt: skip
def test_what_there_is_no_export_of_is_not_found(place: Place, file: str) -> None:
    path = f"/workshops/{place.code}/export/{file}"
    refused(place.server.api("GET", path), "not_found")
    # Who may have none is not told which there are.
    reply = place.server.api("GET", path, key=place.key)
    refused(reply, "not_found" if "%2F" in file else "forbidden")


# What is the same for all


def test_the_schema_has_every_command_and_every_view(place: Place) -> None:
    schema = place.server.api("GET", "/schema", key=place.key).body
    for kind, fields in COMMANDS.items():
        assert schema["commands"][kind]["properties"].keys() == {"kind", "ref", *fields}
    assert set(VIEWS) <= schema["views"].keys()
    assert "Join" not in schema["commands"]


def test_the_server_says_that_it_is_up_that_it_can_write_and_what_it_does(server: Served) -> None:
    answers = {name: call("GET", f"{server.url}/{name}") for name in ("live", "ready", "metrics")}
    assert {reply.status for reply in answers.values()} == {200}
    assert b"# HELP" in answers["metrics"].body
    ready = answers["ready"].body
    assert (ready["ready"], ready["store"]) == (True, "can be written")
    assert ready["sqlite"] == {"version": sqlite3.sqlite_version, "guard": Guard().words}
    assert f"SQLite {sqlite3.sqlite_version}; guard" in server.log.read_text()


# Refusing


def _calls(code: str) -> list[tuple[str, str, Any]]:
    return [
        ("POST", f"/workshops/{code}/do", {"kind": "FormGroups", "ref": "12345678"}),
        ("GET", f"/workshops/{code}/view", None),
        ("PUT", f"/workshops/{code}/draft", {"words": "Some"}),
        ("POST", f"/workshops/{code}/invites", {"role": "observer", "group": None}),
        ("GET", f"/workshops/{code}/export/longlist.csv", None),
        ("GET", f"/workshops/{code}/export/all.zip", None),
    ]


def test_every_call_but_join_and_content_needs_a_key(server: Served, place: Place) -> None:
    opening = {"title": "A workshop", "problems": ["information-sharing"]}
    others = [("POST", "/workshops", opening), ("GET", "/schema", None)]
    with nothing_changes(server, place.code):
        for method, path, body in [*_calls(place.code), *others]:
            for key in (None, "", "unknown-key-unknown-key-unknown-key", KEY[:-1], "é" * 40):
                told = key.encode().decode("latin-1") if key else key
                reply = server.api(method, path, body, told)
                assert refused(reply, "unauthenticated"), (method, path)
                assert reply.headers["www-authenticate"] == "Bearer"
    for path in ("/content/cards", "/content/journeys"):
        assert server.api("GET", path, key=None).status == 200


def test_a_key_opens_its_own_workshop_only(server: Served, place: Place, stranger: str) -> None:
    with nothing_changes(server, place.code):
        for method, path, body in _calls(place.code):
            refused(server.api(method, path, body, stranger), "forbidden")


def test_a_participant_opens_no_workshop_and_invites_nobody(place: Place) -> None:
    wish = {"title": "Mine", "problems": ["information-sharing"]}
    refused(place.server.api("POST", "/workshops", wish, place.key), "forbidden")
    path = f"/workshops/{place.code}/invites"
    reply = place.server.api("POST", path, {"role": "co_host", "group": None}, place.key)
    refused(reply, "forbidden")


def test_what_is_not_there_is_not_found_and_what_does_not_fit_is_not_allowed(
    server: Served, place: Place
) -> None:
    for method, path in (
        ("GET", ""),
        ("GET", "/nothing"),
        ("POST", f"/workshops/{place.code}/dance"),
        ("GET", f"/workshops/{place.code}"),
        ("GET", "/workshops/NOSUCHCO/view"),
        ("POST", "/workshops/NOSUCHCO/do"),
    ):
        refused(server.api(method, path, {} if method == "POST" else None), "not_found")
    refused(call("GET", f"{server.url}/api"), "not_found")
    refused(call("GET", f"{server.url}/api/v2/content/cards"), "not_found")
    for method, path in (
        ("GET", "/workshops"),
        ("DELETE", f"/workshops/{place.code}/do"),
        ("PUT", f"/workshops/{place.code}/view"),
        ("POST", "/content/cards"),
        ("PATCH", f"/workshops/{place.code}/draft"),
        ("GET", f"/workshops/{place.code}/join"),
    ):
        reply = server.api(method, path)
        refused(reply, "not_allowed")
        assert "allow" in {name.lower() for name in reply.headers}


@pytest.mark.parametrize("content", [b"{", b"", b"\xff\xfe", b"nul", b"[" * 100_000, b'{"a":}'])
def test_what_is_not_json_is_malformed_at_every_door(place: Place, content: bytes) -> None:
    with nothing_changes(place.server, place.code):
        for method, path, body in _calls(place.code):
            if body is not None:
                refused(place.server.api(method, path, content, _may(place, path)), "malformed")
        for path in ("/workshops", f"/workshops/{place.code}/join"):
            refused(place.server.api("POST", path, content), "malformed")


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "image/png"])
def test_a_form_is_no_json_whatever_it_is_called(place: Place, kind: str) -> None:
    with nothing_changes(place.server, place.code):
        for method, path, body in [
            *_calls(place.code),
            ("POST", "/workshops", {}),
            ("POST", f"/workshops/{place.code}/join", {}),
        ]:
            if body is None:
                continue
            headers = {"Content-Type": kind, "Authorization": f"Bearer {_may(place, path)}"}
            content = b"title=A+workshop&kind=FormGroups&name=Ann&organisation=NHS&role=observer"
            reply = place.server.raw(method, f"/api/v1{path}", content, headers)
            refused(reply, "malformed")


def test_what_is_too_large_is_refused_in_the_same_shape(place: Place) -> None:
    with nothing_changes(place.server, place.code):
        for method, path, body in [
            *_calls(place.code),
            ("POST", "/workshops", {}),
            ("POST", f"/workshops/{place.code}/join", {}),
        ]:
            size = 2_000_000 if path == "/workshops" else 512 * 1024
            content = b'{"words": "' + b"x" * size + b'"}'
            if body is not None:
                refused(place.server.api(method, path, content, _may(place, path)), "too_large")


def _may(place: Place, path: str) -> str:
    """A key that would be good enough for this call."""
    return place.key if path.endswith("/draft") else KEY


def test_an_answer_is_json_in_unicode_and_is_kept_nowhere(place: Place) -> None:
    replies: list[Reply] = [
        place.server.api("GET", f"/workshops/{place.code}/view"),
        place.server.api("GET", "/nothing"),
        place.server.do(place.code, kind="FormGroups"),
    ]
    for reply in replies:
        assert reply.headers["content-type"] == "application/json"
        assert reply.headers["cache-control"] == "no-store"
        assert reply.headers["x-content-type-options"] == "nosniff"
