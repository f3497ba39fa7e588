"""People of one name and organisation: two of them, or one who came in twice.

Somebody who has lost the cookie of their seat comes in as somebody new, and nobody can tell
but themselves. Leaves out removing the seat that is left over (`app/game/people.py`). What
always holds: nothing is decided by a name, and it is said to staff alone: from a door that told
whoever comes in, anybody with the code could learn who takes part.
"""

from collections import defaultdict
from dataclasses import dataclass

from app.game.workshop import Person, Workshop


@dataclass(frozen=True, slots=True)
class Namesakes:
    """Participants who go by the same name and organisation, in order of arrival."""

    name: str
    organisation: str
    people: tuple[str, ...]


def namesakes(workshop: Workshop) -> tuple[Namesakes, ...]:
    """All who are not the only one of their name in their organisation."""
    called: dict[tuple[str, str], list[Person]] = defaultdict(list)
    for person in workshop.participants():
        if person.name:  # an erased one has none
            called[_called(person)].append(person)
    return tuple(
        Namesakes(same[0].name, same[0].organisation, tuple(person.id for person in same))
        for same in called.values()
        if len(same) > 1
    )


def _called(person: Person) -> tuple[str, str]:
    return " ".join(person.name.casefold().split()), person.organisation.casefold()
