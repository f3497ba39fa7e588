"""Secrecy (P9, P10): random workshops full of marked words, and all that anybody is sent.

Every name, draft, idea, addition, reason and interview has a marker of its own; staff,
participants, leads, watchers and strangers do things at random, people are moved, ideas
merged, somebody is removed; and after each step whatever anybody was sent, on every
surface, is searched for markers they may not see. Leaves out what must be seen, which
`tests/web/test_secrecy.py` also looks for. Always: what may be seen is read from the
state and the table of the design, never from the code that filters.
"""

import contextlib
import itertools
import random
import re
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from tests.served import Reply, Served, cookie_of, new_ref
from tests.web.canaries import Ear, page_socket, text_of, unpacked

MARKER = re.compile(r"Qz[a-z]+\d+zQ")
AFTER_RATING = ("shortlist", "assess", "closed")
PHASES = ("lobby", "briefing", *("play",) * 6, "plenary", "rate", *AFTER_RATING)
FIELDS = ("words", "how", "example", "caution")
CRITERIA = (
    "affordability", "practicability", "effectiveness", "acceptability", "side_effects", "equity",
)  # fmt: skip
SEEN_FOR_STEPS = 4
"""What was pushed may be of a few steps ago."""


@dataclass
class Viewer:
    """Somebody who looks: with a seat, without one, or from another workshop."""

    role: str
    key: str | None = None
    cookie: str | None = None
    id: str | None = None
    ears: list[Ear] = field(default_factory=list)
    might: deque[set[str]] = field(default_factory=lambda: deque(maxlen=SEEN_FOR_STEPS))
    removed: bool = False


@dataclass(frozen=True)
class Leak:
    """A marker that somebody was sent and may not see."""

    viewer: str
    surface: str
    marker: str
    step: str


@dataclass
class Found:
    """What a run asked and saw."""

    seed: int
    steps: int = 0
    checks: int = 0
    markers: int = 0
    seen: set[str] = field(default_factory=set)
    leaks: list[Leak] = field(default_factory=list)


