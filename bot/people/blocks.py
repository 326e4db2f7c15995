"""Members whom whoever runs the bot does not serve."""

from collections.abc import Callable

from bot.care import OperatorsStay
from bot.db.database import Database, Transaction
from bot.errors import OperatorsOnly
from bot.jobs.limits import Caller


class Blocks:
    """Each method raises OperatorsOnly. `now` in microseconds UTC."""

    def __init__(self, *, database: Database, now: Callable[[], int]) -> None:
        self._database = database
        self._now = now

    async def block(self, caller: Caller, member_id: int, *, operates: bool) -> bool:
        """Serve them no more, anywhere; False when that was so. What they have stays theirs.

        `operates` says whether they run the bot; raises OperatorsStay for such.
        """
        _check(caller)
        if operates:
            raise OperatorsStay

        async def write(tx: Transaction) -> bool:
            row = await tx.one(
                "block_member", member_id=member_id, set_by=caller.member_id, now=self._now()
            )
            return row is not None

        return await self._database.write(write)

    async def unblock(self, caller: Caller, member_id: int) -> bool:
        """Serve them again; False when they were not shut out."""
        _check(caller)
        gone = await self._database.write(lambda tx: tx.run("unblock_member", member_id=member_id))
        return gone > 0


def _check(caller: Caller) -> None:
    if not caller.operates:
        raise OperatorsOnly
