"""A walk (P7): anybody does anything, until everything that can happen has happened.

Leaves out looking at what it did (`fresh.py`). Always: one seed, the same choices, as far as the
server does not number things otherwise.
"""

import asyncio
import random
from collections.abc import Callable
from typing import Any

from app.game.apease import CRITERIA
from app.game.messages import Command, Event, Role
from app.game.phases import Phase
from app.game.workshop import STEPS, Person, Workshop
from app.store import open_for_reading
from tests.faults.fresh import Compared, Mirror, Onlooker, compare, onlooker
from tests.game.test_permissions import SAMPLES
from tests.served import KEY, Served, new_ref

PEOPLE = 3
PROBLEMS = ["information-sharing", "wider-organisations"]
SEATS = (Role.TABLE_LEAD, Role.CO_HOST, Role.OBSERVER, Role.ANALYST)
COURSE = (
    Phase.LOBBY, Phase.BRIEFING, Phase.PLAY, Phase.PLAY, Phase.PLENARY, Phase.RATE,
    Phase.SHORTLIST, Phase.ASSESS, Phase.CLOSED, Phase.PLAY,
)  # fmt: skip
ANYHOW = 0.15
"""How often something is asked for that hardly anybody may have."""

Wish = tuple[str | None, dict[str, Any]] | None
"""Whose key (None for the facilitator) and for what; nothing where it makes no sense now."""


class Walk:
    """A workshop with somebody in every role, on which anything is tried."""

    def __init__(self, server: Served, seed: int, cookie: str, *, people: int = 12) -> None:
        """`cookie` is that of the server's owner, signed in; so many people look on at most."""
        self.most = people
        self.server, self._cookie = server, cookie
        self.chance = random.Random(f"walk {seed}")
        self.people: list[Onlooker] = []
        self.found = Compared()
        self.refused = 0
        self._names = iter(range(10_000))

    async def run(self, events: int, every: int, *, first: bool = False) -> Compared:
        """Walk until there were so many events, and each kind there is; compare as it goes.

        With `first` it ends at the first difference.
        """
        wish = {"problems": PROBLEMS, "swaps_per_stage": 2, "shortlist_per_problem": 3}
        self.code = await asyncio.to_thread(self.server.open, **wish)
        data = self.server.folder / "data" / "moments.db"
        store = await open_for_reading(f"sqlite+aiosqlite:///{data}")
        self.mirror = Mirror(store, self.code)
        try:
            await self._gather()
            await self.mirror.catch_up()
            await self._walk(events, every, first)
        finally:
            await asyncio.gather(*(who.leave() for who in self.people))
            await store.close()
        return self.found

    @property
    def missing(self) -> set[str]:
        """Kinds of event that have not happened, or not been looked at by every role."""
        roles = {who.role for who in self.people}
        pairs = {(kind, role) for kind in Event.kinds for role in roles}
        return {kind for kind, _ in pairs - self.found.pairs}

    async def _walk(self, events: int, every: int, first: bool) -> None:
        for phase in self._course():
            await self._ask(None, {"kind": "OpenPhase", "phase": phase})
            await self.mirror.catch_up()  # what makes sense in a phase is chosen in it
            for _ in range(self.chance.randint(6, 12)):
                await self._step()
                await self.mirror.catch_up()
                if len(self.mirror.kinds) >= every:
                    await compare(self.people, self.mirror, self.found)
            await compare(self.people, self.mirror, self.found)
            if (self.found.events >= events and not self.missing) or (
                first and self.found.differences
            ):
                return

    def _course(self) -> Any:
        yield from COURSE
        while True:
            yield self.chance.choice(COURSE)

    # People

    async def _gather(self) -> None:
        host = onlooker(self.server, self.code, Role.FACILITATOR, "owner", self._cookie, KEY)
        screen = onlooker(self.server, self.code, Role.SCREEN, "screen", None, None)
        self.people += [await host.arrive(), await screen.arrive()]
        for role in SEATS:
            await self._come_in(role)
        for _ in range(PEOPLE):
            await self._come_in(Role.PARTICIPANT)

    async def _come_in(self, role: Role) -> None:
        server, invite = self.server, ""
        if role is not Role.PARTICIPANT:
            group = "g1" if role is Role.TABLE_LEAD else None
            invite = await asyncio.to_thread(server.invite, self.code, role, group)
        name, organisation = f"Person {next(self._names)}", self.chance.choice(("NHS", "DfE"))
        cookie = await asyncio.to_thread(server.enter, self.code, name, organisation, invite)
        key = cookie.partition("=")[2].rpartition(".")[0]
        me = (await asyncio.to_thread(server.view, self.code, key))["me"]
        self.people.append(
            await onlooker(server, self.code, role, str(me["id"]), cookie, key).arrive()
        )

    def _here(self, *roles: Role) -> list[Onlooker]:
        return [who for who in self.people if who.role in roles]

    # Steps

    async def _step(self) -> None:
        roll = self.chance.random()
        if roll < 0.05:
            self.chance.choice(self.people).drop()
        elif roll < 0.12:
            await self._draft()
        elif roll < 0.12 + ANYHOW:
            await self._anything()
        else:
            await self._something()

    async def _draft(self) -> None:
        who = self.chance.choice(self._here(Role.PARTICIPANT))
        said = {"words": self.chance.choice(("Half a", "", "More than half of a"))}
        path = f"/workshops/{self.code}/draft"
        await asyncio.to_thread(self.server.api, "PUT", path, said, who.key)

    async def _anything(self) -> None:
        kind = self.chance.choice(sorted(SAMPLES))
        who = self.chance.choice([each for each in self.people if each.key])
        if kind not in ("OpenPhase", "RemovePerson"):
            await self._ask(who.key, {"kind": kind, **SAMPLES[kind]})

    async def _something(self) -> None:
        """Something that makes sense now; what has not happened yet comes first."""
        workshop = self.mirror.now
        wishes = []
        for kind, wishing in WISHES.items():
            if workshop.phase in Command.kinds[kind].during:
                wish = wishing(self, workshop)
                if wish is not None:
                    wishes.append((kind, wish))
        new = [each for each in wishes if MAKES.get(each[0]) in self.missing]
        kind, wish = self.chance.choice(new if new and self.chance.random() < 0.9 else wishes)
        if kind in ("Join", "JoinByInvite"):
            await self._come_in(Role.PARTICIPANT if kind == "Join" else self.chance.choice(SEATS))
            return
        assert wish is not None
        await self._ask(wish[0], {"kind": kind, **wish[1]})
        if kind == "RemovePerson":
            gone = next(who for who in self.people if who.id == wish[1]["participant"])
            self.people.remove(gone)
            await gone.leave()

    async def _ask(self, key: str | None, command: dict[str, Any]) -> None:
        while True:
            sent = {"ref": new_ref(), **command}
            reply = await asyncio.to_thread(self.server.do, self.code, key or KEY, **sent)
            if reply.status != 429:  # this is faster than hands are
                break
            await asyncio.sleep(1)
        self.refused += reply.status != 200
        assert reply.status in (200, 403, 409, 422), reply

    # What makes sense, by kind

    def some(self, people: list[Person]) -> tuple[str, Person] | None:
        """Somebody of these, and their key."""
        keys = {who.id: who.key for who in self.people if who.key}
        here = [person for person in people if person.id in keys]
        if not here:
            return None
        person = self.chance.choice(here)
        return keys[person.id] or "", person

    def idea(self, workshop: Workshop, *, standing: bool = True) -> str | None:
        ideas = [i.id for i in workshop.ideas() if not (standing and i.merged_into)]
        return self.chance.choice(ideas) if ideas else None