class Workshop:
    """One workshop that is played at random."""

    def __init__(
        self, server: Served, chance: random.Random, found: Found, host: str, other: str
    ) -> None:
        """`host` and `other` are the cookies of its facilitator and of another one."""
        self.server, self.chance, self.found = server, chance, found
        self.numbers = itertools.count(1)
        self.about: dict[str, tuple[str, str]] = {}
        """What each marker marks: its kind, and whose or which it is."""
        self.host = Viewer("facilitator", _key(host), host)
        problems = ["information-sharing", "wider-organisations"]
        wish: dict[str, Any] = {"title": "A workshop", "problems": problems, "swaps_per_stage": 3}
        wish["seed"] = chance.randrange(2**31)
        self.code = str(server.api("POST", "/workshops", wish, self.host.key).body["code"])
        self.viewers: list[Viewer] = []
        for _ in range(5):
            self._come_in("participant")
        for role in ("table_lead", "observer", "analyst", "co_host"):
            self._come_in(role)
        elsewhere = server.open()
        stranger = server.enter(elsewhere, "A stranger")
        self.viewers += [
            self.host,
            Viewer("screen"),
            Viewer("outside", _key(stranger), stranger),
            Viewer("outside", _key(other), other),
            Viewer("outside", "a key that nobody was given, made up for this"),
        ]
        for viewer in self.viewers:
            self._listen(viewer)

    def _come_in(self, role: str) -> None:
        group = "g1" if role == "table_lead" else None
        invite = "" if role == "participant" else self.server.invite(self.code, role, group)
        organisation = self.chance.choice(("NHS", "Police", "DfE"))
        name = self._marked("name", "?")
        cookie = self.server.enter(self.code, name, organisation, invite)
        viewer = Viewer(role, _key(cookie), cookie)
        viewer.id = str(self.server.view(self.code, _key(cookie))["me"]["id"])
        self.about[name] = ("name", viewer.id)
        self.viewers.append(viewer)

    def _marked(self, kind: str, whose: str) -> str:
        marker = f"Qz{kind}{next(self.numbers)}zQ"
        self.about[marker] = (kind, whose)
        return marker

    def _listen(self, viewer: Viewer) -> None:
        place = f"ws://127.0.0.1:{self.server.port}"
        if viewer.key and viewer.role != "outside":
            first = {"key": viewer.key, "since": None, "epoch": None}
            viewer.ears.append(Ear(f"{place}/api/v1/workshops/{self.code}/live", first, {}))
        if viewer.role == "outside":
            return
        cookie = {"Cookie": viewer.cookie} if viewer.cookie else {}
        page = self.server.page("GET", self._place(viewer), None, cookie)
        first, url = page_socket(page)
        viewer.ears.append(Ear(f"{place}{url}", first, {"Origin": self.server.url, **cookie}))

    def _place(self, viewer: Viewer) -> str:
        staff = viewer.role in ("facilitator", "co_host")
        at = f"/facilitate/{self.code}" if staff else f"/w/{self.code}"
        return f"{at}/screen" if viewer.role == "screen" else at

    # One step

    def step(self, name: str | None = None) -> None:
        """Somebody does something, and everybody looks."""
        name = name or self.chance.choice(DOES)
        who, reply = getattr(self, name)()
        self.state = self.server.export(self.code, "workshop.json")
        for viewer in self.viewers:
            viewer.might.append(self._may_see(viewer))
        if reply is not None:
            self._search(who, f"answer to {name}", text_of(reply), name)
        for viewer in self.viewers:
            for ear in viewer.ears:
                self._search(viewer, "socket", ear.taken(), name)
        for viewer in self.chance.sample(self.viewers, 3):
            for surface, text in self._surfaces(viewer):
                self._search(viewer, surface, text, name)
        self.found.steps += 1

    def come_back(self) -> None:
        """Somebody asks for what they have missed, since every moment there was."""
        viewer = self.chance.choice([each for each in self.viewers if each.key])
        viewer.might.clear()  # nothing is on its way any more
        viewer.might.append(self._may_see(viewer))
        for number in range(self.state["seq"] + 2):
            path = f"/workshops/{self.code}/view?since={number}"
            reply = self.server.api("GET", path, key=viewer.key)
            self._search(viewer, f"since {number}", text_of(reply), "come back")

    def _search(self, viewer: Viewer, surface: str, text: str, step: str) -> None:
        found = set(MARKER.findall(text)) & self.about.keys()
        self.found.checks += len(self.about)
        self.found.seen |= found
        may = set().union(*viewer.might)
        if "/screen" in surface:
            screen = next(each for each in self.viewers if each.role == "screen")
            may |= set().union(*screen.might)
        who = f"{viewer.role} {viewer.id or ''}".strip()
        leaks = [Leak(who, surface, marker, step) for marker in found - may]
        self.found.leaks += leaks

    def _surfaces(self, viewer: Viewer) -> list[tuple[str, str]]:
        """What `viewer` gets who asks for anything they can think of."""
        api, page = self.server.api, self.server.page
        cookie = {"Cookie": viewer.cookie} if viewer.cookie else {}
        root, place = f"/workshops/{self.code}", f"/w/{self.code}"
        epoch_since = f"view?since={self.chance.randint(0, self.state['seq'] + 2)}"
        ideas = [idea["id"] for idea in self.state["ideas"]]
        guessed = self.chance.choice([*ideas, f"i{self.chance.randint(1, 200)}"])
        what = self.chance.choice(("longlist.csv", "log.json", "ratings.json", "workshop.json"))
        paths = [place, f"{place}/screen", f"{place}/changes", f"{place}/ideas/{guessed}"]
        paths += [self._place(viewer), f"/facilitate/{self.code}", f"/join/{self.code}"]
        paths += [f"{self._place(viewer)}/changes?since=0", f"{place}/screen/changes?since=0"]
        asked = ["view", epoch_since, self.chance.choice((f"export/{what}", "export/nothing.csv"))]
        found = [(path, text_of(api("GET", f"{root}/{path}", key=viewer.key))) for path in asked]
        for path in self.chance.sample(paths, 4):
            found.append((path, text_of(page("GET", path, None, cookie))))
        if self.chance.random() < 0.05:
            archive = api("GET", f"{root}/export/all.zip", key=viewer.key)
            text = unpacked(archive.body) if archive.status == 200 else text_of(archive)
            found.append(("all.zip", text))
        return found

    # What may be seen: the table of the design

    def _may_see(self, viewer: Viewer) -> set[str]:
        if viewer.role == "outside" or viewer.removed:
            return set()
        state = self.state
        staff = viewer.role in ("facilitator", "co_host")
        people = {person["id"]: person for person in state["people"]}
        me = people.get(viewer.id or "", {})
        group = me.get("group") if viewer.role in ("participant", "table_lead") else None
        closed = viewer.role == "analyst" and state["phase"] == "closed"
        after = state["phase"] in AFTER_RATING
        ideas = {idea["id"]: idea for idea in state["ideas"]}
        readable = {
            id for id, idea in ideas.items() if self._may_read(viewer, idea, ideas, group, closed)
        }
        names = {id for id in readable if _shown_to(ideas[id], ideas, group)}
        authors = {author for id in names for author in ideas[id]["authors"]}
        authors |= {build["author"] for id in names for build in ideas[id]["builds"]}
        builds = {build["id"] for id in readable for build in ideas[id]["builds"]}
        shared = group is not None and state["shared"] and after
        may = set()
        for marker, (kind, whose) in self.about.items():
            own = whose == viewer.id
            if kind == "name":
                with_me = group is not None and people.get(whose, {}).get("group") == group
                allowed = staff or own or with_me or whose in authors
            elif kind == "draft":
                allowed = own
            elif kind == "idea":
                offered = state["phase"] == "rate" and group is not None
                allowed = whose in readable or offered
            elif kind == "build":
                allowed = whose in builds
            elif kind == "rating":
                allowed = own or (state["ratings_open"] and (staff or closed))
            elif kind == "choice":
                allowed = staff or shared or closed or (after and viewer.role == "observer")
            else:
                allowed = staff or closed
            if allowed:
                may.add(marker)
        return may

    def _may_read(
        self, viewer: Viewer, idea: Any, ideas: dict[str, Any], group: Any, closed: bool
    ) -> bool:
        state = self.state
        after = state["phase"] in AFTER_RATING
        spotlit = state["phase"] == "plenary" and state["spotlight"] == idea["id"]
        return bool(
            viewer.role in ("facilitator", "co_host")
            or closed
            or (viewer.id in idea["authors"] and not idea["parents"])
            or (spotlit and viewer.role != "analyst")
            or (
                group is not None and (_shown_to(idea, ideas, group) or (state["shared"] and after))
            )
            or (viewer.role == "observer" and (after or _shown_to(idea, ideas, None)))
        )

    # What people do

    def _people(self, *roles: str) -> list[Viewer]:
        return [viewer for viewer in self.viewers if viewer.role in roles and not viewer.removed]

    def _ask(self, who: Viewer, **command: Any) -> tuple[Viewer, Reply]:
        return who, self.server.do(self.code, who.key or "", **command)

    def _any_idea(self) -> str:
        ideas = [idea["id"] for idea in getattr(self, "state", {"ideas": []})["ideas"]]
        return self.chance.choice([*ideas, "i1", f"i{self.chance.randint(1, 99)}"])

    def submit(self) -> tuple[Viewer, Reply | None]:
        who = self.chance.choice(self._people("participant"))
        seen = self.server.view(self.code, who.key or "")
        if not seen["hand"] or not seen["stage"] or not seen["hand"]["cards"]:
            return who, None
        marks = {name: self._marked("idea", "?") for name in FIELDS}
        said = {name: f"Say {mark} to them" for name, mark in marks.items()}
        barrier = self.chance.choice(seen["stage"]["barriers"])["id"]
        card = self.chance.choice(seen["hand"]["cards"])["id"]
        _, reply = self._ask(who, kind="SubmitIdea", card=card, barrier=barrier, **said)
        made = reply.body.get("made") or "?"
        self.about |= dict.fromkeys(marks.values(), ("idea", made))
        return who, reply

    def draft(self) -> tuple[Viewer, Reply]:
        who = self.chance.choice(self._people("participant"))
        said = {name: f"Half {self._marked('draft', who.id or '')}" for name in FIELDS}
        return who, self.server.api("PUT", f"/workshops/{self.code}/draft", said, who.key)

    def build(self) -> tuple[Viewer, Reply]:
        who = self.chance.choice(self._people("participant"))
        mark = self._marked("build", "?")
        words = {"words": f"And {mark}", "as": "risk"}
        board = self.server.view(self.code, who.key or "")["board"]
        before = [idea["id"] for idea in board["ideas"]] if board else []
        idea = self.chance.choice([*before, self._any_idea()])
        _, reply = self._ask(who, kind="BuildOn", idea=idea, **words)
        self.about[mark] = ("build", reply.body.get("made") or "?")
        return who, reply

    def merge(self) -> tuple[Viewer, Reply]:
        who = self.chance.choice(self._people("facilitator", "co_host", "table_lead"))
        mark = self._marked("idea", "?")
        groups: dict[str, list[str]] = {}
        for idea in self.state["ideas"]:
            if idea["merged_into"] is None:
                groups.setdefault(idea["group"], []).append(idea["id"])
        several = [ideas for ideas in groups.values() if len(ideas) > 1]
        one = self.chance.choice(several) if several else [self._any_idea(), "i2"]
        two = self.chance.sample(one, 2)
        _, reply = self._ask(who, kind="MergeIdeas", ideas=two, words=f"Both {mark}")
        self.about[mark] = ("idea", reply.body.get("made") or "?")
        return who, reply

    def rate(self) -> tuple[Viewer, Reply]:
        who = self.chance.choice(self._people("participant", "co_host"))
        reason = f"For {self._marked('rating', who.id or '')}"
        marks = {"impact": 5, "effort": 1, "amenability": None}
        return self._ask(who, kind="RateIdea", idea=self._any_idea(), reason=reason, **marks)

    def choose(self) -> tuple[Viewer, Reply]:
        kind = self.chance.choice(("ShortlistIdea", "ShortlistIdea", "UnshortlistIdea"))
        reason = f"As {self._marked('choice', '')}"
        return self._ask(self.host, kind=kind, idea=self._any_idea(), reason=reason)

    def interview(self) -> tuple[Viewer, Reply]:
        said = {"judgement": "mixed", "said": f"Well, {self._marked('interview', '')}"}
        about = {
            "organisation": self._marked("interview", ""),
            "interviewee_role": self._marked("interview", ""),
            "criteria": dict.fromkeys(CRITERIA, said),
            "themes": [self._marked("interview", "")],
        }
        return self._ask(self.host, kind="RecordAssessment", idea=self._any_idea(), **about)

    def move(self) -> tuple[Viewer, Reply]:
        who = self.chance.choice(self._people("facilitator", "table_lead"))
        step = self.chance.choice(("write", "present", "build"))
        group = self.chance.choice(("g1", "g2", "all") if who is self.host else ("g1",))
        stage = self.chance.choice((1, 1, 2))
        return self._ask(who, kind="MoveGroup", group=group, stage=stage, step=step)

    def seat(self) -> tuple[Viewer, Reply]:
        person = self.chance.choice(self._people("participant")).id
        group = self.chance.choice(("g1", "g2"))
        return self._ask(self.host, kind="SeatParticipant", participant=person, group=group)

    def phase(self) -> tuple[Viewer, Reply]:
        return self._ask(self.host, kind="OpenPhase", phase=self.chance.choice(PHASES))

    def show(self) -> tuple[Viewer, Reply]:
        kind = self.chance.choice(("Spotlight", "ShareResults", "OpenRatings"))
        fields = {"Spotlight": {"idea": self._any_idea()}, "ShareResults": {"shared": True}}
        if self.chance.random() < 0.3:
            fields = {"Spotlight": {"idea": None}, "ShareResults": {"shared": False}}
        return self._ask(self.host, kind=kind, **fields.get(kind, {}))

    def overstep(self) -> tuple[Viewer, Reply]:
        """Somebody asks for what is not theirs to ask."""
        who = self.chance.choice(self._people("participant", "table_lead", "observer", "outside"))
        command = self.chance.choice(
            (
                {"kind": "RateIdea", "idea": self._any_idea(), "impact": 9},
                {"kind": "Spotlight", "idea": self._any_idea()},
                {"kind": "BuildOn", "idea": self._any_idea(), "words": "x", "as": "build"},
                {"kind": "ShortlistIdea", "idea": self._any_idea()},
                {"kind": "RemovePerson", "participant": "p1"},
                {"kind": "MergeIdeas", "ideas": [self._any_idea(), "i2"], "words": "x"},
            )
        )
        return self._ask(who, **command)

    def remove(self) -> tuple[Viewer, Reply | None]:
        """Somebody is taken out, and somebody else comes in."""
        there = self._people("participant", "observer")
        who = self.chance.choice(there)
        if self.chance.random() < 0.7 or len(self._people(who.role)) < 2:
            return who, None
        asked = self._ask(self.host, kind="RemovePerson", participant=who.id)
        who.removed = asked[1].status == 200
        if who.removed:
            # What is on its way to them is allowed; from their next step on nothing is.
            time.sleep(0.5)
            for ear in who.ears:
                ear.taken()
            who.might.clear()
            with contextlib.suppress(AssertionError):  # it may be closed by now
                self._come_in(who.role)
                self._listen(self.viewers[-1])
        return asked

    def close(self) -> None:
        for viewer in self.viewers:
            for ear in viewer.ears:
                ear.close()


