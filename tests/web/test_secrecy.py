"""Nobody is sent what they may not see, on any surface, at any moment.

A workshop is played in which every word is marked (`canaries.py`). Leaves out who may do
what. Always: what must not be found is looked for in everything, and what must be found
is looked for too, so that an empty answer does not pass.
"""

import re
from collections.abc import Iterator

import pytest

from tests.served import KEY, Served, served
from tests.web.canaries import (
    EVERY_MARKER,
    MOMENTS,
    VIEWERS,
    World,
    marker,
    may_see,
    play,
    unpacked,
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with served(tmp_path_factory.mktemp("secrecy")) as server:
        made = World(server)
        play(made)
        yield made


def found_in(text: str) -> set[str]:
    return EVERY_MARKER & set(re.findall(r"Qx\w+?xQ", text))


@pytest.mark.parametrize("viewer", VIEWERS)
@pytest.mark.parametrize("moment", MOMENTS)
def test_everyone_is_sent_what_they_may_see_and_nothing_else(
    world: World, moment: str, viewer: str
) -> None:
    must, may = may_see(viewer, world.moments[moment])
    told = world.told[moment, viewer]
    on_screen = set().union(*may_see("screen", world.moments[moment]))
    leaks = {}
    for surface, text in told.surfaces.items():
        # The projector's page is for whoever has the code, and shows the same to all.
        allowed = must | may | (on_screen if "/screen" in surface else set())
        if leaked := found_in(text) - allowed:
            leaks[surface] = leaked
    assert leaks == {}
    # What came over open sockets may be from the moment before as well.
    before = world.moments[MOMENTS[max(0, MOMENTS.index(moment) - 1)]]
    assert found_in(told.pushed) - must - may - set().union(*may_see(viewer, before)) == set()
    everywhere = "\n".join([told.pushed, *told.surfaces.values()])
    assert must - found_in(everywhere) == set()


def test_all_that_is_marked_was_there_to_be_found(world: World) -> None:
    seen: dict[str, set[str]] = {}
    for (_, viewer), told in world.told.items():
        texts = [text for surface, text in told.surfaces.items() if "/screen" not in surface]
        seen.setdefault(viewer, set()).update(found_in("\n".join([told.pushed, *texts])))
    assert set().union(*seen.values()) == EVERY_MARKER
    assert seen["nobody"] == seen["stranger"] == set()
    # The open sockets were open: everyone was pushed something when ideas were presented.
    for viewer in ("ann", "bea", "lea", "oli", "host", "cob", "screen"):
        idea = "cyd1" if viewer == "screen" else "ann1"
        pushed = "".join(world.told[moment, viewer].pushed for moment in MOMENTS)
        assert marker(idea, "words") in pushed


def test_everything_at_once_holds_no_draft_and_no_mark_before_its_time(world: World) -> None:
    code = world.code
    texts = {
        "staff": unpacked(world.server.export(code, "all.zip")),
        "closed": "",
    }
    world.do(kind="OpenPhase", phase="closed")
    texts["closed"] = unpacked(world.server.export(code, "all.zip", world.keys["ana"]))
    drafts = {mark for mark in EVERY_MARKER if mark.startswith("QxDraft")}
    names = {mark for mark in EVERY_MARKER if mark.startswith("QxName")}
    assert found_in(texts["staff"]) == EVERY_MARKER - drafts
    assert found_in(texts["closed"]) == EVERY_MARKER - drafts - names
    world.do(kind="OpenPhase", phase="play")


def test_the_log_of_the_server_holds_no_word_name_code_or_key(world: World) -> None:
    log = world.server.log.read_text()
    assert log.count("\n") > 1000  # it was written all the while
    assert found_in(log) == set()
    assert "Qx" not in log
    secrets = {world.code, world.stranger_code, KEY, *world.keys.values()}
    secrets |= {cookie.partition("=")[2] for cookie in world.cookies.values()}
    assert [secret for secret in secrets if secret in log] == []


# What the table does not say in so many words


def two_groups(server: Served) -> tuple[str, dict[str, list[str]]]:
    """A workshop of two groups on one problem, and the keys of two people in each."""
    code = server.open(groups_per_problem=2)
    keys = [server.join(code, f"Name {letter}", f"Org {letter}")[1] for letter in "ABCD"]
    server.done(code, kind="OpenPhase", phase="play")
    by_group: dict[str, list[str]] = {"g1": [], "g2": []}
    for key in keys:
        by_group[server.view(code, key)["me"]["group"]].append(key)
    return code, by_group


def marked(idea: str) -> dict[str, str]:
    return {name: f"Say {marker(idea, name)}." for name in ("words", "how", "example", "caution")}


def seen_by(server: Served, code: str, key: str) -> str:
    return str(server.view(code, key))


def test_what_is_joined_across_groups_shows_neither_the_others_words_nor_their_names(
    world: World,
) -> None:
    server = world.server
    code, keys = two_groups(server)
    here, there = keys["g1"][0], keys["g2"][0]
    ours = server.submit(code, here, **marked("ours"))
    theirs = server.submit(code, there, **marked("theirs"))
    name = server.view(code, there)["me"]["name"]
    for group in ("g1", "g2"):
        server.done(code, kind="MoveGroup", group=group, stage=1, step="build")
    server.done(code, kind="MergeIdeas", ideas=[ours, theirs], words="Both of them.")
    for key in keys["g1"]:
        text = seen_by(server, code, key)
        assert re.findall(r"QxTheirs\w+?xQ", text) == []
        assert name not in text
    for key in keys["g2"]:
        assert re.findall(r"QxOurs\w+?xQ", seen_by(server, code, key)) == []
    assert marker("theirs", "how") in seen_by(server, code, KEY)


def test_what_is_joined_with_an_unpresented_idea_does_not_show_it(world: World) -> None:
    server = world.server
    code, keys = two_groups(server)
    writer, other = keys["g1"]
    first = server.submit(code, writer, **marked("first"))
    server.done(code, kind="MoveGroup", group="g1", stage=1, step="build")
    server.done(code, kind="MoveGroup", group="g1", stage=2, step="write")
    second = server.submit(code, writer, **marked("second"))
    server.done(code, kind="MergeIdeas", ideas=[first, second], words="Both of them.")
    assert re.findall(r"QxSecond\w+?xQ", seen_by(server, code, other)) == []
    assert marker("second", "how") in seen_by(server, code, writer)


def test_who_is_moved_away_is_told_nothing_more_of_the_group_they_left(world: World) -> None:
    server = world.server
    code, keys = two_groups(server)
    leaving, staying = keys["g1"]
    idea = server.submit(code, leaving, **marked("leaving"))
    server.done(code, kind="MoveGroup", group="g1", stage=1, step="build")
    me = server.view(code, leaving)["me"]["id"]
    server.done(code, kind="SeatParticipant", participant=me, group="g2")
    left = server.view(code, staying)["me"]["name"]
    build = {"kind": "BuildOn", "idea": idea, "words": "Later on.", "as": "build"}
    server.done(code, staying, **build)
    server.submit(code, staying, **marked("staying"))
    text = seen_by(server, code, leaving)
    assert left not in text
    assert re.findall(r"QxStaying\w+?xQ", text) == []
    assert marker("leaving", "words") in text  # one's own stays one's own


def test_ratings_that_were_never_opened_are_told_nobody_even_when_all_is_over(
    world: World,
) -> None:
    server = world.server
    code, keys = two_groups(server)
    ideas = [server.submit(code, keys["g1"][0], **marked("rated")) for _ in range(3)]
    observer = server.invited(code, "observer")[1]
    server.done(code, kind="OpenPhase", phase="rate")
    marks = {"impact": 5, "effort": 1, "amenability": 5}
    server.done(code, keys["g2"][0], kind="RateIdea", idea=ideas[2], **marks)
    for phase in ("assess", "closed"):
        server.done(code, kind="OpenPhase", phase=phase)
        for key in (KEY, observer):
            shortlist = server.view(code, key)["shortlist"]
            assert [line["ideas"] for line in shortlist["proposal"]] == [[]]
        for row in server.view(code)["longlist"]["ideas"]:
            assert (row["impact"], row["priority"]) == (None, None)


def test_a_name_that_was_typed_into_an_idea_is_taken_out_of_analysts_files(world: World) -> None:
    server = world.server
    code, keys = two_groups(server)
    server.submit(code, keys["g1"][0], words="Ask Name B about it, or name b's colleague.")
    analyst = server.invited(code, "analyst")[1]
    server.done(code, kind="OpenPhase", phase="closed")
    text = unpacked(server.export(code, "all.zip", analyst))
    assert "Ask [name] about it" in text
    assert "Name B" not in text
