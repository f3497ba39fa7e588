"""All workshops of a process: what they are opened with, and what is cleared away in time.

Leaves out a workshop while it is played (`test_workshop.py`). Always: the store is a real one.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.game.messages import Malformed
from app.game.opening import OpenWorkshop
from app.live import Workshops
from app.main import shipped_content
from app.store import Said, open_store
from tests.written import small_deck, small_journey

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def workshops(tmp_path: Path, clock: Clock) -> AsyncIterator[Workshops]:
    store = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'moments.db'}")
    yield Workshops(store, shipped_content(), retention_days=90, clock=clock)
    await store.close()


def wish(**fields: Any) -> OpenWorkshop:
    return OpenWorkshop(**{"title": "T", "problems": ["information-sharing"], **fields})


async def test_a_bin_is_emptied_after_thirty_days(workshops: Workshops, clock: Clock) -> None:
    shelf = workshops.store.shelf
    for id, days in (("old", 0), ("new", 2)):
        await shelf.put(id, "a1", "journey", {}, Said("T", 1, "Made"), NOON)
        await shelf.bin(id, NOON + timedelta(days=days))
    await shelf.put("used", "a1", "journey", {}, Said("T", 1, "Made"), NOON)
    clock.at = NOON + timedelta(days=31)
    assert await workshops.retire() == 0
    assert {piece.id for piece in await shelf.pieces(None)} == {"new", "used"}


async def test_cards_stand_in_the_order_of_the_deck_whatever_the_order_asked_for(
    workshops: Workshops,
) -> None:
    ids = [card.id for card in workshops.content.deck.cards[:6]]
    live = await workshops.open(wish(deck=ids[::-1]), owner="a1")
    assert list(live.state.deck) == ids


async def test_a_deck_and_a_journey_of_ones_own_are_what_is_played(workshops: Workshops) -> None:
    deck = small_deck()
    deck["cards"] += [{**deck["cards"][0], "id": f"c{n}", "title": f"C{n}"} for n in range(3)]
    live = await workshops.open(wish(problems=[small_journey()], deck=deck), owner="a1")
    assert list(live.state.journeys) == ["meeting"]
    assert list(live.state.deck) == ["default", "prompt", "c0", "c1", "c2"]
    assert live.state.warning is not None
    assert live.state.warning.title == deck["warning"]["title"]


@pytest.mark.parametrize("part", [None, slice(6)])
async def test_the_warning_of_the_deck_comes_with_a_part_of_it_too(
    workshops: Workshops, part: slice | None
) -> None:
    shipped = workshops.content.deck
    ids = None if part is None else [card.id for card in shipped.cards[part]]
    live = await workshops.open(wish(deck=ids), owner="a1")
    assert live.state.warning == shipped.warning


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"deck": ["nothing"]}, "deck", ["[0]: no card"]),
        ({"deck": {}}, "deck", ["cards", "title", "families"]),
        ({"problems": [{"id": "a"}, {"id": "b"}]}, "problems", ["problems[0]", "problems[1]"]),
    ],
)
async def test_every_mistake_is_told_and_nothing_is_opened(
    workshops: Workshops, fields: dict[str, Any], field: str, says: list[str]
) -> None:
    with pytest.raises(Malformed) as refused:
        await workshops.open(wish(**fields), owner="a1")
    assert refused.value.field == field
    for words in says:
        assert words in refused.value.message
    assert await workshops.store.records.workshops(None) == []
