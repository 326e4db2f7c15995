"""Who is forgotten is named nowhere, and the books add up, wherever one died on the way there."""

import itertools
from contextlib import suppress

import pytest

from bot.errors import LimitReached
from bot.jobs.job import JobState
from bot.privacy.holdings import HOLDINGS
from bot.quotas.limit import Who
from bot.sharing import DailyGiftsReached
from tests.privacy.conftest import SERVER, Killed, Mortal, home

ALICE, BOB = 734_512_345_678_901_234, 812_345_678_901_234_567
NOT_NAMED = {
    *("forgettings", "attempts", "confirmation_images", "character_pictures", "batch_posts"),
}
"""Tables of the list in which no member is named before they ask to be forgotten."""
RULES = ("limits ", "blocked_members ")
"""What others say about a member stays."""


async def test_a_forgotten_member_is_named_nowhere_and_the_books_add_up(house):
    theirs, hers = await house.settle_in(ALICE, BOB)
    before = await house.naming(ALICE)
    assert {row.partition(" ")[0] for row in before} == {
        one.table for one in HOLDINGS if one.table not in NOT_NAMED
    }
    entries = "SELECT movement_id, available, held FROM entries ORDER BY movement_id, available"
    history = await house.database.read(lambda tx: tx.query(entries))
    small = house.store.small(hers["mine"])
    small.parent.mkdir(parents=True, exist_ok=True)
    small.write_bytes(b"a small copy")

    assert await house.forgetting().forget(ALICE)

    [rule] = await house.naming(ALICE)
    assert rule.startswith(RULES)
    assert await house.naming(house.words(ALICE)) == []
    assert await house.naming("reply_token': 't") == []
    await house.assert_books_balance()
    # What moved stays as it was, and what was left went back to where credits come from.
    after = await house.database.read(lambda tx: tx.query(entries))
    assert [row for row in history if row not in after] == []
    assert len(after) == len(history) + 2
    for image in hers.values():
        assert not house.store.path(image).exists()
        assert await house.naming(image.digest) == []
    assert not small.exists()
    for image in theirs.values():
        assert house.store.path(image).exists()
    assert await house.forgetting().resume() == 0
    assert [row for row in await house.everything() if row.startswith("forgettings ")] == []


async def test_whoever_comes_next_goes_on_from_wherever_one_died(house):
    """Before each write, which is also: after the one before."""
    for writes in itertools.count():
        member = ALICE + writes
        words = house.words(member)
        for number in range(2):
            made = await house.picture((writes, number, 9))
            await house.draw(member, f"{words} {number}", made=[made], guild=None, channel=7)
        mortal = Mortal(house.database, writes)
        with suppress(Killed):
            await house.forgetting(mortal).forget(member)
        await house.forgetting().resume()
        # Where the wish itself was lost nobody is forgotten; they will ask again.
        if writes:
            assert await house.naming(member, words, "forgettings {", "doomed_files {") == []
            assert not house.store.path(made).exists()
        await house.assert_books_balance()
        if mortal.left:
            break
    assert writes > 5


class Slippery:
    """A store whose process dies before, or after, a file is deleted."""

    def __init__(self, store, *, after):
        self.store, self.after = store, after

    async def remove(self, image):
        if self.after:
            await self.store.remove(image)
        raise Killed


async def test_files_go_also_when_one_died_over_them_and_a_reader_only_delays_the_end(house):
    for after in (False, True):
        member = ALICE + after
        _, hers = await house.settle_in(member, BOB + after)
        with pytest.raises(Killed):
            await house.forgetting(store=Slippery(house.store, after=after)).forget(member)

        async def busy():
            return False

        assert await house.forgetting(scrub=busy).resume() == 0
        assert await house.forgetting().resume() == 1
        assert not any(house.store.path(image).exists() for image in hers.values())


