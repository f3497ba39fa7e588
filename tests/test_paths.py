"""Paths: the same four folders, wherever the code was put."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import paths

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("MOMENTS_DATA_ROOT", raising=False)
    paths.folder.cache_clear()
    yield
    paths.folder.cache_clear()


def installed(place: Path) -> str:
    """Where code copied to `place` says its templates are, asked from another folder."""
    (place / "app").mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "app" / "paths.py", place / "app")
    ask = f"import sys; sys.path.insert(0, {str(place)!r}); from app import paths; "
    ask += "print(paths.folder('templates'))"
    return subprocess.run(
        [sys.executable, "-I", "-c", ask], cwd="/", capture_output=True, text=True, check=True
    ).stdout.strip()


def test_a_clone_finds_its_own_folders() -> None:
    assert paths.folder("static") == ROOT / "static"


def test_a_wheel_finds_the_folders_it_carries(tmp_path: Path) -> None:
    (tmp_path / "app" / "_data" / "templates").mkdir(parents=True)
    (tmp_path / "templates").mkdir()
    assert installed(tmp_path) == str(tmp_path / "app" / "_data" / "templates")


def test_without_them_the_folder_beside_the_code_is_found(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    assert installed(tmp_path) == str(tmp_path / "templates")


def test_a_named_root_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "static").mkdir()
    monkeypatch.setenv("MOMENTS_DATA_ROOT", str(tmp_path))
    assert paths.folder("static") == tmp_path / "static"


def test_a_named_root_without_the_folder_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOMENTS_DATA_ROOT", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=f"'static': looked for {tmp_path}"):
        paths.folder("static")
