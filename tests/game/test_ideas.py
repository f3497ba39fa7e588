"""Ideas: playing a card, building on an idea, merging.

Leaves out ratings and the shortlist. Always: an answer does not tell whether an idea
that one may not see exists.
"""

from typing import Any

import pytest

from app.game import ideas
from app.game.ideas import IdeaSubmitted
from app.game.messages import Actor, Role
from app.game.workshop import Build, Idea
from tests.game.table import (
    DECK,
    at_play,
    captured,
    in_the_lobby,
    pair,
    submission,
    with_ideas,
)

# Submitting


def test_an_idea_joins_the_longlist_and_its_card_leaves_the_hand() -> None:
    table = at_play()
    card, *rest = table.hand("p1")
    barrier, group = table.barrier("p1"), table.group("p1")
    seq = table.workshop.seq + 1
    events = table.do(
        "p1",
        "SubmitIdea",
        card=card,
        barrier=barrier,
        words="Ring back the same day",
        how="It is easy",
        example="“We rang.”",
        caution="Costs time",
    )
    assert events == (
        IdeaSubmitted(
            idea=f"i{seq}",
            author="p1",
            group=group.id,
            stage=1,
            barrier=barrier,
            card=card,
            words="Ring back the same day",
            how="It is easy",
            example="“We rang.”",
            caution="Costs time",
        ),
    )
    assert table.idea(f"i{seq}") == Idea(
        id=f"i{seq}",
        group=group.id,
        problem=group.problem,
        stage=1,
        barrier=barrier,
        cards=(card,),
        authors=("p1",),
        words="Ring back the same day",
        how="It is easy",
        example="“We rang.”",
        caution="Costs time",
        at=table.at,
    )
    assert table.hand("p1") == tuple(rest)
    assert (events[0].made, events[0].subject) == (f"i{seq}", "p1")


def test_how_example_and_caution_may_be_null_or_left_out() -> None:
    table = at_play()
    idea = table.idea(table.submit("p1", how=None))
    assert (idea.how, idea.example, idea.caution) == (None, None, None)


def test_one_may_have_several_ideas_at_a_stage() -> None:
    table = at_play()
    made = {table.submit("p1") for _ in range(5)}
    assert len(made) == 5
    assert table.hand("p1") == ()


def test_an_idea_may_stand_against_any_barrier_of_the_stage() -> None:
    table = at_play()
    idea = table.submit("p1", barrier=table.barrier("p1", letter="b"))
    assert table.idea(idea).barrier == table.barrier("p1", letter="b")


def test_a_card_is_played_once() -> None:
    table = at_play()
    card = table.hand("p1")[0]
    table.submit("p1", card=card)
    fields = submission(table, "p1", card=card)
    assert table.refused("p1", "SubmitIdea", **fields) == ("rejected", "card")
    assert table.told("p1", "SubmitIdea", **fields) == (
        "That card is not in your hand. Choose one that is."
    )


def test_a_card_of_another_hand_is_refused_like_one_that_does_not_exist() -> None:
    table = at_play()
    theirs = next(card for card in table.hand("p2") if card not in table.hand("p1"))
    words = set()
    for card in (theirs, "card-99"):
        fields = submission(table, "p1", card=card)
        assert table.refused("p1", "SubmitIdea", **fields) == ("rejected", "card")
        words.add(table.told("p1", "SubmitIdea", **fields))
    assert len(words) == 1


def test_an_idea_for_an_earlier_stage_is_late() -> None:
    table = at_play()
    table.do("facilitator", "MoveGroup", group="all", stage=2, step="write")
    early = table.idea(table.submit("p1", stage=1))
    assert (early.stage, early.late) == (1, True)
    assert not table.idea(table.submit("p1")).late


def test_an_idea_for_a_stage_that_was_presented_is_late() -> None:
    table = at_play()
    table.do("facilitator", "MoveGroup", group="all", stage=1, step="present")
    assert table.idea(table.submit("p1")).late
    table.do("facilitator", "MoveGroup", group="all", stage=1, step="write")
    assert table.idea(table.submit("p1")).late


@pytest.mark.parametrize("reached", [1, 3])
def test_an_idea_for_a_later_stage_is_rejected(reached: int) -> None:
    table = at_play()
    who = table.members("g1")[0]
    if reached > 1:
        table.do("facilitator", "MoveGroup", group="g1", stage=reached, step="write")
        table.do("facilitator", "MoveGroup", group="g1", stage=1, step="write")
    fields = submission(table, who, barrier=table.barrier(who, stage=2))
    assert table.refused(who, "SubmitIdea", **fields) == ("rejected", "barrier")


