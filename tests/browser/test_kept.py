"""What is half typed when a page moves on, is loaded again, or its owner is signed out.

Leaves out an idea's draft (`test_typing.py`), what is on its way (`test_outbox.py`) and what
was refused (`test_refused.py`). What always holds: words and choices are in sight, or come back.
"""

import re

import pytest
from playwright.async_api import Dialog, Page, expect

from tests.browser import workshops
from tests.browser.people import People, key_of, ready, visit
from tests.browser.workshops import PROBLEMS, Workshop
from tests.served import Served

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

HALF = "Half a thought about the rota"
MOVED_ON = re.compile("has moved on. What you have typed is kept")


async def window(people: People, workshop: Workshop, who: str) -> tuple[Page, list[str]]:
    """A window of `who` at their place, and what the browser asks there."""
    page = await people.come(workshop.server, workshop.cookies[who])
    asked = answers_yes(page)
    await visit(page, f"/w/{workshop.code}")
    return page, asked


def answers_yes(page: Page) -> list[str]:
    asked: list[str] = []

    async def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await dialog.accept()

    page.on("dialog", leave)
    return asked


def building(server: Served, title: str) -> Workshop:
    workshop = workshops.played(server, title)
    workshop.move(1, "build")
    return workshop


@pytest.mark.parametrize("step", [(2, "write"), "plenary"])
async def test_a_half_typed_addition_stays_in_sight_when_the_group_moves_on(
    people: People, server: Served, step: str | tuple[int, str]
) -> None:
    workshop = building(server, f"Moved on to {step}")
    page, asked = await window(people, workshop, "Amara")
    await page.get_by_text("Say something about this").first.click()
    await page.locator("#build-words").fill(HALF)
    if isinstance(step, str):
        workshop.phase(step)
    else:
        workshop.move(*step)
    place = page.locator("#build-place")
    await expect(place.locator(".moved-on")).to_be_visible()
    await expect(place.locator(".moved-on")).to_have_text(MOVED_ON)
    await expect(page.locator("#build-words")).to_be_visible()
    await page.reload()
    assert asked == ["beforeunload"]
    await ready(page)
    await expect(page.locator("#build-words")).to_have_value(HALF)
    await expect(place.locator(".moved-on")).to_be_visible()
    await page.locator("#build-words").fill("")
    await page.locator("#main").focus()
    await expect(place).to_be_hidden()  # only what holds words is held open


async def test_an_addition_can_still_be_sent_from_the_next_stage(
    people: People, server: Served
) -> None:
    workshop = building(server, "Late addition")
    page, _ = await window(people, workshop, "Amara")
    choice = page.locator("#board input[form=build]").first
    idea = await choice.get_attribute("value")
    await page.locator(f"label[for=build-{idea}]").click()
    await page.locator("#build-words").fill(HALF)
    workshop.move(2, "write")
    await expect(page.locator("#board")).to_have_attribute("data-empty", "true")
    await page.reload()
    await ready(page)
    await expect(page.locator("#build-idea")).to_contain_text("About: “")
    await page.locator("#build-send").click()
    await expect(page.locator("#build-place")).to_be_hidden()  # nothing is left to be sent
    earlier = workshop.view(key_of(workshop.cookies["Amara"]))["earlier"]["ideas"]
    [found] = [each for each in earlier if each["id"] == idea]
    assert found["builds"][-1]["words"] == HALF


async def test_a_half_typed_merge_stays_in_sight_for_table_leads_and_in_the_control_room(
    people: People, server: Served, owner: str
) -> None:
    workshop = building(server, "Merging")
    lead, _ = await window(people, workshop, "Lead")
    host = await people.come(server, owner)
    answers_yes(host)
    await visit(host, f"/facilitate/{workshop.code}")
    for page in (lead, host):
        await page.locator("#merge-words").fill(HALF)
    workshop.move(2, "write")
    await expect(lead.locator("#board")).to_have_attribute("data-empty", "true")
    workshop.phase("assess")
    await expect(host.locator("#course")).to_have_attribute("data-phase", "assess")
    for page in (lead, host):
        await expect(page.locator("#merge-words")).to_be_visible()
        await expect(page.locator("#merge-place .moved-on")).to_be_visible()
        await page.reload()
        await ready(page)
        await expect(page.locator("#merge-words")).to_have_value(HALF)
        await expect(page.locator("#merge-words")).to_be_visible()


async def test_reasons_for_marks_stay_in_sight_when_rating_is_over(
    people: People, server: Served, owner: str
) -> None:
    workshop = building(server, "Rating over")
    workshop.phase("rate")
    her, _ = await window(people, workshop, "Amara")
    host = await people.come(server, owner)
    answers_yes(host)
    await visit(host, f"/facilitate/{workshop.code}")
    for page in (her, host):
        await page.locator("#rate-reason").fill(HALF)
    workshop.phase("plenary")
    for page in (her, host):
        await expect(page.locator("#rate-place .moved-on")).to_be_visible()
        await expect(page.locator("#rate-reason")).to_be_visible()


