"""A client resumes, sends again what was not answered, and knows when it is not wanted."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from app.simulation.calls import Place
from app.simulation.client import Client, Dismissed, Waits
from tests.simulation.fake_server import CODE, NOW, FakeServer, nowhere

PATIENCE = 5


@asynccontextmanager
async def connected(fake: FakeServer, waits: Waits = NOW) -> AsyncIterator[Client]:
    """A client that has been let in."""
    client = Client(Place(fake.url, CODE), "key-1", waits)
    running = asyncio.create_task(client.run())
    try:
        assert await client.until(lambda: client.seq is not None, PATIENCE)
        yield client
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


async def soon(what: Callable[[], bool]) -> None:
    """Wait for something on the server's side."""
    async with asyncio.timeout(PATIENCE):
        while not what():
            await asyncio.sleep(0.002)


async def test_it_says_hello_with_its_key_and_takes_in_every_region(fake: FakeServer) -> None:
    async with connected(fake) as client:
        assert fake.hellos == [{"key": "key-1", "since": None, "epoch": None}]
        assert client.regions == {"workshop": {"code": CODE, "phase": "lobby"}}


async def test_a_changed_region_takes_the_place_of_the_old_and_a_gone_one_goes(
    fake: FakeServer,
) -> None:
    async with connected(fake) as client:
        await fake.show(workshop={"phase": "play"}, hand={"cards": []})
        assert await client.until(lambda: "hand" in client.regions, PATIENCE)
        await fake.show(hand=None)
        assert await client.until(lambda: "hand" not in client.regions, PATIENCE)
        assert client.regions == {"workshop": {"phase": "play"}}


async def test_what_is_older_than_what_it_has_is_left_aside(fake: FakeServer) -> None:
    async with connected(fake) as client:
        await fake.show(workshop={"phase": "play"})
        assert await client.until(lambda: client.seq == 2, PATIENCE)
        fake.seq = 0
        await fake.show(workshop={"phase": "lobby"}, me={"id": "p1"})
        assert await client.until(lambda: "me" in client.regions, PATIENCE)
        assert client.regions["workshop"] == {"phase": "play"}
        assert client.seq == 2


@pytest.mark.parametrize("code", [1001, 1011, 1012, 1013])
async def test_after_a_cut_it_comes_back_and_takes_up_where_it_left_off(
    fake: FakeServer, code: int
) -> None:
    async with connected(fake) as client:
        await soon(lambda: len(fake.sockets) == 1)
        await fake.cut(code)
        await soon(lambda: len(fake.hellos) == 2)
        assert fake.hellos[1] == {"key": "key-1", "since": 1, "epoch": "e1"}
        await fake.show(workshop={"phase": "closed"})
        await soon(lambda: client.regions["workshop"] == {"phase": "closed"})


async def test_another_epoch_makes_it_forget_what_it_knew(fake: FakeServer) -> None:
    fake.regions["hand"] = {"cards": []}
    async with connected(fake) as client:
        await soon(lambda: len(fake.sockets) == 1)
        fake.epoch, fake.seq = "e2", 0
        del fake.regions["hand"]
        await fake.cut()
        assert await client.until(lambda: client.epoch == "e2", PATIENCE)
        assert [*client.regions] == ["workshop"]
        assert client.seq == 0


async def test_a_server_that_knows_less_than_the_client_is_believed(fake: FakeServer) -> None:
    async with connected(fake) as client:
        await fake.show(workshop={"phase": "play"})
        assert await client.until(lambda: client.seq == 2, PATIENCE)
        fake.seq, fake.regions["workshop"] = 1, {"phase": "lobby"}
        await fake.cut()
        assert await client.until(lambda: client.seq == 1, PATIENCE)
        assert client.regions["workshop"] == {"phase": "lobby"}


