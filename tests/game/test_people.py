"""People: coming in at the door, and being removed.

Leaves out where a balanced seating puts them (`test_seating.py`). Always: whoever came
in stays in the list.
"""

import pytest

from app.game.dealing import HandsDealt
from app.game.messages import Malformed, Rejected, Role
from app.game.people import Join, JoinByInvite, PersonJoined, PersonRemoved
from app.game.seating import PersonSeated
from app.game.shapes import validated
from app.game.workshop import Person
from tests.game.table import (
    DECK,
    FACILITATOR,
    VISITOR,
    Table,
    at_play,
    in_the_lobby,
    with_ideas,
)


def refused(table: Table, command: Join | JoinByInvite) -> Rejected:
    before, facts = table.workshop, repr(table.workshop)
    with pytest.raises(Rejected) as no:
        table.play(VISITOR, command)
    assert table.workshop is before
    assert repr(before) == facts
    return no.value


def test_somebody_comes_in_by_name_and_organisation() -> None:
    table = Table()
    events = table.play(VISITOR, Join(name="Ada", organisation="NHS"))
    assert events == (
        PersonJoined(person="p1", name="Ada", organisation="NHS", role=Role.PARTICIPANT),
    )
    assert table.person("p1") == Person("p1", "Ada", "NHS", Role.PARTICIPANT)
    assert events[0].made == "p1"


def test_people_are_numbered_as_they_come_in() -> None:
    table = Table()
    assert [table.join(), table.invite(Role.OBSERVER), table.join()] == ["p1", "p2", "p3"]
    assert list(table.workshop.people) == ["p1", "p2", "p3"]


def test_two_people_may_have_one_name() -> None:
    table = Table()
    assert table.join(name="Ada") != table.join(name="Ada")


@pytest.mark.parametrize("name", ["", " ", "\u200e", "x" * 81, None])
def test_a_name_is_one_to_eighty_characters(name: str) -> None:
    with pytest.raises(Malformed) as no:
        validated(Join, {"name": name, "organisation": "NHS"})
    assert no.value.field == "name"


@pytest.mark.parametrize("organisation", ["", "\x00", "x" * 121, 5])
def test_an_organisation_is_one_to_a_hundred_and_twenty_characters(organisation: object) -> None:
    with pytest.raises(Malformed) as no:
        validated(Join, {"name": "Ada", "organisation": organisation})
    assert no.value.field == "organisation"


def test_nobody_chooses_their_own_role_or_group() -> None:
    for field in ("role", "group", "person"):
        with pytest.raises(Malformed) as no:
            validated(Join, {"name": "Ada", "organisation": "NHS", field: "facilitator"})
        assert no.value.field == field


def test_an_organisation_is_spelt_as_whoever_came_first_spelt_it() -> None:
    table = Table()
    for organisation in ("NHS", "nhs", "Nhs", "Police"):
        table.join(organisation)
    found = [person.organisation for person in table.workshop.participants()]
    assert found == ["NHS", "NHS", "NHS", "Police"]


def test_of_a_fixed_list_any_spelling_will_do() -> None:
    table = Table(organisations=["DfE", "Straße"])
    assert table.person(table.join("dfe")).organisation == "DfE"
    assert table.person(table.join("STRASSE")).organisation == "Straße"


def test_an_organisation_off_a_fixed_list_is_malformed() -> None:
    table = Table(organisations=["DfE", "Police"])
    no = refused(table, Join(name="Ada", organisation="NHS"))
    assert (type(no), no.field) == (Malformed, "organisation")
    assert no.message == "Choose your organisation from the list: DfE, Police."


def test_a_closed_workshop_lets_nobody_in() -> None:
    table = Table()
    table.do("facilitator", "OpenPhase", phase="closed")
    no = refused(table, Join(name="Ada", organisation="NHS"))
    assert (type(no), no.field) == (Rejected, None)


def test_an_analyst_comes_in_by_an_invite_when_all_is_over() -> None:
    table = Table()
    table.do("facilitator", "OpenPhase", phase="closed")
    assert table.person(table.invite(Role.ANALYST)).role is Role.ANALYST


