"""A problem statement written in the browser, from nothing, and played.

By keyboard alone by somebody who makes mistakes on the way; without scripts; and with a
page that is loaded again or out of date. Leaves out what each button does
(`tests/web/test_editing.py`). What always holds: nothing that was typed is lost.
"""

import re

import pytest
from playwright.async_api import Dialog, Page, expect

from tests.browser.keys import Keys
from tests.browser.people import People, ready, visit
from tests.served import Served
from tests.web.shelved import another

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

HERE = "/facilitate/material"
PROBLEMS = (
    "information-sharing", "cross-agency-communication", "within-agency-communication",
    "wider-organisations",
)  # fmt: skip


async def focused(page: Page, id: str) -> None:
    await page.wait_for_function("id => document.activeElement.id === id", arg=id)


async def saved(page: Page, words: str) -> None:
    await expect(page.locator(".tools-bar__said")).to_contain_text(words)


async def write_stage(keys: Keys, number: int, title: str) -> None:
    """Fill a stage in, from its title on which the focus is."""
    stage = f"stages-{number}"
    barrier = f"{stage}-barriers-0"
    await keys.type(title)
    await keys.write(f"#edit-{stage}-who", "A duty worker")
    await keys.write(f"#edit-{stage}-does", f"Takes step {title}.")
    await keys.write(f"#edit-{stage}-when", "The same day")
    await keys.write(f"#edit-{barrier}-text", f"Nobody has time to {title.lower()}.")
    await keys.write(f"#edit-{barrier}-finding", "Five diaries, none of them shared.")
    await keys.to(f"#edit-{barrier}-com_b")
    await keys.press("Tab", "Tab", "Space")
    await keys.to(f"#edit-{barrier}-opm")
    await keys.type("Cr")
    await keys.write(f"#edit-{barrier}-sources-0-document", "A local review")
    await keys.write(f"#edit-{barrier}-sources-0-section", "2.1")


async def test_a_long_shelf_does_not_stand_between_the_keyboard_and_beginning_another(
    people: People, server: Served
) -> None:
    cleo = another(server, "Cleo")
    for problem in PROBLEMS * 7:
        cleo.begin(problem)
    page = await people.come(server, cleo.cookie)
    keys = Keys(page)
    await visit(page, HERE)
    assert await page.locator(".piece").count() == 28
    await keys.to(".jumps a[href='#new']")
    await keys.press("Enter")
    await focused(page, "new")
    await keys.press("Tab")
    assert await keys.has_focus("#begin input[name=from]")


async def test_somebody_new_writes_three_stages_by_keyboard_and_two_people_play_them(
    people: People, server: Served, owner: str
) -> None:
    page = await people.come(server, owner)
    keys = Keys(page)
    await visit(page, "/facilitate")
    await keys.push(f"a[href='{HERE}']")
    await page.wait_for_url(f"**{HERE}")
    await ready(page)
    await keys.to("#begin input[name=from]")
    await keys.push("#begin button")
    await page.wait_for_url(re.compile(rf"{HERE}/\w{{16}}$"))
    await ready(page)

    await keys.push("#edit-save")  # what happens if nothing is filled in?
    await expect(page.locator("#edit .govuk-error-summary")).to_be_focused()
    await expect(page.locator("#edit .govuk-error-summary li")).to_have_count(12)
    await keys.push(".govuk-error-summary a")
    await focused(page, "edit-title")
    await keys.type("Meeting in time")
    await keys.write("#edit-statement", "Agencies meet after it has happened.")
    await keys.to("#edit-stages-0-title")
    await write_stage(keys, 0, "Notice")
    await expect(page.locator("[data-fits='stages-0-barriers-0-com_b']")).not_to_have_text("0")
    for number, title in ((1, "Call"), (2, "Notice")):  # the last has the title of the first
        await keys.push("#edit-add-stage")
        await focused(page, f"edit-stages-{number}-title")
        await write_stage(keys, number, title)
    await keys.push("#edit-save", back=True)
    await expect(page.locator("#edit .govuk-error-summary li")).to_have_count(1)
    problem = page.locator("#edit .govuk-error-summary a")
    await expect(problem).to_have_text(
        "Stage 3: the title is that of stage 1; give it one of its own."
    )
    await keys.push(".govuk-error-summary a")
    await focused(page, "edit-stages-2-title")
    await keys.press("Control+a")
    await keys.type("Meet")
    await keys.press("Enter")  # which presses Save
    await saved(page, "Ready to play")

    await keys.push("#edit-up-stage-2")
    await focused(page, "edit-up-stage-1")
    await expect(page.locator("#edit-stages-1-title")).to_have_value("Meet")
    await keys.push("#edit-undo", back=True)
    await saved(page, "Undone: moved a stage up at ")
    await expect(page.locator("#edit-stages-2-title")).to_have_value("Meet")

    await keys.push("#edit-preview")
    await page.wait_for_url("**/preview")
    await ready(page)
    await expect(page.locator("#stage")).to_contain_text("Nobody has time to notice.")
    await expect(page.locator("#hand .card")).to_have_count(5)

    await visit(page, "/facilitate/new")
    await keys.write("#new-title", "A first workshop")
    for problem_id in PROBLEMS:
        await keys.to(f"#new input[name=problems][value={problem_id}]")
        await keys.press("Space")
    await keys.to("#new input[name=problems][value^='own:']")
    await keys.press("Space")
    await keys.push("#new button:not([name])")
    await page.wait_for_url(re.compile(r"/facilitate/[A-Z0-9]{8}$"))
    code = page.url.rpartition("/")[2]

    for name in ("Ann", "Bo"):
        server.enter(code, name)
    cookies = [server.enter(code, name) for name in ("Cy", "Di")]
    server.done(code, kind="OpenPhase", phase="play")
    for number, cookie in enumerate(cookies):
        await plays(people, server, cookie, code, number)
    server.done(code, kind="MoveGroup", group="all", stage=1, step="build")
    ideas = server.view(code)["longlist"]["ideas"]
    assert {idea["barrier_text"] for idea in ideas} == {"Nobody has time to notice."}
    assert len(ideas) == 2


