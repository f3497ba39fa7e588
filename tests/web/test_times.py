"""Moments as pages say them, in winter and in summer."""

from datetime import UTC, datetime

from app.web.times import clock_time, day

WINTER = datetime(2026, 12, 3, 23, 30, 5, tzinfo=UTC)
SUMMER = datetime(2026, 7, 31, 23, 30, 5, tzinfo=UTC)


def test_the_clock_is_that_of_the_united_kingdom() -> None:
    assert clock_time(WINTER) == "23:30:05"
    assert clock_time(SUMMER) == "00:30:05"


def test_a_day_is_the_day_it_is_there() -> None:
    assert day(WINTER) == "3 December 2026"
    assert day(SUMMER) == "1 August 2026"
