"""The material a workshop is played with: cards, and problem statements as journeys.

These are the shapes of the files under `cards/` and `journeys/`, of
`/api/v1/content/...`, and of what the event log keeps of both: a workshop
carries the exact material it was opened with, whatever happens to the files.

It leaves out reading files and checking across them (`app/content`).
What always holds: material never changes once it is in a workshop.
"""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticKnownError

MOST_STAGES = 12
MOST_BARRIERS = 8
"""At one stage."""

LAST_YEAR = 2100
"""Of a study, whatever the clock says; when a deck is read it is next year."""

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=64)]
"""A short name for a machine: lower-case words joined by hyphens."""

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1500)]
Doi = Annotated[str, StringConstraints(min_length=1, max_length=120)]
"""Its form is looked at when a deck is read (`app/content`): what a log holds stays readable."""


def _at_most(most: int) -> AfterValidator:
    """A limit on a list, counted after its items, so that a mistake in one of them is told too."""

    def count(items: tuple[Any, ...]) -> tuple[Any, ...]:
        if len(items) > most:
            limits = {"field_type": "Tuple", "max_length": most, "actual_length": len(items)}
            raise PydanticKnownError("too_long", limits)
        return items

    return AfterValidator(count)


class ComB(StrEnum):
    """What has to change for a behaviour to happen (Michie, van Stralen and West, 2011)."""

    CAPABILITY_PHYSICAL = "capability-physical"
    CAPABILITY_PSYCHOLOGICAL = "capability-psychological"
    OPPORTUNITY_PHYSICAL = "opportunity-physical"
    OPPORTUNITY_SOCIAL = "opportunity-social"
    MOTIVATION_REFLECTIVE = "motivation-reflective"
    MOTIVATION_AUTOMATIC = "motivation-automatic"


class Opm(StrEnum):
    """Where in an organisation's practice a barrier lies (report, annex 2.1)."""

    CONSIDER = "consider"
    CREATE = "create"
    COMMUNICATE = "communicate"
    COMMIT = "commit"


class Level(StrEnum):
    """Whose practice a barrier lies in (report, annex 2.1); `wider` is ours, for other bodies."""

    CONTEXT = "context"
    STRATEGIC = "strategic"
    MID_LEVEL = "mid-level"
    FRONTLINE = "frontline"
    WIDER = "wider"


class Replication(StrEnum):
    """How well a card's study has stood up when others tried it again."""

    STRONG = "strong"
    MODERATE = "moderate"
    MIXED = "mixed"
    CONTESTED = "contested"


class Material(BaseModel):
    """Frozen, and strict about names, so that a misspelt field is a mistake and not a loss."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(Material):
    """Where a barrier stands in a document; `row` is the printed row of a table, if it is one."""

    document: Line
    section: Line
    row: Line | None = None


class Barrier(Material):
    """Something that stops the target behaviour of a stage, and the finding that shows it."""

    id: Slug
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
    finding: Text
    sources: tuple[Source, ...] = Field(min_length=1)
    opm: Opm
    levels: tuple[Level, ...] = ()
    com_b: tuple[ComB, ...] = Field(min_length=1)


class JourneyStage(Material):
    """A step of a journey: who does what, when, and what stands in the way."""

    title: Line
    who: Line
    does: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
    when: Line
    barriers: Annotated[tuple[Barrier, ...], Field(min_length=1), _at_most(MOST_BARRIERS)] = Field(
        json_schema_extra={"maxItems": MOST_BARRIERS}
    )


class Journey(Material):
    """A problem statement, broken into a behavioural journey."""

    id: Slug
    title: Line
    statement: Text
    stages: Annotated[tuple[JourneyStage, ...], Field(min_length=1), _at_most(MOST_STAGES)] = Field(
        json_schema_extra={"maxItems": MOST_STAGES}
    )

    def barriers_at(self, stage: int) -> tuple[Barrier, ...]:
        """The barriers of stage `stage`, counted from 1."""
        return self.stages[stage - 1].barriers

    def find(self, barrier: str) -> tuple[int, Barrier] | None:
        """The stage (from 1) and the barrier called `barrier`, or None."""
        for number, stage in enumerate(self.stages, start=1):
            for candidate in stage.barriers:
                if candidate.id == barrier:
                    return number, candidate
        return None


class Study(Material):
    """The study behind a card. `pages` is volume, issue and pages as printed."""

    authors: Line
    year: Annotated[int, Field(strict=True, ge=1900, le=LAST_YEAR)]
    title: Line
    outlet: Line
    pages: Line | None
    doi: Doi

    @property
    def citation(self) -> str:
        """Authors (year), title, outlet: one line, as a reader expects it."""
        where = f"{self.outlet}, {self.pages}" if self.pages else self.outlet
        return f"{self.authors} ({self.year}). {self.title}. {where}."


class Card(Material):
    """A behavioural insight with its study, told in plain words and graded honestly."""

    id: Slug
    title: Line
    family: Line
    insight: Text
    question: Text
    used: Text | None
    study: Study
    finding: Text
    setting: Text
    replication: Replication
    replication_source: Text
    caution: Text | None
    com_b: tuple[ComB, ...] = Field(min_length=1)
    east: tuple[Line, ...]
    mindspace: tuple[Line, ...]
    bct: tuple[Line, ...]
    unverified: Text | None


class Figure(Material):
    """A claim about cards in general, with where it comes from."""

    claim: Text
    reference: Text
    doi: Doi


class Caveat(Material):
    """What to bear in mind about every card: the `warning` of a deck."""

    title: Line
    text: Text
    figures: tuple[Figure, ...]
