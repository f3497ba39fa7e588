"""Bootstrap: from a fresh clone to a running server, a tested tree, or a checked one.

`make` calls this, and it works without make: `python3 scripts/bootstrap.py run`. It
needs nothing but Python's standard library and makes everything else in .venv, once.
Always: .venv holds what a committed lock names, by hash, or it has no stamp and is
made again.
"""

from __future__ import annotations  # so that an older Python can read on to the message below

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "stamp.json"
TOOLS = ROOT / ".tools"
MOMENTS = VENV / "bin" / "moments"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
RUNTIME, DEV = "requirements.lock", "requirements-dev.lock"

# Two at a time: most tests wait for a server or a browser, and more would wait for each other.
TESTS = ["-m", "pytest", "--numprocesses=2", "--dist=worksteal"]

# What each command needs installed, and what it then runs, one after the other.
COMMANDS: dict[str, tuple[str, list[list[str]]]] = {
    "run": (RUNTIME, [["-m", "app.cli", "serve"]]),
    "demo": (RUNTIME, [["-m", "app.cli", "demo"]]),
    "test": (DEV, [TESTS]),
    "check": (DEV, [["-m", "ruff", "format", "--check"], ["-m", "ruff", "check"], ["-m", "mypy"]]),
    "faults": (DEV, [["-m", "tests.faults"]]),
    "format": (DEV, [["-m", "ruff", "check", "--fix"], ["-m", "ruff", "format"]]),
    "reference": (RUNTIME, [["-m", "scripts.reference"]]),
    "lock": (DEV, [["-m", "scripts.lock"]]),
    "setup": (DEV, []),
}


def digest(lock: str) -> str:
    return hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()


def stamp() -> dict[str, str]:
    """What .venv holds: {lock: digest}, or nothing where it is absent or another Python's."""
    try:
        held = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    if not PYTHON.exists() or held.pop("python", None) != sys.version:
        return {}
    return {str(lock): str(value) for lock, value in held.items()}


def ready(lock: str) -> bool:
    """Whether .venv has all that `lock` names; the development lock holds the other one whole."""
    held = stamp()
    return held.get(lock) == digest(lock)


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """One set-up at a time: a second command waits for the first, then finds its work done."""
    with (ROOT / ".venv.lock").open("a+b") as lock:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(lock.fileno(), msvcrt.LK_LOCK, 1)
        else:
            import fcntl

            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("Waiting for another command that is setting up .venv.")
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield  # closing the file lets go of it, and so does the end of the process


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def works(*command: str | Path) -> bool:
    return subprocess.run([*command], capture_output=True, check=False).returncode == 0


def uv() -> str | Path | None:
    """The uv program: on the PATH, or put in .tools by pip; None where there is neither."""
    if found := shutil.which("uv"):
        return found
    program = TOOLS / "bin" / ("uv.exe" if os.name == "nt" else "uv")
    pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    if program.exists() or works(*pip, "--target", TOOLS, "uv"):
        return program
    return None


def make_environment() -> list[str | Path]:
    """Make an empty .venv; return the command that installs into it.

    Debian and Ubuntu keep `ensurepip` apart from Python, in python3-venv. Without
    it the environment is made bare, and filled from outside.
    """
    shutil.rmtree(VENV, ignore_errors=True)
    here = ["-m", "pip", "--disable-pip-version-check", "--no-input"]
    if works(sys.executable, "-m", "venv", VENV):
        return [PYTHON, *here, "install"]
    if works(sys.executable, "-m", "venv", "--clear", "--without-pip", VENV) and works(
        sys.executable, *here, "--python", PYTHON, "list"
    ):
        return [sys.executable, *here, "--python", PYTHON, "install"]
    shutil.rmtree(VENV, ignore_errors=True)
    if (program := uv()) and works(program, "venv", "--python", sys.executable, VENV):
        return [program, "pip", "install", "--python", PYTHON]
    raise SystemExit(
        "Python here can make no virtual environment. Install pip and venv, then try again:\n"
        "    sudo apt-get install python3-venv python3-pip     (Debian, Ubuntu)"
    )


def set_up(lock: str) -> None:
    """Make .venv hold what `lock` names, unless it does already.

    Raises SystemExit, in plain words, where it cannot.
    """
    if ready(lock):
        return
    with alone():
        if ready(lock):
            return
        say(f"Setting up .venv from {lock}: once, a minute or two.")
        held = stamp()
        # A changed lock is put on top of what is there; anything less certain starts afresh.
        if held and works(PYTHON, "-m", "pip", "--version"):
            install: list[str | Path] = [PYTHON, "-m", "pip", "--no-input", "install"]
        else:
            install, held = make_environment(), {}
        STAMP.unlink(missing_ok=True)
        command = [*install, "--quiet", "--require-hashes", "-r", ROOT / lock]
        if subprocess.run(command, check=False, cwd=ROOT).returncode:
            raise SystemExit(f"Could not install {lock}: the reason stands above. Try again.")
        put_program()
        for done in (RUNTIME, DEV) if lock == DEV else (RUNTIME,):
            held[done] = digest(done)
        STAMP.write_text(json.dumps({"python": sys.version, **held}, indent=1))


def put_program() -> None:
    """Make `.venv/bin/moments`, which is what an installed program is called, run this clone."""
    if os.name == "nt":
        return
    start = f'PYTHONPATH="{ROOT}" exec "{PYTHON}" -m app.cli "$@"'
    MOMENTS.write_text(f"#!/bin/sh\n{start}\n")
    MOMENTS.chmod(0o755)


def newer_python() -> str | None:
    """Another Python on the PATH that is new enough, best first."""
    for minor in range(20, 10, -1):
        found = shutil.which(f"python3.{minor}")
        if found and works(found, "-c", "import ssl, sqlite3"):
            return found
    return None


def main(arguments: list[str]) -> None:
    if not arguments or arguments[0] not in COMMANDS:
        raise SystemExit(f"usage: bootstrap.py {'|'.join(COMMANDS)} [arguments]")
    if sys.version_info < (3, 11):  # noqa: UP036 - an older python3 may well call this file
        if found := newer_python():
            os.execv(found, [found, __file__, *arguments])
        version = sys.version.split()[0]
        raise SystemExit(f"Python 3.11 or newer is needed; this is {version}.")
    lock, steps = COMMANDS[arguments[0]]
    set_up(lock)
    os.chdir(ROOT)
    commands = [[str(PYTHON), *step, *arguments[1:]] for step in steps]
    if len(commands) == 1 and os.name != "nt":
        sys.stdout.flush()
        os.execv(commands[0][0], commands[0])
    # Each step is run even where one before it failed: all that is wrong is seen at once.
    failed = [command for command in commands if subprocess.run(command, check=False).returncode]
    if failed:
        raise SystemExit("Failed: " + ", ".join(" ".join(command[1:]) for command in failed))


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        raise SystemExit(130) from None
