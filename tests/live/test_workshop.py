"""A live workshop: deciding, writing, answering, and what watchers are offered."""

import asyncio
from typing import Any

import pytest

from app.game.messages import Actor, Rejected, Role
from app.live import LiveWorkshop
from app.live.rows import fold
from app.store import Conflict, Store, Unavailable
from app.views import see
from tests.live.making import HOST, do, idea, played


async def test_an_answer_comes_after_the_commit(live: LiveWorkshop, store: Store) -> None:
    (actor, *_) = await played(live)
    answer = await do(live, actor, "idea-0001", **idea(live, actor))
    rows = await store.log.read(live.code)
    assert rows[-1].seq == answer.seq
    assert rows[-1].kind == "IdeaSubmitted"
    assert answer.made == f"i{answer.seq}"


async def test_the_same_ref_and_command_get_the_same_answer_and_one_row(
    live: LiveWorkshop, store: Store
) -> None:
    (actor, *_) = await played(live)
    wanted = idea(live, actor)
    answers = await asyncio.gather(*(do(live, actor, "idea-0001", **wanted) for _ in range(20)))
    assert len(set(answers)) == 1
    rows = await store.log.read(live.code)
    assert sum(row.kind == "IdeaSubmitted" for row in rows) == 1


async def test_a_ref_used_for_something_else_is_refused(live: LiveWorkshop) -> None:
    (actor, *_) = await played(live)
    await do(live, actor, "idea-0001", **idea(live, actor))
    seq = live.state.seq
    with pytest.raises(Rejected, match="used for something else") as refused:
        await do(live, actor, "idea-0001", **idea(live, actor, "Something else"))
    assert refused.value.field == "ref"
    assert live.state.seq == seq


async def test_what_is_left_at_its_default_makes_no_other_command(live: LiveWorkshop) -> None:
    """So a version that adds such a field still knows what was sent to the one before."""
    (actor, *_) = await played(live)
    wanted = idea(live, actor)
    assert "caution" not in wanted
    answer = await do(live, actor, "idea-0001", **wanted)
    assert await do(live, actor, "idea-0001", **wanted, caution=None) == answer


async def test_a_ref_is_one_persons_own(live: LiveWorkshop) -> None:
    one, other, *_ = await played(live)
    await do(live, one, "idea-0001", **idea(live, one))
    answer = await do(live, other, "idea-0001", **idea(live, other))
    assert live.state.idea(answer.made).authors == (other.id,)


async def test_a_restart_folds_to_the_same_state_and_remembers_refs(
    live: LiveWorkshop, store: Store
) -> None:
    (actor, *_) = await played(live)
    wanted = idea(live, actor)
    answer = await do(live, actor, "idea-0001", **wanted)
    again = await LiveWorkshop.load(live.record, store)
    assert again.state == live.state
    assert await do(again, actor, "idea-0001", **wanted) == answer
    assert again.state.seq == live.state.seq


async def test_many_commands_at_once_are_written_without_a_gap(
    live: LiveWorkshop, store: Store
) -> None:
    actors = await played(live, people=30)
    answers = await asyncio.gather(
        *(do(live, actor, "idea-0001", **idea(live, actor)) for actor in actors)
    )
    rows = await store.log.read(live.code)
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    assert len({answer.made for answer in answers}) == 30
    assert fold(rows) == live.state


async def test_who_connected_before_they_were_seated_is_the_same_audience_as_after(
    live: LiveWorkshop,
) -> None:
    (actor, *_) = await played(live)
    seated = Actor(actor.id, actor.role, live.state.people[actor.id].group)
    assert seated.group is not None
    before, after = live.screen(actor), live.screen(seated)
    assert [(seen.tick, seen.changed_at) for seen in before] == [
        (seen.tick, seen.changed_at) for seen in after
    ]


