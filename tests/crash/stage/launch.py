"""Starts the real `plantain` over and over, told that Discord is elsewhere.

`launch.py DISCORD_URL` imports everything once, and every start is a process of its own, forked
from here: what takes a second takes a tenth. An order is a line of JSON on stdin (`arguments`,
`environment`, `folder`, `log`, `out`, `user`, `options`), the answer a line with its `pid`, and
later one with its `code`.

Of the options, `hasty` divides what the bot sleeps, between polls and between tries of Discord, and
`forgetful` has no paid call written down before it leaves, so that a test can see the crash
campaign notice.
"""

import asyncio
import json
import os
import select
import signal
import sys
from functools import partial
from typing import Any

import discord.http
import yarl
from discord.gateway import DiscordWebSocket

import bot.app
from bot import __main__, client, serve, terminal  # noqa: F401 - imported here once for all
from bot.jobs import handover, witness
from bot.providers.base import Call

for later in (*client.COGS, "encodings.utf_8_sig"):
    # What is imported when it is needed: the bot's user may not be allowed to read it by then.
    __import__(later)

STDIN = 0


def main() -> None:
    """Until stdin ends; then nothing that was started here goes on."""
    url = sys.argv[1]
    discord.http.Route.BASE = f"{url}/api/v10"
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url.replace("http", "ws") + "/gateway")
    bell, ring = os.pipe()
    os.set_blocking(ring, False)
    signal.set_wakeup_fd(ring)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    running: set[int] = set()
    waiting = b""
    while True:
        ready, _, _ = select.select([STDIN, bell], [], [])
        if bell in ready:
            os.read(bell, 64)
            _report(running)
        if STDIN in ready:
            read = os.read(STDIN, 65536)
            if not read:
                break
            *orders, waiting = (waiting + read).split(b"\n")
            for order in orders:
                running.add(_start(json.loads(order), inherited=(bell, ring)))
    for pid in running:
        os.kill(pid, signal.SIGKILL)


def _report(running: set[int]) -> None:
    """Tell of all that have ended."""
    while running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        running.discard(pid)
        _tell(pid=pid, code=os.waitstatus_to_exitcode(status))


def _tell(**facts: int) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


def _start(order: dict[str, Any], inherited: tuple[int, ...]) -> int:
    pid = os.fork()
    if pid:
        _tell(pid=pid)
        return pid
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for descriptor in inherited:
        os.close(descriptor)
    code = 70
    try:
        code = _be(order)
    except BaseException:  # noqa: BLE001 - as the interpreter would
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _be(order: dict[str, Any]) -> int:
    """The program itself; its exit code."""
    for number, name in enumerate((os.devnull, order["out"], order["log"])):
        os.dup2(os.open(name, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644), number)
    if order["user"]:
        os.setgroups([])
        os.setgid(order["user"])
        os.setuid(order["user"])
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    for name, value in order["options"].items():
        {"hasty": _hurry, "forgetful": _forget}[name](value)
    sys.argv = ["plantain", *order["arguments"]]
    try:
        __main__.main()
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 0
    return 0


def _hurry(factor: float) -> None:
    async def sleep(seconds: float) -> None:
        await asyncio.sleep(seconds / factor)

    bot.app.World = partial(bot.app.World, sleep=sleep)
    # Every start counts as a try, and here are more of them than anywhere else.
    handover.WAITS = (1, 2, 4)


def _forget(safeguard: str) -> None:
    if safeguard != "calls":
        raise ValueError(f"no safeguard is called {safeguard!r}")

    async def calling(self: witness.Witness, call: Call) -> None:
        """As if it were enough to ask, and to write it down afterwards."""
        del call
        self._begun()

    witness.Witness.calling = calling


if __name__ == "__main__":
    main()
