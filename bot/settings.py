"""What an operator may set, by environment or a `.env` file; read once, then frozen."""

import os
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, HttpUrl, SecretStr, ValidationError, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import SettingsError

MICROS = 1_000_000
KEY_SETTINGS = {
    "google": "GEMINI_API_KEY",
    "apiyi": "APIYI_API_KEY",
    "evolink": "EVOLINK_API_KEY",
    "toapis": "TOAPIS_API_KEY",
    "aivideoapi": "AIVIDEOAPI_API_KEY",
    # The chat routes of keys named above.
    "apiyi-chat": "APIYI_API_KEY",
    "evolink-chat": "EVOLINK_API_KEY",
}
"""The variable that turns each provider on, in the order they are asked."""


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
    database_url: str | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["text", "json"] = "text"

    gemini_api_key: SecretStr | None = None
    gemini_base_url: HttpUrl | None = None
    gemini_api_version: Literal["v1", "v1beta"] | None = None
    apiyi_api_key: SecretStr | None = None
    apiyi_base_url: HttpUrl | None = None
    evolink_api_key: SecretStr | None = None
    evolink_base_url: HttpUrl | None = None
    evolink_files_url: HttpUrl | None = None
    toapis_api_key: SecretStr | None = None
    toapis_base_url: HttpUrl | None = None
    aivideoapi_api_key: SecretStr | None = None
    aivideoapi_base_url: HttpUrl | None = None
    result_hosts: Annotated[frozenset[str], NoDecode] = frozenset()

    default_model: str | None = None
    preferred_providers: Annotated[tuple[str, ...], NoDecode] = ()
    credit_usd: Annotated[Decimal, Field(gt=0, le=100)] = Decimal("0.005")
    welcome_credits: Annotated[int, Field(ge=0, le=1_000_000_000)] = 100
    max_jobs: Annotated[int, Field(ge=1, le=1000)] = 16

    @field_validator(
        "discord_token",
        "gemini_api_key",
        "apiyi_api_key",
        "evolink_api_key",
        "toapis_api_key",
        "aivideoapi_api_key",
        mode="before",
    )
    @classmethod
    def _strip(cls, value: object) -> object:
        """A pasted secret may bring a space along, and a space alone is none."""
        if not isinstance(value, str):
            return value
        if not value.strip().isprintable():
            raise PydanticCustomError("secret", "must be one line of printable characters")
        return value.strip() or None

    @field_validator("preferred_providers", mode="before")
    @classmethod
    def _list(cls, value: object) -> object:
        """Provider names with commas or spaces between them."""
        return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value

    @field_validator("preferred_providers")
    @classmethod
    def _know(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in KEY_SETTINGS:
                known = ", ".join(KEY_SETTINGS)
                raise PydanticCustomError("provider", f"{name!r} is not one of {known}")
        return names

    @field_validator("result_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """Host names with commas or spaces between them."""
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

    @property
    def enabled_providers(self) -> tuple[str, ...]:
        """The names of the providers that have a key."""
        return tuple(
            name for name, variable in KEY_SETTINGS.items() if getattr(self, variable.lower())
        )

    def key_fingerprint(self, provider: str) -> str:
        """A short hash that tells one key of a provider from another, and nothing else of it."""
        key: SecretStr = getattr(self, KEY_SETTINGS[provider].lower())
        return sha256(key.get_secret_value().encode()).hexdigest()[:12]

    def secrets(self) -> list[str]:
        """Every secret value that is set, for the log to take out."""
        values = (getattr(self, name) for name in type(self).model_fields)
        return [value.get_secret_value() for value in values if isinstance(value, SecretStr)]

    @property
    def credit_usd_micros(self) -> int:
        """What one credit stands for, in millionths of a dollar, at least one."""
        return max(1, int(self.credit_usd * MICROS))

    @property
    def sqlite_path(self) -> Path:
        """Where the embedded database lies; raises SettingsError for an engine we do not have."""
        if self.database_url is None:
            return self.data_dir / "plantain.db"
        scheme, _, rest = self.database_url.partition(":///")
        if scheme != "sqlite" or not rest:
            raise SettingsError("DATABASE_URL", "must look like sqlite:///path/to/plantain.db")
        return Path(rest)

    def prepare_data_dir(self) -> Path:
        """Make the data folder and prove that it can be written; raises SettingsError."""
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True)
            probe = self.data_dir / f".write-test-{os.getpid()}"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise SettingsError(
                "DATA_DIR", f"the folder {str(self.data_dir)!r} cannot be written ({reason})"
            ) from error
        return self.data_dir
