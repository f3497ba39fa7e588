"""What the tests of live workshops share: the material and a database.

Leaves out stand-ins: there are none. Always: each test begins with an empty database.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.content import Content
from app.game.opening import OpenWorkshop
from app.live import LiveWorkshop, Workshops
from app.main import shipped_content
from app.store import Store, open_store


@pytest.fixture(scope="session")
def content() -> Content:
    return shipped_content()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(f"sqlite+aiosqlite:///{tmp_path}/moments.db")
    yield opened
    await opened.close()


@pytest.fixture
async def workshops(store: Store, content: Content) -> Workshops:
    return Workshops(store, content, retention_days=30)


@pytest.fixture
async def live(workshops: Workshops) -> LiveWorkshop:
    wish = OpenWorkshop(title="A workshop", problems=["information-sharing"], seed=1)
    return await workshops.open(wish, owner="owner")
