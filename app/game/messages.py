"""What goes into the game and what comes out: commands, events, and who is acting.

A command asks for something and carries who may ask and when (`by`, `during`); its
`decide` says what happens, as events. An event is a fact; its `apply` says what the
fact does to the workshop. Topic files define both side by side.

It leaves out every rule of the game. What always holds: an event holds outcomes (the
cards dealt), never intentions, so that folding the log needs no seed, clock or chance.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict

from app.game.phases import OPEN, Phase

if TYPE_CHECKING:
    from app.game.workshop import Workshop


class Role(StrEnum):
    """What a person is in this workshop."""

    FACILITATOR = "facilitator"
    CO_HOST = "co_host"
    TABLE_LEAD = "table_lead"
    PARTICIPANT = "participant"
    OBSERVER = "observer"
    ANALYST = "analyst"
    SCREEN = "screen"
    VISITOR = "visitor"
    """Somebody at the door, without a seat yet."""


STAFF = frozenset({Role.FACILITATOR, Role.CO_HOST})
STAFF_AND_LEADS = STAFF | {Role.TABLE_LEAD}
PARTICIPANTS = frozenset({Role.PARTICIPANT})


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is asking: always from the cookie or key, never from the body of a request."""

    id: str
    role: Role
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the log adds to an event: its number, when, and who caused it."""

    seq: int
    at: datetime
    actor: str


class Rejected(Exception):
    """A rule says no. `message` is plain English for the asker; `field` names what is at fault."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


Wrong = tuple[str, str | None]
"""One thing that is wrong: what to say, and the field at fault."""


class Malformed(Rejected):
    """What was asked has the wrong shape: empty, too long, of a wrong type, off the list.

    `also` is what else is wrong with it, so that all of it is said at once.
    """

    also: tuple[Wrong, ...] = ()

    @classmethod
    def of(cls, wrong: Sequence[Wrong]) -> Self:
        """All of `wrong`, of which there is something, as one."""
        made = cls(*wrong[0])
        made.also = tuple(wrong[1:])
        return made

    @property
    def every(self) -> tuple[Wrong, ...]:
        """All that is wrong, the first as well."""
        return (self.message, self.field), *self.also


class Forbidden(Rejected):
    """Somebody in this role may not ask for this."""


class Personal:
    """Marks, in `Annotated[...]`, a field of an event that holds a person's name or words.

    Erasing a person blanks these fields in the rows whose subject they are, so every
    such field must be text, which `ERASED` can replace. Where it is a model instead, erasing
    looks into it, and the text in there is marked as well.
    """


ERASED = "[erased]"

Decision = Generator["Event", "Workshop", None]
"""What `decide` returns: `workshop = yield event` gives back the workshop after the event."""


class Command(BaseModel):
    """Something a person asks for. Subclasses register themselves by their name."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    kinds: ClassVar[dict[str, type["Command"]]] = {}
    by: ClassVar[frozenset[Role]]
    during: ClassVar[frozenset[Phase]] = OPEN
    at_the_door: ClassVar[bool] = False
    """True for what people do before they have a seat; not accepted from those who have one."""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        Command.kinds[cls.__name__] = cls

    def decide(self, workshop: "Workshop", actor: Actor, at: datetime) -> Decision:
        """The events this command causes.

        Raises:
            Rejected: a rule of the game forbids it; nothing has changed.
        """
        raise NotImplementedError


class Event(BaseModel):
    """A fact of the workshop. Subclasses register themselves by their name.

    Fields may be added with a default, never renamed or removed: old logs fold for ever.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    kinds: ClassVar[dict[str, type["Event"]]] = {}
    subject_field: ClassVar[str | None] = None
    """The field naming the person whose words the event holds."""
    made_field: ClassVar[str | None] = None
    """The field naming what the event made, for the answer to the asker."""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        Event.kinds[cls.__name__] = cls

    @property
    def kind(self) -> str:
        """The event's name in the log."""
        return type(self).__name__

    @property
    def subject(self) -> str | None:
        """The person whose name or words the event holds, if anyone's."""
        return getattr(self, self.subject_field) if self.subject_field else None

    @property
    def made(self) -> str | None:
        """The id of what the event made, if anything."""
        return getattr(self, self.made_field) if self.made_field else None

    def apply(self, workshop: "Workshop", stamp: Stamp) -> "Workshop":
        """`workshop` after this event. Never fails on an event that was once decided."""
        raise NotImplementedError

    @classmethod
    def read(cls, kind: str, body: str) -> Self:
        """The event of the log called `kind` with `body` as JSON.

        Raises:
            KeyError: this program knows no such event (the log is from a newer one).
        """
        event = cls.kinds[kind].model_validate_json(body)
        assert isinstance(event, cls)
        return event
