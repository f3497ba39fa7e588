"""Ideas: playing a card, building on an idea, merging.

Leaves out ratings and the shortlist. Always: an answer does not tell whether an idea
that one may not see exists.
"""

from dataclasses import replace
from typing import Any

import pytest

from app.game import ideas
from app.game.ideas import IdeasMerged, IdeaSubmitted
from app.game.messages import ERASED, Actor, Role, Stamp
from app.game.workshop import Build, Idea
from tests.game.table import DECK, NOON, Table, at_play, in_the_lobby, with_ideas


def pair(table: Table) -> tuple[str, str, str]:
    """Two people of `g1` and one of `g2`."""
    one, other, *_ = table.members("g1")
    return one, other, table.members("g2")[0]


def submission(table: Table, who: str, **changed: Any) -> dict[str, Any]:
    fields = {"card": table.hand(who)[0], "barrier": table.barrier(who), "words": "An idea"}
    return fields | changed


def captured(table: Table, who: str, **changed: Any) -> dict[str, Any]:
    return {"participant": who, "group": table.group(who).id, **submission(table, who, **changed)}


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
    assert table.idea(idea).words == "=1+1 <b>\ntwo\ttabs"


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


# Merging


def test_merging_makes_an_idea_that_keeps_every_parent_author_and_card() -> None:
    table = at_play()
    one, other, _ = pair(table)
    first = table.submit(one, how="Habit", caution="Slow")
    second = table.submit(other, how="Habit", example="“Now”", caution="Costly")
    table.do("facilitator", "MoveGroup", group="g1", stage=1, step="build")
    table.do(other, "BuildOn", idea=first, words="More", as_="build")
    table.do(one, "BuildOn", idea=second, words="Why?", as_="question")
    cards = (table.idea(first).card, table.idea(second).card)
    builds = (*table.idea(first).builds, *table.idea(second).builds)
    (event,) = table.do("facilitator", "MergeIdeas", ideas=[first, second], words="Both in one")
    made = f"i{table.workshop.seq}"
    assert event == IdeasMerged(idea=made, parents=(first, second), author=one, words="Both in one")
    assert (event.made, event.subject) == (made, one)
    assert table.idea(made) == Idea(
        id=made,
        group="g1",
        problem="sharing",
        stage=1,
        barrier=table.barrier(one),
        cards=cards,
        authors=(one, other),
        words="Both in one",
        how="Habit",
        example="“Now”",
        caution="Slow\nCostly",
        at=table.at,
        parents=(first, second),
        builds=builds,
    )
    assert table.idea(first).merged_into == table.idea(second).merged_into == made


def test_the_parents_keep_their_own_words_authors_cards_and_builds() -> None:
    table = with_ideas()
    parents = list(table.workshop.groups["g1"].ideas.values())[:2]
    table.do("facilitator", "MergeIdeas", ideas=[idea.id for idea in parents], words="Both")
    for parent in parents:
        kept = table.idea(parent.id)
        assert (kept.words, kept.authors, kept.cards) == (
            parent.words,
            parent.authors,
            parent.cards,
        )


def test_an_author_and_a_card_that_two_parents_share_are_named_once() -> None:
    table = at_play(2, deck=DECK[:5])
    first = table.submit("p1")
    card = table.idea(first).card
    (event,) = table.do("facilitator", "CaptureIdea", **captured(table, "p1", card=card))
    table.do("facilitator", "MergeIdeas", ideas=[first, event.made], words="The same")
    merged = table.idea(f"i{table.workshop.seq}")
    assert (merged.authors, merged.cards) == (("p1",), (card,))


def test_an_idea_merged_of_late_ones_alone_is_late() -> None:
    table = with_ideas()
    one, *_ = pair(table)
    on_time = next(i.id for i in table.workshop.ideas() if i.authors == (one,))
    late = [table.submit(one), table.submit(one)]
    table.do("facilitator", "MergeIdeas", ideas=late, words="Late")
    merged = table.idea(f"i{table.workshop.seq}")
    assert merged.late
    table.do("facilitator", "MergeIdeas", ideas=[merged.id, on_time], words="In time")
    assert not table.idea(f"i{table.workshop.seq}").late


def test_a_merged_idea_is_merged_again() -> None:
    table = with_ideas()
    ids = list(table.workshop.groups["g1"].ideas)
    (first,) = table.do("facilitator", "MergeIdeas", ideas=ids[:2], words="Two")
    (second,) = table.do("facilitator", "MergeIdeas", ideas=[first.made, ids[2]], words="Three")
    merged = table.idea(second.made or "")
    assert merged.parents == (first.made, ids[2])
    assert len(merged.authors) == 3


def test_a_facilitator_merges_ideas_of_two_groups_on_one_problem() -> None:
    table = at_play(4, groups_per_problem=2)
    one, other = table.members("g1")[0], table.members("g3")[0]
    parents = [table.submit(one), table.submit(other)]
    (event,) = table.do("facilitator", "MergeIdeas", ideas=parents, words="Both")
    assert table.idea(event.made or "").group == "g1"
    assert table.idea(parents[1]).group == "g3"
    assert table.idea(parents[1]).merged_into == event.made


