"""Paper: cards laid out in pages, for a table without computers, and the notes beside them.

It takes any cards: those that come with the program, or those a workshop was opened with.
It leaves out journeys (`posters.py`) and how a page looks (`static/print.css`). What always
holds: every card is on exactly one front and, where backs are printed, on one back that lies
behind it when the paper is turned over its long edge; no text is longer than its place; and
what a card's back has no room for is named there and stands on the notes sheet.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from app.game.material import Card, Replication

PER_SHEET = 8
"""Two columns of four: a card is 97 by 70 mm."""

PER_FOLDED_SHEET = 4
"""Front and back beside each other."""

Sides = Literal["both", "fronts", "fold"]
Size = Literal["l", "m", "s", "xs", "xxs"]
Item = TypeVar("Item")

# Characters that fit at each size; what is longer is shortened. Found by measuring in a
# browser, with room to spare for another font: tests/browser/test_print.py measures again.
DOUBTED = frozenset({Replication.MIXED, Replication.CONTESTED})
STRIP = 60
"""What saying so takes of the front, in characters."""

NOTICE = 60
"""What a line of its own takes that says what was shortened or left to the notes sheet."""

TITLE, ONE_LINE = 6, 40
"""What each character of a title takes that does not stand on its first line."""

PARAGRAPH = 30
"""What its heading and its last line, half full, take of a place, in characters."""

FRONT_HOLDS: tuple[tuple[Size, int], ...] = (("l", 370), ("m", 400), ("s", 470), ("xs", 680))
BACK_HOLDS: tuple[tuple[Size, int], ...] = (
    ("l", 950),
    ("m", 1040),
    ("s", 1160),
    ("xs", 1385),
    ("xxs", 1510),
)


@dataclass(frozen=True, slots=True)
class PrintedCard:
    """A card on paper. `number` is its place in the deck, for idea slips."""

    id: str
    number: int
    title: str
    family: str
    replication: str
    insight: str
    question: str
    com_b: tuple[str, ...]
    study: str
    doi: str
    finding: str
    setting: str
    replication_source: str
    caution: str
    unverified: str
    used: str
    """How it has been used; like `unverified`, empty where its place is the notes sheet."""
    noted: tuple[str, ...]
    """Which of these two the back has no room for: names of fields."""
    front: Size
    back: Size
    cut: bool
    """Whether some text was shortened to fit."""


@dataclass(frozen=True, slots=True)
class Note:
    """A row of the notes sheet: what of a card there may be no room for on its back, whole."""

    number: int
    title: str
    replication: str
    replication_source: str
    unverified: str | None
    used: str | None


@dataclass(frozen=True, slots=True)
class Sheet(Generic[Item]):
    """One page of cards; None where a place stays empty. A back lies behind its front."""

    side: Literal["front", "back", "fold"]
    number: int
    of: int
    places: tuple[Item | None, ...]


def shortened(texts: Sequence[str], most: int) -> tuple[list[str], bool]:
    """`texts`, the longest of them cut at a word until all have `most` characters at most."""
    fitting, cut = list(texts), False
    while (over := sum(map(len, fitting)) - most) > 0:
        at = max(range(len(fitting)), key=lambda n: len(fitting[n]))
        # At most half at a time, so that several long ones share what has to go.
        keep = max(len(fitting[at]) - over, len(fitting[at]) // 2) - len(" …")
        head = fitting[at][: max(keep, 0)]
        fitting[at] = f"{head.rpartition(' ')[0] or head} …" if head else ""
        cut = True
    return fitting, cut


def printed(card: Card, number: int) -> PrintedCard:
    """`card` as it stands on paper, in the largest letters that hold it."""
    title = one_line(card.title)
    wide = TITLE * max(len(title) - ONE_LINE, 0)
    strip = STRIP if card.replication in DOUBTED else 0
    face, front, face_cut = _fitted((card.insight, card.question), FRONT_HOLDS, wide + strip)
    always = (
        card.study.citation,
        card.finding,
        card.setting,
        card.replication_source,
        card.caution or "",
    )
    beside = wide + len(card.study.doi) + PARAGRAPH
    unverified, used, noted = _with_room(card, always, beside)
    behind, back, back_cut = _fitted(
        (*always, unverified, used), BACK_HOLDS, beside + (NOTICE if noted else 0)
    )
    study, finding, setting, source, caution, unverified, used = behind
    return PrintedCard(
        id=card.id,
        number=number,
        title=title,
        family=one_line(card.family),
        replication=card.replication,
        insight=face[0],
        question=face[1],
        com_b=tuple(card.com_b),
        study=study,
        doi=card.study.doi,
        finding=finding,
        setting=setting,
        replication_source=source,
        caution=caution,
        unverified=unverified,
        used=used,
        noted=noted,
        front=front,
        back=back,
        cut=face_cut or back_cut,
    )


def printed_deck(deck: Iterable[Card], chosen: Iterable[Card]) -> tuple[PrintedCard, ...]:
    """The `chosen` cards of `deck` as they stand on paper, numbered by their place in it."""
    wanted = {card.id for card in chosen}
    return tuple(printed(card, n) for n, card in enumerate(deck, start=1) if card.id in wanted)


def notes(deck: Iterable[Card]) -> tuple[Note, ...]:
    """The notes sheet of `deck`: every card, numbered as on paper."""
    return tuple(
        Note(n, card.title, card.replication, card.replication_source, card.unverified, card.used)
        for n, card in enumerate(deck, start=1)
    )


def sheets(items: Sequence[Item], sides: Sides) -> tuple[Sheet[Item], ...]:
    """Pages for `items`, in the order in which a printer takes them."""
    if sides == "fold":
        folded = _pages(items, PER_FOLDED_SHEET)
        return tuple(Sheet("fold", n, len(folded), p) for n, p in enumerate(folded, start=1))
    pages = _pages(items, PER_SHEET)
    made: list[Sheet[Item]] = []
    for number, places in enumerate(pages, start=1):
        made.append(Sheet("front", number, len(pages), places))
        if sides == "both":
            made.append(Sheet("back", number, len(pages), mirrored(places)))
    return tuple(made)


def mirrored(places: Sequence[Item]) -> tuple[Item, ...]:
    """The two columns of a page the other way round."""
    return tuple(places[at ^ 1] for at in range(len(places)))


def _pages(items: Sequence[Item], size: int) -> list[tuple[Item | None, ...]]:
    cut = [tuple(items[at : at + size]) for at in range(0, len(items), size)]
    return [(*page, *[None] * (size - len(page))) for page in cut]


def _with_room(card: Card, always: Sequence[str], beside: int) -> tuple[str, str, tuple[str, ...]]:
    """What was not checked and how the card has been used, and which of the two has no room."""
    unverified, used = card.unverified or "", card.used or ""
    most = BACK_HOLDS[-1][1] - beside
    if _length((*always, unverified, used)) <= most:
        return unverified, used, ()
    if used and _length((*always, unverified)) <= most - NOTICE:
        return unverified, "", ("used",)
    return "", "", tuple(name for name in ("unverified", "used") if getattr(card, name))


def _fitted(
    texts: Sequence[str], holds: tuple[tuple[Size, int], ...], more: int
) -> tuple[list[str], Size, bool]:
    """`texts` as they fit beside `more`, the size that holds them, and whether they were cut."""
    fitting, cut = list(texts), False
    most = holds[-1][1] - more - PARAGRAPH * sum(map(bool, texts))
    if sum(map(len, texts)) > most:
        fitting, cut = shortened(texts, most - NOTICE)
    return fitting, size_of(fitting, holds, more), cut


def _length(texts: Sequence[str]) -> int:
    return sum(len(text) + PARAGRAPH for text in texts if text)


def size_of(texts: Sequence[str], holds: tuple[tuple[Size, int], ...], more: int = 0) -> Size:
    """The largest letters of `holds` in which `texts` fit beside `more`."""
    length = more + _length(texts)
    return next((size for size, most in holds if length <= most), holds[-1][0])


def one_line(text: str, most: int = 70) -> str:
    """A title of somebody's own may be far longer than a card is wide."""
    return shortened((text,), most)[0][0]
