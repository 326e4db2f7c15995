"""No order of movements makes, loses or strands a credit; and this test would notice."""

import asyncio
import itertools
import shutil
import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from bot.db import engine
from bot.errors import NotEnoughCredits, StorageError
from bot.ledger.ledger import GRANTS, REVENUE, Ledger

MEMBERS = ("ann", "bob")
WELCOME = 10

members = st.sampled_from(MEMBERS)
amounts = st.integers(1, 15)


@dataclass
class Promise:
    """The model's idea of a reservation."""

    owner: str
    amount: int
    state: str = "open"
    settled: int = 0
    refunded: bool = False


class Books(RuleBasedStateMachine):
    """A ledger on a real file, beside a dozen lines of plain arithmetic that must agree."""

    blank = None
    """A database to copy, as making one takes longer than what is done in it."""
    ledger_class = Ledger
    mutation = None
    in_order = True
    """Who comes first is served first: on a server, callers may overtake each other."""

    @staticmethod
    def fresh(resources):
        """The address of an empty database."""
        folder = resources.enter_context(tempfile.TemporaryDirectory())
        return Path(shutil.copy(Books.blank, Path(folder) / "plantain.db"))

    promises = Bundle("promises")

    @initialize()
    def open_books(self):
        self.runner = asyncio.Runner()
        self.resources = AsyncExitStack()
        opening = engine.opened(type(self).fresh(self.resources))
        self.database = self.runner.run(self.resources.enter_async_context(opening))
        if self.mutation is not None:
            name, old, new = self.mutation
            named = self.database._statements
            assert old in named[name]
            self.database._statements = {**named, name: named[name].replace(old, new)}
        numbers = itertools.count(1)
        self.ledger = self.ledger_class(
            now=lambda: next(numbers), new_id=lambda: f"{next(numbers):09d}", welcome=WELCOME
        )
        self.available = dict.fromkeys(MEMBERS, WELCOME) | {GRANTS: -WELCOME * len(MEMBERS)}
        self.available[REVENUE] = 0
        self.held = dict.fromkeys(self.available, 0)
        self.model = {}
        for member in MEMBERS:
            self.write(self.ledger.open, member)

    def write(self, method, *values, **named):
        return self.runner.run(self.database.write(lambda tx: method(tx, *values, **named)))

    def teardown(self):
        if hasattr(self, "resources"):
            self.runner.run(self.resources.aclose())
            self.runner.close()

    @rule(member=members)
    def open_again(self, member):
        self.write(self.ledger.open, member)

    @rule(member=members, amount=amounts)
    def grant(self, member, amount):
        self.write(self.ledger.grant, member, amount, reason="")
        self.available[member] += amount
        self.available[GRANTS] -= amount

    @rule(target=promises, member=members, amount=amounts)
    def reserve(self, member, amount):
        if amount > self.available[member]:
            with pytest.raises(NotEnoughCredits):
                self.write(self.ledger.reserve, member, amount)
            return multiple()
        reservation = self.write(self.ledger.reserve, member, amount)
        self.available[member] -= amount
        self.held[member] += amount
        self.model[reservation] = Promise(member, amount)
        return reservation

    @rule(reservation=promises, amount=amounts)
    def settle(self, reservation, amount):
        promise = self.model[reservation]
        if amount > promise.amount:
            with pytest.raises(ValueError, match="whole number"):
                self.write(self.ledger.settle, reservation, amount)
            return
        ended = self.write(self.ledger.settle, reservation, amount)
        assert ended == (promise.state == "open")
        if ended:
            self.end(promise, "settled", amount)

    @rule(reservation=promises)
    def release(self, reservation):
        promise = self.model[reservation]
        ended = self.write(self.ledger.release, reservation)
        assert ended == (promise.state == "open")
        if ended:
            self.end(promise, "released", 0)

    @rule(reservation=promises, first=st.sampled_from(["settle", "release"]))
    def end_from_all_sides(self, reservation, first):
        """Four callers at once, in one shared commit: at most one ends it, and it is the first."""
        promise = self.model[reservation]
        settle = (lambda tx: self.ledger.settle(tx, reservation, promise.amount), "settled")
        release = (lambda tx: self.ledger.release(tx, reservation), "released")
        order = [settle, release, settle, release]
        if first == "release":
            order.reverse()

        async def together():
            return await asyncio.gather(*(self.database.write(work) for work, _ in order))

        ended = self.runner.run(together())
        assert sum(ended) == (promise.state == "open")
        if any(ended):
            first = ended.index(True)
            assert first == 0 or not self.in_order
            self.end(promise, order[first][1], promise.amount if order[first] is settle else 0)

    @rule(reservation=promises, amount=amounts)
    def refund(self, reservation, amount):
        promise = self.model[reservation]
        if promise.state == "settled" and amount > promise.settled:
            with pytest.raises(ValueError, match="whole number"):
                self.write(self.ledger.refund, reservation, amount, reason="")
            return

        async def twice():
            def work(tx):
                return self.ledger.refund(tx, reservation, amount, reason="")

            return await asyncio.gather(self.database.write(work), self.database.write(work))

        refunded = self.runner.run(twice())
        assert sum(refunded) == (promise.state == "settled" and not promise.refunded)
        if any(refunded):
            promise.refunded = True
            self.available[promise.owner] += amount
            self.available[REVENUE] -= amount

    @rule(amount=amounts, giver=members)
    def transfer(self, amount, giver):
        taker = MEMBERS[1 - MEMBERS.index(giver)]
        if amount > self.available[giver]:
            with pytest.raises(NotEnoughCredits):
                self.write(self.ledger.transfer, giver, taker, amount, reason="")
            return
        self.write(self.ledger.transfer, giver, taker, amount, reason="")
        self.available[giver] -= amount
        self.available[taker] += amount

    def end(self, promise, state, charged):
        promise.state, promise.settled = state, charged
        self.held[promise.owner] -= promise.amount
        self.available[promise.owner] += promise.amount - charged
        self.available[REVENUE] += charged

    @invariant()
    def books_agree(self):
        if not hasattr(self, "database"):
            return

        async def look(tx):
            total = await tx.query("SELECT SUM(available + held) AS total FROM entries")
            accounts = await tx.query("SELECT id, available, held FROM accounts")
            return total[0]["total"], accounts, await self.ledger.check(tx)

        total, accounts, wrong = self.runner.run(self.database.read(look))
        assert wrong == []
        assert total == 0
        assert {row["id"]: row["available"] for row in accounts} == self.available
        assert {row["id"]: row["held"] for row in accounts} == self.held
        assert min(self.available[member] for member in MEMBERS) >= 0
        assert min(self.held.values()) >= 0


