"""`plantain jobs list` and `show`: where jobs stand, beside a bot that may be at them."""

import json
from collections.abc import Sequence

from rich import box
from rich.console import Console, JustifyMethod
from rich.table import Table

from bot.books.source import clock, complain, iso, opened
from bot.db.database import Row, Transaction
from bot.errors import SettingsError
from bot.generation.catalog import MICROS
from bot.jobs.job import ENDED, JobState
from bot.settings import Settings

NO_SUCH = "there is no job {word!r}; its id is needed, or the last eight letters of that"


async def find(tx: Transaction, word: str) -> str | None:
    """The id of the one job that is called so, by its id or the last eight letters of it."""
    rows = await tx.all("jobs_called", word=word.strip().lower())
    return rows[0]["id"] if len(rows) == 1 else None


async def list_jobs(settings: Settings, *, state: str | None, last: int, as_json: bool) -> int:
    """Print the newest jobs, of one state or of all; the exit code.

    Raises SettingsError for a state that no job is in.
    """
    if state is not None and state not in list(JobState):
        raise SettingsError("--state", f"{state!r} is not one of {', '.join(JobState)}")
    values = {"state": state or "", "most": last}
    async with opened(settings) as database:
        rows = await database.read(lambda tx: tx.all("listed_jobs", **values))
    if as_json:
        print(json.dumps([_facts(row) for row in rows]))  # noqa: T201 - the command's result
        return 0
    console = Console(highlight=False, markup=False, emoji=False)
    table = _table("job", "since (UTC)", "state", "member", "credits#", "what")
    for row in rows:
        price = row["credits_charged"] or row["credits_each"] * row["count"]
        since = clock(row["created_at"])
        member = str(row["member_id"])
        table.add_row(row["id"][-8:], since, row["state"], member, f"{price:,}", _what(row))
    console.print(table if rows else "No jobs.")
    return 0


async def show_job(settings: Settings, word: str, *, as_json: bool) -> int:
    """Print one job and every paid call for it; the exit code."""

    async def look(tx: Transaction) -> tuple[Row, Sequence[Row]] | None:
        job_id = await find(tx, word)
        row = await tx.one("job", id=job_id) if job_id else None
        return (row, await tx.all("attempts_of", job_id=job_id)) if row else None

    async with opened(settings) as database:
        found = await database.read(look)
    if found is None:
        return complain(NO_SUCH.format(word=word))
    row, calls = found
    if as_json:
        facts = {**_facts(row), "calls": [_call(call) for call in calls]}
        print(json.dumps(facts))  # noqa: T201 - the command's result
        return 0
    console = Console(highlight=False, markup=False, emoji=False)
    console.print(f"{row['id']}: {row['state']}, {_what(row)}")
    console.print(f"asked for {clock(row['created_at'])} UTC by member:{row['member_id']}")
    table = _table("began (UTC)", "picture#", "upstream", "ended as", "billed", "USD#")
    for call in calls:
        usd = f"{call['usd_micros'] / MICROS:.4f}"
        ended = call["outcome"] or ("is asked about" if call["task_id"] else "open")
        began, number = clock(call["started_at"]), str(call["picture"] + 1)
        table.add_row(began, number, call["provider"], ended, call["billed"], usd)
    console.print("", table if calls else "No upstream has been asked.", sep="\n")
    return 0


def _what(row: Row) -> str:
    """What is going on, in a few words."""
    state = JobState(row["state"])
    if state is JobState.GENERATED and row["deliver_at"] is not None:
        return f"Discord is tried again {clock(row['deliver_at'])}, {row['deliver_tries']} so far"
    if row["failure"] and state is not JobState.DONE:
        owed = "" if row["deliver_at"] is None else ", not told yet"
        return f"{row['failure']}{owed}"
    if row["claim"] is not None and state in (JobState.RUNNING, JobState.GENERATED):
        return f"{row['count']} of {row['model']}, at work"
    return f"{row['count']} of {row['model']}"


def _facts(row: Row) -> dict[str, object]:
    return {
        "job": row["id"],
        "state": row["state"],
        "kind": row["kind"],
        "model": row["model"],
        "count": row["count"],
        "member": str(row["member_id"]),
        "server": None if row["guild_id"] is None else str(row["guild_id"]),
        "held": row["claim"] is not None and JobState(row["state"]) not in ENDED,
        "credits": row["credits_each"] * row["count"],
        "charged": row["credits_charged"],
        "failure": row["failure"],
        "created_at": iso(row["created_at"]),
        "finished_at": None if row["finished_at"] is None else iso(row["finished_at"]),
        "deliver_at": None if row["deliver_at"] is None else iso(row["deliver_at"]),
        "deliver_tries": row["deliver_tries"],
    }


def _call(row: Row) -> dict[str, object]:
    return {
        "picture": row["picture"],
        "number": row["number"],
        "provider": row["provider"],
        "key": row["key"],
        "outcome": row["outcome"],
        "billed": row["billed"],
        "usd": row["usd_micros"] / MICROS,
        "started_at": iso(row["started_at"]),
        "ended_at": None if row["ended_at"] is None else iso(row["ended_at"]),
    }


def _table(*headers: str) -> Table:
    """Within 80 columns; a header that ends in `#` is over numbers."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for header in headers:
        justify: JustifyMethod = "right" if header.endswith("#") else "left"
        table.add_column(header.rstrip("#"), justify=justify, overflow="fold")
    return table
