"""Settings: what the environment says, what is refused, and the key that is kept."""

from ipaddress import ip_network
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.settings import Settings, SettingsError, expected, warnings

KEY = "k" * 32


def told(**environment: str) -> list[str]:
    """What is said of settings that cannot be used."""
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment(environment)
    return str(refused.value).splitlines()


def test_nothing_needs_to_be_set() -> None:
    settings = Settings.from_environment({})
    assert settings.data_dir == Path("data")
    assert settings.database_url == "sqlite+aiosqlite:///data/moments.db"
    assert (settings.host, settings.port, settings.address) == (
        "127.0.0.1",
        8000,
        "http://127.0.0.1:8000",
    )
    assert (settings.retention_days, settings.log_format) == (90, "text")
    assert settings.public_url is settings.secret_key is settings.facilitator_key is None
    assert settings.trusted_proxies == ()


def test_every_setting_can_be_given() -> None:
    settings = Settings.from_environment(
        {
            "MOMENTS_DATABASE_URL": "postgresql+asyncpg://moments:word@db/moments",
            "MOMENTS_HOST": "0.0.0.0",
            "MOMENTS_PORT": "9000",
            "MOMENTS_PUBLIC_URL": "https://Moments.Example/",
            "MOMENTS_SECRET_KEY": KEY,
            "MOMENTS_FACILITATOR_KEY": KEY + "f",
            "MOMENTS_RETENTION_DAYS": "30",
            "MOMENTS_TRUSTED_PROXIES": "10.0.0.5, 192.168.0.0/16 fd00::/8",
            "MOMENTS_DATA_DIR": "/srv/moments",
            "MOMENTS_LOG_FORMAT": "json",
        }
    )
    assert settings.database_url == "postgresql+asyncpg://moments:word@db/moments"
    assert (settings.host, settings.port) == ("0.0.0.0", 9000)
    assert settings.public_url == settings.address == "https://moments.example"
    assert settings.secret_key == SecretStr(KEY)
    assert settings.facilitator_key == SecretStr(KEY + "f")
    assert settings.retention_days == 30
    assert settings.trusted_proxies == tuple(
        ip_network(each) for each in ("10.0.0.5", "192.168.0.0/16", "fd00::/8")
    )
    assert settings.data_dir == Path("/srv/moments")
    assert settings.log_format == "json"


def test_the_database_is_in_the_data_folder_unless_it_is_named() -> None:
    settings = Settings.from_environment({"MOMENTS_DATA_DIR": "/srv/moments"})
    assert settings.database_url == "sqlite+aiosqlite:////srv/moments/moments.db"


def test_an_empty_value_is_as_good_as_none() -> None:
    assert Settings.from_environment(
        {"MOMENTS_PUBLIC_URL": "", "MOMENTS_PORT": " ", "MOMENTS_SECRET_KEY_FILE": ""}
    ) == Settings.from_environment({})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://db/moments"),
        ("DATABASE_URL", "postgresql://db/moments"),
        ("DATABASE_URL", "postgresql+asyncpg://db/"),
        ("DATABASE_URL", "sqlite+aiosqlite://"),
        ("DATABASE_URL", "sqlite+aiosqlite:///:memory:"),
        ("HOST", "http://moments.example"),
        ("HOST", "127.0.0.1:8000"),
        ("HOST", "two names"),
        ("PORT", "eight"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PUBLIC_URL", "moments.example"),
        ("PUBLIC_URL", "ftp://moments.example"),
        ("PUBLIC_URL", "https://moments.example/path"),
        ("PUBLIC_URL", "https://moments.example/?a"),
        ("PUBLIC_URL", "https://name:word@moments.example"),
        ("PUBLIC_URL", "https://moments.example:port"),
        ("PUBLIC_URL", "https://moments.example:0"),
        ("PUBLIC_URL", "https://"),
        ("SECRET_KEY", "k" * 31),
        ("FACILITATOR_KEY", "k" * 31),
        ("FACILITATOR_KEY", "k" * 31 + " k"),
        ("FACILITATOR_KEY", "k" * 31 + "é"),
        ("RETENTION_DAYS", "0"),
        ("RETENTION_DAYS", "for ever"),
        ("RETENTION_DAYS", "3651"),
        ("TRUSTED_PROXIES", "*"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
        ("TRUSTED_PROXIES", "proxy.example"),
        ("DATA_DIR", __file__),
        ("DATA_DIR", "what?"),
        ("DATA_DIR", "d" * 5000),
        ("LOG_FORMAT", "xml"),
    ],
)
def test_a_wrong_value_is_named_with_what_was_expected_and_not_repeated(
    name: str, value: str
) -> None:
    assert told(**{f"MOMENTS_{name}": value}) == [
        f"MOMENTS_{name}: expected {expected(name.lower())}."
    ]
    assert value not in expected(name.lower()).split()


