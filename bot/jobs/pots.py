"""What people do with the team of a channel or thread. One past its time is closed on sight."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bot.db.database import Database, Transaction
from bot.errors import NotEnoughCredits, TeamBusy
from bot.jobs.person import Person
from bot.ledger.ledger import Ledger
from bot.ledger.teams import Team, TeamMember, Teams
from bot.quotas.limit import Who
from bot.sharing import NoTeam, NotYourTeam, ServerOnly, TooFewCredits

P = TypeVar("P")
NAME_LIMIT = 50


@dataclass(frozen=True, slots=True)
class Pot:
    """An open team as one member sees it; `me` is None for who has not used it.

    `over` when its time is over and a picture that it pays for is still being drawn.
    """

    team: Team
    available: int
    held: int
    members: Sequence[TeamMember]
    me: TeamMember | None
    over: bool


@dataclass(frozen=True, slots=True)
class ClosedPot:
    """A team that has ended, and what each who paid in got back, by member id."""

    team: Team
    returned: Mapping[int, int]
    expired: bool


@dataclass(frozen=True, slots=True)
class OpenedPot:
    """A new team; `before` is the one that it followed, when that one's time was over."""

    pot: Pot
    before: ClosedPot | None


class Pots:
    """`channels` are the thread and its channel, the nearest first; the first team found counts.

    Every method raises ServerOnly in a direct message and, but for `create`, NoTeam. Where the
    team's time is over it is closed instead, and the ClosedPot returned. `now` in microseconds UTC.
    An interaction that is delivered twice moves credits once; the second time, None is returned.
    """

    def __init__(
        self, *, database: Database, ledger: Ledger, teams: Teams, now: Callable[[], int]
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._teams = teams
        self._now = now

    async def create(
        self,
        who: Who,
        channels: Sequence[int],
        *,
        name: str,
        credits_in: int,
        per_member: int | None,
        lasts: int | None,
        interaction_id: int,
    ) -> OpenedPot | None:
        """Open a team for the nearest channel; `lasts` in microseconds, None without end.

        Raises TeamExists, TooFewCredits, and TeamBusy while one whose time is over still draws.
        """

        async def open_pot(tx: Transaction) -> OpenedPot | None:
            if not await self._hear(tx, interaction_id):
                return None
            before = None
            known = await self._teams.find(tx, channels[0])
            if known is not None and self._teams.over(known):
                before = await self._end(tx, known, expired=True)
            try:
                team = await self._teams.create(
                    tx,
                    guild_id=who.guild_id,
                    channel_id=channels[0],
                    name=_storable(name),
                    made_by=who.member_id,
                    credits_in=credits_in,
                    per_member=per_member,
                    expires_at=None if lasts is None else self._now() + lasts,
                )
            except NotEnoughCredits as error:
                raise TooFewCredits(error.needed, error.available) from error
            return OpenedPot(await self._view(tx, team, who), before)

        _check_server(who)
        return await self._database.write(open_pot)

    async def show(self, who: Who, channels: Sequence[int]) -> Pot | ClosedPot:
        """The team here, also while it is over and waits for its last picture."""

        async def see(tx: Transaction, team: Team) -> Pot:
            return await self._view(tx, team, who)

        return await self._database.write(
            lambda tx: self._with(tx, who, channels, see, patient=True)
        )

    async def add(self, who: Who, channels: Sequence[int], person: Person) -> Pot | ClosedPot:
        """Let somebody who left draw again; raises BotsHaveNoCredits and NotInThisServer."""

        async def let_in(tx: Transaction, team: Team) -> Pot:
            await self._teams.join(tx, team, person.id)
            return await self._view(tx, team, who)

        person.check()
        return await self._database.write(lambda tx: self._with(tx, who, channels, let_in))

    async def leave(self, who: Who, channels: Sequence[int]) -> Pot | ClosedPot:
        """From here on they pay for themselves; what they paid in stays until the end."""

        async def go(tx: Transaction, team: Team) -> Pot:
            await self._teams.leave(tx, team, who.member_id)
            return await self._view(tx, team, who)

        return await self._database.write(lambda tx: self._with(tx, who, channels, go))

    async def top_up(
        self, who: Who, channels: Sequence[int], amount: int, *, interaction_id: int
    ) -> Pot | ClosedPot | None:
        """Put a member's own credits into the pot; raises TooFewCredits."""

        async def pay(tx: Transaction, team: Team) -> Pot:
            try:
                await self._teams.top_up(tx, team, who.member_id, amount)
            except NotEnoughCredits as error:
                raise TooFewCredits(error.needed, error.available) from error
            return await self._view(tx, team, who)

        async def pay_once(tx: Transaction) -> Pot | ClosedPot | None:
            if not await self._hear(tx, interaction_id):
                return None
            return await self._with(tx, who, channels, pay)

        return await self._database.write(pay_once)

    async def close(
        self, who: Who, channels: Sequence[int], *, manages: bool, interaction_id: int
    ) -> ClosedPot | None:
        """Pay everything back; `manages` says whether they may close others' teams here.

        Raises NotYourTeam and TeamBusy.
        """

        async def end(tx: Transaction, team: Team) -> ClosedPot:
            if not manages and team.made_by != who.member_id:
                raise NotYourTeam
            return await self._end(tx, team, expired=False)

        async def end_once(tx: Transaction) -> ClosedPot | None:
            if not await self._hear(tx, interaction_id):
                return None
            return await self._with(tx, who, channels, end)

        return await self._database.write(end_once)

    async def abandon(self, channel_id: int) -> None:
        """The channel is gone: pay its team back, now or as soon as its last picture is done."""

        async def end(tx: Transaction) -> None:
            team = await self._teams.find(tx, channel_id)
            if team is not None:
                await self._teams.end(tx, team)

        await self._database.write(end)

    async def sweep(self, gone: Callable[[Team], Awaitable[bool]]) -> None:
        """Close every team whose channel is `gone`, as `abandon` does."""
        teams = await self._database.read(self._teams.all)
        for team in teams:
            if await gone(team):
                await self.abandon(team.channel_id)

    async def here(self, tx: Transaction, who: Who, channels: Sequence[int]) -> Pot | None:
        """The team of a place as it is, in the caller's transaction; None where there is none."""
        team = await self._find(tx, channels) if who.guild_id else None
        return await self._view(tx, team, who) if team else None

    async def _with(
        self,
        tx: Transaction,
        who: Who,
        channels: Sequence[int],
        work: Callable[[Transaction, Team], Awaitable[P]],
        *,
        patient: bool = False,
    ) -> P | ClosedPot:
        """`work` on the team here, or its end where its time is over; `patient` with a busy one."""
        _check_server(who)
        team = await self._find(tx, channels)
        if team is None:
            raise NoTeam
        if self._teams.over(team):
            try:
                return await self._end(tx, team, expired=True)
            except TeamBusy:
                if not patient:
                    raise
        return await work(tx, team)

    async def _end(self, tx: Transaction, team: Team, *, expired: bool) -> ClosedPot:
        return ClosedPot(team, await self._teams.close(tx, team), expired)

    async def _find(self, tx: Transaction, channels: Sequence[int]) -> Team | None:
        for channel in channels:
            team = await self._teams.find(tx, channel)
            if team is not None:
                return team
        return None

    async def _view(self, tx: Transaction, team: Team, who: Who) -> Pot:
        account = await self._ledger.account(tx, team.account_id)
        members = await self._teams.members(tx, team)
        return Pot(
            team=team,
            available=account.available if account else 0,
            held=account.held if account else 0,
            members=members,
            me=next((member for member in members if member.member_id == who.member_id), None),
            over=self._teams.over(team),
        )

    async def _hear(self, tx: Transaction, interaction_id: int) -> bool:
        heard = await tx.one("hear", interaction_id=interaction_id, now=self._now())
        return heard is not None


def _check_server(who: Who) -> None:
    if not who.guild_id:
        raise ServerOnly


def _storable(name: str) -> str:
    """One line of text that can be stored and sent."""
    words = name.encode("utf-8", "replace").decode("utf-8").split()
    return " ".join(words)[:NAME_LIMIT] or "🍌"
