"""Shows jobs on Discord: the reply while its token lives, else the channel, else a DM."""

from collections.abc import Awaitable, Callable, Sequence

import discord
import structlog

from bot.errors import DeliveryFailed, PlantainError
from bot.generation.formats import EXTENSIONS
from bot.jobs.delivery import Picture
from bot.jobs.job import Job, Receipt, Shortfall
from bot.ui.cards import Cards
from bot.ui.veil import Veil, veiled

REPLY_LIVES = 14 * 60 * 1_000_000 + 30_000_000
"""Microseconds; Discord says 15 minutes from the press, and the press came before the job."""
NONCE_LIMIT = 25
SERVER_ERRORS = 500


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

    async def queued(self, job: Job, ahead: int) -> None:
        await self._show(job, self._cards.queued(job, ahead))

    async def postponed(self, job: Job, begins_at: int) -> None:
        await self._show(job, self._cards.postponed(job, begins_at))

    async def drawing(self, job: Job) -> None:
        await self._show(job, self._cards.drawing(job))

    async def waiting(self, job: Job, wait: float) -> None:
        until = self._now() + int(wait * 1_000_000)
        await self._show(job, self._cards.waiting(job, until))

    async def deliver(
        self, job: Job, pictures: Sequence[Picture], receipt: Receipt, shortfall: Shortfall | None
    ) -> int | None:
        named = [
            (f"plantain-{job.id[-8:]}-{number}.{EXTENSIONS[picture.mime]}", picture)
            for number, picture in enumerate(pictures, start=1)
        ]
        problems, unreachable = [], False
        hidden = self._veil is not None and await self._veil.drop(job.place)
        for way in (self._by_reply, self._by_channel, self._by_direct_message):
            # Both are used up by a failed try: a file is read, a view remembers where it went.
            card = self._cards.result(job, named, receipt, shortfall)
            card = veiled(card) if hidden else card
            files = [discord.File(picture.path, filename=name) for name, picture in named]
            try:
                message = await way(job, card, files)
            except Exception as error:  # noqa: BLE001 - whatever it was, the next way may do
                problems.append(f"{way.__name__}: {type(error).__name__} {error}")
                unreachable = unreachable or not _is_refusal(error)
                continue
            finally:
                for file in files:
                    file.close()
            if message is not None:
                return message.id
        raise DeliveryFailed("; ".join(problems) or "no way to reach them", unreachable)

    async def explain(self, job: Job, error: PlantainError) -> None:
        card = self._cards.problem(error, job.place.locale, prompt=job.request.prompt)
        if not await self._explain_in_reply(job, card):
            await self._try(job, "remove the old card", self._remove_card(job))
            member = self._client.fetch_user(job.place.member_id)
            if not await self._try(job, "write to the person", _send(member, card)):
                await self._try(job, "say it in the channel", self._explain_in_channel(job, error))

    async def _show(self, job: Job, card: discord.ui.LayoutView) -> None:
        reply = self._reply(job)
        if reply is None:
            return
        await self._try(job, "show progress", reply.edit_message(job.place.message_id, view=card))

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
        self, job: Job, card: discord.ui.LayoutView, files: list[discord.File]
    ) -> discord.Message | None:
        reply = self._reply(job)
        if reply is None:
            return None
        return await reply.edit_message(job.place.message_id, view=card, attachments=files)

    async def _by_channel(
        self, job: Job, card: discord.ui.LayoutView, files: list[discord.File]
    ) -> discord.Message | None:
        if job.place.private or job.place.channel_id is None:
            return None
        channel = self._client.get_partial_messageable(job.place.channel_id)
        return await channel.send(view=card, files=files, nonce=job.id[-NONCE_LIMIT:])

    async def _by_direct_message(
        self, job: Job, card: discord.ui.LayoutView, files: list[discord.File]
    ) -> discord.Message | None:
        member = await self._client.fetch_user(job.place.member_id)
        return await member.send(view=card, files=files, nonce=job.id[-NONCE_LIMIT:])

    async def _explain_in_reply(self, job: Job, card: discord.ui.LayoutView) -> bool:
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
            return
        card = self._cards.problem(error, job.place.locale, quoting=False)
        await self._client.get_partial_messageable(job.place.channel_id).send(view=card)

    async def _remove_card(self, job: Job) -> None:
        if job.place.channel_id is not None:
            channel = self._client.get_partial_messageable(job.place.channel_id)
            await channel.get_partial_message(job.place.message_id).delete()

    async def _try(self, job: Job, what: str, work: Awaitable[object]) -> bool:
        """Do one step of telling; one that fails is logged and keeps no other from being tried."""
        try:
            await work
        except Exception as trouble:  # noqa: BLE001 - discord.py lets many kinds through
            problem = f"{type(trouble).__name__}: {trouble}"
            self._log.info("could not " + what, job=job.id, problem=problem)
            return False
        return True


async def _send(member: Awaitable[discord.User], card: discord.ui.LayoutView) -> None:
    await (await member).send(view=card)


def _is_refusal(error: Exception) -> bool:
    """Whether Discord answered and will answer the same again."""
    return isinstance(error, discord.HTTPException) and error.status < SERVER_ERRORS
