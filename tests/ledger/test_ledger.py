"""Each movement does what it says, once, or nothing."""

import asyncio
import itertools

import pytest

from bot.db.sqlite import SqliteDatabase
from bot.errors import NotEnoughCredits
from bot.ledger.entry import Account, Discrepancy, LedgerEntry, MovementKind
from bot.ledger.ledger import GRANTS, MOST, REVENUE

MEMBER = "member:1"


@pytest.fixture
def ledger(make_ledger):
    return make_ledger(welcome=100)


@pytest.fixture
def balance(database, ledger):
    """balance(id) is what the account has available and held."""

    async def look(account_id=MEMBER):
        account = await database.read(lambda tx: ledger.account(tx, account_id))
        return account.available, account.held

    return look


@pytest.fixture
async def reservation(database, ledger):
    """30 of the member's 100 credits, held."""

    async def work(tx):
        await ledger.open(tx, MEMBER)
        return await ledger.reserve(tx, MEMBER, 30, reason="two pictures")

    return await database.write(work)


@pytest.fixture(autouse=True)
async def sound_books(database, ledger):
    """Whatever a test did, the books must balance after it."""
    yield
    assert await database.read(ledger.check) == []


async def test_opening_welcomes_once(database, ledger, balance):
    assert await database.read(lambda tx: ledger.account(tx, MEMBER)) is None
    for _ in range(3):
        opened = await database.write(lambda tx: ledger.open(tx, MEMBER))
        assert opened == Account(MEMBER, available=100, held=0)
    assert await balance(GRANTS) == (-100, 0)


async def test_no_welcome_is_no_movement(database, make_ledger):
    ledger = make_ledger(welcome=0)
    opened = await database.write(lambda tx: ledger.open(tx, MEMBER))
    assert opened == Account(MEMBER, available=0, held=0)
    assert await database.read(lambda tx: ledger.entries(tx, MEMBER, limit=5)) == []


async def test_a_part_is_settled_and_the_rest_comes_back(database, ledger, balance, reservation):
    assert await balance() == (70, 30)
    assert await database.write(lambda tx: ledger.settle(tx, reservation, 20))
    assert await balance() == (80, 0)
    assert await balance(REVENUE) == (20, 0)


async def test_a_release_gives_everything_back(database, ledger, balance, reservation):
    assert await database.write(lambda tx: ledger.release(tx, reservation))
    assert await balance() == (100, 0)


@pytest.mark.parametrize("order", [*itertools.product(("settle", "release"), repeat=2)])
async def test_a_reservation_ends_once(database, ledger, balance, reservation, order):
    """Whoever asks second, for whatever, is told False and changes nothing."""
    ends = {
        "settle": lambda tx: ledger.settle(tx, reservation, 30),
        "release": lambda tx: ledger.release(tx, reservation),
    }
    assert await database.write(ends[order[0]])
    after = await balance()
    assert not await database.write(ends[order[1]])
    assert await balance() == after


async def test_one_of_many_concurrent_ends_wins(database, ledger, balance, reservation):
    ended = await asyncio.gather(
        *(database.write(lambda tx: ledger.release(tx, reservation)) for _ in range(20)),
        *(database.write(lambda tx: ledger.settle(tx, reservation, 30)) for _ in range(20)),
    )
    assert sum(ended) == 1


async def test_a_refund_follows_a_settle_once(database, ledger, balance, reservation):
    async def refund(tx):
        return await ledger.refund(tx, reservation, 5, reason="it was blank")

    assert not await database.write(refund)
    await database.write(lambda tx: ledger.settle(tx, reservation, 30))
    assert await database.write(refund)
    assert not await database.write(refund)
    assert await balance() == (75, 0)
    assert await balance(REVENUE) == (25, 0)