async def test_what_is_being_drawn_is_waited_for_and_nothing_is_lost_meanwhile(house):
    words = house.words(ALICE)
    alone = {"guild": None, "channel": 77}
    running = await house.draw(ALICE, words, state=JobState.RUNNING, **alone)
    old = await house.draw(ALICE, f"{words}, before", made=[await house.picture("red")])
    forgetting = house.forgetting()
    assert not await forgetting.forget(ALICE)
    assert not await forgetting.forget(ALICE)
    assert await forgetting.resume() == 0
    assert (await forgetting.remains(ALICE)).jobs == 2
    await house.database.write(
        lambda tx: tx.query(
            "UPDATE jobs SET state = 'failed', claim = NULL WHERE state = 'running'"
        )
    )
    release = house.books.bank.payers.release
    # Credits that are still held are waited for as well.
    assert await forgetting.resume() == 0
    await house.database.write(lambda tx: release(tx, running.reservation_id, reserved=10))
    assert await forgetting.resume() == 1
    assert await house.naming(ALICE, words, old.id[:8] + "nowhere") == []


async def test_pictures_of_a_batch_are_shown_first_unless_discord_would_not_take_them(house):
    """Some are drawn and charged and wait for others, to be in one message."""
    drawn = await house.draw(ALICE, house.words(ALICE), made=[await house.picture("red")])
    batch = {"batch": house.new_id(), "member": ALICE}
    await house.database.write(
        lambda tx: tx.query(
            "INSERT INTO batches (id, state, interaction_id, member_id, application_id, token_at,"
            " locale, private, upload_limit, credits, asked_at, begun_at)"
            " VALUES (:batch, 'running', 1, :member, 1, 1, 'en-US', 0, 1, 1, 1, 1) RETURNING id",
            **batch,
        )
    )
    await house.database.write(
        lambda tx: tx.query(
            "UPDATE jobs SET batch_id = :batch WHERE id = :job RETURNING id",
            batch=batch["batch"],
            job=drawn.id,
        )
    )
    forgetting = house.forgetting()
    assert not await forgetting.forget(ALICE)
    assert (await forgetting.remains(ALICE)).jobs == 1
    await house.database.write(lambda tx: tx.query("UPDATE batches SET deliver_tries = 1"))
    assert await forgetting.resume() == 1
    assert await house.naming(ALICE, house.words(ALICE)) == []


async def test_who_comes_back_starts_anew_and_gets_nothing_twice(house):
    """No second welcome; what was used of a limit, an allowance, a pot and today's gifts counts."""
    bank, who = house.books.bank, Who(ALICE, SERVER)
    await house.settle_in(ALICE, BOB)
    # Of 60 a day: one job by the pool, one by the team.
    assert await house.database.read(lambda tx: bank.quotas.room(tx, who)) == 40
    purse = await house.database.read(lambda tx: bank.allowances.purse(tx, who))
    assert purse.left == 90
    await house.forgetting().forget(ALICE)

    account = await house.database.write(lambda tx: bank.ledger.open(tx, f"member:{ALICE}"))
    assert (account.available, account.held) == (0, 0)
    assert (await house.database.write(lambda tx: bank.ledger.open(tx, "member:5"))).available
    assert await house.database.read(lambda tx: bank.quotas.room(tx, who)) == 40
    [day] = [
        use
        for use in await house.database.read(lambda tx: bank.quotas.uses(tx, who))
        if use.measure == "credits_per_day"
    ]
    assert (day.used, day.limit) == (20, 60)
    await house.draw(ALICE, "new", price=30)
    with pytest.raises(LimitReached) as refused:
        await house.draw(ALICE, "too much", price=11)
    assert (refused.value.used, refused.value.needed) == (50, 11)
    purse = await house.database.read(lambda tx: bank.allowances.purse(tx, who))
    assert purse.left == 60
    team = await house.database.read(lambda tx: bank.teams.find(tx, home(ALICE)))
    assert await house.database.read(lambda tx: bank.teams.share_left(tx, team, ALICE)) == 15
    await house.database.write(lambda tx: bank.ledger.grant(tx, f"member:{ALICE}", 99, reason="x"))
    with pytest.raises(DailyGiftsReached):
        await house.give(ALICE, BOB, "more", amount=41)
    await house.give(ALICE, BOB, "more", amount=40)
    await house.assert_books_balance()

    await house.forgetting().forget(ALICE)
    assert await house.database.read(lambda tx: bank.quotas.room(tx, who)) == 10
    house.books.now += 24 * 3600 * 1_000_000
    assert await house.database.read(lambda tx: bank.quotas.room(tx, who)) == 60
    await house.assert_books_balance()
