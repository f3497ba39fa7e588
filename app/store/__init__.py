"""The store: the database, behind one door. `open_store(url)` gives a `Store`.

Leaves out what the events of the log mean. Always: a promise to have saved something is
made after it is on the disk. Read `log` first, then `writer`.
"""

from app.store.erasures import Erasure, Erasures, fingerprint
from app.store.errors import Conflict, InUse, StoreError, Unavailable, Unreadable
from app.store.log import CommandKey, Entry, Row
from app.store.opening import open_for_reading, open_store
from app.store.shelf import MOST_PIECES, Piece, Said, Shelf, ShelfFull, Sort, Stale
from app.store.store import Store, settle_on_disk
from app.store.tables import AccessRow, DraftRow, WorkshopRecord

__all__ = [
    "MOST_PIECES",
    "AccessRow",
    "CommandKey",
    "Conflict",
    "DraftRow",
    "Entry",
    "Erasure",
    "Erasures",
    "InUse",
    "Piece",
    "Row",
    "Said",
    "Shelf",
    "ShelfFull",
    "Sort",
    "Stale",
    "Store",
    "StoreError",
    "Unavailable",
    "Unreadable",
    "WorkshopRecord",
    "fingerprint",
    "open_for_reading",
    "open_store",
    "settle_on_disk",
]
