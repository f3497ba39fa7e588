"""A live workshop: its state, the door that takes commands, and those who watch.

A command is decided on the newest state there is, also where that is still on its way
to the disk, so that commands need not wait for one another; but nobody is answered, and
nobody sees anything, before it is committed. If a write fails, everything decided upon
it fails with it, and deciding goes on from what is committed.

It leaves out drafts and presence, which are not the log's (`company.py`).
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from time import monotonic

from app import game
from app.game.messages import Actor, Command, Rejected
from app.game.workshop import Workshop
from app.live.audiences import Audiences, Seen
from app.live.company import Presence
from app.live.member import Member
from app.live.rows import digest_of, entry, fold, read
from app.store import CommandKey, Conflict, Row, Store, Unavailable, WorkshopRecord
from app.views import Viewer

logger = logging.getLogger(__name__)

MOST_TRIES = 5
"""How often a command is decided again after another process wrote first."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Yes: the number of the last event the command caused, and what it made."""

    seq: int
    made: str | None


@dataclass(frozen=True, slots=True)
class _Batch:
    """What one command did, on its way to the disk."""

    base: Workshop
    after: Workshop
    key: tuple[str, str]
    digest: str
    answer: Answer
    generation: int


def now() -> datetime:
    """The time, to the millisecond, in UTC."""
    return datetime.now(UTC)


