"""Cards on screen: the same face wherever a card shows, and play by keyboard alone.

Leaves out what playing a card does. What always holds: what is on a face is read by its
words, and told apart by more than colour.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.async_api import Page, expect

from app.main import shipped_content
from tests.browser import workshops
from tests.browser.keys import Keys
from tests.browser.people import People, ready, visit
from tests.served import Served

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

CARDS = {card.id: card for card in shipped_content().deck.cards}

ORDER = """card => [...document.getElementById(`card-${card}`).querySelectorAll(
    '.family, .card__title, .card__evidence, .card__insight, .card__question, .more__summary')]
  .map(each => each.className.split(' ')[0])"""
SAME = ["family", "card__title", "card__evidence", "card__insight", "card__question"]


def in_order(tree: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The nodes of an accessibility tree as they are read, without those that are not."""
    nodes = {node["nodeId"]: node for node in tree}

    def walked(id: str) -> Iterator[dict[str, Any]]:
        if not (node := nodes.get(id)):
            return
        if not node.get("ignored"):
            yield node
        for child in node.get("childIds", ()):
            yield from walked(child)

    return walked(tree[0]["nodeId"])


async def at_play(people: People, server: Served) -> tuple[workshops.Workshop, Page]:
    workshop = workshops.open_workshop(server, "A hand", problems=workshops.PROBLEMS[:1])
    workshop.enter("Amara")
    workshop.phase("play")
    page = await people.come(server, workshop.cookies["Amara"])
    await visit(page, f"/w/{workshop.code}")
    return workshop, page


async def test_a_card_has_the_same_order_in_a_hand_on_the_deck_page_and_on_a_trail(
    people: People, server: Served
) -> None:
    workshop, page = await at_play(people, server)
    card = await page.locator("#hand .card").first.get_attribute("data-card")
    assert await page.evaluate(ORDER, card) == [*SAME, "more__summary"]
    warning = shipped_content().deck.warning
    doubt = page.locator("#doubt")
    await doubt.locator("summary").click()
    await expect(doubt).to_contain_text(warning.text)
    await page.click(f"label[for='play-{card}']")
    await page.locator("#stage label.barrier__text").first.click()
    await page.fill("#write-words", "The school rings the duty desk by noon.")
    await page.click("#write-send")
    await expect(page.locator("#write-status")).to_contain_text("Your idea was saved")
    [idea] = workshop.view()["longlist"]["ideas"]
    await page.goto(f"/w/{workshop.code}/ideas/{idea['id']}")
    assert await page.evaluate(ORDER, card) == [*SAME, "more__summary"]
    await expect(page.locator(".trail .caveat")).to_contain_text(warning.text)
    await page.goto(f"/cards#card-{card}")
    assert await page.evaluate(ORDER, card) == [*SAME, "more__summary"]
    await expect(page.locator(f"#card-{card}")).to_be_in_viewport()


SHOWN = """(part) => [...document.querySelectorAll(`#hand .card ${part}`)].map(each =>
    each.checkVisibility() && each.getBoundingClientRect().height > 0)"""
TOPS = """() => [...document.querySelectorAll('#hand .card')].map(card =>
    ['.family', '.card__title', '.card__evidence', '.card__insight', '.card__question',
      '.more__summary'].map(part => card.querySelector(part).getBoundingClientRect().top))"""
BACK = ["Study", "Found", "Where", "Tried again", "Mind", "Not checked", "In use"]


@pytest.mark.parametrize("size", [(1366, 768), (390, 844), (320, 256)], ids=str)
async def test_a_face_is_whole_at_every_width_and_the_study_one_key_press_behind(
    people: People, server: Served, size: tuple[int, int]
) -> None:
    _, page = await at_play(people, server)
    await page.set_viewport_size({"width": size[0], "height": size[1]})
    for part in SAME:
        assert await page.evaluate(SHOWN, "." + part.replace("family", "card__band .family")) == (
            [True] * 5
        )
    assert await page.evaluate(SHOWN, ".card__back .facts") == [False] * 5
    for tops in await page.evaluate(TOPS):
        assert tops == sorted(tops)
    summary = page.locator("#hand .more__summary").first
    words = await summary.inner_text()
    await summary.press("Enter")
    assert await page.evaluate(SHOWN, ".card__back .facts") == [True] + [False] * 4
    assert await summary.inner_text() == words
    told = await page.locator("#hand .card__back .facts").first.locator("dt").all_inner_texts()
    assert told == [part for part in BACK if part in told]
    assert told[:4] == BACK[:4]


