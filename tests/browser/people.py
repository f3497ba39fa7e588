"""People at their browsers, and what they wait for.

Leaves out what they do. What always holds: a fault in a page's own scripts, or something
the content security policy stopped, is noted and fails the test in the end.
"""

from typing import Any

from playwright.async_api import Browser, ConsoleMessage, Page, expect

from tests.served import Served

expect.set_options(timeout=20_000)  # two slow cores, shared

NOT_OURS = ("Failed to load resource", "WebSocket connection to", "htmx: htmx:ws:error")
"""What is said of an answer with an error status, or of a server that is gone."""

READY = """() => document.body.classList.contains('js-enabled')
  && (!document.getElementById('live')
      || document.getElementById('connection').dataset.state === 'on')
  && !document.querySelector(
       '[data-module="govuk-character-count"]:not([data-govuk-character-count-init])')"""


class People:
    """Everybody who came in through `come`."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[Any] = []
        self.faults: list[str] = []

    async def come(
        self,
        server: Served,
        cookie: str = "",
        *,
        url: str = "",
        width: int = 1366,
        height: int = 768,
        **options: Any,
    ) -> Page:
        """A page in a context of its own, with the seat or the account `cookie` gives.

        `url` is where the server is reached from there, if not directly.
        """
        url = url or server.url
        context = await self._browser.new_context(
            base_url=url,
            viewport={"width": width, "height": height},
            reduced_motion="reduce",
            locale="en-GB",
            **options,
        )
        context.set_default_timeout(20_000)
        context.set_default_navigation_timeout(30_000)
        self._contexts.append(context)
        if cookie:
            name, _, value = cookie.partition("=")
            await context.add_cookies([{"name": name, "value": value, "url": url}])
        page: Page = await context.new_page()
        page.on("pageerror", lambda error: self.faults.append(f"{page.url}: {error}"))
        page.on("console", lambda message: self._heard(page, message))
        return page

    def _heard(self, page: Page, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(NOT_OURS):
            self.faults.append(f"{page.url}: {message.text}")

    async def go_home(self) -> None:
        for context in self._contexts:
            await context.close()


async def ready(page: Page) -> None:
    """The scripts are there and, where the page stays up to date, it is connected."""
    await page.wait_for_function(READY)


async def visit(page: Page, path: str) -> None:
    """Load a page and wait until it is ready."""
    await page.goto(path)
    await ready(page)


def key_of(cookie: str) -> str:
    """The key of the seat that a browser's cookie holds, for the JSON door."""
    value = cookie.partition("=")[2]
    return value.partition(".")[0]
