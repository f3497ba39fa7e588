"""The game with scripts turned off: forms and links, and the page loaded again.

Leaves out liveliness, which is all that scripts add. What always holds: a mistake shows
the page with what was typed and chosen, and nothing that matters needs a script.
"""

import csv
import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser import workshops
from tests.browser.people import People
from tests.browser.workshops import OPEN_NOTE, PROBLEMS, Workshop
from tests.served import Served

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WORDS = "The school rings the duty desk by noon.\nOn the same day."


async def look_again(page: Page) -> None:
    """What somebody without scripts does to see what is new."""
    await page.get_by_role("link", name="Load this page again").click()


async def test_somebody_takes_part_without_scripts(people: People, server: Served) -> None:
    workshop = workshops.open_workshop(server, "No scripts", problems=PROBLEMS[:1])
    other = workshop.join("Iris", "Police")
    page = await people.come(server, java_script_enabled=False)
    await page.goto("/")
    await page.get_by_label("Workshop code").fill("AAAA-BBBB")
    await page.get_by_role("button", name="Go on").click()
    await expect(page.locator(".govuk-error-summary")).to_contain_text("no workshop with this code")
    await expect(page.get_by_label("Workshop code")).to_have_value("AAAA-BBBB")
    await page.get_by_label("Workshop code").fill(workshop.code.lower())
    await page.get_by_role("button", name="Go on").click()

    await page.get_by_label("Your name").fill("Nadia")
    await page.get_by_role("button", name="Join the workshop").click()
    await expect(page.locator(".govuk-error-summary")).to_contain_text("Enter your organisation")
    await expect(page.get_by_label("Your name")).to_have_value("Nadia")
    await page.get_by_label("Your organisation").select_option("NHS")
    await page.get_by_role("button", name="Join the workshop").click()
    await expect(page.locator("#me")).to_contain_text("Nadia")
    await expect(page.locator("#workshop")).to_contain_text("2 people are here")
    for form in ("write", "build", "rate"):
        await expect(page.locator(f"#{form}")).to_be_hidden()

    workshop.phase("play")
    await look_again(page)
    await swap(page)
    barrier = page.locator("#stage input[name=barrier]").nth(1)
    card = page.locator("#hand input[name=card]").nth(2)
    chosen = [await barrier.input_value(), await card.input_value()]
    await mistakes_keep_what_was_typed(page, chosen)
    await page.get_by_role("button", name="Put your idea forward").click()
    await expect(page.locator("#notice")).to_contain_text("Done at")
    await expect(page.locator("#notice")).to_be_in_viewport()
    await expect(page.locator("#mine")).to_contain_text("The school rings the duty desk")
    await expect(page.get_by_label("What would change?")).to_have_value("")
    [idea] = workshop.view()["longlist"]["ideas"]
    assert [idea["barrier"], idea["card"]] == chosen
    assert idea["words"] == WORDS

    theirs = workshop.submit(workshop.keys[other], 1)
    workshop.move(1, "build")
    await look_again(page)
    await page.locator(f"#board #build-{theirs}").check()
    await page.locator("#build").get_by_label("A question").check()
    await page.get_by_role("button", name="Add it").click()
    for _ in range(2):  # as often as it takes
        problem = page.locator("#build .govuk-error-summary")
        await expect(problem).to_contain_text("Write what you want")
        await expect(page.locator("#build").get_by_label("A question")).to_be_checked()
        await expect(page.locator("#build-idea")).to_contain_text(theirs)
        await page.get_by_role("button", name="Add it").click()
    await page.get_by_label("In your words").fill("Who does it on a Friday?")
    await page.get_by_role("button", name="Add it").click()
    await expect(page.locator(f"#idea-{theirs} .build--question")).to_contain_text("on a Friday?")

    workshop.phase("rate")
    await look_again(page)
    await rates(page)
    await expect(page.locator("#rating")).to_contain_text("You have rated 1 of 1")
    workshop.done("OpenRatings")
    rated = {each["id"]: each for each in workshop.view()["longlist"]["ideas"]}[theirs]
    assert (rated["impact"], rated["effort"], rated["amenability"]) == (5, 2, None)


