"""Discord as a process of its own: `python tests/crash/stage/discord_server.py`.

Prints one line of JSON, `{"url": ..., "pid": ...}`, once it listens, and ends with its stdin. Below
`/api/v10` is the REST interface, at `/gateway` the gateway; `/stage/...` is for the tests alone.
"""

import argparse
import asyncio
import json
import os
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from random import Random

from aiohttp import web

sys.path.insert(0, str(Path(__file__).parents[3]))

from simcord.backend.errors import BackendError

from tests.crash.stage.gateway import Gateway
from tests.crash.stage.rest import REQUEST_BYTES, Rest, Weather, answered
from tests.crash.stage.simulation import Simulation

POLL_SECONDS = 0.02


class Doors:
    """What a test does here: people's interactions, the weather, and a look at everything."""

    def __init__(self, simulation: Simulation, gateway: Gateway, rest: Rest) -> None:
        self._simulation = simulation
        self._gateway = gateway
        self._rest = rest
        self.late = 0.0
        """Seconds that this process was ever too busy for: no bot is to blame for those."""

    async def watch(self) -> None:
        """Measure that, until cancelled."""
        while True:
            before = time.monotonic()
            await asyncio.sleep(POLL_SECONDS)
            self.late = max(self.late, time.monotonic() - before - POLL_SECONDS)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/stage/imagine", self.imagine),
            web.post("/stage/press", self.press),
            web.post("/stage/weather", self.weather),
            web.post("/stage/expire", self.expire),
            web.post("/stage/disconnect", self.disconnect),
            web.get("/stage/ready", self.ready),
            web.get("/stage/record", self.record),
        ]

    async def imagine(self, request: web.Request) -> web.Response:
        asked = await request.json()
        return self._interact(lambda: self._simulation.imagine(asked["member"], asked["options"]))

    async def press(self, request: web.Request) -> web.Response:
        asked = await request.json()
        return self._interact(
            lambda: self._simulation.press(asked["member"], asked["message"], asked["label"])
        )

    def _interact(self, make) -> web.Response:
        """409 where no bot is there to be told; then nothing has happened."""
        if not self._gateway.live:
            return answered({"error": "nobody listens"}, 409)
        try:
            told, payload = make()
        except BackendError as refusal:
            return answered({"error": refusal.message}, refusal.status)
        self._gateway.interact(payload)
        return answered({"interaction": told.record.id})

    async def weather(self, request: web.Request) -> web.Response:
        self._rest.weather = [Weather(**one) for one in await request.json()]
        return answered([asdict(one) for one in self._rest.weather])

    async def expire(self, _request: web.Request) -> web.Response:
        self._simulation.expire_tokens()
        return answered({})

    async def disconnect(self, request: web.Request) -> web.Response:
        resumable = request.query.get("resumable") == "yes"
        return answered({"sessions": await self._gateway.disconnect(resumable=resumable)})

    async def ready(self, request: web.Request) -> web.Response:
        """Answer once so many sessions listen; 408 after `seconds`."""
        wanted, seconds = int(request.query["sessions"]), float(request.query.get("seconds", "20"))
        try:
            async with asyncio.timeout(seconds):
                while len(self._gateway.live) != wanted or not self._simulation.backend.commands:
                    await asyncio.sleep(POLL_SECONDS)
        except TimeoutError:
            return answered({"sessions": len(self._gateway.live)}, 408)
        return answered({"sessions": wanted})

    async def record(self, request: web.Request) -> web.Response:
        return answered(
            {
                **self._simulation.record(int(request.query.get("since", "0"))),
                "bot": self._simulation.backend.bot_user.id,
                "members": self._simulation.members,
                "channel": self._simulation.channel.id,
                "requests": dict(self._rest.counts),
                "unknown": self._rest.unknown,
                "weather_left": [one.times for one in self._rest.weather],
                "late": self.late,
                "identified": self._gateway.identified,
                "resumed": self._gateway.resumed,
            }
        )


async def serve(*, port: int, members: int, seed: int, latency: tuple[float, float]) -> None:
    simulation = Simulation(members)
    gateway = Gateway(simulation)
    rest = Rest(simulation, dice=Random(seed), latency=latency)  # noqa: S311 - latencies
    application = web.Application(client_max_size=2 * REQUEST_BYTES)
    doors = Doors(simulation, gateway, rest)
    application.add_routes(doors.routes())
    application.router.add_get("/gateway", gateway.connect)
    application.router.add_get("/cdn/{path:.*}", rest.file)
    application.router.add_route("*", "/api/v10/{path:.*}", rest.serve)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    gateway.url = url.replace("http", "ws") + "/gateway"
    sys.stdout.write(json.dumps({"url": url, "pid": os.getpid()}) + "\n")
    sys.stdout.flush()
    watching = asyncio.create_task(doors.watch())
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def watch() -> None:
        sys.stdin.buffer.read()
        loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=watch, daemon=True).start()
    await stop.wait()
    watching.cancel()
    # Nothing outlives this process, so nothing has to be closed.
    os._exit(0)


def main() -> None:
    parser = argparse.ArgumentParser(description="A Discord on this machine.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--members", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--latency", nargs=2, type=float, default=(0.0, 0.0))
    given = parser.parse_args()
    asyncio.run(
        serve(port=given.port, members=given.members, seed=given.seed, latency=tuple(given.latency))
    )


if __name__ == "__main__":
    main()
