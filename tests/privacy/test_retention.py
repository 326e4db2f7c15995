"""Prompts and pictures go when their time is over; what is younger or in use stays."""

from bot.jobs.job import JobState
from bot.privacy.eraser import DAY, Eraser
from bot.privacy.rounds import HOUR_SECONDS, Rounds


async def test_a_round_erases_what_is_old_once_an_hour_and_nothing_else(house):
    shared, young, kept, lost = [
        await house.picture(colour) for colour in ("red", "blue", "gold", "lime")
    ]
    old = await house.draw(7, "old words", made=[shared, kept], brought=[lost])
    running = await house.draw(7, "still drawing", state=JobState.RUNNING)
    keep = {"member_id": 7, "digest": kept.digest, "expires_at": 1, "now": 1}
    await house.database.write(lambda tx: tx.run("keep_picture", **keep))
    house.books.now += 30 * DAY
    await house.draw(8, "young words", made=[young], brought=[shared])
    clock = [0.0]
    rounds = Rounds(
        forgetting=house.forgetting(),
        eraser=Eraser(database=house.database, store=house.store, now=lambda: house.books.now),
        scrub=house.database.scrub,
        days=30,
        now=lambda: house.books.now,
        monotonic=lambda: clock[0],
        tick=None,
    )
    await rounds.go_round()
    assert rounds.found["erased"] == 0
    house.books.now += 1
    await rounds.go_round()
    assert await house.naming("old words") != []
    clock[0] += HOUR_SECONDS
    await rounds.go_round()

    assert rounds.found["erased"] == 1
    assert await house.naming("old words", lost.digest) == []
    assert len(await house.naming("young words")) == 2
    assert await house.naming("still drawing") != []
    assert not house.store.path(lost).exists()
    assert all(house.store.path(image).exists() for image in (shared, young, kept))
    [row] = [row for row in await house.everything() if row.startswith("jobs ") and old.id in row]
    assert "'member_id': 7" in row
    assert running.id not in row
    await house.assert_books_balance()
    # Who kept it keeps it no longer: then it is nobody's.
    await house.database.write(lambda tx: tx.run("drop_kept_pictures", member_id=7, now=0))
    clock[0] += HOUR_SECONDS
    await rounds.go_round()
    assert not house.store.path(kept).exists()
    assert rounds.found["ownerless"] == 1
