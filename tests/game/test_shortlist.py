"""The shortlist: which ideas go on, and why.

Leaves out how the proposal comes about (`test_prioritising.py`). Always: no reason is
ever lost.
"""

import pytest

from app.game.shortlist import IdeaShortlisted, IdeaUnshortlisted
from app.game.workshop import Choice
from tests.game.table import Table, with_ideas


def at_shortlist(**wishes: object) -> Table:
    """Four ideas on each problem, the first two of each rated best and so proposed."""
    table = with_ideas(8, **wishes)
    table.do("facilitator", "OpenPhase", phase="rate")
    for problem in ("sharing", "trusting"):
        for place, idea in enumerate(ideas(table, problem)):
            marks = {"impact": 5 - place, "effort": 3, "amenability": 3}
            table.do("facilitator", "RateIdea", idea=idea, **marks)
    table.do("facilitator", "OpenPhase", phase="shortlist")
    return table


def ideas(table: Table, problem: str = "sharing") -> list[str]:
    return [idea.id for idea in table.workshop.ideas() if idea.problem == problem]


def test_an_idea_of_the_proposal_is_put_on_the_shortlist_without_a_reason() -> None:
    table = at_shortlist()
    first = ideas(table)[0]
    assert table.do("facilitator", "ShortlistIdea", idea=first) == (
        IdeaShortlisted(idea=first, by="facilitator", reason=None, proposed=True),
    )
    choice = Choice(first, "facilitator", table.at, None, proposed=True)
    assert table.workshop.shortlist == {first: choice}
    assert table.workshop.decisions == (choice,)


def test_the_proposal_puts_nothing_on_the_shortlist_by_itself() -> None:
    assert at_shortlist().workshop.shortlist == {}


def test_an_idea_outside_the_proposal_needs_a_reason() -> None:
    table = at_shortlist()
    third = ideas(table)[2]
    for fields in ({"idea": third}, {"idea": third, "reason": None}):
        assert table.refused("facilitator", "ShortlistIdea", **fields) == ("rejected", "reason")
    reason = "Worth a closer look"
    assert table.do("facilitator", "ShortlistIdea", idea=third, reason=reason) == (
        IdeaShortlisted(idea=third, by="facilitator", reason=reason, proposed=False),
    )


def test_a_reason_may_be_given_for_an_idea_of_the_proposal_too() -> None:
    table = at_shortlist()
    first = ideas(table)[0]
    table.do("facilitator", "ShortlistIdea", idea=first, reason="The best")
    assert table.workshop.shortlist[first].reason == "The best"


@pytest.mark.parametrize("reason", ["", "  ", 5, "x" * 2001])
@pytest.mark.parametrize("kind", ["ShortlistIdea", "UnshortlistIdea"])
def test_a_reason_has_the_bounds_of_words(kind: str, reason: object) -> None:
    table = at_shortlist()
    fields = {"idea": ideas(table)[0], "reason": reason}
    assert table.refused("facilitator", kind, **fields) == ("malformed", "reason")


@pytest.mark.parametrize("kind", ["ShortlistIdea", "UnshortlistIdea"])
def test_an_idea_must_be_named(kind: str) -> None:
    assert at_shortlist().refused("facilitator", kind) == ("malformed", "idea")


@pytest.mark.parametrize("kind", ["ShortlistIdea", "UnshortlistIdea"])
def test_an_idea_that_does_not_exist_is_rejected(kind: str) -> None:
    fields = {"idea": "i999", "reason": "Why not"}
    assert at_shortlist().refused("facilitator", kind, **fields) == ("rejected", "idea")


def test_a_merged_idea_is_chosen_in_place_of_its_parents() -> None:
    table = at_shortlist()
    parents = ideas(table)[2:4]
    (event,) = table.do("facilitator", "MergeIdeas", ideas=parents, words="Both")
    fields = {"idea": parents[0], "reason": "Why not"}
    assert table.refused("facilitator", "ShortlistIdea", **fields) == ("rejected", "idea")
    table.do("facilitator", "ShortlistIdea", idea=event.made, reason="Both are good")


