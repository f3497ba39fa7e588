"""The log: appends called upon others that are still on their way."""

import asyncio
import gc

import pytest

from app.store import Conflict, Store
from app.store.log import Append
from tests.store.making import a_workshop, an_entry, bodies, opened


async def test_an_append_upon_one_still_waiting_is_written_after_it(store: Store) -> None:
    first = store.log.append("ABCD", 1, [an_entry("2"), an_entry("3")], command=None)
    second = store.log.append("ABCD", 3, [an_entry("4")], command=None)
    await second

    assert first.done()
    assert await bodies(store, "ABCD") == ["opened", "2", "3", "4"]


async def test_when_the_first_fails_what_was_called_upon_it_is_a_conflict(store: Store) -> None:
    first = store.log.append("ABCD", 7, [an_entry("no")], command=None)
    upon_it = store.log.append("ABCD", 8, [an_entry("nor this")], command=None)

    for future in (first, upon_it):
        with pytest.raises(Conflict):
            await future
    assert await bodies(store, "ABCD") == ["opened"]


async def test_a_number_that_fits_by_accident_does_not_save_what_was_built_on_a_failure(
    store: Store,
) -> None:
    await store.log.append("ABCD", 1, [an_entry("theirs")], command=None)
    late = store.log.append("ABCD", 1, [an_entry("mine")], command=None)  # would have been 2
    upon_it = store.log.append("ABCD", 2, [an_entry("upon mine")], command=None)

    for future in (late, upon_it):
        with pytest.raises(Conflict):
            await future
    assert await bodies(store, "ABCD") == ["opened", "theirs"]


async def test_nothing_slips_in_between_a_failure_and_the_news_of_it(store: Store) -> None:
    await store.log.append("ABCD", 1, [an_entry("theirs")], command=None)
    late = store.log.append("ABCD", 1, [an_entry("mine")], command=None)
    told = False
    upon_it = []

    async def build_on_it() -> None:  # at every turn of the loop until the news is out
        while not told:
            upon_it.append(store.log.append("ABCD", 2, [an_entry("upon mine")], command=None))
            await asyncio.sleep(0)

    building = asyncio.create_task(build_on_it())
    with pytest.raises(Conflict):
        await late
    told = True
    await building
    results = await asyncio.gather(*upon_it, return_exceptions=True)

    assert results
    assert {type(result) for result in results} == {Conflict}
    assert await bodies(store, "ABCD") == ["opened", "theirs"]


async def test_after_a_failure_the_next_append_can_be_called_at_once(store: Store) -> None:
    with pytest.raises(Conflict):
        await store.log.append("ABCD", 5, [an_entry("no")], command=None)
    await store.log.append("ABCD", 1, [an_entry("yes")], command=None)

    assert await bodies(store, "ABCD") == ["opened", "yes"]


async def test_an_append_nobody_waits_for_any_more_is_still_written(store: Store) -> None:
    async def impatient() -> None:
        await store.log.append("ABCD", 1, [an_entry("two")], command=None)

    caller = asyncio.create_task(impatient())
    await asyncio.sleep(0)
    upon_it = store.log.append("ABCD", 2, [an_entry("three")], command=None)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    await upon_it

    assert await bodies(store, "ABCD") == ["opened", "two", "three"]


async def test_a_cancelled_append_that_fails_still_fails_what_was_called_upon_it(
    store: Store,
) -> None:
    await store.log.append("ABCD", 1, [an_entry("theirs")], command=None)
    late = store.log.append("ABCD", 1, [an_entry("mine")], command=None)
    late.cancel()
    await asyncio.sleep(0)
    with pytest.raises(Conflict):
        await store.log.append("ABCD", 2, [an_entry("upon mine")], command=None)


async def test_appends_upon_one_another_without_end_are_not_all_remembered(store: Store) -> None:
    previous = store.log.append("ABCD", 1, [an_entry()], command=None)
    for last in range(2, 102):  # there is always one on its way
        newest = store.log.append("ABCD", last, [an_entry()], command=None)
        await previous
        previous = newest

    gc.collect()
    assert sum(isinstance(thing, Append) for thing in gc.get_objects()) < 5
    await previous


async def test_a_new_workshop_and_appends_upon_it_need_not_wait_for_each_other(url: str) -> None:
    async with opened(url) as store:
        opening = asyncio.create_task(store.open_workshop(a_workshop("ABCD"), an_entry("opened")))
        await asyncio.sleep(0)  # it is queued
        await store.log.append("ABCD", 1, [an_entry("two")], command=None)
        await opening

        assert await bodies(store, "ABCD") == ["opened", "two"]
