"""What pictures are made with, without Discord: the catalog, the ways to upstreams, the store.

The part of the composition root that the terminal needs too.
"""

import os
import random
import secrets
import socket
import time
from asyncio import sleep
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

from bot.errors import SettingsError, UnknownModel
from bot.generation.catalog import Catalog
from bot.i18n import Sentences
from bot.images.codec import Codec
from bot.images.store import ImageStore
from bot.providers import registry
from bot.providers.download import Downloader
from bot.providers.registry import MakeGate, Outfit
from bot.providers.retry import MayCall, always
from bot.providers.router import Way
from bot.providers.transport import Transport, make_session
from bot.settings import Settings
from bot.web.site import Web

CODEC_SECONDS = 30.0
MOST_WORKERS = 4
"""Re-encoding processes; one may need 450 MB for a 4K picture."""


@dataclass(frozen=True, slots=True)
class World:
    """What the core is handed from outside, so that tests can hand it something else.

    `now` is in microseconds UTC, `monotonic` in seconds; ids are 32 hex digits that sort by time.
    `sleep` waits for what is asked again, `tick` is for what goes on beside it all, for ever.
    `sentences` reads what people are told, which takes a while.
    """

    now: Callable[[], int] = lambda: time.time_ns() // 1000
    today: Callable[[], date] = lambda: datetime.now(UTC).date()
    new_id: Callable[[], str] = lambda: f"{time.time_ns():016x}{secrets.token_hex(8)}"
    monotonic: Callable[[], float] = time.monotonic
    random: Callable[[], float] = random.random
    sleep: Callable[[float], Awaitable[None]] = sleep
    tick: Callable[[float], Awaitable[None]] = sleep
    sentences: Callable[[], Sentences] = Sentences.load


@dataclass(frozen=True, slots=True)
class Workshop:
    """Everything that makes pictures, without Discord."""

    catalog: Catalog
    ways: Sequence[Way]
    store: ImageStore
    codec: Codec

    def way(self, name: str) -> Way:
        """The first way of a provider that is on; raises KeyError."""
        return {way.name: way for way in reversed(self.ways)}[name]


def read_catalog(settings: Settings, *, public_url: bool = False) -> Catalog:
    """The catalog with the operator's file over it; raises SettingsError for what is wrong.

    `public_url` says whether upstreams will reach us, as some take pictures in no other way.
    """
    catalog = Catalog.load(settings.catalog_path, public_url=public_url)
    _check_default_model(settings, catalog)
    return catalog


def load_catalog(settings: Settings, *, public_url: bool = False) -> Catalog:
    """The same for making pictures; raises SettingsError also where no key is set."""
    catalog = read_catalog(settings, public_url=public_url)
    registry.enabled(settings, catalog)
    return catalog


@asynccontextmanager
async def open_workshop(
    settings: Settings,
    folder: Path,
    *,
    world: World,
    images: Path | None = None,
    attempts: int | None = None,
    time_limit: float | None = None,
    make_gate: MakeGate | None = None,
    check: MayCall = always,
    site: Web | None = None,
) -> AsyncIterator[Workshop]:
    """The generation client with its image store in `folder`, or in `images` for all bots on one.

    `attempts` caps the calls for one picture, `time_limit` the seconds of one call. `make_gate`
    keeps keys to their limits, `check` keeps away from upstreams that are closed; `site` is where
    upstreams reach us. Raises SettingsError.
    """
    catalog = load_catalog(settings, public_url=site is not None)
    async with AsyncExitStack() as resources:
        session = await resources.enter_async_context(make_session())
        codec = await resources.enter_async_context(
            Codec(workers=min(MOST_WORKERS, os.cpu_count() or 1), time_limit=CODEC_SECONDS)
        )
        store = ImageStore(images or folder / "images", scratch_folder=_scratch(folder, images))
        outfit = Outfit(
            transport=Transport(session=session),
            downloader=Downloader(allowed_hosts=settings.result_hosts),
            locate=store.path,
            sleep=world.sleep,
            random=world.random,
            clock=world.monotonic,
            time_limit=time_limit,
            check=check,
            callbacks=site,
            shelf=site,
        )
        ways = registry.build(
            settings, catalog=catalog, outfit=outfit, attempts=attempts, make_gate=make_gate
        )
        yield Workshop(catalog, ways, store, codec)


def _check_default_model(settings: Settings, catalog: Catalog) -> None:
    try:
        catalog.model(settings.default_model or catalog.default_model)
    except UnknownModel as error:
        raise SettingsError(
            "DEFAULT_MODEL", f"{error.model!r} is not one of {error.known}"
        ) from error


def _scratch(folder: Path, images: Path | None) -> Path:
    """Where files are made: beside the pictures, to be moved there, and for this bot alone."""
    if images is None:
        return folder / "work"
    whose = f"{socket.gethostname()}:{folder.resolve()}"
    return images / ".work" / sha256(whose.encode()).hexdigest()[:12]