async def test_a_failed_write_undoes_what_was_decided_and_what_was_decided_upon_it(
    live: LiveWorkshop, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other, *_ = await played(live)
    before = live.state
    real = store.log.append

    def failing(*given: Any, **named: Any) -> asyncio.Future[None]:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        future.set_exception(Unavailable("the disk is full"))
        return future

    monkeypatch.setattr(store.log, "append", failing)
    results = await asyncio.gather(
        do(live, one, "idea-0001", **idea(live, one)),
        do(live, other, "idea-0002", **idea(live, other)),
        return_exceptions=True,
    )
    assert all(isinstance(result, Unavailable) for result in results)
    assert live.state is before

    monkeypatch.setattr(store.log, "append", real)
    await do(live, one, "idea-0001", **idea(live, one))
    assert fold(await store.log.read(live.code)) == live.state


async def test_two_live_copies_of_one_log_decide_as_one(live: LiveWorkshop, store: Store) -> None:
    actors = await played(live, people=12)
    # A log of its own, as in another process: it knows nothing of what this one has begun.
    other = await LiveWorkshop.load(live.record, Store(store._writer, None))
    await asyncio.gather(
        *(
            do(copy, actor, "idea-0001", **idea(copy, actor))
            for number, actor in enumerate(actors)
            for copy in [(live, other)[number % 2]]
        )
    )
    await live.catch_up()
    await other.catch_up()
    assert live.state == other.state == fold(await store.log.read(live.code))
    assert len(list(live.state.ideas())) == 12


async def test_a_command_nobody_can_write_ends_in_an_answer(
    live: LiveWorkshop, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    (actor, *_) = await played(live)

    def losing(*given: Any, **named: Any) -> asyncio.Future[None]:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        future.set_exception(Conflict("somebody else was first"))
        return future

    monkeypatch.setattr(store.log, "append", losing)
    with pytest.raises(Unavailable):
        await do(live, actor, "idea-0001", **idea(live, actor))


async def test_watchers_are_offered_what_changed_for_them_and_nothing_else(
    live: LiveWorkshop,
) -> None:
    one, other, *_ = await played(live)
    member, bystander = live.watch(one), live.watch(other)
    for each in (member, bystander):
        each.offer(live.screen(each.viewer), live.state.seq)
        each.take()
    await do(live, one, "idea-0001", **idea(live, one))
    await asyncio.wait_for(member.something(), 5)
    assert {seen.region.name for seen in member.take()} == {"hand", "mine", "group"}
    await asyncio.wait_for(bystander.something(), 5)
    assert {seen.region.name for seen in bystander.take()} == {"group"}


async def test_a_slow_member_gets_the_newest_only(live: LiveWorkshop) -> None:
    actors = await played(live, people=5)
    host = live.watch(HOST)
    host.offer(live.screen(HOST), live.state.seq)
    host.take()
    for actor in actors:
        await do(live, actor, "idea-0001", **idea(live, actor))
        await asyncio.sleep(0)
    await asyncio.wait_for(host.something(), 5)
    await asyncio.sleep(0.01)
    waiting = {seen.region.name: seen for seen in host.take()}
    assert len(waiting["longlist"].view.ideas) == 5
    assert host.seq == live.state.seq


@pytest.mark.parametrize("role", ["participant", "facilitator", "observer", "screen"])
async def test_what_is_offered_adds_up_to_a_fresh_view(live: LiveWorkshop, role: str) -> None:
    actors = await played(live)
    viewer = {
        "participant": actors[0],
        "facilitator": HOST,
        "observer": Actor("p99", Role.OBSERVER),
        "screen": Actor("screen", Role.SCREEN),
    }[role]
    member = live.watch(viewer)
    screen = {}
    member.offer(live.screen(viewer), live.state.seq)
    steps = [
        (actors[1], idea(live, actors[1])),
        (HOST, {"kind": "MoveGroup", "group": "all", "stage": 1, "step": "present"}),
        (HOST, {"kind": "MoveGroup", "group": "all", "stage": 2, "step": "write"}),
        (HOST, {"kind": "OpenPhase", "phase": "plenary"}),
        (HOST, {"kind": "OpenPhase", "phase": "rate"}),
        (HOST, {"kind": "OpenPhase", "phase": "shortlist"}),
        (HOST, {"kind": "ShareResults", "shared": True}),
        (HOST, {"kind": "OpenPhase", "phase": "closed"}),
    ]
    for number, (actor, command) in enumerate(steps):
        await do(live, actor, f"step-{number:04}", **command)
        await asyncio.sleep(0)
        screen |= {seen.region.name: seen.view for seen in member.take()}
        assert screen == see(live.state, viewer, live.presence.company)


async def test_a_view_that_fails_sends_nothing_and_the_others_go_on(
    live: LiveWorkshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other, *_ = await played(live)
    member, fine = live.watch(one), live.watch(other)
    real = live.screen

    def failing(viewer: Actor) -> Any:
        if viewer == one:
            raise RuntimeError("a filter is broken")
        return real(viewer)

    monkeypatch.setattr(live, "screen", failing)
    await do(live, HOST, "move-0001", kind="MoveGroup", group="all", stage=1, step="present")
    await asyncio.wait_for(fine.something(), 5)
    # Theirs is to start again, with all they may see, once it can be made.
    await asyncio.wait_for(member.something(), 5)
    assert member.failed
    assert member.take() == []
    assert not fine.failed


async def test_whoever_was_removed_is_offered_nothing_and_woken(live: LiveWorkshop) -> None:
    one, other, *_ = await played(live)
    member, fine = live.watch(one), live.watch(other)
    for watching in (member, fine):  # that they came in
        await asyncio.wait_for(watching.something(), 5)
        watching.take()
    await do(live, HOST, "remove-01", kind="RemovePerson", participant=one.id)
    await asyncio.wait_for(member.something(), 5)
    assert member.take() == []
    assert fine.take()
