"""How facts are put on a terminal: tables that keep to 80 columns, or one JSON object."""

import json

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text


def make_console() -> Console:
    """Standard output, where text from elsewhere is never taken for markup."""
    return Console(highlight=False, markup=False, emoji=False)


def make_table(title: str, *headers: str) -> Table:
    """An empty table. A header that ends in `#` is over numbers, in `=` over words kept whole."""
    table = Table(
        title=Text(title, "bold"),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    for header in headers:
        kind, name = header[-1], header.rstrip("#=")
        table.add_column(
            name,
            justify="right" if kind == "#" else "left",
            no_wrap=kind in "#=",
            overflow="fold",
        )
    return table


def print_json(value: object) -> None:
    """The one object on standard output."""
    print(json.dumps(value, ensure_ascii=False))  # noqa: T201 - the command's result
