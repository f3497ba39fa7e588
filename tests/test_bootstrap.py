"""Bootstrap: run on a small project of its own, whose locks name nothing.

So it makes real environments and installs into them, and fetches nothing. Always:
the clone's own .venv is left alone.
"""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from scripts import bootstrap

ROOT = Path(__file__).resolve().parent.parent
SERVE = "import sys; print('served', sys.argv[1:], sys.prefix)\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A clone with empty locks and a program that says how it was called."""
    (tmp_path / "scripts").mkdir()
    (tmp_path / "app").mkdir()
    shutil.copy(ROOT / "scripts" / "bootstrap.py", tmp_path / "scripts")
    (tmp_path / "app" / "cli.py").write_text(SERVE)
    for lock in (bootstrap.RUNTIME, bootstrap.DEV):
        (tmp_path / lock).write_text("")
    return tmp_path


def start(project: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(project / "scripts" / "bootstrap.py"), *arguments],
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def call(project: Path, *arguments: str) -> tuple[str, str]:
    """What a command that succeeds writes: (output, messages)."""
    process = start(project, *arguments)
    output, messages = process.communicate(timeout=90)
    assert process.returncode == 0, messages
    return output, messages


def within(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Point the imported module at the small project."""
    for name, value in {
        "ROOT": project,
        "VENV": project / ".venv",
        "STAMP": project / ".venv" / "stamp.json",
        "MOMENTS": project / ".venv" / "bin" / "moments",
        "TOOLS": project / ".tools",
        "PYTHON": project / ".venv" / "bin" / "python",
    }.items():
        monkeypatch.setattr(bootstrap, name, value)


def test_the_first_run_sets_up_and_the_second_only_runs(project: Path) -> None:
    output, messages = call(project, "run", "--port", "1")
    assert output == f"served ['serve', '--port', '1'] {project / '.venv'}\n"
    assert "Setting up .venv from requirements.lock" in messages
    before = (project / ".venv" / "stamp.json").stat().st_mtime_ns
    began = time.monotonic()
    again, quiet = call(project, "run", "--port", "1")
    assert (again, quiet) == (output, "")
    assert time.monotonic() - began < 5  # nearer 0.2 s; a set-up takes longer than this
    assert (project / ".venv" / "stamp.json").stat().st_mtime_ns == before


def test_the_development_lock_serves_for_running_too(project: Path) -> None:
    call(project, "setup")
    _, messages = call(project, "run")
    assert messages == ""


def test_a_changed_lock_is_installed_on_top_and_a_lost_stamp_starts_afresh(project: Path) -> None:
    call(project, "run")
    marker = project / ".venv" / "marker"
    marker.touch()
    (project / bootstrap.RUNTIME).write_text("# changed\n")
    assert "Setting up" in call(project, "run")[1]
    assert marker.exists()
    (project / ".venv" / "stamp.json").unlink()  # as when an installation was broken off
    assert "Setting up" in call(project, "run")[1]
    assert not marker.exists()


def test_a_lock_that_cannot_be_installed_leaves_no_stamp(project: Path) -> None:
    (project / bootstrap.RUNTIME).write_text("no-hash-here==1.0\n")
    process = start(project, "run")
    output, messages = process.communicate(timeout=90)
    assert process.returncode == 1
    assert output == ""
    assert "Could not install requirements.lock" in messages
    assert not (project / ".venv" / "stamp.json").exists()


def test_two_commands_at_once_set_up_once(project: Path) -> None:
    both = [start(project, "run"), start(project, "run")]
    messages = [process.communicate(timeout=90)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert "".join(messages).count("Setting up") == 1


def test_an_environment_of_another_python_is_not_taken(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    within(project, monkeypatch)
    (project / ".venv" / "bin").mkdir(parents=True)
    (project / ".venv" / "bin" / "python").touch()
    held = {bootstrap.RUNTIME: bootstrap.digest(bootstrap.RUNTIME)}
    bootstrap.STAMP.write_text(json.dumps({"python": sys.version, **held}))
    assert bootstrap.ready(bootstrap.RUNTIME)
    assert not bootstrap.ready(bootstrap.DEV)
    bootstrap.STAMP.write_text(json.dumps({"python": "another", **held}))
    assert not bootstrap.ready(bootstrap.RUNTIME)


def test_without_ensurepip_the_environment_is_filled_from_outside(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    within(project, monkeypatch)
    really = bootstrap.works

    def works(*command: Any) -> bool:
        """As on Debian without python3-venv: an environment with pip in it cannot be made."""
        whole = "venv" in command and "--without-pip" not in command
        return not whole and really(*command)

    monkeypatch.setattr(bootstrap, "works", works)
    bootstrap.set_up(bootstrap.RUNTIME)
    assert bootstrap.ready(bootstrap.RUNTIME)
    assert not really(bootstrap.PYTHON, "-m", "pip", "--version")
    (project / bootstrap.RUNTIME).write_text("# changed\n")
    bootstrap.set_up(bootstrap.RUNTIME)
    assert bootstrap.ready(bootstrap.RUNTIME)


def test_where_no_environment_can_be_made_it_says_what_to_install(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    within(project, monkeypatch)
    monkeypatch.setattr(bootstrap, "works", lambda *command: False)
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: None)
    with pytest.raises(SystemExit, match="python3-venv python3-pip"):
        bootstrap.set_up(bootstrap.RUNTIME)


def test_every_step_of_a_check_is_run_even_after_one_fails(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    within(project, monkeypatch)
    monkeypatch.setattr(bootstrap, "PYTHON", Path(sys.executable))
    monkeypatch.setattr(bootstrap, "set_up", lambda lock: None)
    monkeypatch.chdir(Path.cwd())  # so that it is put back: a command goes to the clone
    steps = [["-c", "print('first'); raise SystemExit(1)"], ["-c", "print('second')"]]
    monkeypatch.setitem(bootstrap.COMMANDS, "check", (bootstrap.DEV, steps))
    with pytest.raises(SystemExit, match="first"):
        bootstrap.main(["check"])
    assert capfd.readouterr().out == "first\nsecond\n"


def test_an_unknown_command_is_told_the_known_ones() -> None:
    with pytest.raises(SystemExit, match=r"usage: bootstrap.py run\|demo\|test\|check"):
        bootstrap.main(["serve"])


def test_the_program_of_a_clone_is_called_as_an_installed_one_is(project: Path) -> None:
    call(project, "setup")
    told = subprocess.run(
        [project / ".venv" / "bin" / "moments", "show", "ABCD EFGH"],
        capture_output=True,
        text=True,
        cwd="/",
        check=True,
    )
    assert told.stdout.startswith("served ['show', 'ABCD EFGH']")
