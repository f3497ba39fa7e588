"""Apart: reading one file in a process of its own, which may be stopped at any moment.

`python -m app.content.apart` takes a line of JSON (`name`, `sort`) and then the file on
standard input, and answers a Reading as JSON. It leaves out starting and stopping it
(`app/web/uploads.py`). Always: the limits stand before a byte of the file is looked at.
"""

import json
import sys

from app.content.checking import SHAPES, Reading, Sort, sort_of
from app.content.mistakes import ContentMistake
from app.content.reading import failed, read_file

MOST_MEMORY = 768 * 1024 * 1024
"""In bytes, of addresses: Python and the libraries take about a third of it."""

MOST_SECONDS = 10
"""Of computing. A workbook of the largest size there may be takes about a third of it."""


def main() -> None:
    """Read what comes on standard input, and write what was found in it."""
    _limit()
    asked = json.loads(sys.stdin.buffer.readline())
    name, sort = asked["name"], asked["sort"]
    try:
        reading = read_file(sys.stdin.buffer.read(), name, sort)
    except MemoryError:
        reading = failed(name, "takes too much memory to read")
    sys.stdout.buffer.write(pack(reading))


def question(name: str, sort: Sort | None) -> bytes:
    """The line that goes before a file."""
    return json.dumps({"name": name, "sort": sort}).encode() + b"\n"


def pack(reading: Reading) -> bytes:
    """`reading` as it goes from one process to the other."""
    sound = not reading.mistakes
    return json.dumps(
        {"sound": sound, "document": reading.document, "told": reading.mistakes}
    ).encode()


def unpack(answer: bytes) -> Reading:
    """What `pack` was given. Raises ValueError, KeyError or TypeError else."""
    said = json.loads(answer)
    document = said["document"]
    if said["sound"]:
        return Reading(document, SHAPES[sort_of(document)].model_validate(document), ())
    mistakes = (
        ContentMistake(file, place, message, None if way is None else tuple(way))
        for file, place, message, way in said["told"]
    )
    return Reading(document, None, tuple(mistakes))


def _limit() -> None:
    """Bound memory and time where the system can; whoever started this minds the clock too."""
    if sys.platform == "win32":
        return
    import resource

    for what, most in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_CPU, MOST_SECONDS),
        (resource.RLIMIT_FSIZE, 0),  # it writes no files
        (resource.RLIMIT_CORE, 0),  # and leaves nothing of what it read behind
    ):
        _, hard = resource.getrlimit(what)
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    main()
