"""The stand-in upstream as a process of its own: a local server that speaks Gemini and draws.

    python -m bot.demo.upstream [--host 127.0.0.1] [--port 0] [--seconds LOW HIGH]
                                [--coarse] [--toapis-secret SECRET] [--until-eof]

prints one line of JSON, `{"url": ..., "pid": ...}`, once it listens. Its page at `/` lists the
words of a prompt that make it fail.
"""

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from aiohttp import ClientSession, DummyCookieJar, web

from bot.demo.chat import Chats
from bot.demo.doors import Doors
from bot.demo.gallery import Gallery
from bot.demo.inventory import Inventory
from bot.demo.journal import Journal
from bot.demo.loopback import Loopback
from bot.demo.standin import StandIn
from bot.demo.tasks import Tasks

FAREWELL_SECONDS = 5
HANDLER_SECONDS = 0.2
WORKERS = 2


@dataclass(frozen=True, slots=True)
class Upstream:
    """A running stand-in. `url` is its base URL, without a slash at the end."""

    url: str
    pid: int

    @property
    def gateway_url(self) -> str:
        """The base URL of the route that behaves as API易 does."""
        return self.url + "/apiyi"


@contextmanager
def running_upstream(
    *, seconds: tuple[float, float] = (1, 3), toapis_secret: str = "", coarse: bool = False
) -> Iterator[Upstream]:
    """Run the stand-in as a child process for as long as the context lasts.

    `seconds` is the least and the most that a drawing takes; with `toapis_secret` ToAPIs tells of
    the end of tasks, as it is signed; a `coarse` one draws in large dots, quickly. No event loop of
    the caller's is used. Raises RuntimeError when the child does not start.
    """
    command = [sys.executable, "-m", "bot.demo.upstream", "--until-eof"]
    command += ["--toapis-secret", toapis_secret, "--seconds", *map(str, seconds)]
    command += ["--coarse"] if coarse else []
    process = subprocess.Popen(  # noqa: S603 - our own module
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    # Leaving the block closes both pipes and waits; the end of its stdin is the child's signal.
    with process:
        try:
            line = process.stdout.readline() if process.stdout else b""
            if not line:
                raise RuntimeError("the stand-in upstream did not start")
            yield Upstream(**json.loads(line))
        finally:
            _dismiss(process)


async def serve(
    *,
    host: str,
    port: int,
    seconds: tuple[float, float],
    toapis_secret: str = "",
    coarse: bool = False,
    until_eof: bool = False,
) -> None:
    """Serve until SIGTERM or SIGINT, or the end of stdin; prints the line when listening."""
    stop = asyncio.Event()
    _stop_on_signals(stop)
    if until_eof:
        _stop_on_eof(stop)
    with ThreadPoolExecutor(WORKERS) as executor:
        async with ClientSession(cookie_jar=DummyCookieJar()) as session:
            gallery = Gallery(executor, coarse=coarse)
            tasks, routes = _open(executor, session, gallery, seconds, toapis_secret)
            application = web.Application()
            application.add_routes(routes)
            runner = web.AppRunner(
                application,
                access_log=None,
                handler_cancellation=True,
                shutdown_timeout=HANDLER_SECONDS,
            )
            await runner.setup()
            try:
                site = web.TCPSite(runner, host, port)
                await site.start()
                bound = runner.addresses[0][1]
                line = {"url": f"http://{host}:{bound}", "pid": os.getpid()}
                sys.stdout.write(json.dumps(line) + "\n")
                sys.stdout.flush()
                await stop.wait()
            finally:
                await runner.cleanup()
                await tasks.close()
                executor.shutdown(wait=False, cancel_futures=True)


def _open(
    executor: Executor,
    session: ClientSession,
    gallery: Gallery,
    seconds: tuple[float, float],
    toapis_secret: str,
) -> tuple[Tasks, list[web.RouteDef]]:
    """Every route there is, over one journal, one gate and one gallery; and what must be closed."""
    gate = asyncio.Event()
    gate.set()
    journal = Journal(now=_now)
    dice = Random()  # noqa: S311 - delays and ids of a stand-in
    tasks = Tasks(
        journal=journal,
        gallery=gallery,
        dice=dice,
        seconds=seconds,
        gate=gate,
        loopback=Loopback(session),
        now=_now,
        secret=toapis_secret,
    )
    answering = (
        made(
            journal=journal,
            gallery=gallery,
            executor=executor,
            dice=dice,
            seconds=seconds,
            gate=gate,
        )
        for made in (StandIn, Chats)
    )
    rooms = (*answering, tasks, Inventory(), Doors(journal=journal, gate=gate))
    return tasks, [route for room in rooms for route in room.routes()]


def _now() -> datetime:
    return datetime.now(UTC)


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(
        prog="python -m bot.demo.upstream", description="A local stand-in for Gemini that draws."
    )
    parser.add_argument("--host", default="127.0.0.1", help="loopback unless told otherwise")
    parser.add_argument("--port", type=int, default=0, help="0 for any free one")
    parser.add_argument(
        "--seconds",
        nargs=2,
        type=float,
        default=(1, 3),
        metavar=("LOW", "HIGH"),
        help="the time a drawing takes",
    )
    parser.add_argument(
        "--toapis-secret", default="", metavar="SECRET", help="signs what ToAPIs calls back with"
    )
    parser.add_argument("--coarse", action="store_true", help="draw in large dots, quickly")
    parser.add_argument("--until-eof", action="store_true", help="end with the parent process")
    given = parser.parse_args(arguments)
    low, high = given.seconds
    asyncio.run(
        serve(
            host=given.host,
            port=given.port,
            seconds=(low, high),
            toapis_secret=given.toapis_secret,
            coarse=given.coarse,
            until_eof=given.until_eof,
        )
    )


def _dismiss(process: subprocess.Popen[bytes]) -> None:
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(FAREWELL_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


def _stop_on_signals(stop: asyncio.Event) -> None:
    # Not loop.add_signal_handler, which Windows does not have.
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))


def _stop_on_eof(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()

    def watch() -> None:
        while sys.stdin.buffer.read(1024):
            pass
        loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    main()
