"""Vendored files: they are what VERSIONS.md says, and nothing that we may not show."""

import hashlib
import re
from pathlib import Path

import pytest

from scripts import vendor

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("static/vendor", "tests/vendor")
OURS = ROOT / "static" / "vendor"


def rows(folder: str) -> dict[str, list[str]]:
    """VERSIONS.md by file: package, version, licence, path there, what was changed, sha256."""
    table = (ROOT / folder / "VERSIONS.md").read_text().splitlines()
    cells = [[cell.strip(" `") for cell in row.strip("|").split("|")] for row in table]
    return {
        row[0]: row[1:] for row in cells if len(row) == 7 and re.fullmatch(r"[0-9a-f]{64}", row[6])
    }


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_has_the_checksum_that_is_written_down(folder: str) -> None:
    on_disk = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (ROOT / folder).iterdir()
        if path.name != "VERSIONS.md" and not path.name.startswith("LICENSE-")
    }
    assert on_disk == {name: row[-1] for name, row in rows(folder).items()}


def test_the_versions_written_down_are_those_the_script_fetches() -> None:
    written = {
        (row[0], row[1], row[2], name) for folder in FOLDERS for name, row in rows(folder).items()
    }
    fetched = {
        (package.name, package.version, package.licence, Path(path).name)
        for package in vendor.PACKAGES
        for path in package.files
    }
    assert written == fetched


@pytest.mark.parametrize(
    ("folder", "name", "words"),
    [
        ("static/vendor", "LICENSE-htmx.txt", "Zero-Clause BSD"),
        ("static/vendor", "LICENSE-govuk-frontend.txt", "The MIT License"),
        ("tests/vendor", "LICENSE-axe-core.txt", "Mozilla Public License"),
    ],
)
def test_a_licence_stands_beside_each_package(folder: str, name: str, words: str) -> None:
    assert words in (ROOT / folder / name).read_text()


@pytest.mark.parametrize(
    "word", ["@font-face", "GDS Transport", "crest", "crown", "sourceMappingURL"]
)
def test_nothing_vendored_shows_what_belongs_to_others(word: str) -> None:
    served = [path for path in OURS.iterdir() if path.suffix in {".css", ".js"}]
    assert len(served) == 4
    assert [path.name for path in served if word.lower() in path.read_text().lower()] == []


def test_no_font_or_picture_is_vendored() -> None:
    assert {path.suffix for path in OURS.iterdir()} == {".css", ".js", ".txt", ".md"}


def test_the_stylesheet_asks_for_no_other_file() -> None:
    stylesheet = (OURS / "govuk-frontend.min.css").read_text()
    assert "url(" not in stylesheet
    assert "@import" not in stylesheet
    assert stylesheet.count("font-family:arial,sans-serif") > 50
    assert ".govuk-button{" in stylesheet
    assert ".govuk-footer{" in stylesheet


def test_rules_are_read_through_nested_blocks() -> None:
    css = '@charset "UTF-8";a{b:c}@media print{d{e:f}}'
    assert list(vendor.rules(css)) == [
        ('@charset "UTF-8"', None),
        ("a", "b:c"),
        ("@media print", "d{e:f}"),
    ]


@pytest.mark.parametrize("css", ["a{b:c", "a{b:c}}", "a{}b"])
def test_a_stylesheet_whose_braces_do_not_pair_is_refused(css: str) -> None:
    with pytest.raises(ValueError, match="rule"):
        list(vendor.rules(css))


def test_only_what_is_not_ours_is_taken_out() -> None:
    css = (
        "/*! notice */@font-face{src:url(a)}@font-face{src:url(b)}"
        ".govuk-link{font-family:GDS Transport,arial,sans-serif}"
        ".govuk-footer__crown{margin:0}.a,.govuk-footer__copyright-logo:focus{color:red}"
        "@supports (mask:none){.govuk-footer__copyright-logo{mask:url(govuk-crest.svg)}}"
    )
    assert vendor.without_fonts_and_crest(css) == (
        ".govuk-link{font-family:arial,sans-serif}.a{color:red}\n"
    )


def test_a_stylesheet_that_has_changed_stops_the_script() -> None:
    with pytest.raises(SystemExit, match="has changed"):
        vendor.without_fonts_and_crest("@font-face{src:url(a)}")
