"""A workshop full of marked words, played through, and everything anybody was sent of it.

`WHO_SEES_WHAT` is the table of the design; `may_see` reads it for one viewer at one
moment. The tests that compare stand in `test_secrecy.py`. Always: a marker is a word of
its own that occurs nowhere else, so that finding it means that what it marks got out.
"""

import io
import json
import re
import threading
import time
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.served import KEY, Reply, Served

AFTER_RATING = ("shortlist", "assess", "closed")
FIELDS = ("words", "how", "example", "caution")
CRITERIA = (
    "affordability", "practicability", "effectiveness", "acceptability", "side_effects", "equity",
)  # fmt: skip

# Who sees what, row by row. States are the words of those who are not to be read.
WHO_SEES_WHAT: dict[str, dict[str, str]] = {
    "participant": {
        "own draft": "yes", "others' drafts": "no", "before present": "no",
        "after present": "names", "other groups": "spotlit, offered or shared",
        "names outside": "no", "ratings before opening": "no",
    },
    "table_lead": {
        "own draft": "no", "others' drafts": "no", "before present": "no",
        "after present": "names", "other groups": "spotlit, offered or shared",
        "names outside": "no", "ratings before opening": "no",
    },
    "facilitator": {
        "own draft": "no", "others' drafts": "no", "before present": "yes",
        "after present": "names", "other groups": "yes",
        "names outside": "yes", "ratings before opening": "no",
    },
    "observer": {
        "own draft": "no", "others' drafts": "no", "before present": "no",
        "after present": "organisation", "other groups": "organisation",
        "names outside": "no", "ratings before opening": "no",
    },
    "screen": {
        "own draft": "no", "others' drafts": "no", "before present": "no",
        "after present": "spotlit", "other groups": "spotlit",
        "names outside": "no", "ratings before opening": "no",
    },
    "analyst": {
        "own draft": "no", "others' drafts": "no", "before present": "closed",
        "after present": "closed", "other groups": "closed",
        "names outside": "no", "ratings before opening": "no",
    },
    "nobody": {
        "own draft": "no", "others' drafts": "no", "before present": "no",
        "after present": "no", "other groups": "no",
        "names outside": "no", "ratings before opening": "no",
    },
}  # fmt: skip
WHO_SEES_WHAT["co_host"] = WHO_SEES_WHAT["facilitator"]
WHO_SEES_WHAT["stranger"] = WHO_SEES_WHAT["nobody"]

PEOPLE = {"ann": "g1", "bea": "g1", "cyd": "g2", "dan": "g2"}
SEATS = {"lea": "table_lead", "oli": "observer", "ana": "analyst", "cob": "co_host"}
VIEWERS = {
    **dict.fromkeys(PEOPLE, "participant"),
    **SEATS,
    "host": "facilitator",
    "screen": "screen",
    "nobody": "nobody",
    "stranger": "stranger",
}
MOMENTS = (
    "lobby", "briefing", "write", "present", "build", "both", "write again", "plenary",
    "spotlight", "unpresented in the spotlight", "rate", "opened", "shortlist", "shared", "assess",
    "closed", "closed and unshared", "back to play",
)  # fmt: skip


def marker(*parts: str) -> str:
    """A word that stands for something and is nowhere else."""
    return "Qx" + "".join(part.capitalize() for part in parts) + "xQ"


def marks_of_idea(idea: str) -> set[str]:
    return {marker(idea, name) for name in FIELDS}


@dataclass(frozen=True)
class Moment:
    """What is the case at one moment; the tests' own account of it."""

    phase: str = "lobby"
    seated: bool = False
    ideas: frozenset[str] = frozenset()
    """Such as `ann1`: whose it is, and for which stage."""
    presented: frozenset[str] = frozenset()
    builds: frozenset[str] = frozenset()
    """Who has built: `bea` upon ann1, `dan` upon cyd1."""
    drafts: frozenset[str] = frozenset()
    spotlight: str | None = None
    rated: frozenset[str] = frozenset()
    opened: bool = False
    chosen: bool = False
    """Whether cyd1 is on the shortlist, with a reason."""
    shared: bool = False
    assessed: bool = False


