"""Erasing a person or a workshop, now and again after an older backup was restored.

What is to be erased stands in the ledger (`app/store/erasures.py`), which is the one way
to ask for it. It leaves out who may ask. What always holds: erasing blanks names and
words where they stand and changes no number, so that everybody else's work still folds.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from app.game.messages import ERASED, Event, Personal
from app.live.workshops import Workshops
from app.store import (
    Erasure,
    Erasures,
    InUse,
    Store,
    StoreError,
    Unreadable,
    fingerprint,
    open_store,
)

logger = logging.getLogger(__name__)

PATIENCE = 30  # seconds

CANNOT = (
    "Not all of it could be erased: the log of that workshop holds something that this version of"
    " Moments of Change cannot read. What it can read was erased. Erase the whole workshop, or use"
    " the version that wrote it."
)


async def erase(store: Store, erasure: Erasure, *, again: bool = False) -> None:
    """Take out what `erasure` says, if it is there. `again` is as for `place_of`.

    Raises:
        Unavailable: the database failed; doing it again is harmless.
    """
    code = await place_of(store, erasure, again=again)
    if code is not None:
        await _take_out(store, code, erasure.person)


async def place_of(store: Store, erasure: Erasure, *, again: bool) -> str | None:
    """The code of the workshop that there is something to erase in.

    `again` is for what was carried out before and may have come back with a backup: whatever
    came to be after it was asked for is somebody else's, though it may have the same number.
    """
    for record in await store.records.workshops(None):
        if fingerprint(record.code) != erasure.workshop:
            continue
        since = record.opened_at
        if erasure.person is not None:
            rows = await store.log.read(record.code)
            joined = [row.at for row in rows if row.subject == erasure.person]
            if not joined:
                continue
            since = joined[0]
        if not again or since <= erasure.at:
            return record.code
    return None


async def _take_out(store: Store, code: str, person: str | None) -> None:
    store.drop_copies()
    if person is None:
        await store.erase_workshop(code)
        return
    await store.records.forget_person(code, person)
    blank, unread = {}, 0
    for row in await store.log.read(code):
        if row.subject == person:
            try:
                blank[row.seq] = row.body, blanked(row.kind, row.body)
            except (LookupError, TypeError, ValueError):
                unread += 1  # what can be read is taken out all the same
    await store.log.rewrite(code, {seq: new for seq, (old, new) in blank.items() if new != old})
    if unread:
        raise Unreadable(CANNOT)


async def is_there(store: Store, code: str, person: str | None) -> bool:
    """Whether there is such a workshop, and such a person in it.

    Raises:
        Unavailable: the database failed.
    """
    if person is None:
        return await store.records.workshop(code) is not None
    return any(row.subject == person for row in await store.log.read(code))


async def carry_out(url: str, ledger: Erasures, erasure: Erasure) -> bool:
    """Erase what has been put in the ledger, or wait until the server that is running has.

    Returns whether it is done; if not, that server will do it as soon as it can.

    Raises:
        Unreadable: some of it never will be, with the log as it is.
        StoreError: the database cannot be opened, or failed.
    """
    try:
        store = await open_store(url)
    except InUse:
        for _ in range(PATIENCE):  # it looks at the ledger every second, and it alone may write
            if erasure.id in ledger.carried_out():
                return True
            if erasure.id in ledger.given_up():
                raise Unreadable(CANNOT) from None
            await asyncio.sleep(1)
        return False
    try:
        await erase(store, erasure)
    finally:
        await store.close()
    ledger.done([erasure])
    return True


class Erasing:
    """Carries out what the ledger asks, while workshops are live.

    `forget` is told the code and the person, so that whoever remembers keys forgets them.
    """

    def __init__(
        self,
        workshops: Workshops,
        ledger: Erasures,
        forget: Callable[[str, str | None], None],
    ) -> None:
        self._workshops = workshops
        self._ledger = ledger
        self._forget = forget
        self._size = -1
        self._seen_to: set[str] = set()

    async def look(self) -> None:
        """Carry out what the ledger asks and this process has not seen to yet.

        One that fails holds up no other: where the database failed it is tried at the next
        look, and where trying again would not help, at the next start.
        """
        size = self._ledger.size()
        if size == self._size:
            return
        before, done, later = self._ledger.carried_out(), [], False
        try:
            for erasure in self._ledger.asked():
                if erasure.id in self._seen_to:
                    continue
                try:
                    await self._see_to(erasure, again=erasure.id in before)
                except Unreadable:
                    self._give_up(erasure)
                except StoreError:
                    later = True
                    logger.warning("something that is to be erased could not be; it is tried again")
                except Exception:
                    logger.exception("something that is to be erased makes the program fail")
                    self._give_up(erasure)
                else:
                    if erasure.id not in before:
                        done.append(erasure)
        finally:
            if done:
                self._ledger.done(done)
                logger.info("erased as was asked: %d", len(done))
        if not later:
            self._size = size

    def _give_up(self, erasure: Erasure) -> None:
        self._seen_to.add(erasure.id)
        logger.error("something that is to be erased cannot be read, so some of it is left")
        if erasure.id not in self._ledger.given_up():
            self._ledger.cannot(erasure)

    async def _see_to(self, erasure: Erasure, *, again: bool) -> None:
        code = await place_of(self._workshops.store, erasure, again=again)
        if code is not None:
            # First: what they still do would come after the words were taken out.
            await self._workshops.refuse(code, erasure.person)
            await _take_out(self._workshops.store, code, erasure.person)
            self._forget(code, erasure.person)
            await self._workshops.erased(code, erasure.person)
        elif erasure.person is None:
            await self._end_what_is_gone(erasure)
        self._seen_to.add(erasure.id)

    async def _end_what_is_gone(self, erasure: Erasure) -> None:
        """On Postgres another process may have erased a workshop that is still live here."""
        for code in self._workshops.codes:
            same = fingerprint(code) == erasure.workshop
            if same and await self._workshops.store.records.workshop(code) is None:
                self._forget(code, None)
                await self._workshops.erased(code, None)


def blanked(kind: str, body: str) -> str:
    """The body of an event without the words of whoever it is about."""
    fields: dict[str, Any] = json.loads(body)
    return json.dumps(_blanked(Event.kinds[kind], fields), ensure_ascii=False)


def _blanked(model: type[BaseModel], fields: dict[str, Any]) -> dict[str, Any]:
    """`fields` of `model` with every text marked personal erased, also further in."""
    blank = dict(fields)
    for name, about in model.model_fields.items():
        value = fields.get(name)
        if Personal in about.metadata and isinstance(value, str):
            blank[name] = ERASED
        elif isinstance(value, dict) and isinstance(about.annotation, type):
            blank[name] = _blanked(about.annotation, value)
    return blank
