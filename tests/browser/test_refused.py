"""What is refused stays: in the form, over a reload, and with the idea it was about.

Leaves out what is on its way (`test_outbox.py`). What always holds: marks and words given to
one idea never become another's.
"""

import re
from collections.abc import Callable

import pytest
from playwright.async_api import Dialog, Page, expect

from tests.browser import workshops
from tests.browser.people import People, ready, visit
from tests.browser.workshops import PROBLEMS, Workshop
from tests.served import Served

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SAVED = re.compile(r"^Saved")


async def at_her_page(people: People, workshop: Workshop) -> Page:
    """Amara at her page; she says yes where the browser asks whether to leave."""
    page = await people.come(workshop.server, workshop.cookies["Amara"])

    async def leave(dialog: Dialog) -> None:
        await dialog.accept()

    page.on("dialog", leave)
    await visit(page, f"/w/{workshop.code}")
    return page


def in_play(server: Served) -> Workshop:
    workshop = workshops.seated(server, "Refused", problems=PROBLEMS[:1])
    workshop.phase("play")
    return workshop


def marks_by_idea(workshop: Workshop) -> dict[str, int]:
    return {idea["id"]: idea["ratings"] for idea in workshop.view()["longlist"]["ideas"]}


async def mark(page: Page, reason: str) -> str:
    """Give marks and a reason for whatever idea stands there; its id."""
    idea = await page.locator("#rate input[name=idea]").get_attribute("value")
    for name in ("impact", "effort", "amenability"):
        await page.locator(f"#rate input[name={name}][value='5']").check()
    await page.locator("#rate-reason").fill(reason)
    assert idea is not None
    return idea


def merge_away(workshop: Workshop, idea: str) -> None:
    other = next(i["id"] for i in workshop.view()["longlist"]["ideas"] if i["id"] != idea)
    workshop.done("MergeIdeas", ideas=[other, idea], words="The two say the same.")


async def by_pressing(page: Page) -> None:
    await page.locator("#rate button[type=submit]").click()
    await expect(page.locator("#rate .govuk-error-summary")).to_contain_text("about this one alone")


async def by_loading_again(page: Page) -> None:
    await page.reload()
    await ready(page)
    await expect(page.locator("#rate-sending")).to_contain_text("about this one alone")


@pytest.mark.parametrize("finding_out", [by_pressing, by_loading_again])
async def test_marks_for_an_idea_that_is_gone_never_become_those_of_the_next(
    people: People, server: Served, finding_out: Callable[[Page], object]
) -> None:
    workshop = in_play(server)
    for number, key in enumerate(workshop.keys.values()):
        workshop.submit(key, number)
    workshop.phase("rate")
    page = await at_her_page(people, workshop)
    idea = await mark(page, "This is about this one alone.")
    merge_away(workshop, idea)
    await finding_out(page)  # type: ignore[misc]
    shown = await page.locator("#rate input[name=idea]").get_attribute("value")
    assert shown != idea
    assert await page.locator("#rate input[type=radio]:checked").count() == 0
    await expect(page.locator("#rate-reason")).to_have_value("")
    await page.locator("#rate button[type=submit]").click()
    await expect(page.locator("#rate .govuk-error-summary")).to_contain_text("Choose a mark")
    assert set(marks_by_idea(workshop).values()) == {0}


async def test_what_was_refused_is_there_after_the_page_is_loaded_again(
    people: People, server: Served
) -> None:
    workshop = in_play(server)
    workshop.submit(next(iter(workshop.keys.values())), 1)
    workshop.move(1, "build")
    page = await at_her_page(people, workshop)
    await page.locator("#build-words").fill("And the clinic, every Friday.")
    await page.get_by_role("button", name="Add it").click()
    await expect(page.locator("#build .govuk-error-summary")).to_contain_text("Choose an idea")
    await page.reload()
    await ready(page)
    await expect(page.locator("#build-words")).to_have_value("And the clinic, every Friday.")
    workshop.phase("rate")
    await visit(page, f"/w/{workshop.code}")
    await page.locator("#rate-reason").fill("It costs nobody a minute.")
    await page.locator("#rate button[type=submit]").click()
    await expect(page.locator("#rate .govuk-error-summary")).to_be_visible()
    await page.reload()
    await ready(page)
    await expect(page.locator("#rate-reason")).to_have_value("It costs nobody a minute.")


