"""Who is asking: keys, seats, invites, and facilitators signing in.

Everybody comes in with a key that cannot be guessed; only its hash is kept. It leaves out
Host, Origin and the like (`edge.py`), the cookies that browsers hold their keys in
(`cookies.py`) and the links to sign in by (`links.py`). What always holds: what somebody may
do is looked up at every message, never remembered from when they connected.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from starlette.requests import HTTPConnection

from app.game.messages import STAFF, Actor, Role
from app.live import LiveWorkshop
from app.settings import Settings
from app.store import AccessRow, Conflict, Store
from app.web import links
from app.web.cookies import SIGNED_IN_FOR, Cookies
from app.web.errors import Problem

OWNER = "owner"
"""The account of whoever runs the server: sees every workshop."""

TAKEN_OUT = "The facilitator has taken you out of this workshop, so this was not done."
"""What somebody who was removed is told, where their page did not learn of it before."""

InviteRole = Literal["observer", "table_lead", "co_host", "analyst"]


@dataclass(frozen=True, slots=True)
class Account:
    """A facilitator's account."""

    id: str
    name: str

    @property
    def owner(self) -> bool:
        """Whether this is the server's owner."""
        return self.id == OWNER

    def facilitates(self, live: LiveWorkshop) -> bool:
        """A workshop belongs to who opened it; the owner sees all."""
        return self.owner or live.record.owner == self.id


