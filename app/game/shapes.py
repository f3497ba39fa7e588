"""From a wire's JSON to a checked model, with mistakes said in plain English.

It leaves out which models there are. What always holds: every mistake is named with its
field, and nothing of what was sent is repeated back except the field's own name.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from app.game.messages import Malformed

Model = TypeVar("Model", bound=BaseModel)

ALTERNATIVES = ("str", "dict[str,any]", "list[str]")
"""What a place holds besides fields where a value may be of several kinds (pydantic's tags)."""


MOST_TOLD = 20
"""Mistakes in one request: a form has no more fields than that."""


def validated(model: type[Model], fields: Mapping[str, Any]) -> Model:
    """`fields` as a `model`.

    Raises:
        Malformed: with the first field at fault, in plain English, and what else is wrong.
    """
    known = {field.alias or name for name, field in model.model_fields.items()}
    strange = [name for name in fields if name not in known][:MOST_TOLD]
    try:
        return model.model_validate({n: fields[n] for n in (*(known & fields.keys()), *strange)})
    except ValidationError as error:
        told: dict[str, str] = {}
        for each in error.errors(include_url=False, include_context=True):
            field = ".".join(str(part) for part in each["loc"] if part not in ALTERNATIVES)
            told.setdefault(field, sentence(each, field))
            if len(told) == MOST_TOLD:
                break
        wrong = [(message, field or None) for field, message in told.items()]
        raise Malformed.of(wrong) from None


def sentence(error: ErrorDetails, field: str) -> str:
    """One mistake in words; the field is named first, so that it reads in a list as well."""
    limits = error.get("ctx", {})
    says: dict[str, str] = {
        "missing": "is missing",
        "extra_forbidden": "is not a field of this request",
        "string_type": "must be text",
        "string_unicode": "must be text in Unicode",
        "string_too_short": "is empty" if limits.get("min_length") == 1 else "is too short",
        "string_too_long": f"is too long: {limits.get('max_length', 0):,} characters at most",
        "string_pattern_mismatch": "has characters that are not allowed there",
        "int_type": "must be a whole number",
        "int_from_float": "must be a whole number",
        "int_parsing": "must be a whole number",
        "bool_type": "must be true or false",
        "list_type": "must be a list",
        "dict_type": "must be an object" if field else "must be a JSON object",
        "model_type": "must be an object" if field else "must be a JSON object",
        "model_attributes_type": "must be an object" if field else "must be a JSON object",
        "greater_than_equal": f"must be {limits.get('ge')} or more",
        "less_than_equal": f"must be {limits.get('le')} or less",
        "less_than": f"must be less than {limits.get('lt')}",
        "too_short": "is empty"
        if limits.get("min_length") == 1
        else f"needs at least {limits.get('min_length')} entries",
        "too_long": f"takes at most {limits.get('max_length')} entries",
        "enum": f"must be one of {limits.get('expected')}",
        "literal_error": f"must be one of {limits.get('expected')}",
    }
    if error["type"] == "value_error":
        return str(limits.get("error", "is not right"))
    subject = f"“{field}”" if field else "The request"
    return f"{subject} {says.get(error['type'], 'is not right')}."
