"""A result's address is fetched only where anybody on the internet could fetch it too."""

import asyncio
import gzip
import itertools
import re
import socket

import aiohttp
import pytest
from blake3 import blake3

from bot.errors import Billed, ErrorKind, ProviderError
from bot.providers import download
from bot.providers.download import Downloader, _Gate, is_public
from bot.providers.transport import CutAnswer

LOCAL = frozenset({"127.0.0.1"})
JPEG = b"\xff\xd8\xff\xe0" + b"j" * 40
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 " + b"w" * 40
GIF = b"GIF89a" + b"g" * 40

# fmt: off
PRIVATE = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1",  # noqa: S104
    "127.255.255.254", "168.63.129.16", "169.254.0.1", "169.254.169.254", "172.16.0.1",
    "172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1",
    "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250",
    "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "::8.8.8.8", "::ffff:0.0.0.0",
    "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b::10.0.0.1",
    "64:ff9b:1::8.8.8.8", "100::1", "2001::1", "2001:0:7f00:1::1", "2001:10::1", "2001:db8::1",
    "2002:7f00:1::", "2002:a00:1::", "2002:808:808::", "3fff::1", "5f00::1", "fc00::1",
    "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "ff0e::1", "nonsense", "127.1",
]
# fmt: on
# fmt: off
PUBLIC = [
    "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1",
    "126.255.255.255", "128.0.0.1", "169.253.1.1", "172.15.0.1", "172.32.0.1", "192.0.1.1",
    "192.169.0.1", "198.17.0.1", "198.20.0.1", "223.255.255.255", "2001:4860:4860::8888",
    "2606:4700::1111", "2a00::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8",
]
# fmt: on


@pytest.fixture
def fetch(folder):
    """Fetch an address with a Downloader of these settings."""

    async def run(url, **settings):
        downloader = Downloader(**settings)
        return await downloader.fetch(url, provider="somewhere", folder=folder)

    return run


@pytest.fixture
def refusal(fetch, folder):
    """The error of a fetch; whatever it is, no file is left."""

    async def run(url, **settings):
        before = sorted(folder.glob("*"))
        with pytest.raises(ProviderError) as caught:
            await fetch(url, **settings)
        assert sorted(folder.glob("*")) == before
        assert caught.value.provider == "somewhere"
        assert caught.value.billed is Billed.YES
        return caught.value

    return run


def never(host, port):
    raise AssertionError(f"{host} was resolved")


def name_server(**hosts):
    """A resolver that knows these names; each look-up takes the next of a list of answers."""
    answers = {host: list(found) for host, found in hosts.items()}

    async def look_up(host, port):
        found = answers[host]
        return found.pop(0) if len(found) > 1 else found[0]

    return look_up


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_everybodys_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_beside_the_private_ones_is_public(address):
    assert is_public(address)


# --- what comes --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "mime"), [("png", "image/png"), (JPEG, "image/jpeg"), (WEBP, "image/webp")]
)
async def test_a_picture_is_a_file_with_its_facts(upstream, fetch, folder, png, content, mime):
    """By its bytes, not by the type it is declared as; nothing about us goes along."""
    content = png if content == "png" else content
    upstream.script(upstream.reply(200, content, {"Content-Type": "text/html"}))
    image = await fetch(f"{upstream.url}/a.png?sig=a%2Bb", allowed_hosts=LOCAL)
    assert image.path.read_bytes() == content
    assert list(folder.iterdir()) == [image.path]
    assert (image.mime, image.size) == (mime, len(content))
    assert image.digest == blake3(content).hexdigest()
    [received] = upstream.received
    assert received.path == "/a.png?sig=a%2Bb"
    assert received.header("accept-encoding") == ["identity"]
    assert received.header("authorization") == received.header("cookie") == []


async def test_a_picture_in_single_bytes_is_recognised(upstream, fetch, png):
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(png)}\r\n\r\n".encode()
    upstream.script(upstream.raw(head, *(png[i : i + 1] for i in range(len(png)))))
    assert (await fetch(upstream.url, allowed_hosts=LOCAL)).path.read_bytes() == png


async def test_a_compressed_picture_is_inflated_though_we_did_not_ask(upstream, fetch, png):
    headers = {"Content-Encoding": "gzip"}
    upstream.script(upstream.reply(200, gzip.compress(png), headers))
    assert (await fetch(upstream.url, allowed_hosts=LOCAL)).path.read_bytes() == png


