"""The proxy: it passes what comes, and does what it is told to a connection."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import pytest

from tests.faults.proxy import FINE, Point, Proxy, Weather

COMMAND = b'{"kind":"X","ref":"abcdefgh"}'
ANSWER = b'{"ok":"abcdefgh","seq":7,"made":null}'


class Echo:
    """A server that writes down what it is sent and answers each request."""

    def __init__(self) -> None:
        self.got: list[bytes] = []
        self.endings: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            try:
                while True:
                    head = await reader.readuntil(b"\r\n\r\n")
                    body = await reader.readexactly(int(head.split(b": ")[1]))
                    self.got.append(body)
                    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 37\r\n\r\n" + ANSWER)
                    await writer.drain()
            except (ConnectionResetError, BrokenPipeError):
                self.endings.append("reset")
            except asyncio.IncompleteReadError:
                self.endings.append("closed")
            finally:
                writer.close()


@pytest.fixture
async def echo() -> AsyncIterator[tuple[Echo, Proxy]]:
    there = Echo()
    server = await asyncio.start_server(there.serve, "127.0.0.1", 0)
    proxy = await Proxy(server.sockets[0].getsockname()[1], 1, watching=True).start()
    yield there, proxy
    await proxy.cut()
    server.close()


async def ask(proxy: Proxy) -> bytes:
    """What came back for one command before the connection ended or was answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    try:
        writer.write(b"POST / HTTP/1.1\r\nContent-Length: 29\r\n\r\n" + COMMAND)
        got = b""
        with contextlib.suppress(ConnectionResetError):
            while not got.endswith(ANSWER):
                data = await reader.read(1000)
                if not data:
                    break
                got += data
        return got
    finally:
        writer.transport.abort()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    "weather",
    [
        FINE,
        Weather(slices=True),
        Weather(delay=0.001, jitter=0.002),
        Weather(bytes_per_second=50_000),
    ],
)
async def test_everything_gets_through_in_any_weather(
    echo: tuple[Echo, Proxy], weather: Weather
) -> None:
    there, proxy = echo
    proxy.turn(weather)
    assert (await ask(proxy)).endswith(ANSWER)
    assert there.got == [COMMAND]


async def test_what_is_swallowed_comes_when_it_heals(echo: tuple[Echo, Proxy]) -> None:
    there, proxy = echo
    proxy.turn(Weather(swallows=True))
    asking = asyncio.create_task(ask(proxy))
    await until(lambda: len(proxy.lines) == 1)
    done, _ = await asyncio.wait([asking], timeout=0.1)
    assert not done
    assert there.got == []
    proxy.heal()
    assert (await asking).endswith(ANSWER)


@pytest.mark.parametrize(
    ("point", "reaches", "answered"),
    [
        (Point.BEFORE_SEND, False, "no"),
        (Point.AFTER_SEND, None, "no"),
        (Point.AFTER_COMMIT, True, "no"),
        (Point.DURING_ANSWER, True, "part"),
        (Point.AFTER_ANSWER, True, None),
    ],
)
async def test_a_command_is_cut_at_its_point_and_once(
    echo: tuple[Echo, Proxy], point: Point, reaches: bool | None, answered: str | None
) -> None:
    there, proxy = echo
    proxy.cut_at(point, "abcdefgh")
    got = await ask(proxy)
    assert proxy.cuts == {point: 1}
    if reaches is not None:  # a reset may overtake what was sent before it
        assert there.got == ([COMMAND] if reaches else [])
    if answered == "no":
        assert got == b""
    elif answered == "part":
        assert not got.endswith(ANSWER)
    assert (await ask(proxy)).endswith(ANSWER)
    assert proxy.cuts == {point: 1}


async def test_a_reset_is_felt_as_one_and_new_connections_get_through(
    echo: tuple[Echo, Proxy],
) -> None:
    there, proxy = echo
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    await until(lambda: len(proxy.lines) == 1)
    proxy.reset()
    with pytest.raises(ConnectionResetError):
        await reader.readexactly(1)
    await until(lambda: there.endings == ["reset"])
    assert (await ask(proxy)).endswith(ANSWER)
    writer.transport.abort()


async def test_a_cut_lets_nothing_through_until_it_is_mended(echo: tuple[Echo, Proxy]) -> None:
    _, proxy = echo
    await proxy.cut()
    with pytest.raises(ConnectionRefusedError):
        await ask(proxy)
    await proxy.mend()
    assert (await ask(proxy)).endswith(ANSWER)
