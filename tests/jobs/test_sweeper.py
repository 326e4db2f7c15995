"""What nobody was woken for is found; what nobody refers to goes."""

import asyncio
import os
import time

import pytest

from bot.errors import DeliveryFailed
from bot.jobs.history import History
from bot.jobs.job import JobState

DAY = 24 * 3600


async def test_a_queued_job_nobody_was_woken_for_is_drawn(open_shop, key):
    async with open_shop({"google": key()}) as shop:
        wake, shop.dispatcher.wake = shop.dispatcher.wake, lambda _job_id, *, wait=0: None
        job = await shop.order("nobody was woken")
        shop.dispatcher.wake = wake

        await shop.sweep()
        await shop.sweep()

        assert (await shop.job(job))["state"] == "done"
        assert shop.sweeper.found["queued"] == 1


async def test_a_job_that_is_early_is_left_until_its_time_whatever_the_clock(open_shop, key):
    """Set back an hour meanwhile, its time would lie an hour ahead: it begins within two."""
    async with open_shop({"google": key()}) as shop:
        wake, shop.dispatcher.wake = shop.dispatcher.wake, lambda _job_id, *, wait=0: None
        job = await shop.order("early")
        shop.dispatcher.wake = wake
        at = shop.time.wall() + 60_000_000
        await shop.database.write(lambda tx: tx.query("UPDATE jobs SET begins_at = :at", at=at))
        await shop.sweep()
        assert (await shop.job(job))["state"] == "queued"

        shop.time.ahead -= 3 * 3600
        await shop.sweep()

        assert (await shop.job(job))["state"] == "done"


async def test_what_discord_did_not_take_waits_without_a_slot_and_ever_longer(open_shop, key):
    async with open_shop({"google": key()}, slots=1) as shop:
        shop.told.refusal = DeliveryFailed("away", unreachable=True)
        job = await shop.run("ever longer")
        other = await shop.run("not held back")
        waits = []
        for tries in range(2, 11):
            row = await shop.job(job)
            assert (row["state"], row["claim"]) == (JobState.GENERATED, None)
            wait = row["deliver_at"] - shop.time.wall()
            waits.append(round(wait / 1_000_000))
            await shop.sweep(after=wait / 1_000_000 + 1)
            assert (await shop.job(job))["deliver_tries"] == tries
        usual = [5, 15, 45, 120, 300, 900, 1800, 3600, 3600]
        assert waits == [pytest.approx(wait, abs=4) for wait in usual]
        assert shop.told.explained == []
        shop.told.refusal = None

        await shop.sweep(after=3601)

        assert {shown[0] for shown in shop.told.delivered} == {job.id, other.id}
        assert (await shop.account()).held == 0
        await shop.assert_books_balance()


async def test_a_picture_whose_file_is_elsewhere_waits_and_one_that_is_gone_is_given_back(
    open_shop, key
):
    """Another process may have it in its folder; what nobody can have nobody pays for."""
    async with open_shop({"google": key()}) as shop:
        shop.told.refusal = DeliveryFailed("away", unreachable=True)
        job = await shop.run("whose file goes")
        [image] = (await shop.studio.stored(job.id)).results
        shop.told.refusal = None
        file = shop.sweeper._store.path(image)
        content = file.read_bytes()
        file.unlink()
        await shop.sweep(after=DAY + 60)
        row = await shop.job(job)
        assert (row["state"], row["claim"]) == ("generated", None)

        file.write_bytes(content)
        other = await shop.run("whose file is gone")
        [lost] = (await shop.studio.stored(other.id)).results
        assert (await shop.job(other))["state"] == "done"
        await shop.sweep(after=3600)
        row = await shop.job(job)
        assert (row["state"], row["credits_charged"]) == ("done", 7)
        assert lost != image

        shop.told.refusal = DeliveryFailed("away", unreachable=True)
        third = await shop.run("gone for good")
        [image] = (await shop.studio.stored(third.id)).results
        shop.sweeper._store.path(image).unlink()
        await shop.sweep(after=2 * DAY + 60)

        row = await shop.job(third)
        assert (row["state"], row["failure"]) == ("failed", "result_unavailable")
        assert (await shop.account()).held == 0
        await shop.assert_books_balance()


async def test_what_its_maker_had_deleted_before_discord_took_it_is_paid_for_and_not_shown(
    open_shop, key
):
    """It was to be had by /show all the while; its file being gone is no reason to pay it back."""
    async with open_shop({"google": key()}) as shop:
        shop.told.refusal = DeliveryFailed("away", unreachable=True)
        job = await shop.run("seen and deleted")
        history = History(
            database=shop.database,
            studio=shop.studio,
            store=shop.sweeper._store,
            now=shop.time.wall,
        )
        await history.forget(await shop.studio.stored(job.id), 7)
        shop.told.refusal = None
        await shop.sweep(after=60)
        show = shop.told.deliver

        async def delete_and_show(job, pictures, receipt, shortfall):
            await history.forget(await shop.studio.stored(job.id), 7)
            await show(job, pictures, receipt, shortfall)

        shop.told.deliver = delete_and_show
        other = await shop.run("deleted in the middle")
        await shop.sweep(after=60)

        rows = [await shop.job(one) for one in (job, other)]
        assert [(row["state"], row["credits_charged"]) for row in rows] == [("done", 7)] * 2
        assert shop.told.delivered == []
        assert (await shop.account()).held == 0
        await shop.assert_books_balance()


