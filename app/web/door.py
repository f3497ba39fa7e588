"""What every way in needs: the workshops, who is asking, the limits, the addresses.

Both doors, pages and JSON, come through here for what they share: finding a workshop,
joining it, saving a draft, inviting. It leaves out HTTP's own words. What always holds:
a wrong code costs the same whichever door it was tried at.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import segno
from markupsafe import Markup
from starlette.requests import HTTPConnection

from app import game
from app.game.ideas import SubmitIdea
from app.game.messages import Actor, Malformed, Rejected, Role
from app.game.people import Join, JoinByInvite, RemovePerson
from app.game.phases import Phase
from app.game.shapes import validated
from app.game.text import clean
from app.live import Answer, LiveWorkshop, Workshops
from app.settings import Settings
from app.store import Unavailable
from app.views import Draft
from app.web.access import Access, InviteRole
from app.web.errors import Problem
from app.web.forms import new_ref
from app.web.limits import Limits
from app.web.times import clock_time

VISITOR = Actor("visitor", Role.VISITOR)
DRAFT_FIELDS = ("card", "barrier", "words", "how", "example", "caution")
LONGEST_DRAFT = 4000
"""Characters of one field: twice what is taken in the end, for whoever still has to shorten it."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody came in: who they are, and the key that is theirs alone."""

    person: str
    role: Role
    key: str


@dataclass(frozen=True, slots=True)
class Invitation:
    """How to join: as a code, a link and a QR code."""

    code: str
    url: str
    qr: Markup


