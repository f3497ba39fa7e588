"""The package: a wheel carries everything, and serves from any folder."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import cast, get_args

import pytest

from app.paths import Folder

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = get_args(Folder)
PATIENCE = 60  # seconds for a server to come up on a busy machine


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without fetching anything."""
    place = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(place)]
    done = subprocess.run([*build, str(ROOT)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(place.glob("moments_of_change-*.whl"))


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel laid out as an installer would, away from the clone."""
    place = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(place)
    return place


def environment(unpacked: Path, **more: str) -> dict[str, str]:
    """This environment without the clone and without settings, and with the wheel."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MOMENTS_", "PYTHON"))
    }
    return {**kept, "PYTHONPATH": str(unpacked), **more}


def fetch(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=10) as answer:
        assert answer.status == 200
        return cast(bytes, answer.read())


@pytest.fixture(scope="module")
def server(unpacked: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of `moments serve`, run from an empty folder with the wheel alone."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    settings = {"MOMENTS_PORT": port, "MOMENTS_DATA_DIR": str(elsewhere / "data")}
    log = elsewhere / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "serve"],
            cwd=elsewhere,
            env=environment(unpacked, **settings),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        end = time.monotonic() + PATIENCE
        while True:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < end, f"not up in {PATIENCE} s: {log.read_text()}"
            try:
                fetch(f"{address}/live")
                break
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_wheel_carries_every_file_of(folder: str, unpacked: Path) -> None:
    here, there = ROOT / folder, unpacked / "app" / "_data" / folder
    files = [path for path in here.rglob("*") if path.is_file() and path.name != ".DS_Store"]
    assert files
    for path in files:
        assert (there / path.relative_to(here)).read_bytes() == path.read_bytes()


def test_the_wheel_carries_all_the_code_and_no_tests(unpacked: Path) -> None:
    code = {path.relative_to(ROOT) for path in (ROOT / "app").rglob("*.py")}
    carried = {path.relative_to(unpacked) for path in unpacked.rglob("*.py")}
    assert carried == code
    assert (unpacked / "app" / "py.typed").exists()


def test_the_wheel_names_its_program_and_its_licences(unpacked: Path) -> None:
    about = next(unpacked.glob("*.dist-info"))
    assert "moments = app.cli:main" in (about / "entry_points.txt").read_text()
    licences = {path.name for path in (about / "licenses").rglob("LICENSE*")}
    assert {"LICENSE", "LICENSE-htmx.txt", "LICENSE-govuk-frontend.txt"} <= licences


def test_the_wheel_finds_its_own_folders_from_anywhere(unpacked: Path, tmp_path: Path) -> None:
    ask = "from app import paths; print(*map(paths.folder, paths.Folder.__args__))"
    told = subprocess.run(
        [sys.executable, "-c", ask],
        cwd=tmp_path,
        env=environment(unpacked),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert told.split() == [str(unpacked / "app" / "_data" / folder) for folder in FOLDERS]


def test_the_installed_server_serves_its_pages(server: str) -> None:
    assert b"<html" in fetch(f"{server}/")


def test_the_installed_server_serves_its_scripts(server: str) -> None:
    htmx = ROOT / "static" / "vendor" / "htmx.min.js"
    assert fetch(f"{server}/static/vendor/htmx.min.js") == htmx.read_bytes()


@pytest.mark.parametrize("content", ["cards", "journeys"])
def test_the_installed_server_finds_its_content(content: str, server: str) -> None:
    assert f'"{content}"'.encode() in fetch(f"{server}/api/v1/content/{content}")


def test_the_installed_program_reads_files_apart_from_anywhere(
    unpacked: Path, tmp_path: Path
) -> None:
    ask = (
        "import asyncio; from app.content import template; from app.web.uploads import read_apart;"
        "raw = template('deck', 'csv').replace(b'\"example\"', b'\"\"');"
        "print(asyncio.run(read_apart(raw, 'a.csv', None)).material.cards[0].id)"
    )
    told = subprocess.run(
        [sys.executable, "-c", ask],
        cwd=tmp_path,
        env=environment(unpacked),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert told.split() == ["salience"]