def test_a_barrier_of_another_problem_is_refused_like_one_that_does_not_exist() -> None:
    table = at_play()
    one, _, other = pair(table)
    words = set()
    for barrier in (table.barrier(other), "no-barrier"):
        fields = submission(table, one, barrier=barrier)
        assert table.refused(one, "SubmitIdea", **fields) == ("rejected", "barrier")
        words.add(table.told(one, "SubmitIdea", **fields))
    assert words == {"That barrier is not on this group's journey."}


def test_a_participant_without_a_group_submits_nothing() -> None:
    table = at_play()
    fields = submission(table, "p1")
    stranger = Actor("nobody", Role.PARTICIPANT)
    assert table.refused(stranger, "SubmitIdea", **fields) == ("rejected", None)


@pytest.mark.parametrize("phase", ["lobby", "briefing", "plenary", "rate", "shortlist", "assess"])
def test_ideas_are_submitted_at_play_only(phase: str) -> None:
    table = at_play()
    table.do("facilitator", "OpenPhase", phase=phase)
    assert table.refused("p1", "SubmitIdea", **submission(table, "p1")) == ("rejected", None)


def test_a_workshop_has_five_thousand_ideas_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ideas.MOST_IDEAS == 5000
    monkeypatch.setattr(ideas, "MOST_IDEAS", 1)
    table = at_play()
    one, _, other = pair(table)
    table.submit(one)
    assert table.refused(other, "SubmitIdea", **submission(table, other)) == ("rejected", None)


WRONG_WORDS = ["", " \n", "\x00", None, 5, "x" * 2001]


@pytest.mark.parametrize("words", WRONG_WORDS)
@pytest.mark.parametrize("kind", ["SubmitIdea", "CaptureIdea", "BuildOn", "MergeIdeas"])
def test_words_are_one_to_two_thousand_characters(kind: str, words: object) -> None:
    table = with_ideas()
    first, second = [idea.id for idea in table.workshop.ideas()][:2]
    who = {"SubmitIdea": "p1", "BuildOn": "p1"}.get(kind, "facilitator")
    fields: dict[str, Any] = {
        "SubmitIdea": submission(table, "p1"),
        "CaptureIdea": captured(table, "p1"),
        "BuildOn": {"idea": first, "as_": "build"},
        "MergeIdeas": {"ideas": [first, second]},
    }[kind]
    assert table.refused(who, kind, **fields | {"words": words}) == ("malformed", "words")


@pytest.mark.parametrize("field", ["how", "example", "caution"])
@pytest.mark.parametrize("text", ["", 5, "x" * 2001])
def test_the_optional_words_have_the_same_bounds(field: str, text: object) -> None:
    table = at_play()
    fields = submission(table, "p1", **{field: text})
    assert table.refused("p1", "SubmitIdea", **fields) == ("malformed", field)


def test_words_are_cleaned_on_the_way_in() -> None:
    table = at_play()
    idea = table.submit("p1", words="  =1+1 \x07<b>\r\ntwo\ttabs ")
    assert table.idea(idea).words == "  =1+1 <b>\ntwo\ttabs "


def test_nobody_says_for_themselves_who_the_author_is() -> None:
    table = at_play()
    fields = submission(table, "p1", author="p2")
    assert table.refused("p1", "SubmitIdea", **fields) == ("malformed", "author")


# Capturing


def test_an_idea_said_aloud_is_captured_for_whoever_said_it() -> None:
    table = at_play()
    card = next(card.id for card in DECK if card.id not in table.hand("p1"))
    hand = table.hand("p1")
    (event,) = table.do("facilitator", "CaptureIdea", **captured(table, "p1", card=card))
    assert event == IdeaSubmitted(
        idea=f"i{table.workshop.seq}",
        author="p1",
        group=table.group("p1").id,
        stage=1,
        barrier=table.barrier("p1"),
        card=card,
        words="An idea",
        captured=True,
    )
    assert table.idea(event.made or "").captured
    assert table.hand("p1") == hand


def test_a_captured_idea_takes_its_card_out_of_the_authors_hand() -> None:
    table = at_play()
    card = table.hand("p1")[0]
    table.do("facilitator", "CaptureIdea", **captured(table, "p1", card=card))
    assert card not in table.hand("p1")


def test_ideas_are_captured_at_the_plenary_too() -> None:
    table = with_ideas()
    table.do("facilitator", "OpenPhase", phase="plenary")
    (event,) = table.do("facilitator", "CaptureIdea", **captured(table, "p1"))
    assert table.idea(event.made or "").late


