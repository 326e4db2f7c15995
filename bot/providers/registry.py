"""An operator's settings to the providers that are on."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import HttpUrl, SecretStr

from bot.generation.catalog import Catalog
from bot.generation.request import ImageRef
from bot.providers.aivideoapi import AiVideoApi
from bot.providers.base import ImageFile, Provider
from bot.providers.dialect import Dialect
from bot.providers.download import Downloader
from bot.providers.evolink import FILES_URL, EvoLink
from bot.providers.gemini import GeminiProvider
from bot.providers.openai_chat import ChatProvider, Fetch
from bot.providers.retry import Retrying
from bot.providers.task import Callbacks, TaskProvider, make_free_session
from bot.providers.toapis import ToApis
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
    new_id: Callable[[], str] = lambda: secrets.token_hex(16),
    callbacks: Callbacks | None = None,
) -> Mapping[str, Provider]:
    """The providers with a key, by name, in the order they should be asked.

    `attempts` caps the calls for one picture; `time_limit` is seconds for one call. Both are the
    policy's and the catalog's own when None. `callbacks` lets upstreams tell that a task is done.
    """
    providers: dict[str, Provider] = {}
    for name, access in _accesses(settings).items():
        if access.api_key is None:
            continue
        upstream = catalog.upstreams[name]
        providers[name] = GeminiProvider(
            upstream=upstream,
            api_key=access.api_key.get_secret_value(),
            base_url=str(access.base_url or upstream.base_url),
            api_version=access.api_version or upstream.api_version,
            transport=transport,
            locate=locate,
            bearer=access.bearer,
            sleep=sleep,
            fetch=_fetch(name, Downloader(allowed_hosts=settings.result_hosts)),
            time_limit=time_limit,
        )
    for name, (api_key, dialect) in _tasks(settings, catalog).items():
        if api_key is None:
            continue
        providers[name] = TaskProvider(
            upstream=catalog.upstreams[name],
            dialect=dialect,
            api_key=api_key.get_secret_value(),
            transport=transport,
            downloader=Downloader(allowed_hosts=settings.result_hosts),
            make_session=make_free_session,
            locate=locate,
            sleep=sleep,
            clock=clock,
            new_id=new_id,
            callbacks=callbacks,
            time_limit=time_limit,
        )
    providers |= _chats(
        settings, catalog, transport=transport, locate=locate, sleep=sleep, time_limit=time_limit
    )
    return {
        name: Retrying(provider, attempts=attempts, sleep=sleep, random=random, clock=clock)
        for name, provider in providers.items()
    }


def _tasks(settings: Settings, catalog: Catalog) -> dict[str, tuple[SecretStr | None, Dialect]]:
    def base_url(name: str, chosen: HttpUrl | None) -> str:
        return str(chosen or catalog.upstreams[name].base_url)

    evolink = EvoLink(
        base_url("evolink", settings.evolink_base_url),
        files_url=str(settings.evolink_files_url or FILES_URL),
    )
    toapis = ToApis(base_url("toapis", settings.toapis_base_url))
    aivideoapi = AiVideoApi(base_url("aivideoapi", settings.aivideoapi_base_url))
    return {
        "evolink": (settings.evolink_api_key, evolink),
        "toapis": (settings.toapis_api_key, toapis),
        "aivideoapi": (settings.aivideoapi_api_key, aivideoapi),
    }


def _chats(
    settings: Settings,
    catalog: Catalog,
    *,
    transport: Transport,
    locate: Callable[[ImageRef], Path],
    sleep: Callable[[float], Awaitable[object]],
    time_limit: float | None,
) -> dict[str, Provider]:
    accesses = {
        "apiyi-chat": (settings.apiyi_api_key, settings.apiyi_base_url),
        "evolink-chat": (settings.evolink_api_key, settings.evolink_base_url),
    }
    return {
        name: ChatProvider(
            upstream=catalog.upstreams[name],
            api_key=api_key.get_secret_value(),
            base_url=str(base_url or catalog.upstreams[name].base_url),
            transport=transport,
            locate=locate,
            fetch=_fetch(name, Downloader(allowed_hosts=settings.result_hosts)),
            sleep=sleep,
            time_limit=time_limit,
        )
        for name, (api_key, base_url) in accesses.items()
        if api_key is not None
    }


def _fetch(name: str, downloader: Downloader) -> Fetch:
    async def fetch(url: str, folder: Path) -> ImageFile:
        return await downloader.fetch(url, provider=name, folder=folder)

    return fetch


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
