"""Writing: a document as a file to take away, in any format it can be read from.

Leaves out which columns there are (`columns.py`). Always: what is written here and read
again by `reading.py` is the same document.
"""

from typing import Literal

Format = Literal["json", "csv", "xlsx"]
