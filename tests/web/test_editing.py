"""The editor over HTTP: every button saves, nothing is written over, mistakes stand together."""

import re
from collections.abc import Iterator

import pytest

from app.paths import folder
from tests.served import Served, served
from tests.web.shelved import HERE, Browser, another, filled


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("editing")) as server:
        yield server


@pytest.fixture(scope="module")
def owner(server: Served) -> Browser:
    return Browser(server, server.sign_in())


@pytest.fixture(scope="module")
def bea(server: Served) -> Browser:
    return another(server, "Bea")


def test_an_empty_one_is_saved_and_its_mistakes_stand_together(bea: Browser) -> None:
    id = bea.begin()
    page = bea.text(f"{HERE}/{id}")
    assert "12 things to put right" in page
    assert "There is a problem" not in page  # before anything was asked
    reply = bea.press(id, "save", {"title": "Half a"})
    assert reply.status == 303
    path = reply.headers["location"]
    checked = bea.text(path.partition("#")[0])
    assert "There is a problem" in checked
    links = re.findall(r'<a href="#(edit-[\w-]+)">', checked)
    assert len(links) == 11
    for link in links:
        assert f'id="{link}"' in checked, link
        assert f'id="{link}-error"' in checked, link
    assert bea.form(id)["title"] == "Half a"
    assert ">Half a</a>" in bea.text(HERE)


def test_a_sound_one_is_ready(bea: Browser) -> None:
    id = bea.begin()
    assert bea.press(id, "save", filled("Ready soon")).status == 303
    page = bea.text(f"{HERE}/{id}")
    assert "Ready to play" in page
    assert "to put right" not in page
    assert bea.form(id)["id"].startswith("ready-soon-")


@pytest.mark.parametrize(
    ("button", "place"),
    [
        ("add-stage", "edit-stages-1-title"),
        ("add-barrier-0", "edit-stages-0-barriers-1-text"),
        ("add-source-0-0", "edit-stages-0-barriers-0-sources-1-document"),
        ("remove-barrier-0-0", "edit-add-barrier-0"),
        ("remove-stage-0", "edit-add-stage"),
        ("undo", "edit-undo"),
        ("time", "edit-time"),
    ],
)
def test_every_button_saves_what_was_typed_and_leads_to_where_one_goes_on(
    bea: Browser, button: str, place: str
) -> None:
    id = bea.begin()
    reply = bea.press(id, button, {"title": f"Typed before {button}"})
    assert reply.status == 303
    path, _, fragment = reply.headers["location"].partition("#")
    assert fragment == place
    page = bea.text(path)
    assert f'id="{place}"' in page
    if button == "undo":
        assert bea.form(id)["title"] == ""
        bea.press(id, "redo")
    assert bea.form(id)["title"] == f"Typed before {button}"


def test_undo_and_redo_go_step_by_step(bea: Browser) -> None:
    id = bea.begin()
    bea.press(id, "save", {"title": "One"})
    bea.press(id, "add-stage", {"title": "Two"})  # two steps: the words, and the stage
    steps = []
    for button in ("undo", "undo", "undo", "undo", "redo", "redo", "redo", "redo"):
        assert bea.press(id, button).status == 303
        form = bea.form(id)
        steps.append((form["title"], "stages-1-title" in form))
    assert steps == [
        ("Two", False), ("One", False), ("", False), ("", False),
        ("One", False), ("Two", False), ("Two", True), ("Two", True),
    ]  # fmt: skip


@pytest.mark.parametrize("source", [path.stem for path in folder("journeys").glob("*.json")])
def test_undo_leads_back_to_what_it_was_begun_from(bea: Browser, source: str) -> None:
    id = bea.begin(source)
    begun = bea.pairs(id)
    bea.press(id, "down-stage-0")
    for _ in range(3):
        bea.press(id, "undo")
    assert "Last: Begun from" in bea.text(f"{HERE}/{id}")
    aside = ("edition", "ref")  # which count what was done
    assert [p for p in bea.pairs(id) if p[0] not in aside] == [
        pair for pair in begun if pair[0] not in aside
    ]


