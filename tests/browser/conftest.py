"""A real Chromium for the browser tests, one for the whole run.

Leaves out servers and workshops, which each file makes as it needs them. Always: every
person has a context of their own, so that nobody sits in anybody else's seat.
"""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.browser.flags import FLAGS
from tests.browser.people import People
from tests.needs import chromium
from tests.served import Served, served


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server for one file of tests."""
    with served(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(scope="module")
def owner(server: Served) -> str:
    """The cookie of the server's owner; the link that gives it is good once."""
    return server.sign_in()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    path = chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def people(browser: Browser) -> AsyncIterator[People]:
    """Whoever comes in during one test; they go home when it ends."""
    people = People(browser)
    yield people
    await people.go_home()
    assert people.faults == []


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def company(browser: Browser) -> AsyncIterator[People]:
    """As `people`, staying for a whole file."""
    people = People(browser)
    yield people
    await people.go_home()
    assert people.faults == []
