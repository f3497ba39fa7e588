"""The whole game by keyboard alone: somebody who takes part, and whoever facilitates.

Leaves out what the game does with it, which has tests of its own. What always holds: no
pointer is used here, and every stop of Tab is looked at (keys.py).
"""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser import workshops
from tests.browser.keys import Keys
from tests.browser.people import People, ready
from tests.browser.workshops import OPEN_NOTE
from tests.served import Served

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def arrive(page: Page, path: str) -> None:
    """Wait for the page that a key press leads to."""
    await page.wait_for_url(path)
    await ready(page)


async def test_somebody_joins_writes_builds_and_rates_by_keyboard(
    people: People, server: Served
) -> None:
    workshop = workshops.open_workshop(server, "A day by keyboard", problems=workshops.PROBLEMS[:1])
    other = workshop.join("Iris", "Police")
    page = await people.come(server)
    keys = Keys(page)

    await page.goto("/")
    await ready(page)
    await keys.press("Tab")
    assert await keys.has_focus(".govuk-skip-link")
    await keys.press("Enter")
    await keys.write("#code-code", workshop.code.lower())
    await keys.press("Enter")
    await arrive(page, f"**/join/{workshop.code}")
    await keys.push("#join-send")
    await arrive(page, f"**/join/{workshop.code}")
    await expect(page.locator(".govuk-error-summary")).to_be_focused()
    await keys.push(".govuk-error-summary a")
    assert await keys.has_focus("#join-name")
    await keys.type("Nadia")
    await keys.to("#join-organisation")
    await keys.type("N")
    await keys.push("#join-send")
    await arrive(page, f"**/w/{workshop.code}")
    await expect(page.locator("#me")).to_contain_text("Nadia")

    workshop.phase("play")
    await expect(page.locator("#hand")).to_be_visible()
    await keys.to("#stage input[name=barrier]")
    await keys.press("Space")
    await expect(page.locator("#stage input[name=barrier]:checked")).to_have_count(1)
    first = await page.locator("#stage input[name=barrier]:checked").input_value()
    await keys.press("ArrowDown")
    barrier = page.locator("#stage input[name=barrier]:checked")
    assert await barrier.input_value() != first
    await keys.push("#stage .barrier details summary")
    await expect(page.locator("#stage .barrier details[open]")).to_have_count(1)

    await keys.to("#hand input[name=card]")
    await keys.press("Space")
    first = await page.locator("#hand input[name=card]:checked").input_value()
    await keys.press("ArrowDown", "ArrowDown")
    card = await page.locator("#hand input[name=card]:checked").input_value()
    assert card != first
    await keys.push(f"#study-{card} > summary")
    await expect(page.locator(f"#study-{card}")).to_have_attribute("open", "")
    await keys.to("#hand .card__back[open] a")
    await keys.push(".card__swap button")
    await expect(page.locator("#notice")).to_contain_text("Done")
    # The third card was opened and read; the first button after it swaps that card.
    await expect(page.locator(f"#card-{card}")).to_have_count(0)
    drawn = "#hand li:nth-child(3) input[name=card]"  # the focus is on the card drawn in its stead
    await expect(page.locator(drawn)).to_be_focused()
    assert await page.locator(drawn).input_value() != card
    await keys.press("Space")
    await expect(page.locator(drawn)).to_be_checked()

    await keys.write("#write-words", "The school rings the duty desk by noo")
    await keys.to("#write-send")
    await keys.to("#write-words", back=True)
    await keys.press("End")
    await keys.type("n.")
    await keys.push("#write-more summary")
    await keys.write("#write-caution", "Not in front of the family.")
    await keys.push("#write-send")
    await expect(page.locator("#write-status")).to_contain_text("Your idea was saved")
    await expect(page.locator("#write-words")).to_have_value("")
    [idea] = workshop.view()["longlist"]["ideas"]
    assert idea["words"] == "The school rings the duty desk by noon."

    theirs = workshop.submit(workshop.keys[other], 1)
    workshop.move(1, "build")
    await expect(page.locator("#board .idea")).to_have_count(2)
    await keys.to("#board input[name=idea]")
    await keys.press("Space")
    for _ in range(2):
        if await page.locator(f"#build-{theirs}").is_checked():
            break
        await keys.press("ArrowDown")
    await expect(page.locator(f"#build-{theirs}")).to_be_checked()
    await keys.to("#build input[name=as]")
    await keys.press("ArrowRight")
    await keys.write("#build-words", "Who does it on a Friday?")
    await keys.push("#build-send")
    await expect(page.locator(f"#idea-{theirs} .build--question")).to_contain_text("on a Friday?")

    workshop.phase("rate")
    await expect(page.locator("#rate-idea")).to_be_visible()
    await keys.to("#rate input[name=impact]")
    await keys.press("Space", *["ArrowRight"] * 3)
    await keys.to("#rate input[name=effort]")
    await keys.press("Space")
    await keys.to("#rate input[name=amenability]")
    await keys.press("Space", "ArrowLeft")  # round to the last: don't know
    await keys.write("#rate-reason", "It costs a phone call.")
    await keys.push("#rate-send")
    await expect(page.locator("#rate")).to_contain_text("You have rated every idea")
    nadia = workshop.view()["groups"]["groups"][0]["members"]
    assert {member["name"] for member in nadia} == {"Iris", "Nadia"}
    workshop.done("OpenRatings")
    [rated] = [each for each in workshop.view()["longlist"]["ideas"] if each["id"] == theirs]
    assert (rated["impact"], rated["effort"], rated["amenability"]) == (4, 1, None)


