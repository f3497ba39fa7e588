"""Signs of families: each of the deck's is told apart, and every other name has one too.

Leaves out how they look on a page. Always: tints are looked up in the style sheet.
"""

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.main import shipped_content
from app.paths import folder
from app.web.families import SHIPPED, TINTS, family_sign
from app.web.fragments import environment

MACROS: Any = environment().get_template("macros.html").module
CSS = (folder("static") / "app.css").read_text(encoding="utf-8")


def test_every_family_of_the_deck_has_a_shape_and_a_tint_of_its_own() -> None:
    names = [family.name for family in shipped_content().deck.families]
    assert set(names) == set(SHIPPED)
    signs = [family_sign(name) for name in names]
    assert len({sign.path for sign in signs}) == len({sign.tint for sign in signs}) == len(names)
    assert all(sign.letter == "" for sign in signs)


def test_every_tint_is_in_the_style_sheet_with_colours_of_its_own() -> None:
    found = dict(re.findall(r"\.tint--(\w+) \{ (.*?) \}", CSS))
    assert set(TINTS) == set(found)
    assert len(set(found.values())) == len(TINTS)


@given(st.text(min_size=1, max_size=300))
def test_any_name_has_a_sign_that_stays_the_same_and_can_be_drawn(name: str) -> None:
    sign = family_sign(name)
    assert sign == family_sign(name)
    assert sign.tint in TINTS
    assert re.fullmatch(r"[MmLlHhVvAaCcSsQqZz0-9 .,-]+", sign.path)
    assert name in SHIPPED or len(sign.letter) == 1
    assert f'd="{sign.path}"' in MACROS.family(name)


def test_another_deck_s_families_are_outlines_with_their_letter() -> None:
    sign = family_sign("Water & light")
    assert (sign.letter, family_sign("«éclair»").letter, family_sign("…").letter) == ("W", "É", "?")
    assert sign.path not in {each.path for each in SHIPPED.values()}
    others = {family_sign(f"{letter} things") for letter in "ABCDEFGHIJKL"}
    assert len(others) == 12
