"""The reference: `docs/reference.md`, made from the code, so that it cannot say what is not so.

`make reference` writes it, and the schemas in `docs/schemas`. Here stand the game's own
parts: commands, events, phases, screens, views. Addresses, settings, exports and the
command line stand in `reference_outside.py`. Always: what the code has is in it, in an
order that is the code's or the alphabet's; a test compares the file with what this makes.
"""

import json
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from pydantic import TypeAdapter

import app.game
import app.views
from app import __version__
from app.content.checking import SHAPES
from app.content.schemas import schema_of
from app.game.messages import Command, Event, Role
from app.game.phases import EVERY, OPEN, Phase
from app.views import SCREENS, Region
from app.web.schema import commands, view_of
from scripts import reference_outside
from scripts.reference_words import (
    Lines,
    Schema,
    code,
    fields,
    first_part,
    listed,
    paragraph,
    table,
)

SCHEMAS = Path(__file__).resolve().parent.parent / "docs" / "schemas"
FILE = Path(__file__).resolve().parent.parent / "docs" / "reference.md"
OPENING = f"""\
Everything that the program takes and gives, as the code of version {__version__} has it. This page
is made by `make reference`; what it says wrongly is put right in a docstring. What it leaves out
is why things are as they are, which stands in the [decisions](decisions/).

In every JSON answer a field may come to be added; none is renamed or taken away without a new
address instead of `/api/v1`."""

COMMANDS = """\
A command is sent as `{"kind", "ref", …}` to `POST /api/v1/workshops/{code}/do` or over the socket;
a page sends the same fields as a form. The `ref` is any text of 8 to 64 characters, new for each
act of a person: sent again with the same command it gets the same answer, and with another
command it is refused. A role or phase that is not named is refused. Joining is no command of
somebody with a seat, and has an address of its own, `POST /api/v1/workshops/{code}/join`."""

EVENTS = """\
What the log keeps, and `log.json` exports: beside its own fields each event has `seq`, `kind`,
`at` and `actor`. Fields marked personal hold a person's name or words, and are blanked when that
person is erased. Later versions add events, and fields with a default; they rename none."""

VIEWS = """\
What comes over the socket and from `GET /api/v1/workshops/{code}/view`, as `regions` by name. A
region that is not there at the moment is null. A region is made for its audience: everybody with
the role, a group, or a person."""

AUDIENCES = {
    "all": "everybody with the role",
    "group": "a group at a time",
    "person": "one person at a time",
}


def schemas() -> dict[str, str]:
    """The files of `docs/schemas`, by name."""
    return {
        f"{sort}.schema.json": json.dumps(schema_of(sort), ensure_ascii=False, indent=2) + "\n"
        for sort in SHAPES
    }


def reference() -> str:
    """The whole page."""
    shapes: dict[str, Schema] = {}
    parts = [
        ["# Reference", "", *paragraph(OPENING)],
        ["## Roles", "", *_roles()],
        ["## Phases", "", *_phases()],
        ["## Commands", "", *paragraph(COMMANDS), *_commands(shapes)],
        ["## Events", "", *paragraph(EVENTS), *_events(shapes)],
        ["## Screens", "", *_screens()],
        ["## Views", "", *paragraph(VIEWS), *_views(shapes)],
        *reference_outside.parts(shapes),
        ["## Shapes", "", *paragraph("What the parts above are made of."), *_shapes(shapes)],
    ]
    return "\n".join(line for part in parts for line in part).rstrip() + "\n"


def _roles() -> Lines:
    rows = []
    for role in Role:
        kinds = [kind for kind, command in sorted(Command.kinds.items()) if role in command.by]
        at_the_door = any(Command.kinds[kind].at_the_door for kind in kinds)
        rows.append((code(role), "may join" if at_the_door else listed(kinds) or "nothing"))
    return table(["role", "may send"], rows)


def _phases() -> Lines:
    rows = [
        (
            code(phase),
            phase.about.title,
            phase.about.what,
            "yes" if phase.about.optional else "no",
            "yes" if phase.about.needs_groups else "no",
        )
        for phase in Phase
    ]
    return table(["phase", "on screen", "what happens", "can be left out", "forms groups"], rows)


