"""Who may read what in an export: nobody marks too early, analysts no names at all.

Leaves out who may ask over HTTP. Always: files are searched as they are, and what they
pack is unpacked.
"""

import html
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import cycle

import pytest

from app.exports.readers import FACILITATOR, NAME, Names
from app.exports.tables import (
    TABLES,
    Reader,
    everything,
    log_json,
    make_table,
    methods,
    workshop_json,
)
from app.game.messages import ERASED, Forbidden
from app.game.workshop import Workshop

from .played import (
    ACCOUNT,
    AT,
    CO_HOSTS,
    NAMES,
    ORGANISATIONS,
    Played,
    by_idea,
    finished,
    lines,
    rows_of,
    table,
)

SAID = [name if name != "bartleby" else "Bartleby" for name in (*NAMES, *CO_HOSTS)]
"""Every name as somebody would write it."""

BLIND = "The ratings are not open yet"


def files(packed: bytes, within: str = "") -> Iterator[tuple[str, str]]:
    """Every file of an archive as text, with those of the archives in it."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            if zipfile.is_zipfile(io.BytesIO(content)):
                yield from files(content, f"{within}{name}/")
            else:
                text = content.decode("utf-8-sig", "replace")
                yield within + name, html.unescape(text) if "xml" in text[:9] else text


def all_files(played: Played, reader: Reader) -> list[tuple[str, str]]:
    return list(files(everything(played.table.workshop, rows_of(played.table), AT, reader)))


@pytest.fixture(scope="module")
def named() -> Played:
    """A finished workshop in which everybody's name is written into texts."""
    return finished(f" (said {name})" for name in SAID)


def contents(played: Played) -> dict[str, object]:
    """What the staff's files are written from, and the files that are written from nothing else."""
    workshop, rows = played.table.workshop, rows_of(played.table)
    return {
        **{what: table(played, what) for what in TABLES},
        "log": log_json(workshop, rows, Reader.STAFF),
        "workshop": workshop_json(workshop, Reader.STAFF),
        "methods": methods(workshop, rows, AT, Reader.STAFF),
    }


def test_before_the_ratings_are_open_nothing_depends_on_a_mark() -> None:
    played, otherwise = (Played().play().rate(otherwise=other) for other in (False, True))
    assert played.table.workshop.ratings != otherwise.table.workshop.ratings
    assert contents(played) == contents(otherwise)
    for each in (played, otherwise):
        each.host("OpenRatings")
    opened, differently = contents(played), contents(otherwise)
    assert {what for what in opened if opened[what] != differently[what]} == {
        "longlist", "ratings", "log", "workshop",
    }  # fmt: skip


def test_before_the_ratings_are_open_there_is_only_how_many_have_rated() -> None:
    played = Played().play().rate()
    found = by_idea(played)[played.rated]
    assert (found["ratings"], found["participants_ratings"], found["staff_ratings"]) == (15, 12, 3)
    empty = [name for name in found if re.search("impact|effort|amenability|priority|prop", name)]
    assert len(empty) == 11
    assert {found[name] for name in empty} == {None}
    for line in lines(table(played, "ratings")):
        if line["idea_id"] == played.rated:
            assert line["rated_by"] == 15
            assert {
                line[name]
                for name in line
                if re.search("mean|median|spread|gap|raters|reasons", name)
            } == {None}
    assert {what for what in TABLES if BLIND in table(played, what).note} == {
        "longlist", "shortlist", "ratings",
    }  # fmt: skip


def test_before_the_ratings_are_open_the_log_withholds_marks_and_reasons() -> None:
    played = Played().play()
    played._mentions = cycle(["REASON"])
    played.rate()
    events = json.loads(log_json(played.table.workshop, rows_of(played.table), Reader.STAFF))
    rated = [event for event in events if event["kind"] == "IdeaRated"]
    assert len(rated) == 19
    for event in rated:
        fields = {"seq", "kind", "at", "actor", "idea", "rater", "staff", "withheld"}
        assert set(event) == fields
        assert event["withheld"] is True
    whole = json.loads(workshop_json(played.table.workshop, Reader.STAFF))
    by_id = {ratings["idea"]: ratings for ratings in whole["ratings"]}
    assert by_id[played.rated] == {"idea": played.rated, "raters": 15, "withheld": True}
    assert not [name for name, text in all_files(played, Reader.STAFF) if "REASON" in text]


