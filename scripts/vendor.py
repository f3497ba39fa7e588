"""Vendor: fetch the browser code we ship, and the accessibility checker the tests use.

Run by hand with npm on the PATH when a version below changes; the server and the
tests read only what is committed. Always: nothing written here names a font or a
crest that only gov.uk hosts may show, or points at a file that we do not ship.
"""

import hashlib
import re
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Rules for showing the royal arms: we may not, so the rules go.
CREST = ("govuk-footer__copyright-logo", "govuk-footer__crown")

# The npm package of govuk-frontend says "MIT" but carries no licence text.
MIT = """\
The MIT License (MIT)

Copyright (C) {holder}

Permission is hereby granted, free of charge, to any person obtaining a copy of
this software and associated documentation files (the "Software"), to deal in
the Software without restriction, including without limitation the rights to
use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies
of the Software, and to permit persons to whom the Software is furnished to do
so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""


def plain(text: str) -> str:
    """The file as published, but for the address of a source map that we do not ship."""
    return re.sub(r"\s*(/\*# sourceMappingURL=\S+ \*/|//# sourceMappingURL=\S+)\s*$", "\n", text)


def rules(css: str) -> Iterator[tuple[str, str | None]]:
    """The rules of minified CSS as (selector, body); body is None for a statement such as @charset.

    Raises ValueError where the braces do not pair.
    """
    start = 0
    while start < len(css):
        opening, semicolon = css.find("{", start), css.find(";", start)
        if semicolon != -1 and (opening == -1 or semicolon < opening):
            yield css[start:semicolon].strip(), None
            start = semicolon + 1
            continue
        if opening == -1:
            if css[start:].strip():
                raise ValueError(f"no rule in {css[start:][:60]!r}")
            return
        depth, end = 1, opening + 1
        while depth:
            if end == len(css):
                raise ValueError(f"unclosed rule: {css[start:opening]!r}")
            depth += {"{": 1, "}": -1}.get(css[end], 0)
            end += 1
        yield css[start:opening].strip(), css[opening + 1 : end - 1]
        start = end


def without_fonts_and_crest(css: str) -> str:
    """The design system's stylesheet for a host that is not gov.uk.

    Its typeface and the royal arms are licensed to gov.uk hosts only.
    """

    def kept(css: str) -> Iterator[str]:
        for selector, body in rules(css):
            if body is None:
                yield f"{selector};"
            elif selector.startswith(("@media", "@supports")):
                if inner := "".join(kept(body)):
                    yield f"{selector}{{{inner}}}"
            elif selector != "@font-face":
                parts = [part for part in selector.split(",") if not any(c in part for c in CREST)]
                if parts:
                    yield f"{','.join(parts)}{{{body}}}"

    fonts = css.count("@font-face")
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)  # among them, the notice of the typeface
    css = "".join(kept(css.strip())).replace("GDS Transport,arial", "arial") + "\n"
    wrong = [
        word for word in ("@font-face", "GDS Transport", "crest", "crown", "url(") if word in css
    ]
    if fonts != 2 or wrong:
        raise SystemExit(f"govuk-frontend has changed: {fonts} fonts, still there: {wrong}")
    return css


@dataclass(frozen=True)
class Package:
    """One npm package: where its files go, and what is done to each."""

    name: str
    version: str
    licence: str
    folder: str
    files: dict[str, Callable[[str], str]]
    licences: dict[str, str]  # path in the package -> name of the copy
    holder: str | None = None  # of the copyright, where the package carries no licence text


PACKAGES = [
    Package(
        "htmx.org",
        "4.0.1",
        "0BSD",
        "static/vendor",
        {"dist/htmx.min.js": plain, "dist/ext/hx-ws.min.js": plain},
        {"LICENSE": "LICENSE-htmx.txt"},
    ),
    Package(
        "govuk-frontend",
        "6.6.0",
        "MIT",
        "static/vendor",
        {
            "dist/govuk/govuk-frontend.min.css": without_fonts_and_crest,
            "dist/govuk/govuk-frontend.min.js": plain,
        },
        {},
        holder="2017 Crown Copyright (Government Digital Service)",
    ),
    Package(
        "axe-core",
        "4.14.1",
        "MPL-2.0",
        "tests/vendor",
        {"axe.min.js": plain},
        {
            "LICENSE": "LICENSE-axe-core.txt",
            "LICENSE-3RD-PARTY.txt": "LICENSE-axe-core-third-party.txt",
        },
    ),
]

CHANGES: dict[Callable[[str], str], str] = {
    plain: "none but the source map's address",
    without_fonts_and_crest: "without the GDS Transport typeface and the rules for the royal arms",
}


def fetch(package: Package) -> list[str]:
    """Write the package's files and licences; return its rows for VERSIONS.md."""
    folder = ROOT / package.folder
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        wanted = f"{package.name}@{package.version}"
        subprocess.run(
            ["npm", "pack", "--silent", wanted], cwd=scratch, check=True, stdout=subprocess.DEVNULL
        )
        with tarfile.open(next(Path(scratch).glob("*.tgz"))) as archive:

            def read(path: str) -> str:
                member = archive.extractfile(f"package/{path}")
                if member is None:
                    raise SystemExit(f"{wanted} has no file {path}")
                return member.read().decode()

            for path, change in package.files.items():
                content = change(read(path)).encode()
                name = Path(path).name
                (folder / name).write_bytes(content)
                digest = hashlib.sha256(content).hexdigest()
                rows.append(
                    f"| {name} | {package.name} | {package.version} | {package.licence} "
                    f"| `{path}` | {CHANGES[change]} | `{digest}` |"
                )
            for path, name in package.licences.items():
                (folder / name).write_text(read(path), encoding="utf-8")
    if package.holder:
        licence = MIT.format(holder=package.holder)
        (folder / f"LICENSE-{package.name}.txt").write_text(licence, encoding="utf-8")
    return rows


def main() -> None:
    rows: dict[str, list[str]] = {}
    for package in PACKAGES:
        rows.setdefault(package.folder, []).extend(fetch(package))
    for folder, lines in rows.items():
        head = [
            "# Vendored files",
            "",
            "Written by `scripts/vendor.py`, which is also where a version is changed. Not edited",
            "by hand: a test compares the checksums. Licences stand beside the files.",
            "",
            "| file | package | version | licence | from | changed | sha256 |",
            "|--|--|--|--|--|--|--|",
        ]
        text = "\n".join([*head, *lines]) + "\n"
        (ROOT / folder / "VERSIONS.md").write_text(text, encoding="utf-8")
        print(f"{folder}: {len(lines)} files")


if __name__ == "__main__":
    main()
