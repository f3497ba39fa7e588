"""A whole workshop in real browsers, from the sign-in link to the spreadsheet.

Four groups: a facilitator, a screen and four participants in Chromium, eight more by
socket. On the way the server is killed and started again, somebody's network is cut and
comes back, and somebody loads the page again while typing. What always holds at the end:
every idea that was acknowledged is there once, and nothing else is.
"""

import asyncio
import contextlib
import csv
import io
import json
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.async_api import Browser, Page, expect

from tests.faults.proxy import Proxy
from tests.served import KEY, Served, call, free_port, heard, new_ref

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(420),
]

ORGANISATIONS = ["DfE", "NHS", "Police", "DHSC", "Home Office"]
WAIT = 20_000


@dataclass
class Program:
    """A participant without a browser: plays over the socket."""

    id: str
    key: str
    name: str


class Room:
    """Everybody in the workshop, and what was acknowledged to them."""

    def __init__(self, server: Served, code: str) -> None:
        self.server = server
        self.code = code
        self.acknowledged: Counter[str] = Counter()

    async def submit(self, who: Program, words: str) -> None:
        """Play the first card against the first barrier, over the socket."""
        async with self.server.socket(self.code, who.key) as socket:
            regions = (await heard(socket))["regions"]
            command = {
                "kind": "SubmitIdea",
                "ref": new_ref(),
                "card": regions["hand"]["cards"][0]["id"],
                "barrier": regions["stage"]["barriers"][0]["id"],
                "words": words,
            }
            await socket.send(json.dumps(command))
            while True:
                answer = await heard(socket)
                if answer.get("ok") == command["ref"]:
                    break
                assert "no" not in answer, answer
        self.acknowledged[words] += 1


@contextlib.asynccontextmanager
async def person(browser: Browser, width: int = 1366) -> AsyncIterator[Page]:
    """A page in a browser profile of its own, whose console must stay free of errors."""
    context = await browser.new_context(viewport={"width": width, "height": 900})
    page = await context.new_page()
    page.set_default_timeout(WAIT)
    try:
        yield page
    finally:
        await context.close()


async def join(page: Page, url: str, code: str, name: str, organisation: str) -> None:
    await page.goto(f"{url}/")
    await page.fill("#code-code", code.lower())
    await page.click("#code-send")
    await page.fill("#join-name", name)
    await page.fill("#join-organisation", organisation)
    await page.click("#join-send")
    await expect(page.locator("#me")).to_contain_text(name, timeout=WAIT)


async def write(page: Page, words: str, *, barrier: int = 0, card: int = 0) -> None:
    """Choose and type, without sending."""
    await page.locator("#stage .barrier__text").nth(barrier).click()
    await page.locator("#hand .card__title").nth(card).click()
    await page.fill("#write-words", words)


async def send(page: Page) -> None:
    await page.click("#write-send")
    await expect(page.locator("#write-status")).to_contain_text("Your idea was saved", timeout=WAIT)


async def choose_phase(host: Page, button: str, title: str) -> None:
    await host.get_by_role("button", name=button, exact=True).click()
    await expect(host.locator("#course-title")).to_contain_text(title, timeout=WAIT)


async def move_all(host: Page, button: str, *pages: Page, step: str, stage: int = 1) -> None:
    await host.get_by_role("button", name=button, exact=True).click()
    for page in pages:
        await expect(page.locator("#stage")).to_have_attribute("data-step", step, timeout=WAIT)
        await expect(page.locator("#stage")).to_have_attribute(
            "data-stage", str(stage), timeout=WAIT
        )


async def seat(host: Page, name: str, group: str) -> None:
    """Move somebody by the control room's form, if they do not sit there already."""
    seated = host.locator(f"#people-{group}")
    if name in (await seated.text_content() or ""):
        return
    option = host.locator("#seat-participant option", has_text=name)
    await host.select_option("#seat-participant", await option.get_attribute("value"))
    await host.select_option("#seat-group", group)
    await host.get_by_role("button", name="Seat them").click()
    await expect(host.locator("#seat")).to_contain_text("Seated at", timeout=WAIT)
    await expect(seated).to_contain_text(name, timeout=WAIT)


