"""A throwaway PostgreSQL: a server of our own in a folder of its own, from the machine's binaries.

    with running_cluster(durable=True) as cluster:
        cluster.url("plantain")     # an address for DATABASE_URL
        cluster.restart()           # as a crash, without a word to anybody

It speaks over a Unix socket in its folder, so no port is needed, and ends with whoever began it.
"""

import asyncio
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
from filelock import FileLock
from pydantic import SecretStr

from bot.db.postgres import PostgresDatabase

BINARIES = Path("/usr/lib/postgresql")
"""Where Debian keeps a folder for each version."""
OWNER = "plantain"
LOCKED = "locked"
"""A role that needs the password PASSWORD."""
PASSWORD = "pw-7d1f03c2"
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
SETTINGS = (
    "listen_addresses=''",
    "port=5432",
    "max_connections=60",
    "shared_buffers=32MB",
    "autovacuum=off",
    "jit=off",
    "deadlock_timeout=100ms",
    "wal_level=minimal",
    "max_wal_senders=0",
    "log_min_messages=fatal",
)


class NoPostgres(Exception):
    """This machine has no PostgreSQL; says what to install."""


def binaries() -> Path:
    """The folder with `initdb` and `pg_ctl`, the newest version's; raises NoPostgres."""
    found = sorted(BINARIES.glob("*/bin/initdb"), key=lambda file: float(file.parts[-3]))
    on_path = shutil.which("initdb")
    if not found and on_path is None:
        raise NoPostgres("no PostgreSQL server is here: apt-get install postgresql")
    return found[-1].parent if found else Path(str(on_path)).parent


@dataclass(frozen=True)
class Cluster:
    """A server in `folder`; a server refuses to run as root, so `as_user` says who runs it."""

    folder: Path
    bin: Path
    as_user: dict[str, Any]

    def url(self, database: str = "postgres", *, role: str = OWNER, password: str = "") -> str:
        login = f"{role}:{password}" if password else role
        return f"postgresql://{login}@/{database}?host={self.folder}&port=5432"

    def restart(self) -> None:
        """Kill every process of the server at once and start it anew, as after a power cut."""
        self._control("restart", "-m", "immediate")

    def stop(self) -> None:
        self._control("stop", "-m", "immediate")

    def start(self) -> None:
        self._control("start")

    def script(self, sql: str, database: str = "postgres") -> str:
        """Run SQL as the owner; what it printed, a row a line."""
        command = [self.bin / "psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-c", sql]
        return self._run(*command, self.url(database)).stdout

    def _control(self, *arguments: str) -> None:
        log = self.folder / "log"
        self._run(self.bin / "pg_ctl", "-D", self.folder / "data", "-l", log, "-w", *arguments)

    def _run(self, *command: object) -> subprocess.CompletedProcess[str]:
        # A file and no pipe: the server that is started would hold a pipe open.
        with tempfile.TemporaryFile("w+") as out:
            done = subprocess.run(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                check=False,
                **self.as_user,
            )
            out.seek(0)
            said = out.read()
        if done.returncode:
            raise RuntimeError(f"{command[0]}: {said}")
        return subprocess.CompletedProcess(done.args, 0, said, "")


def make_cluster(*, durable: bool = False) -> Cluster:
    """A new server, running; without `durable` it is quick, and would not survive a power cut."""
    found = binaries()
    folder = Path(tempfile.mkdtemp(prefix="plantain-pg-"))
    cluster = Cluster(folder, found, _somebody(folder))
    cluster._run(
        found / "initdb", "-D", folder / "data", "-U", OWNER, "--auth=trust", "--no-sync",
        "--no-instructions", "--encoding=UTF8", "--locale=C",
    )  # fmt: skip
    settings = [*SETTINGS, f"unix_socket_directories='{folder}'", *(() if durable else QUICK)]
    with (folder / "data" / "postgresql.conf").open("a") as file:
        file.write("\n".join(settings) + "\n")
    access = folder / "data" / "pg_hba.conf"
    access.write_text(f"local all {LOCKED} scram-sha-256\nlocal all all trust\n")
    cluster.start()
    cluster.script(f"CREATE ROLE {LOCKED} LOGIN PASSWORD '{PASSWORD}'")
    return cluster