def test_a_log_that_ran_ahead_of_the_workshop_gives_nothing_away() -> None:
    played = Played().play().rate()
    before = played.table.workshop
    played.host("OpenRatings")
    events = json.loads(log_json(before, rows_of(played.table), Reader.STAFF))
    assert events[-1]["seq"] == before.seq
    assert all(event["withheld"] for event in events if event["kind"] == "IdeaRated")


EXPORTS: list[Callable[[Workshop, Played], object]] = [
    *(lambda workshop, _, what=what: make_table(what, workshop, AT, Reader.ANALYST)
      for what in TABLES),
    lambda workshop, played: log_json(workshop, rows_of(played.table), Reader.ANALYST),
    lambda workshop, _: workshop_json(workshop, Reader.ANALYST),
    lambda workshop, played: methods(workshop, rows_of(played.table), AT, Reader.ANALYST),
    lambda workshop, played: everything(workshop, rows_of(played.table), AT, Reader.ANALYST),
]  # fmt: skip


@pytest.mark.parametrize("export", EXPORTS)
def test_an_analyst_has_nothing_before_the_workshop_is_closed(
    export: Callable[[Workshop, Played], object],
) -> None:
    played = Played().play().rate().choose()
    with pytest.raises(Forbidden, match="once the workshop is closed"):
        export(played.table.workshop, played)
    played.host("OpenPhase", phase="closed")
    assert export(played.table.workshop, played)


def test_no_file_of_an_analyst_has_anybody_s_name_in_it(named: Played) -> None:
    parts = [part for name in SAID for part in re.split(r"[^\w]+|<\w>", name) if len(part) > 1]
    assert len(parts) > 20
    written = "\n".join(text for _, text in all_files(named, Reader.STAFF))
    assert [part for part in parts if part not in written] == []
    found = [
        (name, part)
        for name, text in all_files(named, Reader.ANALYST)
        for part in parts
        if part.casefold() in text.casefold()
    ]
    assert found == []


def test_no_file_of_an_analyst_has_an_account_in_it(named: Played) -> None:
    assert [name for name, text in all_files(named, Reader.STAFF) if ACCOUNT.id in text]
    assert not [name for name, text in all_files(named, Reader.ANALYST) if ACCOUNT.id in text]


def test_analysts_know_people_by_the_same_pseudonym_everywhere(named: Played) -> None:
    workshop = named.table.workshop
    staff = lines(table(named, "longlist"))
    analyst = lines(table(named, "longlist", Reader.ANALYST))
    for theirs, ours, idea in zip(analyst, staff, workshop.ideas(), strict=True):
        assert theirs["author"] == "; ".join(f"Person {id[1:]}" for id in idea.authors)
        assert ours["author"] == "; ".join(workshop.people[id].name for id in idea.authors)
    events = json.loads(log_json(workshop, rows_of(named.table), Reader.ANALYST))
    names = {e["person"]: e["name"] for e in events if e["kind"] == "PersonJoined"}
    assert names == {id: f"Person {id[1:]}" for id in workshop.people}
    whole = json.loads(workshop_json(workshop, Reader.ANALYST))
    assert {person["id"]: person["name"] for person in whole["people"]} == names


def test_analysts_read_the_words_as_they_were_but_for_names(named: Played) -> None:
    staff = lines(table(named, "longlist"))
    analyst = lines(table(named, "longlist", Reader.ANALYST))
    assert [line["idea_id"] for line in analyst] == [line["idea_id"] for line in staff]
    for theirs, ours in zip(analyst, staff, strict=True):
        for column in ("intervention", "how_it_works", "example", "caution", "reason"):
            words, said = theirs[column], ours[column]
            assert (words is None) == (said is None)
            if words is not None:
                words = str(words)
                assert NAME in words
                for name in SAID:
                    said = str(said).replace(f"(said {name})", f"(said {NAME})")
                assert words == said
        same = set(ours) - {"author"}
        numbers = {name for name in same if not isinstance(ours[name], str)}
        assert {name: theirs[name] for name in numbers} == {name: ours[name] for name in numbers}