async def test_a_command_is_answered_with_what_it_made(fake: FakeServer) -> None:
    async with connected(fake) as client:
        answer = await client.do("SubmitIdea", card="salience")
        assert (answer.ok, answer.made) == (True, "i1")
        [command] = fake.received
        assert (command["kind"], command["card"]) == ("SubmitIdea", "salience")
        assert 8 <= len(command["ref"]) <= 64


async def test_a_command_cut_off_before_its_answer_is_sent_again_under_the_same_ref(
    fake: FakeServer,
) -> None:
    async with connected(fake) as client:
        fake.cuts = 2
        answer = await client.do("SubmitIdea", card="salience")
        assert answer.ok
        assert len(fake.received) == 3
        assert fake.received[0] == fake.received[1] == fake.received[2]
        assert len(fake.done) == 1
        assert len(fake.hellos) == 3


async def test_a_command_without_an_answer_is_sent_again_on_the_same_line(
    fake: FakeServer,
) -> None:
    async with connected(fake) as client:
        fake.deaf = 1
        assert (await client.do("SwapCard", card="salience")).ok
        assert fake.received[0] == fake.received[1]
        assert len(fake.hellos) == 1


async def test_a_command_refused_for_haste_is_sent_again_under_the_same_ref(
    fake: FakeServer,
) -> None:
    async with connected(fake) as client:
        fake.busy = 2
        assert (await client.do("SwapCard", card="salience")).ok
        assert len({command["ref"] for command in fake.received}) == 1
        assert len(fake.received) == 3


async def test_two_commands_have_two_refs(fake: FakeServer) -> None:
    async with connected(fake) as client:
        await asyncio.gather(*(client.do("SwapCard", card="salience") for _ in range(2)))
        assert len(fake.done) == 2


@pytest.mark.parametrize("code", [4400, 4401, 4403, 4404])
async def test_once_shown_the_door_it_stays_away(fake: FakeServer, code: int) -> None:
    fake.closing = code
    client = Client(Place(fake.url, CODE), "key-1", NOW)
    with pytest.raises(Dismissed) as shown_out:
        await asyncio.wait_for(client.run(), PATIENCE)
    assert shown_out.value.code == code
    assert "so it is" in str(shown_out.value)
    assert len(fake.hellos) == 1


async def test_a_seat_revoked_in_the_middle_is_not_asked_for_again(fake: FakeServer) -> None:
    client = Client(Place(fake.url, CODE), "key-1", NOW)
    running = asyncio.create_task(client.run())
    await soon(lambda: len(fake.sockets) == 1)
    await fake.cut(4401)
    with pytest.raises(Dismissed):
        await asyncio.wait_for(running, PATIENCE)
    assert len(fake.hellos) == 1


async def test_a_silent_line_counts_as_dead(fake: FakeServer) -> None:
    async with connected(fake, Waits(first=0.001, longest=0.002, silence=0.05, tries=50)):
        await soon(lambda: len(fake.hellos) >= 2)


async def test_a_server_that_is_not_there_is_given_up_in_the_end() -> None:
    with nowhere() as address:
        client = Client(Place(address, CODE), "key-1", Waits(0.001, 0.001, tries=3))
        with pytest.raises(Dismissed, match="cannot be reached"):
            await asyncio.wait_for(client.run(), PATIENCE)


async def test_an_unknown_address_of_a_socket_ends_it(fake: FakeServer) -> None:
    lost = Client(Place(f"{fake.url}/elsewhere", CODE), "key-1", NOW)
    with pytest.raises(Dismissed, match="refused"):
        await asyncio.wait_for(lost.run(), PATIENCE)


def test_waits_grow_to_a_limit_and_come_to_an_end() -> None:
    waits = [*Waits(first=1, longest=8, tries=6).again()]
    assert len(waits) == 6
    assert all(
        most / 2 <= wait <= most for wait, most in zip(waits, [1, 2, 4, 8, 8, 8], strict=True)
    )


async def test_waiting_ends_when_the_time_is_up(fake: FakeServer) -> None:
    async with connected(fake) as client:
        assert not await client.until(lambda: False, 0)
        assert await client.until(lambda: True, 0)
