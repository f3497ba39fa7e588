"""Shapeless: parts of a document of which nothing is known yet, as text, lists and objects.

Leaves out saying what is wrong with them (`checking.py`). Always: whatever is given, the
answer has the type that was asked for.
"""

from typing import Any


def as_object(value: Any) -> dict[str, Any]:
    """`value` if it is an object, or an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """`value` if it is a list, or an empty one."""
    return value if isinstance(value, list) else []


def as_text(value: Any) -> str:
    """`value` if it is text, a whole number in figures, or nothing."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""