def _join(walk: Walk, workshop: Workshop) -> Wish:
    return (None, {}) if len(walk.people) < walk.most else None


def _invite(walk: Walk, workshop: Workshop) -> Wish:
    closed = workshop.phase is Phase.CLOSED  # then only some may
    return None if closed else _join(walk, workshop)


def _form(walk: Walk, workshop: Workshop) -> Wish:
    return None, {}


def _seat(walk: Walk, workshop: Workshop) -> Wish:
    found = walk.some(workshop.participants())
    group = walk.chance.choice(list(workshop.groups))
    return found and (None, {"participant": found[1].id, "group": group})


def _move(walk: Walk, workshop: Workshop) -> Wish:
    leads = [p for p in workshop.people.values() if p.role is Role.TABLE_LEAD and not p.removed]
    found = walk.some(leads) if walk.chance.random() < 0.3 else None
    stage, step = walk.chance.choice((1, 1, 2, 3)), walk.chance.choice(STEPS)
    group = found[1].group if found else walk.chance.choice(("all", *workshop.groups))
    return found and found[0], {"group": group, "stage": stage, "step": step}


def _swap(walk: Walk, workshop: Workshop) -> Wish:
    found = walk.some([person for person in workshop.participants() if person.hand])
    return found and (found[0], {"card": walk.chance.choice(found[1].hand)})


def _against(walk: Walk, workshop: Workshop, person: Person) -> dict[str, Any]:
    group = workshop.group_of(person.id)
    barriers = workshop.journey_of(group).barriers_at(group.stage)
    return {"barrier": walk.chance.choice(barriers).id, "words": f"An idea at {workshop.seq}"}


