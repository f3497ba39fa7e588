"""Pictures: what a workshop looks like, for the README and the guides, as docs/images/*.png.

Starts a server of its own, has a workshop played there by simulated participants, and looks
on with Chromium. Run by hand, as python -m scripts.pictures, when the pages have changed.
Always: the people, the place and every word in the pictures are invented.
"""

import asyncio
import contextlib
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, FloatRect, Page, async_playwright

from app.simulation import ORGANISATIONS, PROBLEMS, Place, play, words
from app.simulation.calls import call

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
HOST = "moments.example"
KEY = "a-key-for-pictures-that-opens-nothing-else"
TITLE = "Working together for children in Northmere"
GUEST, FROM = "Joanna", "NHS"
HEIGHTS = {1366: 960, 390: 844}
LARGEST = 400 * 1024
PACE = 5.0
PATIENCE = 90
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
REASON = (
    "It came close behind. Every table asked for it when we looked at the ideas together, and it "
    "needs neither money nor a new system."
)


def main() -> None:
    started = time.monotonic()
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as (url, link):
        asyncio.run(take_all(url, link))
    for path in sorted(IMAGES.glob("*.png")):
        print(f"{path.relative_to(ROOT)}  {path.stat().st_size / 1024:.0f} KB")
        assert path.stat().st_size < LARGEST, "too large for a page of documentation"
    print(f"in {time.monotonic() - started:.0f} seconds")


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[tuple[str, str]]:
    """A server while it is needed: its address, and its owner's sign-in link."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = {name: value for name, value in os.environ.items() if "MOMENTS" not in name}
    environment |= {
        "MOMENTS_PORT": str(port),
        "MOMENTS_DATA_DIR": str(folder),
        "MOMENTS_PUBLIC_URL": f"http://{HOST}",
        "MOMENTS_FACILITATOR_KEY": KEY,
        "PYTHONUNBUFFERED": "1",
    }
    log = folder / "server.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "serve"],
            cwd=ROOT,
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + 60
        while "/facilitate/sign-in?token=" not in log.read_text(encoding="utf-8"):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(log.read_text(encoding="utf-8"))
            time.sleep(0.1)
        link = next(
            word for word in log.read_text(encoding="utf-8").split() if "sign-in?token=" in word
        )
        yield f"http://127.0.0.1:{port}", link
    finally:
        process.terminate()
        process.wait(20)


class Workshop:
    """The workshop as its facilitator knows it over the JSON door."""

    def __init__(self, url: str, code: str) -> None:
        self.url, self.code = url, code

    async def do(self, kind: str, **fields: Any) -> Any:
        command = {"kind": kind, "ref": os.urandom(8).hex(), **fields}
        return await call("POST", f"{self._api}/do", command, KEY)

    async def view(self) -> dict[str, Any]:
        answer = await call("GET", f"{self._api}/view", None, KEY)
        regions: dict[str, Any] = answer["regions"]
        return regions

    @property
    def _api(self) -> str:
        return f"{self.url}/api/v1/workshops/{self.code}"

    async def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """What is to be seen, once it is as `wanted`."""
        async with asyncio.timeout(PATIENCE):
            while not wanted(view := await self.view()):  # noqa: ASYNC110 (HTTP tells nobody)
                await asyncio.sleep(0.3)
        return view


async def take_all(url: str, link: str) -> None:
    wish = {
        "title": TITLE,
        "problems": list(PROBLEMS),
        "organisations": list(ORGANISATIONS),
        "seed": 11,
    }
    made = await call("POST", f"{url}/api/v1/workshops", wish, KEY)
    workshop = Workshop(url, made["code"])
    place = Place(url, workshop.code)
    async with chromium(url) as browser:
        guest = await sitting(browser, f"http://{HOST}/join/{workshop.code}")
        facilitator = await signed_in(browser, link)
        playing = asyncio.ensure_future(play(place.url, place.code, 19, 11, PACE, say=str))
        try:
            await printed_cards(await guest.new_page())
            await a_workshop(workshop, guest, facilitator)
        finally:
            playing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await playing


@contextlib.asynccontextmanager
async def chromium(url: str) -> AsyncIterator[Browser]:
    """A browser for which the server stands at `HOST`."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    there = f"--host-resolver-rules=MAP {HOST} {url.partition('://')[2]}"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=[*FLAGS, there])
        yield browser
        await browser.close()


async def context_of(browser: Browser) -> BrowserContext:
    context = await browser.new_context(locale="en-GB", reduced_motion="reduce")
    context.set_default_timeout(PATIENCE * 1000)
    return context


async def sitting(browser: Browser, address: str) -> BrowserContext:
    """Somebody who has joined by the form."""
    context = await context_of(browser)
    page = await context.new_page()
    await page.goto(address)
    await page.fill("#join-name", GUEST)
    await page.select_option("#join-organisation", FROM)
    await page.click("#join-send")
    await page.wait_for_selector("#me")
    return context


async def signed_in(browser: Browser, link: str) -> BrowserContext:
    context = await context_of(browser)
    page = await context.new_page()
    await page.goto(link)
    await page.click("#sign_in button")
    await page.wait_for_url("**/facilitate")
    return context


