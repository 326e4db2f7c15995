"""The shape of `catalog.toml`, and of the file an operator lays over it.

An operator's file holds only what is different: a price, a limit, a model switched off, or a whole
gateway of their own. It is laid over ours table by table, and the whole is checked as one.
"""

import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    HttpUrl,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from bot.errors import SettingsError
from bot.generation import mistakes, naming
from bot.generation.request import AspectRatio, Resolution, Thinking

Usd = Annotated[Decimal, Field(ge=0, le=1000)]
Spend = Annotated[Decimal | None, Field(ge=0, le=1_000_000, decimal_places=6)]
Seconds = Annotated[int, Field(ge=1, le=3600)]
Dialect = Literal["gemini", "openai-chat", "evolink", "toapis", "aivideoapi"]

_KEY_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*_API_KEY")
_USUAL_SECONDS = {Resolution.R512: 300, Resolution.R1K: 300, Resolution.R2K: 300} | {
    Resolution.R4K: 420
}


def _beside_usual(seconds: dict[Resolution, int]) -> dict[Resolution, int]:
    return _USUAL_SECONDS | seconds


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise PydanticCustomError("zone", "is not a time zone's name") from None
    return name


def _variable(name: str) -> str:
    if not _KEY_VARIABLE.fullmatch(name):
        raise PydanticCustomError("key", "must be a variable's name that ends in _API_KEY")
    return name


def _name(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,31}", name):
        raise PydanticCustomError(
            "name", "a provider's name is small letters, digits and hyphens, at most 32"
        )
    return name


def _without_login(url: HttpUrl) -> HttpUrl:
    """A call has one place for who it is from, and the key is there."""
    if url.username is not None or url.password is not None:
        raise PydanticCustomError("login", "must have no login before its host")
    return url


class Table(BaseModel):
    """A table of the file; a word we do not know is a mistake and not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())


class ModelTable(Table):
    """One model. `aspect_ratios` names a list.

    One with `omit_instruction` refuses words in the system's place, and gets them with the prompt.
    """

    nickname: Annotated[str, Field(min_length=1, max_length=40)]
    aliases: tuple[str, ...] = ()
    aspect_ratios: str
    resolutions: Annotated[tuple[Resolution, ...], Field(min_length=1)]
    reference_images: Annotated[int, Field(ge=0, le=14)]
    thinking: tuple[Thinking, ...] = ()
    omit_resolution: bool = False
    omit_instruction: bool = False


class OriginTable(Table):
    """Where a price was found, and when."""

    source: str
    as_of: date


class OfferTable(Table):
    """One model at one provider. What is left out is as the model or the provider has it.

    `origins` is of resolutions whose price comes from elsewhere than `source`.
    """

    id: Annotated[str, Field(min_length=1)]
    usd: Annotated[dict[Resolution, Usd], Field(min_length=1)]
    thinking_percent: dict[Thinking, Annotated[int, Field(ge=1, le=1000)]] = {}
    aspect_ratios: str | None = None
    reference_images: Annotated[int | None, Field(ge=0, le=14)] = None
    reference_bytes: Annotated[int | None, Field(ge=1)] = None
    prompt_limit: Annotated[int | None, Field(ge=1)] = None
    shutdown: date | None = None
    source: str | None = None
    as_of: date | None = None
    origins: dict[Resolution, OriginTable] = {}
    off: bool = False


class SpendingTable(Table):
    """What one key may spend, in dollars; 0 allows nothing."""

    usd_per_hour: Spend = None
    usd_per_day: Spend = None
    usd_per_month: Spend = None
    usd_in_total: Spend = None


class ProviderTable(Table):
    """One upstream, or one route of it."""

    dialect: Dialect
    key: Annotated[str, AfterValidator(_variable)]
    base_url: Annotated[HttpUrl, AfterValidator(_without_login)]
    api_version: Literal["v1", "v1beta"] = "v1beta"
    key_header: Literal["authorization", "x-goog-api-key"] = "authorization"
    bills_refusals: bool = True
    idempotent: bool = False
    thinking: bool = False
    reference_bytes: Annotated[int | None, Field(ge=1)] = None
    needs_public_url: bool = False
    timeouts: Annotated[dict[Resolution, Seconds], AfterValidator(_beside_usual)] = _USUAL_SECONDS
    rpm: Annotated[int | None, Field(ge=1, le=100_000)] = None
    concurrency: Annotated[int | None, Field(ge=1, le=10_000)] = None
    limits: SpendingTable = SpendingTable()
    day_resets_in: Annotated[str, AfterValidator(_zone)] = "UTC"
    source: str = "the operator's file"
    as_of: date | None = None
    models: Annotated[dict[str, OfferTable], Field(min_length=1)]


class CatalogTable(Table):
    """The whole file."""

    as_of: date
    default_model: str
    aspect_ratios: dict[str, tuple[AspectRatio, ...]]
    models: dict[str, ModelTable]
    providers: dict[Annotated[str, AfterValidator(_name)], ProviderTable]

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        """Every name that is used must be there, and nothing promised that cannot be asked for."""
        if self.default_model not in self.models:
            raise _lost("default_model", f"{self.default_model!r} is none of [models]")
        named = [model.aspect_ratios for model in self.models.values()]
        for name, provider in self.providers.items():
            for model_id, offer in provider.models.items():
                if model_id not in self.models:
                    raise _lost(f"providers.{name}.models.{model_id}", "is none of [models]")
                unsold = set(offer.usd) - set(self.models[model_id].resolutions)
                if unsold:
                    sizes = ", ".join(sorted(unsold))
                    raise _lost(f"providers.{name}.models.{model_id}.usd", f"has no {sizes}")
                if offer.aspect_ratios is not None:
                    named.append(offer.aspect_ratios)
        for ratios in named:
            if ratios not in self.aspect_ratios:
                raise _lost("aspect_ratios", f"{ratios!r} is none of [aspect_ratios]")
        for name, provider in self.providers.items():
            self._check_promises(f"providers.{name}", provider)
        return self

    def _check_promises(self, place: str, provider: ProviderTable) -> None:
        """What a dialect has no word for would be left out of a request without a word."""
        if provider.thinking and provider.dialect != "gemini":
            raise _lost(f"{place}.thinking", f"cannot be asked for in {provider.dialect}")
        if provider.dialect != "openai-chat":
            return
        for model_id, offer in provider.models.items():
            if offer.aspect_ratios and self.aspect_ratios[offer.aspect_ratios]:
                where = f"{place}.models.{model_id}.aspect_ratios"
                raise _lost(where, "cannot be asked for in openai-chat")
            if len(offer.usd) > 1:
                where = f"{place}.models.{model_id}.usd"
                raise _lost(where, "may have one resolution, as openai-chat leaves no choice")


def read(over: Path | None = None) -> CatalogTable:
    """Our data with the operator's file `over` it; raises SettingsError that names the place."""
    if over is None:
        return _shipped()
    data = _ours()
    changes = _parse(over)
    naming.resolve(changes, data, over)
    _sign(changes, data, over)
    try:
        return CatalogTable.model_validate(_lay(data, changes))
    except ValidationError as error:
        known = tuple(data["providers"])
        raise SettingsError(str(over), mistakes.explain(error, CatalogTable, known)) from None