FAIR = settings(
    max_examples=40,
    stateful_step_count=25,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
HUNT = settings(FAIR, max_examples=200, phases=[Phase.generate], report_multiple_bugs=False)


class HeedlessRelease(Ledger):
    """Gives back what was held without asking whether the reservation is still open."""

    async def release(self, tx, reservation_id):
        reservation = await self._reservation(tx, reservation_id)
        movement = self._new_id()
        await tx.run(
            "add_movement",
            movement_id=movement,
            kind="release",
            reservation_id=None,
            reason="",
            at=self._now(),
        )
        back = {"available": reservation["amount"], "held": -reservation["amount"]}
        await tx.run("change_balance", account_id=reservation["account_id"], **back)
        await tx.run(
            "add_entry", movement_id=movement, account_id=reservation["account_id"], **back
        )
        return reservation["state"] == "open"


class KeepsTheRest(Ledger):
    """Charges a settle in full, whatever its amount."""

    async def settle(self, tx, reservation_id, amount):
        reservation = await self._reservation(tx, reservation_id)
        return await super().settle(tx, reservation_id, max(amount, reservation["amount"]))


MUTATIONS = [
    ("release_reservation", "AND state = 'open'", ""),
    ("settle_reservation", "AND state = 'open'", ""),
    ("hold", "AND available >= :amount", ""),
    ("hold", "held = held + :amount", "held = held"),
    ("withdraw", "available - :amount", "available"),
    ("change_balance", "held = held + :held", "held = held"),
    ("add_refund", "(reservation_id, kind) DO NOTHING", "(id) DO NOTHING"),
    ("add_entry", ":held)", "0 * :held)"),
    ("open_account", "'member', 0, 0", "'member', 1, 0"),
]


@pytest.fixture(autouse=True)
def copied(blank, monkeypatch):
    monkeypatch.setattr(Books, "blank", blank)


def test_no_order_of_movements_makes_or_loses_a_credit():
    run_state_machine_as_test(Books, settings=FAIR)


def test_nor_does_any_on_a_server(server):
    on_server = {"fresh": staticmethod(lambda _: server.fresh()), "in_order": False}
    books = type("OnServer", (Books,), on_server)
    run_state_machine_as_test(books, settings=settings(FAIR, max_examples=3))


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: ": ".join(mutation[:2]))
def test_a_ledger_with_a_broken_statement_is_caught(mutation):
    """Each guard in the SQL is needed: without it the machine finds a wrong step."""
    mutant = type("Mutant", (Books,), {"mutation": mutation})
    with pytest.raises((AssertionError, StorageError, pytest.fail.Exception)):
        run_state_machine_as_test(mutant, settings=HUNT)


@pytest.mark.parametrize("ledger_class", [HeedlessRelease, KeepsTheRest])
def test_a_ledger_with_a_broken_rule_is_caught(ledger_class):
    """No constraint of the schema stops these; only the invariants do."""
    mutant = type("Mutant", (Books,), {"ledger_class": ledger_class})
    with pytest.raises((AssertionError, StorageError)):
        run_state_machine_as_test(mutant, settings=HUNT)
