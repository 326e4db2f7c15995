"""What the rooms above know of storage: named statements inside whole transactions."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
Row = Mapping[str, Any]


class Transaction(Protocol):
    """Statements are called by the name they have in `db/sql/`; values go in by name."""

    async def one(self, statement: str, /, **values: object) -> Row | None:
        """The first row, or None."""

    async def all(self, statement: str, /, **values: object) -> list[Row]:
        """Every row."""

    async def run(self, statement: str, /, **values: object) -> int:
        """How many rows were changed."""


class Database(Protocol):
    """An open database.

    `work` must be safe to abandon and repeat: it may await its transaction and nothing else, so
    that on SQLite it runs to its end inside the database thread. Once started it is never
    cancelled half-way; a caller that is cancelled only stops waiting. An exception from `work`
    undoes that work alone and reaches the caller. Storage trouble is raised as StorageError.
    """

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run `work` in a transaction that is durable when this returns."""

    async def read(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run `work` on one snapshot; it must not write."""
