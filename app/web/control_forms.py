"""The forms of the control room and the pages beside it.

It leaves out what posting one does (`control.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.game.apease import CRITERIA
from app.game.messages import Role
from app.live import LiveWorkshop
from app.views.regions import EVERYBODY
from app.views.results import shortlist
from app.web.forms import FormView, new_ref, ref_again
from app.web.host import Host
from app.web.place_forms import rate_form


def seat_form(live: LiveWorkshop, **rest: Any) -> FormView:
    """Moving a participant to a group; who it is is chosen in the region `groups`.

    After a mistake the form holds on to who was chosen, which the region cannot.
    """
    values = rest.get("values", {})
    chosen = live.state.people.get(values.get("participant") or values.get("kept_participant", ""))
    return FormView(
        "seat",
        f"/facilitate/{live.code}/do",
        _ref(rest),
        options={"groups": _groups(live), "chosen": chosen},
        **rest,
    )


def invite_form(live: LiveWorkshop, made: Sequence[tuple[str, str]] = (), **rest: Any) -> FormView:
    """Offering another seat: observer, table lead, co-host, analyst; `made` are new links."""
    return FormView(
        "invite",
        f"/facilitate/{live.code}/invites",
        new_ref(),
        options={"groups": _groups(live), "invites": list(made)},
        **rest,
    )


def capture_form(live: LiveWorkshop, group: str | None, **rest: Any) -> FormView | None:
    """Writing down an idea somebody of `group` said aloud."""
    state = live.state
    if group is None or group not in state.groups:
        return None
    journey = state.journey_of(state.groups[group])
    upto = state.groups[group].stage
    return FormView(
        "capture",
        f"/facilitate/{live.code}/do",
        _ref(rest),
        options={
            "group": group,
            "participants": [(p.id, p.name) for p in state.participants(group)],
            "barriers": [
                (barrier.id, f"Stage {number}: {barrier.text}")
                for number, stage in enumerate(journey.stages[:upto], start=1)
                for barrier in stage.barriers
            ],
            "cards": sorted(
                ((card.id, card.title) for card in state.deck.values()), key=lambda card: card[1]
            ),
        },
        **rest,
    )


def remove_form(live: LiveWorkshop, person: str | None, **rest: Any) -> FormView | None:
    """The question whether to take somebody out; None where they are not there."""
    found = live.state.people.get(person or "")
    if found is None or found.removed:
        return None
    base = f"/facilitate/{live.code}"
    return FormView(
        "remove", f"{base}/do", new_ref(), options={"person": found, "keep": base}, **rest
    )


def other_seats(live: LiveWorkshop) -> list[tuple[str, str, str]]:
    """Name, role and way to remove of those with a seat who are no participants."""
    return [
        (person.name, person.role, f"/facilitate/{live.code}?remove={person.id}#remove")
        for person in live.state.people.values()
        if person.role is not Role.PARTICIPANT and not person.removed
    ]


def choose_form(live: LiveWorkshop, **rest: Any) -> FormView:
    """Putting an idea on the shortlist, or taking it off."""
    return FormView("choose", f"/facilitate/{live.code}/do", _ref(rest), **rest)


def assess_form(live: LiveWorkshop, **rest: Any) -> FormView:
    """Noting down an interview."""
    view = shortlist(live.state, EVERYBODY, live.presence.company)
    return FormView(
        "assess",
        f"/facilitate/{live.code}/do",
        _ref(rest),
        options={"ideas": view.ideas if view else (), "criteria": CRITERIA},
        **rest,
    )


def _ref(rest: Mapping[str, Any]) -> str:
    return ref_again(rest.get("values", {}), rest.get("errors"))


def _groups(live: LiveWorkshop) -> list[tuple[str, str]]:
    return [
        (group.id, f"Group {group.id[1:]}: {live.state.journey_of(group).title}")
        for group in live.state.groups.values()
    ]


def form_called(host: Host, name: str, typed_in: Mapping[str, str], **rest: Any) -> FormView | None:
    """The form called `name`, with what was typed or fresh; None for a lone button."""
    live = host.live
    makers: dict[str, Callable[..., FormView | None]] = {
        "seat": lambda **r: seat_form(live, **r),
        "capture": lambda **r: capture_form(live, typed_in.get("group"), **r),
        "remove": lambda **r: remove_form(live, typed_in.get("participant"), **r),
        "choose": lambda **r: choose_form(live, **r),
        "assess": lambda **r: assess_form(live, **r),
        "merge": lambda **r: FormView("merge", f"{host.base}/do", _ref(r), **r),
        "rate": lambda **r: rate_form(
            live,
            host.actor,
            typed_in.get("idea") if "errors" in r else None,
            action=f"{host.base}/do",
            **r,
        ),
    }
    return makers[name](**rest) if name in makers else None
