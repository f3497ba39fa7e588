"""What is said of a draft is true, whatever clocks, backups, other windows and networks do.

Leaves out typing on a page that is well (`test_typing.py`) and sending (`test_outbox.py`).
What always holds: "Saved" is said of what the server holds, and words are written over only
by somebody who types.
"""

import asyncio
import re
from collections.abc import Callable

import pytest
from playwright.async_api import Dialog, Page, Route, expect

from tests.browser import workshops
from tests.browser.people import People, key_of, ready, visit
from tests.browser.workshops import PROBLEMS, Workshop
from tests.served import Served

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SAVED = re.compile(r"^Saved \d\d:\d\d:\d\d$")
KEPT = "() => Object.keys(sessionStorage).filter((key) => key.startsWith('moments '))"
DENIED = """Object.defineProperty(window, 'sessionStorage', {
  get () { throw new DOMException('denied', 'SecurityError') } })"""
FULL = """() => {
  let piece = 'z'.repeat(500000)
  for (let number = 0; piece; number++) {
    try { sessionStorage.setItem(`fill ${number}`, piece) } catch { piece = piece.slice(piece.length / 2 + 1) }
  }
  for (let number = 0; ; number++) {
    try { sessionStorage.setItem(`${number}`, '') } catch { break }
  }
}"""  # noqa: E501
HIDE = """() => {
  Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' })
  document.dispatchEvent(new Event('visibilitychange'))
}"""


@pytest.fixture
def workshop(server: Served) -> Workshop:
    workshop = workshops.seated(server, "Drafts", people=4, problems=PROBLEMS[:1])
    workshop.phase("play")
    return workshop


async def seat(people: People, workshop: Workshop, script: str = "") -> Page:
    """Amara at a window of hers, who never minds that a page is left."""
    page = await people.come(workshop.server, workshop.cookies["Amara"])
    if script:
        await page.add_init_script(script)

    async def leave(dialog: Dialog) -> None:
        await dialog.accept()

    page.on("dialog", leave)
    await visit(page, f"/w/{workshop.code}")
    return page


async def write(page: Page, words: str) -> None:
    await page.locator("#stage .barrier__text").first.click()
    await page.locator("#hand .card__title").first.click()
    await page.locator("#write-words").fill(words)


async def says(page: Page, words: str | re.Pattern[str]) -> None:
    """What the line beside the button says; a plain text may be part of it."""
    line = page.locator("#write-status")
    if isinstance(words, str):
        await expect(line).to_contain_text(words)
    else:
        await expect(line).to_have_text(words)


def draft(workshop: Workshop, field: str = "words") -> str | None:
    found = workshop.view(key_of(workshop.cookies["Amara"]))["me"]["draft"]
    return found[field] if found else None


async def holds(workshop: Workshop, words: str) -> None:
    """The server comes to hold `words`."""
    async with asyncio.timeout(20):
        while draft(workshop) != words:
            await asyncio.sleep(0.1)


async def count_drafts(page: Page, answer: Callable[[Route], object] | None = None) -> list[str]:
    """The bodies of the drafts a page sends from now on."""
    sent: list[str] = []

    async def seen(route: Route) -> None:
        sent.append(route.request.post_data or "")
        if answer is None:
            await route.continue_()
        else:
            await answer(route)  # type: ignore[misc]

    await page.route("**/draft", seen)
    return sent


# ---------- backups, clocks, other windows ----------


async def test_what_a_restored_backup_lacks_is_not_saved_and_goes_out_again(
    people: People, server: Served, workshop: Workshop
) -> None:
    page = await seat(people, workshop)
    await write(page, "First words.")
    await says(page, SAVED)
    backup = server.folder / "drafts.db"
    server.moments("backup", str(backup))
    await page.locator("#write-words").fill("First words, and more of them.")
    await holds(workshop, "First words, and more of them.")
    await says(page, SAVED)
    server.stop()
    for file in (server.folder / "data").glob("moments.db*"):
        file.unlink()
    server.moments("restore", str(backup))
    server.start()
    await holds(workshop, "First words, and more of them.")
    await says(page, SAVED)
    await expect(page.locator("#write-words")).to_have_value("First words, and more of them.")