@pytest.mark.parametrize(
    "content", [b"<!doctype html><title>Gone</title>", GIF, b"\x89PNG", b"<svg/>", b'{"a": "b"}']
)
async def test_what_is_no_picture_is_malformed(upstream, refusal, content):
    upstream.script(upstream.reply(200, content, {"Content-Type": "image/png"}))
    error = await refusal(upstream.url, allowed_hosts=LOCAL)
    assert error.kind is ErrorKind.MALFORMED_RESPONSE
    assert not isinstance(error, CutAnswer)


async def test_no_picture_is_known_from_its_first_bytes(upstream, refusal):
    """The rest of a long answer, which here never comes, is not waited for."""
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n<!doctype html><title>"
    upstream.script(upstream.drip(head, 30))
    error = await refusal(upstream.url, allowed_hosts=LOCAL)
    assert error.kind is ErrorKind.MALFORMED_RESPONSE


@pytest.mark.parametrize("status", [204, 206, 304, 400, 403, 404, 410, 429, 500, 503])
async def test_what_is_not_there_is_unavailable(upstream, refusal, png, status):
    upstream.script(upstream.reply(status, png if status == 206 else b""))
    error = await refusal(upstream.url, allowed_hosts=LOCAL)
    assert error.kind is ErrorKind.RESULT_UNAVAILABLE
    assert str(status) in error.detail


async def test_an_empty_a_cut_or_a_late_picture_is_unavailable(upstream, refusal, png):
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"
    for step in (
        upstream.reply(200, b""),
        upstream.raw(head + png),
        upstream.raw(head + png, reset=True),
        upstream.raw(b"nonsense\r\n\r\n"),
        upstream.raw(b""),
        upstream.hang(),
        upstream.drip(head + png, 0.05),
    ):
        upstream.script(step)
        error = await refusal(upstream.url, allowed_hosts=LOCAL, time_limit=0.3)
        assert error.kind is ErrorKind.RESULT_UNAVAILABLE


async def test_an_address_nobody_listens_at_or_knows_is_unavailable(refusal):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    async def unknown(host, port):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    async def slow(host, port):
        await asyncio.Event().wait()

    error = await refusal(f"http://127.0.0.1:{port}/", allowed_hosts=LOCAL)
    assert error.kind is ErrorKind.RESULT_UNAVAILABLE
    error = await refusal("http://no.such.host/", resolve=unknown)
    assert error.kind is ErrorKind.RESULT_UNAVAILABLE
    error = await refusal("http://slow.host/", resolve=slow, time_limit=0.1)
    assert error.kind is ErrorKind.RESULT_UNAVAILABLE


async def test_a_picture_may_be_as_large_as_the_limit_and_no_larger(upstream, fetch, refusal, png):
    """With a length that says so, and without one."""
    head = b"HTTP/1.1 200 OK\r\n\r\n"
    for step in (upstream.reply(200, png), upstream.raw(head + png)):
        upstream.script(step)
        assert (await fetch(upstream.url, allowed_hosts=LOCAL, limit=len(png))).size == len(png)
        error = await refusal(upstream.url, allowed_hosts=LOCAL, limit=len(png) - 1)
        assert isinstance(error, CutAnswer)
        assert error.kind is ErrorKind.MALFORMED_RESPONSE


async def test_a_bomb_is_stopped_while_it_inflates(upstream, refusal, png):
    """20 kB that would be 20 MB on disk."""
    bomb = gzip.compress(png + bytes(20_000_000))
    upstream.script(upstream.reply(200, bomb, {"Content-Encoding": "gzip"}))
    error = await refusal(upstream.url, allowed_hosts=LOCAL, limit=1_000_000)
    assert isinstance(error, CutAnswer)


async def test_a_folder_that_cannot_be_is_unavailable(upstream, fetch, folder, png):
    folder.write_bytes(b"a file")
    upstream.script(upstream.reply(200, png))
    with pytest.raises(ProviderError) as caught:
        await fetch(upstream.url, allowed_hosts=LOCAL)
    assert caught.value.kind is ErrorKind.RESULT_UNAVAILABLE


async def test_no_file_is_left_when_the_caller_gives_up(upstream, folder, png):
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"
    upstream.script(upstream.drip(head + png, 0.01))
    downloader = Downloader(allowed_hosts=LOCAL)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await downloader.fetch(upstream.url, provider="x", folder=folder)
    assert list(folder.iterdir()) == []


