"""Junk (P13): frames and requests that no page or program of ours would ever send.

Whatever comes, each frame gets an answer or ends its own socket, each request gets an
answer that is no fault, and somebody else is served all the while. Leaves out what is
well formed and merely not allowed (`tests/web/test_who_may.py`). Always: the same seed
sends the same junk.
"""

import asyncio
import base64
import contextlib
import http.client
import itertools
import json
import os
import random
import struct
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from app.game.messages import Command
from tests.game.test_permissions import SAMPLES
from tests.served import KEY, Served, heard, new_ref

FRAMES_OF_ONE, SECONDS_OF_ONE = 180, 10
"""So many one person sends within so long; more would only be told to wait."""

ANSWERS = ('{"ok"', '{"no"')

ENDS = {1007, 1009, 1002, 4400, 4401}
"""What may close the socket of somebody who sends junk: not text, too large, no frame."""

STRINGS = (
    "", " ", "\x00", "\ud800", "\udfff\ud800", "\u202e\u2066abc", "\ufffe\uffff", "e\u0301" * 900,
    "=1+1", "'; DROP TABLE event; --", "<script>alert(1)</script>", "../../etc/passwd", "%00",
    "\r\nSet-Cookie: a=b", "{{7*7}}", "𝕏" * 3000, "\u200b" * 50, "x" * 60_000, "null", "true",
    "p1", "g1", "i1", "__proto__", "\x1b[31m", "\u2028",
)  # fmt: skip
NUMBERS = ("NaN", "Infinity", "-Infinity", "1" * 5000, "-0", "1e999", "1.5", "0x10", "01")
DEEP = (
    "[" * 200_000, '{"a":' * 60_000, "[" * 100_000 + "]" * 100_000, '[{"kind":' * 40_000,
)  # fmt: skip


Frame = str | bytes | list[str]
"""One message; in pieces, where it is a list."""


@dataclass
class Found:
    """What a run sent, and what it saw that should not be."""

    seed: int
    sent: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def junk_value(chance: random.Random) -> Any:
    """Something of no particular shape."""
    kind = chance.randrange(9)
    if kind == 0:
        return chance.choice((None, True, False, 0, -1, 2**63, 2**200, 1.5, 1e300))
    if kind == 1:
        return [junk_value(chance) for _ in range(chance.randrange(4))]
    if kind == 2:
        return {chance.choice(STRINGS)[:50]: junk_value(chance) for _ in range(2)}
    if kind == 3:
        return "".join(chr(chance.randrange(0x11_0000)) for _ in range(chance.randrange(40)))
    return chance.choice(STRINGS)


def junk_command(chance: random.Random) -> dict[str, Any]:
    """A command with something wrong in it, or several things."""
    kind = chance.choice(sorted(Command.kinds))
    command = {"kind": kind, "ref": new_ref(), **SAMPLES[kind]}
    for _ in range(chance.randrange(1, 4)):
        name = chance.choice([*command, "more", "by", "actor"])
        if chance.random() < 0.3:
            command.pop(name, None)
        else:
            command[name] = junk_value(chance)
    return command


def junk_frame(chance: random.Random) -> Frame:
    """One message: text, binary, or text in pieces."""
    kind = chance.randrange(10)
    if kind == 0:
        return chance.randbytes(chance.randrange(400)) if chance.random() < 0.5 else b"{}"
    if kind == 1 and chance.random() < 0.1:
        return chance.choice(DEEP)
    if kind == 2 and chance.random() < 0.05:
        return "x" * chance.choice((512 * 1024, 512 * 1024 + 1, 1_000_000))
    text = json.dumps(junk_command(chance))
    if kind == 3:
        return text[: chance.randrange(len(text))]
    if kind == 4:
        key = chance.choice(('"kind"', '"ref"', '"words"', '"impact"'))
        return f"{{{key}: {chance.choice(NUMBERS)}, {text[1:]}"  # a key twice, and no number
    if kind == 5:
        return f"[{text}]"
    if kind == 6:
        return "".join(chr(chance.randrange(1, 0xD800)) for _ in range(chance.randrange(200)))
    if kind == 7:
        at = sorted(chance.sample(range(len(text)), 3)) if len(text) > 3 else []
        cuts = [0, *at, len(text)]
        return [text[a:b] for a, b in itertools.pairwise(cuts)]
    return text


