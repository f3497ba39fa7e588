"""Who is here, and drafts."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.live import company
from app.live.company import Presence
from app.store import Entry, WorkshopRecord, open_store

AT = datetime(2026, 5, 4, 12, 4, 31, tzinfo=UTC)
EMPTY = {
    "card": None,
    "barrier": None,
    "words": None,
    "how": None,
    "example": None,
    "caution": None,
}


@pytest.fixture
async def presence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Presence]:
    monkeypatch.setattr(company, "GRACE_SECONDS", 0.05)
    store = await open_store(f"sqlite+aiosqlite:///{tmp_path}/moments.db")
    record = WorkshopRecord(code="ABCD2345", title="T", owner="o", opened_at=AT, epoch="e")
    await store.open_workshop(record, Entry("WorkshopOpened", "o", AT, None, "{}"))
    yield Presence("ABCD2345", store, lambda: AT, lambda: None)
    await store.close()


async def test_somebody_whose_connection_drops_stays_here_for_a_while(presence: Presence) -> None:
    presence.arrived("p1")
    presence.left("p1")
    assert presence.company.here == {"p1"}
    await asyncio.sleep(0.15)
    assert presence.company.here == frozenset()


async def test_somebody_who_comes_back_in_time_never_left(presence: Presence) -> None:
    presence.arrived("p1")
    presence.left("p1")
    presence.arrived("p1")
    await asyncio.sleep(0.15)
    assert presence.company.here == {"p1"}


async def test_two_tabs_are_one_person(presence: Presence) -> None:
    presence.arrived("p1")
    presence.arrived("p1")
    presence.left("p1")
    await asyncio.sleep(0.15)
    assert presence.company.here == {"p1"}


async def test_a_draft_is_kept_as_typed_and_found_again(presence: Presence) -> None:
    await presence.save_draft("p1", **{**EMPTY, "words": "  half a sent", "card": "salience"})
    again = Presence("ABCD2345", presence._store, lambda: AT, lambda: None)
    await again.load()
    assert again.company.drafts["p1"].words == "  half a sent"
    assert again.company.drafts["p1"].saved_at == AT
    await again.drop_draft("p1")
    await presence.load()
    assert presence.company.drafts == {}
