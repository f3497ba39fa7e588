"""The list of one's own problem statements and decks, and files that are brought and taken."""

import json
import re
from collections.abc import Iterator

import pytest

from app.content import read_file
from app.drafting.shape import shaped
from app.paths import folder
from tests.served import Served, served
from tests.web.shelved import HERE, Browser, another, filled
from tests.written import small_deck, small_journey


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("material")) as server:
        yield server


@pytest.fixture(scope="module")
def bea(server: Served) -> Browser:
    return another(server, "Bea")


def as_bytes(document: object) -> bytes:
    return json.dumps(document).encode()


def brought(bea: Browser, document: object, sort: str = "journey", name: str = "it.json") -> str:
    """The id of what a file became."""
    reply = bea.bring(f"{HERE}/upload", name, as_bytes(document), sort=sort)
    assert reply.status == 303, reply
    return reply.headers["location"].rpartition("/")[2]


def document(bea: Browser, id: str) -> object:
    reply = bea.get(f"{HERE}/{id}/download/json")
    assert reply.status == 200
    return reply.body


def test_a_shipped_one_is_begun_from_under_an_id_of_its_own(bea: Browser) -> None:
    id = bea.begin("wider-organisations")
    path = folder("journeys") / "wider-organisations.json"
    shipped = json.loads(path.read_text(encoding="utf-8"))
    mine = document(bea, id)
    assert isinstance(mine, dict)
    assert mine["stages"] == shaped(shipped)["stages"]
    assert mine["id"] != shipped["id"]
    assert re.search(r"Ready", bea.text(HERE))


def test_what_can_be_begun_is_one_link_away_however_much_there_is(bea: Browser) -> None:
    bea.begin("information-sharing")
    page = bea.get(HERE).body.decode()
    links = re.findall(r'<a href="#(\w+)">', page)
    assert links[0] == "new"
    assert page.index('href="#new"') < page.index('class="piece"')
    for id in links:
        assert page.count(f'id="{id}" tabindex="-1"') == 1


def test_beginning_from_something_else_is_refused(bea: Browser) -> None:
    reply = bea.post(f"{HERE}/begin", {"from": "nothing-of-ours"})
    assert reply.status == 422
    assert b"Choose what to begin from" in reply.body


def test_a_duplicate_is_another_with_an_id_of_its_own(bea: Browser) -> None:
    id = bea.begin()
    bea.press(id, "save", filled("Twice"))
    reply = bea.post(f"{HERE}/{id}/duplicate")
    other = reply.headers["location"].rpartition("/")[2]
    one, two = document(bea, id), document(bea, other)
    assert isinstance(one, dict)
    assert isinstance(two, dict)
    assert two["title"] == "Twice (copy)"
    assert (two["stages"], two["id"] == one["id"]) == (one["stages"], False)


def test_deleting_asks_and_can_be_put_back_and_be_for_good(bea: Browser) -> None:
    id = bea.begin()
    bea.press(id, "save", {"title": "To be deleted"})
    page = bea.text(f"{HERE}/{id}/delete")
    assert "Delete it" in page
    assert f'id="piece-{id}"' in bea.text(HERE)  # asking deletes nothing
    assert bea.post(f"{HERE}/{id}/delete").headers["location"] == f"{HERE}?done=binned"
    page = bea.text(f"{HERE}?done=binned")
    assert f'id="piece-{id}"' not in page
    assert f"{HERE}/{id}/put-back" in page
    assert "Put it back first" in bea.text(f"{HERE}/{id}", 404)
    bea.post(f"{HERE}/{id}/put-back")
    assert bea.form(id)["title"] == "To be deleted"
    for _ in range(2):
        bea.post(f"{HERE}/{id}/delete")
    assert bea.get(f"{HERE}/{id}").status == 404
    assert "To be deleted" not in bea.text(HERE)


