"""Mistakes: what is wrong in a file, in plain words, with a place that can be found.

Leaves out what is special to decks and journeys (`test_content.py`). Always: the whole
line is compared, because the line is what somebody has to work from.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from app.content import check_deck, check_journey, look_at, read_document
from app.content.checking import LOOKED_INTO, MOST_CARDS
from app.content.mistakes import LARGEST_FILE, ContentError, place, shown
from tests.written import small_deck, small_journey

Spoil = Callable[[dict[str, Any]], object]


def lines_of(document: object, check: Callable[[object, str], object] = check_journey) -> list[str]:
    with pytest.raises(ContentError) as error:
        check(document, "f")
    return str(error.value).splitlines()


def first(journey: dict[str, Any]) -> dict[str, Any]:
    barrier: dict[str, Any] = journey["stages"][0]["barriers"][0]
    return barrier


WORDINGS: list[tuple[Spoil, str]] = [
    (lambda j: j.pop("statement"), "f: statement: this field is missing"),
    (
        lambda j: j.update(titel="x"),
        "f: titel: no field of this name belongs here; correct its spelling or take it out",
    ),
    (
        lambda j: j.update({"a b": "x"}),
        "f: [“a b”]: no field of this name belongs here; correct its spelling or take it out",
    ),
    (lambda j: j.update(title=3), "f: title: expected text in double quotes, found a number"),
    (lambda j: j.update(title=None), "f: title: expected text in double quotes, found null"),
    (lambda j: j.update(title=True), "f: title: expected text in double quotes, found true"),
    (lambda j: j.update(title=" "), "f: title: expected some text, found none"),
    (lambda j: j.update(title="x" * 301), "f: title: expected at most 300 characters, found 301"),
    (
        lambda j: j.update(id="Two Words"),
        "f: id: expected lower-case words joined by hyphens, found “Two Words”",
    ),
    (
        lambda j: j.update(stages={}),
        "f: stages: expected a list, in square brackets, found an object",
    ),
    (lambda j: j.update(stages=[]), "f: stages: expected at least 1 in this list, found none"),
    (
        lambda j: first(j).update(sources=["page 3"]),
        "f: stages[0].barriers[0].sources[0]: expected an object, in curly brackets, "
        "found “page 3” (in “no-time”)",
    ),
    (
        lambda j: first(j).update(opm="commitment"),
        "f: stages[0].barriers[0].opm: expected consider, create, communicate or commit, "
        "found “commitment” (in “no-time”)",
    ),
    (
        lambda j: j["stages"][1].pop("when"),
        "f: stages[1].when: this field is missing (in “Act”)",
    ),
    (
        lambda j: j.update(title="Click <a href='x'>here</a>"),
        "f: title: expected plain text, found what looks like HTML: “<a href='x'>”",
    ),
    (
        lambda j: j.update(title="<!-- hidden"),
        "f: title: expected plain text, found what looks like HTML: “<!--”",
    ),
    (
        lambda j: j.update(title="bell\x07"),
        "f: title: expected text that can be seen, found the character U+0007",
    ),
    (
        lambda j: j.update(title="\u202egnp"),
        "f: title: expected text that can be seen, found the character U+202E",
    ),
]


@pytest.mark.parametrize(("spoil", "line"), WORDINGS, ids=[line[:60] for _, line in WORDINGS])
def test_a_mistake_is_told_in_one_plain_line(spoil: Spoil, line: str) -> None:
    journey = small_journey()
    spoil(journey)
    assert lines_of(journey) == [line]


def test_too_many_items_are_counted() -> None:
    journey = small_journey()
    stage = journey["stages"][0]
    stage["barriers"] = [{**first(journey), "id": f"barrier-{n}"} for n in range(9)]
    assert lines_of(journey) == [
        "f: stages[0].barriers[8]: expected at most 8 barriers, found 9; those from here on are "
        "too many (in “barrier-8”)"
    ]


def test_a_list_that_is_too_long_hides_no_mistake_in_it() -> None:
    journey = small_journey()
    barrier = first(journey)
    stage = {**journey["stages"][0], "barriers": []}
    journey["stages"] = [
        {**stage, "title": f"S{n}", "barriers": [{**barrier, "id": f"b{n}"}]} for n in range(40)
    ]
    journey["stages"][3]["barriers"] = [{**barrier, "id": f"c{n}"} for n in range(45)]
    journey["stages"][3]["barriers"][44]["opm"] = "hope"
    del journey["stages"][30]["who"]
    del journey["title"]
    assert sorted(line.partition(" (in")[0] for line in lines_of(journey)) == [
        "f: stages[12]: expected at most 12 stages, found 40; those from here on are too many",
        "f: stages[30].who: this field is missing",
        "f: stages[3].barriers[44].opm: expected consider, create, communicate or commit, found "
        "“hope”",
        "f: stages[3].barriers[8]: expected at most 8 barriers, found 45; those from here on are "
        "too many",
        "f: title: this field is missing",
    ]


def test_far_beyond_what_there_may_be_nothing_is_looked_into() -> None:
    lines = lines_of({**small_journey(), "stages": [{}] * 5000})
    assert lines[0] == (
        "f: stages[12]: expected at most 12 stages, found 5000; those from here on are too many"
    )
    assert lines[-1] == f"f: the rest: {1 + LOOKED_INTO * 5 - 500:,} more mistakes"
    journey = small_journey()
    journey["stages"][0]["barriers"] = [3] * 5000
    lines = lines_of(journey)
    assert "found 5000; those from here on are too many" in lines[0]
    assert lines[-1] == f"f: the rest: {1 + LOOKED_INTO - 500:,} more mistakes"
    lines = lines_of({**small_deck(), "cards": [3] * 5000}, check_deck)
    assert lines[-1] == f"f: the rest: {1 + MOST_CARDS - 500:,} more mistakes"


NEXT = datetime.now(UTC).year + 1


@pytest.mark.parametrize(
    ("year", "words"),
    [
        (NEXT + 1, f"expected {NEXT} or less, found {NEXT + 1}"),
        (1776, "expected 1900 or more, found 1776"),
        (20033, "expected 2100 or less, found 20033"),
        ("last year", "expected a whole number, found “last year”"),
        (2003.5, "expected a whole number, found a number"),
    ],
)
def test_a_year_is_a_year(year: object, words: str) -> None:
    deck = small_deck()
    deck["cards"][1]["study"]["year"] = year
    assert lines_of(deck, check_deck) == [f"f: cards[1].study.year: {words} (in “prompt”)"]


def test_a_year_may_be_the_next_one() -> None:
    deck = small_deck()
    deck["cards"][1]["study"]["year"] = NEXT
    assert look_at(deck, "f", "deck").mistakes == ()


@pytest.mark.parametrize(
    "doi",
    ["10.1000/abc.", "10.1000/abc,", "10.1000/abc;", "10.1000/a😀", "10.1000/“abc”", '10.1000/"a"',
     "10.1000/", "10.1000/a b", "10.１０００/182", "10.1000/ab\u200bc", "x10.1000/182"],
)  # fmt: skip
def test_what_is_nearly_a_doi_is_a_mistake(doi: str) -> None:
    deck = small_deck()
    deck["cards"][1]["study"]["doi"] = doi
    [line] = lines_of(deck, check_deck)
    assert line.startswith("f: cards[1].study.doi: expected a DOI that begins with 10")


@pytest.mark.parametrize(
    "before",
    ["http://doi.org/", "https://dx.doi.org/", "doi.org/", "dx.doi.org/", "www.doi.org/", "DOI ",
     "doi:", "DOI: https://doi.org/"],
)  # fmt: skip
@pytest.mark.parametrize(
    "doi",
    ["10.1000/182", "10.1002/(SICI)1099-1050(199709)6:5<431::AID-HEC290>3.0.CO;2-L",
     "10.1016/0022-1236(73)90021-9", "10.1111/j.1467-9280.2007.01917.x"],
)  # fmt: skip
def test_what_people_write_before_a_doi_is_taken_off(before: str, doi: str) -> None:
    deck = small_deck()
    deck["cards"][1]["study"]["doi"] = before + doi
    assert check_deck(deck, "f").cards[1].study.doi == doi


def test_a_doi_may_be_written_as_an_address_and_is_kept_without_it() -> None:
    deck = small_deck()
    deck["warning"]["figures"][0]["doi"] = "https://doi.org/10.1000/183"
    deck["cards"][1]["study"]["doi"] = " DOI: 10.1000/182"
    assert check_deck(deck, "f") == check_deck(small_deck(), "f")
    assert look_at(deck, "f", "deck").document == small_deck()


def test_what_is_an_address_and_no_doi_is_a_mistake() -> None:
    deck = small_deck()
    deck["warning"]["figures"][0]["doi"] = "https://example.org/10.1000/182"
    assert lines_of(deck, check_deck) == [
        "f: warning.figures[0].doi: expected a DOI that begins with 10, as in 10.1000/182, "
        "found “https://example.org/10.1000/182”"
    ]


def test_many_mistakes_are_told_at_once_and_none_of_them_twice() -> None:
    journey = small_journey()
    journey["titel"] = journey.pop("title")
    for stage in journey["stages"]:
        stage["barriers"][0]["com_b"] = ["wrong"]
        stage["who"] = ""
    places = [line.split(": ")[1] for line in lines_of(journey)]
    assert places == [
        "title",
        "stages[0].who",
        "stages[0].barriers[0].com_b[0]",
        "stages[1].who",
        "stages[1].barriers[0].com_b[0]",
        "titel",
    ]


def test_new_lines_tabs_and_mathematics_are_plain_text() -> None:
    journey = small_journey()
    journey["statement"] = "1 < 2, and 3 > 2.\n\tSo p <.05, n>30 – “quoted”, naïve."
    assert check_journey(journey, "f").statement == journey["statement"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            '{\n  "id": "a",\n  "title" "b"\n}',
            "f: line 3, column 11: not JSON: expected a colon after the field name",
        ),
        (
            '{"a": [1 2]}',
            "f: line 1, column 10: not JSON: expected a comma or a closing bracket "
            '(a quotation mark inside text is written \\")',
        ),
        (
            "{a: 1}",
            "f: line 1, column 2: not JSON: expected a field name in double quotes "
            "(a comma too many before?)",
        ),
        (
            "",
            "f: line 1, column 1: not JSON: expected a value: text in double quotes, a number, "
            "null, [ or {",
        ),
        (
            '{"a": "one\ntwo"}',
            "f: line 1, column 11: not JSON: a line break or tab inside quoted text (write \\n "
            "or \\t)",
        ),
        (
            '{"a": "b',
            "f: line 1, column 7: not JSON: the text that begins here has no closing quotation "
            "mark",
        ),
        (
            "{} {}",
            "f: line 1, column 4: not JSON: expected the end of the file, found more after it",
        ),
        (
            r'{"a": "C:\dir"}',
            "f: line 1, column 10: not JSON: a backslash that stands alone (write it twice)",
        ),
        ('{"a": NaN}', "f: the top level: not JSON: NaN is no number"),
    ],
)
def test_a_fault_in_the_json_is_told_with_line_and_column(text: str, line: str) -> None:
    with pytest.raises(ContentError) as error:
        read_document(text.encode(), "f")
    assert str(error.value) == line


def test_a_comma_too_many_is_found_on_its_line() -> None:
    with pytest.raises(ContentError) as error:
        read_document(b'{\n  "id": "a",\n}', "f")
    [mistake] = error.value.mistakes  # Python 3.13 points at the comma, 3.11 at what follows
    assert mistake.place in ("line 2, column 12", "line 3, column 1")
    assert "a comma too many" in mistake.message


def test_a_field_written_twice_is_a_mistake_and_not_a_loss() -> None:
    text = json.dumps(small_journey()).replace('"when": "Today"', '"when": "Now", "when": "Today"')
    assert lines_of(read_document(text.encode(), "f")) == [
        "f: stages[0].when: this field is written twice (in “Plan”)",
        "f: stages[1].when: this field is written twice (in “Act”)",
    ]


def test_a_file_in_another_encoding_is_refused_with_its_line() -> None:
    with pytest.raises(ContentError) as error:
        read_document('{\n"a": "naïve"}'.encode("latin-1"), "f")
    assert str(error.value) == "f: line 2: expected UTF-8 text; save the file in that encoding"


def test_a_byte_order_mark_is_let_pass() -> None:
    assert read_document(b"\xef\xbb\xbf{}", "f") == {}


def test_a_file_too_large_is_refused_unread() -> None:
    with pytest.raises(ContentError) as error:
        read_document(b" " * (LARGEST_FILE + 1), "f")
    assert str(error.value) == "f: the file: expected at most 1,000,000 bytes, found more"


def test_a_document_of_far_too_many_values_is_refused_at_once() -> None:
    assert lines_of({"stages": [0] * 20_000}) == [
        "f: the top level: expected at most 20,000 values, found more"
    ]


def test_what_is_wrong_five_hundred_times_hides_no_other_kind_of_mistake() -> None:
    deck = small_deck()
    card = deck["cards"][0]
    deck["cards"] = [{**card, "id": f"c{n}", "title": f"T{n}"} for n in range(600)]
    for each in deck["cards"]:
        del each["study"]
    deck["cards"][598]["id"] = "c1"
    deck["cards"][599]["setting"] = "<b>x</b>"
    lines = lines_of(deck, check_deck)
    assert len(lines) == 501
    assert lines[-1] == "f: the rest: 102 more mistakes"
    assert sum("this field is missing" in line for line in lines) == 498
    assert sum("“c1” is already at cards[1].id" in line for line in lines) == 1
    assert sum("looks like HTML" in line for line in lines) == 1


def test_beyond_five_hundred_mistakes_are_only_counted() -> None:
    journey = small_journey()
    journey["stages"][0]["barriers"][0]["sources"] = [0] * 510
    found = lines_of(journey)
    assert len(found) == 501
    assert found[-1] == "f: the rest: 10 more mistakes"


@pytest.mark.parametrize("depth", [50, 900, 100_000])
def test_brackets_too_deep_are_refused_and_break_nothing(depth: int) -> None:
    raw = b'{"stages": ' + b"[" * depth + b"]" * depth + b"}"
    with pytest.raises(ContentError) as error:
        check_journey(read_document(raw, "f"), "f")
    assert "expected at most 12 levels of brackets" in str(error.value)


def test_half_of_a_character_is_told_and_not_printed() -> None:
    journey = json.loads(json.dumps(small_journey() | {"title": "\ud83d"}))
    found = lines_of(journey)
    assert found == [
        "f: title: expected text that can be seen, found the character U+D83D",
    ]
    assert "\n".join(found).encode()


def test_what_a_message_repeats_is_short_and_visible() -> None:
    assert shown("x" * 61) == f"“{'x' * 57}...”"
    assert shown("red\x1b[31m\u202e") == "“red\\x1b[31m\\u202e”"
    assert shown(object()) == "something else"
    assert place(("cards", 3, "study", "\x1b[31m")) == "cards[3].study[“\\x1b[31m”]"
    assert place(()) == "the top level"
