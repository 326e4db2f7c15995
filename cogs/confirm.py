"""The buttons of a dear request's question; they work after any restart, each once."""

import re
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Self, cast

import discord

from bot.client import Client
from bot.jobs.payers import PaidBy
from bot.ui.replies import turn
from bot.ui.whereabouts import channels, who

Press = Callable[[Client, discord.Interaction, str, PaidBy | None], Awaitable[None]]


async def draw(
    client: Client, interaction: discord.Interaction, question_id: str, said: PaidBy | None
) -> None:
    """Draw it at the price and from the purse that was said; at any other, ask again."""
    services, locale = client.services, interaction.locale.value
    asked = await services.confirmations.look(
        question_id, who(interaction), channels(interaction), said=said
    )
    if asked.changed or asked.repaid:
        await turn(interaction, services.confirm_cards.asked(asked, locale))
        return
    await services.desk.draw(interaction, asked)


async def drop(
    client: Client, interaction: discord.Interaction, question_id: str, _: PaidBy | None
) -> None:
    services = client.services
    question = await services.confirmations.decline(question_id, interaction.user.id)
    await turn(interaction, services.confirm_cards.declined(question, interaction.locale.value))


PRESSES: Mapping[str, Press] = MappingProxyType({"draw": draw, "drop": drop})


class ConfirmButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=f"confirm:(?P<verb>{'|'.join(PRESSES)}):(?P<question>[0-9a-f]{{32}})"
    f"(:(?P<payer>{'|'.join(PaidBy)}))?",
):
    """The id is data from outside: only who asked that question is listened to."""

    def __init__(self, custom_id: str, verb: str, question_id: str, payer: str | None) -> None:
        super().__init__(discord.ui.Button(custom_id=custom_id))
        self._verb = verb
        self._question_id = question_id
        self._payer = PaidBy(payer) if payer else None

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction,
        item: discord.ui.Item[discord.ui.View],
        match: re.Match[str],
    ) -> Self:
        del interaction, item
        return cls(match[0], match["verb"], match["question"], match["payer"])

    async def interaction_check(self, interaction: discord.Interaction, /) -> bool:
        return await cast(Client, interaction.client).serves(interaction)

    async def callback(self, interaction: discord.Interaction) -> None:
        client = cast(Client, interaction.client)
        async with client.telling(interaction):
            await PRESSES[self._verb](client, interaction, self._question_id, self._payer)


async def setup(client: Client) -> None:
    client.add_dynamic_items(ConfirmButton)
