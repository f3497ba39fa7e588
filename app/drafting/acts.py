"""What the buttons of the editor do to a draft: add, remove, move up, down, to another stage.

An act is named by its button, as in `add-barrier-0`: what, and where by numbers from 0.
Leaves out saving and undoing, which are the shelf's. Always: an act that cannot be done,
as where a page is out of date, changes nothing.
"""

from copy import deepcopy
from typing import Any, NamedTuple

from app.drafting.shape import Draft, blank_barrier, blank_source, blank_stage

SORTS = ("stage", "barrier", "source")
DEPTH = {"stage": 1, "barrier": 2, "source": 3}


class Acted(NamedTuple):
    """A draft after an act: what was done in plain words, and the field to go on at."""

    draft: Draft
    done: str
    focus: str


def act(draft: Draft, button: str, to: int | None = None) -> Acted | None:
    """`draft` after `button` was pressed; `to` is the stage a barrier is moved to.

    None where the button is none of these, or there is nothing it could be done to.
    """
    what, _, rest = button.partition("-")
    sort, *steps = rest.split("-")
    if sort not in SORTS or not all(step.isdecimal() and len(step) < 4 for step in steps):
        return None
    at = [int(step) for step in steps]
    draft = deepcopy(draft)
    if len(at) != DEPTH[sort] - (what == "add"):
        return None
    held = _list(draft, at[: DEPTH[sort] - 1])
    if held is None:
        return None
    if what == "add":
        return _add(draft, sort, at, held)
    if at[-1] >= len(held):
        return None
    match what:
        case "remove":
            return _remove(draft, sort, at, held)
        case "up" | "down":
            return _shift(draft, sort, at, held, -1 if what == "up" else 1)
        case "move" if sort == "barrier" and to is not None:
            return _move(draft, at, held, to)
    return None


def _list(draft: Draft, at: list[int]) -> list[Any] | None:
    """The list of stages, of a stage's barriers, or of a barrier's sources."""
    held: list[Any] = draft["stages"]
    for name, number in zip(("barriers", "sources"), at, strict=False):
        if number >= len(held):
            return None
        held = held[number][name]
    return held


def _add(draft: Draft, sort: str, at: list[int], held: list[Any]) -> Acted:
    held.append({"stage": blank_stage, "barrier": blank_barrier, "source": blank_source}[sort]())
    return Acted(draft, f"Added a {sort}", first_field(sort, [*at, len(held) - 1]))


def _remove(draft: Draft, sort: str, at: list[int], held: list[Any]) -> Acted:
    held.pop(at[-1])
    if not held:
        return Acted(draft, f"Removed a {sort}", "-".join(["add", sort, *map(str, at[:-1])]))
    beside = min(at[-1], len(held) - 1)
    return Acted(draft, f"Removed a {sort}", first_field(sort, [*at[:-1], beside]))


def _shift(draft: Draft, sort: str, at: list[int], held: list[Any], way: int) -> Acted | None:
    here, there = at[-1], at[-1] + way
    if not 0 <= there < len(held):
        return None
    held[here], held[there] = held[there], held[here]
    # The same button again, unless it is at the end of its way.
    on = 0 <= there + way < len(held)
    again = {(-1, True): "up", (-1, False): "down", (1, True): "down", (1, False): "up"}[way, on]
    focus = "-".join([again, sort, *map(str, [*at[:-1], there])])
    return Acted(draft, f"Moved a {sort} {'up' if way < 0 else 'down'}", focus)


def _move(draft: Draft, at: list[int], held: list[Any], to: int) -> Acted | None:
    stages = draft["stages"]
    if not 0 <= to < len(stages) or to == at[0]:
        return None
    stages[to]["barriers"].append(held.pop(at[1]))
    last = len(stages[to]["barriers"]) - 1
    return Acted(draft, f"Moved a barrier to stage {to + 1}", first_field("barrier", [to, last]))


def first_field(sort: str, at: list[int]) -> str:
    """The name of the first field of a stage, a barrier or a source."""
    names = ("stages", "barriers", "sources")
    way = [str(step) for pair in zip(names, at, strict=False) for step in pair]
    return "-".join([*way, {"stage": "title", "barrier": "text", "source": "document"}[sort]])
