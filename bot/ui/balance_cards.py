"""The card of /balance: what somebody has, may use and spent."""

from io import BytesIO

import discord
from discord.utils import format_dt

from bot.i18n import Sentences
from bot.jobs.standing import Running, Spending, Standing
from bot.ledger.entry import LedgerEntry, MovementKind
from bot.ledger.wallets import Statement
from bot.quotas.allowance import Purse
from bot.quotas.limit import Use
from bot.ui.parts import BANANA, card, rule, text
from bot.ui.team_cards import TeamCards, name_of
from bot.ui.times import moment
from bot.ui.upstream_lines import UpstreamLines

CHART = "spending.png"
RUNNING_SHOWN = 5
MOST_TEXT = 4000
"""Characters that Discord takes on one card."""
TRANSFERS = (
    ("gift", "entry-gift"),
    ("team", "entry-team"),
    ("team closed", "entry-team-closed"),
    ("fund by", "entry-fund"),
    ("take by", "entry-take"),
)
"""How a transfer's reason in the ledger begins, and what it is called; the last that fits."""


class BalanceCards:
    def __init__(self, sentences: Sentences) -> None:
        self._say = sentences.say
        self._teams = TeamCards(sentences)
        self._upstreams = UpstreamLines(sentences.say)

    def balance(self, standing: Standing, locale: str) -> discord.ui.LayoutView:
        """To be sent with the file of `chart`."""
        statement = standing.statement
        outlook = standing.outlook
        blocks = [
            self._upstreams.closures(outlook, locale) if outlook else [],
            self._title(standing, locale),
            self._here(standing, locale),
            self._limits(standing, locale),
            self._held(standing, locale),
            self._entries(statement, locale) if statement else [],
        ]
        if outlook and outlook.keys:
            room = MOST_TEXT - sum(len(line) + 1 for block in blocks for line in block)
            blocks.append(self._upstreams.keys(outlook, locale, room=room))
        items: list[discord.ui.Item[discord.ui.LayoutView]] = []
        for block in blocks:
            if block:
                items += [*([rule()] if items else []), text("\n".join(block))]
        if standing.spending.chart:
            alt = self._alt(standing.spending, locale)
            picture = discord.MediaGalleryItem(f"attachment://{CHART}", description=alt)
            items.append(discord.ui.MediaGallery(picture))
        return card(BANANA, *items)

    def chart(self, standing: Standing) -> list[discord.File]:
        """The picture on the card, where there is one."""
        chart = standing.spending.chart
        return [discord.File(BytesIO(chart), filename=CHART)] if chart else []

    def _title(self, standing: Standing, locale: str) -> list[str]:
        statement = standing.statement
        if statement is None:
            member = f"<@{standing.member_id}>"
            return [self._say("balance-title-member", locale, member=member)]
        lines = [
            self._say("balance-title", locale),
            self._say(
                "balance-available", locale, credits=self._credits(statement.available, locale)
            ),
        ]
        if statement.held:
            held = self._credits(statement.held, locale)
            lines.append(self._say("balance-held", locale, credits=held))
        spent = self._credits(statement.spent_this_month, locale)
        since = format_dt(moment(statement.month_start), "d")
        return [*lines, self._say("balance-month", locale, credits=spent, since=since)]

    def _here(self, standing: Standing, locale: str) -> list[str]:
        mine = standing.statement is not None
        lines = [self._allowance(standing.purse, mine, locale)] if standing.purse else []
        if standing.pool is not None:
            pool = self._credits(standing.pool.available, locale)
            held = self._credits(standing.pool.held, locale)
            lines.append(self._say("balance-pool", locale, credits=pool, held=held))
        if standing.pot is not None:
            pot = standing.pot
            lines.append(
                self._say(
                    "balance-team",
                    locale,
                    name=name_of(pot.team),
                    credits=self._credits(pot.available, locale),
                )
            )
            if mine:
                lines.append(f"-# {self._teams.mine(pot, locale)}")
        return [self._say("balance-here", locale), *lines] if lines else []

    def _allowance(self, purse: Purse, mine: bool, locale: str) -> str:
        return self._say(
            "balance-allowance" if mine else "balance-allowance-member",
            locale,
            left=self._credits(purse.left, locale),
            whole=purse.allowance.credits + purse.carried,
            when=format_dt(moment(purse.renews_at), "R"),
        )

    def _limits(self, standing: Standing, locale: str) -> list[str]:
        lines = [self._limit(use, locale) for use in standing.uses]
        return [self._say("balance-limits", locale), *lines] if lines else []

    def _limit(self, use: Use, locale: str) -> str:
        line = self._say(
            "balance-limit",
            locale,
            whose=self._say(f"balance-whose-{use.whose}", locale),
            measure=self._say(f"limit-measure-{use.measure}", locale),
            used=use.used,
            limit=use.limit,
            left=use.left,
        )
        if use.opens_at is None:
            return line
        when = format_dt(moment(use.opens_at), "R")
        return f"{line} · {self._say('balance-anew', locale, when=when)}"

    def _held(self, standing: Standing, locale: str) -> list[str]:
        shown = [self._job(job, locale) for job in standing.running[:RUNNING_SHOWN]]
        hidden = len(standing.running) - len(shown)
        more = [self._say("balance-more", locale, count=hidden)] if hidden else []
        return [self._say("balance-running", locale), *shown, *more] if shown else []

    def _job(self, job: Running, locale: str) -> str:
        amount = self._credits(job.credits, locale)
        if job.private or job.channel_id is None:
            return f"{amount} · {self._say('balance-private', locale)}"
        place = f"{job.guild_id or '@me'}/{job.channel_id}/{job.message_id}"
        return f"{amount} · https://discord.com/channels/{place}"

    def _entries(self, statement: Statement, locale: str) -> list[str]:
        lines = [self._entry(entry, locale) for entry in statement.entries]
        return [self._say("balance-entries" if lines else "balance-none", locale), *lines]

    def _entry(self, entry: LedgerEntry, locale: str) -> str:
        # Signed when credits came or went, bare when they only changed between held and not.
        amount = f"{entry.amount:+,}" if entry.amount else f"{abs(entry.held_change):,}"
        return f"{amount} · {self._what(entry, locale)} · {format_dt(moment(entry.at), 'R')}"

    def _what(self, entry: LedgerEntry, locale: str) -> str:
        if entry.kind is MovementKind.TRANSFER:
            fitting = [key for start, key in TRANSFERS if entry.reason.startswith(start)]
            if fitting:
                return self._say(fitting[-1], locale)
        return self._say(f"entry-{entry.kind}", locale)

    def _alt(self, spending: Spending, locale: str) -> str:
        most = max(spending.amounts)
        return self._say(
            "balance-chart",
            locale,
            total=self._credits(sum(spending.amounts), locale),
            most=self._credits(most, locale),
            day=spending.days[spending.amounts.index(most)],
        )

    def _credits(self, amount: int, locale: str) -> str:
        return self._say("credits", locale, credits=amount)
