"""Material: the shapes of cards and journeys.

Leaves out files (`tests/content/test_loading.py`). Always: a mistake is refused, not repaired.
"""

from typing import Any

import pytest
from pydantic import ValidationError

from app.game.material import Barrier, Card, Journey, Study
from tests.game.table import a_card, a_journey


def refused(model: type[Any], whole: dict[str, Any], **changed: Any) -> bool:
    try:
        model.model_validate({**whole, **changed})
    except ValidationError:
        return True
    return False


def test_material_comes_back_from_json_as_it_was() -> None:
    for material in (a_card(3), a_journey("sharing", 3)):
        assert type(material).model_validate_json(material.model_dump_json()) == material


def test_material_does_not_change() -> None:
    with pytest.raises(ValidationError):
        a_card(1).title = "Another"


def test_a_misspelt_field_is_a_mistake() -> None:
    assert refused(Card, a_card(1).model_dump(), titel="A card")


@pytest.mark.parametrize("name", ["", "Card", "a card", "-a", "a-", "a--b", "a_b", "x" * 65])
def test_a_card_has_a_short_plain_id(name: str) -> None:
    assert refused(Card, a_card(1).model_dump(), id=name)


@pytest.mark.parametrize("year", [1899, 2101, "then"])
def test_a_study_has_a_year(year: object) -> None:
    assert refused(Study, a_card(1).study.model_dump(), year=year)


@pytest.mark.parametrize("field", ["title", "family", "insight", "question", "finding"])
def test_a_card_leaves_nothing_empty(field: str) -> None:
    assert refused(Card, a_card(1).model_dump(), **{field: "  "})


def test_a_card_works_on_something() -> None:
    assert refused(Card, a_card(1).model_dump(), com_b=[])


def test_a_barrier_has_a_source_and_blocks_something() -> None:
    barrier = a_journey("sharing", 1).stages[0].barriers[0].model_dump()
    assert not refused(Barrier, barrier)
    assert refused(Barrier, barrier, sources=[])
    assert refused(Barrier, barrier, com_b=[])
    assert refused(Barrier, barrier, opm="convince")
    assert refused(Barrier, barrier, levels=["upstairs"])


def test_a_journey_has_one_to_twelve_stages_of_one_to_eight_barriers() -> None:
    journey = a_journey("sharing", 12).model_dump()
    stage = journey["stages"][0]
    assert refused(Journey, journey, stages=[])
    assert refused(Journey, journey, stages=[*journey["stages"], stage])
    assert refused(Journey, journey, stages=[{**stage, "barriers": []}])
    assert refused(Journey, journey, stages=[{**stage, "barriers": stage["barriers"][:1] * 9}])
    assert not refused(Journey, journey, stages=[{**stage, "barriers": stage["barriers"][:1] * 8}])


def test_a_journey_finds_a_barrier_with_its_stage() -> None:
    journey = a_journey("sharing", 3)
    assert journey.find("sharing-2-b") == (2, journey.stages[1].barriers[1])
    assert journey.find("trusting-2-b") is None
    assert [barrier.id for barrier in journey.barriers_at(3)] == ["sharing-3-a", "sharing-3-b"]


@pytest.mark.parametrize(
    ("pages", "line"),
    [
        (None, "An Author (2011). A study. A journal."),
        ("5(2), 1-9", "An Author (2011). A study. A journal, 5(2), 1-9."),
    ],
)
def test_a_study_is_cited_in_one_line(pages: str | None, line: str) -> None:
    assert a_card(1).study.model_copy(update={"pages": pages}).citation == line