def test_things_are_moved_without_dragging(bea: Browser) -> None:
    id = bea.begin()
    bea.press(id, "add-stage", {"stages-0-title": "First", "stages-0-barriers-0-text": "Wall"})
    bea.press(id, "up-stage-1", {"stages-1-title": "Second"})
    form = bea.form(id)
    assert [form["stages-0-title"], form["stages-1-title"]] == ["Second", "First"]
    reply = bea.press(id, "move-barrier-1-0", {"to-1-0": "0"})
    assert reply.headers["location"].endswith("#edit-stages-0-barriers-1-text")
    form = bea.form(id)
    assert form["stages-0-barriers-1-text"] == "Wall"
    assert "stages-1-barriers-0-text" not in form


def test_a_page_out_of_date_keeps_what_was_typed_and_offers_a_copy(bea: Browser) -> None:
    id = bea.begin()
    stale = bea.pairs(id)
    bea.press(id, "save", {"title": "The newer one"})
    mine = [(n, "Typed in the other tab" if n == "title" else v) for n, v in stale]
    for button in ("save", "add-stage", "undo", "preview"):
        reply = bea.post(f"{HERE}/{id}", [*mine, ("do", button)])
        assert reply.status == 409, button
        page = reply.body.decode()
        assert "changed in the meantime" in page
        assert 'value="Typed in the other tab"' in page
        assert bea.form(id)["title"] == "The newer one"
    reply = bea.post(f"{HERE}/{id}", [*mine, ("do", "copy")])
    assert reply.status == 303
    copy = reply.headers["location"].partition("?")[0].rpartition("/")[2]
    assert copy != id
    assert bea.form(copy)["title"] == "Typed in the other tab"
    assert bea.form(id)["title"] == "The newer one"


@pytest.mark.parametrize("button", ["save", "add-stage"])
def test_a_button_pressed_twice_does_it_once(bea: Browser, button: str) -> None:
    id = bea.begin()
    pairs = [(n, "Twice" if n == "title" else v) for n, v in bea.pairs(id)]
    for _ in range(2):
        assert bea.post(f"{HERE}/{id}", [*pairs, ("do", button)]).status == 303
    form = bea.form(id)
    assert form["title"] == "Twice"
    assert "stages-2-title" not in form


def test_scripts_get_the_form_alone_and_browsers_the_page(bea: Browser) -> None:
    id = bea.begin()
    pairs = bea.pairs(id)
    reply = bea.post(f"{HERE}/{id}", [*pairs, ("do", "add-stage")], HX_Request="true")
    part = reply.body.decode().lstrip()
    assert reply.status == 200
    assert part.startswith('<form id="edit"')
    assert 'data-focus="edit-stages-1-title"' in part
    assert "Added a stage at" in part
    assert "<html" not in part


TYPED = """x"'><img src=x onerror=alert(1)></textarea><script>alert(1)</script>{{ 7*7 }}"""


def test_what_is_typed_is_text_in_every_field(bea: Browser) -> None:
    id = bea.begin()
    changes = {name: TYPED for name in filled() if not name.endswith(("opm", "com_b"))}
    assert bea.press(id, "save", changes).status == 303
    for path in (f"{HERE}/{id}?checked=1", HERE, f"{HERE}/{id}/preview", f"{HERE}/{id}/delete",
                 "/facilitate/new"):  # fmt: skip
        page = bea.text(path)
        assert "<img src=x" not in page, path
        assert "<script>alert" not in page, path
        assert "&lt;img src=x" in page, path
        assert "x&#34;&#39;&gt;49" not in page
    assert bea.form(id)["stages-0-does"] == TYPED  # and it comes back as it was


