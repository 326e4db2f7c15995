"""What a member may take of their server's pool: so much a day, week or month, by their role."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.db.database import Row, Transaction
from bot.former import counted, former_use
from bot.quotas.calendar import Calendar, Period
from bot.quotas.limit import MOST, Who


@dataclass(frozen=True, slots=True)
class Allowance:
    """For each member with the role; the server's own id is the role that everyone has.

    `carry` is how many unused credits of the period before may be added, 0 for none.
    """

    guild_id: int
    role_id: int
    credits: int
    period: Period
    carry: int = 0


@dataclass(frozen=True, slots=True)
class Purse:
    """What is left of a member's allowance, and when it is renewed, in microseconds UTC.

    `former` is what they had used of it before they were forgotten.
    """

    allowance: Allowance
    used: int
    carried: int
    renews_at: int
    former: int = 0

    @property
    def left(self) -> int:
        return max(0, self.allowance.credits + self.carried - self.used - self.former)


class Allowances:
    """Every method runs in the caller's transaction. `now` in microseconds UTC."""

    def __init__(self, *, now: Callable[[], int], calendar: Calendar) -> None:
        self._now = now
        self._calendar = calendar

    async def set(self, tx: Transaction, allowance: Allowance, *, by: int) -> None:
        """Set an allowance; raises ValueError for amounts that cannot be."""
        if not (0 <= allowance.credits <= MOST and 0 <= allowance.carry <= MOST):
            raise ValueError("no allowance")
        await tx.run(
            "set_allowance",
            guild_id=allowance.guild_id,
            role_id=allowance.role_id,
            credits=allowance.credits,
            period=allowance.period,
            carry=allowance.carry,
            set_by=by,
            now=self._now(),
        )

    async def clear(self, tx: Transaction, guild_id: int, role_id: int) -> bool:
        """Take an allowance back; False when there was none."""
        return await tx.run("clear_allowance", guild_id=guild_id, role_id=role_id) > 0

    async def all(self, tx: Transaction, guild_id: int) -> list[Allowance]:
        """Every allowance of a server."""
        rows = await tx.all("allowances_in", guild_id=guild_id)
        return [
            Allowance(guild_id, row["role_id"], row["credits"], Period(row["period"]), row["carry"])
            for row in rows
        ]

    async def purse(self, tx: Transaction, who: Who) -> Purse | None:
        """What a member may still take; None where no role of theirs has an allowance."""
        allowance = _highest(await self.all(tx, who.guild_id), who)
        if allowance is None:
            return None
        row = await tx.one("allowance_use", guild_id=who.guild_id, member_id=who.member_id)
        return self._purse(allowance, row, await self._former(tx, who, allowance))

    async def take(self, tx: Transaction, who: Who, amount: int) -> int | None:
        """Count `amount`; the period's start for `share`, or None when it is not allowed."""
        allowance = _highest(await self.all(tx, who.guild_id), who)
        if allowance is None:
            return None
        place = {"guild_id": who.guild_id, "member_id": who.member_id}
        former = await self._former(tx, who, allowance)
        purse = self._purse(allowance, await tx.one("open_allowance_use", **place), former)
        if purse.left < amount:
            return None
        start = self._calendar.start(allowance.period, self._now())
        await tx.run(
            "write_allowance_use",
            starts_at=start,
            used=purse.used + amount,
            carried=purse.carried,
            **place,
        )
        return start

    async def share(
        self, tx: Transaction, who: Who, reservation_id: str, amount: int, start: int
    ) -> None:
        """Tie what was taken to the reservation it is for."""
        await tx.run(
            "add_allowance_share",
            reservation_id=reservation_id,
            guild_id=who.guild_id,
            member_id=who.member_id,
            starts_at=start,
            amount=amount,
        )

    async def give_back(self, tx: Transaction, reservation_id: str, *, unused: int) -> None:
        """Credits that were not used may be taken again in the same period; call once."""
        if unused:
            await tx.run("allowance_give_back", reservation_id=reservation_id, unused=unused)

    async def _former(self, tx: Transaction, who: Who, allowance: Allowance) -> int:
        start = self._calendar.start(allowance.period, self._now())
        before = await former_use(tx, who.member_id)
        return counted(before, f"allowance:{who.guild_id}", since=start)

    def _purse(self, allowance: Allowance, row: Row | None, former: int) -> Purse:
        now = self._now()
        start = self._calendar.start(allowance.period, now)
        used, carried = (row["used"], row["carried"]) if row else (0, 0)
        if row is not None and row["starts_at"] < start:
            begun = row["starts_at"] > 0
            unused = max(0, allowance.credits + carried - used) if begun else 0
            used, carried = 0, unused
        ends = self._calendar.end(allowance.period, now)
        return Purse(allowance, used, min(carried, allowance.carry), ends, former)


def _highest(allowances: Sequence[Allowance], who: Who) -> Allowance | None:
    """That of the highest role which has one."""
    by_role = {allowance.role_id: allowance for allowance in allowances}
    roles = (*who.role_ids, who.guild_id)
    return next((by_role[role] for role in roles if role in by_role), None)
