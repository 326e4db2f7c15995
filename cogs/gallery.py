"""/gallery and favourites: past pictures in pages, to be opened, edited, starred or deleted."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Client
from bot.items import PersistentItem, chosen
from bot.jobs.album import SPANS, Cursor, day_of
from bot.jobs.job import Stored
from bot.pressing import NotYourPicture
from bot.sharing import ServerOnly
from bot.ui.buttons import JOB_ID
from bot.ui.modals import DeleteModal, PickModal
from bot.ui.permission import check, look, may_show, may_take_down, sight
from bot.ui.replies import ask, begin, server, show, take_away
from bot.ui.translator import localized

Words = app_commands.Range[str, 1, 100]
Asked = discord.Interaction
Pressing = Callable[[Client, Asked, Stored, int], Awaitable[None]]
"""What to do with one of a job's pictures, by its place from 0."""
PLACES = ("0", "1", "2", "3")
"""Of a picture among a job's."""
VIEW = "[0-9a-f]{32}"
MOST_OFFERED = 25
DATE_LENGTH = 40


class Gallery(commands.Cog):
    def __init__(self, client: Client) -> None:
        self._album = client.services.salon.album
        self._cards = client.services.salon.cards
        self._models = client.services.people.choices
        self._sentences = client.services.sentences

    @app_commands.command(name="gallery", description=localized("gallery-description"))
    @app_commands.describe(
        member=localized("option-gallery-member"),
        search=localized("option-gallery-search"),
        model=localized("option-gallery-model"),
        since=localized("option-gallery-since"),
        favourites=localized("option-gallery-favourites"),
    )
    async def gallery(
        self,
        interaction: Asked,
        member: discord.User | None = None,
        search: Words = "",
        model: str = "",
        since: app_commands.Range[str, 1, DATE_LENGTH] = "",
        favourites: bool = False,
    ) -> None:
        me, guild_id = interaction.user.id, server(interaction)
        if member is not None and member.id != me and guild_id is None:
            raise ServerOnly
        if not await begin(interaction, alone=True):
            return
        whose = member.id if member else 0 if favourites else me
        page = await self._album.open(
            me,
            maker_id=whose,
            guild_id=guild_id,
            sees=sight(interaction),
            words=search,
            model=self._model_id(model),
            since=since,
            starred=favourites,
        )
        card = self._cards.page(page, interaction.locale.value)
        await show(interaction, card, self._cards.sheet(page))

    @gallery.autocomplete("model")
    async def offer_models(self, interaction: Asked, typed: str) -> list[app_commands.Choice[str]]:
        del interaction
        return [
            app_commands.Choice(name=model.nickname, value=model.id)
            for model in self._models.models()
            if typed.casefold() in f"{model.nickname} {model.id}".casefold()
        ][:MOST_OFFERED]

    @gallery.autocomplete("since")
    async def offer_days(self, interaction: Asked, typed: str) -> list[app_commands.Choice[str]]:
        say, locale = self._sentences.say, interaction.locale.value
        spans = [(say(f"choice-since-{span}", locale), span) for span in SPANS]
        day = day_of(typed)
        offered = [*spans, (day.isoformat(), day.isoformat())] if day else spans
        wanted = typed.strip().casefold()
        return [
            app_commands.Choice(name=name, value=value)
            for name, value in offered
            if wanted in f"{name} {value}".casefold()
        ]

    def _model_id(self, typed: str) -> str:
        """A model by what people call it; any other is looked for as it was typed."""
        said = typed.strip().casefold()
        named = (one.id for one in self._models.models() if one.nickname.casefold() == said)
        return next(named, typed.strip()[:100])


async def star(client: Client, interaction: Asked, stored: Stored, picture: int) -> None:
    await client.services.salon.showcase.star(interaction, stored, picture)


async def pick(client: Client, interaction: Asked, stored: Stored) -> None:
    """Ask which of several pictures is to be starred."""

    async def submit(submitted: Asked, number: int) -> None:
        async with client.telling(submitted):
            await client.services.salon.showcase.star(submitted, stored, number)

    say, locale = client.services.sentences.say, interaction.locale.value
    form = PickModal(
        say=say,
        locale=locale,
        title=say("modal-star-title", locale),
        hint=say("modal-star-hint", locale),
        pictures=len(stored.results),
        submit=submit,
    )
    await ask(interaction, form)


