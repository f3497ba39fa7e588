"""The doors of the game: reading a command, deciding it, folding events.

Leaves out what each command does. Always: the role is looked at first, then the phase,
then the rule.
"""

from datetime import datetime

import pytest

from app import game
from app.game import decide, evolve, read_command, replay
from app.game.course import OpenPhase, PhaseOpened, ShareResults, Spotlight
from app.game.messages import Actor, Command, Decision, Malformed, Rejected, Role, Stamp
from app.game.phases import Phase
from app.game.workshop import Workshop
from tests.game.table import FACILITATOR, NOON, Table, at_play, with_ideas

REF = "12345678"


def misread(message: object) -> str | None:
    """The field for which `message` is malformed."""
    with pytest.raises(Malformed) as no:
        read_command(message)
    assert no.value.message.endswith(".")
    return no.value.field


@pytest.fixture
def own_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test may make a command of its own, which is forgotten afterwards."""
    monkeypatch.setattr(Command, "kinds", dict(Command.kinds))


def test_a_message_is_read_as_its_ref_and_its_command() -> None:
    message = {"kind": "OpenPhase", "ref": REF, "phase": "play"}
    assert read_command(message) == (REF, OpenPhase(phase=Phase.PLAY))
    assert message == {"kind": "OpenPhase", "ref": REF, "phase": "play"}


@pytest.mark.parametrize("message", [None, "OpenPhase", 5, [], [("kind", "OpenPhase")]])
def test_what_is_not_an_object_is_malformed(message: object) -> None:
    assert misread(message) is None


@pytest.mark.parametrize("ref", ["12345678", "x" * 64, "ß-ß-ß-ß-ß"])
def test_a_ref_has_8_to_64_characters(ref: str) -> None:
    assert read_command({"kind": "OpenRatings", "ref": ref})[0] == ref


@pytest.mark.parametrize("ref", [None, 12345678, "1234567", "x" * 65, "1234567\n", "\ud8001234567"])
def test_another_ref_is_malformed(ref: object) -> None:
    assert misread({"kind": "OpenRatings", "ref": ref}) == "ref"


def test_a_ref_must_be_there() -> None:
    assert misread({"kind": "OpenRatings"}) == "ref"


@pytest.mark.parametrize("kind", [None, 5, ["OpenPhase"], "", "openphase", "IdeaSubmitted"])
def test_an_unknown_kind_is_malformed(kind: object) -> None:
    assert misread({"kind": kind, "ref": REF}) == "kind"


@pytest.mark.parametrize("kind", ["Join", "JoinByInvite"])
def test_nobody_with_a_seat_comes_in_again(kind: str) -> None:
    assert misread({"kind": kind, "ref": REF, "name": "A", "organisation": "B"}) == "kind"


def test_fields_that_the_command_does_not_have_are_malformed() -> None:
    assert misread({"kind": "OpenRatings", "ref": REF, "by": "facilitator"}) == "by"


def test_another_role_is_forbidden_whatever_the_phase() -> None:
    table = at_play()
    assert table.refused("p1", "OpenPhase", phase="rate") == ("forbidden", None)
    assert table.refused("p1", "OpenRatings") == ("forbidden", None)
    assert table.told("p1", "OpenRatings") == "A participant may not do this."


def test_a_role_of_two_words_is_named_in_plain_english() -> None:
    table = at_play()
    lead = table.invite(Role.TABLE_LEAD, "g1")
    assert table.told(lead, "OpenRatings") == "A table lead may not do this."


def test_another_phase_is_rejected_with_the_phase_it_belongs_to() -> None:
    table = Table()
    assert table.refused("facilitator", "OpenRatings") == ("rejected", None)
    assert table.told("facilitator", "OpenRatings") == (
        "This can be done at “Rating”; the workshop is at “Arriving”."
    )


def test_of_several_phases_each_is_named_in_order() -> None:
    table = Table()
    table.do("facilitator", "OpenPhase", phase="play")
    assert table.told("facilitator", "FormGroups") == (
        "This can be done at “Arriving” or “Briefing”; the workshop is at “Playing”."
    )


def test_a_closed_workshop_says_so() -> None:
    table = Table()
    table.do("facilitator", "OpenPhase", phase="closed")
    fields = {"participant": "p1", "group": "g1"}
    assert table.refused("facilitator", "SeatParticipant", **fields) == ("rejected", None)
    assert table.told("facilitator", "SeatParticipant", **fields) == (
        "This workshop is closed. Nothing can be changed any more."
    )


def test_deciding_leaves_the_workshop_it_was_given_as_it_was() -> None:
    table = at_play()
    before, facts = table.workshop, repr(table.workshop)
    table.submit("p1")
    assert repr(before) == facts
    assert before != table.workshop


def test_deciding_returns_the_workshop_after_the_events() -> None:
    before = Table().workshop
    events, after = decide(ShareResults(shared=True), before, FACILITATOR, NOON)
    assert after == evolve(before, events[0], Stamp(2, NOON, FACILITATOR.id))
    assert after.seq == 2


def test_the_same_command_decided_twice_gives_the_same() -> None:
    workshop = with_ideas().workshop
    command = OpenPhase(phase=Phase.RATE)
    assert decide(command, workshop, FACILITATOR, NOON) == decide(
        command, workshop, FACILITATOR, NOON
    )


def test_every_event_of_a_command_has_a_number_of_its_own() -> None:
    table = at_play()
    assert [stamp.seq for _, stamp in table.log] == list(range(1, len(table.log) + 1))
    assert table.workshop.seq == len(table.log)


def test_a_log_makes_the_workshop_again() -> None:
    table = with_ideas()
    assert replay(table.log) == table.workshop


def test_an_empty_log_makes_no_workshop() -> None:
    with pytest.raises(ValueError, match="the log has no events"):
        replay([])


def test_a_log_begins_with_the_opening_and_has_it_once() -> None:
    table = Table()
    stamp = Stamp(2, NOON, FACILITATOR.id)
    with pytest.raises(AssertionError):
        evolve(None, PhaseOpened(phase=Phase.PLAY, before=Phase.LOBBY), stamp)
    with pytest.raises(AssertionError):
        evolve(table.workshop, table.log[0][0], stamp)


@pytest.mark.usefixtures("own_kinds")
def test_an_accepted_command_that_causes_nothing_is_a_fault() -> None:
    class DoNothing(Command):
        by = frozenset({Role.FACILITATOR})

        def decide(self, workshop: Workshop, actor: Actor, at: datetime) -> Decision:
            yield from ()

    with pytest.raises(AssertionError, match="DoNothing was accepted and caused nothing"):
        decide(DoNothing(), Table().workshop, FACILITATOR, NOON)


@pytest.mark.usefixtures("own_kinds")
def test_a_command_without_end_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(game, "MOST_EVENTS", 3)

    class GoOn(Command):
        by = frozenset({Role.FACILITATOR})

        def decide(self, workshop: Workshop, actor: Actor, at: datetime) -> Decision:
            while True:
                workshop = yield PhaseOpened(phase=Phase.PLAY, before=workshop.phase)

    with pytest.raises(AssertionError):
        decide(GoOn(), Table().workshop, FACILITATOR, NOON)


def test_a_fault_in_between_leaves_the_workshop_as_it_was() -> None:
    table = with_ideas()
    before = table.workshop
    with pytest.raises(Rejected):
        decide(Spotlight(idea="i999"), before, FACILITATOR, NOON)
    assert replay(table.log) == before
