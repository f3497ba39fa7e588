"""JSON Schema of everything that goes over the wire, made from the code itself.

It leaves out prose (`docs/reference.md` has that). What always holds: a command or view
that exists is in here.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, get_args, get_type_hints

from pydantic import TypeAdapter

from app.game.messages import Command
from app.game.opening import OpenWorkshop
from app.views import SCREENS, Region

REF = {
    "type": "string",
    "minLength": 8,
    "maxLength": 64,
    "description": "Unique per person: the same ref and command again get the same answer.",
}


@cache
def commands() -> dict[str, dict[str, Any]]:
    """The schema of every command a client may send, by kind."""
    made = {}
    for kind, command in sorted(Command.kinds.items()):
        if command.at_the_door:
            continue
        about = command.model_json_schema(by_alias=True)
        about["properties"] = {
            "kind": {"const": kind, "type": "string"},
            "ref": REF,
            **about.get("properties", {}),
        }
        about["required"] = ["kind", "ref", *about.get("required", [])]
        about["additionalProperties"] = False
        about["x-by"] = sorted(command.by)
        about["x-during"] = [str(phase) for phase in command.during]
        made[kind] = about
    return made


def view_of(region: Region) -> Any:
    """The dataclass a region is shown as."""
    shown = get_type_hints(region.show)["return"]
    return next((each for each in get_args(shown) if each is not type(None)), shown)


@cache
def views() -> dict[str, dict[str, Any]]:
    """The schema of every view, by region."""
    regions: Mapping[str, Region] = {
        region.name: region for screen in SCREENS.values() for region in screen
    }
    return {
        name: TypeAdapter(view_of(region)).json_schema(mode="serialization")
        for name, region in sorted(regions.items())
    }


def everything() -> dict[str, Any]:
    """What `/api/v1/schema` answers."""
    return {
        "commands": commands(),
        "views": views(),
        "screens": {role: [region.name for region in regions] for role, regions in SCREENS.items()},
        "frame": frame_schema(),
    }


def command_body() -> dict[str, Any]:
    """The body of `POST do` for the OpenAPI document."""
    return _body(
        {
            "type": "object",
            "oneOf": [_inlined(schema) for schema in commands().values()],
            "discriminator": {"propertyName": "kind"},
        }
    )


def wish_body() -> dict[str, Any]:
    """The body of `POST workshops` for the OpenAPI document."""
    return _body(_inlined(OpenWorkshop.model_json_schema()))


def _body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def frame_schema() -> dict[str, Any]:
    """What a socket and `GET view` send: regions by name, null for one that is gone."""
    return {
        "type": "object",
        "required": ["epoch", "seq", "regions"],
        "properties": {
            "epoch": {"type": "string", "description": "Changes when a backup was restored."},
            "seq": {"type": "integer", "description": "The number of the log this is up to."},
            "tick": {"type": "integer"},
            "regions": {"type": "object", "additionalProperties": {"type": ["object", "null"]}},
        },
    }


def _inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """`schema` without `$defs`, whose references would not be found within OpenAPI."""
    definitions = schema.get("$defs", {})

    def walk(node: Any) -> Any:
        if isinstance(node, dict):
            if "$ref" in node:
                return walk(definitions[node["$ref"].rsplit("/", 1)[-1]])
            return {key: walk(value) for key, value in node.items() if key != "$defs"}
        if isinstance(node, list):
            return [walk(each) for each in node]
        return node

    inlined: dict[str, Any] = walk(schema)
    return inlined
