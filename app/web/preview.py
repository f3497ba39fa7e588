"""A problem statement as participants will see it: the real pages of a workshop in memory.

The workshop is opened and played by the game's own rules, with a hand of the deck, and is
forgotten when the page has been made. What always holds: nothing of it is stored, and no
button on the page does anything.
"""

import asyncio

from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from app import game
from app.content import Content
from app.game.course import OpenPhase
from app.game.material import Journey
from app.game.messages import Actor, Command, Role, Stamp
from app.game.opening import OpenWorkshop, opened
from app.game.people import Join
from app.game.phases import Phase
from app.game.stages import MoveGroup
from app.game.workshop import Workshop
from app.live.workshop import now
from app.views import SCREENS, Company
from app.web import fragments
from app.web.forms import FormView, Notice
from app.web.page import PageView, respond
from app.web.pieces import held, look

router = APIRouter(include_in_schema=False)

SHOWN = ("stage", "hand")
NAMES = ("You", "Ann", "Bo", "Cy", "Di", "Eve")
NOTHING_SENT = Notice("information", "This is a preview: nothing was sent.")


@router.get("/facilitate/material/{id}/preview")
async def preview(request: Request, id: str, stage: int = 1) -> Response:
    """A problem statement as participants will see it, a stage at a time."""
    return await _page(request, id, stage, None)


@router.post("/facilitate/material/{id}/preview")
async def nothing_happens(request: Request, id: str, stage: int = 1) -> Response:
    """Where the buttons of a preview lead: it says that nothing was sent."""
    return await _page(request, id, stage, NOTHING_SENT)


async def _page(request: Request, id: str, stage: int, notice: Notice | None) -> Response:
    mine = await held(request, id, "journey")
    looked = await look(mine.document, "journey")
    page = PageView(f"Preview: {mine.piece.title}", mine.url, mine.account.name, notice=notice)
    if not isinstance(looked.material, Journey):
        return respond("preview_not_yet.html", page, piece=mine.piece, left=looked.errors)
    journey = looked.material
    stage = min(max(stage, 1), len(journey.stages))
    action = f"{mine.url}/preview?stage={stage}"
    content = mine.door.workshops.content
    regions = await asyncio.to_thread(regions_at, journey, content, stage, action)
    form = FormView(
        "write", action, "preview", {}, {}, None,
        {"draft_url": None, "longest_draft": None, "card_title": None, "barrier_text": None},
    )  # fmt: skip
    return respond(
        "preview.html",
        page,
        piece=mine.piece,
        journey=journey,
        stage=stage,
        regions=regions,
        forms={"write": form},
    )


def regions_at(journey: Journey, content: Content, stage: int, action: str) -> dict[str, Markup]:
    """The regions a participant sees at `stage`, as HTML; their buttons lead to `action`."""
    workshop, viewer = played(journey, content, stage)
    made = {}
    for region in SCREENS[Role.PARTICIPANT]:
        if region.name in SHOWN:
            view = region.show(workshop, viewer, Company())
            made[region.name] = Markup(  # noqa: S704 (the template has escaped it)
                fragments.render(
                    f"regions/{region.name}.html",
                    view=view,
                    staff=False,
                    code=workshop.code,
                    do_url=action,
                    act=lambda kind, *parts: "preview",
                )
            )
    return made


def played(journey: Journey, content: Content, stage: int) -> tuple[Workshop, Actor]:
    """A workshop in memory whose one group is at `stage`, and one who takes part in it."""
    wish = OpenWorkshop(title="Preview", problems=[journey.id], seed=1)
    event = opened(wish, code="PREVIEW", seed=1, journeys=(journey,), deck=content.deck.cards)
    at = now()
    workshop = game.evolve(None, event, Stamp(1, at, "preview"))
    host, visitor = Actor("preview", Role.FACILITATOR), Actor("preview", Role.VISITOR)

    def done(command: Command, actor: Actor) -> Workshop:
        return game.decide(command, workshop, actor, at)[1]

    for name in NAMES:
        workshop = done(Join(name=name, organisation="Preview"), visitor)
    workshop = done(OpenPhase(phase=Phase.PLAY), host)
    if stage > 1:
        group = next(iter(workshop.groups))
        workshop = done(MoveGroup(group=group, stage=stage, step="write"), host)
    person = next(person for person in workshop.people.values() if person.name == NAMES[0])
    return workshop, Actor(person.id, Role.PARTICIPANT, person.group)
