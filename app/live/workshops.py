"""All workshops this process has folded, and opening new ones.

It leaves out who may open one (`app/web`). What always holds: there is one live copy of
a workshop per process, however many ask for it at once.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from app.content import Content
from app.game.opening import OpenWorkshop, opened
from app.live.wishes import Sound, sound
from app.live.workshop import LiveWorkshop, now
from app.store import Conflict, Entry, Store, StoreError, Unavailable, WorkshopRecord

logger = logging.getLogger(__name__)

CODE_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
"""No I, L, O, U, 0 or 1: they are mistaken for one another, read out or in a bad font."""

CODE_LENGTH = 8

BIN_FOR = timedelta(days=30)
"""How long a deleted problem statement or deck can be put back."""

MOST_OPENINGS = 1000
"""How many openings are remembered, so that one pressed twice is one."""


LIVE_FOR = timedelta(days=1)
"""How long after anybody was there, or did anything, a workshop still counts as live."""

Wish = OpenWorkshop | Mapping[str, object]
"""What a new workshop is to be, whether looked at already or as it was sent."""


class Workshops:
    """The live workshops of this process."""

    def __init__(
        self,
        store: Store,
        content: Content,
        *,
        retention_days: int,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self.store = store
        self.content = content
        self.clock = clock
        self._retention = timedelta(days=retention_days)
        self._live: dict[str, LiveWorkshop] = {}
        self._opening: dict[tuple[str, str], asyncio.Future[LiveWorkshop]] = {}
        self._loading: dict[str, asyncio.Lock] = {}
        self._due: set[str] = set()
        """Whose time was over at the last look."""
        self._erased: set[str] = set()

    async def get(self, code: str) -> LiveWorkshop | None:
        """The live workshop of `code`, folded from its log if need be; None without one.

        Raises:
            Unavailable: the database cannot be read.
        """
        live = self._live.get(code)
        if live is not None:
            return live
        record = await self.store.records.workshop(code)
        if record is None or code in self._erased:
            return None
        async with self._loading.setdefault(code, asyncio.Lock()):
            if code not in self._live:
                loaded = await LiveWorkshop.load(record, self.store, self.clock)
                if code in self._erased:
                    return None  # meanwhile
                self._live[code] = loaded
        self._loading.pop(code, None)
        return self._live[code]

    @property
    def codes(self) -> list[str]:
        """The codes of those that are folded here."""
        return list(self._live)

    def drop(self, code: str) -> None:
        """Forget the live copy: the next who asks gets one folded afresh."""
        self._live.pop(code, None)

    def ask_again(self) -> None:
        """Somebody's key opens nothing any more: see whose sockets that ends."""
        for live in self._live.values():
            live.ask_again()

    async def refuse(self, code: str, person: str | None) -> None:
        """Let a person, or with None everybody, do nothing more in a workshop: it is erased next.

        A whole workshop is not read for that, so that one that cannot be read can be erased.

        Raises:
            Unavailable: the database cannot be read.
        """
        if person is None:
            self._erased.add(code)
            live = self._live.get(code)
        else:
            live = await self._readable(code)
        if live is not None:
            live.refuse(person)

    async def _readable(self, code: str) -> LiveWorkshop | None:
        """As `get`; none also where the log cannot be folded, so that nobody does anything there.

        Raises:
            Unavailable: the database cannot be read.
        """
        try:
            return await self.get(code)
        except StoreError:
            raise
        except Exception:
            logger.exception("a workshop cannot be read")
            return None

    async def erased(self, code: str, person: str | None) -> None:
        """A workshop, or a person in it, was erased from the database: forget them here too.

        Raises:
            Unavailable: the database cannot be read.
        """
        live = self._live.get(code)
        if live is not None and person is not None:
            await live.read_anew()
        elif person is None:
            self._end(code)

    def _end(self, code: str) -> None:
        live = self._live.pop(code, None)
        if live is not None:
            live.end()
        self._opening = {
            wish: opening for wish, opening in self._opening.items() if not _opened(opening, code)
        }

    async def retire(self) -> int:
        """Erase the workshops whose time is over and that are not live. Returns how many.

        One is live while somebody is connected, and for a day after anybody was or did anything:
        by the times in the database, and by how long this process has run since, because a
        clock may jump. For the same reason one is erased only if it was due at the last call too.

        What has lain in a bin for long enough goes as well.

        Raises:
            Unavailable: the database failed; what was not erased waits for the next time.
        """
        due = set()
        for record in await self.store.records.workshops(None):
            over = record.delete_after is not None and record.delete_after < self.clock()
            if over and not await self._is_live(record.code):
                due.add(record.code)
        erased = 0
        for code in sorted(due & self._due):
            self.store.drop_copies()
            await self.store.erase_workshop(code)
            self._end(code)
            erased += 1
        self._due = due
        await self.store.shelf.empty_bins(self.clock() - BIN_FOR)
        return erased

    async def _is_live(self, code: str) -> bool:
        live = self._live.get(code)
        if live is not None and (live.watched or live.idle_seconds < LIVE_FOR.total_seconds()):
            return True
        last = await self.store.records.last_act(code)
        return last is not None and self.clock() - last < LIVE_FOR

    async def look_at(self, wish: Mapping[str, object]) -> Sound:
        """See that `wish` could be opened as it is; away from the event loop.

        Raises:
            Malformed: with everything that is wrong.
        """
        return await asyncio.to_thread(sound, wish, self.content)

    async def open_once(self, wish: Wish, *, owner: str, ref: str) -> LiveWorkshop:
        """As `open`; the same owner and ref, as when a button is pressed twice, open one.

        Raises:
            Malformed, Unavailable: as `open`.
        """
        opening = self._opening.get((owner, ref))
        if opening is None:
            opening = asyncio.ensure_future(self.open(wish, owner=owner))
            self._opening[owner, ref] = opening
            while len(self._opening) > MOST_OPENINGS:
                self._opening.pop(next(iter(self._opening)))
        try:
            return await asyncio.shield(opening)
        except Exception:
            self._opening.pop((owner, ref), None)
            raise

    async def open(self, wish: Wish, *, owner: str) -> LiveWorkshop:
        """Open a workshop as `wish` says; what is left open is drawn here.

        Raises:
            Malformed: with everything that is wrong: unknown problem statements, mistakes in
                one's own or in a deck, numbers that cannot be.
            Unavailable: it could not be written.
        """
        settled, journeys, deck, warning = await self.look_at(dict(wish))
        seed = settled.seed if settled.seed is not None else secrets.randbits(62)
        at = self.clock()
        for _ in range(5):
            code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
            event = opened(
                settled, code=code, seed=seed, journeys=journeys, deck=deck, warning=warning
            )
            record = WorkshopRecord(
                code=code,
                title=settled.title,
                owner=owner,
                opened_at=at,
                delete_after=at + self._retention,
                epoch=secrets.token_urlsafe(8),
            )
            entry = Entry(event.kind, owner, at, None, event.model_dump_json())
            try:
                await self.store.open_workshop(record, entry)
            except Conflict:
                continue  # the code is taken
            live = await self.get(code)
            assert live is not None
            return live
        raise Unavailable("No free code was found. Please try again.")


def _opened(opening: asyncio.Future[LiveWorkshop], code: str) -> bool:
    """Whether this opening made the workshop of `code`."""
    if not opening.done() or opening.cancelled() or opening.exception() is not None:
        return False
    return opening.result().code == code
