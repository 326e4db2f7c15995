"""Takes batches to their people: one card, pictures in groups as they come, an archive at the end.

The jobs of a batch are drawn, charged and ended like any others; what they came to is read from
their rows. What a message has in it is a row before the message is sent, and ended after it, so
that whoever takes a batch up goes on from there and posts nothing twice.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, replace

import structlog

from bot.db.database import Database, Row, Transaction
from bot.errors import DeliveryFailed, StorageError
from bot.jobs import batch as batch_rows
from bot.jobs import queue
from bot.jobs.archive import FILES, Archives
from bot.jobs.batch import Batch, BatchState, Counts, Course, Piece, Post, PostKind
from bot.jobs.board import GRACE, PACE
from bot.jobs.delivery import REFUSED_WAIT, REQUEST_BYTES, WAITS, BatchDelivery
from bot.jobs.job import Job
from bot.jobs.lease import Leases
from bot.jobs.queue import Fenced
from bot.pressing import TooLateToCancel

MICROS = 1_000_000
GROUP = FILES
"""Pictures in one message; Discord takes no more files."""
RIPE = 20 * MICROS
"""Microseconds after which pictures wait no longer for others to come with them."""
LAST_TRY = 30
"""After so many tries, about a day, a message is given up: what is in it can be asked for."""


@dataclass(slots=True, eq=False)
class _Round:
    """What this process knows of a batch it is at: what its card shows, and since when.

    `dirty` when something may have changed since it was looked at.
    """

    dirty: bool = True
    task: asyncio.Task[None] | None = None
    pause: asyncio.Task[object] | None = None
    card: asyncio.Task[None] | None = None
    shown: tuple[Counts, bool] | None = None
    shown_at: float | None = None


class Courier:
    """`cancel` takes a job back; `monotonic` is in seconds."""

    def __init__(
        self,
        *,
        database: Database,
        archives: Archives,
        delivery: BatchDelivery,
        cancel: Callable[[Job], Awaitable[None]],
        leases: Leases,
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]],
        new_id: Callable[[], str],
    ) -> None:
        self._database = database
        self._archives = archives
        self._delivery = delivery
        self._cancel = cancel
        self._leases = leases
        self._now = leases.now
        self._monotonic = monotonic
        self._sleep = sleep
        self._new_id = new_id
        self._rounds: dict[str, _Round] = {}
        self._seen: dict[str, tuple[str, int, float]] = {}
        self._open = True
        self._log = structlog.get_logger("jobs")

    def nudge(self, batch_id: str) -> None:
        """Have a batch looked at soon; nothing once closed."""
        if not self._open:
            return
        at = self._rounds.setdefault(batch_id, _Round())
        at.dirty = True
        if at.pause is not None:
            at.pause.cancel()
        if at.task is None:
            at.task = asyncio.create_task(self._work(batch_id, at), name=f"batch-{batch_id}")

    def after(self, run: Callable[[str], Awaitable[None]]) -> Callable[[str], Awaitable[None]]:
        """`run`, and then a look at the batch whose line it ran."""

        async def run_and_look(job_id: str) -> None:
            try:
                await run(job_id)
            finally:
                with suppress(StorageError):
                    row = await self._database.read(
                        lambda tx: tx.one("batch_of_job", job_id=job_id)
                    )
                    if row is not None:
                        self.nudge(row["id"])

        return run_and_look

    async def sweep(self) -> None:
        """Take up every batch that nobody is at and whose time has come."""
        rows = await self._database.read(lambda tx: tx.all("running_batches"))
        running = {row["id"] for row in rows}
        self._seen = {one: seen for one, seen in self._seen.items() if one in running}
        for batch_id in [one for one, at in self._rounds.items() if at.task is None]:
            if batch_id not in running:
                del self._rounds[batch_id]
        for row in rows:
            free = row["claim"] is None or await self._expired(row)
            if free and (row["deliver_at"] or 0) <= self._now():
                self.nudge(row["id"])

    async def rest(self) -> None:
        """Wait until this process is at no batch."""
        while tasks := [at.task for at in self._rounds.values() if at.task]:
            await asyncio.wait(tasks)

    async def close(self) -> None:
        """Show nothing more; the next start goes on."""
        self._open = False
        rounds = tuple(self._rounds.values())
        tasks = [task for at in rounds for task in (at.task, at.card) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _work(self, batch_id: str, at: _Round) -> None:
        try:
            while at.dirty:
                at.dirty = False
                if await self._take_up(batch_id, at):
                    self._rounds.pop(batch_id, None)
                    return
        except StorageError as error:
            # The sweeper finds it again.
            self._log.warning("batch left where it stands", batch=batch_id, error=str(error))
        except Fenced:
            self._log.warning("batch taken over by another run", batch=batch_id)
        except Exception:  # noqa: BLE001 - its jobs go on all the same, and the sweeper finds it
            self._log.exception("batch left where it stands", batch=batch_id)
        finally:
            at.task = None

    async def _take_up(self, batch_id: str, at: _Round) -> bool:
        """Do what is to be done now; True where all has been told."""
        token, until = self._new_id(), self._leases.until()

        async def claim(tx: Transaction) -> Batch | None:
            if await tx.one("claim_batch", id=batch_id, claim=token, until=until) is None:
                return None
            return await batch_rows.get(tx, batch_id)

        batch = await self._database.write(claim)
        if batch is None:
            return False
        try:
            async with self._leases.hold(batch, renew=batch_rows.renew):
                while not await self._go_on(batch, at):
                    if not at.dirty:
                        return False
                return True
        finally:
            await self._leave(batch)

    async def _leave(self, batch: Batch) -> None:
        try:
            await self._leases.database.write(
                lambda tx: tx.one("leave_batch", id=batch.id, claim=batch.claim)
            )
        except StorageError as error:
            self._log.warning("batch not let go", batch=batch.id, error=str(error))

    async def _go_on(self, batch: Batch, at: _Round) -> bool:
        """One look at it, and what follows; True where all has been told."""
        at.dirty = False
        course = await self._look(batch)
        if course.batch.state is not BatchState.RUNNING:
            return True
        if course.batch.cancelled_at is not None and not course.ended:
            await self._take_back(course)
            course = await self._look(batch)
        if (course.batch.deliver_at or 0) <= self._now():
            try:
                if await self._deliver(course):
                    await self._end(await self._look(batch), at)
                    return True
            except DeliveryFailed as error:
                await self._postpone(course, error)
        await self._show(await self._look(batch), at)
        return False

    async def _look(self, batch: Batch) -> Course:
        """How far it has come, for the claim that this process has on it; raises Fenced."""

        async def look(tx: Transaction) -> Course:
            current = await batch_rows.get(tx, batch.id)
            if current is None or current.claim != batch.claim:
                raise Fenced
            return await batch_rows.course(tx, current)

        return await self._database.read(look)

    async def _take_back(self, course: Course) -> None:
        """Cancel what is not drawn yet, what has not begun before what is being drawn."""
        left = [item for item in course.items if not item.ended]
        for item in sorted(left, key=lambda one: (one.state == "running", -one.position)):
            job_id = item.job_id
            job = await self._database.read(lambda tx, job_id=job_id: queue.get(tx, job_id))  # type: ignore[misc]
            if job is not None:
                with suppress(TooLateToCancel):
                    await self._cancel(job)

    async def _deliver(self, course: Course) -> bool:
        """Post what is to be posted now; True where nothing more will come. DeliveryFailed."""
        for post in course.posts:
            if not post.posted:
                await self._send(course, post)
                course = await self._look(course.batch)
        while group := await self._group(course):
            post = _post(course, PostKind.PICTURES, (tuple(piece.mark for piece in group),))
            await self._add(course.batch, [post])
            await self._send(course, post)
            course = await self._look(course.batch)
        if not course.ended:
            return False
        if not any(post.kind is PostKind.ARCHIVE for post in course.posts) and course.pieces:
            await self._plan(course)
            return await self._deliver(await self._look(course.batch))
        return True

    async def _group(self, course: Course) -> list[Piece]:
        """The pictures of the next message, or none as long as more may come with them."""
        ready = await self._archives.are_here(course.unposted)
        group: list[Piece] = []
        room = REQUEST_BYTES
        for piece in ready[:GROUP]:
            room -= piece.image.size
            if group and room < 0:
                break
            group.append(piece)
        full = len(group) == GROUP or len(group) < len(ready)
        oldest = min((piece.item.stored_at or 0 for piece in ready), default=0)
        ripe = self._now() - oldest > RIPE
        return group if full or course.ended or ripe else []

    async def _plan(self, course: Course) -> None:
        """Fix which archives there are, all at once. Raises DeliveryFailed."""
        here = await self._archives.are_here(course.pieces)
        if len(here) < len(course.pieces) and course.batch.deliver_tries < LAST_TRY:
            # Another process may have them in its folder.
            raise DeliveryFailed("pictures are not in this store", unreachable=True)
        posts: list[Post] = []
        limit = course.batch.place.upload_limit
        for number, parts in enumerate(self._archives.plan(course, here, upload_limit=limit)):
            post = _post(course, PostKind.ARCHIVE, parts)
            posts.append(replace(post, number=post.number + number))
        await self._add(course.batch, posts)

    async def _add(self, batch: Batch, posts: Sequence[Post]) -> None:
        async def add(tx: Transaction) -> None:
            for post in posts:
                if not await batch_rows.add_post(tx, batch, post):
                    raise Fenced

        await self._database.write(add)

    async def _send(self, course: Course, post: Post) -> None:
        """One message, and that it was sent. Raises DeliveryFailed."""
        batch = course.batch
        row = await self._database.write(
            lambda tx: tx.one(
                "try_batch_post", batch_id=batch.id, number=post.number, claim=batch.claim
            )
        )
        if row is None:
            raise Fenced
        message_id, given_up = None, False
        try:
            message_id = await self._show_post(course, replace(post, tries=row["tries"]))
        except DeliveryFailed:
            if batch.deliver_tries < LAST_TRY:
                raise
            given_up = True
            self._log.warning("pictures kept, not delivered", batch=batch.id, post=post.number)

        async def end(tx: Transaction) -> None:
            await tx.run(
                "end_batch_post",
                batch_id=batch.id,
                number=post.number,
                now=self._now(),
                message_id=message_id,
            )
            if batch.deliver_tries and not given_up:
                await tx.run(
                    "deliver_batch_later", id=batch.id, at=None, tries=0, claim=batch.claim
                )

        await self._database.write(end)

    async def _show_post(self, course: Course, post: Post) -> int | None:
        limit = course.batch.place.upload_limit
        if post.kind is PostKind.ARCHIVE:
            numbers = [one for one in course.posts if one.kind is PostKind.ARCHIVE]
            before = sum(len(one.parts) for one in numbers if one.number < post.number)
            of = sum(len(one.parts) for one in numbers)
            async with self._archives.open(
                course, post.parts, first=before + 1, upload_limit=limit
            ) as files:
                if not files:
                    return None
                return await self._delivery.archive(course, post, files, first=before + 1, of=of)
        async with AsyncExitStack() as stack:
            pieces = await self._archives.are_here(course.pieces_of(post.parts[0]))
            shown = await self._archives.fit(pieces, min(limit, REQUEST_BYTES), stack)
            return await self._delivery.pictures(course, post, shown) if shown else None

    async def _end(self, course: Course, at: _Round) -> None:
        """The card's last change, and the batch's end."""
        if at.card is not None:
            await asyncio.wait([at.card], timeout=GRACE)
            at.card.cancel()
            await asyncio.gather(at.card, return_exceptions=True)
        await self._delivery.over(course, _archives(course))
        batch = course.batch
        now = self._now()
        if await self._database.write(
            lambda tx: tx.one("end_batch", id=batch.id, now=now, claim=batch.claim)
        ):
            self._log.info("batch done", batch=batch.id, credits=course.charged)

    async def _show(self, course: Course, at: _Round) -> None:
        """Show how far it is, at the board's pace; what has changed meanwhile comes first."""
        facts = course.counts, course.batch.deliver_tries > 0
        if facts == at.shown or (at.card is not None and not at.card.done()):
            return
        left = 0.0 if at.shown_at is None else at.shown_at + PACE - self._monotonic()
        if left > 0 and not await self._paused(at, left):
            return
        at.shown, at.shown_at = facts, self._monotonic()
        at.card = asyncio.create_task(self._progress(course), name=f"card-{course.batch.id}")
        await asyncio.wait([at.card], timeout=GRACE)
        if not at.card.done():
            at.card.add_done_callback(lambda _: self.nudge(course.batch.id))

    async def _progress(self, course: Course) -> None:
        """Show it, and the end again where another has told that before this was seen."""
        batch = course.batch
        if not await self._delivery.progress(course, self._ready_at(course)):
            return

        async def look(tx: Transaction) -> Course | None:
            found = await batch_rows.get(tx, batch.id)
            theirs = found is not None and found.place.member_id == batch.place.member_id
            if found is None or not theirs or found.state is not BatchState.DONE:
                return None
            # By whatever has just shown progress, as its row has forgotten that.
            found = replace(found, place=batch.place, token_at=batch.token_at)
            return await batch_rows.course(tx, found)

        with suppress(StorageError):
            if (ended := await self._database.read(look)) is not None:
                self._log.warning("progress shown after the end", batch=batch.id)
                await self._delivery.over(ended, _archives(ended))

    async def _paused(self, at: _Round, seconds: float) -> bool:
        """Wait; False where something happened meanwhile."""
        if at.dirty:
            return False
        at.pause = asyncio.ensure_future(self._sleep(seconds))
        try:
            await asyncio.wait([at.pause])
            return not at.pause.cancelled()
        finally:
            at.pause.cancel()
            at.pause = None

    def _ready_at(self, course: Course) -> int | None:
        """When all may be there, if it goes on as it has so far."""
        counts, begun_at, now = course.counts, course.batch.begun_at, self._now()
        gone = counts.ended - counts.cancelled
        if not gone or not counts.left or begun_at is None:
            return None
        return now + (now - begun_at) * counts.left // gone

    async def _postpone(self, course: Course, error: DeliveryFailed) -> None:
        batch = course.batch
        tries = batch.deliver_tries + 1
        wait = WAITS[min(tries, len(WAITS)) - 1]
        if not error.unreachable:
            wait = max(wait, REFUSED_WAIT)
        self._log.warning(
            "batch not delivered yet", batch=batch.id, wait=wait, problem=error.problem
        )
        at = self._now() + wait * MICROS
        await self._database.write(
            lambda tx: tx.run(
                "deliver_batch_later", id=batch.id, at=at, tries=tries, claim=batch.claim
            )
        )

    async def _expired(self, row: Row) -> bool:
        """Whether nobody has renewed this claim for as long as it lasts; it is then taken away."""
        claim, until, now = row["claim"], row["lease_until"] or 0, self._monotonic()
        at = self._rounds.get(row["id"])
        if at is not None and at.task is not None:
            return False
        known = self._seen.get(row["id"])
        if known is None or known[:2] != (claim, until):
            self._seen[row["id"]] = (claim, until, now)
            return False
        if now - known[2] < self._leases.seconds:
            return False
        return (
            await self._database.write(
                lambda tx: tx.one("expire_batch", id=row["id"], claim=claim, lease_until=until)
            )
            is not None
        )


def _archives(course: Course) -> list[int]:
    """The messages that have them."""
    return [
        post.message_id
        for post in course.posts
        if post.kind is PostKind.ARCHIVE and post.message_id is not None
    ]


def _post(course: Course, kind: PostKind, parts: tuple[tuple[str, ...], ...]) -> Post:
    """The next message of a batch."""
    number = max((post.number for post in course.posts), default=0) + 1
    return Post(number, kind, parts)
