"""Fitting: which cards answer which barriers, by COM-B.

Leaves out how hands use it (`test_dealing.py`). Always: what the document for readers says
of the table is what the table says.
"""

import re
from pathlib import Path

import pytest

from app.content import Content
from app.game.fitting import COMPONENTS, TABLE, Reason, answered, fits, fitting
from app.game.material import ComB
from tests.game.table import DECK, a_card, a_journey

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "dealing.md").read_text(encoding="utf-8")


def test_every_component_stands_in_the_table_once_in_the_order_of_the_model() -> None:
    assert [row.of for row in TABLE] == list(ComB) == list(COMPONENTS)
    assert len({row.name for row in TABLE}) == len({row.blocked for row in TABLE}) == 6
    for row in TABLE:
        assert row.of in row.answered_by  # a card always answers what it works on


def test_a_card_fits_a_barrier_where_it_answers_a_component_of_it() -> None:
    first, second = a_journey("sharing", 1).barriers_at(1)
    assert fits(a_card(0), first)
    assert not fits(a_card(0), second)
    works_on = (ComB.MOTIVATION_REFLECTIVE, ComB.CAPABILITY_PSYCHOLOGICAL)
    both = a_card(0).model_copy(update={"com_b": works_on})
    assert not fits(both, first)
    assert fits(both, second)


def test_by_which_components_a_card_fits_is_told_in_the_order_of_the_barrier() -> None:
    blocks = (ComB.MOTIVATION_AUTOMATIC, ComB.OPPORTUNITY_SOCIAL, ComB.CAPABILITY_PHYSICAL)
    (barrier, _) = a_journey("sharing", 1).barriers_at(1)
    barrier = barrier.model_copy(update={"com_b": blocks})
    card = a_card(0).model_copy(
        update={"com_b": (ComB.OPPORTUNITY_SOCIAL, ComB.MOTIVATION_AUTOMATIC)}
    )
    assert answered(card, barrier) == (ComB.MOTIVATION_AUTOMATIC, ComB.OPPORTUNITY_SOCIAL)
    assert answered(a_card(1), barrier) == ()


def test_the_cards_that_fit_a_stage_fit_one_of_its_barriers() -> None:
    barriers = a_journey("sharing", 2).barriers_at(2)
    found = fitting(DECK, barriers)
    assert found == {card.id for card in DECK if any(fits(card, b) for b in barriers)}
    assert len(found) == 12
    assert fitting(DECK, ()) == frozenset()


def test_every_barrier_that_is_shipped_has_cards_of_three_families_or_more(
    shipped: Content,
) -> None:
    for journey in shipped.journeys:
        for stage in journey.stages:
            for barrier in stage.barriers:
                families = {c.family for c in shipped.deck.cards if fits(c, barrier)}
                assert len(families) >= 3, barrier.id


def test_the_document_has_the_table_of_the_code() -> None:
    titles = {row.of: row.name for row in TABLE}
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", DOCUMENT, re.MULTILINE)
    written = [row for row in rows if row[0] in titles.values()]
    assert written == [
        (row.name, row.blocked, "; ".join(titles[of] for of in row.answered_by)) for row in TABLE
    ]


@pytest.mark.parametrize("reason", Reason)
def test_the_document_names_every_reason(reason: Reason) -> None:
    assert f"`{reason}`" in DOCUMENT
