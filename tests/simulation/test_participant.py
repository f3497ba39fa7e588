"""Participants do what the phase and the step ask, the same for a seed, and nothing else."""

import asyncio
import dataclasses
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from app.simulation.names import (
    BUILDER,
    QUICK,
    QUIET,
    TEMPERAMENTS,
    THOUGHTFUL,
    Person,
    Temperament,
    cast,
)
from tests.simulation.table import CARDS, Table

OF_FACILITATORS = {
    "OpenPhase", "FormGroups", "SeatParticipant", "MoveGroup", "MergeIdeas", "Spotlight",
    "OpenRatings", "ShortlistIdea", "UnshortlistIdea", "RecordAssessment", "CaptureIdea",
}  # fmt: skip


@asynccontextmanager
async def sat_down(people: list[Person]) -> AsyncIterator[Table]:
    """A table whose participants are alive."""
    table = Table(people)
    async with asyncio.TaskGroup() as everybody:
        lives = [everybody.create_task(each.live()) for each in table.participants]
        await table.play()
        yield table
        for life in lives:
            life.cancel()


def people(temperament: Temperament, size: int = 4, **changed: Any) -> list[Person]:
    """People of one temperament, altered where a test wants it."""
    altered = dataclasses.replace(temperament, **changed)
    return [dataclasses.replace(each, temperament=altered) for each in cast(size, 3)]


async def a_whole_stage(seed: int) -> list[list[dict[str, Any]]]:
    async with sat_down(cast(6, seed)) as table:
        for step in ("write", "present", "build"):
            await table.step(1, step)
        await table.rate()
        return [seat.did for seat in table.seats]


async def test_the_same_seed_makes_the_same_workshop() -> None:
    assert await a_whole_stage(5) == await a_whole_stage(5)


async def test_another_seed_makes_another() -> None:
    assert await a_whole_stage(5) != await a_whole_stage(6)


async def test_nobody_does_what_a_facilitator_does() -> None:
    kinds = {command["kind"] for did in await a_whole_stage(5) for command in did}
    assert kinds >= {"SubmitIdea", "BuildOn", "RateIdea"}
    assert not kinds & OF_FACILITATORS


@pytest.mark.parametrize("phase", ["lobby", "briefing", "plenary", "shortlist", "assess", "closed"])
async def test_where_there_is_nothing_to_do_they_do_nothing(phase: str) -> None:
    async with sat_down(cast(4, 1)) as table:
        await table.play(workshop={"phase": phase})
        assert [seat.did for seat in table.seats] == [[], [], [], []]


async def test_while_ideas_are_presented_they_wait() -> None:
    async with sat_down(cast(6, 1)) as table:
        await table.step(1, "write")
        before = [len(seat.did) for seat in table.seats]
        await table.step(1, "present")
        assert [len(seat.did) for seat in table.seats] == before


async def test_ideas_are_played_from_the_hand_against_a_barrier_of_the_stage() -> None:
    async with sat_down(people(QUICK, 6, passes=0, swaps=0)) as table:
        await table.step(1, "write")
        assert {idea["author"] for idea in table.ideas} == {seat.me for seat in table.seats}
        assert {idea["card"] for idea in table.ideas} <= {id for id, _ in CARDS}
        assert {idea["barrier"] for idea in table.ideas} == {
            "across-plans-slip",
            "across-roles-unclear",
        }


async def test_ideas_of_one_table_differ() -> None:
    async with sat_down(people(THOUGHTFUL, 6, passes=0)) as table:
        await table.step(1, "write")
        openings = {idea["words"].split(". ")[0] for idea in table.ideas}
        assert len(openings) == len(table.ideas) == 6


async def test_a_card_that_fits_the_barrier_is_taken_before_one_that_does_not() -> None:
    fitting = {
        "across-plans-slip": "public-commitment",
        "across-roles-unclear": "plain-writing",
    }
    async with sat_down(people(THOUGHTFUL, 6, passes=0, swaps=0)) as table:
        await table.step(1, "write")
        assert all(idea["card"] == fitting[idea["barrier"]] for idea in table.ideas)


async def test_some_pass() -> None:
    async with sat_down(people(QUIET, 4, passes=1)) as table:
        await table.step(1, "write")
        assert table.ideas == []


async def test_a_draft_is_saved_on_the_way_and_cleared_afterwards() -> None:
    async with sat_down(people(THOUGHTFUL, 1, passes=0, swaps=0)) as table:
        await table.step(1, "write")
        [seat] = table.seats
        [idea] = table.ideas
        chosen, begun, cleared = seat.drafts
        assert (chosen["card"], chosen["barrier"]) == (idea["card"], idea["barrier"])
        assert chosen["words"] is None
        assert begun["words"]
        assert idea["words"].startswith(begun["words"])
        assert len(begun["words"]) < len(idea["words"])
        assert set(cleared.values()) == {None}