@dataclass
class Told:
    """What one viewer was sent at one moment, by surface."""

    surfaces: dict[str, str] = field(default_factory=dict)
    pushed: str = ""
    """What came over open sockets since the moment before."""


EVERY_MARKER = (
    {marker("name", who) for who in (*PEOPLE, *SEATS)}
    | {marker("draft", who, name) for who in ("ann", "bea", "cyd") for name in FIELDS}
    | {mark for idea in ("ann1", "cyd1", "ann2") for mark in marks_of_idea(idea)}
    | {marker("build", who) for who in ("bea", "dan")}
    | {marker("rating", who) for who in ("bea", "cyd", "host")}
    | {marker("choice")}
    | {marker("assessment", name) for name in ("said", "role", "theme", "organisation")}
)


def may_see(viewer: str, moment: Moment) -> tuple[set[str], set[str]]:
    """The markers that must be found among all that `viewer` gets, and those that may be."""
    role = VIEWERS[viewer]
    table = WHO_SEES_WHAT[role]
    must: set[str] = set()
    may: set[str] = set()
    after = moment.phase in AFTER_RATING
    shared = moment.shared and after
    staff = table["names outside"] == "yes"
    group = PEOPLE.get(viewer) or ("g1" if viewer == "lea" else None)

    if viewer in PEOPLE or viewer in SEATS:
        must.add(marker("name", viewer))
    if staff:
        must |= {marker("name", who) for who in PEOPLE}
        may |= {marker("name", who) for who in SEATS}
    elif group and moment.seated:
        must |= {marker("name", who) for who, seat in PEOPLE.items() if seat == group}

    if table["own draft"] == "yes" and viewer in moment.drafts:
        must |= {marker("draft", viewer, name) for name in FIELDS}

    for idea in moment.ideas:
        author, marks = idea[:-1], marks_of_idea(idea)
        words, how = marker(idea, "words"), marker(idea, "how")
        own_group = PEOPLE[author] == group
        presented = idea in moment.presented
        spotlit = moment.phase == "plenary" and moment.spotlight == idea
        seen = spotlit and role not in ("analyst", "nobody", "stranger")
        if author == viewer or seen:
            must |= marks
        if own_group and presented:
            (must if moment.phase in ("play", "plenary") else may).update(marks)
        if group and moment.phase == "rate":
            (must if role == "participant" and author != viewer else may).add(words)
            may.add(how)
        if group and shared:
            must.add(words)
            may |= marks
        if table["before present"] == "yes":
            must |= marks
        if table["after present"] == "organisation" and presented:
            must.add(words)
            may |= marks
        if table["after present"] == "organisation" and after:
            may |= {words, how}
        if table["before present"] == "closed" and moment.phase == "closed":
            must |= marks

    for builder, idea in (("bea", "ann1"), ("dan", "cyd1")):
        if builder in moment.builds:
            mark = marker("build", builder)
            if staff or (PEOPLE[builder] == group and moment.phase == "play"):
                must.add(mark)
            if marks_of_idea(idea) <= must | may:
                may.add(mark)

    for rater in moment.rated:
        mark = marker("rating", rater)
        if rater == viewer:
            (must if moment.phase == "rate" else may).add(mark)
        if moment.opened and staff:
            must.add(mark)
        if moment.opened and role == "analyst" and moment.phase == "closed":
            may.add(mark)

    if moment.chosen and (staff or (group and shared)):
        must.add(marker("choice"))
    if moment.chosen and after and role == "observer":
        may.add(marker("choice"))
    assessed = {mark for mark in EVERY_MARKER if mark.startswith("QxAssessment")}
    if moment.assessed and staff:
        must |= assessed
    if role == "analyst" and moment.phase == "closed":
        may |= {marker("choice"), *assessed}
    return must, may


