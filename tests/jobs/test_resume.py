"""A run that stops in the middle of a paid call, and the next one: paid once, whoever draws."""

import asyncio

import pytest

from bot.errors import Interrupted, StorageError
from bot.settings import Key

PRO = "gemini-3-pro-image"
FLASH = "gemini-3.1-flash-image"
IDEMPOTENT = "[providers.{name}]\nidempotent = true\n"


class Stopping:
    """The real upstreams; the first run stops where `when` says: "accepted" or "answered"."""

    name = "stopping"

    def __init__(self, inner, when):
        self.inner, self.when = inner, when

    async def generate(self, request, *, folder, observer):
        when, self.when = self.when, None
        if when is None:
            return await self.inner.generate(request, folder=folder, observer=observer)
        if when == "accepted":
            observer = StopsWhenAccepted(observer)
        await self.inner.generate(request, folder=folder, observer=observer)
        raise asyncio.CancelledError

    async def resume(self, call, request, *, folder, observer):
        return await self.inner.resume(call, request, folder=folder, observer=observer)


class StopsWhenAccepted:
    def __init__(self, inner):
        self.inner = inner

    def __getattr__(self, name):
        return getattr(self.inner, name)

    async def submitted(self, provider, task_id):
        await self.inner.submitted(provider, task_id)
        raise asyncio.CancelledError


@pytest.fixture
def open_stopping(open_shop, settings, tmp_path):
    """A shop whose first run stops; `data` is laid over the catalog."""

    def opened(name, key, when, data="", **more):
        settings.prepare_data_dir()
        (tmp_path / "plantain.toml").write_text(data, encoding="utf-8")
        return open_shop({name: key}, dress=lambda router: Stopping(router, when), **more)

    return opened


@pytest.mark.parametrize(
    ("name", "model"), [("evolink", PRO), ("toapis", PRO), ("aivideoapi", FLASH)]
)
async def test_a_task_that_is_known_is_polled_and_not_made_again(
    open_stopping, key, calls, name, model
):
    async with open_stopping(name, key(), "accepted") as shop:
        prompt = f"a known task of {name}"
        job = await shop.run(prompt, model=model)
        row = await shop.job(job)
        assert (row["state"], row["claim"]) == ("running", None)
        [left] = await shop.attempts()
        assert left["task_id"]
        assert left["ended_at"] is None

        await shop.sweep()

        assert (await shop.job(job))["state"] == "done"
        assert calls.count(prompt) == 1
        [attempt] = await shop.attempts()
        assert (attempt["outcome"], attempt["billed"]) == ("image", "yes")
        assert shop.told.delivered == [(job.id, 1, job.reserved)]
        assert shop.sweeper.found["running"] == 1
        await shop.assert_books_balance()


@pytest.mark.parametrize("name", ["apiyi", "apiyi-chat", "evolink"])
async def test_a_call_is_sent_again_where_the_upstream_knows_its_run(
    open_stopping, key, calls, name
):
    """Two calls, one of them paid; where nobody says so, it is released and may be our loss."""
    for honours in (True, False):
        secret, prompt = key(), f"once more {name} {honours}"
        data = IDEMPOTENT.format(name=name) if honours else ""
        # What an accepted task is known by is lost with the answer.
        when = "answered"
        async with open_stopping(name, secret, when, data) as shop:
            job = await shop.run(prompt, model=PRO)
            await shop.database.write(
                lambda tx: tx.query("UPDATE attempts SET task_id = NULL WHERE ended_at IS NULL")
            )
            await shop.sweep()

            row = await shop.job(job)
            asked = calls.of(prompt)
            assert sum(call["paid"] for call in asked) == 1
            attempt = (await shop.attempts())[-1]
            spent = (await shop.spending())[name, Key.of(secret).fingerprint]
            if honours:
                assert row["state"] == "done"
                assert len(asked) == 2
                assert (attempt["outcome"], attempt["billed"]) == ("image", "yes")
                assert spent[3] == 0
            else:
                assert (row["state"], row["failure"]) == ("failed", "error-interrupted")
                assert len(asked) == 1
                assert (attempt["outcome"], attempt["billed"]) == ("interrupted", "unknown")
                assert isinstance(shop.told.explained[-1][1], Interrupted)
                assert spent[2] == spent[3] > 0
            await shop.assert_books_balance()


