"""`plantain demo`: our own bot, unmodified, in SimCord's Preview of Discord.

This file is all the glue there is. It leans on private names of one SimCord version, listed in
PRIVATE and checked before anything starts. SimCord patches the loop and the monotonic clock of
its process, so nothing else imports this module.
"""

import asyncio
import contextlib
import io
import json
import signal
import tempfile
import time
import webbrowser
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import discord
import simcord
from PIL import Image
from pydantic import HttpUrl, SecretStr
from rich.console import Console
from simcord.preview._media import MediaError, MediaInfo, MediaWorker

from bot import logs
from bot.app import App, open_app
from bot.demo.upstream import running_upstream
from bot.errors import SettingsError
from bot.generation.request import GenerationRequest
from bot.i18n import Sentences
from bot.jobs.limits import Caller
from bot.people.setting import Setting
from bot.people.styles import Owner
from bot.providers.base import Generation, Observer, OpenCall, Provider
from bot.settings import Settings
from bot.workshop import World, read_catalog

SIMCORD_VERSION = "3.2.1"
PRIVATE: Mapping[type, tuple[str, ...]] = {
    simcord.Preview: ("_action", "_publish_message_pages", "_advance_presentation_time"),
    MediaWorker: ("validate",),
    simcord.Env: ("_begin_operation", "_end_operation"),
}
SHOWN_SIDE = 1600
"""Pixels; a picture of this size is always within what SimCord shows."""
SETTLE_SECONDS = 8.0
TICK_SECONDS = 0.25
LONG_SECONDS = 10 * 365 * 24 * 3600.0
"""Longer than from the beginning of SimCord's time to today, a way that the demo goes at once."""


async def run_demo(*, port: int, browser: bool, data: Path | None, real: bool) -> None:
    """Serve the demo until interrupted. Raises SettingsError when SimCord does not fit."""
    check_simcord()
    with contextlib.ExitStack() as resources:
        folder = data or Path(
            resources.enter_context(tempfile.TemporaryDirectory(prefix="plantain-demo-"))
        )
        if real:
            settings = Settings.read().model_copy(update={"data_dir": folder})
            words_url = None
        else:
            words_url = resources.enter_context(running_upstream()).url
            settings = stand_in_settings(folder, words_url)
        secrets = settings.secrets(read_catalog(settings).variables)
        logs.configure(level="warning", json=False, secrets=secrets)
        stage = Stage()
        async with open_app(
            settings,
            world=World(tick=_rest),
            dress=lambda provider: Outside(provider, stage),
            # Nobody is locked out of the stand-in; what costs money is left alone as always.
            longest_pause=None if real else 0,
        ) as app:
            await _serve(app, stage, port=port, browser=browser, words_url=words_url)


async def _rest(_seconds: float) -> None:
    """SimCord waits for whatever comes soon, and the page with it: the sweeper looks once."""
    await asyncio.sleep(LONG_SECONDS)


def stand_in_settings(folder: Path, url: str) -> Settings:
    """The stand-in for Google, and nothing from the environment or any file: nothing is paid."""
    folder.mkdir(parents=True, exist_ok=True)
    no_data = folder / "no-data.toml"
    no_data.touch()
    fields = Settings.model_fields.items()
    nothing = {name: field.get_default(call_default_factory=True) for name, field in fields}
    return Settings.model_construct(
        **nothing
        | {
            "data_dir": folder,
            "gemini_api_key": SecretStr("demo"),
            "gemini_base_url": HttpUrl(url),
            "catalog_file": no_data,
        }
    )


def check_simcord() -> None:
    """Raise SettingsError unless SimCord is the version whose inside we know."""
    found = metadata.version("simcord")
    missing = [
        f"{owner.__name__}.{name}"
        for owner, names in PRIVATE.items()
        for name in names
        if not hasattr(owner, name)
    ]
    if found != SIMCORD_VERSION or missing:
        raise SettingsError(
            "plantain[demo]",
            f"the demo needs simcord=={SIMCORD_VERSION} and found {found}"
            + (f" without {', '.join(missing)}" if missing else ""),
        )


@dataclass
class Stage:
    """What the wrapped providers and the page share. `env` is there once SimCord runs."""

    env: simcord.Env | None = None
    drawing: int = 0


