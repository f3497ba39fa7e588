"""Posters and barrier cards: numbers, and that nothing is left out.

Leaves out whether text fits, which a browser measures (tests/browser/test_print.py).
Always: no page is asked for; these are plain functions.
"""

from app.game.material import Barrier, Journey, JourneyStage, Source
from app.main import shipped_content
from app.views.posters import printed_barriers, printed_journey

JOURNEYS = shipped_content().journeys


def test_barriers_are_numbered_by_stage_and_place() -> None:
    for journey in JOURNEYS:
        made = printed_barriers(journey)
        assert [each.number for each in made] == [
            f"{number}.{place}"
            for number, stage in enumerate(journey.stages, start=1)
            for place, _ in enumerate(stage.barriers, start=1)
        ]
        texts = [each.text for stage in journey.stages for each in stage.barriers]
        assert [each.text for each in made] == texts
        assert all(each.sources and each.finding for each in made)


def test_posters_have_every_stage_and_barrier_of_a_journey_whole() -> None:
    for journey in JOURNEYS:
        made = printed_journey(journey)
        assert (made.title, made.statement) == (journey.title, journey.statement)
        assert [each.title for each in made.stages] == [each.title for each in journey.stages]
        assert [each.does for each in made.stages] == [each.does for each in journey.stages]
        texts = [each.text for stage in journey.stages for each in stage.barriers]
        assert [text for stage in made.stages for text in stage.barriers] == texts


def test_a_journey_as_large_as_can_be_still_has_its_posters() -> None:
    made = printed_journey(largest_journey())
    assert len(made.stages) == 12
    assert {len(stage.barriers) for stage in made.stages} == {8}
    assert {stage.size for stage in made.stages} == {"xs"}


def largest_journey() -> Journey:
    """Twelve stages of eight barriers, all texts as long as they may be."""
    return Journey(
        id="largest",
        title="T " * 150,
        statement="Statement " * 140,
        stages=tuple(
            JourneyStage(
                title=f"{n} title " * 25, who="Who " * 70, does="Does what " * 49,
                when="When " * 50,
                barriers=tuple(
                    Barrier(
                        id=f"b-{n}-{m}", text="Barrier " * 49, finding="Finding " * 180,
                        sources=(Source(document="D " * 140, section="S " * 140),),
                        opm="consider", com_b=("motivation-reflective",),
                    )
                    for m in range(8)
                ),
            )
            for n in range(12)
        ),
    )  # fmt: skip
