"""Reading the code: what the layout of it promises, looked up in the code itself.

Leaves out what the code does. Always: a new part of `app/` is given a floor here before
anything passes, and a new field of an event is named here or marked personal.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from app.game.material import Material
from app.game.messages import ERASED, Event, Personal

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / "app"
MODULES = sorted(APP.rglob("*.py"))

# A part imports parts of lower floors only, so that each can be read without those above.
FLOORS = {
    "game": 0,
    "addresses": 0,
    "cells": 0,
    "logs": 0,
    "paths": 0,
    "planning": 0,
    "simulation": 0,  # a client: it knows the server by its contract alone
    "content": 1,
    "drafting": 1,
    "views": 1,
    "exports": 1,
    "settings": 1,
    "signing": 2,
    "store": 2,
    "live": 3,
    "web": 4,
    "connections": 5,
    "main": 5,
    "serving": 6,
    "cli": 7,
}

TOPICS = {
    "apease",
    "course",
    "groups",
    "hands",
    "ideas",
    "merging",
    "opening",
    "people",
    "ratings",
    "shortlist",
    "stages",
}
RULES = {"dealing", "seating", "showing", "prioritising"}
GROUND = {"aloud", "fitting", "material", "messages", "phases", "shapes", "text", "workshop"}

# The game is made of these and of itself. None of them has a clock, chance, a file or a wait,
# but for `datetime`, which is looked at below.
PURE = {
    "collections",
    "collections.abc",
    "dataclasses",
    "datetime",
    "enum",
    "hashlib",
    "pydantic",
    "pydantic_core",
    "re",
    "statistics",
    "typing",
    "unicodedata",
}
IMPURE_CALLS = {
    "now",
    "today",
    "utcnow",
    "open",
    "input",
    "print",
    "eval",
    "exec",
    "hash",
    "__import__",
}

LONGEST = 300
BANNED = {"manager", "service", "handler", "helper", "util", "utils", "info"}

# Names the server made, or slugs of the material: they say nothing about a person.
IDS = {
    "assessment",
    "author",
    "barrier",
    "before",
    "build",
    "by",
    "card",
    "code",
    "drawn",
    "group",
    "groups",
    "hands",
    "idea",
    "parents",
    "people",
    "person",
    "rater",
    "seats",
    "why",
}
# Words that everybody in the workshop may read and that are nobody's own.
COMMON_WORDS = {"interviewee_role", "organisation", "organisations", "themes", "title"}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name(path: Path) -> str:
    """`app/game/ideas.py` for the ideas of the game."""
    return str(path.relative_to(ROOT))


def part(path: Path) -> str:
    """The part of `app/` that a module belongs to: a package, or the module itself."""
    return path.relative_to(APP).parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    """Every module that `path` imports, wherever in it; `from app import game` is `app.game`."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name(path)}: imports name the whole way"
            assert node.module is not None
            if node.module in ("app", "app.game"):
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
            else:
                yield node.module


def parts_imported(path: Path) -> set[str]:
    """The parts of `app/` that `path` imports, but its own."""
    found = {module.split(".")[1] for module in imported(path) if module.startswith("app.")}
    return found & FLOORS.keys() - {part(path)}


def in_game(path: Path) -> set[str]:
    """The modules of the game that `path` imports."""
    found = {m.split(".")[2] for m in imported(path) if m.startswith("app.game.")}
    return found & (TOPICS | RULES | GROUND)


def test_every_part_has_a_floor() -> None:
    parts = {part(path) for path in MODULES if path != APP / "__init__.py"}
    assert parts - FLOORS.keys() == set(), "say on which floor it stands"
    assert FLOORS.keys() - parts == set(), "it is gone"


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_imports_go_down_only(module: Path) -> None:
    own = FLOORS.get(part(module), 0)
    assert {other for other in parts_imported(module) if FLOORS[other] >= own} == set()


def test_the_files_of_the_game_are_topics_rules_or_ground() -> None:
    files = {path.stem for path in (APP / "game").glob("*.py")} - {"__init__"}
    assert files == TOPICS | RULES | GROUND


@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_a_topic_imports_no_other_topic(topic: str) -> None:
    assert in_game(APP / "game" / f"{topic}.py") <= RULES | GROUND


@pytest.mark.parametrize("rule", sorted(RULES))
def test_a_rule_that_topics_share_imports_no_topic(rule: str) -> None:
    assert in_game(APP / "game" / f"{rule}.py") <= RULES | GROUND


@pytest.mark.parametrize("ground", sorted(GROUND))
def test_the_ground_of_the_game_imports_the_ground_alone(ground: str) -> None:
    assert in_game(APP / "game" / f"{ground}.py") <= GROUND


