"""A team: one pot for a channel or thread, from which everyone there draws.

Every method runs in the caller's transaction. What is left at the end goes back to those who paid
in, in proportion to what they paid.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.db.database import Transaction
from bot.errors import TeamBusy, TeamExists
from bot.former import counted, former_use
from bot.ledger.entry import Account
from bot.ledger.ledger import MOST, Ledger
from bot.sharing import NoTeam


@dataclass(frozen=True, slots=True)
class Team:
    """`per_member` is what one member may spend of it in all, None for no limit."""

    id: str
    guild_id: int
    channel_id: int
    name: str
    per_member: int | None
    expires_at: int | None
    made_by: int
    made_at: int

    @property
    def account_id(self) -> str:
        return f"team:{self.id}"


@dataclass(frozen=True, slots=True)
class TeamMember:
    """Who paid in or spent; `away` when they left and pay for themselves."""

    member_id: int
    paid_in: int
    spent: int
    away: bool


class Teams:
    """`now` in microseconds UTC."""

    def __init__(
        self, *, ledger: Ledger, now: Callable[[], int], new_id: Callable[[], str]
    ) -> None:
        self._ledger = ledger
        self._now = now
        self._new_id = new_id

    async def create(
        self,
        tx: Transaction,
        *,
        guild_id: int,
        channel_id: int,
        name: str,
        made_by: int,
        credits_in: int,
        per_member: int | None = None,
        expires_at: int | None = None,
    ) -> Team:
        """Open a team with a first payment by who makes it.

        Raises TeamExists where the channel has one, and NotEnoughCredits.
        """
        team = Team(
            self._new_id(), guild_id, channel_id, name, per_member, expires_at, made_by, self._now()
        )
        made = await tx.one(
            "make_team",
            id=team.id,
            guild_id=guild_id,
            channel_id=channel_id,
            name=name,
            per_member=per_member,
            expires_at=expires_at,
            made_by=made_by,
            now=team.made_at,
        )
        if made is None:
            raise TeamExists
        await self._ledger.open(tx, team.account_id, welcome=False)
        await self.top_up(tx, team, made_by, credits_in)
        return team

    async def find(self, tx: Transaction, channel_id: int) -> Team | None:
        """The team of a channel or thread, whether or not its time is over."""
        row = await tx.one("team_in", channel_id=channel_id)
        return Team(**row) if row else None

    async def members(self, tx: Transaction, team: Team) -> list[TeamMember]:
        """Those who paid in first, the most first."""
        rows = await tx.all("team_members", team_id=team.id)
        return [
            TeamMember(row["member_id"], row["paid_in"], row["spent"], bool(row["away"]))
            for row in rows
        ]

    async def lock(self, tx: Transaction, team: Team) -> Account | None:
        """The pot, which nobody else changes before the transaction ends; None where it is closed.

        Whoever pays in, draws or closes holds it, so that no two of them do so at once.
        """
        pot = await self._ledger.lock(tx, team.account_id)
        return pot if await tx.one("open_team", id=team.id) is not None else None

    async def join(self, tx: Transaction, team: Team, member_id: int) -> None:
        """Let a member who left draw from the pot again."""
        await tx.run("join_team", team_id=team.id, member_id=member_id)

    async def leave(self, tx: Transaction, team: Team, member_id: int) -> None:
        """From here on this member pays for themselves; what they paid in stays until the end."""
        await tx.run("leave_team", team_id=team.id, member_id=member_id)

    async def top_up(self, tx: Transaction, team: Team, member_id: int, amount: int) -> None:
        """Put a member's own credits into the pot.

        Raises NotEnoughCredits, and NoTeam where it was closed meanwhile.
        """
        if await self.lock(tx, team) is None:
            raise NoTeam
        account = f"member:{member_id}"
        await self._ledger.open(tx, account)
        await self._ledger.transfer(tx, account, team.account_id, amount, reason="team")
        await tx.run("count_member", team_id=team.id, member_id=member_id)
        await tx.run("pay_in", team_id=team.id, member_id=member_id, amount=amount)

    async def draw(self, tx: Transaction, team: Team, member_id: int, amount: int) -> bool:
        """Count what a member is about to spend; False when they may not, or not so much.

        The pot must be locked.
        """
        if self.over(team):
            return False
        await tx.run("count_member", team_id=team.id, member_id=member_id)
        former = counted(await former_use(tx, member_id), f"team:{team.id}")
        most = MOST if team.per_member is None else team.per_member - former
        drawn = await tx.one(
            "draw_from_team", team_id=team.id, member_id=member_id, amount=amount, most=most
        )
        return drawn is not None

    async def share_left(self, tx: Transaction, team: Team, member_id: int) -> int:
        """The most a member may still draw, whatever is in the pot."""
        if self.over(team):
            return 0
        known = {member.member_id: member for member in await self.members(tx, team)}
        member = known.get(member_id, TeamMember(member_id, 0, 0, away=False))
        if member.away:
            return 0
        former = counted(await former_use(tx, member_id), f"team:{team.id}")
        return MOST if team.per_member is None else max(0, team.per_member - member.spent - former)

    async def share(
        self, tx: Transaction, team: Team, member_id: int, reservation_id: str, amount: int
    ) -> None:
        """Tie what was drawn to the reservation it is for."""
        await tx.run(
            "add_team_share",
            reservation_id=reservation_id,
            team_id=team.id,
            member_id=member_id,
            amount=amount,
        )

    async def give_back(self, tx: Transaction, reservation_id: str, *, unused: int) -> None:
        """Credits a reservation did not use may be spent again; call once."""
        if unused:
            await tx.run("team_give_back", reservation_id=reservation_id, unused=unused)

    async def all(self, tx: Transaction) -> list[Team]:
        """Every open team, the oldest first."""
        return [Team(**row) for row in await tx.all("open_teams")]

    async def end(self, tx: Transaction, team: Team) -> dict[int, int]:
        """Its channel is gone: nobody draws any more, and it closes now or with its last job.

        What each who paid in got back by now, by member id.
        """
        await tx.run("end_team", id=team.id, now=self._now())
        try:
            return await self.close(tx, team)
        except TeamBusy:
            return {}

    async def settled(self, tx: Transaction, reservation_id: str) -> None:
        """A reservation ended or was refunded: pay out the pot it came from, if that is gone."""
        row = await tx.one("team_of_share", reservation_id=reservation_id)
        if row is None:
            return
        ended = {"gone_at", "closed_at"}
        team = Team(**{name: row[name] for name in row if name not in ended})
        if row["closed_at"] is not None:
            pot = await self._ledger.lock(tx, team.account_id)
            await self._pay_out(tx, team, pot.available if pot else 0)
        elif row["gone_at"] is not None:
            await self.end(tx, team)

    def over(self, team: Team) -> bool:
        """Whether its time is over, so that it pays no more."""
        return team.expires_at is not None and team.expires_at <= self._now()

    async def close(self, tx: Transaction, team: Team) -> dict[int, int]:
        """End a team; what each who paid in gets back, by member id.

        Raises TeamBusy while a job that it pays for is under way.
        """
        pot = await self.lock(tx, team)
        if pot is None:
            return {}
        if pot.held:
            raise TeamBusy
        await tx.run("close_team", id=team.id, now=self._now())
        return await self._pay_out(tx, team, pot.available)

    async def _pay_out(self, tx: Transaction, team: Team, left: int) -> dict[int, int]:
        payers = [member for member in await self.members(tx, team) if member.paid_in]
        back = divide(left, [member.paid_in for member in payers])
        parts = zip((member.member_id for member in payers), back, strict=True)
        returned = {member_id: amount for member_id, amount in parts if amount}
        accounts = {f"member:{member_id}": amount for member_id, amount in returned.items()}
        for to in sorted(accounts, reverse=True):
            await self._ledger.transfer(tx, team.account_id, to, accounts[to], reason="team closed")
        return returned


def divide(amount: int, shares: Sequence[int]) -> list[int]:
    """Whole parts in proportion to `shares`, which add up to `amount` where there is a share.

    What rounding leaves goes to the largest remainders, the earlier first.
    """
    total = sum(shares)
    if not total:
        return [0] * len(shares)
    parts = [amount * share // total for share in shares]
    remainders = [amount * share % total for share in shares]
    order = sorted(range(len(shares)), key=lambda place: (-remainders[place], place))
    for place in order[: amount - sum(parts)]:
        parts[place] += 1
    return parts