async def plays(people: People, server: Served, cookie: str, code: str, number: int) -> None:
    """Somebody plays a card against the barrier that was written."""
    page = await people.come(server, cookie)
    await visit(page, f"/w/{code}")
    await expect(page.locator("#stage")).to_contain_text("Stage 1")
    await page.locator("#stage .barrier label").first.click()
    await page.locator("#hand .card__title").nth(number).click()
    await page.locator("#write-words").fill(f"Ring them by noon, {number}.")
    await page.get_by_role("button", name="Put your idea forward").click()
    await expect(page.locator("#mine")).to_contain_text(f"Ring them by noon, {number}.")


async def begun(page: Page, source: str = "Nothing: an empty one") -> str:
    """Begin a problem statement; the address of its editor."""
    await page.goto(HERE)
    await page.get_by_label(source).check()
    await page.get_by_role("button", name="Begin").click()
    await page.wait_for_url(re.compile(rf"{HERE}/\w{{16}}$"))
    return page.url


async def test_the_editor_works_without_scripts(people: People, server: Served, owner: str) -> None:
    page = await people.come(server, owner, java_script_enabled=False)
    address = await begun(page)
    await page.get_by_label("Title", exact=True).fill("No scripts")
    await page.get_by_role("button", name="Add a stage").click()
    await expect(page.locator("#edit-stages-1-title")).to_be_focused()
    await expect(page.get_by_label("Title", exact=True)).to_have_value("No scripts")
    await page.locator("#edit-stages-1-title").fill("Second")
    await page.locator("#edit-add-barrier-1").click()
    await expect(page.locator("#edit-stages-1-barriers-1-text")).to_be_focused()
    await page.locator("#edit-stages-1-barriers-1-text").fill("A wall")
    await page.locator("#edit-to-1-1").select_option("0")
    await page.locator("#edit-move-barrier-1-1").click()
    moved = page.locator("#edit-stages-0-barriers-1-text")
    await expect(moved).to_be_focused()
    await expect(moved).to_have_value("A wall")
    await page.get_by_role("button", name="Save", exact=True).click()
    problem = page.locator("#edit .govuk-error-summary")
    await expect(problem).to_contain_text("Stage 2: say who acts.")
    await problem.get_by_role("link", name="Stage 2: say who acts.").click()
    await expect(page.locator("#edit-stages-1-who")).to_be_focused()
    await page.locator("#edit-undo").click()
    await expect(page.locator("#edit-stages-1-barriers-1-text")).to_have_value("A wall")
    await page.locator("#edit-redo").click()
    await expect(page.locator("#edit-stages-0-barriers-1-text")).to_have_value("A wall")
    await page.locator("#edit-people").fill("6")
    await page.locator("#edit-minutes").fill("90")
    await page.get_by_role("button", name="Check the time").click()
    await expect(page.locator("#edit-time-check")).to_contain_text("2 stages")
    await page.get_by_role("button", name="Preview").click()
    await expect(page.locator("main")).to_contain_text("no preview yet")
    await page.goto(address)
    await expect(page.get_by_label("Title", exact=True)).to_have_value("No scripts")


