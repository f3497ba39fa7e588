"""The forms of a participant's place: empty, with a draft, with a mistake, or done.

It leaves out what posting one does (`places.py`). What always holds: which forms there
are follows from the role, and a mistake keeps what was typed.
"""

from collections.abc import Mapping

from app.game.messages import Actor, Role
from app.live import LiveWorkshop
from app.views import Draft
from app.views.rating import RatedIdea, rating
from app.web.door import DRAFT_FIELDS, LONGEST_DRAFT
from app.web.forms import FormView, new_ref, ref_again


def forms_of(
    live: LiveWorkshop, actor: Actor, *, rating_of: str | None = None
) -> dict[str, FormView]:
    """The forms `actor` has in their place, empty or with their draft.

    Those of later steps are there from the start, hidden with the region they go with,
    so that a page that is open needs no reload when the step changes.
    """
    action = f"/w/{live.code}/do"
    forms = {}
    if actor.role is Role.PARTICIPANT:
        draft = live.presence.company.drafts.get(actor.id)
        forms["write"] = write_form(live, actor, draft)
        forms["build"] = FormView("build", action, new_ref())
        forms["rate"] = rate_form(live, actor, rating_of)
    if actor.role is Role.TABLE_LEAD:
        forms["merge"] = FormView("merge", action, new_ref())
    return forms


def write_form(
    live: LiveWorkshop,
    actor: Actor,
    draft: Draft | None,
    *,
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    saved: str | None = None,
) -> FormView:
    """The form for an idea, with what was typed: just now, or saved as a draft."""
    if values is None:
        kept = {name: getattr(draft, name) for name in DRAFT_FIELDS} if draft else {}
        values = {name: value for name, value in kept.items() if value is not None}
    card = values.get("card") or values.get("kept_card") or ""
    barrier = values.get("barrier") or values.get("kept_barrier") or ""
    person = live.state.people.get(actor.id)
    in_hand = person is not None and card in person.hand
    found = None
    if person is not None and person.group is not None:
        found = live.state.journey_of(live.state.groups[person.group]).find(barrier)
    return FormView(
        "write",
        f"/w/{live.code}/do",
        ref_again(values, errors),
        values={**values, "card": card if in_hand else "", "barrier": barrier if found else ""},
        errors=errors or {},
        saved=saved,
        options={
            "draft_url": f"/w/{live.code}/draft",
            "longest_draft": f"{LONGEST_DRAFT:,}",
            "card_title": live.state.deck[card].title if in_hand else None,
            "barrier_text": found[1].text if found else None,
        },
    )


def rate_form(
    live: LiveWorkshop,
    actor: Actor,
    chosen: str | None = None,
    *,
    action: str | None = None,
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    saved: str | None = None,
) -> FormView:
    """The form for one idea's marks: the one chosen, or the next without any."""
    view = rating(live.state, actor, live.presence.company)
    ideas = view.ideas if view else ()
    waiting = [idea for idea in ideas if not idea.rated]
    picked: RatedIdea | None = next((idea for idea in ideas if idea.id == chosen), None)
    idea = picked or (waiting[0] if waiting else None)
    if values is not None and (idea is None or idea.id != values.get("idea")):
        # The idea is offered no more. Its marks must not become another's; its words are told.
        errors, values = _returned(errors or {}, values), None
    if values is None:
        marks = ("impact", "effort", "amenability")
        values = {}
        if idea is not None and idea.rated:
            given = {name: getattr(idea, name) for name in marks}
            values = {name: "" if mark is None else str(mark) for name, mark in given.items()}
            values["reason"] = idea.reason or ""
    return FormView(
        "rate",
        action or f"/w/{live.code}/do",
        ref_again(values, errors),
        values=values,
        errors=errors or {},
        saved=saved,
        options={
            "idea": idea if view and not view.open else None,
            "left": len(waiting),
            "total": len(ideas),
        },
    )


def _returned(errors: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """What was wrong, said of an idea that stands here no more, and the reason given for it."""
    told = " ".join(errors.values())
    if reason := values.get("reason", "").strip():
        told += f" You had written: “{reason}”"
    return {"": told}


def form_again(
    live: LiveWorkshop,
    actor: Actor,
    name: str,
    values: Mapping[str, str],
    errors: Mapping[str, str],
) -> FormView | None:
    """The form called `name` with its mistakes and what was typed, and its ref kept.

    Its ref stays (`ref_again`).
    """
    action = f"/w/{live.code}/do"
    if name == "write" and actor.role is Role.PARTICIPANT:
        made = write_form(live, actor, None, values=values, errors=errors)
    elif name == "rate" and actor.role is Role.PARTICIPANT:
        made = rate_form(live, actor, values.get("idea"), values=values, errors=errors)
    elif name in ("build", "merge"):
        made = FormView(name, action, ref_again(values, errors), values, errors)
    else:
        return None
    return made


def form_done(live: LiveWorkshop, actor: Actor, name: str, *, saved: str) -> FormView | None:
    """The form called `name`, fresh, after what it asked for was done."""
    if name == "write":
        return write_form(live, actor, None, saved=saved)
    if name == "rate":
        return rate_form(live, actor, saved=saved)
    if name in ("build", "merge"):
        return FormView(name, f"/w/{live.code}/do", new_ref(), saved=saved)
    return None
