"""The course of a workshop: phases, the spotlight, sharing.

Leaves out what is done in a phase. Always: a change of phase deletes, hides and
finalises nothing.
"""

from dataclasses import replace

import pytest

from app.game.course import PhaseOpened, ResultsShared, SpotlightMoved
from app.game.phases import OPTIONAL, Phase
from app.game.ratings import IdeaRated
from tests.game.table import Table, at_play, in_the_lobby, with_ideas


@pytest.mark.parametrize("phase", ["plenary", "rate", "shortlist", "assess", "closed"])
def test_a_phase_is_opened_from_any_other_and_left_again(phase: str) -> None:
    table = Table()
    assert table.do("facilitator", "OpenPhase", phase=phase) == (
        PhaseOpened(phase=Phase(phase), before=Phase.LOBBY),
    )
    assert table.workshop.phase == phase
    table.do("facilitator", "OpenPhase", phase="lobby")
    assert table.workshop.phase is Phase.LOBBY


@pytest.mark.parametrize("phase", ["briefing", "play"])
def test_briefing_and_play_form_the_groups_and_deal_the_hands(phase: str) -> None:
    table = in_the_lobby()
    events = table.do("facilitator", "OpenPhase", phase=phase)
    assert [event.kind for event in events] == [
        "GroupsFormed",
        "HandsDealt",
        "HandsDealt",
        "PhaseOpened",
    ]
    assert all(len(person.hand) == 5 for person in table.workshop.participants())


def test_groups_that_were_formed_are_left_as_they_are() -> None:
    table = in_the_lobby()
    table.do("facilitator", "FormGroups")
    for person in table.members("g2"):
        table.do("facilitator", "SeatParticipant", participant=person, group="g1")
    seats = {person.id: person.group for person in table.workshop.participants()}
    events = table.do("facilitator", "OpenPhase", phase="play")
    assert [event.kind for event in events] == ["HandsDealt", "HandsDealt", "PhaseOpened"]
    assert {person.id: person.group for person in table.workshop.participants()} == seats


def test_from_briefing_to_play_every_hand_stays() -> None:
    table = in_the_lobby()
    table.do("facilitator", "OpenPhase", phase="briefing")
    hands = [person.hand for person in table.workshop.participants()]
    assert table.do("facilitator", "OpenPhase", phase="play") == (
        PhaseOpened(phase=Phase.PLAY, before=Phase.BRIEFING),
    )
    assert [person.hand for person in table.workshop.participants()] == hands


def test_going_to_the_plenary_in_mid_stage_and_back_changes_nothing_but_the_phase() -> None:
    table = with_ideas()
    table.do("p1", "SwapCard", card=table.hand("p1")[0])
    before = table.workshop
    for phase in ("plenary", "play"):
        table.do("facilitator", "OpenPhase", phase=phase)
    assert replace(table.workshop, seq=before.seq) == before


def test_a_phase_is_not_opened_twice() -> None:
    table = Table()
    assert table.refused("facilitator", "OpenPhase", phase="lobby") == ("rejected", "phase")
    assert table.told("facilitator", "OpenPhase", phase="lobby") == (
        "The workshop is already at “Arriving”."
    )


@pytest.mark.parametrize("phase", sorted(OPTIONAL - {Phase.RATE}))
def test_a_phase_that_was_left_out_is_not_opened(phase: str) -> None:
    table = Table(leave_out=[phase])
    assert table.refused("facilitator", "OpenPhase", phase=phase) == ("rejected", "phase")
    assert "was left out of this workshop" in table.told("facilitator", "OpenPhase", phase=phase)


def test_where_participants_do_not_rate_staff_still_do() -> None:
    table = with_ideas(leave_out=["rate"])
    table.do("facilitator", "OpenPhase", phase="rate")
    idea = next(table.workshop.ideas())
    marks = {"idea": idea.id, "impact": 5, "effort": 1, "amenability": 3}
    assert table.refused("p1", "RateIdea", **marks) == ("rejected", None)
    (event,) = table.do("facilitator", "RateIdea", **marks)
    assert isinstance(event, IdeaRated)
    assert event.staff


