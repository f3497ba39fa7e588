"""The permission matrix: who may send which command in which phase.

Leaves out what a rule says then. Always: `permissions.txt` is made from the classes, so
that every change of it is read by somebody before it is approved. To approve one:

    python -m tests.game.test_permissions > tests/game/permissions.txt
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.game import decide
from app.game.messages import Actor, Command, Forbidden, Rejected, Role
from app.game.phases import OPEN, Phase
from tests.game.table import NOON, with_ideas

APPROVED = Path(__file__).with_name("permissions.txt")
APPROVE = "python -m tests.game.test_permissions > tests/game/permissions.txt"

# Fields of the right shape for each command. That they come to nothing is no matter here.
_IDEA = {"card": "c", "barrier": "b", "words": "An idea"}
_CRITERION = {"judgement": "not_asked"}
_CRITERIA = "affordability practicability effectiveness acceptability side_effects equity"
SAMPLES: dict[str, dict[str, Any]] = {
    "BuildOn": {"idea": "i1", "words": "More", "as": "build"},
    "CaptureIdea": {"participant": "p1", "group": "g1", **_IDEA},
    "FormGroups": {},
    "Join": {"name": "Ada", "organisation": "NHS"},
    "JoinByInvite": {"name": "Ada", "organisation": "NHS", "role": Role.OBSERVER},
    "MergeIdeas": {"ideas": ["i1", "i2"], "words": "Both"},
    "MoveGroup": {"group": "g1", "stage": 1, "step": "build"},
    "OpenPhase": {"phase": "play"},
    "OpenRatings": {},
    "RateIdea": {"idea": "i1", "impact": 1, "effort": 1, "amenability": 1},
    "RecordAssessment": {
        "idea": "i1",
        "organisation": "NHS",
        "interviewee_role": "Director",
        "criteria": dict.fromkeys(_CRITERIA.split(), _CRITERION),
    },
    "RemovePerson": {"participant": "p2"},
    "SeatParticipant": {"participant": "p1", "group": "g1"},
    "ShareResults": {"shared": True},
    "ShortlistIdea": {"idea": "i1"},
    "Spotlight": {"idea": "i1"},
    "SubmitIdea": _IDEA,
    "SwapCard": {"card": "c"},
    "UnshortlistIdea": {"idea": "i1"},
}


def matrix() -> str:
    """Every command with the roles that may send it and the phases they may send it in."""
    lines = ["# Who may send which command, and when. A role that is not listed never may.", ""]
    for kind, command in sorted(Command.kinds.items()):
        lines.append(f"{kind}{' (at the door)' if command.at_the_door else ''}")
        phases = " ".join(phase if phase in command.during else "-" for phase in Phase)
        lines.extend(f"    {role:<12} {phases}" for role in Role if role in command.by)
    return "\n".join(lines) + "\n"


def outcome(command: Command, role: Role, phase: Phase) -> str:
    """What a person of `role` hears first: that they may not, not now, or neither."""
    workshop = replace(WORKSHOP, phase=phase)
    try:
        decide(command, workshop, Actor("p1", role, "g1"), NOON)
    except Forbidden:
        return "forbidden"
    except Rejected as no:
        not_now = "This can be done at ", "This workshop is closed. Nothing"
        return "not now" if no.message.startswith(not_now) else "may"
    return "may"


WORKSHOP = with_ideas().workshop


def test_the_matrix_is_as_it_was_approved() -> None:
    assert matrix() == APPROVED.read_text(encoding="utf-8"), (
        f"Who may do what has changed. If that is wanted: {APPROVE}"
    )


def test_there_is_a_sample_of_every_command() -> None:
    assert SAMPLES.keys() == Command.kinds.keys()


@pytest.mark.parametrize("kind", sorted(SAMPLES))
def test_role_and_phase_decide_before_any_rule(kind: str) -> None:
    command = Command.kinds[kind].model_validate(SAMPLES[kind])
    for role in Role:
        for phase in Phase:
            expected = "not now" if phase not in command.during else "may"
            expected = expected if role in command.by else "forbidden"
            assert outcome(command, role, phase) == expected, (kind, role, phase)


def test_observers_analysts_and_screens_change_nothing() -> None:
    watching = {Role.OBSERVER, Role.ANALYST, Role.SCREEN}
    assert [kind for kind, command in Command.kinds.items() if watching & command.by] == []


def test_visitors_come_in_and_nobody_else_does() -> None:
    at_the_door = {kind for kind, command in Command.kinds.items() if command.at_the_door}
    assert at_the_door == {"Join", "JoinByInvite"}
    for kind, command in Command.kinds.items():
        assert (command.by == {Role.VISITOR}) is (kind in at_the_door)
        assert Role.VISITOR not in command.by or kind in at_the_door


def test_a_co_host_may_do_what_a_facilitator_may() -> None:
    for command in Command.kinds.values():
        assert (Role.FACILITATOR in command.by) is (Role.CO_HOST in command.by)


def test_in_a_closed_workshop_hardly_anything_is_done() -> None:
    late = {kind for kind, command in Command.kinds.items() if Phase.CLOSED in command.during}
    assert late == {"JoinByInvite", "OpenPhase", "RemovePerson", "ShareResults"}
    assert Phase.CLOSED not in OPEN


if __name__ == "__main__":
    print(matrix(), end="")
