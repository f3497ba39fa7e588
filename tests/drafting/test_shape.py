"""The shape of a draft: what goes through the form comes back, and ids are made once."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from app.content import check_journey
from app.drafting.shape import (
    MOST_BARRIERS,
    MOST_STAGES,
    TICKED,
    Draft,
    blank,
    blank_barrier,
    blank_stage,
    fields,
    from_form,
    ordered_as,
    shaped,
    slug,
    too_large,
    with_ids,
)
from app.game.material import ComB, Level
from tests.written import small_journey

ROOT = Path(__file__).resolve().parent.parent.parent


def sent(draft: Draft) -> list[tuple[str, str]]:
    """What a browser posts of a form that holds `draft`, untouched."""
    pairs = []
    for name, text in fields(draft).items():
        ticked = name.rpartition("-")[2] in TICKED
        pairs += [(name, each) for each in (text.split() if ticked else [text])]
    return pairs


def test_a_sound_journey_goes_through_the_form_untouched() -> None:
    journey = small_journey()
    assert shaped(journey) == journey
    assert from_form(sent(shaped(journey))) == journey


def test_what_is_ticked_keeps_its_order_and_new_ticks_come_last() -> None:
    journey = small_journey()
    barrier = journey["stages"][0]["barriers"][0]
    barrier["com_b"] = ["motivation-automatic", "wishes", "opportunity-social"]
    barrier["levels"] = ["wider", "frontline", "wider"]
    before = shaped(journey)
    [made] = before["stages"][0]["barriers"]
    assert made["com_b"] == ["motivation-automatic", "wishes", "opportunity-social"]
    assert made["levels"] == ["wider", "frontline"]
    # The page sends them in its own order, with one ticked that was not and one no more.
    typed = deepcopy(before)
    [sent_barrier] = typed["stages"][0]["barriers"]
    sent_barrier["com_b"] = ["opportunity-physical", "opportunity-social", "motivation-automatic"]
    sent_barrier["levels"] = ["frontline", "wider"]
    typed["stages"].reverse()
    [made] = ordered_as(typed, journey)["stages"][1]["barriers"]
    assert made["com_b"] == ["motivation-automatic", "opportunity-social", "opportunity-physical"]
    assert made["levels"] == ["wider", "frontline"]


@pytest.mark.parametrize("path", sorted((ROOT / "journeys").glob("*.json")), ids=lambda p: p.stem)
def test_a_shipped_problem_statement_comes_back_as_it_was(path: Path) -> None:
    journey = json.loads(path.read_text(encoding="utf-8"))
    del journey["$schema"]
    draft = shaped(journey)
    assert draft == journey
    sorted_by_the_page = deepcopy(draft)
    for stage in sorted_by_the_page["stages"]:
        for barrier in stage["barriers"]:
            barrier["com_b"].sort(key=list(ComB).index)
            barrier["levels"].sort(key=list(Level).index)
    assert ordered_as(from_form(sent(sorted_by_the_page)), draft) == journey


def test_an_empty_one_goes_through_the_form_untouched() -> None:
    assert from_form(sent(blank())) == blank()


def test_lists_that_are_empty_stay_empty() -> None:
    draft = {**blank(), "stages": [{**blank_stage(), "barriers": []}]}
    assert from_form(sent(draft)) == draft
    assert from_form(sent({**blank(), "stages": []})) == {**blank(), "stages": []}


def test_more_than_ten_of_a_kind_keep_their_order() -> None:
    draft = {**blank(), "stages": [{**blank_stage(), "title": f"S{n}"} for n in range(12)]}
    titles = [stage["title"] for stage in from_form(sent(draft))["stages"]]
    assert titles == [f"S{n}" for n in range(12)]


def test_words_keep_their_lines_and_lose_what_nobody_can_see() -> None:
    [stage] = from_form([("stages-0-title", "A"), ("stages-0-does", "one\r\ntwo\x00")])["stages"]
    assert stage["does"] == "one\ntwo"


@pytest.mark.parametrize(
    "document",
    [None, [], "text", 3, {}, {"stages": 3}, {"stages": [None, 3, {"barriers": {"a": 1}}]},
     {"title": ["a"], "stages": [{"barriers": [{"sources": "x", "com_b": [1, "a"], "opm": {}}]}]}],
)  # fmt: skip
def test_whatever_comes_becomes_a_draft(document: Any) -> None:
    draft = shaped(document)
    assert set(draft) == {"id", "title", "statement", "stages"}
    assert from_form(sent(draft)) == draft


def test_names_that_are_none_of_the_form_are_left_alone() -> None:
    strange = ["stages", "stages-", "stages-x-title", "stages-0", "stages-99999-title", "a-b-c",
               "stages-²-title", "", "-"]  # fmt: skip
    assert from_form([(name, "x") for name in strange])["stages"] == []


def test_what_is_too_much_for_a_page_is_said() -> None:
    assert too_large(blank()) is None
    assert "stages" in (too_large({**blank(), "stages": [blank_stage()] * (MOST_STAGES + 1)}) or "")
    full = {**blank_stage(), "barriers": [blank_barrier()] * (MOST_BARRIERS + 1)}
    assert "barriers" in (too_large({**blank(), "stages": [full]}) or "")


def test_ids_are_made_of_titles_once_and_stay() -> None:
    draft = {**small_journey(), "id": "", "title": "Ça va: my “own” problem’s title"}
    draft["stages"][0]["barriers"][0]["id"] = ""
    made = with_ids(draft, "k3f9a")
    assert made["id"] == "ca-va-my-own-problems-title-k3f9a"
    assert made["stages"][0]["barriers"][0]["id"] == "there-is-no-time"
    assert check_journey(made, "draft").id == made["id"]
    renamed = {**made, "title": "Another"}
    renamed["stages"][0]["barriers"][0]["text"] = "Something else."
    assert with_ids(renamed, "k3f9a")["id"] == made["id"]
    assert with_ids(renamed, "k3f9a")["stages"] == renamed["stages"]


def test_ids_that_are_doubled_or_none_are_made_anew() -> None:
    draft = shaped(small_journey())
    draft["stages"][1]["barriers"][0]["id"] = "no-time"
    draft["stages"][1]["barriers"].append({**blank_barrier(), "id": "NOT ONE", "text": "日本"})
    draft["stages"][1]["barriers"].append({**blank_barrier(), "text": "There is no time."})
    barriers = [b["id"] for stage in with_ids(draft, "x")["stages"] for b in stage["barriers"]]
    assert barriers == ["no-time", "there-is-no-time", "own", "there-is-no-time-2"]


def test_there_is_no_id_before_there_is_a_word() -> None:
    made = with_ids(blank(), "k3f9a")
    assert (made["id"], made["stages"][0]["barriers"][0]["id"]) == ("", "")


@pytest.mark.parametrize("title", ["x" * 300, "word " * 60, "-", "’’’", "<b>"])
def test_an_id_is_always_one_that_fits(title: str) -> None:
    made = with_ids({**small_journey(), "id": "", "title": title}, "k3f9a")
    assert check_journey({**made, "title": "T"}, "draft").id == made["id"]
    assert slug(title) == slug(slug(title)) or title == "x" * 300
