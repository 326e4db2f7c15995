"""The Gate of every job: who is served, a server's rules and words, and notes for its log."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.care import MemberBlocked, RoleNeeded, TooDear, TooManyPictures, WordKeptOut, WrongChannel
from bot.db.database import Database, Transaction
from bot.generation.request import GenerationRequest
from bot.jobs.job import Job
from bot.people.house import House, house
from bot.people.moderation import search, words
from bot.quotas.limit import Who


@dataclass(frozen=True, slots=True)
class Note:
    """Who asked for what; `job_id` is None and `word` is given for what was refused for it.

    `message` is where the job is seen, as channel and message; None where only they see it.
    """

    guild_id: int
    member_id: int
    prompt: str
    job_id: str | None = None
    message: tuple[int, int] | None = None
    word: str | None = None


class Scribe(Protocol):
    """Writes to a server's log."""

    def write(self, note: Note, channel_id: int, language: str | None) -> None:
        """Post it in time; never raises and never waits."""


class Doorway:
    def __init__(self, *, database: Database, scribe: Scribe) -> None:
        self._database = database
        self._scribe = scribe

    async def check(
        self, who: Who, channels: Sequence[int], request: GenerationRequest, total: int
    ) -> None:
        """Raise MemberBlocked, WrongChannel, RoleNeeded, TooManyPictures, TooDear, WordKeptOut."""

        async def look(tx: Transaction) -> tuple[bool, House, tuple[str, ...]]:
            blocked = await tx.one("member_blocked", member_id=who.member_id)
            rules = await house(tx, who.guild_id)
            return blocked is not None, rules, await words(tx, who.guild_id)

        blocked, rules, kept_out = await self._database.read(look)
        if blocked:
            raise MemberBlocked
        _check(rules, who, channels, request.count, total)
        said = _said(request, rules)
        # Names are shown and sent as the prompt is.
        names = [one.name for one in (*request.characters, request.style) if one is not None]
        word = await search("\n".join((said, *names)), kept_out)
        if word is not None:
            if rules.log_channel is not None:
                note = Note(who.guild_id, who.member_id, said, word=word)
                self._scribe.write(note, rules.log_channel, rules.defaults.language)
            raise WordKeptOut(word)

    async def passed(self, job: Job) -> None:
        place = job.place
        if place.guild_id is None:
            return
        guild_id = place.guild_id
        rules = await self._database.read(lambda tx: house(tx, guild_id))
        if rules.log_channel is None:
            return
        seen = None if place.private or place.channel_id is None else place.channel_id
        note = Note(
            guild_id,
            place.member_id,
            _said(job.request, rules),
            job.id,
            None if seen is None else (seen, place.message_id),
        )
        self._scribe.write(note, rules.log_channel, rules.defaults.language)


def _said(request: GenerationRequest, rules: House) -> str:
    """All that this server has not said itself: another's words may have come along."""
    return request.words if request.house_style == rules.house_style else request.text


def _check(rules: House, who: Who, channels: Sequence[int], count: int, total: int) -> None:
    if rules.channels and not set(rules.channels) & set(channels):
        raise WrongChannel(rules.channels)
    # The role that everybody has bears the server's own id.
    if rules.roles and not set(rules.roles) & {*who.role_ids, who.guild_id}:
        raise RoleNeeded(rules.roles)
    if rules.max_count is not None and count > rules.max_count:
        raise TooManyPictures(count, rules.max_count)
    if rules.max_credits is not None and total > rules.max_credits:
        raise TooDear(total, rules.max_credits)
