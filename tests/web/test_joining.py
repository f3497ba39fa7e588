"""Joining in the browser: whoever comes in twice is told, and so is the facilitator.

Leaves out who counts as a namesake (`tests/views/test_namesakes.py`). What always holds: both
have a seat, and the address alone makes no page say anything.
"""

from collections.abc import Iterator

import pytest

from tests.served import Served, cookie_of, served

SAID = "is here already. If that was you on another device, ask the facilitator to remove"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("joining")) as server:
        yield server


def join(server: Served, code: str, name: str) -> tuple[str, str]:
    """Where somebody is led on joining, and what is said there."""
    reply = server.page("POST", f"/join/{code}", {"name": name, "organisation": "NHS"})
    place = reply.headers["location"]
    page = server.page("GET", place, None, {"Cookie": cookie_of(reply)})
    assert page.status == 200
    return place, page.body.decode()


def test_whoever_comes_in_under_a_name_that_is_here_is_told_and_staff_see_both(
    server: Served,
) -> None:
    code = server.open()
    host = {"Cookie": server.sign_in()}
    room = f"/facilitate/{code}"
    first, page = join(server, code, "Amara")
    assert first == f"/w/{code}"
    assert SAID not in page
    assert "Same name" not in server.page("GET", room, None, host).body.decode()
    place, page = join(server, code, "amara")
    assert f"Somebody called amara of NHS {SAID} the other seat." in page
    told = server.page("GET", room, None, host).body.decode()
    assert "Amara, NHS</span>: 2 seats" in told
    assert told.count(">Same name<") == 2
    _, page = join(server, code, "Beth")
    assert SAID not in page
    beth = server.enter(code, "Bo")
    alone = server.page("GET", place, None, {"Cookie": beth})  # the same address, another person
    assert SAID not in alone.body.decode()
