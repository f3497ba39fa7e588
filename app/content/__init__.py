"""Content: decks and problem statements as files, read, checked and written.

What others use of it stands here. It leaves out the shape of a card and a journey
(`app/game/material.py`) and how a page shows a mistake. Always: mistakes are gathered, not
met one by one: whoever writes a card or a journey is told of all of them at once.
"""

from app.content.checking import Reading, Sort, check_deck, check_journey, look_at
from app.content.deck import Deck
from app.content.from_json import read_document
from app.content.loading import Content, load_content, load_deck, load_file, load_journeys
from app.content.mistakes import LARGEST_FILE, ContentError, ContentMistake, Way
from app.content.reading import read_file
from app.content.writing import Format, template, write_file

__all__ = [
    "LARGEST_FILE",
    "Content",
    "ContentError",
    "ContentMistake",
    "Deck",
    "Format",
    "Reading",
    "Sort",
    "Way",
    "check_deck",
    "check_journey",
    "load_content",
    "load_deck",
    "load_file",
    "load_journeys",
    "look_at",
    "read_document",
    "read_file",
    "template",
    "write_file",
]
