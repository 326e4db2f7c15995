"""An operator's settings and the catalog to the ways that pictures can be made."""

import re
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from bot.errors import ErrorKind, SettingsError
from bot.generation.catalog import Catalog, Upstream
from bot.generation.request import ImageRef
from bot.providers.aivideoapi import AiVideoApi
from bot.providers.base import Balance, Fetch, ImageFile, Provider
from bot.providers.classify import Source
from bot.providers.dialect import Dialect
from bot.providers.download import Downloader
from bot.providers.evolink import FILES_URL, EvoLink
from bot.providers.gemini import GeminiProvider, models_url
from bot.providers.inquiry import ModelList
from bot.providers.openai_chat import ChatProvider
from bot.providers.outside import Callbacks, Shelf
from bot.providers.pace import Gate, OpenGate
from bot.providers.retry import MayCall, Retrying, always
from bot.providers.router import FAIL_OVER, Way
from bot.providers.task import TaskProvider, make_free_session
from bot.providers.toapis import ToApis
from bot.providers.transport import Transport
from bot.providers.waits import utc_now
from bot.settings import Key, Settings

Probe = Callable[[], Awaitable[Balance | None]]
MakeGate = Callable[[str, int | None, int | None], Gate]
"""The gate of a key, by its fingerprint, with its calls a minute and calls at a time."""

_VERSION = re.compile(r"/v1(?:(?:alpha|beta)\d*)?/*$")
"""How SDKs write a base URL; these dialects name their version themselves."""


@dataclass(frozen=True, slots=True)
class Outfit:
    """What every provider is made with. `time_limit`, in seconds, overrides the catalog's.

    `check` is asked before every call. With a public address upstreams call back (`callbacks`) and
    fetch pictures (`shelf`).
    """

    transport: Transport
    downloader: Downloader
    locate: Callable[[ImageRef], Path]
    sleep: Callable[[float], Awaitable[object]]
    random: Callable[[], float]
    clock: Callable[[], float]
    time_limit: float | None = None
    check: MayCall = always
    callbacks: Callbacks | None = None
    shelf: Shelf | None = None
    new_id: Callable[[], str] = lambda: secrets.token_hex(16)


@dataclass(frozen=True, slots=True)
class _Place:
    """One upstream with one key, as the operator set it up."""

    upstream: Upstream
    key: Key
    base_url: str
    settings: Settings

    @property
    def source(self) -> Source:
        return Source(self.upstream.name, self.upstream.bills_refusals, self.key.secret)

    @property
    def headers(self) -> Mapping[str, str]:
        if self.upstream.key_header == "x-goog-api-key":
            return {"x-goog-api-key": self.key.secret}
        return {"Authorization": f"Bearer {self.key.secret}"}


def enabled(settings: Settings, catalog: Catalog) -> tuple[str, ...]:
    """The names of the providers that have a key, in the catalog's order.

    Raises SettingsError when there is none, or where PREFERRED_PROVIDERS names one nobody knows.
    """
    for name in settings.preferred_providers:
        if name not in catalog.upstreams:
            known = ", ".join(catalog.upstreams)
            raise SettingsError("PREFERRED_PROVIDERS", f"{name!r} is not one of {known}")
    found = tuple(name for name, up in catalog.upstreams.items() if settings.keys(up.key))
    if not found:
        first, *others = dict.fromkeys(upstream.key for upstream in catalog.upstreams.values())
        raise SettingsError(first, f"set it, or {' or '.join(others)}, to have an upstream")
    return found


def build(
    settings: Settings,
    *,
    catalog: Catalog,
    outfit: Outfit,
    attempts: int | None = None,
    make_gate: MakeGate | None = None,
) -> tuple[Way, ...]:
    """A way for each key of each provider, in the catalog's order.

    `attempts` caps the calls for one picture; the policy's own when None. `make_gate` gives the
    gates of keys with limits; without it there are none. Raises SettingsError as `enabled` does.
    """
    upstreams = [catalog.upstreams[name] for name in enabled(settings, catalog)]
    gates = _gates(settings, upstreams, make_gate)
    ways = []
    for upstream in upstreams:
        base_url = settings.base_url(upstream.key) or upstream.base_url
        if upstream.dialect != "gemini":
            base_url = _VERSION.sub("", base_url)
        for key in settings.keys(upstream.key):
            place = _Place(upstream, key, base_url, settings)
            ways.append(_way(place, outfit, gates[key.fingerprint], attempts))
    return tuple(ways)


