"""Discord's REST interface over HTTP: SimCord's routes, files by multipart, and bad weather."""

import asyncio
import fnmatch
import io
import json
import time
from collections import Counter
from dataclasses import dataclass
from random import Random

from aiohttp import BodyPartReader, web
from simcord.backend.errors import BackendError
from simcord.backend.models import Message
from simcord.http import _helpers, router
from simcord.http import routes as _registered  # noqa: F401 - importing is what registers them

from tests.bodies import flaws
from tests.crash.stage.simulation import Simulation

VIA = {"Via": "1.1 stage"}
"""Without it discord.py takes a 429 for a ban."""
TOO_MANY = 429
HELD_SECONDS = 0.02
REQUEST_BYTES = 25 * 1024 * 1024


@dataclass
class File:
    """What SimCord's routes ask of a file."""

    fp: io.BytesIO
    filename: str
    description: str | None


@dataclass
class Weather:
    """What befalls requests whose method and path match, the next `times` of them (None: all).

    `status` 0 is a connection cut without an answer; `late` lets the request take effect first;
    `chance` is how likely it is. One that is `held` takes effect when the weather changes.
    """

    method: str = "*"
    path: str = "*"
    status: int = 503
    times: int | None = None
    late: bool = False
    seconds: float = 0.2
    chance: float = 1.0
    held: bool = False

    def strikes(self, method: str, path: str, dice: Random) -> bool:
        matches = self.method in ("*", method) and fnmatch.fnmatch(path, self.path)
        if not matches or self.times == 0 or dice.random() >= self.chance:
            return False
        if self.times is not None:
            self.times -= 1
        return True

    def answer(self, request: web.Request) -> web.Response:
        if self.status == 0 and request.transport is not None:
            request.transport.abort()
        said = {"message": "bad weather", "code": 0, "retry_after": self.seconds, "global": False}
        headers = {**VIA, "Retry-After": str(self.seconds)} if self.status == TOO_MANY else VIA
        return answered(said, self.status or 500, headers)


class Rest:
    """Every route below /api/v10; `latency` is the least and most that each way there takes."""

    def __init__(
        self, simulation: Simulation, *, dice: Random, latency: tuple[float, float]
    ) -> None:
        self._simulation = simulation
        self._dice = dice
        self._latency = latency
        self.weather: list[Weather] = []
        self.counts: Counter[str] = Counter()
        self.unknown: list[str] = []
        """What the bot asked that nobody here knows, each a gap in these tests; and every body that
        is not as Discord describes it.
        """

    async def serve(self, request: web.Request) -> web.Response:
        path = "/" + request.match_info["path"]
        arrived = time.monotonic()
        # Told apart before the wait: whoever asked may be gone after it.
        weather = next(
            (w for w in self.weather if w.strikes(request.method, path, self._dice)), None
        )
        try:
            body, files = await _read(request)
        except ConnectionError:
            # Killed in the middle of saying it: nothing was asked for.
            return web.Response(status=400)
        await asyncio.sleep(self._dice.uniform(*self._latency))
        if weather is not None and weather.held:
            while weather in self.weather:
                await asyncio.sleep(HELD_SECONDS)
            weather = None
        if weather is not None and not weather.late:
            return self._counted(request.method, weather.answer(request))
        response = self._dispatch(request, path, body, files)
        if path.endswith("/callback") and response.status < 300:
            self._simulation.note_answer(int(path.split("/")[2]), arrived)
        await asyncio.sleep(self._dice.uniform(*self._latency))
        if weather is not None:
            response = weather.answer(request)
        return self._counted(request.method, response)

    def _counted(self, method: str, response: web.Response) -> web.Response:
        self.counts[f"{method} {response.status}"] += 1
        return response

    def _dispatch(
        self, request: web.Request, path: str, body: object, files: list[File]
    ) -> web.Response:
        backend = self._simulation.backend
        if body is not None:
            self.unknown += flaws(request.method, path, body)
        posting = self._posting(request.method, path, body)
        if posting is not None and (known := self._simulation.known_post(posting, body)):
            return answered(self._payload(known))
        try:
            result = router.dispatch(
                backend,
                request.method,
                path,
                json=body,
                params=dict(request.query),
                files=files,
                reason=request.headers.get("X-Audit-Log-Reason"),
                message_content_access=False,
            )
        except (router.RouteNotImplemented, router.UnsupportedField) as gap:
            self.unknown.append(str(gap))
            return answered(gap.to_json(), 501)
        except BackendError as refusal:
            return answered(refusal.to_json(), refusal.status)
        if posting is not None:
            self._simulation.note_post(posting, body, int(result["id"]))
        return answered(result) if result is not None else web.Response(status=204)

    def _posting(self, method: str, path: str, body: object) -> int | None:
        """The channel that a message is posted to."""
        parts = path.strip("/").split("/")
        is_post = method == "POST" and parts[0] == "channels" and parts[2:] == ["messages"]
        return int(parts[1]) if is_post and isinstance(body, dict) else None

    def _payload(self, message: Message) -> dict[str, object]:
        context = router.RequestContext(self._simulation.backend, {})
        return _helpers.message_response(context, message)

    async def file(self, request: web.Request) -> web.Response:
        """What was uploaded, under the address it was shown with, but for the host."""
        url = f"https://cdn.simcord.invalid/{request.match_info['path']}"
        blob = self._simulation.backend.cdn.get(url)
        if blob is None:
            raise web.HTTPNotFound
        return web.Response(body=blob)


def answered(
    said: object, status: int = 200, headers: dict[str, str] | None = None
) -> web.Response:
    """JSON, its type without a charset: discord.py reads no other as JSON."""
    kind = {"Content-Type": "application/json"}
    return web.Response(
        body=json.dumps(said).encode(), status=status, headers={**kind, **(headers or {})}
    )


async def _read(request: web.Request) -> tuple[object, list[File]]:
    """The JSON of a body, and the files beside it."""
    if request.content_type == "application/json":
        return await request.json(), []
    if not request.content_type.startswith("multipart/"):
        return None, []
    body, files = None, []
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        content = bytes(await part.read())
        if part.name == "payload_json":
            body = json.loads(content)
        elif part.filename:
            files.append(File(io.BytesIO(content), part.filename, None))
    described = {
        str(entry.get("id")): entry.get("description")
        for entry in ((body or {}).get("data") or body or {}).get("attachments", [])
    }
    for number, file in enumerate(files):
        file.description = described.get(str(number))
    return body, files
