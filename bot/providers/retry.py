"""A Provider that asks another one again, where that is safe and worth the wait."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType

from bot.errors import Billed, ErrorKind, ProviderError
from bot.generation.request import GenerationRequest
from bot.providers.base import Call, Generation, Observer, OpenCall, Provider
from bot.providers.pace import Gate, OpenGate
from bot.providers.replay import ReplayRefused
from bot.providers.transport import CutAnswer

MayCall = Callable[[str, str, str], None]
"""Of provider, key and model; raises ProviderError where a call must not be made now."""


def always(provider: str, key: str, model: str) -> None:
    """Any call may be made."""
    del provider, key, model


LONGEST_WAIT = 60.0
"""Seconds; a place asking for more is better left for another."""

BUDGET = 14 * 60.0
"""Seconds from the first call; a reply to a member can be edited for fifteen minutes."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Seconds before each retry. `jitter` is the part of a wait that may be added at random.

    `unknown_too` where it is tried again although the failed call may be on the bill.
    """

    waits: tuple[float, ...]
    jitter: float = 0.0
    unknown_too: bool = False


POLICY: Mapping[ErrorKind, Rule] = MappingProxyType(
    {
        ErrorKind.RATE_LIMITED: Rule(waits=(2, 4, 8), jitter=0.5),
        ErrorKind.OVERLOADED: Rule(waits=(5, 15, 45)),
        ErrorKind.UPSTREAM_ERROR: Rule(waits=(5,)),
        ErrorKind.CONNECT_FAILED: Rule(waits=(1, 2, 4)),
        ErrorKind.NO_IMAGE: Rule(waits=(0,), unknown_too=True),
        ErrorKind.MALFORMED_RESPONSE: Rule(waits=(0,), unknown_too=True),
    }
)
"""What is not here is never tried again."""


_SAYS_NOTHING = frozenset(
    {
        ErrorKind.RATE_LIMITED,
        ErrorKind.QUOTA_DAILY,
        ErrorKind.BILLING_EXHAUSTED,
        ErrorKind.SPEND_LIMIT,
        ErrorKind.OVERLOADED,
        ErrorKind.UPSTREAM_ERROR,
        ErrorKind.CONNECT_FAILED,
        ErrorKind.AUTH_INVALID,
        ErrorKind.PERMISSION_DENIED,
        ErrorKind.REGION_BLOCKED,
        ErrorKind.ACCOUNT_SUSPENDED,
        ErrorKind.MODEL_UNAVAILABLE,
        ErrorKind.WRONG_ENDPOINT,
        ErrorKind.INVALID_IMAGE,
        ErrorKind.INVALID_REQUEST,
        ErrorKind.PAYLOAD_TOO_LARGE,
        ErrorKind.RESULT_UNAVAILABLE,
    }
)
"""Of a call that is sent again these are about now, and not about the first time."""


def _unchecked() -> None:
    """What was called already is seen to its end, whatever is closed by now."""


class Retrying:
    """`provider`, tried again by POLICY; nothing whose outcome is in doubt is paid for twice.

    `attempts` caps the calls, the first included; a failure of a kind in `leave` is left to another
    upstream. Each call passes `gate`, which knows how fast the key
    with this fingerprint may be used. `random` gives numbers from 0 up to 1, `clock` monotonic
    seconds. `check` is asked before every call.
    """

    def __init__(
        self,
        provider: Provider,
        *,
        attempts: int | None,
        sleep: Callable[[float], Awaitable[object]],
        random: Callable[[], float],
        clock: Callable[[], float],
        budget: float = BUDGET,
        key: str = "",
        gate: Gate | None = None,
        leave: AbstractSet[ErrorKind] = frozenset(),
        check: MayCall = always,
    ) -> None:
        self._provider = provider
        self._key = key
        self._gate = gate or OpenGate()
        self._leave = leave
        self._check = check
        self._attempts = attempts
        self._sleep = sleep
        self._random = random
        self._clock = clock
        self._budget = budget

    @property
    def name(self) -> str:
        return self._provider.name

    async def generate(
        self, request: GenerationRequest, *, folder: Path, observer: Observer
    ) -> Generation:
        """As `provider` does; raises the last ProviderError. `observer` hears of every call.

        After a conversation that was refused for nothing, the request goes alone.
        """
        return await self._repeat(None, request, folder, observer)

    async def resume(
        self, call: OpenCall, request: GenerationRequest, *, folder: Path, observer: Observer
    ) -> Generation:
        """As `generate`, after a call that was left open has failed for nothing."""
        if call.late:
            return await self._provider.resume(call, request, folder=folder, observer=observer)
        return await self._repeat(call, request, folder, observer)

    async def _repeat(
        self, left: OpenCall | None, request: GenerationRequest, folder: Path, observer: Observer
    ) -> Generation:
        deadline = self._clock() + self._budget
        retries: Counter[ErrorKind] = Counter()
        attempt = 0
        while True:
            attempt += 1
            try:
                return await self._once(left, attempt, request, folder, observer)
            except ProviderError as error:
                wait = self._wait(error, retries[error.kind])
                if attempt == self._attempts or self._is_late(wait, deadline):
                    wait = None
                doubtful = left is not None and left.task_id is None and error.kind in _SAYS_NOTHING
                if doubtful and wait is None:
                    # Why it could not be sent again; what the first time cost, nobody knows.
                    error.billed = Billed.UNKNOWN
                if not doubtful or wait is None:
                    await observer.failed(error, attempt, wait)
                    left = None
                if wait is None:
                    raise
                retries[error.kind] += 1
                if isinstance(error, ReplayRefused):
                    request = replace(request, history=())
            await self._sleep(wait)

    async def _once(
        self,
        left: OpenCall | None,
        attempt: int,
        request: GenerationRequest,
        folder: Path,
        observer: Observer,
    ) -> Generation:
        """A call of its own, or what one that was left open brings."""
        if left is not None and left.task_id:
            return await self._provider.resume(left, request, folder=folder, observer=observer)
        check = partial(self._check, self.name, self._key, request.model)
        async with self._gate.call(observer.party, _unchecked if left else check):
            if left is not None:
                return await self._provider.resume(left, request, folder=folder, observer=observer)
            await observer.calling(Call(self.name, self._key, request.model, attempt))
            return await self._provider.generate(request, folder=folder, observer=observer)

    def _wait(self, error: ProviderError, retries: int) -> float | None:
        """Seconds until the next call, or None when there must not be one."""
        if isinstance(error, ReplayRefused):
            return 0.0 if error.billed is Billed.NO and not retries else None
        rule = POLICY.get(error.kind)
        if error.kind in self._leave:
            return None
        if rule is None or retries >= len(rule.waits) or isinstance(error, CutAnswer):
            return None
        if error.billed is Billed.YES or (error.billed is Billed.UNKNOWN and not rule.unknown_too):
            return None
        if error.retry_after:
            return error.retry_after if error.retry_after <= LONGEST_WAIT else None
        wait = rule.waits[retries]
        return wait + wait * rule.jitter * self._random()

    def _is_late(self, wait: float | None, deadline: float) -> bool:
        return wait is not None and self._clock() + wait >= deadline
