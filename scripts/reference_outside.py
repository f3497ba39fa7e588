"""The reference, second half: addresses, sockets, errors, settings, command line, exports.

`reference.py` puts it together with the game's own parts. Always: a route, setting or
command that exists is listed; a page that does not say in its docstring what it is for
has to be given words here.
"""

import argparse
from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

from fastapi import FastAPI
from fastapi.params import Query
from fastapi.routing import APIRoute, APIWebSocketRoute
from pydantic import BaseModel, TypeAdapter

from app.cli import _parser
from app.content import LARGEST_FILE
from app.exports import formats
from app.exports.readers import Reader
from app.exports.tables import TABLES
from app.game import ideas, opening, people
from app.main import create_app
from app.settings import ELSEWHERE, SECRETS, Settings, environment_name, expected
from app.store import shelf
from app.web import errors, socket
from scripts.reference_words import (
    NOT_GIVEN,
    Lines,
    Schema,
    code,
    fields,
    listed,
    paragraph,
    shape,
    table,
)

PAGES = {
    "GET /": "The way in: type a workshop's code.",
    "GET /cards": "The deck, filtered as asked; nothing chosen means all.",
    "GET /journeys": "The problem statements with their stages, barriers and sources.",
    "GET /privacy": "What becomes of people's words.",
    "GET /accessibility-statement": "How far the pages can be used by everyone.",
    "GET /w/{code}": "A participant's place; also a table lead's, an observer's and an analyst's.",
    "GET /w/{code}/changes": "Regions that changed, for a page whose socket is blocked.",
    "SOCKET /w/{code}/live": "The live regions of a place, as HTML.",
    "GET /w/{code}/screen/changes": "The same for the screen.",
    "SOCKET /w/{code}/screen/live": "The live regions of the screen.",
    "GET /w/{code}/ideas/{idea}": "An idea's evidence trail, as far as the reader may see it.",
    "GET /join/{code}": "A name and an organisation, before taking a seat.",
    "POST /join/{code}": "Take a seat; the browser keeps it in a cookie.",
    "GET /facilitate": "A facilitator's workshops, or how to sign in.",
    "GET /facilitate/sign-in": "A sign-in link leads here. Opening it signs nobody in.",
    "POST /facilitate/sign-in": "The button on that page signs in and uses the link up.",
    "POST /facilitate/sign-out": "Sign this browser out; its key opens nothing any more.",
    "GET /facilitate/new": "What to settle before a workshop is opened.",
    "POST /facilitate/new": "Open a workshop, or check whether its time will do.",
    "GET /facilitate/{code}": "The control room.",
    "POST /facilitate/{code}/do": "Carry out what a form or a button of the staff asks for.",
    "POST /facilitate/{code}/invites": "Offer another seat; answers with its link, once.",
    "GET /facilitate/{code}/shortlist": "Ratings, proposal and shortlist.",
    "GET /facilitate/{code}/assess": "Note down interviews along APEASE.",
    "GET /facilitate/{code}/exports": "Everything that can be taken home.",
    "GET /facilitate/{code}/exports/{file}": "One export, as a browser downloads it.",
    "GET /facilitate/{code}/changes": "Regions that changed, where the socket is blocked.",
    "SOCKET /facilitate/{code}/live": "The live regions of the control room.",
    "SOCKET /api/v1/workshops/{code}/live": "Views as they change; commands may be sent here too.",
    "GET /live": "200 as long as the process is up.",
    "GET /ready": "200 where the database can be written, else 503; the answer says so in JSON.",
    "GET /metrics": "Measurements of the process, in the text format of Prometheus.",
}
"""What a page is for, where its docstring does not say."""

BODIES = {"POST /api/v1/workshops": opening.OpenWorkshop}
"""Of addresses that look at the whole of what was sent themselves."""

API = """\
Send `Authorization: Bearer KEY` with a participant's or a facilitator's key; joining, content and
schema need none. Fields that are not listed are refused. The machine-readable descriptions are
`GET /api/v1/schema` and `GET /api/v1/openapi.json`."""

FIRST_MESSAGE = """\
The JSON socket's first message is `{"key", "since", "epoch"}`, where `since` is the last `seq`
known or null and `epoch` the one that came with it. Then come `{"epoch", "seq", "tick",
"regions"}` and, every %d seconds without anything else, `{"hb": 1}`. A command is answered
`{"ok", "seq", "made"}` or `{"no", "error"}`, with its `ref`, after it has been committed or
refused. A connection that takes nothing for %d seconds is closed."""

