"""Every page and role through axe, at three widths.

Leaves out what a program cannot judge: keyboard play (test_keyboard.py) and words. What
always holds: folded parts are unfolded first, so that nothing hides from the checker.
"""

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page

from tests.browser import workshops
from tests.browser.people import People, key_of, ready, visit
from tests.browser.workshops import Workshop
from tests.served import Served
from tests.web.shelved import Browser
from tests.written import small_deck, small_journey

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

AXE = (Path(__file__).parent.parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

Act = Callable[[Page], Awaitable[Any]]


async def send_empty(form: str, page: Page) -> None:
    """Press the button of a form in which nothing is filled in."""
    button = "id => document.querySelector(`#${id} button:not([value=check])`).click()"
    await page.evaluate(button, form)
    # It may lie in something folded.
    await page.wait_for_selector(f"#{form} .govuk-error-summary", state="attached")


async def press(button: str, page: Page) -> None:
    """Press a button that leads to a page."""
    await page.evaluate("it => document.querySelector(it).click()", button)
    await page.wait_for_load_state("load")
    await ready(page)


async def bring(name: str, content: bytes, page: Page) -> None:
    """Bring a file."""
    file: Any = {"name": name, "mimeType": "application/json", "buffer": content}
    await page.set_input_files("#upload-file", file)
    await press("#upload button", page)


@dataclass(frozen=True)
class Scene:
    """A page, as somebody sees it at a moment of a workshop."""

    who: str
    path: str
    workshop: str = ""
    phase: str = ""
    stage: int = 1
    step: str = "write"
    then: Act | None = None
    says: str = ""
    """What is special about it, where the rest does not say so."""
    small: bool = False
    """Whether axe looks at it on a phone as well."""
    status: int = 200

    @property
    def name(self) -> str:
        moment = f"{self.phase} {self.stage} {self.step}" if self.phase == "play" else self.phase
        words = (self.who, self.path, self.workshop, moment, self.says)
        return " ".join(word for word in words if word)


def scene(who: str, path: str, workshop: str = "", phase: str = "", **rest: Any) -> Scene:
    return Scene(who, path, workshop, phase, **rest)


SHELF = "/facilitate/material"
PLACE = "/w/{code}"
ROOM = "/facilitate/{code}"
SCENES = [
    scene("visitor", "/", small=True),
    scene("visitor", "/", then=partial(send_empty, "code"), says="with a mistake"),
    scene("visitor", "/cards", small=True),
    scene("visitor", "/cards?family=Social+influence&replication=strong", says="filtered"),
    scene("visitor", "/cards?words=nothing+of+this+kind", says="without a card"),
    scene("visitor", "/cards/fitting", small=True),
    scene("visitor", "/cards?family=Astrology&replication=certain", says="with unknown filters"),
    scene("visitor", "/cards/print", small=True),
    scene("visitor", "/cards/print?sides=fold&replication=contested", says="to fold"),
    scene("visitor", "/cards/print?words=nothing+of+this+kind", says="without a card"),
    scene("visitor", "/kit", small=True),
    scene("visitor", "/kit/notes", small=True),
    scene("visitor", "/kit/posters"),
    scene("visitor", "/kit/barriers"),
    scene("visitor", "/kit/slips"),
    scene("visitor", "/kit/scores", small=True),
    scene("visitor", "/kit/guide", small=True),
    scene("visitor", "/journeys/information-sharing/print"),
    scene("visitor", "/journeys", small=True),
    scene("visitor", "/privacy", small=True),
    scene("visitor", "/accessibility-statement"),
    scene("visitor", "/facilitate"),
    scene("visitor", "/facilitate/sign-in?token=looks-like-one"),
    scene("visitor", "/nowhere", says="not found", status=404),
    scene("visitor", "/facilitate/new", says="forbidden", status=403),
    scene("visitor", "/join/{code}", "blind", "lobby", small=True),
    scene(
        "visitor", "/join/{code}", "blind", then=partial(send_empty, "join"), says="with mistakes"
    ),
    scene("visitor", "/join/{code}", "settled", "closed"),
    scene("Amara", PLACE, "blind", "lobby", small=True),
    scene("Amara", PLACE, "blind", "briefing"),
    scene("Amara", PLACE, "blind", "play", small=True),
    scene(
        "Amara", PLACE, "blind", "play", then=partial(send_empty, "write"), says="with a mistake"
    ),
    scene("Amara", PLACE, "blind", "play", step="present"),
    scene("Amara", PLACE, "blind", "play", step="build", small=True),
    scene(
        "Amara", PLACE, "blind", "play", step="build",
        then=partial(send_empty, "build"), says="with a mistake",
    ),
    scene("Amara", PLACE, "blind", "play", stage=2, says="with earlier ideas"),
    scene("Amara", PLACE, "blind", "plenary", says="with a spotlight"),
    scene("Amara", PLACE, "blind", "rate", small=True),
    scene("Amara", PLACE, "settled", "plenary", says="without a spotlight"),
    scene("Amara", PLACE, "settled", "rate", says="with the ratings open"),
    scene("Amara", PLACE, "blind", "rate", then=partial(send_empty, "rate"), says="with a mistake"),
    scene("Amara", PLACE, "settled", "shortlist", says="not shared"),
    scene("Amara", PLACE, "shared", "shortlist", says="shared", small=True),
    scene("Amara", PLACE, "settled", "assess"),
    scene("Amara", PLACE, "settled", "closed"),
    scene("Lead", PLACE, "blind", "play"),
    scene("Lead", PLACE, "blind", "play", step="build", small=True),
    scene("Observer", PLACE, "blind", "lobby"),
    scene("Observer", PLACE, "blind", "play", step="build", small=True),
    scene("Observer", PLACE, "settled", "shortlist"),
    scene("Analyst", PLACE, "blind", "play"),
    scene("Analyst", PLACE, "settled", "closed"),
    scene("visitor", "/w/{code}/screen", "blind", "lobby"),
    scene("visitor", "/w/{code}/screen", "blind", "play"),
    scene("visitor", "/w/{code}/screen", "blind", "plenary", says="with a spotlight"),
    scene("visitor", "/w/{code}/screen", "settled", "plenary", says="without a spotlight"),
    scene("Amara", "/w/{code}/ideas/{own}", "blind", "play", step="build", small=True),
    scene("owner", "/w/{code}/ideas/{chosen}", "settled", "assess"),
    scene("Amara", "/facilitate/{code}", "blind", says="forbidden", status=403),
    scene("owner", "/facilitate", small=True),
    scene("owner", "/facilitate/new", small=True),
    scene("owner", "/facilitate/new", then=partial(send_empty, "new"), says="with mistakes"),
    scene(
        "owner", "/facilitate/new", then=partial(press, "#new-check"), says="with the time checked"
    ),
    scene("owner", SHELF, small=True),
    scene("owner", SHELF, then=partial(press, "#upload button"), says="without a file", status=200),
    scene(
        "owner", SHELF, then=partial(bring, "large.json", b" " * 1_100_000), small=True,
        says="with a file too large",
    ),
    scene("owner", SHELF, then=partial(bring, "none.json", b"{"), says="with a file that is none"),
    scene("owner", SHELF + "/{long}?checked=1", says="with far too many stages", small=True),
    scene("owner", SHELF + "/{half}", small=True),
    scene("owner", SHELF + "/{half}?checked=1", says="with mistakes", small=True),
    scene("owner", SHELF + "/{ready}", small=True),
    scene("owner", SHELF + "/{ready}/preview?stage=2", small=True),
    scene("owner", SHELF + "/{half}/preview"),
    scene("owner", SHELF + "/{half}/delete"),
    scene("owner", SHELF + "/{deck}", small=True),
    scene("owner", ROOM, "blind", "lobby", small=True),
    scene("owner", ROOM, "blind", "briefing"),
    scene("owner", ROOM + "?capture=g1", "blind", "play", small=True),
    scene("owner", ROOM + "?remove=p1", "blind", "play", small=True),
    scene(
        "owner", ROOM, "blind", "play", then=partial(send_empty, "seat"), says="with a mistake"
    ),
    scene("owner", ROOM, "blind", "play", step="build"),
    scene("owner", ROOM, "blind", "plenary"),
    scene("owner", ROOM, "blind", "rate"),
    scene("owner", ROOM, "settled", "shortlist"),
    scene("owner", ROOM, "settled", "assess"),
    scene("owner", ROOM, "settled", "closed"),
    scene("owner", ROOM, "crowded", "play", says="with forty groups and a name twice"),
    scene("owner", ROOM + "/hands?group=all", "blind", "play", stage=2, small=True),
    scene("owner", ROOM + "/shortlist", "settled", "shortlist", small=True),
    scene(
        "owner", ROOM + "/shortlist", "settled", "shortlist",
        then=partial(send_empty, "choose"), says="with a mistake",
    ),
    scene("owner", ROOM + "/assess", "settled", "assess", small=True),
    scene(
        "owner", ROOM + "/assess", "settled", "assess",
        then=partial(send_empty, "assess"), says="with mistakes",
    ),
    scene("owner", ROOM + "/exports", "settled", small=True),
    scene("owner", ROOM + "/kit", "settled", small=True),
    scene("owner", ROOM + "/kit/cards", "settled"),
    scene("owner", ROOM + "/kit/notes", "settled"),
]  # fmt: skip


@pytest.fixture(scope="module")
def world(server: Served) -> dict[str, Workshop]:
    shared = workshops.settled(server, "A shared list")
    shared.done("ShareResults", shared=True)
    blind = workshops.played(server, "Working together for children in Northmere")
    blind.phase("plenary")
    blind.done("Spotlight", idea=own_idea(blind))
    blind.phase("rate")
    amara = key_of(blind.cookies["Amara"])
    for idea in blind.view(amara)["rating"]["ideas"][:2]:
        marks = {"impact": 4, "effort": None, "amenability": 2}
        blind.done("RateIdea", amara, idea=idea["id"], reason="It costs a call.", **marks)
    crowded = workshops.played(server, "Forty tables", people=80, groups_per_problem=10)
    crowded.join("Iris 0", workshops.ORGANISATIONS[0])  # who is there already
    return {
        "blind": blind,
        "settled": workshops.settled(server, "A settled list"),
        "shared": shared,
        "crowded": crowded,
    }


@pytest.fixture(scope="module")
def shelf(server: Served, owner: str) -> dict[str, str]:
    """Ids of problem statements half written, ready, and far too long; and of a deck."""
    browser = Browser(server, owner)
    half, whole = browser.begin(), browser.begin("information-sharing")
    browser.press(half, "add-stage", {"title": "Half of it"})
    binned = browser.begin()
    browser.post(f"{SHELF}/{binned}/delete")
    deck = json.dumps(small_deck()).encode()
    brought = browser.bring(f"{SHELF}/upload", "deck.json", deck, sort="deck")
    journey = small_journey()
    stage = journey["stages"][0]
    stage["barriers"] = [{**stage["barriers"][0], "id": f"b{n}"} for n in range(10)]
    journey["stages"] = [{**stage, "title": f"S{n}"} for n in range(14)]
    taken = browser.bring(f"{SHELF}/upload", "long.json", json.dumps(journey).encode())
    long = re.search(rf"{SHELF}/(\w{{16}})", taken.body.decode())
    assert long
    deck_id = brought.headers["location"].rpartition("/")[2]
    return {"half": half, "ready": whole, "deck": deck_id, "long": long[1]}


def own_idea(workshop: Workshop) -> str:
    """The idea of Amara's that others said something about."""
    return str(workshop.view()["longlist"]["ideas"][0]["id"])


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def browsers(company: People, server: Served, owner: str) -> Callable[..., Awaitable[Page]]:
    """One page for each person, opened when it is first wanted."""
    pages: dict[tuple[str, str], Page] = {}

    async def page_of(who: str, workshop: Workshop | None) -> Page:
        code = workshop.code if workshop else ""
        if (who, code) not in pages:
            cookie = owner if who == "owner" else ""
            if workshop and who in workshop.cookies:
                cookie = workshop.cookies[who]
            pages[who, code] = await company.come(server, cookie)
        return pages[who, code]

    return page_of


async def violations(page: Page) -> list[str]:
    """What axe complains of, and where."""
    await page.evaluate(AXE)
    found = await page.evaluate(
        """async rules => {
          const told = await axe.run(document, {runOnly: rules, resultTypes: ['violations']})
          return told.violations.flatMap(broken => broken.nodes.map(node =>
            `${broken.id}: ${node.target.join(' ')}: ${node.failureSummary}`))
        }""",
        RULES,
    )
    return list(found)


async def unfold(page: Page) -> None:
    await page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")


SIDEWAYS = """() => {
  const wide = document.documentElement.clientWidth
  const hides = [document.documentElement, document.body].some(
    each => ['hidden', 'clip'].includes(getComputedStyle(each).overflowX))
  const scrolls = (each) => each !== document.body && (
    ['auto', 'scroll'].includes(getComputedStyle(each).overflowX) || scrolls(each.parentElement))
  const outside = [...document.body.querySelectorAll('*')].filter(
    each => each.getBoundingClientRect().right > wide + 1 && !scrolls(each))
  return {
    hides,
    over: document.documentElement.scrollWidth - wide,
    outside: outside.slice(-3).map(each => `${each.tagName}.${each.className} #${each.id}`),
  }
}"""


async def is_narrow(page: Page) -> None:
    """At 400 % zoom of a screen 1280 wide nothing scrolls sideways (WCAG 1.4.10)."""
    await page.set_viewport_size({"width": 320, "height": 256})
    told = await page.evaluate(SIDEWAYS)
    assert told["over"] <= 0, told
    assert not told["hides"], "what does not fit is cut off"


def at(path: str, workshop: Workshop) -> str:
    found = {"code": workshop.code}
    if "{own}" in path:
        found["own"] = own_idea(workshop)
    if "{chosen}" in path:
        found["chosen"] = workshop.view()["shortlist"]["ideas"][0]["id"]
    return path.format(**found)


def named(each: Scene) -> str:
    return re.sub(r"\W+", "-", each.name).strip("-")


@pytest.mark.parametrize("scene", SCENES, ids=named)
async def test_nothing_stands_in_anybodys_way(
    scene: Scene,
    server: Served,
    world: dict[str, Workshop],
    browsers: Callable[..., Awaitable[Page]],
    shelf: dict[str, str],
) -> None:
    workshop = world[scene.workshop] if scene.workshop else None
    if workshop and scene.phase:
        workshop.bring(scene.phase, scene.stage, scene.step)
    page = await browsers(scene.who, workshop)
    await page.set_viewport_size({"width": 1366, "height": 768})
    path = at(scene.path, workshop) if workshop else scene.path.format(**shelf)
    answer = await page.goto(path)
    assert answer
    assert (answer.status, answer.url) == (scene.status, server.url + path)
    await ready(page)
    if scene.then:
        await scene.then(page)
    await unfold(page)
    assert await violations(page) == []
    if scene.small:
        await page.set_viewport_size({"width": 390, "height": 844})
        assert await violations(page) == []
    await is_narrow(page)


async def test_the_checks_see_a_fault_where_there_is_one(people: People, server: Served) -> None:
    page = await people.come(server)
    await visit(page, "/")
    assert await violations(page) == []
    await page.evaluate("document.querySelector('label').remove()")
    assert any(found.startswith("label: #code-code") for found in await violations(page))
    await page.evaluate("document.querySelector('h1').append('i'.repeat(400))")
    await page.evaluate(
        "document.querySelector('h1').attributeStyleMap.set('overflow-wrap', 'normal')"
    )
    with pytest.raises(AssertionError, match="over"):
        await is_narrow(page)
