"""The tables of today's schema, in an order in which rows find what they refer to."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

from bot.db import migrations

Rows = Sequence[Sequence[Any]]

BATCH = 1000
"""Rows in memory at once."""

OURS = frozenset({"schema_migrations", "commits"})
"""Tables about one database itself, which say nothing of another."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A table. `inward` are its columns that refer to other rows of it, by `key`.

    `rows` is how many there are in a new database.
    """

    name: str
    columns: tuple[str, ...]
    key: str
    inward: tuple[str, ...]
    rows: int

    @property
    def selection(self) -> str:
        """Every row, in the order of its columns."""
        return f"SELECT {', '.join(self.columns)} FROM {self.name}"  # noqa: S608 - our own names


def shapes() -> list[Shape]:
    """Made from the migrations, so that no list is to be kept."""
    with closing(sqlite3.connect(":memory:")) as connection:
        for migration in migrations.load():
            connection.executescript(migration.script)
        found = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        names = [name for (name,) in connection.execute(found) if name not in OURS]
        references = {name: _references(connection, name) for name in names}
        others = {name: {table for table, _ in references[name]} - {name} for name in names}
        order = TopologicalSorter(others).static_order()
        return [_shape(connection, name, references[name]) for name in order]


def _references(connection: sqlite3.Connection, table: str) -> list[tuple[str, str]]:
    """The tables that rows refer to, each with the column that does."""
    rows = connection.execute(f"PRAGMA foreign_key_list({table})")
    return [(row[2], row[3]) for row in rows]


def _shape(connection: sqlite3.Connection, name: str, references: list[tuple[str, str]]) -> Shape:
    columns = connection.execute(f"PRAGMA table_info({name})").fetchall()
    [(rows,)] = connection.execute(f"SELECT COUNT(*) FROM {name}")  # noqa: S608 - our own names
    return Shape(
        name=name,
        columns=tuple(column[1] for column in columns),
        key=min((column for column in columns if column[5]), key=lambda column: column[5])[1],
        inward=tuple(column for table, column in references if table == name),
        rows=rows,
    )