class Outside:
    """A Provider whose calls SimCord knows to be waits for the outside world.

    Without this the page would stand still until the picture is there.
    """

    def __init__(self, inner: Provider, stage: Stage) -> None:
        self._inner = inner
        self._stage = stage

    @property
    def name(self) -> str:
        return self._inner.name

    async def generate(
        self, request: GenerationRequest, *, folder: Path, observer: Observer
    ) -> Generation:
        return await self._wait(self._inner.generate(request, folder=folder, observer=observer))

    async def resume(
        self, call: OpenCall, request: GenerationRequest, *, folder: Path, observer: Observer
    ) -> Generation:
        again = self._inner.resume(call, request, folder=folder, observer=observer)
        return await self._wait(again)

    async def _wait(self, call: Coroutine[Any, Any, Generation]) -> Generation:
        if self._stage.env is None:
            return await call
        self._stage.drawing += 1
        try:
            generation: Generation = await self._stage.env.external_wait(call, reason="drawing")
        finally:
            self._stage.drawing -= 1
        return generation


class Easel(MediaWorker):
    """Shows smaller what SimCord will not show: over 16 megapixels, or 10 MiB as PNG.

    The original stays what is downloaded.
    """

    async def validate(
        self, key: str, blob: bytes, *, media_time: float | None = None
    ) -> MediaInfo:
        try:
            return await super().validate(key, blob, media_time=media_time)
        except MediaError:
            try:
                small = await asyncio.to_thread(_shrink, blob)
            except (OSError, SyntaxError, ValueError):
                small = None
            if small is None:
                raise
            return await super().validate(f"{key}-small", small, media_time=media_time)


def _shrink(blob: bytes) -> bytes:
    out = io.BytesIO()
    with Image.open(io.BytesIO(blob)) as picture:
        picture.thumbnail((SHOWN_SIDE, SHOWN_SIDE))
        picture.convert("RGB").save(out, "PNG")
    return out.getvalue()


async def _serve(
    app: App, stage: Stage, *, port: int, browser: bool, words_url: str | None
) -> None:
    async with simcord.run(app.client, check_errors=False, settle_timeout=SETTLE_SECONDS) as env:
        stage.env = env
        await env.advance_time(time.time() - env.now().timestamp())
        if app.client.user is not None:
            await app.client.user.edit(username="Plantain")
        guild = env.create_guild(name="Plantain demo")
        channel = guild.create_text_channel("pictures")
        manager = discord.Permissions(manage_guild=True)
        staff = guild.create_role("staff", permissions=manager)
        you = guild.add_member(env.create_user("You"), roles=[staff])
        sam = guild.add_member(env.create_user("Sam"))
        mei = guild.add_member(env.create_user("小美"))
        _speak(env, mei.id, "zh-CN")
        await env.settle()
        await _furnish(app, guild.id, channel.id)
        await _greet(app, channel.id, words_url)
        try:
            preview = await env.preview(
                channel, viewers=[you, sam, mei], layout="channel", port=port or None
            ).__aenter__()
        except simcord.SetupError as error:
            raise SettingsError("--port", f"{error}; `--port 0` picks a free one") from error
        preview._media_worker = Easel()  # noqa: SLF001 - see PRIVATE
        try:
            async with _lively(env, preview, stage):
                _say_where(preview.url, browser=browser)
                await _until_stopped()
        finally:
            await preview.close()


async def _furnish(app: App, guild_id: int, channel_id: int) -> None:
    """Give the server a style, so that there is one to choose, and a gallery channel."""
    services = app.client.services
    manager = Caller(app.client.application_id or 0, guild_id, manages=True)
    name, words = (services.sentences.say(f"demo-style-{one}", "en") for one in ("name", "words"))
    await services.people.styles.save(manager, Owner.SERVER, name, words)
    # The one channel of the page, so that what goes there is seen.
    await services.people.houses.set(manager, Setting.GALLERY, [str(channel_id)])


async def _greet(app: App, channel_id: int, words_url: str | None) -> None:
    channel = app.client.get_channel(channel_id)
    if not isinstance(channel, discord.TextChannel):
        return
    services = app.client.services
    greetings = [
        _greeting(services.sentences, language, words_url)
        for language in services.sentences.languages
    ]
    await channel.send(view=services.cards.sections(*greetings))


