"""Security: the page of requirements is whole, and what it names is there.

It also looks at what no other test does: the parts the server is made of, and the image.
Always: a test that is renamed is missed here.
"""

import asyncio
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app import __version__
from app.exports.tables import Reader
from app.web import exporting
from scripts.sbom import document
from tests.faults.promise import all_promises

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| ([SW]\d+) \| (.+) \| (.+) \| (.+) \|$", re.M)
REQUIREMENTS = [f"S{number}" for number in range(1, 35)]
PROMISES = [f"W{number}" for number in range(1, 5)]

FLOORS = {
    "starlette": (1, 3, 1),
    "python-multipart": (0, 0, 27),
    "h11": (0, 16, 0),
    "jinja2": (3, 1, 6),
}
"""The first versions in which what is known against these packages was mended."""


def rows() -> dict[str, tuple[str, str, str]]:
    """The lines of the page's tables, by their number."""
    return {number: (asked, met, tests) for number, asked, met, tests in ROW.findall(PAGE)}


def names_of_tests() -> set[str]:
    found: set[str] = set()
    for file in (ROOT / "tests").rglob("test_*.py"):
        found |= set(re.findall(r"^(?:async )?def (test_\w+)", file.read_text("utf-8"), re.M))
    return found


def names_of_promises() -> set[str]:
    """Such as P13: each is tried with every change, and for longer by `make faults`."""
    return {name for promise in all_promises() for name in promise.rows}


def test_every_requirement_is_on_the_page() -> None:
    numbers = [number for number, *_ in ROW.findall(PAGE)]
    assert sorted(numbers) == sorted(REQUIREMENTS + PROMISES)


@pytest.mark.parametrize("number", REQUIREMENTS + PROMISES)
def test_what_is_named_beside_a_requirement_exists(number: str) -> None:
    asked, met, tests = rows()[number]
    named = re.findall(r"`(\w+)`", tests)
    assert named
    assert set(named) <= names_of_tests() | names_of_promises()
    assert len(asked) > 20
    for departure in re.findall(r"\*\*Departure:\*\*(.*)", met):
        assert len(departure) > 30, "say why"


# Parts


def parts() -> dict[str, str]:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    return {each["name"]: each["version"] for each in document(lock, __version__)["components"]}


@pytest.mark.parametrize("package", FLOORS)
def test_the_lock_holds_no_version_with_a_known_hole(package: str) -> None:
    version = tuple(int(part) for part in parts()[package].split("."))
    assert version >= FLOORS[package]


def test_the_list_of_parts_is_the_lock() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    made = document(lock, __version__)
    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.6")
    pinned = re.findall(r"^[a-z0-9].*?==", lock, re.M)
    assert len(made["components"]) == len(pinned) > 20
    checksums = [each for part in made["components"] for each in part["properties"]]
    assert len(checksums) == lock.count("--hash=sha256:")
    for part in made["components"]:
        assert part["properties"]
        assert part["purl"] == part["bom-ref"] == f"pkg:pypi/{part['name']}@{part['version']}"


# The image


def test_the_image_runs_without_root_and_writes_to_one_place() -> None:
    image = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    served = image.rpartition("\nFROM ")[2]
    assert re.findall(r"^USER (\S+)$", served, re.M) == ["10001:10001"]
    assert re.findall(r"^VOLUME (\S+)$", served, re.M) == ["/data"]
    assert "HEALTHCHECK" in served
    assert not re.search(r"SECRET|KEY=", served)
    running = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    for option in ("--read-only", "--cap-drop ALL", "no-new-privileges", "--tmpfs /tmp"):
        assert option in running


# Costly work


async def test_no_more_than_two_files_are_made_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    making = most = 0
    go_on = asyncio.Event()

    async def make(*_: Any) -> str:
        nonlocal making, most
        making += 1
        most = max(most, making)
        await go_on.wait()
        making -= 1
        return "a file"

    monkeypatch.setattr(exporting, "_export", make)
    monkeypatch.setattr(exporting, "reader_of", lambda actor, live: Reader.STAFF)
    door: Any = SimpleNamespace(exporting=asyncio.Semaphore(2))
    asked = [
        asyncio.create_task(exporting.export(door, door, door, "longlist.csv")) for _ in range(6)
    ]
    for _ in range(20):
        await asyncio.sleep(0)
    assert (making, most) == (2, 2)
    go_on.set()
    assert await asyncio.gather(*asked) == ["a file"] * 6
    assert most == 2
