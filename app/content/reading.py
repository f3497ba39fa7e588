"""Reading: a file that somebody brings, whatever its format, as a document and its mistakes.

Leaves out the formats themselves (`from_json.py`, `from_csv.py`, `from_xlsx.py`) and limits
on time and memory (`apart.py`). Always: whatever the bytes are, the answer is a Reading; what
is wrong in them is told in it and never raised.
"""

import unicodedata

from app.content.checking import Reading, Sort, look_at, sort_of
from app.content.from_csv import MARKS, read_csv
from app.content.from_json import read_document
from app.content.from_rows import WHAT, read_grids
from app.content.lines import with_lines
from app.content.mistakes import LARGEST_FILE, ContentError, ContentMistake, refuse

LONGEST_NAME = 80
ZIP = b"PK"
PDF = b"%PDF-"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How files of Excel before 2007 begin, and all that Excel keeps behind a password."""


def read_file(raw: bytes, name: str, sort: Sort | None) -> Reading:
    """What the file called `name` holds; `sort` is what it ought to be, None to find out."""
    name = file_name(name)
    try:
        return _read(raw, name, sort)
    except ContentError as error:
        return Reading(None, None, error.mistakes)


def failed(name: str, message: str) -> Reading:
    """The reading of a file that cannot be read at all."""
    return Reading(None, None, (ContentMistake(file_name(name), "the file", message),))


def file_name(name: str) -> str:
    """`name` as it may stand in a message: without folders, short, and with nothing unseen."""
    last = name.replace("\\", "/").rpartition("/")[2]
    seen = "".join(c if c.isprintable() else "?" for c in unicodedata.normalize("NFC", last))
    return seen.strip()[-LONGEST_NAME:] or "file"


def _read(raw: bytes, name: str, sort: Sort | None) -> Reading:
    if len(raw) > LARGEST_FILE:
        refuse(name, "the file", f"expected at most {LARGEST_FILE:,} bytes, found more")
    if not raw.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"):
        refuse(name, "the file", "there is nothing in it")
    if raw.lstrip().startswith(PDF):
        refuse(name, "the file", "is a PDF; bring the table that it was made from")
    if raw.startswith((ZIP, OLE)):
        # Not before there is a workbook: the server itself never reads one.
        from app.content.from_xlsx import read_xlsx

        return read_grids(read_xlsx(raw, name), name, sort)
    if name.lower().endswith(".json") or _looks_like_json(raw):
        return _read_json(raw, name, sort)
    if b"\0" in raw and not raw.startswith(MARKS):
        refuse(name, "the file", "expected a JSON, CSV or XLSX file, found another kind")
    return read_grids([read_csv(raw, name)], name, sort)


def _looks_like_json(raw: bytes) -> bool:
    return raw.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def _read_json(raw: bytes, name: str, sort: Sort | None) -> Reading:
    document = read_document(raw, name)
    found = sort_of(document)
    other = isinstance(document, dict) and ("stages" if sort == "deck" else "cards") in document
    if sort is not None and found != sort and other:
        refuse(name, "the file", f"expected {WHAT[sort]}, found {WHAT[found]}")
    reading = look_at(document, name, sort or found)
    return reading._replace(mistakes=with_lines(reading.mistakes, raw))