def test_all_mistakes_are_told_at_once() -> None:
    lines = told(MOMENTS_PORT="x", MOMENTS_LOG_FORMAT="x", MOMENTS_SECRET_KEY="x")
    assert [line.split(":")[0] for line in lines] == [
        "MOMENTS_PORT",
        "MOMENTS_SECRET_KEY",
        "MOMENTS_LOG_FORMAT",
    ]


def test_a_refusal_has_no_other_error_behind_it() -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment({"MOMENTS_PORT": "x"})
    assert refused.value.__cause__ is refused.value.__context__ is None


def test_a_secret_may_be_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n")
    settings = Settings.from_environment({"MOMENTS_SECRET_KEY_FILE": str(file)})
    assert settings.secret_key == SecretStr(KEY)


@pytest.mark.parametrize("name", ["SECRET_KEY", "FACILITATOR_KEY", "DATABASE_URL"])
@pytest.mark.parametrize("content", [None, b"", b"\xff" * 40, b"k" * 20_000])
def test_a_file_that_holds_no_secret_is_named(
    tmp_path: Path, name: str, content: bytes | None
) -> None:
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
    assert told(**{f"MOMENTS_{name}_FILE": str(file)}) == [
        f"MOMENTS_{name}_FILE: expected the name of a file that holds the setting."
    ]


def test_a_wrong_secret_in_a_file_is_told_under_the_name_that_was_set(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("short")
    (line,) = told(MOMENTS_FACILITATOR_KEY_FILE=str(file))
    assert line.startswith("MOMENTS_FACILITATOR_KEY_FILE: expected at least 32 characters")


def test_a_secret_is_given_in_one_way_only(tmp_path: Path) -> None:
    assert told(MOMENTS_SECRET_KEY=KEY, MOMENTS_SECRET_KEY_FILE=str(tmp_path)) == [
        "MOMENTS_SECRET_KEY and MOMENTS_SECRET_KEY_FILE: expected only one of them."
    ]


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    settings = Settings.from_environment(
        {
            "MOMENTS_SECRET_KEY": KEY,
            "MOMENTS_FACILITATOR_KEY": KEY,
            "MOMENTS_DATABASE_URL": "postgresql+asyncpg://moments:passphrase@db/moments",
        }
    )
    assert KEY not in repr(settings)
    assert "passphrase" not in repr(settings)


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().port = 9000


def test_only_what_is_passed_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOMENTS_PORT", "9000")
    assert Settings.from_environment({}).port == Settings().port == 8000


def test_every_setting_says_what_it_is_for_and_what_is_expected() -> None:
    for field, about in Settings.model_fields.items():
        assert expected(field)
        assert about.description is not None
        assert about.description.endswith(".")


def test_names_that_are_no_settings_are_warned_of() -> None:
    lines = warnings(
        {
            "MOMENTS_PROT": "9000",
            "MOMENTS_PORT_FILE": "port",
            "moments_host": "::1",
            "MOMENTS_XYZZY": "1",
            "MOMENTS_PORT": "9000",
            "MOMENTS_SECRET_KEY_FILE": "key",
            "MOMENTS_DATA_ROOT": ".",
            "PATH": "/bin",
        }
    )
    assert lines == [
        "MOMENTS_PORT_FILE is not a setting, so it is ignored. Did you mean MOMENTS_PORT?",
        "MOMENTS_PROT is not a setting, so it is ignored. Did you mean MOMENTS_PORT?",
        "MOMENTS_XYZZY is not a setting, so it is ignored.",
        "moments_host is not a setting, so it is ignored. Did you mean MOMENTS_HOST?",
    ]


def test_with_only_host_and_port_set_this_machine_is_a_good_host_and_origin() -> None:
    settings = Settings.from_environment({"MOMENTS_HOST": "0.0.0.0", "MOMENTS_PORT": "9000"})
    assert settings.hosts == {"localhost:9000", "127.0.0.1:9000", "[::1]:9000"}
    assert settings.origins == {f"http://{host}" for host in settings.hosts}
    assert settings.address == "http://127.0.0.1:9000"
    assert not settings.https


def test_a_host_that_is_one_address_is_good_too() -> None:
    settings = Settings(host="192.0.2.7")
    assert "192.0.2.7:8000" in settings.hosts
    assert settings.address == "http://192.0.2.7:8000"
    assert "http://[2001:db8::7]:8000" in Settings(host="2001:DB8::7").origins


def test_the_public_address_is_good_beside_this_machine() -> None:
    settings = Settings(public_url="https://moments.example")
    assert {"moments.example", "moments.example:443", "localhost:8000"} <= settings.hosts
    assert {"https://moments.example", "http://localhost:8000"} <= settings.origins
    assert "http://moments.example" not in settings.origins
    assert settings.https


def test_a_port_that_goes_without_saying_is_not_said() -> None:
    assert Settings(public_url="https://moments.example:443").address == "https://moments.example"
    settings = Settings(port=80)
    assert settings.address == "http://127.0.0.1"
    assert {"localhost", "localhost:80"} <= settings.hosts