async def test_what_is_behind_a_card_is_told_in_one_order_on_screen_and_on_paper(
    people: People, server: Served
) -> None:
    page = await people.come(server)
    ways = {}
    for path, names in (
        ("/cards", "#card-{} .facts:first-child dt"),
        ("/cards/print", ".leaf--back[data-card='{}'] .leaf__fact:not(.leaf__noted) b"),
    ):
        await visit(page, path)
        ways[path] = {
            card: await page.locator(names.format(card)).all_text_contents() for card in CARDS
        }
    for card, made in CARDS.items():
        screen, paper = (ways[path][card] for path in ("/cards", "/cards/print"))
        assert screen == [part for part in BACK if part in screen]
        assert ("Mind" in screen) is (made.caution is not None)
        assert paper == [part for part in screen if part in paper]
    await visit(page, "/kit/notes")
    heads = await page.locator(".notes__table th[scope=col]").all_text_contents()
    assert heads == ["Card", *(part for part in BACK if part in heads)]
    assert len(heads) == 4


async def test_arrows_go_from_card_to_card_and_enter_or_space_opens_the_study(
    people: People, server: Served
) -> None:
    workshop, page = await at_play(people, server)
    keys = Keys(page)
    hand = [
        await each.get_attribute("data-card") for each in await page.locator("#hand .card").all()
    ]
    await keys.to("#hand input[name=card]")
    await keys.press("Space")
    await expect(page.locator(f"#play-{hand[0]}")).to_be_checked()
    for card in hand[1:]:
        await keys.press("ArrowRight")
        await expect(page.locator(f"#play-{card}")).to_be_checked()
    await keys.press("ArrowRight")
    await expect(page.locator(f"#play-{hand[0]}")).to_be_checked()

    study = page.locator(f"#study-{hand[0]}")
    await keys.press("Enter")
    await expect(study).to_have_attribute("open", "")
    await expect(study.locator("summary")).to_be_focused()
    await expect(study).to_contain_text(CARDS[str(hand[0])].finding)
    await keys.press("Enter")
    await expect(study).not_to_have_attribute("open", "")
    await keys.press("Shift+Tab")
    assert await keys.has_focus(f"#play-{hand[0]}")
    await keys.press("Space")
    await expect(study).to_have_attribute("open", "")
    assert workshop.view()["longlist"]["ideas"] == []  # Enter on a card sends nothing


async def test_a_card_s_radio_is_named_by_its_title_and_described_by_its_face(
    people: People, server: Served
) -> None:
    _, page = await at_play(people, server)
    for each in await page.locator("#hand .card").all():
        card = CARDS[str(await each.get_attribute("data-card"))]
        radio = page.get_by_role("radio", name=card.title, exact=True)
        await expect(radio).to_have_count(1)
        for text in (card.insight, card.question):
            await expect(radio).to_have_accessible_description(re.compile(re.escape(text)))


async def test_a_screen_reader_meets_a_card_in_the_order_of_its_face_and_no_decoration(
    people: People, server: Served
) -> None:
    _, page = await at_play(people, server)
    session = await page.context.new_cdp_session(page)
    tree = (await session.send("Accessibility.getFullAXTree"))["nodes"]
    told = [str(node.get("name", {}).get("value", "")) for node in in_order(tree)]
    for each in await page.locator("#hand .card").all():
        card = CARDS[str(await each.get_attribute("data-card"))]
        start = told.index(card.title)
        places = [start]
        for text in (card.insight, card.question):
            places.append(told.index(text, start))
        places.append(
            next(n for n, name in enumerate(told) if re.match(f"The study.*{card.title}", name))
        )
        assert places == sorted(places)
        assert told.index(card.family, start - 3) < start
    opens = [
        str(node["name"]["value"])
        for node in tree
        if node.get("role", {}).get("value") == "DisclosureTriangle"
    ]
    assert len(opens) > 5
    assert [name for name in opens if not name[0].isalpha()] == []


