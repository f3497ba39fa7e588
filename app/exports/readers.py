"""Who reads an export, and under which names people stand in it.

Staff read everything at any time. Analysts read once the workshop is closed, with
pseudonyms; a name that somebody wrote into a text is taken out of it too. It leaves out
marks, which nobody reads before the ratings are open (`sums.py`). What always holds:
everything people typed passes `Names.words` before an analyst has it.
"""

import re
from collections.abc import Iterable
from enum import StrEnum

from app.game.messages import Forbidden
from app.game.phases import Phase
from app.game.workshop import Workshop

NAME = "[name]"
"""Stands in an analyst's texts where a person's name stood."""

VISITOR = "visitor"
FACILITATOR = "facilitator"


class Reader(StrEnum):
    """As whom somebody reads an export."""

    STAFF = "staff"
    ANALYST = "analyst"


def check(workshop: Workshop, reader: Reader) -> None:
    """Nothing, if `reader` may have exports of this workshop now.

    Raises:
        Forbidden: an analyst asks before the workshop is closed.
    """
    if reader is Reader.ANALYST and workshop.phase is not Phase.CLOSED:
        raise Forbidden("Analysts have the exports once the workshop is closed.")


class Names:
    """People as one reader knows them."""

    def __init__(self, workshop: Workshop, reader: Reader) -> None:
        self._workshop = workshop
        self.reader = reader
        self._hidden = _Hidden(_names(workshop)) if reader is Reader.ANALYST else None

    def of(self, person: str) -> str:
        """A person's name; for analysts a pseudonym, the same in every file."""
        if self.reader is Reader.ANALYST:
            return f"Person {person.removeprefix('p')}"
        return self._workshop.people[person].name

    def all_of(self, people: Iterable[str]) -> str:
        """Several people, in order."""
        return "; ".join(map(self.of, people))

    def id_of(self, actor: str) -> str:
        """An id as it stands in the log. Facilitators' are those of accounts: not for analysts."""
        if self.reader is Reader.STAFF or actor in self._workshop.people or actor == VISITOR:
            return actor
        return FACILITATOR

    def words(self, typed: str) -> str:
        """What somebody typed; for analysts without the names of people."""
        return typed if self._hidden is None else self._hidden.taken_out(typed)


def _names(workshop: Workshop) -> set[str]:
    """Every name given at the door, but those that are organisations of somebody else.

    Who gives “Police” for a name must not blot out the organisation.
    """
    listed = {name.casefold() for name in workshop.options.organisations or ()}
    people = workshop.people.values()
    return {
        person.name
        for person in people
        if person.name.casefold() not in listed
        and not any(
            other.organisation.casefold() == person.name.casefold()
            for other in people
            if other.id != person.id
        )
    }


class _Hidden:
    """Names to be taken out of texts, where they stand as whole words."""

    def __init__(self, names: Iterable[str]) -> None:
        self._patterns: list[tuple[str, re.Pattern[str]]] = []
        for name in sorted(names, key=lambda name: (-len(name), name)):
            words = name.split()
            if len(words) > 1:
                self._hide(words, re.IGNORECASE)
                continue
            for spelling in sorted({name, name.capitalize()}):
                # A single word in small letters may be any word: “will”, “mark”, “may”.
                if len(spelling) > 1 and not spelling.islower():
                    self._hide([spelling], re.NOFLAG)

    def _hide(self, words: list[str], flags: re.RegexFlag) -> None:
        name = r"\s+".join(map(re.escape, words))
        pattern = re.compile(rf"(?<!\w){name}(?!\w)", flags)
        # Looking for a string is many times faster than for a pattern.
        self._patterns.append((max(words, key=len).casefold(), pattern))

    def taken_out(self, text: str) -> str:
        """`text` with `NAME` in place of every name."""
        folded = text.casefold()
        for word, pattern in self._patterns:
            if word in folded:
                text = pattern.sub(NAME, text)
        return text
