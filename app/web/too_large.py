"""Too large: the page for somebody who sent more than is taken where files are brought.

Leaves out counting (`sizes.py`) and files small enough to be looked at (`material_files.py`).
What always holds: nothing of the file was read or kept, and the page leads back to where its
sender was.
"""

import re
from urllib.parse import unquote

from starlette.responses import Response

from app.content.reading import file_name
from app.web.errors import Problem
from app.web.page import PageView, respond
from app.web.uploads import PLACES

NAME = re.compile(rb'; filename="([^"\r\n]{1,400})"')
UPLOAD = "/upload"


def too_large_page(problem: Problem, path: str, begins: bytes) -> Response | None:
    """The page, where `path` is one that files are sent to; `begins` is how the body begins."""
    if problem.kind != "too_large" or not path.startswith(PLACES) or not path.endswith(UPLOAD):
        return None
    page = PageView("The file was not taken", path)
    back = path.removesuffix(UPLOAD)
    return respond(
        "too_large.html",
        page,
        status=problem.status,
        problem=problem,
        name=_name_in(begins),
        back=back,
        whole=back == PLACES[0],
    )


def _name_in(begins: bytes) -> str | None:
    """The name of the file that a form's body brings, where it stands near the beginning."""
    found = NAME.search(begins)
    # A browser writes a quotation mark and a line break in a name as in an address.
    return file_name(unquote(found[1].decode(errors="replace"))) if found else None
