"""The house's rules that import-linter does not check: sizes, names, and what imports drag in."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from bot.db import statements

ROOT = Path(__file__).parents[1]
SOURCES = [*sorted((ROOT / "bot").rglob("*.py")), *sorted((ROOT / "cogs").rglob("*.py"))]
MODULE_LINES = 500
FUNCTION_LINES = 60
NAMES_THAT_SAY_NOTHING = {"util", "helper", "common", "manager", "handler"}


@cache
def trees() -> dict[Path, ast.Module]:
    """Every source, read."""
    return {file: ast.parse(file.read_text("utf-8")) for file in SOURCES}


def functions() -> Iterator[tuple[str, int]]:
    """Every function's place and its number of lines."""
    for file, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                place = f"{file.relative_to(ROOT)}:{node.lineno} {node.name}"
                yield place, node.end_lineno - node.lineno + 1


def test_there_is_something_to_check():
    assert len(SOURCES) > 50
    assert sum(1 for _ in functions()) > 300


def test_no_module_is_too_long():
    lines = {file: len(file.read_text("utf-8").splitlines()) for file in SOURCES}

    assert {str(file): n for file, n in lines.items() if n > MODULE_LINES} == {}


def test_no_function_is_too_long_and_most_are_short():
    sizes = dict(functions())

    assert {place: n for place, n in sizes.items() if n > FUNCTION_LINES} == {}
    assert sorted(sizes.values())[len(sizes) * 9 // 10] <= FUNCTION_LINES // 2


def test_no_module_has_a_name_that_says_nothing():
    named = [
        str(file.relative_to(ROOT))
        for file in SOURCES
        if file.stem.rstrip("s") in NAMES_THAT_SAY_NOTHING
        or file.parent.name.rstrip("s") in NAMES_THAT_SAY_NOTHING
    ]

    assert named == []


def test_a_module_says_what_it_is_and_hides_no_cycle(flaws):
    """A sentence at its top; no TYPE_CHECKING block and no `global`."""
    for file, tree in trees().items():
        with flaws.of(file.relative_to(ROOT)):
            assert not tree.body or ast.get_docstring(tree)
            assert "TYPE_CHECKING" not in file.read_text("utf-8")
            assert not any(isinstance(node, ast.Global) for node in ast.walk(tree))


def test_whoever_presses_is_served_and_told_in_one_place():
    """Every button and menu is a `PersistentItem`, and none has its own way of meeting people."""
    others = [file for file in SOURCES if file.name != "items.py"]

    own = [
        str(file.relative_to(ROOT)) for file in others if "DynamicItem" in file.read_text("utf-8")
    ]

    assert own == []


def imported_by(module: str) -> set[str]:
    """The top-level packages that a fresh interpreter has after importing `module`."""
    code = (
        f"import sys, {module}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("modules", "kept_out"),
    [
        ("bot", {"discord", "aiohttp", "aiosqlite", "pydantic", "PIL"}),
        ("bot.jobs.runner, bot.jobs.service, bot.jobs.queue", {"discord", "simcord", "PIL"}),
        ("bot.ledger.ledger, bot.ledger.wallets", {"discord", "simcord", "aiohttp", "PIL"}),
        ("bot.providers.registry, bot.images.codec", {"discord", "simcord", "aiosqlite", "PIL"}),
        ("bot.generation.catalog, bot.generation.policy, bot.i18n", {"discord", "aiohttp", "PIL"}),
        ("bot.db.sqlite, bot.db.migrations", {"discord", "simcord", "aiohttp", "PIL"}),
        ("bot.settings, bot.logs", {"discord", "simcord", "aiohttp", "PIL"}),
        ("bot.demo.upstream", {"discord", "simcord", "aiosqlite"}),
        ("bot.client, cogs.generate, cogs.balance, cogs.result", {"simcord", "PIL", "pybase64"}),
        ("cogs.gift, cogs.team", {"simcord", "PIL", "pybase64"}),
        (
            "bot.jobs.gifts, bot.jobs.pots, bot.jobs.standing, bot.jobs.alerts, bot.jobs.reports",
            {"discord", "simcord", "PIL"},
        ),
        ("bot.books.account, bot.books.export", {"discord", "simcord", "aiohttp", "PIL"}),
        ("bot.app, bot.serve, bot.terminal", {"simcord", "PIL", "playwright"}),
        ("bot.upstreams.overview, bot.upstreams.prices", {"simcord", "PIL", "playwright"}),
        ("bot.__main__", {"discord", "simcord", "aiohttp", "aiosqlite", "PIL", "structlog"}),
    ],
)
def test_what_an_import_drags_in(modules, kept_out):
    """The core runs without Discord, and nothing heavy is loaded where it is not used."""
    assert imported_by(modules) & kept_out == set()


def test_every_sql_statement_is_run_by_someone():
    """By its name, as a string, somewhere outside of `bot/db`."""
    strings = {
        node.value
        for file, tree in trees().items()
        if "db" not in file.relative_to(ROOT).parts
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }

    assert sorted(set(statements.load()) - strings) == []


def test_every_statement_the_code_runs_exists():
    pattern = re.compile(r"\btx\.(?:one|all|run)\(\s*\"(\w+)\"")
    run = {name for file in SOURCES for name in pattern.findall(file.read_text("utf-8"))}

    assert len(run) > 20
    assert sorted(run - set(statements.load())) == []


def test_no_sql_is_written_outside_of_db():
    sql = re.compile(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM)\s+\w+", re.IGNORECASE)
    found = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file, tree in trees().items()
        if "db" not in file.relative_to(ROOT).parts
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and sql.match(node.value.strip())
    ]

    assert found == []
