"""Joining in the browser: whoever comes in twice has two seats, and the facilitator is told.

Leaves out who counts as a namesake (`tests/views/test_namesakes.py`). What always holds: from
the door nobody learns who is there.
"""

from collections.abc import Iterator

import pytest

from tests.served import Served, cookie_of, served


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("joining")) as server:
        yield server


def join(server: Served, code: str, name: str) -> str:
    """What somebody is shown on joining."""
    reply = server.page("POST", f"/join/{code}", {"name": name, "organisation": "NHS"})
    assert reply.headers["location"] == f"/w/{code}"
    page = server.page("GET", f"/w/{code}", None, {"Cookie": cookie_of(reply)})
    assert page.status == 200
    return page.body.decode()


def test_staff_see_who_came_in_twice_and_whoever_comes_in_does_not(server: Served) -> None:
    code = server.open()
    host = {"Cookie": server.sign_in()}
    room = f"/facilitate/{code}"
    join(server, code, "Amara")
    assert "Same name" not in server.page("GET", room, None, host).body.decode()
    page = join(server, code, "amara")
    assert "Amara" not in page
    assert "Same name" not in page
    told = server.page("GET", room, None, host).body.decode()
    assert "Amara, NHS</span>: 2 seats" in told
    assert told.count(">Same name<") == 2
