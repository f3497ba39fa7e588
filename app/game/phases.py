"""The phases of a workshop, in one table.

The order is that of the report's workshop (sections 1.3.3 and 3.1, annex 2.4): meet,
be briefed, play, look at the ideas together, rate, choose, assess along APEASE, close.
A facilitator may go to any phase from any other; nothing is deleted by going back.
"""

from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """Where the workshop is. Never called a stage: stages belong to a journey."""

    LOBBY = "lobby"
    BRIEFING = "briefing"
    PLAY = "play"
    PLENARY = "plenary"
    RATE = "rate"
    SHORTLIST = "shortlist"
    ASSESS = "assess"
    CLOSED = "closed"

    @property
    def about(self) -> "PhaseAbout":
        """The words for this phase on screen."""
        return PHASES[self]


@dataclass(frozen=True, slots=True)
class PhaseAbout:
    """A phase in words: its title, what happens in it, whether it can be left out."""

    title: str
    what: str
    optional: bool = False
    needs_groups: bool = False


PHASES: dict[Phase, PhaseAbout] = {
    Phase.LOBBY: PhaseAbout("Arriving", "People join and the facilitator sees them arrive."),
    Phase.BRIEFING: PhaseAbout(
        "Briefing",
        "Groups are formed, each with a problem statement, and hands are dealt.",
        optional=True,
        needs_groups=True,
    ),
    Phase.PLAY: PhaseAbout(
        "Playing", "Each group walks its journey, stage by stage.", needs_groups=True
    ),
    Phase.PLENARY: PhaseAbout(
        "Looking together", "Ideas are put in the spotlight one at a time.", optional=True
    ),
    Phase.RATE: PhaseAbout(
        "Rating",
        "Ideas are rated by impact, effort and amenability, blind.",
        optional=True,
    ),
    Phase.SHORTLIST: PhaseAbout(
        "Shortlisting", "Ratings are opened and staff settle the shortlist."
    ),
    Phase.ASSESS: PhaseAbout(
        "Assessing", "Shortlisted ideas are discussed along APEASE.", optional=True
    ),
    Phase.CLOSED: PhaseAbout("Closed", "Read only. The exports stay."),
}

OPTIONAL = frozenset(phase for phase, about in PHASES.items() if about.optional)
EVERY = frozenset(Phase)
OPEN = EVERY - {Phase.CLOSED}
