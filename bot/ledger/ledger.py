"""The one place where credits move: double entry, and each reservation ends once.

Every method runs inside the caller's transaction. Amounts are whole credits; one that is not
between 1 and MOST is our bug and raises ValueError, an id nobody made raises LookupError.

Where an engine locks rows, accounts are locked by their ids in descending order: team, server,
member, and the house's, which everybody needs, last. So nobody waits in a circle.
"""

from collections.abc import Awaitable, Callable

from bot import former
from bot.db.database import Row, Transaction
from bot.errors import NotEnoughCredits
from bot.ledger.entry import Account, Discrepancy, LedgerEntry, MovementKind

GRANTS = "house:grants"
REVENUE = "house:revenue"

MOST = 10**12
"""Credits in one movement: SQLite's sums turn into floats, unasked, beyond 64 bits."""


class Ledger:
    """`now` gives microseconds UTC, `new_id` unique ids (sorted by time they also order entries
    of one instant), `welcome` is what a new member gets; 0 for nothing."""

    def __init__(self, *, now: Callable[[], int], new_id: Callable[[], str], welcome: int) -> None:
        self._now = now
        self._new_id = new_id
        self._welcome = welcome

    async def open(self, tx: Transaction, account_id: str, *, welcome: bool = True) -> Account:
        """The account; made, and given the welcome, when it is not there yet."""
        made = await tx.one("open_account", account_id=account_id, at=self._now())
        new = made is not None and welcome and self._welcome
        if new and not await former.welcomed(tx, account_id):
            await self.grant(tx, account_id, self._welcome, reason="welcome")
        return _account(_found(await tx.one("account", account_id=account_id), account_id))

    async def grant(self, tx: Transaction, account_id: str, amount: int, *, reason: str) -> None:
        """Give new credits to an open account."""
        _check_amount(amount)
        movement = await self._add_movement(tx, MovementKind.GRANT, reason=reason)
        await _change(tx, movement, account_id, available=amount)
        await _change(tx, movement, GRANTS, available=-amount)

    async def reserve(
        self, tx: Transaction, account_id: str, amount: int, *, reason: str = ""
    ) -> str:
        """Hold credits and return the reservation's id; raises NotEnoughCredits."""
        _check_amount(amount)
        if await tx.one("hold", account_id=account_id, amount=amount) is None:
            raise await self._shortage(tx, account_id, amount)
        reservation_id = self._new_id()
        await tx.run(
            "add_reservation",
            reservation_id=reservation_id,
            account_id=account_id,
            amount=amount,
            at=self._now(),
        )
        movement = await self._add_movement(
            tx, MovementKind.RESERVE, reservation_id=reservation_id, reason=reason
        )
        await _enter(tx, movement, account_id, available=-amount, held=amount)
        return reservation_id

    async def settle(
        self,
        tx: Transaction,
        reservation_id: str,
        amount: int,
        *,
        then: Callable[[], Awaitable[None]] | None = None,
    ) -> bool:
        """Charge `amount` of what is held and give the rest back; False when it had ended.

        `then` is what else is done when it had not, before the house's account is locked. Raises
        ValueError for more than was reserved.
        """
        _check_amount(amount)
        ended = await tx.one(
            "settle_reservation", reservation_id=reservation_id, amount=amount, at=self._now()
        )
        if ended is None:
            reservation = await self._reservation(tx, reservation_id)
            _check_amount(amount, most=reservation["amount"])
            return False
        movement = await self._add_movement(tx, MovementKind.SETTLE, reservation_id=reservation_id)
        held = ended["amount"]
        await _change(tx, movement, ended["account_id"], available=held - amount, held=-held)
        if then is not None:
            await then()
        await _change(tx, movement, REVENUE, available=amount)
        return True

    async def release(self, tx: Transaction, reservation_id: str) -> bool:
        """Give back all that is held; False when the reservation had ended."""
        ended = await tx.one("release_reservation", reservation_id=reservation_id, at=self._now())
        if ended is None:
            await self._reservation(tx, reservation_id)
            return False
        movement = await self._add_movement(tx, MovementKind.RELEASE, reservation_id=reservation_id)
        held = ended["amount"]
        await _change(tx, movement, ended["account_id"], available=held, held=-held)
        return True

    async def refund(
        self, tx: Transaction, reservation_id: str, amount: int, *, reason: str
    ) -> bool:
        """Give back a part of a charge, once; False when nothing was charged, or for a second time.

        Raises ValueError for more than was charged.
        """
        _check_amount(amount)
        reservation = await self._reservation(tx, reservation_id)
        if reservation["state"] != "settled":
            return False
        _check_amount(amount, most=reservation["settled"])
        added = await tx.one(
            "add_refund",
            movement_id=self._new_id(),
            reservation_id=reservation_id,
            amount=amount,
            reason=reason,
            at=self._now(),
        )
        if added is None:
            return False
        await _change(tx, added["id"], reservation["account_id"], available=amount)
        await _change(tx, added["id"], REVENUE, available=-amount)
        return True

    async def transfer(
        self, tx: Transaction, from_account: str, to_account: str, amount: int, *, reason: str
    ) -> None:
        """Move available credits between two open accounts; raises NotEnoughCredits."""
        _check_amount(amount)
        if from_account == to_account:
            raise ValueError("a transfer needs two accounts")
        if to_account > from_account:
            await self.lock(tx, to_account)
        if await tx.one("withdraw", account_id=from_account, amount=amount) is None:
            raise await self._shortage(tx, from_account, amount)
        movement = await self._add_movement(tx, MovementKind.TRANSFER, reason=reason)
        await _enter(tx, movement, from_account, available=-amount)
        await _change(tx, movement, to_account, available=amount)

    async def mark(self, tx: Transaction, account_id: str) -> None:
        """Credits came into an open account: what is in it now is what it is filled to."""
        await tx.run("note_filling", account_id=account_id)

    async def account(self, tx: Transaction, account_id: str) -> Account | None:
        """The account, or None where nobody opened it."""
        row = await tx.one("account", account_id=account_id)
        return None if row is None else _account(row)

    async def lock(self, tx: Transaction, account_id: str) -> Account | None:
        """The same, and nobody else changes it before the transaction ends."""
        row = await tx.one("lock_account", account_id=account_id)
        return None if row is None else _account(row)

    async def entries(self, tx: Transaction, account_id: str, *, limit: int) -> list[LedgerEntry]:
        """The account's latest entries, newest first."""
        return [
            LedgerEntry(
                kind=MovementKind(row["kind"]),
                available_change=row["available"],
                held_change=row["held"],
                reason=row["reason"],
                reservation_id=row["reservation_id"],
                at=row["at"],
            )
            for row in await tx.all("account_entries", account_id=account_id, most=limit)
        ]

    async def spent(self, tx: Transaction, account_id: str, *, since: int) -> int:
        """Credits settled less those refunded from `since` on, in microseconds UTC.

        Below zero when a refund is of an earlier charge.
        """
        row = _found(await tx.one("credits_spent", account_id=account_id, since=since), account_id)
        return int(row["spent"])

    async def check(self, tx: Transaction) -> list[Discrepancy]:
        """Recompute the books from their entries; an empty list means that all is well."""
        balances = await tx.all("wrong_balances")
        holds = await tx.all("wrong_holds")
        movements = await tx.all("wrong_movements")
        return [
            *(
                Discrepancy(row["id"], what, row[what], row[f"summed_{what}"])
                for row in balances
                for what in ("available", "held")
                if row[what] != row[f"summed_{what}"]
            ),
            *(Discrepancy(row["id"], "reserved", row["held"], row["reserved"]) for row in holds),
            *(
                Discrepancy(None, f"movement {row['movement_id']}", row["total"], 0)
                for row in movements
            ),
        ]

    async def _add_movement(
        self,
        tx: Transaction,
        kind: MovementKind,
        *,
        reservation_id: str | None = None,
        reason: str = "",
    ) -> str:
        movement_id = self._new_id()
        await tx.run(
            "add_movement",
            movement_id=movement_id,
            kind=kind.value,
            reservation_id=reservation_id,
            reason=reason,
            at=self._now(),
        )
        return movement_id

    async def _reservation(self, tx: Transaction, reservation_id: str) -> Row:
        row = await tx.one("reservation", reservation_id=reservation_id)
        return _found(row, reservation_id)

    async def _shortage(self, tx: Transaction, account_id: str, needed: int) -> NotEnoughCredits:
        row = _found(await tx.one("account", account_id=account_id), account_id)
        return NotEnoughCredits(needed=needed, available=row["available"])


async def _change(
    tx: Transaction, movement_id: str, account_id: str, *, available: int, held: int = 0
) -> None:
    changed = await tx.one("change_balance", account_id=account_id, available=available, held=held)
    _found(changed, account_id)
    await _enter(tx, movement_id, account_id, available=available, held=held)


async def _enter(
    tx: Transaction, movement_id: str, account_id: str, *, available: int, held: int = 0
) -> None:
    await tx.run(
        "add_entry",
        movement_id=movement_id,
        account_id=account_id,
        available=available,
        held=held,
    )


def _account(row: Row) -> Account:
    return Account(id=row["id"], available=row["available"], held=row["held"])


def _found(row: Row | None, sought: str) -> Row:
    if row is None:
        raise LookupError(f"the ledger has no {sought}")
    return row


def _check_amount(amount: int, *, most: int = MOST) -> None:
    if type(amount) is not int or not 0 < amount <= most:
        raise ValueError(f"{amount!r} is not a whole number of credits from 1 to {most}")
