"""What the tests of the game share: the content that is shipped, read once.

Leaves out the table itself (`table.py`). Always: what is read here is never changed.
"""

import pytest

from app import paths
from app.content import Content, load_content


@pytest.fixture(scope="session")
def shipped() -> Content:
    """The deck and the problem statements of this repository."""
    return load_content(
        paths.folder("cards") / "behavioural_insights.json", paths.folder("journeys")
    )
