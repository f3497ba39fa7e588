"""Paper: what Chromium prints, read again, and every place measured for text that runs over.

Leaves out what is laid out where (tests/views/test_prints.py). What always holds: pages are
counted and read in the PDF, and measured in the page as it is laid out for print.
"""

import io
import re
from typing import Any

import pypdf
import pytest
from playwright.async_api import Page

from app.main import shipped_content
from app.views.prints import printed as on_paper
from app.views.prints import sheets
from app.web.fragments import environment
from tests.browser.people import People
from tests.browser.workshops import open_workshop
from tests.served import Served
from tests.views.test_posters import largest_journey
from tests.views.test_prints import longest_card

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

CONTENT = shipped_content()
CARDS = CONTENT.deck.cards
UPRIGHT, LYING = (595, 842), (842, 595)

OVER = """() => [...document.querySelectorAll(
    '.leaf__in, .slip, .score, .guide, .poster, .poster__two, .poster__two > div')]
  .filter(each => {
    const box = each.getBoundingClientRect()
    const last = Math.max(...[...each.children].filter(one => one.tagName !== 'svg')
      .map(one => one.getBoundingClientRect().bottom))
    return last > box.bottom + 0.5 || each.scrollWidth > each.clientWidth + 1
      || (each.scrollHeight > each.clientHeight + 1)
  })
  .map(each => `${each.className} ${each.closest('[data-card]')?.dataset.card ?? ''}`)"""

PLACES = """side => [...document.querySelectorAll(`.sheet--${side}`)].map(sheet => {
  const at = sheet.getBoundingClientRect()
  return Object.fromEntries([...sheet.querySelectorAll('[data-card]')].map(each => {
    const box = each.getBoundingClientRect()
    return [each.dataset.card,
      [box.left - at.left, box.right - at.left, box.top - at.top].map(Math.round)]
  }))
})"""


async def printed(page: Page, path: str) -> list[pypdf.PageObject]:
    """The pages that `path` prints on, after nothing was found to run over."""
    answer = await page.goto(path)
    assert answer
    assert answer.status == 200
    await page.emulate_media(media="print")
    assert await page.evaluate(OVER) == []
    pdf = await page.pdf(prefer_css_page_size=True, print_background=True)
    return list(pypdf.PdfReader(io.BytesIO(pdf)).pages)


def size(page: pypdf.PageObject) -> tuple[int, int]:
    return round(float(page.mediabox.width)), round(float(page.mediabox.height))


def lines(page: pypdf.PageObject) -> list[str]:
    return [" ".join(line.split()) for line in page.extract_text().splitlines()]


async def test_the_fronts_of_all_cards_are_nine_pages_of_eight(
    people: People, server: Served
) -> None:
    pages = await printed(await people.come(server), "/cards/print?sides=fronts")
    assert [size(page) for page in pages] == [UPRIGHT] * 9
    for number, page in enumerate(pages):
        told = lines(page)
        titles = [card.title for card in CARDS[number * 8 : number * 8 + 8]]
        assert len(titles) == 8
        assert [told.count(title) for title in titles] == [1] * 8
    whole = [line for page in pages for line in lines(page)]
    assert [whole.count(card.title) for card in CARDS] == [1] * 72


async def test_every_back_comes_after_its_front_and_lies_behind_it(
    people: People, server: Served
) -> None:
    page = await people.come(server)
    pages = await printed(page, "/cards/print")
    assert [size(page) for page in pages] == [UPRIGHT] * 18
    for number in range(9):
        front, back = (" ".join(lines(page)) for page in pages[2 * number : 2 * number + 2])
        for card in CARDS[number * 8 : number * 8 + 8]:
            assert card.title in front
            assert card.title in back
            assert f"doi:{card.study.doi}" not in front
            assert f"doi:{card.study.doi}" in re.sub(r"(?<=[\w/.-]) (?=[\w/.-])", "", back) or (
                f"doi:{card.study.doi}" in back
            )
    wide = round(210 * 96 / 25.4)
    fronts, backs = [await page.evaluate(PLACES, side) for side in ("front", "back")]
    assert len(fronts) == len(backs) == 9
    seen = set()
    for front, back in zip(fronts, backs, strict=True):
        assert front.keys() == back.keys()
        for card, (left, right, top) in front.items():
            # Turned over its long edge, the left of the page is behind its right.
            assert back[card] == pytest.approx([wide - right, wide - left, top], abs=1.5)
            seen.add(card)
    assert seen == {card.id for card in CARDS}


async def test_every_back_says_what_was_not_checked_or_where_it_stands(
    people: People, server: Served
) -> None:
    page = await people.come(server)
    await printed(page, "/cards/print")
    for number, card in enumerate(CARDS, start=1):
        made = on_paper(card, number)
        told = await page.locator(f".leaf--back[data-card='{card.id}']").inner_text()
        assert "on screen" not in told
        assert (f"See the notes sheet, no. {number}" in told) is bool(made.noted)
        for whole in (made.unverified, made.used):
            assert whole in told


async def test_the_notes_sheet_is_one_table_with_every_card_and_the_warning(
    people: People, server: Served
) -> None:
    page = await people.come(server)
    pages = await printed(page, "/kit/notes")
    assert {size(each) for each in pages} == {UPRIGHT}
    told = re.sub(r"\s+", "", "".join(each.extract_text() for each in pages))
    for card in CARDS:
        for text in (card.title, card.unverified, card.used, card.replication_source):
            assert re.sub(r"\s+", "", text or "") in told
    for figure in CONTENT.deck.warning.figures:
        assert re.sub(r"\s+", "", figure.claim) in told
    # No cell is wider than its column, and each page after the first begins with the headings.
    wide: list[str] = await page.evaluate(
        """() => [...document.querySelectorAll('.notes__table :is(td, th)')]
          .filter(cell => cell.scrollWidth > cell.clientWidth + 1).map(cell => cell.innerText)"""
    )
    assert wide == []
    assert all("Not checked" in each.extract_text() for each in pages)


