"""Discord, the upstream and the bot as processes of their own, and what is done to them."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bot.generation.catalog import Catalog

HERE = Path(__file__).parent
ROOT = Path(__file__).parents[3]
SECRET = "what-toapis-signs-with"
HTTP_SECONDS = 60
WAIT_SECONDS = 30
START_SECONDS = 30
FAREWELL_SECONDS = 30
NOBODY = 409
GATEWAY = """
[providers.keyed]
dialect = "gemini"
key = "KEYED_API_KEY"
base_url = "{upstream}"
key_header = "x-goog-api-key"
bills_refusals = true
idempotent = true
timeouts = {{ 512 = 30, 1K = 30, 2K = 30, 4K = 30 }}
models."gemini-3-pro-image" = {{ id = "gemini-3-pro-image", usd = {{ 1K = 0.05 }} }}
"""
OFF = """
[providers.{provider}.models."{model}"]
off = true
"""
KINDS: Mapping[str, tuple[str, str]] = {
    "synchronous": ("google", "gemini-nano-banana-2.1"),
    "with a key": ("keyed", "gemini-3-pro-image"),
    "polled": ("evolink", "gemini-3.1-flash-lite-image"),
    "called back": ("toapis", "gemini-2.5-flash-image"),
}
"""Of each kind of upstream there is one, and a model that it alone draws with."""


def catalog(upstream: str) -> str:
    """An operator's file: a gateway that honours keys, and every model left at one upstream."""
    text = GATEWAY.format(upstream=upstream)
    ours = dict(KINDS.values())
    for provider, known in Catalog.load().upstreams.items():
        for model in known.offers:
            if ours.get(provider, model) != model:
                text += OFF.format(provider=provider, model=model)
    return text


def ask(url: str, body: object = None, *, seconds: float = HTTP_SECONDS) -> Any:
    """POST where there is a body, else GET; raises urllib.error.HTTPError."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, data=data, headers=headers)  # noqa: S310 - loopback
    with urllib.request.urlopen(request, timeout=seconds) as answer:  # noqa: S310 - loopback
        return json.load(answer)


def named(number: int) -> str:
    """A word for a number: digits may be words to the stand-in, as 402 is."""
    return "".join("abcdefghij"[int(digit)] for digit in str(number))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass(frozen=True)
class Discord:
    url: str

    def imagine(self, member: int, **options: object) -> int | None:
        """A `/imagine`; the interaction's id, or None where no bot was there to hear it."""
        try:
            body = {"member": member, "options": options}
            return ask(f"{self.url}/stage/imagine", body)["interaction"]
        except urllib.error.HTTPError as refusal:
            if refusal.code != NOBODY:
                raise
            return None

    def press(self, member: int, message: int, label: str) -> int:
        body = {"member": member, "message": message, "label": label}
        return ask(f"{self.url}/stage/press", body)["interaction"]

    def weather(self, *rules: Mapping[str, object]) -> None:
        """See `rest.Weather`; none at all is a clear sky."""
        ask(f"{self.url}/stage/weather", list(rules))

    def expire_tokens(self) -> None:
        ask(f"{self.url}/stage/expire", {})

    def disconnect(self, *, resumable: bool) -> int:
        word = "yes" if resumable else "no"
        return ask(f"{self.url}/stage/disconnect?resumable={word}", {})["sessions"]

    def is_ready(self, sessions: int, seconds: float) -> bool:
        """Whether so many bots listen by then."""
        try:
            ask(f"{self.url}/stage/ready?sessions={sessions}&seconds={seconds}")
        except urllib.error.HTTPError:
            return False
        return True

    def record(self, since: int = 0) -> dict[str, Any]:
        """See `Simulation.record`, and what the server counts."""
        return ask(f"{self.url}/stage/record?since={since}")


@dataclass(frozen=True)
class Upstream:
    url: str

    def calls(self, contains: str = "") -> list[dict[str, Any]]:
        return ask(f"{self.url}/calls?" + urllib.parse.urlencode({"contains": contains}))

    def wait(self, calls: int, contains: str) -> None:
        """Until it has been asked so often; raises urllib.error.HTTPError after WAIT_SECONDS."""
        query = {"calls": calls, "contains": contains, "seconds": WAIT_SECONDS}
        ask(f"{self.url}/wait?{urllib.parse.urlencode(query)}")

    def hold(self) -> None:
        ask(f"{self.url}/hold", {})

    def release(self) -> None:
        ask(f"{self.url}/release", {})


