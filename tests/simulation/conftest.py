"""Fixtures for the simulation: a fake server, up and empty."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.simulation.fake_server import FakeServer, serving


@pytest_asyncio.fixture
async def fake() -> AsyncIterator[FakeServer]:
    async with serving() as server:
        yield server
