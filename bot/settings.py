"""What an operator may set, by environment or a `.env` file; read once, then frozen."""

import ipaddress
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, HttpUrl, SecretStr, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot.errors import SettingsError

MICROS = 1_000_000
_KEY = "_API_KEY"
_ONE_LINE = "must be one line of printable characters"


@dataclass(frozen=True, slots=True)
class Key:
    """One key for an upstream; `fingerprint` tells it from another, and nothing else of it."""

    fingerprint: str
    secret: str = field(repr=False)

    @classmethod
    def of(cls, secret: str) -> Self:
        return cls(sha256(secret.encode()).hexdigest()[:12], secret)


class _GatewayKeys(PydanticBaseSettingsSource):
    """Any other variable that ends in _API_KEY: a gateway in the operator's file may name it.

    Whose it is shows when it is asked for, so nothing is checked before.
    """

    def __init__(self, settings: type[BaseSettings], *sources: PydanticBaseSettingsSource) -> None:
        super().__init__(settings)
        self._sources = [source for source in sources if isinstance(source, EnvSettingsSource)]

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        del field
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        found: dict[str, str] = {}
        for source in reversed(self._sources):
            for name, value in source.env_vars.items():
                named = name.upper()
                ours = named.lower() in self.settings_cls.model_fields
                if value and named.endswith(_KEY) and not ours:
                    found[named] = value
        return {"gateway_keys": found}


def _without_login(url: HttpUrl) -> HttpUrl:
    if url.username is not None or url.password is not None:
        raise PydanticCustomError("login", "must have no login before its host; that is the key's")
    return url


BaseUrl = Annotated[HttpUrl, AfterValidator(_without_login)]
Rpm = Annotated[int | None, Field(ge=1, le=100_000)]
Concurrency = Annotated[int | None, Field(ge=1, le=10_000)]
Payer = Literal["team", "server", "member"]
Address = Path | SecretStr
"""Of a database: a file's path, or a server's URL with its password."""


