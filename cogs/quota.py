"""/quota: limits, allowances and the pool, for managers; credits made and taken, for operators."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Client
from bot.jobs.limits import MEASURES, PERIODS, WHOSE, Caller
from bot.jobs.outlets import Outlet
from bot.jobs.reports import SPANS, Span
from bot.ui.alert_cards import AlertCards
from bot.ui.report_cards import ReportCards
from bot.ui.translator import localized

CHOICES: Mapping[str, list[app_commands.Choice[str]]] = MappingProxyType(
    {
        "whose": [app_commands.Choice(name=localized(f"choice-whose-{x}"), value=x) for x in WHOSE],
        "measure": [
            app_commands.Choice(name=localized(f"limit-measure-{x}"), value=x) for x in MEASURES
        ],
        "period": [app_commands.Choice(name=localized(f"period-{x}"), value=x) for x in PERIODS],
        "to": [
            app_commands.Choice(name=localized("choice-alerts-owner"), value="owner"),
            app_commands.Choice(name=localized("choice-alerts-off"), value="off"),
        ],
        "span": [app_commands.Choice(name=localized(f"report-span-{x}"), value=x) for x in SPANS],
    }
)
WHAT = {
    "whose": localized("option-whose"),
    "measure": localized("option-measure"),
    "role": localized("option-limit-role"),
    "member": localized("option-limit-member"),
}
MADE = {"credits": localized("option-credits"), "reason": localized("option-reason")}
Credits = app_commands.Range[int, 1, 1_000_000_000]
Allowed = app_commands.Range[int, 0, 1_000_000_000]
Reason = app_commands.Range[str, 1, 200]


@app_commands.default_permissions(manage_guild=True)
@app_commands.guild_only()
class Quota(
    commands.GroupCog, group_name="quota", group_description=localized("quota-description")
):
    """Every answer is for who asked alone. The services check who that is."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._limits = client.services.limits
        self._treasury = client.services.treasury
        self._cards = client.services.limit_cards
        self._reports = client.services.reports
        self._outlets = client.services.outlets
        self._alert_cards = AlertCards(client.services.sentences.say)
        self._report_cards = ReportCards(client.services.sentences.say)

    @app_commands.command(name="set", description=localized("quota-set-description"))
    @app_commands.describe(amount=localized("option-amount"), **WHAT)
    @app_commands.choices(whose=CHOICES["whose"], measure=CHOICES["measure"])
    async def set(
        self,
        interaction: discord.Interaction,
        whose: str,
        measure: str,
        amount: app_commands.Range[str, 1, 20],
        role: discord.Role | None = None,
        member: discord.Member | None = None,
    ) -> None:
        caller = await self._begin(interaction)
        limit = await self._limits.set(
            caller,
            whose=whose,
            owner_id=_owner(whose, role, member),
            measure=measure,
            amount=amount,
        )
        await _show(interaction, self._cards.set(limit, interaction.locale.value))

    @app_commands.command(name="clear", description=localized("quota-clear-description"))
    @app_commands.describe(**WHAT)
    @app_commands.choices(whose=CHOICES["whose"], measure=CHOICES["measure"])
    async def clear(
        self,
        interaction: discord.Interaction,
        whose: str,
        measure: str,
        role: discord.Role | None = None,
        member: discord.Member | None = None,
    ) -> None:
        caller = await self._begin(interaction)
        limit, was_set = await self._limits.clear(
            caller, whose=whose, owner_id=_owner(whose, role, member), measure=measure
        )
        card = self._cards.cleared(limit, interaction.locale.value, was_set=was_set)
        await _show(interaction, card)

    @app_commands.command(name="show", description=localized("quota-show-description"))
    async def show(self, interaction: discord.Interaction) -> None:
        seen = await self._limits.show(await self._begin(interaction))
        await _show(interaction, self._cards.overview(seen, interaction.locale.value))

    @app_commands.command(name="allowance", description=localized("quota-allowance-description"))
    @app_commands.describe(
        role=localized("option-allowance-role"),
        credits=localized("option-allowance-credits"),
        period=localized("option-period"),
        carry=localized("option-carry"),
    )
    @app_commands.choices(period=CHOICES["period"])
    async def allowance(
        self,
        interaction: discord.Interaction,
        role: discord.Role,
        credits: Allowed,  # noqa: A002 - the option's name on Discord
        period: str,
        carry: Allowed = 0,
    ) -> None:
        caller = await self._begin(interaction)
        allowance = await self._limits.allow(
            caller, role_id=role.id, amount=credits, period=period, carry=carry
        )
        await _show(interaction, self._cards.allowed(allowance, interaction.locale.value))

    @app_commands.command(
        name="clear-allowance", description=localized("quota-clear-allowance-description")
    )
    @app_commands.describe(role=localized("option-allowance-role"))
    async def clear_allowance(self, interaction: discord.Interaction, role: discord.Role) -> None:
        caller = await self._begin(interaction)
        was_set = await self._limits.disallow(caller, role.id)
        locale = interaction.locale.value
        card = self._cards.disallowed(caller.guild_id, role.id, locale, was_set=was_set)
        await _show(interaction, card)

    @app_commands.command(name="fund", description=localized("quota-fund-description"))
    @app_commands.describe(credits=localized("option-credits"))
    async def fund(
        self,
        interaction: discord.Interaction,
        credits: Credits,  # noqa: A002 - as above
    ) -> None:
        available = await self._limits.fund(await self._begin(interaction), credits)
        await _show(interaction, self._cards.funded(credits, available, interaction.locale.value))

    @app_commands.command(name="grant", description=localized("quota-grant-description"))
    @app_commands.describe(member=localized("option-credits-member"), **MADE)
    async def grant(
        self,
        interaction: discord.Interaction,
        credits: Credits,  # noqa: A002 - as above
        reason: Reason,
        member: discord.Member | None = None,
    ) -> None:
        caller, whom = await self._begin_operating(interaction), member.id if member else None
        moved = await self._treasury.grant(caller, member_id=whom, amount=credits, reason=reason)
        await _show(interaction, self._cards.granted(moved, interaction.locale.value))

    @app_commands.command(name="take", description=localized("quota-take-description"))
    @app_commands.describe(member=localized("option-credits-member"), **MADE)
    async def take(
        self,
        interaction: discord.Interaction,
        credits: Credits,  # noqa: A002 - as above
        reason: Reason,
        member: discord.Member | None = None,
    ) -> None:
        caller, whom = await self._begin_operating(interaction), member.id if member else None
        moved = await self._treasury.take(caller, member_id=whom, amount=credits, reason=reason)
        await _show(interaction, self._cards.taken(moved, interaction.locale.value))

    @app_commands.command(name="refund", description=localized("quota-refund-description"))
    @app_commands.describe(job=localized("option-job"), reason=localized("option-reason"))
    async def refund(
        self,
        interaction: discord.Interaction,
        job: app_commands.Range[str, 1, 200],
        reason: Reason,
    ) -> None:
        caller = await self._begin_operating(interaction)
        moved = await self._treasury.refund(caller, job, reason=reason)
        await _show(interaction, self._cards.refunded(moved, interaction.locale.value))

    @app_commands.command(name="report", description=localized("quota-report-description"))
    @app_commands.describe(
        period=localized("option-report-period"), everywhere=localized("option-report-everywhere")
    )
    @app_commands.choices(period=CHOICES["span"])
    async def report(
        self, interaction: discord.Interaction, period: str = Span.MONTH, everywhere: bool = False
    ) -> None:
        caller = await self._begin_operating(interaction)
        report = await self._reports.make(
            caller, period, everywhere=everywhere, most_bytes=interaction.filesize_limit
        )
        servers = {guild.id: guild.name for guild in self._client.guilds}
        card = self._report_cards.report(report, interaction.locale.value, servers=servers)
        files = self._report_cards.files(report)
        await interaction.edit_original_response(view=card, attachments=files)

    @app_commands.command(name="alerts", description=localized("quota-alerts-description"))
    @app_commands.describe(
        channel=localized("option-alerts-channel"), to=localized("option-alerts-to")
    )
    @app_commands.choices(to=CHOICES["to"])
    async def alerts(
        self,
        interaction: discord.Interaction,
        channel: discord.TextChannel | None = None,
        to: str | None = None,
    ) -> None:
        caller = await self._begin(interaction)
        now = channel is not None or to is not None
        if now:
            chosen = Outlet(channel.id) if channel else Outlet(off=to == "off")
            outlet = await self._outlets.set(caller, chosen)
        else:
            outlet = await self._outlets.show(caller)
        writable = outlet.channel_id is None or _may_write(interaction, outlet.channel_id)
        locale = interaction.locale.value
        card = self._alert_cards.outlet(outlet, locale, now=now, writable=writable)
        await _show(interaction, card)

    async def _begin(self, interaction: discord.Interaction) -> Caller:
        await interaction.response.defer(thinking=True, ephemeral=True)
        return Caller(
            member_id=interaction.user.id,
            guild_id=interaction.guild_id or 0,
            manages=interaction.permissions.manage_guild,
        )

    async def _begin_operating(self, interaction: discord.Interaction) -> Caller:
        caller = await self._begin(interaction)
        return replace(caller, operates=await self._client.is_operator(interaction.user))


def _owner(whose: str, role: discord.Role | None, member: discord.Member | None) -> int | None:
    chosen = {"role": role, "member": member}.get(whose)
    return chosen.id if chosen else None


def _may_write(interaction: discord.Interaction, channel_id: int) -> bool:
    """Whether the bot may speak in a channel of this server; one that is gone it may not."""
    channel = interaction.guild.get_channel(channel_id) if interaction.guild else None
    if channel is None:
        return False
    may = channel.permissions_for(channel.guild.me)
    return may.view_channel and may.send_messages


async def _show(interaction: discord.Interaction, card: discord.ui.LayoutView) -> None:
    await interaction.edit_original_response(view=card)


async def setup(client: Client) -> None:
    await client.add_cog(Quota(client))
