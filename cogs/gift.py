"""/gift: credits for another member, confirmed by a button that works after any restart."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Client
from bot.items import PersistentItem
from bot.jobs.gifts import NOTE_LIMIT
from bot.ui.gift_cards import GiftCards
from bot.ui.replies import announce, answer, turn
from bot.ui.translator import localized
from bot.ui.whereabouts import person, who

Amount = app_commands.Range[int, 1, 1_000_000_000]
Note = app_commands.Range[str, 1, NOTE_LIMIT]
Press = Callable[[Client, discord.Interaction, str], Awaitable[None]]


class Gift(commands.Cog):
    def __init__(self, client: Client) -> None:
        self._gifts = client.services.gifts
        self._cards = GiftCards(client.services.sentences)

    @app_commands.command(name="gift", description=localized("gift-description"))
    @app_commands.describe(
        member=localized("option-gift-member"),
        credits=localized("option-gift-credits"),
        note=localized("option-gift-note"),
    )
    @app_commands.guild_only()
    async def gift(
        self,
        interaction: discord.Interaction,
        member: discord.User,
        credits: Amount,  # noqa: A002 - the option's name
        note: Note | None = None,
    ) -> None:
        offer = await self._gifts.offer(
            who(interaction),
            person(interaction, member),
            credits,
            note or "",
            interaction_id=interaction.id,
        )
        card = self._cards.offered(offer, interaction.locale.value)
        await answer(interaction, card, private=True)


async def give(client: Client, interaction: discord.Interaction, gift_id: str) -> None:
    cards, locale = GiftCards(client.services.sentences), interaction.locale.value
    given = await client.services.gifts.give(gift_id, interaction.user.id)
    await turn(interaction, cards.given(given, locale))
    if given.now:
        await announce(interaction, lambda: cards.received(given.gift, locale), given.gift.to_id)


async def cancel(client: Client, interaction: discord.Interaction, gift_id: str) -> None:
    cards = GiftCards(client.services.sentences)
    gift = await client.services.gifts.cancel(gift_id, interaction.user.id)
    await turn(interaction, cards.cancelled(gift, interaction.locale.value))


PRESSES: Mapping[str, Press] = MappingProxyType({"give": give, "cancel": cancel})


class GiftButton(
    PersistentItem,
    template=f"gift:(?P<verb>{'|'.join(PRESSES)}):(?P<gift>[0-9a-f]{{32}})",
):
    """Only who offered that gift is listened to."""

    async def press(self, client: Client, interaction: discord.Interaction) -> None:
        await PRESSES[self.match["verb"]](client, interaction, self.match["gift"])


async def setup(client: Client) -> None:
    client.add_dynamic_items(GiftButton)
    await client.add_cog(Gift(client))