def _commands(shapes: dict[str, Schema]) -> Iterator[str]:
    for kind, schema in commands().items():
        command = Command.kinds[kind]
        yield from (f"### {kind}", "", *paragraph(command.__doc__ or ""))
        roles = listed(role for role in Role if role in command.by)
        yield from paragraph(f"By {roles}. {_during(command.during)}")
        own = {n: node for n, node in schema["properties"].items() if n not in ("kind", "ref")}
        yield from fields({**schema, "properties": own}, given=True)
        shapes.update(schema.get("$defs", {}))


def _during(during: frozenset[Phase]) -> str:
    if during == EVERY:
        return "In every phase."
    if during == OPEN:
        return f"In every phase but {code(Phase.CLOSED)}."
    return f"In {listed((phase for phase in Phase if phase in during), 'or')}."


def _events(shapes: dict[str, Schema]) -> Iterator[str]:
    for kind, event in sorted(Event.kinds.items()):
        yield from (f"### {kind}", "", *paragraph(event.__doc__ or ""))
        said = []
        if event.made_field:
            said.append(f"What it made is in {code(event.made_field)}.")
        if event.subject_field:
            said.append(f"The words in it are those of {code(event.subject_field)}.")
        if said:
            yield from paragraph(" ".join(said))
        schema = event.model_json_schema()
        yield from fields(schema, event)
        shapes.update(schema.get("$defs", {}))


def _screens() -> Lines:
    return table(
        ["role", "regions"],
        [(code(role), listed(region.name for region in SCREENS[role])) for role in SCREENS],
    )


def _views(shapes: dict[str, Schema]) -> Iterator[str]:
    variants: dict[str, dict[Region, list[Role]]] = {}
    for role, screen in SCREENS.items():
        for region in screen:
            variants.setdefault(region.name, {}).setdefault(region, []).append(role)
    for name, regions in sorted(variants.items()):
        shown = {view_of(region) for region in regions}
        assert len(shown) == 1, f"{name} is one view, whoever looks"
        (view,) = shown
        yield from (f"### {name}", "", *paragraph(view.__doc__ or ""))
        for region, roles in regions.items():
            yield from _variant(region, roles, among=len(regions))
        schema = TypeAdapter(view).json_schema(mode="serialization")
        yield from fields(schema, view)
        shapes.update({n: s for n, s in schema.get("$defs", {}).items() if n not in shapes})


def _variant(region: Region, roles: list[Role], among: int) -> Lines:
    words = f"For {listed(roles)}, made for {AUDIENCES[region.audience]}."
    if among > 1 and region.show.__doc__:
        words += f" {first_part(region.show.__doc__)}"
    if region.live:
        words += " It also follows who is there and what is being drafted, which the log does not."
    return paragraph(words)


def _shapes(shapes: Mapping[str, Schema]) -> Iterator[str]:
    known = _classes()
    for name, schema in sorted(shapes.items()):
        yield from (f"### {name}", "")
        yield from paragraph(known[name].__doc__ or "")
        if "enum" in schema:
            yield from paragraph(f"One of {listed(schema['enum'], 'or')}.")
        else:
            yield from fields(schema, known[name])


def _classes() -> dict[str, type[Any]]:
    """The classes that a schema may name: those of the game and of the views."""
    found: dict[str, type[Any]] = {}
    for package in (app.game, app.views):
        for each in iter_modules(package.__path__, f"{package.__name__}."):
            for name, thing in vars(import_module(each.name)).items():
                if isinstance(thing, type) and thing.__module__ == each.name:
                    assert name not in found, f"two classes are called {name}"
                    found[name] = thing
    return found


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(reference(), encoding="utf-8")
    SCHEMAS.mkdir(exist_ok=True)
    for name, text in schemas().items():
        (SCHEMAS / name).write_text(text, encoding="utf-8")
    print(f"Wrote {FILE.relative_to(FILE.parent.parent)} and the schemas beside it")