async def test_opening_a_study_leaves_every_card_where_it_is(
    people: People, server: Served
) -> None:
    _, page = await at_play(people, server)
    places = "() => [...document.querySelectorAll('#hand .card')].map(each => each.offsetLeft)"
    tops = "() => [...document.querySelectorAll('#hand .card')].map(each => each.offsetTop)"
    before = [await page.evaluate(each) for each in (places, tops)]
    for number in range(len(before[0])):
        summary = page.locator("#hand .card__back summary").nth(number)
        await summary.click()
        assert [await page.evaluate(each) for each in (places, tops)] == before
        await summary.click()


@pytest.mark.parametrize("forced", [False, True], ids=["in colour", "in forced colours"])
async def test_contested_and_mixed_cards_say_so_on_their_face_by_words_sign_and_frame(
    people: People, server: Served, forced: bool
) -> None:
    page = await people.come(server, forced_colors="active" if forced else "none")
    await visit(page, "/cards")
    look = """card => {
      const it = document.getElementById(`card-${card}`)
      const sign = it.querySelector('.card__face .evidence__sign')
      return [getComputedStyle(it).borderTopStyle, sign.innerHTML.replace(/\\s+/g, ' '),
        it.querySelector('.card__evidence').innerText.trim()]
    }"""
    signs = {}
    for card in CARDS.values():
        frame, sign, words = await page.evaluate(look, card.id)
        signs.setdefault(str(card.replication), set()).add(sign)
        assert frame == ("dashed" if card.replication == "contested" else "solid")
        if card.replication in ("mixed", "contested"):
            assert words.startswith(f"{card.replication.capitalize()} evidence: ")
        else:
            assert words in ("Strong evidence", "Moderate evidence")
    assert {grade: len(each) for grade, each in signs.items()} == dict.fromkeys(signs, 1)
    assert len(set.union(*signs.values())) == 4


async def test_the_deck_is_filtered_without_scripts_and_says_how_many_are_left(
    people: People, server: Served
) -> None:
    page = await people.come(server, java_script_enabled=False)
    await page.goto("/cards")
    await expect(page.locator("#count")).to_have_text("All 72 cards")
    await page.select_option("#filter-family", "Framing & loss")
    await page.select_option("#filter-replication", "mixed")
    await page.click(".filter button")
    await page.wait_for_url("**/cards?family=Framing*replication=mixed*")
    wanted = [
        card.id
        for card in CARDS.values()
        if card.family == "Framing & loss" and card.replication == "mixed"
    ]
    await expect(page.locator("#count")).to_contain_text(f"{len(wanted)} of 72 cards")
    assert (await page.title()).startswith(f"{len(wanted)} of 72 cards")
    found = await page.locator(".cards--deck .card").evaluate_all("all => all.map(it => it.id)")
    assert found == [f"card-{card}" for card in wanted]
    await page.goto("/cards?family=Astrology&com_b=wings")
    await expect(page.locator(".deck__unknown")).to_contain_text(
        "no such family and no such part of COM-B"
    )
    await expect(page.locator("#count")).to_have_text("All 72 cards")


async def test_how_strong_the_deck_is_stands_above_it_and_leads_to_those_cards(
    people: People, server: Served
) -> None:
    page = await people.come(server)
    await visit(page, "/cards")
    contested = [card for card in CARDS.values() if card.replication == "contested"]
    links = page.locator(".strengths__all").get_by_role("link")
    grades = ["Strong", "Moderate", "Mixed", "Contested"]
    await expect(links).to_have_count(len(grades))
    for number, grade in enumerate(grades):
        held = sum(card.replication == grade.lower() for card in CARDS.values())
        name = re.compile(rf"^{held}\s+cards with\s+{grade} evidence")
        await expect(links.nth(number)).to_have_accessible_name(name)
    await links.nth(3).click()
    await page.wait_for_url("**/cards?replication=contested#count")
    await ready(page)
    await expect(page.locator(".cards--deck .card")).to_have_count(len(contested))
    await expect(page.locator(".caveat")).to_be_visible()