async def test_words_that_are_far_too_long_are_kept_whole_and_not_called_saved(
    people: People, server: Served
) -> None:
    workshop = in_play(server)
    page = await at_her_page(people, workshop)
    words = "Ring the school nurse before noon. " * 3_000
    await page.locator("#stage .barrier__text").first.click()
    await page.locator("#hand .card__title").first.click()
    await page.locator("#write-words").fill(words)
    status = page.locator("#write-status")
    await expect(status).to_contain_text("Not saved. What you wrote is too long: 4,000 characters")
    await page.get_by_role("button", name="Put your idea forward").click()
    problem = page.locator("#write .govuk-error-summary")
    await expect(problem).to_contain_text("What you wrote is too long: 2,000 characters at most.")
    await expect(page.locator("#write-words")).to_have_value(words)
    await expect(status).not_to_have_text(SAVED)
    await page.reload()
    await ready(page)
    await expect(page.locator("#write-words")).to_have_value(words)
    assert workshop.view()["longlist"]["ideas"] == []


async def test_every_mistake_in_a_form_is_said_at_once(people: People, server: Served) -> None:
    workshop = workshops.open_workshop(server, "Mistakes", organisations=None)
    page = await people.come(server)
    await visit(page, f"/join/{workshop.code}")
    await page.get_by_role("button", name="Join the workshop").click()
    problems = page.locator(".govuk-error-summary li")
    assert await problems.all_text_contents() == ["Enter your name.", "Enter your organisation."]


@pytest.mark.parametrize("width", [390, 1366])
async def test_an_endless_word_makes_no_page_wider(
    people: People, server: Served, owner: str, width: int
) -> None:
    workshop = workshops.open_workshop(server, "Wide", organisations=None)
    workshop.enter("Amara", "Gemeinsamerkinderschutzverbund" * 4)
    for cookie, path in (
        (workshop.cookies["Amara"], f"/w/{workshop.code}"),
        (owner, f"/facilitate/{workshop.code}"),
        (owner, f"/w/{workshop.code}/screen"),
    ):
        page = await people.come(server, cookie, width=width)
        await visit(page, path)
        await expect(page.locator("#workshop")).to_contain_text("Gemeinsamer")
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, path


async def test_whoever_was_there_reads_how_long_words_are_kept_and_adds_none_after_the_end(
    people: People, server: Served
) -> None:
    workshop = in_play(server)
    workshop.phase("closed")
    page = await at_her_page(people, workshop)
    await expect(page.locator("#workshop")).to_contain_text(
        re.compile(r"is kept until \d{1,2} [A-Z][a-z]+ \d{4}, and is then deleted")
    )
    key = workshop.cookies["Amara"].partition("=")[2].partition(".")[0]
    draft = dict.fromkeys(("card", "barrier", "words", "how", "example", "caution"))
    reply = server.api("PUT", f"/workshops/{workshop.code}/draft", {**draft, "words": "x"}, key)
    assert (reply.status, reply.body["error"]["kind"]) == (409, "rejected")


async def test_an_analyst_takes_the_files_home_once_the_workshop_is_closed(
    people: People, server: Served
) -> None:
    workshop = in_play(server)
    page = await people.come(server, workshop.cookies["Analyst"])
    await visit(page, f"/w/{workshop.code}")
    await page.get_by_role("link", name="Exports").click()
    await expect(page.locator("#problem")).to_contain_text("once the workshop is closed")
    workshop.phase("closed")
    await visit(page, f"/w/{workshop.code}")
    await page.get_by_role("link", name="Exports").click()
    async with page.expect_download() as coming:
        await page.locator("#export-longlist").get_by_role("link", name="CSV").click()
    download = await coming.value
    assert download.suggested_filename == f"{workshop.code}-longlist.csv"
