"""Zip archives that come out the same whenever and wherever they are made.

OpenDocument, Word and Excel files are zip archives too. Every entry carries the same
date, so equal contents always give equal bytes.
"""

import io
import zipfile
from collections.abc import Iterable

_DATE = (1980, 1, 1, 0, 0, 0)
_UNIX = 3  # the archive's word for "made on"; left alone it would name the server's system


def pack(entries: Iterable[tuple[str, bytes]]) -> bytes:
    """An archive of these entries, in this order. Raises ValueError if two share a name."""
    packed = io.BytesIO()
    seen: set[str] = set()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in entries:
            if name in seen:
                raise ValueError(f"two entries are called {name}")
            seen.add(name)
            entry = zipfile.ZipInfo(name, _DATE)
            entry.create_system = _UNIX
            entry.external_attr = 0o644 << 16
            # OpenDocument 1.2, part 3, section 3.3: "mimetype" is never compressed.
            plain = name == "mimetype"
            entry.compress_type = zipfile.ZIP_STORED if plain else zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return packed.getvalue()


def repack(packed: bytes) -> bytes:
    """The same archive without the moment of its making."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return pack([(entry.filename, archive.read(entry)) for entry in archive.infolist()])
