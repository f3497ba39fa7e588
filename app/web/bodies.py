"""Bodies: what the JSON door takes and answers, but for commands and views.

Those come from the game and the views themselves (`schema.py`). What always holds: a
request with a field that is not here, or of another type, is refused.
"""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.game.text import Name, Title
from app.web.access import InviteRole
from app.web.door import LONGEST_DRAFT


class Strict(BaseModel):
    """A request's body: unknown fields and wrong types are refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


class WorkshopMade(BaseModel):
    """A workshop was opened."""

    code: str
    join_url: str


class JoinRequest(Strict):
    """Somebody comes in. `invite` gives the seat an invite keeps."""

    name: Name
    organisation: Title
    invite: Annotated[str, Field(max_length=100)] | None = None


class SeatMade(BaseModel):
    """Somebody has a seat; `key` is theirs alone and cannot be shown again."""

    participant: str
    key: str


class Done(BaseModel):
    """A command was accepted and is committed."""

    ok: str
    seq: int
    made: str | None


class InviteRequest(Strict):
    """A seat to offer."""

    role: InviteRole
    group: Annotated[str, Field(max_length=80)] | None = None


class InviteMade(BaseModel):
    """An invite to pass on."""

    invite: str
    url: str


class DraftRequest(Strict):
    """What somebody has typed so far."""

    card: Annotated[str, Field(max_length=80)] | None = None
    barrier: Annotated[str, Field(max_length=80)] | None = None
    words: Annotated[str, Field(max_length=LONGEST_DRAFT)] | None = None
    how: Annotated[str, Field(max_length=LONGEST_DRAFT)] | None = None
    example: Annotated[str, Field(max_length=LONGEST_DRAFT)] | None = None
    caution: Annotated[str, Field(max_length=LONGEST_DRAFT)] | None = None


class DraftSaved(BaseModel):
    """A draft is on the disk."""

    saved_at: datetime


class ErrorAlso(BaseModel):
    """Something else that is wrong with the same request."""

    message: str
    field: str | None


class ErrorDetail(BaseModel):
    """What went wrong, in plain English, and which field is at fault.

    `also` is there where more than one field is.
    """

    kind: str
    message: str
    field: str | None
    also: list[ErrorAlso] = []


class ErrorAnswer(BaseModel):
    """The one shape of an error."""

    error: ErrorDetail
    ref: str | None


ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorAnswer}
    for status in (401, 403, 404, 405, 409, 413, 421, 422, 429, 500, 503)
}