OPENING = ("submit",) * 6 + ("draft", "merge", "move", "build")
"""What every run begins with: of six ideas two are of one group, and merged before it has
been shown either."""

DOES = (
    *("submit",) * 6, *("draft",) * 3, *("build",) * 4, *("move",) * 5, *("phase",) * 3,
    *("merge",) * 3, "rate", "rate", "choose", "interview", "seat", *("show",) * 3, "overstep",
    "remove",
)  # fmt: skip


def _key(cookie: str) -> str:
    """The cookie is the key, signed: what is before the last dot opens the JSON door too."""
    return cookie.partition("=")[2].rpartition(".")[0]


def _signed_in(server: Served) -> str:
    """The cookie of a new facilitator."""
    link = server.moments("facilitator", "add", f"Somebody {new_ref()}")
    form = {"token": link.partition("token=")[2].split()[0]}
    return cookie_of(server.page("POST", "/facilitate/sign-in", form))


def _shown_to(idea: Any, ideas: dict[str, Any], group: str | None) -> bool:
    """Whether `idea` was presented, to `group` if one is given: if merged, all its parts were."""
    if idea["parents"]:
        return all(_shown_to(ideas[parent], ideas, group) for parent in idea["parents"])
    return bool(idea["presented"] and group in (None, idea["group"]))


def secrecy(
    server: Served, seed: int, checks: int, *, steps: int = 50, first: bool = False
) -> Found:
    """Play workshops of so many steps until so many checks were made, or to the `first` leak."""
    chance = random.Random(seed)
    found = Found(seed)
    host, other = _signed_in(server), _signed_in(server)
    while found.checks < checks and not (first and found.leaks):
        workshop = Workshop(server, chance, found, host, other)
        workshop.server.done(workshop.code, kind="OpenPhase", phase="play")
        workshop.state = server.export(workshop.code, "workshop.json")
        try:
            for name in OPENING:
                workshop.step(name)
            for _ in range(steps):
                workshop.step()
            workshop.come_back()
        finally:
            workshop.close()
        found.markers += len(workshop.about)
    log = server.log.read_text()
    marks = set(MARKER.findall(log))
    found.leaks += [Leak("whoever reads it", "log", marker, "") for marker in marks]
    return found
