"""The tree: what must hold for every file that is committed, and for the commands.

Leaves out the code's own rules, which stand with its tests. Always: what is looked
for is put together from halves, so that this file does not name it either.
"""

import os
import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from scripts import bootstrap

ROOT = Path(__file__).resolve().parent.parent
LOCKS = (bootstrap.RUNTIME, bootstrap.DEV, "requirements-build.lock")
COMMANDS = ("run", "test", "demo", "faults", "check", "format", "lock")

REGISTRIES = [
    ("pypi", ".org"),
    ("python", "hosted.org"),
    ("npm", "js.org"),
    ("npm", "js.com"),
    ("yarn", "pkg.com"),
    ("unp", "kg.com"),
    ("jsde", "livr.net"),
    ("cdn", "js.cloudflare.com"),
    ("esm", ".sh"),
    ("sky", "pack.dev"),
    ("ana", "conda.org"),
    ("deb.", "debian.org"),
    ("proxy.gol", "ang.org"),
    ("crates", ".io"),
]
# Folders of a machine, where nothing stands before them that makes them part of an address.
PLACES = re.compile(r"(?<![\w.:/~-])/(?:" + "|".join(["wo" + "rk", "ro" + "ot"]) + r")/\w")


@cache
def committed() -> list[Path]:
    """Every file git holds or would hold; every file at all where this is not a clone."""
    if (ROOT / ".git").exists():
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout
        found = [ROOT / os.fsdecode(name) for name in listed.split(b"\0") if name]
    else:
        own = {".venv", ".tools", "data", "dist", "node_modules", ".hypothesis", "__pycache__"}
        own |= {".mypy_cache", ".ruff_cache", ".pytest_cache", ".venv.lock"}
        found = [path for path in ROOT.rglob("*") if not own & set(path.relative_to(ROOT).parts)]
    return [path for path in found if path.is_file()]


def lines() -> Iterator[tuple[str, str]]:
    """Each committed line with the place where it stands."""
    for path in committed():
        text = path.read_bytes().decode("utf-8", "replace")
        for number, line in enumerate(text.splitlines(), 1):
            yield f"{path.relative_to(ROOT)}:{number}", line


def locked(lock: str) -> dict[str, set[str]]:
    """The versions that a lock names for each package, one or more by platform."""
    versions: dict[str, set[str]] = {}
    for line in (ROOT / lock).read_text().splitlines():
        if pinned := re.match(r"([a-z0-9-]+)(?:\[[^]]*\])?==(\S+)", line):
            versions.setdefault(pinned[1], set()).add(pinned[2])
    return versions


def asked_for() -> dict[str, set[str]]:
    """The packages that pyproject.toml names, under the lock that must hold them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    runtime = project["project"]["dependencies"]
    runtime += project["project"]["optional-dependencies"]["postgres"]
    groups = project["dependency-groups"]
    development = [line for line in groups["dev"] if isinstance(line, str)] + groups["build"]
    wanted = zip(LOCKS, (runtime, runtime + development, groups["build"]), strict=True)
    return {
        lock: {re.split(r"[\[<>=~! ]", line)[0].lower().replace("_", "-") for line in asked}
        for lock, asked in wanted
    }


def test_there_are_files_to_look_at() -> None:
    assert ROOT / "tests" / "test_tree.py" in committed()
    assert len(committed()) > 20


def test_no_committed_file_names_a_registry() -> None:
    hosts = [first + second for first, second in REGISTRIES]
    found = [f"{place}: {host}" for place, line in lines() for host in hosts if host in line]
    assert found == []


def test_no_committed_file_names_a_place_on_a_machine() -> None:
    clone = str(ROOT) if len(ROOT.parts) > 2 else "\0"
    found = [place for place, line in lines() if clone in line or PLACES.search(line)]
    assert found == []


def test_no_lock_that_names_addresses_is_committed() -> None:
    names = {path.name for path in committed()}
    assert names.isdisjoint({"uv.lock", "pylock.toml", "poetry.lock", "package-lock.json"})
    for lock in LOCKS:
        text = (ROOT / lock).read_text()
        assert "://" not in text
        assert not re.search(r"^--", text, re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_each_package_by_hash(lock: str) -> None:
    blocks = re.split(r"\n(?=\S)", (ROOT / lock).read_text().strip())
    assert len(blocks) > 3
    assert [block for block in blocks if "--hash=sha256:" not in block] == []


def test_a_lock_holds_all_that_is_asked_for() -> None:
    for lock, names in asked_for().items():
        assert names - locked(lock).keys() == set(), f"{lock}: run make lock"


@pytest.mark.parametrize("lock", [bootstrap.RUNTIME, "requirements-build.lock"])
def test_what_is_tested_is_what_runs_and_what_builds(lock: str) -> None:
    development = locked(bootstrap.DEV)
    different = {
        name: (versions, development.get(name))
        for name, versions in locked(lock).items()
        if versions != development.get(name)
    }
    assert different == {}


def test_every_dependency_says_why_it_is_there() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    blocks = re.findall(r"^(?:dependencies|postgres|build|dev) = \[\n(.*?)^\]", text, re.M | re.S)
    assert len(blocks) == 4
    asked = [line for block in blocks for line in block.splitlines()]
    assert [line for line in asked if not re.search(r'["}],\s+# \S+ \S+', line)] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_make_passes_each_command_on_with_its_arguments(command: str) -> None:
    told = subprocess.run(
        ["make", "--dry-run", "--no-print-directory", command, "ARGS=-k x"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        # Within `make test`, what that make passes down must not change what this one says.
        env={name: value for name, value in os.environ.items() if not name.startswith("MAKE")},
    ).stdout
    assert told.split()[1:] == ["scripts/bootstrap.py", command, "-k", "x"]
    assert command in bootstrap.COMMANDS


def test_the_ci_script_can_be_run() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text().startswith("#!/usr/bin/env bash\n")
