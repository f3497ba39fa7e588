"""Who is here, and drafts."""

import asyncio
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


async def made(folder: Path) -> Presence:
    store = await open_store(f"sqlite+aiosqlite:///{folder}/moments.db")
    record = WorkshopRecord(code="ABCD2345", title="T", owner="o", opened_at=AT, epoch="e")
    await store.open_workshop(record, Entry("WorkshopOpened", "o", AT, None, "{}"))
    return Presence("ABCD2345", store, lambda: AT, lambda: None)


async def test_somebody_whose_connection_drops_stays_here_for_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(company, "GRACE_SECONDS", 0.05)
    presence = await made(tmp_path)
    presence.arrived("p1")
    presence.left("p1")
    assert presence.company.here == {"p1"}
    await asyncio.sleep(0.15)
    assert presence.company.here == frozenset()


async def test_somebody_who_comes_back_in_time_never_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(company, "GRACE_SECONDS", 0.05)
    presence = await made(tmp_path)
    presence.arrived("p1")
    presence.left("p1")
    presence.arrived("p1")
    await asyncio.sleep(0.15)
    assert presence.company.here == {"p1"}


async def test_two_tabs_are_one_person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(company, "GRACE_SECONDS", 0.05)
    presence = await made(tmp_path)
    presence.arrived("p1")
    presence.arrived("p1")
    presence.left("p1")
    await asyncio.sleep(0.15)
    assert presence.company.here == {"p1"}


async def test_a_draft_is_kept_as_typed_and_found_again(tmp_path: Path) -> None:
    presence = await made(tmp_path)
    await presence.save_draft("p1", **{**EMPTY, "words": "  half a sent", "card": "salience"})
    again = Presence("ABCD2345", presence._store, lambda: AT, lambda: None)
    await again.load()
    assert again.company.drafts["p1"].words == "  half a sent"
    assert again.company.drafts["p1"].saved_at == AT
    await again.drop_draft("p1")
    await presence.load()
    assert presence.company.drafts == {}
