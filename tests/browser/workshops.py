"""Workshops for the browser tests, opened and played over the JSON door.

Leaves out everything that is done in a browser. What always holds: the same wish makes the
same workshop, since its seed is fixed.
"""

from dataclasses import dataclass, field
from typing import Any

from tests.browser.people import key_of
from tests.served import KEY, Served

PROBLEMS = (
    "information-sharing",
    "cross-agency-communication",
    "within-agency-communication",
    "wider-organisations",
)
ORGANISATIONS = ("DfE", "NHS", "Police", "DHSC", "Home Office")
NAMES = ("Iris", "Owen", "Farah", "Colm", "Rhoda", "Marek", "Thandi", "Giles")
OPEN_NOTE = "Nobody proposed it, yet every officer in the room wanted to see it tried."


@dataclass
class Workshop:
    """A workshop on a server, with the keys of those who joined it over the JSON door."""

    server: Served
    code: str
    keys: dict[str, str] = field(default_factory=dict)
    """By the person's id, in the order of arrival."""
    cookies: dict[str, str] = field(default_factory=dict)
    """What a browser holds, by the name of whoever sits at it."""

    def join(self, name: str, organisation: str) -> str:
        person, key = self.server.join(self.code, name, organisation)
        self.keys[person] = key
        return person

    def enter(self, name: str, organisation: str = "NHS", invite: str = "") -> str:
        """Somebody comes in by a browser; their id."""
        cookie = self.server.enter(self.code, name, organisation, invite)
        self.cookies[name] = cookie
        return str(self.view(key_of(cookie))["me"]["id"])

    def look(self, name: str) -> None:
        """Somebody loads their page, and so counts as here for a while."""
        headers = {"Cookie": self.cookies[name]}
        assert self.server.page("GET", f"/w/{self.code}", headers=headers).status == 200

    def invite(self, name: str, role: str, group: str | None = None) -> None:
        self.enter(name, "DfE", self.server.invite(self.code, role, group))

    def view(self, key: str = KEY) -> dict[str, Any]:
        return self.server.view(self.code, key)

    def done(self, kind: str, key: str = KEY, **fields: Any) -> Any:
        return self.server.done(self.code, key, kind=kind, **fields)

    def group_of(self, person: str) -> str:
        """The id of the group in which `person` sits."""
        for group in self.view()["groups"]["groups"]:
            if any(member["id"] == person for member in group["members"]):
                return str(group["id"])
        raise LookupError(person)

    def phase(self, phase: str) -> None:
        """Go to `phase`, unless that is where the workshop is."""
        if self.view()["workshop"]["phase"] != phase:
            self.done("OpenPhase", phase=phase)

    def move(self, stage: int, step: str, group: str = "all") -> None:
        """Take groups to a stage and a step, unless they are there."""
        places = {
            (each["stage"], each["step"])
            for each in self.view()["groups"]["groups"]
            if group in ("all", each["id"])
        }
        if places != {(stage, step)}:
            self.done("MoveGroup", group=group, stage=stage, step=step)

    def bring(self, phase: str, stage: int, step: str) -> None:
        """Bring the workshop and all its groups to where a test wants them."""
        self.phase(phase)
        if phase == "play":
            self.move(stage, step)

    def submit(self, key: str, number: int, **fields: Any) -> str:
        """An idea from whoever holds `key`; `number` tells it from others."""
        words = {
            "words": f"The duty worker rings the school by noon on the day, list {number}.",
            "how": "A call that is expected gets answered.\nNobody has to ask twice.",
            "example": "‘You told us on Monday; here is what we did.’",
            "caution": "Not while the family is in the room.",
            **fields,
        }
        return self.server.submit(self.code, key, **words)


def open_workshop(server: Served, title: str, **wish: Any) -> Workshop:
    wish = {"problems": list(PROBLEMS), "organisations": list(ORGANISATIONS), "seed": 7, **wish}
    return Workshop(server, server.open(title=title, **wish))