async def test_an_earlier_time_from_another_window_is_no_earlier_save(
    people: People, workshop: Workshop
) -> None:
    """Clocks are set back: what a page is told of is not older for saying so."""
    page = await seat(people, workshop)
    await write(page, "Written before the clock was set back.")
    await says(page, SAVED)
    before = await page.locator("#me").get_attribute("data-draft")
    assert before is not None
    await page.evaluate(
        """(time) => {
          document.getElementById('me').dataset.draft = time
          document.dispatchEvent(new CustomEvent('moments:shown'))
        }""",
        before.replace("20", "19", 1),
    )
    await says(page, "another window of yours")


async def test_one_s_own_save_that_is_told_of_late_takes_nothing_back(
    people: People, workshop: Workshop
) -> None:
    page = await seat(people, workshop)
    await write(page, "One.")
    await says(page, SAVED)
    await holds(workshop, "One.")
    first = await page.locator("#me").get_attribute("data-draft")
    await page.locator("#write-words").fill("One, two.")
    await holds(workshop, "One, two.")
    await says(page, SAVED)
    await page.evaluate(
        """(time) => {
          document.getElementById('me').dataset.draft = time
          document.dispatchEvent(new CustomEvent('moments:shown'))
        }""",
        first,
    )
    await says(page, SAVED)


async def test_loading_an_old_window_again_writes_over_nothing(
    people: People, workshop: Workshop
) -> None:
    laptop = await seat(people, workshop)
    await laptop.route("**/draft", lambda route: route.abort())
    await write(laptop, "Old words on the laptop.")
    await says(laptop, "Not saved yet")
    phone = await seat(people, workshop)
    await write(phone, "Newer words on the phone.")
    await holds(workshop, "Newer words on the phone.")
    await says(laptop, "another window of yours")
    tried = await count_drafts(laptop, lambda route: route.abort())
    for _ in range(2):  # again, and the words are still there
        await laptop.reload()
        await ready(laptop)
        tried.clear()
        await says(laptop, "another window of yours")
        await expect(laptop.locator("#write-words")).to_have_value("Old words on the laptop.")
        await asyncio.sleep(1.5)
        assert tried == []
    assert draft(workshop) == "Newer words on the phone."
    await says(phone, SAVED)
    await laptop.unroute_all()
    await laptop.locator("#write-words").press_sequentially(" Still.")
    await holds(workshop, "Old words on the laptop. Still.")
    await says(laptop, SAVED)
    await says(phone, "another window of yours")


