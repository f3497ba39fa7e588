"""What breaks a promise is found out: a law of dealing, a stale view, a command for everybody.

Leaves out bugs in what is kept and sent (`test_planted.py`) and holes in secrecy
(`test_planted_secrecy.py`). Always: it is the promise's own look that finds them.
"""

import asyncio
import random
from pathlib import Path

import pytest

from app.game.messages import Role
from app.game.phases import Phase
from tests.faults import fresh
from tests.faults.longlist import formulas
from tests.faults.promises import p11, p22
from tests.faults.walking import Walk
from tests.game import test_laws
from tests.served import Served
from tests.web.test_who_may import SENT, everybody


def with_bug(bug: str, folder: Path) -> Served:
    server = Served(folder)
    server.program = ["-m", "tests.faults.planted", bug]
    return server.start()


async def test_a_hand_that_does_not_fit_is_a_violation(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(test_laws, "FITTING", 3)
    seen = await p22.run(p22.PROMISE.trial(tmp_path, 3, "share"))
    assert seen.figures["violations"] > 0
    assert not seen.held


async def test_a_view_that_is_not_made_again_differs_from_the_log(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(fresh, "SETTLED_WITHIN", 1)
    server = with_bug("hand_not_made_again", tmp_path)
    try:
        found = await Walk(server, 7, server.sign_in()).run(0, 10, first=True)
    finally:
        server.stop()
    assert {each.partition(" of ")[0] for each in found.differences} == {"hand (log)"}


async def test_a_command_that_everybody_may_send_is_unexpected(tmp_path: Path) -> None:
    server = with_bug("everybody_leads", tmp_path)
    try:
        people = await asyncio.to_thread(everybody, server)
        asked, wrong = await p11.of_a_role(
            people, Role.PARTICIPANT, Phase.LOBBY, p11.stated(), random.Random(1)
        )
    finally:
        server.stop()
    assert asked == 2 * len(SENT)
    assert "ShareResults of participant in lobby by HTTP: may" in wrong
    assert "ShareResults of participant in lobby by socket: may" in wrong
    assert not any(each.startswith("SubmitIdea") for each in wrong)


def test_a_cell_that_would_be_calculated_is_counted() -> None:
    assert formulas(b'"words"\r\n"=1+1"\r\n"\'=1+1"\r\n', "csv") == 1


def test_a_region_is_cut_out_whole_with_the_sections_in_it() -> None:
    inner = '<section id="a" class="region"><p>x</p><section>y</section></section>'
    page = f'<main><section id="b"></section>{inner}<section id="c"></section></main>'
    assert fresh.region_of(page, "a") == inner
    assert fresh.region_of(page, "d") is None
