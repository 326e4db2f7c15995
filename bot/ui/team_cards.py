"""The cards of a team: its pot, who paid in and spent, and what each gets back at its end."""

import discord
from discord.utils import format_dt

from bot.i18n import Sentences
from bot.jobs.pots import ClosedPot, OpenedPot, Pot
from bot.ledger.teams import Team, TeamMember
from bot.ui.cards import harmless
from bot.ui.names import named
from bot.ui.parts import BANANA, card, rule, text
from bot.ui.times import moment

MEMBERS_SHOWN = 15


class TeamCards:
    def __init__(self, sentences: Sentences) -> None:
        self._say = sentences.say

    def shown(self, found: Pot | ClosedPot, locale: str) -> discord.ui.LayoutView:
        """A team for one member to look at."""
        if isinstance(found, ClosedPot):
            return self.closed(found, locale)
        lines = [*self._head(found, locale), self.mine(found, locale)]
        return card(BANANA, text("\n".join(lines)), rule(), text(self._members(found, locale)))

    def opened(self, opened: OpenedPot, locale: str) -> discord.ui.LayoutView:
        """For all in the channel, also what came of the team before."""
        lines = [*self._head(opened.pot, locale), self._say("team-how", locale)]
        items = [text("\n".join(lines))]
        if opened.before is not None:
            items.append(text(self._ending(opened.before, locale)))
        return card(BANANA, *items)

    def topped_up(
        self, found: Pot | ClosedPot, member_id: int, amount: int, locale: str
    ) -> discord.ui.LayoutView:
        if isinstance(found, ClosedPot):
            return self.closed(found, locale)
        head = self._say(
            "team-topped-up",
            locale,
            member=f"<@{member_id}>",
            credits=self._credits(amount, locale),
            name=name_of(found.team),
        )
        return card(BANANA, text("\n".join([head, *self._purse(found, locale)])))

    def joined(self, found: Pot | ClosedPot, member_id: int, locale: str) -> discord.ui.LayoutView:
        if isinstance(found, ClosedPot):
            return self.closed(found, locale)
        name = name_of(found.team)
        return card(
            BANANA, text(self._say("team-joined", locale, member=f"<@{member_id}>", name=name))
        )

    def left(self, found: Pot | ClosedPot, locale: str) -> discord.ui.LayoutView:
        if isinstance(found, ClosedPot):
            return self.closed(found, locale)
        return card(BANANA, text(self._say("team-left", locale, name=name_of(found.team))))

    def closed(self, ended: ClosedPot, locale: str) -> discord.ui.LayoutView:
        return card(BANANA, text(self._ending(ended, locale)))

    def mine(self, pot: Pot, locale: str) -> str:
        """What the one who looks has spent of it and may still spend."""
        spent = pot.me.spent if pot.me else 0
        if pot.me is not None and pot.me.away:
            return self._say("team-me-away", locale, spent=self._credits(spent, locale))
        if pot.team.per_member is None:
            return self._say("team-me", locale, spent=self._credits(spent, locale))
        left = self._credits(max(0, pot.team.per_member - spent), locale)
        return self._say("team-me-capped", locale, spent=self._credits(spent, locale), left=left)

    def _head(self, pot: Pot, locale: str) -> list[str]:
        team = pot.team
        cap = (
            self._say("team-no-cap", locale)
            if team.per_member is None
            else self._say("team-cap", locale, credits=self._credits(team.per_member, locale))
        )
        return [
            self._say(
                "team-title",
                locale,
                name=name_of(team),
                channel=f"<#{team.channel_id}>",
                maker=named(team.made_by, self._say, locale),
            ),
            *self._purse(pot, locale),
            cap,
            self._end(pot, locale),
        ]

    def _purse(self, pot: Pot, locale: str) -> list[str]:
        lines = [self._say("team-pot", locale, credits=self._credits(pot.available, locale))]
        if pot.held:
            lines.append(self._say("balance-held", locale, credits=self._credits(pot.held, locale)))
        return lines

    def _end(self, pot: Pot, locale: str) -> str:
        if pot.over:
            return self._say("team-over", locale)
        if pot.team.expires_at is None:
            return self._say("team-endless", locale)
        return self._say("team-ends", locale, when=format_dt(moment(pot.team.expires_at), "R"))

    def _members(self, pot: Pot, locale: str) -> str:
        lines = [self._member(member, locale) for member in pot.members[:MEMBERS_SHOWN]]
        return "\n".join(
            [self._say("team-members", locale), *lines, *self._more(len(pot.members), locale)]
        )

    def _member(self, member: TeamMember, locale: str) -> str:
        key = "team-member-away" if member.away else "team-member"
        who = named(member.member_id, self._say, locale)
        return self._say(key, locale, member=who, paid=member.paid_in, spent=member.spent)

    def _ending(self, ended: ClosedPot, locale: str) -> str:
        key = "team-expired" if ended.expired else "team-closed"
        back = sorted(ended.returned.items(), key=lambda each: -each[1])
        lines = [
            self._say(
                "team-returned",
                locale,
                member=named(member_id, self._say, locale),
                credits=self._credits(amount, locale),
            )
            for member_id, amount in back[:MEMBERS_SHOWN]
        ]
        none = [] if back else [self._say("team-nothing-left", locale)]
        head = self._say(key, locale, name=name_of(ended.team))
        return "\n".join([head, *lines, *none, *self._more(len(back), locale)])

    def _more(self, count: int, locale: str) -> list[str]:
        hidden = count - MEMBERS_SHOWN
        return [self._say("team-more", locale, count=hidden)] if hidden > 0 else []

    def _credits(self, amount: int, locale: str) -> str:
        return self._say("credits", locale, credits=amount)


def name_of(team: Team) -> str:
    """A team's name, harmless to show."""
    return harmless(team.name)
