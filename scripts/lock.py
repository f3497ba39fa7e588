"""Lock: write the locked requirements from what pyproject.toml asks for.

Run by `make lock`; `make lock ARGS=--upgrade` takes newer versions, without it only
what pyproject.toml asks for changes. Always: a lock names versions and hashes, and
no place that they came from, so the same file serves any mirror.
"""

import os
import subprocess
import sys
from pathlib import Path

from scripts.bootstrap import DEV, ROOT, RUNTIME, uv

BUILD = "requirements-build.lock"  # what an image needs to build the package, and no more

# Each is held to the one before, so that what is tested is what runs and what builds.
WANTED: dict[str, list[str]] = {
    RUNTIME: ["pyproject.toml", "--extra", "postgres"],
    DEV: ["pyproject.toml", "--extra", "postgres", "--group", "dev", "--constraint", RUNTIME],
    BUILD: ["--group", "build", "--constraint", DEV],
}


def main(arguments: list[str]) -> None:
    program = uv()
    if program is None:
        raise SystemExit("uv is needed to write the locks, and pip could not fetch it.")
    # Nothing a machine sets for uv may find its way into a file that is committed.
    clean = {name: value for name, value in os.environ.items() if not name.startswith("UV_EMIT")}
    for lock, wanted in WANTED.items():
        command: list[str | Path] = [program, "pip", "compile", *wanted]
        command += ["--universal", "--python-version", "3.11", "--generate-hashes"]
        command += ["--no-header", "--no-annotate", "--quiet", "-o", lock]
        subprocess.run([*command, *arguments], cwd=ROOT, env=clean, check=True)
        lines = (ROOT / lock).read_text().splitlines()
        wrong = [line for line in lines if line.startswith("--") or "://" in line]
        if wrong:
            raise SystemExit(f"{lock} names a place: {wrong[0]}")
        print(f"{lock}: {sum(line[0].isalnum() for line in lines)} packages")


if __name__ == "__main__":
    main(sys.argv[1:])
