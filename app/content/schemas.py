"""Schemas: the two formats as JSON Schema, for editors that help while one writes.

`make reference` writes them to `docs/schemas`. They leave out what spans several values (two
equal ids, a family that is not listed) and markup in text, which `checking.py` tells. Always:
what a schema refuses the checks refuse too, for both come from the same models.
"""

from typing import Any

from app.content.checking import SCHEMA, SHAPES, Sort
from app.content.deck import DOI, LONGEST_FACE, LONGEST_TITLE, MOST_WORDS, TAGS, TECHNIQUE

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(sort: Sort) -> dict[str, Any]:
    """The schema of a file that holds a `sort`."""
    schema = SHAPES[sort].model_json_schema()
    schema["properties"] = {SCHEMA: {"type": "string"}, **schema["properties"]}
    for shape in (schema, *schema["$defs"].values()):
        for field in shape.get("properties", {}).values():
            for kind in (field, *field.get("anyOf", ())):
                if kind.get("minLength") == 1:
                    kind["pattern"] = r"\S"  # blanks alone are nothing
    if sort == "deck":
        card = schema["$defs"]["Card"]["properties"]
        card["title"]["maxLength"] = LONGEST_TITLE
        for field in ("insight", "question"):
            card[field]["maxLength"] = LONGEST_FACE
            card[field]["description"] = (
                f"At most {MOST_WORDS} words as they are said aloud; insight and question together "
                f"at most {LONGEST_FACE} characters."
            )
        for field, known in TAGS.items():
            card[field]["items"] = {"enum": list(known)}
        card["bct"]["items"]["pattern"] = f"^(?:{TECHNIQUE})$"
        for holder in ("Study", "Figure"):
            # The checks take it as an address as well.
            doi = {"pattern": rf"{DOI}\s*$", "type": "string"}
            schema["$defs"][holder]["properties"]["doi"] = {"title": "Doi", **doi}
    return {"$schema": DRAFT, **schema}
