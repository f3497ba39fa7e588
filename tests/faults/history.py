"""The history: everything that was asked, answered and sent, and what is wrong with it.

A plain checker, after the set and queue checkers of Jepsen: each act is acknowledged,
refused or unknown, and is compared with what is there at the end, by three ways of
reading it. Leaves out how faults are made. Always: an act whose answer never came may be
there or not, but once; and every fault that is found says of which class it is.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count, pairwise
from typing import Any


class Wrong(StrEnum):
    """The classes of fault."""

    LOST = "lost"  # acknowledged, and not there
    DUPLICATED = "duplicated"  # there twice, or answered in two ways
    PHANTOM = "phantom"  # there, though refused or never asked for
    GAP = "gap"  # a number, or a change, that somebody was never sent
    REORDER = "reorder"  # later before earlier
    DIVERGENT = "divergent"  # two who should see the same do not
    LEAKED = "leaked"  # sent to somebody who may not have it
    HOARDED = "hoarded"  # old news kept for somebody slow, instead of the newest


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong."""

    wrong: Wrong
    what: str

    def __str__(self) -> str:
        return f"{self.wrong}: {self.what}"


@dataclass(slots=True)
class Act:
    """Something somebody asked for. Times are places in the order of this history."""

    who: str
    workshop: str
    ref: str
    words: str | None  # what it wrote, where it wrote something; no other act writes the same
    idea: bool  # whether the words are an idea of the longlist
    invoked: int
    answered: int | None = None
    answers: list[tuple[int, str | None]] = field(default_factory=list)
    refused: str | None = None

    @property
    def outcome(self) -> str:
        """`ok`, `fail` or, where nobody can say, `info`."""
        return "ok" if self.answers else "fail" if self.refused else "info"


@dataclass(frozen=True, slots=True)
class Sent:
    """A frame somebody was sent, on their `line`-th connection.

    `words` are those of acts that it holds and that they had not been sent before.
    """

    who: str
    workshop: str
    line: int
    epoch: str
    seq: int
    regions: tuple[str, ...]
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Logged:
    """A row of the log: its number, whose ref it carries, and what it says."""

    seq: int
    ref: str | None
    text: str


@dataclass(slots=True)
class Truth:
    """What is there at the end: the log, and the ideas as a view and as an export give them."""

    workshop: str
    log: list[Logged]
    view: list[str]
    export: list[str]


@dataclass(frozen=True, slots=True)
class Screen:
    """What somebody's frames add up to, beside what a fresh look gives them."""

    who: str
    workshop: str
    kept: Mapping[str, Any]
    fresh: Mapping[str, Any]


class History:
    """What one run of the harness saw."""

    def __init__(self) -> None:
        self.acts: dict[tuple[str, str], Act] = {}
        self.sent: list[Sent] = []
        self.found: list[Fault] = []  # by those who were there
        self.audience: dict[tuple[str, str], str] = {}  # (workshop, who): which group
        self.answered = 0  # how often anybody was told yes
        self.ideas = 0  # how many ideas were acknowledged
        self._order = count(1)

    def invoke(
        self, who: str, workshop: str, ref: str, words: str | None = None, *, idea: bool = False
    ) -> Act:
        """Somebody asks for something, for the first time."""
        act = Act(who, workshop, ref, words, idea, next(self._order))
        self.acts[who, ref] = act
        return act

    def answer(self, act: Act, seq: int, made: str | None) -> None:
        """It was acknowledged, perhaps again."""
        self.answered += 1
        if act.answered is None:
            act.answered = next(self._order)
            self.ideas += act.idea
        act.answers.append((seq, made))

    def refuse(self, act: Act, why: str) -> None:
        """It was refused for good."""
        act.refused = why

    @property
    def acknowledged(self) -> list[Act]:
        return [act for act in self.acts.values() if act.answers]

    def faults(self, truths: Iterable[Truth], screens: Iterable[Screen] = ()) -> list[Fault]:
        """Everything that is wrong."""
        by_workshop: dict[str, list[Act]] = defaultdict(list)
        for act in self.acts.values():
            by_workshop[act.workshop].append(act)
        faults = list(self.found)
        for truth in truths:
            acts = by_workshop[truth.workshop]
            faults += [*_numbers(truth), *_presence(acts, truth), *_answers(acts, truth)]
        faults += [*_in_order(self.acts.values()), *_frames(self.sent)]
        faults += [*self._leaks(), *_screens(screens)]
        return faults

    def _leaks(self) -> Iterator[Fault]:
        """Words that somebody was sent who does not sit with their author."""
        authors = {act.words: (act.workshop, act.who) for act in self.acts.values() if act.words}
        for sent in self.sent:
            group = self.audience.get((sent.workshop, sent.who))
            for words in sent.words:
                author = authors.get(words)
                if author is None or author == (sent.workshop, sent.who):
                    continue
                if author[0] != sent.workshop or self.audience.get(author) != group:
                    yield Fault(Wrong.LEAKED, f"{sent.who} was sent {words}")


def _numbers(truth: Truth) -> Iterator[Fault]:
    """The log counts from 1 without a gap."""
    for expected, row in enumerate(truth.log, 1):
        if row.seq != expected:
            wrong = Wrong.GAP if row.seq > expected else Wrong.REORDER
            yield Fault(wrong, f"{truth.workshop}: event {row.seq} stands where {expected} should")
            return


