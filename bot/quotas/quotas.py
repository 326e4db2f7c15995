"""Limits on what is asked, counted in the transaction that reserves the credits.

Three are counted for each request: the member (in this server), the server, and the bot. A member's
limit is their own, else the highest role's that has one, where every member has the role that is
named like the server; else the operator's default. Every method runs in the caller's transaction.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from typing import Any

from bot.db.database import Row, Transaction
from bot.errors import LimitReached
from bot.former import counted, former_use
from bot.quotas.calendar import Calendar, Windows
from bot.quotas.limit import MOST, Limit, Measure, Subject, Use, Who, Whose
from bot.rhythm import Rhythm

SHORT_WAIT = 60_000_000
"""A request that comes too early by at most this is not refused, but begins later."""

Defaults = Mapping[tuple[Whose, Measure], int]

_WINDOWS = {Measure.HOUR: "hour", Measure.DAY: "day", Measure.MONTH: "month"}


class Quotas:
    """`now` in microseconds UTC. `defaults` hold where nothing else is said, for bot, server and
    member."""

    def __init__(self, *, now: Callable[[], int], calendar: Calendar, defaults: Defaults) -> None:
        self._now = now
        self._calendar = calendar
        self._defaults = defaults

    async def set(self, tx: Transaction, limit: Limit, *, by: int) -> None:
        """Set a limit; raises ValueError for an amount that cannot be one."""
        if limit.amount is not None and not 0 <= limit.amount <= MOST:
            raise ValueError(f"{limit.amount!r} is no limit")
        await tx.run(
            "set_limit",
            whose=limit.whose,
            guild_id=limit.guild_id,
            owner_id=limit.owner_id,
            measure=limit.measure,
            amount=limit.amount,
            set_by=by,
            now=self._now(),
        )

    async def clear(self, tx: Transaction, limit: Limit) -> bool:
        """Take a limit back, whatever its amount; False when there was none."""
        cleared = await tx.run(
            "clear_limit",
            whose=limit.whose,
            guild_id=limit.guild_id,
            owner_id=limit.owner_id,
            measure=limit.measure,
        )
        return cleared > 0

    async def limits(self, tx: Transaction, guild_id: int) -> list[Limit]:
        """Every limit that is set for the bot or in this server."""
        return [
            Limit(
                Whose(row["whose"]),
                row["guild_id"],
                row["owner_id"],
                Measure(row["measure"]),
                row["amount"],
            )
            for row in await tx.all("limits_in", guild_id=guild_id)
        ]

    async def take(self, tx: Transaction, who: Who, reservation_id: str, amount: int) -> int:
        """Count one request of `amount` credits; the microseconds it must wait, up to SHORT_WAIT.

        Raises LimitReached, which must undo the transaction. The row most fought over comes last.
        """
        now = self._now()
        windows = self._calendar.windows(now)
        longest = 0
        before = await former_use(tx, who.member_id)
        for subject in await self._subjects(tx, who):
            former = _before(before, who, subject, windows)
            wait = await self._count(tx, subject, reservation_id, amount, windows, now, former)
            longest = max(longest, wait)
        return longest

    async def foresee(self, tx: Transaction, who: Who, amounts: Sequence[int]) -> None:
        """Look whether so many requests of so many credits could be counted now, but for the rate.

        Raises LimitReached for the limit that lets the fewest of them through, with how many `fit`.
        """
        total, found = sum(amounts), []
        for use in await self.uses(tx, who):
            if use.measure is Measure.RATE:
                continue
            by_number = use.measure is Measure.JOBS
            fit = min(use.left, len(amounts)) if by_number else fitting(amounts, use.left)
            if fit < len(amounts):
                needed = len(amounts) if by_number else total
                facts = (use.measure, use.whose, use.limit, use.used, needed, use.opens_at)
                found.append(LimitReached(*facts, fit=fit))
        if found:
            raise min(found, key=lambda refusal: refusal.fit or 0)

    async def give_back(self, tx: Transaction, reservation_id: str, *, unused: int) -> None:
        """The job of a reservation is over; `unused` credits of it go back to their windows.

        Must be called once, in the transaction that ends the reservation.
        """
        for share in await tx.all("shares_of", reservation_id=reservation_id):
            await tx.run(
                "give_back",
                subject=share["subject"],
                unused=unused,
                hour=share["hour"],
                day=share["day"],
                month=share["month"],
            )

    async def uses(self, tx: Transaction, who: Who) -> list[Use]:
        """Every limit that holds for a member here, with what is used of it."""
        now = self._now()
        windows = self._calendar.windows(now)
        found = []
        before = await former_use(tx, who.member_id)
        for subject in await self._subjects(tx, who):
            row = await tx.one("usage", subject=subject.id)
            row = _together(row, _before(before, who, subject, windows), windows)
            found += [
                _use(subject, measure, row, windows, now)
                for measure in Measure
                if measure in subject.limits
            ]
        return found

    async def room(self, tx: Transaction, who: Who) -> int:
        """The most credits that one more request may count now, 0 where none may begin."""
        soon = self._now() + SHORT_WAIT
        room = MOST
        for use in await self.uses(tx, who):
            if use.measure is Measure.RATE:
                late = use.opens_at is not None and use.opens_at > soon
                room = 0 if late or not use.limit else room
            elif use.measure is Measure.JOBS:
                room = room if use.left else 0
            else:
                room = min(room, use.left)
        return room

    async def _count(
        self,
        tx: Transaction,
        subject: Subject,
        reservation_id: str,
        amount: int,
        windows: Windows,
        now: int,
        former: Mapping[Measure, int],
    ) -> int:
        row = await tx.one("open_usage", subject=subject.id)
        due_at, wait = _rhythm(subject, row, now)
        most = {
            measure: subject.limits.get(measure, MOST) - former.get(measure, 0)
            for measure in Measure
        }
        counted = await tx.one(
            "use",
            subject=subject.id,
            amount=amount,
            due_at=due_at,
            hour=windows.hour,
            day=windows.day,
            month=windows.month,
            most_jobs=most[Measure.JOBS],
            most_hour=most[Measure.HOUR],
            most_day=most[Measure.DAY],
            most_month=most[Measure.MONTH],
            most_total=most[Measure.TOTAL],
        )
        if counted is None:
            row = _together(row, former, windows)
            raise _refusal(subject, row, windows, now, amount)
        await tx.run(
            "add_share",
            reservation_id=reservation_id,
            subject=subject.id,
            amount=amount,
            hour=counted["hour"],
            day=counted["day"],
            month=counted["month"],
        )
        return wait

    async def _subjects(self, tx: Transaction, who: Who) -> list[Subject]:
        limits = await self.limits(tx, who.guild_id)
        place = f"{who.member_id}:{who.guild_id}"
        chain = [(Whose.MEMBER, who.member_id)]
        if who.guild_id:
            chain += [(Whose.ROLE, role) for role in (*who.role_ids, who.guild_id)]
        subjects = [self._subject(f"member:{place}", Whose.MEMBER, chain, who.guild_id, limits)]
        if who.guild_id:
            owner = [(Whose.SERVER, who.guild_id)]
            name = f"server:{who.guild_id}"
            subjects.append(self._subject(name, Whose.SERVER, owner, who.guild_id, limits))
        subjects.append(self._subject("bot", Whose.BOT, [(Whose.BOT, 0)], 0, limits))
        return subjects

    def _subject(
        self,
        name: str,
        usual: Whose,
        chain: Sequence[tuple[Whose, int]],
        guild_id: int,
        limits: Sequence[Limit],
    ) -> Subject:
        """The first in the chain that has a word on a measure decides it."""
        known = {
            (limit.whose, limit.owner_id, limit.measure): limit.amount
            for limit in limits
            if limit.guild_id == guild_id
        }
        amounts: dict[Measure, int] = {}
        whose: dict[Measure, Whose] = {}
        for measure in Measure:
            said = [owner for owner in chain if (*owner, measure) in known]
            amount = known[(*said[0], measure)] if said else self._defaults.get((usual, measure))
            if amount is not None:
                amounts[measure] = amount
                whose[measure] = said[0][0] if said else usual
        return Subject(name, amounts, whose)


def fitting(amounts: Sequence[int], room: int) -> int:
    """How many of the first amounts there is room for together."""
    return sum(spent <= room for spent in accumulate(amounts))


def _before(
    before: Mapping[str, tuple[int, int]], who: Who, subject: Subject, windows: Windows
) -> Mapping[Measure, int]:
    """What a member had used here of the present windows before they were forgotten."""
    if not before or not subject.id.startswith("member:"):
        return {}
    found = {
        measure: counted(before, f"{name}:{who.guild_id}", since=getattr(windows, name))
        for measure, name in _WINDOWS.items()
    }
    return {**found, Measure.TOTAL: counted(before, f"total:{who.guild_id}")}


def _together(
    row: Row | None, former: Mapping[Measure, int], windows: Windows
) -> Mapping[str, Any] | None:
    """A row of use with what was used before its member was forgotten."""
    if not any(former.values()):
        return row
    found: dict[str, Any] = dict(row) if row else {"jobs": 0, "due_at": 0, "total_used": 0}
    for measure, name in _WINDOWS.items():
        start = getattr(windows, name)
        present = row[f"{name}_used"] if row and row[name] >= start else 0
        found |= {name: start, f"{name}_used": present + former[measure]}
    found["total_used"] += former[Measure.TOTAL]
    return found


def _rhythm(subject: Subject, row: Row | None, now: int) -> tuple[int, int]:
    """When the next request will be due and how long this one waits; raises LimitReached."""
    due = int(row["due_at"]) if row else 0
    limit = subject.limits.get(Measure.RATE)
    if limit is None:
        return due, 0
    rhythm = Rhythm.of(limit) if limit else None
    if rhythm is not None:
        due = rhythm.plausible(due, now, longest=SHORT_WAIT)
    wait = rhythm.wait(due, now) if rhythm else 0
    if rhythm is None or wait > SHORT_WAIT:
        opens_at = now + wait if rhythm else None
        raise LimitReached(Measure.RATE, subject.whose[Measure.RATE], limit, limit, 1, opens_at)
    return rhythm.after(due, now), wait


def _refusal(
    subject: Subject, row: Row | None, windows: Windows, now: int, amount: int
) -> LimitReached:
    """Which limit said no: of several the one that opens last."""
    uses = [_use(subject, measure, row, windows, now) for measure in subject.limits]
    needs = {Measure.JOBS: 1}
    over = [
        use
        for use in uses
        if use.measure is not Measure.RATE and use.left < needs.get(use.measure, amount)
    ]
    last = max(over, key=lambda use: use.opens_at or MOST * MOST)
    needed = needs.get(last.measure, amount)
    return LimitReached(last.measure, last.whose, last.limit, last.used, needed, last.opens_at)


def _use(subject: Subject, measure: Measure, row: Row | None, windows: Windows, now: int) -> Use:
    used, opens_at = 0, None
    if measure is Measure.RATE:
        limit = subject.limits[measure]
        rhythm = Rhythm.of(limit) if limit else None
        due = int(row["due_at"]) if row else 0
        if rhythm is not None:
            due = rhythm.plausible(due, now, longest=SHORT_WAIT)
        wait = rhythm.wait(due, now) if rhythm else 0
        used, opens_at = (limit, now + wait) if wait else (0, None)
    elif measure in _WINDOWS:
        name = _WINDOWS[measure]
        opens_at = getattr(windows, f"{name}_ends")
        if row and row[name] >= getattr(windows, name):
            used = row[f"{name}_used"]
    elif row:
        used = row["jobs"] if measure is Measure.JOBS else row["total_used"]
    return Use(subject.whose[measure], measure, subject.limits[measure], used, opens_at)
