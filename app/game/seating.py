"""Who sits where: balanced groups, and a place for whoever comes late.

Groups are within one of each other in size, and each organisation is spread as evenly
as can be (game.md, "Groups"; the report's attendees came from five organisations,
section 1.3.3). It leaves out the commands that seat people (`groups.py`, `people.py`).
What always holds: seating depends on the workshop and its seed alone.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from hashlib import blake2b

from app.game.messages import Event, Stamp
from app.game.workshop import Person, Workshop


class GroupsFormed(Event):
    """Everyone was given a seat; `seats` maps people to groups."""

    seats: dict[str, str]

    def apply(self, workshop: Workshop, stamp: Stamp) -> Workshop:
        moved = [_seated(workshop.people[p], g) for p, g in self.seats.items()]
        return replace(workshop.having(*moved), groups_formed=True)


class PersonSeated(Event):
    """One person was given a seat, or another seat."""

    person: str
    group: str
    before: str | None = None

    def apply(self, workshop: Workshop, stamp: Stamp) -> Workshop:
        return workshop.having(_seated(workshop.people[self.person], self.group))


def _seated(person: Person, group: str) -> Person:
    """`person` in `group`. In another group their hand was dealt for no stage yet."""
    dealt_for = person.dealt_for if person.group == group else frozenset()
    return replace(person, group=group, dealt_for=dealt_for)


def shuffled(seed: int, label: str, items: Iterable[str]) -> list[str]:
    """`items` in an order that depends on `seed` and `label` alone."""
    return sorted(items, key=lambda item: lot(seed, label, item))


def lot(seed: int, label: str, item: str) -> bytes:
    """What decides between equals: a hash, so that no hidden generator has a state."""
    return blake2b(f"{seed}\n{label}\n{item}".encode(), digest_size=8).digest()


def balanced(workshop: Workshop) -> GroupsFormed:
    """A seat for every participant: round the groups, one organisation after the other.

    Handing out each organisation's people in turn keeps both sizes and organisations
    within one of each other; the largest organisations go first.
    """
    by_organisation: dict[str, list[str]] = defaultdict(list)
    for person in workshop.participants():
        by_organisation[person.organisation].append(person.id)
    seed = workshop.options.seed
    order = sorted(by_organisation, key=lambda name: (-len(by_organisation[name]), name))
    queue = [p for name in order for p in shuffled(seed, "seating", by_organisation[name])]
    groups = list(workshop.groups)
    return GroupsFormed(seats={p: groups[i % len(groups)] for i, p in enumerate(queue)})


def place_for(workshop: Workshop, person: Person) -> str:
    """The group for somebody late: a smallest one, of these the shortest of their organisation."""
    sizes: Counter[str] = Counter()
    colleagues: Counter[str] = Counter()
    for other in workshop.participants():
        if other.group is not None and other.id != person.id:
            sizes[other.group] += 1
            colleagues[other.group] += other.organisation == person.organisation
    return min(workshop.groups, key=lambda group: (sizes[group], colleagues[group]))
