"""The page for a file that was more than is taken: which file, which limit, and the way back.

Leaves out whole requests (`test_material.py`). Always: a name is told as it was, and is no markup.
"""

import pytest

from app.web.errors import Problem
from app.web.too_large import too_large_page

FORM = (
    b'--x\r\nContent-Disposition: form-data; name="sort"\r\n\r\ndeck\r\n'
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n\r\n{'
)


def page(path: str, begins: bytes = b"", kind: str = "too_large") -> str | None:
    problem = Problem("too_large" if kind == "too_large" else "fault", "This is too large.")
    made = too_large_page(problem, path, begins)
    assert made is None or made.status_code == 413
    return None if made is None else bytes(made.body).decode()


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (b"deck.xlsx", "deck.xlsx"),
        ("Größe.csv".encode(), "Größe.csv"),
        (b"C:\\a folder\\deck.xlsx", "deck.xlsx"),
        (b"a%22b.json", "a&#34;b.json"),
        (b"<i>.json", "&lt;i&gt;.json"),
        (b"\xff.json", "\ufffd.json"),
    ],
)
def test_the_file_is_named_where_its_name_came_first(sent: bytes, shown: str) -> None:
    told = page("/facilitate/material/upload", FORM.replace(b"%s", sent))
    assert told is not None
    assert f"“<span hx-ignore>{shown}</span>” is too large: 1 MB at most." in told


@pytest.mark.parametrize("begins", [b"", b'filename="x"', FORM[:90], b"\x00" * 50])
def test_without_a_name_the_limit_is_told_alone(begins: bytes) -> None:
    told = page("/facilitate/material/upload", begins)
    assert told is not None
    assert "This is too large. Nothing here was changed." in told


def test_the_way_leads_back_to_where_the_sender_was() -> None:
    for path, back in (
        ("/facilitate/material/upload", "/facilitate/material#upload"),
        ("/facilitate/material/0123/upload", "/facilitate/material/0123"),
    ):
        told = page(path)
        assert told is not None
        assert f'href="{back}"' in told


def test_elsewhere_and_for_anything_else_there_is_no_such_page() -> None:
    assert page("/facilitate/material/0123") is None
    assert page("/elsewhere/upload") is None
    assert page("/facilitate/material/upload", kind="fault") is None
