"""Backups: a few of the drill's, with every change."""

from pathlib import Path

from tests.faults.backups import back_up, restored_and_served


async def test_a_backup_taken_while_people_write_restores_to_all_that_was_acknowledged(
    tmp_path: Path,
) -> None:
    seen = await back_up(tmp_path, seed=17, times=3)

    assert seen.held, seen.short


async def test_who_was_connected_before_a_restore_gets_everything_anew(tmp_path: Path) -> None:
    seen = await restored_and_served(tmp_path, seed=17)

    assert seen.held, seen.short
