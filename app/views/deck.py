"""A deck as somebody looks through it: which cards are asked for, and how strong they are.

It takes any cards: those that come with the program, or those a workshop was opened with.
It leaves out where the cards are from and how they look. What always holds: the order of
the deck is kept, and a card keeps its number whatever is filtered away.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from app.game.fitting import COMPONENTS
from app.game.material import Card, ComB, Replication


@dataclass(frozen=True, slots=True)
class CardFilter:
    """What is asked of a card; an empty text asks nothing."""

    family: str = ""
    com_b: str = ""
    replication: str = ""
    words: str = ""

    def understood(self, cards: Iterable[Card]) -> "tuple[CardFilter, tuple[str, ...]]":
        """The filter without what no card of any kind could be, and the names of that."""
        families = {card.family.casefold(): card.family for card in cards}
        kept = CardFilter(
            family=families.get(self.family.strip().casefold(), ""),
            com_b=_member(self.com_b, ComB),
            replication=_member(self.replication, Replication),
            words=" ".join(self.words.split()),
        )
        names = ("family", "com_b", "replication")
        unknown = tuple(n for n in names if getattr(self, n).strip() and not getattr(kept, n))
        return kept, unknown

    def takes(self, card: Card) -> bool:
        """Whether `card` is all that is asked."""
        return (
            self.family in ("", card.family)
            and (not self.com_b or self.com_b in card.com_b)
            and self.replication in ("", card.replication)
            and self._tells(card)
        )

    def _tells(self, card: Card) -> bool:
        """Whether `card` has every word that is asked for, whatever marks stand around it."""
        words = [_bare(word) for word in _plain(self.words).split()]
        if not any(words):
            return True
        text = _plain(" ".join(_texts(card)))
        return all(word in text for word in words)

    def chosen(self, cards: Iterable[Card]) -> tuple[Card, ...]:
        """The cards that are all that is asked, in their order."""
        return tuple(card for card in cards if self.takes(card))

    def without(self, name: str) -> "CardFilter":
        """The same, asking one thing less."""
        return replace(self, **{name: ""})

    @property
    def asks(self) -> dict[str, str]:
        """What is asked, by the names it has in an address."""
        names = ("family", "com_b", "replication", "words")
        return {name: getattr(self, name) for name in names if getattr(self, name)}


def _texts(card: Card) -> tuple[str, ...]:
    """All that a page shows of `card`, tags as well, with the names of what they belong to."""
    return (
        card.title,
        card.family,
        card.insight,
        card.question,
        card.used or "",
        card.finding,
        card.setting,
        card.caution or "",
        card.replication_source,
        card.unverified or "",
        card.study.citation,
        f"doi:{card.study.doi} https://doi.org/{card.study.doi}",
        *(f"COM-B {part} {COMPONENTS[part].name}" for part in card.com_b),
        *(f"EAST {tag}" for tag in card.east),
        *(f"MINDSPACE {tag}" for tag in card.mindspace),
        *(f"BCT {tag}" for tag in card.bct),
    )


def _bare(word: str) -> str:
    """`word` without the marks around it: quotes, brackets, a full stop."""
    marks = "".join({each for each in word if not each.isalnum()})
    return word.strip(marks)


def _plain(text: str) -> str:
    """`text` as it is compared: whatever the case, the accents and the shape of apostrophes."""
    apart = unicodedata.normalize("NFKD", text.replace("’", "'"))
    return "".join(each for each in apart if not unicodedata.combining(each)).casefold()


def _member(value: str, kind: type[ComB] | type[Replication]) -> str:
    wanted = value.strip().casefold()
    return next((str(each) for each in kind if each == wanted), "")


def strengths(cards: Iterable[Card]) -> tuple[tuple[str, int], ...]:
    """How many cards there are of each grade, the strongest first."""
    found = Counter(card.replication for card in cards)
    return tuple((str(grade), found[grade]) for grade in Replication)
