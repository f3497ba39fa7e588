"""Bodies: counted as they come in, and thrown away where they are too large."""

from collections.abc import Iterable

import pytest
from starlette.types import Message

from app.web.sizes import MOST_THROWN_AWAY, Body, TooLarge


class Sender:
    """Somebody who sends chunks, and remembers how many were taken."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = list(chunks)
        self.taken = 0

    async def receive(self) -> Message:
        chunk = self._chunks[self.taken]
        self.taken += 1
        return {"type": "http.request", "body": chunk, "more_body": self.taken < len(self._chunks)}


async def test_a_body_passes_up_to_the_limit_and_not_a_byte_beyond() -> None:
    body = Body(Sender([b"x" * 6, b"x" * 4, b"x"]).receive, 10)
    assert [len((await body.receive())["body"]) for _ in range(2)] == [6, 4]
    with pytest.raises(TooLarge):
        await body.receive()


async def test_the_rest_of_a_body_is_read_to_its_end_and_no_further() -> None:
    sender = Sender([b"x" * 20] * 5)
    body = Body(sender.receive, 10)
    with pytest.raises(TooLarge):
        await body.receive()
    await body.throw_away()
    await body.throw_away()
    assert sender.taken == 5


async def test_an_endless_body_is_given_up() -> None:
    sender = Sender([b"x" * (MOST_THROWN_AWAY // 4)] * 1000)
    await Body(sender.receive, 10).throw_away()
    assert sender.taken == 4


async def test_who_leaves_in_the_middle_is_not_waited_for() -> None:
    async def receive() -> Message:
        return {"type": "http.disconnect"}

    await Body(receive, 10).throw_away()
