"""Exports over HTTP: which file may be had by whom, made off the event loop.

What is in a table stands in `app/exports`. What always holds: a file that is refused
is refused before anything of it is made, and no more than two are made at once.
"""

import asyncio

from fastapi import Response

from app.exports import formats, tables
from app.exports.tables import Reader
from app.game.messages import STAFF, Actor, Role
from app.game.phases import Phase
from app.live import LiveWorkshop
from app.web.door import Door
from app.web.errors import Problem


def reader_of(actor: Actor, live: LiveWorkshop) -> Reader:
    """As whom `actor` reads exports.

    Raises:
        Problem: they may not.
    """
    if actor.role in STAFF:
        return Reader.STAFF
    if actor.role is Role.ANALYST and live.state.phase is Phase.CLOSED:
        return Reader.ANALYST
    if actor.role is Role.ANALYST:
        raise Problem("forbidden", "Analysts can have the exports once the workshop is closed.")
    raise Problem("forbidden", "Exports are for the facilitators of this workshop.")


async def export(door: Door, live: LiveWorkshop, actor: Actor, file: str) -> Response:
    """The export called `file`, such as `longlist.csv`.

    Raises:
        Problem: it may not be had, or there is none of that name.
    """
    reader = reader_of(actor, live)
    async with door.exporting:
        return await _export(door, live, reader, file)


async def _export(door: Door, live: LiveWorkshop, reader: Reader, file: str) -> Response:
    what, _, extension = file.rpartition(".")
    workshop, made_at = live.state, door.workshops.clock()
    if file == "all.zip":
        rows = await door.workshops.store.log.read(live.code, upto=workshop.seq)
        content = await asyncio.to_thread(tables.everything, workshop, rows, made_at, reader)
        media_type = "application/zip"
    elif file == "log.json":
        rows = await door.workshops.store.log.read(live.code, upto=workshop.seq)
        content = await asyncio.to_thread(tables.log_json, workshop, rows, reader)
        media_type = "application/json"
    elif file == "workshop.json":
        content = await asyncio.to_thread(tables.workshop_json, workshop, reader)
        media_type = "application/json"
    elif what in tables.TABLES and extension in formats.formats_of(what):
        table = await asyncio.to_thread(tables.make_table, what, workshop, made_at, reader)
        content = await asyncio.to_thread(formats.write, table, extension)
        media_type = formats.FORMATS[extension].media_type
    else:
        raise Problem("not_found", "There is no export of this name and format.")
    name = f"{live.code}-{file}"
    return Response(
        content,
        media_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
