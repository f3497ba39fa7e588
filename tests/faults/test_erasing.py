"""Erasing: nothing is left of a person, nor of a workshop, in any byte."""

from pathlib import Path

from tests.faults.erasing import erase, found_in


async def test_nothing_is_left_of_who_was_erased_while_the_server_runs(tmp_path: Path) -> None:
    seen = await erase(tmp_path, seed=19, times=2)

    assert seen.held, seen.short


def test_a_marker_is_found_wherever_it_stands(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a-wal").write_bytes(b"\0\xffQxOnexQ\0")
    (tmp_path / "log").write_text("QxTwoxQ")

    assert found_in({"QxOnexQ", "QxTwoxQ", "QxThreexQ"}, tmp_path) == {
        "QxOnexQ in a-wal",
        "QxTwoxQ in log",
    }
    assert found_in({"QxTwoxQ"}, tmp_path / "log") == {"QxTwoxQ in log"}
