"""Where a server's alerts go, as its managers set it."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.db.database import Database, Transaction
from bot.jobs.limits import Caller, managed


@dataclass(frozen=True, slots=True)
class Outlet:
    """A channel; with None the server's owner by message, and with `off` nobody."""

    channel_id: int | None = None
    off: bool = False


async def outlet(tx: Transaction, guild_id: int) -> Outlet:
    """Where the alerts of a server go."""
    row = await tx.one("outlet", guild_id=guild_id)
    return Outlet() if row is None else Outlet(row["channel_id"], row["channel_id"] is None)


class Outlets:
    """Each method raises ManagersOnly. `now` in microseconds UTC."""

    def __init__(self, *, database: Database, now: Callable[[], int]) -> None:
        self._database = database
        self._now = now

    async def show(self, caller: Caller) -> Outlet:
        """Where they go."""
        guild_id = managed(caller)
        return await self._database.read(lambda tx: outlet(tx, guild_id))

    async def set(self, caller: Caller, chosen: Outlet) -> Outlet:
        """Have them go there from now on."""
        guild_id = managed(caller)

        async def write(tx: Transaction) -> None:
            if chosen == Outlet():
                await tx.run("clear_outlet", guild_id=guild_id)
                return
            await tx.run(
                "set_outlet",
                guild_id=guild_id,
                channel_id=None if chosen.off else chosen.channel_id,
                set_by=caller.member_id,
                now=self._now(),
            )

        await self._database.write(write)
        return chosen
