"""What the store says when it cannot do what was asked.

Leaves out every rule of the game: those are refused before anything is written.
Always: the words of these errors are plain English and hold nothing anybody typed.
"""


class StoreError(Exception):
    """The database cannot be opened or used as asked; the words say why and what to do."""


class InUse(StoreError):
    """A server is serving from this database, and it alone may write."""


class Unreadable(StoreError):
    """Something in the log is none of ours, or of a later version: trying again does not help."""


class Conflict(StoreError):
    """Something else is already written there: read again, then decide again."""


class Unavailable(StoreError):
    """The database failed, so this was not saved; the same may be tried again later."""
