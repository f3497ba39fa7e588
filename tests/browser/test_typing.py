"""What somebody is typing stays, whatever happens around them.

Leaves out what becomes of an idea once it is sent. What always holds: the page says
"Saved" only after the server did, and nothing that arrives takes words, caret, choices or
opened parts away.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Dialog, Page, Route, expect

from tests.browser import workshops
from tests.browser.people import People, key_of, ready, visit
from tests.browser.workshops import PROBLEMS, Workshop
from tests.faults.proxy import Proxy
from tests.served import Served, free_port

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WORDS = "The duty worker rings the school before noon."
SAVED = re.compile(r"^Saved \d\d:\d\d:\d\d$")
CLOCK = re.compile(r"\d\d:\d\d:\d\d")

STATE = """() => {
  const field = document.getElementById('write-words')
  const checked = (name) => document.querySelector(`input[name="${name}"]:checked`)?.value
  return {
    words: field.value,
    caution: document.getElementById('write-caution').value,
    selection: [field.selectionStart, field.selectionEnd, field.selectionDirection],
    focus: document.activeElement.id,
    barrier: checked('barrier'),
    card: checked('card'),
    open: [...document.querySelectorAll('#stage details[open], #hand details[open], #write details[open]')]
      .map(each => each.id),
  }
}"""  # noqa: E501


@dataclass
class Desk:
    """Amara at her page, in the middle of an idea, and the workshop around her."""

    workshop: Workshop
    page: Page
    proxy: Proxy
    before: dict[str, Any]

    async def state(self) -> dict[str, Any]:
        state: dict[str, Any] = await self.page.evaluate(STATE)
        return state

    async def is_untouched(self) -> None:
        """Everything is as it was when the typing began."""
        assert await self.state() == self.before


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that browsers reach through a proxy, and that can be killed."""
    through = f"http://127.0.0.1:{free_port()}"
    server = Served(tmp_path_factory.mktemp("server"), MOMENTS_PUBLIC_URL=through).start()
    yield server
    server.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def proxy(server: Served) -> AsyncIterator[Proxy]:
    port = server.settings["MOMENTS_PUBLIC_URL"].rpartition(":")[2]
    proxy = await Proxy(server.port).start(int(port))
    yield proxy
    await proxy.cut()


@pytest_asyncio.fixture(loop_scope="session")
async def desk(people: People, server: Served, proxy: Proxy) -> Desk:
    """Somebody in the middle of an idea: a card, a barrier, words, a selection, open parts."""
    workshop = workshops.seated(server, "Typing", problems=PROBLEMS[:1])
    workshop.phase("play")
    url = server.settings["MOMENTS_PUBLIC_URL"]
    page = await people.come(server, workshop.cookies["Amara"], url=url)
    await visit(page, f"/w/{workshop.code}")
    await page.locator("#stage .barrier__text").nth(1).click()
    await page.locator("#hand .card__title").nth(2).click()
    await page.locator("#stage .barrier details summary").first.click()
    await page.locator("#hand .card__back summary").nth(3).click()
    await page.get_by_text("Add more (optional)").click()
    await page.locator("#write-caution").fill("Not in front of the family.")
    await page.locator("#write-words").press_sequentially(WORDS)
    await expect(page.locator("#write-status")).to_have_text(SAVED)
    await page.evaluate(
        "document.getElementById('write-words').setSelectionRange(4, 15, 'backward')"
    )
    desk = Desk(workshop, page, proxy, {})
    desk.before = await desk.state()
    assert desk.before["barrier"]
    assert desk.before["card"]
    assert len(desk.before["open"]) == 3
    assert desk.before["focus"] == "write-words"
    return desk


