"""The JSON door: `/api/v1`, exactly as the outside contract says (`docs/reference.md`).

It has the same views and commands as the pages. What always holds: shape, rules and
rights are checked by the parts behind this; here is only what HTTP adds.
"""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response, WebSocket
from pydantic import BaseModel, ConfigDict, Field

from app.game.messages import Actor, Role
from app.game.opening import OpenWorkshop
from app.game.text import Name, Title
from app.live import LiveWorkshop
from app.web import fragments, schema
from app.web.access import InviteRole
from app.web.door import door_of
from app.web.errors import Problem
from app.web.exporting import export
from app.web.resume import Since, missed, whole_number
from app.web.socket import (
    FORBIDDEN,
    MALFORMED,
    NOT_FOUND,
    UNAUTHENTICATED,
    Hangup,
    attend,
    first_message,
    guarded,
)

router = APIRouter(prefix="/api/v1", tags=["Moments of Change"])


class Strict(BaseModel):
    """A request's body: unknown fields and wrong types are refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


class WorkshopMade(BaseModel):
    """A workshop was opened."""

    code: str
    join_url: str


class JoinRequest(Strict):
    """Somebody comes in. `invite` gives the seat an invite keeps."""

    name: Name
    organisation: Title
    invite: Annotated[str, Field(max_length=100)] | None = None


class SeatMade(BaseModel):
    """Somebody has a seat; `key` is theirs alone and cannot be shown again."""

    participant: str
    key: str


class Done(BaseModel):
    """A command was accepted and is committed."""

    ok: str
    seq: int
    made: str | None


class InviteRequest(Strict):
    """A seat to offer."""

    role: InviteRole
    group: Annotated[str, Field(max_length=80)] | None = None


class InviteMade(BaseModel):
    """An invite to pass on."""

    invite: str
    url: str


class DraftRequest(Strict):
    """What somebody has typed so far."""

    card: Annotated[str, Field(max_length=80)] | None = None
    barrier: Annotated[str, Field(max_length=80)] | None = None
    words: Annotated[str, Field(max_length=4000)] | None = None
    how: Annotated[str, Field(max_length=4000)] | None = None
    example: Annotated[str, Field(max_length=4000)] | None = None
    caution: Annotated[str, Field(max_length=4000)] | None = None


class DraftSaved(BaseModel):
    """A draft is on the disk."""

    saved_at: str


class ErrorDetail(BaseModel):
    """What went wrong, in plain English, and which field is at fault."""

    kind: str
    message: str
    field: str | None


class ErrorAnswer(BaseModel):
    """The one shape of an error."""

    error: ErrorDetail
    ref: str | None


ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorAnswer}
    for status in (401, 403, 404, 405, 409, 413, 421, 422, 429, 500, 503)
}


async def _actor(request: Request, live: LiveWorkshop) -> Actor:
    door = door_of(request)
    key = door.access.bearer(request)
    if key is None:
        raise Problem("unauthenticated", "Send your key as “Authorization: Bearer KEY”.")
    return await door.access.by_key(key, live)


async def _facilitator(request: Request, live: LiveWorkshop) -> Actor:
    actor = await _actor(request, live)
    if actor.role not in (Role.FACILITATOR, Role.CO_HOST):
        raise Problem("forbidden", "Only a facilitator of this workshop may do this.")
    return actor


@router.post("/workshops", status_code=201, responses=ERRORS, summary="Open a workshop")
async def open_workshop(request: Request, wish: OpenWorkshop) -> WorkshopMade:
    door = door_of(request)
    key = door.access.bearer(request)
    account = await door.access.account_by_key(key) if key else None
    if account is None:
        if key is None:
            raise Problem("unauthenticated", "Send your key as “Authorization: Bearer KEY”.")
        if await door.access.known(key):
            raise Problem("forbidden", "Only a facilitator may open a workshop.")
        raise Problem("unauthenticated", "This key is not known, or not valid any more.")
    live = await door.workshops.open(wish, owner=account.id)
    return WorkshopMade(code=live.code, join_url=door.url(f"/join/{live.code}"))


@router.post("/workshops/{code}/join", status_code=201, responses=ERRORS, summary="Take a seat")
async def join(request: Request, code: str, body: JoinRequest) -> SeatMade:
    door = door_of(request)
    await door.limits.check("join", door.address(request))
    live = await door.workshop_at_the_door(request, code)
    seat = await door.join(live, name=body.name, organisation=body.organisation, invite=body.invite)
    return SeatMade(participant=seat.person, key=seat.key)


@router.post(
    "/workshops/{code}/do",
    responses=ERRORS,
    summary="Do something: send a command",
    openapi_extra=schema.command_body(),
)
async def do(request: Request, code: str) -> Done:
    door = door_of(request)
    live = await door.workshop(request, code)
    actor = await _actor(request, live)
    await door.limits.check("command", f"{code} {actor.id}")
    body = await _json(request)
    ref = body.get("ref") if isinstance(body, dict) else None
    request.state.command_ref = ref if isinstance(ref, str) else None
    done = await door.do(live, body, actor)
    return Done(ok=done.ref, seq=done.answer.seq, made=done.answer.made)


@router.get(
    "/workshops/{code}/view",
    responses=ERRORS | {200: {"content": {"application/json": {"schema": schema.frame_schema()}}}},
    summary="All one may see, or what changed since",
    response_class=Response,
)
async def view(
    request: Request,
    code: str,
    since: Annotated[int | None, Query(ge=0)] = None,
    epoch: Annotated[str | None, Query(max_length=100)] = None,
) -> Response:
    door = door_of(request)
    live = await door.workshop(request, code)
    actor = await _actor(request, live)
    screen = live.screen(actor)
    # Asking without an epoch trusts the number: the contract's own example does.
    known = Since(since, epoch if epoch is not None else live.record.epoch)
    changed, _ = missed(live, screen, known)
    text = fragments.frame(changed, epoch=live.record.epoch, seq=live.state.seq)
    return Response(text, media_type="application/json")


@router.put("/workshops/{code}/draft", responses=ERRORS, summary="Save what is typed so far")
async def draft(request: Request, code: str, body: DraftRequest) -> DraftSaved:
    door = door_of(request)
    live = await door.workshop(request, code)
    actor = await _actor(request, live)
    saved = await door.save_draft(live, actor, body.model_dump())
    return DraftSaved(saved_at=saved.saved_at.isoformat())


@router.post(
    "/workshops/{code}/invites", status_code=201, responses=ERRORS, summary="Offer another seat"
)
async def invite(request: Request, code: str, body: InviteRequest) -> InviteMade:
    door = door_of(request)
    live = await door.workshop(request, code)
    await _facilitator(request, live)
    made = await door.invite(live, body.role, body.group)
    return InviteMade(invite=made, url=door.url(f"/join/{code}?invite={made}"))


@router.get(
    "/workshops/{code}/export/{file}",
    responses=ERRORS,
    summary="A table of the workshop, as `what.format`",
    response_class=Response,
)
async def export_file(request: Request, code: str, file: str) -> Response:
    door = door_of(request)
    live = await door.workshop(request, code)
    actor = await _actor(request, live)
    return await export(door, live, actor, file)


@router.get("/content/cards", summary="The deck")
async def cards(request: Request) -> Any:
    return door_of(request).workshops.content.deck


@router.get("/content/journeys", summary="The problem statements")
async def journeys(request: Request) -> Any:
    return {"journeys": door_of(request).workshops.content.journeys}


@router.get("/schema", summary="JSON Schema of every command and view")
async def all_schemas() -> Any:
    return schema.everything()


@router.websocket("/workshops/{code}/live")
async def live_socket(socket: WebSocket, code: str) -> None:
    await socket.accept()
    await guarded(socket, _serve(socket, code))


async def _serve(socket: WebSocket, code: str) -> None:
    door = door_of(socket)
    try:
        live = await door.workshop(socket, code)
    except Problem:
        raise Hangup(NOT_FOUND, "there is no workshop of this code") from None
    hello = await first_message(socket)
    key, since, epoch = hello.get("key"), hello.get("since"), hello.get("epoch")
    if not isinstance(key, str) or not (since is None or whole_number(since) is not None):
        raise Hangup(MALFORMED, "the first message needs a key, and since as a number or null")
    if not (epoch is None or isinstance(epoch, str)):
        raise Hangup(MALFORMED, "epoch is a text or null")

    async def who() -> Actor:
        return await door.access.by_key(key, live)

    try:
        viewer = await who()
    except Problem as problem:
        code_of = {"forbidden": FORBIDDEN}.get(problem.kind, UNAUTHENTICATED)
        raise Hangup(code_of, problem.message) from None
    await attend(
        socket,
        door,
        live,
        viewer,
        Since(since, epoch, whole_number(hello.get("tick"))),
        regions=None,
        encode=lambda changed, seq: fragments.frame(changed, epoch=live.record.epoch, seq=seq),
        who=who,
    )


async def _json(request: Request) -> Any:
    """The body as JSON.

    Raises:
        Problem: it is not.
    """
    try:
        return json.loads(await request.body())
    except (ValueError, RecursionError):
        raise Problem("malformed", "This is not JSON.") from None
