"""Many jobs in flight in one bot: what each costs, and how soon people are answered meanwhile.

    python benchmarks/load.py [--at-once 5 50 500] [--size 1K] [--json FILE]

The real `plantain run` against a Discord and an upstream that are processes of their own; see
`tests/crash`. The upstream holds every answer until all are asked for; then they land together,
while PROBES more people ask, 50 a second. Beside it runs the least that discord.py lets one write:
no credits, no quotas, no database, no store, the whole picture in memory.

CPU is the bot's user and system time per picture, its workers' included; memory what it holds for
each job that waits for its picture, and the most it ever held above idle. An answer is late from
the moment the gateway tells of a command until its callback arrives; the longest that this Discord
itself was too busy to hear it stands beside it.
"""

import argparse
import base64
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from rich.console import Console
from rich.table import Table

from tests.crash.stage.processes import (
    KINDS,
    make_bot,
    named,
    open_nursery,
    running_discord,
    running_upstream,
)

MODEL = KINDS["synchronous"][1]
PROBES = 100
GAP_SECONDS = 0.02
PATIENCE_SECONDS = 180.0
TABLE_WIDTH = 120
TICKS = os.sysconf("SC_CLK_TCK")
TARGETS = (("answered p99, ms", 150.0), ("CPU x bare", 2.0))


def family(pid):
    """A process and those it has started that still live."""
    pids = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            pids += family(int(child))
    return pids


