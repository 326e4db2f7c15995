"""The bot killed and frozen at random instants, over and over; then every promise is checked.

    python tests/crash/campaign.py [--engine sqlite|postgresql] [--jobs 600] [--kills 40]
                                   [--freezes 6] [--restarts 6] [--seed N] [--json FILE]

prints its seed first and a table last; the exit code is 1 when a promise was broken. The real
`plantain run` works against a Discord and an upstream that are processes of their own, with bad
weather in between. On PostgreSQL two of it share a database and the pictures' folder, and the
server is killed and started again so many times. The same seed makes the same plan; processes never
run the same twice.
"""

import argparse
import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.clusters import Cluster, running_cluster
from tests.crash.stage import audit, books
from tests.crash.stage.processes import (
    KINDS,
    Bot,
    Discord,
    Nursery,
    Upstream,
    make_bot,
    named,
    open_nursery,
    running_discord,
    running_upstream,
)

WELCOME = 1_000_000
MEMBERS = 8
DRAWING_SECONDS = (0.1, 0.8)
LATENCY_SECONDS = (0.0, 0.03)
HASTE = 4.0
LEASE_SECONDS = 1
QUIET_SECONDS = 60.0
WEATHER = (
    {"method": "PATCH", "path": "/webhooks/*", "status": 0, "late": True, "chance": 0.03},
    {"method": "POST", "path": "/channels/*/messages", "status": 0, "late": True, "chance": 0.1},
    {"method": "PATCH", "path": "/webhooks/*", "status": 503, "chance": 0.02},
    {"method": "PATCH", "path": "/webhooks/*", "status": 429, "chance": 0.02},
)
"""Answers that are lost after the request took effect, and requests that are refused for now."""


@dataclass(frozen=True)
class Plan:
    """What a campaign does: rounds that end with a blow each, and one without.

    `restarts` are the database server's. `options` are those of `launch`; `patience` is how many
    seconds after the last blow all must be well.
    """

    jobs: int
    kills: int
    freezes: int
    seed: int
    restarts: int = 0
    options: Mapping[str, object] = field(default_factory=dict)
    patience: float = QUIET_SECONDS

    def rounds(self, dice: Random) -> list[str]:
        blows = {"kill": self.kills, "freeze": self.freezes, "restart": self.restarts}
        ends = [blow for blow, times in blows.items() for _ in range(times)]
        dice.shuffle(ends)
        return [*ends, "drain"]


@dataclass
class Outcome:
    """What came of it. `unheard` are interactions that no bot was there for."""

    seed: int
    starts: int = 0
    unheard: int = 0
    refused: int = 0
    cut_off: int = 0
    spared: int = 0
    seconds: float = 0.0
    lines: dict[str, audit.Tally] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)


class Campaign:
    """Bots over one database, killed and started again until the plan is done and all is quiet.

    `database` is a file, or a PostgreSQL's address; then `cluster` is its server.
    """

    def __init__(
        self,
        plan: Plan,
        *,
        bots: list[Bot],
        discord: Discord,
        upstream: Upstream,
        database: Path | str,
        cluster: Cluster | None = None,
    ) -> None:
        self._plan = plan
        self._bots = bots
        self._discord = discord
        self._upstream = upstream
        self._database = database
        self._cluster = cluster
        self._dice = Random(plan.seed)  # noqa: S311 - a plan that can be repeated
        self._asked = 0
        self._since = discord.record()["now"]
        self._outcome = Outcome(plan.seed)

    def run(self) -> Outcome:
        began = time.monotonic()
        self._discord.weather(*WEATHER)
        ends = self._plan.rounds(self._dice)
        for number, end in enumerate(ends):
            for bot in self._bots:
                if not bot.lives:
                    bot.start()
            for bot in self._bots:
                bot.wait_until_ready(len(self._bots))
            wanted = self._plan.jobs * (number + 1) // len(ends)
            self._round(end, wanted - self._asked)
        self._discord.weather()
        evidence = self._quieten()
        for bot in self._bots:
            bot.terminate()
        codes = [bot.wait() for bot in self._bots]
        checked, said = self._bots[0].command("ledger", "check")
        outcome = self._outcome
        outcome.broken = audit.broken(evidence)
        if any(codes) or checked:
            outcome.broken.append(f"exit codes {codes} and {checked}: {said}")
        outcome.lines = audit.tally(evidence)
        outcome.refused, outcome.cut_off = audit.without_job(evidence)
        outcome.spared = evidence.record["spared"]
        outcome.starts = sum(bot.starts for bot in self._bots)
        outcome.seconds = time.monotonic() - began
        return outcome

    def _round(self, end: str, jobs: int) -> None:
        """Ask for so many pictures, with the blow somewhere among or after them."""
        gaps = [self._dice.expovariate(jobs / 0.8) for _ in range(jobs)]
        victim = self._dice.choice(self._bots)
        blow = threading.Timer(self._dice.uniform(0.02, 1.4), self._strike, [end, victim])
        blow.start()
        for gap in gaps:
            time.sleep(gap)
            self._ask()
        blow.join()
        if end == "kill" and self._dice.random() < 0.3:
            # As if it had been down for a quarter of an hour.
            self._discord.expire_tokens()

    def _strike(self, end: str, victim: Bot) -> None:
        if end == "kill":
            victim.kill()
        elif end == "freeze":
            victim.freeze()
            time.sleep(LEASE_SECONDS * 2.5)
            victim.thaw()
        elif end == "restart" and self._cluster is not None:
            self._cluster.restart()

    def _ask(self) -> None:
        kind = list(KINDS)[self._asked % len(KINDS)]
        options: dict[str, object] = {
            "prompt": f"wish {named(self._asked)}",
            "model": KINDS[kind][1],
        }
        if self._dice.random() < 0.15:
            options["count"] = 2
        if self._dice.random() < 0.15:
            options["private"] = True
        member = self._dice.randrange(MEMBERS)
        self._asked += 1
        self._outcome.unheard += self._discord.imagine(member, **options) is None

    def _quieten(self) -> audit.Evidence:
        """Until nothing is broken that time could mend, or long after."""
        deadline = time.monotonic() + self._plan.patience
        while True:
            evidence = self._look()
            if not audit.broken(evidence) or time.monotonic() > deadline:
                return evidence
            time.sleep(0.3)

    def _look(self) -> audit.Evidence:
        read = books.read(self._database)
        record = self._discord.record(self._since)
        return audit.Evidence(record, self._upstream.calls(), read, WELCOME)


