"""Planning: the two-hour workshop comes out as it is written, and so does what does not fit."""

import pytest

from app.planning import PARTS, Plan, plan


def checked(stages: int = 4, people: int = 6, minutes: int = 120, **more: object) -> Plan:
    left_out = more.get("left_out", ())
    assert isinstance(left_out, tuple)
    return plan(
        stages=stages, barriers=[3] * stages, people=people, minutes=minutes, left_out=left_out
    )


def test_the_worked_example_is_four_stages_of_fifteen_minutes() -> None:
    made = checked()
    assert (made.around, made.pause, made.stage_minutes) == (55, 5, 15.0)
    assert (made.present_minutes, made.present_seconds, made.fits) == (5.5, 55, True)
    assert (made.savings, made.split, made.warnings) == ((), None, ())


def test_five_stages_do_not_fit_two_hours_with_groups_of_six() -> None:
    made = checked(stages=5)
    assert made.stage_minutes == 12.0
    assert (made.fits, made.present_seconds, made.most_stages) == (False, 40, 4)
    assert made.needed == 128  # 5 stages of 13.5 minutes, the break, and 55 minutes around


def test_what_to_drop_is_said_with_what_it_saves_and_whether_it_is_enough() -> None:
    made = checked(stages=5)
    assert [(each.minutes, each.enough) for each in made.savings] == [
        (15, True), (10, True), (7, False), (5, False), (5, False),
    ]  # fmt: skip
    for phase, minutes in (("rate", 15), ("plenary", 10)):
        kept = checked(stages=5, left_out=(phase,))
        assert kept.fits, phase
        assert kept.around == 55 - minutes
    assert not checked(stages=5, left_out=("briefing",)).fits


PHASES = {part.name: part.phase for part in PARTS}


@pytest.mark.parametrize("people", [4, 6, 10, 13])
def test_whatever_is_said_to_be_enough_is_enough(people: int) -> None:
    told = 0
    for stages in range(1, 13):
        for minutes in range(60, 241, 5):
            made = checked(stages, people, minutes)
            if made.fits:
                continue
            for saving in made.savings:
                if phase := PHASES[saving.words]:
                    kept = checked(stages, people, minutes, left_out=(phase,))
                    assert kept.fits is saving.enough, (stages, minutes, saving.words)
                    told += saving.enough
            if made.split:
                assert checked(stages, made.split, minutes).fits
            if made.most_stages:
                assert checked(made.most_stages, people, minutes).fits
            assert made.needed > minutes
            assert checked(stages, people, made.needed).fits
    assert told > 10


def test_where_no_part_alone_is_enough_it_is_said_how_many_are() -> None:
    made = checked(stages=6)
    assert not any(each.enough for each in made.savings)
    assert made.together == 2
    assert checked(stages=6, left_out=("rate", "plenary")).fits
    assert checked(stages=5).together == 1
    assert checked(stages=12).together is None
    assert checked().together is None


def test_smaller_groups_are_offered_where_they_would_do() -> None:
    made = checked(stages=4, people=10, minutes=115)
    assert (made.fits, made.split) == (False, 5)
    assert checked(people=5, minutes=115).fits
    assert checked(stages=9).split is None  # not even groups of three would do


def test_nobody_gets_more_than_ninety_seconds_and_the_rest_is_spare() -> None:
    made = checked(stages=2)
    assert (made.present_seconds, made.fits) == (90, True)
    assert (made.stage_minutes, made.present_minutes) == (18.5, 9.0)
    assert made.spare == 23  # 60 minutes for two stages of 18½


@pytest.mark.parametrize(("people", "words"), [(8, "two groups"), (3, "merge")])
def test_a_group_too_large_or_too_small_is_said(people: int, words: str) -> None:
    [warning] = checked(people=people, minutes=180).warnings
    assert words in warning


def test_a_stage_with_many_barriers_is_named() -> None:
    made = plan(stages=2, barriers=[4, 5], people=6, minutes=120)
    [warning] = made.warnings
    assert warning.startswith("Stage 2 has 5 barriers")


@pytest.mark.parametrize("minutes", [0, 1, 54, 56])
def test_hardly_any_time_is_no_error(minutes: int) -> None:
    made = checked(minutes=minutes)
    assert not made.fits
    assert made.most_stages == 0
    assert made.stage_minutes >= 0


def test_a_short_workshop_has_no_break() -> None:
    assert checked(stages=2, minutes=100).pause == 0
    assert checked(stages=2, minutes=106).pause == 5


def test_the_parts_are_what_two_hours_leave_beside_playing() -> None:
    assert sum(part.minutes for part in PARTS) == 120 - 65
