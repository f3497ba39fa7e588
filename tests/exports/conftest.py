"""What the tests of the exports share: one finished workshop, played once.

Leaves out how it was played (`played.py`). Always: nobody changes it.
"""

import pytest

from .played import Played, finished


@pytest.fixture(scope="session")
def played() -> Played:
    """A finished workshop."""
    return finished()
