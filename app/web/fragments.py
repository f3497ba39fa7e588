"""Views as HTML, rendered once per audience; and as JSON, encoded once per audience.

It leaves out pages, which put fragments together. What always holds: a template gets a
view and never the workshop, and everything is escaped.
"""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from pydantic import TypeAdapter

from app.game.messages import STAFF, Role
from app.live import Seen
from app.paths import folder
from app.web.families import family_sign
from app.web.times import day


@cache
def environment() -> Environment:
    """The templates, escaping everything and refusing names nobody defined."""
    made = Environment(
        loader=FileSystemLoader(folder("templates")),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters["day"] = day
    made.globals.update(static=static, family_sign=family_sign, app_name="Moments of Change")
    return made


@cache
def static(path: str) -> str:
    """The address of a static file, with its checksum so that browsers may keep it."""
    content = (Path(folder("static")) / path).read_bytes()
    return f"/static/{path}?v={hashlib.sha256(content).hexdigest()[:12]}"


def render(template: str, **context: Any) -> str:
    """The template called `template`, with `context`."""
    return environment().get_template(template).render(**context)


def region(seen: Seen, role: Role, code: str) -> Markup:
    """The HTML of a region: an empty, hidden section where there is nothing to see."""
    staff = role in STAFF
    made: Markup | None = seen.rendered.get(f"html {staff}")
    if made is None:
        made = _region(seen, staff=staff, code=code)
        seen.rendered[f"html {staff}"] = made
    return made


def _region(seen: Seen, *, staff: bool, code: str) -> Markup:
    name = seen.region.name
    if seen.view is None:
        return Markup('<section id="{}" class="region" hidden></section>').format(name)

    def act(kind: str, *parts: object) -> str:
        """A ref for a button: the same for two presses of it, another once the region changed."""
        ref = "-".join([kind, *map(str, parts), str(seen.changed_at)])
        return ref if len(ref) <= 64 else hashlib.sha256(ref.encode()).hexdigest()

    return Markup(  # noqa: S704 (the template has escaped it)
        render(
            f"regions/{name}.html",
            view=seen.view,
            staff=staff,
            code=code,
            do_url=f"/facilitate/{code}/do" if staff else f"/w/{code}/do",
            act=act,
        )
    )


def partials(changed: list[Seen], role: Role, code: str) -> str:
    """Regions as the page's socket sends them: each morphs the element of its name."""
    return "".join(
        f'<hx-partial hx-target="#{seen.region.name}" hx-swap="outerMorph">'
        f"{region(seen, role, code)}</hx-partial>"
        for seen in changed
    )


_adapters: dict[type[Any], TypeAdapter[Any]] = {}


def _adapter(view: type[Any]) -> TypeAdapter[Any]:
    if view not in _adapters:
        _adapters[view] = TypeAdapter(view)
    return _adapters[view]


def as_json(seen: Seen) -> bytes:
    """The view of a region as JSON."""
    made: bytes | None = seen.rendered.get("json")
    if made is None:
        made = b"null" if seen.view is None else _adapter(type(seen.view)).dump_json(seen.view)
        seen.rendered["json"] = made
    return made


def frame(changed: list[Seen], *, epoch: str, seq: int) -> str:
    """Regions as the JSON socket and `GET view` send them."""
    regions = ",".join(f'"{seen.region.name}":{as_json(seen).decode()}' for seen in changed)
    tick = max((seen.tick for seen in changed), default=0)
    return f'{{"epoch":"{epoch}","seq":{seq},"tick":{tick},"regions":{{{regions}}}}}'
