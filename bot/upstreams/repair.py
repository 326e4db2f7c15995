"""`plantain upstreams reset`: an operator says that an upstream works again."""

from pathlib import Path

from bot.db import engine
from bot.errors import SettingsError
from bot.providers.health import Health
from bot.settings import Settings
from bot.workshop import World, read_catalog


async def reset(settings: Settings, name: str, *, world: World | None = None) -> None:
    """Close every breaker of a provider, whatever its key, and say how many.

    A running bot sees it at its next request. Raises SettingsError for a name nobody knows, and
    StorageError.
    """
    world = world or World()
    upstreams = read_catalog(settings).upstreams
    if name not in upstreams:
        raise SettingsError("NAME", f"{name!r} is not one of {', '.join(upstreams)}")
    closed = 0
    address = settings.database
    if not isinstance(address, Path) or address.is_file():
        async with engine.opened(address) as database:
            health = Health(database=database, now=world.now)
            await health.refresh()
            closed = await health.reset(name)
    what = "1 pause" if closed == 1 else f"{closed} pauses"
    told = f"{name}: {what} lifted; it is asked again at once."
    if not closed:
        told = f"{name}: nothing was paused there."
    print(told)  # noqa: T201 - the command's result
