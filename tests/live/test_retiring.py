"""The workshops of a process: erased when their time is over, and never while they live."""

from datetime import UTC, datetime, timedelta

import pytest

from app.content import Content
from app.game.opening import OpenWorkshop
from app.live import LiveWorkshop, Workshops
from app.store import DraftRow, Store
from tests.live.making import HOST, join

START = datetime(2026, 1, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Time:
    """A clock that can be put wrong, and one that only ever runs on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = START
        self.running = 1e6
        monkeypatch.setattr("app.live.workshop.monotonic", lambda: self.running)

    def clock(self) -> datetime:
        return self.now

    def passes(self, time: timedelta) -> None:
        self.now += time
        self.running += time.total_seconds()

    def jumps(self, time: timedelta) -> None:
        self.now += time


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    return Time(monkeypatch)


@pytest.fixture
def workshops(store: Store, content: Content, time: Time) -> Workshops:
    return Workshops(store, content, retention_days=30, clock=time.clock)


async def opened(workshops: Workshops) -> LiveWorkshop:
    wish = OpenWorkshop(title="A workshop", problems=["information-sharing"])
    return await workshops.open(wish, owner="owner")


async def test_a_workshop_whose_time_is_over_is_erased_at_the_second_look(
    workshops: Workshops, time: Time
) -> None:
    live = await opened(workshops)
    time.passes(29 * DAY)
    assert [await workshops.retire() for _ in range(3)] == [0, 0, 0]
    time.passes(2 * DAY)
    assert await workshops.retire() == 0
    assert await workshops.get(live.code) is live
    assert await workshops.retire() == 1
    assert await workshops.get(live.code) is None
    assert await workshops.retire() == 0


async def test_a_workshop_is_kept_while_somebody_is_connected_and_for_a_day_after(
    workshops: Workshops, time: Time
) -> None:
    live = await opened(workshops)
    member = live.watch(HOST)
    time.passes(40 * DAY)
    assert [await workshops.retire() for _ in range(3)] == [0, 0, 0]
    live.changed()
    live.unwatch(member)
    time.passes(DAY - HOUR)
    assert [await workshops.retire() for _ in range(3)] == [0, 0, 0]
    time.passes(2 * HOUR)
    assert [await workshops.retire() for _ in range(2)] == [0, 1]


@pytest.mark.parametrize("act", ["joins", "drafts", "is seen"])
async def test_a_workshop_is_kept_for_a_day_after_anybody_did_anything_also_before_a_restart(
    store: Store, content: Content, workshops: Workshops, time: Time, act: str
) -> None:
    live = await opened(workshops)
    time.passes(40 * DAY)
    if act == "joins":
        await join(live)
    elif act == "drafts":
        draft = DraftRow(workshop=live.code, person="p1", words="So", saved_at=time.now)
        await store.records.save_draft(draft)
    else:
        await store.records.saw(live.code, "p1", time.now)
    restarted = Workshops(store, content, retention_days=30, clock=time.clock)

    time.passes(DAY - HOUR)
    assert [await restarted.retire() for _ in range(3)] == [0, 0, 0]
    time.passes(2 * HOUR)
    assert [await restarted.retire() for _ in range(2)] == [0, 1]


async def test_a_clock_that_jumps_ahead_for_a_moment_erases_nothing(
    workshops: Workshops, time: Time
) -> None:
    live = await opened(workshops)
    time.passes(3 * DAY)
    for jump in (40 * DAY, 4000 * DAY):
        time.jumps(jump)
        assert await workshops.retire() == 0
        time.jumps(-jump)
        assert await workshops.retire() == 0
    assert await workshops.get(live.code) is live


async def test_a_clock_that_stays_wrong_erases_nothing_that_was_used_today(
    workshops: Workshops, time: Time
) -> None:
    used, unused = await opened(workshops), await opened(workshops)
    time.passes(2 * DAY)
    await join(used)
    time.jumps(4000 * DAY)
    time.passes(HOUR)
    assert [await workshops.retire() for _ in range(3)] == [0, 1, 0]
    assert await workshops.get(used.code) is used
    assert await workshops.get(unused.code) is None


async def test_a_clock_that_goes_back_erases_nothing(workshops: Workshops, time: Time) -> None:
    live = await opened(workshops)
    time.jumps(-400 * DAY)
    time.passes(DAY)
    assert [await workshops.retire() for _ in range(3)] == [0, 0, 0]
    assert await workshops.get(live.code) is live


async def test_whoever_looks_at_an_erased_workshop_is_told_that_it_is_over(
    workshops: Workshops, time: Time
) -> None:
    live = await opened(workshops)
    member = live.watch(HOST)
    await workshops.store.erase_workshop(live.code)
    await workshops.erased(live.code, None)

    assert member.over
    await member.something()
    assert member.take() == []
    assert await workshops.get(live.code) is None