def test_what_is_captured_must_exist() -> None:
    table = at_play()
    one, _, other = pair(table)
    lead = table.invite(Role.TABLE_LEAD, "g1")
    for changed, field in (
        ({"group": "g9"}, "group"),
        ({"participant": "p99"}, "participant"),
        ({"participant": lead}, "participant"),
        ({"participant": other}, "participant"),
        ({"card": "card-99"}, "card"),
        ({"barrier": "no-barrier"}, "barrier"),
        ({"barrier": table.barrier(other)}, "barrier"),
        ({"barrier": table.barrier(one, stage=2)}, "barrier"),
    ):
        fields = captured(table, one) | changed
        assert table.refused("facilitator", "CaptureIdea", **fields) == ("rejected", field)


# Building on an idea


@pytest.mark.parametrize("manner", ["build", "question", "risk"])
def test_anyone_of_the_group_builds_on_an_idea_that_was_presented(manner: str) -> None:
    table = with_ideas()
    one, other, _ = pair(table)
    idea = next(i for i in table.workshop.ideas() if i.authors == (one,))
    for who in (other, one):
        (event,) = table.do(who, "BuildOn", idea=idea.id, words="And then?", as_=manner)
        assert event == ideas.IdeaBuiltOn(
            build=f"b{table.workshop.seq}",
            idea=idea.id,
            group="g1",
            author=who,
            words="And then?",
            manner=manner,  # type: ignore[arg-type]
        )
        assert event.made == f"b{table.workshop.seq}"
    assert [(b.author, b.manner) for b in table.idea(idea.id).builds] == [
        (other, manner),
        (one, manner),
    ]


def test_an_idea_one_may_not_see_is_refused_like_one_that_does_not_exist() -> None:
    table = at_play()
    one, other, stranger = pair(table)
    hidden = table.submit(one)
    table.submit(stranger)
    table.do("facilitator", "MoveGroup", group="g2", stage=1, step="present")
    words = set()
    for who, idea in ((other, hidden), (one, hidden), (stranger, hidden), (one, "i999")):
        fields = {"idea": idea, "words": "More", "as_": "build"}
        assert table.refused(who, "BuildOn", **fields) == ("rejected", "idea")
        words.add(table.told(who, "BuildOn", **fields))
    assert words == {"There is no such idea before your group."}


def test_a_late_idea_of_a_stage_that_was_presented_is_before_the_group_at_once() -> None:
    table = with_ideas()
    one, other, _ = pair(table)
    late = table.submit(one)
    table.do(other, "BuildOn", idea=late, words="More", as_="build")
    assert len(table.idea(late).builds) == 1


def test_nobody_builds_on_an_idea_that_was_merged() -> None:
    table = with_ideas()
    one, *_ = pair(table)
    merged = [idea.id for idea in table.workshop.groups["g1"].ideas.values()][:2]
    table.do("facilitator", "MergeIdeas", ideas=merged, words="Both")
    fields = {"idea": merged[0], "words": "More", "as_": "build"}
    assert table.refused(one, "BuildOn", **fields) == ("rejected", "idea")


def test_a_participant_without_a_group_builds_on_nothing() -> None:
    table = with_ideas()
    fields = {"idea": "i1", "words": "More", "as_": "build"}
    stranger = Actor("nobody", Role.PARTICIPANT)
    assert table.refused(stranger, "BuildOn", **fields) == ("rejected", None)


@pytest.mark.parametrize("manner", [None, "", "praise", 5])
def test_what_is_said_is_a_build_a_question_or_a_risk(manner: object) -> None:
    table = with_ideas()
    fields = {"idea": "i1", "words": "More", "as_": manner}
    assert table.refused("p1", "BuildOn", **fields) == ("malformed", "as")


def test_a_build_is_kept_as_it_was_said() -> None:
    table = with_ideas()
    one, other, _ = pair(table)
    idea = next(i.id for i in table.workshop.ideas() if i.authors == (one,))
    table.do(other, "BuildOn", idea=idea, words="  Who  pays?\r\n", as_="risk")
    assert table.idea(idea).builds == (
        Build(f"b{table.workshop.seq}", other, "  Who  pays?\n", "risk"),
    )


def test_before_hands_are_dealt_there_is_nothing_to_play() -> None:
    table = in_the_lobby()
    fields = {"card": "card-1", "barrier": "sharing-1-a", "words": "An idea"}
    assert table.refused("p1", "SubmitIdea", **fields) == ("rejected", None)
