"""Rows of a deck: one for each card, there and back.

What is the deck's stands in the first row, and what is said of a family in the first row of
the family; a row with a family and no card makes a family known. Leaves out columns
(`columns.py`) and checks. Always: every part of the document knows the cell it came from.
"""

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from app.content.columns import Key
from app.content.deck import plain_doi
from app.content.mistakes import Way, shown
from app.content.repeats import Repeats
from app.content.shapeless import as_list, as_object, as_text
from app.content.tables import Spot, Spots, Table
from app.content.tags import read_tag, read_tags, slug, write_tag, write_tags
from app.paths import folder

CARD = {"id": "id", "card": "title", "insight": "insight", "question": "question"}
STUDY = {"authors": "authors", "year": "year", "study title": "title", "outlet": "outlet"}
STUDY |= {"pages": "pages", "doi": "doi"}
REST = {"finding": "finding", "setting": "setting", "replication source": "replication_source"}
MAYBE = {"used": "used", "caution": "caution", "unverified": "unverified"}
LISTS = ("com_b", "east", "mindspace", "bct")
OF_A_CARD = (*CARD, *STUDY, *REST, *MAYBE, *LISTS, "replication")
FIGURE = {"claim": "claim", "claim reference": "reference", "claim doi": "doi"}
WARNING = {"warning title": "title", "warning": "text"}

Row = dict[Key, str]


@cache
def shipped() -> dict[str, Any]:
    """The deck that comes with the program: its warning, and what its families are about."""
    path = folder("cards") / "behavioural_insights.json"
    return as_object(json.loads(path.read_text(encoding="utf-8")))


def deck_of(table: Table) -> tuple[dict[str, Any], Spots]:
    """The document that the rows make, and the cell of each part of it."""
    first = table.rows[0][0]
    families: list[dict[str, Any]] = []
    cards: list[dict[str, Any]] = []
    document: dict[str, Any] = {"title": "", "warning": {}, "families": families, "cards": cards}
    spots: Spots = {("title",): Spot(first, ("deck", 1)), ("cards",): Spot(first, ("card", 1))}
    spots["families",] = Spot(first, ("family", 1))
    repeats = Repeats(table, spots)
    for number, cells in table.rows:
        repeats.take(document, ("title",), number, table.text(cells, "deck"), "deck")
        for field, part in WARNING.items():
            way = ("warning", part)
            repeats.take(document["warning"], way, number, table.text(cells, field), field)
        _take_family(families, repeats, number, table.text(cells, "family"), table, cells, spots)
        if any(table.text(cells, field) for field in OF_A_CARD):
            cards.append(_card(table, number, cells, ("cards", len(cards)), spots))
    figures = _figures(table, spots)
    if figures or any(document["warning"].values()):
        document["warning"]["figures"] = figures
    else:
        document["warning"] = shipped()["warning"]
    _tell_families(families, table, spots)
    _name(cards, spots)
    return document, spots


def rows_of_deck(document: Any) -> Iterator[Row]:
    """The rows that make `document` again; what has no place in a row is left out."""
    whole, warning = as_object(document), as_object(as_object(document).get("warning"))
    first: Row = {("deck", 1): as_text(whole.get("title"))}
    first |= {(field, 1): as_text(warning.get(part)) for field, part in WARNING.items()}
    for n, figure in enumerate(map(as_object, as_list(warning.get("figures"))), start=1):
        first |= {(field, n): as_text(figure.get(part)) for field, part in FIGURE.items()}
    cards = [as_object(card) for card in as_list(whole.get("cards"))]
    families = [as_object(family) for family in as_list(whole.get("families"))]
    about = {as_text(family.get("name")): as_text(family.get("about")) for family in families}
    if list(about) != list(dict.fromkeys(as_text(card.get("family")) for card in cards)):
        for name, text in about.items():  # in an order of their own, or without a card
            yield {**first, ("family", 1): name, ("about", 1): text}
            first = {}
        about = {}
    for card in cards:
        name = as_text(card.get("family"))
        yield {**first, ("family", 1): name, ("about", 1): about.pop(name, ""), **_row(card)}
        first = {}
    if first:
        yield first


