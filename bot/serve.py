"""`plantain run`: connect to Discord, serve, and leave in order when asked to stop."""

import asyncio
import signal

import structlog

from bot import logs
from bot.app import App, open_app
from bot.errors import SettingsError
from bot.settings import Settings
from bot.workshop import read_catalog


async def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM. Raises SettingsError, StorageError, DiscordUnreachable."""
    if settings.discord_token is None:
        raise SettingsError("DISCORD_TOKEN", "set it to your bot's token to connect to Discord")
    secrets = settings.secrets(read_catalog(settings).variables)
    logs.configure(level=settings.log_level, json=settings.log_format == "json", secrets=secrets)
    async with open_app(settings) as app:
        token = settings.discord_token.get_secret_value()
        await _connect(app, token, grace=settings.shutdown_seconds)


async def _connect(app: App, token: str, *, grace: float) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with app.client:
        connection = asyncio.create_task(app.client.connect_with(token))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({connection, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if stop.is_set():
            structlog.get_logger("serve").info("stopping; a second signal ends at once")
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)
            await app.drain(grace)
            await app.client.close()
            # Stopped in the middle of a login it may end in any error, or not at all.
            connection.cancel()
            await asyncio.gather(connection, return_exceptions=True)
            return
        await connection
