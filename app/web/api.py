"""The JSON door: `/api/v1`, exactly as the outside contract says (`docs/reference.md`).

It has the same views and commands as the pages. What always holds: shape, rules and
rights are checked by the parts behind this; here is only what HTTP adds.
"""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response, WebSocket

from app.game.messages import Actor, Role
from app.live import LiveWorkshop
from app.web import fragments, schema
from app.web.access import Access, Account
from app.web.bodies import (
    ERRORS,
    Done,
    DraftRequest,
    DraftSaved,
    InviteMade,
    InviteRequest,
    JoinRequest,
    SeatMade,
    WorkshopMade,
)
from app.web.door import door_of
from app.web.errors import Problem, ref_of
from app.web.exporting import export
from app.web.resume import Since, missed, whole_number
from app.web.socket import (
    FORBIDDEN,
    MALFORMED,
    UNAUTHENTICATED,
    Hangup,
    attend,
    first_message,
    guarded,
)

router = APIRouter(prefix="/api/v1", tags=["Moments of Change"])


LARGEST_WISH = ("/api/v1/workshops", 2_000_000)
"""Where a workshop is opened, and the bytes that may be sent there: a deck as large as a file may
be, and problem statements besides."""

HELLO = frozenset({"key", "since", "epoch", "tick"})
"""What the first message on a socket may have."""


def _key(request: Request) -> str:
    key = Access.bearer(request)
    if key is None:
        raise Problem("unauthenticated", "Send your key as “Authorization: Bearer KEY”.")
    return key


async def _known(request: Request) -> Account | None:
    """The facilitator whose key this is; none where it is somebody else's.

    Raises:
        Problem: it is nobody's.
    """
    access, key = door_of(request).access, _key(request)
    account = await access.account_by_key(key)
    if account is None and not await access.known(key):
        raise Problem("unauthenticated", "This key is not known, or not valid any more.")
    return account


async def _actor(request: Request, live: LiveWorkshop) -> Actor:
    return await door_of(request).access.by_key(_key(request), live)


async def _facilitator(request: Request, live: LiveWorkshop) -> Actor:
    actor = await _actor(request, live)
    if actor.role not in (Role.FACILITATOR, Role.CO_HOST):
        raise Problem("forbidden", "Only a facilitator of this workshop may do this.")
    return actor


@router.post(
    "/workshops",
    status_code=201,
    responses=ERRORS,
    summary="Open a workshop",
    openapi_extra=schema.wish_body(),
)
async def open_workshop(request: Request) -> WorkshopMade:
    door = door_of(request)
    account = await _known(request)
    if account is None:
        raise Problem("forbidden", "Only a facilitator may open a workshop.")
    wish = await _json(request)
    if not isinstance(wish, dict):
        raise Problem("malformed", "The request must be a JSON object.")
    live = await door.workshops.open(wish, owner=account.id)
    return WorkshopMade(code=live.code, join_url=door.url(f"/join/{live.code}"))


@router.post("/workshops/{code}/join", status_code=201, responses=ERRORS, summary="Take a seat")
async def join(request: Request, code: str, body: JoinRequest) -> SeatMade:
    door = door_of(request)
    live = await door.workshop(request, code)
    seat = await door.join(
        request, live, name=body.name, organisation=body.organisation, invite=body.invite
    )
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
    body = await _json(request)
    request.state.command_ref = ref_of(body)
    await door.limits.check("command", f"{live.code} {actor.id}")
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
    return DraftSaved(saved_at=saved.saved_at)


@router.post(
    "/workshops/{code}/invites", status_code=201, responses=ERRORS, summary="Offer another seat"
)
async def invite(request: Request, code: str, body: InviteRequest) -> InviteMade:
    door = door_of(request)
    live = await door.workshop(request, code)
    by = await _facilitator(request, live)
    made = await door.invite(live, body.role, body.group, by)
    return InviteMade(invite=made, url=door.url(f"/join/{live.code}?invite={made}"))


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


@router.get("/schema", responses=ERRORS, summary="JSON Schema of every command and view")
async def all_schemas(request: Request) -> Any:
    """For whoever has a key, of whatever workshop."""
    await _known(request)
    return schema.everything()


@router.websocket("/workshops/{code}/live")
async def live_socket(socket: WebSocket, code: str) -> None:
    await socket.accept()
    await guarded(socket, lambda: _serve(socket, code))


async def _serve(socket: WebSocket, code: str) -> None:
    door = door_of(socket)
    hello = await first_message(socket)
    if not HELLO.issuperset(hello):
        raise Hangup(MALFORMED, "the first message has fields that are not known")
    key, since, epoch = hello.get("key"), hello.get("since"), hello.get("epoch")
    if not isinstance(key, str) or not (since is None or whole_number(since) is not None):
        raise Hangup(MALFORMED, "the first message needs a key, and since as a number or null")
    if not (epoch is None or isinstance(epoch, str)):
        raise Hangup(MALFORMED, "epoch is a text or null")
    live = await door.workshop(socket, code, key)

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
