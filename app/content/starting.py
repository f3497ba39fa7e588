"""Starting: what the process is given in which a file is read, and waiting for it in a shell.

Leaves out what is read in it (`apart.py`) and starting it beside an event loop
(`app/web/uploads.py`). Always: the process gets no key and no address of a database.
"""

import os
import subprocess
import sys
from pathlib import Path

import app
from app.content.apart import question, unpack
from app.content.checking import Reading, Sort
from app.content.reading import failed

READ_SECONDS = 20
"""By the clock; its seconds of computing are fewer, as `apart.py` has them."""

KEPT = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "MOMENTS_DATA_ROOT")
"""Of the environment."""

COMMAND = ("-P", "-m", "app.content.apart")  # -P: nothing is imported from the current folder
TOO_LONG = f"could not be read within {READ_SECONDS} seconds"
TOO_MUCH = "could not be read: it takes too much time or memory, or is broken"


def environment() -> dict[str, str]:
    """The environment of the process."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    # Wherever this program was found, that one finds it too: a clone, a wheel, an image.
    found = [str(Path(app.__file__).resolve().parent.parent), os.environ.get("PYTHONPATH", "")]
    return {**kept, "PYTHONPATH": os.pathsep.join(filter(None, found))}


def read_and_wait(raw: bytes, name: str, sort: Sort | None) -> Reading:
    """What the file `raw`, called `name`, holds, within the limits that uploads have."""
    try:
        done = subprocess.run(  # noqa: S603 - this program itself, and the file on its input
            [sys.executable, *COMMAND],
            input=question(name, sort) + raw,
            capture_output=True,
            timeout=READ_SECONDS,
            env=environment(),
            check=False,
        )
    except subprocess.TimeoutExpired:
        return failed(name, TOO_LONG)
    return unpack(done.stdout) if done.returncode == 0 else failed(name, TOO_MUCH)
