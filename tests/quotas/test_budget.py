"""What a key may spend: exact, whoever asks at once; given back; and the same after a restart."""

import asyncio
import itertools
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from pydantic import SecretStr

from bot.db.sqlite import SqliteDatabase
from bot.errors import Billed, Scope, SettingsError
from bot.generation.catalog import Catalog
from bot.quotas.budget import Budgets, KeyUse, Spend, limits_of, read_limits, uncount
from bot.quotas.calendar import Calendar
from bot.settings import Key, Settings

HOUR = 3600 * 1_000_000
NOON = 1_795_262_400_000_000
"""2026-11-21 12:00 UTC, 13:00 in the time zone of the calendar."""
CENT = 10_000


@dataclass
class Refused(Exception):
    use: KeyUse


class Till:
    """Calls of keys, on a file, under a clock of its own."""

    def __init__(self, database, **limits):
        self.now = NOON
        self.database = database
        self.numbers = itertools.count()
        self.limit(**limits)

    def limit(self, **limits):
        """Start anew with other limits of the key called "key"."""
        self.limits = {Spend(name): amount for name, amount in limits.items()}
        self.budgets = Budgets(
            database=self.database,
            now=lambda: self.now,
            calendar=Calendar(ZoneInfo("Europe/Berlin")),
            limits={"key": self.limits},
        )

    async def call(self, usd_micros=CENT, key="key"):
        """Count a call; what is to be given back if it is not billed. Raises Refused."""

        async def work(tx):
            counted = await self.budgets.count(tx, key, usd_micros)
            if isinstance(counted, KeyUse):
                raise Refused(counted)
            return {"key": key, "usd_micros": usd_micros, **counted}

        return await self.database.write(work)

    async def give_back(self, call):
        await self.database.write(lambda tx: uncount(tx, call))

    async def used(self, key="key"):
        await self.budgets.refresh()
        return {use.scope.value: use.used // CENT for use in self.budgets.uses(key)}


@pytest.fixture
async def till(tmp_path):
    async with SqliteDatabase.open(tmp_path / "till.db") as database:
        yield Till(database)


OPENS = {
    "usd_per_hour": (Scope.HOUR, NOON + HOUR),
    "usd_per_day": (Scope.DAY, NOON + 11 * HOUR),
    "usd_per_month": (Scope.MONTH, NOON + (9 * 24 + 11) * HOUR),
    "usd_in_total": (Scope.TOTAL, None),
}


@pytest.mark.parametrize("measure", OPENS)
async def test_what_is_spent_up_says_which_window_and_when_it_opens(till, measure):
    """Three cents fit in three and a half, and the fourth does not."""
    till.limit(**{measure: 3 * CENT + CENT // 2})
    for _ in range(3):
        await till.call()

    with pytest.raises(Refused) as caught:
        await till.call()

    use = caught.value.use
    assert (use.scope, use.opens_at) == OPENS[measure]
    assert (use.limit, use.used) == (3 * CENT + CENT // 2, 3 * CENT)
    await till.call(CENT // 2)
    await till.call(key="another")
    await till.budgets.refresh()
    assert till.budgets.full("key", 1).scope is use.scope
    assert till.budgets.full("another", 1) is None
    opens_at = OPENS[measure][1]
    if opens_at is not None:
        till.now = opens_at
        assert till.budgets.full("key", 3 * CENT) is None
        await till.call(3 * CENT)


async def test_a_limit_of_nothing_allows_nothing_and_a_first_call_is_held_against_it(till):
    till.limit(usd_per_day=0)
    with pytest.raises(Refused):
        await till.call(0)
    assert till.budgets.full("key", 0).limit == 0
    till.limit(usd_per_day=CENT - 1)
    with pytest.raises(Refused):
        await till.call()
    assert await till.used() == {"hour": 0, "day": 0, "month": 0, "total": 0}


async def test_of_several_limits_that_say_no_the_last_to_open_is_told(till):
    till.limit(usd_per_hour=CENT, usd_per_day=CENT)
    await till.call()

    with pytest.raises(Refused) as caught:
        await till.call()

    assert caught.value.use.scope is Scope.DAY


async def test_a_call_that_is_not_billed_goes_back_to_the_windows_it_came_from(till):
    early = await till.call()
    till.now += HOUR
    late = await till.call()
    assert await till.used() == {"hour": 1, "day": 2, "month": 2, "total": 2}

    await till.give_back(early)

    assert await till.used() == {"hour": 1, "day": 1, "month": 1, "total": 1}
    await till.give_back(late)
    assert await till.used() == {"hour": 0, "day": 0, "month": 0, "total": 0}


async def test_a_clock_that_is_set_back_opens_nothing(till):
    till.limit(usd_per_hour=CENT)
    await till.call()
    till.now -= 2 * HOUR

    with pytest.raises(Refused) as caught:
        await till.call()

    # Not the end of the hour that the clock says now: the other one is the present one.
    opens_at = NOON + HOUR
    assert (caught.value.use.used, caught.value.use.opens_at) == (CENT, opens_at)
    till.now = opens_at
    await till.call()


async def test_it_survives_a_restart_and_is_shared_by_all_who_use_the_file(tmp_path):
    """Two hundred at once over two connections to one file: exactly the thirty that fit."""
    async with AsyncExitStack() as resources:
        tills = []
        for _ in range(2):
            opening = SqliteDatabase.open(tmp_path / "shared.db")
            tills.append(Till(await resources.enter_async_context(opening), usd_per_day=30 * CENT))

        calls = [till.call() for till in tills for _ in range(100)]
        outcomes = await asyncio.gather(*calls, return_exceptions=True)

        assert {type(one) for one in outcomes} == {dict, Refused}
        assert sum(isinstance(one, dict) for one in outcomes) == 30
    async with SqliteDatabase.open(tmp_path / "shared.db") as database:
        again = Till(database, usd_per_day=31 * CENT)
        await again.call()
        with pytest.raises(Refused):
            await again.call()


# --- what the operator writes ---------------------------------------------------------------


def test_limits_are_dollars_to_the_millionth():
    text = " usd_per_day=20, usd_in_total = 150.000001,usd_per_hour=0 "

    assert read_limits("GEMINI_LIMITS", text) == {
        Spend.DAY: 20_000_000,
        Spend.TOTAL: 150_000_001,
        Spend.HOUR: 0,
    }
    assert read_limits("GEMINI_LIMITS", "") == {}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("usd_per_day", "'usd_per_day' is not one of (usd_per_hour|usd_per_day|"),
        ("credits_per_day=3", "is not one of"),
        ("usd_per_day=3, usd_per_day=4", "'usd_per_day' is there twice"),
        ("usd_per_day=-1", "needs dollars from 0 to 1000000"),
        ("usd_per_day=1000001", "needs dollars"),
        ("usd_per_day=0.0000001", "needs dollars"),
        ("usd_per_day=nan", "needs dollars"),
        ("usd_per_day=1e999999", "needs dollars"),
        ("usd_per_day=three", "needs dollars"),
        ("usd_per_day=٣", "needs dollars"),
    ],
)
def test_a_mistake_is_named_with_its_variable(text, problem):
    with pytest.raises(SettingsError) as caught:
        read_limits("GEMINI_LIMITS", text)

    assert caught.value.setting == "GEMINI_LIMITS"
    assert problem in caught.value.problem


def test_a_key_has_the_strictest_limit_of_all_its_routes(tmp_path, monkeypatch):
    """The operator's file limits one route of API易, the environment both."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "plantain.toml"
    file.write_text("[providers.apiyi-chat.limits]\nusd_per_day = 2.5\nusd_per_hour = 9\n")
    chosen = Settings.model_validate(
        {"apiyi_api_key": SecretStr("one,two"), "apiyi_limits": "usd_per_hour=1, usd_in_total=7"}
    )

    found = limits_of(chosen, Catalog.load(file))

    limits = {Spend.HOUR: 1_000_000, Spend.DAY: 2_500_000, Spend.TOTAL: 7_000_000}
    assert found == {Key.of(secret).fingerprint: limits for secret in ("one", "two")}


# --- in any order ---------------------------------------------------------------------------


class Calls(RuleBasedStateMachine):
    """Calls that begin and end in any order, limits that change, and a clock that jumps."""

    @initialize()
    def open_till(self):
        self.runner = asyncio.Runner()
        self.resources = AsyncExitStack()
        folder = self.resources.enter_context(TemporaryDirectory())
        opening = SqliteDatabase.open(Path(folder) / "till.db")
        self.till = Till(self.runner.run(self.resources.enter_async_context(opening)))
        self.open, self.kept = [], []

    def teardown(self):
        if hasattr(self, "resources"):
            self.runner.run(self.resources.aclose())
            self.runner.close()

    @rule(usd_micros=st.integers(0, 12), twice=st.booleans())
    def begin(self, usd_micros, twice):
        async def together():
            asked = [self.till.call(usd_micros) for _ in range(2 if twice else 1)]
            return await asyncio.gather(*asked, return_exceptions=True)

        for outcome in self.runner.run(together()):
            if isinstance(outcome, Refused):
                assert outcome.use.limit is not None
                assert not outcome.use.allows(usd_micros)
                continue
            assert not isinstance(outcome, BaseException), outcome
            self.open.append(outcome)
            self.runner.run(self.till.budgets.refresh())
            assert all(use.allows(0) for use in self.till.budgets.uses("key"))

    @rule(data=st.data(), billed=st.sampled_from(list(Billed)))
    def end(self, data, billed):
        if self.open:
            call = self.open.pop(data.draw(st.integers(0, len(self.open) - 1)))
            if billed is Billed.NO:
                self.runner.run(self.till.give_back(call))
            else:
                self.kept.append(call)

    @rule(measure=st.sampled_from(list(Spend)), amount=st.none() | st.integers(0, 40))
    def change_limit(self, measure, amount):
        limits = {**self.till.limits, measure: amount}
        self.till.limit(**{name: most for name, most in limits.items() if most is not None})

    @rule(hours=st.sampled_from([-2, 0, 1, 5, 24, 24 * 31]))
    def pass_time(self, hours):
        self.till.now += hours * HOUR

    @invariant()
    def all_adds_up(self):
        if not hasattr(self, "till"):
            return
        counted = [*self.open, *self.kept]
        for row in self.runner.run(self.till.database.read(lambda tx: tx.all("key_usage"))):
            assert row["total_used"] == sum(call["usd_micros"] for call in counted)
            for window in ("hour", "day", "month"):
                here = [call for call in counted if call[window] == row[window]]
                assert row[f"{window}_used"] == sum(call["usd_micros"] for call in here)


def test_no_order_of_calls_overruns_a_limit_or_loses_a_micro():
    run_state_machine_as_test(
        Calls,
        settings=settings(
            max_examples=15,
            stateful_step_count=30,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
