"""A result's address to a picture on disk, when nobody vouches for where the address leads.

Every host is resolved here, its addresses are checked, and only those are connected to; redirects
are followed by hand and checked the same way.
"""

import asyncio
import io
import socket
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import ExitStack, asynccontextmanager
from http import HTTPStatus
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from pathlib import Path

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from blake3 import blake3
from yarl import URL

from bot.errors import Billed, ErrorKind, ProviderError
from bot.generation.formats import SNIFF_BYTES, sniff
from bot.providers.base import ImageFile
from bot.providers.redaction import redact
from bot.providers.transport import CONNECT_SECONDS, READ_AHEAD, Answer, CutAnswer
from bot.providers.turnstile import Turnstile

MIB = 1024 * 1024
FILE_LIMIT = 50 * MIB
SECONDS = 60.0
REDIRECTS = 3
AGAIN_SECONDS = 2.0

PICTURES = frozenset({"image/png", "image/jpeg", "image/webp"})

# Listed here, because Python's own idea of them differs from version to version.
_NOT_PUBLIC = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "168.63.129.16/32",  # Azure's metadata, the only one outside the private ranges
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/3",
        ),
    )
)
_PUBLIC6 = IPv6Network("2000::/3")
_NOT_PUBLIC6 = tuple(
    # The second is 6to4: an IPv4 address in disguise, which no host of pictures has.
    map(IPv6Network, ("2001::/23", "2002::/16", "2001:db8::/32", "3fff::/20"))
)
_NAT64 = IPv6Network("64:ff9b::/96")
_REDIRECTED = frozenset({301, 302, 303, 307, 308})

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""A host's name and a port to its addresses, as text; raises OSError when there are none."""


async def resolve(host: str, port: int) -> Sequence[str]:
    """As the operating system does it."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(sockaddr[0]) for *_, sockaddr in found]


def is_public(address: str) -> bool:
    """Whether an IP address is one that anybody on the internet reaches as the same host."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        inner = ip.ipv4_mapped or (IPv4Address(ip.packed[-4:]) if ip in _NAT64 else None)
        if inner is None:
            return ip in _PUBLIC6 and not any(ip in network for network in _NOT_PUBLIC6)
        ip = inner
    return not any(ip in network for network in _NOT_PUBLIC)


