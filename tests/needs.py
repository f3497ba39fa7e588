"""Needs: what some tests want that Python packages do not bring.

Leaves out everything that `make test` installs by itself. Always: a skip says what
is missing and how to get it, after a colon.
"""

import shutil
from functools import cache

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@cache
def _browser() -> str | None:
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def chromium() -> str:
    """The path of a Chromium; skips the test that asks where there is none."""
    if found := _browser():
        return found
    pytest.skip("no Chromium on the PATH: sudo apt-get install chromium (or .ci/run does it)")


def c_compiler() -> None:
    """Skips the test that asks where nothing can be compiled."""
    if shutil.which("cc") is None:
        pytest.skip(
            "no C compiler on the PATH: sudo apt-get install gcc libc6-dev (or .ci/run does it)"
        )