@cache
def _shipped() -> CatalogTable:
    """Our data alone, which does not change."""
    return CatalogTable.model_validate(_ours())


def _ours() -> dict[str, Any]:
    ours = resources.files("bot.generation").joinpath("catalog.toml").read_text("utf-8")
    return tomllib.loads(ours, parse_float=Decimal)


def _parse(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"), parse_float=Decimal)
    except (ValueError, ArithmeticError) as error:
        # Not only TOMLDecodeError: some numbers are TOML, and too long for Python.
        raise SettingsError(str(file), f"is not a TOML file: {error}") from None
    except RecursionError:
        raise SettingsError(str(file), "is not a TOML file: too deeply nested") from None
    except OSError as error:
        raise SettingsError(str(file), f"cannot be read ({error.strerror})") from None


def _sign(changes: dict[str, Any], data: Mapping[str, Any], file: Path) -> None:
    """A price that comes from the operator says so and when, unless they do it themselves.

    Those beside it that are left as they were keep their origin in our `data`.
    """
    written = changes.pop("as_of", datetime.fromtimestamp(file.stat().st_mtime, UTC).date())
    for name, provider in _tables(changes.get("providers")):
        ours = data["providers"].get(name, {})
        for model_id, offer in _tables(provider.get("models")):
            usd = offer.get("usd")
            if not isinstance(usd, dict):
                continue
            offer.setdefault("source", file.name)
            offer.setdefault("as_of", written)
            shipped = ours.get("models", {}).get(model_id, {})
            ranked = ({"as_of": data["as_of"]}, ours, shipped)
            origin = {
                word: table[word]
                for table in ranked
                for word in ("source", "as_of")
                if word in table
            }
            kept = [size for size in shipped.get("usd", ()) if size not in usd]
            offer.setdefault("origins", dict.fromkeys(kept, origin))


def _tables(node: Any) -> list[tuple[str, dict[str, Any]]]:
    items = node.items() if isinstance(node, dict) else ()
    return [(name, value) for name, value in items if isinstance(value, dict)]


def _lay(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Tables are joined, anything else is replaced."""
    laid = dict(below)
    for name, value in above.items():
        known = laid.get(name)
        if isinstance(value, dict) and isinstance(known, dict):
            laid[name] = _lay(known, value)
        else:
            laid[name] = value
    return laid


def _lost(place: str, problem: str) -> PydanticCustomError:
    return PydanticCustomError("lost", "{place}: {problem}", {"place": place, "problem": problem})
