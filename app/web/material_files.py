"""Files that are brought and taken: problem statements and decks, and templates for them.

A problem statement with mistakes is kept, to be put right in the editor; a deck with
mistakes is refused with all of them, since there is no editor for one. Leaves out reading
(`uploads.py`) and formats (`app/content`). What always holds: no file is read on the event
loop, and one that is refused changes nothing.
"""

import asyncio
import re
from typing import Any, get_args

from fastapi import APIRouter, Request, Response
from starlette.datastructures import UploadFile

from app.content import Format, Reading, Sort
from app.content.writing import template, write_file
from app.drafting import shape
from app.store import ShelfFull, Stale, StoreError
from app.web.decks import deck_page
from app.web.door import Door, door_of
from app.web.errors import Problem, from_exception
from app.web.forms import Notice
from app.web.material import HERE, material_page
from app.web.page import PageView, respond, see_other
from app.web.pieces import held, put, saying, signed_in, told, url_of
from app.web.uploads import read_apart

router = APIRouter(include_in_schema=False)

MEDIA: dict[str, str] = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@router.get("/facilitate/material/templates/{file}")
async def empty_template(request: Request, file: str) -> Response:
    """A spreadsheet to fill in, such as `journey.xlsx`."""
    await signed_in(request)
    sort, _, format = file.partition(".")
    if sort not in get_args(Sort) or format not in ("csv", "xlsx"):
        raise Problem("not_found", "There is no template of this name.")
    asked: Any = (sort, format)
    words = {"journey": "problem-statement", "deck": "deck"}[sort]
    return _file(await asyncio.to_thread(template, *asked), f"{words}-template", format)


@router.get("/facilitate/material/{id}/download/{format}")
async def download(request: Request, id: str, format: str) -> Response:
    """A piece of one's own as a file, mistakes and all."""
    mine = await held(request, id)
    if format not in get_args(Format):
        raise Problem("not_found", "There is no file of this format.")
    asked: Any = (mine.document, mine.piece.sort, format)
    content = await asyncio.to_thread(write_file, *asked)
    return _file(content, shape.slug(mine.piece.title) or mine.piece.sort, format)


def _file(content: bytes, name: str, format: str) -> Response:
    name = re.sub(r"[^a-z0-9-]", "", name) or "file"
    disposition = f'attachment; filename="{name}.{format}"'
    return Response(content, media_type=MEDIA[format], headers={"Content-Disposition": disposition})


@router.post("/facilitate/material/upload")
async def upload(request: Request) -> Response:
    """Bring a file: it becomes a new problem statement or deck."""
    account, door = await signed_in(request), door_of(request)
    sent = await _sent(request)
    sort: Sort = "deck" if sent.said.get("sort") == "deck" else "journey"
    if sent.file is None:
        errors = {"upload": {"file": "Choose a file first."}}
        return await material_page(door, account, errors=errors, sort=sort, status=422)
    reading = await read_apart(sent.file, sent.name, sort)
    looked = told(reading, sort)
    faults = _by_place(reading)
    if not _taken(reading, sort):
        if not faults:
            faults = {"the file": shape.too_large(shape.shaped(reading.document)) or "is too large"}
        return await material_page(door, account, faults=(sent.name, faults), sort=sort, status=422)
    done = f"Brought as a {sent.format} file"
    try:
        id = await put(door, account, sort, reading.document, done)
    except (ShelfFull, StoreError) as failure:
        return await _not_kept(door, account, failure)
    if looked.material is not None or not faults:
        return see_other(url_of(id))
    page = PageView("Taken, with things to put right", HERE, account.name)
    return respond("taken.html", page, name=sent.name, faults=faults, url=url_of(id))


@router.post("/facilitate/material/{id}/upload")
async def replace(request: Request, id: str) -> Response:
    """Bring a newer file in place of a deck; it can be undone."""
    mine = await held(request, id, "deck")
    sent = await _sent(request)
    if sent.file is None:
        return await deck_page(mine, missing="Choose a file first.", status=422)
    reading = await read_apart(sent.file, sent.name, "deck")
    if reading.material is None:
        why = f"“{sent.name}” was not taken. Change it and bring it again; the deck is as it was."
        return await deck_page(mine, faults=_by_place(reading), why=why, status=422)
    edition = sent.said.get("edition", "")
    said = await saying(reading.document, "deck", f"Brought as a {sent.format} file")
    try:
        await mine.door.workshops.store.shelf.save(
            id,
            int(edition) if edition.isdecimal() and len(edition) < 10 else 0,
            reading.document,
            said,
            mine.door.workshops.clock(),
        )
    except (Stale, ShelfFull) as failure:
        return await deck_page(mine, missing=str(failure), status=409)
    return see_other(mine.url)


class _Sent:
    """What came with a form that brings a file."""

    def __init__(self, file: bytes | None, name: str, said: dict[str, str]) -> None:
        self.file, self.name, self.said = file, name, said

    @property
    def format(self) -> str:
        extension = self.name.rpartition(".")[2].upper()
        return extension if extension in ("JSON", "CSV", "XLSX") else "text"


async def _sent(request: Request) -> _Sent:
    form = await request.form(max_files=1, max_fields=10)
    said = {name: value for name, value in form.items() if isinstance(value, str)}
    brought = form.get("file")
    if not isinstance(brought, UploadFile) or not brought.filename:
        return _Sent(None, "", said)
    name = "".join(c if c.isprintable() else "?" for c in brought.filename)[-80:]
    return _Sent(await brought.read(), name, said)


def _taken(reading: Reading, sort: Sort) -> bool:
    """Whether what was read is kept: a problem statement also with mistakes, a deck without."""
    if sort == "deck":
        return reading.material is not None
    document = reading.document
    return isinstance(document, dict) and not shape.too_large(shape.shaped(document))


def _by_place(reading: Reading) -> dict[str, str]:
    found: dict[str, str] = {}
    for mistake in reading.mistakes:
        before = found.get(mistake.place)
        found[mistake.place] = f"{before}; {mistake.message}" if before else mistake.message
    return found


async def _not_kept(door: Door, account: Any, failure: Exception) -> Response:
    problem = from_exception(failure)
    full = isinstance(failure, ShelfFull)
    notice = Notice("error", str(failure) if full else problem.message)
    return await material_page(door, account, notice=notice, status=409 if full else problem.status)
