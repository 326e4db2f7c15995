"""What the managers of a server set and see: limits, allowances, and the pool."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.db.database import Database, Transaction
from bot.errors import ManagersOnly, NobodyNamed, NoSuchAmount
from bot.jobs.bank import Bank
from bot.ledger.entry import Account
from bot.quotas.allowance import Allowance
from bot.quotas.calendar import Period
from bot.quotas.limit import MOST, Limit, Measure, Use, Who, Whose

WHOSE = ("server", "everyone", "role", "member")
MEASURES = tuple(Measure)
PERIODS = tuple(Period)
NO_LIMIT = frozenset({"none", "no limit", "unlimited", "无", "无限", "不限"})


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, in which server (0 for none), and what they are there."""

    member_id: int
    guild_id: int
    manages: bool = False
    operates: bool = False


@dataclass(frozen=True, slots=True)
class Overview:
    """What holds in a server: the use of its own limits, those set here, allowances, the pool."""

    guild_id: int
    uses: Sequence[Use]
    limits: Sequence[Limit]
    allowances: Sequence[Allowance]
    pool: Account


class Limits:
    """Each method raises ManagersOnly for a caller who does not manage the server."""

    def __init__(self, *, database: Database, bank: Bank) -> None:
        self._database = database
        self._bank = bank

    async def set(
        self, caller: Caller, *, whose: str, owner_id: int | None, measure: str, amount: str
    ) -> Limit:
        """Set a limit: `whose` and `measure` as in WHOSE and MEASURES, `owner_id` whose that is.

        `amount` is a number, or a word for no limit. Raises NoSuchAmount and NobodyNamed.
        """
        limit = _limit(caller, whose, owner_id, measure, _amount(amount))
        await self._database.write(lambda tx: self._bank.quotas.set(tx, limit, by=caller.member_id))
        return limit

    async def clear(
        self, caller: Caller, *, whose: str, owner_id: int | None, measure: str
    ) -> tuple[Limit, bool]:
        """Take a limit back; whose it was, and whether there was one. Raises NobodyNamed."""
        limit = _limit(caller, whose, owner_id, measure, None)
        return limit, await self._database.write(lambda tx: self._bank.quotas.clear(tx, limit))

    async def show(self, caller: Caller) -> Overview:
        """Everything that holds in the server as a whole."""
        guild_id = managed(caller)
        who = Who(caller.member_id, guild_id)

        async def look(tx: Transaction) -> Overview:
            account = f"server:{guild_id}"
            uses = await self._bank.quotas.uses(tx, who)
            return Overview(
                guild_id,
                [use for use in uses if use.whose is Whose.SERVER],
                [one for one in await self._bank.quotas.limits(tx, guild_id) if one.guild_id],
                await self._bank.allowances.all(tx, guild_id),
                await self._bank.ledger.account(tx, account) or Account(account, 0, 0),
            )

        return await self._database.read(look)

    async def allow(
        self, caller: Caller, *, role_id: int, amount: int, period: str, carry: int
    ) -> Allowance:
        """Let everyone with the role take credits from the pool. Raises NoSuchAmount."""
        allowance = Allowance(managed(caller), role_id, amount, Period(period), carry)
        if not (0 <= amount <= MOST and 0 <= carry <= MOST):
            raise NoSuchAmount(str(amount))
        await self._database.write(
            lambda tx: self._bank.allowances.set(tx, allowance, by=caller.member_id)
        )
        return allowance

    async def disallow(self, caller: Caller, role_id: int) -> bool:
        """Take an allowance back; False when there was none."""
        guild_id = managed(caller)
        return await self._database.write(
            lambda tx: self._bank.allowances.clear(tx, guild_id, role_id)
        )

    async def fund(self, caller: Caller, amount: int) -> int:
        """Put the caller's own credits into the pool; what is in it then.

        Raises NotEnoughCredits and NoSuchAmount.
        """
        own, pool = f"member:{caller.member_id}", f"server:{managed(caller)}"
        if not 0 < amount <= MOST:
            raise NoSuchAmount(str(amount))

        async def move(tx: Transaction) -> int:
            ledger = self._bank.ledger
            await ledger.open(tx, own)
            await ledger.open(tx, pool, welcome=False)
            await ledger.transfer(tx, own, pool, amount, reason=f"fund by {caller.member_id}")
            await ledger.mark(tx, pool)
            account = await ledger.account(tx, pool)
            return account.available if account else 0

        return await self._database.write(move)


def managed(caller: Caller) -> int:
    """The server that the caller manages; raises ManagersOnly."""
    if not caller.guild_id or not caller.manages:
        raise ManagersOnly
    return caller.guild_id


def _limit(
    caller: Caller, whose: str, owner_id: int | None, measure: str, amount: int | None
) -> Limit:
    guild_id = managed(caller)
    kind, owner = {
        "server": (Whose.SERVER, guild_id),
        # The role that everyone has bears the server's own id.
        "everyone": (Whose.ROLE, guild_id),
        "role": (Whose.ROLE, owner_id),
        "member": (Whose.MEMBER, owner_id),
    }[whose]
    if owner is None:
        raise NobodyNamed(whose)
    return Limit(kind, guild_id, owner, Measure(measure), amount)


def _amount(text: str) -> int | None:
    """None for no limit, which is a word of its own: 0 means none allowed."""
    word = " ".join(text.casefold().split())
    if word in NO_LIMIT:
        return None
    digits = word.replace(",", "").replace("_", "").replace(" ", "")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > len(str(MOST)):
        raise NoSuchAmount(text)
    if int(digits) > MOST:
        raise NoSuchAmount(text)
    return int(digits)
