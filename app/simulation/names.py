"""The cast: who the simulated participants are, and how they go about things.

Everybody here is invented. It leaves out what they do, which stands in `participant.py`.
What always holds: one seed makes one cast, and no two people of it share a name.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

ORGANISATIONS = ("DfE", "NHS", "Police", "DHSC", "Home Office")

NAMES = (
    "Amara Okafor", "Gwen Pritchard", "Iain Macleod", "Priya Raman", "Tom Ashworth",
    "Siobhan Kearney", "Yusuf Demir", "Hannah Lister", "Kwame Boateng", "Rosalind Peel",
    "Mei-Ling Chan", "Gareth Bevan", "Zofia Nowak", "Imran Qureshi", "Catriona Baird",
    "Leroy Campbell", "Beth Holroyd", "Arjun Mehta", "Niamh Gallagher", "Peter Wainwright",
    "Fatima Siddiqui", "Callum Fraser", "Ngozi Eze", "Ruth Abelson", "Dafydd Rees",
    "Anjali Deshmukh", "Owen Trevithick", "Shanice Morgan", "Marek Wójcik", "Joan Fairclough",
    "Tariq Hussain", "Eilidh Sinclair", "Babajide Adeyemi", "Louise Penhale", "Kiran Sandhu",
    "Declan Rooney", "Thandiwe Moyo", "Simon Thackray", "Noor Rahman", "Megan Llewellyn",
    "Andrei Popescu", "Grace Asante", "Robin Hathersage", "Leila Farahani", "Alasdair Munro",
    "Bridget Tolland", "Chidi Nwosu", "Sunita Karki", "Martin Oldroyd", "Ffion Parry",
    "Hassan Abdi", "Elspeth Galbraith", "Jerome Baptiste", "Wendy Stubbs", "Rafiq Miah",
    "Orla Devlin", "Dimitri Kostas", "Patience Mensah", "Colin Braithwaite", "Tamsin Rowe",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Temperament:
    """How somebody goes about a step. Times are shares of the time a step takes."""

    name: str
    reading: float
    writing: float
    ideas: tuple[int, ...]
    """How many ideas at a stage; drawn from, so that a number given twice is likelier."""
    passes: float
    """How likely they are to let a stage go by without an idea."""
    swaps: float
    """How likely they are to give a card back though one of the hand would do."""
    drafts: int
    """How often a draft is saved on the way to an idea."""
    detail: float
    """How likely each of the optional parts of an idea is filled in."""
    remarks: tuple[int, ...]
    manners: tuple[str, ...]
    """What a remark on somebody's idea tends to be."""
    late: float
    """How likely an idea half written when the step ends is handed in all the same."""
    rates: int
    """How many ideas they rate at most."""


QUICK = Temperament(
    name="quick", reading=0.12, writing=0.2, ideas=(1, 1, 1, 2), passes=0.03, swaps=0.15,
    drafts=1, detail=0.3, remarks=(0, 1, 1, 2), manners=("build", "question"),
    late=0.2, rates=40,
)  # fmt: skip
THOUGHTFUL = Temperament(
    name="thoughtful", reading=0.3, writing=0.42, ideas=(1,), passes=0.05, swaps=0.25,
    drafts=2, detail=0.8, remarks=(0, 1, 1), manners=("question", "risk", "build"),
    late=0.7, rates=24,
)  # fmt: skip
QUIET = Temperament(
    name="quiet", reading=0.35, writing=0.35, ideas=(1,), passes=0.22, swaps=0.1,
    drafts=1, detail=0.4, remarks=(0, 0, 1), manners=("question",),
    late=0.3, rates=30,
)  # fmt: skip
BUILDER = Temperament(
    name="builder", reading=0.2, writing=0.3, ideas=(1, 1, 1, 1, 2), passes=0.1, swaps=0.15,
    drafts=2, detail=0.5, remarks=(1, 2, 2, 3), manners=("build", "build", "question", "risk"),
    late=0.3, rates=34,
)  # fmt: skip
TEMPERAMENTS = (QUICK, THOUGHTFUL, QUIET, BUILDER)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the cast."""

    number: int
    name: str
    organisation: str
    temperament: Temperament
    seed: int
    """The seed of the whole cast."""

    def chance(self, *when: object) -> random.Random:
        """Their own luck at one moment, whatever happened before and however late it is."""
        return random.Random(":".join(map(str, (self.seed + self.number, *when))))

    def shared_chance(self, *when: object) -> random.Random:
        """The same luck for everybody of the cast, so that they can share things out."""
        return random.Random(":".join(map(str, ("all", self.seed, *when))))


def cast(size: int, seed: int, organisations: Sequence[str] = ORGANISATIONS) -> list[Person]:
    """`size` people, the organisations as even as can be, with names in an order of the seed."""
    chance = random.Random(seed)
    names = chance.sample(NAMES, len(NAMES))
    return [
        Person(
            number=number,
            name=_name(names, number),
            organisation=organisations[number % len(organisations)],
            temperament=random.Random(seed + number).choice(TEMPERAMENTS),
            seed=seed,
        )
        for number in range(size)
    ]


def _name(names: Sequence[str], number: int) -> str:
    """The name of the person with that number; from the 61st on, first and last names mixed."""
    again, place = divmod(number, len(names))
    if not again:
        return names[place]
    first = names[place].split(" ")[0]
    last = names[(place + again) % len(names)].split(" ")[-1]
    return f"{first} {last}" if again < len(names) else f"{first} {last} {number}"
