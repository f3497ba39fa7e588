"""Opening a workshop on one's own problem statement and with another deck, by both doors."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from app.paths import folder
from tests.served import Reply, Served, served
from tests.web.expecting import complaint
from tests.web.shelved import HERE, Browser, another, filled
from tests.written import small_deck, small_journey

DECK = "behavioural_insights.json"
FORM = {
    "title": "Own", "groups_per_problem": "1", "hand_size": "5", "swaps_per_stage": "1",
    "shortlist_per_problem": "2", "deck": "shipped", "minutes": "120", "people": "",
}  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("opening")) as server:
        yield server


@pytest.fixture(scope="module")
def bea(server: Served) -> Browser:
    return another(server, "Bea")


def own(bea: Browser, title: str = "Meeting in time") -> str:
    id = bea.begin()
    assert bea.press(id, "save", filled(title)).status == 303
    return id


def deck_of(number: int) -> dict[str, Any]:
    """A sound deck of so many cards."""
    deck = small_deck()
    card = deck["cards"][0]
    deck["cards"] = [
        {**deepcopy(card), "id": f"own-{n}", "title": f"Own {n}"} for n in range(number)
    ]
    return deck


def bring(bea: Browser, deck: dict[str, Any]) -> str:
    reply = bea.bring(f"{HERE}/upload", "d.json", json.dumps(deck).encode(), sort="deck")
    assert reply.status == 303, reply
    return reply.headers["location"].rpartition("/")[2]


def opened(bea: Browser, *pairs: tuple[str, str], **changes: str) -> Reply:
    fields = [(n, v) for n, v in {**FORM, **changes}.items()]
    return bea.post("/facilitate/new", [*fields, *pairs])


def code_of(reply: Reply) -> str:
    assert reply.status == 303, reply.body.decode()
    return reply.headers["location"].rpartition("/")[2]


def first_event(server: Served, code: str) -> dict[str, Any]:
    log: Any = server.export(code, "log.json")
    events = log["events"] if isinstance(log, dict) else log
    return dict(events[0])


def test_ones_own_is_offered_where_it_is_ready_and_named_where_it_is_not(bea: Browser) -> None:
    ready, half = own(bea, "Ready one"), bea.begin()
    bea.press(half, "save", {"title": "Half one"})
    page = bea.text("/facilitate/new")
    assert f'value="own:{ready}"' in page
    assert f'value="own:{half}"' not in page
    assert f'href="{HERE}/{half}?checked=1"' in page


def test_a_workshop_is_opened_on_it_and_keeps_it_whatever_becomes_of_it(
    server: Served, bea: Browser
) -> None:
    id, deck = own(bea), bring(bea, deck_of(40))
    code = code_of(opened(bea, ("problems", f"own:{id}"), deck=f"own:{deck}"))
    before = first_event(server, code)
    assert [journey["title"] for journey in before["journeys"]] == ["Meeting in time"]
    assert [card["id"] for card in before["deck"]] == [f"own-{n}" for n in range(40)]
    bea.press(id, "save", {"title": "Changed later", "stages-0-barriers-0-text": "Changed."})
    for piece in (id, deck):
        for _ in range(2):
            assert bea.post(f"{HERE}/{piece}/delete").status == 303
        assert bea.get(f"{HERE}/{piece}").status == 404
    assert first_event(server, code) == before
    person, key = server.join(code, "Ann")
    server.done(code, kind="OpenPhase", phase="play")
    seen = server.view(code, key)
    assert seen["stage"]["barriers"][0]["text"] == "Nobody sees that it is due."
    assert all(card["id"].startswith("own-") for card in seen["hand"]["cards"])
    assert person


def test_everything_goes_on_with_ones_own(server: Served, bea: Browser) -> None:
    id, deck = own(bea), bring(bea, deck_of(40))
    code = code_of(opened(bea, ("problems", f"own:{id}"), deck=f"own:{deck}"))
    people = [server.join(code, name)[1] for name in ("Ann", "Bo")]
    server.done(code, kind="OpenPhase", phase="play")
    ideas = [server.submit(code, key) for key in people]
    server.done(code, kind="MoveGroup", group="all", stage=1, step="build")
    longlist = server.export(code, "longlist.json")
    assert "Nobody sees that it is due." in json.dumps(longlist, ensure_ascii=False)
    matrix = json.dumps(server.export(code, "workshop.json"))
    assert "A review" in matrix
    for path in (f"/w/{code}/ideas/{ideas[0]}", f"/facilitate/{code}", f"/w/{code}/screen",
                 f"/facilitate/{code}/exports"):  # fmt: skip
        assert bea.get(path).status == 200, path
    trail = bea.text(f"/w/{code}/ideas/{ideas[0]}")
    assert "Dates stand in five diaries." in trail
    assert "A review" in trail
    assert "Organisational practice: create. What has to change: physical opportunity." in trail
    assert len(server.export(code, "all.zip")) > 1000


def test_a_part_of_the_deck_is_chosen_by_family_and_card(server: Served, bea: Browser) -> None:
    deck = server.api("GET", "/content/cards").body
    family = deck["families"][2]["name"]
    of_it = [card["id"] for card in deck["cards"] if card["family"] == family]
    single = next(card["id"] for card in deck["cards"] if card["family"] != family)
    ticked = (("problems", "information-sharing"), ("families", family), ("cards", single))
    reply = opened(bea, *ticked, deck="part")
    assert reply.status == 422
    page = reply.body.decode()
    assert f"There are {len(of_it) + 1} cards" in page
    assert "30 for nobody to hold the same" in page
    for value in (family, single):  # what was ticked is ticked still
        value = value.replace("&", "&amp;")
        assert f'value="{value}" autocomplete="off" checked' in page
    assert 'id="new-few_cards"' in page
    code = code_of(opened(bea, *ticked, deck="part", few_cards="yes"))
    kept = [card["id"] for card in first_event(server, code)["deck"]]
    assert set(kept) == {*of_it, single}


@pytest.mark.parametrize(
    ("pairs", "deck", "says"),
    [
        ((), "part", "Tick the families or cards"),
        ((("cards", "opt-out"),), "shipped", "You ticked cards below"),
        ((), "own:nothing", "not on your shelf"),
        ((), "own:", "not on your shelf"),
    ],
)
def test_a_deck_that_cannot_be_is_said_beside_it(
    server: Served, bea: Browser, pairs: tuple[tuple[str, str], ...], deck: str, says: str
) -> None:
    first = server.api("GET", "/content/cards").body["cards"][0]["id"]
    pairs = tuple((name, first) for name, _ in pairs)
    reply = opened(bea, ("problems", "information-sharing"), *pairs, deck=deck, title="Kept")
    assert reply.status == 422
    page = reply.body.decode()
    assert says in page
    assert 'href="#new-deck"' in page
    assert 'value="Kept"' in page
    if pairs:
        assert f'value="{first}" autocomplete="off" checked' in page


def test_too_few_cards_for_a_hand_is_said(bea: Browser, server: Served) -> None:
    first = server.api("GET", "/content/cards").body["cards"][0]["id"]
    reply = opened(bea, ("problems", "information-sharing"), ("cards", first), deck="part")
    assert reply.status == 422
    assert "The deck has 1 cards, and a hand of 5 needs" in reply.body.decode()


def test_all_that_is_wrong_with_a_form_is_said_at_once_and_all_of_it_stays(bea: Browser) -> None:
    reply = opened(
        bea,
        ("problems", "own:nothing"),
        ("problems", "nope"),
        title="",
        deck="part",
        hand_size="many",
        groups_per_problem="21",
        organisations="NHS\n" + "x" * 121 + "\n" + "y" * 122,
    )
    assert reply.status == 422
    page = reply.body.decode()
    told = ["title", "problems", "deck", "groups_per_problem", "hand_size", "organisations"]
    assert re.findall(r'href="#new-(\w+)"', page) == told  # in the order of the page
    assert "One that you chose is not on your shelf any more" in page
    for entry in (2, 3):
        assert f"Organisations, entry {entry} is too long" in page
    assert 'value="many"' in page
    assert "x" * 121 in page


def test_the_time_is_checked_without_opening_anything(bea: Browser) -> None:
    id = own(bea, "Short one")
    before = bea.text("/facilitate").count("workshops__one")
    ticked = (("problems", "information-sharing"), ("problems", f"own:{id}"))
    reply = opened(bea, *ticked, people="24", do="check", groups_per_problem="2")
    assert reply.status == 200
    page = reply.body.decode()
    assert page.count("6 people in a group") == 2
    assert "It does not fit" in page
    assert "It fits" in page
    assert f'value="own:{id}" autocomplete="off" checked' in page
    assert bea.text("/facilitate").count("workshops__one") == before
    reply = opened(bea, *ticked, people="many", do="check")
    assert b"in whole numbers" in reply.body


# The JSON door


def wished(server: Served, **wish: Any) -> Reply:
    return server.api(
        "POST", "/workshops", {"title": "T", "problems": ["information-sharing"], **wish}
    )


def test_the_json_door_takes_a_deck_and_part_of_the_shipped_one(server: Served) -> None:
    shipped = server.api("GET", "/content/cards").body["cards"]
    part = [card["id"] for card in shipped[:8]]
    for deck, expected in (
        (None, [card["id"] for card in shipped]),
        (part[::-1], part),
        (deck_of(6), [f"own-{n}" for n in range(6)]),
    ):
        reply = wished(server, deck=deck)
        assert reply.status == 201, reply
        log = first_event(server, reply.body["code"])
        assert [card["id"] for card in log["deck"]] == expected


def test_the_json_door_names_the_field_and_every_mistake(server: Served) -> None:
    deck = deck_of(6)
    deck["cards"][1]["id"] = "own-0"
    deck["cards"][2]["study"]["doi"] = "none"
    reply = wished(server, deck=deck)
    assert (reply.status, reply.body["error"]["field"]) == (422, "deck")
    for place in ("cards[1].id", "cards[2].study.doi"):
        assert place in reply.body["error"]["message"]
    one, other = small_journey(), small_journey()
    one["stages"][0]["who"] = ""
    other.update(id="another", title="")
    reply = wished(server, problems=[one, other])
    assert (reply.status, reply.body["error"]["field"]) == (422, "problems")
    for place in ("problems[0]: stages[0].who", "problems[1]: title"):
        assert place in reply.body["error"]["message"]


def test_the_json_door_tells_the_mistakes_of_every_field_at_once(server: Served) -> None:
    deck, journey = deck_of(6), small_journey()
    deck["cards"][2]["study"]["doi"] = "none"
    journey["stages"][0]["who"] = ""
    reply = wished(
        server,
        title="",
        problems=["nope", "information-sharing", journey, "nor-this", 5],
        deck=deck,
        hand_size=99,
        organisations=["NHS", ""],
        colour="blue",
    )
    assert reply.status == 422
    error = reply.body["error"]
    complaint(error, "malformed", "title")
    told = {each["field"]: each["message"] for each in error["also"]}
    assert told.keys() == {
        *("problems.4", "organisations.1", "hand_size", "colour"),
        *("problems", "deck"),
    }
    assert told["problems"].splitlines() == [
        "problems[0]: there is no problem statement “nope”.",
        "problems[2]: stages[0].who: expected some text, found none (in “Plan”).",
        "problems[3]: there is no problem statement “nor-this”.",
        "There are: information-sharing, cross-agency-communication, "
        "within-agency-communication, wider-organisations.",
    ]
    assert told["deck"].startswith("deck: cards[2].study.doi: expected a DOI")


def test_rules_are_told_along_with_mistakes_in_what_was_brought(server: Served) -> None:
    problems = ["information-sharing", "information-sharing", "nope"]
    reply = wished(server, problems=problems, groups_per_problem=20, deck=deck_of(4))
    error = reply.body["error"]
    fields = [error["field"], *(each["field"] for each in error["also"])]
    assert fields == ["problems", "groups_per_problem", "problems", "hand_size"]


def test_more_mistakes_than_anybody_reads_are_not_all_told(server: Served) -> None:
    reply = wished(server, problems=["nope"] * 5000, deck=["nope"] * 5000)
    assert reply.status == 422
    error = reply.body["error"]
    for each in (error, *error["also"]):
        assert len(each["message"].splitlines()) <= 502
    assert "There are more mistakes." in json.dumps(error)


def test_a_deck_as_large_as_a_file_may_be_is_taken_by_the_json_door(server: Served) -> None:
    deck = deck_of(150)
    for card in deck["cards"]:
        card.update(dict.fromkeys(("finding", "setting", "caution"), "A long text. " * 110))
    size = len(json.dumps(deck))
    assert 600_000 < size < 1_000_000
    reply = wished(server, deck=deck, problems=[small_journey()])
    assert reply.status == 201, reply.body
    assert len(first_event(server, reply.body["code"])["deck"]) == 150
    too_large = server.api("POST", "/workshops", b" " * 2_000_001)
    assert (too_large.status, too_large.body["error"]["message"]) == (
        413,
        "This is too large: 2 MB at most.",
    )


@pytest.mark.parametrize("body", [b"[]", b"3", b"null", b'"x"'])
def test_a_wish_is_an_object(server: Served, body: bytes) -> None:
    reply = server.api("POST", "/workshops", body)
    assert reply.status == 422
    complaint(reply.body["error"], "malformed", None)


@pytest.mark.parametrize(
    ("deck", "field", "says"),
    [
        ([], "deck", "empty"),
        (["no-such-card"], "deck", "[0]: no card of the shipped deck"),
        ("all", "deck", "deck"),
        (3, "deck", "deck"),
        ([1], "deck.0", "text"),
        ({}, "deck", "cards"),
        (["x"] * 3000, "deck", "at most"),
    ],
)
def test_a_deck_that_is_none_is_refused(server: Served, deck: Any, field: str, says: str) -> None:
    reply = wished(server, deck=deck)
    assert reply.status == 422
    assert reply.body["error"]["field"] == field
    assert says in reply.body["error"]["message"]


def test_a_card_listed_twice_is_said(server: Served) -> None:
    first = server.api("GET", "/content/cards").body["cards"][0]["id"]
    reply = wished(server, deck=[first, first])
    assert reply.status == 422
    assert "[1]: this card is already at [0]" in reply.body["error"]["message"]


def another_release(place: Path) -> Path:
    """The folders of a program whose deck has fewer cards and whose journey says something else."""
    for name in ("static", "templates"):
        (place / name).symlink_to(folder(name))
    for name in ("cards", "journeys"):
        (place / name).mkdir()
    deck = json.loads((folder("cards") / DECK).read_text(encoding="utf-8"))
    deck["cards"] = [{**card, "title": f"Other {n}"} for n, card in enumerate(deck["cards"][:30])]
    (place / "cards" / DECK).write_text(json.dumps(deck), encoding="utf-8")
    journey = {**small_journey(), "id": "information-sharing", "title": "Something else"}
    (place / "journeys" / "information-sharing.json").write_text(json.dumps(journey))
    return place


def test_other_shipped_files_at_the_next_start_change_no_workshop(tmp_path: Path) -> None:
    with served(tmp_path) as server:
        code = server.open()
        _, key = server.join(code, "Ann")
        server.done(code, kind="OpenPhase", phase="play")
        before, seen = first_event(server, code), server.view(code, key)
        server.stop()
        (tmp_path / "other").mkdir()
        server.settings["MOMENTS_DATA_ROOT"] = str(another_release(tmp_path / "other"))
        server.start()
        shipped = server.api("GET", "/content/cards").body["cards"]
        assert [card["title"] for card in shipped][:2] == ["Other 0", "Other 1"]
        assert first_event(server, code) == before
        after = server.view(code, key)
        assert (after["hand"], after["stage"]) == (seen["hand"], seen["stage"])


def test_whoever_was_signed_out_meanwhile_gets_back_what_was_typed(
    server: Served, bea: Browser
) -> None:
    piece = own(bea)
    before = bea.text("/facilitate").count("workshops__one")
    ticked = (("problems", f"own:{piece}"), ("problems", "information-sharing"))
    changes = {"title": "A day in March", "organisations": "Police\nNHS"}
    reply = opened(Browser(server, ""), *ticked, **changes)
    page = reply.body.decode()
    assert reply.status == 403
    assert "You are not signed in any more" in page
    assert 'value="A day in March"' in page
    assert "Police\nNHS" in page
    for _, chosen in ticked:
        assert re.search(rf'value="{chosen}"[^>]* checked', page)
    assert "Meeting in time" not in page  # whose it is nobody can say now
    assert bea.text("/facilitate").count("workshops__one") == before
