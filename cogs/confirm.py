"""The buttons of a dear request's question; they work after any restart, each once."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

import discord

from bot.client import Client
from bot.items import PersistentItem
from bot.jobs.payers import PaidBy
from bot.ui.permission import check
from bot.ui.replies import turn
from bot.ui.whereabouts import channels, who

Press = Callable[[Client, discord.Interaction, str, PaidBy | None], Awaitable[None]]


async def draw(
    client: Client, interaction: discord.Interaction, question_id: str, said: PaidBy | None
) -> None:
    """Draw it at the price and from the purse that was said; at any other, ask again."""
    check(interaction)
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
    PersistentItem,
    template=f"confirm:(?P<verb>{'|'.join(PRESSES)}):(?P<question>[0-9a-f]{{32}})"
    f"(:(?P<payer>{'|'.join(PaidBy)}))?",
):
    """Only who asked that question is listened to."""

    async def press(self, client: Client, interaction: discord.Interaction) -> None:
        payer = self.match["payer"]
        said = PaidBy(payer) if payer else None
        await PRESSES[self.match["verb"]](client, interaction, self.match["question"], said)


async def setup(client: Client) -> None:
    client.add_dynamic_items(ConfirmButton)
