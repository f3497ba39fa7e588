"""Facilitators: signing in, their workshops, opening a new one.

There is no password: a sign-in link is printed by the server or by
`moments facilitator add`, and is good once. What always holds: opening a link signs
nobody in; pressing the button on its page does, so that a mail filter that follows
links uses none up.
"""

import re
from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from app.game.messages import Rejected
from app.game.opening import OpenWorkshop
from app.game.phases import OPTIONAL, Phase
from app.game.shapes import validated
from app.store import StoreError
from app.web.access import Account
from app.web.door import door_of
from app.web.errors import Problem, from_exception
from app.web.forms import FormView, new_ref, on_page, typed
from app.web.page import PageView, go, respond, see_other

router = APIRouter(include_in_schema=False)

WORKSHOP_PAGE = re.compile(r"/facilitate/[A-Z0-9]+")
"""Where a sign-in link may lead on to: a control room of ours, and nowhere else."""


async def account_of(request: Request) -> Account:
    """The facilitator signed in.

    Raises:
        Problem: nobody is.
    """
    account = await door_of(request).access.account(request)
    if account is None:
        raise Problem("forbidden", "This page is for facilitators. Sign in first.")
    return account


@router.get("/facilitate")
async def workshops(request: Request) -> Response:
    door = door_of(request)
    account = await door.access.account(request)
    if account is None:
        return _sign_in_page({})
    records = await door.workshops.store.records.workshops(None if account.owner else account.id)
    page = PageView("Your workshops", "/facilitate", account.name)
    return respond(
        "workshops.html",
        page,
        workshops=[
            (r.code, r.title, f"{r.opened_at:%-d %B %Y}", f"/facilitate/{r.code}") for r in records
        ],
    )


@router.get("/facilitate/sign-in")
async def sign_in_page(token: str = "", to: str = "") -> Response:
    return _sign_in_page({"token": token, "to": to})


def _sign_in_page(
    values: Mapping[str, str], errors: Mapping[str, str] | None = None, status: int = 200
) -> Response:
    form = FormView("sign_in", "/facilitate/sign-in", new_ref(), values, errors or {})
    page = PageView("Facilitators: sign in", "/facilitate")
    return respond("sign_in.html", page, status=status, forms={"sign_in": form})


@router.post("/facilitate/sign-in")
async def sign_in(request: Request) -> Response:
    door = door_of(request)
    values = typed(await request.form(max_files=0, max_fields=10))
    try:
        await door.limits.check("sign_in", door.address(request))
        key = await door.access.sign_in(values.get("token", ""))
    except (Problem, StoreError) as failure:
        problem = from_exception(failure)
        return _sign_in_page({}, {"": problem.message}, problem.status)
    to = values.get("to", "")
    response = go(request, to if WORKSHOP_PAGE.fullmatch(to) else "/facilitate")
    door.access.cookies.keep_account(response, key)
    return response


@router.post("/facilitate/sign-out")
async def sign_out(request: Request) -> Response:
    door = door_of(request)
    await door.access.revoke_account(request)
    door.workshops.ask_again()
    response = see_other("/")
    door.access.cookies.forget_account(response)
    return response


@router.get("/facilitate/new")
async def new(request: Request) -> Response:
    account = await account_of(request)
    content = door_of(request).workshops.content
    values = {
        "groups_per_problem": "1",
        "hand_size": "5",
        "swaps_per_stage": "1",
        "shortlist_per_problem": "2",
        "problems": "\n".join(journey.id for journey in content.journeys),
    }
    return _new_page(request, account, values, {})


def _new_page(
    request: Request,
    account: Account,
    values: Mapping[str, str],
    errors: Mapping[str, str],
    status: int = 200,
) -> Response:
    content = door_of(request).workshops.content
    form = FormView(
        "new",
        "/facilitate/new",
        values.get("ref") or new_ref(),
        values,
        errors,
        options={
            "journeys": content.journeys,
            "chosen": values.get("problems", "").split("\n"),
            "optional": [phase for phase in Phase if phase in OPTIONAL],
            "left_out": values.get("leave_out", "").split("\n"),
        },
    )
    page = PageView("Open a workshop", "/facilitate/new", account.name)
    return respond("new.html", page, status=status, forms={"new": form})


@router.post("/facilitate/new")
async def open_workshop(request: Request) -> Response:
    account = await account_of(request)
    door = door_of(request)
    form = await request.form(max_files=0, max_fields=60)
    values = dict(typed(form))
    for name in ("problems", "leave_out"):
        values[name] = "\n".join(str(value) for value in form.getlist(name))
    organisations = [line.strip() for line in values.get("organisations", "").splitlines()]
    wish: dict[str, object] = {
        "title": values.get("title", ""),
        "problems": [problem for problem in values["problems"].split("\n") if problem],
        "organisations": [name for name in organisations if name] or None,
        "leave_out": [phase for phase in values["leave_out"].split("\n") if phase],
    }
    for name in ("groups_per_problem", "hand_size", "swaps_per_stage", "shortlist_per_problem"):
        text = values.get(name, "").strip()
        wish[name] = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else text
    try:
        live = await door.workshops.open_once(
            validated(OpenWorkshop, wish), owner=account.id, ref=values.get("ref") or new_ref()
        )
    except (Rejected, Problem, StoreError) as failure:
        problem = from_exception(failure)
        text = on_page(problem.message, problem.field, None)
        return _new_page(request, account, values, {problem.field or "": text}, problem.status)
    return go(request, f"/facilitate/{live.code}")