def _presence(acts: list[Act], truth: Truth) -> Iterator[Fault]:
    """What was acknowledged is there once, everywhere; what was refused is nowhere."""
    logged = Counter(
        word for row in truth.log for word in marks(row.text)
    )  # words of an act are a mark
    places = {"the log": logged, "the view": Counter(truth.view), "the export": None}
    places["the export"] = Counter(truth.export)
    known = {act.words for act in acts if act.words}
    for name, found in places.items():
        assert found is not None
        for act in acts:
            if act.words is None or (name != "the log" and not act.idea):
                continue
            there = found[act.words]
            if act.outcome == "ok" and there == 0:
                yield Fault(Wrong.LOST, f"{act.words} was acknowledged and is not in {name}")
            if there > 1:
                yield Fault(Wrong.DUPLICATED, f"{act.words} is in {name} {there} times")
            if act.outcome == "fail" and there:
                yield Fault(
                    Wrong.PHANTOM, f"{act.words} was refused ({act.refused}) and is in {name}"
                )
        for words in found.keys() - known:
            yield Fault(Wrong.PHANTOM, f"{words} is in {name} and nobody asked for it")
    ideas = {act.words for act in acts if act.idea}
    if {word for word in logged if word in ideas} != set(truth.view):
        yield Fault(Wrong.DIVERGENT, f"{truth.workshop}: the log and the view differ")
    if set(truth.view) != set(truth.export):
        yield Fault(Wrong.DIVERGENT, f"{truth.workshop}: the view and the export differ")


def _answers(acts: list[Act], truth: Truth) -> Iterator[Fault]:
    """One ref has one answer, which is the number the log has for it."""
    standing: dict[str | None, list[int]] = defaultdict(list)
    for row in truth.log:
        standing[row.ref].append(row.seq)
    for act in acts:
        given = set(act.answers)
        if len(given) > 1:
            yield Fault(Wrong.DUPLICATED, f"{act.ref} of {act.who} got two answers: {given}")
        at = standing.get(act.ref, [])
        if len(at) > 1:
            yield Fault(Wrong.DUPLICATED, f"{act.ref} of {act.who} stands in the log at {at}")
        if act.answers and not at:
            yield Fault(Wrong.LOST, f"{act.ref} of {act.who} was acknowledged, and no row has it")
        if act.answers and at and act.answers[0][0] not in at:
            said = act.answers[0][0]
            yield Fault(Wrong.REORDER, f"{act.ref} was said to be {said} and is {at[0]}")


def _in_order(acts: Iterable[Act]) -> Iterator[Fault]:
    """What somebody asked for after an answer comes after it."""
    by_person: dict[tuple[str, str], list[Act]] = defaultdict(list)
    for act in acts:
        if act.answers and act.answered is not None:
            by_person[act.workshop, act.who].append(act)
    for (_, who), own in by_person.items():
        finished = sorted(own, key=lambda act: act.answered or 0)
        highest, position = 0, 0
        for act in sorted(own, key=lambda act: act.invoked):
            while position < len(finished) and (finished[position].answered or 0) < act.invoked:
                highest = max(highest, finished[position].answers[0][0])
                position += 1
            if act.answers[0][0] < highest:
                yield Fault(Wrong.REORDER, f"{act.ref} of {who} came before what preceded it")


def _frames(sent: Iterable[Sent]) -> Iterator[Fault]:
    """Nobody is taken back: within an epoch the numbers of one's frames never fall."""
    by_person: dict[tuple[str, str], list[Sent]] = defaultdict(list)
    for frame in sent:
        by_person[frame.workshop, frame.who].append(frame)
    for (_, who), frames in by_person.items():
        for before, after in pairwise(frames):
            if after.epoch == before.epoch and after.seq < before.seq:
                yield Fault(Wrong.REORDER, f"{who} was sent {after.seq} after {before.seq}")


def _screens(screens: Iterable[Screen]) -> Iterator[Fault]:
    """What one was sent adds up to what there is."""
    for screen in screens:
        for name, fresh in screen.fresh.items():
            kept = screen.kept.get(name)
            if kept == fresh:
                continue
            missing = set(_ids(fresh)) - set(_ids(kept))
            wrong = Wrong.GAP if missing else Wrong.DIVERGENT
            what = f"misses {sorted(missing)[:3]}" if missing else "differs"
            yield Fault(wrong, f"{screen.who}'s {name} {what}")


def _ids(view: Any) -> Iterator[str]:
    if isinstance(view, Mapping):
        if isinstance(view.get("id"), str):
            yield view["id"]
        for value in view.values():
            yield from _ids(value)
    elif isinstance(view, list):
        for value in view:
            yield from _ids(value)


def marked(who: str, workshop: str, number: int) -> str:
    """Words that no other act writes and that are found again wherever they turn up."""
    return f"[[{workshop}.{who}.{number}]]"


def marks(text: str) -> list[str]:
    """The words of acts in a text."""
    found, at = [], text.find("[[")
    while at >= 0:
        end = text.find("]]", at)
        if end < 0:
            break
        found.append(text[at : end + 2])
        at = text.find("[[", end)
    return found
