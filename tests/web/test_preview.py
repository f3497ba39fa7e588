"""The preview: the real regions of a participant, of a workshop that is nowhere."""

from collections.abc import Iterator

import pytest

from app.content import check_journey
from app.main import shipped_content
from app.web.preview import played, regions_at
from tests.served import Served, served
from tests.web.shelved import HERE, Browser, filled
from tests.written import small_journey


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("preview")) as server:
        yield server


@pytest.fixture(scope="module")
def owner(server: Served) -> Browser:
    return Browser(server, server.sign_in())


def test_each_stage_is_played_with_a_hand_of_the_deck() -> None:
    content, journey = shipped_content(), check_journey(small_journey(), "draft")
    for stage in (1, 2):
        workshop, viewer = played(journey, content, stage)
        assert viewer.group is not None
        assert workshop.groups[viewer.group].stage == stage
        assert len(workshop.people[viewer.id].hand) == 5
        made = regions_at(journey, content, stage, "/nowhere")
        assert set(made) == {"stage", "hand"}
        assert journey.stages[stage - 1].title in made["stage"]
        assert made["hand"].count('class="card card--') == 5


def test_it_shows_what_participants_will_see_and_stores_nothing(owner: Browser) -> None:
    id = owner.begin()
    owner.press(id, "save", filled())
    page = owner.text(f"{HERE}/{id}/preview")
    assert "Nobody sees that it is due." in page
    assert "Put your idea forward" in page
    assert owner.server.page("GET", "/w/PREVIEW").status == 404
    assert "Preview" not in owner.text("/facilitate").partition("<main")[2].partition("</main")[0]


@pytest.mark.parametrize("stage", ["0", "99", "-3"])
def test_a_stage_that_is_not_there_is_the_nearest(owner: Browser, stage: str) -> None:
    id = owner.begin()
    owner.press(id, "save", filled())
    assert 'aria-current="page">Stage 1' in owner.text(f"{HERE}/{id}/preview?stage={stage}")


def test_no_button_of_it_does_anything(owner: Browser) -> None:
    id = owner.begin("information-sharing")
    before = owner.pairs(id)
    form = {"kind": "SubmitIdea", "ref": "preview-1", "words": "W", "card": "c", "barrier": "b"}
    reply = owner.post(f"{HERE}/{id}/preview?stage=2", form)
    assert reply.status == 200
    assert b"nothing was sent" in reply.body
    assert owner.pairs(id) == before


def test_with_mistakes_it_says_what_to_put_right_first(owner: Browser) -> None:
    id = owner.begin()
    reply = owner.press(id, "preview", {"title": "Half"})
    assert reply.headers["location"] == f"{HERE}/{id}/preview"
    page = owner.text(f"{HERE}/{id}/preview")
    assert "no preview yet" in page
    assert f'href="{HERE}/{id}?checked=1#edit-stages-0-title"' in page
    assert owner.form(id)["title"] == "Half"
