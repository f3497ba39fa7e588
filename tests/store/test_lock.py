"""The lock: one server in a data folder, and nobody locked out by a crash."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.store import StoreError
from app.store.lock import FolderLock


def test_a_second_server_is_refused_in_plain_english(tmp_path: Path) -> None:
    lock = FolderLock.beside(tmp_path / "moments.db")
    with pytest.raises(StoreError) as refused:
        FolderLock.beside(tmp_path / "moments.db")
    lock.release()

    assert f"another server is already using this data folder ({tmp_path})" in str(refused.value)


def test_the_next_server_is_let_in_after_the_first_let_go(tmp_path: Path) -> None:
    FolderLock.beside(tmp_path / "moments.db").release()
    FolderLock.beside(tmp_path / "moments.db").release()


def test_a_server_that_was_killed_locks_nobody_out(tmp_path: Path) -> None:
    database = tmp_path / "moments.db"
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time; from pathlib import Path; from app.store.lock import FolderLock;"
            "lock = FolderLock.beside(Path(sys.argv[1])); print('held', flush=True);"
            "time.sleep(60)",
            str(database),
        ],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(StoreError, match="another server"):
            FolderLock.beside(database)
        holder.kill()

    FolderLock.beside(database).release()
