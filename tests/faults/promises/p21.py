"""P21: nothing typed disappears, and the page tells the truth about what is saved.

People at real browsers type, send, and load their pages again, while their connections
are broken under them. What a page was truly told is taken down by the browser itself,
beside the page's own scripts.
"""

import asyncio
import contextlib
import random
import re
from typing import Any
from urllib.parse import parse_qs

from playwright.async_api import BrowserContext, Dialog, Error, Page, Response, async_playwright

from tests.browser.flags import FLAGS
from tests.browser.people import key_of
from tests.browser.workshops import PROBLEMS, Workshop, open_workshop
from tests.faults.drill import Drill, drilled
from tests.faults.promise import Promise, Seen, Trial
from tests.needs import chromium

PAUSE = (0.1, 0.6)
"""Seconds between one attack on the network and the next."""

CUT_AT_ONCE = 3
"""Of how many people the connections are broken at a time: were it half of thirty, again and
again, no page would get through, and what was tried would be a network that is not there."""

PATIENCE = 180_000
"""Milliseconds for anything a person waits for, on a machine that is kept busy."""

WORDS = [
    "school",
    "nurse",
    "rings",
    "before",
    "noon",
    "daily",
    "form",
    "signed",
    "twice",
    "weekly",
    "visit",
    "noted",
    "plan",
    "shared",
    "police",
    "desk",
    "answers",
    "same",
    "hour",
]

# Every moment at which the page says that something is saved, with the words it stands beside.
WATCH = """() => {
  window.claims = []
  const look = () => {
    const line = document.getElementById('write-status')
    const words = document.getElementById('write-words')
    if (line && words && /^Saved /.test(line.textContent)) claims.push(words.value)
  }
  new MutationObserver(look).observe(document.getElementById('write-place'),
    { childList: true, characterData: true, subtree: true })
}"""

READY = """() => document.getElementById('connection')?.dataset.state !== 'still'
  && (document.getElementById('connection').dataset.state === 'ended'
      || (window.moments?.kept && document.readyState === 'complete'))"""


class Scribe:
    """Somebody at a browser who writes, and remembers every key that was pressed."""

    def __init__(self, page: Page, workshop: Workshop, name: str, seed: int) -> None:
        self.page = page
        self.workshop = workshop
        self.key = key_of(workshop.cookies[name])
        self.name = name
        self.words = ""
        self.sent: list[str] = []
        self.accepted: set[str] = {""}
        self.faults: list[str] = []
        self.figures = {"keys": 0, "claims of saved": 0, "pages loaded again": 0}
        self._chance = random.Random(f"scribe {seed}")
        page.on("response", self._heard)

    def _heard(self, response: Response) -> None:
        if response.status == 200 and response.request.url.endswith("/draft"):
            fields = parse_qs(response.request.post_data or "", keep_blank_values=True)
            self.accepted.add(fields.get("words", [""])[0].replace("\r\n", "\n"))

    async def come(self) -> None:
        """Load the page, as often as it takes to get the whole of it."""
        while True:
            with contextlib.suppress(Error):
                await self._claims()
            with contextlib.suppress(Error):
                await self.page.goto(f"/w/{self.workshop.code}", wait_until="load", timeout=20_000)
                await self.page.wait_for_function(READY, timeout=20_000)
                state = await self.page.locator("#connection").get_attribute("data-state")
                if state != "ended":
                    await self.page.evaluate(WATCH)
                    return
            await asyncio.sleep(0.2)

    async def write(self, rounds: int) -> None:
        """Type, in bursts; now and then load the page again, or send what was written."""
        await self._choose()
        for number in range(rounds):
            await self._type()
            await self._look()
            if self._chance.random() < 0.15:
                await self._load_again()
            if number % 6 == 5 and len(self.sent) < 4:
                await self._send()

    async def end(self) -> None:
        """The network is well again: everything must be saved, and is sent."""
        await self.page.wait_for_function(
            "() => /^(Saved|This is your draft|Your idea|$)/"
            ".test(document.getElementById('write-status').textContent.trim())",
            timeout=PATIENCE,
        )
        await self._look()
        held = self.workshop.view(self.key)["me"]["draft"]
        if self.words and (held is None or held["words"] != self.words):
            self.faults.append(f"{self.name}: the server does not hold the draft that is saved")
        if self.words:
            await self._send()
        await self._claims()

    async def _choose(self) -> None:
        await self.page.locator("#stage .barrier__text").first.click()
        await self.page.locator("#hand .card__title").first.click()

    async def _type(self) -> None:
        field = self.page.locator("#write-words")
        await field.focus()
        await self.page.keyboard.press("Control+End")
        burst = " ".join(self._chance.choice(WORDS) for _ in range(self._chance.randint(2, 6)))
        for letter in burst + " ":
            await self.page.keyboard.type(letter)
            self.figures["keys"] += 1
        self.words += burst + " "
        await asyncio.sleep(self._chance.uniform(0, 1.2))

    async def _look(self) -> None:
        stands = await self.page.locator("#write-words").input_value()
        if stands != self.words:
            self.faults.append(f"{self.name} typed {self.words!r}, and {stands!r} is there")
            self.words = stands  # once told, it is not told at every look

    async def _claims(self) -> None:
        """What the page said was saved, against what the browser was told of."""
        claims: list[str] = await self.page.evaluate("() => (window.claims ?? []).splice(0)")
        self.figures["claims of saved"] += len(claims)
        for words in claims:
            if words not in self.accepted:
                self.faults.append(f"{self.name}: “Saved” was said of {words!r}, which was not")

    async def _load_again(self) -> None:
        self.figures["pages loaded again"] += 1
        await self.come()
        await self._look()

    async def _send(self) -> None:
        await self._choose()  # a choice may have gone with the hand of an idea before
        words = self.words
        await self.page.locator("#write-send").click()
        if self._chance.random() < 0.4:
            await asyncio.sleep(self._chance.uniform(0, 0.4))
            self.figures["pages loaded again"] += 1
            await self.come()
        await self.page.wait_for_function(
            "() => !document.getElementById('write-words').value"
            " && !document.getElementById('write-words').readOnly",
            timeout=PATIENCE,
        )
        self.sent.append(words.strip())
        self.words = ""


