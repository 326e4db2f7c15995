"""The stand-in upstream, and the whole bot in a simulated Discord over it."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import traceback
import urllib.parse
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
)
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import discord
import pytest
import simcord
import structlog
from pydantic import SecretStr

from bot.app import App, World, open_app
from bot.db.sqlite import SqliteDatabase
from bot.demo.upstream import Upstream, running_upstream
from bot.errors import PlantainError
from bot.i18n import Sentences
from bot.ledger.entry import Account
from bot.providers.base import Provider
from bot.settings import Settings
from tests.bodies import wrong
from tests.clusters import NoPostgres, Server, shared_cluster

# The tests start hundreds of Pythons: each would compile the bot for itself where it may not keep
# what it compiled.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@pytest.fixture(scope="session")
def standin() -> Iterator[Upstream]:
    """One stand-in for the whole run, which draws quickly; tests/demo has one that draws well."""
    with running_upstream(seconds=(0, 0), coarse=True) as running:
        yield running


@pytest.fixture(scope="session")
def upstream(standin: Upstream) -> Upstream:
    """The same; tests tell their calls apart by their prompts."""
    return standin


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Server:
    """PostgreSQL: one server for the whole run, and a database in it for each process."""
    meeting = tmp_path_factory.getbasetemp()
    try:
        cluster = shared_cluster(meeting.parent if worker_id != "master" else meeting)
    except NoPostgres as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(f"NOT TESTED ON POSTGRESQL: {error}")
    return Server(cluster, f"run_{worker_id}")


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file that is up to date and empty; copying it is a tenth of making one."""
    path = tmp_path_factory.mktemp("blank") / "plantain.db"

    async def make() -> None:
        async with SqliteDatabase.open(path):
            pass

    asyncio.run(make())
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path, blank: Path) -> Path | SecretStr:
    """Of a database that is up to date and empty, on either engine in turn."""
    if request.param == "sqlite":
        return Path(shutil.copy(blank, tmp_path / "plantain.db"))
    return request.getfixturevalue("server").fresh()


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One more than there are cores: browsers, processes and disks are often waited for."""
    del config
    return (os.cpu_count() or 1) + 1


@dataclass(frozen=True)
class Flaws:
    """What was wrong in which of a test's many cases."""

    found: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def of(self, *case: object) -> Iterator[None]:
        """Note what fails in the block, and let the test go on to its next case."""
        try:
            yield
        except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 - told at the end
            *_, at = traceback.extract_tb(error.__traceback__)
            place = f"{Path(at.filename).name}:{at.lineno}"
            self.found[" ".join(map(str, case))] = f"{place}: {type(error).__name__}: {error}"


@pytest.fixture
def flaws() -> Iterator[Flaws]:
    """For a test of many small cases, which then fails with all that were wrong at once."""
    flaws = Flaws()
    yield flaws
    if flaws.found:
        listed = "\n".join(f"{case}: {wrong}" for case, wrong in flaws.found.items())
        pytest.fail(f"{len(flaws.found)} cases failed\n{listed}", pytrace=False)


@dataclass(frozen=True)
class Calls:
    """What the stand-in was asked, by prompt."""

    url: str

    def of(self, prompt: str) -> list[dict[str, Any]]:
        query = urllib.parse.urlencode({"contains": prompt})
        with urllib.request.urlopen(f"{self.url}/calls?{query}") as answer:  # noqa: S310
            return json.load(answer)

    def count(self, prompt: str) -> int:
        return len(self.of(prompt))

    def last(self) -> dict[str, Any]:
        """The body of the last call, long base64 cut."""
        with urllib.request.urlopen(f"{self.url}/last-request") as answer:  # noqa: S310
            return json.load(answer)


@pytest.fixture
def calls(upstream: Upstream) -> Calls:
    return Calls(upstream.url)


