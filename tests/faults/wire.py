"""The wire: what passes through the proxy, taken apart into whole messages.

Knows HTTP/1.1 and WebSocket just well enough to tell where a command or its answer
begins and ends, and what it says. Leaves out compression, which the server does not use.
Always: the pieces of a direction, put together, are the bytes that came in.
"""

import re
from dataclasses import dataclass

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
SWITCHING = re.compile(rb"^HTTP/1\.1 101|\r\nupgrade: *websocket", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
TEXT, CONTINUED = 1, 0


@dataclass(frozen=True, slots=True)
class Piece:
    """A whole message as it travels, and what it says; empty where it says nothing."""

    raw: bytes
    says: bytes


class Reading:
    """One direction of one connection, read as it comes."""

    def __init__(self) -> None:
        self._held = b""
        self._socket = False
        self._opaque: bool = False

    def feed(self, data: bytes) -> list[Piece]:
        """The messages that are whole now."""
        if self._opaque:
            return [Piece(data, b"")]
        self._held += data
        pieces = []
        while True:
            piece = self._frame() if self._socket else self._http()
            if piece is None:
                break
            self._held = self._held[len(piece.raw) :]
            pieces.append(piece)
            if self._opaque and self._held:
                pieces.append(Piece(self._held, b""))
                self._held = b""
        return pieces

    def rest(self) -> bytes:
        """What came of a message that never became whole."""
        return self._held

    def _http(self) -> Piece | None:
        head, end, _ = self._held.partition(b"\r\n\r\n")
        if not end:
            return None
        if SWITCHING.search(head):
            self._socket = True
            return Piece(head + end, b"")
        if CHUNKED.search(head):
            self._opaque = True
            return Piece(head + end, b"")
        length = LENGTH.search(head)
        whole = len(head) + len(end) + (int(length[1]) if length else 0)
        if len(self._held) < whole:
            return None
        return Piece(self._held[:whole], self._held[len(head) + len(end) : whole])

    def _frame(self) -> Piece | None:
        held = self._held
        if len(held) < 2:
            return None
        start, size = 2, held[1] & 0x7F
        if size >= 126:
            start = 4 if size == 126 else 10
            if len(held) < start:
                return None
            size = int.from_bytes(held[2:start], "big")
        masked = bool(held[1] & 0x80)
        whole = start + 4 * masked + size
        if len(held) < whole:
            return None
        says = b""
        if held[0] & 0x0F in (TEXT, CONTINUED):
            says = held[whole - size : whole]
            if masked and size:
                says = _unmasked(says, held[start : start + 4])
        return Piece(held[:whole], says)


def _unmasked(text: bytes, mask: bytes) -> bytes:
    pad = (mask * (len(text) // 4 + 1))[: len(text)]
    number = int.from_bytes(text, "big") ^ int.from_bytes(pad, "big")
    return number.to_bytes(len(text), "big")