def test_an_analyst_s_table_says_that_people_stand_under_pseudonyms(played: Played) -> None:
    for what in TABLES:
        assert "pseudonyms" in table(played, what, Reader.ANALYST).note
        assert "pseudonyms" not in table(played, what).note


def test_facilitators_stand_in_an_analyst_s_log_by_what_they_are(played: Played) -> None:
    workshop, rows = played.table.workshop, rows_of(played.table)
    staff = json.loads(log_json(workshop, rows, Reader.STAFF))
    analyst = json.loads(log_json(workshop, rows, Reader.ANALYST))
    assert {event["actor"] for event in staff} - {event["actor"] for event in analyst} == {
        ACCOUNT.id
    }
    raters = {event["rater"] for event in analyst if event["kind"] == "IdeaRated"}
    assert raters - set(workshop.people) == {FACILITATOR}
    assert {event["by"] for event in analyst if event["kind"] == "IdeaShortlisted"} == {FACILITATOR}


def analysts(played: Played) -> Names:
    return Names(played.table.workshop, Reader.ANALYST)


def test_a_name_goes_only_where_it_stands_as_whole_words() -> None:
    played = Played()
    names = analysts(played)
    assert names.words("ZEBEDEE  quill's and Zebedee\nQuill") == f"{NAME}'s and {NAME}"
    assert names.words("Zebedee Quills, Quill") == "Zebedee Quills, Quill"
    assert names.words("Xanthe, xanthe, Xanthes") == f"{NAME}, xanthe, Xanthes"


def test_a_name_of_one_word_in_small_letters_goes_only_where_it_is_written_as_a_name() -> None:
    played = Played()
    played.table.join("NHS", "will")
    assert analysts(played).words("Will said they will") == f"{NAME} said they will"


def test_who_gives_an_organisation_for_a_name_does_not_blot_it_out() -> None:
    played = Played(organisations=[*ORGANISATIONS, "Home Office", "DfE", "Ofsted"])
    for name in ("NHS", "ofsted", "Enid Lane"):
        played.table.join("NHS", name)
    said = "The NHS, Ofsted and Enid Lane"
    assert analysts(played).words(said) == f"The NHS, Ofsted and {NAME}"


def test_who_gives_their_own_name_for_an_organisation_is_not_named_by_it() -> None:
    played = Played()
    enid = played.table.join("Enid Lane", "Enid Lane")
    played.host("OpenPhase", phase="play")
    idea = played.table.submit(enid)
    played.host("OpenPhase", phase="closed")
    for reader, name in ((Reader.STAFF, "Enid Lane"), (Reader.ANALYST, NAME)):
        assert by_idea(played, reader=reader)[idea]["organisations"] == name
        assert lines(table(played, "participation", reader))[-1]["organisation"] == name
        answered = [line["organisation_names"] for line in lines(table(played, "coverage", reader))]
        assert [names for names in answered if names] == [name]
        said = methods(played.table.workshop, rows_of(played.table), AT, reader)
        assert f"Home Office; {name})" in said


def test_a_workshop_called_after_somebody_is_not_called_so_for_analysts(played: Played) -> None:
    workshop = replace(played.table.workshop, title="The workshop of Zebedee Quill")
    for reader, name in ((Reader.STAFF, "Zebedee Quill"), (Reader.ANALYST, NAME)):
        made = make_table("cards", workshop, AT, reader)
        assert made.title == f"Use of cards: The workshop of {name}"
        assert json.loads(workshop_json(workshop, reader))["title"] == f"The workshop of {name}"


def test_an_erased_name_is_no_name_to_look_for(played: Played) -> None:
    workshop = played.table.workshop
    erased = workshop.having(replace(workshop.people["p1"], name=ERASED))
    author = lines(make_table("longlist", erased, AT, Reader.STAFF))[0]["author"]
    assert author == ERASED
    assert Names(erased, Reader.ANALYST).words(f"{ERASED} Zebedee Quill") == (
        f"{ERASED} Zebedee Quill"
    )