@pytest.fixture
def settings(
    tmp_path: Path, upstream: Upstream, blank: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """The bot's settings over the stand-in, whatever the environment says."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    shutil.copy(blank, tmp_path / "data" / "plantain.db")
    return Settings.model_validate(
        {
            "data_dir": tmp_path / "data",
            "gemini_api_key": "test-key",
            "gemini_base_url": upstream.url,
        }
    )


# Tracebacks without the values of every frame: drawing those takes longer than most tests.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)

SENTENCES = Sentences.load()
"""Read once for all scenes: they do not change, and reading takes longer than most tests."""


async def at_once(_seconds: float) -> None:
    """The sleep of a test: a retry's wait is over when it begins."""


async def forever(_seconds: float) -> None:
    """The tick of a test: who goes on beside it all waits longer than any test lasts."""
    await asyncio.sleep(36_000)


@dataclass
class Scene:
    """A bot in a server with a channel; `texts` and friends read cards as people do."""

    env: simcord.Env
    app: App
    guild: simcord.GuildHandle
    channel: simcord.ChannelHandle
    open_again: Callable[[], Awaitable[App]]
    members: dict[str, simcord.MemberActor] = field(default_factory=dict)

    def member(self, name: str) -> simcord.MemberActor:
        if name not in self.members:
            self.members[name] = self.guild.add_member(self.env.create_user(name))
        return self.members[name]

    async def restart(self) -> None:
        """Stop the bot where it stands and start another over the same data; Discord goes on."""
        self.app = await self.open_again()
        await self.env.restart_bot(self.app.client)

    @asynccontextmanager
    async def at_once(self, *, times: int = 1) -> AsyncIterator[None]:
        """Have all that is pressed inside come to the bot in one moment, each `times`; see it end.

        What a press came to can be read from it afterwards.
        """
        backend, came = self.env.backend, []
        listening = backend.subscribers[:]
        backend.subscribers[:] = [lambda event, payload: came.append((event, payload))]
        try:
            yield
        finally:
            backend.subscribers[:] = listening
        for event, payload in came:
            for listen in listening * times:
                listen(event, payload)
        await self.env.settle()

    async def sweep(self) -> None:
        """Have the sweeper look once, and see to its end what it finds."""
        await self.app.client.services.sweeper.sweep()
        await self.app.client.services.dispatcher.rest()

    async def account(self, member: simcord.MemberActor) -> Account:
        """The stored balance of a member."""
        ledger = self.app.ledger
        found = await self.app.database.read(lambda tx: ledger.account(tx, f"member:{member.id}"))
        assert found is not None
        return found

    async def jobs(self) -> list[dict[str, Any]]:
        return await self.app.database.read(lambda tx: tx.query("SELECT * FROM jobs"))

    async def attempts(self) -> list[dict[str, Any]]:
        return await self.app.database.read(
            lambda tx: tx.query("SELECT * FROM attempts ORDER BY started_at, number")
        )

    async def assert_books_balance(self) -> None:
        assert await self.app.database.read(self.app.bank.payers.check) == []

    async def fill(
        self, member: simcord.MemberActor, form: simcord.InteractionResult, **fields: Any
    ) -> simcord.ResponseMessage | None:
        """Fill in a form and see what it leads to.

        A field is named by the first word above it, in lower case; what is in one already stays.
        """
        parts = [part for part in form.modal["components"] if "label" in part]
        known = {part["label"].split()[0].lower(): part["component"] for part in parts}
        values = {field["custom_id"]: _prefilled(field) for field in known.values()}
        values |= {known[name]["custom_id"]: value for name, value in fields.items()}
        sent = await member.submit_modal(
            form, {field: value for field, value in values.items() if value}
        )
        return self.seen(sent)

    @staticmethod
    def seen(shown: simcord.InteractionResult) -> simcord.ResponseMessage | None:
        """What an interaction led to, a refusal before all else."""
        return shown.followups[-1] if shown.followups else shown.response

    async def choose(
        self, member: simcord.MemberActor, card: simcord.ResponseMessage, value: str
    ) -> simcord.InteractionResult:
        """Choose from the menu on a card."""
        [menu] = [part for part in _parts(card.components) if part["type"] == SELECT]
        return await member.select(card, [value], custom_id=menu["custom_id"])

    def vanish(self, message: simcord.ResponseMessage) -> None:
        """Delete a message in the moment when the next press or form arrives."""

        there = [message.id]

        def delete(event: str, _payload: Any) -> None:
            if event == "INTERACTION_CREATE" and there:
                self.env.backend.delete_message(self.channel.id, there.pop())

        # Before the bot, which hears of it by the same list.
        self.env.backend.subscribers.insert(0, delete)

    @staticmethod
    def labels(card: simcord.ResponseMessage) -> list[str]:
        """Every button of a card, in order."""
        return [part["label"] for part in _parts(card.components) if "label" in part]

    @staticmethod
    def text(message: simcord.ResponseMessage | discord.Message | None) -> str:
        """Every text of a card, in order."""
        assert message is not None
        if isinstance(message, discord.Message):
            return "\n".join(_texts([part.to_dict() for part in message.components]))
        return "\n".join(_texts(message.components))


def _texts(components: list[Any]) -> Iterator[str]:
    for component in components:
        if "content" in component:
            yield component["content"]
        if "label" in component:
            yield component["label"]
        yield from _texts(component.get("components", []))


SELECT = 3
"""The type of a menu among components."""


def _prefilled(field: dict[str, Any]) -> Any:
    chosen = [one["value"] for one in field.get("options", []) if one.get("default")]
    return chosen or field.get("value")


def _parts(components: list[Any]) -> Iterator[dict[str, Any]]:
    for component in components:
        yield component
        yield from _parts(component.get("components", []))


OpenScene = Callable[..., AbstractAsyncContextManager[Scene]]


@pytest.fixture
def scene_over() -> OpenScene:
    """Open the bot on given settings; anything it did not handle itself fails the test.

    So does a body that Discord does not describe.
    """

    @asynccontextmanager
    async def open_scene(
        settings: Settings,
        *,
        world: World | None = None,
        dress: Callable[[Provider], Provider] = lambda provider: provider,
        handled_only: bool = True,
    ) -> AsyncIterator[Scene]:
        world = replace(
            world or replace(World(), sleep=at_once), tick=forever, sentences=lambda: SENTENCES
        )
        async with AsyncExitStack() as running:

            async def open_again() -> App:
                await running.aclose()
                return await running.enter_async_context(
                    open_app(settings, world=world, dress=dress)
                )

            app = await open_again()
            env = simcord.Env(app.client, check_errors=False, settle_timeout=12)
            # Its days begin at a fixed date, so that ids would come again after a restart.
            env.backend.clock._epoch = datetime.now(UTC)
            # Not simcord.run: it binds the clock to the context that opens it, and a fixture is
            # opened and closed in two.
            await env.start()
            try:
                guild = env.create_guild()
                channel = guild.create_text_channel("art")
                yield Scene(env, app, guild, channel, open_again)
            finally:
                await env.shutdown()
            if handled_only:
                for error in env.errors:
                    cause = getattr(error, "original", error)
                    assert isinstance(cause, PlantainError), repr(cause)
            assert wrong(env.http_requests) == []

    return open_scene


@pytest.fixture
async def scene(scene_over: OpenScene, settings: Settings) -> AsyncIterator[Scene]:
    async with scene_over(settings) as opened:
        yield opened


# --- the command line ----------------------------------------------------------------------

OPERATORS_KEY = "operators-key-5c1f0a9e"
SECRET_LENGTH = 8
"""A shorter key in a test may well be a part of some word."""
ALARM_SECONDS = 60

# Imports the program once and forks for every command: a process, environment and streams of its
# own for each, at a tenth of the time.
FORKING = """
import json, os, signal, sys
import discord.http
from bot.i18n import Sentences
from bot import __main__, terminal, serve
from bot.books import account, export
from bot.roster import repair, sheet
from bot.storage import backup, proof, removal
from bot.upstreams import overview, prices, spending
from bot.upstreams import repair

discord.http.Route.BASE = "http://127.0.0.1:9"
Sentences.load()

for line in sys.stdin:
    order = json.loads(line)
    child = os.fork()
    if child == 0:
        signal.alarm(order["seconds"])
        os.chdir(order["folder"])
        os.environ.clear()
        os.environ.update(order["environment"])
        for number, name in enumerate((os.devnull, order["stdout"], order["stderr"])):
            os.dup2(os.open(name, os.O_RDWR | os.O_CREAT, 0o600), number)
        sys.argv = ["plantain", *order["arguments"]]
        code = 0
        try:
            __main__.main()
        except SystemExit as leaving:
            code = leaving.code or 0
        except BaseException:
            sys.excepthook(*sys.exc_info())
            code = 70
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@dataclass(frozen=True)
class Run:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def answer(self) -> dict:
        """The one JSON object on stdout; anything beside it fails the test."""
        [line] = self.out.splitlines()
        return json.loads(line)


Command = Callable[..., Run]


@pytest.fixture(scope="module")
def program() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", FORKING], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.stdin.close()


@pytest.fixture
def folder(tmp_path) -> Path:
    """Where the operator stands: an empty folder."""
    (tmp_path / "here").mkdir()
    return tmp_path / "here"


@pytest.fixture
def environment(upstream) -> dict[str, str]:
    """An operator's environment: a key, and the stand-in in place of Google."""
    return {
        "PATH": os.environ["PATH"],
        "GEMINI_API_KEY": OPERATORS_KEY,
        "GEMINI_BASE_URL": upstream.url,
    }


@pytest.fixture
def command(program, folder, environment, tmp_path) -> Iterator[Command]:
    """Run `plantain` with arguments and more variables; None takes one away.

    Whatever the command, its streams never show a key and it leaves no traceback.
    """
    runs: list[Run] = []
    secrets: set[str] = set()

    def run(*arguments: str, **more: str | None) -> Run:
        values = {**environment, **more}
        for name, value in values.items():
            if name.endswith("_API_KEY") and value:
                secrets.update(part for part in value.split(",") if len(part) >= SECRET_LENGTH)
        streams = [tmp_path / f"{name}-{len(runs)}" for name in ("out", "err")]
        order = {
            "arguments": arguments,
            "environment": {name: value for name, value in values.items() if value is not None},
            "folder": str(folder),
            "stdout": str(streams[0]),
            "stderr": str(streams[1]),
            "seconds": ALARM_SECONDS,
        }
        program.stdin.write(json.dumps(order) + "\n")
        program.stdin.flush()
        code = int(program.stdout.readline())
        runs.append(Run(code, *(stream.read_text("utf-8") for stream in streams)))
        return runs[-1]

    yield run
    for ended in runs:
        assert [secret for secret in secrets if secret in ended.out + ended.err] == []
        assert "Traceback" not in ended.err
