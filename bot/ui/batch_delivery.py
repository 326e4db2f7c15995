"""Shows batches on Discord: a card that is changed, and messages in the channel, else by DM.

What only its member sees comes as direct messages: an answer that is for one person can neither be
found again nor be given after 15 minutes.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import discord
import structlog

from bot.errors import DeliveryFailed
from bot.generation.formats import EXTENSIONS
from bot.jobs.archive import stem
from bot.jobs.batch import Batch, Course, Piece, Post
from bot.jobs.delivery import Picture
from bot.ui.batch_cards import BatchCards
from bot.ui.delivery import LOOKED_THROUGH, REPLY_LIVES, is_refusal
from bot.ui.veil import Veil, veiled

NONCE_ID = 20
"""Letters of a batch's id in a nonce, which has 25 at most."""

MakeCard = Callable[[], discord.ui.LayoutView]


class DiscordBatchDelivery:
    """The BatchDelivery of the courier. `veil` knows where pictures are veiled."""

    def __init__(
        self, *, client: discord.Client, cards: BatchCards, now: Callable[[], int], veil: Veil
    ) -> None:
        self._client = client
        self._cards = cards
        self._now = now
        self._veil = veil
        self._log = structlog.get_logger("delivery")

    async def progress(self, course: Course, ready_at: int | None) -> bool:
        return await self._change(course.batch, self._cards.progress(course, ready_at))

    async def pictures(
        self, course: Course, post: Post, shown: Sequence[tuple[Piece, Picture]]
    ) -> int | None:
        begin = _beginning(course.batch, post)
        named = [
            (piece, f"{begin}{picture.number}.{EXTENSIONS[picture.mime]}", picture)
            for piece, picture in shown
        ]
        hidden = await self._veil.drop(course.batch.place)

        def make_card() -> discord.ui.LayoutView:
            card = self._cards.pictures(course, named)
            return veiled(card) if hidden else card

        files = [(name, picture.path) for _, name, picture in named]
        return await self._post(course.batch, post, make_card, files, silent=True)

    async def archive(
        self, course: Course, post: Post, files: Sequence[Path], *, first: int, of: int
    ) -> int | None:
        begin = _beginning(course.batch, post)
        named = [(f"{begin}{number}.zip", file) for number, file in enumerate(files, start=first)]
        names = [name for name, _ in named]
        make_card = partial(self._cards.archive, course, names, first=first, of=of)
        return await self._post(course.batch, post, make_card, named, silent=False)

    async def over(self, course: Course, archives: Sequence[int]) -> None:
        batch = course.batch
        changed = await self._change(batch, self._cards.over(course, self._link(course, archives)))
        if changed or archives:
            return
        try:
            await self._by_direct_message(
                batch, None, partial(self._cards.over, course, None), (), silent=False
            )
        except Exception as error:  # noqa: BLE001 - telling is the last thing that can be tried
            self._log.info("could not tell a batch's end", batch=batch.id, problem=str(error))

    def _link(self, course: Course, archives: Sequence[int]) -> str | None:
        """Where the archive is, if that is where the card is."""
        place = course.batch.place
        if not archives or place.private or place.channel_id is None:
            return None
        there = self._client.get_partial_messageable(place.channel_id, guild_id=place.guild_id)
        return there.get_partial_message(archives[0]).jump_url

    async def _change(self, batch: Batch, card: discord.ui.LayoutView) -> bool:
        """Put a card in place of the batch's; False where that cannot be done."""
        for change in self._changes(batch):
            try:
                await change(view=card)
            except Exception as trouble:  # noqa: BLE001 - discord.py lets many kinds through
                problem = f"{type(trouble).__name__}: {trouble}"
                self._log.info("could not show progress", batch=batch.id, problem=problem)
                if not is_refusal(trouble):
                    return False
            else:
                return True
        return False

    def _changes(self, batch: Batch) -> Iterator[Callable[..., Awaitable[object]]]:
        """What may change the batch's card: the reply while it lives, else it is our message."""
        place = batch.place
        if place.reply_token is not None and self._now() <= batch.token_at + REPLY_LIVES:
            reply = discord.Webhook.partial(
                place.application_id, place.reply_token, client=self._client
            )
            # Only an application's webhook may answer one person.
            reply.type = discord.WebhookType.application
            yield partial(reply.edit_message, place.message_id)
        if place.channel_id is not None and not place.private:
            channel = self._client.get_partial_messageable(
                place.channel_id, guild_id=place.guild_id
            )
            yield channel.get_partial_message(place.message_id).edit

    async def _post(
        self,
        batch: Batch,
        post: Post,
        make_card: MakeCard,
        files: Sequence[tuple[str, Path]],
        *,
        silent: bool,
    ) -> int | None:
        problems = []
        for way in (self._by_channel, self._by_direct_message):
            try:
                message = await way(batch, post, make_card, files, silent=silent)
            except Exception as error:
                problems.append(f"{way.__name__}: {type(error).__name__} {error}")
                if not is_refusal(error):
                    raise DeliveryFailed("; ".join(problems), unreachable=True) from error
                continue
            if message is not None:
                return message.id
        raise DeliveryFailed("; ".join(problems) or "no way to reach them")

    async def _by_channel(
        self,
        batch: Batch,
        post: Post | None,
        make_card: MakeCard,
        files: Sequence[tuple[str, Path]],
        *,
        silent: bool,
    ) -> discord.Message | None:
        place = batch.place
        if place.private or place.channel_id is None:
            return None
        channel = self._client.get_partial_messageable(place.channel_id, guild_id=place.guild_id)
        asked = discord.MessageReference(
            message_id=place.message_id, channel_id=place.channel_id, fail_if_not_exists=False
        )
        return await self._send(batch, post, channel, make_card, files, silent, asked)

    async def _by_direct_message(
        self,
        batch: Batch,
        post: Post | None,
        make_card: MakeCard,
        files: Sequence[tuple[str, Path]],
        *,
        silent: bool,
    ) -> discord.Message | None:
        member = await self._client.fetch_user(batch.place.member_id)
        channel = member.dm_channel or await member.create_dm()
        return await self._send(batch, post, channel, make_card, files, silent, None)

    async def _send(
        self,
        batch: Batch,
        post: Post | None,
        channel: discord.abc.Messageable,
        make_card: MakeCard,
        files: Sequence[tuple[str, Path]],
        silent: bool,
        reference: discord.MessageReference | None,
    ) -> discord.Message:
        if post is not None and (posted := await self._posted(batch, post, channel)) is not None:
            return posted
        attachments = [discord.File(path, filename=name) for name, path in files]
        number = 0 if post is None else post.number
        try:
            return await channel.send(
                view=make_card(),
                files=attachments,
                nonce=f"{batch.id[-NONCE_ID:]}-{number}",
                silent=silent,
                reference=reference,  # type: ignore[arg-type]  # it takes None, as its default
            )
        finally:
            for file in attachments:
                file.close()

    async def _posted(
        self, batch: Batch, post: Post, channel: discord.abc.Messageable
    ) -> discord.Message | None:
        """What an earlier try has posted, though nobody knew; a nonce counts for minutes only."""
        if post.tries <= 1:
            return None
        beginning = _beginning(batch, post)
        try:
            async for message in channel.history(limit=LOOKED_THROUGH):
                ours = self._client.user is not None and message.author.id == self._client.user.id
                if ours and any(one.filename.startswith(beginning) for one in message.attachments):
                    return message
        except (discord.Forbidden, discord.NotFound):
            # Who may post may not always read.
            return None
        return None


def _beginning(batch: Batch, post: Post) -> str:
    """How the names of a message's files begin, which no other's do."""
    return f"{stem(batch.id)}-{post.number}-"
