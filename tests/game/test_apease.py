"""APEASE: noting down what an interviewee thought of a shortlisted idea.

Leaves out the summary over interviews. Always: all six criteria are named.
"""

from typing import Any

import pytest

from app.game.apease import CRITERIA, AssessmentRecorded, Criteria, Criterion
from app.game.workshop import Assessment, Judgement
from tests.game.table import Table, with_ideas


def at_assessing() -> tuple[Table, str]:
    table = with_ideas()
    table.do("facilitator", "OpenPhase", phase="shortlist")
    idea = next(table.workshop.ideas()).id
    table.do("facilitator", "ShortlistIdea", idea=idea, reason="Promising")
    table.do("facilitator", "OpenPhase", phase="assess")
    return table, idea


def criteria(**changed: Any) -> dict[str, Any]:
    return {name: {"judgement": "not_asked"} for name in CRITERIA} | changed


def interview(idea: str, **changed: Any) -> dict[str, Any]:
    return {
        "idea": idea,
        "organisation": "NHS",
        "interviewee_role": "Director",
        "criteria": criteria(equity={"judgement": "mixed", "said": "Not for all"}),
        "themes": ["Cost", "Time", "Cost"],
    } | changed


def test_an_interview_is_noted_down() -> None:
    table, idea = at_assessing()
    (event,) = table.do("facilitator", "RecordAssessment", **interview(idea))
    made = f"a{table.workshop.seq}"
    asked = {name: Criterion(judgement="not_asked") for name in CRITERIA}
    asked["equity"] = Criterion(judgement="mixed", said="Not for all")
    assert event == AssessmentRecorded(
        assessment=made,
        idea=idea,
        by="facilitator",
        organisation="NHS",
        interviewee_role="Director",
        criteria=Criteria(**asked),
        themes=("Cost", "Time"),
    )
    assert event.made == made
    judged = {name: Judgement("not_asked") for name in CRITERIA}
    judged["equity"] = Judgement("mixed", "Not for all")
    assert table.workshop.assessments == (
        Assessment(made, idea, "NHS", "Director", judged, ("Cost", "Time"), table.at),
    )


def test_one_idea_is_discussed_in_several_interviews() -> None:
    table, idea = at_assessing()
    for organisation in ("NHS", "Police", "Local authority"):
        table.do("facilitator", "RecordAssessment", **interview(idea, organisation=organisation))
    assert [record.organisation for record in table.workshop.assessments] == [
        "NHS",
        "Police",
        "Local authority",
    ]


def test_themes_may_be_left_out() -> None:
    table, idea = at_assessing()
    fields = interview(idea)
    del fields["themes"]
    table.do("facilitator", "RecordAssessment", **fields)
    assert table.workshop.assessments[0].themes == ()


def test_an_idea_that_is_not_on_the_shortlist_is_not_assessed() -> None:
    table, idea = at_assessing()
    other = next(i.id for i in table.workshop.ideas() if i.id != idea)
    for wrong in (other, "i999"):
        fields = interview(wrong)
        assert table.refused("facilitator", "RecordAssessment", **fields) == ("rejected", "idea")


@pytest.mark.parametrize("judgement", ["positive", "mixed", "negative", "not_asked"])
@pytest.mark.parametrize("criterion", CRITERIA)
def test_each_criterion_is_judged_in_one_of_four_ways(criterion: str, judgement: str) -> None:
    table, idea = at_assessing()
    fields = interview(idea, criteria=criteria(**{criterion: {"judgement": judgement}}))
    table.do("facilitator", "RecordAssessment", **fields)
    assert table.workshop.assessments[0].criteria[criterion].judgement == judgement


@pytest.mark.parametrize("criterion", CRITERIA)
def test_all_six_criteria_are_named(criterion: str) -> None:
    table, idea = at_assessing()
    given = criteria()
    del given[criterion]
    fields = interview(idea, criteria=given)
    assert table.refused("facilitator", "RecordAssessment", **fields) == (
        "malformed",
        f"criteria.{criterion}",
    )


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"criteria": None}, "criteria"),
        ({"criteria": []}, "criteria"),
        ({"criteria": criteria(equity={"judgement": "good"})}, "criteria.equity.judgement"),
        ({"criteria": criteria(equity={})}, "criteria.equity.judgement"),
        ({"criteria": criteria(equity="mixed")}, "criteria.equity"),
        ({"criteria": criteria(beauty={"judgement": "mixed"})}, "criteria.beauty"),
        (
            {"criteria": criteria(equity={"judgement": "mixed", "said": ""})},
            "criteria.equity.said",
        ),
        (
            {"criteria": criteria(equity={"judgement": "mixed", "said": "x" * 2001})},
            "criteria.equity.said",
        ),
        ({"organisation": ""}, "organisation"),
        ({"interviewee_role": "x" * 121}, "interviewee_role"),
        ({"themes": "Cost"}, "themes"),
        ({"themes": ["Cost", ""]}, "themes.1"),
        ({"themes": ["Cost"] * 21}, "themes"),
    ],
)
def test_a_wrong_shape_is_named_by_its_field(changed: dict[str, Any], field: str) -> None:
    table, idea = at_assessing()
    fields = interview(idea, **changed)
    assert table.refused("facilitator", "RecordAssessment", **fields) == ("malformed", field)


@pytest.mark.parametrize("phase", ["play", "rate", "shortlist", "closed"])
def test_interviews_are_noted_down_at_assessing_only(phase: str) -> None:
    table, idea = at_assessing()
    table.do("facilitator", "OpenPhase", phase=phase)
    assert table.refused("facilitator", "RecordAssessment", **interview(idea)) == (
        "rejected",
        None,
    )