class Settings(BaseSettings):
    """Every field is the environment variable of the same name in capitals."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    discord_token: SecretStr | None = None
    data_dir: Path = Path("data")
    images_dir: Path | None = None
    database_url: SecretStr | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["text", "json"] = "text"

    gemini_api_key: SecretStr | None = None
    gemini_base_url: BaseUrl | None = None
    gemini_rpm: Rpm = None
    gemini_concurrency: Concurrency = None
    gemini_limits: str = ""
    gemini_api_version: Literal["v1", "v1beta"] | None = None
    apiyi_api_key: SecretStr | None = None
    apiyi_base_url: BaseUrl | None = None
    apiyi_rpm: Rpm = None
    apiyi_concurrency: Concurrency = None
    apiyi_limits: str = ""
    evolink_api_key: SecretStr | None = None
    evolink_base_url: BaseUrl | None = None
    evolink_rpm: Rpm = None
    evolink_concurrency: Concurrency = None
    evolink_limits: str = ""
    evolink_files_url: BaseUrl | None = None
    toapis_api_key: SecretStr | None = None
    toapis_base_url: BaseUrl | None = None
    toapis_rpm: Rpm = None
    toapis_concurrency: Concurrency = None
    toapis_limits: str = ""
    aivideoapi_api_key: SecretStr | None = None
    aivideoapi_base_url: BaseUrl | None = None
    aivideoapi_rpm: Rpm = None
    aivideoapi_concurrency: Concurrency = None
    aivideoapi_limits: str = ""
    toapis_webhook_secret: SecretStr | None = None
    gateway_keys: dict[str, SecretStr] = {}
    catalog_file: Path | None = None
    result_hosts: Annotated[frozenset[str], NoDecode] = frozenset()

    public_url: HttpUrl | None = None
    web_host: str = "0.0.0.0"  # noqa: S104 - a container's port is opened on purpose
    web_port: Annotated[int, Field(ge=0, le=65535)] = 8080

    default_model: str | None = None
    preferred_providers: Annotated[tuple[str, ...], NoDecode] = ()
    route_by: Literal["price", "speed"] = "price"
    credit_usd: Annotated[Decimal, Field(gt=0, le=100)] = Decimal("0.005")
    price_margin_percent: Annotated[Decimal, Field(ge=0, le=1000, decimal_places=2)] = Decimal(0)
    price_step: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    confirm_from_credits: Annotated[int | None, Field(ge=0, le=1_000_000_000)] = 100
    welcome_credits: Annotated[int, Field(ge=0, le=1_000_000_000)] = 100
    gift_daily_credits: Annotated[int, Field(ge=0, le=1_000_000_000)] = 200
    quota_timezone: str = "UTC"
    payers: Annotated[tuple[Payer, ...], NoDecode] = ("team", "server", "member")
    default_limits: str = ""
    operators: Annotated[frozenset[int], NoDecode] = frozenset()
    age_restricted_only: bool = False
    retention_days: Annotated[int | None, Field(ge=1, le=36_500)] = None
    privacy_url: HttpUrl | None = None
    max_jobs: Annotated[int, Field(ge=1, le=1000)] = 16
    max_jobs_per_member: Annotated[int | None, Field(ge=1, le=1000)] = 8
    max_jobs_per_server: Annotated[int | None, Field(ge=1, le=1000)] = None
    lease_seconds: Annotated[float, Field(ge=0.5, le=3600)] = 30.0
    shutdown_seconds: Annotated[float, Field(ge=0, le=3600)] = 20.0

    @field_validator(
        "discord_token",
        "database_url",
        "gemini_api_key",
        "apiyi_api_key",
        "evolink_api_key",
        "toapis_api_key",
        "aivideoapi_api_key",
        "toapis_webhook_secret",
        mode="before",
    )
    @classmethod
    def _strip(cls, value: object) -> object:
        """A pasted secret may bring a space along, and a space alone is none."""
        if not isinstance(value, str):
            return value
        if not value.strip().isprintable():
            raise PydanticCustomError("secret", _ONE_LINE)
        return value.strip() or None

    @field_validator("preferred_providers", "payers", mode="before")
    @classmethod
    def _list(cls, value: object) -> object:
        """Names with commas or spaces between them."""
        return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value

    @field_validator("payers")
    @classmethod
    def _end_with_the_member(cls, payers: tuple[Payer, ...]) -> tuple[Payer, ...]:
        if len(set(payers)) < len(payers) or payers[-1:] != ("member",):
            raise PydanticCustomError("payers", "must name each at most once, and member last")
        return payers

    @field_validator("confirm_from_credits", mode="before")
    @classmethod
    def _never(cls, value: object) -> object:
        """Never to ask is a word of its own: 0 asks always."""
        if not isinstance(value, str):
            return value
        word = value.strip().lower()
        if word == "off":
            return None
        if not word.removeprefix("-").isdecimal():
            raise PydanticCustomError("confirm", "must be a whole number, or off to ask never")
        return value

    @field_validator("retention_days", mode="before")
    @classmethod
    def _keep(cls, value: object) -> object:
        """To keep everything is a word of its own: 0 would erase at once."""
        off = isinstance(value, str) and value.strip().lower() == "off"
        return None if off else value

    @field_validator("quota_timezone")
    @classmethod
    def _know_the_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (LookupError, ValueError, OSError):
            raise PydanticCustomError(
                "zone", "is no time zone; it must be like Europe/Berlin or UTC"
            ) from None
        return name

    @field_validator("public_url")
    @classmethod
    def _be_reachable(cls, url: HttpUrl | None) -> HttpUrl | None:
        """Upstreams call it over the internet; plain HTTP is for trying it out at home."""
        if url is not None:
            if url.query or url.fragment:
                raise PydanticCustomError("public_url", "must end before any ? or #")
            if url.scheme != "https" and not _is_loopback(url.host or ""):
                raise PydanticCustomError("public_url", "must begin with https://")
        return url

    @field_validator("result_hosts", "operators", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """Host names or ids with commas or spaces between them."""
        return frozenset(value.replace(",", " ").split()) if isinstance(value, str) else value

    @classmethod
    def read(cls) -> Self:
        """Read the environment and `.env`; raises SettingsError naming the first bad variable."""
        try:
            return cls()
        except UnicodeDecodeError:
            raise SettingsError(".env", "is not UTF-8 text; save it again as UTF-8") from None
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            name = str(first["loc"][0]).upper() if first["loc"] else "settings"
            raise SettingsError(name, first["msg"]) from None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        gateways = _GatewayKeys(settings_cls, env_settings, dotenv_settings)
        return init_settings, env_settings, dotenv_settings, gateways, file_secret_settings

    def keys(self, variable: str) -> tuple[Key, ...]:
        """The keys in a variable such as GEMINI_API_KEY, where commas separate them; each once.

        Raises SettingsError for one that no request can carry, if it is a gateway's: nobody knows
        earlier whether it is any of ours.
        """
        secret = self._of(variable, "") or self.gateway_keys.get(variable)
        if not isinstance(secret, SecretStr):
            return ()
        if not secret.get_secret_value().strip().isprintable():
            raise SettingsError(variable, _ONE_LINE)
        return tuple(map(Key.of, _parts(secret)))

    def base_url(self, variable: str) -> str | None:
        """What the operator set in place of the catalog's base URL, by the key's variable."""
        url = self._of(variable, "_BASE_URL")
        return str(url).rstrip("/") if url else None

    def rpm(self, variable: str) -> int | None:
        """Calls a minute one key may make, by its variable; None leaves it to the catalog."""
        found = self._of(variable, "_RPM")
        return found if isinstance(found, int) else None

    def concurrency(self, variable: str) -> int | None:
        """Calls one key may have open together, by its variable; None leaves it to the catalog."""
        found = self._of(variable, "_CONCURRENCY")
        return found if isinstance(found, int) else None

    def limits(self, variable: str) -> str:
        """What one key may spend, as written, by its variable; empty leaves it to the catalog."""
        found = self._of(variable, "_LIMITS")
        return found if isinstance(found, str) else ""

    def _of(self, variable: str, ending: str) -> object:
        name = variable.removesuffix(_KEY) + ending if ending else variable
        return getattr(self, name.lower(), None) if variable.endswith(_KEY) else None

    @property
    def catalog_path(self) -> Path | None:
        """The operator's own data file: the one that is named, else `plantain.toml` if there."""
        usual = Path("plantain.toml")
        return self.catalog_file or (usual if usual.is_file() else None)

    def secrets(self, variables: Iterable[str] = ()) -> list[str]:
        """Every secret value that is set, for the log to take out; each of several keys alone.

        Of gateways' keys those in `variables`; other people's are none of our business. Raises
        SettingsError as `keys` does.
        """
        names = (name for name in type(self).model_fields if name != "database_url")
        fields = (getattr(self, name) for name in names)
        found = [part for value in fields if isinstance(value, SecretStr) for part in _parts(value)]
        found += [key.secret for variable in variables for key in self.keys(variable)]
        if self.database_url is not None:
            found += _login(self.database_url.get_secret_value())
        return list(dict.fromkeys(found))

    @property
    def credit_usd_micros(self) -> int:
        """What one credit stands for, in millionths of a dollar, at least one."""
        return max(1, int(self.credit_usd * MICROS))

    @property
    def price_margin(self) -> int:
        """What is put on an upstream's price, in hundredths of a percent."""
        return int(self.price_margin_percent * 100)

    @property
    def database(self) -> Address:
        """Where the database is, a file or a server; raises SettingsError for neither."""
        if self.database_url is None:
            return self.data_dir / "plantain.db"
        return address(self.database_url, "DATABASE_URL")

    @property
    def existing_database(self) -> Address:
        """The same, for who only looks; raises SettingsError also where there is no file."""
        found = self.database
        if isinstance(found, Path) and not found.is_file():
            problem = f"there is no database at {found}; `db upgrade` makes one"
            raise SettingsError("DATA_DIR", problem)
        return found

    @property
    def sqlite_path(self) -> Path:
        """Where the embedded database lies; raises SettingsError where a server is used."""
        found = self.database
        if not isinstance(found, Path):
            raise SettingsError("DATABASE_URL", "is a server's; this is for a file")
        return found

    def prepare_data_dir(self) -> Path:
        """Make the data folder and prove that it can be written; raises SettingsError."""
        return _prepared(self.data_dir, "DATA_DIR")

    @property
    def pictures(self) -> Path:
        """Where pictures are kept."""
        return self.images_dir or self.data_dir / "images"

    def prepare_images_dir(self) -> Path | None:
        """The same for the folder of pictures that several bots share, if there is one."""
        return None if self.images_dir is None else _prepared(self.images_dir, "IMAGES_DIR")


