"""What a server has set, by its managers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from bot.db.database import Database, Transaction
from bot.jobs.limits import Caller, managed
from bot.jobs.outlets import Outlet, Outlets
from bot.people.defaults import Defaults
from bot.people.setting import Range, Setting, Value

COLUMNS = ("max_count", "max_credits", "house_style", "gallery_channel", "log_channel")
"""Of a row of `guild_settings`, beside the defaults; as House has them."""


@dataclass(frozen=True, slots=True)
class House:
    """Every None and every empty list is not chosen. Channels and roles by their ids.

    `max_count` pictures and `max_credits` are for one job; pictures in `spoilers` are veiled.
    """

    defaults: Defaults = field(default_factory=Defaults)
    channels: tuple[int, ...] = ()
    roles: tuple[int, ...] = ()
    spoilers: tuple[int, ...] = ()
    max_count: int | None = None
    max_credits: int | None = None
    house_style: str | None = None
    gallery_channel: int | None = None
    log_channel: int | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """A server's settings, and where its alerts go."""

    house: House
    outlet: Outlet


async def house(tx: Transaction, guild_id: int) -> House:
    """What a server has set; 0 is no server, where nothing is."""
    row = await tx.one("house", guild_id=guild_id)
    places = await tx.all("guild_places", guild_id=guild_id)

    def listed(name: Setting) -> tuple[int, ...]:
        return tuple(place["place_id"] for place in places if place["kind"] == name)

    rules = House(
        Defaults.of(row),
        channels=listed(Setting.CHANNELS),
        roles=listed(Setting.ROLES),
        spoilers=listed(Setting.SPOILERS),
    )
    return rules if row is None else replace(rules, **{name: row[name] for name in COLUMNS})


async def rules(database: Database, guild_id: int) -> House:
    """The same, for whoever has no transaction."""
    return await database.read(lambda tx: house(tx, guild_id))


async def language(database: Database, guild_id: int) -> str | None:
    """Which language a server has chosen."""
    return (await rules(database, guild_id)).defaults.language


class Houses:
    """`show` and `set` raise ManagersOnly. `now` in microseconds UTC."""

    def __init__(
        self, *, database: Database, outlets: Outlets, choices: Range, now: Callable[[], int]
    ) -> None:
        self._database = database
        self._outlets = outlets
        self._choices = choices
        self._now = now

    async def of(self, guild_id: int) -> House:
        """What holds in a server, for whoever asks."""
        return await rules(self._database, guild_id)

    async def house_style(self, guild_id: int) -> str | None:
        """What is added to every prompt in a server."""
        return (await self.of(guild_id)).house_style

    async def show(self, caller: Caller) -> Overview:
        """Everything that is set."""
        outlet = await self._outlets.show(caller)
        return Overview(await self.of(caller.guild_id), outlet)

    async def set(self, caller: Caller, setting: Setting, values: Sequence[str]) -> Overview:
        """Choose one thing, or with no values take the choice back; everything as it is then.

        `values` as Discord hands them over. Raises NotOnOffer and NoSuchAmount.
        """
        guild_id, value = managed(caller), self._choices.read(setting, values)
        if setting is Setting.ALERTS:
            channel = value if isinstance(value, int) else None
            await self._outlets.set(caller, Outlet(channel))
            return await self.show(caller)

        async def write(tx: Transaction) -> None:
            await tx.run("hold_house", guild_id=guild_id, set_by=caller.member_id, now=self._now())
            if isinstance(value, tuple):
                await tx.run("clear_places", guild_id=guild_id, kind=setting)
                for place_id in value:
                    await tx.run("add_place", guild_id=guild_id, kind=setting, place_id=place_id)
                return
            before = await house(tx, guild_id)
            await tx.run(
                "set_house", guild_id=guild_id, **_columns(_changed(before, setting, value))
            )

        await self._database.write(write)
        return await self.show(caller)


def _changed(before: House, setting: Setting, value: Value) -> House:
    change = {str(setting): value}
    if hasattr(before.defaults, setting):
        return replace(before, defaults=replace(before.defaults, **change))  # type: ignore[arg-type]
    return replace(before, **change)  # type: ignore[arg-type]


def _columns(now: House) -> dict[str, Value]:
    private = now.defaults.private
    return {
        "model": now.defaults.model,
        "aspect_ratio": now.defaults.aspect_ratio,
        "resolution": now.defaults.resolution,
        "private": None if private is None else int(private),
        "language": now.defaults.language,
        **{name: getattr(now, name) for name in COLUMNS},
    }
