"""What a member may know of their credits in a place, and a manager of a member's."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.db.database import Database, Transaction
from bot.errors import ManagersOnly
from bot.images.codec import Codec
from bot.jobs.outlook import Outlook, Outlooks
from bot.jobs.pots import Pot, Pots
from bot.ledger.entry import Account
from bot.ledger.ledger import Ledger
from bot.ledger.wallets import Statement, Wallets
from bot.quotas.allowance import Allowances, Purse
from bot.quotas.calendar import Calendar, Period
from bot.quotas.limit import Use, Who, Whose
from bot.quotas.quotas import Quotas
from bot.sharing import ServerOnly

DAYS = 30
ENTRIES = 10
QUARTER = 900_000_000
"""Microseconds: the database adds up by quarters of an hour, as whole ones make every day."""


@dataclass(frozen=True, slots=True)
class Running:
    """A job that holds credits, and where its card lies; a private one's cannot be linked to."""

    guild_id: int | None
    channel_id: int | None
    message_id: int
    private: bool
    credits: int


@dataclass(frozen=True, slots=True)
class Spending:
    """What pictures cost on each of the last days, the oldest first; `chart` is a PNG of it."""

    days: tuple[date, ...]
    amounts: tuple[int, ...]
    chart: bytes | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """None and empty where there is nothing, or nothing that the reader may know.

    `statement` is None when a manager looks at a member, of whom they see this server's part alone.
    """

    member_id: int
    statement: Statement | None
    purse: Purse | None
    pool: Account | None
    pot: Pot | None
    uses: tuple[Use, ...]
    running: tuple[Running, ...]
    spending: Spending
    outlook: Outlook | None = None


class Standings:
    """`now` in microseconds UTC. `outlooks` say what can be drawn just now, where that is known."""

    def __init__(
        self,
        *,
        database: Database,
        ledger: Ledger,
        wallets: Wallets,
        allowances: Allowances,
        quotas: Quotas,
        pots: Pots,
        calendar: Calendar,
        codec: Codec,
        now: Callable[[], int],
        outlooks: Outlooks | None = None,
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._wallets = wallets
        self._allowances = allowances
        self._quotas = quotas
        self._pots = pots
        self._calendar = calendar
        self._codec = codec
        self._now = now
        self._outlooks = outlooks

    async def mine(
        self, who: Who, channels: Sequence[int], *, manages: bool, operates: bool = False
    ) -> Standing:
        """Everything of one's own; with `manages` also the server's pool, with `operates` what is
        known of the upstreams.

        Someone new gets their account and welcome grant first.
        """

        async def look(tx: Transaction) -> Standing:
            return Standing(
                member_id=who.member_id,
                statement=await self._wallets.look(tx, who.member_id, entries=ENTRIES),
                purse=await self._allowances.purse(tx, who) if who.guild_id else None,
                pool=await self._pool(tx, who) if manages else None,
                pot=await self._pots.here(tx, who, channels),
                uses=tuple(await self._quotas.uses(tx, who)),
                running=await self._running(tx, who.member_id, None),
                spending=await self._spending(tx, who.member_id, None),
            )

        await self._wallets.open(who.member_id)
        standing = await self._database.read(look)
        if self._outlooks is not None:
            outlook = await self._outlooks.look(operates=operates)
            standing = replace(standing, outlook=outlook)
        return await self._drawn(standing)

    async def of_member(self, who: Who, channels: Sequence[int], *, manages: bool) -> Standing:
        """What `who` uses in this server, for those who manage it.

        Raises ServerOnly, and ManagersOnly without `manages`.
        """

        async def look(tx: Transaction) -> Standing:
            uses = await self._quotas.uses(tx, who)
            return Standing(
                member_id=who.member_id,
                statement=None,
                purse=await self._allowances.purse(tx, who),
                pool=None,
                pot=await self._pots.here(tx, who, channels),
                uses=tuple(use for use in uses if use.whose in {Whose.MEMBER, Whose.ROLE}),
                running=await self._running(tx, who.member_id, who.guild_id),
                spending=await self._spending(tx, who.member_id, who.guild_id),
            )

        if not who.guild_id:
            raise ServerOnly
        if not manages:
            raise ManagersOnly
        return await self._drawn(await self._database.read(look))

    async def _pool(self, tx: Transaction, who: Who) -> Account | None:
        return await self._ledger.account(tx, f"server:{who.guild_id}") if who.guild_id else None

    async def _running(
        self, tx: Transaction, member_id: int, guild_id: int | None
    ) -> tuple[Running, ...]:
        rows = await tx.all("running_jobs", member_id=member_id, guild_id=guild_id)
        return tuple(Running(**{**row, "private": bool(row["private"])}) for row in rows)

    async def _spending(self, tx: Transaction, member_id: int, guild_id: int | None) -> Spending:
        starts = [self._calendar.start(Period.DAY, self._now())]
        while len(starts) < DAYS:
            starts.insert(0, self._calendar.start(Period.DAY, starts[0] - 1))
        rows = await tx.all(
            "charged_since", member_id=member_id, guild_id=guild_id, since=starts[0]
        )
        days = [self._calendar.date(start) for start in starts]
        amounts = dict.fromkeys(days, 0)
        for row in rows:
            day = self._calendar.date(row["quarter"] * QUARTER)
            amounts[day] = amounts.get(day, 0) + row["credits"]
        return Spending(tuple(days), tuple(amounts[day] for day in days))

    async def _drawn(self, standing: Standing) -> Standing:
        """With its picture, where there is something to see."""
        spending = standing.spending
        if not any(spending.amounts):
            return standing
        chart = await self._codec.draw_days(
            spending.amounts,
            first=spending.days[0].isoformat(),
            last=spending.days[-1].isoformat(),
        )
        return replace(standing, spending=replace(spending, chart=chart))