def _gates(
    settings: Settings, upstreams: Sequence[Upstream], make: MakeGate | None
) -> Mapping[str, Gate]:
    """By fingerprint: routes that share a key share its limits, the strictest that any has."""
    sharing: dict[str, list[Upstream]] = {}
    for upstream in upstreams:
        for key in settings.keys(upstream.key):
            sharing.setdefault(key.fingerprint, []).append(upstream)
    gates: dict[str, Gate] = {}
    for fingerprint, routes in sharing.items():
        rpm = _strictest(settings.rpm(route.key) or route.rpm for route in routes)
        concurrency = _strictest(
            settings.concurrency(route.key) or route.concurrency for route in routes
        )
        gate = make(fingerprint, rpm, concurrency) if make and (rpm or concurrency) else None
        gates[fingerprint] = gate or OpenGate()
    return gates


def _strictest(limits: Iterable[int | None]) -> int | None:
    return min((limit for limit in limits if limit), default=None)


def _way(place: _Place, outfit: Outfit, gate: Gate, attempts: int | None) -> Way:
    provider, probe = _MAKERS[place.upstream.dialect](place, outfit)

    def retrying(leave: AbstractSet[ErrorKind]) -> Retrying:
        return Retrying(
            provider,
            attempts=attempts,
            sleep=outfit.sleep,
            random=outfit.random,
            clock=outfit.clock,
            key=place.key.fingerprint,
            gate=gate,
            leave=leave,
            check=outfit.check,
        )

    name, fingerprint = place.upstream.name, place.key.fingerprint
    return Way(name, fingerprint, retrying(FAIL_OVER), retrying(frozenset()), gate, probe)


def _gemini(place: _Place, outfit: Outfit) -> tuple[Provider, Probe]:
    # Only Google's own has a setting for it; a gateway's is in the operator's file.
    chosen = place.settings.gemini_api_version if place.upstream.name == "google" else None
    version = chosen or place.upstream.api_version
    provider = GeminiProvider(
        upstream=place.upstream,
        api_key=place.key.secret,
        base_url=place.base_url,
        api_version=version,
        transport=outfit.transport,
        locate=outfit.locate,
        bearer=place.upstream.key_header == "authorization",
        sleep=outfit.sleep,
        fetch=_fetch(place.upstream.name, outfit.downloader),
        shelf=outfit.shelf,
        time_limit=outfit.time_limit,
    )
    return provider, _models(place, f"{models_url(place.base_url, version)}?pageSize=1")


def _chat(place: _Place, outfit: Outfit) -> tuple[Provider, Probe]:
    provider = ChatProvider(
        upstream=place.upstream,
        api_key=place.key.secret,
        base_url=place.base_url,
        transport=outfit.transport,
        locate=outfit.locate,
        fetch=_fetch(place.upstream.name, outfit.downloader),
        sleep=outfit.sleep,
        time_limit=outfit.time_limit,
    )
    return provider, _models(place, f"{place.base_url}/v1/models")


def _task(dialect: Dialect, place: _Place, outfit: Outfit) -> tuple[Provider, Probe]:
    provider = TaskProvider(
        upstream=place.upstream,
        dialect=dialect,
        api_key=place.key.secret,
        transport=outfit.transport,
        downloader=outfit.downloader,
        make_session=make_free_session,
        locate=outfit.locate,
        sleep=outfit.sleep,
        clock=outfit.clock,
        new_id=outfit.new_id,
        callbacks=outfit.callbacks,
        shelf=outfit.shelf,
        time_limit=outfit.time_limit,
    )
    return provider, provider.probe


def _evolink(place: _Place, outfit: Outfit) -> tuple[Provider, Probe]:
    files_url = str(place.settings.evolink_files_url or FILES_URL)
    return _task(EvoLink(place.base_url, files_url=files_url), place, outfit)


def _toapis(place: _Place, outfit: Outfit) -> tuple[Provider, Probe]:
    return _task(ToApis(place.base_url), place, outfit)


def _aivideoapi(place: _Place, outfit: Outfit) -> tuple[Provider, Probe]:
    return _task(AiVideoApi(place.base_url), place, outfit)


_MAKERS: Mapping[str, Callable[[_Place, Outfit], tuple[Provider, Probe]]] = MappingProxyType(
    {
        "gemini": _gemini,
        "openai-chat": _chat,
        "evolink": _evolink,
        "toapis": _toapis,
        "aivideoapi": _aivideoapi,
    }
)


def _models(place: _Place, url: str) -> Probe:
    return ModelList(
        url=url,
        source=place.source,
        headers=place.headers,
        make_session=make_free_session,
        now=utc_now,
    ).probe


def _fetch(name: str, downloader: Downloader) -> Fetch:
    async def fetch(url: str, folder: Path) -> ImageFile:
        return await downloader.fetch(url, provider=name, folder=folder)

    return fetch
