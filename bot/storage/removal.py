"""`plantain db copy`: a bot that has outgrown its file, or its server, moves."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from pydantic import SecretStr

from bot.db import engine, move
from bot.errors import SettingsError
from bot.jobs.bank import Bank
from bot.settings import Address, Settings, address
from bot.workshop import World


async def copy(settings: Settings, source_url: str | None, target_url: str) -> None:
    """Copy all of one database into a new one and say how many rows went where.

    The source is the bot's own unless named. Raises SettingsError, also while a bot runs on either
    file, and StorageError, after which the target is as new as it was.
    """
    target = address(SecretStr(target_url), "--to")
    source = address(SecretStr(source_url), "--from") if source_url else settings.existing_database
    if isinstance(source, Path) and not source.is_file():
        raise SettingsError("--from", f"there is no database at {source}")
    if source == target:
        raise SettingsError("--to", "is the database that is to be copied")
    world = World()
    bank = Bank.of(settings, now=world.now, new_id=world.new_id)
    with ExitStack() as resources:
        for place, name in ((source, "--from"), (target, "--to")):
            _lock(resources, place, name)
        if not isinstance(source, Path):
            with _naming("--from"):
                async with engine.opened_to_read(source):
                    pass
        with _naming("--to"):
            counts = await move.move(source, target, check=bank.payers.check)
    for name, rows in counts.items():
        print(f"{rows:>12,} {name}")  # noqa: T201 - the command's result
    print(  # noqa: T201 - the command's result
        "Both ledgers add up. Set DATABASE_URL to the new database and start the bot; the pictures"
        f" stay in {settings.pictures}."
    )


@contextmanager
def _naming(setting: str) -> Iterator[None]:
    """A server that cannot be used is here named by an option, not by the bot's own setting."""
    try:
        yield
    except SettingsError as error:
        raise SettingsError(setting, error.problem) from error


def _lock(resources: ExitStack, place: Address, setting: str) -> None:
    if isinstance(place, Path):
        resources.enter_context(engine.locked(place.with_name(f"{place.name}.lock"), setting))
