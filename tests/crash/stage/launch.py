"""The real `plantain`, told that Discord is elsewhere: `python launch.py DISCORD_URL run`.

`--hasty N` divides by N what the bot sleeps, between polls and between tries of Discord;
`--forgetful calls` has no paid call written down before it leaves, so that a test can see the crash
campaign notice.
"""

import asyncio
import sys
from functools import partial

import discord.http
import yarl
from discord.gateway import DiscordWebSocket

import bot.app
from bot import __main__
from bot.jobs import handover, witness
from bot.providers.base import Call


def main() -> None:
    url = sys.argv.pop(1)
    discord.http.Route.BASE = f"{url}/api/v10"
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url.replace("http", "ws") + "/gateway")
    while len(sys.argv) > 1 and sys.argv[1].startswith("--"):
        option, value = sys.argv.pop(1), sys.argv.pop(1)
        if option == "--hasty":
            _hurry(float(value))
        else:
            _forget(value)
    __main__.main()


def _hurry(factor: float) -> None:
    async def sleep(seconds: float) -> None:
        await asyncio.sleep(seconds / factor)

    bot.app.World = partial(bot.app.World, sleep=sleep)
    handover.WAITS = tuple(max(1, int(wait / factor)) for wait in handover.WAITS)


def _forget(safeguard: str) -> None:
    if safeguard != "calls":
        raise SystemExit(f"no safeguard is called {safeguard!r}")

    async def calling(self: witness.Witness, call: Call) -> None:
        """As if it were enough to ask, and to write it down afterwards."""
        del call
        self._begun()

    witness.Witness.calling = calling


if __name__ == "__main__":
    main()
