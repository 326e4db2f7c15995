"""What an operator may set, by environment or a `.env` file; read once, then frozen."""

import os
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, HttpUrl, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import SettingsError

MICROS = 1_000_000
KEY_SETTINGS = {"google": "GEMINI_API_KEY", "apiyi": "APIYI_API_KEY"}
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

    default_model: str | None = None
    credit_usd: Annotated[Decimal, Field(gt=0, le=100)] = Decimal("0.005")
    welcome_credits: Annotated[int, Field(ge=0, le=1_000_000_000)] = 100
    max_jobs: Annotated[int, Field(ge=1, le=1000)] = 16

    @classmethod
    def read(cls) -> Self:
        """Read the environment and `.env`; raises SettingsError naming the first bad variable."""
        try:
            return cls()
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
