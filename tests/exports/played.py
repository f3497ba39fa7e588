"""A workshop played through for the exports, with awkward words and names in it.

Thirteen participants in two groups write, build, merge, rate; facilitators choose and
assess. Leaves out what the exports make of it. Always: it is played by commands, so it
is a workshop that a server could have.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle
from typing import Any

from app.exports.table import Cell
from app.exports.table import Table as ExportTable
from app.exports.tables import Reader, make_table
from app.game.material import Card, Journey, Level, Opm, Replication, Source
from app.game.messages import Actor, Role
from app.game.people import JoinByInvite
from tests.game.table import DECK, VISITOR, Table, a_journey

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
"""When the exports are made."""

ACCOUNT = Actor("f0c1d2e3b4a5", Role.FACILITATOR)
"""A facilitator by the id of an account, as a server has it."""

NAMES = (
    "Zebedee Quill", "Ottoline Marsh", "Xanthe", "bartleby", "=Adalinde Lovelock",
    "Søren Ångström", "Beatrix <b>Boldwood</b>", "דוד כהן", "O'Hartigan-Flynn", "Perpetua Swann",
    "Quentin  Crisp", "Ignatius", "Wilhelmina Frost",
)  # fmt: skip
CO_HOSTS = ("Hosea Pellow", "Agatha Throng")
ORGANISATIONS = ("NHS", "+Police, local", "Department of Health; Care")
LONE = "Home Office"
"""The organisation of the last participant alone."""

WORDS = (
    "=1+1", "a\nb\r\nc\td", "<script>alert('x')</script> & so on", "@SUM(A1)",
    'say "no", twice;', "😀 שלום \u202eback", "-5", "x" * 2_000, "NULL",
)  # fmt: skip


def _journey(name: str, stages: int, opm: Opm, level: Level) -> Journey:
    """A journey whose `a` barriers lie at a level and come from a printed row."""
    plain = a_journey(name, stages)
    printed = Source(document="A report", section="Annex 3", row="A3-1")
    return plain.model_copy(
        update={
            "stages": tuple(
                stage.model_copy(
                    update={
                        "barriers": (
                            stage.barriers[0].model_copy(
                                update={
                                    "opm": opm,
                                    "levels": (level, Level.WIDER),
                                    "sources": (*stage.barriers[0].sources, printed),
                                }
                            ),
                            stage.barriers[1],
                        )
                    }
                )
                for stage in plain.stages
            )
        }
    )


def _card(card: Card) -> Card:
    number = card.id.removeprefix("card-")
    study = card.study.model_copy(update={"doi": f"10.1000/{number}", "title": f"Study {number}"})
    return card.model_copy(
        update={"study": study, "caution": "Fades.", "replication": Replication.CONTESTED}
    )


JOURNEYS = (
    _journey("sharing", 3, Opm.CONSIDER, Level.FRONTLINE),
    _journey("trusting", 2, Opm.COMMIT, Level.CONTEXT),
)
CARDS = tuple(map(_card, DECK))


@dataclass(frozen=True)
class Row:
    """An event as the log keeps it."""

    seq: int
    kind: str
    at: datetime
    actor: str
    body: str


def rows_of(table: Table) -> list[Row]:
    """The log as the store would give it."""
    return [
        Row(stamp.seq, event.kind, stamp.at, stamp.actor, event.model_dump_json())
        for event, stamp in table.log
    ]


def lines(table: ExportTable) -> list[dict[str, Cell]]:
    """The rows of an exported table, by column."""
    names = [column.name for column in table.columns]
    return [dict(zip(names, row, strict=True)) for row in table.rows]


class Played:
    """The workshop, with what its tests ask for by name."""

    def __init__(self, mentions: Iterable[str] = ("",), **wishes: Any) -> None:
        self.table = Table(journeys=JOURNEYS, deck=CARDS, **wishes)
        self._mentions = cycle(mentions)
        self._words = cycle(WORDS)
        for number, name in enumerate(NAMES[:-1]):
            self.table.join(ORGANISATIONS[number % 3], name)
        self.table.join(LONE, NAMES[-1])
        self.co_hosts = [self._co_host(name) for name in CO_HOSTS]

    def _co_host(self, name: str) -> str:
        invited = JoinByInvite(name=name, organisation="DfE", role=Role.CO_HOST)
        return self.table.play(VISITOR, invited)[0].made or ""

    def typed(self, words: str | None = None) -> str:
        """`words` or the next of the awkward ones, and the next of what is to be mentioned."""
        mention = next(self._mentions)
        return (words or next(self._words))[: 2_000 - len(mention)] + mention

    def host(self, kind: str, **fields: Any) -> str:
        made = self.table.do(ACCOUNT, kind, **fields)[0].made
        return made or ""

    def play(self) -> "Played":
        """Everybody writes; the groups build, merge, note down and write late."""
        table = self.table
        self.host("OpenPhase", phase="play")
        self.first, self.second = table.members("g1"), table.members("g2")
        self.trusting = [self._submit(who) for who in self.second]
        self.sharing = [self._submit(who) for who in self.first]
        self.host("MoveGroup", group="g1", stage=1, step="present")
        self.host("MoveGroup", group="g2", stage=2, step="write")
        self.further = self._submit(self.second[1])
        self.late = self._submit(self.first[0], stage=1)
        for manner in ("build", "question", "risk"):
            table.do(self.first[1], "BuildOn", idea=self.sharing[0], words=self.typed(), as_=manner)
        self.captured = self.host(
            "CaptureIdea",
            participant=self.second[0],
            group="g2",
            card="card-3",
            barrier="trusting-1-b",
            words=self.typed(),
        )
        self.merged = self.host("MergeIdeas", ideas=self.sharing[:2], words=self.typed())
        return self

    def _submit(self, who: str, **fields: Any) -> str:
        return self.table.submit(
            who,
            words=self.typed(),
            how=self.typed(),
            example=self.typed(),
            caution=self.typed(),
            **fields,
        )

    def rate(self, otherwise: bool = False) -> "Played":
        """Everybody who may rates the third idea of the first group; some rate others.

        Done `otherwise`, the same people give other marks and reasons.
        """
        self.host("OpenPhase", phase="rate")
        self.rated = self.sharing[2]
        author = self.table.idea(self.rated).authors[0]
        raters = [person.id for person in self.table.workshop.participants()]
        raters.remove(author)
        given: list[tuple[str | Actor, str, int | None, int | None, int | None]] = [
            *((who, self.rated, 1 + at % 5, 2, None if at else 4) for at, who in enumerate(raters)),
            (ACCOUNT, self.rated, 5, 1, 4),
            *((who, self.rated, 5, at, 4) for at, who in enumerate(self.co_hosts, start=2)),
            (self.second[0], self.sharing[3], 5, 1, 5),
            (self.second[1], self.sharing[4], 1, 5, 1),
            (ACCOUNT, self.trusting[0], 2, 3, 4),
            (self.first[0], self.trusting[0], 4, 3, None),
        ]
        for who, idea, *marks in given:
            reason: str | None = self.typed()
            if otherwise:
                marks, reason = [None if mark == 2 else 6 - (mark or 2) for mark in marks], None
            named = dict(zip(("impact", "effort", "amenability"), marks, strict=True))
            self.table.do(who, "RateIdea", idea=idea, reason=reason, **named)
        return self

    def choose(self) -> "Played":
        """The shortlist: one of the proposal, one against it, one taken off again."""
        self.host("OpenPhase", phase="shortlist")
        self.chosen, self.odd, self.off = self.sharing[3], self.merged, self.trusting[0]
        self.host("ShortlistIdea", idea=self.odd, reason=self.typed())
        self.host("ShortlistIdea", idea=self.chosen)
        self.host("ShortlistIdea", idea=self.off, reason=self.typed("At first"))
        self.host("UnshortlistIdea", idea=self.off, reason=self.typed("After all not"))
        return self

    def assess(self) -> "Played":
        """Two interviews about one idea, one about the other; then the workshop is closed."""
        self.host("OpenPhase", phase="assess")
        for idea, role in ((self.chosen, "Leader"), (self.odd, "Officer"), (self.chosen, "Nurse")):
            asked = {"judgement": "positive", "said": self.typed()}
            criteria: dict[str, Any] = {
                name: dict(asked)
                for name in ("affordability", "practicability", "effectiveness", "acceptability")
            }
            criteria["side_effects"] = {"judgement": "mixed", "said": None}
            criteria["equity"] = {"judgement": "not_asked", "said": None}
            self.host(
                "RecordAssessment",
                idea=idea,
                organisation=self.typed("A council"),
                interviewee_role=self.typed(role),
                criteria=criteria,
                themes=["Messengers", self.typed("Consistency")],
            )
        self.host("OpenPhase", phase="closed")
        return self


def finished(mentions: Iterable[str] = ("",), **wishes: Any) -> Played:
    """The whole of it; what is mentioned stands in turn at the end of everything typed."""
    return Played(mentions, **wishes).play().rate().choose().assess()


def table(played: Played, what: str, reader: Reader = Reader.STAFF) -> ExportTable:
    """The table called `what`."""
    return make_table(what, played.table.workshop, AT, reader)


def by_idea(
    played: Played, what: str = "longlist", reader: Reader = Reader.STAFF
) -> dict[Cell, dict[str, Cell]]:
    """Its rows by idea, in their order."""
    return {line["idea_id"]: line for line in lines(table(played, what, reader))}