async def swap(page: Page) -> None:
    """Give a card back for another one."""
    before = await page.locator("#hand .card").evaluate_all("all => all.map(each => each.id)")
    await page.get_by_role("button", name="Swap this card").first.click()
    await expect(page.locator(f"#{before[0]}")).to_have_count(0)
    await expect(page.locator("#hand .card")).to_have_count(len(before))


async def mistakes_keep_what_was_typed(page: Page, chosen: list[str]) -> None:
    """Send the form without words, then without a card; what was given stays each time."""
    barrier, card = chosen
    words = page.get_by_label("What would change?")
    send = page.get_by_role("button", name="Put your idea forward")
    problem = page.locator("#write .govuk-error-summary")
    await page.locator(f"label[for=choose-{barrier}]").click()
    await words.fill(WORDS)
    await page.get_by_text("Add more (optional)").click()
    await page.get_by_label("A caution").fill("Not in front of the family.")
    await send.click()
    await expect(problem).to_contain_text("Choose a card from your hand.")
    await expect(problem).to_be_in_viewport()
    await expect(page).to_have_title(re.compile("^Problem: "))
    await expect(words).to_have_value(WORDS)
    await expect(page.get_by_label("A caution")).to_have_value("Not in front of the family.")

    await words.fill("")
    await page.locator(f"label[for=play-{card}]").click()
    await send.click()
    await expect(problem).to_contain_text("Write what would change")
    await expect(page.get_by_label("A caution")).to_have_value("Not in front of the family.")
    # The barrier was chosen two pages ago, the card on the last one.
    await expect(page.locator("#write-play")).to_contain_text(
        await page.locator(f"label[for=choose-{barrier}]").inner_text()
    )
    await expect(page.locator("#write-play")).to_contain_text(
        await page.locator(f"label[for=play-{card}]").inner_text()
    )
    await words.fill(WORDS)


async def rates(page: Page) -> None:
    """Send marks that lack one, then all three."""
    form = page.locator("#rate")
    await form.locator("input[name=impact][value='5']").check(force=True)
    await form.locator("input[name=effort][value='2']").check(force=True)
    await page.get_by_label("Why? (optional)").fill("It costs a phone call.")
    await page.get_by_role("button", name="Save and go on").click()
    await expect(form.locator(".govuk-error-summary")).to_contain_text("a mark for amenability")
    await expect(form.locator("input[name=impact][value='5']")).to_be_checked()
    await expect(page.get_by_label("Why? (optional)")).to_have_value("It costs a phone call.")
    await form.locator("input[name=amenability][value='']").check(force=True)
    await page.get_by_role("button", name="Save and go on").click()


async def test_a_facilitator_runs_a_workshop_without_scripts(
    people: People, server: Served
) -> None:
    page = await people.come(server, java_script_enabled=False)
    workshop = await open_workshop(page, server)
    for number, organisation in enumerate(("Police", "NHS", "DfE", "DHSC")):
        workshop.join(f"Person {number}", organisation)
    await look_again(page)
    await expect(page.locator("#waiting")).to_contain_text("Person 3")

    await page.get_by_role("button", name="Form the groups now").click()
    await page.get_by_role("button", name="Go on to briefing").click()
    await page.get_by_role("button", name="Go on to playing").click()
    await expect(page.locator("#course")).to_have_attribute("data-phase", "play")
    ideas = [workshop.submit(key, n) for n, key in enumerate([*workshop.keys.values()] * 2)]
    await moves_groups(page)
    await seats_somebody(page, workshop)
    await captures_an_idea(page, workshop)
    await invites_an_observer(page)

    await page.get_by_text("Any other phase, and sharing").click()
    await page.locator("#course-more").get_by_role("button", name="Looking together").click()
    await expect(page.locator("#course")).to_have_attribute("data-phase", "plenary")
    await page.locator(f"#idea-{ideas[1]} .row__light").click()
    await expect(page.locator("#spotlight")).to_contain_text("list 1")
    await merges(page, workshop)

    await page.get_by_role("button", name="Go on to rating").click()
    workshops.rate(workshop)
    await page.get_by_role("button", name="Open the ratings").click()
    await expect(page.locator("#course")).to_contain_text("The ratings are open")
    await page.get_by_role("button", name="Go on to shortlisting").click()
    chosen = await shortlists(page, workshop)
    await assesses(page, workshop, chosen)

    await page.get_by_role("link", name="Exports").click()
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Longlist as CSV").click()
    path = await (await download.value).path()
    rows = list(csv.DictReader(Path(path).read_text(encoding="utf-8-sig").splitlines()))
    kept = {row["idea_id"]: row for row in rows}
    assert kept.keys() == {each["id"] for each in workshop.view()["longlist"]["ideas"]}
    assert kept[chosen]["shortlisted"] == "yes"
    assert kept[chosen]["reason"] == OPEN_NOTE