@dataclass(frozen=True, slots=True)
class Accepted:
    """A command was carried out, and is committed."""

    ref: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Door:
    """The parts behind every request; one per process."""

    settings: Settings
    workshops: Workshops
    access: Access
    limits: Limits
    exporting: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))
    """Files being made: others wait, so that many who ask at once do not stop a workshop."""

    def url(self, path: str) -> str:
        """The full address of a page, for links that are sent to people."""
        return f"{self.settings.address}{path}"

    def invitation(self, code: str) -> "Invitation":
        """What a room needs to join: the code, the link, and the link as a QR code."""
        url = self.url(f"/join/{code}")
        qr = segno.make(url, error="m").svg_inline(
            border=2, svgclass="qr", lineclass=None, omitsize=True
        )
        return Invitation(code, url, Markup(qr))  # noqa: S704 (made by us from our own address)

    def clock_time(self) -> str:
        """The time as a page says it: hours, minutes and seconds in the United Kingdom."""
        return clock_time(self.workshops.clock())

    @staticmethod
    def address(connection: HTTPConnection) -> str | None:
        """Where a request comes from, for limits only."""
        return connection.client.host if connection.client else None

    async def workshop(
        self, connection: HTTPConnection, code: str, key: str | None = None
    ) -> LiveWorkshop:
        """The workshop of `code`, as typed: small letters and spaces are forgiven.

        Whoever holds a key of it (or `key` is one) need not know the code, so is not guessing.

        Raises:
            Problem: there is none, or too many wrong codes were tried.
        """
        code, address = tidy(code), self.address(connection)
        guessing = not await self.access.has_key(connection, code, key)
        if guessing:
            await self.limits.codes.trying(code, address)
        live = await self.workshops.get(code)
        if live is None:
            await self.limits.codes.was_wrong(address)
            raise Problem(
                "not_found", "There is no workshop with this code. Check it and try again.", "code"
            )
        if guessing:
            await self.limits.codes.was_right(code, address)
        return live

    async def join(
        self,
        connection: HTTPConnection,
        live: LiveWorkshop,
        *,
        name: str,
        organisation: str,
        invite: str | None = None,
        ref: str | None = None,
    ) -> Seat:
        """Give somebody a seat. The same `ref` gives the same person's seat again.

        It is counted here, where the workshop has been found: a code that is none uses up no
        honest person's joining, whichever door it was tried at.

        Raises:
            Rejected: the workshop is closed or full, or a name does not do.
            Problem: the invite is not valid, or too many join from there.
        """
        await self.limits.check("join", self.address(connection))
        said = {"name": name, "organisation": organisation}
        role, group = Role.PARTICIPANT, None
        if invite is None:
            command: Join | JoinByInvite = validated(Join, said)
        else:
            offered = await self.access.invited(live.code, invite)
            role, group = Role(offered.role), offered.group_id
            command = JoinByInvite(**validated(Join, said).model_dump(), role=role, group=group)
        answer = await live.do(command, ref or new_ref(), VISITOR)
        assert answer.made is not None
        key = await self.access.seat(live.code, answer.made, role, group, invite)
        return Seat(answer.made, role, key)

    async def sign_in(self, connection: HTTPConnection, token: str) -> str:
        """A facilitator's key, for the token of a link that is good, whatever was tried before.

        A token is signed, so that none can be guessed; what is counted are those that are not
        good, and whoever sends many of them is told to wait instead of why.

        Raises:
            Problem: the token is too old, was used or was never ours, or many were tried there.
        """
        try:
            return await self.access.sign_in(token)
        except Problem:
            await self.limits.check("sign_in", self.address(connection))
            raise

    async def do(self, live: LiveWorkshop, body: object, actor: Actor) -> "Accepted":
        """Carry out the command in `body`.

        What was submitted is a draft no more, and who was removed has neither key nor draft.

        Raises:
            Rejected: with what was wrong, in plain English.
            Unavailable: it could not be saved.
        """
        ref, command = game.read_command(body)
        if isinstance(command, SubmitIdea):
            await self.limits.check("idea", f"{live.code} {actor.id}")
        answer = await live.do(command, ref, actor)
        # What was asked for is saved, whatever becomes of what follows from it.
        with suppress(Unavailable):
            if isinstance(command, SubmitIdea) and answer.made is not None:
                await self._drop_draft(live, actor, answer.made)
            if isinstance(command, RemovePerson):
                await self.access.revoke_person(live.code, command.participant)
                await live.presence.drop_draft(command.participant)
        return Accepted(ref, answer)

    @staticmethod
    async def _drop_draft(live: LiveWorkshop, actor: Actor, idea: str) -> None:
        """Forget what `idea` was made from, and not what was typed since.

        The answer may have been lost on the way and the command sent again much later.
        """
        draft = live.presence.company.drafts.get(actor.id)
        if draft is not None and draft.saved_at <= live.state.idea(idea).at:
            await live.presence.drop_draft(actor.id)

    async def save_draft(
        self, live: LiveWorkshop, actor: Actor, typed: Mapping[str, str | None]
    ) -> Draft:
        """Keep what a participant has typed.

        Raises:
            Problem: they are no participant of this workshop, or save too often.
            Malformed: a field is too long to be kept.
            Rejected: the workshop is closed.
        """
        if actor.role is not Role.PARTICIPANT:
            raise Problem("forbidden", "Only participants write ideas.")
        await self.limits.check("draft", f"{live.code} {actor.id}")
        if live.state.phase is Phase.CLOSED:
            raise Rejected("The workshop is closed, and nothing more is taken in.")
        for name, value in typed.items():
            if value is not None and len(value) > LONGEST_DRAFT:
                limit = f"{LONGEST_DRAFT:,} characters at most"
                raise Malformed(f"“{name}” is too long: {limit}.", name)
        kept = {
            name: str(clean(value)) if (value := typed.get(name)) is not None else None
            for name in DRAFT_FIELDS
        }
        return await live.presence.save_draft(actor.id, **kept)

    async def invite(
        self, live: LiveWorkshop, role: InviteRole, group: str | None, by: Actor
    ) -> str:
        """A new invite to another seat. It ends with whoever made it, if they are removed.

        Raises:
            Malformed: a table lead without a group.
            Rejected: a group that is none of this workshop.
        """
        if role == "table_lead" and group is None:
            raise Malformed("A table lead needs a group.", "group")
        if group is not None and group not in live.state.groups:
            raise Rejected("There is no such group in this workshop.", "group")
        lead = group if role == "table_lead" else None
        return await self.access.invite(live.code, role, lead, by.id)


def door_of(connection: HTTPConnection) -> Door:
    """The door of the app this request came to."""
    door: Door = connection.app.state.door
    return door


def tidy(code: str) -> str:
    """A code as it was made: people type small letters, spaces and hyphens."""
    return "".join(letter for letter in code.upper() if letter.isalnum())
