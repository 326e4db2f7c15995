"""What both engines promise: whole transactions, out of a cancelled caller's reach."""

import asyncio
import contextlib
import random
import sys

import pytest
from pydantic import SecretStr

from bot.db import engine
from bot.errors import NotEnoughCredits, SettingsError, StorageError


async def test_named_statements_give_rows_and_counts(either):
    async def work(tx):
        made = await tx.one("open_account", account_id="m", at=1)
        again = await tx.one("open_account", account_id="m", at=2)
        changed = await tx.run("change_balance", account_id="m", available=5, held=0)
        missed = await tx.run("change_balance", account_id="nobody", available=5, held=0)
        return made, again, changed, missed, await tx.one("account", account_id="m")

    made, again, changed, missed, account = await either.write(work)
    assert made == {"id": "m"}
    assert again is None
    assert (changed, missed) == (1, 0)
    assert dict(account) == {"id": "m", "available": 5, "held": 0}


async def test_all_gives_every_row_and_an_unknown_name_is_our_bug(either):
    assert await either.read(lambda tx: tx.all("wrong_balances")) == []
    with pytest.raises(KeyError):
        await either.read(lambda tx: tx.all("no_such_statement"))


async def test_a_failed_statement_dooms_its_work_even_when_swallowed(either, add, notes):
    """Both engines agree: after an error nothing of the transaction is kept."""

    async def stubborn(tx):
        await add(1)(tx)
        try:
            await add(1)(tx)
        except StorageError:
            return "fine"

    with pytest.raises(StorageError, match=r"(?i)unique"):
        await either.write(stubborn)
    assert await either.read(notes) == []


@pytest.mark.parametrize("odd", [2**63, -(2**63) - 1, "\ud800"])
async def test_a_value_the_engine_cannot_take_is_storage_trouble(either, add, notes, odd):
    """And dooms its own work only, also where it was swallowed."""

    async def swallowing(tx):
        await add(1)(tx)
        with contextlib.suppress(StorageError):
            await tx.query("SELECT :odd", odd=odd)

    with pytest.raises(StorageError):
        await either.read(lambda tx: tx.query("SELECT :odd", odd=odd))
    failed, beside = await asyncio.gather(
        either.write(swallowing), either.write(add(2)), return_exceptions=True
    )
    assert isinstance(failed, StorageError)
    assert beside == 2
    assert await either.read(notes) == [2]


async def test_cancelled_callers_break_nothing(either, notes):
    """600 transactions, 200 of them cancelled at random instants: each is whole, all others work.

    Every work writes a pair; half a pair or a failure of someone else's would show.
    """
    random_source = random.Random(20)  # noqa: S311 seeded, so that a failure comes back

    async def caller(number):
        async def pair(tx):
            await tx.query("INSERT INTO notes (id) VALUES (:id)", id=number)
            await tx.query("INSERT INTO notes (id) VALUES (:id)", id=-number)

        for _ in range(random_source.randrange(20)):
            await asyncio.sleep(0)
        await either.write(pair)
        return number

    callers = [asyncio.create_task(caller(number)) for number in range(1, 601)]
    doomed = random_source.sample(callers, 200)
    for victim in doomed:
        for _ in range(random_source.randrange(3)):
            await asyncio.sleep(0)
        victim.cancel()
    results = await asyncio.gather(*callers, return_exceptions=True)
    done = {number for number in results if isinstance(number, int)}
    others = [result for result in results if not isinstance(result, int)]
    assert 0 < len(others) <= 200
    assert {type(result) for result in others} == {asyncio.CancelledError}
    stored = set(await either.read(notes))
    assert {-number for number in stored} == stored
    assert done <= stored
    assert await either.write(lambda tx: tx.query("SELECT 1 AS one")) == [{"one": 1}]


async def test_a_failing_work_is_undone_alone(either, add, notes):
    """Works that run together do not share their failures."""

    async def refused(tx):
        await add(100)(tx)
        raise NotEnoughCredits(needed=2, available=1)

    results = await asyncio.gather(
        either.write(add(1)),
        either.write(refused),
        either.write(lambda tx: tx.query("SELECT * FROM nowhere")),
        either.write(add(2)),
        return_exceptions=True,
    )
    assert (results[0], results[3]) == (1, 2)
    assert isinstance(results[1], NotEnoughCredits)
    assert isinstance(results[2], StorageError)
    assert "nowhere" in results[2].problem
    assert await either.read(notes) == [1, 2]


async def test_a_row_that_stays_in_the_way_is_storage_trouble(either, add, notes):
    await either.write(add(1))
    with pytest.raises(StorageError, match=r"(?i)unique"):
        await either.write(add(1))
    assert await either.write(add(2)) == 2
    assert await either.read(notes) == [1, 2]


async def test_a_reader_cannot_write(either, add, notes):
    with pytest.raises(StorageError, match=r"read-?only"):
        await either.read(add(1))
    assert await either.read(notes) == []


async def test_closing_waits_for_the_writers_there_are(address, either, add, notes):
    """Even a writer that was cancelled; who comes later is refused."""
    async with engine.opened(address) as closing:
        writers = [asyncio.create_task(closing.write(add(number))) for number in range(60)]
        await asyncio.sleep(0)
        writers[7].cancel()
    await asyncio.wait(writers)
    assert writers[7].cancelled()
    for refused in (closing.write(add(301)), closing.read(notes)):
        with pytest.raises(StorageError, match="closed"):
            await refused
    assert await either.read(notes) == [*range(60)]


async def test_opening_to_read_shows_what_is_committed_and_takes_no_writes(
    either, address, add, notes
):
    """While another process, or this one, goes on writing."""
    async with engine.opened_to_read(address) as looked_at:
        await either.write(add(1))
        assert await looked_at.read(notes) == [1]
        with pytest.raises(StorageError, match=r"read-?only"):
            await looked_at.write(add(2))
    assert await either.read(notes) == [1]


async def test_nothing_runs_while_nobody_writes(either, add):
    """No task stays behind: a test loop that waits for idleness comes to rest."""
    await either.write(add(1))
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}


def test_a_server_without_its_extra_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "bot.db.postgres", None)
    with pytest.raises(SettingsError, match=r"pip install 'plantain\[postgres\]'"):
        engine.opened_to_read(SecretStr("postgresql://me@host/plantain"))
