"""Text: what a person typed, made safe to keep.

Leaves out where it is shown. Always: cleaning what is clean changes nothing.
"""

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from app.game.text import BIDI_CONTROLS, Id, Name, Title, Words, clean, clean_line

ANYTHING = st.text(st.characters(codec=None))
NASTY = st.text(
    st.sampled_from("ae\u0301\u0308 \r\n\t\x00\x85\u200e\u202e\ud800\ufffe\u2028\u212b")
)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("plain", "plain"),
        ("two\r\nlines\rthree", "two\nlines\nthree"),
        ("a\ttab", "a\ttab"),
        ("\x00\x07bell\x1b[2J\x7f\x85", "bell[2J"),
        ("e\u0301", "é"),
        ("e\x00\u0301", "é"),
        ("\ud83d\ude00"[:1] + "x", "x"),
        ("\ufffe\uffff\U0001fffe", ""),
        ("👍 naïve “quotes” – ça va", "👍 naïve “quotes” – ça va"),
        ("=1+1", "=1+1"),
        ("\t=1+1 \n", "\t=1+1 \n"),
        ("  ", ""),
        (" \n\t", ""),
        ("<b>&amp;", "<b>&amp;"),
    ],
)
def test_what_cannot_be_stored_or_shown_is_taken_out(typed: str, kept: str) -> None:
    assert clean(typed) == kept


@pytest.mark.parametrize("thing", [None, 5, ["text"], b"text"])
def test_what_is_not_text_is_left_for_validation_to_refuse(thing: object) -> None:
    assert clean(thing) is thing
    assert clean_line(thing) is thing


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ada \n Lovelace\t", "Ada Lovelace"),
        ("Ada\u202eecalevoL", "AdaecalevoL"),
        ("e\u200e\u0301", "é"),
        ("Ada\u2028Lovelace", "Ada Lovelace"),
        ("\u2066\u2069 ", ""),
    ],
)
def test_a_name_is_one_line_without_marks_that_reorder_it(typed: str, kept: str) -> None:
    assert clean_line(typed) == kept


def test_marks_that_reorder_are_kept_in_what_somebody_writes() -> None:
    # They belong to right-to-left writing; a name is where they deceive.
    assert clean("\u200fשלום") == "\u200fשלום"


@given(ANYTHING | NASTY)
def test_clean_text_is_cleaned_to_itself(text: str) -> None:
    once = clean(text)
    assert isinstance(once, str)
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert not [c for c in once if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t"]


@given(ANYTHING | NASTY)
def test_a_clean_line_is_cleaned_to_itself(text: str) -> None:
    once = clean_line(text)
    assert isinstance(once, str)
    assert clean_line(once) == once
    assert not BIDI_CONTROLS & set(once)
    assert once.split() == [word for word in once.split(" ") if word]


@given(ANYTHING | NASTY)
def test_words_once_accepted_are_accepted_again_unchanged(text: str) -> None:
    words: TypeAdapter[str] = TypeAdapter(Words)
    try:
        once = words.validate_python(text)
    except ValidationError:
        return
    assert words.validate_python(once) == once
    assert once.encode()


@pytest.mark.parametrize(("kind", "most"), [(Words, 2000), (Name, 80), (Title, 120), (Id, 80)])
def test_text_has_a_length_counted_in_characters(kind: Any, most: int) -> None:
    adapter: TypeAdapter[str] = TypeAdapter(kind)
    assert adapter.validate_python("é" * most) == "é" * most
    for wrong in ("", "x" * (most + 1)):
        with pytest.raises(ValidationError):
            adapter.validate_python(wrong)


@pytest.mark.parametrize("kind", [Words, Name, Title])
def test_spaces_alone_are_nothing(kind: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(" \t\n\u2003")