# --- where it may not go -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "",
        "picture.png",
        "//example.com/a.png",
        "/a.png",
        "ftp://example.com/a.png",
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
        "gopher://127.0.0.1:70/",
        "javascript:alert(1)",
        "http://",
        "http:///a.png",
        "http://user@example.com/",
        "http://user:word@example.com/",
        "http://:word@example.com/",
        "http://example.com\\@127.0.0.1/",
        "http://example.com:99999/",
        "http://example.com:port/",
        "http://[::1/",
        "http://exa mple.com/",
    ],
)
async def test_an_address_of_another_kind_is_unsafe(refusal, url):
    """None of them is even looked up."""

    async def look_up(host, port):
        # One of a name that no system accepts may get this far.
        assert " " in host
        raise UnicodeError

    error = await refusal(url, resolve=look_up)
    assert error.kind is ErrorKind.UNSAFE_URL


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "0.0.0.0",  # noqa: S104
        "10.0.0.1",
        "169.254.169.254",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[fe80::1]",
        "[fe80::1%25lo]",
        "[fd00:ec2::254]",
        "127。0。0。1",
        "①②⑦.0.0.1",
    ],
)
async def test_a_private_address_itself_is_unsafe(refusal, host):
    error = await refusal(f"http://{host}:1/", resolve=never)
    assert error.kind is ErrorKind.UNSAFE_URL


@pytest.mark.parametrize(
    "host", ["127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.0.0.1.", "localhost"]
)
async def test_other_spellings_are_judged_by_what_the_system_makes_of_them(refusal, host):
    """With the system's own resolver, so that what it takes for an address is what we check."""
    error = await refusal(f"http://{host}:1/")
    # One that this system cannot read at all is not asked either.
    assert error.kind in (ErrorKind.UNSAFE_URL, ErrorKind.RESULT_UNAVAILABLE)
    if error.kind is ErrorKind.RESULT_UNAVAILABLE:
        assert "gaierror" in error.detail


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "169.254.169.254", "::1", "fe80::1%lo", "10.1.1.1"]
)
async def test_a_name_that_leads_home_is_unsafe(refusal, address):
    """Also when another of its addresses is public."""
    for found in ([address], ["8.8.8.8", address], [address, "8.8.8.8"]):
        hosts = name_server(**{"pictures.example": [found]})
        error = await refusal("http://pictures.example:1/", resolve=hosts)
        assert error.kind is ErrorKind.UNSAFE_URL


async def test_a_name_without_an_address_is_unsafe(refusal):
    hosts = name_server(**{"pictures.example": [[]]})
    assert (await refusal("http://pictures.example/", resolve=hosts)).kind is ErrorKind.UNSAFE_URL


async def test_what_was_checked_is_what_is_connected_to(upstream, fetch, png):
    """A name is looked up once; a name server that changes its mind afterwards is not heard."""
    upstream.script(upstream.reply(200, png))
    look_ups = []

    async def look_up(host, port):
        look_ups.append(host)
        return ["127.0.0.1"] if len(look_ups) == 1 else ["10.0.0.1"]

    url = f"http://pictures.example:{upstream.port}/a.png"
    image = await fetch(url, resolve=look_up, allowed_hosts={"pictures.example"})
    assert image.path.read_bytes() == png
    assert look_ups == ["pictures.example"]
    assert upstream.received[0].header("host") == [f"pictures.example:{upstream.port}"]


async def test_a_socket_is_made_for_checked_addresses_only():
    """The last gate: aiohttp resolves no literal, so that a resolver alone would not see it."""
    gate = _Gate(["127.0.0.1", "2606:4700::1111"])
    for family, address in (
        (socket.AF_INET, ("127.0.0.2", 80)),
        (socket.AF_INET6, ("::1", 80, 0, 0)),
        (socket.AF_INET6, ("::ffff:127.0.0.1", 80, 0, 0)),
    ):
        with pytest.raises(OSError, match="not checked"):
            gate((family, socket.SOCK_STREAM, 0, "", address))
    gate((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 80))).close()
    connector = aiohttp.TCPConnector(socket_factory=_Gate(["8.8.8.8"]))
    async with aiohttp.ClientSession(connector=connector) as session:
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get("http://127.0.0.1:1/")


async def test_a_connection_to_another_address_than_the_checked_is_not_made(
    upstream, refusal, monkeypatch
):
    """Even where aiohttp came to another one, for a reason that nobody has thought of."""

    async def elsewhere(self, host, port=0, family=socket.AF_INET):
        return await Pinned.resolve(Pinned(["127.0.0.1"]), host, port, family)

    async def look_up(host, port):
        return ["127.0.0.3"]

    class Pinned(download._Pinned):
        """The real one, whatever its method is replaced by."""

        resolve = download._Pinned.resolve

    monkeypatch.setattr(download._Pinned, "resolve", elsewhere)
    error = await refusal(
        f"http://pictures.example:{upstream.port}/",
        resolve=look_up,
        allowed_hosts={"pictures.example"},
    )
    assert error.kind is ErrorKind.RESULT_UNAVAILABLE
    assert upstream.received == []


