"""/team: one pot for a channel or thread, from which everyone there draws."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Client
from bot.jobs.pots import NAME_LIMIT, Pot
from bot.ui.replies import answer
from bot.ui.team_cards import TeamCards
from bot.ui.translator import localized
from bot.ui.whereabouts import channels, person, who

Amount = app_commands.Range[int, 1, 1_000_000_000]
Name = app_commands.Range[str, 1, NAME_LIMIT]
DAY = 24 * 3600 * 1_000_000
NEVER = 0
EXPIRES = [
    app_commands.Choice(name=localized("choice-1-day"), value=1),
    app_commands.Choice(name=localized("choice-7-days"), value=7),
    app_commands.Choice(name=localized("choice-30-days"), value=30),
    app_commands.Choice(name=localized("choice-never"), value=NEVER),
]
Asked = discord.Interaction


@app_commands.guild_only()
class Team(commands.GroupCog, group_name="team", group_description=localized("team-description")):
    def __init__(self, client: Client) -> None:
        self._pots = client.services.pots
        self._cards = TeamCards(client.services.sentences)

    @app_commands.command(name="create", description=localized("team-create-description"))
    @app_commands.describe(
        name=localized("option-team-name"),
        credits=localized("option-team-credits"),
        per_member=localized("option-team-per_member"),
        expires=localized("option-team-expires"),
    )
    @app_commands.choices(expires=EXPIRES)
    async def create(
        self,
        interaction: Asked,
        name: Name,
        credits: Amount,  # noqa: A002 - the option's name
        per_member: Amount | None = None,
        expires: int = NEVER,
    ) -> None:
        opened = await self._pots.create(
            who(interaction),
            channels(interaction),
            name=name,
            credits_in=credits,
            per_member=per_member,
            lasts=expires * DAY or None,
            interaction_id=interaction.id,
        )
        if opened is not None:
            await answer(interaction, self._cards.opened(opened, interaction.locale.value))

    @app_commands.command(name="add", description=localized("team-add-description"))
    @app_commands.describe(member=localized("option-team-member"))
    async def add(self, interaction: Asked, member: discord.User) -> None:
        found = await self._pots.add(
            who(interaction), channels(interaction), person(interaction, member)
        )
        card = self._cards.joined(found, member.id, interaction.locale.value)
        await answer(interaction, card, mention=member.id)

    @app_commands.command(name="leave", description=localized("team-leave-description"))
    async def leave(self, interaction: Asked) -> None:
        found = await self._pots.leave(who(interaction), channels(interaction))
        card = self._cards.left(found, interaction.locale.value)
        await answer(interaction, card, private=isinstance(found, Pot))

    @app_commands.command(name="top-up", description=localized("team-top-up-description"))
    @app_commands.describe(credits=localized("option-team-credits"))
    async def top_up(
        self,
        interaction: Asked,
        credits: Amount,  # noqa: A002 - the option's name
    ) -> None:
        found = await self._pots.top_up(
            who(interaction), channels(interaction), credits, interaction_id=interaction.id
        )
        if found is not None:
            locale, payer = interaction.locale.value, interaction.user.id
            await answer(interaction, self._cards.topped_up(found, payer, credits, locale))

    @app_commands.command(name="close", description=localized("team-close-description"))
    async def close(self, interaction: Asked) -> None:
        ended = await self._pots.close(
            who(interaction),
            channels(interaction),
            manages=interaction.permissions.manage_channels,
            interaction_id=interaction.id,
        )
        if ended is not None:
            await answer(interaction, self._cards.closed(ended, interaction.locale.value))

    @app_commands.command(name="show", description=localized("team-show-description"))
    async def show(self, interaction: Asked) -> None:
        found = await self._pots.show(who(interaction), channels(interaction))
        card = self._cards.shown(found, interaction.locale.value)
        # Where the look has ended it, all should read who got back what.
        await answer(interaction, card, private=isinstance(found, Pot))

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        await self._pots.abandon(channel.id)

    @commands.Cog.listener()
    async def on_raw_thread_delete(self, thread: discord.RawThreadDeleteEvent) -> None:
        await self._pots.abandon(thread.thread_id)


async def setup(client: Client) -> None:
    await client.add_cog(Team(client))