class LiveWorkshop:
    """One workshop in this process. Make it with `load`."""

    def __init__(
        self,
        record: WorkshopRecord,
        state: Workshop,
        store: Store,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self.record = record
        self.code = record.code
        self.state = state
        """What is committed."""
        self.presence = Presence(record.code, store, clock, self.changed, record.delete_after)
        self._head = state
        self._store = store
        self._clock = clock
        self._answers: dict[tuple[str, str], tuple[str, Answer]] = {}
        self._on_their_way: dict[tuple[str, str], tuple[str, asyncio.Future[None]]] = {}
        self._generation = 0
        self._upon_head = 0
        """Writes on their way that the head was made by, and that may still come true."""
        self._catching_up = asyncio.Lock()
        self._audiences = Audiences()
        self._members: set[Member] = set()
        self._publishing: asyncio.Handle | None = None
        self._refused: set[str | None] = set()  # None stands for everybody
        self._last_change = float("-inf")

    @classmethod
    async def load(
        cls, record: WorkshopRecord, store: Store, clock: Callable[[], datetime] = now
    ) -> "LiveWorkshop":
        """Fold the log of `record`'s workshop.

        Raises:
            Unavailable: the database cannot be read.
        """
        rows = await store.log.read(record.code)
        live = cls(record, fold(rows), store, clock)
        for row in rows:
            live._remember(row)
        await live.presence.load()
        return live

    async def do(self, command: Command, ref: str, actor: Actor) -> Answer:
        """Decide `command`, write what it causes, and answer once that is committed.

        The same ref with the same command gets the answer it got before.

        Raises:
            Rejected: a rule says no, or the ref was used for something else.
            Unavailable: it could not be written; nothing has changed.
        """
        key = (actor.id, ref)
        digest = digest_of(command)
        for _ in range(MOST_TRIES):
            if self._refused & {actor.id, None}:
                raise Rejected("This has been erased, so nothing more can be done.")
            while key in self._on_their_way:
                before, settled = self._on_their_way[key]
                _same_or_rejected(before, digest)
                await asyncio.wait([settled])
            if key in self._answers:
                before, answer = self._answers[key]
                _same_or_rejected(before, digest)
                return answer
            # From here to the append nothing waits: the order of deciding is the order of
            # writing.
            at = self._clock()
            base = self._head
            events, after = game.decide(command, base, actor, at)
            made = next((event.made for event in events if event.made), None)
            answer = Answer(after.seq, made)
            batch = _Batch(base, after, key, digest, answer, self._generation)
            written = self._store.log.append(
                self.code,
                base.seq,
                [entry(event, actor, at) for event in events],
                command=CommandKey(ref, digest, made),
            )
            self._head = after
            self._upon_head += 1
            self._on_their_way[key] = (digest, written)
            written.add_done_callback(partial(self._settled, batch))
            try:
                # Shielded: somebody who hangs up must not undo what others were shown.
                await asyncio.shield(written)
            except Conflict:
                await self.catch_up()
            else:
                return answer
        raise Unavailable("Too much is happening at once. Please try again.")

    def _settled(self, batch: _Batch, written: "asyncio.Future[None]") -> None:
        """A write has come back: what was decided is now true, or never was."""
        del self._on_their_way[batch.key]
        if batch.generation == self._generation:
            self._upon_head -= 1
        if not written.cancelled() and written.exception() is None:
            self._answers[batch.key] = (batch.digest, batch.answer)
            if batch.generation != self._generation:
                # Its state was made from one that has been given up: words may be erased since.
                self._look_again()
            elif self.state.seq == batch.base.seq:
                self.state = batch.after
                self.changed()
            elif self.state.seq < batch.answer.seq:
                self._distrust(f"event {batch.answer.seq} came back out of order")
        elif batch.generation == self._generation:
            # The first of a row of failures: what was decided upon it is void as well, and
            # will fail by itself, since it was appended upon this.
            self._start_over()

    async def catch_up(self) -> None:
        """Read what other processes wrote, and go on from there.

        Raises:
            Unavailable: the database cannot be read.
        """
        async with self._catching_up:
            rows = await self._store.log.read(self.code, after=self.state.seq)
            for row in rows:
                if row.seq == self.state.seq + 1:
                    event, stamp = read(row)
                    self.state = game.evolve(self.state, event, stamp)
                    self._remember(row)
            if not self._upon_head:
                self._head = self.state
            if rows:
                self.changed()

    def _start_over(self) -> None:
        """Decide from what is committed; whatever else is on its way will fail."""
        self._generation += 1
        self._upon_head = 0
        self._head = self.state

    def _remember(self, row: Row) -> None:
        if row.ref is not None and row.digest is not None:
            self._answers[row.actor, row.ref] = (row.digest, Answer(row.seq, row.made))

    def _distrust(self, why: str) -> None:
        """A bug was found out: read the log again instead of going on from here."""
        logger.error("live copy dropped at event %d: %s", self.state.seq, why)
        self._start_over()
        self._look_again()

    def _look_again(self) -> None:
        task = asyncio.ensure_future(self.catch_up())
        task.add_done_callback(lambda done: done.exception())

    async def read_anew(self) -> None:
        """Somebody's words were erased from the log: read it anew, so that they are nowhere."""
        async with self._catching_up:
            while (state := fold(await self._store.log.read(self.code))).seq < self.state.seq:
                pass  # something was committed in between
            self.state = state
            self._start_over()
        self.changed()

    def refuse(self, person: str | None) -> None:
        """From now on a person, or with None everybody, does nothing more here."""
        self._refused.add(person)
        self.presence.refuse(person)

    def end(self) -> None:
        """The workshop was erased: whoever watches is told."""
        for member in self._members:
            member.end()

    # Watching

    def screen(self, viewer: Viewer) -> list[Seen]:
        """Every region `viewer` may see, as it is now."""
        return self._audiences.screen(self.state, viewer, self.presence.company)

    def watch(self, viewer: Viewer) -> Member:
        """From now on the member returned is offered every change of `viewer`'s screen."""
        member = Member(viewer)
        self._members.add(member)
        self.presence.arrived(viewer.id)
        return member

    @property
    def watched(self) -> bool:
        """Whether anybody is connected."""
        return bool(self._members)

    def unwatch(self, member: Member) -> None:
        """The member is gone."""
        self._members.discard(member)
        self.presence.left(member.viewer.id)

    @property
    def idle_seconds(self) -> float:
        """How long, as this process has run, nobody came, left or did anything."""
        return monotonic() - self._last_change

    def changed(self) -> None:
        """Something may look different. Several changes of one moment are shown together."""
        self._last_change = monotonic()
        if self._publishing is None:
            self._publishing = asyncio.get_running_loop().call_soon(self._publish)

    def ask_again(self) -> None:
        """Somebody's key opens nothing any more: ask of everyone connected who they are."""
        for member in self._members:
            member.wake()

    def _publish(self) -> None:
        self._publishing = None
        for member in tuple(self._members):
            person = self.state.people.get(member.viewer.id)
            if person is not None and person.removed:
                member.wake()
                continue
            try:
                member.offer(self.screen(member.viewer), self.state.seq)
            except Exception:
                # A view that fails sends nothing: better to start again than a leak.
                logger.exception("a view of event %d failed", self.state.seq)
                member.fail()


def _same_or_rejected(before: str, now: str) -> None:
    if before != now:
        raise Rejected("This ref was used for something else before. Use a new one.", "ref")
