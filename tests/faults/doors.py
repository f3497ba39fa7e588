"""Doors: what strangers, and people who are out, still get in by. Nothing, where it is sound.

Leaves out what those inside are shown (`secrecy.py`). Always: each function returns the
doors that stood open, so that the same look finds a planted hole.
"""

import asyncio
import contextlib
import json
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.served import Served, cookie_of, heard, new_ref
from tests.web.canaries import page_socket

OUT_WITHIN_SECONDS = 2


def origins(server: Served) -> list[str]:
    """What a page of another site would say it is; browsers send nothing else for it."""
    port = server.port
    return [
        "null",
        "",
        "https://evil.example",
        f"https://127.0.0.1:{port}",
        "http://127.0.0.1",
        f"http://127.0.0.1:{port + 1}",
        f"http://evil.127.0.0.1:{port}",
        f"http://127.0.0.1:{port}.evil.example",
        f"http://127.0.0.1.evil.example:{port}",
        f"http://evil@127.0.0.1:{port}",
        f"http://127.0.0.1:{port}/",
        f"http://evil.example/http://127.0.0.1:{port}",
    ]


def key_of(cookie: str) -> str:
    """The cookie is the key, signed: what is before the last dot opens the JSON door too."""
    return cookie.partition("=")[2].rpartition(".")[0]


async def open_to_other_sites(server: Served) -> list[str]:
    """The doors that a page of another site gets in by, with somebody's cookies."""
    code = await asyncio.to_thread(server.open)
    cookie = await asyncio.to_thread(server.enter, code, "Ann")
    page = await asyncio.to_thread(server.page, "GET", f"/w/{code}", None, {"Cookie": cookie})
    first, path = page_socket(page)
    found = []
    for origin in origins(server):
        headers = {"Origin": origin, "Cookie": cookie}
        form = {"words": "Not mine"}
        reply = await asyncio.to_thread(server.page, "POST", f"/w/{code}/draft", form, headers)
        if reply.status != 403:
            found.append(f"form from {origin!r}: {reply.status}")
        for place in (path, f"/w/{code}/screen/live", f"/api/v1/workshops/{code}/live"):
            with contextlib.suppress(InvalidStatus):
                async with server.line(place, **headers) as line:
                    await line.send(json.dumps(first))
                    found.append(f"socket {place} from {origin!r}")
    return found


async def open_to_the_removed(server: Served) -> list[str]:
    """The doors that stand open to somebody two seconds after they were removed."""
    code = await asyncio.to_thread(server.open)
    cookie = await asyncio.to_thread(server.enter, code, "Ann")
    await asyncio.to_thread(server.done, code, kind="OpenPhase", phase="play")
    key = key_of(cookie)
    view = await asyncio.to_thread(server.view, code, key)
    page = await asyncio.to_thread(server.page, "GET", f"/w/{code}", None, {"Cookie": cookie})
    first, path = page_socket(page)
    found = []
    headers = {"Origin": server.url, "Cookie": cookie}
    async with server.socket(code, key) as program, server.line(path, **headers) as browser:
        await heard(program)
        await browser.send(json.dumps({**first, "since": None}))
        await heard(browser)
        await asyncio.to_thread(
            server.done, code, kind="RemovePerson", participant=view["me"]["id"]
        )
        for name, line in (("program", program), ("browser", browser)):
            if not await _closes(line):
                found.append(f"socket of a {name}")
    for method, place in (("GET", "view"), ("PUT", "draft")):
        body = {"words": "Still here"} if method == "PUT" else None
        reply = await asyncio.to_thread(server.api, method, f"/workshops/{code}/{place}", body, key)
        if reply.status != 401:
            found.append(f"{place}: {reply.status}")
    command = {"kind": "SwapCard", "card": view["hand"]["cards"][0]["id"]}
    reply = await asyncio.to_thread(server.do, code, key, **command)
    if reply.status != 401:
        found.append(f"do: {reply.status}")
    page = await asyncio.to_thread(server.page, "GET", f"/w/{code}", None, {"Cookie": cookie})
    if page.status != 303:
        found.append(f"page: {page.status}")
    return found


async def open_to_the_signed_out(server: Served) -> list[str]:
    """The doors that stand open to a facilitator's browser after it was signed out."""
    add = await asyncio.to_thread(server.moments, "facilitator", "add", f"Bea {new_ref()}")
    token = add.partition("token=")[2].split()[0]
    form = {"token": token}
    signed_in = await asyncio.to_thread(server.page, "POST", "/facilitate/sign-in", form)
    cookie = cookie_of(signed_in)
    wish = {"title": "Hers", "problems": ["information-sharing"]}
    opened = await asyncio.to_thread(server.api, "POST", "/workshops", wish, key_of(cookie))
    code, found = opened.body["code"], []
    async with server.socket(code, key_of(cookie)) as line:
        await heard(line)
        headers = {"Cookie": cookie}
        await asyncio.to_thread(server.page, "POST", "/facilitate/sign-out", {}, headers)
        if not await _closes(line):
            found.append("socket")
            command = {"kind": "OpenPhase", "ref": new_ref(), "phase": "briefing"}
            await line.send(json.dumps(command))
            with contextlib.suppress(ConnectionClosed):
                while (told := await heard(line)).keys().isdisjoint({"ok", "no"}):
                    pass
                found += ["command"] if "ok" in told else []
    reply = await asyncio.to_thread(
        server.api, "GET", f"/workshops/{code}/view", None, key_of(cookie)
    )
    if reply.status != 401:
        found.append(f"view: {reply.status}")
    return found


async def _closes(line: Any) -> bool:
    """Whether the server closes this, as to somebody who need not come back."""
    try:
        async with asyncio.timeout(OUT_WITHIN_SECONDS):
            while True:
                await line.recv()
    except TimeoutError:
        return False
    except ConnectionClosed:
        return line.close_code in (4401, 4403)
