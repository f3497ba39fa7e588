"""JSON: one object with `title`, `note`, `columns` (their names) and `rows`.

A row is an object from column name to value: text, a number, or null where the cell is
empty. Every row has every column, in the columns' order.
"""

import json

from app.exports.table import Table


def write_json(table: Table) -> bytes:
    """The table as the bytes of a JSON file."""
    names = [column.name for column in table.columns]
    document = {
        "title": table.title,
        "note": table.note,
        "columns": names,
        "rows": [dict(zip(names, row, strict=True)) for row in table.rows],
    }
    return (json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode()
