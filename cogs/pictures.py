"""What can be done with a picture in anybody's message, by its menu."""

from typing import cast

import discord
from discord import app_commands

from bot.client import Client
from bot.items import PersistentItem
from bot.jobs.job import Stored
from bot.jobs.onward import Wish
from bot.ui import finds
from bot.ui.buttons import job_of
from bot.ui.kept_cards import KeptCards
from bot.ui.modals import EditModal, PickModal
from bot.ui.permission import check
from bot.ui.replies import ask, begin, show, turn
from bot.ui.translator import localized


async def edit(interaction: discord.Interaction, message: discord.Message) -> None:
    """Ask what should change in a picture; one of ours goes on from where it was made."""
    client = cast(Client, interaction.client)
    onward = client.services.onward
    ours = await _ours(client, interaction, message)
    found = [] if ours else finds.pictures(message, client.services.links)

    async def submit(submitted: discord.Interaction, wish: Wish) -> None:
        async with client.telling(submitted):
            await client.services.studio.refresh()
            if ours:
                step = onward.edit(ours, wish)
            else:
                step = onward.edit_foreign(wish.with_first(found[wish.picture]))
            private = ours is not None and ours.job.place.private
            await client.services.desk.submit(submitted, step, private=private)

    request = ours.job.request if ours else None
    form = EditModal(
        say=client.services.sentences.say,
        locale=interaction.locale.value,
        pictures=len(ours.results) if ours else len(found),
        choices=onward.choices(request, reference_images=1),
        submit=submit,
    )
    await ask(interaction, form)


async def keep(interaction: discord.Interaction, message: discord.Message) -> None:
    """Keep a picture for the member's next request; of several, ask which."""
    client = cast(Client, interaction.client)
    ours = await _ours(client, interaction, message)
    found = [] if ours else finds.pictures(message, client.services.links)
    count = len(ours.results) if ours else len(found)

    async def put(asked: discord.Interaction, number: int) -> None:
        async with client.telling(asked):
            if not await begin(asked, alone=True):
                return
            shelf = await client.services.kept.keep(
                asked.user.id,
                pictures=[ours.results[number]] if ours else [],
                uploads=[] if ours else [found[number]],
            )
            cards = KeptCards(client.services.sentences)
            await show(asked, cards.kept(shelf, asked.locale.value), [])

    if count == 1:
        await put(interaction, 0)
        return
    say, locale = client.services.sentences.say, interaction.locale.value
    title = say("modal-keep-title", locale)
    form = PickModal(say=say, locale=locale, title=title, pictures=count, submit=put)
    await ask(interaction, form)


async def _ours(
    client: Client, interaction: discord.Interaction, message: discord.Message
) -> Stored | None:
    """The job that a message of ours shows; None for anybody else's."""
    job_id = job_of(message) if message.author == client.user else None
    if job_id is None:
        return None
    return await client.services.history.pressed(job_id, interaction.user.id)


class DropButton(PersistentItem, template="kept:drop"):
    """Keeps nothing any more; whoever presses it means what they keep themselves."""

    async def press(self, client: Client, interaction: discord.Interaction) -> None:
        check(interaction)
        await client.services.kept.drop(interaction.user.id)
        cards = KeptCards(client.services.sentences)
        await turn(interaction, cards.dropped(interaction.locale.value))


async def setup(client: Client) -> None:
    client.add_dynamic_items(DropButton)
    for name, callback in (("menu-edit", edit), ("menu-keep", keep)):
        client.tree.add_command(app_commands.ContextMenu(name=localized(name), callback=callback))
