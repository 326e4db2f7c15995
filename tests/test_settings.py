"""An operator's settings: every mistake named, no secret ever shown, `.env` as people write it."""

from pathlib import Path

import pytest
from dotenv import dotenv_values
from pydantic import SecretStr, ValidationError

from bot.errors import SettingsError
from bot.generation.catalog import Catalog
from bot.settings import Settings

ROOT = Path(__file__).parents[1]
SECRETS = {
    name.upper(): f"{name}-3f9a"
    for name, field in Settings.model_fields.items()
    if field.annotation == SecretStr | None and name != "database_url"
}


@pytest.fixture(autouse=True)
def clean(monkeypatch, tmp_path):
    """An empty folder and an environment without any of our variables."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def read(monkeypatch, **values: str) -> Settings:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return Settings.read()


def test_nothing_set_gives_the_defaults():
    settings = Settings.read()

    assert settings.data_dir == Path("data")
    assert settings.sqlite_path == Path("data/plantain.db")
    assert settings.credit_usd_micros == 5000
    assert settings.welcome_credits == 100
    assert settings.secrets() == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOG_LEVEL", "loud"),
        ("LOG_FORMAT", "xml"),
        ("GEMINI_API_VERSION", "v2"),
        ("GEMINI_BASE_URL", "not a url"),
        ("GEMINI_BASE_URL", "ftp://127.0.0.1"),
        ("APIYI_BASE_URL", "127.0.0.1:8000"),
        ("TOAPIS_BASE_URL", "https://me:a-password@127.0.0.1"),
        ("AIVIDEOAPI_BASE_URL", "https://me@127.0.0.1"),
        ("EVOLINK_FILES_URL", "https://:a-password@127.0.0.1"),
        ("CREDIT_USD", "half a cent"),
        ("CREDIT_USD", "0"),
        ("CREDIT_USD", "-0.005"),
        ("CREDIT_USD", "nan"),
        ("CREDIT_USD", "inf"),
        ("CREDIT_USD", "101"),
        ("PRICE_MARGIN_PERCENT", "-1"),
        ("PRICE_MARGIN_PERCENT", "2.555"),
        ("PRICE_MARGIN_PERCENT", "1001"),
        ("PRICE_STEP", "0"),
        ("PRICE_STEP", "2.5"),
        ("CONFIRM_FROM_CREDITS", "never"),
        ("CONFIRM_FROM_CREDITS", "-1"),
        ("WELCOME_CREDITS", "1.5"),
        ("QUOTA_TIMEZONE", "Mars/Olympus"),
        ("QUOTA_TIMEZONE", "../etc/passwd"),
        ("PAYERS", "team, bank"),
        ("PAYERS", "member, team"),
        ("PAYERS", "team, team, member"),
        ("PAYERS", "team"),
        ("OPERATORS", "me"),
        ("WELCOME_CREDITS", "-1"),
        ("WELCOME_CREDITS", "1000000001"),
        ("MAX_JOBS", "0"),
        ("MAX_JOBS", "1001"),
        ("MAX_JOBS", "many"),
        ("GEMINI_RPM", "0"),
        ("TOAPIS_CONCURRENCY", "-1"),
        ("ROUTE_BY", "luck"),
        ("WEB_PORT", "70000"),
    ],
)
def test_a_bad_value_is_an_error_that_names_its_variable(monkeypatch, name, value):
    """And shows no secret, though all of them are set beside it."""
    with pytest.raises(SettingsError) as caught:
        read(monkeypatch, **SECRETS, **{name: value})

    assert caught.value.setting == name
    assert caught.value.problem
    assert ("or off" in caught.value.problem) == (value == "never")
    said = f"{caught.value} {caught.value!r} {caught.value.__cause__} {caught.value.facts}"
    assert "a-password" not in said
    assert not any(secret in said for secret in SECRETS.values())


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_of_several_lines_is_refused_without_being_shown(monkeypatch, name):
    """A header cannot carry it; the upstream's client would stumble over it in mid-air."""
    with pytest.raises(SettingsError) as caught:
        read(monkeypatch, **{name: "first-half\nsecond-half"})

    assert caught.value.setting == name
    assert "half" not in str(caught.value)