async def test_words_whose_saving_was_never_answered_are_known_again(
    people: People, workshop: Workshop
) -> None:
    """The other version is one's own: nothing about another window is said."""
    page = await seat(people, workshop)

    async def lose_the_answer(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await page.route("**/draft", lambda route: route.abort())
    await page.route("**/draft", lose_the_answer, times=1)
    await write(page, "It arrived.")
    await holds(workshop, "It arrived.")
    await says(page, "Not saved yet")
    await page.locator("#write-words").fill("It arrived, and this did not.")
    await asyncio.sleep(1)
    await page.reload()
    await ready(page)
    await expect(page.locator("#write-words")).to_have_value("It arrived, and this did not.")
    await page.unroute_all()
    await holds(workshop, "It arrived, and this did not.")
    await says(page, SAVED)


async def test_a_choice_that_was_not_saved_is_not_said_to_be(
    people: People, workshop: Workshop
) -> None:
    page = await seat(people, workshop)
    await write(page, "The same words.")
    await says(page, SAVED)
    await page.route("**/draft", lambda route: route.abort())
    await page.locator("#hand .card__title").nth(1).click()
    await says(page, "Not saved yet")
    chosen = await page.locator("input[name=card]:checked").get_attribute("value")
    await page.reload()
    await ready(page)
    await says(page, "Not saved yet")
    assert await page.locator("input[name=card]:checked").get_attribute("value") == chosen
    await page.unroute_all()
    await says(page, SAVED)
    assert draft(workshop, "card") == chosen


async def test_a_field_that_was_emptied_stays_empty(people: People, workshop: Workshop) -> None:
    page = await seat(people, workshop)
    await page.get_by_text("Add more (optional)").click()
    await page.locator("#write-how").fill("A call gets answered.")
    await write(page, "What would change.")
    await says(page, SAVED)
    await page.route("**/draft", lambda route: route.abort())
    await page.locator("#write-how").fill("")
    await says(page, "Not saved yet")
    await page.reload()
    await ready(page)
    await expect(page.locator("#write-how")).to_have_value("")
    await page.unroute_all()
    await says(page, SAVED)
    assert draft(workshop, "how") == ""
    assert await page.evaluate(KEPT) == []


# ---------- typing without a pause, leaving ----------


async def test_who_types_without_a_pause_is_saved_all_the_same(
    people: People, workshop: Workshop
) -> None:
    page = await seat(people, workshop)
    await page.clock.install()
    sent = await count_drafts(page)
    for number in range(12):
        await page.locator("#write-words").press_sequentially(str(number))
        await page.clock.run_for(400)
    async with asyncio.timeout(20):
        while not sent:
            await asyncio.sleep(0.05)


async def test_what_was_typed_last_goes_out_when_the_page_is_put_away(
    people: People, workshop: Workshop
) -> None:
    page = await seat(people, workshop)
    await page.clock.install()  # no pause passes that would save it
    await page.locator("#write-words").fill("On the phone, in the lift.")
    await page.evaluate(HIDE)
    await holds(workshop, "On the phone, in the lift.")


async def test_what_was_typed_last_goes_out_when_the_page_is_left(
    people: People, workshop: Workshop
) -> None:
    page = await seat(people, workshop)
    await page.clock.install()
    await page.locator("#write-words").fill("Closed at once.")
    await page.goto("/cards")
    await holds(workshop, "Closed at once.")


# ---------- what is over, and what only looks so ----------


async def test_of_a_workshop_that_was_erased_nothing_is_said_to_be_saved_or_kept(
    people: People, server: Served, workshop: Workshop
) -> None:
    page = await seat(people, workshop)
    await write(page, "To be copied.")
    await says(page, SAVED)
    server.moments("erase", workshop.code)
    await says(page, "this workshop has been erased")
    await expect(page.locator("#connection-words")).to_contain_text("has been erased")
    sent = await count_drafts(page)
    await page.locator("#write-words").press_sequentially(" And more.")
    await asyncio.sleep(1.5)
    assert sent == []
    await says(page, "this workshop has been erased")
    await expect(page.locator("#write-words")).to_have_value("To be copied. And more.")
    assert await page.evaluate(KEPT) == []


async def test_what_was_kept_for_a_workshop_that_is_gone_goes_with_its_page(
    people: People, server: Served, workshop: Workshop
) -> None:
    page = await seat(people, workshop)
    await page.route("**/draft", lambda route: route.abort())
    await write(page, "Kept, and then erased.")
    await says(page, "Not saved yet")
    await page.goto("/cards")
    assert len(await page.evaluate(KEPT)) == 1
    server.moments("erase", workshop.code)
    async with asyncio.timeout(20):
        while (await page.goto(f"/w/{workshop.code}")).status != 404:  # type: ignore[union-attr]
            await asyncio.sleep(0.2)
    await page.wait_for_function(f"async () => ({KEPT})().length === 0")


@pytest.mark.parametrize("way", ["removed", "erased"])
async def test_somebody_who_was_taken_out_is_told_and_leaves_nothing_in_the_browser(
    people: People, server: Served, workshop: Workshop, way: str
) -> None:
    page = await seat(people, workshop)
    await page.route("**/draft", lambda route: route.abort())
    await write(page, "Words of somebody who has left.")
    await says(page, "Not saved yet")
    person = workshop.view(key_of(workshop.cookies["Amara"]))["me"]["id"]
    if way == "removed":
        workshop.done("RemovePerson", participant=person)
    else:
        server.moments("erase", workshop.code, person)
    await says(page, "you have been taken out")
    await expect(page.locator("#connection-words")).to_contain_text("You have been taken out")
    await expect(page.locator("#write-words")).to_have_value("Words of somebody who has left.")
    assert await page.evaluate(KEPT) == []


async def test_a_refusal_by_something_in_between_signs_nobody_out(
    people: People, workshop: Workshop
) -> None:
    page = await seat(people, workshop)
    blocked = "<html><body>Blocked by policy</body></html>"
    await page.route(
        "**/draft",
        lambda route: route.fulfill(status=403, body=blocked, content_type="text/html"),
        times=1,
    )
    await write(page, "Past the filter.")
    await says(page, "Not saved yet")
    await holds(workshop, "Past the filter.")
    await says(page, SAVED)


async def test_a_page_that_asks_for_changes_is_not_put_off_by_what_is_in_between(
    people: People, workshop: Workshop
) -> None:
    page = await people.come(workshop.server, workshop.cookies["Amara"])
    await page.route_web_socket("**/live", lambda socket: None)  # open, and silent
    answers: list[int] = []

    async def block_once(route: Route) -> None:
        answers.append(1)
        if len(answers) == 1:
            await route.fulfill(status=403, body="<html>No</html>", content_type="text/html")
        else:
            await route.continue_()

    await page.route("**/changes?*", block_once)
    await page.goto(f"/w/{workshop.code}")
    await expect(page.locator("#connection")).to_have_attribute("data-state", "polling")
    assert len(answers) > 1


# ---------- too long, and a browser that keeps nothing ----------


async def test_what_is_too_long_to_be_saved_is_said_once_and_saved_once_it_is_shorter(
    people: People, workshop: Workshop
) -> None:
    page = await seat(people, workshop)
    sent = await count_drafts(page)
    await write(page, "x" * 600_000)
    await says(page, "Too long to save: 4,000 characters")
    tries = len(sent)
    await asyncio.sleep(4)
    assert len(sent) == tries
    assert len(await page.locator("#write-words").input_value()) == 600_000
    await page.locator("#write-words").fill("Short enough.")
    await holds(workshop, "Short enough.")
    await says(page, SAVED)


async def test_a_browser_that_keeps_nothing_is_not_said_to_keep_words(
    people: People, workshop: Workshop
) -> None:
    page = await seat(people, workshop, DENIED)
    for door in ("draft", "do"):
        await page.route(f"**/{door}", lambda route: route.abort())
    await write(page, "Nowhere but here.")
    await says(page, "Do not close or reload this page")
    await page.get_by_role("button", name="Put your idea forward").click()
    await expect(page.locator("#write-sending")).to_contain_text("Not sent yet")
    await expect(page.locator("#write-sending")).to_contain_text("Do not close or reload")
    await expect(page.locator("#write-sending")).not_to_contain_text("kept")


async def test_where_storage_is_full_older_words_do_not_come_back_for_newer_ones(
    people: People, workshop: Workshop
) -> None:
    page = await seat(people, workshop)
    await page.route("**/draft", lambda route: route.abort())
    await write(page, "Older.")
    await says(page, "Not saved yet")
    await page.evaluate(FULL)
    await page.locator("#write-words").fill("Newer, and longer than before. " * 20)
    await says(page, "Do not close or reload this page")
    await page.reload()
    await ready(page)
    await expect(page.locator("#write-words")).to_have_value("")