CLOSES = {
    "MALFORMED": "the first message was not understood",
    "UNAUTHENTICATED": "the key or the page's token is not known, or not valid any more",
    "FORBIDDEN": "the key is one of another workshop",
    "NOT_FOUND": "there is no workshop of this code",
    "RESTART": "the server is restarting: come back",
    "TOO_SLOW": "the connection took nothing for too long: come back",
    "FAULT": "something went wrong here: come back",
}
"""By the name of the code in `app/web/socket.py`."""

ERRORS = """\
Every failure under `/api` has one shape, and over the socket `error` is the same:
`{"error": {"kind", "message", "field"}, "ref"}`. `message` is plain English for whoever asked;
`field` names what is at fault, or is null; what else is wrong with the same request is in `also`, a
list of `{"message", "field"}` beside it. The message below stands where there is none for the
very case. A body has at most 512 KB; where a workshop is opened 2 MB."""

EXPORTS = """\
`/api/v1/workshops/{code}/export/WHAT.FORMAT`, the same under `/facilitate/{code}/exports/`, and
`moments export CODE WHAT FORMAT`. Staff have them at any time. Analysts have them once the
workshop is closed, with pseudonyms, and names given at the door taken out of the texts. Marks are
left out before the ratings are open. Beside the tables there are `log.json` (every event),
`workshop.json` (the state) and `all.zip` (every table in every format, both of these, and a
paragraph on methods)."""


SETTINGS = """\
From the environment. A value that cannot be used stops the start with the setting's name and what
was expected. Where a second name ending in `_FILE` is given, the value may stand in the file it
names. %s are no settings of the server's: the first says where its own folders are, the second
makes tests that are skipped fail."""

COMMAND_LINE = """\
A mistake ends in a sentence on standard error and exit code 2. Settings are read from the
environment, so a command works on the same database as the server."""

ARGUMENTS = {
    "--participants N": "how many take part",
    "--seed S": "what chance is drawn from: the same people and ideas again",
    "code": "a workshop's code",
    "FILE": "one or more files",
    "file": "a file",
    "name": "the facilitator's name",
}
"""What an argument is, where the program's own help does not say."""


def parts(shapes: dict[str, Schema]) -> list[Lines]:
    """The sections, in order; shapes they need are added to `shapes`."""
    made = create_app(Settings(secret_key="-" * 32))
    return [
        ["## Pages", "", *_addresses(made, shapes, api=False)],
        ["## JSON interface", "", *paragraph(API), *_addresses(made, shapes, api=True)],
        ["## Sockets", "", *_sockets()],
        ["## Errors", "", *_errors()],
        ["## Sizes", "", *_sizes()],
        ["## Settings", "", *_settings()],
        ["## Command line", "", *_command_line()],
        ["## Exports", "", *paragraph(EXPORTS), *_exports()],
    ]


Route = APIRoute | APIWebSocketRoute


def routes(within: Any) -> Iterator[Route]:
    """Every route of an app or a router, in the order they are looked up."""
    for route in within.routes:
        if isinstance(route, Route):
            yield route
        elif hasattr(route, "original_router"):
            yield from routes(route.original_router)


def address(route: Route) -> str:
    """A route as it is headed: `GET /w/{code}`."""
    method = min(route.methods or ()) if isinstance(route, APIRoute) else "SOCKET"
    return f"{method} {route.path}"


def _addresses(made: FastAPI, shapes: dict[str, Schema], *, api: bool) -> Iterator[str]:
    for route in routes(made):
        if route.path.startswith("/api/") is not api:
            continue
        said = (
            getattr(route, "summary", None) or route.endpoint.__doc__ or PAGES.get(address(route))
        )
        if not said:
            raise ValueError(f"{address(route)}: say in its docstring what it is for")
        yield from (f"### {code(address(route))}", "", *paragraph(f"{said.rstrip('.')}."))
        if isinstance(route, APIRoute) and api:
            if body := BODIES.get(address(route)):
                yield from ("Body:", "", *_model(body, shapes, given=True))
            elif route.openapi_extra:
                yield from paragraph("Body: one of the [commands](#commands).")
            yield from _taken(route.endpoint, shapes)
            yield from _given(route, shapes)


