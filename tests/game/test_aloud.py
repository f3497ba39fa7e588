"""Reading aloud: what is said is counted, not what is printed.

Leaves out how long the cards that are shipped take (`tests/test_deck.py`). Always: an
example says the words it counts.
"""

import pytest

from app.game.aloud import WORDS_A_MINUTE, seconds_aloud, words_aloud


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ""),
        ("We act on what is in front of us.", "we act on what is in front of us"),
        ("It isn't 'ours', is it?", "it isn't ours is it"),
        ("face-to-face", "face to face"),
        ("8%", "eight per cent"),
        ("20", "twenty"),
        ("21", "twenty one"),
        ("40", "forty"),
        ("100", "one hundred"),
        ("254", "two hundred and fifty four"),
        ("1,000", "one thousand"),
        ("1,004", "one thousand and four"),
        ("5,450", "five thousand four hundred and fifty"),
        ("61,182", "sixty one thousand one hundred and eighty two"),
        ("2,000,000", "two million"),
        ("1.96", "one point nine six"),
        ("$2.38", "dollars two point three eight"),
        ("r=0.08", "r equals nought point nought eight"),
        ("The NHS and a GP", "the n h s and a g p"),
        ("I ask", "i ask"),
        ("3 – or 4 … words", "three or four words"),
    ],
)
def test_words_are_counted_as_they_are_said(text: str, said: str) -> None:
    assert words_aloud(text) == len(said.split())


def test_a_minute_holds_as_many_words_as_are_said_in_a_minute() -> None:
    assert seconds_aloud("word " * WORDS_A_MINUTE) == 60
    assert seconds_aloud("word " * 40) == 15


def test_a_number_too_long_to_say_is_read_digit_by_digit() -> None:
    assert words_aloud("1" * 16) == 16
    assert words_aloud("1" * 9000) == 9000
