"""Paper: cards and journeys laid out in pages, for a table without computers.

It takes any cards and any journeys: those that come with the program, or those a workshop
was opened with. It leaves out how a page looks (`static/print.css`). What always holds:
every card is on exactly one front and, where backs are printed, on one back that lies
behind it when the paper is turned over its long edge; and no text is longer than its place.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from app.game.material import Barrier, Card, Journey, Replication

PER_SHEET = 8
"""Two columns of four: a card is 97 by 70 mm."""

MOST_IN_A_ROW = 6
"""Stages on a poster; more than that stand in two rows, and in fewer words."""

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
"""What a line of its own takes that says what was shortened or not checked."""

TITLE, ONE_LINE = 6, 40
"""What each character of a title takes that does not stand on its first line."""

PARAGRAPH = 30
"""What its heading and its last line, half full, take of a place, in characters."""

FRONT_HOLDS: tuple[tuple[Size, int], ...] = (("l", 370), ("m", 400), ("s", 470), ("xs", 680))
POSTER_HOLDS: tuple[tuple[Size, int], ...] = (("l", 420), ("m", 700), ("s", 1000), ("xs", 1200))
BACK_HOLDS: tuple[tuple[Size, int], ...] = (
    ("l", 950),
    ("m", 1080),
    ("s", 1200),
    ("xs", 1330),
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
    unverified: bool
    """Whether something of its reference could not be checked; the deck page says what."""
    front: Size
    back: Size
    cut: bool
    """Whether some text was shortened to fit."""


@dataclass(frozen=True, slots=True)
class PrintedBarrier:
    """A barrier on paper. `number` is stage and place, such as 2.3, for idea slips."""

    id: str
    number: str
    problem: str
    stage: str
    text: str
    finding: str
    sources: tuple[str, ...]
    opm: str
    levels: tuple[str, ...]
    com_b: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PrintedStage:
    """A stage on a poster."""

    number: int
    title: str
    who: str
    does: str
    brief: str
    """What is done, where all stages stand on one page."""
    when: str
    barriers: tuple[str, ...]
    size: Size


@dataclass(frozen=True, slots=True)
class PrintedJourney:
    """A problem statement on posters, slips and score sheets."""

    id: str
    title: str
    statement: str
    stages: tuple[PrintedStage, ...]


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
    title = _line(card.title)
    wide = TITLE * max(len(title) - ONE_LINE, 0)
    strip = STRIP if card.replication in DOUBTED else 0
    face, front, face_cut = _fitted((card.insight, card.question), FRONT_HOLDS, wide + strip)
    behind, back, back_cut = _fitted(
        (
            card.study.citation,
            card.finding,
            card.setting,
            card.replication_source,
            card.caution or "",
        ),
        BACK_HOLDS,
        wide + len(card.study.doi) + PARAGRAPH + (NOTICE if card.unverified else 0),
    )
    study, finding, setting, source, caution = behind
    return PrintedCard(
        id=card.id,
        number=number,
        title=title,
        family=_line(card.family),
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
        unverified=card.unverified is not None,
        front=front,
        back=back,
        cut=face_cut or back_cut,
    )


def printed_deck(deck: Iterable[Card], chosen: Iterable[Card]) -> tuple[PrintedCard, ...]:
    """The `chosen` cards of `deck` as they stand on paper, numbered by their place in it."""
    wanted = {card.id for card in chosen}
    return tuple(printed(card, n) for n, card in enumerate(deck, start=1) if card.id in wanted)


def printed_barriers(journey: Journey) -> tuple[PrintedBarrier, ...]:
    """Every barrier of `journey`, stage by stage."""
    return tuple(
        _barrier(journey, number, place, barrier)
        for number, stage in enumerate(journey.stages, start=1)
        for place, barrier in enumerate(stage.barriers, start=1)
    )


def printed_journey(journey: Journey) -> PrintedJourney:
    """`journey` as it stands on posters."""
    return PrintedJourney(
        id=journey.id,
        title=_line(journey.title, 90),
        statement=_line(journey.statement, 500),
        stages=tuple(
            PrintedStage(
                number=number,
                title=_line(stage.title, 60),
                who=_line(stage.who, 90),
                does=_line(stage.does, 220),
                brief=_line(stage.does, 220 if len(journey.stages) <= MOST_IN_A_ROW else 90),
                when=_line(stage.when, 90),
                barriers=tuple(texts),
                size=_size(texts, POSTER_HOLDS, max(len(stage.does) - 120, 0)),
            )
            for number, stage in enumerate(journey.stages, start=1)
            for texts in (
                shortened([each.text for each in stage.barriers], POSTER_HOLDS[-1][1])[0],
            )
        ),
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


def _fitted(
    texts: Sequence[str], holds: tuple[tuple[Size, int], ...], more: int
) -> tuple[list[str], Size, bool]:
    """`texts` as they fit beside `more`, the size that holds them, and whether they were cut."""
    fitting, cut = list(texts), False
    most = holds[-1][1] - more - PARAGRAPH * sum(map(bool, texts))
    if sum(map(len, texts)) > most:
        fitting, cut = shortened(texts, most - NOTICE)
    return fitting, _size(fitting, holds, more), cut


def _size(texts: Sequence[str], holds: tuple[tuple[Size, int], ...], more: int = 0) -> Size:
    length = more + sum(len(text) + PARAGRAPH for text in texts if text)
    return next((size for size, most in holds if length <= most), holds[-1][0])


def _line(text: str, most: int = 70) -> str:
    """A title of somebody's own may be far longer than a card is wide."""
    return shortened((text,), most)[0][0]


def _barrier(journey: Journey, stage: int, place: int, barrier: Barrier) -> PrintedBarrier:
    sources = [
        f"{each.document}, {each.section}{f' ({each.row})' if each.row else ''}"
        for each in barrier.sources
    ]
    (text,), _ = shortened((barrier.text,), 300)
    (finding, *sources), _ = shortened((barrier.finding, *sources), 640)
    return PrintedBarrier(
        id=f"{journey.id}-{barrier.id}",
        number=f"{stage}.{place}",
        problem=_line(journey.title, 60),
        stage=_line(journey.stages[stage - 1].title, 40),
        text=text,
        finding=finding,
        sources=tuple(each for each in sources if each),
        opm=barrier.opm,
        levels=tuple(barrier.levels),
        com_b=tuple(barrier.com_b),
    )
