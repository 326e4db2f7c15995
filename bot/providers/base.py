"""What every upstream adapter is: one request in, picture files out, or a ProviderError."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Literal, Protocol

from bot.errors import ProviderError
from bot.generation.request import GenerationRequest


@dataclass(frozen=True, slots=True)
class ImageFile:
    """A picture as an upstream sent it, on disk. `mime` is by content; `size` in bytes."""

    path: Path
    digest: str
    mime: str
    size: int


Fetch = Callable[[str, Path], Awaitable[ImageFile]]
"""The picture at an address, as a new file in a folder; raises ProviderError."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What an upstream counted for one call; None where it did not tell.

    `total_tokens` is what it bills by, and more than the others together where some are hidden.
    `image_tokens` are among `output_tokens`.
    """

    prompt_tokens: int | None = None
    output_tokens: int | None = None
    thought_tokens: int | None = None
    image_tokens: int | None = None
    total_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Generation:
    """One answered call. `text` is what the model said beside the picture.

    `upstream_model` is the model it says answered. `turn` is its side of the exchange as the
    `parts` of a Turn, where the conversation can go on from the last picture.
    """

    provider: str
    images: tuple[ImageFile, ...]
    text: str | None = None
    usage: Usage = Usage()
    upstream_model: str | None = None
    turn: str | None = None


@dataclass(frozen=True, slots=True)
class Balance:
    """What is left at an upstream. `unlimited` when its key has no end; `amount` says little then.

    `unit` is unknown where it depends on how the operator's account is set up there.
    """

    amount: Decimal
    unit: Literal["credits", "USD", "unknown"]
    unlimited: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """One paid call: whose, with which key (by its fingerprint), the `attempt`-th there, from 1."""

    provider: str
    key: str
    model: str
    attempt: int


@dataclass(frozen=True, slots=True)
class OpenCall:
    """A paid call that was left open by a process that is gone: whose, with which key, its run.

    `task_id` finds its picture. Without one it is sent again as the same run, which is for an
    upstream that honours it. One that is `late` has been given up: its task is asked about once,
    and nothing else is tried.
    """

    provider: str
    key: str
    run: str
    task_id: str | None
    late: bool = False


class Observer(Protocol):
    """Told of every paid call before it leaves, and of every failure that is tried again."""

    @property
    def run(self) -> str:
        """What names the call that is open, the same when it is sent again; nothing before one."""

    @property
    def party(self) -> int:
        """On whose behalf calls are made, as members take turns; 0 for the operator."""

    async def calling(self, call: Call) -> None:
        """About to make this call. Awaited before sending."""

    async def submitted(self, provider: str, task_id: str) -> None:
        """That call was accepted as a task; its id finds the picture again. Awaited at once."""

    async def failed(self, error: ProviderError, attempt: int, wait: float | None) -> None:
        """That call failed; `wait` seconds until the next, None when there is no next."""


class Provider(Protocol):
    """An upstream, or several behind one face: failover, retry and fakes have this same shape."""

    @property
    def name(self) -> str:
        """The name used in settings, prices and the log."""

    async def generate(
        self, request: GenerationRequest, *, folder: Path, observer: Observer
    ) -> Generation:
        """Draw one picture (`request.count` is the caller's business) into files under `folder`.

        Raises ProviderError. Cancelling leaves the upstream's bill unknown.
        """

    async def resume(
        self, call: OpenCall, request: GenerationRequest, *, folder: Path, observer: Observer
    ) -> Generation:
        """Bring the picture of a call that was left open; paid for again only where it failed
        for nothing. Raises ProviderError.
        """
