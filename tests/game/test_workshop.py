"""The state: the questions it answers.

Leaves out how it changes. Always: an answer does not depend on the order in which
somebody asks.
"""

from dataclasses import FrozenInstanceError

import pytest

from app.game.messages import Rejected, Role
from app.game.phases import Phase
from app.game.workshop import Idea
from tests.game.table import at_play, in_the_lobby, with_ideas


def test_the_state_is_frozen() -> None:
    workshop = in_the_lobby().workshop
    with pytest.raises(FrozenInstanceError):
        workshop.phase = Phase.CLOSED  # type: ignore[misc]


def test_having_puts_people_and_groups_in_place_and_leaves_the_rest() -> None:
    table = at_play()
    before = table.workshop
    person, group = before.people["p1"], before.groups["g1"]
    assert before.having() == before
    assert before.having(person, group) == before
    assert before.having(person).groups is before.groups
    assert before.having(group).people is before.people
    assert list(before.having(person).people) == list(before.people)


def test_participants_come_in_order_of_arrival_and_without_other_roles() -> None:
    table = in_the_lobby(2)
    table.invite(Role.OBSERVER)
    table.join()
    assert [person.id for person in table.workshop.participants()] == ["p1", "p2", "p4"]
    assert table.workshop.participants("g1") == []


def test_participants_of_a_group_are_those_who_sit_there() -> None:
    table = at_play()
    everyone = [p for group in table.workshop.groups for p in table.members(group)]
    assert sorted(everyone) == ["p1", "p2", "p3", "p4", "p5", "p6"]


@pytest.mark.parametrize("who", ["p1", "nobody"])
def test_without_a_seat_there_is_no_group(who: str) -> None:
    with pytest.raises(Rejected, match="You are not in a group yet"):
        in_the_lobby().workshop.group_of(who)


def test_the_longlist_goes_by_problem_then_stage_then_arrival() -> None:
    table = at_play()
    table.do("facilitator", "MoveGroup", group="all", stage=2, step="write")
    sharing, trusting = table.members("g1"), table.members("g2")
    ideas = [
        table.submit(trusting[0]),
        table.submit(sharing[0]),
        table.submit(sharing[1], stage=1),
        table.submit(trusting[1], stage=1),
        table.submit(sharing[2]),
    ]
    order = [ideas[place] for place in (2, 1, 4, 3, 0)]
    assert [idea.id for idea in table.workshop.ideas()] == order


def test_ideas_of_two_groups_on_one_problem_stand_together() -> None:
    table = at_play(groups_per_problem=2)
    ideas = [table.submit(table.members(group)[0]) for group in ("g4", "g3", "g2", "g1")]
    # g1 and g3 have the first problem statement, g2 and g4 the second.
    order = [ideas[place] for place in (1, 3, 0, 2)]
    assert [idea.id for idea in table.workshop.ideas()] == order


def test_the_tenth_idea_comes_after_the_ninth() -> None:
    table = at_play(2)
    ideas: list[Idea] = []
    for number in range(5):
        for person in ("p1", "p2"):
            ideas.append(table.idea(table.submit(person, words=f"Number {number}")))
    assert {len(idea.id) for idea in ideas} == {2, 3}
    of_sharing = [idea.number for idea in table.workshop.ideas() if idea.problem == "sharing"]
    assert of_sharing == sorted(of_sharing)


def test_an_idea_is_found_wherever_it_lies() -> None:
    table = with_ideas()
    for idea in table.workshop.ideas():
        assert table.workshop.find_idea(idea.id) == idea
        assert table.workshop.idea(idea.id) == idea
        assert table.workshop.standing(idea.id) == idea


def test_an_idea_that_does_not_exist_is_rejected_with_the_field_asked_for() -> None:
    workshop = with_ideas().workshop
    assert workshop.find_idea("i999") is None
    with pytest.raises(Rejected) as no:
        workshop.idea("i999")
    assert (type(no.value), no.value.field) == (Rejected, "idea")
    with pytest.raises(Rejected) as no:
        workshop.standing("i999", "ideas")
    assert no.value.field == "ideas"


def test_a_merged_idea_does_not_stand_by_itself() -> None:
    table = with_ideas()
    pair = [table.workshop.find_idea(i) for i in table.workshop.groups["g1"].ideas][:2]
    ids = [idea.id for idea in pair if idea]
    table.do("facilitator", "MergeIdeas", ideas=ids, words="Both")
    assert table.workshop.idea(ids[0]).merged_into is not None
    with pytest.raises(Rejected) as no:
        table.workshop.standing(ids[0])
    assert (type(no.value), no.value.field) == (Rejected, "idea")


def test_an_idea_knows_its_card_its_number_and_its_barrier() -> None:
    table = at_play()
    card = table.hand("p1")[0]
    idea = table.idea(table.submit("p1"))
    assert idea.card == card
    assert idea.id == f"i{idea.number}"
    assert idea.number == table.workshop.seq
    assert table.workshop.barrier(idea).id == table.barrier("p1")


def test_the_organisations_of_an_idea_are_those_of_its_authors_each_once() -> None:
    table = in_the_lobby(0)
    for organisation in ("NHS", "Police", "NHS"):
        table.join(organisation)
    table.do("facilitator", "OpenPhase", phase="play")
    for person in ("p1", "p2", "p3"):
        if table.person(person).group != "g1":
            table.do("facilitator", "SeatParticipant", participant=person, group="g1")
    ideas = [table.submit(person) for person in ("p3", "p2", "p1")]
    (merged,) = table.do("facilitator", "MergeIdeas", ideas=ideas, words="All")
    assert merged.made is not None
    assert table.workshop.organisations_of(table.idea(merged.made)) == ("NHS", "Police")


def test_hands_are_dealt_once_there_is_a_group_that_has_them() -> None:
    assert not in_the_lobby().workshop.hands_dealt
    assert at_play().workshop.hands_dealt


def test_a_group_knows_its_journey() -> None:
    workshop = at_play().workshop
    assert workshop.journey_of(workshop.groups["g2"]).id == "trusting"
