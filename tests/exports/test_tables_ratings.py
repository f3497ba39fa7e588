"""Marks in the tables: what they add up to, for whom they are shown apart.

Leaves out what nobody sees before the ratings are open (`test_readers.py`). Always: the
marks are those that `Played.rate` gives.
"""

from statistics import pstdev

from .played import Played, by_idea, lines, table

MARKS = ["ratings", "impact", "effort", "amenability", "priority"]


def test_means_are_of_all_marks_given_with_participants_and_staff_apart(played: Played) -> None:
    found = by_idea(played)[played.rated]
    assert {name: found[name] for name in MARKS} == {
        "ratings": 15, "impact": 3.2, "effort": 2.0, "amenability": 4.0, "priority": 3.73,
    }  # fmt: skip
    assert (found["participants_ratings"], found["staff_ratings"]) == (12, 3)
    assert (found["participants_impact"], found["staff_impact"]) == (2.75, 5.0)
    assert (found["participants_effort"], found["staff_effort"]) == (2.0, 2.0)
    # One participant said more than “don't know”, and would be known by the difference.
    assert (found["participants_amenability"], found["staff_amenability"]) == (None, None)
    assert all(isinstance(found[name], float) for name in MARKS[1:])


def test_one_side_alone_is_shown_apart_from_three_raters_on() -> None:
    played = Played().play()
    played.host("OpenPhase", phase="rate")
    few, enough = played.trusting[0], played.captured
    for at, who in enumerate(played.first[:3]):
        for idea in (few, enough)[at == 2 :]:
            played.table.do(who, "RateIdea", idea=idea, impact=4, effort=2, amenability=3)
    played.host("OpenRatings")
    found = by_idea(played)
    assert [found[id]["impact"] for id in (few, enough)] == [4.0, 4.0]
    assert [found[id]["participants_ratings"] for id in (few, enough)] == [2, 3]
    assert [found[id]["participants_impact"] for id in (few, enough)] == [None, 4.0]
    assert [found[id]["staff_impact"] for id in (few, enough)] == [None, None]


def test_priority_is_empty_where_a_criterion_has_no_mark() -> None:
    played = Played().play()
    played.host("OpenPhase", phase="rate")
    played.table.do(
        played.first[0], "RateIdea", idea=played.captured, impact=4, effort=2, amenability=None
    )
    played.host("OpenRatings")
    found = by_idea(played)[played.captured]
    assert (found["impact"], found["effort"]) == (4.0, 2.0)
    assert (found["amenability"], found["priority"], found["in_proposal"]) == (None, None, "no")


def test_ratings_are_summed_up_by_idea_and_criterion(played: Played) -> None:
    found = {
        line["criterion"]: line
        for line in lines(table(played, "ratings"))
        if line["idea_id"] == played.rated
    }
    assert list(found) == ["impact", "effort", "amenability"]
    impact, effort, amenability = found.values()
    given = [*(1 + at % 5 for at in range(12)), 5, 5, 5]
    assert (impact["rated_by"], impact["raters"], impact["mean"], impact["median"]) == (
        15, 15, 3.2, 3.0,
    )  # fmt: skip
    assert impact["spread"] == round(pstdev(given), 2)
    assert (impact["participants_raters"], impact["participants_mean"]) == (12, 2.75)
    assert (impact["staff_raters"], impact["staff_median"], impact["staff_spread"]) == (3, 5.0, 0.0)
    assert isinstance(impact["gap_between_organisations"], float)
    assert effort["gap_between_organisations"] == 0.0
    assert (amenability["rated_by"], amenability["raters"]) == (15, 4)
    assert amenability["participants_raters"] is amenability["staff_raters"] is None


def test_reasons_stand_once_without_names_and_not_in_the_order_of_rating(played: Played) -> None:
    impact, effort, amenability = (
        line for line in lines(table(played, "ratings")) if line["idea_id"] == played.rated
    )
    reasons = [
        marks.reason or ""
        for ballot in played.table.workshop.ratings.values()
        for idea, marks in ballot.items()
        if idea == played.rated
    ]
    assert len(reasons) == 15
    assert impact["reasons"] == "\n".join(sorted(reasons)) != "\n".join(reasons)
    assert effort["reasons"] is amenability["reasons"] is None
