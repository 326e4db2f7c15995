"""Shows jobs on Discord: the reply while its token lives, else the channel, else a DM.

What Discord refuses one way goes another way. What did not get through may have arrived all the
same, so it goes the same way again, where it is found, or replaces itself.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial

import discord
import structlog

from bot.errors import DeliveryFailed, PlantainError
from bot.jobs.delivery import Picture
from bot.jobs.job import Button, Job, Place, Receipt, Shortfall
from bot.pressing import Cancelled
from bot.ui.cards import Cards
from bot.ui.parts import named, stem
from bot.ui.veil import Veil, veiled

REPLY_LIVES = 14 * 60 * 1_000_000 + 30_000_000
"""Microseconds; Discord says 15 minutes from the press, and the press came before the job."""
NONCE_LIMIT = 25
SERVER_ERRORS = 500
PASSING = frozenset({408, 429})
LOOKED_THROUGH = 100
"""A channel's newest messages, among which one that was posted before a crash is looked for."""


class DiscordDelivery:
    """The Delivery the runner is given. `veil` knows where pictures are veiled, if anywhere."""

    def __init__(
        self,
        *,
        client: discord.Client,
        cards: Cards,
        now: Callable[[], int],
        veil: Veil | None = None,
    ) -> None:
        self._client = client
        self._veil = veil
        self._cards = cards
        self._now = now
        self._log = structlog.get_logger("delivery")

    async def queued(self, job: Job, ahead: int, ready_at: int | None = None) -> bool:
        return await self._show(job, self._cards.queued(job, ahead, ready_at)) is not False

    async def postponed(self, job: Job, begins_at: int) -> bool:
        return await self._show(job, self._cards.postponed(job, begins_at)) is not False

    async def drawing(self, job: Job, ready_at: int | None = None) -> bool:
        return await self._show(job, self._cards.drawing(job, ready_at)) is not False

    async def waiting(self, job: Job, wait: float) -> bool:
        until = self._now() + int(wait * 1_000_000)
        return await self._show(job, self._cards.waiting(job, until)) is not False

    async def deliver(
        self, job: Job, pictures: Sequence[Picture], receipt: Receipt, shortfall: Shortfall | None
    ) -> int | None:
        files_by_name = named(job.id, pictures)
        problems = []
        hidden = await self._hidden(job)
        for way in (self._by_reply, self._by_channel, self._by_direct_message):
            # Both are used up by a failed try: a file is read, a view remembers where it went.
            card = self._cards.result(job, files_by_name, receipt, shortfall)
            card = veiled(card) if hidden else card
            files = [discord.File(picture.path, filename=name) for name, picture in files_by_name]
            try:
                message = await way(job, pictures[0].number, card, files)
            except Exception as error:
                problems.append(f"{way.__name__}: {type(error).__name__} {error}")
                if not is_refusal(error):
                    raise DeliveryFailed("; ".join(problems), unreachable=True) from error
                continue
            finally:
                for file in files:
                    file.close()
            if message is not None:
                return message.id
        raise DeliveryFailed("; ".join(problems) or "no way to reach them")

    async def amend(self, job: Job, pictures: Sequence[Picture], receipt: Receipt) -> bool | None:
        change = self._lasting_change(job)
        if change is None:
            return False
        files_by_name = named(job.id, pictures)
        card = self._cards.result(job, files_by_name, receipt, None)
        card = veiled(card) if await self._hidden(job) else card
        files = [discord.File(picture.path, filename=name) for name, picture in files_by_name]
        try:
            return await self._try(job, "show it anew", change(view=card, attachments=files))
        finally:
            for file in files:
                file.close()

    async def cancelled(self, job: Job) -> bool:
        reached = await self._show(job, self._cards.cancelled(job))
        if reached is False:
            # There is no card to change any more; whoever asked is told another way. In public it
            # may be another's press that could be answered.
            place = job.place if job.place.private else replace(job.place, reply_token=None)
            return await self.explain(job.evolve(place=place), Cancelled())
        return reached is True

    async def explain(self, job: Job, error: PlantainError) -> bool:
        card = self._cards.problem(error, job.place.locale, prompt=job.request.prompt)
        told = [await self._explain_in_reply(job, card)]
        if told[-1] is not True:
            await self._try(job, "remove the old card", self._remove_card(job))
            direct = self._write_to(job, card)
            told.append(await self._try(job, "write to the person", direct))
        if told[-1] is not True:
            public = self._explain_in_channel(job, error)
            told.append(await self._try(job, "say it in the channel", public))
        return told[-1] is True or None not in told

    async def _show(self, job: Job, card: discord.ui.LayoutView) -> bool | None:
        """As `_try`; False also where there is no way."""
        change = self._lasting_change(job)
        if change is None:
            return False
        return await self._try(job, "show progress", change(view=card))

    def _change(self, job: Job) -> Callable[..., Awaitable[discord.Message]] | None:
        """What makes the job's card another; None where it is a reply that has expired."""
        place = job.place
        is_message = job.button is Button.REPLY and place.reply_token is None
        if is_message and place.channel_id is not None:
            # A card that answers a message is an ordinary message of ours; one that answers the
            # press of a question about it is not.
            return self._card(place).edit
        reply = self._reply(job)
        return None if reply is None else partial(reply.edit_message, place.message_id)

    def _lasting_change(self, job: Job) -> Callable[..., Awaitable[discord.Message]] | None:
        """The same, but for a card that all may see: it is ours to change without a reply, too."""
        change, place = self._change(job), job.place
        if job.batch_id is not None:
            # The card is its batch's.
            return None
        if change is None and place.channel_id is not None and not place.private:
            return self._card(place).edit
        return change

    def _card(self, place: Place) -> discord.PartialMessage:
        """The job's card as a message of ours in its channel, which outlives the reply's token."""
        return self._channel(place).get_partial_message(place.message_id)

    def _channel(self, place: Place) -> discord.PartialMessageable:
        """Where it was asked for; `place` must have a channel."""
        return self._client.get_partial_messageable(place.channel_id or 0, guild_id=place.guild_id)

    def _reply(self, job: Job) -> discord.Webhook | None:
        """The interaction's own webhook, or None when it has expired or was never kept."""
        place = job.place
        if place.reply_token is None or self._now() > job.created_at + REPLY_LIVES:
            return None
        reply = discord.Webhook.partial(
            place.application_id, place.reply_token, client=self._client
        )
        # Only an application's webhook may answer one person; `partial` takes it for another kind.
        reply.type = discord.WebhookType.application
        return reply

    async def _by_reply(
        self, job: Job, number: int, card: discord.ui.LayoutView, files: list[discord.File]
    ) -> discord.Message | None:
        # What comes later takes no place of what was shown first.
        change = self._change(job) if number == 1 else None
        return None if change is None else await change(view=card, attachments=files)

    async def _by_channel(
        self, job: Job, number: int, card: discord.ui.LayoutView, files: list[discord.File]
    ) -> discord.Message | None:
        place = job.place
        if place.private or place.channel_id is None:
            return None
        channel = self._channel(place)
        posted = await self._posted(job, number, channel)
        if posted is None:
            asked = discord.MessageReference(
                message_id=place.message_id, channel_id=place.channel_id, fail_if_not_exists=False
            )
            posted = await channel.send(
                view=card, files=files, nonce=_nonce(job, number), reference=asked
            )
        if posted.id != place.message_id and number == 1 and job.batch_id is None:
            moved = self._cards.moved(job, posted.jump_url)
            await self._try(job, "point to the picture", self._card(place).edit(view=moved))
        return posted

    async def _by_direct_message(
        self, job: Job, number: int, card: discord.ui.LayoutView, files: list[discord.File]
    ) -> discord.Message | None:
        member = await self._client.fetch_user(job.place.member_id)
        channel = member.dm_channel or await member.create_dm()
        posted = await self._posted(job, number, channel)
        if posted is not None:
            return posted
        return await channel.send(view=card, files=files, nonce=_nonce(job, number))

    async def _posted(
        self, job: Job, number: int, channel: discord.abc.Messageable
    ) -> discord.Message | None:
        """Where the picture can be seen already, as an earlier try got through and nobody knew.

        Discord tells one nonce from another for some minutes only.
        """
        if job.deliver_tries <= 1:
            return None
        try:
            async for message in channel.history(limit=LOOKED_THROUGH):
                if self._shows(message, job, number):
                    return message
            # Long ago, if it became the picture.
            card = await channel.fetch_message(job.place.message_id)
        except (discord.Forbidden, discord.NotFound):
            # Who may post may not always read.
            return None
        return card if self._shows(card, job, number) else None

    def _shows(self, message: discord.Message, job: Job, number: int) -> bool:
        ours = self._client.user is not None and message.author.id == self._client.user.id
        beginning = stem(job.id, number)
        return ours and any(one.filename.startswith(beginning) for one in message.attachments)

    async def _hidden(self, job: Job) -> bool:
        return self._veil is not None and await self._veil.drop(job.place)

    async def _write_to(self, job: Job, card: discord.ui.LayoutView) -> None:
        member = await self._client.fetch_user(job.place.member_id)
        await member.send(view=card, nonce=_nonce(job, 0))

    async def _explain_in_reply(self, job: Job, card: discord.ui.LayoutView) -> bool | None:
        reply, message_id = self._reply(job), job.place.message_id
        if reply is None:
            return False
        if job.place.private:
            change = reply.edit_message(message_id, view=card, attachments=[])
            return await self._try(job, "explain in the reply", change)
        told = await self._try(job, "explain in the reply", reply.send(view=card, ephemeral=True))
        await self._try(job, "remove the card", reply.delete_message(message_id))
        return told

    async def _explain_in_channel(self, job: Job, error: PlantainError) -> None:
        """Where all may read it, without the upstream's own words."""
        if job.place.private or job.place.channel_id is None:
            raise DeliveryFailed("no channel to say it in")
        card = self._cards.problem(error, job.place.locale, quoting=False)
        await self._channel(job.place).send(view=card, nonce=_nonce(job, 0))

    async def _remove_card(self, job: Job) -> None:
        if job.place.channel_id is not None and job.batch_id is None:
            await self._card(job.place).delete()

    async def _try(self, job: Job, what: str, work: Awaitable[object]) -> bool | None:
        """Do one step of telling; one that fails is logged and keeps no other from being tried.

        False where it was refused, None where it did not get through.
        """
        try:
            await work
        except Exception as trouble:  # noqa: BLE001 - discord.py lets many kinds through
            problem = f"{type(trouble).__name__}: {trouble}"
            self._log.info("could not " + what, job=job.id, problem=problem)
            return False if is_refusal(trouble) else None
        return True


def _nonce(job: Job, number: int) -> str:
    """The same for every try of one message, and for no other; at most 25 characters."""
    return f"{job.id[-NONCE_LIMIT + 2 :]}-{number}"


def is_refusal(error: Exception) -> bool:
    """Whether Discord answered and will answer the same again."""
    if isinstance(error, discord.HTTPException):
        return error.status < SERVER_ERRORS and error.status not in PASSING
    return isinstance(error, DeliveryFailed)
