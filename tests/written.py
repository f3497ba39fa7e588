"""A deck and a journey as somebody would write them, as small as can be, for tests to spoil.

Leaves out the shipped ones. Always: each call gives a fresh one, without a mistake in it.
"""

from copy import deepcopy
from typing import Any


def small_journey() -> dict[str, Any]:
    """A journey without mistakes, to spoil."""
    barrier = {
        "id": "no-time",
        "text": "There is no time.",
        "finding": "Diaries are full.",
        "sources": [{"document": "A report", "section": "1", "row": None}],
        "opm": "commit",
        "levels": ["frontline"],
        "com_b": ["opportunity-physical"],
    }
    stages = [
        {"title": title, "who": "Staff", "does": "Meet.", "when": "Today", "barriers": [each]}
        for title, each in (("Plan", barrier), ("Act", {**barrier, "id": "no-room"}))
    ]
    return {"id": "meeting", "title": "Meeting", "statement": "Nobody meets.", "stages": stages}


def small_deck() -> dict[str, Any]:
    """A deck without mistakes, to spoil."""
    card = {
        "id": "default",
        "title": "Default",
        "family": "Defaults",
        "insight": "People stay with what is set for them.",
        "question": "What is set now?",
        "used": None,
        "study": {
            "authors": "Author, A.",
            "year": 2003,
            "title": "Defaults",
            "outlet": "Science",
            "pages": None,
            "doi": "10.1000/182",
        },
        "finding": "More stayed than left.",
        "setting": "A laboratory.",
        "replication": "strong",
        "replication_source": "A meta-analysis.",
        "caution": None,
        "com_b": ["opportunity-physical"],
        "east": ["Easy"],
        "mindspace": ["Defaults"],
        "bct": [],
        "unverified": None,
    }
    return {
        "title": "A deck",
        "warning": {
            "title": "Beware",
            "text": "Effects shrink.",
            "figures": [{"claim": "They do.", "reference": "Author (2022)", "doi": "10.1000/183"}],
        },
        "families": [{"name": "Defaults", "about": "What happens if nobody acts."}],
        "cards": [card, {**deepcopy(card), "id": "prompt", "title": "Prompt"}],
    }
