"""One picture of a gallery: shown to who looks, put into the gallery channel, and taken down."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass

import discord
import structlog

from bot.errors import JobUnknown
from bot.jobs.delivery import Picture
from bot.jobs.exhibit import Gallery
from bot.jobs.favourites import Favourites
from bot.jobs.job import Job, Stored
from bot.jobs.posts import Post, Posts
from bot.people.house import House
from bot.pressing import (
    AgeRestrictedPicture,
    GalleryBarred,
    GalleryUnseen,
    InGalleryAlready,
    NoGalleryChannel,
    NotForGallery,
)
from bot.ui.gallery_cards import GalleryCards
from bot.ui.parts import named
from bot.ui.permission import is_restricted, look, may_take_down, sight
from bot.ui.preflight import check_rights
from bot.ui.replies import begin, server, show
from bot.ui.veil import Veil, veiled

QUIET = discord.AllowedMentions.none()
Where = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread


@dataclass(frozen=True, slots=True)
class Hall:
    """A server's gallery channel, and the language it is spoken to in."""

    channel: Where
    locale: str


class Showcase:
    """`rules` finds what a server has set, by its id. A picture is meant by its place, from 0."""

    def __init__(
        self,
        *,
        client: discord.Client,
        gallery: Gallery,
        cards: GalleryCards,
        favourites: Favourites,
        posts: Posts,
        veil: Veil,
        rules: Callable[[int], Awaitable[House]],
    ) -> None:
        self._client = client
        self._gallery = gallery
        self._cards = cards
        self._favourites = favourites
        self._posts = posts
        self._veil = veil
        self._rules = rules
        self._log = structlog.get_logger("showcase")

    async def look(self, interaction: discord.Interaction, stored: Stored, picture: int) -> None:
        """Show one picture to who looks alone, with what may be done with it; raises JobUnknown."""
        look(interaction, stored.job)
        if not await begin(interaction, alone=True):
            return
        starred = await self._favourites.has(stored, picture, interaction.user.id)
        async with self._opened(stored, picture, interaction.filesize_limit) as (name, file):
            card = self._cards.picture(
                stored,
                file,
                name,
                interaction.locale.value,
                starred=starred,
                postable=await self._postable(interaction, stored),
                removable=may_take_down(interaction, stored.job),
            )
            with closing(discord.File(file.path, filename=name)) as upload:
                await show(interaction, card, [upload])

    async def star(self, interaction: discord.Interaction, stored: Stored, picture: int) -> None:
        """Star a picture or take the star back, and say so to who did alone; raises JobUnknown."""
        if not await begin(interaction, alone=True):
            return
        starred = await self._favourites.toggle(stored, picture, interaction.user.id)
        postable = starred and await self._postable(interaction, stored)
        locale = interaction.locale.value
        card = self._cards.starred(stored, picture, locale, starred=starred, postable=postable)
        await show(interaction, card, [])

    async def post(self, interaction: discord.Interaction, stored: Stored, picture: int) -> None:
        """Put a picture into this server's gallery channel, once.

        Raises JobUnknown, and what is refused of galleries.
        """
        look(interaction, stored.job)
        if not await begin(interaction, alone=True):
            return
        hall = await self._hall(interaction, stored.job)
        post = Post(stored.job, picture, hall.channel.guild.id, hall.channel.id)
        if picture >= len(stored.results):
            raise JobUnknown
        if not await self._posts.claim(post, interaction.user.id):
            raise InGalleryAlready
        try:
            message = await self._send(interaction, stored, post, hall)
        except Exception:
            await self._posts.drop(post)
            raise
        if not await self._posts.note(post, message.id):
            await self._delete(message.channel.id, message.id)
            raise JobUnknown
        locale = interaction.locale.value
        await show(interaction, self._cards.posted(hall.channel.id, message.jump_url, locale), [])

    async def take_down(self, job: Job, *, card: bool = True) -> None:
        """Delete what shows a job's pictures: in gallery channels, and with `card` its own card.

        Of a batch its messages with them; what else these have is had from the batch.
        """
        where = await self._posts.of(job)
        place = job.place
        if card and job.batch_id is not None:
            where += await self._posts.in_batch(job)
        elif card and not place.private and place.channel_id is not None:
            where.append((place.channel_id, place.message_id))
        for channel_id, message_id in where:
            await self._delete(channel_id, message_id)

    async def withdraw(self, job: Job) -> None:
        """The same, and from now on only its maker sees it."""
        await self._posts.withdraw(job)
        await self.take_down(job)

    async def _hall(self, interaction: discord.Interaction, job: Job) -> Hall:
        """The gallery channel, where this picture may go there by this member."""
        guild_id, guild = server(interaction), interaction.guild
        if guild_id is None or guild is None or job.place.private or job.place.guild_id != guild_id:
            raise NotForGallery
        house = await self._rules(guild_id)
        channel = guild.get_channel_or_thread(house.gallery_channel or 0)
        if not isinstance(channel, Where):
            raise NoGalleryChannel
        if not sight(interaction)(channel.id):
            raise GalleryUnseen
        check_rights(channel, channel.permissions_for(guild.me), GalleryBarred)
        made_in = guild.get_channel_or_thread(job.place.channel_id or 0)
        if is_restricted(made_in) and not is_restricted(channel):
            raise AgeRestrictedPicture
        return Hall(channel, house.defaults.language or guild.preferred_locale.value)

    async def _send(
        self, interaction: discord.Interaction, stored: Stored, post: Post, hall: Hall
    ) -> discord.Message:
        channel = hall.channel
        limit = channel.guild.filesize_limit
        async with self._opened(stored, post.picture, limit) as (name, shown):
            card = self._cards.exhibit(
                stored, post.picture, name, hall.locale, chosen_by=interaction.user.id
            )
            if await self._veil.hides(post.guild_id, _places(channel, stored.job)):
                card = veiled(card)
            nonce = f"{stored.job.id[-20:]}-g{post.picture}"
            try:
                with closing(discord.File(shown.path, filename=name)) as file:
                    return await channel.send(
                        view=card, file=file, nonce=nonce, allowed_mentions=QUIET
                    )
            except discord.NotFound as error:
                raise NoGalleryChannel from error
            except discord.Forbidden as error:
                raise GalleryBarred("writing") from error

    async def _postable(self, interaction: discord.Interaction, stored: Stored) -> bool:
        """Whether this server has a place for it."""
        guild_id, place = server(interaction), stored.job.place
        if guild_id is None or place.private or place.guild_id != guild_id:
            return False
        return (await self._rules(guild_id)).gallery_channel is not None

    @asynccontextmanager
    async def _opened(
        self, stored: Stored, picture: int, limit: int
    ) -> AsyncIterator[tuple[str, Picture]]:
        """One picture as a file, with the name it is uploaded under."""
        async with self._gallery.open(stored, limit, only=picture) as exhibit:
            [(name, file)] = named(stored.job.id, exhibit.pictures)
            yield name, file

    async def _delete(self, channel_id: int, message_id: int) -> None:
        channel = self._client.get_partial_messageable(channel_id)
        try:
            await channel.get_partial_message(message_id).delete()
        except Exception as trouble:  # noqa: BLE001 - discord.py lets many kinds through
            # Gone already, or out of our reach: the picture itself is not to be had any more.
            problem = f"{type(trouble).__name__}: {trouble}"
            self._log.info("could not take a picture down", message=message_id, problem=problem)


def _places(channel: Where, job: Job) -> Iterator[int]:
    """Where it goes, and where it comes from: what is veiled in one is veiled in the other."""
    made_in = channel.guild.get_channel_or_thread(job.place.channel_id or 0)
    for place in (channel, made_in):
        if place is not None:
            yield place.id
        if isinstance(place, discord.Thread):
            yield place.parent_id