async def test_a_picture_that_waited_for_days_is_shown_where_discord_takes_it_now(open_shop, key):
    """As after a stop of the bot's own: it is not kept and charged for without one more try."""
    async with open_shop({"google": key()}) as shop:
        shop.told.refusal = DeliveryFailed("away", unreachable=True)
        job, other = await shop.run("days later"), await shop.run("days later, and away")
        shop.told.refusal = None
        deliver = shop.told.deliver

        async def only_one(job, *shown):
            if job.id == other.id:
                raise DeliveryFailed("away", unreachable=True)
            await deliver(job, *shown)

        shop.told.deliver = only_one
        await shop.sweep(after=3 * DAY)

        assert shop.told.delivered == [(job.id, 1, 7)]
        rows = [await shop.job(one) for one in (job, other)]
        assert [(row["state"], row["credits_charged"]) for row in rows] == [("done", 7)] * 2
        assert shop.told.explained == []
        await shop.assert_books_balance()


async def test_credits_held_for_nothing_are_given_back_after_a_day(open_shop, key):
    async with open_shop({"google": key()}) as shop:
        job = await shop.run("blocked")

        async def hold(tx):
            await shop.ledger.reserve(tx, job.account_id, 5, reason="imagine")

        await shop.database.write(hold)
        await shop.sweep()
        assert (await shop.account()).held == 5

        await shop.sweep(after=DAY + 1)

        assert (await shop.account()).held == 0
        assert shop.sweeper.found["stuck_reservation"] == 1
        await shop.assert_books_balance()


async def test_what_somebody_looked_for_is_forgotten_though_nobody_looks_again(open_shop, key):
    async with open_shop({"google": key()}) as shop:
        job = await shop.run("a picture")
        looked = {"id": "0" * 32, "member_id": 1, "maker_id": 1, "guild_id": None, "since": 0}
        looked |= {"words": "a secret", "model": "", "starred": 0, "now": job.created_at}
        await shop.database.write(lambda tx: tx.run("open_gallery_view", **looked))
        for days, left in ((1, 1), (6, 0)):
            await shop.sweep(after=days * DAY + 60)
            views = await shop.database.read(lambda tx: tx.query("SELECT id FROM gallery_views"))
            assert len(views) == left


async def test_old_files_nobody_refers_to_go_and_no_others(open_shop, settings, key):
    async with open_shop({"google": key()}) as shop:
        job = await shop.run("kept for ever")
        [kept] = (await shop.studio.stored(job.id)).results
        store = settings.data_dir / "images"
        strange = store / kept.digest[:2] / f"{kept.digest[:2]}{'0' * 62}.png"
        young = store / kept.digest[:2] / f"{kept.digest[:2]}{'1' * 62}.png"
        scratch = settings.data_dir / "work" / "left-by-a-killed-process"
        in_use = settings.data_dir / "work" / "in-use"
        for folder in (scratch, in_use):
            folder.mkdir(parents=True)
        for file in (strange, young):
            file.write_bytes(b"x")
        long_ago = time.time() - DAY - 60
        for old in (strange, scratch, shop.sweeper._store.path(kept)):
            os.utime(old, (long_ago, long_ago))

        await shop.sweep()

        assert [file.exists() for file in (strange, young, scratch, in_use)] == [
            False, True, False, True,
        ]  # fmt: skip
        assert shop.sweeper._store.path(kept).exists()
        assert (shop.sweeper.found["old_file"], shop.sweeper.found["old_scratch"]) == (1, 1)


async def test_a_sweep_that_breaks_is_made_again(open_shop, key, monkeypatch):
    """A database that is locked, and a bug of ours: the watch goes on."""
    async with open_shop({"google": key()}) as shop:
        looks = []

        async def breaks():
            looks.append(1)
            if len(looks) == 1:
                raise LookupError

        monkeypatch.setattr(shop.sweeper, "_late", breaks)
        ticks = []

        async def tick(seconds):
            ticks.append(seconds)
            await asyncio.sleep(0)
            if len(looks) == 2:
                shop.sweeper.close()

        monkeypatch.setattr(shop.sweeper, "_tick", tick)
        await shop.sweeper.watch()

        assert len(looks) == 2
        assert set(ticks) == {7.5}


async def test_an_upstream_that_does_not_answer_about_a_late_picture_holds_up_no_job(
    open_shop, key, monkeypatch
):
    async with open_shop({"evolink": key(), "google": key()}, time_limit=1) as shop:
        await shop.run("late and later", model="gemini-3-pro-image")
        shop.time.pass_by(601)
        asked = asyncio.Event()

        async def hang(*_call, **_more):
            asked.set()
            await asyncio.Event().wait()

        later = asyncio.Event()

        async def tick(_seconds):
            await later.wait()
            await asyncio.sleep(0)

        monkeypatch.setattr(shop.sweeper._provider, "resume", hang)
        monkeypatch.setattr(shop.sweeper, "_tick", tick)
        watching = asyncio.create_task(shop.sweeper.watch())
        await asked.wait()
        wake, woken = shop.dispatcher.wake, asyncio.Event()
        shop.dispatcher.wake = lambda _job_id, *, wait=0: None
        job = await shop.order("nobody was woken for")
        shop.dispatcher.wake = lambda job_id: (wake(job_id), woken.set())

        later.set()
        async with asyncio.timeout(10):
            await woken.wait()
        await shop.finish()

        assert (await shop.job(job))["state"] == "done"
        watching.cancel()
        await asyncio.wait([watching])
