"""Shapes: a wrong shape is named by its field, in plain English.

Leaves out which command has which field (`test_messages.py`). Always: what was sent is
not repeated in the answer.
"""

from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.game.messages import Malformed
from app.game.opening import OpenWorkshop
from app.game.phases import Phase
from app.game.shapes import validated
from app.game.text import Words


class Inner(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    part: Literal["one", "two"]


class Everything(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    words: Words = "words"
    two: Annotated[str, StringConstraints(min_length=2, pattern="^[a-z]+$")] = "ab"
    number: Annotated[int, Field(ge=1, le=5)] = 1
    small: Annotated[int, Field(lt=10)] = 1
    flag: bool = True
    several: Annotated[list[int], Field(min_length=2, max_length=3)] = [1, 2]
    some: Annotated[list[int], Field(min_length=1)] = [1]
    inner: Inner = Inner(part="one")
    table: dict[str, int] = {}
    phase: Annotated[Phase, Field(strict=False)] = Phase.PLAY
    either: str | dict[str, object] = ""
    share: float = 0.5

    @model_validator(mode="after")
    def _together(self) -> "Everything":
        if self.number == self.small == 5:
            raise ValueError("These two do not go together.")
        return self


def mistake(**fields: Any) -> tuple[str | None, str]:
    with pytest.raises(Malformed) as no:
        validated(Everything, fields)
    return no.value.field, no.value.message


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("words", "", "is empty."),
        ("words", " \n ", "is empty."),
        ("words", "\x00\x07", "is empty."),
        ("words", None, "must be text."),
        ("words", 5, "must be text."),
        ("words", "x" * 2001, "is too long: 2,000 characters at most."),
        ("two", "a", "is too short."),
        ("two", "AB", "has characters that are not allowed there."),
        ("two", "ab\ud800", "must be text in Unicode."),
        ("number", "3", "must be a whole number."),
        ("number", 3.5, "must be a whole number."),
        ("number", True, "must be a whole number."),
        ("number", 0, "must be 1 or more."),
        ("number", 6, "must be 5 or less."),
        ("small", 10, "must be less than 10."),
        ("flag", 1, "must be true or false."),
        ("several", "ab", "must be a list."),
        ("several", [1], "needs at least 2 entries."),
        ("several", [1, 2, 3, 4], "takes at most 3 entries."),
        ("some", [], "is empty."),
        ("inner", [], "must be an object."),
        ("table", 5, "must be an object."),
        ("share", "half", "is not right."),
        ("unknown", 5, "is not a field of this request."),
    ],
)
def test_a_mistake_is_said_with_its_field(field: str, value: object, says: str) -> None:
    assert mistake(**{field: value}) == (field, f"“{field}” {says}")


def test_a_choice_off_the_list_is_answered_with_the_list() -> None:
    assert mistake(inner={"part": "three"}) == (
        "inner.part",
        "“inner.part” must be one of 'one' or 'two'.",
    )
    field, message = mistake(phase="night")
    assert field == "phase"
    assert message.startswith("“phase” must be one of 'lobby', 'briefing', ")


def test_a_missing_field_is_named() -> None:
    assert mistake(inner={}) == ("inner.part", "“inner.part” is missing.")


def test_a_place_in_a_list_is_named_by_its_number() -> None:
    assert mistake(several=[1, "two"])[0] == "several.1"


def test_where_several_kinds_are_possible_the_field_is_still_the_field() -> None:
    assert mistake(either=5) == ("either", "“either” must be text.")


def test_a_rule_over_the_whole_has_no_field() -> None:
    assert mistake(number=5, small=5) == (None, "These two do not go together.")


def test_what_was_sent_is_not_repeated() -> None:
    _, message = mistake(words=["a secret"])
    assert "secret" not in message


def test_the_first_mistake_is_the_one_that_is_told() -> None:
    assert mistake(small=99, number=99)[0] == "number"


def test_what_is_right_comes_back_as_the_model() -> None:
    wish = validated(OpenWorkshop, {"title": " A  title ", "problems": ["sharing", {"id": "own"}]})
    assert wish == OpenWorkshop(title="A title", problems=["sharing", {"id": "own"}])
