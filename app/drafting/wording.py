"""How a mistake in a draft is said to whoever writes it: by its field, and what to do.

Mistakes come with their way through the document and words made for files; here they get
the words of the form. Leaves out finding them (`app/content`). Always: each leads to a
field or a button that is on the page, or to none.
"""

import re
from collections.abc import Iterable
from itertools import pairwise

from app.drafting.shape import Way, field_name

FIELDS = {
    ("title",): "the title",
    ("statement",): "the problem in a sentence or two",
    ("stages", "title"): "the title",
    ("stages", "who"): "who acts",
    ("stages", "does"): "what they do",
    ("stages", "when"): "when",
    ("barriers", "text"): "the barrier",
    ("barriers", "finding"): "the finding behind it",
    ("sources", "document"): "the document",
    ("sources", "section"): "the section",
    ("sources", "row"): "the row",
    ("barriers", "opm"): "the part of practice",
    ("barriers", "levels"): "whose practice it is",
    ("barriers", "com_b"): "what would have to change",
}
AT = {"stages": "can be played", "barriers": "fit on a stage"}
EMPTY = ("this field is missing", "expected some text, found none")
SAY = ("who", "does", "when")
CHOOSE = {
    "opm": "choose the part of practice it lies in",
    "com_b": "tick what would have to change",
    "levels": "tick whose practice it is, from the list",
}
LONG = re.compile(r"expected at most (\d+) characters, found (\d+)")
MANY = re.compile(r"expected at most (\d+) (stages|barriers), found (\d+)")
TWICE = re.compile(r"is already at stages\[(\d+)\]")
INSIDE = re.compile(r" \(in “[^”]*”\)$")


def by_field(mistakes: Iterable[tuple[Way | None, str]]) -> dict[str, str]:
    """What to say, by the name of the field or button each mistake leads to.

    In the order of the page; several for one field stand one after the other.
    """
    told: dict[str, list[str]] = {}
    found = [(way or (), message) for way, message in mistakes]
    for way, message in sorted(found, key=lambda mistake: _order(mistake[0])):
        sentences = told.setdefault(_field(way), [])
        if (sentence := _sentence(way, INSIDE.sub("", message))) not in sentences:
            sentences.append(sentence)
    return {field: " ".join(sentences) for field, sentences in told.items()}


def _order(way: Way) -> list[tuple[int, int]]:
    names = [
        "title", "statement", "who", "does", "when", "text", "finding", "sources", "document",
        "section", "row", "opm", "levels", "com_b", "stages", "barriers",
    ]  # fmt: skip
    return [
        (1, step) if isinstance(step, int) else (0, names.index(step) if step in names else 99)
        for step in way
    ]


def _field(way: Way) -> str:
    """Where on the page it can be put right."""
    match way:
        case ("stages",):
            return "add-stage"
        case ("stages", int(stage)):
            return f"remove-stage-{stage}"
        case ("stages", int(stage), "barriers"):
            return f"add-barrier-{stage}"
        case ("stages", int(stage), "barriers", int(barrier)):
            return f"remove-barrier-{stage}-{barrier}"
        case ("stages", int(stage), "barriers", int(barrier), "sources"):
            return f"add-source-{stage}-{barrier}"
        case ("stages", int(stage), "barriers", int(barrier), "com_b" | "levels" as name, *_):
            return field_name(("stages", stage, "barriers", barrier, name))
        case ("stages", int(stage), "barriers", int(barrier), "id"):
            return field_name(("stages", stage, "barriers", barrier, "text"))
        case ("id",):
            return "title"
        case _ if _named(way):
            return field_name(way)
    return ""


def _named(way: Way) -> str | None:
    names = [step for step in way if isinstance(step, str)]
    return FIELDS.get(tuple(names[-2:]))


def _where(way: Way) -> str:
    """`Stage 2, barrier 1`: as the page numbers them."""
    found = [f"{str(name)[:-1]} {n + 1}" for name, n in pairwise(way) if isinstance(n, int)]
    words = ", ".join(each for each in found if each.startswith(("stage", "barrier", "source")))
    return words[:1].upper() + words[1:]


def _sentence(way: Way, message: str) -> str:
    name = next((step for step in reversed(way) if isinstance(step, str)), "")
    where = _where(way)
    subject = _named(way) or name.replace("_", " ")
    if way == ("stages",) and "at least" in message:
        words = "add a stage"
    elif name in ("barriers", "sources") and "at least" in message:
        words = f"add a {name[:-1]}"
    elif many := MANY.fullmatch(message.partition(";")[0]):
        most, what, number = many.groups()
        words = f"there are {number} {what}, and at most {most} {AT[what]}"
        words += "; this one and any after it are too many"
    elif name in CHOOSE:
        words = CHOOSE[name]
    elif name == "id":
        words = f"enter {FIELDS[('barriers', 'text')] if where else FIELDS[('title',)]}"
    elif message in EMPTY:
        words = f"{'say' if name in SAY else 'enter'} {subject}"
    elif long := LONG.search(message):
        words = f"{subject} may have {int(long[1]):,} characters; it has {int(long[2]):,}"
    elif (twice := TWICE.search(message)) and name == "title":
        words = f"the title is that of stage {int(twice[1]) + 1}; give it one of its own"
    else:
        words = f"{subject}: {message}" if subject else message
    sentence = f"{where}: {words}" if where else words[:1].upper() + words[1:]
    return sentence.rstrip(".") + "."
