"""Who pays for a request: the team of the channel, the server's pool, or the member.

The first that can is asked for the whole; nothing is paid by two. Every method runs in the caller's
transaction.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial

from bot.db.database import Transaction
from bot.errors import LimitReached, NotEnoughCredits
from bot.ledger.entry import Discrepancy
from bot.ledger.ledger import Ledger
from bot.ledger.teams import Teams
from bot.quotas.allowance import Allowances
from bot.quotas.limit import Who
from bot.quotas.quotas import Quotas, fitting


class PaidBy(StrEnum):
    """In the usual order."""

    TEAM = "team"
    SERVER = "server"
    MEMBER = "member"


@dataclass(frozen=True, slots=True)
class Promise:
    """Credits held. `name` is the team's, where one pays; `wait` is in microseconds."""

    reservation_id: str
    account_id: str
    paid_by: PaidBy
    wait: int
    name: str = ""


class Payers:
    """`order` is whom to ask first; the member is asked last in any case."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        teams: Teams,
        allowances: Allowances,
        quotas: Quotas,
        order: Sequence[PaidBy] = tuple(PaidBy),
    ) -> None:
        self._ledger = ledger
        self._teams = teams
        self._allowances = allowances
        self._quotas = quotas
        self._order = order

    async def reserve(
        self, tx: Transaction, who: Who, channels: Sequence[int], amount: int, *, reason: str
    ) -> Promise:
        """Hold `amount` credits and count them against every limit.

        `channels` are the thread and its channel, the nearest first. Raises LimitReached and
        NotEnoughCredits, which must undo the transaction.
        """
        promise = await self._first(tx, who, channels, amount, reason)
        wait = await self._quotas.take(tx, who, promise.reservation_id, amount)
        return Promise(
            promise.reservation_id, promise.account_id, promise.paid_by, wait, promise.name
        )

    async def reserve_all(
        self,
        tx: Transaction,
        who: Who,
        channels: Sequence[int],
        amounts: Sequence[int],
        *,
        reason: str,
    ) -> list[Promise]:
        """Hold each amount by itself, all on the first account that can bear them together.

        Each counts as one request. Raises as `reserve` does, with how many of the first would
        `fit`; that must undo the transaction.
        """
        total, most = sum(amounts), 0
        await self._quotas.foresee(tx, who, amounts)
        async for room, take in self._purses(tx, who, channels):
            most = max(most, room)
            if room >= total:
                return await self._take_all(tx, who, amounts, partial(take, reason=reason))
        raise NotEnoughCredits(total, most, fit=fitting(amounts, most))

    async def room(self, tx: Transaction, who: Who, channels: Sequence[int]) -> int:
        """The most credits that one more request could reserve now, whoever pays."""
        own = await self._ledger.open(tx, f"member:{who.member_id}")
        most = own.available
        if who.guild_id and PaidBy.SERVER in self._order:
            pool = await self._ledger.account(tx, f"server:{who.guild_id}")
            purse = await self._allowances.purse(tx, who)
            if pool is not None and purse is not None:
                most = max(most, min(pool.available, purse.left))
        for channel in channels if who.guild_id and PaidBy.TEAM in self._order else ():
            team = await self._teams.find(tx, channel)
            pot = await self._ledger.account(tx, team.account_id) if team else None
            if team is not None and pot is not None:
                share = await self._teams.share_left(tx, team, who.member_id)
                most = max(most, min(pot.available, share))
        return min(most, await self._quotas.room(tx, who))

    async def settle(
        self, tx: Transaction, reservation_id: str, *, reserved: int, charged: int
    ) -> bool:
        """Charge a part of what is held and give back the rest, everywhere; False when ended."""
        give_back = partial(self._give_back, tx, reservation_id, reserved - charged)
        return await self._ledger.settle(tx, reservation_id, charged, then=give_back)

    async def release(self, tx: Transaction, reservation_id: str, *, reserved: int) -> bool:
        """Give everything back, everywhere; False when the reservation had ended."""
        if not await self._ledger.release(tx, reservation_id):
            return False
        await self._give_back(tx, reservation_id, reserved)
        return True

    async def refund(
        self, tx: Transaction, reservation_id: str, amount: int, *, reason: str
    ) -> bool:
        """Give back a part of a charge to who paid it, once; False when there is nothing to.

        Where that was a team that is closed, it goes to those who paid in, in proportion. Raises
        ValueError as the ledger does.
        """
        if not await self._ledger.refund(tx, reservation_id, amount, reason=reason):
            return False
        await self._teams.settled(tx, reservation_id)
        return True

    async def check(self, tx: Transaction) -> list[Discrepancy]:
        """Recompute everything from entries and reservations; an empty list means all is well."""
        usage = await tx.all("wrong_usage")
        allowances = await tx.all("wrong_allowances")
        spending = await tx.all("wrong_spending")
        keys = await tx.all("wrong_key_usage")
        return [
            *await self._ledger.check(tx),
            *(
                Discrepancy(row["subject"], what, row[what], row[f"summed_{what}"])
                for row in usage
                for what in ("jobs", "hour_used", "day_used", "month_used", "total_used")
                if row[what] != row[f"summed_{what}"]
            ),
            *(
                Discrepancy(f"member:{row['member_id']}", "allowance", row["used"], row["summed"])
                for row in allowances
            ),
            *(
                Discrepancy(f"member:{row['member_id']}", "team", row["spent"], row["summed"])
                for row in spending
            ),
            *(
                Discrepancy(f"key:{row['key']}", what, row[what], row[f"summed_{what}"])
                for row in keys
                for what in ("hour_used", "day_used", "month_used", "total_used")
                if row[what] != row[f"summed_{what}"]
            ),
        ]

    async def _take_all(
        self,
        tx: Transaction,
        who: Who,
        amounts: Sequence[int],
        take: Callable[..., Awaitable[Promise | None]],
    ) -> list[Promise]:
        held: list[Promise] = []
        counted: list[Promise] = []
        try:
            for amount in amounts:
                held.append(_found(await take(amount=amount), amounts, len(held)))
            # Last, as everybody waits for who holds these rows.
            for promise, amount in zip(held, amounts, strict=True):
                wait = await self._quotas.take(tx, who, promise.reservation_id, amount)
                counted.append(replace(promise, wait=wait))
        except NotEnoughCredits as refusal:
            refusal.fit = len(held)
            raise
        except LimitReached as refusal:
            refusal.fit = len(counted)
            raise
        return counted

    async def _purses(
        self, tx: Transaction, who: Who, channels: Sequence[int]
    ) -> AsyncIterator[tuple[int, Callable[..., Awaitable[Promise | None]]]]:
        """Whom to ask, the first first: what may be taken there, and what takes some of it."""
        for payer in self._order:
            if payer is PaidBy.MEMBER:
                break
            if payer is PaidBy.SERVER and who.guild_id:
                pool = await self._ledger.lock(tx, f"server:{who.guild_id}")
                purse = await self._allowances.purse(tx, who)
                if pool is not None and purse is not None:
                    yield min(pool.available, purse.left), partial(self._by_server, tx, who)
            for channel in channels if payer is PaidBy.TEAM and who.guild_id else ():
                team = await self._teams.find(tx, channel)
                pot = await self._teams.lock(tx, team) if team else None
                if team is not None and pot is not None:
                    share = await self._teams.share_left(tx, team, who.member_id)
                    room = min(pot.available, share)
                    yield room, partial(self._by_team, tx, who, (channel,))
        own = await self._ledger.open(tx, f"member:{who.member_id}")
        yield own.available, partial(self._by_member, tx, who)

    async def _give_back(self, tx: Transaction, reservation_id: str, unused: int) -> None:
        await self._teams.give_back(tx, reservation_id, unused=unused)
        await self._allowances.give_back(tx, reservation_id, unused=unused)
        await self._quotas.give_back(tx, reservation_id, unused=unused)
        await self._teams.settled(tx, reservation_id)

    async def _first(
        self, tx: Transaction, who: Who, channels: Sequence[int], amount: int, reason: str
    ) -> Promise:
        for payer in self._order:
            promise = None
            if payer is PaidBy.TEAM and who.guild_id:
                promise = await self._by_team(tx, who, channels, amount, reason)
            elif payer is PaidBy.SERVER and who.guild_id:
                promise = await self._by_server(tx, who, amount, reason)
            elif payer is PaidBy.MEMBER:
                break
            if promise is not None:
                return promise
        return await self._by_member(tx, who, amount, reason)

    async def _by_member(self, tx: Transaction, who: Who, amount: int, reason: str) -> Promise:
        account = f"member:{who.member_id}"
        await self._ledger.open(tx, account)
        reservation = await self._ledger.reserve(tx, account, amount, reason=reason)
        return Promise(reservation, account, PaidBy.MEMBER, 0)

    async def _by_server(
        self, tx: Transaction, who: Who, amount: int, reason: str
    ) -> Promise | None:
        account = f"server:{who.guild_id}"
        pool = await self._ledger.lock(tx, account)
        if pool is None or pool.available < amount:
            return None
        start = await self._allowances.take(tx, who, amount)
        if start is None:
            return None
        reservation = await self._ledger.reserve(tx, account, amount, reason=reason)
        await self._allowances.share(tx, who, reservation, amount, start)
        return Promise(reservation, account, PaidBy.SERVER, 0)

    async def _by_team(
        self, tx: Transaction, who: Who, channels: Sequence[int], amount: int, reason: str
    ) -> Promise | None:
        for channel in channels:
            team = await self._teams.find(tx, channel)
            if team is None:
                continue
            pot = await self._teams.lock(tx, team)
            if pot is None or pot.available < amount:
                continue
            if await self._teams.draw(tx, team, who.member_id, amount):
                reservation = await self._ledger.reserve(tx, team.account_id, amount, reason=reason)
                await self._teams.share(tx, team, who.member_id, reservation, amount)
                return Promise(reservation, team.account_id, PaidBy.TEAM, 0, team.name)
        return None


def _found(promise: Promise | None, amounts: Sequence[int], number: int) -> Promise:
    """Raises NotEnoughCredits where somebody was quicker, between the look and the taking."""
    if promise is None:
        raise NotEnoughCredits(sum(amounts), sum(amounts[:number]))
    return promise