def cpu(pid):
    """Seconds of user and system time, of the family's ended members too."""
    total = 0
    for one in family(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        total += sum(int(field) for field in fields[11:15])
    return total / TICKS


def memory(pid, name="VmRSS"):
    """MiB of the process alone."""
    return int(Path(f"/proc/{pid}/status").read_text().split(name + ":")[1].split()[0]) / 1024


def ask(discord, prompts, size):
    """One command after the other, at a steady pace."""
    began = time.monotonic()
    for number, prompt in enumerate(prompts):
        time.sleep(max(0, began + number * GAP_SECONDS - time.monotonic()))
        discord.imagine(number % 8, prompt=prompt, model=MODEL, resolution=size)


def gather(discord, upstream, at_once):
    """Until all are being drawn, but for those whose people were answered too late."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        late = sum(one["late"] for one in discord.record()["interactions"])
        if len(upstream.calls("in flight")) + late >= at_once:
            return
        if time.monotonic() > deadline:
            raise TimeoutError(f"{at_once} were asked for")
        time.sleep(0.5)


def wait_for(discord, count):
    """Until so many pictures are shown, but for those whose people were answered too late."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        record = discord.record()
        shown = sum(len(message["files"]) for message in record["messages"])
        late = sum(one["late"] for one in record["interactions"])
        if shown + late >= count:
            return record
        if time.monotonic() > deadline:
            raise TimeoutError(f"{shown} pictures and {late} late of {count}")
        time.sleep(0.5)


def measure(pid, discord, upstream, at_once, size):
    """One row, of a bot that has just become ready."""
    discord.imagine(0, prompt="to warm up", model=MODEL, resolution=size)
    wait_for(discord, 1)
    time.sleep(0.5)
    idle, before = memory(pid), cpu(pid)
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    waiting = [f"in flight {named(number)}" for number in range(at_once)]
    probes = [f"a probe {named(number)}" for number in range(PROBES)]
    upstream.hold()
    ask(discord, waiting, size)
    gather(discord, upstream, at_once)
    held = memory(pid) - idle
    upstream.release()
    began = time.monotonic()
    ask(discord, probes, size)
    record = wait_for(discord, 1 + at_once + PROBES)
    seconds, used = time.monotonic() - began, cpu(pid) - before
    answered = {
        kind: [
            one["answered"] * 1000
            for one in record["interactions"]
            if one["answered"] and one["options"]["prompt"].startswith(kind)
        ]
        for kind in ("in flight", "a probe")
    }
    late = answered["in flight"] + answered["a probe"]
    return {
        "at_once": at_once,
        "cpu_ms": used * 1000 / (at_once + PROBES),
        "waiting_kib": held * 1024 / at_once,
        "peak_mib": memory(pid, "VmHWM") - idle,
        "idle_mib": idle,
        "p50_ms": statistics.median(answered["a probe"]),
        "p99_ms": statistics.quantiles(answered["a probe"], n=100)[98],
        "asked_p99_ms": statistics.quantiles(late, n=100)[98],
        "too_late": sum(one["late"] for one in record["interactions"]),
        "discord_late_ms": record["late"] * 1000,
        "seconds": seconds,
    }


@contextmanager
def plantain(folder, discord, upstream):
    with open_nursery(discord) as nursery:
        settings = {
            "MAX_JOBS": 1000,
            "MAX_JOBS_PER_MEMBER": 1000,
            "WELCOME_CREDITS": 1_000_000_000,
            "LOG_LEVEL": "warning",
        }
        bot = make_bot(folder, nursery, upstream, **settings)
        bot.begin()
        yield bot.pid


@contextmanager
def bare(folder, discord, upstream):
    command = [sys.executable, __file__, "--bare", discord.url, upstream.url]
    with subprocess.Popen(command, cwd=folder) as process:
        try:
            if not discord.is_ready(1, 20):
                raise RuntimeError("the bare bot is not there")
            yield process.pid
        finally:
            process.kill()


def run_bare(discord_url, upstream_url):
    """What a first tutorial would write: acknowledge, ask, decode, upload."""
    import aiohttp  # noqa: PLC0415 - in a process of its own
    import discord  # noqa: PLC0415
    import discord.http  # noqa: PLC0415
    import yarl  # noqa: PLC0415
    from discord.gateway import DiscordWebSocket  # noqa: PLC0415

    discord.http.Route.BASE = f"{discord_url}/api/v10"
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(discord_url.replace("http", "ws") + "/gateway")
    client = discord.Client(intents=discord.Intents(guilds=True))
    tree = discord.app_commands.CommandTree(client)

    @tree.command(name="imagine", description="Make a picture")
    async def imagine(
        interaction: discord.Interaction, prompt: str, model: str, resolution: str
    ) -> None:
        await interaction.response.send_message(f"Drawing {prompt}")
        image = {"imageSize": resolution}
        body = {
            "contents": [{"parts": [{"text": prompt}]}],
            "generationConfig": {"responseModalities": ["IMAGE"], "imageConfig": image},
        }
        url = f"{upstream_url}/v1beta/models/{model}:generateContent"
        headers = {"x-goog-api-key": "k"}
        async with client.http_upstream.post(url, json=body, headers=headers) as answer:
            said = await answer.json()
        parts = said["candidates"][0]["content"]["parts"]
        data = [part["inlineData"]["data"] for part in parts if "inlineData" in part][-1]
        file = discord.File(io.BytesIO(base64.b64decode(data)), "picture.png")
        await interaction.edit_original_response(content=prompt, attachments=[file])

    async def setup() -> None:
        client.http_upstream = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        await tree.sync()

    client.setup_hook = setup
    client.run("a-token-of-the-stage", log_handler=None)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--at-once", type=int, nargs="+", default=[5, 50, 500])
    parser.add_argument("--size", default="1K")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--bare", nargs=2, metavar=("DISCORD", "UPSTREAM"))
    given = parser.parse_args()
    if given.bare:
        run_bare(*given.bare)
        return
    rows = []
    for at_once in given.at_once:
        for name, begin in (("plantain", plantain), ("bare", bare)):
            with (
                tempfile.TemporaryDirectory() as folder,
                running_discord() as discord,
                running_upstream() as upstream,
                begin(Path(folder), discord, upstream) as pid,
            ):
                rows.append({"bot": name, **measure(pid, discord, upstream, at_once, given.size)})
    report(rows, given.json)


def report(rows, file):
    names = {
        "CPU, ms": "cpu_ms",
        "waiting, KiB": "waiting_kib",
        "peak, MiB": "peak_mib",
        "p50, ms": "p50_ms",
        "p99, ms": "p99_ms",
        "later than 3 s": "too_late",
        "Discord itself, ms": "discord_late_ms",
        "seconds": "seconds",
    }
    table = Table("at once", "bot", *names)
    for row in rows:
        cells = (f"{row[fact]:.1f}" if fact != "too_late" else row[fact] for fact in names.values())
        table.add_row(str(row["at_once"]), row["bot"], *map(str, cells))
    console = Console(width=TABLE_WIDTH)
    console.print(table)
    by_bot = {(row["bot"], row["at_once"]): row for row in rows}
    for (name, at_once), row in by_bot.items():
        if name == "plantain" and ("bare", at_once) in by_bot:
            ratio = row["cpu_ms"] / by_bot["bare", at_once]["cpu_ms"]
            console.print(
                f"{at_once} at once: CPU {ratio:.2f} x bare (to reach: {TARGETS[1][1]:g}), "
                f"p99 {row['p99_ms']:.0f} ms (to reach: {TARGETS[0][1]:g}), "
                f"{1000 / row['cpu_ms']:.0f} pictures a second on one core"
            )
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"rows": rows}, indent=1))


if __name__ == "__main__":
    main()
