"""Paths: where the folders that are not code are found.

Leaves out the data folder, which is a setting. Always: the same four folders are
found from a clone, from an installed wheel and from an image, whatever the current
folder is.
"""

import os
from functools import cache
from pathlib import Path
from typing import Literal

Folder = Literal["static", "templates", "cards", "journeys"]

_HERE = Path(__file__).resolve().parent


@cache
def folder(name: Folder) -> Path:
    """The folder called `name`. Raises FileNotFoundError, saying where it was looked for."""
    if root := os.environ.get("MOMENTS_DATA_ROOT"):
        # Named on purpose, so nothing else will do: a wrong name must not go unnoticed.
        places = [Path(root).resolve() / name]
    else:
        places = [_HERE / "_data" / name, _HERE.parent / name]
    for place in places:
        if place.is_dir():
            return place
    looked = " or ".join(str(place) for place in places)
    raise FileNotFoundError(f"There is no folder {name!r}: looked for {looked}")
