"""A bot that was killed and is started again goes on with every job from where it stood."""

import time
from dataclasses import replace

import pytest

from bot.jobs import queue
from bot.jobs.job import JobState
from bot.settings import Key
from bot.workshop import World

LEFT = "f" * 32
GOOGLE = Key.of("test-key").fingerprint


class Clock:
    ahead = 0

    def __call__(self):
        return time.time_ns() // 1000 + self.ahead


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def scene(scene_over, settings, clock):
    async with scene_over(settings, world=replace(World(), now=clock)) as opened:
        yield opened


async def leave(scene, prompt, state, *, calls=(), count=1, pictures=0, tries=1):
    """A second job like the first, left in `state` by a process that is gone; its first's shown.

    `calls` are what is on record of its paid calls: picture, then fields of the row.
    """
    alice = scene.member("alice")
    shown = await alice.slash(scene.channel, "imagine", prompt=f"before {prompt}")
    [row] = await scene.jobs()
    token = [one for one in scene.env.http_requests if one.path.endswith("/callback")][-1]

    async def work(tx):
        done = await queue.get(tx, row["id"])
        held = await scene.app.ledger.reserve(tx, done.account_id, 7 * count, reason="imagine")
        job = done.evolve(
            id=LEFT,
            reservation_id=held,
            # Before this process started, yet within the life of the reply.
            created_at=done.created_at - 10_000_000,
            place=replace(done.place, reply_token=token.path.split("/")[-2], interaction_id=None),
            request=replace(done.request, prompt=prompt, count=count),
        )
        await queue.add(tx, job)
        if state is JobState.QUEUED:
            return
        job = await queue.claim(tx, job.id, token="gone", now=job.created_at)
        for number, (picture, fields) in enumerate(calls):
            values = {
                "id": f"{number:032x}", "job_id": LEFT, "picture": picture, "number": number + 1,
                "provider": "google", "key": GOOGLE, "model": job.request.model,
                "usd_micros": 1000, "started_at": job.created_at, "billed": "unknown", **fields,
            }  # fmt: skip
            names = ", ".join(values)
            marks = ", ".join(f":{name}" for name in values)
            await tx.query(f"INSERT INTO attempts ({names}) VALUES ({marks})", **values)  # noqa: S608
        [image] = await queue.results(tx, done.id)
        for picture in range(pictures):
            await queue.tie(tx, LEFT, image, picture=picture, now=job.created_at)
        if state is JobState.RUNNING:
            return
        await tx.one("store_job", id=LEFT, claim="gone", now=job.created_at, failure=None)
        await tx.query(
            "UPDATE jobs SET deliver_tries = :tries WHERE id = :id", id=LEFT, tries=tries
        )
        if state is JobState.DELIVERED:
            await queue.move(tx, job.evolve(state=JobState.GENERATED), JobState.DELIVERED)

    await scene.app.database.write(work)
    return shown


async def start_again(scene):
    """What a start does with what another process held."""
    await scene.app.database.write(lambda tx: tx.run("expire_all_leases"))
    await scene.sweep()
    [job] = [job for job in await scene.jobs() if job["id"] == LEFT]
    assert job["claim"] is None or job["state"] == "done"
    assert job["deliver_at"] is None
    await scene.assert_books_balance()
    return job


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.RUNNING])
async def test_what_had_asked_nobody_is_drawn(scene, calls, state):
    prompt = f"asked nobody while {state}"
    shown = await leave(scene, prompt, state)
    assert (await scene.account(scene.member("alice"))).held == 7

    job = await start_again(scene)

    assert (job["state"], job["credits_charged"]) == ("done", 7)
    assert calls.count(prompt) == 2  # the first, before it, is asked for with these words too
    assert prompt in scene.text(shown.response)
    account = await scene.account(scene.member("alice"))
    assert (account.available, account.held) == (86, 0)


async def test_a_call_of_unknown_outcome_is_released_told_and_a_liability(scene, calls):
    """It may have been drawn and billed; nobody is asked again, and nobody is charged."""
    prompt = "in the middle of a call"
    shown = await leave(scene, prompt, JobState.RUNNING, calls=[(0, {})])

    job = await start_again(scene)

    assert (job["state"], job["failure"]) == ("failed", "error-interrupted")
    assert "what became of it cannot be known" in scene.text(shown.followups[0])
    assert calls.count(prompt) == 1
    account = await scene.account(scene.member("alice"))
    assert (account.available, account.held) == (93, 0)
    [attempt] = [one for one in await scene.attempts() if one["job_id"] == LEFT]
    assert (attempt["outcome"], attempt["billed"]) == ("interrupted", "unknown")
    [spent] = await scene.app.database.read(lambda tx: tx.all("spending", since=0))
    assert (spent["calls"], spent["in_doubt"], spent["liability"]) == (2, 1000, 1000)


