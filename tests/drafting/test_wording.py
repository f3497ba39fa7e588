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


def test_no_stage_leads_to_the_button_that_adds_one() -> None:
    draft = shaped(small_journey())
    assert said({**draft, "stages": []}) == {"add-stage": "Add a stage."}


def test_too_many_lead_to_the_button_that_takes_the_first_of_them_away() -> None:
    draft = shaped(small_journey())
    stage, barrier = draft["stages"][0], draft["stages"][0]["barriers"][0]
    many = [
        {**stage, "title": f"S{n}", "barriers": [{**barrier, "id": f"b{n}"}]} for n in range(40)
    ]
    many[0]["barriers"] = [{**barrier, "id": f"c{n}"} for n in range(9)]
    many[20]["who"] = many[39]["barriers"][0]["text"] = ""
    told = said({**draft, "stages": many})
    assert list(told.items()) == [
        (
            "remove-barrier-0-8",
            "Stage 1, barrier 9: there are 9 barriers, and at most 8 fit on a stage; this one "
            "and any after it are too many.",
        ),
        (
            "remove-stage-12",
            "Stage 13: there are 40 stages, and at most 12 can be played; this one and "
            "any after it are too many.",
        ),
        ("stages-20-who", "Stage 21: say who acts."),
        ("stages-39-barriers-0-text", "Stage 40, barrier 1: enter the barrier."),
    ]
    for button in ("remove-barrier-0-8", "remove-stage-12"):
        assert act({**draft, "stages": many}, button) is not None


def test_several_mistakes_in_a_field_are_all_said() -> None:
    draft = shaped(small_journey())
    draft["stages"][0]["who"] = "<b>" + "x" * 300
    assert said(draft)["stages-0-who"] == (
        "Stage 1: who acts may have 300 characters; it has 303. Stage 1: who acts: expected plain "
        "text, found what looks like HTML: “<b>”."
    )


def test_what_has_no_way_is_said_without_a_field() -> None:
    assert by_field([(None, "expected less")]) == {"": "Expected less."}
