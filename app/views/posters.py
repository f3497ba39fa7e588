"""Paper for the wall and the table: journeys on posters, and barriers as cards.

It leaves out the deck and how places make up a page (`prints.py`), and how a page looks
(`static/print.css`). What always holds: the numbers of stages and barriers are the same on
posters, barrier cards and idea slips, and no text is longer than its place.
"""

from dataclasses import dataclass

from app.game.material import Barrier, Journey
from app.views.prints import Size, one_line, shortened, size_of

MOST_IN_A_ROW = 6
"""Stages on a poster; more than that stand in two rows, and in fewer words."""

# Characters that fit at each size, measured as those of cards are.
POSTER_HOLDS: tuple[tuple[Size, int], ...] = (("l", 420), ("m", 700), ("s", 1000), ("xs", 1200))


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
        title=one_line(journey.title, 90),
        statement=one_line(journey.statement, 500),
        stages=tuple(
            PrintedStage(
                number=number,
                title=one_line(stage.title, 60),
                who=one_line(stage.who, 90),
                does=one_line(stage.does, 220),
                brief=one_line(stage.does, 220 if len(journey.stages) <= MOST_IN_A_ROW else 90),
                when=one_line(stage.when, 90),
                barriers=tuple(texts),
                size=size_of(texts, POSTER_HOLDS, max(len(stage.does) - 120, 0)),
            )
            for number, stage in enumerate(journey.stages, start=1)
            for texts in (
                shortened([each.text for each in stage.barriers], POSTER_HOLDS[-1][1])[0],
            )
        ),
    )


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
        problem=one_line(journey.title, 60),
        stage=one_line(journey.stages[stage - 1].title, 40),
        text=text,
        finding=finding,
        sources=tuple(each for each in sources if each),
        opm=barrier.opm,
        levels=tuple(barrier.levels),
        com_b=tuple(barrier.com_b),
    )
