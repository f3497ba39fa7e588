"""Seating: balanced groups, and a place for whoever comes late.

Leaves out the commands that seat people. Always: seating depends on the workshop and
its seed alone.
"""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.game.messages import Role
from app.game.seating import balanced, lot, place_for, shuffled
from tests.game.table import Table, a_journey

SIZES = st.lists(st.integers(1, 9), min_size=1, max_size=6)


def seated(organisations: list[int], groups: int, seed: int = 7) -> Table:
    """A table where so many people of each organisation came in, in turn, and were seated."""
    journeys = [a_journey(f"problem-{number}", 1) for number in range(groups)]
    table = Table(journeys=journeys, seed=seed)
    left = Counter({f"Organisation {number}": n for number, n in enumerate(organisations)})
    while left.total():
        for organisation in sorted(left):
            if left[organisation]:
                left[organisation] -= 1
                table.join(organisation)
    table.do("facilitator", "FormGroups")
    return table


def spread(table: Table, organisation: str | None = None) -> list[int]:
    """How many people each group has, of one organisation or of all."""
    people = table.workshop.participants()
    counts = Counter(p.group for p in people if organisation in (None, p.organisation))
    return [counts[group] for group in table.workshop.groups]


@given(SIZES, st.integers(1, 8), st.integers(0, 5))
@settings(max_examples=40, deadline=None)
def test_groups_and_organisations_are_within_one_of_each_other(
    organisations: list[int], groups: int, seed: int
) -> None:
    table = seated(organisations, groups, seed)
    assert sum(spread(table)) == sum(organisations)
    for organisation in (None, *(f"Organisation {n}" for n in range(len(organisations)))):
        sizes = spread(table, organisation)
        assert max(sizes) - min(sizes) <= 1


def test_the_same_seed_gives_the_same_seats_and_another_gives_others() -> None:
    seats = [balanced(seated([5, 4, 3], 3, seed).workshop).seats for seed in (1, 1, 2)]
    assert seats[0] == seats[1]
    assert seats[0] != seats[2]


def test_who_came_first_does_not_decide_who_sits_where() -> None:
    groups = {seated([6], 2, seed).person("p1").group for seed in range(8)}
    assert groups == {"g1", "g2"}


def test_observers_and_leads_are_not_seated() -> None:
    table = Table()
    table.invite(Role.TABLE_LEAD, "g1")
    table.invite(Role.OBSERVER)
    assert balanced(table.workshop).seats == {}


@given(SIZES, st.integers(1, 5), st.lists(st.sampled_from("ABC"), max_size=8))
@settings(max_examples=25, deadline=None)
def test_with_late_people_groups_stay_within_one_of_each_other(
    organisations: list[int], groups: int, late: list[str]
) -> None:
    table = seated(organisations, groups)
    for organisation in late:
        table.join(organisation)
    sizes = spread(table)
    assert max(sizes) - min(sizes) <= 1


def test_late_people_come_to_a_smallest_group() -> None:
    table = seated([5], 3)
    smallest = min(table.workshop.groups, key=lambda group: len(table.members(group)))
    assert table.person(table.join("Organisation 0")).group == smallest


def test_of_the_smallest_groups_the_one_short_of_their_organisation_takes_them() -> None:
    table = seated([2], 2)
    table.join("Police")
    police = table.person("p3").group
    table.join("NHS")
    assert table.person("p4").group != police
    table.join("Police")
    assert table.person("p5").group != police


def test_whoever_is_to_be_placed_does_not_count_for_the_group_they_sit_in() -> None:
    table = seated([2], 2)
    seats = {person.group for person in table.workshop.participants()}
    assert seats == {"g1", "g2"}
    for person in table.workshop.participants():
        assert place_for(table.workshop, person) == person.group


def test_people_without_a_seat_do_not_count() -> None:
    table = Table()
    table.join()
    table.join()
    assert place_for(table.workshop, table.person("p2")) == "g1"


def test_a_shuffle_depends_on_seed_and_label_alone() -> None:
    items = [f"p{number}" for number in range(20)]
    once = shuffled(1, "seating", items)
    assert sorted(once) == sorted(items)
    assert shuffled(1, "seating", reversed(items)) == once
    assert shuffled(2, "seating", items) != once
    assert shuffled(1, "speaking", items) != once


@pytest.mark.parametrize(
    ("seed", "expected"),
    [(0, "2e8c409047c0cc88"), (-(2**63), "f775b90a8699e895")],
)
def test_lots_are_the_same_on_every_machine(seed: int, expected: str) -> None:
    assert lot(seed, "deal", "card-1").hex() == expected