@contextmanager
def prepared(
    plan: Plan, folder: Path, nursery: Nursery, cluster: Cluster | None = None
) -> Iterator[Campaign]:
    """A campaign with an upstream of its own, its bots in `folder`.

    With a `cluster` two share a database there.
    """
    discord = nursery.discord
    with ExitStack() as stack:
        upstream = stack.enter_context(running_upstream(DRAWING_SECONDS))
        database: Path | str = folder / "bot0" / "data" / "plantain.db"
        settings: dict[str, object] = {"LEASE_SECONDS": LEASE_SECONDS, "WELCOME_CREDITS": WELCOME}
        if cluster:
            name = f"campaign_{plan.seed}"
            cluster.script(f"CREATE DATABASE {name}")
            settings["DATABASE_URL"] = database = cluster.url(name)
            settings["IMAGES_DIR"] = folder / "images"
        bots = []
        for number in range(2 if cluster else 1):
            options = {"hasty": HASTE, **plan.options}
            bot = make_bot(folder / f"bot{number}", nursery, upstream, options, **settings)
            stack.callback(bot.dismiss)
            bots.append(bot)
        yield Campaign(
            plan,
            bots=bots,
            discord=discord,
            upstream=upstream,
            database=database,
            cluster=cluster,
        )


def show(outcome: Outcome) -> None:
    from rich.console import Console  # noqa: PLC0415 - only where there is somebody to look
    from rich.table import Table  # noqa: PLC0415

    table = Table("upstream", "jobs", "pictures", "explained", "paid calls", "lost", "broken")
    for kind, line in outcome.lines.items():
        cells = (line.jobs, line.shown, line.told, line.paid, line.lost, len(line.broken))
        table.add_row(kind, *map(str, cells))
    console = Console()
    console.print(table)
    console.print(
        f"{outcome.starts} starts, {outcome.unheard} unheard, {outcome.refused} refused, "
        f"{outcome.cut_off} cut off before the promise, {outcome.spared} posts spared, "
        f"{outcome.seconds:.0f} s"
    )
    for problem in outcome.broken:
        console.print(f"BROKEN {problem}", markup=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--jobs", type=int, default=600)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--freezes", type=int, default=6)
    parser.add_argument("--restarts", type=int, default=6, help="of the PostgreSQL server")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    parser.add_argument("--forgetful", choices=("calls",), help="has to break a promise")
    parser.add_argument("--folder", type=Path, help="kept; a temporary one otherwise")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    options = {"forgetful": given.forgetful} if given.forgetful else {}
    restarts = given.restarts if given.engine == "postgresql" else 0
    plan = Plan(given.jobs, given.kills, given.freezes, given.seed, restarts, options)
    print(f"seed {plan.seed}", flush=True)  # noqa: T201 - a program
    with ExitStack() as stack:
        folder = given.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = given.engine == "postgresql"
        cluster = stack.enter_context(running_cluster(durable=True)) if server else None
        discord = stack.enter_context(
            running_discord(members=MEMBERS, seed=plan.seed, latency=LATENCY_SECONDS)
        )
        nursery = stack.enter_context(open_nursery(discord))
        outcome = stack.enter_context(prepared(plan, folder, nursery, cluster)).run()
    show(outcome)
    if given.json:
        given.json.write_text(json.dumps(asdict(outcome), indent=1))
    sys.exit(bool(outcome.broken))


if __name__ == "__main__":
    main()