async def open_workshop(page: Page, server: Served) -> Workshop:
    """Sign in and open a workshop by the form, with a mistake on the way."""
    await page.goto(server.sign_in_link())
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("button", name="Open a workshop").click()
    for box in await page.locator("#new input[name=problems]").all():
        await box.set_checked(await box.get_attribute("value") in PROBLEMS[:2])
    await page.locator("#new-organisations").fill("\n".join(workshops.ORGANISATIONS))
    await page.get_by_role("button", name="Open the workshop").click()
    await expect(page.locator(".govuk-error-summary")).to_contain_text("Enter a title")
    await expect(page.locator("#new-organisations")).to_have_value(re.compile("Police"))
    await page.get_by_label("Title of the workshop").fill("Run without scripts")
    await page.get_by_role("button", name="Open the workshop").click()
    await expect(page.locator("h1")).to_have_text("Run without scripts")
    workshop = Workshop(server, page.url.rpartition("/")[2])
    assert {each["problem"] for each in workshop.view()["coverage"]["barriers"]} == {*PROBLEMS[:2]}
    return workshop


async def moves_groups(page: Page) -> None:
    """All at once, then one alone, on and back."""
    await page.get_by_role("button", name="All groups: go on to presenting").click()
    await page.locator("#group-g2").get_by_role("button", name="Go on to building").click()
    await expect(page.locator("#group-g2 .step")).to_have_text("Building")
    await page.locator("#group-g2").get_by_role("button", name="Back").click()
    await expect(page.locator("#group-g2 .step")).to_have_text("Presenting")
    await expect(page.locator("#group-g1 .step")).to_have_text("Presenting")


async def seats_somebody(page: Page, workshop: Workshop) -> None:
    """Move one of group 1 to group 2, after forgetting to say where to."""
    person = workshop.view()["groups"]["groups"][0]["members"][0]
    await page.locator("#seat-participant").select_option(person["id"])
    await page.get_by_role("button", name="Seat them").click()
    await expect(page.locator("#seat .govuk-error-summary")).to_contain_text("Choose a group")
    await expect(page.locator("#seat")).to_contain_text(f"You chose {person['name']}")
    await page.locator("#seat-group").select_option("g2")
    await page.get_by_role("button", name="Seat them").click()
    await expect(page.locator("#group-g2")).to_contain_text("3 people in group 2")
    assert workshop.group_of(person["id"]) == "g2"


async def captures_an_idea(page: Page, workshop: Workshop) -> None:
    """Write down for somebody what they said aloud."""
    person = workshop.view()["groups"]["groups"][1]["members"][0]
    await page.get_by_text("Write down an idea said aloud").click()
    await page.locator("#tool-capture").get_by_role("link", name="Group 2").click()
    await page.locator("#capture-participant").select_option(person["id"])
    await page.get_by_label("What would change?").fill("Lend each clinic a named officer.")
    await page.get_by_role("button", name="Put it on the longlist").click()
    await expect(page.locator("#capture .govuk-error-summary")).to_be_visible()
    await expect(page.get_by_label("What would change?")).to_have_value(
        "Lend each clinic a named officer."
    )
    await page.locator("#capture-barrier").select_option(index=1)
    await page.locator("#capture-card").select_option(index=1)
    await page.get_by_role("button", name="Put it on the longlist").click()
    row = page.locator("#longlist .row", has_text="named officer")
    await expect(row).to_contain_text(person["name"])