def _take_family(
    families: list[dict[str, Any]],
    repeats: Repeats,
    number: int,
    name: str,
    table: Table,
    cells: Sequence[str],
    spots: Spots,
) -> None:
    about = table.text(cells, "about")
    if not name:
        if about:
            table.fault(number, "about", "expected a family in the same row")
        return
    names = [family["name"] for family in families]
    if name not in names:
        spots["families", len(families), "name"] = Spot(number, ("family", 1))
        families.append({"name": name})
        names.append(name)
    at = names.index(name)
    repeats.take(families[at], ("families", at, "about"), number, about, "about")


def _tell_families(families: list[dict[str, Any]], table: Table, spots: Spots) -> None:
    """Families of the shipped deck are known; others are known by what is said of them."""
    known = {family["name"]: family["about"] for family in shipped()["families"]}
    listed = ", ".join(shown(name) for name in known)
    for at, family in enumerate(families):
        family["about"] = family["about"] or known.get(family["name"], "")
        if not family["about"]:
            spot = spots["families", at, "name"]
            spots["families", at, "about"] = spot
            message = (
                f"the family {shown(family['name'])} is not known. Take one of {listed}; or say "
                "what it is about, in the column About the family"
            )
            table.fault(spot.row, "family", message)


def _card(
    table: Table, number: int, cells: Sequence[str], way: Way, spots: Spots
) -> dict[str, Any]:
    def at(field: str, *parts: str) -> str:
        spots[*way, *parts] = Spot(number, (field, 1))
        return table.text(cells, field)

    card: dict[str, Any] = {"family": at("family", "family")}
    card |= {part: at(field, part) for field, part in (CARD | REST).items()}
    card |= {part: at(field, part) or None for field, part in MAYBE.items()}
    card |= {field: read_tags(at(field, field), field) for field in LISTS}
    card["replication"] = read_tag(at("replication", "replication"), "replication")
    study: dict[str, Any] = {part: at(field, "study", part) for field, part in STUDY.items()}
    study["pages"] = study["pages"] or None
    if re.fullmatch(r"[0-9]{1,9}", study["year"]):
        study["year"] = int(study["year"])
    card["study"] = study
    return card


def _figures(table: Table, spots: Spots) -> list[dict[str, str]]:
    figures: list[dict[str, str]] = []
    numbers = sorted({n for field in FIGURE for n in table.numbers(field)})
    for number, cells in table.rows:
        for n in numbers:
            texts = {part: table.text(cells, field, n) for field, part in FIGURE.items()}
            if not any(texts.values()):
                continue
            at: Way = ("warning", "figures", len(figures))
            spots.update({(*at, part): Spot(number, (field, n)) for field, part in FIGURE.items()})
            texts["doi"] = plain_doi(texts["doi"])
            if texts not in figures:  # repeated in each row
                figures.append(texts)
    return figures


def _name(cards: list[dict[str, Any]], spots: Spots) -> None:
    """Make the ids that were left empty; they are then found where the titles stand."""
    taken = {card["id"] for card in cards}
    for at, card in enumerate(cards):
        if not card["id"]:
            card["id"] = slug(card["title"], taken, "card")
            spots["cards", at, "id"] = spots["cards", at, "title"]


def _row(card: dict[str, Any]) -> Row:
    study = as_object(card.get("study"))
    row = {(field, 1): as_text(card.get(part)) for field, part in (CARD | REST | MAYBE).items()}
    row |= {(field, 1): as_text(study.get(part)) for field, part in STUDY.items()}
    row |= {
        (field, 1): write_tags(map(as_text, as_list(card.get(field))), field) for field in LISTS
    }
    row["replication", 1] = write_tag(as_text(card.get("replication")), "replication")
    return row
