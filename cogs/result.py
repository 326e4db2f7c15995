"""The buttons under a result. They are keyed by job id, so they work after any restart."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

import discord

from bot.client import Client
from bot.generation.request import Resolution
from bot.items import PersistentItem, chosen
from bot.jobs.job import Stored
from bot.jobs.onward import Step, Wish
from bot.pressing import NotYourPicture
from bot.ui.buttons import JOB_ID, MORE
from bot.ui.detail_cards import DetailCards
from bot.ui.modals import DeleteModal, EditModal, PickModal, RemixModal
from bot.ui.permission import check, may_change
from bot.ui.replies import answer, ask, begin, take_away

Pressing = Callable[[Client, discord.Interaction, Stored, str], Awaitable[None]]
"""What to do with the job that a button names; the last is what else the button says."""


async def again(client: Client, interaction: discord.Interaction, stored: Stored, _: str) -> None:
    """The same request once more, paid by whoever presses."""
    await _submit(client, interaction, stored, client.services.onward.again(stored))


async def edit(client: Client, interaction: discord.Interaction, stored: Stored, _: str) -> None:
    """Ask what should change, and in which picture of several, then edit that one."""
    onward = client.services.onward

    async def submit(submitted: discord.Interaction, wish: Wish) -> None:
        async with client.telling(submitted):
            await client.services.studio.refresh()
            await _submit(client, submitted, stored, onward.edit(stored, wish))

    form = EditModal(
        say=client.services.sentences.say,
        locale=interaction.locale.value,
        pictures=len(stored.results),
        choices=onward.choices(stored.job.request, reference_images=1),
        submit=submit,
    )
    await ask(interaction, form)


async def vary(client: Client, interaction: discord.Interaction, stored: Stored, _: str) -> None:
    """Another picture after this one."""
    onward, locale = client.services.onward, interaction.locale.value
    await _pick(
        client, interaction, stored, lambda number: onward.vary(stored, number, locale), "vary"
    )


async def upscale(
    client: Client, interaction: discord.Interaction, stored: Stored, size: str
) -> None:
    """The same picture, larger."""
    onward, locale, wanted = client.services.onward, interaction.locale.value, Resolution(size)
    await _pick(
        client,
        interaction,
        stored,
        lambda number: onward.upscale(stored, number, wanted, locale),
        "upscale",
    )


async def remix(client: Client, interaction: discord.Interaction, stored: Stored, _: str) -> None:
    """A form with the prompt in it, for the same with other words."""
    onward, request = client.services.onward, stored.job.request

    async def submit(submitted: discord.Interaction, wish: Wish) -> None:
        async with client.telling(submitted):
            await client.services.studio.refresh()
            step = onward.remix(stored, wish, submitted.user.id)
            await _submit(client, submitted, stored, step)

    references = len(request.reference_images)
    form = RemixModal(
        say=client.services.sentences.say,
        locale=interaction.locale.value,
        prompt=request.prompt,
        ratio=request.aspect_ratio,
        count=request.count,
        choices=onward.choices(request, reference_images=references),
        submit=submit,
    )
    await ask(interaction, form)


async def details(client: Client, interaction: discord.Interaction, stored: Stored, _: str) -> None:
    """All that is known of a picture, for the one who asks."""
    services = client.services
    operator = await client.is_operator(interaction.user)
    known = await services.history.details(stored, interaction.user.id, operator=operator)
    cards = DetailCards(sentences=services.sentences, cards=services.cards)
    card = cards.details(known, interaction.locale.value)
    await answer(interaction, card, private=True, files=cards.prompt(known))


async def delete(client: Client, interaction: discord.Interaction, stored: Stored, _: str) -> None:
    """Ask once, then take the message away, and the pictures from the history where wanted."""
    if not may_change(interaction, stored.job):
        raise NotYourPicture
    history = client.services.history

    async def submit(submitted: discord.Interaction, everywhere: bool) -> None:
        async with client.telling(submitted):
            if not await begin(submitted):
                return
            if everywhere:
                await history.forget(stored, submitted.user.id)
            await take_away(submitted)

    form = DeleteModal(
        say=client.services.sentences.say,
        locale=interaction.locale.value,
        maker=stored.job.place.member_id == interaction.user.id,
        submit=submit,
    )
    await ask(interaction, form)


async def _pick(
    client: Client,
    interaction: discord.Interaction,
    stored: Stored,
    step: Callable[[int], Step],
    what: str,
) -> None:
    """Go on from the only picture at once, else ask from which."""
    if len(stored.results) == 1:
        await _submit(client, interaction, stored, step(0))
        return

    async def submit(submitted: discord.Interaction, number: int) -> None:
        async with client.telling(submitted):
            await client.services.studio.refresh()
            await _submit(client, submitted, stored, step(number))

    say, locale = client.services.sentences.say, interaction.locale.value
    price = client.services.cards.credits(step(0).draft.price.credits, locale)
    form = PickModal(
        say=say,
        locale=locale,
        title=say(f"modal-{what}-title", locale),
        hint=say("modal-edit-price", locale, price=price),
        pictures=len(stored.results),
        submit=submit,
    )
    await ask(interaction, form)


async def _submit(
    client: Client, interaction: discord.Interaction, stored: Stored, step: Step
) -> None:
    private = stored.job.place.private
    await client.services.desk.submit(interaction, step, private=private)


PRESSES: Mapping[str, Pressing] = MappingProxyType(
    {"again": again, "edit": edit, "vary": vary, "upscale": upscale}
)
CHOICES: Mapping[str, Pressing] = MappingProxyType(
    {"remix": remix, "details": details, "delete": delete}
)
"""As `buttons.MORE` offers them."""


class JobButton(
    PersistentItem,
    template=f"(?P<verb>{'|'.join(PRESSES)}):(?P<job>{JOB_ID})(:(?P<more>{'|'.join(Resolution)}))?",
):
    """Any button of a job's card."""

    async def press(self, client: Client, interaction: discord.Interaction) -> None:
        stored = await _pressed(client, interaction, self.match["job"])
        await PRESSES[self.match["verb"]](client, interaction, stored, self.match["more"] or "")


class JobMenu(PersistentItem, template=f"more:(?P<job>{JOB_ID})"):
    """What is pressed less often."""

    async def press(self, client: Client, interaction: discord.Interaction) -> None:
        stored = await _pressed(client, interaction, self.match["job"])
        for verb in chosen(interaction)[:1]:
            if verb in MORE:
                await CHOICES[verb](client, interaction, stored, "")


async def _pressed(client: Client, interaction: discord.Interaction, job_id: str) -> Stored:
    check(interaction)
    await client.services.studio.refresh()
    return await client.services.history.pressed(job_id, interaction.user.id)


async def setup(client: Client) -> None:
    client.add_dynamic_items(JobButton, JobMenu)