async def test_to_fold_front_and_back_are_beside_each_other(people: People, server: Served) -> None:
    page = await people.come(server)
    pages = await printed(page, "/cards/print?sides=fold")
    assert [size(page) for page in pages] == [UPRIGHT] * 18
    sides: list[list[Any]] = await page.evaluate(
        """() => [...document.querySelectorAll('.sheet--fold .leaf--front')].map(front => {
          const [one, two] = [front, front.nextElementSibling]
          const [a, b] = [one, two].map(each => each.getBoundingClientRect())
          return [one.dataset.card, two.dataset.card, Math.round(b.left - a.right), b.top - a.top]
        })"""
    )
    assert sides == [[card.id, card.id, 0, 0] for card in CARDS]


async def test_a_part_of_the_deck_is_printed_as_it_is_filtered(
    people: People, server: Served
) -> None:
    page = await people.come(server)
    await page.goto("/cards?replication=mixed")
    await page.click("text=Print these")
    assert page.url.endswith("/cards/print?replication=mixed")
    wanted = [card.title for card in CARDS if card.replication == "mixed"]
    pages = await printed(page, page.url)
    assert len(pages) == 2 * -(-len(wanted) // 8)
    assert await page.locator(".leaf--front .leaf__title").all_inner_texts() == wanted


async def test_grades_are_told_apart_on_paper_without_colour(
    people: People, server: Served
) -> None:
    page = await people.come(server)
    await printed(page, "/cards/print?sides=fronts")
    for grade in ("mixed", "contested"):
        for card in [card for card in CARDS if card.replication == grade]:
            face = page.locator(f"[data-card='{card.id}']")
            assert f"{grade.capitalize()} evidence: " in await face.inner_text()
            assert await face.locator(".evidence__sign").is_visible()
    frames: list[str] = await page.evaluate(
        """() => ['strong', 'contested'].map(grade => getComputedStyle(
          document.querySelector(`.leaf--${grade} .leaf__in`)).borderTopStyle)"""
    )
    assert frames == ["solid", "dashed"]


@pytest.mark.parametrize("journey", CONTENT.journeys, ids=lambda journey: journey.id)
async def test_a_journey_is_printed_as_posters_barrier_cards_slips_and_score_sheets(
    people: People, server: Served, journey: Any
) -> None:
    page = await people.come(server)
    path = f"/journeys/{journey.id}/print"
    posters = await printed(page, path)
    assert [size(poster) for poster in posters] == [LYING] * (len(journey.stages) + 1)
    for stage, poster in zip(journey.stages, posters[1:], strict=True):
        told = " ".join(lines(poster))
        assert stage.title in told
        assert f"When {stage.when}" in lines(poster)
        assert all(barrier.text in told for barrier in stage.barriers)
    barriers = [each for stage in journey.stages for each in stage.barriers]
    pages = await printed(page, f"{path}?part=barriers")
    assert [size(each) for each in pages] == [UPRIGHT] * (2 * -(-len(barriers) // 8))
    assert await page.locator(".leaf--front .leaf__title").all_inner_texts() == [
        each.text for each in barriers
    ]
    told = " ".join(line for each in pages[1::2] for line in lines(each))
    assert all(each.finding in told for each in barriers)
    [slips] = await printed(page, f"{path}?part=slips")
    assert size(slips) == UPRIGHT
    assert lines(slips).count(f"An idea {journey.title}") == 2
    [scores] = await printed(page, f"{path}?part=scores")
    assert size(scores) == LYING
    told = " ".join(lines(scores))
    for end in ("1 very little, 5 very much", "5 a great deal", "1 hardly at all, 5 entirely"):
        assert end in told


async def test_the_guide_is_one_page(people: People, server: Served) -> None:
    [guide] = await printed(await people.come(server), "/kit/guide")
    assert size(guide) == UPRIGHT


async def test_a_card_with_the_longest_texts_there_can_be_runs_over_nowhere(
    people: People, server: Served
) -> None:
    page = await people.come(server)
    await page.goto("/cards/print")
    pieces: Any = environment().get_template("prints/pieces.html").module
    html = "".join(map(pieces.card_sheet, sheets([on_paper(longest_card(), 1)] * 8, "both")))
    await page.evaluate("html => document.querySelector('.papers').innerHTML = html", html)
    await page.emulate_media(media="print")
    assert await page.locator(".leaf__in").count() == 16
    assert await page.evaluate(OVER) == []


async def test_a_journey_as_large_as_can_be_runs_over_nowhere(
    people: People, server: Served, owner: str
) -> None:
    largest = largest_journey().model_dump(mode="json")
    workshop = open_workshop(server, "A large one", problems=[largest])
    page = await people.come(server, owner)
    kit = f"/facilitate/{workshop.code}/kit"
    assert len(await printed(page, f"{kit}/posters")) == 13
    assert len(await printed(page, f"{kit}/barriers")) == 24
    assert len(await printed(page, f"{kit}/slips")) == 1
    assert len(await printed(page, f"{kit}/scores")) == 1


async def test_on_screen_the_page_says_how_and_on_paper_it_does_not(
    people: People, server: Served
) -> None:
    page = await people.come(server)
    await page.goto("/cards/print")
    how = page.locator(".before__how")
    assert (await how.inner_text()).count(". ") == 1
    await page.emulate_media(media="print")
    assert not await how.is_visible()
    for hidden in (".top", ".foot", ".before", ".bar"):
        assert not await page.locator(hidden).is_visible()
