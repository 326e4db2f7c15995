"""A running stand-in upstream and a small client for it."""

import base64
import io
import json
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from bot.demo.upstream import running_upstream

MODEL = "gemini-3.1-flash-image"


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer: its status, headers and bytes."""

    status: int
    headers: Any
    content: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.content.decode("utf-8-sig"))

    @property
    def parts(self) -> list[Any]:
        return self.body["candidates"][0]["content"]["parts"]

    @property
    def inline(self) -> Any:
        return self.parts[-1]["inlineData"]

    @property
    def picture(self) -> bytes:
        return base64.b64decode(self.inline["data"], validate=True)


class Client:
    """Asks the stand-in as a bot would, and looks behind its doors."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.session = session
        self.url = url

    def address(self, *, model: str = MODEL, prefix: str = "", version: str = "v1beta") -> str:
        return f"{self.url}{prefix}/{version}/models/{model}:generateContent"

    def opened(self, prompt: str) -> Any:
        """The request's context manager, for tests that look at the connection."""
        headers = {"x-goog-api-key": "a-key"}
        body = {"contents": [{"parts": [{"text": prompt}]}]}
        return self.session.post(self.address(), json=body, headers=headers)

    async def send(self, body: Any, *, key: str | None = "a-key", **place: str) -> Reply:
        headers = {"x-goog-api-key": key} if key is not None else {}
        if place.get("prefix") and key is not None:
            headers = {"Authorization": f"Bearer {key}"}
        data = io.BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
        url = self.address(**place)
        async with self.session.post(url, data=data, headers=headers) as response:
            return Reply(response.status, response.headers, await response.read())

    async def ask(self, prompt: str, *, key: str | None = "a-key", **place: str) -> Reply:
        """One prompt, drawn small where the model can."""
        body = {"contents": [{"role": "user", "parts": [{"text": prompt}]}]}
        if place.get("model", MODEL) == MODEL:
            body |= {"generationConfig": {"imageConfig": {"imageSize": "512"}}}
        return await self.send(body, key=key, **place)

    async def look(self, path: str, method: str = "GET") -> Any:
        async with self.session.request(method, self.url + path) as response:
            return await response.json()


@pytest.fixture(scope="session")
def upstream():
    with running_upstream(seconds=(0, 0)) as running:
        yield running


@pytest.fixture
async def client(upstream):
    timeout = aiohttp.ClientTimeout(total=20)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        client = Client(session, upstream.url)
        await client.look("/calls", "DELETE")
        yield client
        await client.look("/release", "POST")
