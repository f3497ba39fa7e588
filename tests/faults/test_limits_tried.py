"""A share of what the limits are tried with: honest people get in, and guessing does not pay."""

from collections.abc import Iterator

import pytest

from app.web.limits import GUESSES, MORE_GUESSES
from tests.faults import limits
from tests.served import Served, served

SEED = 14


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("limits")) as running:
        yield running


async def test_a_department_gets_in_beside_somebody_who_guesses(server: Served) -> None:
    found = await limits.honest_joins(server, SEED, 150)
    assert found.faults == []
    assert found.figures["joined"] == 150
    assert found.figures["guesses told to wait"] > 0


async def test_of_many_guesses_few_are_looked_up_and_little_is_remembered() -> None:
    found = await limits.guesses(SEED, 30_000)
    assert found.faults == []
    assert GUESSES.amount <= found.figures["looked up"] <= GUESSES.amount + MORE_GUESSES.amount


async def test_a_seat_has_so_many_sockets_and_no_more(server: Served) -> None:
    found = await limits.sockets_of_a_seat(server, SEED)
    assert found.faults == []
    assert found.figures["open"] == 20