@pytest.mark.parametrize("source", [path.stem for path in folder("journeys").glob("*.json")])
def test_a_shipped_file_goes_up_and_comes_down_equal_also_saved_untouched(
    bea: Browser, source: str
) -> None:
    shipped = (folder("journeys") / f"{source}.json").read_bytes()
    id = bea.bring(f"{HERE}/upload", f"{source}.json", shipped, sort="journey").headers["location"]
    id = id.rpartition("/")[2]
    bea.press(id, "save")
    assert "Last: Brought as a JSON file" in bea.text(f"{HERE}/{id}")  # so there is no step to undo
    down = json.loads(as_bytes(bea.get(f"{HERE}/{id}/download/json").body))
    up = json.loads(shipped)
    assert {**down, "$schema": None} == {**up, "$schema": None}


@pytest.mark.parametrize("format", ["json", "csv", "xlsx"])
def test_what_is_taken_away_and_brought_again_is_the_same(bea: Browser, format: str) -> None:
    id = bea.begin("information-sharing")
    reply = bea.get(f"{HERE}/{id}/download/{format}")
    assert reply.status == 200
    assert (
        f'filename="sharing-information-between-agencies.{format}"'
        in reply.headers["content-disposition"]
    )
    raw = as_bytes(reply.body) if format == "json" else reply.body
    again = bea.bring(f"{HERE}/upload", f"it.{format}", raw, sort="journey")
    assert again.status == 303, again
    other = again.headers["location"].rpartition("/")[2]
    assert document(bea, other) == document(bea, id)


@pytest.mark.parametrize("file", ["journey.csv", "journey.xlsx", "deck.csv", "deck.xlsx"])
def test_templates_can_be_had(bea: Browser, server: Served, file: str) -> None:
    reply = bea.get(f"{HERE}/templates/{file}")
    assert reply.status == 200
    assert len(reply.body) > 100
    read = read_file(reply.body, file, "deck" if file.startswith("deck") else "journey")
    assert read.mistakes  # nothing is filled in yet
    assert server.page("GET", f"{HERE}/templates/{file}").status == 403
    assert bea.get(f"{HERE}/templates/nothing.csv").status == 404
    assert bea.get(f"{HERE}/templates/deck.exe").status == 404


def test_a_problem_statement_with_mistakes_is_kept_as_a_draft(bea: Browser) -> None:
    journey = small_journey()
    journey["stages"][0]["who"] = ""
    journey["stages"][1]["barriers"] = []
    journey["colour"] = "red"
    reply = bea.bring(f"{HERE}/upload", "half.json", as_bytes(journey), sort="journey")
    assert reply.status == 200
    page = reply.body.decode()
    for place in ("stages[0].who", "stages[1].barriers", "colour"):
        assert place in page
    found = re.search(rf'href="{HERE}/(\w+)\?checked=1"', page)
    assert found
    assert "2 things to put right" in bea.text(f"{HERE}/{found[1]}")
    assert bea.form(found[1])["stages-0-does"] == "Meet."


@pytest.mark.parametrize(
    ("name", "content", "sort", "says"),
    [
        ("a.json", b"{", "journey", "line 1"),
        ("a.json", b"[1, 2]", "journey", "object"),
        ("a.xlsx", b"PK\x03\x04 no workbook", "journey", "the file"),
        ("a.json", b"", "deck", "nothing in it"),
        ("a.json", b"{}", "deck", "cards"),
        ("<img src=x>.json", b"{", "journey", "&lt;img src=x&gt;.json"),
    ],
)
def test_a_file_that_cannot_be_taken_says_why_and_changes_nothing(
    bea: Browser, name: str, content: bytes, sort: str, says: str
) -> None:
    before = bea.text(HERE).count("piece__title")
    reply = bea.bring(f"{HERE}/upload", name, content, sort=sort)
    assert reply.status == 422
    page = reply.body.decode()
    assert "was not taken" in page
    assert says in page
    assert page.count("piece__title") == before


def test_a_form_without_a_file_says_so(bea: Browser) -> None:
    reply = bea.post(f"{HERE}/upload", {"sort": "deck"})
    assert reply.status == 422
    assert b"Choose a file first" in reply.body
    assert b'value="deck" autocomplete="off" checked' in reply.body


def test_a_file_that_is_far_too_large_is_turned_away(bea: Browser) -> None:
    reply = bea.bring(f"{HERE}/upload", "Größe <b>.json", b" " * 5_000_000, sort="deck")
    assert reply.status == 413
    page = reply.body.decode()
    assert "“<span hx-ignore>Größe &lt;b&gt;.json</span>” is too large: 1 MB at most." in page
    assert f'href="{HERE}#upload"' in page
    assert "workshop code" not in page