def seated(server: Served, title: str, people: int = 8, **wish: Any) -> Workshop:
    """A workshop with people in their groups, one of them, Amara, at a browser in group 1."""
    workshop = open_workshop(server, title, **wish)
    for number in range(people):
        name = f"{NAMES[number % len(NAMES)]} {number}"
        workshop.join(name, ORGANISATIONS[number % len(ORGANISATIONS)])
    amara = workshop.enter("Amara")
    workshop.done("FormGroups")
    if workshop.group_of(amara) != "g1":
        workshop.done("SeatParticipant", participant=amara, group="g1")
    workshop.invite("Lead", "table_lead", "g1")
    workshop.invite("Observer", "observer")
    workshop.invite("Analyst", "analyst")
    return workshop


def played(server: Served, title: str, people: int = 8, **wish: Any) -> Workshop:
    """As `seated`, with one stage walked: ideas by all, additions, a merged and a late one."""
    workshop = seated(server, title, people, **wish)
    amaras = key_of(workshop.cookies["Amara"])
    workshop.phase("play")
    own = workshop.submit(amaras, 0)
    for number, key in enumerate(workshop.keys.values(), start=1):
        workshop.submit(key, number)
    workshop.move(1, "build")
    others = workshop.view()["groups"]["groups"][0]["members"]
    for key in [workshop.keys[other["id"]] for other in others if other["id"] in workshop.keys]:
        for manner in ("build", "question", "risk"):
            words = "And the clinic too, by text."
            workshop.done("BuildOn", key, idea=own, words=words, **{"as": manner})
    ideas = workshop.view()["longlist"]["ideas"]
    twins = [idea["id"] for idea in ideas if idea["problem"] == PROBLEMS[1]][:2]
    workshop.done("MergeIdeas", ideas=twins, words="One call a day, from whoever is on duty.")
    workshop.submit(amaras, 99)
    return workshop


def settled(server: Served, title: str) -> Workshop:
    """As `played`, rated, with a shortlist, a choice outside the proposal, and an interview."""
    workshop = played(server, title)
    workshop.phase("rate")
    rate(workshop)
    workshop.phase("shortlist")
    shortlist(workshop)
    workshop.phase("assess")
    chosen = workshop.view()["shortlist"]["ideas"][0]["id"]
    judgements = ("positive", "mixed", "negative", "not_asked", "positive", "mixed")
    names = (
        "affordability", "practicability", "effectiveness",
        "acceptability", "side_effects", "equity",
    )  # fmt: skip
    workshop.done(
        "RecordAssessment",
        idea=chosen,
        organisation="Health trust",
        interviewee_role="Named nurse",
        criteria={
            name: {"judgement": judgement, "said": "It would fit the rota we have."}
            for name, judgement in zip(names, judgements, strict=True)
        },
        themes=["Time and resource"],
    )
    return workshop


def rate(workshop: Workshop) -> None:
    """Everybody rates what they are offered, each a little differently."""
    for person, key in enumerate(workshop.keys.values()):
        for number, idea in enumerate(workshop.view(key)["rating"]["ideas"]):
            marks = {
                "impact": 1 + (number + person) % 5,
                "effort": 1 + (2 * number + person) % 5,
                "amenability": None if number == 3 else 1 + (3 * number) % 5,
            }
            workshop.done("RateIdea", key, idea=idea["id"], reason=None, **marks)


def shortlist(workshop: Workshop) -> str:
    """Accept one proposed idea and one that was not; the id of the second."""
    proposal = workshop.view()["shortlist"]["proposal"][0]
    workshop.done("ShortlistIdea", idea=proposal["ideas"][0], reason=None)
    other = next(
        idea["id"]
        for idea in workshop.view()["longlist"]["ideas"]
        if idea["problem"] == proposal["problem"] and idea["id"] not in proposal["ideas"]
    )
    workshop.done("ShortlistIdea", idea=other, reason=OPEN_NOTE)
    return str(other)
