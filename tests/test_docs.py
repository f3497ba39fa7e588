"""Documents: that they say what is so, as far as a program can tell.

Leaves out whether they are well said. Always: what a document names (a file, a command, a
setting, an address, a heading) is looked up in the code or the tree.
"""

import argparse
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

import app
from app.cli import _parser
from app.game import ratings
from app.game.messages import Command, Event
from app.main import create_app
from app.paths import folder
from app.settings import ELSEWHERE, SECRETS, Settings, environment_name
from app.views import SCREENS, Company, see
from app.web import fragments
from scripts import bootstrap
from scripts.reference import reference
from scripts.reference_outside import PAGES, address, routes
from tests.game import test_ratings

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / folder / "README.md" for folder in ("cards", "journeys")),
    ]
)
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
IMAGES = ROOT / "docs" / "images"
WORDS_OF_THE_TESTS = {"MOMENTS_EXAMPLES"}

LINK = re.compile(r"\[[^]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
IN_TREE = re.compile(
    r"(?<![\w./-])(?:app|cards|docs|journeys|scripts|static|templates|tests|\.ci)/[\w./-]*"
)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def code(path: Path) -> str:
    """Everything in a document that is set as code."""
    fenced = [found[2] for found in FENCE.finditer(text(path))]
    inline = re.findall(r"`([^`\n]+)`", FENCE.sub("", text(path)))
    return "\n".join([*fenced, *inline])


@cache
def headings(path: Path) -> list[str]:
    """The headings of a document, without the marks of code."""
    found = re.findall(r"^#+ (.+)$", FENCE.sub("", text(path)), re.MULTILINE)
    return [heading.replace("`", "") for heading in found]


def anchors(path: Path) -> set[str]:
    """What a link may lead to within a document, as the usual hosts make it."""
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings(path)}


# The reference


def test_the_reference_is_what_the_code_makes_it() -> None:
    written = text(ROOT / "docs" / "reference.md")
    assert written == reference(), "run make reference, and look at what has changed"
    assert reference() == reference()


def test_everything_the_program_takes_and_gives_has_its_heading() -> None:
    made = create_app(Settings(secret_key="-" * 32))
    wanted = {kind for kind, command in Command.kinds.items() if not command.at_the_door}
    wanted |= Event.kinds.keys()
    wanted |= {region.name for screen in SCREENS.values() for region in screen}
    wanted |= {environment_name(field) for field in Settings.model_fields}
    wanted |= {address(route) for route in routes(made)}
    assert len(wanted) > 100
    assert wanted - {*headings(ROOT / "docs" / "reference.md")} == set()


def test_words_for_pages_are_for_pages_that_are_there() -> None:
    there = {address(route) for route in routes(create_app(Settings(secret_key="-" * 32)))}
    assert PAGES.keys() <= there


# What documents name


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_file_that_is_named_is_there(document: Path) -> None:
    named = {found.rstrip("./") for found in IN_TREE.findall(code(document))}
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_local_link_leads_somewhere(document: Path) -> None:
    dead = []
    for target in LINK.findall(FENCE.sub("", text(document))):
        path, _, anchor = target.partition("#")
        if "://" in path or path.startswith("mailto:"):
            continue
        place = (document.parent / path).resolve() if path else document
        if IMAGES in place.parents and not IMAGES.exists():
            continue  # pictures are taken of a running server, after the text is written
        if not place.exists() or (anchor and anchor not in anchors(place)):
            dead.append(target)
    assert dead == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_make_target_is_one(document: Path) -> None:
    named = set(re.findall(r"^make ([a-z]+)", code(document), re.MULTILINE))
    phony = re.search(r"^\.PHONY: (.+)$", text(ROOT / "Makefile"), re.MULTILINE)
    assert phony is not None
    assert named <= {*phony[1].split()}
    assert {*phony[1].split()} - {"help"} <= bootstrap.COMMANDS.keys()


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_command_of_the_program_is_one(document: Path) -> None:
    named = set(re.findall(r"(?<![\w/:.-])moments ([a-z]+)", code(document))) - {"moments"}
    (commands,) = (
        action.choices
        for action in _parser()._actions
        if isinstance(action, argparse._SubParsersAction)
    )
    assert named <= commands.keys()


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_setting_is_one(document: Path) -> None:
    known = {environment_name(field) for field in Settings.model_fields}
    known |= {f"{environment_name(field)}_FILE" for field in SECRETS}
    named = set(re.findall(r"\bMOMENTS_[A-Z_]+\b", text(document)))
    assert named <= known | ELSEWHERE | WORDS_OF_THE_TESTS


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_module_that_is_run_is_there(document: Path) -> None:
    for module in re.findall(r"python -m ((?:app|scripts|tests)[\w.]*)", code(document)):
        place = ROOT / module.replace(".", "/")
        assert place.with_suffix(".py").is_file() or (place / "__main__.py").is_file()