async def frames(server: Served, seed: int, figure: int, *, people: int = 16) -> Found:
    """Send so many junk frames, from several people at once, and one honest one beside them."""
    found, chance = Found(seed), random.Random(seed)
    code = await asyncio.to_thread(server.open)
    keys = [(await asyncio.to_thread(server.join, code, f"P{n}"))[1] for n in range(people)]
    await asyncio.to_thread(server.done, code, kind="OpenPhase", phase="play")
    stop = asyncio.Event()
    honest = asyncio.create_task(_honest(server, code, stop))

    async def pest(key: str, own: random.Random, share: int) -> None:
        clock = asyncio.get_running_loop().time
        while share > 0:
            batch, begun = min(share, FRAMES_OF_ONE), clock()
            share -= batch
            await _junk_of_one(server, code, key, [junk_frame(own) for _ in range(batch)], found)
            if share:
                await asyncio.sleep(max(0.0, begun + SECONDS_OF_ONE - clock()))

    share = -(-figure // people)
    pests = [pest(key, random.Random(chance.random()), share) for key in keys]
    await asyncio.gather(*pests, _junk_first(server, code, chance, found))
    stop.set()
    found.answers["honest"] = await honest
    found.faults += faults_in_the_log(server)
    return found


async def _junk_of_one(
    server: Served, code: str, key: str, waiting: list[Frame], found: Found
) -> None:
    """Send these, on one socket after another, for some of them end theirs.

    They are sent without waiting for answers, which come in the order of the frames: so it is
    known which frame an answer, or an end, was for.
    """
    while waiting:
        async with server.socket(code, key) as line:
            await heard(line)
            sending = asyncio.create_task(_send_all(line, waiting))
            answered = 0
            with contextlib.suppress(ConnectionClosed):
                for each in waiting:
                    await _answer(line, each, found)
                    answered += 1
            await sending
        if answered < len(waiting):  # the first that was not answered ended it
            answered += 1
            found.sent += 1
            found.answers[f"closed {line.close_code}"] += 1
            if line.close_code not in ENDS:
                found.faults.append(f"closed {line.close_code}")
        del waiting[:answered]


async def _send_all(line: ClientConnection, frames: list[Frame]) -> None:
    with contextlib.suppress(ConnectionClosed):
        for each in frames:
            await line.send(_sendable(each))


async def _answer(line: ClientConnection, frame: Frame, found: Found) -> None:
    """What is told of a frame; between come changes of the screen, which may be large."""
    async with asyncio.timeout(30):
        while not str(text := await line.recv()).startswith(ANSWERS):
            pass
    told = json.loads(text)
    kind = told["error"]["kind"] if "no" in told else "ok"
    found.sent += 1
    found.answers[kind] += 1
    if kind in ("fault", "unavailable"):
        found.faults.append(f"{kind} for {str(frame)[:200]!r}")


def _sendable(message: Frame) -> Any:
    """What a library can be made to send: a lone surrogate goes as an escape, as JSON has it."""
    if isinstance(message, list):
        return [_sendable(part) for part in message]
    if isinstance(message, bytes):
        return message
    return message.encode("utf-8", "backslashreplace").decode()


async def _junk_first(server: Served, code: str, chance: random.Random, found: Found) -> None:
    """Junk in place of the first message."""
    for _ in range(20):
        async with server.line(f"/api/v1/workshops/{code}/live") as line:
            found.sent += 1
            with contextlib.suppress(ConnectionClosed):
                await line.send(_sendable(junk_frame(chance)))
                async with asyncio.timeout(30):
                    await line.recv()
            found.answers[f"first: closed {line.close_code}"] += 1
            if line.close_code not in ENDS:
                found.faults.append(f"first message: closed {line.close_code}")


async def _honest(server: Served, code: str, stop: asyncio.Event) -> int:
    """Somebody who goes on working; how many of their commands were answered."""
    key, answered = (await asyncio.to_thread(server.join, code, "Honest"))[1], 0
    async with server.socket(code, key) as line:
        while not stop.is_set():
            ref = new_ref()
            await line.send(json.dumps({"kind": "SwapCard", "ref": ref, "card": "none"}))
            while (told := await heard(line, 30)).get("no") != ref:
                pass
            assert told["error"]["kind"] == "rejected", told
            answered += 1
            await asyncio.sleep(0.2)
    return answered


# Below the messages: bytes that are no frames


def bytes_of_no_frame(chance: random.Random) -> bytes:
    """Frames of the wrong kind: invalid text, reserved bits, no mask, endless, cut off."""
    mask = b"\x01\x02\x03\x04"

    def masked(first: int, content: bytes, said: int | None = None) -> bytes:
        length = len(content) if said is None else said
        head = bytes([first, 0x80 | 126]) + struct.pack(">H", length)
        body = bytes(byte ^ mask[at % 4] for at, byte in enumerate(content))
        return head + mask + body

    return chance.choice(
        (
            masked(0x81, b"\xff\xfe\xc3("),  # text that is none
            masked(0x81, b"\xed\xa0\x80"),  # a surrogate in UTF-8
            masked(0xF1, b"{}"),  # reserved bits
            masked(0x83, b"{}"),  # a kind there is not
            masked(0x89, b"x" * 200),  # a ping too large
            masked(0x80, b"{}"),  # the end of nothing
            masked(0x01, b"{") * 3,  # beginnings without an end
            masked(0x88, b"\x00"),  # half a closing code
            bytes([0x81, 2]) + b"{}",  # without a mask
            bytes([0x81, 0xFF]) + b"\xff" * 8 + mask,  # 2^64 bytes to come
            masked(0x81, b"{}", said=60_000),  # cut off
            chance.randbytes(300),
        )
    )


async def broken_frames(server: Served, seed: int, figure: int) -> Found:
    """So many sockets on which something else than frames is sent."""
    found, chance = Found(seed), random.Random(seed)
    code = await asyncio.to_thread(server.open)
    for _ in range(figure):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        key = base64.b64encode(os.urandom(16)).decode()
        writer.write(
            f"GET /api/v1/workshops/{code}/live HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
            f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {key}\r\n\r\n".encode()
        )
        status = await reader.readline()
        found.answers[status.decode().split()[1]] += 1
        writer.write(bytes_of_no_frame(chance))
        found.sent += 1
        with contextlib.suppress(OSError, TimeoutError):
            if chance.random() < 0.5:
                async with asyncio.timeout(1):
                    await reader.read()
        writer.close()
    assert (await asyncio.to_thread(server.api, "GET", f"/workshops/{code}/view")).status == 200
    found.faults += faults_in_the_log(server)
    return found


# Over HTTP

PATHS = (
    "/", "/join/{code}", "/w/{code}", "/w/{code}/do", "/w/{code}/draft", "/w/{code}/changes",
    "/w/{code}/screen", "/w/{code}/screen/changes", "/w/{code}/ideas/{id}", "/facilitate",
    "/facilitate/new", "/facilitate/sign-in", "/facilitate/{code}", "/facilitate/{code}/do",
    "/facilitate/{code}/invites", "/facilitate/{code}/shortlist", "/facilitate/{code}/assess",
    "/facilitate/{code}/exports", "/facilitate/{code}/exports/{id}", "/facilitate/{code}/changes",
    "/cards", "/journeys", "/privacy", "/static/{id}", "/live", "/ready", "/.well-known/{id}",
    "/api/v1/workshops", "/api/v1/workshops/{code}/join", "/api/v1/workshops/{code}/do",
    "/api/v1/workshops/{code}/view", "/api/v1/workshops/{code}/draft",
    "/api/v1/workshops/{code}/invites", "/api/v1/workshops/{code}/export/{id}",
    "/api/v1/content/cards", "/api/v1/schema", "/api/v1/{id}", "/{id}/{id}",
)  # fmt: skip
QUERIES = ("since", "epoch", "tick", "region", "invite", "code", "idea", "capture", "remove",
           "family", "words", "token", "to", "done", "v")  # fmt: skip
METHODS = ("GET",) * 4 + ("POST",) * 5 + ("PUT", "HEAD", "DELETE", "PATCH", "OPTIONS")
CONNECTIONS = 4
KINDS = (
    "application/json", "application/x-www-form-urlencoded", "text/plain", "",
    "multipart/form-data", "multipart/form-data; boundary=x", "application/json; charset=utf-16",
    "x" * 2000,
)  # fmt: skip


async def requests(server: Served, seed: int, figure: int) -> Found:
    """So many requests with junk in their path, query, headers and body, a few at a time."""
    share = -(-figure // CONNECTIONS)
    seeds = [seed * CONNECTIONS + number for number in range(CONNECTIONS)]
    host = await asyncio.to_thread(server.sign_in)
    each = await asyncio.gather(*(asyncio.to_thread(_ask, server, s, share, host) for s in seeds))
    found = Found(seed, sum(one.sent for one in each))
    for one in each:
        found.answers += one.answers
        found.faults += one.faults
    found.faults += faults_in_the_log(server)
    return found


def _ask(server: Served, seed: int, figure: int, host: str) -> Found:
    """So many requests, one after another on one connection."""
    found, chance = Found(seed), random.Random(seed)
    code = server.open()
    cookies = [server.enter(code, "Ann"), host, "moments_facilitator=forged", ""]
    keys = [KEY, server.join(code, "Bo")[1], "k" * 43, ""]
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    for _ in range(figure):
        path = chance.choice(PATHS)
        ids = (code, "NOTACODE", quote(_text(chance), safe=""), "%00", "..%2f..", "x" * 500)
        path = path.replace("{code}", chance.choice((*(code,) * 6, *ids)))
        path = path.replace("{id}", chance.choice(("i1", "longlist.csv", "all.zip", *ids)))
        if chance.random() < 0.5:
            query = {chance.choice(QUERIES): _text(chance) for _ in range(2)}
            path += "?" + urlencode(query, errors="replace")
        headers = {
            "Content-Type": chance.choice(KINDS),
            "Cookie": chance.choice(cookies),
            "Authorization": f"Bearer {chance.choice(keys)}",
            "Origin": server.url,
            "HX-Request": chance.choice(("true", "false")),
        }
        method = chance.choice(METHODS)
        body = _body(chance)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
        except (http.client.HTTPException, OSError) as broken:
            connection.close()
            found.faults.append(f"{method} {path}: {type(broken).__name__}")
            continue
        found.sent += 1
        found.answers[str(answer.status)] += 1
        if answer.status >= 500:
            found.faults.append(f"{answer.status} for {method} {path} {headers} {body[:300]!r}")
        if answer.status >= 400 and path.startswith("/api/") and method != "HEAD":
            shape = json.loads(content)
            if shape.keys() != {"error", "ref"} or shape["error"].keys() - {"also"} != ERROR:
                found.faults.append(f"another shape for {method} {path}: {content[:200]!r}")
    connection.close()
    return found


ERROR = {"kind", "message", "field"}


def _text(chance: random.Random) -> str:
    return chance.choice(STRINGS)[:300].encode("utf-8", "replace").decode()


def _body(chance: random.Random) -> bytes:
    kind = chance.randrange(5)
    if kind == 0:
        return chance.randbytes(chance.randrange(2000))
    if kind == 1:
        frame = junk_frame(chance)
        text = "".join(frame) if isinstance(frame, list) else frame
        return text if isinstance(text, bytes) else text.encode("utf-8", "backslashreplace")
    if kind == 2:
        return b'--x\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\nc\r\n--x--'
    form = {name: str(value) for name, value in junk_command(chance).items()}
    form["form_name"] = chance.choice(("write", "seat", "choose", "assess", "remove", "rate", "x"))
    return urlencode(form, errors="replace").encode()


def faults_in_the_log(server: Served) -> list[str]:
    """What the server wrote of things that went wrong inside it."""
    signs = (" ERROR ", "Traceback", "fault ", "status=500")
    lines = server.log.read_text().splitlines()
    return [
        line
        for line in lines
        if any(sign in line for sign in signs) and not line.endswith(NOT_OURS)
    ]


NOT_OURS = ("uvicorn.error: Invalid UTF-8 sequence received from client.",)
"""What the library below us says of a client that sends what is no text, and then closes."""