def test_the_game_imports_every_topic_so_that_its_commands_are_known() -> None:
    assert in_game(APP / "game" / "__init__.py") >= TOPICS


GAME = [path for path in MODULES if part(path) == "game"]


@pytest.mark.parametrize("module", GAME, ids=name)
def test_the_game_is_made_of_pure_things(module: Path) -> None:
    outside = {other for other in imported(module) if not other.startswith("app.game")}
    assert outside - PURE == set()


@pytest.mark.parametrize("module", GAME, ids=name)
def test_the_game_reads_no_clock_draws_no_lot_opens_no_file_and_does_not_wait(
    module: Path,
) -> None:
    found = []
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith):
            found.append(node.lineno)
        if isinstance(node, ast.Call):
            called = node.func
            word = getattr(called, "id", None) or getattr(called, "attr", None)
            if word in IMPURE_CALLS:
                found.append(node.lineno)
    assert found == []


@pytest.mark.parametrize("module", GAME, ids=name)
def test_a_file_of_the_game_has_a_file_of_tests(module: Path) -> None:
    assert (ROOT / "tests" / "game" / f"test_{module.stem.strip('_')}.py").is_file()


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_a_module_is_short_enough_to_be_read(module: Path) -> None:
    lines = len(module.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST, "split it by topic"


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_a_module_says_what_it_is_for(module: Path) -> None:
    assert not tree(module).body or ast.get_docstring(tree(module))


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_names_say_what_a_thing_is(module: Path) -> None:
    named = {node.name for node in ast.walk(tree(module)) if isinstance(node, DEFINITIONS)}
    named |= {node.arg for node in ast.walk(tree(module)) if isinstance(node, ast.arg)}
    named |= {*module.relative_to(ROOT).with_suffix("").parts}
    assert {word for word in named if BANNED & set(words(word))} == set()


DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def words(identifier: str) -> list[str]:
    """The words of a name, whether written `LikeThis` or `like_this`."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", identifier)]


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ("IdeaManager", ["idea", "manager"]),
        ("_read_info", ["read", "info"]),
        ("HTTPHandler2", ["http", "handler"]),
        ("information", ["information"]),
    ],
)
def test_a_name_is_taken_apart_into_its_words(identifier: str, expected: list[str]) -> None:
    assert words(identifier) == expected


def texts(model: type[BaseModel], searched: bool | None = None) -> Iterator[tuple[str, Any, bool]]:
    """Fields of an event that hold text, also further in: name, type, whether it is personal.

    Text further in is personal where it is marked and the event's own field is marked too:
    erasing a person looks for marked fields of events, and only then into them.
    """
    for field_name, field in model.model_fields.items():
        marked = Personal in field.metadata
        for kind in kinds(field.annotation):
            if kind is str:
                yield field_name, field.annotation, marked and searched is not False
            elif isinstance(kind, type) and issubclass(kind, Material):
                pass  # cards and journeys are published text
            elif isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from texts(kind, marked if searched is None else searched)


def kinds(annotation: Any) -> Iterator[Any]:
    """The plain types that an annotation is made of."""
    if get_origin(annotation) is Annotated:
        yield from kinds(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, UnionType, tuple, list, dict):
        for argument in get_args(annotation):
            yield from kinds(argument)
    else:
        yield annotation


@pytest.mark.parametrize("kind", sorted(Event.kinds))
def test_text_in_an_event_is_an_id_or_common_or_marked_personal(kind: str) -> None:
    found = {field for field, _, personal in texts(Event.kinds[kind]) if not personal}
    assert found - IDS - COMMON_WORDS == set(), "mark it personal, or name it here"


@pytest.mark.parametrize("kind", sorted(Event.kinds))
def test_personal_text_says_whose_it_is_and_can_be_blanked(kind: str) -> None:
    event = Event.kinds[kind]
    personal = [(field, kind) for field, kind, marked in texts(event) if marked]
    assert not personal or event.subject_field
    for _, annotation in personal:
        # One of the two is what an erased field holds afterwards.
        assert {*kinds(annotation)} <= {str, type(None)}, ERASED


def test_the_words_of_people_are_marked() -> None:
    marked = {(kind, f) for kind, event in Event.kinds.items() for f, _, p in texts(event) if p}
    assert marked == {
        ("AssessmentRecorded", "said"),
        ("IdeaBuiltOn", "words"),
        ("IdeaRated", "reason"),
        ("IdeaShortlisted", "reason"),
        ("IdeaSubmitted", "words"),
        ("IdeaSubmitted", "how"),
        ("IdeaSubmitted", "example"),
        ("IdeaSubmitted", "caution"),
        ("IdeaUnshortlisted", "reason"),
        ("IdeasMerged", "words"),
        ("PersonJoined", "name"),
    }
