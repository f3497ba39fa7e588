"""The formats a table can be had in, by their file extensions.

The one door to the writers: `write` for one table, `bundle` for everything at once.
The same table gives the same bytes, so a file can be compared or kept by its digest.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.exports import as_ods, as_odt
from app.exports.as_csv import write_csv
from app.exports.as_docx import write_docx
from app.exports.as_json import write_json
from app.exports.as_xlsx import write_xlsx
from app.exports.packed import pack
from app.exports.table import Table


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write a table, and what to call the result over HTTP."""

    media_type: str
    write: Callable[[Table], bytes]


_OFFICE = "application/vnd.openxmlformats-officedocument"

FORMATS: dict[str, Format] = {
    "csv": Format("text/csv; charset=utf-8", write_csv),
    "xlsx": Format(f"{_OFFICE}.spreadsheetml.sheet", write_xlsx),
    "ods": Format(as_ods.MEDIA_TYPE, as_ods.write_ods),
    "docx": Format(f"{_OFFICE}.wordprocessingml.document", write_docx),
    "json": Format("application/json", write_json),
    "odt": Format(as_odt.MEDIA_TYPE, as_odt.write_odt),
}

ALSO_ODT = frozenset({"longlist", "shortlist", "assessment"})


def formats_of(name: str) -> tuple[str, ...]:
    """The extensions the table of this name is offered in."""
    return tuple(extension for extension in FORMATS if extension != "odt" or name in ALSO_ODT)


def write(table: Table, extension: str) -> bytes:
    """The table in one format. Raises KeyError for an extension not in FORMATS."""
    return FORMATS[extension].write(table)


def bundle(tables: Sequence[Table], extra: Mapping[str, bytes]) -> bytes:
    """A zip archive of every table in every format it is offered in, then the extra files.

    Raises ValueError if two files have the same name.
    """
    return pack(_files(tables, extra))


def _files(tables: Sequence[Table], extra: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    for table in tables:
        for extension in formats_of(table.name):
            yield f"{table.name}.{extension}", write(table, extension)
    yield from sorted(extra.items())
