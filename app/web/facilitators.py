"""Facilitators: signing in, and their workshops. Opening one stands in `opening.py`.

There is no password: a sign-in link is printed by the server or by
`moments facilitator add`, and is good once. What always holds: opening a link signs
nobody in; pressing the button on its page does, so that a mail filter that follows
links uses none up.
"""

import re
from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from app.store import StoreError
from app.web.door import door_of
from app.web.errors import Problem, from_exception
from app.web.forms import FormView, new_ref, typed
from app.web.page import PageView, go, respond, see_other

router = APIRouter(include_in_schema=False)

WORKSHOP_PAGE = re.compile(r"/facilitate/[A-Z0-9]+")
"""Where a sign-in link may lead on to: a control room of ours, and nowhere else."""


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
        key = await door.sign_in(request, values.get("token", ""))
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
