"""`plantain db backup` and `restore`, for the embedded engine."""

import asyncio
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from bot.db import engine, snapshot
from bot.errors import SettingsError, StorageError
from bot.settings import Settings
from bot.storage.proof import file_of, look

MB = 1_000_000


async def save(settings: Settings, file: Path, *, force: bool) -> int:
    """Write the database as it is now to `file`, whole or not at all, and prove it; the exit code.

    A bot may go on writing. Raises SettingsError and StorageError.
    """
    source = file_of(settings)
    _ = settings.existing_database
    _check_target(file, source, force=force)
    with _workroom(file) as room:
        part = room / "copy.db"
        await asyncio.to_thread(snapshot.take, source, part)
        wrong = await _proved(settings, part, room / "proof.db")
        part.chmod(0o600)
        _check_target(file, source, force=force)
        part.replace(file)
    print(  # noqa: T201 - the command's result
        f"{file}: {_megabytes(file):.1f} MB with all credits, limits, teams and jobs. Pictures are"
        f" not in it: copy the folder {settings.pictures} after it."
    )
    return _tell(wrong, f"{file} is as the database is, but:")


async def restore(settings: Settings, file: Path) -> int:
    """Put a backup in the database's place, which is kept under another name; the exit code.

    It is brought up to date and proved first. Raises SettingsError, also while a bot runs on the
    folder or the database, and StorageError.
    """
    place = file_of(settings)
    _check_source(file)
    folder = settings.prepare_data_dir()
    with ExitStack() as resources:
        resources.enter_context(engine.locked(folder / "plantain.lock", "DATA_DIR"))
        resources.enter_context(
            engine.locked(place.with_name(f"{place.name}.lock"), "DATABASE_URL")
        )
        room = resources.enter_context(_workroom(place))
        part, ready = room / "copy.db", room / "ready.db"
        await asyncio.to_thread(snapshot.take, file, part)
        wrong = await _proved(settings, part, ready)
        if wrong:
            return _tell(wrong, f"{file} is not put in place:")
        part.unlink()
        await asyncio.to_thread(snapshot.take, ready, part)
        part.chmod(0o600)
        now = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
        aside = place.with_name(f"{place.name}.before-{now}")
        was_there = place.exists()
        await asyncio.to_thread(snapshot.exchange, part, place, aside)
    kept = f"; the one before is {aside}" if was_there else ""
    print(f"{place} is {file} now{kept}")  # noqa: T201 - the command's result
    return 0


async def _proved(settings: Settings, file: Path, scratch: Path) -> list[str]:
    """What is wrong with a backup, which may be of an older version; `scratch` is up to date then.

    Raises StorageError for one that cannot be read, or is of a newer version.
    """
    await asyncio.to_thread(snapshot.take, file, scratch)
    async with engine.opened(scratch) as database:
        return await look(settings, database)


def _tell(wrong: list[str], heading: str) -> int:
    for line in (heading, *wrong) if wrong else ():
        print(line, file=sys.stderr)  # noqa: T201 - the command's result
    return 1 if wrong else 0


def _megabytes(file: Path) -> float:
    return file.stat().st_size / MB


def _check_source(file: Path) -> None:
    if not file.is_file():
        raise SettingsError("FILE", f"there is no file {str(file)!r}")


def _check_target(file: Path, source: Path, *, force: bool) -> None:
    if not file.parent.is_dir():
        raise SettingsError("FILE", f"there is no folder {str(file.parent)!r}")
    if file.exists() and not file.is_file():
        raise SettingsError("FILE", f"{str(file)!r} is no file that could be replaced")
    if file.exists() and file.samefile(source):
        # A bot that has it open would write on into a file that is gone.
        raise SettingsError("FILE", f"{str(file)!r} is the database itself")
    if file.exists() and not force:
        raise SettingsError("FILE", f"{str(file)!r} exists; --force replaces it")


@contextmanager
def _workroom(file: Path) -> Iterator[Path]:
    """A folder beside `file`, so that a finished copy takes its name in one step."""
    try:
        with tempfile.TemporaryDirectory(dir=file.parent, prefix=".plantain-") as folder:
            yield Path(folder)
    except OSError as error:
        raise StorageError(f"{file.parent}: {error.strerror or error}") from error