@pytest.mark.parametrize("path", ["", "/preview", "/delete", "/download/json", "/download/xlsx"])
def test_what_is_anothers_is_not_there(
    server: Served, owner: Browser, bea: Browser, path: str
) -> None:
    id = bea.begin()
    bea.press(id, "save", {"title": "Bea alone"})
    cy = another(server, f"Cy {path}")
    reply = cy.get(f"{HERE}/{id}{path}")
    assert reply.status == 404
    assert b"Bea alone" not in reply.body
    assert server.page("GET", f"{HERE}/{id}{path}").status == 403
    assert owner.get(f"{HERE}/{id}{path}").status == 200


def test_nothing_can_be_done_to_what_is_anothers(server: Served, bea: Browser) -> None:
    id = bea.begin()
    pairs = [*bea.pairs(id), ("do", "save")]
    cy = another(server, "Cy")
    for path in ("", "/duplicate", "/delete", "/put-back", "/preview", "/upload", "/turn"):
        assert cy.post(f"{HERE}/{id}{path}", pairs).status == 404, path
        assert server.page("POST", f"{HERE}/{id}{path}", dict(pairs)).status == 403, path
    assert f'value="{id}"' not in cy.text("/facilitate/new")
    reply = cy.post("/facilitate/new", {"title": "T", "problems": f"own:{id}", "hand_size": "5",
                    "groups_per_problem": "1", "swaps_per_stage": "1",
                    "shortlist_per_problem": "2"})  # fmt: skip
    assert reply.status == 422
    assert b"not on your shelf" in reply.body


def test_the_server_s_owner_sees_everybodys(owner: Browser, bea: Browser) -> None:
    id = bea.begin()
    bea.press(id, "save", {"title": "Seen by the owner"})
    assert "Seen by the owner" in owner.text(HERE)
    assert owner.form(id)["title"] == "Seen by the owner"


def test_the_time_check_follows_the_numbers_typed(bea: Browser) -> None:
    id = bea.begin("information-sharing")
    reply = bea.press(id, "time", {"people": "6", "minutes": "120"})
    page = bea.text(reply.headers["location"].partition("#")[0])
    assert "It does not fit" in page
    assert "Keep 4 stages" in page
    reply = bea.press(id, "time", {"people": "6", "minutes": "180"})
    assert "It fits" in bea.text(reply.headers["location"].partition("#")[0])
    reply = bea.press(id, "time", {"people": "six", "minutes": "0"})
    assert "in whole numbers" in bea.text(reply.headers["location"].partition("#")[0])


def test_how_many_cards_fit_is_said_at_each_barrier(bea: Browser) -> None:
    id = bea.begin()
    ticked = {"stages-0-barriers-0-com_b": "motivation-reflective"}
    bea.press(id, "save", ticked)
    cards = bea.server.api("GET", "/content/cards").body["cards"]
    fitting = sum("motivation-reflective" in card["com_b"] for card in cards)
    assert fitting > 5
    assert f'data-fits="stages-0-barriers-0-com_b">{fitting}</b> cards fit' in bea.text(
        f"{HERE}/{id}"
    )


def test_what_is_far_too_much_is_refused_and_kept_on_the_page(bea: Browser) -> None:
    id = bea.begin()
    pairs = bea.pairs(id)
    many = [(f"stages-{n}-title", f"S{n}") for n in range(60)]
    reply = bea.post(f"{HERE}/{id}", [*pairs, *many, ("do", "save")])
    assert reply.status == 413
    page = reply.body.decode()
    assert "60 stages cannot be edited" in page
    assert 'value="S59"' in page
    assert bea.form(id).get("stages-1-title") is None


def test_what_is_wrong_beside_a_button_is_said_with_the_button(bea: Browser) -> None:
    id = bea.begin()
    bea.press(id, "remove-barrier-0-0", {"title": "Nothing in the way"})
    page = bea.text(f"{HERE}/{id}?checked=1")
    assert 'id="edit-add-barrier-0-error"' in page
    [button] = re.findall(r'<button[^>]* id="edit-add-barrier-0"[^>]*>', page)
    assert 'aria-describedby="edit-add-barrier-0-error"' in button
    for described in re.findall(r'aria-describedby="([^"]*)"', page):
        for each in described.split():
            assert f'id="{each}"' in page
