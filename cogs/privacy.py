"""/privacy: what is kept of somebody, a copy of it, being forgotten; for the blocked too."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import cast

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Client
from bot.items import PersistentItem
from bot.ui.parcels import hand_over, limit
from bot.ui.privacy_cards import PrivacyCards
from bot.ui.replies import answer, begin, show, turn
from bot.ui.translator import localized

Press = Callable[[Client, discord.Interaction], Awaitable[None]]


class Privacy(commands.Cog):
    def __init__(self, client: Client) -> None:
        self._cards = _cards(client)

    @app_commands.command(name="privacy", description=localized("privacy-description"))
    async def privacy(self, interaction: discord.Interaction) -> None:
        await answer(interaction, self._cards.shown(interaction.locale.value), private=True)


def _cards(client: Client) -> PrivacyCards:
    return PrivacyCards(client.services.sentences, client.services.privacy.policy)


async def export(client: Client, interaction: discord.Interaction) -> None:
    """A copy of everything, part by part."""
    services, member_id = client.services, interaction.user.id
    cards, locale = _cards(client), interaction.locale.value
    await services.privacy.exports.begin(member_id)
    await answer(interaction, cards.packing(locale), private=True)
    parts = services.privacy.exports.parts(member_id, limit=limit(interaction))
    handed = await hand_over(interaction, parts, partial(cards.part, locale=locale))
    await show(interaction, cards.handed(handed, locale), ())


async def forget(client: Client, interaction: discord.Interaction) -> None:
    """Say what goes and what stays, and ask."""
    services = client.services
    remains = await services.privacy.forgetting.remains(interaction.user.id)
    card = _cards(client).asked(remains, interaction.locale.value)
    await answer(interaction, card, private=True)


async def surely(client: Client, interaction: discord.Interaction) -> None:
    """They were asked, and want it."""
    if not await begin(interaction):
        return
    services = client.services
    done = await services.privacy.forgetting.forget(interaction.user.id)
    card = _cards(client).forgotten(interaction.locale.value, done=done)
    await show(interaction, card, ())


async def stay(client: Client, interaction: discord.Interaction) -> None:
    card = _cards(client).stayed(interaction.locale.value)
    await turn(interaction, card)


PRESSES: Mapping[str, Press] = MappingProxyType(
    {"export": export, "forget": forget, "surely": surely, "stay": stay}
)


class PrivacyButton(PersistentItem, template=f"privacy:(?P<verb>{'|'.join(PRESSES)})"):
    """Whoever presses does so for themselves."""

    async def interaction_check(self, interaction: discord.Interaction, /) -> bool:
        # Whom the bot does not serve may still ask what it keeps, and have it forgotten.
        await cast(Client, interaction.client).meet(interaction)
        return True

    async def press(self, client: Client, interaction: discord.Interaction) -> None:
        await PRESSES[self.match["verb"]](client, interaction)


async def setup(client: Client) -> None:
    client.add_dynamic_items(PrivacyButton)
    await client.add_cog(Privacy(client))
