"""Gifts: offered to their giver on a card first, and given by a press, once."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from bot.db.database import Database, Row, Transaction
from bot.errors import NotEnoughCredits
from bot.former import GIFTS, counted, former_use
from bot.jobs.person import Person
from bot.ledger.ledger import Ledger
from bot.quotas.calendar import Calendar, Period
from bot.quotas.limit import Who
from bot.sharing import DailyGiftsReached, GiftOver, GiftToOneself, ServerOnly, TooFewCredits

LASTS = 24 * 3600 * 1_000_000
"""Microseconds in which an offered gift may be confirmed."""
NOTE_LIMIT = 200


class GiftState(StrEnum):
    OFFERED = "offered"
    GIVEN = "given"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Gift:
    """One row of `gifts`; `offered_at` in microseconds UTC."""

    id: str
    from_id: int
    to_id: int
    amount: int
    note: str
    state: GiftState
    offered_at: int

    @property
    def open_until(self) -> int:
        """When it can no longer be confirmed."""
        return self.offered_at + LASTS


@dataclass(frozen=True, slots=True)
class GiftOffer:
    """A gift to confirm; what its giver has, and how much they may give today."""

    gift: Gift
    available: int
    left_today: int


@dataclass(frozen=True, slots=True)
class Given:
    """A gift that was given; `now` is False when it had been. `available` is what is left."""

    gift: Gift
    available: int
    now: bool


class Gifts:
    """`now` in microseconds UTC; `daily` is how many credits a member may give away each day."""

    def __init__(
        self,
        *,
        database: Database,
        ledger: Ledger,
        calendar: Calendar,
        now: Callable[[], int],
        new_id: Callable[[], str],
        daily: int,
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._calendar = calendar
        self._now = now
        self._new_id = new_id
        self._daily = daily

    async def offer(
        self, who: Who, to: Person, amount: int, note: str, *, interaction_id: int
    ) -> GiftOffer:
        """Remember what is to be confirmed; nothing moves yet.

        Raises ServerOnly, GiftToOneself, BotsHaveNoCredits, NotInThisServer, DailyGiftsReached or
        TooFewCredits. An interaction that is delivered twice is one gift.
        """
        if not who.guild_id:
            raise ServerOnly
        if to.id == who.member_id:
            raise GiftToOneself
        to.check()
        gift_id = self._new_id()

        async def remember(tx: Transaction) -> GiftOffer:
            left = await self._left_today(tx, who.member_id)
            account = await self._ledger.open(tx, f"member:{who.member_id}")
            if amount > left:
                raise self._too_much(left)
            if amount > account.available:
                raise TooFewCredits(amount, account.available)
            await tx.run(
                "offer_gift",
                id=gift_id,
                interaction_id=interaction_id,
                from_id=who.member_id,
                to_id=to.id,
                amount=amount,
                note=_storable(note),
                now=self._now(),
            )
            row = await tx.one("gift_of_interaction", interaction_id=interaction_id)
            return GiftOffer(_gift(row), account.available, left)

        return await self._database.write(remember)

    async def give(self, gift_id: str, by: int) -> Given:
        """Move the credits, at most once, however often it is asked for.

        Raises GiftOver when it was cancelled, is a day old or is not `by`'s to give;
        DailyGiftsReached or TooFewCredits, after which it may still be given.
        """

        async def move(tx: Transaction) -> Given:
            ended = await self._end(tx, gift_id, by, GiftState.GIVEN)
            gift = _gift(await tx.one("gift", id=gift_id, from_id=by))
            if gift.state is not GiftState.GIVEN:
                raise GiftOver
            if ended:
                await self._pay(tx, gift)
            account = await self._ledger.account(tx, f"member:{by}")
            return Given(gift, account.available if account else 0, now=ended)

        return await self._database.write(move)

    async def cancel(self, gift_id: str, by: int) -> Gift:
        """Give up a gift; raises GiftOver when it was given, or is not `by`'s."""

        async def stop(tx: Transaction) -> Gift:
            await self._end(tx, gift_id, by, GiftState.CANCELLED)
            gift = _gift(await tx.one("gift", id=gift_id, from_id=by))
            if gift.state is not GiftState.CANCELLED:
                raise GiftOver
            return gift

        return await self._database.write(stop)

    async def _end(self, tx: Transaction, gift_id: str, by: int, state: GiftState) -> bool:
        now = self._now()
        ended = await tx.one(
            "end_gift", id=gift_id, from_id=by, state=state, now=now, offered_after=now - LASTS
        )
        return ended is not None

    async def _pay(self, tx: Transaction, gift: Gift) -> None:
        today = self._calendar.start(Period.DAY, self._now())
        former = counted(await former_use(tx, gift.from_id), GIFTS, since=today)
        most = self._daily - former
        given = gift.amount <= most and await tx.one(
            "count_gift", member_id=gift.from_id, day=today, amount=gift.amount, most=most
        )
        if not given:
            raise self._too_much(await self._left_today(tx, gift.from_id))
        to = f"member:{gift.to_id}"
        await self._ledger.open(tx, to)
        try:
            await self._ledger.transfer(
                tx, f"member:{gift.from_id}", to, gift.amount, reason="gift"
            )
        except NotEnoughCredits as error:
            raise TooFewCredits(error.needed, error.available) from error

    async def _left_today(self, tx: Transaction, member_id: int) -> int:
        row = await tx.one("gift_day", member_id=member_id)
        today = self._calendar.start(Period.DAY, self._now())
        given = row["given"] if row and row["day"] >= today else 0
        given += counted(await former_use(tx, member_id), GIFTS, since=today)
        return max(0, self._daily - given)

    def _too_much(self, left: int) -> DailyGiftsReached:
        opens_at = self._calendar.end(Period.DAY, self._now())
        return DailyGiftsReached(self._daily, left, opens_at)


def _gift(row: Row | None) -> Gift:
    if row is None:
        raise GiftOver
    return Gift(**{**row, "state": GiftState(row["state"])})


def _storable(note: str) -> str:
    """A lone surrogate is no text that could be stored or sent."""
    return note.encode("utf-8", "replace").decode("utf-8").strip()[:NOTE_LIMIT]
