"""Facilitators with a shelf, for tests: what their browsers send, over real HTTP.

Leaves out what is asserted. Always: a form is sent with everything its page held, as a
browser would.
"""

import html
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

from tests.served import Reply, Served, cookie_of

HERE = "/facilitate/material"


class FormOf(HTMLParser):
    """The fields of the form with this id, as they stand on a page."""

    def __init__(self, page: str, id: str) -> None:
        super().__init__()
        self._id, self._within = id, False
        self._area: str | None = None
        self._select: str | None = None
        self.pairs: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._within = held.get("id") == self._id
        if not self._within:
            return
        name = held.get("name", "")
        unticked = held.get("type") in ("checkbox", "radio", "file") and "checked" not in held
        if tag == "input" and not unticked:
            self.pairs.append((name, held.get("value", "")))
        elif tag == "textarea":
            self._area = name
            self.pairs.append((name, ""))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in held or not self._chosen()):
            self.pairs = [pair for pair in self.pairs if pair[0] != self._select]
            self.pairs.append((self._select, held.get("value", "")))

    def _chosen(self) -> bool:
        return any(name == self._select for name, _ in self.pairs)

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            name, text = self.pairs[-1]
            self.pairs[-1] = (name, text + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area is not None:
            name, text = self.pairs[-1]
            self.pairs[-1] = (name, text.removeprefix("\n"))
            self._area = None
        if tag == "select":
            self._select = None
        if tag == "form":
            self._within = False


@dataclass
class Browser:
    """A facilitator at their browser."""

    server: Served
    cookie: str

    def get(self, path: str) -> Reply:
        return self.server.page("GET", path, None, {"Cookie": self.cookie})

    def text(self, path: str, status: int = 200) -> str:
        reply = self.get(path)
        assert reply.status == status, (path, reply.status)
        return str(reply.body.decode())

    def post(self, path: str, fields: Any = (), **headers: str) -> Reply:
        pairs = list(fields.items()) if isinstance(fields, dict) else list(fields)
        sent = {
            "Cookie": self.cookie,
            "Origin": self.server.url,
            "Content-Type": "application/x-www-form-urlencoded",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return self.server.raw("POST", path, urlencode(pairs).encode(), sent)

    def bring(self, path: str, name: str, content: bytes, **fields: str) -> Reply:
        """Send a file, as a browser does."""
        edge = "----an-edge-that-is-in-no-file"
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n'
            f"{value}\r\n".encode()
            for field, value in fields.items()
        ]
        parts.append(
            f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n".encode()
            + content
            + b"\r\n"
        )
        sent = {
            "Cookie": self.cookie,
            "Origin": self.server.url,
            "Content-Type": f"multipart/form-data; boundary={edge}",
        }
        body = b"".join(parts) + f"--{edge}--\r\n".encode()
        return self.server.raw("POST", path, body, sent)

    def begin(self, source: str = "nothing") -> str:
        """The id of a new problem statement."""
        reply = self.post(f"{HERE}/begin", {"from": source})
        assert reply.status == 303, reply
        return reply.headers["location"].rpartition("/")[2]

    def form(self, id: str) -> dict[str, str]:
        """What the editor's form holds; boxes that are ticked more than once are `pairs`'s."""
        return dict(self.pairs(id))

    def pairs(self, id: str) -> list[tuple[str, str]]:
        return FormOf(self.text(f"{HERE}/{id}"), "edit").pairs

    def press(self, id: str, button: str, changes: dict[str, str] | None = None) -> Reply:
        """Press a button of the editor, having typed something."""
        wanted = changes or {}
        pairs = [pair for pair in self.pairs(id) if pair[0] not in wanted]
        return self.post(f"{HERE}/{id}", [*pairs, *wanted.items(), ("do", button)])


def another(server: Served, name: str) -> Browser:
    """Somebody else, who is no owner of the server."""
    said = server.moments("facilitator", "add", name)
    found = re.search(r"token=(\S+)", said)
    assert found, said
    reply = server.page("POST", "/facilitate/sign-in", {"token": html.unescape(found[1])})
    assert reply.status == 303, reply
    return Browser(server, cookie_of(reply))


def filled(title: str = "Meeting in time") -> dict[str, str]:
    """What to type into an empty problem statement for it to be sound."""
    stage, barrier = "stages-0", "stages-0-barriers-0"
    return {
        "title": title,
        "statement": "Agencies meet too late.",
        f"{stage}-title": "Notice",
        f"{stage}-who": "A duty worker",
        f"{stage}-does": "Sees that a meeting is due.",
        f"{stage}-when": "The same day",
        f"{barrier}-text": "Nobody sees that it is due.",
        f"{barrier}-finding": "Dates stand in five diaries.",
        f"{barrier}-opm": "create",
        f"{barrier}-com_b": "opportunity-physical",
        f"{barrier}-sources-0-document": "A review",
        f"{barrier}-sources-0-section": "2.1",
    }
