"""What was sent arrives once, though the page is loaded again before anybody answered.

Leaves out typing (`test_typing.py`). What always holds: the same words are one idea, and no
window says "Saved" of words that another window has replaced.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Dialog, Page, Route, expect

from tests.browser import workshops
from tests.browser.people import People, key_of, ready, visit
from tests.browser.workshops import PROBLEMS, Workshop
from tests.faults.proxy import Proxy, Weather
from tests.served import Served, free_port

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WORDS = "The school nurse joins the first ten minutes by telephone."
SAVED = re.compile(r"^Saved \d\d:\d\d:\d\d$")
KEPT = "() => Object.keys(sessionStorage).filter((key) => key.startsWith('moments '))"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that is reached through a proxy, at the address it is told it has."""
    through = f"http://127.0.0.1:{free_port()}"
    server = Served(tmp_path_factory.mktemp("server"), MOMENTS_PUBLIC_URL=through).start()
    yield server
    server.stop()


def address(server: Served) -> str:
    return server.settings["MOMENTS_PUBLIC_URL"]


@pytest_asyncio.fixture(loop_scope="session")
async def proxy(server: Served) -> AsyncIterator[Proxy]:
    proxy = await Proxy(server.port).start(int(address(server).rpartition(":")[2]))
    yield proxy
    await proxy.cut()


@pytest.fixture
def workshop(server: Served) -> Workshop:
    workshop = workshops.seated(server, "Outbox", problems=PROBLEMS[:1])
    workshop.phase("play")
    return workshop


async def seat(people: People, workshop: Workshop) -> Page:
    """Amara at a window of hers, who never minds that a page is left."""
    page = await people.come(
        workshop.server, workshop.cookies["Amara"], url=address(workshop.server)
    )

    async def leave(dialog: Dialog) -> None:
        await dialog.accept()

    page.on("dialog", leave)
    await visit(page, f"/w/{workshop.code}")
    return page


async def write(page: Page, words: str = WORDS) -> None:
    await page.locator("#stage .barrier__text").first.click()
    await page.locator("#hand .card__title").first.click()
    await page.locator("#write-words").fill(words)
    await expect(page.locator("#write-status")).to_have_text(SAVED)


async def send(page: Page) -> None:
    await page.get_by_role("button", name="Put your idea forward").click()


def ideas(workshop: Workshop) -> list[str]:
    return [idea["words"] for idea in workshop.view()["longlist"]["ideas"]]


def draft(workshop: Workshop) -> str | None:
    found = workshop.view(key_of(workshop.cookies["Amara"]))["me"]["draft"]
    return found["words"] if found else None


@pytest.mark.usefixtures("proxy")
async def test_an_idea_whose_answer_was_lost_is_one_idea_after_the_page_is_loaded_again(
    people: People, workshop: Workshop
) -> None:
    page = await seat(people, workshop)
    await write(page)
    arrived = asyncio.Event()

    async def lose_the_answer(route: Route) -> None:
        await route.fetch()
        arrived.set()
        await route.abort()

    await page.route("**/do", lambda route: route.abort())
    await page.route("**/do", lose_the_answer, times=1)  # the last one that is made comes first
    await send(page)
    await asyncio.wait_for(arrived.wait(), 20)
    await expect(page.locator("#write-sending")).to_contain_text("Not sent yet")
    await page.unroute_all()
    await page.reload()
    await expect(page.locator("#write-status")).to_contain_text("Your idea was saved")
    await expect(page.locator("#write-words")).to_have_value("")
    assert ideas(workshop) == [WORDS]
    assert await page.evaluate(KEPT) == []


@pytest.mark.usefixtures("proxy")
async def test_an_idea_that_never_arrived_goes_out_again_with_its_card_and_its_barrier(
    people: People, workshop: Workshop
) -> None:
    page = await seat(people, workshop)
    await write(page)
    card = await page.locator('input[name="card"]:checked').get_attribute("value")
    barrier = await page.locator('input[name="barrier"]:checked').get_attribute("value")
    await page.route("**/do", lambda route: route.abort())
    await send(page)
    await expect(page.locator("#write-sending")).to_contain_text("Not sent yet")
    await page.reload()
    await expect(page.locator("#write-sending")).to_contain_text("Not sent yet")
    await expect(page.locator("#write-words")).to_have_value(WORDS)
    assert ideas(workshop) == []
    await page.unroute_all()
    await expect(page.locator("#write-status")).to_contain_text("Your idea was saved")
    [idea] = workshop.view()["longlist"]["ideas"]
    assert (idea["words"], idea["card"], idea["barrier"]) == (WORDS, card, barrier)


@pytest.mark.usefixtures("proxy")
async def test_words_that_are_refused_after_all_come_back_with_the_reason(
    people: People, workshop: Workshop
) -> None:
    page = await seat(people, workshop)
    await write(page)
    await page.route("**/do", lambda route: route.abort())
    await send(page)
    await expect(page.locator("#write-sending")).to_contain_text("Not sent yet")
    workshop.phase("plenary")  # ideas are taken in play alone
    await page.unroute_all()
    await page.reload()
    await expect(page.locator(".govuk-error-summary")).to_be_visible()
    await expect(page.locator("#write-words")).to_have_value(WORDS)
    await page.reload()
    await ready(page)
    await expect(page.locator("#write-words")).to_have_value(WORDS)
    assert ideas(workshop) == []


