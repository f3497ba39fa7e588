"""The ledger of erasures: what was asked to be taken out, so that it stays out.

A file in the data folder, beside the database and not in it, because a backup that is
restored brings back what was erased after it was taken: then this says what to take out
again. A running server looks at it too, so that a line put there is how it is asked. It
leaves out erasing itself (`app/live`). Always: it holds no words and no names, and of a
workshop's code a fingerprint only; a line is on the disk before anything is erased.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from app.store.errors import StoreError

NAME = "erasures.jsonl"


@dataclass(frozen=True, slots=True)
class Erasure:
    """One workshop, or one person in it, that was asked to be erased."""

    id: str
    at: datetime
    workshop: str  # its fingerprint
    person: str | None


def fingerprint(code: str) -> str:
    """What a code is known again by, and cannot be read from."""
    return hashlib.sha256(f"erased {code}".encode()).hexdigest()


class Erasures:
    """The ledger in one data folder. Several processes may add to it at once.

    Every method raises StoreError if the file cannot be used.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / NAME

    def ask(self, code: str, person: str | None, at: datetime) -> Erasure:
        """Write down that this is to be erased."""
        erasure = Erasure(secrets.token_hex(8), at, fingerprint(code), person)
        self._add([{**asdict(erasure), "at": at.isoformat()}])
        return erasure

    def done(self, erasures: Iterable[Erasure]) -> None:
        """Write down that these have been carried out, for whoever waits for it."""
        self._add([{"done": erasure.id} for erasure in erasures])

    def cannot(self, erasure: Erasure) -> None:
        """Write down that this cannot be carried out as things are, for whoever waits for it."""
        self._add([{"cannot": erasure.id}])

    def asked(self) -> list[Erasure]:
        """All that was ever asked, the oldest first."""
        return [
            Erasure(
                line["id"], datetime.fromisoformat(line["at"]), line["workshop"], line["person"]
            )
            for line in self._lines()
            if "id" in line
        ]

    def carried_out(self) -> set[str]:
        """The ids of those that somebody has said are done."""
        return {line["done"] for line in self._lines() if "done" in line}

    def given_up(self) -> set[str]:
        """The ids of those that somebody has said cannot be done; each start tries them again."""
        return {line["cannot"] for line in self._lines() if "cannot" in line}

    def size(self) -> int:
        """How long the ledger is: whoever finds it grown reads it again."""
        with self._in_plain_english(), suppress(FileNotFoundError):
            return self._file.stat().st_size
        return 0

    def _lines(self) -> list[dict[str, str]]:
        found = []
        with self._in_plain_english(), suppress(FileNotFoundError):
            for line in self._file.read_text(encoding="utf-8", errors="replace").splitlines():
                with suppress(ValueError):  # a power cut may have left half a line
                    found.append(json.loads(line))
        return found

    def _add(self, lines: Sequence[dict[str, str | None]]) -> None:
        # In one piece, and on lines of their own whatever half a line stands before them.
        text = "".join(f"\n{json.dumps(line)}\n" for line in lines)
        if text:
            with self._in_plain_english():
                self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                _append(self._file, text.encode())

    @contextmanager
    def _in_plain_english(self) -> Iterator[None]:
        try:
            yield
        except OSError as failure:
            raise StoreError(
                f"The ledger of erasures, {self._file}, cannot be used: {failure.strerror}."
            ) from failure


def _append(file: Path, content: bytes) -> None:
    """Add to a file, and be sure that it is on the disk, under its name."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
