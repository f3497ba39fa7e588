"""Examples: rows that show in a template what belongs where.

Leaves out the notes beside them, which stand with the columns (`columns.py`). Always: taken
for rows of one's own they are without a mistake, and as they stand they are not read.
"""

from app.content.checking import Sort
from app.content.columns import Key
from app.content.rows_deck import rows_of_deck, shipped

_BARRIER: dict[Key, str] = {
    ("problem", 1): "Referrals that nobody answers",
    ("statement", 1): "Schools send referrals and often hear nothing back.",
    ("stage", 1): "Send",
    ("who", 1): "The school's safeguarding lead",
    ("does", 1): "Sends a referral that says what is worrying and what has been tried.",
    ("when", 1): "The same day",
    ("barrier", 1): "The form asks for so much that busy leads put it off until the evening.",
    ("finding", 1): "Leads told us that a referral takes them fifty minutes.",
    ("document", 1): "Our survey of schools, 2026",
    ("section", 1): "Question 4",
    ("opm", 1): "Create",
    ("levels", 1): "Frontline; Mid-level",
    ("com_b", 1): "Physical opportunity; Reflective motivation",
}

_SECOND: dict[Key, str] = {
    ("stage", 1): "Answer",
    ("who", 1): "The duty social worker",
    ("does", 1): "Says within two days what will happen next.",
    ("when", 1): "Within two days",
    ("barrier", 1): "Nobody sees which referrals are still waiting for an answer.",
    ("finding", 1): "The system shows open cases, but not who was told what.",
    ("document", 1): "Notes of the steering group",
    ("section", 1): "May meeting",
    ("opm", 1): "Communicate",
    ("com_b", 1): "Psychological capability",
}


def examples(sort: Sort) -> list[dict[Key, str]]:
    """Rows to show in a template; the card is the first of the deck that is shipped."""
    if sort == "journey":
        return [_BARRIER, _SECOND]
    deck = shipped()
    [row] = rows_of_deck({"title": "Cards of our own", "cards": deck["cards"][:1]})
    return [row]