async def arrive(drill: Drill, context: BrowserContext, workshop: Workshop, name: str) -> Scribe:
    """Somebody who joined, at their page."""
    cookie, _, value = workshop.cookies[name].partition("=")
    url = drill.server.settings["MOMENTS_PUBLIC_URL"]
    await context.add_cookies([{"name": cookie, "value": value, "url": url}])
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()

    async def leave(dialog: Dialog) -> None:
        # Nobody minds that a page is left; where it was left already, nothing asks any more.
        with contextlib.suppress(Error):
            await dialog.accept()

    page.on("dialog", leave)
    scribe = Scribe(page, workshop, name, drill.chance.getrandbits(32))
    await scribe.come()
    return scribe


async def run(trial: Trial) -> Seen:
    people, cuts, rounds = trial.of("people"), trial.of("cuts"), trial.of("rounds")
    seen = Seen()
    done = 0
    async with drilled(trial.folder, trial.seed) as drill, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        url = drill.server.settings["MOMENTS_PUBLIC_URL"]

        async def attack() -> None:
            nonlocal done
            while True:
                await asyncio.sleep(drill.chance.uniform(*PAUSE))
                done += drill.proxy.reset(min(0.5, CUT_AT_ONCE / people))
                if drill.chance.random() < 0.1:
                    await drill.proxy.cut()
                    await asyncio.sleep(drill.chance.uniform(0.2, 1.5))
                    await drill.proxy.mend()

        scribes = []
        workshop = await asyncio.to_thread(
            open_workshop, drill.server, "At their pages", problems=PROBLEMS[:1],
            groups_per_problem=-(-people // 6), organisations=None,
        )  # fmt: skip
        for number in range(people):
            await asyncio.to_thread(workshop.enter, f"Scribe {number}")
        await asyncio.to_thread(workshop.phase, "play")
        for number in range(people):
            context = await browser.new_context(base_url=url, reduced_motion="reduce")
            scribes.append(await arrive(drill, context, workshop, f"Scribe {number}"))
        attacking = drill.beside(attack())
        while done < cuts:
            await asyncio.gather(*(scribe.write(rounds) for scribe in scribes))
            drill.failed()
        attacking.cancel()
        await asyncio.gather(attacking, return_exceptions=True)
        if drill.proxy.is_cut:
            await drill.proxy.mend()
        drill.proxy.heal()
        await asyncio.gather(*(scribe.end() for scribe in scribes))
        await browser.close()
        view: dict[str, Any] = await asyncio.to_thread(workshop.view)
        put_forward = sorted(idea["words"] for idea in view["longlist"]["ideas"])
        wanted = sorted(words for scribe in scribes for words in scribe.sent)
        for scribe in scribes:
            seen.short += scribe.faults
            for name, number in scribe.figures.items():
                seen.figures[name] = seen.figures.get(name, 0) + number
        seen.least("cuts", done, cuts)
        seen.figures["ideas"] = len(wanted)
        seen.must(
            [clean(words) for words in put_forward] == [clean(words) for words in wanted],
            f"{len(wanted)} ideas were sent and {len(put_forward)} are there",
        )
    return seen


def clean(words: str) -> str:
    return re.sub(r"\s+", " ", words).strip()


PROMISE = Promise(
    "P21",
    "Nothing typed disappears; the page tells the truth about what is saved",
    "1,000 cuts among 30 people in Chromium: 0 lost keystrokes, 0 false “Saved”",
    {
        "share": {"people": 2, "cuts": 15, "rounds": 6},
        "ci": {"people": 4, "cuts": 60, "rounds": 8},
        "hour": {"people": 12, "cuts": 300, "rounds": 10},
        "release": {"people": 30, "cuts": 1_000, "rounds": 12},
    },
    run,
)