async def test_only_the_hosts_that_the_operator_named_may_be_private(upstream, fetch, refusal, png):
    """A name allows its address and not another's; its spelling does not matter."""
    upstream.script(upstream.reply(200, png))
    url = f"http://GateWay.internal:{upstream.port}/"
    hosts = name_server(**{"gateway.internal": [["127.0.0.1"]], "other.internal": [["127.0.0.1"]]})
    await fetch(url, resolve=hosts, allowed_hosts={"Gateway.Internal"})
    refused = await refusal(
        f"http://other.internal:{upstream.port}/", resolve=hosts, allowed_hosts={"gateway.internal"}
    )
    assert refused.kind is ErrorKind.UNSAFE_URL
    refused = await refusal(upstream.url, resolve=hosts, allowed_hosts={"gateway.internal"})
    assert refused.kind is ErrorKind.UNSAFE_URL
    assert len(upstream.received) == 1


# --- redirects ---------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_followed_also_to_a_relative_address(upstream, fetch, png, status):
    upstream.script(
        upstream.reply(status, b"", {"Location": "../b/c.png?x=1"}), upstream.reply(200, png)
    )
    await fetch(f"{upstream.url}/a/a.png", allowed_hosts=LOCAL)
    assert [received.path for received in upstream.received] == ["/a/a.png", "/b/c.png?x=1"]


async def test_three_redirects_are_followed_and_a_fourth_is_unsafe(upstream, fetch, refusal, png):
    again = upstream.reply(302, b"", {"Location": "/again"})
    upstream.script(again, again, again, upstream.reply(200, png))
    await fetch(upstream.url, allowed_hosts=LOCAL)
    upstream.received.clear()
    upstream.script(again)
    error = await refusal(upstream.url, allowed_hosts=LOCAL)
    assert error.kind is ErrorKind.UNSAFE_URL
    assert len(upstream.received) == 4


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.2:{port}/",
        "http://[::1]:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://localhost:{port}/",
        "http://169.254.169.254/latest/meta-data/",
        "//10.0.0.1/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "http://me@127.0.0.1:{port}/",
        "",
    ],
)
async def test_a_redirect_is_judged_as_the_first_address_was(upstream, refusal, target):
    """That the first host was allowed says nothing about the next, though both be this machine."""
    location = target.format(port=upstream.port)
    upstream.script(upstream.reply(302, b"", {"Location": location}))

    async def look_up(host, port):
        return ["127.0.0.1"]

    error = await refusal(upstream.url, allowed_hosts=LOCAL, resolve=look_up)
    assert error.kind is ErrorKind.UNSAFE_URL
    assert len(upstream.received) == 1


async def test_all_redirects_share_one_time_limit(upstream, refusal):
    upstream.script(upstream.reply(302, b"", {"Location": "/next"}), upstream.hang())
    error = await refusal(upstream.url, allowed_hosts=LOCAL, time_limit=0.3)
    assert error.kind is ErrorKind.RESULT_UNAVAILABLE


async def test_an_error_names_no_query(upstream, refusal):
    """Signed addresses are keys to a picture."""
    for url in (f"{upstream.url}/a.png?Signature=s3cr3t", "ftp://example.com/a?Signature=s3cr3t"):
        upstream.script(upstream.reply(404, b""))
        error = await refusal(url, allowed_hosts=LOCAL)
        assert not re.search("s3cr3t", f"{error} {error!r} {error.__cause__} {error.__context__}")


async def test_pictures_that_arrive_together_are_written_one_in_a_turn(
    upstream, folder, turns, together
):
    """So that the loop is never held for longer than one chunk takes."""
    body = JPEG + b"j" * 10_000
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)
    upstream.script(together(8, head + body))
    downloader = Downloader(allowed_hosts=LOCAL)
    sizes = {}

    async def watch():
        while True:
            sizes[turns.now] = sum(file.stat().st_size for file in folder.glob("*"))
            await asyncio.sleep(0)

    watching = asyncio.ensure_future(watch())
    fetching = (downloader.fetch(upstream.url, provider="p", folder=folder) for _ in range(8))
    await asyncio.gather(*fetching)
    watching.cancel()
    written = [after - before for before, after in itertools.pairwise(sizes.values())]
    assert [size for size in written if size] == [len(body)] * 8
