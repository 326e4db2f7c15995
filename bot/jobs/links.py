"""Pictures that people only link to, fetched as if they had been uploaded."""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol
from urllib.parse import urlsplit

from bot.errors import ProviderError
from bot.images.store import ImageStore
from bot.jobs.uploads import Upload
from bot.pressing import PictureUnreachable
from bot.providers.base import ImageFile

NAMELESS = "picture"
NAME_LIMIT = 100
BY_A_MEMBER = "link"
"""In the place of an upstream's name: nobody is billed."""


class Fetching(Protocol):
    """As `providers.download.Downloader`."""

    async def fetch(self, url: str, *, provider: str, folder: Path) -> ImageFile: ...


class Links:
    """`downloader` must reach public addresses alone: anybody can post a link."""

    def __init__(self, *, downloader: Fetching, store: ImageStore) -> None:
        self._downloader = downloader
        self._store = store

    def upload(self, url: str) -> Upload:
        """The picture at an address; reading it raises PictureUnreachable."""
        return _Linked(_name(url), 0, url, self)

    async def read(self, url: str, name: str) -> bytes:
        """Its bytes, at most as many as an upload may have."""
        async with self._store.scratch() as folder:
            try:
                file = await self._downloader.fetch(url, provider=BY_A_MEMBER, folder=folder)
            except ProviderError as error:
                raise PictureUnreachable(name) from error
            return await self._store.read(file.path)


@dataclass(slots=True)
class _Linked:
    """An Upload; its size is not known before it is read."""

    filename: str
    size: int
    url: str
    links: Links

    async def read(self) -> bytes:
        return await self.links.read(self.url, self.filename)


def _name(url: str) -> str:
    try:
        path = urlsplit(url).path
    except ValueError:  # such as an open bracket, which the downloader refuses
        path = ""
    return PurePosixPath(path).name[:NAME_LIMIT] or NAMELESS
