"""The wire: messages are told apart however their bytes come."""

import random

import pytest
from websockets.frames import Frame, Opcode

from tests.faults.wire import Piece, Reading

UPGRADE = b"GET /live HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n"
POST = b'POST /do HTTP/1.1\r\nContent-Length: 18\r\n\r\n{"ref":"12345678"}'
ANSWER = b'HTTP/1.1 200 OK\r\ncontent-length: 14\r\n\r\n{"ok":"12345"}'
SIZES = [0, 1, 125, 126, 70_000]


def frame(text: bytes, *, mask: bool) -> bytes:
    return Frame(Opcode.TEXT, text).serialize(mask=mask)


def sliced(data: bytes, seed: int) -> list[Piece]:
    """What is read when `data` comes in slices."""
    chance, reading, pieces = random.Random(seed), Reading(), []
    while data:
        size = chance.choice((1, 3, 50, 4000))
        pieces += reading.feed(data[:size])
        data = data[size:]
    assert reading.rest() == b""
    return pieces


@pytest.mark.parametrize("mask", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_frames_are_whole_and_say_what_they_say(mask: bool, seed: int) -> None:
    head = UPGRADE if mask else b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
    said = [bytes([65 + at]) * size for at, size in enumerate(SIZES)]
    data = head + b"".join(frame(text, mask=mask) for text in said)
    pieces = sliced(data, seed)
    assert [piece.says for piece in pieces] == [b"", *said]
    assert b"".join(piece.raw for piece in pieces) == data


@pytest.mark.parametrize("seed", range(3))
def test_requests_and_answers_one_after_the_other_are_told_apart(seed: int) -> None:
    assert [p.says for p in sliced(POST * 2, seed)] == [b'{"ref":"12345678"}'] * 2
    assert [p.says for p in sliced(ANSWER * 2, seed)] == [b'{"ok":"12345"}'] * 2


def test_a_ping_says_nothing_and_passes() -> None:
    ping = Frame(Opcode.PING, b"abcd").serialize(mask=True)
    assert sliced(UPGRADE + ping, 1)[1] == Piece(ping, b"")


def test_what_has_no_length_passes_as_it_comes() -> None:
    data = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    assert b"".join(piece.raw for piece in sliced(data, 1)) == data