@pytest.mark.usefixtures("proxy")
async def test_of_two_windows_only_the_one_the_server_agrees_with_says_saved(
    people: People, workshop: Workshop
) -> None:
    first = await seat(people, workshop)
    await write(first)
    second = await seat(people, workshop)
    await expect(second.locator("#write-words")).to_have_value(WORDS)
    await expect(second.locator("#write-status")).to_contain_text("your draft")
    await second.locator("#write-words").press_sequentially(" Weekly.")
    await expect(second.locator("#write-status")).to_have_text(SAVED)
    await expect(first.locator("#write-status")).to_contain_text("another window of yours")
    assert await first.locator("#write-words").input_value() == WORDS
    await first.locator("#write-words").press_sequentially(" Daily.")
    await expect(first.locator("#write-status")).to_have_text(SAVED)
    await expect(second.locator("#write-status")).to_contain_text("another window of yours")
    assert draft(workshop) == await first.locator("#write-words").input_value()
    await send(first)
    await expect(first.locator("#write-status")).to_contain_text("Your idea was saved")
    await expect(second.locator("#write-words")).to_have_value(re.compile("Weekly"))
    await expect(second.locator("#write-status")).to_contain_text("another window of yours")


@pytest.mark.usefixtures("proxy")
async def test_nothing_is_left_in_the_browser_once_the_workshop_is_closed(
    people: People, workshop: Workshop
) -> None:
    page = await seat(people, workshop)
    await write(page)
    await page.route("**/draft", lambda route: route.abort())
    await page.locator("#write-words").press_sequentially(" Not in front of the family.")
    await expect(page.locator("#write-status")).to_contain_text("Not saved yet")
    assert len(await page.evaluate(KEPT)) == 1
    workshop.phase("closed")
    await expect(page.locator("#workshop")).to_have_attribute("data-phase", "closed")
    await page.wait_for_function(f"async () => ({KEPT})().length === 0")


class NoUpgrades(Proxy):
    """The network of a department whose proxy knows no sockets: it takes the wish for one out."""

    async def _write(self, writer: asyncio.StreamWriter, raw: bytes) -> None:
        await super()._write(writer, raw.replace(b"Upgrade: websocket", b"X-Was-Here: websocket"))


async def test_where_sockets_are_blocked_every_button_works_all_the_same(
    people: People, server: Served, workshop: Workshop
) -> None:
    blocked = await NoUpgrades(server.port).start(int(address(server).rpartition(":")[2]))
    try:
        page = await people.come(server, workshop.cookies["Amara"], url=address(server))
        await page.goto(f"/w/{workshop.code}")
        await expect(page.locator("#connection")).to_have_attribute("data-state", "polling")
        await page.locator("#hand .card__swap button").first.click()
        await expect(page.locator("#notice")).to_contain_text("Done at")
        await expect(page.locator("#hand")).to_contain_text("You have swapped")
        await write(page)
        await send(page)
        await expect(page.locator("#write-status")).to_contain_text("Your idea was saved")
        workshop.move(1, "build")
        await expect(page.locator("#stage")).to_have_attribute("data-step", "build")
        await page.get_by_text("Say something about this").first.click()
        await page.locator("#build-words").fill("And the clinic, by text message.")
        await page.locator("#build button[type=submit]").first.click()
        await expect(page.locator("#board")).to_contain_text("And the clinic, by text message.")
        assert ideas(workshop) == [WORDS]
    finally:
        await blocked.cut()


async def test_a_tab_that_was_put_to_sleep_is_up_to_date_when_it_wakes(
    people: People, workshop: Workshop, proxy: Proxy
) -> None:
    page = await seat(people, workshop)
    await write(page)
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("Page.setWebLifecycleState", {"state": "frozen"})
    proxy.reset()  # what slept for long has no connection left
    workshop.move(1, "present")
    await asyncio.sleep(1)
    await devtools.send("Page.setWebLifecycleState", {"state": "active"})
    await expect(page.locator("#stage")).to_have_attribute("data-step", "present")
    await expect(page.locator("#connection")).to_have_attribute("data-state", "on")
    await expect(page.locator("#write-words")).to_have_value(WORDS)


async def test_a_connection_that_died_without_a_word_is_found_out_and_made_anew(
    people: People, workshop: Workshop, proxy: Proxy
) -> None:
    page = await people.come(
        workshop.server, workshop.cookies["Amara"], url=address(workshop.server)
    )
    await page.clock.install()
    await visit(page, f"/w/{workshop.code}")
    await write(page)
    before = set(proxy.lines)
    proxy.turn(Weather(swallows=True))
    workshop.move(1, "present")
    await page.clock.fast_forward(45_000)  # the lid was shut, or a firewall forgot us
    await expect(page.locator("#connection")).to_have_attribute("data-state", "off")
    for line in before:
        line.end(reset=False)
    proxy.heal()
    await expect(page.locator("#stage")).to_have_attribute("data-step", "present")
    await expect(page.locator("#connection")).to_have_attribute("data-state", "on")
    await expect(page.locator("#write-words")).to_have_value(WORDS)


async def test_a_proxy_that_breaks_what_is_idle_breaks_nobody_s_socket(
    people: People, workshop: Workshop, proxy: Proxy
) -> None:
    """Offices cut after 60 seconds, most of them; this one is three times as strict."""
    proxy.idle = 20
    ended: list[str] = []
    page = await people.come(
        workshop.server, workshop.cookies["Amara"], url=address(workshop.server)
    )
    page.on("websocket", lambda socket: socket.on("close", lambda _: ended.append(socket.url)))
    await visit(page, f"/w/{workshop.code}")
    await expect(page.locator("#connection")).to_have_attribute("data-state", "on")
    lines = set(proxy.lines)
    await asyncio.sleep(45)
    assert lines - proxy.lines  # what the page was loaded by lay idle, and was broken
    assert lines & proxy.lines
    assert not ended
    workshop.move(1, "present")
    await expect(page.locator("#stage")).to_have_attribute("data-step", "present")