async def test_a_minute_without_storage_gives_no_picture_back(
    open_stopping, key, calls, monkeypatch
):
    """It begins as soon as a job is taken up again of which one picture is there, one in doubt."""
    async with open_stopping("google", key(), "answered") as shop:
        job = await shop.run("one of two is there", model=PRO, count=2)
        assert (await shop.job(job))["state"] == "running"
        write, since = shop.database.write, []

        async def failing(work):
            if since and shop.time.now - since[0] < 60.5:
                raise StorageError("the disk is away")
            done = await write(work)
            since[:] = since or [shop.time.now]
            return done

        monkeypatch.setattr(shop.database, "write", failing)
        await shop.sweep()
        await shop.sweep(after=60)

        row = await shop.job(job)
        assert (row["state"], row["credits_charged"]) == ("done", job.price.credits)
        assert shop.told.delivered == [(job.id, 1, job.price.credits)]
        assert shop.told.explained == []
        ends = {(call["outcome"], call["billed"]) for call in await shop.attempts()}
        assert ends == {("image", "yes"), ("interrupted", "unknown")}
        assert calls.count("one of two is there") == 2
        await shop.assert_books_balance()


async def test_without_the_key_it_was_made_with_nothing_is_known(open_stopping, key, calls):
    """An operator took the key away between two starts: released, and asked about no more."""
    async with open_stopping("evolink", key(), "accepted") as shop:
        job = await shop.run("whose key is gone", model=PRO)
        await shop.database.write(lambda tx: tx.query("UPDATE attempts SET key = 'gone'"))
        await shop.sweep()

        row = await shop.job(job)
        assert (row["state"], row["failure"]) == ("failed", "task_not_found")
        [attempt] = await shop.attempts()
        assert attempt["billed"] == "unknown"
        await shop.sweep(after=400)
        [attempt] = await shop.attempts()
        assert attempt["look_at"] is None
        await shop.assert_books_balance()


async def test_a_picture_that_comes_after_we_gave_up_is_shown_for_free(open_shop, key, calls):
    """Asked about on a slow schedule; then delivered, and on record as our loss."""
    secret = key()
    async with open_shop({"evolink": secret}, time_limit=1) as shop:
        job = await shop.run("late but lovely", model=PRO)
        row = await shop.job(job)
        assert (row["state"], row["failure"]) == ("failed", "task_timeout")
        account = await shop.account()
        assert account.held == 0
        await shop.sweep()
        assert shop.told.delivered == []

        for _ in range(4):
            await shop.sweep(after=601)

        assert shop.told.delivered == [(job.id, 1, 0)]
        assert shop.sweeper.found["late_picture"] == 1
        assert calls.count("late but lovely") == 1
        assert await shop.account() == account
        row = await shop.job(job)
        assert (row["state"], row["shown"], row["deliver_at"]) == ("failed", 1, None)
        [attempt] = await shop.attempts()
        assert (attempt["outcome"], attempt["billed"]) == ("late_image", "yes")
        assert attempt["look_at"] is None
        spent = (await shop.spending())["evolink", Key.of(secret).fingerprint]
        assert spent == (1, 107_200, 0, 107_200)
        assert (await shop.studio.stored(job.id)).results
        await shop.assert_books_balance()


async def test_a_late_picture_of_a_job_that_was_deleted_for_good_is_not_shown(open_shop, key):
    """Deleted before it came, or between its coming and its being shown."""
    async with open_shop({"evolink": key()}, time_limit=1) as shop:
        early = await shop.run("too late for its maker", model=PRO)
        forget = "UPDATE jobs SET forgotten_at = 1 WHERE id = :id"
        await shop.database.write(lambda tx: tx.query(forget, id=early.id))
        between = await shop.run("late and deleted", model=PRO)
        wake, shop.dispatcher.wake = shop.dispatcher.wake, lambda _job_id, *, wait=0: None
        for _ in range(3):
            await shop.sweep(after=601)
        shop.dispatcher.wake = wake
        await shop.database.write(lambda tx: tx.query(forget, id=between.id))

        await shop.sweep(after=601)

        assert shop.told.delivered == []
        rows = [await shop.job(job) for job in (early, between)]
        assert [(row["state"], row["deliver_at"]) for row in rows] == [("failed", None)] * 2
        calls = await shop.attempts()
        assert {(call["outcome"], call["billed"]) for call in calls} == {("late_image", "yes")}
        tied = await shop.rows("SELECT job_id FROM job_images WHERE role = 'result'")
        assert [row["job_id"] for row in tied] == [between.id]


async def test_a_task_that_never_ends_is_asked_about_for_a_day(open_stopping, key):
    async with open_stopping("evolink", key(), None, time_limit=1) as shop:
        job = await shop.run("hang on for ever", model=PRO)
        assert (await shop.job(job))["failure"] == "task_timeout"

        await shop.sweep(after=25 * 3600)
        [attempt] = await shop.attempts()

        assert (attempt["outcome"], attempt["look_at"]) == ("task_timeout", None)
