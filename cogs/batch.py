"""/batch: a file with up to 50 prompts, drawn as one; and what was drawn so before."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Client
from bot.generation.request import AspectRatio, Resolution
from bot.items import PersistentItem, chosen
from bot.jobs.lines import Line
from bot.jobs.payers import PaidBy
from bot.people.defaults import Choice
from bot.pressing import NotYourPicture
from bot.ui.options import RATIOS, RESOLUTIONS, models
from bot.ui.permission import check, may_change_place
from bot.ui.replies import answer, begin, turn
from bot.ui.translator import localized
from bot.ui.whereabouts import channels, who

BATCH_ID = "[0-9a-f]{32}"

Press = Callable[[Client, discord.Interaction, str, PaidBy], Awaitable[None]]
Choose = Callable[[Client, discord.Interaction, str], Awaitable[None]]


class Batch(commands.Cog):
    def __init__(self, client: Client) -> None:
        services = client.services
        self._studio = services.studio
        self._profiles = services.people.profiles
        self._batches = services.batches
        self._desk = services.batch_desk
        self._cards = services.cards
        self._batch_cards = services.batch_cards

    @app_commands.command(name="batch", description=localized("batch-description"))
    @app_commands.describe(
        file=localized("option-batch-file"),
        model=localized("option-model"),
        aspect_ratio=localized("option-aspect_ratio"),
        resolution=localized("option-resolution"),
        private=localized("option-private"),
    )
    @app_commands.choices(aspect_ratio=RATIOS, resolution=RESOLUTIONS)
    async def batch(
        self,
        interaction: discord.Interaction,
        file: discord.Attachment | None = None,
        model: str | None = None,
        aspect_ratio: str | None = None,
        resolution: str | None = None,
        private: bool | None = None,
    ) -> None:
        if file is None:
            mine = await self._batches.mine(interaction.user.id)
            card = self._batch_cards.mine(mine, interaction.locale.value)
            await answer(interaction, card, private=True)
            return
        typed = Choice(
            model,
            AspectRatio(aspect_ratio) if aspect_ratio else None,
            Resolution(resolution) if resolution else None,
            private,
        )
        whose = who(interaction)
        await self._studio.refresh()
        choice = await self._profiles.choose(whose.member_id, whose.guild_id, typed, shape=True)
        usual = Line(0, "", choice.model, choice.aspect_ratio, choice.resolution)
        await self._desk.ask(interaction, file, usual, private=bool(choice.private))

    @batch.autocomplete("model")
    async def offer_models(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        return models(self._studio.menu(), typed, self._cards, interaction.locale.value)


async def draw(
    client: Client, interaction: discord.Interaction, batch_id: str, said: PaidBy
) -> None:
    """Draw it at the price and from the purse that was said; at any other, ask again."""
    check(interaction)
    services = client.services
    proposal = await services.batches.look(
        batch_id, who(interaction), channels(interaction), said=said
    )
    if proposal.changed or proposal.repaid:
        card = services.batch_cards.asked(proposal, interaction.locale.value)
        await turn(interaction, card)
        return
    await services.batch_desk.draw(interaction, proposal)


async def drop(client: Client, interaction: discord.Interaction, batch_id: str, _: PaidBy) -> None:
    services = client.services
    await services.batches.decline(batch_id, interaction.user.id)
    await turn(interaction, services.batch_cards.declined(interaction.locale.value))


async def cancel(
    client: Client, interaction: discord.Interaction, batch_id: str, _: PaidBy
) -> None:
    """Take back what is not drawn yet; the card says what came of it."""
    check(interaction)
    batches = client.services.batches
    course = await batches.find(batch_id, interaction.user.id)
    if not may_change_place(interaction, course.batch.place):
        raise NotYourPicture
    if await begin(interaction):
        await batches.cancel(course, reply_token=interaction.token)


PRESSES: Mapping[str, Press] = MappingProxyType({"draw": draw, "drop": drop, "cancel": cancel})


class BatchButton(
    PersistentItem,
    template=f"batch:(?P<verb>{'|'.join(PRESSES)}):(?P<batch>{BATCH_ID})"
    f"(:(?P<payer>{'|'.join(PaidBy)}))?",
):
    """What it names is looked up for the one who presses."""

    async def press(self, client: Client, interaction: discord.Interaction) -> None:
        payer = PaidBy(self.match["payer"] or PaidBy.MEMBER)
        await PRESSES[self.match["verb"]](client, interaction, self.match["batch"], payer)


async def open_job(client: Client, interaction: discord.Interaction, job_id: str) -> None:
    """One picture of a batch with its buttons, for the one who chooses it."""
    stored = await client.services.history.pressed(job_id, interaction.user.id)
    await client.services.showing.post(interaction, stored, private=True)


async def fetch(client: Client, interaction: discord.Interaction, batch_id: str) -> None:
    """What there is of a batch once more, for its member alone."""
    course = await client.services.batches.find(batch_id, interaction.user.id)
    if course.batch.place.member_id != interaction.user.id:
        raise NotYourPicture
    await client.services.batch_desk.fetch(interaction, course)


CHOOSES: Mapping[str, Choose] = MappingProxyType({"open": open_job, "fetch": fetch})


class BatchMenu(PersistentItem, template=f"batch:(?P<verb>{'|'.join(CHOOSES)})(:{BATCH_ID})?"):
    """The picture or the batch that is chosen is looked up for the one who chooses."""

    async def press(self, client: Client, interaction: discord.Interaction) -> None:
        check(interaction)
        for value in chosen(interaction)[:1]:
            await CHOOSES[self.match["verb"]](client, interaction, value)


async def setup(client: Client) -> None:
    await client.add_cog(Batch(client))
    client.add_dynamic_items(BatchButton, BatchMenu)
