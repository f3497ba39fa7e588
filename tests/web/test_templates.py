"""Templates: one for each region, nothing inline, and what people typed is only ever text.

The source is read as it stands, without running anything; what people typed is followed
through rendered regions. It leaves out how pages look and whether they can be used, which
the browser tests try. Always: a template that is added is looked at without naming it here.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest

from app.content import load_content
from app.game.fitting import TABLE
from app.game.material import Card, ComB, Material, Source
from app.game.messages import Role
from app.game.phases import Phase
from app.paths import folder
from app.views import SCREENS
from app.web.forms import FormView, Notice
from app.web.fragments import environment, render

TEMPLATES = Path(folder("templates"))
FILES = sorted(TEMPLATES.rglob("*.html"))
REGIONS = sorted((TEMPLATES / "regions").glob("*.html"))
VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "wbr", "path", "rect", "circle"}

MARK = "MARK"
TYPED = f"""{MARK}"'><img src=x onerror=alert(1)><b hx-get=/x hx-trigger=load>"""
"""What a person might type who means harm, or does not."""


def without_jinja(source: str) -> str:
    """The HTML of a template: comments and statements gone, an `x` for what is put in."""
    source = re.sub(r"\{#.*?#\}", "", source, flags=re.S)
    source = re.sub(r"\{%.*?%\}", "", source, flags=re.S)
    return re.sub(r"\{\{.*?\}\}", "x", source, flags=re.S)


def tags(path: Path) -> Iterator[str]:
    """Every opening tag of a template, as it stands in the source."""
    html = without_jinja(path.read_text(encoding="utf-8"))
    for found in re.finditer(r"""<[a-zA-Z](?:"[^"]*"|'[^']*'|[^"'<>])*>""", html):
        yield found[0]


def attributes(tag: str) -> str:
    """A tag with the values of its attributes left out."""
    return re.sub(r"""="[^"]*"|='[^']*'""", '=""', tag)


def name_of(path: Path) -> str:
    return str(path.relative_to(TEMPLATES))


def test_every_region_of_every_screen_has_one_template_and_every_template_a_region() -> None:
    on_screens = {region.name for screen in SCREENS.values() for region in screen}
    assert {path.stem for path in REGIONS} == on_screens


