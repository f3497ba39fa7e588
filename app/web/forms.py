"""Forms: what a page shows of one, and what a posted one asks for.

A form carries a ref made by the server, so that pressing twice, or a browser sending
again after the network dropped, does a thing once. It leaves out which page has which
form. What always holds: what somebody typed comes back with the mistake.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from starlette.datastructures import FormData

from app.game.messages import Command
from app.game.text import clean
from app.web.errors import Problem

MOST_FIELDS = 80


@dataclass(frozen=True, slots=True)
class FormView:
    """A form on a page: where it goes, what it holds, what is wrong with it."""

    name: str
    action: str
    ref: str
    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    saved: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the page says at its top."""

    kind: Literal["success", "error", "information"]
    text: str


def new_ref() -> str:
    """A ref nobody can guess and nothing else has."""
    return secrets.token_urlsafe(18)


def ref_again(values: Mapping[str, str], errors: Mapping[str, str] | None) -> str:
    """The ref of a form that is shown with `values`: the one it was posted with, if it was.

    What was refused was never done, and what could not be answered may have been: sent once
    more, it is done once. Only where the ref was used for something else there is a fresh one.
    """
    own = values.get("ref")
    return own if own and "ref" not in (errors or {}) else new_ref()


def typed(form: FormData) -> dict[str, str]:
    """What was typed, to show it again: text fields only, and the whole of them."""
    return {
        name: str(clean(value))
        for name, value in list(form.items())[:MOST_FIELDS]
        if isinstance(value, str)
    }


def message(form: FormData) -> dict[str, Any]:
    """The command a posted form asks for, as it would come over the JSON door.

    A page's fields are all text, so numbers, lists and empty choices are told by the
    command's own fields. Fields the command does not have are the page's own business.
    """
    kind = _text(form, "kind")
    body: dict[str, Any] = {"kind": kind, "ref": _text(form, "ref")}
    command = Command.kinds.get(kind or "")
    if command is None:
        return body
    for name, about in command.model_fields.items():
        wire = about.alias or name
        value = _value(form, wire, about.annotation)
        if value is not _ABSENT:
            body[wire] = value
    return body


_ABSENT = object()


def _value(form: FormData, name: str, annotation: Any) -> Any:
    nested = {key.removeprefix(f"{name}."): form[key] for key in form if key.startswith(f"{name}.")}
    if nested:
        return _nested(nested)
    if get_origin(annotation) is list:
        return _list(form, name)
    text = _text(form, name)
    if not text and f"kept_{name}" in form:
        # What was chosen before a mistake was found, where the choice itself is not
        # shown again as chosen.
        text = _text(form, f"kept_{name}")
    if text is None:
        return _ABSENT
    if annotation is bool:
        return {"true": True, "false": False}.get(text, text)
    if _takes(annotation, NoneType) and not text.strip():
        return None
    if _takes(annotation, int) and text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    return text


def _takes(annotation: Any, kind: type) -> bool:
    """Whether a field of this annotation may be a `kind`, alone or among others."""
    arguments = get_args(annotation)
    if get_origin(annotation) is Annotated:
        arguments = arguments[:1]  # the rest says how large it may be, not what it is
    return annotation is kind or any(_takes(argument, kind) for argument in arguments)


def _nested(fields: Mapping[str, Any]) -> dict[str, Any]:
    """`affordability.said` and the like, as an object of objects; empty text is none."""
    made: dict[str, Any] = {}
    for key, value in fields.items():
        outer, _, inner = key.partition(".")
        if isinstance(value, str):
            made.setdefault(outer, {})[inner] = value if value.strip() else None
    return made


def _list(form: FormData, name: str) -> list[str]:
    """Ticked boxes as they are, or the lines of a text area."""
    values = [value for value in form.getlist(name) if isinstance(value, str)]
    lines = [line.strip() for value in values for line in value.splitlines()]
    return [line for line in lines if line]


def _text(form: FormData, name: str) -> str | None:
    value = form.get(name)
    return value if isinstance(value, str) else None


PLAIN = {
    "card": "Choose a card from your hand.",
    "barrier": "Choose the barrier your idea is for.",
    "idea": "Choose an idea first.",
    "ideas": "Tick the ideas that say the same, at least two.",
    "as": "Say whether it is an addition, a question or a risk.",
    "group": "Choose a group.",
    "participant": "Choose a participant.",
    "name": "Enter your name.",
    "organisation": "Enter your organisation.",
    "title": "Enter a title.",
    "problems": "Choose at least one problem statement.",
    "impact": "Choose a mark for impact, or “don't know”.",
    "effort": "Choose a mark for effort, or “don't know”.",
    "amenability": "Choose a mark for amenability, or “don't know”.",
    "interviewee_role": "Enter the role of the person you spoke to.",
}
"""What to say on a page about a field left empty."""

EMPTY_WORDS = {
    "SubmitIdea": "Write what would change: who does what, and when.",
    "CaptureIdea": "Write what would change: who does what, and when.",
    "BuildOn": "Write what you want to add.",
    "MergeIdeas": "Write the merged idea in one or two sentences.",
}


LABELS = {
    "words": "What you wrote",
    "how": "How the insight makes it work",
    "example": "The example wording",
    "caution": "The caution",
    "said": "What was said",
    "interviewee_role": "The role",
}
"""What a page calls a field whose name says little to whoever fills it in."""


def mistakes(problem: Problem, kind: object = None) -> dict[str, str]:
    """All that is wrong with a form that was posted: what to say, by field.

    `kind` is the command's, where there is one.
    """
    every = ((problem.message, problem.field), *problem.also)
    told: dict[str, str] = {}
    for words, name in every:
        told.setdefault(name or "", on_page(words, name, kind))
    return told


def on_page(message: str, field: str | None, kind: object) -> str:
    """`message` as a page says it to somebody who has never heard of fields."""
    if field is None or not message.startswith("“"):
        return message
    if message.endswith(("is missing.", "is empty.")) or "at least" in message:
        if field == "words":
            return EMPTY_WORDS.get(str(kind), "Write something first.")
        if field in PLAIN:
            return PLAIN[field]
        if field.endswith(".judgement") or field.startswith("criteria"):
            return "Give a judgement for each of the six criteria, or “not asked”."
    whole, _, last = field.rpartition(".")
    name = f"{whole}, entry {int(last) + 1}" if whole and last.isdecimal() else last
    name = name.replace("_", " ")
    return message.replace(f"“{field}”", LABELS.get(last, f"{name[:1].upper()}{name[1:]}"), 1)
