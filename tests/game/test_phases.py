"""Phases: the table of them.

Leaves out going from one to another (`test_course.py`). Always: the order is the
order of a workshop.
"""

from app.game.phases import EVERY, OPEN, OPTIONAL, PHASES, Phase


def test_the_phases_stand_in_the_order_of_a_workshop() -> None:
    assert list(PHASES) == list(Phase)
    assert [phase.value for phase in Phase] == [
        "lobby",
        "briefing",
        "play",
        "plenary",
        "rate",
        "shortlist",
        "assess",
        "closed",
    ]


def test_four_phases_can_be_left_out() -> None:
    assert {Phase.BRIEFING, Phase.PLENARY, Phase.RATE, Phase.ASSESS} == OPTIONAL


def test_two_phases_need_groups() -> None:
    assert {phase for phase in Phase if phase.about.needs_groups} == {Phase.BRIEFING, Phase.PLAY}


def test_every_phase_but_the_last_is_open() -> None:
    assert {Phase.CLOSED} == EVERY - OPEN


def test_every_phase_has_words_of_its_own() -> None:
    assert len({about.title for about in PHASES.values()}) == len(Phase)
    assert all(about.what.endswith(".") for about in PHASES.values())
