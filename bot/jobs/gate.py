"""What is asked before a job is promised, of whoever knows a server's rules."""

from collections.abc import Sequence
from typing import Protocol

from bot.generation.request import GenerationRequest
from bot.jobs.job import Job
from bot.quotas.limit import Who


class Gate(Protocol):
    """Rules above money: where, by whom and for what the bot may be used."""

    async def check(
        self, who: Who, channels: Sequence[int], request: GenerationRequest, total: int
    ) -> None:
        """Raise the Refusal that fits; `total` in credits, `channels` the nearest first."""

    async def passed(self, job: Job) -> None:
        """A job was promised. Never takes long; raises StorageError alone."""
