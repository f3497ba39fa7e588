"""Limits: exact at the edge, fair to a department, and bounded."""

import contextlib
from typing import get_args

import pytest

from app.web import limits as module
from app.web.errors import Problem
from app.web.limits import GUESSES, LIMITS, MORE_GUESSES, SAYS, SOCKETS, Kind, Limits


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limits(clock: Clock) -> Limits:
    return Limits(clock)


async def passed(limits: Limits, kind: Kind, who: str | None, tries: int) -> int:
    """How many of `tries` are let through."""
    number = 0
    for _ in range(tries):
        try:
            await limits.check(kind, who)
        except Problem:
            continue
        number += 1
    return number


async def refusal(limits: Limits, kind: Kind, who: str) -> Problem:
    with pytest.raises(Problem) as refused:
        await limits.check(kind, who)
    return refused.value


def test_every_kind_has_a_limit_and_words() -> None:
    assert set(LIMITS) == set(SAYS) == set(get_args(Kind))


@pytest.mark.parametrize("kind", get_args(Kind))
async def test_a_limit_is_met_exactly(limits: Limits, clock: Clock, kind: Kind) -> None:
    item = LIMITS[kind]
    assert await passed(limits, kind, "192.0.2.1", item.amount + 5) == item.amount
    clock.now += item.get_expiry() - 0.01
    assert await passed(limits, kind, "192.0.2.1", 1) == 0
    clock.now += 0.01
    assert await passed(limits, kind, "192.0.2.1", item.amount + 5) == item.amount


async def test_a_hundred_and_fifty_people_join_from_one_address_in_a_minute(
    limits: Limits, clock: Clock
) -> None:
    for _ in range(150):
        await limits.check("join", "192.0.2.1")
        clock.now += 60 / 150


async def test_whoever_waits_as_told_is_let_in(limits: Limits, clock: Clock) -> None:
    await passed(limits, "sign_in", "192.0.2.1", 10)
    clock.now += 20.5
    problem = await refusal(limits, "sign_in", "192.0.2.1")
    assert (problem.kind, problem.status) == ("too_many", 429)
    assert problem.headers["Retry-After"] == "40"
    assert problem.message == (
        "Too many attempts to sign in were made. Wait 40 seconds, then try again."
    )
    await passed(limits, "sign_in", "192.0.2.1", 50)  # refused, so they do not count
    clock.now += 40
    await limits.check("sign_in", "192.0.2.1")


async def test_the_last_second_is_one_second(limits: Limits, clock: Clock) -> None:
    await passed(limits, "sign_in", "192.0.2.1", 10)
    clock.now += 59.9
    problem = await refusal(limits, "sign_in", "192.0.2.1")
    assert problem.message.endswith("Wait 1 second, then try again.")


async def test_one_address_does_not_use_up_anothers(limits: Limits) -> None:
    await passed(limits, "sign_in", "192.0.2.1", 50)
    await limits.check("sign_in", "192.0.2.2")


async def test_a_subscriber_of_ipv6_is_counted_once_whatever_address_they_take(
    limits: Limits,
) -> None:
    for number in range(10):
        await limits.check("sign_in", f"2001:db8::{number:x}")
    await refusal(limits, "sign_in", "2001:db8::ffff")
    await limits.check("sign_in", "2001:db8:0:1::1")


async def test_those_without_an_address_share_one_limit(limits: Limits) -> None:
    assert await passed(limits, "sign_in", None, 15) == 10


async def test_people_are_told_apart_by_their_whole_name(limits: Limits) -> None:
    await passed(limits, "command", "ABCD2345 p1", 500)
    await limits.check("command", "ABCD2345 p2")


async def test_kinds_are_counted_apart(limits: Limits) -> None:
    await passed(limits, "sign_in", "192.0.2.1", 50)
    await limits.check("join", "192.0.2.1")


# Codes


async def told_wrong(limits: Limits, address: str | None, tries: int) -> tuple[int, int]:
    """Of `tries` with wrong codes, how many are told so, and how many to wait."""
    wrong = wait = 0
    for _ in range(tries):
        try:
            await limits.codes.trying("NOTACODE", address)
            await limits.codes.was_wrong(address)
        except Problem:
            wait += 1
        else:
            wrong += 1
    return wrong, wait


async def test_wrong_codes_are_told_so_twenty_times_a_minute_and_then_to_wait(
    limits: Limits, clock: Clock
) -> None:
    assert await told_wrong(limits, "192.0.2.1", 25) == (20, 5)
    clock.now += 59.9
    assert await told_wrong(limits, "192.0.2.1", 1) == (0, 1)
    clock.now += 0.1
    assert await told_wrong(limits, "192.0.2.1", 21) == (20, 1)


async def test_whoever_knows_the_code_gets_in_whatever_others_there_have_typed(
    limits: Limits,
) -> None:
    await told_wrong(limits, "192.0.2.1", 800)
    for _ in range(150):
        await limits.codes.trying("RIGHTONE", "192.0.2.1")
        await limits.codes.was_right("RIGHTONE", "192.0.2.1")
    await limits.codes.trying("ANOTHER1", "192.0.2.1")


async def test_one_address_cannot_use_up_the_guesses_of_all(limits: Limits) -> None:
    await told_wrong(limits, "192.0.2.1", 5000)
    assert await told_wrong(limits, "192.0.2.2", 1) == (1, 0)


async def test_guesses_are_limited_in_all_wherever_they_come_from(
    limits: Limits, clock: Clock
) -> None:
    told = [await told_wrong(limits, f"2001:db8:0:{n:x}::{n:x}", 1) for n in range(1000)]
    assert sum(wrong for wrong, _ in told) == GUESSES.amount
    with pytest.raises(Problem):
        await limits.codes.trying("RIGHTONE", "2001:db8:0:9999::1")
    clock.now += 60
    await limits.codes.trying("RIGHTONE", "2001:db8:0:9999::1")