async def test_a_facilitator_runs_a_workshop_by_keyboard(people: People, server: Served) -> None:
    page = await people.come(server)
    page.on("dialog", lambda dialog: dialog.accept())  # its buttons are the browser's own
    keys = Keys(page)

    await page.goto(server.sign_in_link())
    await ready(page)
    await keys.push("#sign_in button")
    await arrive(page, "**/facilitate")
    await keys.push("a[href='/facilitate/new']")
    await arrive(page, "**/facilitate/new")
    await keys.write("#new-title", "Run by keyboard")
    await keys.to("#new-problems")
    for later in range(2, 5):  # leave out all but the first
        await keys.to(f"#new-problems-{later}")
        await keys.press("Space")
    await keys.push("#new > button")
    await page.wait_for_url(re.compile("/facilitate/[A-Z0-9]{8}$"))
    await ready(page)

    workshop = workshops.Workshop(server, page.url.rpartition("/")[2])
    for number, organisation in enumerate(("Police", "NHS", "DfE", "DHSC")):
        workshop.join(f"Person {number}", organisation)
    await keys.push("#do-OpenPhase-briefing button")
    await expect(page.locator("#course")).to_have_attribute("data-phase", "briefing")
    await keys.keeps_its_place("#course")
    await keys.push("#do-OpenPhase-play button")
    await expect(page.locator("#course")).to_have_attribute("data-phase", "play")
    ideas = [workshop.submit(key, n) for n, key in enumerate(workshop.keys.values())]

    for step in ("present", "build"):
        await keys.push(f"#groups .groups__all [id^=do-MoveGroup-all-1-{step}] button")
        await expect(page.locator("#group-g1 .step")).to_have_class(f"line__step step step--{step}")
        await keys.keeps_its_place("#groups")
    await keys.push("#group-g1 .line__people summary")
    await expect(page.locator("#people-g1")).to_contain_text("Person 1")
    await keys.push("#group-g1 [id^=do-MoveGroup-g1-2-write] button")
    await expect(page.locator("#group-g1")).to_contain_text("Stage 2 of")
    await keys.keeps_its_place("#group-g1")

    await keys.push("#course-more summary")
    await keys.push("#course-more [id^=do-OpenPhase-plenary] button")
    await expect(page.locator("#course")).to_have_attribute("data-phase", "plenary")
    await keys.push(f"#idea-{ideas[1]} .row__light")
    await expect(page.locator("#spotlight")).to_contain_text("list 1")

    await keys.push("#do-OpenPhase-rate button", back=True)
    await expect(page.locator("#course")).to_have_attribute("data-phase", "rate")
    workshops.rate(workshop)
    await expect(page.locator("#course")).to_contain_text("4 of 4 participants have rated")
    await keys.push("#do-OpenRatings button")
    await expect(page.locator("#course")).to_contain_text("The ratings are open")
    await keys.push("#do-OpenPhase-shortlist button")
    await expect(page.locator("#course")).to_have_attribute("data-phase", "shortlist")

    await keys.push(".around a[href$='/shortlist']", back=True)
    await arrive(page, "**/shortlist")
    [proposal] = workshop.view()["shortlist"]["proposal"]
    await keys.push(f"#do-ShortlistIdea-{proposal['ideas'][0]} button")
    await expect(page.locator(f"#chosen-{proposal['ideas'][0]}")).to_be_visible()
    other = next(idea for idea in ideas if idea not in proposal["ideas"])
    await keys.to("#longlist input[name=idea]")
    await keys.press("Space")
    for _ in ideas:
        if await page.locator(f"#choose-{other}").is_checked():
            break
        await keys.press("ArrowDown")
    await expect(page.locator(f"#choose-{other}")).to_be_checked()
    await keys.push("#choose button[value=ShortlistIdea]")
    await expect(page.locator("#choose .govuk-error-summary")).to_be_focused()
    await expect(page.locator(f"#choose-{other}")).to_be_checked()
    await keys.push("#choose .govuk-error-summary a")
    assert await keys.has_focus("#choose-reason")
    await keys.type(OPEN_NOTE)
    await keys.push("#choose button[value=ShortlistIdea]")
    await expect(page.locator(f"#chosen-{other}")).to_contain_text(OPEN_NOTE)