async def test_pushes_take_nothing_away(desk: Desk) -> None:
    workshop, page = desk.workshop, desk.page
    beth = workshop.enter("Beth", "Police")
    workshop.look("Beth")
    await expect(page.locator(f"#member-{beth}")).to_contain_text("Reading")
    await desk.is_untouched()
    workshop.submit(key_of(workshop.cookies["Beth"]), 1)
    await expect(page.locator(f"#member-{beth}")).to_contain_text("Done")
    await desk.is_untouched()
    for stage, step in ((1, "present"), (1, "build"), (1, "present"), (1, "write")):
        workshop.move(stage, step)
        await expect(page.locator("#stage")).to_have_attribute("data-step", step)
        await desk.is_untouched()


async def test_looking_at_the_spotlight_in_between_takes_nothing_away(desk: Desk) -> None:
    workshop, page = desk.workshop, desk.page
    idea = workshop.submit(next(iter(workshop.keys.values())), 1)
    workshop.phase("plenary")
    workshop.done("Spotlight", idea=idea)
    await expect(page.locator("#spotlight")).to_contain_text("list 1")
    await expect(page.locator("#write-words")).to_have_value(WORDS)
    workshop.phase("play")
    await expect(page.locator("#hand")).to_be_visible()
    after = await desk.state()
    # The cards were put away meanwhile, and what was opened on them with them.
    assert {**after, "open": 0} == {**desk.before, "open": 0}


async def test_a_cut_network_takes_nothing_away(desk: Desk) -> None:
    workshop, page = desk.workshop, desk.page
    await desk.proxy.cut()
    await expect(page.locator("#connection")).to_have_attribute("data-state", "off")
    await desk.is_untouched()
    await goes_on_typing(desk)
    await expect(page.locator("#write-status")).to_contain_text("Not saved yet")
    workshop.submit(next(iter(workshop.keys.values())), 1)
    workshop.move(1, "present")
    await desk.proxy.mend()
    await expect(page.locator("#connection")).to_have_attribute("data-state", "on")
    await expect(page.locator("#stage")).to_have_attribute("data-step", "present")
    await expect(page.locator("#write-status")).to_have_text(SAVED)
    await desk.is_untouched()


async def test_a_killed_server_takes_nothing_away(desk: Desk, server: Served) -> None:
    workshop, page = desk.workshop, desk.page
    server.kill()
    await expect(page.locator("#connection")).to_have_attribute("data-state", "off")
    await goes_on_typing(desk)
    await expect(page.locator("#write-status")).to_contain_text("Not saved yet")
    server.start()
    await expect(page.locator("#connection")).to_have_attribute("data-state", "on")
    await expect(page.locator("#write-status")).to_have_text(SAVED)
    await desk.is_untouched()
    workshop.move(1, "build")
    await expect(page.locator("#stage")).to_have_attribute("data-step", "build")
    await desk.is_untouched()


async def goes_on_typing(desk: Desk) -> None:
    """A word more at the end, and the selection as it was."""
    await desk.page.keyboard.press("Control+End")
    await desk.page.keyboard.type(" Daily.")
    await desk.page.evaluate(
        "document.getElementById('write-words').setSelectionRange(4, 15, 'backward')"
    )
    desk.before["words"] += " Daily."


async def test_loading_the_page_again_brings_the_draft_back(desk: Desk) -> None:
    page = desk.page
    await page.reload()
    await ready(page)
    after = await desk.state()
    for kept in ("words", "caution", "barrier", "card"):
        assert after[kept] == desk.before[kept]
    await expect(page.locator("#write-play")).to_contain_text("answered with")
    await expect(page.locator("#write-status")).to_contain_text("your draft")
    await page.get_by_role("button", name="Put your idea forward").click()
    await expect(page.locator("#write-status")).to_contain_text("Your idea was saved")
    [idea] = desk.workshop.view()["longlist"]["ideas"]
    assert (idea["words"], idea["card"]) == (WORDS, desk.before["card"])


WATCH = """() => {
  window.said = []
  const line = document.getElementById('write-status')
  new MutationObserver(() => said.push(line.textContent)).observe(
    line, { childList: true, characterData: true, subtree: true })
}"""