class Ear(threading.Thread):
    """A socket that stays open and keeps all it is sent."""

    def __init__(self, url: str, first: dict[str, Any], headers: dict[str, str]) -> None:
        super().__init__(daemon=True)
        self._first = json.dumps(first)
        self._opening = connect(
            url,
            additional_headers=headers,
            proxy=None,
            max_size=None,
        )
        self._heard: list[str] = []
        self._is_over = threading.Event()
        self._is_open = threading.Event()
        self.start()
        assert self._is_open.wait(10)

    def run(self) -> None:
        with self._opening as socket:
            socket.send(self._first)
            self._is_open.set()
            while not self._is_over.is_set():
                try:
                    # First the message, then the list: it may be another one by then.
                    message = str(socket.recv(0.2))
                    self._heard.append(message)
                except TimeoutError:
                    continue
                except ConnectionClosed:
                    return

    def taken(self) -> str:
        """What it was sent since it was last asked."""
        heard, self._heard = self._heard, []
        return "\n".join(heard)

    def close(self) -> None:
        self._is_over.set()
        self.join()


class World:
    """The workshop, everybody in it, and all they were told."""

    def __init__(self, server: Served) -> None:
        self.server = server
        self.code = server.open(
            title="A workshop to keep", problems=["information-sharing", "wider-organisations"]
        )
        self.stranger_code = server.open()
        self.told: dict[tuple[str, str], Told] = defaultdict(Told)
        self.moments: dict[str, Moment] = {}
        self.ids: dict[str, str] = {}
        self.cookies: dict[str, str] = {"host": server.sign_in()}
        self.keys: dict[str, str] = {"host": KEY, "nobody": "an unknown key, made up by somebody"}
        for who in PEOPLE:
            self._come_in(who)
        for who, role in SEATS.items():
            invite = server.invite(self.code, role, "g1" if role == "table_lead" else None)
            self._come_in(who, invite)
        self.keys["stranger"] = server.join(self.stranger_code, "Stranger")[1]
        self.cookies["stranger"] = server.enter(self.stranger_code, "Strange")
        self._ears: dict[str, list[Ear]] = defaultdict(list)

    def _come_in(self, who: str, invite: str = "") -> None:
        cookie = self.server.enter(
            self.code, marker("name", who), f"Org {who.capitalize()}", invite
        )
        self.cookies[who] = cookie
        # The cookie is the key, signed: what is before the last dot opens the JSON door too.
        self.keys[who] = cookie.partition("=")[2].rpartition(".")[0]

    def do(self, who: str = "host", **command: Any) -> Any:
        return self.server.done(self.code, self.keys[who], **command)["made"]

    def submit(self, idea: str) -> None:
        who = idea[:-1]
        fields = {name: f"Say {marker(idea, name)} to them." for name in FIELDS}
        self.ids[idea] = self.server.submit(self.code, self.keys[who], **fields)

    def draft(self, who: str) -> None:
        fields = {name: f"Half {marker('draft', who, name)}" for name in FIELDS}
        reply = self.server.api("PUT", f"/workshops/{self.code}/draft", fields, self.keys[who])
        assert reply.status == 200

    def rate(self, who: str, idea: str) -> None:
        reason = f"Because {marker('rating', who)}."
        marks = {"impact": 5, "effort": 1, "amenability": 4}
        self.do(who, kind="RateIdea", idea=self.ids[idea], reason=reason, **marks)

    # Listening

    def listen(self) -> None:
        """Open a socket of each sort for everyone who may have one."""
        place = f"ws://127.0.0.1:{self.server.port}"
        for who, key in self.keys.items():
            if who not in ("nobody", "stranger"):
                first = {"key": key, "since": None, "epoch": None}
                url = f"{place}/api/v1/workshops/{self.code}/live"
                self._ears[who].append(Ear(url, first, {}))
        for who in (*self.cookies, "screen"):
            if who == "stranger":
                continue
            cookie = {"Cookie": self.cookies[who]} if who in self.cookies else {}
            path = {"host": "/facilitate/{}", "cob": "/facilitate/{}", "screen": "/w/{}/screen"}
            page = self.server.page("GET", path.get(who, "/w/{}").format(self.code), None, cookie)
            first, url = page_socket(page)
            headers = {"Origin": self.server.url, **cookie}
            self._ears[who].append(Ear(f"{place}{url}", first, headers))

    def close(self) -> None:
        for ears in self._ears.values():
            for ear in ears:
                ear.close()

    def forget(self) -> None:
        """Leave out what was pushed so far."""
        time.sleep(0.2)
        for ears in self._ears.values():
            for ear in ears:
                ear.taken()

    def look(self, name: str, moment: Moment) -> None:
        """Take down all that everybody can get hold of now."""
        self.moments[name] = moment
        time.sleep(0.1)
        for who in VIEWERS:
            told = self.told[name, who]
            told.pushed = "\n".join(ear.taken() for ear in self._ears[who])
            told.surfaces.update(self._json(who))
            told.surfaces.update(self._pages(who))
            told.surfaces.update(self._refusals(who, moment))

    def _json(self, who: str) -> Iterator[tuple[str, str]]:
        key = self.keys.get(who)
        root = f"/workshops/{self.code}"
        # Who is refused one is refused all: two are tried.
        files = EXPORTS if VIEWERS[who] in ("facilitator", "co_host", "analyst") else EXPORTS[-2:]
        for path in ("view", *(f"export/{file}" for file in files)):
            yield path, text_of(self.server.api("GET", f"{root}/{path}", key=key))

    def _pages(self, who: str) -> Iterator[tuple[str, str]]:
        place, room = f"/w/{self.code}", f"/facilitate/{self.code}"
        paths = [place, f"{place}/screen", f"{place}/screen/changes?since=0", f"{place}/changes"]
        paths += [f"{place}/ideas/{id}" for id in (*self.ids.values(), "i9999")]
        paths += [f"/join/{self.code}", "/", room, f"{room}/assess"]
        paths += [f"{room}/hands", f"{room}/hands?group=all", "/cards/fitting"]
        if VIEWERS[who] in ("facilitator", "co_host", "nobody"):
            paths += [f"{room}{page}" for page in ("/shortlist", "/exports", "/changes")]
            paths += ["/facilitate", "/metrics", "/ready"]
        cookie = {"Cookie": self.cookies[who]} if who in self.cookies else {}
        for path in paths:
            yield path, text_of(self.server.page("GET", path, None, cookie))

    def _refusals(self, who: str, moment: Moment) -> Iterator[tuple[str, str]]:
        """What is said to somebody who asks for what they may not have."""
        if VIEWERS[who] in ("facilitator", "co_host", "screen"):
            return
        seen = set().union(*may_see(who, moment))
        commands: list[dict[str, Any]] = [
            {"kind": "SeatParticipant", "participant": "p1", "group": "g2"},
            {"kind": "SubmitIdea", "card": "no-such-card", "barrier": "x", "words": "x"},
            {"kind": "MoveGroup", "group": "g2", "stage": 1, "step": "write"},
        ]
        for idea, id in self.ids.items():
            if not marks_of_idea(idea) & seen:
                build = {"idea": id, "words": "x", "as": "question"}
                commands.append({"kind": "BuildOn", **build})
        if self.ids:
            ideas, marks = [*self.ids.values()], {"impact": 1, "effort": 1, "amenability": 1}
            commands.append({"kind": "MergeIdeas", "ideas": [ideas[-1], "i1"], "words": "x"})
            if moment.phase != "rate":
                commands.append({"kind": "RateIdea", "idea": ideas[-1], **marks})
        for command in commands:
            reply = self.server.do(self.code, self.keys[who], **command)
            assert reply.status in (401, 403, 409), (who, command, reply)
            yield f"refused {command}", text_of(reply)