def test_empty_variables_count_as_unset(monkeypatch):
    settings = read(monkeypatch, **dict.fromkeys([n.upper() for n in Settings.model_fields], ""))

    assert settings == Settings()
    assert settings.discord_token is None
    assert settings.max_jobs == 16


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_of_spaces_is_none_and_spaces_around_one_are_dropped(monkeypatch, name):
    assert read(monkeypatch, **{name: " \t"}).secrets() == []
    assert read(monkeypatch, **{name: " abc\n"}).secrets() == ["abc"]


def test_several_keys_are_separated_by_commas_and_each_counts_once(monkeypatch):
    settings = read(monkeypatch, GEMINI_API_KEY=" one, two,,one ")

    assert [key.secret for key in settings.keys("GEMINI_API_KEY")] == ["one", "two"]
    assert len({key.fingerprint for key in settings.keys("GEMINI_API_KEY")}) == 2
    assert settings.secrets() == ["one", "two"]
    assert settings.keys("APIYI_API_KEY") == settings.keys("PATH") == ()
    assert "one" not in repr(settings.keys("GEMINI_API_KEY"))


def test_a_gateways_key_comes_from_any_variable_that_is_named_like_one(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text("MYGATE_API_KEY=from-the-file\nOTHER_API_KEY=seen", "utf-8")

    settings = read(monkeypatch, MYGATE_API_KEY="first, second")

    assert [key.secret for key in settings.keys("MYGATE_API_KEY")] == ["first", "second"]
    assert [key.secret for key in settings.keys("OTHER_API_KEY")] == ["seen"]
    named = ("MYGATE_API_KEY", "OTHER_API_KEY")
    assert settings.secrets(named) == ["first", "second", "seen"]
    assert "first" not in f"{settings} {settings!r} {settings.model_dump_json()}"


def test_a_key_that_no_gateway_has_is_nobodys_secret(monkeypatch):
    """A foreign key of one letter would take that letter out of every line of the log."""
    settings = read(monkeypatch, FOREIGN_API_KEY="a", MYGATE_API_KEY="mine", APIYI_API_KEY="ours")

    assert settings.secrets(["MYGATE_API_KEY", "APIYI_API_KEY"]) == ["ours", "mine"]
    assert settings.secrets() == ["ours"]


@pytest.mark.parametrize("odd", ['{\n "type": "service_account"\n}', "half\x07", "half\udcff"])
def test_an_odd_key_is_an_error_where_it_is_used_and_names_its_variable(monkeypatch, odd):
    """Somebody else's may be as it likes."""
    settings = read(monkeypatch, FOREIGN_API_KEY=odd)

    assert settings.secrets() == []
    for use in (settings.keys, lambda variable: settings.secrets([variable])):
        with pytest.raises(SettingsError) as caught:
            use("FOREIGN_API_KEY")
        assert caught.value.setting == "FOREIGN_API_KEY"
        assert "one line" in caught.value.problem
        assert "half" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://bot.example/plantain/", True),
        ("http://127.0.0.1:8080", True),
        ("http://localhost", True),
        ("http://bot.example", False),
        ("https://bot.example/?a=b", False),
        ("bot.example", False),
    ],
)
def test_the_public_url_is_one_that_upstreams_may_call(monkeypatch, url, good):
    if good:
        assert str(read(monkeypatch, PUBLIC_URL=url).public_url).startswith(url)
        return
    with pytest.raises(SettingsError) as caught:
        read(monkeypatch, PUBLIC_URL=url)
    assert caught.value.setting == "PUBLIC_URL"


