"""Laws: what holds after any commands in any order, found out by trying.

A walk plays random commands, most of them legal, on random workshops, and after each
looks at what changed. Run longer with MOMENTS_EXAMPLES=2000; each run then tries
walks of its own, where without it every run tries the same few.

Leaves out what a command does exactly (the tests by topic). Always: a law is said
of the state before, the events and the state after, and of nothing else.
"""

import os
from collections import Counter
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from app.game import evolve, replay
from app.game.apease import CRITERIA
from app.game.dealing import FAMILIES, FITTING, HandsDealt
from app.game.fitting import Reason, fits
from app.game.hands import CardSwapped
from app.game.ideas import IdeaSubmitted
from app.game.merging import IdeasMerged
from app.game.messages import Command, Event, Rejected, Role, Stamp
from app.game.phases import OPEN, OPTIONAL, Phase
from app.game.seating import GroupsFormed
from app.game.workshop import STEPS, Group, Workshop
from tests.game.table import DECK, ORGANISATIONS, Table, a_journey

LONGER = os.environ.get("MOMENTS_EXAMPLES")
LAWS = settings(
    max_examples=int(LONGER or 120),
    stateful_step_count=50,
    derandomize=LONGER is None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

WORDS = st.sampled_from(["Ring back", "=1+1", "“Two”\nlines", "x"])
MARK = st.sampled_from([None, 1, 2, 3, 4, 5])
Rule = TypeVar("Rule", bound=Callable[..., None])

JOURNEYS = (a_journey("sharing", 3), a_journey("trusting", 2))


def facts(workshop: Workshop) -> str:
    """All of `workshop` that a command could have changed, written out."""
    return repr([getattr(workshop, name) for name in workshop.__slots__ if name != "deck"])


def held(workshop: Workshop, group: str) -> list[str]:
    return [card for person in workshop.participants(group) for card in person.hand]


def played(group: Group) -> set[str]:
    return {card for idea in group.ideas.values() for card in idea.cards}


def at(*phases: Phase, people: bool = False, ideas: bool = False) -> Callable[[Rule], Rule]:
    """A rule for these phases; with `people` or `ideas` only where there are some."""
    allowed: Callable[[Rule], Rule] = precondition(
        lambda self: (
            self.workshop.phase in phases
            and not (people and not self.workshop.participants())
            and not (ideas and not any(self.workshop.ideas()))
        )
    )
    return allowed


class Walk(RuleBasedStateMachine):
    """A workshop on which anything is tried."""

    table: Table

    @initialize(
        seed=st.integers(-5, 5),
        people=st.integers(0, 9),
        cards=st.sampled_from([len(DECK), len(DECK), 12, 7]),
        hand_size=st.sampled_from([5, 5, 3, 7]),
        swaps=st.integers(0, 3),
        groups_per_problem=st.integers(1, 2),
        shortlist=st.integers(1, 2),
        leave_out=st.lists(st.sampled_from(sorted(OPTIONAL)), max_size=1),
        phase=st.sampled_from([Phase.PLAY, Phase.RATE, Phase.SHORTLIST, Phase.LOBBY, *Phase]),
    )
    def open(
        self,
        seed: int,
        people: int,
        cards: int,
        hand_size: int,
        swaps: int,
        groups_per_problem: int,
        shortlist: int,
        leave_out: list[Phase],
        phase: Phase,
    ) -> None:
        self.table = Table(
            journeys=JOURNEYS,
            deck=DECK[:cards],
            seed=seed,
            hand_size=hand_size,
            swaps_per_stage=swaps,
            groups_per_problem=groups_per_problem,
            shortlist_per_problem=shortlist,
            leave_out=[str(each) for each in leave_out],
        )
        self.begun = Begun()
        # Folded from JSON as it comes, beside the live one, as another process would.
        self.mirror = replay(self.table.log)
        for number in range(people):
            self.table.join(ORGANISATIONS[number % 3])
        self._catch_up()
        if phase not in (Phase.LOBBY, Phase.BRIEFING):
            self._try("facilitator", "OpenPhase", phase=Phase.PLAY)
            for person in self._ids(Role.PARTICIPANT):
                before = self.workshop
                self.table.submit(person)
                self.begun.look(before, self.workshop)
            self._try("facilitator", "MoveGroup", group="all", stage=1, step="present")
        if phase is Phase.ASSESS:
            self._try("facilitator", "OpenPhase", phase=Phase.SHORTLIST)
            for idea in self.workshop.ideas():
                self._try("facilitator", "ShortlistIdea", idea=idea.id, reason="It is quick")
        self._try("facilitator", "OpenPhase", phase=phase)

    @property
    def workshop(self) -> Workshop:
        return self.table.workshop

    def _try(self, who: str, kind: str, **fields: Any) -> None:
        """Play a command and look at what it did; refused, it must have done nothing."""
        before, written, length = self.workshop, facts(self.workshop), len(self.table.log)
        events: tuple[Event, ...] = ()
        try:
            events = self.table.do(who, kind, **fields)
        except Rejected:
            refused = (self.workshop, len(self.table.log))
            assert refused == (before, length)
        assert facts(before) == written
        step = before
        for event in events:
            after = evolve(step, event, Stamp(step.seq + 1, self.table.at, who))
            look_at(step, event, after)
            step = after
        look_over(before, step)
        self.begun.look(before, step)
        self._catch_up()

    def _catch_up(self) -> None:
        for event, stamp in self.table.log[self.mirror.seq :]:
            read = Event.read(event.kind, event.model_dump_json())
            self.mirror = evolve(self.mirror, read, stamp)
        assert self.mirror == self.workshop

    def _ids(self, role: Role) -> list[str]:
        return [person.id for person in self.workshop.people.values() if person.role is role]

    def _participant(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(self._ids(Role.PARTICIPANT)))

    def _idea(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from([idea.id for idea in self.workshop.ideas()]))

    # Coming in, sitting down, going on

    @at(*OPEN)
    @rule(organisation=st.sampled_from(ORGANISATIONS))
    def join(self, organisation: str) -> None:
        before = self.workshop
        self.table.join(organisation)
        look_over(before, self.workshop)
        self.begun.look(before, self.workshop)
        self._catch_up()

    @at(*OPEN)
    @rule(role=st.sampled_from([Role.TABLE_LEAD, Role.CO_HOST, Role.OBSERVER]), data=st.data())
    def invite(self, role: Role, data: st.DataObject) -> None:
        self.table.invite(role, data.draw(st.sampled_from([None, *self.workshop.groups])))
        self._catch_up()

    @rule(phase=st.sampled_from([*Phase, Phase.PLAY, Phase.PLAY, Phase.RATE, Phase.SHORTLIST]))
    def open_phase(self, phase: Phase) -> None:
        self._try("facilitator", "OpenPhase", phase=phase)

    @at(Phase.LOBBY, Phase.BRIEFING)
    @rule()
    def form_groups(self) -> None:
        self._try("facilitator", "FormGroups")

    @at(*OPEN, people=True)
    @rule(data=st.data())
    def seat(self, data: st.DataObject) -> None:
        person = self._participant(data)
        group = data.draw(st.sampled_from([*self.workshop.groups]))
        self._try("facilitator", "SeatParticipant", participant=person, group=group)

    @at(Phase.PLAY)
    @rule(stage=st.integers(1, 4), step=st.sampled_from(STEPS), data=st.data())
    def move(self, stage: int, step: str, data: st.DataObject) -> None:
        who = data.draw(st.sampled_from(["facilitator", *self._ids(Role.TABLE_LEAD)]))
        own = self.workshop.people[who].group if who != "facilitator" else None
        group = own or data.draw(st.sampled_from(["all", "all", *self.workshop.groups]))
        self._try(who, "MoveGroup", group=group, stage=stage, step=step)

    # Playing

    @at(Phase.BRIEFING, Phase.PLAY, people=True)
    @rule(data=st.data())
    def swap(self, data: st.DataObject) -> None:
        person = self._participant(data)
        card = data.draw(st.sampled_from([*self.table.hand(person), "card-1"]))
        self._try(person, "SwapCard", card=card)

    @at(Phase.PLAY, people=True)
    @rule(words=WORDS, data=st.data())
    def submit(self, words: str, data: st.DataObject) -> None:
        self._submit(self._participant(data), words, data)

    @at(Phase.PLAY)
    @rule(words=WORDS, data=st.data())
    def everybody_submits(self, words: str, data: st.DataObject) -> None:
        for person in self._ids(Role.PARTICIPANT):
            self._submit(person, words, data)

    def _submit(self, person: str, words: str, data: st.DataObject) -> None:
        if self.table.hand(person):
            group = self.table.group(person)
            journey = self.workshop.journey_of(group)
            stage = data.draw(st.integers(1, min(group.stage + 1, len(journey.stages))))
            card = data.draw(st.sampled_from(self.table.hand(person)))
            barrier = data.draw(st.sampled_from(journey.barriers_at(stage))).id
            self._try(person, "SubmitIdea", card=card, barrier=barrier, words=words, how=words)

    @at(Phase.PLAY, Phase.PLENARY, people=True)
    @rule(words=WORDS, data=st.data())
    def capture(self, words: str, data: st.DataObject) -> None:
        person = self._participant(data)
        group = self.workshop.groups[self.workshop.people[person].group or "g1"]
        barrier = self.workshop.journey_of(group).barriers_at(group.stage)[0].id
        card = data.draw(st.sampled_from([*self.workshop.deck]))
        who = {"participant": person, "group": group.id}
        fields = {"card": card, "barrier": barrier, "words": words}
        self._try("facilitator", "CaptureIdea", **who, **fields)

    @at(Phase.PLAY, people=True, ideas=True)
    @rule(manner=st.sampled_from(["build", "question", "risk"]), words=WORDS, data=st.data())
    def build(self, manner: str, words: str, data: st.DataObject) -> None:
        person = self._participant(data)
        self._try(person, "BuildOn", idea=self._idea(data), words=words, as_=manner)

    @rule(words=WORDS, data=st.data())
    def merge(self, words: str, data: st.DataObject) -> None:
        who = data.draw(st.sampled_from(["facilitator", *self._ids(Role.TABLE_LEAD)]))
        problem = data.draw(st.sampled_from([*self.workshop.journeys]))
        ideas = [
            idea.id
            for idea in self.workshop.ideas()
            if idea.problem == problem and idea.merged_into is None
        ]
        if len(ideas) >= 2:
            some = st.lists(st.sampled_from(ideas), min_size=2, max_size=3, unique=True)
            self._try(who, "MergeIdeas", ideas=data.draw(some), words=words)

    # Looking back, rating, choosing

    @at(Phase.PLENARY)
    @rule(data=st.data())
    def spotlight(self, data: st.DataObject) -> None:
        idea = data.draw(st.sampled_from([None, *(i.id for i in self.workshop.ideas())]))
        self._try("facilitator", "Spotlight", idea=idea)

    @at(Phase.RATE, ideas=True)
    @rule(marks=st.tuples(MARK, MARK, MARK), data=st.data())
    def rate(self, marks: tuple[int | None, ...], data: st.DataObject) -> None:
        raters = self._ids(Role.PARTICIPANT) + self._ids(Role.CO_HOST)
        who = data.draw(st.sampled_from(["facilitator", *raters]))
        given = dict(zip(("impact", "effort", "amenability"), marks, strict=True))
        for idea in self.workshop.ideas():
            self._try(who, "RateIdea", idea=idea.id, **given)

    @at(Phase.RATE)
    @rule()
    def open_ratings(self) -> None:
        self._try("facilitator", "OpenRatings")

    @at(Phase.SHORTLIST, ideas=True)
    @rule(
        reason=st.sampled_from(["It is quick", "It is new", None]),
        off=st.booleans(),
        data=st.data(),
    )
    def choose(self, reason: str | None, off: bool, data: st.DataObject) -> None:
        kind = "UnshortlistIdea" if off and self.workshop.shortlist else "ShortlistIdea"
        idea = self._idea(data)
        if kind == "UnshortlistIdea":
            idea = data.draw(st.sampled_from([*self.workshop.shortlist]))
        self._try("facilitator", kind, idea=idea, reason=reason)

    @at(Phase.ASSESS)
    @rule(data=st.data())
    def assess(self, data: st.DataObject) -> None:
        self._try(
            "facilitator",
            "RecordAssessment",
            idea=data.draw(st.sampled_from([*self.workshop.shortlist, "i9"])),
            organisation="NHS",
            interviewee_role="Director",
            criteria={name: {"judgement": "mixed", "said": "Yes"} for name in CRITERIA},
        )

    @rule(shared=st.booleans())
    def share(self, shared: bool) -> None:
        self._try("facilitator", "ShareResults", shared=shared)

    # Anything at all, by anybody

    @rule(data=st.data())
    def whatever(self, data: st.DataObject) -> None:
        kind = data.draw(st.sampled_from(sorted(Command.kinds)))
        who = data.draw(st.sampled_from(["facilitator", *self.workshop.people]))
        things = ["p1", "g1", "i9", "card-1", "sharing-1-a", "all", "Ring back", "", None, 1]
        names = [field.alias or name for name, field in Command.kinds[kind].model_fields.items()]
        fields = {name: data.draw(st.sampled_from(things)) for name in names}
        self._try(who, kind, **fields)

    @invariant()
    def hands_are_hands(self) -> None:
        options, deck = self.workshop.options, self.workshop.deck
        for person in self.workshop.people.values():
            assert len(set(person.hand)) == len(person.hand) <= options.hand_size
            assert deck.keys() >= set(person.hand)
            assert all(used <= options.swaps_per_stage for used in person.swaps.values())
            assert person.role is Role.PARTICIPANT or not person.hand

    @invariant()
    def a_card_is_in_one_hand_of_a_group_while_the_deck_suffices(self) -> None:
        everybody = len(self.workshop.participants())
        if everybody * self.workshop.options.hand_size > len(self.workshop.deck):
            return  # some group may have been larger than the deck suffices for
        for group in self.workshop.groups:
            cards = held(self.workshop, group)
            assert len(set(cards)) == len(cards)

    @invariant()
    def the_shortlist_holds_no_more_than_was_settled(self) -> None:
        chosen = Counter(self.workshop.idea(i).problem for i in self.workshop.shortlist)
        assert all(n <= self.workshop.options.shortlist_per_problem for n in chosen.values())
        assert all(self.workshop.idea(i).merged_into is None for i in self.workshop.shortlist)
        standing = {d.idea: d for d in self.workshop.decisions}
        for idea, choice in self.workshop.shortlist.items():
            assert standing[idea] == choice
            assert choice.proposed or choice.reason

    @invariant()
    def nobody_rates_their_own_idea(self) -> None:
        for rater, given in self.workshop.ratings.items():
            assert all(rater not in self.workshop.idea(idea).authors for idea in given)

    @invariant()
    def everybody_has_a_seat_once_groups_are_formed(self) -> None:
        seats = {person.group for person in self.workshop.participants()}
        assert seats <= ({*self.workshop.groups} if self.workshop.groups_formed else {None})

    def teardown(self) -> None:
        if hasattr(self, "table"):
            assert replay(self.table.log) == self.workshop


class Begun:
    """Of each person the stages that were begun with them, as long as their hand is from then.

    What is looked at is what a workshop shows: who sits where, at which stage, with which
    cards. A hand that changes at a stage is not the one of a later stage any more.
    """

    def __init__(self) -> None:
        self.stages: dict[str, set[int]] = {}

    def look(self, before: Workshop, after: Workshop) -> None:
        """After one command: whoever comes to a stage anew is dealt for it, and nobody else."""
        for person in after.participants():
            group = after.groups.get(person.group or "")
            if group is None or not group.reached:
                continue
            was = before.people.get(person.id)
            begun = self.stages.setdefault(person.id, set())
            seated = was is None or was.group != group.id
            if seated:
                begun.clear()
            if seated or before.groups[group.id].stage != group.stage:
                if group.stage in begun:
                    assert was is not None
                    assert person.hand == was.hand
                else:
                    look_at_begun(after, group, person.hand)
            if was is None or person.hand != was.hand:
                begun -= {stage for stage in begun if stage > group.stage}
            begun.add(group.stage)


def look_at_begun(workshop: Workshop, group: Group, hand: tuple[str, ...]) -> None:
    """A hand with which a stage begins is full and fits it, where the deck has the cards."""
    fitting = {
        card.id
        for card in workshop.deck.values()
        if any(
            fits(card, barrier) for barrier in workshop.journey_of(group).barriers_at(group.stage)
        )
    }
    assert len(hand) == workshop.options.hand_size
    gone = {*held(workshop, group.id)} | played(group)
    assert len(fitting.intersection(hand)) >= FITTING or fitting <= gone


def look_over(before: Workshop, after: Workshop) -> None:
    """What holds between the workshop before any command and after it."""
    old, new = {i.id: i for i in before.ideas()}, {i.id: i for i in after.ideas()}
    for id, idea in old.items():
        kept = new[id]
        for name in ("group", "problem", "stage", "barrier", "cards", "authors", "words", "at"):
            assert getattr(kept, name) == getattr(idea, name)
        assert kept.builds[: len(idea.builds)] == idea.builds
        assert kept.merged_into is not None or idea.merged_into is None
    assert list(before.people) == list(after.people)[: len(before.people)]
    assert before.decisions == after.decisions[: len(before.decisions)]
    assert before.assessments == after.assessments[: len(before.assessments)]
    for name, group in before.groups.items():
        assert group.presented <= after.groups[name].presented
        assert group.reached <= after.groups[name].reached
    if before.ratings_ended:
        assert after.ratings_ended
    if before.ratings_open:
        # Nobody's marks change any more; a merged idea takes over those of its parts.
        for rater, given in before.ratings.items():
            assert after.ratings[rater].items() >= given.items()
    if before.phase is not after.phase:
        assert before.shortlist == after.shortlist
        assert before.ratings == after.ratings
        assert old == new
    if before.phase is not after.phase and before.hands_dealt:
        assert before.people == after.people


def look_at(before: Workshop, event: Event, after: Workshop) -> None:
    """What holds of one event."""
    if isinstance(event, HandsDealt):
        for person in event.hands:
            look_at_hand(before, event, after, person)
    if isinstance(event, CardSwapped):
        look_at_swap(before, event, after)
        group = before.group_of(event.person)
        assert event.drawn != event.card
        assert event.drawn not in held(before, group.id)
        unplayed = before.deck.keys() - played(group)
        assert event.drawn in unplayed or unplayed <= {*held(before, group.id)}
    if isinstance(event, IdeaSubmitted):
        assert event.card not in after.people[event.author].hand
        assert len(after.groups[event.group].ideas) == len(before.groups[event.group].ideas) + 1
    if isinstance(event, GroupsFormed):
        look_at_seats(after)
    if isinstance(event, IdeasMerged):
        merged = after.idea(event.idea)
        parents = [before.idea(parent) for parent in event.parents]
        assert merged.parents == event.parents
        assert {*merged.authors} == {author for idea in parents for author in idea.authors}
        assert {*merged.cards} == {card for idea in parents for card in idea.cards}
        assert merged.builds == tuple(build for idea in parents for build in idea.builds)
        assert {after.idea(idea.id).merged_into for idea in parents} == {merged.id}


def look_at_swap(before: Workshop, event: CardSwapped, after: Workshop) -> None:
    """A swap leaves a full hand as varied as a deal would, and takes the rarest of its like."""
    group, deck = before.group_of(event.person), before.deck
    gone = {*held(before, group.id)} | played(group)
    free = [card for card in deck.values() if card.id not in gone]
    hand = after.people[event.person].hand
    rest = {deck[card].family for card in hand if card != event.drawn}
    full = len(hand) == before.options.hand_size >= 5
    if full and len(rest) < FAMILIES and any(card.family not in rest for card in free):
        assert deck[event.drawn].family not in rest
    barriers = before.journey_of(group).barriers_at(event.stage)
    drawn = deck[event.drawn]
    suits = any(fits(drawn, barrier) for barrier in barriers)
    for card in free:
        if card.family == drawn.family and any(fits(card, b) for b in barriers) is suits:
            assert before.dealt.get(drawn.id, 0) <= before.dealt.get(card.id, 0)


def look_at_hand(before: Workshop, event: HandsDealt, after: Workshop, person: str) -> None:
    """A dealt hand is full, fits, is varied and takes no card from another, where it can be."""
    group, size = after.groups[event.group], after.options.hand_size
    old, new = set(before.people[person].hand), set(after.people[person].hand)
    drawn = new - old
    in_hands = Counter(held(after, group.id))
    gone = {*in_hands} | played(group)
    free = [card for card in after.deck.values() if card.id not in gone]
    barriers = after.journey_of(group).barriers_at(event.stage)
    fitting = {card.id for card in after.deck.values() if any(fits(card, b) for b in barriers)}

    assert len(new) == size
    assert len(new & fitting) >= FITTING or fitting <= gone
    if any(in_hands[card] > 1 for card in drawn):
        assert in_hands.keys() == after.deck.keys()
    if drawn & played(group):
        assert not free
    if len(after.participants(group.id)) * size <= len(after.deck):
        assert all(in_hands[card] == 1 for card in new)
    families = {after.deck[card].family for card in new}
    assert size < 5 or len(families) >= FAMILIES or {card.family for card in free} <= families
    for card in (after.deck[card] for card in drawn):
        # Of cards that served equally, none that is left had been dealt less often.
        alike = [
            other.id
            for other in free
            if other.family == card.family and (other.id in fitting) == (card.id in fitting)
        ]
        assert all(after.dealt[card.id] - 1 <= after.dealt.get(other, 0) for other in alike)
    assert after.people[person].came.keys() == new
    assert drawn <= event.why[person].keys() <= new
    for card in drawn:
        assert event.why[person][card] is not Reason.FITS or card in fitting


def look_at_seats(workshop: Workshop) -> None:
    organisations = {person.organisation for person in workshop.participants()}
    for organisation in (None, *organisations):
        seats = Counter(
            person.group
            for person in workshop.participants()
            if organisation in (None, person.organisation)
        )
        sizes = [seats[group] for group in workshop.groups]
        assert max(sizes) - min(sizes) <= 1


@pytest.mark.timeout(900)  # a long walk, on machines that may be busy
def test_the_laws_hold_whatever_is_done_in_whatever_order() -> None:
    run_state_machine_as_test(Walk, settings=LAWS)


@pytest.mark.parametrize("seed", [0, 1, -(2**63), 2**63 - 1])
def test_the_same_commands_on_the_same_seed_make_the_same_log(seed: int) -> None:
    tables = [Table(seed=seed) for _ in range(2)]
    for table in tables:
        for number in range(7):
            table.join(ORGANISATIONS[number % 3])
        table.do("facilitator", "OpenPhase", phase="play")
        table.do("p1", "SwapCard", card=table.hand("p1")[0])
        table.submit("p2")
        table.do("facilitator", "MoveGroup", group="all", stage=2, step="write")
        table.join()
    assert tables[0].log == tables[1].log