EXPORTS = (
    "longlist.csv", "shortlist.json", "assessment.json", "ratings.json", "coverage.json",
    "opm.json", "cards.json", "participation.json", "log.json", "workshop.json",
)  # fmt: skip


def text_of(reply: Reply) -> str:
    """All that came back, headers included, as it would be read."""
    body = reply.body
    content = body.decode("utf-8", "replace") if isinstance(body, bytes) else json.dumps(body)
    return f"{reply.status} {reply.headers}\n{content}"


def unpacked(archive: bytes) -> str:
    """All text in an archive of exports, packed files within it included."""
    texts = []
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        for name in files.namelist():
            content = files.read(name)
            packed = content.startswith(b"PK")
            texts.append(unpacked(content) if packed else content.decode("utf-8", "replace"))
    return "\n".join(texts)


def page_socket(page: Reply) -> tuple[dict[str, Any], str]:
    """What a page says first on its socket, and where the socket is."""
    assert page.status == 200, page
    html = page.body.decode()
    about = dict(re.findall(r'data-(token|seq|epoch|tick|regions)="([^"]*)"', html))
    found = re.search(r'hx-ws:connect="([^"]+)"', html)
    assert found is not None
    first = {
        "token": about["token"],
        "since": int(about["seq"]),
        "epoch": about["epoch"],
        "tick": int(about["tick"]),
        "regions": about["regions"].split(),
    }
    return first, found[1]


