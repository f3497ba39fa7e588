"""Calls by HTTP: opening a workshop, taking a seat, saving a draft.

Everything here is what any program elsewhere could do: the JSON interface and nothing
else of the server. What always holds: a call is tried again only where the server said
that it did nothing.
"""

import asyncio
import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

TIMEOUT = 20
WAITS = (0.5, 1.0, 2.0, 4.0, 8.0, 8.0)
"""Seconds before each further try."""

NOT_NOW = frozenset({"too_many", "unavailable"})
"""Refusals that mean: the same again, a little later."""


class Refused(Exception):
    """The server said no, in plain English."""

    def __init__(self, kind: str, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.field = field


@dataclass(frozen=True, slots=True)
class Place:
    """A workshop on a server."""

    url: str
    code: str

    @classmethod
    def at(cls, address: str) -> "Place":
        """The workshop that a link leads to, such as https://moments.example/join/ABCD2345.

        Raises:
            ValueError: the address names no workshop.
        """
        parts = urlsplit(address)
        folders = [folder for folder in parts.path.split("/") if folder]
        for before, code in pairwise(folders):
            if before in ("join", "w", "facilitate") and code != "new":
                return cls(server(f"{parts.scheme}://{parts.netloc}"), code)
        raise ValueError(f"{address} is not the address of a workshop, such as …/join/CODE")

    def page(self, path: str) -> str:
        """The address of a page or a call; `{code}` in `path` stands for the code."""
        return self.url + path.format(code=self.code)

    @property
    def socket(self) -> str:
        """The address of the live socket."""
        return "ws" + self.page("/api/v1/workshops/{code}/live").removeprefix("http")

    async def join(self, name: str, organisation: str) -> str:
        """Take a seat; the key that opens it.

        Raises:
            Refused: the door is shut, the organisation is not on the list, or nobody answers.
        """
        seat = await call(
            "POST",
            self.page("/api/v1/workshops/{code}/join"),
            {"name": name, "organisation": organisation},
        )
        return str(seat["key"])


def server(address: str) -> str:
    """The address without what follows the host, checked.

    Raises:
        ValueError: it is not a web address.
    """
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{address} is not an address such as http://127.0.0.1:8000")
    return f"{parts.scheme}://{parts.netloc}"


def near(address: str) -> bool:
    """Whether the address is on this machine, where no proxy has any business."""
    host = urlsplit(address).hostname or ""
    return host == "localhost" or host.startswith("127.") or host == "::1"


async def call(
    method: str,
    address: str,
    body: Mapping[str, Any] | None = None,
    key: str | None = None,
    *,
    waits: Iterable[float] = WAITS,
) -> Any:
    """What the server answers to a call.

    Raises:
        Refused: it said no, or is not there (`unreachable`).
    """
    for wait in waits:
        try:
            return await asyncio.to_thread(_call, method, address, body, key)
        except Refused as refused:
            if refused.kind not in NOT_NOW:
                raise
            await asyncio.sleep(wait)
    return await asyncio.to_thread(_call, method, address, body, key)


def _call(method: str, address: str, body: Mapping[str, Any] | None, key: str | None) -> Any:
    server(address)  # nothing but the web is ever opened
    headers = {"Accept": "application/json"}
    if body is not None:
        headers["Content-Type"] = "application/json"
    if key is not None:
        headers["Authorization"] = f"Bearer {key}"
    request = urllib.request.Request(  # noqa: S310 -- checked above
        address,
        method=method,
        headers=headers,
        data=None if body is None else json.dumps(body).encode(),
    )
    proxies = urllib.request.ProxyHandler({} if near(address) else None)
    try:
        with urllib.request.build_opener(proxies).open(request, timeout=TIMEOUT) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            raise _refused(error) from None
    except (OSError, http.client.HTTPException) as error:
        why = getattr(error, "reason", error)
        raise Refused("unreachable", f"No answer from {server(address)}: {why}") from None


def _refused(error: urllib.error.HTTPError) -> Refused:
    """What the server said, or its status where something else answered in its place."""
    try:
        told = json.loads(error.read())["error"]
        return Refused(str(told["kind"]), str(told["message"]), told.get("field"))
    except (ValueError, KeyError, TypeError):
        kind = {429: "too_many", 503: "unavailable"}.get(error.code, "unknown")
        return Refused(kind, f"The server answered {error.code} {error.reason}.")
