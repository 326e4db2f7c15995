"""Who takes part in `client.py`: each opens what it needs, then fetches one picture per call.

A fetch takes the name of a picture and a new file's path; it returns the file it wrote (ours chose
the name itself), or the picture's size in bytes where it writes none.
"""

import asyncio
import base64
import importlib.util
import os
import socket
import time
from contextlib import asynccontextmanager
from functools import partial
from urllib.parse import urlsplit

import pybase64
from blake3 import blake3
from standing_in import HEAD, PROMPTS, TAIL

from bot.generation.catalog import Catalog
from bot.generation.request import GenerationRequest, Resolution
from bot.providers.aivideoapi import AiVideoApi
from bot.providers.download import Downloader
from bot.providers.evolink import EvoLink
from bot.providers.gemini import GeminiProvider
from bot.providers.openai_chat import ChatProvider
from bot.providers.task import TaskProvider, make_free_session
from bot.providers.toapis import ToApis
from bot.providers.transport import Transport, make_session

MODEL = "gemini-3.1-flash-image"
PIECE = 192 * 1024
"""About what one read of a connection decodes to."""


async def _receive(url, name):
    """The body of a generateContent answer in one buffer."""
    loop = asyncio.get_running_loop()
    address = urlsplit(url)
    content = PROMPTS[name].encode()
    request = b"POST /v1beta/models/m:generateContent HTTP/1.1\r\nContent-Length: %d\r\n\r\n%b"
    with socket.socket() as connection:
        connection.setblocking(False)
        await loop.sock_connect(connection, (address.hostname, address.port))
        await loop.sock_sendall(connection, request % (len(content), content))
        received = b""
        while b"\r\n\r\n" not in received:
            received += await loop.sock_recv(connection, 4096)
        head, _, body = received.partition(b"\r\n\r\n")
        size = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        buffer = bytearray(size)
        buffer[: len(body)] = body
        filled = len(body)
        with memoryview(buffer) as view:
            while filled < size:
                filled += await loop.sock_recv_into(connection, view[filled:])
    return buffer


@asynccontextmanager
async def floor(url, size):  # noqa: ARG001  all are opened alike
    async def fetch(name, path):  # noqa: ARG001
        body = await _receive(url, name)
        return len(pybase64.b64decode(memoryview(body)[len(HEAD) : -len(TAIL)], validate=True))

    yield fetch


@asynccontextmanager
async def same_job(url, size):  # noqa: ARG001
    async def fetch(name, path):
        body = await _receive(url, name)
        picture = pybase64.b64decode(memoryview(body)[len(HEAD) : -len(TAIL)], validate=True)
        blake3(picture)
        path.write_bytes(picture)
        return path

    yield fetch


@asynccontextmanager
async def hashing(url, size):  # noqa: ARG001
    picture = memoryview(os.urandom(size))

    async def fetch(name, path):  # noqa: ARG001
        digest = blake3()
        for start in range(0, size, PIECE):
            digest.update(picture[start : start + PIECE])
        return size

    yield fetch


@asynccontextmanager
async def ours(url, size, *, dialect):  # noqa: ARG001
    resolution = Resolution.R1K if dialect == "openai-chat" else Resolution.R4K
    async with make_session() as session:
        provider = _build(dialect, url, Transport(session=session))

        async def fetch(name, path):
            request = GenerationRequest(PROMPTS[name], MODEL, resolution=resolution)
            made = await provider.generate(request, folder=path.parent, observer=Nobody())
            return made.images[0].path

        yield fetch


def _build(dialect, url, transport):
    """One of our providers as the registry makes it, without the retries around it."""
    names = {"gemini": "google", "openai-chat": "apiyi-chat"}
    shared = {
        "upstream": Catalog.load().upstreams[names.get(dialect, dialect)],
        "api_key": "key",
        "transport": transport,
        "locate": lambda image: image,
    }
    if dialect == "gemini":
        return GeminiProvider(
            **shared, base_url=url, api_version="v1beta", bearer=False, sleep=_skip
        )
    if dialect == "openai-chat":
        return ChatProvider(**shared, base_url=url, fetch=None, sleep=_skip)
    return TaskProvider(
        **shared,
        dialect={"evolink": EvoLink, "toapis": ToApis, "aivideoapi": AiVideoApi}[dialect](url),
        downloader=Downloader(allowed_hosts={"127.0.0.1"}),
        make_session=make_free_session,
        sleep=_skip,
        clock=time.monotonic,
        new_id=lambda: os.urandom(16).hex(),
    )


async def _skip(seconds):
    """Wait for nothing: the task is completed by now."""


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


@asynccontextmanager
async def google_genai(url, size):  # noqa: ARG001
    from google import genai  # noqa: PLC0415  may not be there
    from google.genai import types  # noqa: PLC0415  may not be there

    options = types.HttpOptions(base_url=url)
    config = types.GenerateContentConfig(
        response_modalities=["TEXT", "IMAGE"], image_config=types.ImageConfig(image_size="4K")
    )
    async with genai.Client(api_key="key", http_options=options).aio as client:

        async def fetch(name, path):
            response = await client.models.generate_content(
                model=MODEL, contents=PROMPTS[name], config=config
            )
            for part in response.parts:
                if image := part.as_image():
                    image.save(path)
            return path

        yield fetch


@asynccontextmanager
async def openai(url, size):  # noqa: ARG001
    from openai import AsyncOpenAI  # noqa: PLC0415  may not be there

    async with AsyncOpenAI(api_key="key", base_url=f"{url}/v1", max_retries=0) as client:

        async def fetch(name, path):
            response = await client.chat.completions.create(
                model=MODEL, messages=[{"role": "user", "content": PROMPTS[name]}]
            )
            text = response.choices[0].message.content
            path.write_bytes(base64.b64decode(text.partition("base64,")[2].partition(")")[0]))
            return path

        yield fetch


FLOOR, SAME_JOB, HASHING = "floor", "floor, same job", "blake3 alone"
TASKS = ("evolink", "toapis", "aivideoapi")
OURS = ("gemini", "openai-chat", *TASKS)
SDKS = {"google-genai": "google.genai", "openai": "openai"}
"""The package that each is imported as."""

CONTENDERS = {
    FLOOR: floor,
    SAME_JOB: same_job,
    HASHING: hashing,
    **{dialect: partial(ours, dialect=dialect) for dialect in OURS},
    "google-genai": google_genai,
    "openai": openai,
}


def missing():
    """Those that are not installed."""
    return [name for name, package in SDKS.items() if not _is_there(package)]


def _is_there(package):
    try:
        return importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:
        return False