@pytest.mark.parametrize("phase", ["briefing", "play", "plenary", "rate", "shortlist", "assess"])
def test_late_people_are_let_in_and_seated_while_it_goes_on(phase: str) -> None:
    table = at_play()
    if phase != "play":
        table.do("facilitator", "OpenPhase", phase=phase)
    late = table.person(table.join())
    assert late.group is not None
    assert len(late.hand) == 5


def test_an_invite_says_the_role_and_the_group() -> None:
    table = Table()
    events = table.play(
        VISITOR,
        JoinByInvite(name="Lee", organisation="NHS", role=Role.TABLE_LEAD, group="g2"),
    )
    assert events == (
        PersonJoined(person="p1", name="Lee", organisation="NHS", role=Role.TABLE_LEAD, group="g2"),
    )
    assert table.person("p1").group == "g2"


@pytest.mark.parametrize("role", [Role.TABLE_LEAD, Role.CO_HOST, Role.OBSERVER, Role.ANALYST])
def test_nobody_but_a_participant_is_seated_or_dealt_a_hand(role: Role) -> None:
    table = at_play()
    before = table.workshop.groups
    invited = table.person(table.invite(role))
    assert (invited.group, invited.hand) == (None, ())
    assert table.workshop.groups == before


def test_an_invite_to_a_group_that_does_not_exist_is_rejected() -> None:
    command = JoinByInvite(name="Lee", organisation="NHS", role=Role.TABLE_LEAD, group="g9")
    no = refused(Table(), command)
    assert (type(no), no.field) == (Rejected, "group")


def test_before_groups_are_formed_a_participant_waits_for_a_seat() -> None:
    table = in_the_lobby(1)
    assert table.person("p1").group is None


def test_between_forming_groups_and_dealing_a_late_participant_is_seated_without_a_hand() -> None:
    table = in_the_lobby()
    table.do("facilitator", "FormGroups")
    events = table.play(VISITOR, Join(name="Late", organisation="NHS"))
    assert [event.kind for event in events] == ["PersonJoined", "PersonSeated"]
    assert table.hand("p7") == ()


def test_a_late_participant_is_seated_and_dealt_in_for_the_stage_the_group_is_at() -> None:
    table = at_play(4)
    table.do("facilitator", "MoveGroup", group="all", stage=2, step="write")
    events = table.play(VISITOR, Join(name="Late", organisation="NHS"))
    late = table.person("p5")
    assert events == (
        PersonJoined(person="p5", name="Late", organisation="NHS", role=Role.PARTICIPANT),
        PersonSeated(person="p5", group=late.group or "", before=None),
        HandsDealt(
            group=late.group or "",
            stage=2,
            hands={"p5": late.hand},
            why={"p5": {card: how.why for card, how in late.came.items()}},
            people=("p5",),
        ),
    )
    assert len(late.hand) == len(late.came) == 5


def test_dealing_somebody_in_changes_no_other_hand() -> None:
    table = at_play(4)
    before = [table.hand(person) for person in ("p1", "p2", "p3", "p4")]
    table.join()
    assert [table.hand(person) for person in ("p1", "p2", "p3", "p4")] == before


def test_two_hundred_people_fit_in_a_workshop_and_no_more() -> None:
    table = Table(groups_per_problem=20)
    table.do("facilitator", "OpenPhase", phase="play")
    for _ in range(200):
        table.join()
    assert {len(table.members(group)) for group in table.workshop.groups} == {5}
    no = refused(table, Join(name="Ada", organisation="NHS"))
    assert (type(no), no.field) == (Rejected, None)
    assert no.message == "This workshop is full: 200 people have joined."
    assert isinstance(
        refused(table, JoinByInvite(name="A", organisation="B", role=Role.OBSERVER)), Rejected
    )


def test_those_who_have_a_seat_cannot_come_in_again() -> None:
    table = at_play()
    for who in ("p1", "facilitator"):
        with pytest.raises(Rejected):
            table.play(table.actor(who), Join(name="Again", organisation="NHS"))
    with pytest.raises(Rejected):
        table.play(FACILITATOR, Join(name="Again", organisation="NHS"))


