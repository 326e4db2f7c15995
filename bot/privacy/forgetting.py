"""Somebody forgotten: what is under way ends, pictures and words go, and the books name nobody.

The wish is a row. Every step from there is small and may be repeated, so that whoever finds the
row, after any crash, goes on from where it stands.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

import structlog

from bot import former
from bot.db.database import Database, Row, Transaction
from bot.errors import StorageError
from bot.jobs import queue
from bot.jobs.cancellation import Cancellations
from bot.jobs.job import JobState
from bot.ledger.ledger import GRANTS, Ledger
from bot.pressing import TooLateToCancel
from bot.privacy.eraser import Eraser, doom
from bot.privacy.holdings import HOLDINGS

REASON = "forgotten"
LATEST = 62 * 24 * 3600 * 1_000_000
"""Microseconds after which every window is over."""


@dataclass(frozen=True, slots=True)
class Remains:
    """What there is of a member: jobs with a prompt or pictures, and credits to spend."""

    jobs: int
    credits: int


class Forgetting:
    """`scrub` is the engine's; `new_id` ends in 16 random hex digits."""

    def __init__(
        self,
        *,
        database: Database,
        scrub: Callable[[], Awaitable[bool]],
        ledger: Ledger,
        cancellations: Cancellations,
        eraser: Eraser,
        now: Callable[[], int],
        new_id: Callable[[], str],
    ) -> None:
        self._database = database
        self._scrub = scrub
        self._ledger = ledger
        self._cancellations = cancellations
        self._eraser = eraser
        self._now = now
        self._new_id = new_id
        self._log = structlog.get_logger("privacy")

    async def remains(self, member_id: int) -> Remains:
        """What forgetting somebody would take away."""
        values = {"member_id": member_id, "account": f"member:{member_id}"}
        row = await self._database.read(lambda tx: tx.one("standing_to_forget", **values))
        return Remains(row["jobs"], row["credits"]) if row else Remains(0, 0)

    async def forget(self, member_id: int) -> bool:
        """Forget a member; False where that goes on by itself once what is drawn has been shown.

        From here on nothing new is drawn for them until it is done. Asking twice is asking once.
        """
        request_id = self._new_id()
        values = {"member_id": member_id, "now": self._now(), "alias": self._alias()}
        await self._database.write(lambda tx: tx.one("ask_forgetting", id=request_id, **values))
        row = await self._database.read(lambda tx: tx.one("forgetting_of", member_id=member_id))
        return row is None or await self._go_on(row)

    async def resume(self) -> int:
        """Go on with everybody who is being forgotten; how many are now."""
        done = 0
        for row in await self._database.read(lambda tx: tx.all("forgettings")):
            try:
                done += await self._go_on(row)
            except StorageError as error:
                self._log.warning("not forgotten yet", error=str(error))
            except Exception:  # noqa: BLE001 - one who cannot be must not keep others from it
                self._log.exception("not forgotten yet")
        return done

    async def _go_on(self, row: Row) -> bool:
        member_id = row["member_id"]
        if member_id is not None:
            if not await self._end_jobs(member_id):
                return False
            await self._eraser.erase_member(member_id)
            if not await self._database.write(partial(self._unname, row)):
                return False
        await self._eraser.sweep()
        await self._eraser.unlink()
        if not await self._scrub():
            return False
        await self._database.write(lambda tx: tx.run("end_forgetting", id=row["id"]))
        self._log.info("a member is forgotten")
        return True

    async def _end_jobs(self, member_id: int) -> bool:
        """Take back what waits; what is being drawn is paid for already, ends and is shown."""
        found = await self._database.read(lambda tx: tx.all("unended_jobs", member_id=member_id))
        lists = await self._database.read(lambda tx: tx.all("unended_batches", member_id=member_id))
        ended = not lists
        for row in found:
            if row["state"] != JobState.QUEUED or not await self._cancel(row["id"]):
                ended = False
        return ended

    async def _cancel(self, job_id: str) -> bool:
        job = await self._database.read(lambda tx: queue.get(tx, job_id))
        if job is None:
            return True
        try:
            await self._cancellations.cancel(job, reply_token=job.place.reply_token or "")
        except TooLateToCancel:
            return False
        return True

    async def _unname(self, row: Row, tx: Transaction) -> bool:
        """Have no row name them any more; False where there is something to end or erase first."""
        member_id, alias = row["member_id"], row["alias"]
        if await tx.one("lock_forgetting", id=row["id"], member_id=member_id) is None:
            return True
        names = {
            "member_id": member_id,
            "alias": alias,
            "account": f"member:{member_id}",
            "alias_account": f"member:{alias}",
        }
        account = await self._ledger.lock(tx, names["account"])
        if account is not None and account.held:
            return False
        for owing in ("unended_jobs", "unended_batches"):
            if await tx.one(owing, member_id=member_id) is not None:
                return False
        if await tx.one("jobs_to_erase", member_id=member_id, most=1) is not None:
            return False
        await self._remember_use(tx, names, welcomed=account is not None)
        if account is not None and account.available:
            await self._ledger.transfer(tx, account.id, GRANTS, account.available, reason=REASON)
        pictures = await tx.all("pictures_for_next", member_id=member_id)
        for holding in HOLDINGS:
            for statement in holding.forget:
                await tx.run(statement, **names)
        await self._reword(tx, names)
        await doom([picture["digest"] for picture in pictures], tx)
        await tx.run("unname_forgetting", id=row["id"])
        return True

    async def _remember_use(
        self, tx: Transaction, names: dict[str, object], *, welcomed: bool
    ) -> None:
        """Note under a keyed hash what they have used of windows that are not over."""
        use: list[tuple[str, int, int]] = [(former.WELCOME, 0, 1)] if welcomed else []
        for row in await tx.all("counted_of", account=names["account"]):
            server = row["subject"].rpartition(":")[2]
            use += [
                (f"{window}:{server}", row[window], row[f"{window}_used"])
                for window in ("hour", "day", "month")
            ]
            use.append((f"total:{server}", 0, row["total_used"]))
        member_id = names["member_id"]
        for row in await tx.all("allowances_of", member_id=member_id):
            use.append((f"allowance:{row['guild_id']}", row["starts_at"], row["used"]))
        gifts = await tx.one("gift_day", member_id=member_id)
        if gifts is not None:
            use.append((former.GIFTS, gifts["day"], gifts["given"]))
        for row in await tx.all("pots_of", member_id=member_id):
            use.append((f"team:{row['team_id']}", 0, row["spent"]))
        ghost = await self._ghost(tx, int(str(member_id)))
        for what, began, used in use:
            if used:
                await tx.run("add_former_use", ghost=ghost, what=what, began=began, used=used)
        await tx.run("drop_former_use", before=self._now() - LATEST)

    async def _ghost(self, tx: Transaction, member_id: int) -> int:
        row = await tx.one("salt")
        if row is None:
            await tx.run("keep_salt", value=self._new_id() + self._new_id())
            row = await tx.one("salt")
        return former.ghost(row["value"] if row else "", member_id)

    async def _reword(self, tx: Transaction, names: dict[str, object]) -> None:
        """Movements say who made them: that name goes, and words beside it on this account."""
        said = re.compile(rf"\bby {names['member_id']}\b.*", re.DOTALL)
        found = await tx.all(
            "reasons_naming",
            by=f"% by {names['member_id']}%",
            alias_account=names["alias_account"],
        )
        for row in found:
            reason = said.sub(f"by {names['alias']}", row["reason"]).partition(":")[0]
            await tx.run("reword_movement", id=row["id"], reason=reason)

    def _alias(self) -> int:
        return -(int(self._new_id()[16:], 16) >> 2) - 1