async def a_workshop(
    workshop: Workshop, guest: BrowserContext, facilitator: BrowserContext
) -> None:
    """Play it, and take the pictures on the way."""
    base = f"http://{HOST}"
    place = guest.pages[0]
    await workshop.until(lambda view: bool(view["workshop"]["arrived"] == 20))
    await workshop.do("OpenPhase", phase="briefing")
    await workshop.do("OpenPhase", phase="play")
    await workshop.until(lambda view: ideas(view) >= 16)
    await move(workshop, 1, "present")
    await move(workshop, 1, "build")
    await workshop.until(lambda view: builds(view) >= 9)
    await move(workshop, 2, "write")
    await writes(place)
    await picture(place, "participant", 1366)
    await picture(place, "participant", 390)
    room = facilitator.pages[0]
    await room.goto(f"{base}/facilitate/{workshop.code}")
    await workshop.until(in_the_middle)
    await picture(room, "control-room", 1366)
    await picture(room, "control-room", 390)

    await workshop.until(lambda view: ideas(view) >= 32)
    await move(workshop, 2, "build")
    await workshop.until(lambda view: builds(view) >= 16)
    await workshop.do("OpenPhase", phase="plenary")
    view = await workshop.view()
    # Short enough for what others added to it to be in the picture as well.
    built = [idea for idea in view["longlist"]["ideas"] if idea["builds"] >= 2]
    best = min(built, key=lambda idea: len(idea["words"] + (idea["how"] or "")))
    await workshop.do("Spotlight", idea=best["id"])
    screen = await guest.new_page()
    await screen.goto(f"{base}/w/{workshop.code}/screen")
    await picture(screen, "screen", 1366)
    await picture(screen, "screen", 390)

    await workshop.do("OpenPhase", phase="rate")
    await workshop.until(
        lambda view: all(idea["ratings"] >= 6 for idea in view["longlist"]["ideas"])
    )
    await workshop.do("OpenRatings")
    await workshop.do("OpenPhase", phase="shortlist")
    await settle(workshop)
    await room.goto(f"{base}/facilitate/{workshop.code}/shortlist")
    await picture(room, "shortlist", 1366)
    await picture(room, "shortlist", 390)


async def printed_cards(page: Page) -> None:
    """The upper halves of two pages, as they are printed: fronts, and the backs behind them."""
    await page.set_viewport_size({"width": 1700, "height": 1200})
    await page.goto(f"http://{HOST}/cards/print")
    await page.emulate_media(media="print")
    await page.evaluate(SIDE_BY_SIDE)
    await page.screenshot(path=IMAGES / "printed-cards.png", clip=TWO_SHEETS)
    await page.close()


async def move(workshop: Workshop, stage: int, step: str) -> None:
    await workshop.do("MoveGroup", group="all", stage=stage, step=step)


def ideas(view: dict[str, Any]) -> int:
    return len(view["longlist"]["ideas"])


def builds(view: dict[str, Any]) -> int:
    return sum(idea["builds"] for idea in view["longlist"]["ideas"])


def in_the_middle(view: dict[str, Any]) -> bool:
    """Whether some have finished and others are still at it."""
    states = Counter(
        member["state"] for group in view["groups"]["groups"] for member in group["members"]
    )
    return states["done"] >= 5 and states["writing"] >= 3


async def writes(page: Page) -> None:
    """Choose a barrier and a card that fits it, and write an idea of the bank."""
    await page.wait_for_selector("#stage[data-stage='2'][data-step='write']")
    chance = random.Random(4)
    radios = page.locator("#stage input[name=barrier]")
    barriers = [{"id": await radio.input_value()} for radio in await radios.all()]
    for change in words.changes(barriers, chance):
        fitting = page.locator(f"#hand .card[data-fits~='{change.barrier}']")
        if await fitting.count():
            break
    card = await fitting.first.get_attribute("data-card")
    thought = words.think(change, {"id": card}, 0.0, chance)
    await page.click(f"label[for='choose-{change.barrier}']")
    await page.click(f"label[for='play-{card}']")
    await page.fill("#write-words", thought.words or "")
    await page.wait_for_selector("#write-status[data-state=saved]")


async def settle(workshop: Workshop) -> None:
    """Accept most of what is proposed, and choose one idea that is not."""
    view = await workshop.view()
    proposal = view["shortlist"]["proposal"]
    for problem, number in zip(proposal, (1, 2, 2, 0), strict=True):
        for idea in problem["ideas"][:number]:
            await workshop.do("ShortlistIdea", idea=idea)
    others = [
        idea
        for idea in view["longlist"]["ideas"]
        if idea["problem"] == proposal[0]["problem"]
        and idea["id"] not in proposal[0]["ideas"]
        and idea["priority"] is not None
    ]
    own = max(others, key=lambda idea: float(idea["priority"]))
    await workshop.do("ShortlistIdea", idea=own["id"], reason=REASON)


SIDE_BY_SIDE = """() => {
  const papers = document.querySelector('.papers')
  Object.assign(papers.style, {display: 'flex', width: '424mm', gap: '4mm', background: '#dfe6ec'})
  for (const sheet of papers.children) sheet.style.flex = 'none'
}"""
TWO_SHEETS: FloatRect = {"x": 0, "y": 0, "width": 1602, "height": 556}
READY = """() => document.fonts.status === 'loaded'
  && document.getElementById('connection').dataset.state === 'on'"""


async def picture(page: Page, name: str, width: int) -> None:
    """What is to be seen of a page without scrolling."""
    await page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
    await page.wait_for_function(READY)
    await page.evaluate("scrollTo(0, 0)")
    # Two frames: what was asked for has been laid out and painted.
    await page.evaluate(
        "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )
    await page.screenshot(path=IMAGES / f"{name}-{width}.png")


if __name__ == "__main__":
    main()
