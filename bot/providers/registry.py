"""An operator's settings to the providers that are on."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import HttpUrl, SecretStr

from bot.generation.catalog import Catalog
from bot.generation.request import ImageRef
from bot.providers.base import Provider
from bot.providers.gemini import GeminiProvider
from bot.providers.retry import Retrying
from bot.providers.transport import Transport
from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class _Access:
    """What the operator set for one upstream; None where the catalog's value holds."""

    api_key: SecretStr | None
    base_url: HttpUrl | None
    api_version: str | None
    bearer: bool


def build(
    settings: Settings,
    *,
    catalog: Catalog,
    transport: Transport,
    locate: Callable[[ImageRef], Path],
    sleep: Callable[[float], Awaitable[object]],
    random: Callable[[], float],
    clock: Callable[[], float],
    attempts: int | None = None,
    time_limit: float | None = None,
) -> Mapping[str, Provider]:
    """The providers with a key, by name, in the order they should be asked.

    `attempts` caps the calls for one picture; `time_limit` is seconds for one call. Both are the
    policy's and the catalog's own when None.
    """
    providers: dict[str, Provider] = {}
    for name, access in _accesses(settings).items():
        if access.api_key is None:
            continue
        upstream = catalog.upstreams[name]
        provider = GeminiProvider(
            upstream=upstream,
            api_key=access.api_key.get_secret_value().strip(),
            base_url=str(access.base_url or upstream.base_url),
            api_version=access.api_version or upstream.api_version,
            transport=transport,
            locate=locate,
            bearer=access.bearer,
            time_limit=time_limit,
        )
        providers[name] = Retrying(
            provider, attempts=attempts, sleep=sleep, random=random, clock=clock
        )
    return providers


def _accesses(settings: Settings) -> dict[str, _Access]:
    return {
        "google": _Access(
            api_key=settings.gemini_api_key,
            base_url=settings.gemini_base_url,
            api_version=settings.gemini_api_version,
            bearer=False,
        ),
        "apiyi": _Access(
            api_key=settings.apiyi_api_key,
            base_url=settings.apiyi_base_url,
            api_version=None,
            bearer=True,
        ),
    }
