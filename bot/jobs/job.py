"""What a job is and which way it may go."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Self

from bot.errors import ErrorKind
from bot.generation.pricing import Price
from bot.generation.request import GenerationRequest, ImageRef
from bot.jobs.payers import PaidBy


class JobKind(StrEnum):
    IMAGINE = "imagine"
    EDIT = "edit"


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    """Upstreams are being called, or were when the process stopped: `attempts` says how far."""
    GENERATED = "generated"
    """Every picture that came out is in the store; from here on nothing is paid again."""
    DELIVERED = "delivered"
    """The pictures can be seen on Discord, or are kept for who asks for them."""
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


LAWFUL: Mapping[JobState, frozenset[JobState]] = MappingProxyType(
    {
        JobState.QUEUED: frozenset({JobState.RUNNING, JobState.FAILED, JobState.CANCELLED}),
        JobState.RUNNING: frozenset({JobState.GENERATED, JobState.FAILED, JobState.CANCELLED}),
        JobState.GENERATED: frozenset({JobState.DELIVERED, JobState.FAILED, JobState.CANCELLED}),
        JobState.DELIVERED: frozenset({JobState.DONE}),
        JobState.DONE: frozenset(),
        JobState.FAILED: frozenset(),
        JobState.CANCELLED: frozenset(),
    }
)


@dataclass(frozen=True, slots=True)
class Place:
    """Who asked, where, in which language, and how to reach them.

    `message_id` is the job's card. `reply_token` edits it for 15 minutes; the ids work without it.
    `upload_limit` is the most bytes one file may have there. `interaction_id` tells one request
    from another that looks the same. `parent_channel_id` is the channel of a thread,
    `role_ids` are the member's from the highest down, without the one that everyone has; neither
    is stored.
    """

    member_id: int
    guild_id: int | None
    channel_id: int | None
    message_id: int
    application_id: int
    reply_token: str | None
    locale: str
    private: bool
    upload_limit: int
    interaction_id: int | None = None
    parent_channel_id: int | None = None
    role_ids: tuple[int, ...] = ()

    @property
    def channels(self) -> tuple[int, ...]:
        """The thread and its channel, the nearest first."""
        nearest_first = (self.channel_id, self.parent_channel_id)
        return tuple(channel for channel in nearest_first if channel is not None)

    def visible_to(self, member_id: int) -> bool:
        """A private picture is its maker's alone, whoever comes to know its id."""
        return not self.private or self.member_id == member_id


@dataclass(frozen=True, slots=True)
class Origin:
    """The stored picture a job goes on from: which job made it, and its place there, from 0."""

    job_id: str
    picture: int


class Button(StrEnum):
    """What is below a result, for going on from it."""

    AGAIN = "again"
    EDIT = "edit"
    VARY = "vary"
    UPSCALE = "upscale"
    REMIX = "remix"
    REPLY = "reply"
    """Not pressed: a reply to the card said what to change."""


AFRESH = frozenset({Button.VARY, Button.UPSCALE})
"""Worked from the picture alone, whatever led to it."""


@dataclass(frozen=True, slots=True)
class Press:
    """A button, and who pressed it."""

    button: Button
    member_id: int


def press_behind(member_id: int, origin: Origin | None, brought_by: int | None) -> Press | None:
    """The press that a job without a `button` came from; None for one that came from a command.

    Only Again said whose the reference images are.
    """
    if brought_by is not None:
        return Press(Button.AGAIN, member_id)
    return Press(Button.EDIT, member_id) if origin else None


ENDED = frozenset(state for state, next_ones in LAWFUL.items() if not next_ones)
"""A job stays in these, and may yet owe somebody a sentence or a late picture."""


@dataclass(frozen=True, slots=True)
class Job:
    """One row of `jobs`. Times in microseconds UTC; `price` is for each picture.

    `claim` is the fencing token of the run that holds it, None while nobody does. `begins_at` is
    for one that came too early for a limit, `stored_at` when its pictures were. Discord has been
    tried `deliver_tries` times for what is owed now; of the pictures, that is those from `shown`
    on. `failure` names why pictures are missing, `said` is what an upstream said of that. Since
    `stale_at` its card may show progress that is over.

    With an `origin`, the first reference image is that picture, maybe made smaller. `brought_by` is
    the member whose reference images they are, None for the one who asks. `button` is what it came
    from, None for a command and for what is older than that column. A `forgotten` one's pictures
    are deleted.
    """

    id: str
    kind: JobKind
    state: JobState
    place: Place
    request: GenerationRequest
    provider: str
    price: Price
    account_id: str
    reservation_id: str
    created_at: int
    claim: str | None = None
    started_at: int | None = None
    origin: Origin | None = None
    brought_by: int | None = None
    begins_at: int | None = None
    stored_at: int | None = None
    finished_at: int | None = None
    deliver_tries: int = 0
    shown: int = 0
    failure: str | None = None
    said: str | None = None
    button: Button | None = None
    forgotten: bool = False
    stale_at: int | None = None

    @property
    def reserved(self) -> int:
        """Credits held for the whole job."""
        return self.price.credits * self.request.count

    @property
    def paid_by(self) -> PaidBy:
        """Whose account the credits are held on."""
        return PaidBy(self.account_id.partition(":")[0])

    @property
    def press(self) -> Press | None:
        """The button that began it, None where a command did."""
        if self.button is not None:
            return Press(self.button, self.place.member_id)
        return press_behind(self.place.member_id, self.origin, self.brought_by)

    def evolve(self, **changes: object) -> Self:
        """The same job with some fields changed."""
        return replace(self, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A stored picture, the `picture`-th that was asked for; `turn` as `provider` gave it."""

    image: ImageRef
    picture: int
    provider: str
    turn: str | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a job cost: credits charged and left, pictures asked for, whole seconds it took.

    `left` is the member's own; None where somebody else paid, whose balance is not theirs to see.
    """

    charged: int
    left: int | None
    asked: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Pictures of a job that could not be made, and why the first of them failed."""

    missing: int
    kind: ErrorKind


@dataclass(frozen=True, slots=True)
class Stored:
    """A finished job's request and its pictures, for working on from there."""

    job: Job
    results: tuple[ImageRef, ...]