async def revive(client: Client, interaction: Asked, stored: Stored, _: int) -> None:
    """The card with every button, as /show brings it back."""
    look(interaction, stored.job)
    alone = not may_show(interaction, stored.job)
    await client.services.showing.post(interaction, stored, private=alone)


async def post(client: Client, interaction: Asked, stored: Stored, picture: int) -> None:
    await client.services.salon.showcase.post(interaction, stored, picture)


async def delete(client: Client, interaction: Asked, stored: Stored, _: int) -> None:
    """Ask once, then take it from where it was posted, or from its maker's history as well."""
    if not may_take_down(interaction, stored.job):
        raise NotYourPicture
    services, place = client.services, stored.job.place
    mine = place.member_id == interaction.user.id

    async def submit(submitted: Asked, everywhere: bool) -> None:
        async with client.telling(submitted):
            if not await begin(submitted):
                return
            if everywhere:
                await services.history.forget(stored, submitted.user.id)
            if mine:
                await services.salon.showcase.take_down(stored.job)
            else:
                await services.salon.showcase.withdraw(stored.job)
            await take_away(submitted)

    form = DeleteModal(
        say=services.sentences.say,
        locale=interaction.locale.value,
        maker=mine,
        submit=submit,
        gallery=True,
        posted=not place.private and place.channel_id is not None,
    )
    await ask(interaction, form)


PRESSES: Mapping[str, Pressing] = MappingProxyType({"open": revive, "post": post, "delete": delete})


class StarButton(PersistentItem, template=f"star:(?P<job>{JOB_ID})(:(?P<picture>[0-3]))?"):
    """Below every result, and below one picture alone."""

    async def press(self, client: Client, interaction: Asked) -> None:
        check(interaction)
        stored = await client.services.history.pressed(self.match["job"], interaction.user.id)
        picture = self.match["picture"]
        if picture is None and len(stored.results) > 1:
            await pick(client, interaction, stored)
        else:
            await star(client, interaction, stored, int(picture or 0))


class PictureButton(
    PersistentItem,
    template=f"gallery:(?P<verb>{'|'.join(PRESSES)}):(?P<job>{JOB_ID}):(?P<picture>[0-3])",
):
    """Below one picture."""

    async def press(self, client: Client, interaction: Asked) -> None:
        check(interaction)
        stored = await client.services.history.pressed(self.match["job"], interaction.user.id)
        await PRESSES[self.match["verb"]](client, interaction, stored, int(self.match["picture"]))


class PageButton(
    PersistentItem,
    template=f"gallery:(?P<way>older|newer):(?P<view>{VIEW})"
    f":(?P<at>[0-9a-f]{{1,15}})\\.(?P<job>{JOB_ID})\\.(?P<picture>[0-9])",
):
    """Turns a page. What is looked through is a row, for the one who opened it alone."""

    async def press(self, client: Client, interaction: Asked) -> None:
        check(interaction)
        if not await begin(interaction):
            return
        salon, match = client.services.salon, self.match
        page = await salon.album.turn(
            match["view"],
            interaction.user.id,
            Cursor(int(match["at"], 16), match["job"], int(match["picture"])),
            sight(interaction),
            newer=match["way"] == "newer",
        )
        card = salon.cards.page(page, interaction.locale.value)
        await show(interaction, card, salon.cards.sheet(page))


class PictureMenu(PersistentItem, template="gallery:pick"):
    """One picture of a page."""

    async def press(self, client: Client, interaction: Asked) -> None:
        check(interaction)
        for value in chosen(interaction)[:1]:
            job_id, _, picture = value.partition(":")
            stored = await client.services.history.pressed(job_id, interaction.user.id)
            place = PLACES.index(picture) if picture in PLACES else 0
            await client.services.salon.showcase.look(interaction, stored, place)


async def setup(client: Client) -> None:
    await client.add_cog(Gallery(client))
    client.add_dynamic_items(StarButton, PictureButton, PageButton, PictureMenu)
