"""Who is here and what they are drafting: what is kept beside the log.

Drafts are saved as typed, on the server, and are nobody's but their author's. Somebody
whose connection drops is away only after a while, so that a train's tunnel does not
make a room nervous. What always holds: nothing here changes how a workshop turns out.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from app.game.messages import Rejected
from app.store import DraftRow, Store
from app.views import Company, Draft

GRACE_SECONDS = 10
"""How long somebody whose connection dropped still counts as here."""

WITHOUT_SOCKET_SECONDS = 60
"""How long a page without scripts counts as here after it was loaded."""


class Presence:
    """The company of one workshop; `changed` is called when others may see a difference."""

    def __init__(
        self,
        code: str,
        store: Store,
        clock: Callable[[], datetime],
        changed: Callable[[], None],
        kept_until: datetime | None = None,
    ) -> None:
        self.company = Company(kept_until=kept_until)
        self._code = code
        self._store = store
        self._clock = clock
        self._changed = changed
        self._connections: Counter[str] = Counter()
        self._leaving: dict[str, asyncio.TimerHandle] = {}
        self._refused: set[str | None] = set()

    async def load(self) -> None:
        """Read the drafts back, after a restart."""
        rows = await self._store.records.drafts(self._code)
        self.company = replace(self.company, drafts={row.person: _draft(row) for row in rows})

    def arrived(self, person: str) -> None:
        """A connection of `person` opened."""
        self._connections[person] += 1
        self._is_here(person)

    def left(self, person: str) -> None:
        """A connection of `person` closed; after a while without another they are away."""
        self._connections[person] -= 1
        self._leave_later(person, GRACE_SECONDS)

    def looked(self, person: str) -> None:
        """`person` loaded a page, perhaps one without scripts."""
        if not self._connections[person]:
            self._is_here(person)
            self._leave_later(person, WITHOUT_SOCKET_SECONDS)

    def _is_here(self, person: str) -> None:
        timer = self._leaving.pop(person, None)
        if timer is not None:
            timer.cancel()
        if person not in self.company.here:
            self.company = replace(self.company, here=self.company.here | {person})
            self._changed()

    def _leave_later(self, person: str, seconds: float) -> None:
        if self._connections[person] > 0:
            return
        timer = self._leaving.pop(person, None)
        if timer is not None:
            timer.cancel()
        loop = asyncio.get_running_loop()
        self._leaving[person] = loop.call_later(seconds, self._gone, person)

    def _gone(self, person: str) -> None:
        self._leaving.pop(person, None)
        if self._connections[person] <= 0:
            del self._connections[person]
            self.company = replace(self.company, here=self.company.here - {person})
            self._changed()

    async def save_draft(
        self,
        person: str,
        *,
        card: str | None,
        barrier: str | None,
        words: str | None,
        how: str | None,
        example: str | None,
        caution: str | None,
    ) -> Draft:
        """Keep what `person` has typed, in place of what they had typed before.

        Raises:
            Rejected: they were erased.
            Unavailable: it could not be saved.
        """
        if self._is_refused(person):
            raise Rejected("This has been erased, so nothing more can be saved.")
        draft = Draft(card, barrier, words, how, example, caution, self._clock())
        await self._store.records.save_draft(
            DraftRow(
                workshop=self._code,
                person=person,
                card=card,
                barrier=barrier,
                words=words,
                how=how,
                example=example,
                caution=caution,
                saved_at=draft.saved_at,
            )
        )
        if not self._is_refused(person):  # else it was erased while this was being written
            self.company = replace(self.company, drafts={**self.company.drafts, person: draft})
        self._changed()
        return draft

    async def drop_draft(self, person: str) -> None:
        """Forget `person`'s draft: they have submitted it.

        Raises:
            Unavailable: the database failed.
        """
        if person not in self.company.drafts:
            return
        await self._store.records.drop_draft(self._code, person)
        drafts = {id: draft for id, draft in self.company.drafts.items() if id != person}
        self.company = replace(self.company, drafts=drafts)
        self._changed()

    def refuse(self, person: str | None) -> None:
        """Keep no draft of `person`, or with None of anybody, any more: it is being erased."""
        self._refused.add(person)
        drafts = {
            id: draft for id, draft in self.company.drafts.items() if not self._is_refused(id)
        }
        self.company = replace(self.company, drafts=drafts)

    def _is_refused(self, person: str) -> bool:
        return bool(self._refused & {person, None})


def _draft(row: DraftRow) -> Draft:
    return Draft(row.card, row.barrier, row.words, row.how, row.example, row.caution, row.saved_at)
