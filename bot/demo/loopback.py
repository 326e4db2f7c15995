"""The little that the stand-in asks of others: never of anybody but this machine."""

from ipaddress import ip_address

import aiohttp
from yarl import URL

from bot.demo.manners import Notice

SECONDS = 10.0
FETCH_LIMIT = 20 * 1024 * 1024
CHUNK = 64 * 1024


class Loopback:
    """Fetches reference pictures and tells clients of a task's end, over a caller's session."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def fetch(self, address: str) -> bytes | None:
        """The bytes at an address of this machine, at most FETCH_LIMIT; None where it has none."""
        if not is_loopback(address):
            return None
        try:
            async with self._session.get(
                address, timeout=aiohttp.ClientTimeout(SECONDS), allow_redirects=False
            ) as response:
                content = bytearray()
                async for chunk in response.content.iter_chunked(CHUNK):
                    content += chunk
                    if len(content) > FETCH_LIMIT:
                        return None
                return bytes(content) if response.ok else None
        except (aiohttp.ClientError, TimeoutError, OSError):
            return None

    async def tell(self, address: str, notice: Notice) -> int | None:
        """The status a client's server answered with; None where nobody was asked or answered."""
        if not is_loopback(address):
            return None
        try:
            async with self._session.post(
                address,
                data=notice.body,
                headers=notice.headers,
                timeout=aiohttp.ClientTimeout(SECONDS),
                allow_redirects=False,
            ) as response:
                return response.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            return None


def is_loopback(address: str) -> bool:
    """Whether an address names this machine by number, so that no name server is asked."""
    try:
        url = URL(address)
        return url.scheme in ("http", "https") and ip_address(url.raw_host or "").is_loopback
    except ValueError:
        return False