def test_limits_and_addresses_are_found_by_the_keys_variable(monkeypatch):
    settings = read(
        monkeypatch,
        APIYI_RPM="60",
        APIYI_CONCURRENCY="4",
        APIYI_BASE_URL="http://a/b/",
        APIYI_LIMITS="usd_per_day=3",
    )

    assert (settings.rpm("APIYI_API_KEY"), settings.concurrency("APIYI_API_KEY")) == (60, 4)
    assert settings.base_url("APIYI_API_KEY") == "http://a/b"
    assert settings.limits("APIYI_API_KEY") == "usd_per_day=3"
    assert settings.limits("MYGATE_API_KEY") == ""
    assert settings.rpm("MYGATE_API_KEY") is settings.base_url("MYGATE_API_KEY") is None


def test_every_key_and_token_is_kept_as_a_secret():
    for name in Settings.model_fields:
        assert (name.upper() in SECRETS) == name.endswith(("_key", "_token", "_secret"))
    keys = {upstream.key for upstream in Catalog.load().upstreams.values()}
    assert {"DISCORD_TOKEN", *keys} <= set(SECRETS)


def test_secrets_are_given_out_on_purpose_only(monkeypatch):
    settings = read(monkeypatch, **SECRETS)

    shown = f"{settings} {settings!r} {settings.model_dump()} {settings.model_dump_json()}"
    assert not any(secret in shown for secret in SECRETS.values())
    assert sorted(settings.secrets()) == sorted(SECRETS.values())


def test_settings_are_frozen():
    with pytest.raises(ValidationError):
        Settings.read().max_jobs = 3


# --- .env -----------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_dotenv_file_is_read_also_with_a_byte_order_mark(tmp_path, encoding):
    text = (
        'GEMINI_API_KEY="from-the-file"\n# MAX_JOBS=3\nexport WELCOME_CREDITS=7\nOTHER=x\nMAX_JOBS='
    )
    (tmp_path / ".env").write_text(text, encoding)

    settings = Settings.read()

    assert settings.secrets() == ["from-the-file"]
    assert (settings.welcome_credits, settings.max_jobs) == (7, 16)


def test_the_environment_wins_over_the_file(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("MAX_JOBS=3\nWELCOME_CREDITS=3", "utf-8")

    settings = read(monkeypatch, MAX_JOBS="5")

    assert (settings.max_jobs, settings.welcome_credits) == (5, 3)


def test_a_mistake_in_the_file_is_named_too(tmp_path):
    (tmp_path / ".env").write_text("GEMINI_API_KEY=hidden-key\nMAX_JOBS=none", "utf-8")

    with pytest.raises(SettingsError) as caught:
        Settings.read()
    assert caught.value.setting == "MAX_JOBS"
    assert "hidden-key" not in str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_a_file_in_another_encoding_is_named_as_such(tmp_path, encoding):
    """As a Windows shell's redirection writes it."""
    (tmp_path / ".env").write_text("GEMINI_API_KEY=schlüssel", encoding)

    with pytest.raises(SettingsError) as caught:
        Settings.read()
    assert caught.value.setting == ".env"
    assert "UTF-8" in caught.value.problem
    assert "schl" not in str(caught.value)


@pytest.mark.parametrize(("text", "days"), [("off", None), ("", None), ("1", 1), (" OFF ", None)])
def test_keeping_for_ever_is_a_word(monkeypatch, text, days):
    monkeypatch.setenv("RETENTION_DAYS", text)
    assert Settings.read().retention_days == days
    monkeypatch.setenv("RETENTION_DAYS", "0")
    with pytest.raises(SettingsError, match="RETENTION_DAYS"):
        Settings.read()


def test_the_example_names_every_setting_and_can_be_used_as_it_is(tmp_path, monkeypatch):
    """Copied to `.env` untouched it sets no secret and no wrong value."""
    example = ROOT / ".env.example"
    text = example.read_text("utf-8")
    (tmp_path / ".env").write_text(text, "utf-8")

    for name in Settings.model_fields.keys() - {"gateway_keys"}:
        assert name.upper() in text
    assert dotenv_values(example).keys() <= {name.upper() for name in Settings.model_fields}
    assert Settings.read().secrets() == []


# --- the database and the data folder -------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///my.db", "my.db"),
        ("sqlite:///folder/my.db", "folder/my.db"),
        ("sqlite:////var/lib/my.db", "/var/lib/my.db"),
    ],
)
def test_a_database_url_is_a_path(monkeypatch, url, path):
    settings = read(monkeypatch, DATABASE_URL=url)

    assert settings.database == settings.sqlite_path == Path(path)
    assert settings.secrets() == []


