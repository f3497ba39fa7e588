"""Ratings: giving marks, and opening them.

Leaves out what they add up to (`test_prioritising.py`). Always: once opened, a mark
does not change.
"""

from typing import Any

import pytest

from app.game.messages import Role
from app.game.ratings import IdeaRated, RatingsOpened
from app.game.workshop import Marks
from tests.game.table import Table, with_ideas


def at_rating(people: int = 6, **wishes: Any) -> Table:
    table = with_ideas(people, **wishes)
    table.do("facilitator", "OpenPhase", phase="rate")
    return table


def not_of(table: Table, who: str) -> str:
    """An idea that is not `who`'s own."""
    return next(idea.id for idea in table.workshop.ideas() if who not in idea.authors)


def marks(idea: str, **changed: Any) -> dict[str, Any]:
    return {"idea": idea, "impact": 4, "effort": 2, "amenability": 5} | changed


def test_an_idea_is_given_marks() -> None:
    table = at_rating()
    idea = not_of(table, "p1")
    events = table.do("p1", "RateIdea", **marks(idea, reason="It would help"))
    assert events == (
        IdeaRated(
            idea=idea,
            rater="p1",
            impact=4,
            effort=2,
            amenability=5,
            reason="It would help",
        ),
    )
    assert table.workshop.ratings == {"p1": {idea: Marks(4, 2, 5, "It would help")}}


def test_an_idea_of_any_group_is_rated() -> None:
    table = at_rating()
    for idea in [i.id for i in table.workshop.ideas() if "p1" not in i.authors]:
        table.do("p1", "RateIdea", **marks(idea))
    assert len(table.workshop.ratings["p1"]) == 5


def test_null_stands_for_dont_know() -> None:
    table = at_rating()
    idea = not_of(table, "p1")
    table.do("p1", "RateIdea", **marks(idea, impact=None, effort=None, amenability=None))
    assert table.workshop.ratings["p1"][idea] == Marks(None, None, None)


def test_until_they_are_opened_marks_are_changed() -> None:
    table = at_rating()
    idea = not_of(table, "p1")
    table.do("p1", "RateIdea", **marks(idea, reason="At first"))
    table.do("p1", "RateIdea", **marks(idea, impact=1))
    assert table.workshop.ratings["p1"] == {idea: Marks(1, 2, 5)}


@pytest.mark.parametrize("role", [Role.FACILITATOR, Role.CO_HOST])
def test_staff_rate_too_and_are_kept_apart(role: Role) -> None:
    table = at_rating()
    who = "facilitator" if role is Role.FACILITATOR else table.invite(role)
    idea = not_of(table, who)
    table.do(who, "RateIdea", **marks(idea))
    assert table.workshop.ratings[who] == {idea: Marks(4, 2, 5, staff=True)}


def test_nobody_rates_their_own_idea() -> None:
    table = at_rating()
    own = next(idea.id for idea in table.workshop.ideas() if "p1" in idea.authors)
    assert table.refused("p1", "RateIdea", **marks(own)) == ("rejected", "idea")
    assert table.told("p1", "RateIdea", **marks(own)) == "You do not rate your own idea."


def test_nobody_rates_a_merged_idea_that_is_partly_their_own() -> None:
    table = at_rating()
    ids = list(table.workshop.groups["g1"].ideas)[:2]
    (event,) = table.do("facilitator", "MergeIdeas", ideas=ids, words="Both")
    merged = table.idea(event.made or "")
    for author in merged.authors:
        assert table.refused(author, "RateIdea", **marks(merged.id)) == ("rejected", "idea")
    outsider = table.members("g2")[0]
    table.do(outsider, "RateIdea", **marks(merged.id))
    assert table.refused(outsider, "RateIdea", **marks(ids[0])) == ("rejected", "idea")


def test_an_idea_that_does_not_exist_is_not_rated() -> None:
    assert at_rating().refused("p1", "RateIdea", **marks("i999")) == ("rejected", "idea")


@pytest.mark.parametrize("criterion", ["impact", "effort", "amenability"])
@pytest.mark.parametrize("mark", [0, 6, -1, "3", 2.5, 3.0, True, [3]])
def test_a_mark_is_a_whole_number_from_one_to_five(criterion: str, mark: object) -> None:
    table = at_rating()
    fields = marks(not_of(table, "p1"), **{criterion: mark})
    assert table.refused("p1", "RateIdea", **fields) == ("malformed", criterion)


@pytest.mark.parametrize("criterion", ["impact", "effort", "amenability"])
def test_all_three_marks_are_said(criterion: str) -> None:
    table = at_rating()
    fields = marks(not_of(table, "p1"))
    del fields[criterion]
    assert table.refused("p1", "RateIdea", **fields) == ("malformed", criterion)


@pytest.mark.parametrize("mark", [1, 5])
def test_one_and_five_are_marks(mark: int) -> None:
    table = at_rating()
    idea = not_of(table, "p1")
    table.do("p1", "RateIdea", **marks(idea, impact=mark, effort=mark, amenability=mark))
    assert table.workshop.ratings["p1"][idea] == Marks(mark, mark, mark)


@pytest.mark.parametrize("reason", ["", "x" * 2001, 5])
def test_a_reason_has_the_bounds_of_words(reason: object) -> None:
    table = at_rating()
    fields = marks(not_of(table, "p1"), reason=reason)
    assert table.refused("p1", "RateIdea", **fields) == ("malformed", "reason")


def test_the_facilitator_opens_the_ratings_for_good() -> None:
    table = at_rating()
    assert table.do("facilitator", "OpenRatings") == (RatingsOpened(),)
    assert table.workshop.ratings_open
    assert table.refused("facilitator", "OpenRatings") == ("rejected", None)


def test_once_opened_no_mark_is_given_or_changed() -> None:
    table = at_rating()
    idea = not_of(table, "p1")
    table.do("p1", "RateIdea", **marks(idea))
    table.do("facilitator", "OpenRatings")
    for who in ("p1", "facilitator"):
        assert table.refused(who, "RateIdea", **marks(idea, impact=1)) == ("rejected", None)


def test_going_back_from_the_shortlist_lets_people_rate_again() -> None:
    table = at_rating()
    for phase in ("shortlist", "rate"):
        table.do("facilitator", "OpenPhase", phase=phase)
    table.do("p1", "RateIdea", **marks(not_of(table, "p1")))
    table.do("facilitator", "OpenRatings")
    assert table.refused("p1", "RateIdea", **marks(not_of(table, "p1"))) == ("rejected", None)


def test_ratings_that_a_facilitator_ended_stay_ended_after_going_back() -> None:
    table = at_rating()
    table.do("facilitator", "OpenRatings")
    for phase in ("shortlist", "rate"):
        table.do("facilitator", "OpenPhase", phase=phase)
    assert table.refused("p1", "RateIdea", **marks(not_of(table, "p1"))) == ("rejected", None)


@pytest.mark.parametrize("phase", ["lobby", "briefing", "play", "plenary", "shortlist", "assess"])
def test_rating_and_opening_belong_to_the_rating(phase: str) -> None:
    table = at_rating()
    idea = not_of(table, "p1")
    table.do("facilitator", "OpenPhase", phase=phase)
    assert table.refused("p1", "RateIdea", **marks(idea)) == ("rejected", None)
    assert table.refused("facilitator", "OpenRatings") == ("rejected", None)