async def test_of_several_pictures_each_goes_on_by_itself(scene, calls):
    """One stored, one in doubt, one that failed for nothing, one refused: two are shown."""
    prompt = "four at different points"
    ended = {"ended_at": 5, "billed": "no"}
    shown = await leave(
        scene,
        prompt,
        JobState.RUNNING,
        count=4,
        pictures=1,
        calls=[
            (0, {}),
            (1, {}),
            (2, {**ended, "outcome": "overloaded"}),
            (3, {**ended, "outcome": "content_blocked"}),
        ],
    )

    job = await start_again(scene)

    assert (job["state"], job["credits_charged"], job["shown"]) == ("done", 14, 2)
    assert calls.count(prompt) == 2
    assert len(shown.response.attachments) == 2
    assert "2 of 4 pictures came out" in scene.text(shown.response)
    attempts = [one for one in await scene.attempts() if one["job_id"] == LEFT]
    ends = [(one["picture"], one["outcome"], one["billed"]) for one in attempts]
    assert sorted(ends) == [
        (0, "image", "yes"),
        (1, "interrupted", "unknown"),
        (2, "image", "yes"),
        (2, "overloaded", "no"),
        (3, "content_blocked", "no"),
    ]


@pytest.mark.parametrize("state", [JobState.GENERATED, JobState.DELIVERED])
async def test_a_stored_picture_is_delivered_and_a_delivered_one_settled(scene, calls, state):
    prompt = f"stopped when {state}"
    shown = await leave(scene, prompt, state, pictures=1)

    job = await start_again(scene)
    await start_again(scene)

    assert (job["state"], job["credits_charged"]) == ("done", 7)
    assert len(shown.response.attachments) == 1
    assert calls.count(prompt) == 1
    account = await scene.account(scene.member("alice"))
    assert (account.available, account.held) == (86, 0)


async def test_what_was_posted_before_the_crash_is_found_and_not_posted_again(scene, clock):
    """After the reply's life: as a message beside the card, or as the card itself."""
    await leave(scene, "posted", JobState.GENERATED, pictures=1)
    clock.ahead = 20 * 60 * 1_000_000
    await start_again(scene)
    posted = scene.channel.last_message
    assert len(posted.attachments) == 1

    async def forget(tx):
        await tx.query(
            "UPDATE jobs SET state = 'generated', message_id = 1, credits_charged = NULL,"
            " claim = NULL WHERE id = :id",
            id=LEFT,
        )
        [row] = await tx.query("SELECT * FROM jobs WHERE id = :id", id=LEFT)
        held = await scene.app.ledger.reserve(tx, row["account_id"], 7, reason="imagine")
        await tx.query("UPDATE jobs SET reservation_id = :held WHERE id = :id", held=held, id=LEFT)

    await scene.app.database.write(forget)
    job = await start_again(scene)

    assert scene.channel.last_message.id == posted.id == job["message_id"]
    assert job["state"] == "done"


async def test_a_failure_that_was_not_told_is_told_by_the_next_start(scene):
    """Killed between giving back and saying so."""
    shown = await leave(scene, "never told", JobState.RUNNING)

    async def fail(tx):
        job = await queue.get(tx, LEFT)
        await queue.end(
            tx, job, JobState.FAILED, now=job.created_at, failure="content_blocked",
            said="No cats today.", tell=True,
        )  # fmt: skip
        await scene.app.ledger.release(tx, job.reservation_id)

    await scene.app.database.write(fail)
    job = await start_again(scene)
    again = await start_again(scene)

    [told] = shown.followups
    assert "No cats today." in scene.text(told)
    assert job["reply_token"] is None
    assert again == job


@pytest.mark.parametrize("minutes", [0, 20])
async def test_a_card_that_old_progress_was_laid_over_shows_its_picture_again(
    scene, clock, minutes
):
    """A process that had been frozen woke up; with its reply's token, or when that has expired."""
    alice = scene.member("alice")
    card = (await alice.slash(scene.channel, "imagine", prompt="laid over")).response
    token = [one for one in scene.env.http_requests if one.path.endswith("/callback")][-1]
    [row] = await scene.jobs()
    job = await scene.app.database.read(lambda tx: queue.get(tx, row["id"]))
    old = job.evolve(
        state=JobState.RUNNING,
        claim="frozen",
        place=replace(job.place, reply_token=token.path.split("/")[-2]),
    )
    before, labels = scene.text(card), scene.labels(card)
    _, board = scene.app.client.services.screens
    assert await board._delivery.drawing(old)
    await board._look_back(old)
    assert "Drawing" in scene.text(card)
    assert "Again" not in scene.labels(card)

    clock.ahead = minutes * 60_000_000
    await scene.app.database.write(lambda tx: tx.run("expire_all_leases"))
    await scene.sweep()

    assert scene.labels(card) == labels
    # What is left of one's credits is not what it was then.
    assert scene.text(card).startswith(before.split(" charged")[0])
    assert len(card.attachments) == 1
    assert len(scene.channel.history()) == 1
    [row] = await scene.jobs()
    assert (row["stale_at"], row["reply_token"], row["deliver_at"]) == (None, None, None)
    await scene.assert_books_balance()