def test_a_deck_that_is_far_too_large_leads_back_to_the_one_there_is(bea: Browser) -> None:
    id = brought(bea, small_deck(), "deck")
    reply = bea.bring(f"{HERE}/{id}/upload", "a.json", b" " * 1_100_000)
    assert reply.status == 413
    assert f'href="{HERE}/{id}"' in reply.body.decode()
    assert "2 cards in 1 family" in bea.text(f"{HERE}/{id}")


def test_what_is_typed_past_the_limit_is_no_file(bea: Browser) -> None:
    id = bea.begin()
    reply = bea.post(f"{HERE}/{id}", {"title": "x" * 1_100_000})
    assert reply.status == 413
    page = reply.body.decode()
    assert "This is too large: 1 MB at most." in page
    assert "go back in your browser" in page


def test_a_deck_is_shown_by_its_cards_and_replaced_and_that_is_undone(bea: Browser) -> None:
    id = brought(bea, small_deck(), "deck")
    page = bea.text(f"{HERE}/{id}")
    assert "2 cards in 1 family" in page
    assert "People stay with what is set for them." in page
    newer = small_deck()
    newer["title"] = "A newer deck"
    edition = re.search(r'name="edition" value="(\d+)"', page)
    assert edition
    reply = bea.bring(f"{HERE}/{id}/upload", "b.json", as_bytes(newer), edition=edition[1])
    assert reply.status == 303
    assert "A newer deck" in bea.text(f"{HERE}/{id}")
    reply = bea.bring(f"{HERE}/{id}/upload", "c.json", as_bytes(small_deck()), edition=edition[1])
    assert reply.status == 409  # from a page out of date
    assert "A newer deck" in bea.text(f"{HERE}/{id}")
    bea.post(f"{HERE}/{id}/turn", {"edition": "2", "do": "undo"})
    assert "A newer deck" not in bea.text(f"{HERE}/{id}")
    bea.post(f"{HERE}/{id}/turn", {"edition": "3", "do": "redo"})
    assert "A newer deck" in bea.text(f"{HERE}/{id}")


def test_a_deck_with_mistakes_is_refused_with_all_of_them(bea: Browser) -> None:
    deck = small_deck()
    deck["cards"][1]["id"] = deck["cards"][0]["id"]
    deck["cards"][0]["study"]["doi"] = "none"
    deck["cards"][1]["insight"] = "word " * 60
    reply = bea.bring(f"{HERE}/upload", "deck.json", as_bytes(deck), sort="deck")
    assert reply.status == 422
    page = reply.body.decode()
    for place in ("cards[1].id", "cards[0].study.doi", "cards[1].insight"):
        assert place in page
    id = brought(bea, small_deck(), "deck")
    reply = bea.bring(f"{HERE}/{id}/upload", "deck.json", as_bytes(deck), edition="1")
    assert reply.status == 422
    page = reply.body.decode()
    assert "the deck is as it was" in page
    assert "cards[0].study.doi" in page
    assert "2 cards in 1 family" in page


def test_what_a_deck_says_is_text(bea: Browser) -> None:
    deck = small_deck()
    deck["cards"][0]["title"] = "Ask {{ 7*7 }} & “why” 'now'"
    deck["title"] = "A deck & <more"
    id = brought(bea, deck, "deck")
    page = bea.text(f"{HERE}/{id}")
    assert "Ask {{ 7*7 }} &amp; “why” &#39;now&#39;" in page
    assert "A deck &amp; &lt;more" in page


def test_there_is_a_limit_and_it_says_what_to_do(server: Served) -> None:
    dan = another(server, "Dan")
    for _ in range(200):
        dan.begin()
    reply = dan.post(f"{HERE}/begin", {"from": "nothing"})
    assert reply.status == 409
    assert b"200 problem statements and decks" in reply.body
    reply = dan.bring(f"{HERE}/upload", "a.json", as_bytes(small_journey()), sort="journey")
    assert reply.status == 409
