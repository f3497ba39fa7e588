"""The shelf: versions, undo and redo, pages out of date, the bin, and its limits."""

import asyncio
from datetime import timedelta

import pytest

from app.store import MOST_PIECES, Piece, Said, ShelfFull, Stale, Store
from app.store.shelf import MOST_BYTES, MOST_VERSIONS
from tests.store.making import NOON, file_of, files_holding, opened


def said(title: str = "T", mistakes: int = 0, done: str = "Saved") -> Said:
    return Said(title, mistakes, done)


async def put(store: Store, id: str = "one", owner: str = "a1", words: str = "first") -> None:
    await store.shelf.put(id, owner, "journey", {"words": words}, said(done="Made"), NOON)


async def held(store: Store, id: str = "one") -> tuple[Piece, object]:
    found = await store.shelf.piece(id)
    assert found is not None
    return found


async def save(store: Store, words: str, edition: int | None = None, id: str = "one") -> None:
    if edition is None:
        edition = (await held(store, id))[0].edition
    await store.shelf.save(id, edition, {"words": words}, said(words, 2, f"Wrote {words}"), NOON)


async def test_a_piece_comes_back_as_it_was_put(store: Store) -> None:
    await store.shelf.put("one", "a1", "deck", {"é": [None, 1]}, said("Mine", 3, "Made"), NOON)
    piece, document = await held(store)
    assert document == {"é": [None, 1]}
    assert piece == Piece(
        id="one", owner="a1", sort="deck", title="Mine", mistakes=3, done="Made", edition=1,
        current=1, oldest=1, newest=1, made_at=NOON, changed_at=NOON, binned_at=None,
    )  # fmt: skip
    assert not piece.can_undo
    assert not piece.can_redo
    assert await store.shelf.piece("another") is None


async def test_undo_and_redo_move_and_a_save_in_between_drops_what_was_above(store: Store) -> None:
    await put(store)
    for words in ("second", "third"):
        await save(store, words)
    assert await store.shelf.step("one", 3, -1, NOON) == "Wrote third"
    assert await store.shelf.step("one", 4, -1, NOON) == "Wrote second"
    piece, document = await held(store)
    assert (document, piece.can_undo, piece.can_redo) == ({"words": "first"}, False, True)
    assert await store.shelf.step("one", 5, -1, NOON) == ""  # there is nothing before
    assert await store.shelf.step("one", 5, 1, NOON) == "Wrote second"
    piece, document = await held(store)
    assert (document, piece.title, piece.mistakes) == ({"words": "second"}, "second", 2)
    await save(store, "other")
    piece, document = await held(store)
    assert (document, piece.can_redo, piece.current, piece.newest) == (
        {"words": "other"}, False, 3, 3,
    )  # fmt: skip
    assert await store.shelf.step("one", piece.edition, 1, NOON) == ""
    await store.shelf.step("one", piece.edition, -1, NOON)
    assert (await held(store))[1] == {"words": "second"}


async def test_a_page_out_of_date_writes_over_nothing(store: Store) -> None:
    await put(store)
    await save(store, "second", edition=1)
    with pytest.raises(Stale):
        await save(store, "mine", edition=1)
    await store.shelf.step("one", 2, -1, NOON)
    for edition in (1, 2):  # the number of the version is what it was, the edition is not
        with pytest.raises(Stale):
            await save(store, "mine", edition=edition)
        with pytest.raises(Stale):
            await store.shelf.step("one", edition, 1, NOON)
    assert (await held(store))[1] == {"words": "first"}
    with pytest.raises(Stale):
        await save(store, "mine", edition=1, id="gone")


async def test_two_pages_that_save_at_once_do_not_both_succeed(store: Store) -> None:
    await put(store)
    answers = await asyncio.gather(
        *(save(store, words, edition=1) for words in ("mine", "yours")), return_exceptions=True
    )
    assert [type(answer) for answer in answers] == [type(None), Stale]
    assert (await held(store))[1] == {"words": "mine"}


async def test_the_same_save_sent_twice_is_one(store: Store) -> None:
    await put(store)
    await save(store, "second", edition=1)
    await save(store, "second", edition=1)
    piece, _ = await held(store)
    assert (piece.current, piece.edition) == (2, 2)


async def test_the_oldest_versions_go(store: Store) -> None:
    await put(store)
    for number in range(MOST_VERSIONS + 4):
        await save(store, f"v{number}")
    piece, _ = await held(store)
    assert piece.newest == MOST_VERSIONS + 5
    assert piece.newest - piece.oldest + 1 == MOST_VERSIONS


async def test_a_list_has_ones_own_changed_last_first_and_the_owner_of_the_server_sees_all(
    store: Store,
) -> None:
    await put(store, "one")
    await put(store, "two", owner="a2")
    await put(store, "three")
    later = NOON + timedelta(hours=1)
    await store.shelf.save("one", 1, {"words": "x"}, said("X"), later)
    assert [piece.id for piece in await store.shelf.pieces("a1")] == ["one", "three"]
    assert [piece.id for piece in await store.shelf.pieces(None)] == ["one", "three", "two"]
    assert (await store.shelf.pieces("a1"))[0].changed_at == later


async def test_what_is_in_the_bin_can_be_taken_out_or_deleted_for_good(store: Store) -> None:
    await put(store)
    await store.shelf.erase("one")  # not while it is on the shelf
    await store.shelf.bin("one", NOON)
    assert (await held(store))[0].binned_at == NOON
    with pytest.raises(Stale):
        await save(store, "second", edition=1)
    with pytest.raises(Stale):
        await store.shelf.step("one", 1, -1, NOON)
    await store.shelf.bin("one", None)
    await save(store, "second", edition=1)
    await store.shelf.bin("one", NOON)
    await store.shelf.erase("one")
    assert await store.shelf.piece("one") is None


async def test_bins_are_emptied_of_what_lay_there_long_enough(store: Store) -> None:
    for id, hours in (("old", 0), ("new", 2)):
        await put(store, id)
        await store.shelf.bin(id, NOON + timedelta(hours=hours))
    await put(store, "used")
    assert await store.shelf.empty_bins(NOON + timedelta(hours=1)) == 1
    assert {piece.id for piece in await store.shelf.pieces("a1")} == {"new", "used"}


async def test_what_is_deleted_for_good_is_in_no_file(sqlite_url: str) -> None:
    async with opened(sqlite_url) as store:
        await put(store, words="a-secret-word")
        folder = file_of(sqlite_url).parent
        assert files_holding("a-secret-word", folder)
        await store.shelf.bin("one", NOON)
        await store.shelf.erase("one")
        assert files_holding("a-secret-word", folder) == []


async def test_an_account_has_so_many_and_no_more(store: Store) -> None:
    for number in range(MOST_PIECES):
        await put(store, f"p{number}")
    with pytest.raises(ShelfFull, match="200 problem statements and decks"):
        await put(store, "more")
    await put(store, "theirs", owner="a2")
    await store.shelf.bin("p0", NOON)
    with pytest.raises(ShelfFull):
        await put(store, "more")
    await store.shelf.erase("p0")
    await put(store, "more")


async def test_a_document_has_so_many_bytes_and_no_more(store: Store) -> None:
    await put(store)
    with pytest.raises(ShelfFull, match="1,000,000 bytes"):
        await save(store, "é" * (MOST_BYTES // 2))
    with pytest.raises(ShelfFull):
        await put(store, "two", words="x" * MOST_BYTES)
    assert (await held(store))[1] == {"words": "first"}
