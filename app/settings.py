"""Settings: what whoever runs the server can choose, read from the environment.

A secret may be given as the name of a file instead, in `…_FILE`. Leaves out what a
workshop's facilitator chooses. Always: a value that cannot be used stops the start, with
the setting's name and what was expected, and is itself never repeated: it may be a secret.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from app import addresses

PREFIX = "MOMENTS_"
SECRETS = frozenset({"database_url", "secret_key", "facilitator_key"})  # a URL may hold a password
ELSEWHERE = frozenset({"MOMENTS_DATA_ROOT", "MOMENTS_NO_SKIPS"})  # read by paths and by the tests
LEAST_KEY = 32  # characters
LARGEST_SECRET_FILE = 10_000  # bytes: a larger file is not a secret but a mistake


class SettingsError(Exception):
    """The server cannot start with these settings; one line for each mistake."""

    def __init__(self, mistakes: Iterable[str]) -> None:
        super().__init__("\n".join(mistakes))


def _database(address: str) -> str:
    scheme, _, rest = address.partition("://")
    if scheme == "sqlite+aiosqlite":
        # A database in memory would lose every workshop when the server stops.
        kept = rest.startswith("/") and rest[1:].split("?")[0] not in ("", ":memory:")
    else:
        parts = urlsplit(address)
        kept = scheme == "postgresql+asyncpg" and len(parts.path) > 1
    if not kept:
        raise ValueError
    return address


def _long_enough(key: SecretStr) -> SecretStr:
    value = key.get_secret_value()
    # It travels in a header, so nothing but visible ASCII.
    if len(value) < LEAST_KEY or not re.fullmatch(r"[!-~]+", value):
        raise ValueError
    return key


def _each_long_enough(keys: SecretStr) -> SecretStr:
    for key in keys.get_secret_value().split(","):
        _long_enough(SecretStr(key))
    return keys


def _contact(address: str) -> str:
    if not re.fullmatch(r"(mailto:[!-~]+@[!-~]+|https://[!-~]+)", address):
        raise ValueError
    return address


def _folder(path: Path) -> Path:
    try:
        usable = "\0" not in str(path) and not path.is_file()
    except OSError as error:  # may not be looked at, or too long a name
        raise ValueError from error
    # In the default database's address a question mark would end the file's name.
    if not usable or "?" in str(path):
        raise ValueError
    return path


def _says(expected: str, about: str, default: Any = None, **rest: Any) -> Any:
    return Field(default, description=about, json_schema_extra={"expected": expected}, **rest)


Key = Annotated[SecretStr, AfterValidator(_long_enough)]
AN_ADDRESS = "“sqlite+aiosqlite:///” and a file's path, or “postgresql+asyncpg://…/” and a name"
Keys = Annotated[SecretStr, AfterValidator(_each_long_enough)]
A_KEY = f"at least {LEAST_KEY} characters: letters, digits and signs, without spaces"


class Settings(BaseSettings):
    """All settings, checked. Made by `from_environment`, or by naming values in tests."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True
    )

    data_dir: Annotated[Path, AfterValidator(_folder)] = _says(
        "the path of a folder",
        "The folder for what the server keeps: its database, and its own secret key.",
        Path("data"),
        validate_default=True,
    )
    database_url: Annotated[str, AfterValidator(_database)] = _says(
        AN_ADDRESS,
        "The database. Several processes need Postgres.",
        None,
        repr=False,
    )
    host: Annotated[str, AfterValidator(addresses.host)] = _says(
        "an address or a name to listen on, without a port, such as 127.0.0.1 or 0.0.0.0",
        "The address to listen on.",
        "127.0.0.1",
    )
    port: int = _says(
        "a whole number from 1 to 65535", "The port to listen on.", 8000, ge=1, le=65535
    )
    public_url: Annotated[str, AfterValidator(addresses.origin)] | None = _says(
        "“https://” or “http://”, a name and nothing after it, such as https://moments.example",
        "The address people type, where a proxy stands in front of the server.",
    )
    secret_key: Keys | None = _says(
        f"{A_KEY}; several with commas between, the newest first",
        "Signs cookies. Made and kept in the data folder if unset. Older keys after the newest"
        " are still believed.",
    )
    facilitator_key: Key | None = _says(
        A_KEY, "A bearer key with the rights of the server's owner, for programs."
    )
    security_contact: Annotated[str, AfterValidator(_contact)] | None = _says(
        "“mailto:” and an address, or “https://” and a page",
        "Where to report a weakness, for /.well-known/security.txt.",
    )
    retention_days: int = _says(
        "a whole number of days, from 1 to 3650",
        "How long a workshop is kept after it is opened; then it is erased.",
        90,
        ge=1,
        le=3650,
    )
    trusted_proxies: Annotated[
        tuple[addresses.Network, ...], BeforeValidator(addresses.networks)
    ] = _says(
        "addresses or networks with commas between, such as 10.0.0.5, 192.168.0.0/16",
        "The proxies whose word about a visitor's address and protocol is taken.",
        (),
    )
    log_format: Literal["text", "json"] = _says(
        "text or json", "How log lines are written.", "text"
    )

    def __init__(self, **values: Any) -> None:
        # Before checking, because the default depends on another setting.
        folder = values.get("data_dir", "data")
        values.setdefault("database_url", f"sqlite+aiosqlite:///{folder}/moments.db")
        super().__init__(**values)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is named: the environment comes in by `from_environment`, and no other way."""
        return (init_settings,)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """The settings in `environment`.

        Raises:
            SettingsError: with every value that cannot be used.
        """
        given = Environment(cls, environment)
        values = given()
        mistakes = list(given.mistakes)
        try:
            settings = cls(**values)
        except ValidationError as error:
            wrong = dict.fromkeys(str(each["loc"][0]) for each in error.errors())
            mistakes += [f"{given.names[field]}: expected {expected(field)}." for field in wrong]
        if mistakes:
            raise SettingsError(mistakes)
        return settings

    @property
    def address(self) -> str:
        """Where people find the server: what links and QR codes begin with."""
        if self.public_url:
            return self.public_url
        here = "127.0.0.1" if self.host in addresses.ANYWHERE else self.host
        return addresses.origin_at("http", here, self.port)

    @property
    def https(self) -> bool:
        """Whether people come by https, so that cookies may be kept to it."""
        return self.address.startswith("https:")

    @property
    def origins(self) -> frozenset[str]:
        """The Origin headers of the server's own pages."""
        nearby = {"localhost", "127.0.0.1", "::1", self.host} - addresses.ANYWHERE
        local = {addresses.origin_at("http", host, self.port) for host in nearby}
        return frozenset(local | {self.address})

    @property
    def hosts(self) -> frozenset[str]:
        """The Host headers that are the server's own."""
        return frozenset().union(*map(addresses.host_headers, self.origins))