def _submit(walk: Walk, workshop: Workshop) -> Wish:
    found = walk.some([person for person in workshop.participants() if person.hand])
    if found is None:
        return None
    key, person = found
    return key, {"card": walk.chance.choice(person.hand), **_against(walk, workshop, person)}


def _capture(walk: Walk, workshop: Workshop) -> Wish:
    found = walk.some([person for person in workshop.participants() if person.group])
    if found is None:
        return None
    card = walk.chance.choice(list(workshop.deck))
    who = {"participant": found[1].id, "group": found[1].group}
    return None, {"card": card, **who, **_against(walk, workshop, found[1])}


def _build(walk: Walk, workshop: Workshop) -> Wish:
    found = walk.some([person for person in workshop.participants() if person.group])
    if found is None:
        return None
    shown = [i.id for i in workshop.group_of(found[1].id).ideas.values() if not i.merged_into]
    words = {"words": f"And more at {workshop.seq}", "as": "question"}
    return (found[0], {"idea": walk.chance.choice(shown), **words}) if shown else None


def _merge(walk: Walk, workshop: Workshop) -> Wish:
    problem = walk.chance.choice(list(workshop.journeys))
    ideas = [i.id for i in workshop.ideas() if i.problem == problem and not i.merged_into]
    if len(ideas) < 2:
        return None
    return None, {"ideas": walk.chance.sample(ideas, 2), "words": f"Both at {workshop.seq}"}


def _spotlight(walk: Walk, workshop: Workshop) -> Wish:
    return None, {"idea": walk.idea(workshop) if walk.chance.random() < 0.8 else None}


def _rate(walk: Walk, workshop: Workshop) -> Wish:
    found, idea = walk.some(workshop.participants()), walk.idea(workshop)
    marks = {name: walk.chance.choice((None, 1, 3, 5)) for name in MARKS}
    return found and idea and (found[0], {"idea": idea, "reason": "It is quick", **marks})


def _open(walk: Walk, workshop: Workshop) -> Wish:
    return (None, {}) if workshop.ratings and walk.chance.random() < 0.2 else None


def _choose(walk: Walk, workshop: Workshop) -> Wish:
    idea = walk.idea(workshop)
    return idea and (None, {"idea": idea, "reason": f"Good at {workshop.seq}"})


def _unchoose(walk: Walk, workshop: Workshop) -> Wish:
    chosen = list(workshop.shortlist)
    return (None, {"idea": walk.chance.choice(chosen), "reason": "No more"}) if chosen else None


def _assess(walk: Walk, workshop: Workshop) -> Wish:
    chosen = list(workshop.shortlist)
    if not chosen:
        return None
    about = {"organisation": "A council", "interviewee_role": "Director"}
    said = {name: {"judgement": "mixed", "said": "It depends"} for name in CRITERIA}
    return None, {"idea": walk.chance.choice(chosen), **about, "criteria": said}


def _share(walk: Walk, workshop: Workshop) -> Wish:
    return None, {"shared": not workshop.shared}


def _remove(walk: Walk, workshop: Workshop) -> Wish:
    several = len(walk._here(Role.PARTICIPANT)) > PEOPLE - 1
    found = walk.some(workshop.participants()) if several else None
    return found and (None, {"participant": found[1].id})


MARKS = ("impact", "effort", "amenability")
WISHES: dict[str, Callable[[Walk, Workshop], Any]] = {
    "Join": _join, "JoinByInvite": _invite, "FormGroups": _form, "SeatParticipant": _seat,
    "MoveGroup": _move, "SwapCard": _swap, "SubmitIdea": _submit, "CaptureIdea": _capture,
    "BuildOn": _build, "MergeIdeas": _merge, "Spotlight": _spotlight, "RateIdea": _rate,
    "OpenRatings": _open, "ShortlistIdea": _choose, "UnshortlistIdea": _unchoose,
    "RecordAssessment": _assess, "ShareResults": _share, "RemovePerson": _remove,
}  # fmt: skip
MAKES = {
    "Join": "PersonJoined", "FormGroups": "GroupsFormed", "SeatParticipant": "PersonSeated",
    "MoveGroup": "GroupMoved", "SwapCard": "CardSwapped", "SubmitIdea": "IdeaSubmitted",
    "BuildOn": "IdeaBuiltOn", "MergeIdeas": "IdeasMerged", "Spotlight": "SpotlightMoved",
    "RateIdea": "IdeaRated", "OpenRatings": "RatingsOpened", "ShortlistIdea": "IdeaShortlisted",
    "UnshortlistIdea": "IdeaUnshortlisted", "RecordAssessment": "AssessmentRecorded",
    "ShareResults": "ResultsShared", "RemovePerson": "PersonRemoved",
}  # fmt: skip
"""The event that a command is there to bring about."""
