"""A reply to a result is the next turn of its edit. Words reach us where they mention the bot."""

import discord
from discord.ext import commands

from bot.client import Client
from bot.jobs.job import Button
from bot.jobs.onward import Wish
from bot.ui import finds
from bot.ui.buttons import job_of
from bot.ui.letters import answered, check_author, words


class Reply(commands.Cog):
    def __init__(self, client: Client) -> None:
        self._client = client

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        client, me = self._client, self._client.user
        if message.author.bot or me is None or me not in message.mentions:
            return
        card = await answered(message)
        job_id = job_of(card) if card and card.author == me else None
        if job_id is None:
            return
        async with client.telling_author(message) as language:
            check_author(message)
            services = client.services
            stored = await services.history.pressed(job_id, message.author.id)
            wish = Wish(words(message, me), uploads=finds.attached(message))
            wish = await services.characters.join(wish, message.author.id)
            await services.studio.refresh()
            guild_id = message.guild.id if message.guild else 0
            house = await services.people.houses.house_style(guild_id)
            step = services.onward.edit(stored, wish, Button.REPLY, house_style=house)
            place = stored.job.place
            locale = language or place.locale
            await services.desk.answer(message, step, locale=locale, private=place.private)


async def setup(client: Client) -> None:
    await client.add_cog(Reply(client))