def test_a_closed_workshop_is_opened_again() -> None:
    table = with_ideas()
    table.do("facilitator", "OpenPhase", phase="closed")
    table.do("facilitator", "OpenPhase", phase="play")
    table.submit("p1")


def test_the_shortlist_opens_the_ratings_and_going_back_settles_nothing() -> None:
    table = with_ideas()
    states = [table.workshop.ratings_open]
    for phase in ("shortlist", "rate", "closed", "shortlist", "assess", "closed", "play"):
        table.do("facilitator", "OpenPhase", phase=phase)
        states.append(table.workshop.ratings_open)
    assert states == [False, True, False, False, True, True, True, False]


@pytest.mark.parametrize("phase", ["briefing", "play", "plenary", "rate", "assess", "closed"])
def test_no_other_phase_opens_the_ratings(phase: str) -> None:
    table = Table()
    table.do("facilitator", "OpenPhase", phase=phase)
    assert not table.workshop.ratings_open


@pytest.mark.parametrize("phase", [None, "", "Play", "stage", 3, ["play"]])
def test_what_is_no_phase_is_malformed(phase: object) -> None:
    assert Table().refused("facilitator", "OpenPhase", phase=phase) == ("malformed", "phase")


def test_an_idea_is_put_in_the_spotlight_and_taken_out_again() -> None:
    table = with_ideas()
    table.do("facilitator", "OpenPhase", phase="plenary")
    first, second = [idea.id for idea in table.workshop.ideas()][:2]
    for idea, before in ((first, None), (second, first), (None, second)):
        assert table.do("facilitator", "Spotlight", idea=idea) == (
            SpotlightMoved(idea=idea, before=before),
        )
        assert table.workshop.spotlight == idea


def test_the_spotlight_is_not_moved_to_where_it_is() -> None:
    table = with_ideas()
    table.do("facilitator", "OpenPhase", phase="plenary")
    assert table.refused("facilitator", "Spotlight", idea=None) == ("rejected", "idea")
    idea = next(table.workshop.ideas()).id
    table.do("facilitator", "Spotlight", idea=idea)
    assert table.refused("facilitator", "Spotlight", idea=idea) == ("rejected", "idea")


def test_only_an_idea_that_stands_comes_into_the_spotlight() -> None:
    table = with_ideas()
    table.do("facilitator", "OpenPhase", phase="plenary")
    pair = [idea.id for idea in table.workshop.ideas()][:2]
    table.do("facilitator", "MergeIdeas", ideas=pair, words="Both")
    for idea in ("i999", pair[0]):
        assert table.refused("facilitator", "Spotlight", idea=idea) == ("rejected", "idea")


@pytest.mark.parametrize("fields", [{}, {"idea": 5}, {"idea": ""}])
def test_a_spotlight_of_a_wrong_shape_is_malformed(fields: dict[str, object]) -> None:
    table = with_ideas()
    table.do("facilitator", "OpenPhase", phase="plenary")
    assert table.refused("facilitator", "Spotlight", **fields) == ("malformed", "idea")


def test_there_is_a_spotlight_at_the_plenary_only() -> None:
    table = with_ideas()
    assert table.refused("facilitator", "Spotlight", idea=None) == ("rejected", None)


def test_results_are_shared_and_no_longer() -> None:
    table = at_play()
    assert not table.workshop.shared
    for shared in (True, False):
        assert table.do("facilitator", "ShareResults", shared=shared) == (
            ResultsShared(shared=shared),
        )
        assert table.workshop.shared is shared


def test_sharing_what_is_shared_is_rejected() -> None:
    table = Table()
    assert table.refused("facilitator", "ShareResults", shared=False) == ("rejected", "shared")


def test_results_are_shared_when_all_is_over_too() -> None:
    table = Table()
    table.do("facilitator", "OpenPhase", phase="closed")
    table.do("facilitator", "ShareResults", shared=True)
    assert table.workshop.shared


@pytest.mark.parametrize("shared", [None, "yes", 1])
def test_shared_is_yes_or_no(shared: object) -> None:
    assert Table().refused("facilitator", "ShareResults", shared=shared) == ("malformed", "shared")