class Downloader:
    """Fetches result pictures, each over connections of its own that are closed at its end.

    `allowed_hosts` are exact host names and addresses that may be private; redirects to another
    private one are still refused. `limit` in bytes, `time_limit` in seconds for all of a picture.
    """

    def __init__(
        self,
        *,
        allowed_hosts: AbstractSet[str] = frozenset(),
        resolve: Resolve = resolve,
        limit: int = FILE_LIMIT,
        time_limit: float = SECONDS,
    ) -> None:
        self._allowed_hosts = frozenset(host.lower().strip("[]") for host in allowed_hosts)
        self._resolve = resolve
        self._limit = limit
        self._time_limit = time_limit
        self._turnstile = Turnstile()

    async def fetch(self, url: str, *, provider: str, folder: Path) -> ImageFile:
        """The picture at `url`, as a new file in `folder`; no file is left where this raises.

        Raises ProviderError, billed in every case: unsafe_url for an address that must not be
        asked, result_unavailable for a picture that did not come, and malformed_response for what
        is no picture, or one of more than `limit` bytes (as CutAnswer).
        """
        try:
            async with asyncio.timeout(self._time_limit), self._open(url, provider) as answer:
                return await self._store(answer, provider, folder)
        except TimeoutError:
            problem = f"not within {self._time_limit:.0f} seconds"
        except OSError as error:
            problem = f"{type(error).__name__}: {error.strerror or error}"
        except aiohttp.ClientError as error:
            problem = f"{type(error).__name__}: {error}"
        raise _failure(ErrorKind.RESULT_UNAVAILABLE, provider, problem)

    @asynccontextmanager
    async def _open(self, address: str, provider: str) -> AsyncIterator[Answer]:
        """The final answer behind `address`."""
        url = _parse(address, provider)
        for _ in range(REDIRECTS + 1):
            async with self._session(url, provider) as session, self._get(session, url) as response:
                if response.status not in _REDIRECTED:
                    yield self._accept(response, provider)
                    return
                target = response.headers.get("Location", "")
            url = _parse(target, provider, base=url)
        problem = f"more than {REDIRECTS} redirects"
        raise _failure(ErrorKind.UNSAFE_URL, provider, problem)

    @asynccontextmanager
    async def _session(self, url: URL, provider: str) -> AsyncIterator[aiohttp.ClientSession]:
        """A session that connects only to the addresses of `url`'s host that were checked."""
        host = (url.raw_host or "").lower().rstrip(".")
        addresses = await self._addresses(url, provider)
        trusted = host in self._allowed_hosts
        unsafe = [address for address in addresses if not (trusted or is_public(address))]
        if unsafe or not addresses:
            problem = f"{host} is at {', '.join(unsafe) or 'no address'}"
            raise _failure(ErrorKind.UNSAFE_URL, provider, problem)
        connector = aiohttp.TCPConnector(
            resolver=_Pinned(addresses),
            socket_factory=_Gate(addresses),
            use_dns_cache=False,
            force_close=True,
        )
        async with aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            read_bufsize=READ_AHEAD,
        ) as session:
            yield session

    async def _addresses(self, url: URL, provider: str) -> Sequence[str]:
        host = url.raw_host or ""
        try:
            # In this form already when it is a plain literal, which aiohttp does not resolve.
            return [str(ip_address(_bare(host)))]
        except ValueError:
            pass
        try:
            return [_bare(found) for found in await self._resolve(host, url.port or 0)]
        except UnicodeError:
            problem = "a host name that cannot be"
            raise _failure(ErrorKind.UNSAFE_URL, provider, problem) from None

    @asynccontextmanager
    async def _get(
        self, session: aiohttp.ClientSession, url: URL
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        async with session.get(
            url,
            headers={
                "Accept": "image/png, image/jpeg, image/webp",
                "Accept-Encoding": "identity",
                "User-Agent": "plantain",
            },
            timeout=aiohttp.ClientTimeout(total=self._time_limit, connect=CONNECT_SECONDS),
            allow_redirects=False,
        ) as response:
            yield response

    def _accept(self, response: aiohttp.ClientResponse, provider: str) -> Answer:
        if response.status != HTTPStatus.OK:
            problem = f"HTTP {response.status}"
            raise _failure(ErrorKind.RESULT_UNAVAILABLE, provider, problem)
        if (response.content_length or 0) > self._limit:
            raise _too_large(provider, self._limit)
        return Answer(response, provider=provider, turnstile=self._turnstile)

    async def _store(self, answer: Answer, provider: str, folder: Path) -> ImageFile:
        with ExitStack() as failed:
            file, path = _new_file(folder)
            failed.callback(path.unlink, missing_ok=True)
            with file:
                head, digest, size = b"", blake3(), 0
                async for chunk in _received(answer, provider):
                    size += len(chunk)
                    if size > self._limit:
                        raise _too_large(provider, self._limit)
                    if len(head) < SNIFF_BYTES:
                        head += chunk[: SNIFF_BYTES - len(head)]
                        _check(head, provider, whole=False)
                    digest.update(chunk)
                    _write(file, chunk)
            mime = _check(head, provider, whole=True)
            failed.pop_all()
        return ImageFile(path, digest.hexdigest(), mime, size)


async def fetch_patiently(
    fetch: Callable[[], Awaitable[ImageFile]], *, sleep: Callable[[float], Awaitable[object]]
) -> ImageFile:
    """What `fetch` brings. A picture that did not come is paid for already, so it is asked for
    once more after AGAIN_SECONDS.

    Raises the last ProviderError.
    """
    try:
        return await fetch()
    except ProviderError as error:
        if error.kind is not ErrorKind.RESULT_UNAVAILABLE:
            raise
    await sleep(AGAIN_SECONDS)
    return await fetch()


class _Pinned(AbstractResolver):
    """Answers with the addresses that were checked, whatever the name server says by now."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        del family
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self._addresses
        ]

    async def close(self) -> None:
        """Nothing is held open."""


class _Gate:
    """Makes sockets for the checked addresses alone; aiohttp resolves no literal by a resolver."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses = {ip_address(address) for address in addresses}

    def __call__(self, info: aiohttp.AddrInfoType) -> socket.socket:
        family, kind, protocol, _, sockaddr = info
        if ip_address(_bare(str(sockaddr[0]))) not in self._addresses:
            raise OSError("an address that was not checked")
        return socket.socket(family, kind, protocol)


def _parse(address: str, provider: str, *, base: URL | None = None) -> URL:
    """An address that may be looked up; raises ProviderError for any other."""
    try:
        url = base.join(URL(address)) if base and address else URL(address)
        if url.scheme in ("http", "https") and url.raw_host and url.port:
            if url.raw_user is None and url.raw_password is None:
                return url
            problem = "an address with a user name"
        else:
            problem = "not an http address"
    except ValueError:
        problem = "not an address"
    shown = address.partition("?")[0][:200]
    raise _failure(ErrorKind.UNSAFE_URL, provider, f"{problem}: {shown}")


async def _received(answer: Answer, provider: str) -> AsyncIterator[bytes]:
    """The body; one that broke off is a picture that did not come."""
    while True:
        try:
            chunk = await anext(answer, b"")
        except ProviderError as error:
            raise _failure(ErrorKind.RESULT_UNAVAILABLE, provider, error.detail) from None
        if not chunk:
            return
        yield chunk


def _new_file(folder: Path) -> tuple[io.FileIO, Path]:
    folder.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix="image-", suffix=".part", dir=folder)
    return io.FileIO(descriptor, "wb"), Path(name)


def _write(file: io.FileIO, chunk: bytes) -> None:
    unwritten = memoryview(chunk)
    while unwritten:
        unwritten = unwritten[file.write(unwritten) :]


def _bare(address: str) -> str:
    """Without the name of a network interface, which link-local addresses carry."""
    return address.partition("%")[0]


def _check(head: bytes, provider: str, *, whole: bool) -> str:
    """The media type; raises ProviderError once it is clear that there is none we take."""
    mime = sniff(head)
    if mime in PICTURES:
        return mime
    if not whole and len(head) < SNIFF_BYTES:
        return ""
    if not head:
        raise _failure(ErrorKind.RESULT_UNAVAILABLE, provider, "an empty file")
    raise _failure(ErrorKind.MALFORMED_RESPONSE, provider, f"no picture: {head!r}")


def _too_large(provider: str, limit: int) -> CutAnswer:
    return CutAnswer(
        kind=ErrorKind.MALFORMED_RESPONSE,
        provider=provider,
        billed=Billed.YES,
        detail=f"a picture of more than {limit} bytes",
    )


def _failure(kind: ErrorKind, provider: str, problem: str) -> ProviderError:
    return ProviderError(kind=kind, provider=provider, billed=Billed.YES, detail=redact(problem))
