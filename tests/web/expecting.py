"""What every refusal looks like, and how to see that it changed nothing.

Leaves out why things are refused. Always: the shape is checked whole, so that a field
too many fails like one too few.
"""

import contextlib
import json
from collections.abc import Iterator
from types import EllipsisType
from typing import Any

from tests.served import Reply, Served

STATUS = {
    "malformed": 422,
    "unauthenticated": 401,
    "forbidden": 403,
    "not_found": 404,
    "rejected": 409,
    "too_many": 429,
    "unavailable": 503,
    "too_large": 413,
    "not_allowed": 405,
    "misdirected": 421,
}


def named(names: str) -> list[str]:
    """The names in a line of them."""
    return names.split()


def refused(
    reply: Reply, kind: str, field: str | EllipsisType | None = ..., ref: str | None = None
) -> str:
    """The message of `reply`, which must refuse as said, in the one shape and no other."""
    assert reply.status == STATUS[kind], reply
    assert isinstance(reply.body, dict), reply
    assert reply.body.keys() == {"error", "ref"}
    assert reply.body["ref"] == ref, reply
    return complaint(reply.body["error"], kind, field)


def complaint(error: Any, kind: str, field: str | EllipsisType | None = ...) -> str:
    """The message of an error as HTTP and sockets tell it."""
    assert error.keys() - {"also"} == {"kind", "message", "field"}
    for other in error.get("also", ()):  # what else is wrong, told in the same way
        complaint({"kind": kind, **other}, kind)
    assert error["kind"] == kind, error
    assert isinstance(error["message"], str)
    assert error["message"].strip()
    # A list of mistakes in a file has a line for each; all else is a sentence.
    assert error["message"].rstrip()[-1] in ".!?" or "\n" in error["message"], error
    # Plain English: nothing that only whoever wrote the program would say.
    for jargon in ("Traceback", "pydantic", "NoneType", "Errno", "sqlite", "<class"):
        assert jargon not in error["message"]
    if field is not ...:
        assert error["field"] == field, error
    return str(error["message"])


def everything(server: Served, code: str) -> str:
    """All that is kept of a workshop, as far as it can be read from outside.

    Who is connected is not kept, so the control room's states are left out.
    """
    body = server.api("GET", f"/workshops/{code}/view").body
    seen = {name: view for name, view in body["regions"].items() if name != "groups"}
    kept = [server.export(code, "log.json"), server.export(code, "workshop.json")]
    return json.dumps([body["seq"], seen, *kept])


@contextlib.contextmanager
def nothing_changes(server: Served, *codes: str) -> Iterator[None]:
    """Fails if anything of these workshops is other at the end than it was before."""
    before = {code: everything(server, code) for code in codes}
    yield
    assert {code: everything(server, code) for code in codes} == before
