"""The cast is the same for a seed, mixed, and nobody in it is called like another."""

from collections import Counter

import pytest

from app.simulation.names import NAMES, ORGANISATIONS, TEMPERAMENTS, cast


@pytest.mark.parametrize("size", [24, 60, 61, 200])
def test_no_two_people_share_a_name(size: int) -> None:
    names = [person.name for person in cast(size, 1)]
    assert len(set(names)) == size
    assert all(" " in name and len(name) <= 80 for name in names)


def test_a_seed_makes_one_cast() -> None:
    assert cast(24, 7) == cast(24, 7)
    assert cast(24, 7) != cast(24, 8)


def test_a_larger_cast_begins_with_the_smaller() -> None:
    assert cast(30, 7)[:24] == cast(24, 7)


def test_organisations_are_as_even_as_can_be() -> None:
    counts = Counter(person.organisation for person in cast(24, 1))
    assert set(counts) == set(ORGANISATIONS)
    assert max(counts.values()) - min(counts.values()) <= 1


def test_people_can_come_from_other_organisations() -> None:
    assert {person.organisation for person in cast(4, 1, ["A", "B"])} == {"A", "B"}


def test_every_temperament_turns_up() -> None:
    assert {person.temperament for person in cast(24, 1)} == set(TEMPERAMENTS)


def test_luck_depends_on_the_moment_and_the_person_only() -> None:
    first, second = cast(2, 1)
    assert first.chance("play", 1).random() == first.chance("play", 1).random()
    assert first.chance("play", 1).random() != first.chance("play", 2).random()
    assert first.chance("play", 1).random() != second.chance("play", 1).random()
    assert first.shared_chance("g1").random() == second.shared_chance("g1").random()


def test_no_name_stands_twice_in_the_list() -> None:
    assert len(set(NAMES)) == len(NAMES)