def hashed(key: str) -> str:
    """What is kept of a key."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


class Access:
    """The one place that turns keys and cookies into people."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        secret_keys: tuple[bytes, ...],
        clock: Callable[[], datetime],
    ) -> None:
        self._records = store.records
        self._settings = settings
        self._clock = clock
        self._secrets = secret_keys
        self.cookies = Cookies(settings, secret_keys)
        self._rows: dict[str, AccessRow] = {}

    # Keys

    async def _row(self, key: str) -> AccessRow | None:
        """What `key` opens, if it opens anything still."""
        key_hash = hashed(key)
        row = self._rows.get(key_hash)
        if row is None:
            row = await self._records.access(key_hash)
            if row is None:
                return None
            if row.kind != "invite":  # another process may have ended it
                self._rows[key_hash] = row
        return None if row.revoked_at else row

    async def _grant(self, kind: Literal["seat", "invite", "account"], **fields: Any) -> str:
        key = secrets.token_urlsafe(32)
        row = AccessRow(kind=kind, key_hash=hashed(key), created_at=self._clock(), **fields)
        await self._records.grant(row)
        return key

    async def seat(
        self, code: str, person: str, role: Role, group: str | None, invite: str | None = None
    ) -> str:
        """A new key for a person's seat, taken by `invite` if by one."""
        came_by = hashed(invite) if invite else None
        return await self._grant(
            "seat", workshop=code, person=person, role=role, group_id=group, name=came_by
        )

    async def invite(self, code: str, role: InviteRole, group: str | None, by: str) -> str:
        """A new invite, made by `by`: whoever joins with it gets `role`."""
        return await self._grant("invite", workshop=code, person=by, role=role, group_id=group)

    async def invited(self, code: str, invite: str) -> AccessRow:
        """The invite `invite`.

        Raises:
            Problem: it is not one of this workshop.
        """
        row = await self._row(invite)
        if row is None or row.kind != "invite" or row.workshop != code:
            raise Problem("forbidden", "This invite is not valid any more. Ask for a new one.")
        return row

    async def has_key(self, connection: HTTPConnection, code: str, key: str | None = None) -> bool:
        """Whether whoever asks holds a key to the workshop of `code`, or a facilitator's."""
        cookies = self.cookies.seat(connection, code), self.cookies.account(connection)
        held = [key, self.bearer(connection), *cookies]
        for each in held:
            if each and await self.account_by_key(each) is not None:
                return True
            row = await self._row(each) if each else None
            if row is not None and row.workshop == code:
                return True
        return False

    async def known(self, key: str) -> bool:
        """Whether `key` opens anything at all."""
        return await self._row(key) is not None

    async def revoke_person(self, code: str, person: str) -> None:
        """None of a person's keys opens anything any more, nor an invite of theirs."""
        await self._records.revoke_person(code, person, self._clock())
        self._rows = {h: row for h, row in self._rows.items() if row.person != person}

    def forget(self, code: str, person: str | None) -> None:
        """The keys of a workshop, or of one person in it, were deleted."""
        self._rows = {
            key: row
            for key, row in self._rows.items()
            if row.workshop != code or person not in (None, row.person)
        }

    async def by_key(self, key: str, live: LiveWorkshop) -> Actor:
        """Who holds `key`, in this workshop.

        Raises:
            Problem: nobody does, or it is a key of another workshop.
        """
        account = await self.account_by_key(key)
        if account is not None:
            if not account.facilitates(live):
                raise Problem("forbidden", "This workshop belongs to another facilitator.")
            return Actor(account.id, Role.FACILITATOR)
        row = await self._row(key)
        if row is None or row.kind != "seat" or row.person is None:
            raise Problem("unauthenticated", "This key is not known, or not valid any more.")
        if row.workshop != live.code:
            raise Problem("forbidden", "This key belongs to another workshop.")
        seated = _seated(live, row)
        if seated is None:
            raise Problem("unauthenticated", "You have been taken out of this workshop.")
        return seated

    async def account_by_key(self, key: str) -> Account | None:
        """The facilitator whose key this is, if it is one's."""
        program = self._settings.facilitator_key
        if program and hmac.compare_digest(
            program.get_secret_value().encode(), key.encode("utf-8", "replace")
        ):
            return Account(OWNER, "Program")
        row = await self._row(key)
        if row is None or row.kind != "account" or row.person is None:
            return None
        if row.created_at + SIGNED_IN_FOR < self._clock():
            return None
        return Account(row.person, row.name or "Facilitator")

    @staticmethod
    def bearer(request: HTTPConnection) -> str | None:
        """The key in the Authorization header, if there is one."""
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        return key.strip() if scheme.lower() == "bearer" and key.strip() else None

    async def account(self, request: HTTPConnection) -> Account | None:
        """The facilitator signed in with this browser, if any."""
        key = self.cookies.account(request)
        return await self.account_by_key(key) if key else None

    async def viewer(self, request: HTTPConnection, live: LiveWorkshop) -> Actor | None:
        """Who this browser is in this workshop: by its seat, if it has one."""
        key = self.cookies.seat(request, live.code)
        row = await self._row(key) if key else None
        if row is None or row.kind != "seat" or row.workshop != live.code:
            return None
        return _seated(live, row)

    async def staff(self, request: HTTPConnection, live: LiveWorkshop) -> Actor | None:
        """Who this browser is in this workshop's control room: its facilitator, or a co-host."""
        account = await self.account(request)
        if account is not None and account.facilitates(live):
            return Actor(account.id, Role.FACILITATOR)
        seated = await self.viewer(request, live)
        return seated if seated is not None and seated.role in STAFF else None

    async def taken_out(self, request: HTTPConnection, live: LiveWorkshop) -> bool:
        """Whether the seat this browser had in this workshop was taken from it."""
        key = self.cookies.seat(request, live.code)
        row = await self._records.access(hashed(key)) if key else None
        if row is None or row.workshop != live.code:
            return False
        person = live.state.people.get(row.person or "")
        return person is not None and person.removed

    async def revoke_account(self, request: HTTPConnection) -> None:
        """The key this browser is signed in with opens nothing any more."""
        key = self.cookies.account(request)
        if key:
            await self._records.revoke(hashed(key), self._clock())
            self._rows.pop(hashed(key), None)

    async def forget_old_accounts(self) -> None:
        """Delete the keys that have run out, with the names they were given to.

        Raises:
            Unavailable: the database failed; they open nothing all the same.
        """
        await self._records.forget_accounts(self._clock() - SIGNED_IN_FOR)

    # Signing in

    async def sign_in(self, token: str) -> str:
        """A facilitator's key, for the token of a link.

        Raises:
            Problem: the link is too old, was used before, or was never ours.
        """
        claim = links.claim_of(token, self._secrets)
        used = AccessRow(
            key_hash=hashed(f"sign-in {claim['nonce']}"),
            kind="account",
            role="used",
            created_at=self._clock(),
            revoked_at=self._clock(),
        )
        try:
            await self._records.grant(used)
        except Conflict:
            raise Problem("forbidden", links.TOO_OLD) from None
        return await self._grant(
            "account", person=claim["account"], role=Role.FACILITATOR, name=claim["name"]
        )


def _seated(live: LiveWorkshop, row: AccessRow) -> Actor | None:
    """The holder of a seat; their group, and whether they were removed, is the workshop's to say.

    So somebody who was removed is out in every process as soon as it knows of that event,
    even if theirs could not be written into the keys.
    """
    assert row.person is not None
    person = live.state.people.get(row.person)
    if person is not None and person.removed:
        return None
    group = person.group if person else row.group_id
    return Actor(row.person, Role(row.role), group)