async def test_what_was_released_cannot_be_refunded(database, ledger, balance, reservation):
    await database.write(lambda tx: ledger.release(tx, reservation))
    assert not await database.write(lambda tx: ledger.refund(tx, reservation, 1, reason="please"))
    assert await balance() == (100, 0)


async def test_a_transfer_needs_the_credits(database, ledger, balance, reservation):
    """What is held cannot be given away."""
    await database.write(lambda tx: ledger.open(tx, "member:2"))
    await database.write(lambda tx: ledger.transfer(tx, MEMBER, "member:2", 70, reason="a gift"))
    assert (await balance(), await balance("member:2")) == ((0, 30), (170, 0))
    with pytest.raises(NotEnoughCredits) as caught:
        await database.write(lambda tx: ledger.transfer(tx, MEMBER, "member:2", 1, reason="more"))
    assert (caught.value.needed, caught.value.available) == (1, 0)


async def test_a_reserve_beyond_what_is_there_is_refused(database, ledger, balance, reservation):
    with pytest.raises(NotEnoughCredits) as caught:
        await database.write(lambda tx: ledger.reserve(tx, MEMBER, 71))
    assert (caught.value.needed, caught.value.available) == (71, 70)
    assert await balance() == (70, 30)


async def test_house_accounts_cannot_reserve(database, ledger, reservation):
    await database.write(lambda tx: ledger.settle(tx, reservation, 30))
    with pytest.raises(NotEnoughCredits):
        await database.write(lambda tx: ledger.reserve(tx, REVENUE, 1))


@pytest.mark.parametrize("amount", [0, -1, MOST + 1, True, 1.0])
async def test_amounts_that_are_no_credits_are_our_bug(
    database, ledger, balance, reservation, amount
):
    works = (
        lambda tx: ledger.grant(tx, MEMBER, amount, reason=""),
        lambda tx: ledger.reserve(tx, MEMBER, amount),
        lambda tx: ledger.settle(tx, reservation, amount),
        lambda tx: ledger.refund(tx, reservation, amount, reason=""),
        lambda tx: ledger.transfer(tx, MEMBER, REVENUE, amount, reason=""),
    )
    for work in works:
        with pytest.raises(ValueError, match="whole number"):
            await database.write(work)
    assert await balance() == (70, 30)


async def test_more_than_was_reserved_or_charged_is_our_bug(database, ledger, balance, reservation):
    with pytest.raises(ValueError, match="from 1 to 30"):
        await database.write(lambda tx: ledger.settle(tx, reservation, 31))
    assert await balance() == (70, 30)
    await database.write(lambda tx: ledger.settle(tx, reservation, 20))
    with pytest.raises(ValueError, match="from 1 to 30"):
        await database.write(lambda tx: ledger.settle(tx, reservation, 31))
    with pytest.raises(ValueError, match="from 1 to 20"):
        await database.write(lambda tx: ledger.refund(tx, reservation, 21, reason=""))
    assert await balance() == (80, 0)


async def test_ids_nobody_made_are_our_bug(database, ledger, balance, reservation):
    works = (
        lambda tx: ledger.grant(tx, "nobody", 1, reason=""),
        lambda tx: ledger.reserve(tx, "nobody", 1),
        lambda tx: ledger.settle(tx, "nothing", 1),
        lambda tx: ledger.release(tx, "nothing"),
        lambda tx: ledger.refund(tx, "nothing", 1, reason=""),
        lambda tx: ledger.transfer(tx, MEMBER, "nobody", 1, reason=""),
        lambda tx: ledger.transfer(tx, "nobody", MEMBER, 1, reason=""),
    )
    for work in works:
        with pytest.raises(LookupError):
            await database.write(work)
    with pytest.raises(ValueError, match="two accounts"):
        await database.write(lambda tx: ledger.transfer(tx, MEMBER, MEMBER, 1, reason=""))
    assert await balance() == (70, 30)