class Environment(PydanticBaseSettingsSource):
    """The values an environment holds, or that the files it names hold. An empty one is unset."""

    def __init__(self, settings: type[Settings], environment: Mapping[str, str]) -> None:
        super().__init__(settings)
        self._environment = environment
        self.mistakes: list[str] = []
        self.names = {field: environment_name(field) for field in settings.model_fields}

    def __call__(self) -> dict[str, Any]:
        fields = self.settings_cls.model_fields
        found = {name: self.get_field_value(field, name)[0] for name, field in fields.items()}
        return {name: value for name, value in found.items() if value is not None}

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        name = environment_name(field_name)
        value = self._environment.get(name, "").strip() or None
        file = self._environment.get(f"{name}_FILE", "").strip()
        if file and field_name in SECRETS:
            if value is not None:
                self.mistakes.append(f"{name} and {name}_FILE: expected only one of them.")
            else:
                self.names[field_name] = f"{name}_FILE"
                value = self._read(f"{name}_FILE", Path(file))
        return value, field_name, False

    def _read(self, name: str, path: Path) -> str | None:
        try:
            with path.open("rb") as file:
                text = file.read(LARGEST_SECRET_FILE + 1).decode().strip()
        except (OSError, ValueError):
            text = ""
        if not text or len(text) > LARGEST_SECRET_FILE:
            self.mistakes.append(f"{name}: expected the name of a file that holds the setting.")
            return None
        return text


def environment_name(field: str) -> str:
    """What the setting `field` is called in the environment."""
    return PREFIX + field.upper()


def expected(field: str) -> str:
    """What a value of the setting `field` must be, in words."""
    extra = Settings.model_fields[field].json_schema_extra
    assert isinstance(extra, dict)
    return str(extra["expected"])


def warnings(environment: Mapping[str, str]) -> list[str]:
    """A line for each name that looks like a setting and is none."""
    known = [field.upper() for field in Settings.model_fields]
    known += [f"{field.upper()}_FILE" for field in sorted(SECRETS)]
    lines = []
    for name in sorted(environment):
        prefix, rest = name[: len(PREFIX)].upper(), name[len(PREFIX) :].upper()
        if prefix == PREFIX and name not in ELSEWHERE and name not in map(PREFIX.__add__, known):
            near = difflib.get_close_matches(rest, known, n=1)
            meant = f" Did you mean {PREFIX}{near[0]}?" if near else ""
            lines.append(f"{name} is not a setting, so it is ignored.{meant}")
    return lines
