"""Strangers: who must not be let in, trying to come in.

Leaves out everybody who may. Always: what a stranger is sent is a leak, whatever it says.
"""

import asyncio
import contextlib
import json
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake

from tests.faults.drill import Drill
from tests.faults.history import Fault, Wrong
from tests.faults.participant import LOST_LINE
from tests.faults.tables import Table

PATIENCE = 10  # seconds until a stranger who is neither told nor refused anything gives up


def knocking(drill: Drill, table: Table, **headers: str) -> connect:
    url = f"ws://127.0.0.1:{drill.server.port}/api/v1/workshops/{table.code}/live"
    return connect(url, compression=None, max_size=None, proxy=None, additional_headers=headers)


async def introduced(socket: ClientConnection, key: str) -> Any:
    """The first thing a key is told."""
    await socket.send(json.dumps({"key": key, "since": None, "epoch": None}))
    async with asyncio.timeout(PATIENCE):
        return json.loads(await socket.recv())


async def foreign_page(drill: Drill, table: Table) -> list[Fault]:
    """A page of another site opens a socket in the name of somebody here."""
    with contextlib.suppress(*LOST_LINE, InvalidHandshake):
        async with knocking(drill, table, Origin="https://elsewhere.example") as socket:
            if "regions" in await introduced(socket, table.people[0].key):
                return [Fault(Wrong.LEAKED, "a page of another site was told everything")]
    return []


async def signed_out(drill: Drill, table: Table) -> list[Fault]:
    """A facilitator signs out, and their socket stays open elsewhere."""
    cookie = await asyncio.to_thread(drill.server.sign_in)
    key = cookie.partition("=")[2].rpartition(".")[0]
    faults = []
    with contextlib.suppress(*LOST_LINE):
        async with knocking(drill, table) as socket:
            assert "regions" in await introduced(socket, key)
            reply = await asyncio.to_thread(
                drill.server.page, "POST", "/facilitate/sign-out", {}, {"Cookie": cookie}
            )
            assert reply.status == 303, reply
            act = await table.build(table.people[0])
            ref = f"{table.people[0].chance.getrandbits(64):016x}"
            command = {"kind": "OpenPhase", "ref": ref, "phase": "plenary"}
            with contextlib.suppress(*LOST_LINE):
                await socket.send(json.dumps(command))
            async with asyncio.timeout(PATIENCE):
                while True:
                    message = json.loads(await socket.recv())
                    if message.get("seq", 0) >= act.answers[0][0] and "regions" in message:
                        faults.append(Fault(Wrong.LEAKED, "who has signed out was told more"))
                        break
                    if message.get("ok") == ref:
                        faults.append(Fault(Wrong.LEAKED, "who has signed out was obeyed"))
                        break
    return faults
