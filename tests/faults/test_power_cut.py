"""Power cuts: what the disk may hold after one, and losses are seen where there are some.

Leaves out the store as it is shipped, which is a promise (`promises/p02.py`). Always: a state is
one that a disk may be left in.
"""

import random
from pathlib import Path

import pytest

from tests.faults.power_cut import (
    ROWS,
    SECTOR,
    SHARED,
    Change,
    Disk,
    changes,
    power_cut,
    recorded,
)


@pytest.mark.parametrize(
    ("planted", "fault"),
    [
        ("synchronous=NORMAL", "lost"),  # the disk is waited for at checkpoints only
        ("synchronous=OFF", "cannot be opened"),  # it is never waited for
    ],
)
def test_a_store_that_does_not_wait_for_the_disk_is_found_out(planted: str, fault: str) -> None:
    found = power_cut(seed=4, states=40, planted=planted)

    assert found.faults[fault] > 0


@pytest.mark.parametrize("seed", [1, 2])
def test_what_was_recorded_is_all_that_happened_to_the_disk(tmp_path: Path, seed: int) -> None:
    changed, folder = recorded(tmp_path, seed, ROWS, "shipped")
    disk = Disk()
    for change in changed:
        disk.do(change)

    assert disk.now() == {
        file.name: file.read_bytes() for file in folder.iterdir() if file.name != SHARED
    }
    # Checkpoints were among it, by themselves and for an erasure, and the file they began anew.
    synced = sum(change.what == "sync" and change.name == "moments.db" for change in changed)
    starts = sum(change.name == "moments.db-wal" and change.number == 0 for change in changed)
    cut = sum(change.what == "truncate" and change.name == "moments.db-wal" for change in changed)
    assert synced > 2
    assert starts > cut > 0


def states(*done: Change, count: int = 200) -> list[dict[str, bytes]]:
    disk = Disk()
    for change in done:
        disk.do(change)
    return [disk.left(random.Random(seed)) for seed in range(count)]


def create(name: str) -> Change:
    return Change("create", name, 0, b"")


def write(name: str, place: int, content: bytes) -> Change:
    return Change("write", name, place, content)


def sync(name: str) -> Change:
    return Change("sync", name, 0, b"")


def test_what_was_synced_is_left_in_every_state() -> None:
    done = [create("a"), write("a", 0, b"one"), sync("a"), sync("."), write("a", 0, b"two")]

    assert {state["a"] for state in states(*done)} == {b"one", b"two"}


def test_a_write_is_torn_where_one_sector_ends() -> None:
    before, after = b"-" * 3 * SECTOR, b"+" * 2 * SECTOR
    done = [create("a"), write("a", 0, before), sync("a"), sync("."), write("a", 100, after)]
    seen = {state["a"] for state in states(*done, count=500)}

    cuts = [slice(100, SECTOR), slice(SECTOR, 2 * SECTOR), slice(2 * SECTOR, 2 * SECTOR + 100)]
    assert {content[:100] for content in seen} == {b"-" * 100}
    assert all(len({*content[cut]}) == 1 for content in seen for cut in cuts)
    assert len(seen) == 2 ** len(cuts)


def test_of_two_writes_either_may_be_there_without_the_other() -> None:
    done = [create("a"), sync("."), write("a", 0, b"1"), write("a", 1, b"2")]

    assert {state["a"] for state in states(*done)} == {b"", b"1", b"\0002", b"12"}


def test_the_names_in_a_folder_change_in_order() -> None:
    done = [create("a"), create("b"), sync("."), create("c")]
    done += [Change("unlink", "a", 0, b""), Change("rename", "b", 0, b"d")]

    assert {tuple(sorted(state)) for state in states(*done)} == {
        ("a", "b"),
        ("a", "b", "c"),
        ("b", "c"),
        ("c", "d"),
    }


def test_a_file_cut_short_may_be_long_again() -> None:
    cut = Change("truncate", "a", 1, b"")
    done = [create("a"), sync("."), write("a", 0, b"long"), sync("a"), cut]

    assert {state["a"] for state in states(*done)} == {b"l", b"long"}


def test_a_record_is_read_with_any_bytes_in_it() -> None:
    record = b"create a 0 0\nwrite a 7 5\n\nb c\nsync . 0 0\nwrite moments.db-shm 0 1\nx"

    assert list(changes(record)) == [create("a"), write("a", 7, b"\nb c\n"), sync(".")]