@pytest.mark.parametrize("scripts", [True, False])
async def test_enter_opens_the_workshop_and_checks_the_time_where_the_time_is_asked(
    people: People, server: Served, owner: str, scripts: bool
) -> None:
    page = await people.come(server, owner, java_script_enabled=scripts)
    await page.goto("/facilitate/new")
    if scripts:
        await ready(page)
        await page.locator("#new-people").fill("24")
        await page.locator("#new-people").press("Enter")
        await expect(page.locator("#new-time")).to_contain_text("6 people in a group")
        await ready(page)
    await page.locator("#new-title").press("Enter")
    await expect(page.locator("#new .govuk-error-summary")).to_contain_text("Enter a title.")
    await page.locator("#new-title").fill("Opened by Enter")
    await page.locator("#new-title").press("Enter")
    await page.wait_for_url(re.compile(r"/facilitate/[A-Z0-9]{8}$"))
    await expect(page.locator("h1")).to_contain_text("Opened by Enter")


async def test_what_is_typed_and_ticked_outlives_a_page_that_is_loaded_again(
    people: People, server: Served, owner: str
) -> None:
    page = await people.come(server, owner)
    asked: list[str] = []

    async def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await dialog.accept()

    page.on("dialog", leave)
    await begun(page)
    await ready(page)
    await page.get_by_label("Title", exact=True).fill("Typed and not saved")
    await page.get_by_label("Social opportunity").check()
    await page.locator("#edit-stages-0-barriers-0-opm").select_option("commit")
    await page.reload()
    await ready(page)
    assert asked == ["beforeunload"]
    await expect(page.get_by_label("Title", exact=True)).to_have_value("Typed and not saved")
    await expect(page.get_by_label("Social opportunity")).to_be_checked()
    await expect(page.locator("#edit-stages-0-barriers-0-opm")).to_have_value("commit")
    await page.get_by_role("button", name="Add a stage").click()
    await focused(page, "edit-stages-1-title")
    await page.reload()
    await ready(page)
    assert asked == ["beforeunload"]  # it is saved now, so nobody asks
    await expect(page.get_by_label("Title", exact=True)).to_have_value("Typed and not saved")
    await expect(page.get_by_label("Social opportunity").first).to_be_checked()


async def test_saving_leaves_one_where_one_is(people: People, server: Served, owner: str) -> None:
    page = await people.come(server, owner)
    await begun(page, "Sharing information between agencies")
    await ready(page)
    await page.locator("#edit-stages-4-title").fill("Another title")
    await page.locator("#edit-stages-4-title").press("Enter")
    await saved(page, "Saved at")
    before = await page.evaluate("scrollY")
    assert before > 1000
    await expect(page.locator("#edit-stages-4-title")).to_be_focused()
    await expect(page.locator("#edit-stages-4-title")).to_be_in_viewport()
    await expect(page.locator("#edit-stages-4 .stage-form__title")).to_contain_text("Another title")


async def test_a_page_out_of_date_writes_over_nothing_and_saves_a_copy(
    people: People, server: Served, owner: str
) -> None:
    page, other = await people.come(server, owner), await people.come(server, owner)
    address = await begun(page)
    await visit(other, address)
    await page.get_by_label("Title", exact=True).fill("Mine")
    await page.get_by_role("button", name="Save", exact=True).click()
    await saved(page, "Saved at")
    await other.get_by_label("Title", exact=True).fill("Theirs")
    await other.get_by_role("button", name="Save", exact=True).click()
    await expect(other.locator("#edit-stale")).to_be_focused()
    await expect(other.get_by_label("Title", exact=True)).to_have_value("Theirs")
    await other.get_by_role("button", name="Save mine as a copy").click()
    await other.wait_for_url(re.compile(r"saved="))
    await expect(other.get_by_label("Title", exact=True)).to_have_value("Theirs")
    await visit(page, address)
    await expect(page.get_by_label("Title", exact=True)).to_have_value("Mine")


async def test_words_given_back_on_a_newer_page_write_over_nothing(
    people: People, server: Served, owner: str
) -> None:
    page, other = await people.come(server, owner), await people.come(server, owner)
    page.on("dialog", lambda dialog: dialog.accept())
    address = await begun(page)
    await visit(other, address)
    await page.get_by_label("Title", exact=True).fill("Half typed")
    await other.get_by_label("Title", exact=True).fill("Theirs")
    await other.locator("#edit-statement").fill("Their problem")
    await other.get_by_role("button", name="Save", exact=True).click()
    await saved(other, "Saved at")
    await page.reload()
    await ready(page)
    await expect(page.get_by_label("Title", exact=True)).to_have_value("Half typed")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.locator("#edit-stale")).to_be_focused()
    await expect(page.get_by_label("Title", exact=True)).to_have_value("Half typed")
    await visit(other, address)
    await expect(other.get_by_label("Title", exact=True)).to_have_value("Theirs")