def test_a_database_url_is_a_servers_and_its_password_a_secret(monkeypatch):
    """Also as it is before it is quoted, as a library may tell it."""
    url = "postgresql://me:db-p%40ssword@host/plantain"
    settings = read(monkeypatch, DATABASE_URL=f" {url}\n")

    assert settings.database.get_secret_value() == url
    assert "ssword" not in f"{settings} {settings!r} {settings.model_dump_json()}"
    assert settings.secrets() == [url, "db-p%40ssword", "db-p@ssword"]
    with pytest.raises(SettingsError):
        _ = settings.sqlite_path


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///", "my.db", "postgresql://", "mysql://me:db-password@host/db"]
)
def test_an_engine_we_do_not_have_is_refused_without_showing_its_password(monkeypatch, url):
    with pytest.raises(SettingsError) as caught:
        _ = read(monkeypatch, DATABASE_URL=url).database

    assert caught.value.setting == "DATABASE_URL"
    assert "db-password" not in str(caught.value)


def test_the_data_folder_is_made_and_nothing_is_left_in_it(monkeypatch, tmp_path):
    folder = read(monkeypatch, DATA_DIR="deep/down").prepare_data_dir()

    assert (tmp_path / folder).is_dir()
    assert list(folder.iterdir()) == []
    assert Settings.read().prepare_data_dir() == folder


@pytest.mark.parametrize("where", ["a-file", "a-file/below", "/proc", "/proc/1/new"])
def test_a_folder_that_cannot_be_written_is_named(monkeypatch, tmp_path, where):
    (tmp_path / "a-file").write_text("in the way")

    with pytest.raises(SettingsError) as caught:
        read(monkeypatch, DATA_DIR=where).prepare_data_dir()

    assert caught.value.setting == "DATA_DIR"
    assert repr(where) in caught.value.problem


def test_who_pays_who_operates_and_where_days_begin_can_be_set(monkeypatch):
    usual = Settings.read()
    assert (usual.payers, usual.quota_timezone) == (("team", "server", "member"), "UTC")
    set_ = read(
        monkeypatch,
        PAYERS="server member",
        OPERATORS="123456789012345678, 2",
        QUOTA_TIMEZONE="Asia/Shanghai",
    )
    assert set_.payers == ("server", "member")
    assert set_.operators == {123456789012345678, 2}
    assert set_.quota_timezone == "Asia/Shanghai"


def test_prices_and_questions_can_be_set(monkeypatch):
    usual = Settings.read()
    assert (usual.price_margin, usual.price_step, usual.confirm_from_credits) == (0, 1, 100)
    set_ = read(
        monkeypatch, PRICE_MARGIN_PERCENT="12.5", PRICE_STEP="5", CONFIRM_FROM_CREDITS=" Off "
    )
    assert (set_.price_margin, set_.price_step, set_.confirm_from_credits) == (1250, 5, None)
    assert read(monkeypatch, CONFIRM_FROM_CREDITS="0").confirm_from_credits == 0


def test_preferred_providers_are_a_list_of_names(monkeypatch):
    monkeypatch.setenv("PREFERRED_PROVIDERS", "apiyi, google")
    assert Settings.read().preferred_providers == ("apiyi", "google")