def play(world: World) -> None:
    """The whole workshop, moment by moment."""
    now = Moment()

    def look(name: str, **change: Any) -> None:
        nonlocal now
        now = replace(now, **change)
        world.look(name, now)

    def move(group: str, stage: int, step: str) -> None:
        world.do(kind="MoveGroup", group=group, stage=stage, step=step)

    world.listen()
    look("lobby")
    world.do(kind="FormGroups")
    groups = {who: world.server.view(world.code, world.keys[who])["me"] for who in PEOPLE}
    for who, group in PEOPLE.items():
        if groups[who]["group"] != group:
            world.do(kind="SeatParticipant", participant=groups[who]["id"], group=group)
    world.forget()  # who sat together for a moment saw each other's names, and may
    world.do(kind="OpenPhase", phase="briefing")
    look("briefing", phase="briefing", seated=True)
    world.do(kind="OpenPhase", phase="play")
    for idea in ("ann1", "cyd1"):
        world.submit(idea)
    for who in ("ann", "bea", "cyd"):
        world.draft(who)
    look("write", phase="play", ideas=frozenset({"ann1", "cyd1"}),
         drafts=frozenset({"ann", "bea", "cyd"}))  # fmt: skip
    move("g1", 1, "present")
    look("present", presented=frozenset({"ann1"}))
    move("g1", 1, "build")
    build = {"kind": "BuildOn", "as": "risk"}
    world.do("bea", **build, idea=world.ids["ann1"], words=f"But {marker('build', 'bea')}.")
    look("build", builds=frozenset({"bea"}))
    move("g2", 1, "build")
    world.do("dan", **build, idea=world.ids["cyd1"], words=f"And {marker('build', 'dan')}.")
    look("both", presented=frozenset({"ann1", "cyd1"}), builds=frozenset({"bea", "dan"}))
    move("g1", 2, "write")
    world.submit("ann2")
    world.draft("ann")
    look("write again", ideas=frozenset({"ann1", "cyd1", "ann2"}))
    world.do(kind="OpenPhase", phase="plenary")
    look("plenary", phase="plenary")
    world.do(kind="Spotlight", idea=world.ids["cyd1"])
    look("spotlight", spotlight="cyd1")
    world.do(kind="Spotlight", idea=world.ids["ann2"])
    look("unpresented in the spotlight", spotlight="ann2")
    world.do(kind="OpenPhase", phase="rate")
    for who, idea in (("bea", "cyd1"), ("cyd", "ann1"), ("host", "cyd1")):
        world.rate(who, idea)
    look("rate", phase="rate", rated=frozenset({"bea", "cyd", "host"}))
    world.do(kind="OpenRatings")
    look("opened", opened=True)
    world.do(kind="OpenPhase", phase="shortlist")
    reason = f"For {marker('choice')}."
    world.do(kind="ShortlistIdea", idea=world.ids["cyd1"], reason=reason)
    look("shortlist", phase="shortlist", chosen=True)
    world.do(kind="ShareResults", shared=True)
    look("shared", shared=True)
    world.do(kind="OpenPhase", phase="assess")
    said = {"judgement": "mixed", "said": f"Well, {marker('assessment', 'said')}."}
    world.do(
        kind="RecordAssessment",
        idea=world.ids["cyd1"],
        organisation=marker("assessment", "organisation"),
        interviewee_role=marker("assessment", "role"),
        criteria=dict.fromkeys(CRITERIA, said),
        themes=[marker("assessment", "theme")],
    )
    look("assess", phase="assess", assessed=True)
    world.do(kind="OpenPhase", phase="closed")
    look("closed", phase="closed")
    world.do(kind="ShareResults", shared=False)
    look("closed and unshared", shared=False)
    world.do(kind="OpenPhase", phase="play")
    look("back to play", phase="play")
    world.close()
