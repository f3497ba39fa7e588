"""Prioritising: what the ratings say, the order that follows, and the proposal.

Leaves out who sees it. Always: figures are worked out here by hand.
"""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from app.game.prioritising import (
    TIES,
    Score,
    Summary,
    Weights,
    ballots,
    gap_between_organisations,
    proposal,
    ranked,
    score,
    summary,
)
from app.game.workshop import Marks, Workshop
from tests.game.table import Table, with_ideas

Three = tuple[int | None, int | None, int | None]


def rated(table: Table, **given: Sequence[Three]) -> Workshop:
    """The workshop with marks of raters `r0`, `r1`, ... for ideas named in order of `ideas`."""
    ratings: dict[str, dict[str, Marks]] = {}
    for idea, votes in given.items():
        for number, vote in enumerate(votes):
            ratings.setdefault(f"r{number}", {})[idea] = Marks(*vote)
    return replace(table.workshop, ratings=ratings)


def sharing(table: Table) -> list[str]:
    """The ideas on the first problem statement, first come first."""
    return [idea.id for idea in table.workshop.ideas() if idea.problem == "sharing"]


def test_marks_are_summed_up_without_the_dont_knows() -> None:
    assert summary([1, None, 4, 4]) == Summary(raters=3, mean=3.0, median=4, spread=2**0.5)
    assert summary([5]) == Summary(1, 5, 5, 0.0)
    assert summary([None, None]) == Summary(0, None, None, None)
    assert summary([]) == Summary(0, None, None, None)


def test_marks_kept_by_rater_are_turned_over_by_idea() -> None:
    table = with_ideas()
    one, other, *_ = sharing(table)
    workshop = rated(table, **{one: [(1, 2, 3), (4, 5, 1)], other: [(5, 5, 5)]})
    assert ballots(workshop) == {
        one: {"r0": Marks(1, 2, 3), "r1": Marks(4, 5, 1)},
        other: {"r0": Marks(5, 5, 5)},
    }


def test_priority_is_the_mean_of_impact_six_minus_effort_and_amenability() -> None:
    given = {"i1": {"r0": Marks(5, 1, 4), "r1": Marks(4, 2, 3)}}
    assert score("i1", given) == Score(
        idea="i1",
        impact=Summary(2, 4.5, 4.5, 0.5),
        effort=Summary(2, 1.5, 1.5, 0.5),
        amenability=Summary(2, 3.5, 3.5, 0.5),
        raters=2,
        priority=4.17,  # (4.5 + (6 - 1.5) + 3.5) / 3
    )


@pytest.mark.parametrize(
    ("marks", "priority"),
    [(Marks(5, 1, 5), 5.0), (Marks(1, 5, 1), 1.0), (Marks(3, 3, 3), 3.0)],
)
def test_priority_lies_between_one_and_five(marks: Marks, priority: float) -> None:
    assert score("i1", {"i1": {"r0": marks}}).priority == priority


@pytest.mark.parametrize("marks", [Marks(None, 2, 3), Marks(1, None, 3), Marks(1, 2, None)])
def test_an_idea_without_any_mark_on_a_criterion_has_no_priority(marks: Marks) -> None:
    assert score("i1", {"i1": {"r0": marks}}).priority is None


def test_a_criterion_marked_by_another_rater_is_enough() -> None:
    given = {"i1": {"r0": Marks(4, None, None), "r1": Marks(None, 3, 5)}}
    assert score("i1", given).priority == 4.0
    assert score("i1", given).raters == 2


def test_an_idea_that_nobody_rated_has_a_score_of_nothing() -> None:
    nothing = Summary(0, None, None, None)
    assert score("i1", {}) == Score("i1", nothing, nothing, nothing, 0, None)


def test_staff_and_participants_are_counted_apart() -> None:
    given = {"i1": {"p1": Marks(1, 1, 1), "f": Marks(5, 5, 5, staff=True)}}
    staff = score("i1", given, counting=lambda marks: marks.staff)
    participants = score("i1", given, counting=lambda marks: not marks.staff)
    assert (staff.impact.mean, participants.impact.mean) == (5, 1)
    assert score("i1", given).impact.mean == 3


@pytest.mark.parametrize(
    ("weights", "priority"),
    [
        (Weights(), 3.0),  # (5 + 2 + 2) / 3
        (Weights(impact=2), 3.5),  # (10 + 2 + 2) / 4
        (Weights(effort=2), 2.75),  # (5 + 4 + 2) / 4
        (Weights(amenability=2), 2.75),
        (Weights(effort=0, amenability=0), 5.0),
    ],
)
def test_a_weight_moves_the_priority(weights: Weights, priority: float) -> None:
    assert score("i1", {"i1": {"r0": Marks(5, 4, 2)}}, weights).priority == priority


def test_a_doubled_weight_moves_the_ranking() -> None:
    table = with_ideas()
    one, other, *_ = sharing(table)
    workshop = rated(table, **{one: [(5, 4, 2)], other: [(3, 2, 3)]})
    assert [s.idea for s in ranked(workshop)["sharing"]] == [other, one]
    assert [s.idea for s in ranked(workshop, Weights(impact=2))["sharing"]] == [one, other]


