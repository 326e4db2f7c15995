"""The stand-in's doors for people and tests: its page, the calls it had, hold and release."""

import asyncio
import json
import string
from dataclasses import asdict
from html import escape
from importlib import resources
from typing import Any

from aiohttp import web

from bot.demo.journal import Call, Journal
from bot.demo.misbehaviour import MISBEHAVIOURS, Misbehaviour
from bot.demo.question import SERVED

SHOWN_CALLS = 30
SHORT = 64


class Doors:
    """Shows the journal, and opens and closes the gate that calls wait at."""

    def __init__(self, *, journal: Journal, gate: asyncio.Event) -> None:
        self._journal = journal
        self._gate = gate

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/", self.page),
            web.get("/calls", self.calls),
            web.delete("/calls", self.forget),
            web.get("/count", self.count),
            web.get("/wait", self.wait),
            web.post("/hold", self.hold),
            web.post("/release", self.release),
            web.get("/last-request", self.last_request),
        ]

    async def calls(self, request: web.Request) -> web.Response:
        return web.json_response([asdict(call) for call in self._chosen(request)])

    async def count(self, request: web.Request) -> web.Response:
        chosen = self._chosen(request)
        return web.json_response(
            {
                "calls": len(chosen),
                "paid": sum(call.paid for call in chosen),
                "waiting": sum(call.outcome is None for call in chosen),
            }
        )

    async def wait(self, request: web.Request) -> web.Response:
        """Answer once there are `calls`, `answered` of them; 408 after `seconds` (10)."""
        calls = int(request.query.get("calls", "0"))
        answered = int(request.query.get("answered", "0"))

        def ready() -> bool:
            chosen = self._chosen(request)
            done = sum(call.outcome is not None for call in chosen)
            return len(chosen) >= calls and done >= answered

        try:
            async with asyncio.timeout(float(request.query.get("seconds", "10"))):
                await self._journal.until(ready)
        except TimeoutError:
            return web.json_response({"error": "not in time"}, status=408)
        return await self.calls(request)

    async def forget(self, _request: web.Request) -> web.Response:
        self._journal.forget()
        return web.json_response({})

    async def hold(self, _request: web.Request) -> web.Response:
        self._gate.clear()
        return web.json_response({"held": True})

    async def release(self, _request: web.Request) -> web.Response:
        self._gate.set()
        return web.json_response({"held": False})

    async def last_request(self, _request: web.Request) -> web.Response:
        try:
            body = json.loads(self._journal.last_body)
        except ValueError:
            body = None
        return web.json_response(_shortened(body))

    async def page(self, _request: web.Request) -> web.Response:
        """What this is, the words, and the last calls."""
        file = resources.files("bot.demo").joinpath("upstream_page.html")
        recent = self._journal.select()[: -SHOWN_CALLS - 1 : -1]
        text = string.Template(file.read_text("utf-8")).substitute(
            words="\n".join(_word_row(word) for word in MISBEHAVIOURS.values()),
            calls="\n".join(_call_row(call) for call in recent),
            models=escape(", ".join(SERVED)),
        )
        return web.Response(text=text, content_type="text/html")

    def _chosen(self, request: web.Request) -> list[Call]:
        query = request.query
        return self._journal.select(prompt=query.get("prompt"), contains=query.get("contains"))


def _shortened(value: Any) -> Any:
    """The same JSON with long base64 cut, its length in its place."""
    if isinstance(value, list):
        return [_shortened(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: f"{item[:24]}...({len(item)} characters)"
        if name in ("data", "thoughtSignature") and isinstance(item, str) and len(item) > SHORT
        else _shortened(item)
        for name, item in value.items()
    }


def _word_row(word: Misbehaviour) -> str:
    cells = f"<td>{word.way.place}</td><td>{escape(word.effect)}</td>"
    return f"<tr><td><code>{escape(word.phrase)}</code></td>{cells}</tr>"


def _call_row(call: Call) -> str:
    cells = (
        str(call.n),
        call.at[11:19],
        call.route,
        call.model,
        call.prompt[:120],
        str(call.images_in),
        (call.outcome or "waiting") + (", client left" if call.client_left else ""),
        "paid" if call.paid else "free",
    )
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