async def test_no_more_are_looked_up_than_both_budgets_hold(limits: Limits) -> None:
    looked_up = 0
    for number in range(40):
        for _ in range(100):
            try:
                await limits.codes.trying("NOTACODE", f"198.51.100.{number}")
            except Problem:
                continue
            looked_up += 1
            with contextlib.suppress(Problem):
                await limits.codes.was_wrong(f"198.51.100.{number}")
    assert looked_up == GUESSES.amount + MORE_GUESSES.amount


async def test_others_guesses_do_not_stop_those_whose_colleagues_are_in(limits: Limits) -> None:
    await limits.codes.was_right("RIGHTONE", "192.0.2.1")
    for number in range(1000):
        await told_wrong(limits, f"2001:db8:0:{number:x}::1", 1)
    with pytest.raises(Problem):
        await limits.codes.trying("RIGHTONE", "192.0.2.2")
    await limits.codes.trying("OTHERONE", "192.0.2.1")
    assert await told_wrong(limits, "192.0.2.1", 50) == (20, 30)


async def test_a_code_that_was_right_there_is_let_through_when_nothing_else_is(
    limits: Limits,
) -> None:
    await limits.codes.was_right("RIGHTONE", "192.0.2.1")
    await told_wrong(limits, "192.0.2.1", 2000)
    with pytest.raises(Problem):
        await limits.codes.trying("OTHERONE", "192.0.2.1")
    await limits.codes.trying("RIGHTONE", "192.0.2.1")


async def test_a_right_code_counts_for_half_a_day(limits: Limits, clock: Clock) -> None:
    await limits.codes.was_right("RIGHTONE", "192.0.2.1")
    clock.now += 12 * 60 * 60
    for number in range(1000):
        await told_wrong(limits, f"2001:db8:0:{number:x}::1", 1)
    with pytest.raises(Problem):
        await limits.codes.trying("RIGHTONE", "192.0.2.1")


# Sockets


@pytest.mark.parametrize("kind", ["seat", "address"])
def test_sockets_are_counted_while_they_are_open_and_no_longer(limits: Limits, kind: str) -> None:
    sockets = limits.sockets
    most = SOCKETS[kind]
    one = sockets.of_seat if kind == "seat" else sockets.from_address
    with contextlib.ExitStack() as opened:
        for _ in range(most):
            opened.enter_context(one("192.0.2.1"))
        with pytest.raises(Problem) as refused, one("192.0.2.1"):
            pass
        assert (refused.value.kind, refused.value.close) == ("too_many", 1013)
        with one("192.0.2.2"):
            pass
    with one("192.0.2.1"):
        pass
    assert not sockets._open


def test_screens_are_limited_by_workshop_and_place(limits: Limits) -> None:
    with contextlib.ExitStack() as opened:
        for number in range(SOCKETS["screen"]):
            place = f"2001:db8::{number:x}"
            opened.enter_context(limits.sockets.of_screen("ABCD2345", place))
        with (
            pytest.raises(Problem, match="too_many"),
            limits.sockets.of_screen("ABCD2345", "2001:db8::ffff"),
        ):
            pass
        with (
            limits.sockets.of_screen("ABCD2345", "192.0.2.1"),
            limits.sockets.of_screen("WXYZ2345", "2001:db8::1"),
        ):
            pass
    assert not limits.sockets._open


def test_where_there_is_less_room_the_limits_are_lower() -> None:
    sockets = Limits(sockets={**SOCKETS, "address": 2, "all": 3}).sockets
    with contextlib.ExitStack() as opened:
        for _ in range(2):
            opened.enter_context(sockets.from_address("192.0.2.1"))
        with pytest.raises(Problem), sockets.from_address("192.0.2.1"):
            pass
        opened.enter_context(sockets.from_address("192.0.2.2"))
        with pytest.raises(Problem), sockets.from_address("192.0.2.3"):
            pass


def test_sockets_are_limited_in_all(limits: Limits) -> None:
    with contextlib.ExitStack() as opened:
        for number in range(SOCKETS["all"]):
            address = f"10.0.{number // 250}.{number % 250}"
            opened.enter_context(limits.sockets.from_address(address))
        with pytest.raises(Problem), limits.sockets.from_address("192.0.2.1"):
            pass
    assert not limits.sockets._open


# What is remembered


async def test_what_is_remembered_is_bounded_and_forgets_the_longest_quiet(
    limits: Limits, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    monkeypatch.setattr(module, "MOST_KEYS", 100)
    recent = module.Recent(60, clock)
    for number in range(250):
        await recent.acquire_entry(f"{number}", 10, 60)
        await recent.acquire_entry("busy", 1000, 60)
    assert await recent.reset() == 100
    await recent.acquire_entry("busy", 10, 60)
    clock.now += 61
    await recent.acquire_entry("other", 10, 60)
    assert await recent.reset() == 1


async def test_the_store_keeps_to_the_librarys_promises(clock: Clock) -> None:
    recent = module.Recent(60, clock)
    assert await recent.check()
    assert not await recent.acquire_entry("one", 3, 60, amount=4)
    assert await recent.acquire_entry("one", 3, 60, amount=3)
    assert await recent.get("one") == 3
    assert await recent.get_expiry("one") == clock.now + 60
    assert await recent.get_moving_window("one", 3, 60) == (clock.now, 3)
    await recent.clear("one")
    assert await recent.get_moving_window("one", 3, 60) == (clock.now, 0)
    assert await recent.get_expiry("one") == clock.now