# Removing


def test_somebody_removed_leaves_their_group_and_hand_and_what_they_wrote_stays() -> None:
    table = with_ideas()
    ideas = [idea.words for idea in table.workshop.ideas()]
    group = table.person("p1").group
    events = table.do("facilitator", "RemovePerson", participant="p1")
    assert events == (PersonRemoved(person="p1", before=group),)
    assert table.person("p1") == Person("p1", "Person 1", "NHS", Role.PARTICIPANT, removed=True)
    assert [idea.words for idea in table.workshop.ideas()] == ideas
    assert "p1" not in [person.id for person in table.workshop.participants()]
    assert "p1" in [person.id for person in table.workshop.participants_ever()]


def test_somebody_removed_may_nothing_more_and_their_number_is_not_given_again() -> None:
    table = at_play()
    submission = {"card": table.hand("p1")[0], "barrier": table.barrier("p1"), "words": "Mine"}
    table.do("facilitator", "RemovePerson", participant="p1")
    assert table.refused("p1", "SubmitIdea", **submission) == ("forbidden", None)
    assert table.told("p1", "SubmitIdea", **submission) == (
        "You have been taken out of this workshop."
    )
    assert table.join() == "p7"


def test_whoever_was_removed_is_neither_seated_nor_dealt_in_nor_spoken_for() -> None:
    table = in_the_lobby()
    table.do("facilitator", "RemovePerson", participant="p1")
    table.do("facilitator", "FormGroups")
    table.do("facilitator", "OpenPhase", phase="play")
    assert (table.person("p1").group, table.person("p1").hand) == (None, ())
    assert {len(table.members(group)) for group in table.workshop.groups} == {2, 3}
    seat = {"participant": "p1", "group": "g1"}
    assert table.refused("facilitator", "SeatParticipant", **seat) == ("rejected", "participant")
    words = {"card": "card-1", "barrier": table.barrier("p2"), "words": "Said aloud"}
    captured = {**seat, **words, "group": table.group("p2").id}
    assert table.refused("facilitator", "CaptureIdea", **captured) == ("rejected", "participant")


def test_the_cards_of_somebody_removed_can_be_dealt_again() -> None:
    table = at_play(6, deck=DECK[:15])
    held = set(table.hand("p1"))
    group = table.group("p1").id
    table.do("facilitator", "RemovePerson", participant="p1")
    late = next(p for p in (table.join() for _ in range(2)) if table.group(p).id == group)
    assert len(table.hand(late)) == 5
    assert held & set(table.hand(late))


@pytest.mark.parametrize("role", [Role.TABLE_LEAD, Role.CO_HOST, Role.OBSERVER, Role.ANALYST])
def test_everybody_with_a_seat_can_be_removed(role: Role) -> None:
    table = at_play()
    seat = table.invite(role, "g1" if role is Role.TABLE_LEAD else None)
    table.do("facilitator", "RemovePerson", participant=seat)
    assert table.person(seat).removed
    assert table.person(seat).group is None


def test_nobody_is_removed_twice_or_by_themselves_or_without_being_there() -> None:
    table = at_play()
    host = table.invite(Role.CO_HOST)
    assert table.refused(host, "RemovePerson", participant=host) == ("rejected", "participant")
    table.do(host, "RemovePerson", participant="p1")
    for nobody in ("p1", "p99", "facilitator"):
        refusal = table.refused("facilitator", "RemovePerson", participant=nobody)
        assert refusal == ("rejected", "participant")


def test_the_marks_of_somebody_removed_still_count() -> None:
    table = with_ideas()
    table.do("facilitator", "OpenPhase", phase="rate")
    idea = next(idea.id for idea in table.workshop.ideas() if "p1" not in idea.authors)
    table.do("p1", "RateIdea", idea=idea, impact=5, effort=1, amenability=3)
    table.do("facilitator", "RemovePerson", participant="p1")
    assert table.workshop.ratings["p1"].keys() == {idea}