def shared_cluster(meeting: Path) -> Cluster:
    """The one server of a test run, whose processes meet in the folder `meeting`.

    Whoever comes first begins it, and it ends when all have gone, however they went: each holds a
    pipe open that a process beside the server reads. It has a database `plantain`, up to date and
    otherwise empty, to copy from.
    """
    with FileLock(meeting / "cluster.lock"):
        note = meeting / "cluster"
        if note.exists():
            cluster = Cluster(folder := Path(note.read_text()), binaries(), _somebody(folder))
            with suppress(OSError):
                # Fails where nobody reads any more, as the server is being ended.
                os.open(folder / "alive", os.O_WRONLY | os.O_NONBLOCK)
                return cluster
        cluster = make_cluster()
        _end_with_us(cluster)
        cluster.script("CREATE DATABASE plantain")
        asyncio.run(_prepare(cluster.url("plantain")))
        note.write_text(str(cluster.folder))
        return cluster


def _end_with_us(cluster: Cluster) -> None:
    pipe = cluster.folder / "alive"
    os.mkfifo(pipe)
    pipe.chmod(0o644)
    end = f"cat {pipe}; {cluster.bin}/pg_ctl -D data -m immediate stop; rm -rf {cluster.folder}"
    subprocess.run(
        ["sh", "-c", f"({end}) &"],
        cwd=cluster.folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        check=True,
        **cluster.as_user,
    )
    os.open(pipe, os.O_WRONLY)


async def _prepare(url: str) -> None:
    """Today's schema, and beside it what its tables begin with, for `Emptied` to put back."""
    async with PostgresDatabase.open(SecretStr(url)):
        pass
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE SCHEMA beginning; DELETE FROM commits")
    for table in await tables(connection):
        if await connection.fetchval(f"SELECT COUNT(*) FROM {table}"):  # noqa: S608 - our tables
            await connection.execute(f"CREATE TABLE beginning.{table} AS TABLE {table}")
    await connection.close()


async def tables(connection: Any, schema: str = "public") -> list[str]:
    """The names of a schema's tables."""
    sql = "SELECT tablename FROM pg_tables WHERE schemaname = $1 ORDER BY 1"
    return [row["tablename"] for row in await connection.fetch(sql, schema)]


@dataclass
class Server:
    """A database of `cluster` for one process, emptied for every test that wants it."""

    cluster: Cluster
    name: str
    made: bool = False
    bare_ones: int = 0

    def fresh(self) -> SecretStr:
        """The address of a database that is up to date and empty."""
        if not self.made:
            self.cluster.script(f"CREATE DATABASE {self.name} TEMPLATE plantain")
            self.made = True
        else:
            with ThreadPoolExecutor(1) as thread:
                # A test that asks may be in a loop of its own.
                thread.submit(lambda: asyncio.run(self._empty())).result()
        return SecretStr(self.cluster.url(self.name))

    def bare(self) -> SecretStr:
        """The address of a database of one's own that has no tables."""
        self.bare_ones += 1
        name = f"{self.name}_{self.bare_ones}"
        self.cluster.script(f"CREATE DATABASE {name}")
        return SecretStr(self.cluster.url(name))

    async def _empty(self) -> None:
        """Quicker than making it anew or TRUNCATE, as long as there is little in it."""
        connection = await asyncpg.connect(self.cluster.url(self.name))
        found, beginning = await tables(connection), await tables(connection, "beginning")
        steps = ["SET session_replication_role = replica"]
        for table in found:
            steps.append(f"DELETE FROM {table}")  # noqa: S608 - our tables
            if table in beginning:
                steps.append(f"INSERT INTO {table} TABLE beginning.{table}")
        await connection.execute(";".join(steps))
        await connection.close()


@contextmanager
def running_cluster(*, durable: bool = False) -> Iterator[Cluster]:
    """A server for the block, and nothing of it afterwards."""
    cluster = make_cluster(durable=durable)
    try:
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(cluster.folder, ignore_errors=True)


def _somebody(folder: Path) -> dict[str, Any]:
    """Whom `subprocess` shall run the server as: us, or somebody else where we are root."""
    if os.geteuid() != 0:
        return {}
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        user = pwd.getpwnam("nobody")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