async def test_saved_is_said_only_once_the_server_has_it(desk: Desk) -> None:
    page = desk.page
    answers = asyncio.Queue[str]()
    asked = asyncio.Queue[Route]()

    async def hold(route: Route) -> None:
        await asked.put(route)
        if await answers.get() == "lose":
            await route.abort()
        else:
            await route.continue_()

    await page.route("**/draft", hold)
    await page.evaluate(WATCH)
    await goes_on_typing(desk)
    await asyncio.wait_for(asked.get(), 20)
    await expect(page.locator("#write-status")).to_have_text("Saving…")
    await answers.put("lose")
    await expect(page.locator("#write-status")).to_contain_text("Not saved yet")
    await asyncio.wait_for(asked.get(), 20)  # it tries again by itself
    said = await page.evaluate("said")
    assert said
    assert [words for words in said if CLOCK.search(words)] == []
    assert saved_words(desk) == WORDS
    await answers.put("deliver")
    await expect(page.locator("#write-status")).to_have_text(SAVED)
    assert saved_words(desk) == desk.before["words"]
    await desk.is_untouched()


def saved_words(desk: Desk) -> str:
    """What the server holds of the draft."""
    return str(desk.workshop.view(key_of(desk.workshop.cookies["Amara"]))["me"]["draft"]["words"])


async def test_words_the_server_never_got_come_back_with_the_page(desk: Desk) -> None:
    page = desk.page
    asked: list[str] = []

    async def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await dialog.accept()

    page.on("dialog", leave)
    await page.route("**/draft", lambda route: route.abort())
    await goes_on_typing(desk)
    await expect(page.locator("#write-status")).to_contain_text("Not saved yet")
    await page.reload()
    assert asked == ["beforeunload"]
    await ready(page)
    await expect(page.locator("#write-words")).to_have_value(desk.before["words"])
    await expect(page.locator("#write-status")).not_to_have_text(SAVED)
    await page.unroute("**/draft")
    await expect(page.locator("#write-status")).to_have_text(SAVED)
    assert saved_words(desk) == desk.before["words"]


async def test_a_script_that_comes_late_does_not_leave_the_page_without_its_socket(
    people: People, server: Served, proxy: Proxy
) -> None:
    workshop = workshops.seated(server, "Slow", problems=PROBLEMS[:1])
    url = server.settings["MOMENTS_PUBLIC_URL"]
    page = await people.come(server, workshop.cookies["Amara"], url=url)
    asked = asyncio.Event()
    go_on = asyncio.Event()

    async def dawdle(route: Route) -> None:
        asked.set()
        await go_on.wait()
        await route.continue_()

    await page.route("**/hx-ws.min.js*", dawdle)
    loading = asyncio.ensure_future(page.goto(f"/w/{workshop.code}"))
    await asyncio.wait_for(asked.wait(), 20)
    # Whatever could run without it has run.
    await page.wait_for_function("() => window.htmx !== undefined")
    await page.evaluate("() => new Promise(done => setTimeout(done, 50))")
    go_on.set()
    await loading
    await ready(page)


async def test_a_choice_made_while_an_idea_is_on_its_way_is_for_the_next_one(desk: Desk) -> None:
    page = desk.page
    go_on = asyncio.Event()

    async def dawdle(route: Route) -> None:
        await go_on.wait()
        await route.continue_()

    await page.route("**/do", dawdle)
    await page.get_by_role("button", name="Put your idea forward").click()
    await expect(page.locator("#write-words")).to_have_attribute("readonly", "")
    await page.locator("#stage .barrier__text").first.click()
    go_on.set()
    await expect(page.locator("#write-status")).to_contain_text("Your idea was saved")
    after = await desk.state()
    assert (after["words"], after["card"]) == ("", None)
    assert after["barrier"] not in (None, desk.before["barrier"])
    [idea] = desk.workshop.view()["longlist"]["ideas"]
    assert (idea["barrier"], idea["card"]) == (desk.before["barrier"], desk.before["card"])
