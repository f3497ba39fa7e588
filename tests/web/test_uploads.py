"""Uploads: read in a process of their own, which is gone whatever happens in it.

Leaves out what is read (`tests/content`). Always: the process is a real one; what goes wrong
in it is brought about by what it is given, or by another program put in its place.
"""

import asyncio
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.content import LARGEST_FILE, Reading, read_file, write_file
from app.main import create_app
from app.settings import Settings
from app.web import uploads
from app.web.uploads import read_apart
from tests.sheets import FIRST, HEADINGS, SECOND, TABLE, cards, csv_of, workbook
from tests.written import small_deck, small_journey

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (write_file(small_journey(), "journey", "json"), "a.json"),
        (write_file(small_deck(), "deck", "json"), "b.json"),
        (workbook(TABLE), "c.xlsx"),
        (csv_of(cards({})).encode(), "d.csv"),
        (csv_of((HEADINGS, FIRST, (*SECOND[:6], "<b>", *SECOND[7:]))).encode(), "e.csv"),
        (b'{"title": "\\ud83d"}', "f.json"),
        (b"PK broken", "g.xlsx"),
        (b"", "h.csv"),
    ],
)
async def test_what_is_read_apart_is_what_is_read_here(raw: bytes, name: str) -> None:
    assert await read_apart(raw, name, None) == read_file(raw, name, None)


async def test_a_name_may_be_anything() -> None:
    reading = await read_apart(b"", "../../etc/\n{\u202e}" + "x" * 500, "deck")
    assert reading == read_file(b"", "../../etc/\n{\u202e}" + "x" * 500, "deck")
    assert len(reading.mistakes[0].file) <= 80


async def test_a_file_too_large_starts_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "_COMMAND", ("-c", "raise SystemExit(1)"))
    reading = await read_apart(b" " * (LARGEST_FILE + 1), "a.json", None)
    assert told(reading) == "a.json: the file: expected at most 1,000,000 bytes, found more"


def told(reading: Reading) -> str:
    assert (reading.document, reading.material) == (None, None)
    [mistake] = reading.mistakes
    return str(mistake)


IN_PLACE = "import os, sys; open({place!r}, 'a').write(f'{{os.getpid()}} '); "


def instead(monkeypatch: pytest.MonkeyPatch, folder: Path, program: str) -> Path:
    """Put another program in the place of the reader; it first writes down its number."""
    place = folder / "pids"
    monkeypatch.setattr(uploads, "_COMMAND", ("-c", IN_PLACE.format(place=str(place)) + program))
    return place


def alive(place: Path) -> list[str]:
    """The numbers in `place` whose processes are still there."""
    found: list[str] = []
    if not place.exists():
        return found  # stopped before it could write its own
    for pid in place.read_text().split():
        with suppress(ProcessLookupError):
            os.kill(int(pid), 0)
            found.append(pid)
    return found


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("import time; time.sleep(60)", "could not be read within 2 seconds"),
        ("os.abort()", "takes too much time or memory, or is broken"),
        ("sys.exit(3)", "takes too much time or memory, or is broken"),
        ("print('no JSON')", "could not be read"),
        ("print('{}')", "could not be read"),
        ("print('[]')", "could not be read"),
        ("os.close(0); sys.exit(3)", "takes too much time or memory, or is broken"),
    ],
)
async def test_whatever_becomes_of_the_process_is_one_plain_mistake(
    program: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "sleep" in program:
        monkeypatch.setattr(uploads, "READ_SECONDS", 2)
    place = instead(monkeypatch, tmp_path, program)
    line = told(await read_apart(b"x" * 900_000, "a.csv", None))
    assert line.startswith("a.csv: the file: ")
    assert words in line
    assert alive(place) == []


async def test_a_reader_that_uses_too_much_memory_or_time_is_stopped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for program in (
        "x = b'x' * (4 << 30)",
        "apart.MOST_SECONDS = 1; apart._limit()\nwhile 1: pass",
    ):
        limited = f"from app.content import apart; apart._limit()\n{program}"
        if "MOST_SECONDS" in program:
            limited = f"from app.content import apart; {program}"
        monkeypatch.setattr(uploads, "_COMMAND", ("-c", limited))
        assert "takes too much time or memory" in told(await read_apart(b"{}", "a.json", None))


async def test_who_gives_up_waiting_leaves_no_process_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = instead(monkeypatch, tmp_path, "import time; time.sleep(60)")
    reading = asyncio.create_task(read_apart(b"{}", "a.json", None))
    while not (place.exists() and place.read_text()):
        await asyncio.sleep(0.05)
    assert len(alive(place)) == 1
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert alive(place) == []


async def test_two_are_read_at_a_time_and_the_rest_wait_or_are_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "WAIT_SECONDS", 0.2)
    monkeypatch.setattr(uploads, "READ_SECONDS", 8)
    place = instead(monkeypatch, tmp_path, "import time; time.sleep(60)")
    readings = await asyncio.gather(*(read_apart(b"{}", f"{n}.json", None) for n in range(5)))
    assert len(place.read_text().split()) <= 2
    waited = [reading for reading in readings if "try again in a minute" in told(reading)]
    assert len(waited) == 3


async def test_the_reader_gets_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOMENTS_SECRET_KEY", "a-secret-of-this-test-0123456789")
    seen = tmp_path / "seen"
    program = f"import os; open({str(seen)!r}, 'w').write(repr(dict(os.environ)))"
    monkeypatch.setattr(uploads, "_COMMAND", ("-c", program))
    await read_apart(b"{}", "a.json", None)
    assert "PYTHONPATH" in seen.read_text()
    assert "MOMENTS_SECRET_KEY" not in seen.read_text()
    assert os.environ["MOMENTS_SECRET_KEY"] not in seen.read_text()


def test_only_where_files_are_sent_a_body_may_be_that_large(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, secret_key="-" * 32)
    with TestClient(create_app(settings), base_url=HERE) as client:

        def status(path: str, size: int) -> int:
            return client.post(path, content=b"x" * size, headers={"origin": HERE}).status_code

        assert status("/facilitate/material/upload", 1_000_000) != 413
        assert status("/facilitate/new", 1_000_000) == 413
        assert status("/facilitate/materials", 1_000_000) == 413
        page = client.post(
            "/facilitate/material/upload", content=b"x" * 5_000_000, headers={"origin": HERE}
        )
        assert page.status_code == 413
        assert "This is too large: 1 MB at most." in page.text
        assert page.headers["content-type"].startswith("text/html")


def test_the_server_does_not_even_load_what_reads_workbooks() -> None:
    ask = "import app.main, sys; print('openpyxl' in sys.modules, 'pydantic' in sys.modules)"
    command = [sys.executable, "-c", ask]
    told = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert told.split() == ["False", "True"]
