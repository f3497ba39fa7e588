"""What was settled about the outside: order, views, other seats, text, exports, content.

Each test keeps one line of it. Leaves out statuses of single fields (`test_api.py`),
sockets, and who sees what. Always: a real server is asked over HTTP.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import openpyxl
import pytest

from tests.served import KEY, Served, cookie_of, served
from tests.web.expecting import named, nothing_changes, refused

PHASES = named("lobby briefing play plenary rate shortlist assess closed")
CRITERIA = named("affordability practicability effectiveness acceptability side_effects equity")
LONGLIST = named(
    "idea_id problem stage barrier intervention how_it_works example caution card study doi group "
    "organisations status ratings impact effort amenability priority shortlisted reason"
)
SHORTLIST = named(
    "problem barrier intervention how_it_works card study doi impact effort amenability priority "
    "proposed reason idea_id"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("settled")) as running:
        yield running


@dataclass(frozen=True)
class Playing:
    """A workshop in play with two groups: the journey of the second has one stage less."""

    server: Served
    code: str
    people: list[tuple[str, str]]
    """Ids and keys, by group in turn."""

    def done(self, **command: Any) -> Any:
        return self.server.done(self.code, **command)

    def do(self, by: str = KEY, /, **command: Any) -> Any:
        return self.server.do(self.code, by, **command)

    def move(self, group: str, stage: int, step: str = "write") -> None:
        self.done(kind="MoveGroup", group=group, stage=stage, step=step)

    def see(self, key: str = KEY) -> dict[str, Any]:
        return self.server.view(self.code, key)

    def key_in(self, group: str) -> str:
        keys = [key for _, key in self.people if self.see(key)["me"]["group"] == group]
        return keys[0]

    def places(self) -> dict[str, tuple[int, str]]:
        lines = self.see()["groups"]["groups"]
        return {line["id"]: (line["stage"], line["step"]) for line in lines}


@pytest.fixture
def playing(server: Served) -> Playing:
    code = server.open(problems=["information-sharing", "cross-agency-communication"])
    people = [server.join(code, f"Person {n}") for n in range(4)]
    server.done(code, kind="OpenPhase", phase="play")
    return Playing(server, code, people)


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


# Order


def test_groups_are_formed_in_lobby_and_briefing_and_at_no_other_time(server: Served) -> None:
    code = server.open()
    server.join(code, "Ann")
    for phase in PHASES:
        if phase != "lobby":
            server.done(code, kind="OpenPhase", phase=phase)
        if phase in ("lobby", "briefing"):
            server.done(code, kind="FormGroups")
        else:
            with nothing_changes(server, code):
                reply = server.do(code, ref="form-groups", kind="FormGroups")
            refused(reply, "rejected", None, "form-groups")


@pytest.mark.parametrize("phase", ["briefing", "play"])
def test_opening_briefing_or_play_without_groups_forms_them(server: Served, phase: str) -> None:
    code = server.open(problems=["information-sharing", "wider-organisations"])
    keys = [server.join(code, f"Person {n}")[1] for n in range(4)]
    assert {server.view(code, key)["me"]["group"] for key in keys} == {None}
    server.done(code, kind="OpenPhase", phase=phase)
    assert sorted(server.view(code, key)["me"]["group"] for key in keys) == ["g1", "g1", "g2", "g2"]
    assert all(len(server.view(code, key)["hand"]["cards"]) == 5 for key in keys)
    # Groups that are there already are left as they are.
    groups = [server.view(code, key)["me"]["group"] for key in keys]
    server.done(code, kind="OpenPhase", phase="lobby")
    server.done(code, kind="OpenPhase", phase="play")
    assert [server.view(code, key)["me"]["group"] for key in keys] == groups


def test_ratings_are_opened_in_rate_and_at_no_other_time(server: Served) -> None:
    code = server.open()
    for phase in PHASES[1:]:
        server.done(code, kind="OpenPhase", phase=phase)
        if phase == "rate":
            continue
        reply = server.do(code, ref="open-ratings", kind="OpenRatings")
        refused(reply, "rejected", None, "open-ratings")
    code = server.open()
    server.done(code, kind="OpenPhase", phase="rate")
    server.done(code, kind="OpenRatings")


def test_opening_the_shortlist_opens_the_ratings_too(playing: Playing) -> None:
    key = playing.key_in("g1")
    idea = playing.server.submit(playing.code, key)
    playing.done(kind="OpenPhase", phase="rate")
    marks = {"impact": 5, "effort": 2, "amenability": 3}
    playing.done(kind="RateIdea", idea=idea, **marks)
    assert playing.see()["longlist"]["ideas"][0]["impact"] is None
    playing.done(kind="OpenPhase", phase="shortlist")
    assert playing.see()["longlist"]["ideas"][0]["impact"] == 5
    playing.done(kind="OpenPhase", phase="rate")  # no change of phase settles anything
    assert playing.see()["longlist"]["ideas"][0]["impact"] is None
    playing.done(kind="RateIdea", idea=idea, **marks)
    playing.done(kind="OpenRatings")
    reply = playing.do(kind="RateIdea", idea=idea, ref="too late", **marks)
    refused(reply, "rejected", None, "too late")


def test_the_proposal_is_shown_and_departing_from_it_needs_a_reason(playing: Playing) -> None:
    key = playing.key_in("g1")
    ideas = [playing.server.submit(playing.code, key) for _ in range(4)]
    playing.done(kind="OpenPhase", phase="rate")
    for mark, idea in zip((5, 4, 2, 1), ideas, strict=True):
        playing.done(kind="RateIdea", idea=idea, impact=mark, effort=1, amenability=mark)
    playing.done(kind="OpenPhase", phase="shortlist")
    seen = playing.see()["shortlist"]
    assert seen["ideas"] == []  # never put there by itself
    proposed = {line["problem"]: line["ideas"] for line in seen["proposal"]}
    assert proposed == {"information-sharing": ideas[:2], "cross-agency-communication": []}

    outside = {"kind": "ShortlistIdea", "idea": ideas[2], "ref": "depart-1"}
    for reason in ({}, {"reason": None}):
        refused(playing.do(**outside, **reason), "rejected", "reason", "depart-1")
    playing.done(kind="ShortlistIdea", idea=ideas[0])
    playing.done(**outside, reason="It costs nothing.")
    refused(
        playing.do(kind="ShortlistIdea", idea=ideas[1], ref="a third one"),
        "rejected", "idea", "a third one",
    )  # fmt: skip
    taking = {"kind": "UnshortlistIdea", "idea": ideas[0], "ref": "depart-2"}
    refused(playing.do(**taking), "rejected", "reason", "depart-2")
    playing.done(**taking, reason="It is being tried already.")
    playing.done(kind="UnshortlistIdea", idea=ideas[2])
    assert playing.see()["shortlist"]["ideas"] == []


def test_moving_all_leaves_the_shorter_journey_at_its_last_stage(playing: Playing) -> None:
    playing.move("all", 5)
    assert playing.places() == {"g1": (5, "write"), "g2": (5, "write")}
    playing.move("all", 6, "present")
    assert playing.places()["g1"] == (6, "present")
    assert playing.places()["g2"][0] == 5
    playing.move("all", 1)
    playing.move("all", 6)
    assert playing.places() == {"g1": (6, "write"), "g2": (5, "write")}
    with nothing_changes(playing.server, playing.code):
        one = {"kind": "MoveGroup", "group": "g2", "stage": 6, "step": "write", "ref": "past-end"}
        refused(playing.do(**one), "rejected", "stage", "past-end")
        one = {**one, "group": "g9", "stage": 1}
        refused(playing.do(**one), "rejected", "group", "past-end")


def test_an_idea_for_an_earlier_stage_is_late_and_for_a_later_one_refused(
    playing: Playing,
) -> None:
    key = playing.key_in("g1")
    stages: dict[int, str] = {}
    for stage in (1, 2, 3):
        playing.move("g1", stage, "present")
        stages[stage] = playing.see(key)["stage"]["barriers"][0]["id"]
    elsewhere = playing.see(playing.key_in("g2"))["stage"]["barriers"][0]["id"]
    playing.move("g1", 2)
    body = playing.server.idea(playing.code, key)
    for barrier in (stages[3], elsewhere, "no-such-barrier"):
        with nothing_changes(playing.server, playing.code):
            reply = playing.do(key, **{**body, "barrier": barrier, "ref": "not this"})
        refused(reply, "rejected", "barrier", "not this")
    early = playing.do(key, **{**body, "barrier": stages[1]}).body["made"]
    listed = {idea["id"]: idea for idea in playing.see()["longlist"]["ideas"]}
    assert listed[early]["late"] is True
    assert listed[early]["stage"] == 1
    table = {
        row["idea_id"]: row for row in rows(playing.server.export(playing.code, "longlist.csv"))
    }
    assert table[early]["late"] == "yes"


# Views


def test_every_region_is_an_object_and_one_that_is_gone_is_null(playing: Playing) -> None:
    key = playing.key_in("g1")
    playing.server.submit(playing.code, key)
    playing.move("g1", 1, "build")
    for regions in (playing.see(), playing.see(key)):
        assert all(view is None or isinstance(view, dict) for view in regions.values())
    seen = playing.see(key)
    assert seen["workshop"]["phase"] == "play"
    assert seen["me"].keys() >= {"id", "role", "group"}
    assert seen["me"]["role"] == "participant"
    assert seen["stage"].keys() >= {"stage", "step", "title", "barriers"}
    assert (seen["stage"]["stage"], seen["stage"]["step"]) == (1, "build")
    assert all(barrier.keys() >= {"id", "text"} for barrier in seen["stage"]["barriers"])
    for card in seen["hand"]["cards"]:
        assert card.keys() >= {"id", "title", "insight", "study"}
    assert seen["group"].keys() >= {"id", "problem", "members"}
    for member in seen["group"]["members"]:
        assert member.keys() >= {"id", "name", "organisation", "state"}
        assert member["state"] in ("reading", "choosing", "writing", "done", "away")
    (idea,) = seen["board"]["ideas"]
    assert idea.keys() >= {"id", "words", "card", "barrier", "author", "builds"}
    assert idea["author"] == seen["me"]["id"]
    staff = playing.see()
    for group in staff["groups"]["groups"]:
        assert group.keys() >= {"id", "problem", "stage", "step", "members"}
        assert all(isinstance(member, dict) for member in group["members"])
    for line in staff["coverage"]["barriers"]:
        assert line.keys() >= {"problem", "stage", "barrier", "ideas"}
    (row,) = staff["longlist"]["ideas"]
    assert row.keys() >= set(named("id problem stage barrier card words author group status"))
    assert (row["author"], row["group"], row["status"]) == (idea["author"], "g1", "submitted")
    # The stage is over: what belonged to it is told to be gone.
    before = playing.server.seq(playing.code)
    playing.done(kind="OpenPhase", phase="rate")
    path = f"/workshops/{playing.code}/view?since={before}"
    changed = playing.server.api("GET", path, key=key).body["regions"]
    assert (changed["hand"], changed["board"]) == (None, None)
    assert changed["rating"]["ideas"] == []  # one's own idea is not offered


def test_the_board_holds_this_stage_and_earlier_the_stages_before(playing: Playing) -> None:
    key = playing.key_in("g1")
    first = playing.server.submit(playing.code, key)
    assert playing.see(key)["board"]["ideas"] == []  # nothing is presented yet
    playing.move("g1", 1, "present")
    assert [idea["id"] for idea in playing.see(key)["board"]["ideas"]] == [first]
    playing.move("g1", 2)
    second = playing.server.submit(playing.code, key)
    playing.move("g1", 2, "build")
    seen = playing.see(key)
    assert [idea["id"] for idea in seen["board"]["ideas"]] == [second]
    assert [idea["id"] for idea in seen["earlier"]["ideas"]] == [first]


def test_a_rater_sees_words_organisations_and_their_own_marks(playing: Playing) -> None:
    one, two = playing.key_in("g1"), playing.key_in("g2")
    own = playing.server.submit(playing.code, one)
    other = playing.server.submit(playing.code, two, words="Ask before you write.")
    playing.done(kind="OpenPhase", phase="rate")
    playing.done(key=one, kind="RateIdea", idea=other, impact=4, effort=None, amenability=2)
    (offered,) = playing.see(one)["rating"]["ideas"]
    assert offered["id"] == other
    assert offered["words"] == "Ask before you write."
    assert offered["organisations"] == ["NHS"]
    assert [offered[name] for name in ("impact", "effort", "amenability")] == [4, None, 2]
    (offered,) = playing.see(two)["rating"]["ideas"]
    assert offered["id"] == own
    assert [offered[name] for name in ("impact", "effort", "amenability")] == [None] * 3
    reply = playing.do(
        two, kind="RateIdea", idea=other, impact=5, effort=1, amenability=5, ref="mine-own"
    )
    refused(reply, "rejected", "idea", "mine-own")


# Other seats


@pytest.mark.parametrize("role", ["observer", "table_lead", "co_host", "analyst"])
def test_an_invite_gives_the_seat_it_names(playing: Playing, role: str) -> None:
    server, code = playing.server, playing.code
    group = "g2" if role == "table_lead" else None
    path = f"/workshops/{code}/invites"
    reply = server.api("POST", path, {"role": role, "group": group})
    assert reply.status == 201
    assert reply.body.keys() == {"invite", "url"}
    assert reply.body["url"].startswith(f"{server.url}/join/{code}")
    assert reply.body["invite"] in reply.body["url"]
    body = {"name": "Ivy", "organisation": "DfE", "invite": reply.body["invite"]}
    joined = server.api("POST", f"/workshops/{code}/join", body, None)
    assert joined.status == 201
    me = server.view(code, joined.body["key"])["me"]
    assert me == {**me, "id": joined.body["participant"], "role": role, "group": group}


@pytest.mark.parametrize(
    ("wish", "kind", "field"),
    [
        ({"role": "participant"}, "malformed", "role"),
        ({"role": "facilitator"}, "malformed", "role"),
        ({"role": None}, "malformed", "role"),
        ({}, "malformed", "role"),
        ({"role": "table_lead"}, "malformed", "group"),
        ({"role": "table_lead", "group": 1}, "malformed", "group"),
        ({"role": "table_lead", "group": "g9"}, "rejected", "group"),
        ({"role": "observer", "name": "Ivy"}, "malformed", "name"),
    ],
)
def test_an_invite_is_made_as_said_or_not_at_all(
    playing: Playing, wish: dict[str, Any], kind: str, field: str
) -> None:
    path = f"/workshops/{playing.code}/invites"
    refused(playing.server.api("POST", path, wish), kind, field)


def test_an_invite_is_good_for_its_own_workshop_and_for_joining_only(playing: Playing) -> None:
    server, other = playing.server, playing.server.open()
    invite = server.invite(other, "co_host")
    with nothing_changes(server, playing.code, other):
        for wrong in (invite, "x" * 43, ""):
            body = {"name": "Ivy", "organisation": "DfE", "invite": wrong}
            path = f"/workshops/{playing.code}/join"
            refused(server.api("POST", path, body, None), "forbidden")
        refused(server.api("GET", f"/workshops/{other}/view", key=invite), "unauthenticated")


def test_a_draft_is_kept_and_comes_back_to_its_author_alone(playing: Playing) -> None:
    server, code, key = playing.server, playing.code, playing.key_in("g1")
    path = f"/workshops/{code}/draft"
    typed = {"card": None, "barrier": None, "words": "Half a s", "how": "", "example": None,
             "caution": None}  # fmt: skip
    reply = server.api("PUT", path, typed, key)
    assert reply.status == 200
    assert reply.body.keys() == {"saved_at"}
    draft = playing.see(key)["me"]["draft"]
    assert {name: draft[name] for name in typed} == typed
    assert all(playing.see(other)["me"]["draft"] is None
               for _, other in playing.people if other != key)  # fmt: skip
    assert server.api("PUT", path, dict.fromkeys(typed), key).status == 200
    assert playing.see(key)["me"]["draft"]["words"] is None
    for change, field in (
        ({"words": 5}, "words"),
        ({"words": "x" * 100_000}, "words"),
        ({"card": ["x"]}, "card"),
        ({"author": "p2"}, "author"),
    ):
        refused(server.api("PUT", path, {**typed, **change}, key), "malformed", field)
    for role, group in (("observer", None), ("table_lead", "g1"), ("co_host", None)):
        _, seat = server.invited(code, role, group)
        refused(server.api("PUT", path, typed, seat), "forbidden")
    refused(server.api("PUT", path, typed, KEY), "forbidden")


def test_a_draft_goes_with_its_idea_and_a_newer_one_stays(playing: Playing) -> None:
    server, code, key = playing.server, playing.code, playing.key_in("g1")
    path, sent = f"/workshops/{code}/draft", {"ref": "my-first", **server.idea(code, key)}
    server.api("PUT", path, {"words": sent["words"]}, key)
    answer = server.done(code, key, **sent)
    assert playing.see(key)["me"]["draft"] is None
    server.api("PUT", path, {"words": "The next one"}, key)
    # The answer was lost on the way, say, and the command is sent again.
    assert server.done(code, key, **sent) == answer
    assert playing.see(key)["me"]["draft"]["words"] == "The next one"


def test_a_workshop_belongs_to_who_opened_it_and_the_owner_sees_all(server: Served) -> None:
    code, cookie = server.open(title="The owner's"), {"Cookie": server.sign_in()}
    mine = server.page("GET", "/facilitate", headers=cookie)
    assert b"The owner&#39;s" in mine.body
    assert server.page("GET", f"/facilitate/{code}", headers=cookie).status == 200
    assert server.page("GET", f"/facilitate/{code}").status == 403

    # Another facilitator, with a link of their own, has their own workshops only.
    token = server.moments("facilitator", "add", "Fay").strip().partition("token=")[2]
    numbers = {"groups_per_problem": "1", "hand_size": "5", "swaps_per_stage": "1"}
    opening = {"title": "Fay's", "problems": "information-sharing", **numbers}
    opening["shortlist_per_problem"] = "2"
    fay = {"Cookie": cookie_of(server.page("POST", "/facilitate/sign-in", {"token": token}))}
    assert server.page("POST", "/facilitate/sign-in", {"token": token}).status == 403  # once
    made = server.page("POST", "/facilitate/new", opening, fay)
    assert made.status == 303
    theirs = made.headers["location"]
    assert server.page("GET", theirs, headers=fay).status == 200
    assert server.page("GET", theirs, headers=cookie).status == 200
    with nothing_changes(server, code):
        assert server.page("GET", f"/facilitate/{code}", headers=fay).status == 403
        act = {"kind": "OpenPhase", "ref": "12345678", "phase": "closed"}
        assert server.page("POST", f"/facilitate/{code}/do", act, fay).status == 403
        assert b"The owner" not in server.page("GET", "/facilitate", headers=fay).body


def test_a_closed_workshop_takes_nobody_in_and_nothing_on(playing: Playing) -> None:
    server, code, key = playing.server, playing.code, playing.key_in("g1")
    sent = server.idea(code, key)
    playing.done(kind="OpenPhase", phase="closed")
    with nothing_changes(server, code):
        body = {"name": "Late", "organisation": "NHS"}
        refused(server.api("POST", f"/workshops/{code}/join", body, None), "rejected")
        refused(playing.do(key, ref="too-late", **sent), "rejected", ref="too-late")
        refused(playing.do(ref="too-late", kind="FormGroups"), "rejected", ref="too-late")


# Assessment


def test_an_assessment_names_all_six_criteria(playing: Playing) -> None:
    idea = playing.server.submit(playing.code, playing.key_in("g1"))
    other = playing.server.submit(playing.code, playing.key_in("g2"))
    playing.done(kind="OpenPhase", phase="shortlist")
    playing.done(kind="ShortlistIdea", idea=idea, reason="There are two.")
    playing.done(kind="OpenPhase", phase="assess")
    judgements = ["positive", "mixed", "negative", "not_asked", "positive", "mixed"]
    criteria = {
        name: {"judgement": judgement, "said": None if name == "equity" else f"About {name}."}
        for name, judgement in zip(CRITERIA, judgements, strict=True)
    }
    body = {
        "kind": "RecordAssessment",
        "ref": "interview",
        "idea": idea,
        "organisation": "Police",
        "interviewee_role": "Chief inspector",
        "criteria": criteria,
        "themes": ["Training", "Time"],
    }
    bad: list[tuple[dict[str, Any], str, str]] = [
        ({"criteria": {k: v for k, v in criteria.items() if k != "equity"}}, "malformed",
         "criteria.equity"),
        ({"criteria": {**criteria, "speed": criteria["equity"]}}, "malformed", "criteria.speed"),
        ({"criteria": {**criteria, "equity": {"judgement": "fine", "said": None}}}, "malformed",
         "criteria.equity.judgement"),
        ({"criteria": {**criteria, "equity": "mixed"}}, "malformed", "criteria.equity"),
        ({"criteria": None}, "malformed", "criteria"),
        ({"themes": "Training"}, "malformed", "themes"),
        ({"interviewee_role": ""}, "malformed", "interviewee_role"),
        ({"idea": other}, "rejected", "idea"),
        ({"idea": "i999"}, "rejected", "idea"),
    ]  # fmt: skip
    with nothing_changes(playing.server, playing.code):
        for change, kind, field in bad:
            refused(playing.do(**{**body, **change}), kind, field, "interview")
    playing.done(**body)
    (row,) = rows(playing.server.export(playing.code, "assessment.csv"))
    assert [row[name] for name in CRITERIA] == judgements
    assert row["affordability_said"] == "About affordability."


# Text


def test_control_characters_but_newline_and_tab_are_removed_on_the_way_in(
    playing: Playing,
) -> None:
    key = playing.key_in("g1")
    words = "One\u0000 \u001bline\u0007,\r\nanother\u0085\tand e\u0301clair \ud800."
    idea = playing.server.submit(playing.code, key, words=words, how="\u0001a\u0002")
    (listed,) = playing.see()["longlist"]["ideas"]
    assert listed["id"] == idea
    assert listed["words"] == "One line,\nanother\tand éclair ."
    assert listed["how"] == "a"
    joined = playing.server.join(playing.code, "Ann\u202e\u0000 Lee\n", "N\u0007HS")[1]
    me = playing.see(joined)["me"]
    assert (me["name"], me["organisation"]) == ("Ann Lee", "NHS")


def test_only_csv_puts_an_apostrophe_before_what_a_sheet_would_reckon(playing: Playing) -> None:
    key = playing.key_in("g1")
    starts = ["=1+1", "+1", "-1", "@now", "＝1", "＋1", "－1", "＠x"]
    for number, words in enumerate(starts):
        if number == 4:
            key = playing.key_in("g2")
        playing.server.submit(playing.code, key, words=words)
    table = rows(playing.server.export(playing.code, "longlist.csv"))
    assert sorted(row["intervention"] for row in table) == sorted(f"'{s}" for s in starts)
    book = openpyxl.load_workbook(io.BytesIO(playing.server.export(playing.code, "longlist.xlsx")))
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row]
    assert {cell.value for cell in cells} >= set(starts)
    assert {cell.data_type for cell in cells if cell.value in starts} == {"s"}
    document = playing.server.export(playing.code, "longlist.json")
    assert sorted(row["intervention"] for row in document["rows"]) == sorted(starts)


# Exports


def test_the_longlist_and_the_shortlist_have_their_columns_in_order(playing: Playing) -> None:
    idea = playing.server.submit(playing.code, playing.key_in("g1"))
    for what, columns in (("longlist", LONGLIST), ("shortlist", SHORTLIST)):
        text = playing.server.export(playing.code, f"{what}.csv").decode("utf-8-sig")
        assert next(csv.reader(io.StringIO(text)))[: len(columns)] == columns
    (row,) = rows(playing.server.export(playing.code, "longlist.csv"))
    assert (row["idea_id"], row["group"], row["organisations"]) == (idea, "Group 1", "NHS")
    assert row["shortlisted"] == "no"
    journeys = playing.server.api("GET", "/content/journeys", key=None).body["journeys"]
    journey = next(each for each in journeys if each["id"] == "information-sharing")
    assert row["problem"] == journey["title"]
    assert row["stage"] == journey["stages"][0]["title"]
    assert row["barrier"] == journey["stages"][0]["barriers"][0]["text"]


def test_marks_are_means_to_two_decimals_and_a_priority_needs_all_three(playing: Playing) -> None:
    author = playing.key_in("g1")
    whole, part = (playing.server.submit(playing.code, author) for _ in range(2))
    raters = [key for _, key in playing.people if key != author]
    playing.done(kind="OpenPhase", phase="rate")
    for key, impact, effort in zip(raters, (5, 4, 4), (1, 2, 2), strict=True):
        marks = {"impact": impact, "effort": effort, "amenability": 3}
        playing.done(key=key, kind="RateIdea", idea=whole, **marks)
        playing.done(key=key, kind="RateIdea", idea=part, **{**marks, "effort": None})
    playing.done(kind="RateIdea", idea=whole, impact=1, effort=5, amenability=1)
    unopened = rows(playing.server.export(playing.code, "longlist.csv"))
    assert {row["impact"] + row["priority"] for row in unopened} == {""}
    playing.done(kind="OpenPhase", phase="shortlist")
    table = {r["idea_id"]: r for r in rows(playing.server.export(playing.code, "longlist.csv"))}
    assert [table[whole][c] for c in ("ratings", "impact", "effort", "amenability")] == [
        "4", "3.50", "2.50", "2.50",
    ]  # fmt: skip
    assert table[whole]["priority"] == "3.17"  # (3.5 + 6 - 2.5 + 2.5) / 3
    assert (table[part]["impact"], table[part]["effort"], table[part]["priority"]) == (
        "4.33", "", "",
    )  # fmt: skip
    kept = {name.partition("_")[0] for name in table[whole] if name.endswith("_impact")}
    assert kept == {"participants", "staff"}


def test_rows_come_by_problem_as_opened_then_stage_then_idea(playing: Playing) -> None:
    one, two = playing.key_in("g1"), playing.key_in("g2")
    made: dict[tuple[str, int], list[str]] = {}
    for group, key in (("g2", two), ("g1", one)):
        for stage in (2, 1):
            playing.move(group, stage)
            ideas = [playing.server.submit(playing.code, key) for _ in range(2)]
            made[group, stage] = ideas
    wanted = [idea for place in sorted(made) for idea in made[place]]
    table = rows(playing.server.export(playing.code, "longlist.csv"))
    assert [row["idea_id"] for row in table] == wanted


# Content


def test_the_content_has_the_shape_that_was_promised(server: Served) -> None:
    journeys = server.api("GET", "/content/journeys", key=None).body["journeys"]
    assert len(journeys) == 4
    known: set[str] = set()
    for journey in journeys:
        assert journey.keys() == {"id", "title", "statement", "stages"}
        for stage in journey["stages"]:
            assert stage.keys() == {"title", "who", "does", "when", "barriers"}
            for barrier in stage["barriers"]:
                assert barrier.keys() == set(named("id text finding sources opm levels com_b"))
                for source in barrier["sources"]:
                    assert source.keys() == {"document", "section", "row"}
                    known.add(source["row"])
    assert {"A3-IS-1", "T1-CA-2", "S2-COMT-B1"} <= known
    cards = server.api("GET", "/content/cards", key=None).body["cards"]
    assert len(cards) == 72
    for card in cards:
        assert card.keys() == set(
            named(
                "id title family insight question used study finding setting replication "
                "replication_source caution com_b east mindspace bct unverified"
            )
        )
        assert card["study"].keys() == set(named("authors year title outlet pages doi"))


# Addresses


def test_the_server_answers_to_the_names_of_this_machine_and_to_no_other(server: Served) -> None:
    for host in ("localhost", "127.0.0.1", "[::1]"):
        address = f"{host}:{server.port}"
        headers = {
            "Host": address,
            "Origin": f"http://{address}",
            "Content-Type": "application/json",
        }
        assert server.raw("GET", "/", None, {"Host": address}).status == 200
        reply = server.raw("POST", "/api/v1/nothing", b"{}", headers)
        refused(reply, "not_found")
    for host in ("evil.example", f"evil.example:{server.port}", "localhost:1", "127.0.0.1"):
        reply = server.raw("GET", "/api/v1/content/journeys", None, {"Host": host})
        refused(reply, "misdirected")
