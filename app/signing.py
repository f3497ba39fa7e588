"""Signing: the keys that the server signs cookies and links with.

Leaves out what is signed (`app/web`). Always: the first key signs, and any others are
still believed, so that a key can be changed while people are signed in.
"""

import os
import secrets
import tempfile
from pathlib import Path

from app.settings import LEAST_KEY, PREFIX, Settings, SettingsError

KEY_FILE = "secret_key"


def secret_keys(settings: Settings) -> tuple[bytes, ...]:
    """The keys given, the newest first, or one that was made and is kept in the data folder.

    Raises:
        SettingsError: there is none, and none can be kept.
    """
    if settings.secret_key is not None:
        return tuple(settings.secret_key.get_secret_value().encode().split(b","))
    path = settings.data_dir / KEY_FILE
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _keep(path, secrets.token_urlsafe(48))
        key = path.read_bytes().strip()
    except OSError as error:
        raise SettingsError(
            [f"{PREFIX}DATA_DIR: expected a folder that can be written to ({error.strerror})."]
        ) from None
    if len(key) < LEAST_KEY:
        raise SettingsError(
            [f"{path}: expected {LEAST_KEY} characters or more. Delete it to have one made."]
        )
    return (key,)


def _keep(path: Path, key: str) -> None:
    """Write `key` to `path`, whole or not at all; another process's comes first if it is there."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # made with mode 0600
    try:
        with os.fdopen(handle, "w") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        Path(draft).unlink()