@pytest.mark.parametrize("path", REGIONS, ids=lambda path: path.stem)
def test_a_region_is_one_section_with_its_name_as_id(path: Path) -> None:
    beside = TEMPLATES / "staff" / path.name  # what staff see instead, where it is another
    for file in [path, *([beside] if beside.exists() else [])]:
        source = file.read_text(encoding="utf-8")
        called = re.sub(r"\{% macro\b.*?endmacro %\}", "", source, flags=re.S)
        beside_it = re.sub(r"<section\b.*</section>", "", without_jinja(called), flags=re.S)
        assert "<" not in beside_it
        [root] = [tag for tag in tags(file) if tag.startswith("<section")]
        assert f'id="{path.stem}"' in root
        assert re.search(r'class="region[ "]', root)
        assert re.search(r"aria-label(ledby)?=", root)


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_nothing_is_inline_and_nothing_escapes_escaping(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert not re.search(r"\|\s*safe\b|autoescape\s+false|Markup\(", source)
    for tag in tags(path):
        bare = attributes(tag)
        assert not re.match(r"<style\b", tag, re.I), tag
        assert not re.match(r"<script\b(?!.*\bsrc=)", tag, re.I), tag
        assert not re.search(r"\s(style|on\w+|srcdoc)=", bare, re.I), tag
        assert "javascript:" not in tag.lower()
        # Each of these would need eval, which the policy forbids.
        assert not re.search(r"\shx-on\b|\shx-(vals|headers|confirm)=\"js:", tag, re.I), tag
        assert not re.search(r'\shx-trigger="[^"]*\[', tag), tag


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_every_attribute_is_quoted(path: Path) -> None:
    for tag in tags(path):
        assert not re.search(r'=(?!")', attributes(tag)), tag


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_nothing_is_fetched_from_elsewhere(path: Path) -> None:
    for tag in tags(path):
        assert not re.search(r'\b(src|action|hx-\w+|poster|data)="(https?:)?//', tag), tag
        assert not (tag.startswith("<link") and "//" in tag), tag


def test_what_is_looked_for_would_be_found() -> None:
    assert attributes('<a href=x title="a=b">') == '<a href=x title="">'
    assert re.search(r'=(?!")', attributes("<a href=x>"))
    assert without_jinja("{# <b> #}{% if a < b %}<i id=\"{{ '>' }}\">{% endif %}") == '<i id="x">'
    assert len(FILES) > 30
    assert sum(1 for path in FILES for _ in tags(path)) > 500


class Reading(HTMLParser):
    """Where typed text ends up: in text inside hx-ignore, or somewhere it should not be."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.seen = 0
        self.astray: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        ignored = any(name == "hx-ignore" for name, _ in attrs)
        if tag in ("img", "b") and any(name in ("onerror", "hx-get") for name, _ in attrs):
            self.astray.append(f"<{tag}> was made of what somebody typed")
        for name, value in attrs:
            # A value of a field is text too; anything else may be read by htmx.
            if MARK in (value or "") and (tag, name) not in (
                ("input", "value"),
                ("option", "value"),
            ):
                self.astray.append(f"<{tag} {name}>")
        if tag not in VOID:
            self.open.append((tag, ignored))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if MARK not in data:
            return
        self.seen += 1
        fields_of_a_form = {"textarea", "option", "title"}
        if not any(ignored or tag in fields_of_a_form for tag, ignored in self.open):
            self.astray.append(f"text in <{self.open[-1][0]}>: {data[:40]}")


def read(html: str) -> Reading:
    reading = Reading()
    reading.feed(html)
    reading.close()
    return reading


# What people type, by the names it has in views; ids, titles of cards and barriers are not.
PERSONAL = {
    "words", "how", "example", "caution", "reason", "name", "organisation", "author_name",
    "author_names", "organisations",
}  # fmt: skip
FIXED: Mapping[str, Any] = {
    "stage": 1, "stages": 2, "step": "write", "manner": "build", "state": "writing",
    "role": Role.PARTICIPANT, "phase": Phase.LOBBY, "status": "submitted", "number": 1,
    "speaking": ("MemberView",), "draft": None, "fits": {}, "per_problem": 2,
    "com_b": (ComB.MOTIVATION_REFLECTIVE,),
}  # fmt: skip


def sample(kind: Any, name: str = "") -> Any:
    """A value of a view's field, with hostile text wherever somebody's words can stand."""
    origin, inner = get_origin(kind), get_args(kind)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        made = {field.name: sample(hints[field.name], field.name) for field in fields(kind)}
        if "id" in made:
            made["id"] = made["id"] and kind.__name__  # no two kinds of thing share an id
        return kind(**made)
    if name in FIXED:
        return FIXED[name]
    if kind is Card:
        return load_content(
            folder("cards") / "behavioural_insights.json", folder("journeys")
        ).deck.cards[0]
    if kind is Source:
        return Source(document="A report", section="2.1")
    if origin is Literal:
        return inner[0]
    if origin in (Union, UnionType):
        return sample(next(each for each in inner if each is not type(None)), name)
    if origin is tuple:
        return (sample(inner[0], name),)
    if kind is str:
        return TYPED if name in PERSONAL else "t"
    if kind is bool:
        return name in ("late", "rated", "shared", "captured", "groups_formed", "now")
    if kind in (int, float):
        return kind(3)
    if kind is datetime:
        return datetime(2026, 12, 3, tzinfo=UTC)
    if isinstance(kind, type) and issubclass(kind, Phase):
        return Phase.LOBBY
    assert not isinstance(kind, type) or not issubclass(kind, Material), (kind, name)
    raise AssertionError(f"no sample for {kind} ({name})")


def view_of(region: str) -> Any:
    """A view for the region called `region`, as full as it can be."""
    shows = next(each.show for screen in SCREENS.values() for each in screen if each.name == region)
    answer = get_type_hints(shows)["return"]
    parts = [part for part in get_args(answer) or (answer,) if part is not type(None)]
    return sample(parts[0])


@pytest.mark.parametrize("staff", [False, True], ids=["for guests", "for staff"])
@pytest.mark.parametrize("path", REGIONS, ids=lambda path: path.stem)
def test_what_people_typed_stays_text_that_htmx_ignores(path: Path, staff: bool) -> None:
    html = render(
        f"regions/{path.name}",
        view=view_of(path.stem),
        staff=staff,
        code="ABCD2345",
        do_url="/do",
        act=lambda kind, *parts: "-".join([kind, *map(str, parts)]),
    )
    reading = read(html)
    assert reading.astray == []
    assert reading.open == []  # every element is closed
    assert len(set(re.findall(r'\bid="([^"]+)"', html))) == len(re.findall(r'\bid="', html))


def test_typed_text_is_followed_into_the_regions_that_show_it() -> None:
    showing = {path.stem for path in REGIONS if MARK in str(view_of(path.stem))}
    assert {"me", "group", "board", "mine", "spotlight", "rating", "longlist"} <= showing


@pytest.mark.parametrize("name", ["write", "build", "rate", "join", "code"])
def test_a_form_gives_back_what_was_typed_and_says_what_is_wrong(name: str) -> None:
    typed = {
        "words": TYPED,
        "how": TYPED,
        "name": TYPED,
        "organisation": TYPED,
        "code": TYPED,
        "reason": TYPED,
    }
    options = {
        "draft_url": "/draft", "longest_draft": "4,000",
        "card_title": "A card", "barrier_text": "A barrier",
        "idea": view_of("rating").ideas[0], "left": 1, "total": 2,
        "organisations": None, "known": [TYPED], "closed": False,
    }  # fmt: skip
    errors = {"words": "Write something first.", "": "That was too late."}
    form = FormView(name, "/do", "ref", typed, errors, None, options)
    html = render(f"forms/{name}.html", form=form)
    reading = read(html)
    assert reading.astray == []
    assert MARK in html
    assert html.count("<form") == 1
    assert f'<form id="{name}"' in html
    assert "There is a problem" in html
    assert "That was too late." in html
    assert f'href="#{name}-words"' in html


def test_a_notice_is_text() -> None:
    html = render("notice.html", notice=Notice("error", TYPED))
    assert read(html).astray == []
    assert read(html).seen == 1


def test_templates_escape_by_themselves_and_know_every_name_they_use() -> None:
    made = environment()
    assert made.from_string("{{ it }}").render(it="<") == "&lt;"
    with pytest.raises(Exception, match="nobody"):
        made.from_string("{{ nobody }}").render()


def test_every_page_calls_the_parts_of_com_b_by_the_same_names() -> None:
    names = {row.of.value: row.name for row in TABLE}
    pieces: Any = environment().get_template("staff/pieces.html").make_module({})
    assert names == pieces.COM_B
    for path in FILES:
        source = path.read_text(encoding="utf-8")
        part = r'[("]((?:capability|opportunity|motivation)-\w+)"[,:] "([^"]+)"'
        called = re.findall(part, source)
        assert dict(called).items() <= names.items(), path
        # Nowhere is a part said by its code, nor by a name made from it.
        for said in re.findall(r"for (\w+) in [\w.]*com_b %\}\{\{ (.*?) \}\}", source):
            assert said[1].startswith(f"pieces.COM_B[{said[0]}]"), path