async def rate_everything(page: Page, marks: str) -> None:
    """Rate whatever the page offers, until it offers nothing more."""
    for _ in range(60):
        await expect(page.locator("#rate")).to_be_visible(timeout=WAIT)
        if not await page.locator("#rate-send").count():
            return
        idea = await page.locator("#rate input[name=idea]").get_attribute("value")
        for criterion, mark in zip(("impact", "effort", "amenability"), marks, strict=True):
            value = "" if mark == "?" else mark
            await page.locator(f'#rate input[name={criterion}][value="{value}"]').check(force=True)
        await page.click("#rate-send")
        await expect(page.locator(f'#rate input[name=idea][value="{idea}"]')).to_have_count(
            0, timeout=WAIT
        )
    raise AssertionError("there was no end to what was to be rated")


async def test_a_whole_workshop(browser: Browser, tmp_path: Path) -> None:
    through = free_port()
    server = Served(tmp_path, MOMENTS_PUBLIC_URL=f"http://127.0.0.1:{through}").start()
    try:
        proxy = await Proxy(server.port).start(through)
        try:
            await _play(browser, server, proxy)
        finally:
            await proxy.cut()
    finally:
        server.stop()


async def _play(browser: Browser, server: Served, proxy: Proxy) -> None:
    async with contextlib.AsyncExitStack() as stack:
        host, screen, ann, ben, cleo, dev = [
            await stack.enter_async_context(person(browser, width))
            for width in (1366, 1366, 1366, 1280, 390, 1366)
        ]

        # The facilitator signs in by the printed link and opens a workshop.
        link = server.sign_in_link().replace(f":{proxy.port}/", f":{server.port}/")
        await host.goto(link)
        await host.get_by_role("button", name="Sign in").click()
        await expect(host).to_have_url(f"{server.url}/facilitate", timeout=WAIT)
        await host.goto(f"{server.url}/facilitate/new")
        await host.fill("#new-title", "Working together for children")
        await host.get_by_role("button", name="Open the workshop").click()
        await expect(host.locator("#course-title")).to_contain_text("Arriving", timeout=WAIT)
        code = host.url.rsplit("/", 1)[1]
        room = Room(server, code)

        await screen.goto(f"{server.url}/w/{code}/screen")
        await expect(screen.locator("body")).to_contain_text(code[:4], timeout=WAIT)

        # Four come in by browser (Ben through a network that will fail), eight by program.
        await join(ann, server.url, code, "Ann", "NHS")
        await join(ben, f"http://127.0.0.1:{proxy.port}", code, "Ben", "Police")
        await join(cleo, server.url, code, "Cleo", "DfE")
        await join(dev, server.url, code, "Dev", "nhs")
        programs = []
        for number in range(8):
            organisation = ORGANISATIONS[number % 5]
            id, key = server.join(code, f"Program {number}", organisation)
            programs.append(Program(id, key, f"Program {number}"))
        await expect(screen.locator("body")).to_contain_text("12", timeout=WAIT)
        await expect(host.locator("#course")).to_contain_text("12", timeout=WAIT)

        # Briefing seats and deals; then two browsers each into groups 1 and 2.
        await choose_phase(host, "Go on to briefing", "Briefing")
        for page in (ann, ben, cleo, dev):
            await expect(page.locator("#hand .card")).to_have_count(5, timeout=WAIT)
        for name, group in (("Ann", "g1"), ("Ben", "g1"), ("Cleo", "g2"), ("Dev", "g2")):
            await seat(host, name, group)
        await choose_phase(host, "Go on to playing", "Playing")
        for page in (ann, ben, cleo, dev):
            await expect(page.locator("#write-send")).to_be_visible(timeout=WAIT)
        await expect(ann.locator("#group")).to_contain_text("Ben")
        await expect(cleo.locator("#group")).to_contain_text("Dev")

        # Write. Ann loads her page again half-way through a sentence.
        await write(ann, "The health visitor rings the named social worker", barrier=1, card=2)
        await expect(ann.locator("#write-status")).to_contain_text("Saved", timeout=WAIT)
        picked = await ann.locator("#hand input:checked").get_attribute("value")
        await ann.reload()
        await expect(ann.locator("#write-words")).to_have_value(
            "The health visitor rings the named social worker"
        )
        assert await ann.locator("#hand input:checked").get_attribute("value") == picked
        words_of_ann = "The health visitor rings the named social worker the same day."
        await ann.fill("#write-words", words_of_ann)
        await send(ann)
        room.acknowledged[words_of_ann] += 1

        # Ben's network is cut while he types, and he sends into the void.
        words_of_ben = "The sergeant writes what was shared, and why, into the shared record."
        await write(ben, words_of_ben)
        await proxy.cut()
        await ben.locator("#write-words").press("End")
        await ben.keyboard.type(" Always.")
        words_of_ben += " Always."
        await expect(ben.locator("#connection")).to_contain_text("lost", timeout=WAIT)
        await ben.click("#write-send")
        await expect(ben.locator("#write")).to_contain_text("trying", timeout=WAIT)
        assert "Your idea was saved" not in await ben.locator("#write").inner_text()
        await expect(ben.locator("#write-words")).to_have_value(words_of_ben)
        await proxy.mend()
        await expect(ben.locator("#write-status")).to_contain_text(
            "Your idea was saved", timeout=WAIT
        )
        room.acknowledged[words_of_ben] += 1
        await expect(ben.locator("#connection")).to_contain_text("Connected", timeout=WAIT)

        # Nobody reads others' words before they are presented.
        await expect(ben.locator("#group")).to_contain_text("Done", timeout=WAIT)
        assert words_of_ann not in await ben.content()
        assert words_of_ben not in await ann.content()

        await asyncio.gather(
            *(
                room.submit(who, f"Idea of {who.name}: managers ask for it at handover.")
                for who in programs
            )
        )

        # The server is killed while Cleo and Dev are typing; their pages come back.
        words_of_cleo = "Schools are asked for their view before the agenda is settled."
        words_of_dev = "One named nurse answers every question within a day."
        await write(cleo, words_of_cleo)
        await write(dev, words_of_dev)
        server.kill()
        await expect(cleo.locator("#connection")).to_contain_text("lost", timeout=WAIT)
        server.start()
        for page in (ann, ben, cleo, dev, host, screen):
            await expect(page.locator("#connection")).to_contain_text("Connected", timeout=WAIT)
        await expect(cleo.locator("#write-words")).to_have_value(words_of_cleo)
        for page, words in ((cleo, words_of_cleo), (dev, words_of_dev)):
            await send(page)
            room.acknowledged[words] += 1

        # Present, and build on each other's ideas.
        everyone = (ann, ben, cleo, dev)
        await move_all(host, "All groups: go on to presenting", *everyone, step="present")
        await expect(ann.locator("#board")).to_contain_text(words_of_ben, timeout=WAIT)
        await expect(ben.locator("#board")).to_contain_text(words_of_ann, timeout=WAIT)
        assert words_of_ann not in await cleo.content()
        await move_all(host, "All groups: go on to building", *everyone, step="build")
        await (
            ann.locator("#board .idea", has_text=words_of_ben)
            .get_by_text("Say something about this")
            .click()
        )
        await ann.fill("#build-words", "And the record says who was asked.")
        await ann.click("#build-send")
        await expect(ben.locator("#board")).to_contain_text(
            "And the record says who was asked.", timeout=WAIT
        )

        # Another stage, and a late idea for the first.
        await move_all(host, "All groups: go on to stage 2", *everyone, step="write", stage=2)
        await expect(ann.locator("#hand .card")).to_have_count(5, timeout=WAIT)
        words_of_stage_two = "The rota names who decides today, at the top of the page."
        await write(ann, words_of_stage_two)
        await send(ann)
        room.acknowledged[words_of_stage_two] += 1
        await room.submit(programs[0], "Idea of stage two, by program.")

        # Looking together: the screen shows one idea, by organisation only.
        await choose_phase(host, "Go on to looking together", "Looking together")
        row = host.locator("#longlist .row", has_text=words_of_ann)
        await row.get_by_role("button", name="Spotlight").click()
        await expect(screen.locator("#spotlight")).to_contain_text(words_of_ann, timeout=WAIT)
        await expect(cleo.locator("#spotlight")).to_contain_text(words_of_ann, timeout=WAIT)
        for page in (screen, cleo):
            assert "Ann" not in await page.locator("#spotlight").inner_text()

        # Rate, blind.
        await choose_phase(host, "Go on to rating", "Rating")
        await rate_everything(ann, "425")
        await rate_everything(cleo, "5?4")
        assert words_of_ann not in await ann.locator("#rating").inner_text()
        for number, who in enumerate(programs):
            for idea in server.view(code, who.key)["rating"]["ideas"]:
                server.done(
                    code,
                    who.key,
                    kind="RateIdea",
                    idea=idea["id"],
                    impact=1 + (number + len(idea["words"])) % 5,
                    effort=1 + len(idea["words"]) % 3,
                    amenability=None if number == 3 else 3,
                )
        host.once("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
        await host.get_by_role("button", name="Open the ratings").click()
        await expect(host.locator("#course")).to_contain_text("The ratings are open", timeout=WAIT)

        # The shortlist: the proposal's ideas, and one that departs from it, with a reason.
        await choose_phase(host, "Go on to shortlisting", "Shortlisting")
        await host.goto(f"{server.url}/facilitate/{code}/shortlist")
        view = server.view(code)
        proposed = {entry["problem"]: entry["ideas"] for entry in view["shortlist"]["proposal"]}
        longlist = {idea["id"]: idea for idea in view["longlist"]["ideas"]}
        departure = next(
            id
            for id, idea in longlist.items()
            if idea["problem"] == "information-sharing" and id not in proposed[idea["problem"]]
        )
        wanted = {departure, proposed["information-sharing"][0]}
        for problem, ideas in proposed.items():
            if problem != "information-sharing":
                wanted |= set(ideas)
        for id in sorted(wanted):
            await host.locator(f"#choose-{id}").check(force=True)
            reason = "The partners asked to hear more about it." if id == departure else ""
            await host.fill("#choose-reason", reason)
            await host.get_by_role("button", name="Put it on the shortlist").click()
            await expect(host.locator(f"#chosen-{id}")).to_be_visible(timeout=WAIT)

        # Interviews, then the end.
        await host.goto(f"{server.url}/facilitate/{code}")
        await choose_phase(host, "Go on to assessing", "Assessing")
        await host.goto(f"{server.url}/facilitate/{code}/assess")
        await host.select_option("#assess select[name=idea]", departure)
        await host.fill("#assess input[name=organisation]", "Police")
        await host.fill("#assess input[name=interviewee_role]", "Superintendent")
        for criterion in (
            "affordability",
            "practicability",
            "effectiveness",
            "acceptability",
            "side_effects",
            "equity",
        ):
            await host.locator(
                f'#assess input[name="criteria.{criterion}.judgement"][value="mixed"]'
            ).check(force=True)
        await host.get_by_role("button", name="Note the interview down").click()
        await expect(host.locator("#assess")).to_contain_text("Noted at", timeout=WAIT)
        await host.goto(f"{server.url}/facilitate/{code}")
        await choose_phase(host, "Go on to closed", "Closed")
        await expect(ann.locator("#workshop")).to_contain_text("Closed", timeout=WAIT)

        await _check_exports(host, server, room, wanted, longlist)


async def _check_exports(
    host: Page, server: Served, room: Room, wanted: set[str], longlist: dict[str, Any]
) -> None:
    base = f"/workshops/{room.code}/export"
    table = call("GET", f"{server.url}/api/v1{base}/longlist.csv", key=KEY).body
    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))
    assert Counter(row["intervention"] for row in rows) == room.acknowledged
    assert len({row["idea_id"] for row in rows}) == len(rows)

    async with host.expect_download() as downloading:
        await host.goto(f"{server.url}/facilitate/{room.code}/exports")
        await host.locator('a[href$="/longlist.xlsx"]').click()
    download = await downloading.value
    with Path(await download.path()).open("rb") as file:
        sheet = openpyxl.load_workbook(file).active
    assert sheet is not None
    values = [row for row in sheet.iter_rows(values_only=True) if row[0]]
    header = next(row for row in values if row[0] == "idea_id")
    column = header.index("intervention")
    body = values[values.index(header) + 1 :]
    assert Counter(str(row[column]) for row in body) == room.acknowledged

    chosen = call("GET", f"{server.url}/api/v1{base}/shortlist.csv", key=KEY).body
    rows = list(csv.DictReader(io.StringIO(chosen.decode("utf-8-sig"))))
    assert {row["idea_id"] for row in rows} == wanted
    assert Counter(row["problem"] for row in rows) == Counter(
        longlist[id]["problem_title"] for id in wanted
    )
    assert [row["reason"] for row in rows if row["proposed"] == "no"] == [
        "The partners asked to hear more about it."
    ]