@contextmanager
def _program(*command: object) -> Iterator[str]:
    """A server of ours for as long as the block lasts; its address."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, *map(str, command)], text=True, **pipes) as process:
        try:
            line = process.stdout.readline()
            if not line:
                raise RuntimeError(f"{command[0]} did not start")
            yield json.loads(line)["url"]
        finally:
            process.stdin.close()
            try:
                process.wait(FAREWELL_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


@contextmanager
def running_discord(
    *, members: int = 8, seed: int = 0, latency: tuple[float, float] = (0, 0)
) -> Iterator[Discord]:
    options = ("--members", members, "--seed", seed, "--latency", *latency)
    with _program(HERE / "discord_server.py", *options) as url:
        yield Discord(url)


@contextmanager
def running_upstream(seconds: tuple[float, float] = (0, 0)) -> Iterator[Upstream]:
    options = ("--until-eof", "--toapis-secret", SECRET, "--seconds", *seconds)
    with _program(HERE / "upstream.py", *options) as url:
        yield Upstream(url)


class Nursery:
    """Where bots are started; see `launch`."""

    def __init__(self, discord: Discord) -> None:
        self.discord = discord
        command = [sys.executable, HERE / "launch.py", discord.url]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self._process = subprocess.Popen(command, cwd=ROOT, **pipes)
        self._unread = b""
        self._codes: dict[int, int | None] = {}

    def start(self, order: Mapping[str, object]) -> int:
        """Begin a process; its id."""
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()
        while True:
            told = self._read(START_SECONDS)
            if told is None:
                raise RuntimeError("nothing is started here any more")
            self._codes[told["pid"]] = told.get("code")
            if "code" not in told:
                return told["pid"]

    def code(self, pid: int, seconds: float = 0.0) -> int | None:
        """The exit code of a process, as soon as there is one; None if not within that time."""
        deadline = time.monotonic() + seconds
        while self._codes[pid] is None:
            told = self._read(max(0, deadline - time.monotonic()))
            if told is None:
                return None
            self._codes[told["pid"]] = told["code"]
        return self._codes[pid]

    def close(self) -> None:
        with self._process as process:
            process.stdin.close()

    def _read(self, seconds: float) -> dict[str, Any] | None:
        """The next thing that is told, if any within that time."""
        while b"\n" not in self._unread:
            if not select.select([self._process.stdout], [], [], seconds)[0]:
                return None
            read = os.read(self._process.stdout.fileno(), 65536)
            if not read:
                return None
            self._unread += read
        line, _, self._unread = self._unread.partition(b"\n")
        return json.loads(line)


@contextmanager
def open_nursery(discord: Discord) -> Iterator[Nursery]:
    nursery = Nursery(discord)
    try:
        yield nursery
    finally:
        nursery.close()


@dataclass
class Bot:
    """The real `plantain run`, again and again over the same folder and the same settings.

    What it logs is appended to `log`. `options` are those of `launch`; `user` runs it.
    """

    folder: Path
    nursery: Nursery
    environment: dict[str, str]
    options: Mapping[str, object] = field(default_factory=dict)
    user: int | None = None
    pid: int = 0
    starts: int = 0

    @property
    def log(self) -> Path:
        return self.folder / "log.txt"

    @property
    def lives(self) -> bool:
        return self.pid != 0 and self.nursery.code(self.pid) is None

    def start(self) -> None:
        """Begin, without waiting for it to be there."""
        self.pid = self._run("run")
        self.starts += 1

    def begin(self) -> None:
        """Begin, and wait until it listens."""
        self.start()
        self.wait_until_ready()

    def wait_until_ready(self, sessions: int = 1) -> None:
        """Until it and the others listen; raises RuntimeError when it ends instead, or is slow."""
        deadline = time.monotonic() + START_SECONDS
        while self.lives and time.monotonic() < deadline:
            if self.nursery.discord.is_ready(sessions, 1.0):
                return
        raise RuntimeError(f"the bot is not there: {self.logged()[-2000:]}")

    def _run(self, *arguments: str, out: Path | None = None) -> int:
        return self.nursery.start(
            {
                "arguments": arguments,
                "environment": self.environment,
                "folder": str(self.folder),
                "log": str(self.log),
                "out": str(out or self.log),
                "user": self.user,
                "options": dict(self.options),
            }
        )

    def command(self, *arguments: str) -> tuple[int | None, str]:
        """Another `plantain` command over the same folder: its exit code and what it printed."""
        out = self.folder / "out.txt"
        out.write_bytes(b"")
        code = self.nursery.code(self._run(*arguments, out=out), HTTP_SECONDS)
        return code, out.read_text("utf-8")

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        self.wait()

    def freeze(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def terminate(self) -> None:
        """Ask it to stop, as an operator does, without waiting."""
        os.kill(self.pid, signal.SIGTERM)

    def wait(self, seconds: float = FAREWELL_SECONDS) -> int | None:
        """Its exit code, None where it is still there after that time."""
        return self.nursery.code(self.pid, seconds)

    def dismiss(self) -> None:
        """Nothing of ours stays behind, whatever became of the test."""
        if self.lives:
            self.kill()

    def logged(self) -> str:
        return self.log.read_text("utf-8", "replace") if self.log.exists() else ""


def make_bot(
    folder: Path,
    nursery: Nursery,
    upstream: Upstream,
    options: Mapping[str, object] = MappingProxyType({}),
    **settings: object,
) -> Bot:
    """A bot with a key for every kind of upstream, over an empty `folder` that is its home."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plantain.toml").write_text(catalog(upstream.url))
    port = free_port()
    chosen = {
        "DISCORD_TOKEN": "a-token-of-the-stage",
        "GEMINI_API_KEY": "stage-google",
        "GEMINI_BASE_URL": upstream.url,
        "KEYED_API_KEY": "stage-keyed",
        "TOAPIS_API_KEY": "stage-toapis",
        "TOAPIS_BASE_URL": f"{upstream.url}/toapis",
        "TOAPIS_WEBHOOK_SECRET": SECRET,
        "EVOLINK_API_KEY": "stage-evolink",
        "EVOLINK_BASE_URL": f"{upstream.url}/evolink",
        "EVOLINK_FILES_URL": f"{upstream.url}/evolink-files",
        "RESULT_HOSTS": "127.0.0.1",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "WEB_HOST": "127.0.0.1",
        "WEB_PORT": port,
        "WELCOME_CREDITS": 1_000_000,
        **settings,
    }
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment = kept | {name: str(value) for name, value in chosen.items()}
    return Bot(folder, nursery, environment, options)
