"""Erasing: what looks through all bytes finds what is there."""

from pathlib import Path

from tests.faults.erasing import found_in


def test_a_marker_is_found_wherever_it_stands(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a-wal").write_bytes(b"\0\xffQxOnexQ\0")
    (tmp_path / "log").write_text("QxTwoxQ")

    assert found_in({"QxOnexQ", "QxTwoxQ", "QxThreexQ"}, tmp_path) == {
        "QxOnexQ in a-wal",
        "QxTwoxQ in log",
    }
    assert found_in({"QxTwoxQ"}, tmp_path / "log") == {"QxTwoxQ in log"}
