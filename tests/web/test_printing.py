"""Prints over HTTP: what may be printed by whom, and what is said to what is not known.

Leaves out how pages look (tests/browser/test_print.py). Always: a real server is asked.
"""

import re
from collections.abc import Iterator

import pytest

from app.main import shipped_content
from tests.served import Served, served

CONTENT = shipped_content()
PARTS = ("cards", "notes", "posters", "barriers", "slips", "scores", "guide")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("printing")) as running:
        yield running


def get(server: Served, path: str, cookie: str = "") -> tuple[int, str]:
    reply = server.page("GET", path, headers={"Cookie": cookie} if cookie else {})
    return reply.status, str(reply.body)


def fronts(html: str) -> list[str]:
    return re.findall(r'class="leaf leaf--front [^"]*" data-card="([^"]+)"', html)


def test_every_print_is_listed_and_leads_somewhere(server: Served) -> None:
    status, html = get(server, "/kit")
    assert status == 200
    links = set(re.findall(r'href="(/(?:kit/|journeys/)[^"]+)"', html))
    assert {f"/kit/{part}" for part in PARTS} <= links
    for journey in CONTENT.journeys:
        assert f"/journeys/{journey.id}/print?part=posters" in links
    for link in links:
        assert get(server, link.replace("&amp;", "&"))[0] == 200, link
    for page in ("/cards", "/journeys"):
        assert 'href="/kit"' in get(server, page)[1]


def test_the_deck_is_printed_with_the_filters_of_the_deck_page(server: Served) -> None:
    wanted = [card.id for card in CONTENT.deck.cards if card.replication == "contested"]
    _, html = get(server, "/cards/print?replication=contested")
    assert fronts(html) == wanted
    _, html = get(server, "/cards/print?family=Timing+%26+habit&sides=fronts")
    assert fronts(html) == [c.id for c in CONTENT.deck.cards if c.family == "Timing & habit"]
    assert "leaf--back" not in html


def test_what_is_not_known_is_left_out_and_said(server: Served) -> None:
    status, html = get(server, "/cards/print?family=<b>&sides=upside-down")
    assert status == 200
    assert "There is no such family and no such way to print; it has been left out." in html
    assert len(fronts(html)) == len(CONTENT.deck.cards)
    status, html = get(server, "/cards/print?words=zzzz")
    assert status == 200
    assert "there is nothing to print" in html
    for path in ("/kit/banners", "/journeys/nowhere/print"):
        assert get(server, path)[0] == 404
    assert get(server, "/journeys/information-sharing/print?part=banners")[0] == 404


def test_a_workshop_s_kit_is_the_material_it_was_opened_with_and_for_its_staff(
    server: Served,
) -> None:
    owner = server.sign_in()
    journey = CONTENT.journeys[0].model_dump(mode="json") | {"id": "own", "title": "Our own way"}
    code = server.open(title="On paper", problems=[journey, "wider-organisations"])
    base = f"/facilitate/{code}/kit"
    status, html = get(server, base, owner)
    assert status == 200
    assert "2 problem statements" in html
    for part in PARTS:
        assert f'href="{base}/{part}"' in html
        assert get(server, f"{base}/{part}", owner)[0] == 200
        assert get(server, f"{base}/{part}")[0] == 403
    _, html = get(server, f"{base}/posters", owner)
    assert "Our own way" in html
    assert CONTENT.journeys[1].title not in html
    _, html = get(server, f"{base}/cards", owner)
    assert fronts(html) == [card.id for card in CONTENT.deck.cards]
    assert f'href="{base}/notes"' in html
    assert "Treat a card as a good place to start" in get(server, f"{base}/notes", owner)[1]
    assert f'href="{base}"' in get(server, f"/facilitate/{code}/exports", owner)[1]
    assert get(server, base)[0] == 403