def _taken(endpoint: Any, shapes: dict[str, Schema]) -> Iterator[str]:
    """What may stand in the query and in the body."""
    hints = get_type_hints(endpoint, include_extras=True)
    asked = []
    for name, hint in hints.items():
        if isinstance(hint, type) and issubclass(hint, BaseModel) and name != "return":
            yield from ("Body:", "", *_model(hint, shapes, given=True))
        elif any(isinstance(each, Query) for each in get_args(hint)):
            asked.append((code(name), shape(TypeAdapter(hint).json_schema())))
    if asked:
        yield from ("Query:", "", *table(["name", "what it is"], asked))


def _given(route: APIRoute, shapes: dict[str, Schema]) -> Iterator[str]:
    answer = get_type_hints(route.endpoint).get("return")
    if isinstance(answer, type) and issubclass(answer, BaseModel):
        yield from (f"Answer, {route.status_code or 200}:", "", *_model(answer, shapes))


def _model(model: type[BaseModel], shapes: dict[str, Schema], *, given: bool = False) -> Lines:
    schema = model.model_json_schema()
    shapes.update({n: s for n, s in schema.get("$defs", {}).items() if n not in shapes})
    lead = paragraph(model.__doc__ or "") if given else []
    return [*lead, *fields(schema, given=given)]


def _sockets() -> Lines:
    first = FIRST_MESSAGE % (socket.HEARTBEAT_SECONDS, socket.STALLED_SECONDS)
    rows = [(code(getattr(socket, name)), words) for name, words in CLOSES.items()]
    return [*paragraph(first), *table(["close code", "why"], sorted(rows))]


def _errors() -> Lines:
    rows = [
        (code(kind), str(status), errors.MESSAGES[kind]) for kind, status in errors.STATUS.items()
    ]
    return [*paragraph(ERRORS), *table(["kind", "status", "message"], rows)]


def _sizes() -> Lines:
    rows = [
        ("people in a workshop", people.MOST_PEOPLE),
        ("groups in a workshop", opening.MOST_GROUPS),
        ("ideas in a workshop", ideas.MOST_IDEAS),
        ("bytes in a message or a body", socket.LARGEST_MESSAGE),
        ("bytes in a file that is brought", LARGEST_FILE),
        ("own problem statements and decks", shelf.MOST_PIECES),
        ("versions kept of each", shelf.MOST_VERSIONS),
    ]
    return table(["at most", "number"], [(name, f"{number:,}") for name, number in rows])


def _settings() -> Iterator[str]:
    unset = Settings()
    yield from paragraph(SETTINGS % listed(sorted(ELSEWHERE)))
    for name, about in Settings.model_fields.items():
        yield from (f"### {code(environment_name(name))}", "")
        value = getattr(unset, name)
        default = "none" if value in (None, ()) else code(value)
        yield from paragraph(about.description or "")
        from_file = f" Or {code(environment_name(name) + '_FILE')}." if name in SECRETS else ""
        yield from paragraph(f"Expected: {expected(name)}. Default: {default}.{from_file}")


def _command_line() -> Iterator[str]:
    yield from paragraph(COMMAND_LINE)
    yield from _commands_of(_parser())


def _commands_of(parser: argparse.ArgumentParser, about: str = "") -> Iterator[str]:
    rows = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            said = {each.dest: each.help or "" for each in action._choices_actions}
            for name, inner in action.choices.items():
                yield from _commands_of(inner, said.get(name, ""))
            return
        if not isinstance(action, argparse._HelpAction):
            rows.append(_argument(action))
    yield from (f"### {code(parser.prog)}", "", *paragraph(f"{about[:1].upper()}{about[1:]}."))
    yield from table(["argument", "what it is", "without it"], rows)


def _argument(action: argparse.Action) -> tuple[str, str, str]:
    name = str(action.metavar or action.dest)
    if action.option_strings:
        name = action.option_strings[-1]
        if action.nargs != 0:
            name += f" {action.metavar or action.dest.upper()}"
    required = not action.option_strings and action.nargs not in ("?", "*")
    without = NOT_GIVEN if required else "may be left out"
    if action.default is not None and action.nargs != 0:
        without = code(action.default)
    return code(name), action.help or ARGUMENTS[name], without


def _exports() -> Iterator[str]:
    for kind in TABLES.values():
        yield from (f"### Export {code(kind.name)}", "", *paragraph(kind.note))
        readers = "Staff only." if kind.readers == {Reader.STAFF} else "Staff and analysts."
        yield from paragraph(f"As {listed(formats.formats_of(kind.name), 'or')}. {readers}")
        names = [field.column.name for field in kind.fields]
        yield from paragraph(f"Columns: {', '.join(map(code, names))}.")
