"""The only things the core asks of Discord."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bot.errors import PlantainError
from bot.generation.request import ImageRef
from bot.jobs.batch import Course, Piece, Post
from bot.jobs.job import Job, Receipt, Shortfall

REQUEST_BYTES = 24 * 1024 * 1024
"""All files of one message together; Discord refuses requests over 25 MiB."""
WAITS = (5, 15, 45, 120, 300, 900, 1800, 3600)
"""Seconds before each further try while Discord cannot be reached; the last one repeats."""
REFUSED_WAIT = 600
"""The least seconds where it was reached and said no: somebody has to allow it first."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A file ready to upload, the `number`-th of its job.

    `how` tells what was done to make it fit: see `images.codec`.
    """

    path: Path
    mime: str
    original: ImageRef
    how: str
    number: int = 1


class Delivery(Protocol):
    """How people see a job. Progress is shown as well as can be and never fails a job.

    What shows progress is False where Discord refused it, so that it cannot be seen.
    """

    async def queued(self, job: Job, ahead: int, ready_at: int | None = None) -> bool:
        """The job waits behind `ahead` others.

        `ready_at` is when its pictures may be there, in microseconds UTC; None where nobody knows.
        """

    async def postponed(self, job: Job, begins_at: int) -> bool:
        """The job came too early for a limit and begins then, in microseconds UTC."""

    async def drawing(self, job: Job, ready_at: int | None = None) -> bool:
        """An upstream is at work; `ready_at` as for `queued`."""

    async def waiting(self, job: Job, wait: float) -> bool:
        """The upstream is busy; it is asked again in `wait` seconds."""

    async def deliver(
        self, job: Job, pictures: Sequence[Picture], receipt: Receipt, shortfall: Shortfall | None
    ) -> int | None:
        """Show the pictures; the message id where there is a message. Raises DeliveryFailed.

        Safe to repeat: what has been posted already is found again and not posted twice.
        """

    async def amend(self, job: Job, pictures: Sequence[Picture], receipt: Receipt) -> bool | None:
        """Show the pictures anew on the card that has shown them already; never raises.

        False where it was refused, None where Discord could not be reached.
        """

    async def cancelled(self, job: Job) -> bool:
        """Show that the job was taken back; never raises. False as for `explain`."""

    async def explain(self, job: Job, error: PlantainError) -> bool:
        """Tell the person alone what happened; never raises.

        False where Discord could not be reached, so that it is worth another try.
        """


class BatchDelivery(Protocol):
    """How people see a batch: a card that changes, and messages with what comes of it.

    Messages raise DeliveryFailed, and are safe to repeat as `Delivery.deliver` is.
    """

    async def progress(self, course: Course, ready_at: int | None) -> bool:
        """What has come of it so far; never raises. `ready_at` as for `Delivery.queued`.

        False where it cannot be seen.
        """

    async def pictures(
        self, course: Course, post: Post, shown: Sequence[tuple[Piece, Picture]]
    ) -> int | None:
        """Show some of its pictures, quietly; the message's id."""

    async def archive(
        self, course: Course, post: Post, files: Sequence[Path], *, first: int, of: int
    ) -> int | None:
        """Give ZIP archives of it, from the `first` of so many in all; the message's id."""

    async def over(self, course: Course, archives: Sequence[int]) -> None:
        """What it came to, in place of progress; never raises.

        `archives` are the messages in which they lie.
        """
