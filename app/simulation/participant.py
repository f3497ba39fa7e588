"""A simulated participant: reads, writes, builds on and rates, as the moment asks.

They do what they see: the phase of the workshop and the step of their group. They never
move anything on. What always holds: given the same seed and the same views they do the
same, since their luck at each moment is their own and depends on nothing else.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Callable

from app.simulation import marks, words
from app.simulation.calls import Place
from app.simulation.client import Client, Connection, Dismissed
from app.simulation.names import Person
from app.simulation.words import Change, Thought, View

ARRIVING = 0.2
"""Share of a step within which everybody has come in."""

Moment = tuple[object, ...]


async def take_part(place: Place, person: Person, pace: float) -> str:
    """Come in, and take part until cancelled or shown out; why it ended.

    Raises:
        Refused: there was no seat.
    """
    await asyncio.sleep(person.chance("arriving").uniform(0, ARRIVING * pace))
    client = Client(place, await place.join(person.name, person.organisation))
    why = ""
    try:
        async with asyncio.TaskGroup() as both:
            both.create_task(client.run())
            both.create_task(Participant(person, client, pace).live())
    except* Dismissed as dismissed:
        why = str(dismissed.exceptions[0])
    return why


class Participant:
    """Somebody in a seat. `pace` is how many seconds a step is thought to take."""

    def __init__(self, person: Person, connection: Connection, pace: float) -> None:
        self.person = person
        self._connection = connection
        self._pace = pace
        self._visits: Counter[Moment] = Counter()
        self._moment: Moment = ()
        self._chance = person.chance()
        self._used: set[str] = set()
        self._rated: set[str] = set()

    async def live(self) -> None:
        """Do what the moment asks, then wait for the next."""
        while True:
            self._moment = self._now()
            self._visits[self._moment] += 1
            self._chance = self.person.chance(*self._moment, self._visits[self._moment])
            await self._take_part()
            await self._connection.until(self._over)

    def _view(self, name: str) -> View:
        return self._connection.regions.get(name) or {}

    def _now(self) -> Moment:
        phase = self._view("workshop").get("phase")
        if phase != "play":
            return (phase,)
        stage = self._view("stage")
        return (phase, self._view("group").get("id"), stage.get("stage"), stage.get("step"))

    def _over(self) -> bool:
        return self._now() != self._moment

    async def _spend(self, share: float) -> bool:
        """Let some of a step go by, more or less; whether the moment was over before."""
        seconds = self._pace * share * self._chance.uniform(0.75, 1.25)
        return await self._connection.until(self._over, seconds)

    async def _there_is(self, things: Callable[[], list[View]]) -> bool:
        """Wait for what the moment needs and the server has yet to send; False if it is over."""
        await self._connection.until(lambda: self._over() or bool(things()))
        return not self._over()

    async def _take_part(self) -> None:
        if self._moment == ("rate",):
            await self._rate()
        elif self._moment[-1] == "write":
            await self._write()
        elif self._moment[-1] == "build":
            await self._build()

    # Writing

    async def _write(self) -> None:
        temperament, chance = self.person.temperament, self._chance
        # Called back to a stage, most have said what they had to say.
        passes = temperament.passes if self._visits[self._moment] == 1 else 0.6
        passing, ideas = chance.random() < passes, chance.choice(temperament.ideas)
        if await self._spend(temperament.reading) or passing:
            return
        if not await self._there_is(self._cards) or not await self._there_is(self._barriers):
            return
        if await self._swap():
            return
        for _ in range(ideas):
            thought = self._think()
            if thought is None or not await self._write_down(thought):
                return

    def _cards(self) -> list[View]:
        return list(self._view("hand").get("cards") or ())

    def _barriers(self) -> list[View]:
        return list(self._view("stage").get("barriers") or ())

    def _fitting(self, card: View) -> bool:
        return any(words.fits(card, barrier, self._view("hand")) for barrier in self._barriers())

    async def _swap(self) -> bool:
        """Give a card back, mostly where none of the hand would do; whether time ran out."""
        useless = [card for card in self._cards() if not self._fitting(card)]
        none_fits = len(useless) == len(self._cards())
        drawn, card = self._chance.random(), self._chance.choice(useless or self._cards())
        likely = 0.9 if none_fits else self.person.temperament.swaps
        if not self._view("hand").get("swaps_left") or not useless or drawn > likely:
            return False
        await self._connection.do("SwapCard", card=card["id"])
        return await self._spend(0.08)

    def _think(self) -> Thought | None:
        """An idea of one's own: a change that is one's to think of, with the card that fits best.

        The changes of a stage are shared out round the table, so that ideas differ.
        """
        barriers = {barrier["id"]: barrier for barrier in self._barriers()}
        cards, hand, own = self._cards(), self._view("hand"), self._view("me").get("id")
        if not barriers or not cards:
            return None
        possible = words.changes(barriers.values(), self.person.shared_chance(*self._moment[:3]))
        fresh = [change for change in possible if change.words not in self._used] or possible
        table = sorted(str(m.get("id")) for m in self._view("group").get("members") or ())
        seat = table.index(str(own)) if str(own) in table else self.person.number
        share = [c for n, c in enumerate(possible) if n % max(1, len(table)) == seat]
        left = [change for change in share if change in fresh] or fresh
        choices = [(change, card) for change in left for card in cards]

        def liking(choice: tuple[Change, View]) -> float:
            change, card = choice
            return words.fits(card, barriers[change.barrier], hand) + 0.9 * self._chance.random()

        change, card = max(choices, key=liking)
        self._used.add(change.words)
        return words.think(change, card, self.person.temperament.detail, self._chance)

    async def _write_down(self, thought: Thought) -> bool:
        """Type it, saving as one goes, and hand it in; whether there is time for more."""
        temperament = self.person.temperament
        stations = [Thought(thought.card, thought.barrier)]
        stations += [Thought(thought.card, thought.barrier, words.half(thought.words or ""))]
        over = False
        for draft in stations[-temperament.drafts :] if temperament.drafts else ():
            over = over or await self._spend(temperament.writing / (temperament.drafts + 1))
            if over:
                break
            await self._connection.save_draft(draft.fields())
        over = over or await self._spend(temperament.writing / (temperament.drafts + 1))
        if over and (self._now()[:3] != self._moment[:3] or not self._hands_in_late()):
            return False
        answer = await self._connection.do("SubmitIdea", **thought.fields())
        left = self._view("me").get("draft") or {}
        if answer.ok and any(left.get(field) for field in ("card", "barrier", "words")):
            await self._connection.save_draft(dict.fromkeys(thought.fields()))
        return answer.ok and not over

    def _hands_in_late(self) -> bool:
        return self._chance.random() < self.person.temperament.late

    # Building

    async def _build(self) -> None:
        temperament = self.person.temperament
        for _ in range(self._chance.choice(temperament.remarks)):
            if await self._spend(0.25) or not await self._there_is(self._others_ideas):
                return
            idea = self._chance.choice(self._others_ideas())
            manner = self._chance.choice(temperament.manners)
            said = words.remark(manner, idea, self.person.organisation, self._said(), self._chance)
            await self._connection.do("BuildOn", idea=idea["id"], words=said, **{"as": manner})

    def _others_ideas(self) -> list[View]:
        """The ideas of the board by others, without those that have had most remarks."""
        me = self._view("me").get("id")
        ideas = [i for i in self._view("board").get("ideas") or () if not _is_by(i, me)]
        fewest = min((len(idea.get("builds") or ()) for idea in ideas), default=0)
        return [idea for idea in ideas if len(idea.get("builds") or ()) <= fewest + 1]

    def _said(self) -> set[str]:
        """What has been said in the group of any idea."""
        ideas = [i for name in ("board", "earlier") for i in self._view(name).get("ideas") or ()]
        return {str(build.get("words")) for idea in ideas for build in idea.get("builds") or ()}

    # Rating

    async def _rate(self) -> None:
        most = self.person.temperament.rates
        while len(self._rated) < most and not self._view("rating").get("open"):
            if await self._spend(0.05) or not await self._there_is(self._unrated):
                return
            idea = self._unrated()[0]  # the server gives each rater an order of their own
            self._rated.add(idea["id"])
            luck = random.Random(f"{self.person.seed + self.person.number}:{idea['words']}")
            given = marks.rate(idea["words"], self.person.temperament.name, luck)
            await self._connection.do("RateIdea", idea=idea["id"], **given)

    def _unrated(self) -> list[View]:
        offered = self._view("rating").get("ideas") or ()
        return [i for i in offered if i["id"] not in self._rated and not i.get("rated")]


def _is_by(idea: View, person: object) -> bool:
    """Whether the person is an author; an author is an id or an object with one."""
    author = idea.get("author")
    authors = [author, *(idea.get("authors") or ())]
    return any((a.get("id") if isinstance(a, dict) else a) == person for a in authors)
