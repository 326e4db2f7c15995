"""The schema's history: numbered plain SQL files, each applied once and whole."""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib import resources
from importlib.abc import Traversable
from typing import Protocol, TypeVar

from bot.db.database import Row
from bot.errors import StorageError

T = TypeVar("T")

FOLDER = resources.files("bot.db") / "migrations"

FILE_NAME = re.compile(r"(?P<number>\d{4})_[a-z0-9_]+\.sql")

CREATE_TABLE = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    number BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    applied_at BIGINT NOT NULL
)
"""
LIST_APPLIED = "SELECT number, name FROM schema_migrations ORDER BY number"
MARK_APPLIED = """
INSERT INTO schema_migrations (number, name, applied_at) VALUES (:number, :name, :at)
ON CONFLICT (number) DO NOTHING RETURNING number
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """`name` is the file's without its ending; `script` may hold several statements."""

    number: int
    name: str
    script: str


class Script(Protocol):
    """A transaction that takes plain SQL."""

    async def query(self, sql: str, /, **values: object) -> list[Row]:
        """The rows of one statement."""

    async def execute(self, script: str, /) -> None:
        """Run every statement of `script`; each ends with a semicolon at the end of a line."""


class Scripted(Protocol):
    """An engine whose write transactions take plain SQL."""

    async def write(self, work: Callable[[Script], Awaitable[T]]) -> T:
        """As Database.write; only one process at a time is inside."""


@cache
def load() -> tuple[Migration, ...]:
    """Those that come with the package, in order, read once; raises as `read`."""
    return read(FOLDER)


def read(folder: Traversable) -> tuple[Migration, ...]:
    """The folder's migrations in order; raises ValueError for a misnamed or doubled file."""
    found: dict[int, Migration] = {}
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(".sql"):
            continue
        match = FILE_NAME.fullmatch(file.name)
        if match is None:
            raise ValueError(f"{file.name} is not called NNNN_name.sql")
        number = int(match["number"])
        if number in found:
            raise ValueError(f"{file.name} and {found[number].name} have one number")
        name = file.name.removesuffix(".sql")
        found[number] = Migration(number, name, file.read_text(encoding="utf-8"))
    return tuple(found.values())


async def upgrade(
    database: Scripted, migrations: Sequence[Migration], *, now: Callable[[], int]
) -> list[str]:
    """Apply what is missing, each migration in a transaction of its own; returns their names.

    Safe in several processes at once. Raises StorageError when a migration fails, which leaves
    nothing of it behind, and when the database has a migration that we do not know.
    """
    known = {migration.number for migration in migrations}
    applied = await database.write(_list_applied)
    for number, name in applied.items():
        if number not in known:
            raise StorageError(f"the database is from a newer version: it has migration {name}")
    missing = [migration for migration in migrations if migration.number not in applied]
    return [
        migration.name
        for migration in missing
        if await database.write(partial(_apply, migration, now()))
    ]


async def check(migrations: Sequence[Migration], tx: Script) -> None:
    """Raise StorageError unless exactly these have been applied; changes nothing."""
    applied = {row["number"] for row in await tx.query(LIST_APPLIED)}
    known = {migration.number for migration in migrations}
    if applied - known:
        raise StorageError("the database is from a newer version")
    if known - applied:
        raise StorageError("the database is from an older version: run `plantain db upgrade`")


async def _list_applied(tx: Script) -> dict[int, str]:
    await tx.execute(f"{CREATE_TABLE};")
    return {row["number"]: row["name"] for row in await tx.query(LIST_APPLIED)}


async def _apply(migration: Migration, at: int, tx: Script) -> bool:
    """False when another process was faster."""
    marked = await tx.query(MARK_APPLIED, number=migration.number, name=migration.name, at=at)
    if marked:
        await tx.execute(migration.script)
    return bool(marked)
