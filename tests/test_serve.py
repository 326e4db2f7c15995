"""`plantain run` from its first check to its last goodbye, against a Discord on this machine."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import WSMsgType, web
from filelock import FileLock

TOKEN = "MTA5MjM0NTY3ODkwMTIzNDU2Nw.GhJkLm.a-token-that-nobody-may-see-0123456789"
SECONDS = 30

# Discord's addresses are constants of the library; every request goes to this machine instead.
PROGRAM = """
import sys, yarl, discord.http, discord.gateway
base = sys.argv.pop(1)
discord.http.Route.BASE = base
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(base) / "gateway"
from bot.__main__ import main
main()
"""
NOWHERE = "http://127.0.0.1:9"
ME = {"id": "1092345678901234567", "username": "Plantain", "discriminator": "0", "avatar": None}


def answer(content: object, *, status: int = 200) -> web.Response:
    """JSON with exactly the content type that discord.py looks for."""
    body = json.dumps(content).encode()
    return web.Response(body=body, status=status, headers={"Content-Type": "application/json"})


@dataclass
class Discord:
    """As much of Discord as a bot without servers sees. `refusal` answers the login instead."""

    refusal: int | None = None
    silent: bool = False
    heard: list[tuple[str, str]] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    login: asyncio.Event = field(default_factory=asyncio.Event)
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    goodbye: int | None = None

    def application(self) -> web.Application:
        application = web.Application()
        application.add_routes(
            [
                web.get("/users/@me", self.me),
                web.get("/oauth2/applications/@me", self.about),
                web.put("/applications/{id}/commands", self.commands),
                web.get("/gateway", self.gateway),
            ]
        )
        return application

    def note(self, request: web.Request) -> None:
        self.heard.append((request.method, request.path))
        self.tokens.add(request.headers.get("Authorization", ""))

    async def me(self, request: web.Request) -> web.Response:
        self.note(request)
        self.login.set()
        if self.silent:
            await asyncio.Event().wait()
        if self.refusal:
            return answer({"message": "no", "code": 0}, status=self.refusal)
        return answer(ME)

    async def about(self, request: web.Request) -> web.Response:
        self.note(request)
        about = {"id": ME["id"], "name": "Plantain", "description": "", "icon": None, "flags": 0}
        owner = {**ME, "username": "operator"}
        more = {
            "bot_public": True,
            "bot_require_code_grant": False,
            "verify_key": "",
            "owner": owner,
        }
        return answer(about | more)

    async def commands(self, request: web.Request) -> web.Response:
        self.note(request)
        own = {"application_id": ME["id"], "version": "1", "default_member_permissions": None}
        sent = await request.json()
        # A menu's description is an empty one.
        known = [{"description": "", **command} for command in sent]
        return answer([{**command, **own, "id": str(100 + n)} for n, command in enumerate(known)])

    async def gateway(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"op": 10, "d": {"heartbeat_interval": 41250}, "s": None, "t": None})
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                break
            if message.json()["op"] == 2:
                self.tokens.add(f"Bot {message.json()['d']['token']}")
                await socket.send_json({"op": 0, "t": "READY", "s": 1, "d": self._ready(request)})
                self.ready.set()
        self.goodbye = socket.close_code
        return socket

    @staticmethod
    def _ready(request: web.Request) -> dict[str, object]:
        return {
            "v": 10,
            "user": ME,
            "guilds": [],
            "session_id": "one",
            "resume_gateway_url": f"ws://{request.host}/gateway",
            "application": {"id": ME["id"], "flags": 0},
        }


@asynccontextmanager
async def serving(discord: Discord) -> AsyncIterator[str]:
    """The fake on a port of its own; its URL."""
    runner = web.AppRunner(discord.application(), handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@dataclass(frozen=True)
class Bot:
    """A running `plantain run`."""

    process: asyncio.subprocess.Process

    async def end(self) -> tuple[int, str]:
        """Its exit code and all it said; the token is in none of it, nor is a traceback."""
        async with asyncio.timeout(SECONDS):
            out, err = await self.process.communicate()
        said = (out + err).decode()
        assert TOKEN not in said
        assert TOKEN.rpartition(".")[2] not in said
        assert "Traceback" not in said
        return self.process.returncode, said

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)


@pytest.fixture
async def run(tmp_path) -> AsyncIterator[Callable]:
    """Start the bot at a Discord with a key and a token; None takes a variable away."""
    started: list[Bot] = []

    async def start(discord: str = NOWHERE, **more: str | None) -> Bot:
        values: dict[str, str | None] = {
            "PATH": os.environ["PATH"],
            "DISCORD_TOKEN": TOKEN,
            "GEMINI_API_KEY": "k",
            "GEMINI_BASE_URL": NOWHERE,
            **more,
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", PROGRAM, discord, "run",
            cwd=tmp_path,
            env={name: value for name, value in values.items() if value is not None},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        started.append(Bot(process))
        return started[-1]

    yield start
    for bot in started:
        if bot.process.returncode is None:
            bot.process.kill()
            await bot.process.communicate()


async def test_a_second_bot_on_the_same_folder_stops_at_once(run, tmp_path: Path):
    """Before it opens the database or connects."""
    (tmp_path / "data").mkdir()
    discord = Discord()
    async with serving(discord) as url:
        with FileLock(tmp_path / "data" / "plantain.lock"):
            code, line = await (await run(url)).end()

    assert code == 2
    assert "DATA_DIR: another Plantain is running on the folder 'data'" in line
    assert discord.heard == []
    assert [file.name for file in (tmp_path / "data").iterdir()] == ["plantain.lock"]


async def test_a_refused_token_is_named_and_not_shown(run):
    discord = Discord(refusal=401)
    async with serving(discord) as url:
        code, line = await (await run(url)).end()

    assert code == 2
    assert "DISCORD_TOKEN: Discord refused it" in line
    assert discord.heard == [("GET", "/users/@me")]
    assert discord.tokens == {f"Bot {TOKEN}"}


async def test_a_discord_that_is_not_there_is_a_failure_and_not_a_wrong_setting(run):
    code, line = await (await run(NOWHERE)).end()

    assert code == 1
    assert "Discord cannot be reached" in line


async def test_a_stop_in_the_middle_of_a_login_ends_in_order(run):
    """And says so in whole words, whatever keys of other programs lie about."""
    discord = Discord(silent=True)
    foreign = {"SHORT_API_KEY": "o", "LONG_API_KEY": '{\n "type": "service_account"\n}'}
    async with serving(discord) as url:
        bot = await run(url, **foreign)
        async with asyncio.timeout(SECONDS):
            await discord.login.wait()
        bot.stop()
        code, said = await bot.end()

    assert code == 0
    assert "stopping" in said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_connects_offers_its_commands_and_says_goodbye_when_stopped(
    run, tmp_path: Path, number
):
    """One login, one sync, a closed gateway, and the folder is free for the next."""
    discord = Discord()
    async with serving(discord) as url:
        bot = await run(url)
        async with asyncio.timeout(SECONDS):
            await discord.ready.wait()
        bot.process.send_signal(number)
        code, said = await bot.end()

    assert code == 0
    assert discord.heard == [
        ("GET", "/users/@me"),
        ("GET", "/oauth2/applications/@me"),
        ("PUT", f"/applications/{ME['id']}/commands"),
    ]
    assert discord.tokens == {f"Bot {TOKEN}"}
    # discord.py sends 4000 where its reader sees the end first; a cut connection would be 1006.
    assert discord.goodbye in (1000, 4000)
    assert "stopping" in said
    with FileLock(tmp_path / "data" / "plantain.lock", timeout=0):
        assert (tmp_path / "data" / "plantain.db").is_file()
