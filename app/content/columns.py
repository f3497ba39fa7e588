"""Columns: what stands in a spreadsheet of barriers or of cards, and how it may be headed.

Leaves out reading and writing rows (`rows_journey.py`, `rows_deck.py`). Always: a column
that is written is read again under the same heading, and no two share one, however written.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from app.content.checking import Sort
from app.game.fitting import TABLE

Key = tuple[str, int]
"""A column that is there: its field, and its number where there may be several, else 1."""

KIND = "kind"
"""The field of the column whose rows may say that they are notes or examples."""

MOST_NUMBERED = 50


class Column(NamedTuple):
    """One column: its heading, the field it fills, what to say of it, other names it goes by."""

    heading: str
    field: str
    note: str
    also: tuple[str, ...] = ()
    numbered: bool = False
    needed: bool = True
    width: int = 20


_KIND = Column(
    "Kind of row",
    KIND,
    "Rows that say “note” or “example” here are not read. Leave it empty in your own.",
    ("row kind", "note or example"),
    needed=False,
    width=12,
)

JOURNEY = (
    _KIND,
    Column("Problem", "problem", "The problem's title. In the first row is enough.",
           ("title", "problem title", "journey"), width=24),
    Column("Statement", "statement", "The problem in a sentence or two. In the first row.",
           ("problem statement", "description"), width=40),
    Column("Problem id", "problem id", "May stay empty. Lower-case words joined by hyphens.",
           ("journey id",), needed=False),
    Column("Stage", "stage", "A step of the journey. Its first row is enough; 4 to 6 are good.",
           ("stage title", "step")),
    Column("Who", "who", "Who acts at this stage. In the stage's first row.", ("actor",)),
    Column("Does", "does", "What they would do if all went well. In the stage's first row.",
           ("does what", "what", "behaviour", "action", "target behaviour"), width=32),
    Column("When", "when", "When or where they do it. In the stage's first row.", ("timing",)),
    Column("Barrier", "barrier", "What stops them: one to a row, 12 to 25 words.",
           ("barrier text", "text", "barriers"), width=40),
    Column("Barrier id", "barrier id", "May stay empty: it is made from the barrier's words.",
           ("id",), needed=False),
    Column("Finding", "finding", "What was found that shows the barrier.",
           ("evidence", "findings"), width=40),
    Column("Document", "document", "Where the finding stands. For a second place add columns "
           "headed Document 2, Section 2 and Row 2.",
           ("source", "report"), numbered=True, width=28),
    Column("Section", "section", "The section or page in that document.", ("page", "chapter"),
           numbered=True),
    Column("Row", "row", "The row of a table, where it is in one.",
           ("table row", "source row"), numbered=True, needed=False, width=12),
    Column("OPM stage", "opm", "One of: Consider, Create, Communicate, Commit.",
           ("opm", "organisational practice model")),
    Column("Levels", "levels", "Any of: Context, Strategic, Mid-level, Frontline, Wider; "
           "with ; between them. May stay empty.", ("level",), needed=False),
    Column("COM-B", "com_b", "What has to change, one or more with ; between them: "
           f"{'; '.join(component.name for component in TABLE)}.", ("com b codes",), width=32),
)  # fmt: skip

DECK = (
    _KIND,
    Column("Deck", "deck", "The deck's title. In the first row.", ("deck title",)),
    Column("Family", "family", "A kind of insight; several cards share one.", ("card family",),
           width=24),
    Column("About the family", "about", "What the family is about, in a sentence, in its first "
           "row. May stay empty for a family of the deck that comes with the program.",
           ("family about",), needed=False, width=32),
    Column("Card id", "id", "May stay empty: it is made from the title.", ("id",), needed=False),
    Column("Title", "card", "The card's name, 60 characters at most.", ("card title", "card"),
           width=24),
    Column("Insight", "insight", "What the study shows, in plain words: 40 at most, as they are "
           "said aloud; 8% is three. With the question 440 characters at most.", width=40),
    Column("Question", "question", "A question that sparks an idea, 40 words at most.", width=40),
    Column("How it has been used", "used", "A real example, if one is known.",
           ("used", "example"), needed=False, width=32),
    Column("Study authors", "authors", "As printed: Author, A., & Writer, B.",
           ("authors", "author"), width=28),
    Column("Study year", "year", "The year it was published.", ("year",), width=10),
    Column("Study title", "study title", "The study's title.", ("study", "paper"), width=32),
    Column("Study outlet", "outlet", "The journal or publisher.",
           ("outlet", "publisher", "published in")),
    Column("Volume and pages", "pages", "As printed: 99(4): 1145-1177.",
           ("pages", "volume", "study pages"), needed=False),
    Column("DOI", "doi", "As in 10.1257/aer.99.4.1145; every card needs one.", ("study doi",)),
    Column("What was found", "finding", "The result with its numbers.",
           ("finding", "findings", "result"), width=40),
    Column("Setting", "setting", "Where and with whom it was studied.", width=28),
    Column("Replication", "replication", "One of: Strong, Moderate, Mixed, Contested.",
           ("replicates",)),
    Column("Replication source", "replication source", "The reference for that.",
           ("replication reference",), width=32),
    Column("Caution", "caution", "What to mind, if anything.", needed=False, width=28),
    Column("COM-B", "com_b", JOURNEY[-1].note, ("com b codes",), width=32),
    Column("EAST", "east", "Any of: Easy, Attractive, Social, Timely; with ; between them.",
           needed=False),
    Column("MINDSPACE", "mindspace", "Any of: Messenger, Incentives, Norms, Defaults, Salience, "
           "Priming, Affect, Commitments, Ego; with ; between them.", needed=False),
    Column("BCT", "bct", "Techniques by number and name, as in 7.1 Prompts/cues; with ; between "
           "them. Only the number is checked.",
           ("bcts", "behaviour change techniques"), needed=False, width=28),
    Column("Not verified", "unverified", "What of the reference could not be checked.",
           ("unverified",), needed=False, width=28),
    Column("Warning title", "warning title", "May stay empty, and so may the columns after this "
           "one: the warning of the deck that comes with the program is taken.", needed=False),
    Column("Warning", "warning", "What to bear in mind about every card. In the first row.",
           ("warning text",), needed=False, width=32),
    Column("Claim", "claim", "A claim in the warning. For a second one add columns headed "
           "Claim 2, Claim reference 2 and Claim DOI 2.", numbered=True, needed=False),
    Column("Claim reference", "claim reference", "Its reference.", numbered=True, needed=False),
    Column("Claim DOI", "claim doi", "Its DOI.", numbered=True, needed=False),
)  # fmt: skip

COLUMNS: Mapping[Sort, tuple[Column, ...]] = {"journey": JOURNEY, "deck": DECK}


def squeezed(text: str) -> str:
    """`text` without capitals, spaces and signs, as headings and tags are compared."""
    return re.sub(r"[\W_]+", "", text.casefold())


def _named(sort: Sort) -> dict[str, Column]:
    return {
        squeezed(name): column
        for column in COLUMNS[sort]
        for name in (column.heading, column.field, *column.also)
        if name
    }


_NAMED: Mapping[Sort, dict[str, Column]] = {sort: _named(sort) for sort in COLUMNS}


def column_called(heading: str, sort: Sort) -> Key | None:
    """Which column `heading` heads in a spreadsheet of a `sort`, or None."""
    for written in (heading, re.sub(r"\(.*?\)|[*:]", "", heading)):
        called = squeezed(written)
        if called in _NAMED[sort]:
            return _NAMED[sort][called].field, 1
        parts = re.fullmatch(r"(.*?)0*(\d{1,3})", called)
        column = _NAMED[sort].get(parts[1]) if parts else None
        if parts and column and column.numbered and 1 <= int(parts[2]) <= MOST_NUMBERED:
            return column.field, int(parts[2])
    return None


def heading_of(key: Key, sort: Sort) -> str:
    """How the column `key` is headed."""
    field, number = key
    heading = next(column.heading for column in COLUMNS[sort] if column.field == field)
    return heading if number == 1 else f"{heading} {number}"
