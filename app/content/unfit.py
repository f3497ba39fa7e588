"""Unfit text: markup, and characters that nobody can see, anywhere in a document.

Leaves out what a document has to hold (`checking.py`). Always: everything in a document is
looked at, whatever its shape, or the document is refused as too large.
"""

import re
from collections.abc import Iterator

from app.content.mistakes import (
    DEEPEST,
    MOST_VALUES,
    TOP,
    UNREAD,
    Doubled,
    Finding,
    Way,
    refuse,
    shown,
    unreadable,
)
from app.game.text import visible

# The elements of HTML that people write or paste, and those that load or run something.
_ELEMENTS = (
    "a|abbr|article|aside|audio|b|base|blockquote|body|br|button|canvas|code|dd|del|details|div|dl"
    "|dt|em|embed|fieldset|figure|font|footer|form|frame|frameset|h[1-6]|head|header|hr|html|i"
    "|iframe|img|input|ins|label|li|link|main|map|mark|marquee|math|meta|nav|object|ol|option|p"
    "|param|picture|pre|q|s|script|section|select|small|source|span|strong|style|sub|summary|sup"
    "|svg|table|tbody|td|template|textarea|tfoot|th|thead|title|tr|track|tt|u|ul|video"
)
TAG = re.compile(
    r"<!--|<!doctype\b"
    # Any name that is closed at once: <b>, </p>, <br/>, <my-part>.
    r"|</?[a-z][a-z0-9:-]*\s*/?>"
    # One of HTML with an attribute: it need not be closed to do its work.
    rf"|</?(?:{_ELEMENTS})[\s/]+[a-z][\w:-]*\s*=[^<>]*>?"
    # Words alone are no attributes: p<b and c>d.
    rf"|<(?:{_ELEMENTS})\s+(?:async|autofocus|autoplay|checked|controls|defer|disabled|hidden"
    r"|ismap|loop|multiple|muted|nomodule|open|readonly|required|reversed|selected)\s*/?>",
    re.IGNORECASE,
)

# Control characters but newline and tab, lone surrogates, and marks that reorder what is read.
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def unfit_text(document: object, name: str) -> list[Finding]:
    """Markup, characters nobody can see, fields written twice, and brackets too deep.

    Raises ContentError, naming file `name`, for more values than are worth looking at.
    """
    findings: list[Finding] = []
    seen = 0
    waiting: list[tuple[Way, object]] = [((), document)]
    while waiting:  # not by recursion, which a deep document would break
        way, value = waiting.pop()
        inner: list[tuple[Way, object]] = []
        if isinstance(value, str):
            findings += ((way, message) for message in _unfit(value))
        elif isinstance(value, dict):
            if isinstance(value, Doubled):
                findings += (
                    ((*way, field), "this field is written twice") for field in value.twice
                )
            inner = [((*way, str(field)), item) for field, item in value.items()]
        elif isinstance(value, list):
            inner = [((*way, position), item) for position, item in enumerate(value)]
        seen += len(inner)
        if seen > MOST_VALUES:
            refuse(name, TOP, f"expected at most {MOST_VALUES:,} values, found more")
        if inner and len(way) >= DEEPEST:
            findings.append((way, f"expected at most {DEEPEST} levels of brackets"))
        else:
            waiting += reversed(inner)
    return findings


def unix(text: str) -> str:
    """`text` with the line ends of Unix, whoever wrote it."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _unfit(text: str) -> Iterator[str]:
    if tag := TAG.search(text):
        yield f"expected plain text, found what looks like HTML: {shown(tag.group())}"
    if unseen := UNSEEN.search(unix(text)):
        yield f"expected text that can be seen, found the character U+{ord(unseen.group()):04X}"
    elif text.strip() and not visible(text):  # what is empty is told of where that is a mistake
        yield "expected some text, found only characters that show nothing"
    if UNREAD in text:
        yield unreadable(text)
