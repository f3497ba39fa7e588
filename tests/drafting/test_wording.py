"""How mistakes are said beside their fields; they are found by the real rules."""

from app.content import look_at
from app.drafting.acts import act
from app.drafting.shape import Draft, blank, fields, shaped
from app.drafting.wording import by_field
from tests.written import small_journey


def said(draft: Draft) -> dict[str, str]:
    found = look_at(draft, "draft", "journey")
    return by_field((mistake.way, mistake.message) for mistake in found.mistakes)


def test_a_sound_one_has_nothing_to_say() -> None:
    assert said(shaped(small_journey())) == {}


def test_an_empty_one_is_told_field_by_field_in_the_order_of_the_page() -> None:
    assert list(said(blank()).items()) == [
        ("title", "Enter the title."),
        ("statement", "Enter the problem in a sentence or two."),
        ("stages-0-title", "Stage 1: enter the title."),
        ("stages-0-who", "Stage 1: say who acts."),
        ("stages-0-does", "Stage 1: say what they do."),
        ("stages-0-when", "Stage 1: say when."),
        ("stages-0-barriers-0-text", "Stage 1, barrier 1: enter the barrier."),
        ("stages-0-barriers-0-finding", "Stage 1, barrier 1: enter the finding behind it."),
        (
            "stages-0-barriers-0-sources-0-document",
            "Stage 1, barrier 1, source 1: enter the document.",
        ),
        (
            "stages-0-barriers-0-sources-0-section",
            "Stage 1, barrier 1, source 1: enter the section.",
        ),
        ("stages-0-barriers-0-opm", "Stage 1, barrier 1: choose the part of practice it lies in."),
        ("stages-0-barriers-0-com_b", "Stage 1, barrier 1: tick what would have to change."),
    ]


def test_every_mistake_leads_to_a_field_of_the_form_or_to_a_button() -> None:
    draft = shaped(small_journey())
    draft["title"] = "x" * 301
    draft["stages"][0]["does"] = "<script>alert(1)</script>"
    draft["stages"][0]["barriers"][0].update(text="y" * 5000, levels=["nobody"], opm="x")
    draft["stages"][0]["barriers"][0]["sources"] = []
    draft["stages"][1].update(title=draft["stages"][0]["title"], barriers=[])
    told = said(draft)
    buttons = {"add-source-0-0", "add-barrier-1"}
    assert set(told) - set(fields(draft)) == buttons
    for button in buttons:
        assert act(draft, button) is not None
    assert told == {
        "title": "The title may have 300 characters; it has 301.",
        "stages-0-does": told["stages-0-does"],
        "stages-0-barriers-0-text": (
            "Stage 1, barrier 1: the barrier may have 400 characters; it has 5,000."
        ),
        "add-source-0-0": "Stage 1, barrier 1: add a source.",
        "stages-0-barriers-0-opm": told["stages-0-barriers-0-opm"],
        "stages-0-barriers-0-levels": (
            "Stage 1, barrier 1: tick whose practice it is, from the list."
        ),
        "stages-1-title": "Stage 2: the title is that of stage 1; give it one of its own.",
        "add-barrier-1": "Stage 2: add a barrier.",
    }
    assert "looks like HTML" in told["stages-0-does"]


def test_no_stages_and_too_many_lead_to_the_button_that_adds_one() -> None:
    draft = shaped(small_journey())
    assert said({**draft, "stages": []}) == {"add-stage": "Add a stage."}
    many = [{**draft["stages"][0], "title": f"S{n}"} for n in range(13)]
    for number, stage in enumerate(many):
        stage["barriers"] = [{**stage["barriers"][0], "id": f"b{number}"}]
    [(field, words)] = said({**draft, "stages": many}).items()
    assert field == "add-stage"
    assert "at most 12" in words


def test_what_has_no_way_is_said_without_a_field() -> None:
    assert by_field([(None, "expected less")]) == {"": "Expected less."}
