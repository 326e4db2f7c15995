"""A 4K picture inside a JSON answer: what it costs to receive and decode it, three ways.

Every measurement runs in a fresh process against a server in another one, over loopback:

- floor: the body into one buffer, the base64 decoded with SIMD, nothing hashed, nothing written
- json: aiohttp's `.json()` and the standard library's base64
- ours: `Transport` and `Extractor`, the picture in a file, its digest known
- ours, chat: the same for a chat completion with the picture as a data URI in its markdown
- ours, unhashed: as ours, with the hash switched off, to show the hash's share

Prints medians; ratios are to the floor of the same run. `--json FILE` writes them too.
"""

import argparse
import asyncio
import base64
import gc
import json
import os
import statistics
import tempfile
import time
from pathlib import Path

import pybase64
from blake3 import blake3
from measuring import in_a_process, longest_stall, peak, reset_peak

from bot.providers import extract
from bot.providers.extract import Extractor
from bot.providers.transport import Transport, Upload, make_session

HEAD = b'{"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"image/png","data":"'
TAIL = b'"}}]},"finishReason":"STOP"}],"usageMetadata":{"totalTokenCount":3301}}'
CHAT_HEAD = b'{"choices":[{"message":{"content":"Here.\\n![image](data:image/png;base64,'
CHAT_TAIL = b')"},"finish_reason":"stop"}],"usage":{"total_tokens":1300}}'


class Unhashed:
    """Stands in for the digest where its share is measured."""

    def update(self, data):
        pass

    def hexdigest(self):
        return ""


def serve(size, ready):
    """Answer with the same picture of `size` bytes, forever; at /chat as a chat completion."""
    picture = b"\x89PNG\r\n\x1a\n" + os.urandom(size - 8)
    encoded = base64.b64encode(picture)
    bodies = {b"/": HEAD + encoded + TAIL, b"/chat": CHAT_HEAD + encoded + CHAT_TAIL}

    async def handle(reader, writer):
        request = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(len(b"{}"))
        body = bodies[request.split(b" ")[1]]
        head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body)
        writer.write(head)
        writer.write(body)
        await writer.drain()
        writer.close()

    async def run():
        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


async def floor(session, url, folder):  # noqa: ARG001  all ways are called alike
    async with session.post(url, data=b"{}") as response:
        size = response.content_length
        buffer = bytearray(size)
        filled = 0
        async for chunk in response.content.iter_any():
            buffer[filled : filled + len(chunk)] = chunk
            filled += len(chunk)
    text = memoryview(buffer)[len(HEAD) : size - len(TAIL)]
    return len(pybase64.b64decode(text, validate=True))


async def plain_json(session, url, folder):  # noqa: ARG001
    async with session.post(url, data=b"{}") as response:
        document = await response.json(content_type=None)
    part = document["candidates"][0]["content"]["parts"][0]
    return len(base64.b64decode(part["inlineData"]["data"]))


async def ours(session, url, folder, keys=frozenset({"data"}), texts=frozenset()):
    transport = Transport(session=session)
    call = transport.post(
        url, provider="local", headers={}, upload=Upload.measure((b"{}",)), time_limit=60.0
    )
    async with call as answer:
        with Extractor(folder=folder, keys=keys, texts=texts) as extractor:
            async for chunk in answer:
                extractor.feed(chunk)
            file = extractor.finish().files[0]
            extractor.keep(file)
    return file.size


async def ours_in_chat(session, url, folder):
    return await ours(session, url + "chat", folder, keys=frozenset(), texts=frozenset({"content"}))


WAYS = {
    "floor": floor,
    "json": plain_json,
    "ours": ours,
    "ours, chat": ours_in_chat,
    "ours, unhashed": ours,
}


async def receive(way, url, folder, at_once, expected):
    async with make_session() as session:
        done = asyncio.Event()
        watching = asyncio.ensure_future(longest_stall(done))
        await asyncio.sleep(0.01)
        gc.collect()
        resident = reset_peak()
        began = time.process_time()
        sizes = await asyncio.gather(*(WAYS[way](session, url, folder) for _ in range(at_once)))
        cpu = time.process_time() - began
        grown = peak() - resident
        done.set()
        assert sizes == [expected] * at_once
        stall, _ = await watching
        return {"cpu_ms": cpu * 1000, "memory_mib": grown, "stall_ms": stall * 1000}


def measure(way, url, at_once, expected, results):
    if way.endswith("unhashed"):
        extract.blake3 = Unhashed
    with tempfile.TemporaryDirectory() as folder:
        results.send(asyncio.run(receive(way, url, Path(folder), at_once, expected)))


def run(size, rounds):
    server, ready = in_a_process(serve, size)
    url = f"http://127.0.0.1:{ready.recv()}/"
    taken = {}
    # Interleaved, so that a noisy minute is shared by all ways.
    for _ in range(rounds):
        for at_once in (1, 8):
            for way in WAYS:
                process, results = in_a_process(measure, way, url, at_once, size)
                taken.setdefault((at_once, way), []).append(results.recv())
                process.join()
    server.terminate()
    server.join()
    return [
        {"at_once": at_once, "way": way}
        | {fact: statistics.median(row[fact] for row in rows) for fact in rows[0]}
        for (at_once, way), rows in taken.items()
    ]


def table(rows):
    yield (
        f"{'at once':>7}  {'way':<15}{'CPU ms':>8}{'x floor':>9}"
        f"{'MiB':>8}{'x floor':>9}{'stall ms':>10}"
    )
    for row in rows:
        base = next(r for r in rows if r["at_once"] == row["at_once"] and r["way"] == "floor")
        yield (
            f"{row['at_once']:>7}  {row['way']:<15}{row['cpu_ms']:>8.0f}"
            f"{row['cpu_ms'] / base['cpu_ms']:>9.1f}{row['memory_mib']:>8.1f}"
            f"{row['memory_mib'] / base['memory_mib']:>9.2f}{row['stall_ms']:>10.1f}"
        )


def blake3_speed():
    """MB a second."""
    block = os.urandom(48 * 1024)
    hashing = blake3()
    began = time.perf_counter()
    for _ in range(200):
        hashing.update(block)
    return 200 * len(block) / (time.perf_counter() - began) / 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers here too")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--megabytes", type=int, default=24, help="of the picture")
    options = parser.parse_args()
    rows = run(options.megabytes * 1_000_000, options.rounds)
    speed = blake3_speed()
    print(*table(rows), f"BLAKE3 here: {speed:.0f} MB/s", sep="\n")
    if options.json:
        written = {"megabytes": options.megabytes, "blake3_mb_s": speed, "rows": rows}
        options.json.write_text(json.dumps(written, indent=2) + "\n")


if __name__ == "__main__":
    main()
