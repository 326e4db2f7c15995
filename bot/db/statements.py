"""The named statements of `db/sql/`, one text for both engines."""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from importlib.abc import Traversable
from types import MappingProxyType

from aiosql.adapters.sqlite3 import SQLite3Adapter
from aiosql.query_loader import QueryLoader

FOLDER = resources.files("bot.db") / "sql"


@cache
def load() -> Mapping[str, str]:
    """Every statement that comes with the package, by name, read once; raises as `read`."""
    return read(FOLDER)


def read(folder: Traversable) -> Mapping[str, str]:
    """Every statement in the folder's `*.sql` files, by name.

    Raises ValueError for a name given twice and for a statement without its sentence.
    """
    adapter = SQLite3Adapter()  # type: ignore[no-untyped-call]
    reader = QueryLoader(adapter, None, mandatory_parameters=False)
    statements: dict[str, str] = {}
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(".sql"):
            continue
        text = file.read_text(encoding="utf-8")
        for query in reader.load_query_data_from_sql(text, [], file.name):
            if query.query_name in statements:
                raise ValueError(f"{file.name}: the name {query.query_name} is given twice")
            if not query.doc_comments:
                raise ValueError(f"{file.name}: {query.query_name} has no sentence")
            statements[query.query_name] = query.sql
    return MappingProxyType(statements)
