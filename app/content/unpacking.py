"""Unpacking: what kind of file a zip archive is, and that it is no larger than it may be.

Leaves out what stands in a workbook (`from_xlsx.py`). Always: an archive that passes has been
unpacked once within the limits, whatever it says of itself, and no XML in it declares entities.
"""

import io
import zipfile
import zlib

from app.content.mistakes import refuse

MOST_ENTRIES = 500
MOST_UNPACKED = 20_000_000
"""In bytes, all files together. A workbook of a thousand barriers takes about one million."""

MOST_RATIO = 200
"""Bytes unpacked for each byte packed, of one file; text is seldom packed to less than a 20th."""

SMALL = 100_000
"""Bytes below which the ratio says nothing."""

CHUNK = 64 * 1024
WORKBOOK = "xl/workbook.xml"
OTHERS = {
    "xl/workbook.bin": "a binary workbook (.xlsb)",
    "word/document.xml": "a Word document",
    "ppt/presentation.xml": "a presentation",
    "content.xml": "an OpenDocument file",
}
"""What else is a zip archive, by a file that is in it."""

TOO_LARGE = (
    "unpacks to far more than a list of barriers or cards. Copy the filled cells to a new workbook"
)
BROKEN = "is broken or was not sent whole; save it again"


def look_inside(raw: bytes, name: str) -> None:
    """See that `raw` is a workbook that may be opened. Raises ContentError, naming file `name`."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        refuse(name, "the file", BROKEN)
    with archive:
        entries = archive.infolist()
        if len(entries) > MOST_ENTRIES or sum(each.file_size for each in entries) > MOST_UNPACKED:
            refuse(name, "the file", TOO_LARGE)
        if any(each.flag_bits & 1 for each in entries):
            refuse(name, "the file", "is protected by a password; save it without one")
        names = {each.filename for each in entries}
        for part, kind in OTHERS.items():
            if part in names:
                refuse(name, "the file", f"is {kind}; save it as an Excel workbook (.xlsx)")
        if WORKBOOK not in names:
            refuse(name, "the file", "is no Excel workbook (.xlsx), though it is packed like one")
        if len(names) < len(entries):
            refuse(name, "the file", BROKEN)
        _unpack_once(archive, name)


def _unpack_once(archive: zipfile.ZipFile, name: str) -> None:
    """Read every file to its end, as far as the limits allow: what an archive says may be a lie."""
    total = 0
    for entry in archive.infolist():
        size = 0
        try:
            with archive.open(entry) as file:
                while chunk := file.read(CHUNK):
                    size, total = size + len(chunk), total + len(chunk)
                    if size == len(chunk) and b"<!DOCTYPE" in chunk:
                        refuse(name, "the file", "declares entities, which no workbook needs")
                    packed = max(entry.compress_size, 1)
                    if total > MOST_UNPACKED or (size > SMALL and size / packed > MOST_RATIO):
                        refuse(name, "the file", TOO_LARGE)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            NotImplementedError,
            RuntimeError,
            ValueError,  # a place in the archive that lies before its beginning
        ):
            refuse(name, "the file", BROKEN)
