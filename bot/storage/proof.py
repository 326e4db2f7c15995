"""Whether a database is whole and its books add up; `plantain db check`."""

from pathlib import Path

from bot.db import engine
from bot.errors import SettingsError
from bot.jobs.bank import Bank
from bot.settings import Settings
from bot.workshop import World

SERVER_BACKUP = (
    "is a server's, which has its own tools: `pg_dump --format=custom --file=FILE URL` saves it"
    " while the bot runs; with the bot stopped,"
    " `pg_restore --clean --if-exists --single-transaction --dbname=URL FILE` puts it back"
)


async def check(settings: Settings) -> int:
    """Print what is wrong with the database, its ledger included; the exit code.

    Raises SettingsError and StorageError.
    """
    async with engine.opened_to_read(settings.existing_database) as database:
        found = await look(settings, database)
    for line in found:
        print(line)  # noqa: T201 - the command's result
    if not found:
        print("The database is whole and its ledger adds up.")  # noqa: T201 - the command's result
    return 1 if found else 0


async def look(settings: Settings, database: engine.Engine) -> list[str]:
    """A line for each thing that is wrong."""
    world = World()
    bank = Bank.of(settings, now=world.now, new_id=world.new_id)
    lines = [f"damaged: {fault}" for fault in await database.faults(thorough=True)]
    wrong = await database.read(bank.payers.check)
    return lines + [
        f"the ledger: {row.account_id or ''} {row.what} is {row.stored:,}, not {row.recomputed:,}"
        for row in wrong
    ]


def file_of(settings: Settings) -> Path:
    """The database's file; raises SettingsError, which for a server says what to do instead."""
    address = settings.database
    if not isinstance(address, Path):
        raise SettingsError("DATABASE_URL", SERVER_BACKUP)
    return address
