"""How far a job has come, picture by picture, as its paid calls are on record.

A process may have stopped at any moment, so what the rows say decides what may be done: a call that
ended is over, one that is open may have been paid for.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from bot.db.database import Row, Transaction
from bot.errors import (
    Billed,
    ErrorKind,
    GivenBack,
    Interrupted,
    PlantainError,
    ProviderError,
    StorageError,
    Unexpected,
)
from bot.jobs.job import Job
from bot.pressing import Cancelled
from bot.providers.base import OpenCall
from bot.providers.retry import POLICY
from bot.providers.router import FAIL_OVER

INTERRUPTED = "interrupted"
"""How a call ended that was open when its process stopped, and that nothing can be learnt of."""


@dataclass(frozen=True, slots=True)
class Step:
    """What to do for one picture: nothing more where it `failed`, else go on from `open` or anew.

    `calls` were made for it already.
    """

    picture: int
    calls: int = 0
    open: OpenCall | None = None
    failed: PlantainError | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """What is left to do, and the calls left open: those that can be given up, and brought one."""

    steps: tuple[Step, ...]
    lost: tuple[str, ...] = ()
    paid: tuple[str, ...] = ()
    drawn: frozenset[int] = field(default_factory=frozenset)


async def read(tx: Transaction, job: Job, *, honours: Callable[[str], bool]) -> Progress:
    """Where a running job stands. `honours` says of a provider whether it knows a run again."""
    rows = await tx.all("attempts_of", job_id=job.id)
    tied = frozenset(row["picture"] for row in await tx.all("results_tied", job_id=job.id))
    calls = {picture: list(of) for picture, of in groupby(rows, key=lambda row: row["picture"])}
    steps, lost = [], []
    for picture in range(job.request.count):
        if picture in tied:
            continue
        step = _step(picture, calls.get(picture, []), honours)
        steps.append(step)
        lost += [
            row["id"]
            for row in calls.get(picture, [])
            if row["ended_at"] is None and (step.open is None or row["id"] != step.open.run)
        ]
    paid = [row["id"] for row in rows if row["picture"] in tied and row["ended_at"] is None]
    return Progress(tuple(steps), tuple(lost), tuple(paid), tied)


def failure_of(
    name: str | None, provider: str, said: str | None = None, *, reference: str = ""
) -> PlantainError:
    """The error that the books have by this name, as far as it can be told again."""
    kinds = [kind for kind in ErrorKind if kind == name]
    if kinds:
        return ProviderError(kinds[0], provider, Billed.NO, said=said)
    if name == StorageError.key:
        return StorageError("while the job ran")
    if name == Unexpected.key:
        return Unexpected(reference)
    if name == Cancelled.key:
        return Cancelled()
    return GivenBack() if name == GivenBack.key else Interrupted()


def _step(picture: int, rows: Sequence[Row], honours: Callable[[str], bool]) -> Step:
    if not rows:
        return Step(picture)
    last = rows[-1]
    calls = int(last["number"])
    if last["ended_at"] is None:
        if last["task_id"] or honours(last["provider"]):
            call = OpenCall(last["provider"], last["key"], last["id"], last["task_id"])
            return Step(picture, calls, open=call)
        return Step(picture, calls, failed=Interrupted())
    again = last["billed"] == Billed.NO and (
        last["outcome"] in FAIL_OVER or last["outcome"] in POLICY
    )
    if again:
        return Step(picture, calls)
    return Step(picture, calls, failed=failure_of(last["outcome"], last["provider"]))
