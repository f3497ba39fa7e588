"""Reading: a file that somebody brings, whatever its format, as a document and its mistakes.

Leaves out the formats themselves (`from_json.py`, `from_csv.py`, `from_xlsx.py`) and limits
on time and memory (`apart.py`). Always: whatever the bytes are, the answer is a Reading; what
is wrong in them is told in it and never raised.
"""

import json
import unicodedata

from app.content.checking import Reading, Sort, look_at, sort_of
from app.content.from_json import read_document
from app.content.mistakes import LARGEST_FILE, ContentError, ContentMistake

LONGEST_NAME = 80


def read_file(raw: bytes, name: str, sort: Sort | None) -> Reading:
    """What the file called `name` holds; `sort` is what it ought to be, None to find out."""
    name = file_name(name)
    if len(raw) > LARGEST_FILE:
        return failed(name, f"expected at most {LARGEST_FILE:,} bytes, found more")
    if not raw.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        return failed(name, "there is nothing in it")
    try:
        document = read_document(raw, name)
    except ContentError as error:
        return Reading(None, None, error.mistakes)
    return look_at(document, name, sort or sort_of(document))


def write_json(document: object) -> bytes:
    """`document` as a JSON file that people can read and change."""
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def failed(name: str, message: str) -> Reading:
    """The reading of a file that cannot be read at all."""
    return Reading(None, None, (ContentMistake(file_name(name), "the file", message),))


def file_name(name: str) -> str:
    """`name` as it may stand in a message: without folders, short, and with nothing unseen."""
    last = name.replace("\\", "/").rpartition("/")[2]
    seen = "".join(c if c.isprintable() else "?" for c in unicodedata.normalize("NFC", last))
    return seen.strip()[-LONGEST_NAME:] or "file"
