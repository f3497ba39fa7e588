"""Merging: one idea of two or more, with every parent, author, card and mark kept."""

from dataclasses import replace
from typing import Any

import pytest

from app.game.merging import IdeasMerged
from app.game.messages import ERASED, Role, Stamp
from app.game.workshop import Idea
from tests.game.table import DECK, NOON, at_play, captured, pair, with_ideas


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


def test_the_marks_of_the_parents_count_on_for_the_merged_idea() -> None:
    table = with_ideas()
    one, other, _ = pair(table)
    by = {idea.authors[0]: idea.id for idea in table.workshop.groups["g1"].ideas.values()}
    rater = table.members("g2")[0]
    table.do("facilitator", "OpenPhase", phase="rate")
    given = {"effort": 2, "amenability": 4}
    table.do(rater, "RateIdea", idea=by[one], impact=5, **given)
    table.do(rater, "RateIdea", idea=by[other], impact=1, **given)
    table.do(other, "RateIdea", idea=by[one], impact=3, **given)
    table.do("facilitator", "MergeIdeas", ideas=[by[other], by[one]], words="Both")
    merged = f"i{table.workshop.seq}"
    assert table.workshop.ratings[rater][merged].impact == 1  # of the first that was merged
    assert merged not in table.workshop.ratings[other]  # who is an author of it now


def test_the_spotlight_follows_an_idea_that_is_merged() -> None:
    table = with_ideas()
    one, other, _ = pair(table)
    by = {idea.authors[0]: idea.id for idea in table.workshop.groups["g1"].ideas.values()}
    table.do("facilitator", "OpenPhase", phase="plenary")
    table.do("facilitator", "Spotlight", idea=by[one])
    table.do("facilitator", "MergeIdeas", ideas=[by[other], by[one]], words="Both")
    assert table.workshop.spotlight == f"i{table.workshop.seq}"
