"""Commands and events as such: what is promised of every one of them.

Leaves out the rules. Always: the contract is written out here, so that renaming a field
of a command is a change of this file.
"""

import pytest
from pydantic import ValidationError

from app.game.course import PhaseOpened
from app.game.ideas import IdeaSubmitted
from app.game.messages import (
    STAFF,
    STAFF_AND_LEADS,
    Actor,
    Command,
    Event,
    Forbidden,
    Malformed,
    Rejected,
    Role,
    Stamp,
)
from app.game.people import PersonJoined
from app.game.phases import Phase
from tests.game.table import FACILITATOR, NOON, Table

PARTICIPANT = frozenset({Role.PARTICIPANT})

# Fields in the order of the contract, those that may be left out in brackets.
CONTRACT = {
    "OpenPhase": ("phase", STAFF),
    "FormGroups": ("", STAFF),
    "SeatParticipant": ("participant group", STAFF),
    "MoveGroup": ("group stage step", STAFF_AND_LEADS),
    "SwapCard": ("card", PARTICIPANT),
    "SubmitIdea": ("card barrier words [how] [example] [caution]", PARTICIPANT),
    "BuildOn": ("idea words as", PARTICIPANT),
    "MergeIdeas": ("ideas words", STAFF_AND_LEADS),
    "Spotlight": ("idea", STAFF),
    "RateIdea": ("idea impact effort amenability [reason]", STAFF | PARTICIPANT),
    "OpenRatings": ("", STAFF),
    "ShortlistIdea": ("idea [reason]", STAFF),
    "UnshortlistIdea": ("idea [reason]", STAFF),
    "RecordAssessment": ("idea organisation interviewee_role criteria [themes]", STAFF),
    "CaptureIdea": (
        "participant group card barrier words [how] [example] [caution]",
        STAFF,
    ),
}

NULLABLE = {
    "SubmitIdea": {"how", "example", "caution"},
    "CaptureIdea": {"how", "example", "caution"},
    "Spotlight": {"idea"},
    "RateIdea": {"impact", "effort", "amenability", "reason"},
    "ShortlistIdea": {"reason"},
    "UnshortlistIdea": {"reason"},
}


def fields_of(command: type[Command]) -> str:
    return " ".join(
        (field.alias or name) if field.is_required() else f"[{field.alias or name}]"
        for name, field in command.model_fields.items()
    )


@pytest.mark.parametrize("kind", CONTRACT)
def test_a_command_of_the_contract_has_these_fields_and_is_for_these_people(kind: str) -> None:
    command = Command.kinds[kind]
    assert (fields_of(command), command.by) == CONTRACT[kind]
    assert not command.at_the_door


@pytest.mark.parametrize("kind", CONTRACT)
def test_null_stands_where_the_contract_allows_it_and_nowhere_else(kind: str) -> None:
    command = Command.kinds[kind]
    names = [field.alias or name for name, field in command.model_fields.items()]
    try:
        command.model_validate(dict.fromkeys(names))
        refused = set()
    except ValidationError as error:
        refused = {str(mistake["loc"][0]) for mistake in error.errors()}
    assert set(names) - refused == NULLABLE.get(kind, set())


def test_the_commands_beyond_the_contract_are_these() -> None:
    beyond = {"Join", "JoinByInvite", "RemovePerson", "ShareResults"}
    assert Command.kinds.keys() - CONTRACT.keys() == beyond


@pytest.mark.parametrize("kind", sorted(Command.kinds))
def test_a_command_says_what_it_is_for_and_who_may_ask(kind: str) -> None:
    command = Command.kinds[kind]
    assert command.__doc__
    assert command.__doc__ != Command.__doc__
    assert command.by
    assert command.during


@pytest.mark.parametrize("kind", sorted(Event.kinds))
def test_an_event_says_what_it_is_and_names_fields_it_has(kind: str) -> None:
    event = Event.kinds[kind]
    assert event.__doc__
    assert event.__doc__ != Event.__doc__
    assert {event.subject_field, event.made_field} - {None} <= event.model_fields.keys()


def test_commands_and_events_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        PhaseOpened(phase=Phase.PLAY, before=Phase.LOBBY).phase = Phase.RATE


def test_an_event_knows_its_kind_its_subject_and_what_it_made() -> None:
    joined = PersonJoined(person="p3", name="Ada", organisation="NHS", role=Role.PARTICIPANT)
    assert (joined.kind, joined.subject, joined.made) == ("PersonJoined", "p3", "p3")
    opened = PhaseOpened(phase=Phase.PLAY, before=Phase.LOBBY)
    assert (opened.kind, opened.subject, opened.made) == ("PhaseOpened", None, None)


def test_an_event_is_read_by_the_name_in_the_log() -> None:
    event = PhaseOpened(phase=Phase.PLAY, before=Phase.LOBBY)
    assert Event.read("PhaseOpened", event.model_dump_json()) == event


def test_a_field_that_a_newer_program_wrote_is_passed_over() -> None:
    read = Event.read("PhaseOpened", '{"phase": "play", "before": "lobby", "weather": "fine"}')
    assert read == PhaseOpened(phase=Phase.PLAY, before=Phase.LOBBY)


def test_an_event_that_a_newer_program_wrote_is_not_guessed_at() -> None:
    with pytest.raises(KeyError):
        Event.read("WeatherChanged", "{}")


def test_an_event_asked_for_as_another_is_a_fault() -> None:
    with pytest.raises(AssertionError):
        IdeaSubmitted.read("PhaseOpened", '{"phase": "play", "before": "lobby"}')


def test_a_refusal_carries_its_words_and_its_field() -> None:
    no = Malformed("“words” is empty.", "words")
    assert (no.message, no.field, str(no)) == ("“words” is empty.", "words", "“words” is empty.")
    assert Rejected("No.").field is None
    assert issubclass(Malformed, Rejected)
    assert issubclass(Forbidden, Rejected)


def test_what_has_no_rule_of_its_own_decides_and_applies_nothing() -> None:
    workshop = Table().workshop
    with pytest.raises(NotImplementedError):
        Command().decide(workshop, FACILITATOR, NOON)
    with pytest.raises(NotImplementedError):
        Event().apply(workshop, Stamp(2, NOON, FACILITATOR.id))


def test_an_actor_without_a_group_has_none() -> None:
    assert Actor("p1", Role.PARTICIPANT).group is None
