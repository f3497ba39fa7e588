"""Skips: the policy of conftest.py, tried on tests of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = """
import pytest

@pytest.fixture
def browser():
    pytest.skip("no browser: get one")

def test_that_runs():
    pass

def test_in_a_browser(browser):
    pass

def test_in_another_browser(browser):
    pass

@pytest.mark.skipif(True, reason="no printer: plug it in")
def test_on_paper():
    pass

def test_of_the_moon():
    pytest.skip("no moon: wait for night")
"""
WHOLE_FILE = 'import pytest\npytest.skip("no tape: find some", allow_module_level=True)\n'


AT_ONCE = pytest.mark.parametrize("at_once", [0, 2], ids=["alone", "two at a time"])


def run(place: Path, text: str, *, strict: bool, at_once: int) -> tuple[int, str]:
    """The exit code and output of pytest on `text`, under the policy."""
    shutil.copy(Path(__file__).with_name("conftest.py"), place)
    (place / "test_some.py").write_text(text)
    how = ["-p", "no:cacheprovider", "-c", os.devnull, f"-n{at_once}"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *how, "."],
        cwd=place,
        env={**os.environ, "MOMENTS_NO_SKIPS": "1" if strict else ""},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


@AT_ONCE
def test_a_run_ends_by_saying_what_was_skipped_and_how_to_get_it(
    tmp_path: Path, at_once: int
) -> None:
    code, output = run(tmp_path, TESTS, strict=False, at_once=at_once)
    assert code == 0
    assert "2 skipped, no browser: get one\n" in output
    assert "1 skipped, no printer: plug it in\n" in output
    assert "1 skipped, no moon: wait for night\n" in output
    assert "1 passed, 4 skipped in" in output.splitlines()[-1]


@AT_ONCE
def test_where_skips_are_refused_each_one_fails(tmp_path: Path, at_once: int) -> None:
    code, output = run(tmp_path, TESTS, strict=True, at_once=at_once)
    assert code == 1
    assert "MOMENTS_NO_SKIPS is set: no browser: get one" in output
    assert "1 failed, 1 passed, 3 errors in" in output.splitlines()[-1]


@AT_ONCE
@pytest.mark.parametrize("strict", [False, True])
def test_a_file_skipped_whole_counts_too(tmp_path: Path, strict: bool, at_once: int) -> None:
    code, output = run(tmp_path, WHOLE_FILE, strict=strict, at_once=at_once)
    assert (code in (1, 2)) is strict
    assert "no tape: find some" in output
