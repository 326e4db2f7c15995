"""What a member may know of their own credits."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.db.database import Database, Transaction
from bot.ledger.entry import LedgerEntry
from bot.ledger.ledger import Ledger

MICROS = 1_000_000


@dataclass(frozen=True, slots=True)
class Statement:
    """Credits to spend, credits promised to running jobs, spent this UTC month, newest entries."""

    available: int
    held: int
    spent_this_month: int
    month_start: int
    entries: tuple[LedgerEntry, ...]


class Wallets:
    def __init__(self, *, database: Database, ledger: Ledger, now: Callable[[], int]) -> None:
        self._database = database
        self._ledger = ledger
        self._now = now

    async def open(self, member_id: int) -> None:
        """See to it that a member has an account, with the welcome grant."""
        account_id = f"member:{member_id}"
        if await self._database.read(lambda tx: self._ledger.account(tx, account_id)) is None:
            await self._database.write(lambda tx: self._ledger.open(tx, account_id))

    async def look(self, tx: Transaction, member_id: int, *, entries: int) -> Statement:
        """The statement of a member who has an account, in the caller's transaction."""
        account_id = f"member:{member_id}"
        month = _month_start(self._now())
        account = await self._ledger.account(tx, account_id)
        if account is None:
            raise LookupError(f"the ledger has no {account_id}")
        return Statement(
            available=account.available,
            held=account.held,
            spent_this_month=await self._ledger.spent(tx, account_id, since=month),
            month_start=month,
            entries=tuple(await self._ledger.entries(tx, account_id, limit=entries)),
        )


def _month_start(now: int) -> int:
    moment = datetime.fromtimestamp(now / MICROS, UTC)
    start = moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return int(start.timestamp()) * MICROS