# What belongs together


def test_the_newest_version_in_the_changelog_is_this_one() -> None:
    newest = re.search(r"^## (\S+)", text(ROOT / "CHANGELOG.md"), re.MULTILINE)
    assert newest is not None
    project = tomllib.loads(text(ROOT / "pyproject.toml"))["project"]
    assert newest[1] == app.__version__ == project["version"]


@pytest.mark.parametrize("decision", DECISIONS, ids=name)
def test_a_decision_has_its_four_parts_and_its_test(decision: Path) -> None:
    number = decision.name[:4]
    title, *parts = headings(decision)
    assert title.startswith(f"{number} ")
    assert parts == ["Context", "Decision", "Consequences", "The test that enforces it"]
    tests = re.findall(r"`(tests/[\w/]+\.py)`", text(decision).partition(f"## {parts[-1]}")[2])
    assert tests
    for test in tests:
        assert (ROOT / test).is_file(), f"{test} is named and is not there"
    if "tests/test_decisions.py" in tests:
        assert f"def test_{number}_" in text(ROOT / "tests" / "test_decisions.py")


def test_the_decisions_are_listed_and_numbered_without_a_gap() -> None:
    assert [path.name[:4] for path in DECISIONS] == [
        f"{n:04}" for n in range(1, len(DECISIONS) + 1)
    ]
    listed = LINK.findall(text(ROOT / "docs" / "decisions" / "README.md"))
    assert listed == [path.name for path in DECISIONS]


# The worked example of CONTRIBUTING.md


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> tuple[str, str, str]:
    """Its three pieces; what they register is forgotten afterwards."""
    monkeypatch.setattr(Command, "kinds", dict(Command.kinds))
    monkeypatch.setattr(Event, "kinds", dict(Event.kinds))
    part = text(ROOT / "CONTRIBUTING.md").split("\n## ")[1]
    topic, region, tests = (found[2] for found in FENCE.finditer(part))
    return topic, region, tests


def test_the_example_is_not_in_the_program_yet(example: tuple[str, str, str]) -> None:
    topic, _, _ = example
    (kind,) = re.findall(r"^class (\w+)\(Command\)", topic, re.MULTILINE)
    assert kind not in Command.kinds, "take another example: this one is built"


def test_the_example_passes_its_own_tests(example: tuple[str, str, str]) -> None:
    topic, _, tests = example
    rules = dict(vars(ratings))
    exec(topic, rules)
    played = {**vars(test_ratings), "RatingWithdrawn": rules["RatingWithdrawn"]}
    before = set(played)
    exec(tests, played)
    made = [thing for key, thing in played.items() if key not in before and key.startswith("test_")]
    assert len(made) == 2
    for test in made:
        test()


def test_the_example_makes_a_button_in_its_region(example: tuple[str, str, str]) -> None:
    _, button, _ = example
    template = (folder("templates") / "regions" / "rating.html").read_text(encoding="utf-8")
    (change,) = [line for line in template.splitlines() if ">Change<" in line]
    template = template.replace(change, f"{change}\n{button}")
    table = test_ratings.at_rating()
    idea = test_ratings.not_of(table, "p1")
    table.do("p1", "RateIdea", **test_ratings.marks(idea))
    html = (
        fragments.environment()
        .from_string(template)
        .render(
            view=see(table.workshop, table.actor("p1"), Company())["rating"],
            staff=False,
            code="ABCD2345",
            do_url="/w/ABCD2345/do",
            act=lambda kind, *parts: f"{kind}-{'-'.join(parts)}",
        )
    )
    assert 'name="kind" value="WithdrawRating"' in html
    assert f'name="idea" value="{idea}"' in html
    assert f'name="ref" value="WithdrawRating-{idea}"' in html