async def test_whom_and_what_an_idea_said_aloud_is_for_comes_back_with_the_page(
    people: People, server: Served, owner: str
) -> None:
    workshop = building(server, "Capture")
    host = await people.come(server, owner)
    answers_yes(host)
    await visit(host, f"/facilitate/{workshop.code}?capture=g1")
    await host.locator("#capture-words").fill(HALF)
    chosen = {}
    for name in ("participant", "barrier", "card"):
        field = host.locator(f"#capture-{name}")
        await field.select_option(index=2)
        chosen[name] = await field.input_value()
    idea = host.locator("#longlist input[form=merge]").first
    await idea.check()
    await host.reload()
    await ready(host)
    await expect(host.locator("#capture-words")).to_have_value(HALF)
    for name, value in chosen.items():
        await expect(host.locator(f"#capture-{name}")).to_have_value(value)
    await expect(idea).to_be_checked()


async def test_which_idea_an_interview_is_about_comes_back_with_the_page(
    people: People, server: Served, owner: str
) -> None:
    workshop = workshops.settled(server, "Interviews")
    host = await people.come(server, owner)
    answers_yes(host)
    await visit(host, f"/facilitate/{workshop.code}/assess")
    await host.locator("#assess-idea").select_option(index=2)
    chosen = await host.locator("#assess-idea").input_value()
    await host.locator("#assess-themes").fill(HALF)
    await host.reload()
    await ready(host)
    await expect(host.locator("#assess-idea")).to_have_value(chosen)
    await expect(host.locator("#assess-themes")).to_have_value(HALF)


async def fill_in(page: Page) -> None:
    """Wish for a workshop with two organisations, one problem statement and a smaller hand."""
    await page.locator("#new-title").fill(HALF)
    await page.locator("#new-organisations").fill("Police\nNHS")
    await page.locator("#new-hand_size").fill("4")
    for problem in PROBLEMS[1:]:
        await page.locator(f"#new input[name=problems][value='{problem}']").uncheck()
    await page.locator("#new input[name=leave_out][value=plenary]").check()


async def is_filled_in(page: Page) -> None:
    await expect(page.locator("#new-title")).to_have_value(HALF)
    await expect(page.locator("#new-organisations")).to_have_value("Police\nNHS")
    await expect(page.locator("#new-hand_size")).to_have_value("4")
    for problem in PROBLEMS[1:]:
        field = page.locator(f"#new input[name=problems][value='{problem}']")
        await expect(field).not_to_be_checked()
    await expect(page.locator("#new input[name=leave_out][value=plenary]")).to_be_checked()


async def test_a_workshop_half_wished_for_is_asked_about_and_comes_back_until_it_is_opened(
    people: People, server: Served, owner: str
) -> None:
    page = await people.come(server, owner)
    asked = answers_yes(page)
    await visit(page, "/facilitate/new")
    await fill_in(page)
    await page.reload()
    assert asked == ["beforeunload"]
    await ready(page)
    await is_filled_in(page)

    await page.context.clear_cookies()  # signed out in another tab
    await page.locator("#new .govuk-button").last.click()
    await expect(page.locator(".govuk-error-summary")).to_contain_text("not signed in any more")
    await is_filled_in(page)
    await page.goto("/facilitate")
    name, _, value = owner.partition("=")
    await page.context.add_cookies([{"name": name, "value": value, "url": server.url}])
    await visit(page, "/facilitate/new")
    await is_filled_in(page)

    asked.clear()
    await page.locator("#new .govuk-button").last.click()
    await page.wait_for_url(re.compile(r"/facilitate/[A-Z0-9]{8}$"))
    await ready(page)
    assert asked == []
    await visit(page, "/facilitate/new")
    await expect(page.locator("#new-title")).to_have_value("")
    await page.goto("/facilitate")
    assert asked == []


async def test_a_co_host_who_is_taken_out_sees_it_also_among_interviews_and_files(
    people: People, server: Served
) -> None:
    workshop = workshops.settled(server, "Taken out")
    workshop.invite("Cleo", "co_host")
    pages = {}
    for name in ("assess", "exports"):
        pages[name] = await people.come(server, workshop.cookies["Cleo"])
        answers_yes(pages[name])
        await visit(pages[name], f"/facilitate/{workshop.code}/{name}")
    await pages["assess"].locator("#assess-themes").fill(HALF)
    cleo = workshop.view(key_of(workshop.cookies["Cleo"]))["me"]["id"]
    workshop.done("RemovePerson", participant=cleo)
    for page in pages.values():
        await expect(page.locator("#connection")).to_have_attribute("data-state", "ended")
        await expect(page.locator("#connection")).to_contain_text("You have been signed out")
    await pages["assess"].get_by_role("button", name="Note the interview down").click()
    sending = pages["assess"].locator("#assess-sending")
    await expect(sending).to_contain_text("Not sent. The facilitator has taken you out")
    await expect(pages["assess"].locator("#assess-themes")).to_have_value(HALF)


async def test_an_analyst_s_page_of_files_stays_connected(people: People, server: Served) -> None:
    workshop = workshops.settled(server, "Files")
    workshop.phase("closed")
    page = await people.come(server, workshop.cookies["Analyst"])
    await visit(page, f"/facilitate/{workshop.code}/exports")
    await expect(page.locator("#connection")).to_have_attribute("data-state", "on")