async def test_a_hand_in_which_nothing_fits_is_mended_by_a_swap() -> None:
    async with sat_down(people(QUICK, 8, passes=0)) as table:
        for seat in table.seats:
            seat.regions["hand"]["cards"] = [{"id": "champions", "com_b": ["opportunity-social"]}]
        await table.step(1, "write")
        swapped = [seat for seat in table.seats if "SwapCard" in seat.kinds()]
        assert len(swapped) >= 6
        assert all(seat.did[0] == {"kind": "SwapCard", "card": "champions"} for seat in swapped)


async def test_without_a_swap_left_nobody_swaps() -> None:
    async with sat_down(people(QUICK, 8, swaps=1)) as table:
        for seat in table.seats:
            seat.regions["hand"]["swaps_left"] = 0
        await table.step(1, "write")
        assert not any("SwapCard" in seat.kinds() for seat in table.seats)


async def test_a_hand_that_comes_late_is_waited_for() -> None:
    async with sat_down(people(QUICK, 1, passes=0, swaps=0)) as table:
        [seat] = table.seats
        hand = seat.regions.pop("hand")
        await table.step(1, "write")
        assert table.ideas == []
        await table.play(hand=hand)
        assert table.ideas


async def test_nothing_is_written_against_a_refusal() -> None:
    async with sat_down(people(QUICK, 1, passes=0, swaps=0, ideas=(2,))) as table:
        [seat] = table.seats
        seat.refusing = True
        await table.step(1, "write")
        assert seat.kinds() == ["SubmitIdea"]


async def test_called_back_to_a_stage_nobody_says_the_same_again() -> None:
    async with sat_down(people(QUICK, 6, passes=0, swaps=0, ideas=(1,))) as table:
        await table.step(1, "write")
        assert len(table.ideas) == 6
        await table.step(1, "present")
        await table.step(1, "write")
        by = Counter((idea["author"], idea["words"].split(". ")[0]) for idea in table.ideas)
        assert 6 < len(table.ideas) < 12
        assert set(by.values()) == {1}


@pytest.mark.parametrize(
    ("moved", "late", "ideas"),
    [
        ({"step": "present"}, 1, 1),
        ({"step": "present"}, 0, 0),
        ({"stage": 2, "barriers": []}, 1, 0),
    ],
)
async def test_half_written_ideas_are_handed_in_late_by_some_while_the_stage_lasts(
    moved: dict[str, Any], late: float, ideas: int
) -> None:
    async with sat_down(people(THOUGHTFUL, 1, passes=0, swaps=0, late=late)) as table:
        [seat] = table.seats
        seat.on_draft = lambda: seat.regions["stage"].update(moved)
        await table.step(1, "write")
        assert seat.drafts
        assert len(table.ideas) == ideas


async def test_builders_build_on_the_ideas_of_others() -> None:
    async with sat_down(people(BUILDER, 4, passes=0, swaps=0)) as table:
        for step in ("write", "present", "build"):
            await table.step(1, step)
        authors = {idea["id"]: idea["author"] for idea in table.ideas}
        built = [
            (seat.me, command)
            for seat in table.seats
            for command in seat.did
            if command["kind"] == "BuildOn"
        ]
        assert len(built) >= 4
        assert all(authors[command["idea"]] != me for me, command in built)
        assert {command["as"] for _, command in built} <= {"build", "question", "risk"}
        assert max(Counter(command["words"] for _, command in built).values()) == 1


async def test_alone_at_a_table_there_is_nothing_to_build_on() -> None:
    async with sat_down(people(BUILDER, 1, passes=0)) as table:
        for step in ("write", "present", "build"):
            await table.step(1, step)
        assert "BuildOn" not in table.seats[0].kinds()


async def test_ideas_offered_are_rated_once_each() -> None:
    async with sat_down(people(QUICK, 5, passes=0)) as table:
        await table.step(1, "write")
        await table.rate()
        for seat in table.seats:
            given = [command for command in seat.did if command["kind"] == "RateIdea"]
            offered = {idea["id"] for idea in table.ideas if idea["author"] != seat.me}
            assert {command["idea"] for command in given} == offered
            assert len(given) == len(offered)
            for command in given:
                assert all(
                    command[criterion] in (1, 2, 3, 4, 5, None)
                    for criterion in ("impact", "effort", "amenability")
                )


@pytest.mark.parametrize("how", [{"rated": True}, {"opened": True}])
async def test_what_is_rated_or_opened_already_is_let_alone(how: dict[str, bool]) -> None:
    async with sat_down(people(QUICK, 3, passes=0)) as table:
        await table.step(1, "write")
        await table.rate(**how)
        assert not any("RateIdea" in seat.kinds() for seat in table.seats)


async def test_nobody_rates_for_ever() -> None:
    async with sat_down(people(THOUGHTFUL, 2, rates=3)) as table:
        table.ideas = [{"id": f"i{n}", "words": f"Idea {n}.", "author": "p9"} for n in range(9)]
        await table.rate()
        assert [seat.kinds() for seat in table.seats] == [["RateIdea"] * 3] * 2


@pytest.mark.parametrize("temperament", TEMPERAMENTS, ids=lambda each: each.name)
def test_an_idea_is_done_within_its_step(temperament: Temperament) -> None:
    assert temperament.reading + temperament.writing <= 0.75
