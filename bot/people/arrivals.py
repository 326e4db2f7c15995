"""Who comes: in which language they are spoken to, and whether they are served at all."""

from dataclasses import dataclass

from bot.db.database import Database, Transaction


@dataclass(frozen=True, slots=True)
class Arrival:
    """`language` is a folder's name in `locales/`; None leaves it to their Discord."""

    language: str | None
    blocked: bool


class Arrivals:
    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def meet(self, member_id: int, guild_id: int) -> Arrival:
        """Their own choice of language counts before the server's; `guild_id` 0 is none."""

        async def look(tx: Transaction) -> Arrival:
            row = await tx.one("arrival", member_id=member_id, guild_id=guild_id)
            if row is None:
                return Arrival(None, blocked=False)
            return Arrival(row["own_language"] or row["server_language"], bool(row["blocked"]))

        return await self._database.read(look)