async def invites_an_observer(page: Page) -> None:
    """The link is shown, and is good."""
    await page.get_by_text("Invite a table lead, co-host, observer or analyst").click()
    await page.locator("#invite-role").select_option("observer")
    await page.get_by_role("button", name="Make a link").click()
    link = page.locator("#tool-invite a[href*='invite=']")
    await expect(link).to_be_visible()
    reply = await page.request.get(str(await link.get_attribute("href")))
    assert reply.status == 200


async def merges(page: Page, workshop: Workshop) -> None:
    """Two that say the same become one."""
    twins = [
        idea["id"]
        for idea in workshop.view()["longlist"]["ideas"]
        if idea["problem"] == PROBLEMS[1]
    ][:2]
    for idea in twins:
        await page.locator(f"#merge-{idea}").check()
    await page.locator("#merge-words").fill("One call a day, from whoever is on duty.")
    await page.get_by_role("button", name="Merge the ticked ideas").click()
    await expect(page.locator("#longlist")).to_contain_text("One call a day")


async def shortlists(page: Page, workshop: Workshop) -> str:
    """Accept what is proposed, then choose something else: not without a reason."""
    await page.get_by_role("link", name="Shortlist", exact=True).click()
    proposal = workshop.view()["shortlist"]["proposal"][0]
    await page.get_by_role("button", name=f"Accept {proposal['ideas'][0]}").click()
    await expect(page.locator(f"#chosen-{proposal['ideas'][0]}")).to_be_visible()
    other: str = next(
        idea["id"]
        for idea in workshop.view()["longlist"]["ideas"]
        if idea["problem"] == proposal["problem"] and idea["id"] not in proposal["ideas"]
    )
    await page.locator(f"#choose-{other}").check()
    await page.get_by_role("button", name="Put it on the shortlist").click()
    await expect(page.locator("#choose .govuk-error-summary")).to_contain_text("Say in a sentence")
    await page.locator("#choose-reason").fill(OPEN_NOTE)
    await page.get_by_role("button", name="Put it on the shortlist").click()
    await expect(page.locator(f"#chosen-{other}")).to_contain_text(OPEN_NOTE)
    return other


async def assesses(page: Page, workshop: Workshop, idea: str) -> None:
    """Note down an interview; the first time one judgement is missing."""
    workshop.phase("assess")
    await page.get_by_role("link", name="Assessment").click()
    await page.locator("#assess-idea").select_option(idea)
    await page.get_by_label("Interviewee’s organisation").fill("Health trust")
    await page.get_by_label("Interviewee’s role").fill("Named nurse")
    names = (
        "affordability", "practicability", "effectiveness",
        "acceptability", "side_effects", "equity",
    )  # fmt: skip
    for name in names[:-1]:
        given = page.locator(f"input[name='criteria.{name}.judgement'][value=mixed]")
        await given.check(force=True)
    await page.locator("[id='assess-criteria.equity.said']").fill("Families without a phone.")
    await page.get_by_role("button", name="Note the interview down").click()
    await expect(page.locator("#assess .govuk-error-summary")).to_be_visible()
    await expect(page.locator("[id='assess-criteria.equity.said']")).to_have_value(
        "Families without a phone."
    )
    await expect(
        page.locator("input[name='criteria.affordability.judgement'][value=mixed]")
    ).to_be_checked()
    await page.locator("input[name='criteria.equity.judgement'][value=negative]").check(force=True)
    await page.get_by_role("button", name="Note the interview down").click()
    await expect(page.locator(f"#idea-{idea}")).to_contain_text("Families without a phone.")
