"""Words for the reference: schemas said in English, paragraphs wrapped, tables laid out.

Leaves out what stands in the reference (`reference.py`, `reference_outside.py`). Always:
the same schema gives the same words, on every machine and Python.
"""

import ast
import inspect
import json
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from app.game.messages import Personal

WIDTH = 100
JOINED = "\0"
"""Stands for a blank within code, where no line is broken."""

Schema = Mapping[str, Any]
Lines = list[str]

NOT_GIVEN = "must be given"


def paragraph(text: str) -> Lines:
    """`text`, a docstring or a sentence, wrapped; its own paragraphs stay apart."""
    lines: Lines = []
    for part in inspect.cleandoc(text).split("\n\n"):
        whole = re.sub(r"`[^`]+`", lambda found: found[0].replace(" ", JOINED), flat(part))
        wrapped = textwrap.wrap(whole, WIDTH, break_long_words=False, break_on_hyphens=False)
        lines += [line.replace(JOINED, " ") for line in wrapped]
        lines.append("")
    return lines


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Lines:
    """A table, or nothing where it would have no rows."""
    body = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    if not body:
        return []
    return ["| " + " | ".join(head) + " |", "|" + "--|" * len(head), *body, ""]


def code(word: object) -> str:
    """`word` as a name of the program's."""
    return f"`{word}`"


def listed(words: Iterable[object], joint: str = "and") -> str:
    """Names in a row: `a`, `b` and `c`."""
    names = [code(word) for word in words]
    return f" {joint} ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def flat(text: str) -> str:
    """`text` on one line."""
    return " ".join(text.split())


def first_part(text: str | None) -> str:
    """The first paragraph of a docstring, on one line."""
    return flat(inspect.cleandoc(text or "").split("\n\n")[0])


def shape(node: Schema) -> str:
    """What a value must be, in words; a shape with a name of its own is linked to."""
    if "$ref" in node:
        name = str(node["$ref"]).rsplit("/", 1)[-1]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in node:
        return ", or ".join(shape(each) for each in node["anyOf"])
    if "const" in node:
        return code(node["const"])
    if "enum" in node:
        return f"one of {listed(node['enum'], 'or')}"
    match node.get("type"):
        case "string":
            return _text(node)
        case "integer":
            return "whole number" + _bounds(node)
        case "number":
            return "number" + _bounds(node)
        case "boolean":
            return "true or false"
        case "null":
            return "null"
        case "array":
            return f"list of {_how_many(node)}{shape(node['items'])}"
        case "object":
            values = node.get("additionalProperties")
            return f"object: id to {shape(values)}" if isinstance(values, Mapping) else "object"
    return "anything"


def _text(node: Schema) -> str:
    if node.get("format") == "date-time":
        return "date and time"
    words = "text" + (f" like {code(node['pattern'])}" if "pattern" in node else "")
    least, most = node.get("minLength"), node.get("maxLength")
    if most is None:
        return words
    return f"{words} of {f'{least} to {most:,}' if least else f'at most {most:,}'} characters"


def _bounds(node: Schema) -> str:
    least, most = node.get("minimum"), node.get("maximum")
    if "exclusiveMaximum" in node:
        return " of 64 bits"
    if least is not None and most is not None:
        return f" from {least} to {most}"
    return f" from {least}" if least is not None else ""


def _how_many(node: Schema) -> str:
    least, most = node.get("minItems"), node.get("maxItems")
    if most is not None:
        return f"{least} to {most}: " if least else f"at most {most}: "
    return f"at least {least}: " if least else ""


def fields(schema: Schema, about: type[Any] | None = None, *, given: bool = False) -> Lines:
    """The fields of an object. `given` tells which must be given, and what holds without."""
    notes = attribute_docs(about) if about else {}
    required = schema.get("required", ())
    head = ["field", "what it is"]
    rows = []
    for name, node in schema.get("properties", {}).items():
        row = [code(name), shape(node)]
        if given:
            row.append(NOT_GIVEN if name in required else _without(node))
        if notes:
            row.append(notes.get(name, ""))
        rows.append(row)
    return table(head + ["without it"] * given + ["note"] * bool(notes), rows)


def _without(node: Schema) -> str:
    if "default" not in node:
        return "may be left out"
    return code(json.dumps(node["default"], ensure_ascii=False))


def attribute_docs(about: type[Any]) -> dict[str, str]:
    """What is said of a class's fields, in the strings below them; and which are personal."""
    (body,) = ast.parse(textwrap.dedent(inspect.getsource(about))).body
    assert isinstance(body, ast.ClassDef)
    notes = {}
    for field, string in zip(body.body, body.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(string, ast.Expr):
            assert isinstance(field.target, ast.Name)
            assert isinstance(string.value, ast.Constant)
            notes[field.target.id] = first_part(str(string.value.value))
    if issubclass(about, BaseModel):
        for name, field_info in about.model_fields.items():
            if Personal in field_info.metadata:
                notes[name] = ". ".join(filter(None, ("personal", notes.get(name))))
    return notes
