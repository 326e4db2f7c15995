"""One 4K picture from an upstream's first byte to Discord's last: memory, and the loop's lateness.

    python benchmarks/picture.py [--rounds 3] [--json FILE]

The stand-in upstream answers with a 24 MB PNG inside 32 MB of JSON; a sink takes the upload as
Discord would, as multipart from a file. Beside ours runs the plain way: `response.json()`,
`base64.b64decode`, `BytesIO`. Each measurement is a fresh process, warmed up with a small picture.
"""

import argparse
import asyncio
import base64
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import aiohttp
from aiohttp import web
from rich.console import Console
from rich.table import Column, Table

from bot.demo.upstream import running_upstream
from bot.generation.request import GenerationRequest
from bot.settings import Settings
from bot.workshop import Workshop, World, open_workshop

MODEL = "gemini-nano-banana-2.1"
HUGE, SMALL = "huge", "a small picture to warm up with"
PAGE = os.sysconf("SC_PAGE_SIZE")
SAMPLE_SECONDS = 0.002
TICK_SECONDS = 0.001


@dataclass
class Measured:
    """`growth` in MB over the warmed-up process, `late` the ticker's worst in ms, `cpu` seconds."""

    growth: float
    late: float
    cpu: float


class Nobody:
    """An Observer that is not interested."""

    party = 0
    run = ""

    async def calling(self, call):
        pass

    async def submitted(self, provider, task_id):
        pass

    async def failed(self, error, attempt, wait):
        pass


async def ours(workshop: Workshop, prompt: str, sink: str, session: aiohttp.ClientSession) -> None:
    """Provider, store, upload: what the runner does with a picture that needs no re-encoding."""
    request = GenerationRequest(prompt, MODEL)
    async with workshop.store.scratch() as folder:
        generation = await workshop.way("google").patient.generate(
            request, folder=folder, observer=Nobody()
        )
        image = generation.images[-1]
        stored = await workshop.store.adopt(image.path, digest=image.digest)
    # As discord.File does with a path: an open file in a multipart form.
    with workshop.store.path(stored).open("rb") as file:
        await upload(session, sink, file)


async def plain(url: str, prompt: str, sink: str, session: aiohttp.ClientSession) -> None:
    """The way most clients are written."""
    body = {"contents": [{"parts": [{"text": prompt}]}]}
    headers = {"x-goog-api-key": "k"}
    path = f"{url}/v1beta/models/{MODEL}:generateContent"
    async with session.post(path, json=body, headers=headers) as response:
        answer = await response.json()
    parts = answer["candidates"][0]["content"]["parts"]
    data = [part["inlineData"]["data"] for part in parts if "inlineData" in part][-1]
    await upload(session, sink, io.BytesIO(base64.b64decode(data)))


async def upload(session: aiohttp.ClientSession, sink: str, file: io.IOBase) -> None:
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("payload_json", "{}")
    form.add_field("files[0]", file, filename="a.png", content_type="application/octet-stream")
    async with session.post(sink, data=form) as response:
        assert int(await response.text()) > 0


def resident() -> int:
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * PAGE


@contextmanager
def highest() -> Iterator[list[int]]:
    """The most resident bytes seen while the block runs, sampled by a thread."""
    peak, stop = [resident()], threading.Event()

    def sample() -> None:
        while not stop.wait(SAMPLE_SECONDS):
            peak[0] = max(peak[0], resident())

    thread = threading.Thread(target=sample)
    thread.start()
    try:
        yield peak
    finally:
        stop.set()
        thread.join()


async def tick(late: list[float]) -> None:
    while True:
        before = time.perf_counter()
        await asyncio.sleep(TICK_SECONDS)
        late.append(time.perf_counter() - before - TICK_SECONDS)


async def measure(way: str, at_once: int, url: str, sink: str, folder: Path) -> Measured:
    settings = Settings.model_validate(
        {"data_dir": folder, "gemini_api_key": "k", "gemini_base_url": url}
    )
    async with (
        aiohttp.ClientSession() as session,
        open_workshop(settings, folder, world=World()) as workshop,
    ):

        def go(prompt: str):
            if way == "plantain":
                return ours(workshop, prompt, sink, session)
            return plain(url, prompt, sink, session)

        await asyncio.gather(*(go(SMALL) for _ in range(at_once)))
        late: list[float] = []
        ticker = asyncio.create_task(tick(late))
        base, cpu = resident(), time.process_time()
        with highest() as peak:
            await asyncio.gather(*(go(HUGE) for _ in range(at_once)))
        cpu = time.process_time() - cpu
        ticker.cancel()
    return Measured((peak[0] - base) / 1e6, max(late) * 1000, cpu)


async def serve_sink() -> None:
    """Takes uploads and says how many bytes there were."""

    async def take(request: web.Request) -> web.Response:
        size = 0
        async for chunk in request.content.iter_any():
            size += len(chunk)
        return web.Response(text=str(size))

    application = web.Application()
    application.router.add_post("/", take)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}/", flush=True)
    await asyncio.to_thread(sys.stdin.read)


def child(*arguments: str) -> Measured:
    done = subprocess.run(
        [sys.executable, __file__, *arguments], check=True, capture_output=True, text=True
    )
    return Measured(**json.loads(done.stdout))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--child", nargs=4, metavar=("WAY", "N", "URL", "SINK"))
    parser.add_argument("--sink", action="store_true")
    options = parser.parse_args()
    if options.sink:
        asyncio.run(serve_sink())
        return
    if options.child:
        way, at_once, url, sink = options.child
        with tempfile.TemporaryDirectory() as folder:
            found = asyncio.run(measure(way, int(at_once), url, sink, Path(folder)))
        print(json.dumps(asdict(found)))
        return
    report(options.rounds, options.json)


def report(rounds: int, file: Path | None) -> None:
    command = [sys.executable, __file__, "--sink"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    rows = []
    with (
        running_upstream(seconds=(0, 0)) as upstream,
        subprocess.Popen(command, text=True, **pipes) as sink_process,
    ):
        sink = sink_process.stdout.readline().strip()
        # Not counted: the stand-in draws its heavy picture, on the same cores as what we measure.
        child("--child", "plain", "1", upstream.url, sink)
        for at_once in (1, 8):
            found: dict[str, list[Measured]] = {"plantain": [], "plain": []}
            for _ in range(rounds):
                for way, taken in found.items():
                    taken.append(child("--child", way, str(at_once), upstream.url, sink))
            rows += [(at_once, way, *medians(taken)) for way, taken in found.items()]
        sink_process.stdin.close()
    show(rows)
    if file:
        names = ("at_once", "way", "growth_mb", "late_ms", "cpu_s")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps([dict(zip(names, row, strict=True)) for row in rows], indent=1))


def medians(taken: list[Measured]) -> tuple[float, float, float]:
    return tuple(
        statistics.median(getattr(one, name) for one in taken) for name in ("growth", "late", "cpu")
    )


def show(rows: list[tuple]) -> None:
    table = Table(
        "at once", "way", "growth, MB", "late, ms", "CPU, s", Column("x ours", no_wrap=True)
    )
    ours_by_count = {row[0]: row for row in rows if row[1] == "plantain"}
    for at_once, way, growth, late, cpu in rows:
        mine = ours_by_count[at_once]
        ratios = " / ".join(
            f"{value / max(of_mine, 0.01):.1f}"
            for value, of_mine in zip((growth, late, cpu), mine[2:], strict=True)
        )
        table.add_row(str(at_once), way, f"{growth:.1f}", f"{late:.1f}", f"{cpu:.2f}", ratios)
    Console().print(table)


if __name__ == "__main__":
    main()
