"""Starting: a shell waits for a reader no longer than a page does.

Leaves out what the reader reads and its limits, which are those of an upload
(`tests/web/test_uploads.py`). Always: the process is a real one.
"""

import os
from pathlib import Path

import pytest

from app.content import starting
from app.content.starting import read_and_wait
from app.content.writing import write_file
from tests.written import small_journey


def test_what_is_sound_is_read() -> None:
    reading = read_and_wait(write_file(small_journey(), "journey", "csv"), "a.csv", None)
    assert reading.mistakes == ()
    assert reading.material is not None
    assert reading.material.model_dump(mode="json") == small_journey()


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("import time; time.sleep(60)", "a.csv: the file: could not be read within 20 seconds"),
        ("raise SystemExit(3)", "takes too much time or memory, or is broken"),
    ],
)
def test_a_reader_that_hangs_or_dies_is_one_plain_mistake(
    program: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starting, "COMMAND", ("-c", program))
    if "sleep" in program:
        monkeypatch.setattr(starting, "READ_SECONDS", 1)
    [mistake] = read_and_wait(b"x", "a.csv", None).mistakes
    assert words in str(mistake)


def test_the_process_gets_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOMENTS_SECRET_KEY", "a-secret-of-this-test-0123456789")
    assert "MOMENTS_SECRET_KEY" not in starting.environment()
    assert os.environ["PATH"] == starting.environment()["PATH"]
