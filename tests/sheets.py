"""Sheets: workbooks and CSV files as other programs write them, for tests to bring in.

Leaves out those the program writes itself. Always: what is made here is made by XlsxWriter or
by hand, never by the code under test.
"""

import io
from collections.abc import Callable, Sequence
from typing import Any

import xlsxwriter

HEADINGS = (
    "Problem",
    "Statement",
    "Stage",
    "Who",
    "Does",
    "When",
    "Barrier",
    "Finding",
    "Document",
    "Section",
    "OPM stage",
    "COM-B",
)
FIRST = (
    "Meeting",
    "Nobody meets.",
    "Plan",
    "Staff",
    "Meet.",
    "Today",
    "There is no time.",
    "Diaries are full.",
    "A report",
    "2.2",
    "Commit",
    "Opportunity, physical",
)
SECOND = ("", "", "Act", "Leads", "Act.", "Later", "There is no room.", *FIRST[7:])
TABLE: tuple[tuple[str, ...], ...] = (HEADINGS, FIRST, SECOND)

CARD: dict[str, str] = {
    "Deck": "Ours",
    "Family": "Social influence",
    "Title": "Default",
    "Insight": "People stay with what is set.",
    "Question": "What is set now?",
    "Study authors": "Author, A.",
    "Study year": "2003",
    "Study title": "Defaults",
    "Study outlet": "Science",
    "DOI": "10.1000/182",
    "What was found": "More stayed than left.",
    "Setting": "A laboratory.",
    "Replication": "Strong",
    "Replication source": "A meta-analysis.",
    "COM-B": "Opportunity, physical",
}

Change = Callable[[Any, Any], object]


def csv_of(rows: Sequence[Sequence[str]], separator: str = ",", end: str = "\r\n") -> str:
    """The rows as CSV, each field in quotes."""
    return end.join(
        separator.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows
    )


def cards(*changes: dict[str, str]) -> list[list[str]]:
    """A table of cards, one for each of the changes to a card without mistakes."""
    every = [{**CARD, **change} for change in changes]
    headings = list(dict.fromkeys(heading for card in every for heading in card))
    return [headings, *([card.get(heading, "") for heading in headings] for card in every)]


def workbook(
    rows: Sequence[Sequence[Any]], change: Change = lambda book, sheet: None, name: str = "Sheet1"
) -> bytes:
    """A workbook with `rows`, and whatever `change` does to it and its sheet."""
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True})
    sheet = book.add_worksheet(name)
    for down, row in enumerate(rows):
        for at, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(down, at, cell)
            else:
                sheet.write(down, at, cell)
    change(book, sheet)
    book.close()
    return written.getvalue()