def test_ideas_are_ranked_within_their_problem() -> None:
    table = with_ideas()
    ideas = [idea.id for idea in table.workshop.ideas()]
    workshop = rated(table, **{idea: [(number % 5 + 1, 3, 3)] for number, idea in enumerate(ideas)})
    ranking = ranked(workshop)
    assert list(ranking) == ["sharing", "trusting"]
    for problem, scores in ranking.items():
        assert {workshop.idea(s.idea).problem for s in scores} == {problem}
        priorities = [s.priority or 0 for s in scores]
        assert priorities == sorted(priorities, reverse=True)


# Every row has the first idea win by exactly the rule named, though it came last.
@pytest.mark.parametrize(
    ("winner", "loser"),
    [
        pytest.param([(4, 3, 3)], [(3, 3, 3)], id="higher priority"),
        pytest.param([(4, 3, 2)], [(3, 3, 3)], id="then higher impact"),
        pytest.param([(3, 2, 2)], [(3, 3, 3)], id="then lower effort"),
        pytest.param([(3, 3, 3), (3, 3, 3)], [(3, 3, 3)], id="then more raters"),
    ],
)
def test_ties_are_broken_in_the_order_that_is_stated(
    winner: list[Three], loser: list[Three], request: pytest.FixtureRequest
) -> None:
    table = with_ideas()
    first, last = sharing(table)[0], sharing(table)[-1]
    workshop = rated(table, **{last: winner, first: loser})
    assert [s.idea for s in ranked(workshop)["sharing"]] == [last, first]
    assert request.node.callspec.id.removeprefix("then ") in TIES


def test_what_is_tied_in_everything_goes_by_which_idea_came_first() -> None:
    table = with_ideas()
    workshop = rated(table, **{idea: [(3, 3, 3)] for idea in reversed(sharing(table))})
    assert [s.idea for s in ranked(workshop)["sharing"]] == sharing(table)
    assert TIES.endswith("then the idea that came first")


def test_ideas_without_a_priority_are_not_ranked() -> None:
    table = with_ideas()
    one, other, *_ = sharing(table)
    votes: dict[str, list[Three]] = {one: [(5, None, 5)], other: [(1, 5, 1)]}
    workshop = rated(table, **votes)
    assert [s.idea for s in ranked(workshop)["sharing"]] == [other]


def test_a_merged_idea_is_ranked_and_its_parents_are_not() -> None:
    table = with_ideas()
    one, other, *_ = sharing(table)
    (event,) = table.do("facilitator", "MergeIdeas", ideas=[one, other], words="Both")
    merged = event.made or ""
    workshop = rated(table, **{idea: [(5, 1, 5)] for idea in (one, other, merged)})
    assert [s.idea for s in ranked(workshop)["sharing"]] == [merged]


@pytest.mark.parametrize("most", [1, 2, 3])
def test_the_proposal_holds_the_best_of_each_problem(most: int) -> None:
    table = with_ideas(8, shortlist_per_problem=most)
    ideas = sharing(table)
    workshop = rated(table, **{idea: [(5 - place, 3, 3)] for place, idea in enumerate(ideas)})
    assert proposal(workshop) == {"sharing": tuple(ideas[:most]), "trusting": ()}


def test_nothing_rated_nothing_proposed() -> None:
    assert proposal(with_ideas().workshop) == {"sharing": (), "trusting": ()}


def test_the_proposal_goes_by_the_weights() -> None:
    table = with_ideas(shortlist_per_problem=1)
    one, other, *_ = sharing(table)
    workshop = rated(table, **{one: [(5, 4, 2)], other: [(3, 2, 3)]})
    assert proposal(workshop)["sharing"] == (other,)
    assert proposal(workshop, Weights(impact=2))["sharing"] == (one,)


def between(table: Table, votes: dict[str, list[int | None]]) -> float | None:
    """The gap in impact when people of each organisation give these marks."""
    given: dict[str, Marks] = {}
    for organisation, marks in votes.items():
        people = [p.id for p in table.workshop.participants() if p.organisation == organisation]
        given |= {p: Marks(m, 3, 3) for p, m in zip(people, marks, strict=False)}
    return gap_between_organisations(table.workshop, "i1", {"i1": given}, "impact")


def test_the_gap_is_between_the_means_of_organisations() -> None:
    table = with_ideas(9)
    assert between(table, {"NHS": [5, 5, 5], "Police": [1, 2, 3], "DfE": [3, 3, 3]}) == 3
    assert between(table, {"NHS": [4, 4, 4], "Police": [4, 4, 4]}) == 0


def test_an_organisation_of_fewer_than_three_raters_is_not_shown_apart() -> None:
    table = with_ideas(9)
    assert between(table, {"NHS": [5, 5, 5], "Police": [1, 1]}) is None
    assert between(table, {"NHS": [5, 5, 5], "Police": [1, 1, None]}) is None
    assert between(table, {"NHS": [5, 5, 5], "Police": [1, 1], "DfE": [4, 4, 4]}) == 1
    assert between(table, {}) is None


def test_raters_without_a_seat_belong_to_no_organisation() -> None:
    table = with_ideas(3)
    given = {f"outsider-{number}": Marks(1, 1, 1) for number in range(5)}
    assert gap_between_organisations(table.workshop, "i1", {"i1": given}, "impact") is None
