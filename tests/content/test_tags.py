"""Tags: as people write them, in words or codes, with whatever between them."""

import pytest

from app.content.tags import KNOWN, WORDS, read_tag, read_tags, slug, write_tags
from app.game.fitting import TABLE

REFLECTIVE, SOCIAL = "motivation-reflective", "opportunity-social"


@pytest.mark.parametrize(
    "written",
    [
        "motivation-reflective; opportunity-social",
        "Motivation, reflective; Opportunity, social",
        "Motivation, reflective, Opportunity, social",
        "reflective motivation\nsocial opportunity",
        "MOTIVATION: REFLECTIVE;opportunity_social".replace("_", " "),
        "Reflective motivation; Social opportunity",
        " motivation (reflective) ;; opportunity – social; ",
    ],
)
def test_com_b_is_read_in_words_and_in_codes(written: str) -> None:
    assert read_tags(written, "com_b") == [REFLECTIVE, SOCIAL]


@pytest.mark.parametrize(
    ("written", "field", "tags"),
    [
        ("Mid level, front line", "levels", ["mid-level", "frontline"]),
        ("Strategic leaders; wider organisations", "levels", ["strategic", "wider"]),
        ("", "levels", []),
        ("norms/ego, Priming", "mindspace", ["norms/ego", "Priming"]),
        ("commitment; Norm", "mindspace", ["Commitments", "Norms"]),
        ("7.1 Prompts/cues, 3.1 Social support (unspecified)", "bct",
         ["7.1 Prompts/cues", "3.1 Social support (unspecified)"]),
        ("motivation, social", "com_b", ["motivation", "social"]),
    ],
)  # fmt: skip
def test_what_is_no_tag_is_kept_as_it_was_written(
    written: str, field: str, tags: list[str]
) -> None:
    assert read_tags(written, field) == tags


def test_one_tag_is_one() -> None:
    assert (read_tag("COMMIT", "opm"), read_tag("commitment", "opm")) == ("commit", "commitment")


@pytest.mark.parametrize("field", KNOWN)
def test_every_tag_is_written_as_it_is_read(field: str) -> None:
    tags = list(dict.fromkeys(KNOWN[field].values()))
    assert read_tags(write_tags(tags, field), field) == tags


def test_a_tag_is_called_the_same_in_a_spreadsheet_as_on_a_page() -> None:
    assert write_tags([REFLECTIVE, SOCIAL], "com_b") == "Reflective motivation; Social opportunity"
    for component in TABLE:
        assert WORDS[component.of] == component.name
    assert read_tag("Fair", "replication") == "moderate"


def test_a_slug_is_short_and_not_taken() -> None:
    taken = {"we-don-t"}
    assert (
        slug("We don’t know what — or why, at all, ever", taken, "b") == "we-dont-know-what-or-why"
    )
    assert slug("¿?", taken, "b") == "b"
    assert slug("!", taken, "b") == "b-2"
    assert len(slug("x" * 500, taken, "b")) == 48
