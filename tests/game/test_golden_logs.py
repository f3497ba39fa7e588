"""Golden logs: what was recorded with a release folds to the same for ever.

How they are recorded, and when a digest may be made anew, stands in `golden.py`.
Always: no event of a released log is changed to make a test pass.
"""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.game import replay
from app.game.messages import Event
from app.live.erasing import blanked
from tests.game.golden import Line, digest, folded, plain, played, read, recorded
from tests.game.table import at_play

LOGS = sorted((Path(__file__).parents[1] / "logs").glob("*.jsonl"))


@pytest.fixture(params=LOGS, ids=lambda path: path.stem)
def log(request: pytest.FixtureRequest) -> list[Line]:
    return read(request.param)


def test_there_is_a_log_of_every_release_so_far() -> None:
    assert "0.1.0" in [path.stem for path in LOGS]


def test_a_log_folds_to_what_it_folded_to_when_it_was_recorded(log: list[Line]) -> None:
    for line, workshop in folded(log):
        assert digest(workshop) == line.state, (
            f"The fold goes astray at event {line.seq}, a {line.kind}. The event stays as it "
            "is; make the code read it as it did. (If a field of the state was renamed on "
            "purpose: python -m tests.game.golden stamp tests/logs/<release>.jsonl)"
        )


def test_a_log_is_whole(log: list[Line]) -> None:
    assert [line.seq for line in log] == list(range(1, len(log) + 1))
    assert log[0].kind == "WorkshopOpened"
    assert len(log) > 150


def test_every_kind_of_event_is_in_a_log() -> None:
    kinds = {line.kind for path in LOGS for line in read(path)}
    assert Event.kinds.keys() - kinds == set(), (
        "Play it in tests/game/golden.py and record the log of the coming release: "
        "python -m tests.game.golden record tests/logs/<release>.jsonl"
    )


def test_every_field_of_every_event_is_in_a_log() -> None:
    lines = [line for path in LOGS for line in read(path)]
    for kind, event in Event.kinds.items():
        bodies = [line.body for line in lines if line.kind == kind]
        for name in event.model_fields:
            assert any(body.get(name) is not None for body in bodies), (kind, name)


def test_an_event_is_written_as_it_was_read(log: list[Line]) -> None:
    for line in log:
        again = json.loads(line.event.model_dump_json())
        assert line.body.items() <= again.items(), line.seq


def test_a_log_folds_when_personal_words_were_blanked(log: list[Line]) -> None:
    workshop = replay(
        (Event.read(line.kind, blanked(line.kind, json.dumps(line.body))), line.stamp)
        for line in log
    )
    text = repr(workshop)
    said = ("Bilal", "rings back", "And then?", "Said aloud", "It is quick", "It depends")
    for words in said:
        assert words in repr([line.body for line in log])
        assert words not in text
    assert [idea.id for idea in workshop.ideas()] == [
        idea.id for idea in replay((line.event, line.stamp) for line in log).ideas()
    ]


def test_the_workshop_played_today_folds_to_what_its_log_says() -> None:
    table = played()
    lines = list(recorded(table.log))
    assert plain(list(folded(lines))[-1][1]) == plain(table.workshop)


def test_a_digest_tells_two_workshops_apart() -> None:
    workshop = at_play().workshop
    assert digest(workshop) == digest(at_play().workshop)
    assert digest(workshop) != digest(replace(workshop, shared=True))
    assert digest(workshop) != digest(
        replace(workshop, people=dict(reversed([*workshop.people.items()])))
    )