def address(url: SecretStr, setting: str) -> Address:
    """What a URL leads to: a file's path, or the URL of a server as it is.

    Raises SettingsError naming `setting`, and nothing of the URL.
    """
    scheme, _, rest = url.get_secret_value().partition("://")
    if scheme == "sqlite" and rest.startswith("/") and len(rest) > 1:
        return Path(rest[1:])
    if scheme in {"postgresql", "postgres"} and rest:
        return url
    file, server = "sqlite:///path/to/plantain.db", "postgresql://user:password@host:5432/database"
    raise SettingsError(setting, f"must look like {file} or {server}")


def _login(url: str) -> list[str]:
    """What of a database's URL must not be told: all of a server's, and its password alone."""
    scheme, _, rest = url.partition("://")
    if scheme == "sqlite":
        return []
    password = rest.rpartition("@")[0].partition(":")[2]
    return [part for part in (url, password, unquote(password)) if part]


def _prepared(folder: Path, setting: str) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".write-test-{os.getpid()}"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        problem = f"the folder {str(folder)!r} cannot be written ({reason})"
        raise SettingsError(setting, problem) from error
    return folder


def _parts(secret: SecretStr) -> list[str]:
    """What commas separate, each once."""
    parts = (part.strip() for part in secret.get_secret_value().split(","))
    return [part for part in dict.fromkeys(parts) if part]


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