def test_an_idea_is_on_the_shortlist_once() -> None:
    table = at_shortlist()
    first = ideas(table)[0]
    table.do("facilitator", "ShortlistIdea", idea=first)
    assert table.refused("facilitator", "ShortlistIdea", idea=first) == ("rejected", "idea")


@pytest.mark.parametrize(
    ("most", "said"), [(1, "The shortlist takes one idea"), (2, "The shortlist takes 2 ideas")]
)
def test_a_problem_has_so_many_ideas_on_the_shortlist_and_no_more(most: int, said: str) -> None:
    table = at_shortlist(shortlist_per_problem=most)
    chosen, one_more = ideas(table)[:most], ideas(table)[most]
    for idea in chosen:
        table.do("facilitator", "ShortlistIdea", idea=idea)
    fields = {"idea": one_more, "reason": "Also good"}
    assert table.refused("facilitator", "ShortlistIdea", **fields) == ("rejected", "idea")
    assert table.told("facilitator", "ShortlistIdea", **fields).startswith(said)
    table.do("facilitator", "ShortlistIdea", idea=ideas(table, "trusting")[0])
    table.do("facilitator", "UnshortlistIdea", idea=chosen[0], reason="Replaced")
    table.do("facilitator", "ShortlistIdea", **fields)


def test_taking_off_an_idea_of_the_proposal_needs_a_reason() -> None:
    table = at_shortlist()
    first = ideas(table)[0]
    table.do("facilitator", "ShortlistIdea", idea=first)
    assert table.refused("facilitator", "UnshortlistIdea", idea=first) == ("rejected", "reason")
    assert table.do("facilitator", "UnshortlistIdea", idea=first, reason="Done already") == (
        IdeaUnshortlisted(idea=first, by="facilitator", reason="Done already", proposed=True),
    )
    assert table.workshop.shortlist == {}


def test_taking_off_an_idea_outside_the_proposal_needs_none() -> None:
    table = at_shortlist()
    third = ideas(table)[2]
    table.do("facilitator", "ShortlistIdea", idea=third, reason="Promising")
    assert table.do("facilitator", "UnshortlistIdea", idea=third) == (
        IdeaUnshortlisted(idea=third, by="facilitator", reason=None, proposed=False),
    )


def test_an_idea_that_is_not_on_the_shortlist_is_not_taken_off() -> None:
    table = at_shortlist()
    fields = {"idea": ideas(table)[0], "reason": "No"}
    assert table.refused("facilitator", "UnshortlistIdea", **fields) == ("rejected", "idea")


def test_every_decision_is_kept_with_its_reason_in_order() -> None:
    table = at_shortlist()
    first, third = ideas(table)[0], ideas(table)[2]
    table.do("facilitator", "ShortlistIdea", idea=first)
    table.do("facilitator", "ShortlistIdea", idea=third, reason="Promising")
    table.do("facilitator", "UnshortlistIdea", idea=first, reason="Done already")
    table.do("facilitator", "ShortlistIdea", idea=first, reason="Not done after all")
    assert [(d.idea, d.taken_off, d.reason) for d in table.workshop.decisions] == [
        (first, False, None),
        (third, False, "Promising"),
        (first, True, "Done already"),
        (first, False, "Not done after all"),
    ]
    assert list(table.workshop.shortlist) == [third, first]


@pytest.mark.parametrize("kind", ["ShortlistIdea", "UnshortlistIdea"])
@pytest.mark.parametrize("phase", ["play", "plenary", "rate", "assess", "closed"])
def test_the_shortlist_is_settled_at_shortlisting_only(kind: str, phase: str) -> None:
    table = at_shortlist()
    idea = ideas(table)[0]
    table.do("facilitator", "OpenPhase", phase=phase)
    assert table.refused("facilitator", kind, idea=idea, reason="Now") == ("rejected", None)
