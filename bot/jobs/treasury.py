"""What only the operator does: credits made, taken and refunded, with who and why on record."""

from dataclasses import dataclass

from bot.db.database import Database, Transaction
from bot.errors import NobodyNamed, NoSuchAmount, NothingToRefund, OperatorsOnly
from bot.jobs.limits import Caller
from bot.ledger.ledger import GRANTS, MOST, Ledger

LONGEST = 20
"""Digits; an id of Discord's has fewer."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Credits that came to an account, or left it when below zero; what is `available` then."""

    account_id: str
    amount: int
    available: int


class Treasury:
    """Each method raises OperatorsOnly for anybody else; a movement's reason says who and why."""

    def __init__(self, *, database: Database, ledger: Ledger) -> None:
        self._database = database
        self._ledger = ledger

    async def grant(
        self, caller: Caller, *, member_id: int | None, amount: int, reason: str
    ) -> Moved:
        """Make credits for a member, or for the server's pool where none is named.

        Raises NoSuchAmount and, outside of a server, NobodyNamed.
        """
        account_id = _account(caller, member_id, amount)
        why = _reason(caller, "grant", reason)

        async def give(tx: Transaction) -> Moved:
            await self._ledger.open(tx, account_id, welcome=member_id is not None)
            await self._ledger.grant(tx, account_id, amount, reason=why)
            if member_id is None:
                await self._ledger.mark(tx, account_id)
            return await self._moved(tx, account_id, amount)

        return await self._database.write(give)

    async def take(
        self, caller: Caller, *, member_id: int | None, amount: int, reason: str
    ) -> Moved:
        """Take credits back for good. Raises as `grant`, and NotEnoughCredits."""
        account_id = _account(caller, member_id, amount)
        why = _reason(caller, "take", reason)

        async def remove(tx: Transaction) -> Moved:
            await self._ledger.open(tx, account_id, welcome=member_id is not None)
            await self._ledger.transfer(tx, account_id, GRANTS, amount, reason=why)
            return await self._moved(tx, account_id, -amount)

        return await self._database.write(remove)

    async def refund(self, caller: Caller, word: str, *, reason: str) -> Moved:
        """Give back all that a job was charged, once, to whoever paid.

        `word` is its id, the id's end as a picture's file name has it, or the message's id or link.
        Raises NothingToRefund for anything else, and for a second time.
        """
        if not caller.operates:
            raise OperatorsOnly
        why = _reason(caller, "refund", reason)
        name = word.strip().rstrip("/").rpartition("/")[2].removeprefix("plantain-").split("-")[0]
        message_id = int(name) if name.isascii() and name.isdigit() and len(name) < LONGEST else 0

        async def give_back(tx: Transaction) -> Moved:
            found = await tx.all("charged_jobs", word=name, message_id=message_id)
            if len(found) != 1:
                raise NothingToRefund(word)
            job, charged = found[0], found[0]["credits_charged"]
            if not await self._ledger.refund(tx, job["reservation_id"], charged, reason=why):
                raise NothingToRefund(word)
            return await self._moved(tx, job["account_id"], charged)

        return await self._database.write(give_back)

    async def _moved(self, tx: Transaction, account_id: str, amount: int) -> Moved:
        account = await self._ledger.account(tx, account_id)
        return Moved(account_id, amount, account.available if account else 0)


def _account(caller: Caller, member_id: int | None, amount: int) -> str:
    if not caller.operates:
        raise OperatorsOnly
    if not 0 < amount <= MOST:
        raise NoSuchAmount(str(amount))
    if member_id is not None:
        return f"member:{member_id}"
    if not caller.guild_id:
        raise NobodyNamed("member")
    return f"server:{caller.guild_id}"


def _reason(caller: Caller, what: str, why: str) -> str:
    return f"{what} by {caller.member_id}: {why}"