async def test_entries_tell_the_story_newest_first_and_add_up(database, ledger, reservation):
    async def story(tx):
        await ledger.settle(tx, reservation, 20)
        await ledger.refund(tx, reservation, 5, reason="it was blank")
        return await ledger.entries(tx, MEMBER, limit=10)

    told = await database.write(story)
    assert [(entry.kind, entry.amount) for entry in told] == [
        (MovementKind.REFUND, 5),
        (MovementKind.SETTLE, -20),
        (MovementKind.RESERVE, 0),
        (MovementKind.GRANT, 100),
    ]
    assert [entry.at for entry in told] == sorted((entry.at for entry in told), reverse=True)
    assert told[2] == LedgerEntry(
        kind=MovementKind.RESERVE,
        available_change=-30,
        held_change=30,
        reason="two pictures",
        reservation_id=reservation,
        at=told[2].at,
    )
    newest = await database.read(lambda tx: ledger.entries(tx, MEMBER, limit=1))
    assert newest == told[:1]


async def test_spent_counts_charges_less_refunds_since_a_time(database, ledger, reservation):
    async def spend(tx):
        await ledger.settle(tx, reservation, 20)
        second = await ledger.reserve(tx, MEMBER, 10)
        await ledger.settle(tx, second, 10)
        await ledger.refund(tx, reservation, 5, reason="it was blank")
        entries = await ledger.entries(tx, MEMBER, limit=10)
        return {(entry.kind, entry.reservation_id): entry.at for entry in entries}, second

    times, second = await database.write(spend)

    async def spent(since):
        return await database.read(lambda tx: ledger.spent(tx, MEMBER, since=since))

    assert await spent(0) == 25
    assert await spent(times[MovementKind.SETTLE, second]) == 5
    assert await spent(times[MovementKind.REFUND, reservation]) == -5
    assert await spent(times[MovementKind.REFUND, reservation] + 1) == 0


async def test_check_names_what_was_tampered_with(tmp_path, make_ledger):
    """Every kind of wrong number is found, and told with both values."""
    ledger = make_ledger(welcome=100)
    async with SqliteDatabase.open(tmp_path / "tampered.db") as database:
        await database.write(lambda tx: ledger.open(tx, MEMBER))
        held = await database.write(lambda tx: ledger.reserve(tx, MEMBER, 30))
        tamper = f"""
            UPDATE accounts SET available = 71, held = 40 WHERE id = '{MEMBER}';
            UPDATE entries SET available = -90 WHERE account_id = '{GRANTS}';
            UPDATE reservations SET amount = 25 WHERE id = '{held}';
        """  # noqa: S608 the ids are our own
        await database.write(lambda tx: tx.execute(tamper.strip()))
        found = await database.read(ledger.check)
        movement = await database.read(
            lambda tx: tx.query("SELECT id FROM movements WHERE kind = 'grant'")
        )
    assert found == [
        Discrepancy(GRANTS, "available", -100, -90),
        Discrepancy(MEMBER, "available", 71, 70),
        Discrepancy(MEMBER, "held", 40, 30),
        Discrepancy(MEMBER, "reserved", 40, 25),
        Discrepancy(None, f"movement {movement[0]['id']}", 10, 0),
    ]


async def test_three_hundred_tasks_share_credits_for_twenty(database, make_ledger):
    """Exactly twenty get a reservation, and each of the others is told the truth."""
    ledger = make_ledger(welcome=20 * 7)
    await database.write(lambda tx: ledger.open(tx, MEMBER))
    answers = await asyncio.gather(
        *(database.write(lambda tx: ledger.reserve(tx, MEMBER, 7)) for _ in range(300)),
        return_exceptions=True,
    )
    refused = [answer for answer in answers if isinstance(answer, NotEnoughCredits)]
    assert len(refused) == 280
    assert len({answer for answer in answers if isinstance(answer, str)}) == 20
    member = await database.read(lambda tx: ledger.account(tx, MEMBER))
    assert member == Account(MEMBER, available=0, held=140)
