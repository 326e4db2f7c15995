"""The buttons under a result. They are keyed by job id, so they work after any restart."""

import re
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Self, cast

import discord

from bot.client import Client
from bot.errors import JobUnknown
from bot.generation.request import ImageRef
from bot.jobs.job import JobKind, Origin, Stored, press_behind
from bot.jobs.service import Draft
from bot.ui.modals import EditModal
from bot.ui.replies import acknowledge
from bot.ui.whereabouts import channels, who

ANY_WISH = "…"
"""What should change is not known before the form, which says what it will cost."""
Pressing = Callable[[Client, discord.Interaction, Stored], Awaitable[None]]


async def again(client: Client, interaction: discord.Interaction, stored: Stored) -> None:
    """The same request once more, paid by whoever presses."""
    job, request = stored.job, stored.job.request
    draft = client.services.studio.draft(
        job.kind,
        request.prompt,
        model=request.model,
        aspect_ratio=request.aspect_ratio,
        resolution=request.resolution,
        count=request.count,
        thinking=request.thinking,
        reference_images=len(request.reference_images),
    )
    # Whoever presses has not been shown them, so they stay their owner's through every Again.
    await _submit(
        client,
        interaction,
        stored,
        draft,
        request.reference_images,
        job.origin,
        brought_by=job.place.member_id if job.brought_by is None else job.brought_by,
    )


async def edit(client: Client, interaction: discord.Interaction, stored: Stored) -> None:
    """Ask what should change, and in which picture of several, then edit that one."""
    studio, cards = client.services.studio, client.services.cards

    def draft(wish: str) -> Draft:
        return studio.draft(
            JobKind.EDIT,
            wish,
            model=stored.job.request.model,
            aspect_ratio=None,
            resolution=stored.job.request.resolution,
            count=1,
            thinking=stored.job.request.thinking,
            reference_images=1,
        )

    async def submit(submitted: discord.Interaction, wish: str, number: int) -> None:
        async with client.telling(submitted):
            origin = Origin(stored.job.id, number)
            picture = stored.results[number]
            await _submit(client, submitted, stored, draft(wish), (picture,), origin)

    locale = interaction.locale.value
    form = EditModal(
        say=client.services.sentences.say,
        locale=locale,
        pictures=len(stored.results),
        price=cards.credits(draft(ANY_WISH).price.credits, locale),
        submit=submit,
    )
    await interaction.response.send_modal(form)


async def _submit(
    client: Client,
    interaction: discord.Interaction,
    stored: Stored,
    draft: Draft,
    pictures: tuple[ImageRef, ...],
    origin: Origin | None,
    *,
    brought_by: int | None = None,
) -> None:
    await client.services.studio.admit(draft, who(interaction), channels(interaction))
    press = press_behind(interaction.user.id, origin, brought_by)
    card = client.services.cards.accepted(draft, interaction.locale.value, press)
    place = await acknowledge(interaction, card, private=stored.job.place.private)
    await client.services.studio.submit(
        draft, place, pictures=pictures, origin=origin, brought_by=brought_by
    )


PRESSES: Mapping[str, Pressing] = MappingProxyType({"again": again, "edit": edit})


class JobButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=f"(?P<verb>{'|'.join(PRESSES)}):(?P<job>[0-9a-f]{{32}})",
):
    """Any button of a job's card. Its id is data from outside and is matched whole."""

    def __init__(self, verb: str, job_id: str) -> None:
        super().__init__(discord.ui.Button(custom_id=f"{verb}:{job_id}"))
        self._verb = verb
        self._job_id = job_id

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction,
        item: discord.ui.Item[discord.ui.View],
        match: re.Match[str],
    ) -> Self:
        del interaction, item
        return cls(match["verb"], match["job"])

    async def interaction_check(self, interaction: discord.Interaction, /) -> bool:
        return await cast(Client, interaction.client).serves(interaction)

    async def callback(self, interaction: discord.Interaction) -> None:
        client = cast(Client, interaction.client)
        async with client.telling(interaction):
            stored = await client.services.studio.stored(self._job_id)
            if stored is None or not _may_press(stored, interaction):
                raise JobUnknown
            await PRESSES[self._verb](client, interaction, stored)


def _may_press(stored: Stored, interaction: discord.Interaction) -> bool:
    """A private picture is its maker's alone, whoever comes to know its id."""
    place = stored.job.place
    return not place.private or place.member_id == interaction.user.id


async def setup(client: Client) -> None:
    client.add_dynamic_items(JobButton)
