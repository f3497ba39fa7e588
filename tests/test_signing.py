"""Signing: the keys are made once, kept for one account alone, and can be changed."""

import os
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError
from starlette.testclient import TestClient

from app.content import Content
from app.main import create_app, shipped_content
from app.settings import Settings, SettingsError
from app.signing import KEY_FILE, secret_keys
from app.web.links import sign_in_token

KEY = "k" * 32
OLD = "o" * 32
HERE = "http://127.0.0.1:8000"


def test_a_key_is_made_once_and_kept_for_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "deep" / "data")
    (key,) = secret_keys(settings)
    assert len(key) >= 32
    assert secret_keys(settings) == (key,)
    kept = list(settings.data_dir.iterdir())
    assert [path.name for path in kept] == [KEY_FILE]
    assert stat.S_IMODE(kept[0].stat().st_mode) == 0o600
    assert secret_keys(Settings(data_dir=tmp_path)) != (key,)


def test_processes_that_start_together_get_the_same_key(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(lambda _: secret_keys(settings), range(40)))
    assert len(keys) == 1
    assert os.listdir(tmp_path) == [KEY_FILE]  # noqa: PTH208


def test_a_key_that_is_given_touches_no_disk(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", secret_key=SecretStr(KEY))
    assert secret_keys(settings) == (KEY.encode(),)
    assert not settings.data_dir.exists()


def test_a_kept_key_that_is_too_short_is_refused(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_text("short")
    with pytest.raises(SettingsError, match="expected 32 characters or more"):
        secret_keys(Settings(data_dir=tmp_path))


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match=r"^MOMENTS_DATA_DIR: expected a folder .* \(Not a"):
        secret_keys(Settings(data_dir=tmp_path / "file" / "data"))


# Changing it


@pytest.fixture(scope="module")
def content() -> Content:
    return shipped_content()


def test_several_keys_are_given_with_commas_and_the_newest_comes_first(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, secret_key=SecretStr(f"{KEY},{OLD}"))
    assert secret_keys(settings) == (KEY.encode(), OLD.encode())
    for wrong in (f"{KEY},", f"{KEY},short", f",{KEY}", f"{KEY}, {OLD}"):
        with pytest.raises(ValidationError):
            Settings(data_dir=tmp_path, secret_key=SecretStr(wrong))


def server(folder: Path, content: Content, *keys: str) -> Iterator[TestClient]:
    settings = Settings(data_dir=folder, secret_key=SecretStr(",".join(keys)))
    with TestClient(create_app(settings, content=content), base_url=HERE) as client:
        yield client


def test_a_key_is_changed_while_people_are_signed_in(tmp_path: Path, content: Content) -> None:
    for client in server(tmp_path, content, OLD):
        token = sign_in_token([OLD.encode()], "Bea")
        client.post("/facilitate/sign-in", data={"token": token})
        signed_by_old = dict(client.cookies)
        assert client.get("/facilitate/new").status_code == 200
    waiting = sign_in_token([OLD.encode()], "Cy")
    for client in server(tmp_path, content, KEY, OLD):
        client.cookies.update(signed_by_old)
        assert client.get("/facilitate/new").status_code == 200
        client.cookies.clear()
        # A link that was sent before the change still works, and signs in by the new key.
        client.post("/facilitate/sign-in", data={"token": waiting})
        signed_by_new = dict(client.cookies)
        assert client.get("/facilitate/new").status_code == 200
    for client in server(tmp_path, content, KEY):
        client.cookies.update(signed_by_new)
        assert client.get("/facilitate/new").status_code == 200
        client.cookies.clear()
        client.cookies.update(signed_by_old)
        assert client.get("/facilitate/new").status_code == 403
