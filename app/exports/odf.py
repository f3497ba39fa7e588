"""OpenDocument: what a spreadsheet and a text document have in common.

Text as paragraphs, the parts every package has, the font and language. Written to
OpenDocument 1.2 by hand. White space is always spelled out, because OpenDocument
collapses it as HTML does: what was typed is what is read back.
"""

import re
from datetime import UTC
from xml.sax.saxutils import escape, quoteattr

from app.exports.packed import pack
from app.exports.table import Table

VERSION = "1.2"
FONT = 'fo:font-family="Arial" style:font-family-asian="Arial" style:font-family-complex="Arial"'
LANDSCAPE = (
    'fo:page-width="29.7cm" fo:page-height="21cm" '
    'style:print-orientation="landscape" fo:margin="2cm"'
)

_NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{path}:1.0"'
    for prefix, path in (
        ("office", "office"),
        ("style", "style"),
        ("text", "text"),
        ("table", "table"),
        ("number", "datastyle"),
        ("meta", "meta"),
        ("manifest", "manifest"),
        ("fo", "xsl-fo-compatible"),
    )
)
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_ATTRIBUTES = (
    f'{_NAMESPACES} xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="{VERSION}"'
)
# A tab, or any spaces but a single one between two other characters.
_WHITE_SPACE = re.compile(r"\t|(?<![^\t]) +| {2,}| +(?![^\t])")


def paragraphs(text: str, style: str | None = None) -> str:
    """The text as `text:p` elements, one for each line."""
    tag = "text:p" if style is None else f"text:p text:style-name={quoteattr(style)}"
    return "".join(f"<{tag}>{inline(line)}</text:p>" for line in text.split("\n"))


def inline(line: str) -> str:
    """One line of text as the content of a paragraph or heading."""
    return _WHITE_SPACE.sub(_spelled_out, escape(line))


def _spelled_out(found: re.Match[str]) -> str:
    space = found.group()
    return "<text:tab/>" if space == "\t" else f'<text:s text:c="{len(space)}"/>'


def column_width(characters: int) -> str:
    """A width in characters as one in centimetres of Arial 12."""
    return f"{characters * 0.22:.2f}cm"


def package(media_type: str, table: Table, *, body: str, automatic: str, styles: str) -> bytes:
    """An OpenDocument file: `body` inside office:body, `automatic` styles for it.

    `styles` holds the named styles, and for pages the master styles, of styles.xml.
    """
    parts = {
        "content.xml": (
            f"{_DECLARATION}<office:document-content {_ATTRIBUTES}>"
            f"<office:automatic-styles>{automatic}</office:automatic-styles>"
            f"<office:body>{body}</office:body></office:document-content>"
        ),
        "styles.xml": (
            f"{_DECLARATION}<office:document-styles {_ATTRIBUTES}>{styles}</office:document-styles>"
        ),
        "meta.xml": _meta(table),
    }
    entries = [("mimetype", media_type), *parts.items()]
    entries.append(("META-INF/manifest.xml", _manifest(media_type, list(parts))))
    return pack((name, content.encode()) for name, content in entries)


def _meta(table: Table) -> str:
    made_at = table.made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return (
        f"{_DECLARATION}<office:document-meta {_ATTRIBUTES}><office:meta>"
        "<meta:generator>Moments of Change</meta:generator>"
        f"<dc:title>{escape(table.title)}</dc:title>"
        f"<dc:description>{escape(table.note)}</dc:description>"
        f"<meta:creation-date>{made_at}</meta:creation-date><dc:date>{made_at}</dc:date>"
        "<dc:language>en-GB</dc:language>"
        "</office:meta></office:document-meta>"
    )


def _manifest(media_type: str, parts: list[str]) -> str:
    files = "".join(
        f'<manifest:file-entry manifest:full-path="{part}" manifest:media-type="text/xml"/>'
        for part in parts
    )
    return (
        f'{_DECLARATION}<manifest:manifest {_NAMESPACES} manifest:version="{VERSION}">'
        f'<manifest:file-entry manifest:full-path="/" manifest:version="{VERSION}" '
        f'manifest:media-type="{media_type}"/>{files}</manifest:manifest>'
    )


def default_text(size: int) -> str:
    """Text properties of the default style: the font, its size, British English."""
    size_everywhere = " ".join(
        f'{name}="{size}pt"'
        for name in ("fo:font-size", "style:font-size-asian", "style:font-size-complex")
    )
    return f'<style:text-properties {FONT} {size_everywhere} fo:language="en" fo:country="GB"/>'