@pytest.mark.parametrize("phase", ["plenary", "rate", "shortlist"])
def test_a_facilitator_merges_until_the_shortlist_is_made(phase: str) -> None:
    table = with_ideas()
    table.do("facilitator", "OpenPhase", phase=phase)
    ids = list(table.workshop.groups["g1"].ideas)[:2]
    table.do("facilitator", "MergeIdeas", ideas=ids, words="Both")


def test_a_table_lead_merges_ideas_that_their_group_has_been_shown() -> None:
    table = with_ideas()
    lead = table.invite(Role.TABLE_LEAD, "g1")
    ids = list(table.workshop.groups["g1"].ideas)[:2]
    table.do(lead, "MergeIdeas", ideas=ids, words="Both")
    assert table.idea(ids[0]).merged_into is not None


def test_a_table_lead_is_told_nothing_of_ideas_not_before_their_group() -> None:
    table = at_play()
    one, other, stranger = pair(table)
    hidden = [table.submit(one), table.submit(other)]
    elsewhere = table.submit(stranger)
    lead = table.invite(Role.TABLE_LEAD, "g1")
    words = set()
    for listed in (hidden, [hidden[0], "i999"], [elsewhere, "i999"], ["i998", "i999"]):
        fields = {"ideas": listed, "words": "Both"}
        assert table.refused(lead, "MergeIdeas", **fields) == ("rejected", "ideas")
        words.add(table.told(lead, "MergeIdeas", **fields))
    assert words == {"There is no such idea before your group."}


def test_a_table_lead_without_a_group_merges_nothing() -> None:
    table = with_ideas()
    lead = table.invite(Role.TABLE_LEAD)
    ids = list(table.workshop.groups["g1"].ideas)[:2]
    assert table.refused(lead, "MergeIdeas", ideas=ids, words="Both") == ("rejected", None)


def test_ideas_that_cannot_be_merged_are_rejected() -> None:
    table = with_ideas()
    ids = list(table.workshop.groups["g1"].ideas)
    elsewhere = next(iter(table.workshop.groups["g2"].ideas))
    for listed in ([ids[0], ids[0]], [ids[0], "i999"], [ids[0], elsewhere]):
        fields = {"ideas": listed, "words": "Both"}
        assert table.refused("facilitator", "MergeIdeas", **fields) == ("rejected", "ideas")
    table.do("facilitator", "MergeIdeas", ideas=ids[:2], words="Both")
    fields = {"ideas": [ids[0], ids[2]], "words": "Again"}
    assert table.refused("facilitator", "MergeIdeas", **fields) == ("rejected", "ideas")


def test_an_idea_of_the_shortlist_is_taken_off_before_it_is_merged() -> None:
    table = with_ideas()
    ids = list(table.workshop.groups["g1"].ideas)[:2]
    table.do("facilitator", "OpenPhase", phase="shortlist")
    table.do("facilitator", "ShortlistIdea", idea=ids[0], reason="Promising")
    fields = {"ideas": ids, "words": "Both"}
    assert table.refused("facilitator", "MergeIdeas", **fields) == ("rejected", "ideas")
    table.do("facilitator", "UnshortlistIdea", idea=ids[0])
    table.do("facilitator", "MergeIdeas", **fields)


@pytest.mark.parametrize("listed", [None, "i1", [], ["i1"], [1, 2], ["i1"] * 21, ["i1", ""]])
def test_two_to_twenty_ideas_are_merged(listed: Any) -> None:
    table = with_ideas()
    kind, field = table.refused("facilitator", "MergeIdeas", ideas=listed, words="Both")
    assert kind == "malformed"
    assert (field or "").split(".")[0] == "ideas"


def test_merging_passes_over_words_that_were_erased() -> None:
    table = with_ideas()
    first, second = list(table.workshop.groups["g1"].ideas.values())[:2]
    event = IdeasMerged(
        idea="i900", parents=(first.id, second.id), author=first.authors[0], words="Both"
    )
    group = table.workshop.groups["g1"]
    erased = group.having(replace(first, how=ERASED), replace(second, how="It is easy"))
    after = event.apply(table.workshop.having(erased), Stamp(900, NOON, "facilitator"))
    assert after.idea("i900").how == "It is easy"


def test_a_build_is_kept_as_it_was_said() -> None:
    table = with_ideas()
    one, other, _ = pair(table)
    idea = next(i.id for i in table.workshop.ideas() if i.authors == (one,))
    table.do(other, "BuildOn", idea=idea, words="  Who  pays?\r\n", as_="risk")
    assert table.idea(idea).builds == (
        Build(f"b{table.workshop.seq}", other, "Who  pays?", "risk"),
    )


def test_before_hands_are_dealt_there_is_nothing_to_play() -> None:
    table = in_the_lobby()
    fields = {"card": "card-1", "barrier": "sharing-1-a", "words": "An idea"}
    assert table.refused("p1", "SubmitIdea", **fields) == ("rejected", None)