def _greeting(sentences: Sentences, language: str, words_url: str | None) -> str:
    say = sentences.say
    lines = [say("demo-greeting", language), say("demo-more", language)]
    if words_url:
        lines.append(say("demo-stand-in", language, url=words_url))
    else:
        lines.append(say("demo-real", language))
    return "\n\n".join(lines)


def _speak(env: simcord.Env, member_id: int, locale: str) -> None:
    """Let a member's Discord speak a language; SimCord's is English for everybody."""

    def translate(event: str, payload: Any) -> None:
        if event == "INTERACTION_CREATE" and payload["member"]["user"]["id"] == str(member_id):
            payload["locale"] = locale

    # Before the bot, which hears of it by the same list.
    env.backend.subscribers.insert(0, translate)


@asynccontextmanager
async def _lively(env: simcord.Env, preview: simcord.Preview, stage: Stage) -> AsyncIterator[None]:
    """Let time pass, show the bot's edits as they happen, and keep presses out of their way."""
    turn = asyncio.Lock()
    act = preview._action  # noqa: SLF001 - see PRIVATE

    async def action(context_id: str | None, body: Mapping[str, Any]) -> dict[str, Any]:
        async with turn:
            # Or a card drawn by this press would say "in 6 seconds" of what began just now.
            preview._advance_presentation_time()  # noqa: SLF001
            page = preview._pages.get(context_id or "")  # noqa: SLF001
            if page is not None and isinstance(body.get("published_revision"), int):
                # A press aimed at a message that has just been redrawn is still meant.
                body = {
                    **_as_command(body, page.command_catalog),
                    "published_revision": page.revision,
                }
            return await act(context_id, body)

    async def tick() -> None:
        shown = -1, 0
        while True:
            await asyncio.to_thread(time.sleep, TICK_SECONDS)
            async with turn:
                behind = time.time() - env.now().timestamp()
                with contextlib.suppress(TimeoutError, simcord.SetupError):
                    await env.advance_time(max(0.001, behind))
                # While a picture is drawn its card counts the seconds, so each of them is shown.
                second = int(time.time()) if stage.drawing else 0
                if shown != (len(env.http_requests), second):
                    shown = len(env.http_requests), second
                    preview._advance_presentation_time()  # noqa: SLF001
                    preview._publish_message_pages(reason="refresh")  # noqa: SLF001
                    for page in preview._pages.values():  # noqa: SLF001
                        _age(page.snapshot, second)

    preview._action = action  # type: ignore[method-assign]  # noqa: SLF001
    ticker = asyncio.create_task(tick())
    try:
        yield
    finally:
        ticker.cancel()
        await asyncio.gather(ticker, return_exceptions=True)


def _as_command(body: Mapping[str, Any], catalog: Mapping[str, Any]) -> Mapping[str, Any]:
    """A command sent as a line of text, made the command that Discord's own box would see in it.

    The words after its name become the first text it needs, so that what the greeting shows can be
    typed, and the letters on a card after `/show`.
    """
    if body.get("kind") != "send_message":
        return body
    line = f"{body.get('content', '')} ".lstrip()
    for entry in catalog.get("entries", ()):
        name = f"/{entry['invocation']} "
        if line.startswith(name):
            words = line.removeprefix(name).strip()
            needed = (one for one in entry["options"] if one["required"])
            text = [one["name"] for one in needed if one["type"] == "string"]
            return {
                **body,
                "kind": "run_command",
                "command_id": entry["commandId"],
                "path": entry["path"],
                "schema_fingerprint": entry["schemaFingerprint"],
                "options": {one: words for one in text[:1] if words},
            }
    return body


def _age(snapshot: Mapping[str, Any], second: int) -> None:
    """Make messages that tell a time ago look changed: the page draws no others again."""
    for message in snapshot.get("messages", {}).values():
        if '"style": "R"' in json.dumps(message):
            message["second"] = second


def _say_where(url: str, *, browser: bool) -> None:
    console = Console()
    console.print("[bold]Plantain is running in a simulated Discord.[/bold] Open this page:")
    console.print(url, soft_wrap=True, highlight=False, style="link cyan")
    console.print(
        "Try /imagine, /edit, /gallery, /balance and /settings there. Ctrl+C ends the demo."
    )
    if browser:
        webbrowser.open(url)


async def _until_stopped() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()
