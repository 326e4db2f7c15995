"""Batches on their way to people: at the board's pace, once, again when Discord was away."""

import asyncio
from dataclasses import dataclass, field

import pytest

from bot.errors import DeliveryFailed
from bot.jobs.archive import Archives
from bot.jobs.batches import Batches
from bot.jobs.board import PACE
from bot.jobs.characters import Characters
from bot.jobs.courier import LAST_TRY, Courier
from bot.jobs.job import Place
from bot.jobs.lease import Leases
from bot.jobs.lines import Line
from bot.jobs.payers import PaidBy
from bot.quotas.limit import Who
from tests.jobs.conftest import forever
from tests.jobs.test_board import Time
from tests.jobs.test_runner import until

WHO = Who(7, 1)
LEASE = 30


@dataclass
class Window:
    """A BatchDelivery that remembers what it showed; `away` is why it shows no message."""

    progress_shown: list = field(default_factory=list)
    messages: list = field(default_factory=list)
    ends: list = field(default_factory=list)
    away: DeliveryFailed | None = None
    may_end: asyncio.Event = field(default_factory=asyncio.Event)

    async def progress(self, course, ready_at):
        self.progress_shown.append(course.counts)
        await self.may_end.wait()
        return True

    async def pictures(self, course, post, shown):
        return self._post(("pictures", post.number, len(shown)))

    async def archive(self, course, post, files, *, first, of):
        return self._post(("archive", post.number, len(files)))

    async def over(self, course, archives):
        self.ends.append((course.counts.drawn, len(archives)))

    def _post(self, message):
        if self.away:
            raise self.away
        self.messages.append(message)
        return len(self.messages)


@dataclass
class Office:
    """A running core whose jobs are drawn when told to, and who takes batches to people."""

    shop: object
    batches: Batches
    courier: Courier
    window: Window
    time: Time

    async def begin(self, *prompts):
        """A batch of these, with nothing drawn yet; its jobs in order."""
        place = Place(7, 1, 2, 3, 4, "token", "en-US", False, 10**7, len(prompts[0]) * 1000)
        text = "\n".join(prompts).encode()
        proposal = await self.batches.ask(text, "a.txt", Line(0, ""), place, who=WHO)
        looked = await self.batches.look(proposal.batch.id, WHO, (2,), said=PaidBy.MEMBER)
        await self.batches.begin(looked, place)
        await calm(self.courier)
        return [row["id"] for row in await self.shop.rows("SELECT id FROM jobs ORDER BY id")]

    async def draw(self, *jobs):
        for job in jobs:
            await self.courier.after(self.shop.runner.run)(job)
        await calm(self.courier)

    async def rest(self):
        """Until everything that can be shown now is shown."""
        await calm(self.courier)
        while any(at.task for at in self.courier._rounds.values()):
            await self.time.pass_by(PACE)
            await calm(self.courier)

    async def write(self, sql, **values):
        await self.shop.database.write(lambda tx: tx.query(sql, **values))

    async def batch(self):
        [row] = await self.shop.rows("SELECT * FROM batches")
        return row


def courier_of(shop, window, time):
    handover = shop.runner._handover
    leases = Leases(database=shop.database, now=shop.time.wall, tick=forever, seconds=LEASE)

    async def cancel(job):
        await shop.cancellations.cancel(job, reply_token="")

    return Courier(
        database=shop.database,
        archives=Archives(store=handover.store, codec=handover.codec),
        delivery=window,
        cancel=cancel,
        leases=leases,
        monotonic=time,
        sleep=time.sleep,
        new_id=shop.studio._new_id,
    )


async def calm(courier):
    """Until it is at no batch, or waits for the time to show the next card."""

    def rests(at):
        return at.task is None or (at.pause is not None and not at.dirty)

    await until(lambda: all(map(rests, courier._rounds.values())))
    for _ in range(20):
        await asyncio.sleep(0)


async def plain(_guild_id):
    """No server adds anything."""
    return


@pytest.fixture
async def office(open_shop, key):
    async with open_shop({"google": key()}) as shop:
        await shop.dispatcher.close(0)
        window, time = Window(), Time()
        window.may_end.set()
        courier = courier_of(shop, window, time)
        uploads = shop.studio._uploads
        characters = Characters(
            database=shop.database,
            uploads=uploads,
            store=uploads._store,
            codec=uploads._codec,
            now=shop.time.wall,
            new_id=shop.studio._new_id,
        )
        batches = Batches(
            database=shop.database,
            studio=shop.studio,
            characters=characters,
            house_style=plain,
            payers=shop.studio._payers,
            dispatcher=shop.dispatcher,
            nudge=courier.nudge,
            now=shop.time.wall,
            new_id=shop.studio._new_id,
        )
        yield Office(shop, batches, courier, window, time)
        await courier.close()


async def test_the_card_keeps_the_boards_pace_and_the_end_waits_for_nothing(office):
    """Not for the pace, and not for a change that Discord has wait."""
    first, second, third = await office.begin("one", "two", "three")
    window = office.window
    assert [counts.waiting for counts in window.progress_shown] == [3]
    await office.draw(first)
    await office.time.pass_by(PACE - 0.1)
    assert len(window.progress_shown) == 1
    window.may_end.clear()
    await office.time.pass_by(0.2)
    await until(lambda: len(window.progress_shown) == 2)
    assert window.progress_shown[-1].drawn == 1

    await office.draw(second, third)
    await until(lambda: window.ends)
    await calm(office.courier)

    assert window.ends == [(3, 1)]
    assert window.messages == [("pictures", 1, 3), ("archive", 2, 1)]
    assert len(window.progress_shown) == 2
    assert (await office.batch())["state"] == "done"
    await office.shop.assert_books_balance()


async def test_progress_that_comes_after_the_end_is_covered_again(office):
    """As when its process was frozen: another drew, showed and told the end in the meantime."""
    office.window.may_end.clear()
    jobs = await office.begin("one", "two")
    other = Window()
    other.may_end.set()
    elsewhere = courier_of(office.shop, other, office.time)
    for job in jobs:
        await elsewhere.after(office.shop.runner.run)(job)
    await until(lambda: other.ends)
    await calm(elsewhere)
    assert (await office.batch())["state"] == "done"

    office.window.may_end.set()
    await until(lambda: office.window.ends)

    assert office.window.ends == other.ends == [(2, 1)]
    assert office.window.messages == []
    await elsewhere.close()


async def test_what_waits_for_company_is_posted_when_it_is_ripe_or_the_group_is_full(office):
    jobs = await office.begin(*(f"picture {n:02d}" for n in range(12)))
    await office.draw(jobs[0])
    assert office.window.messages == []
    office.shop.time.pass_by(21)
    await office.draw(jobs[1])
    await until(lambda: office.window.messages == [("pictures", 1, 2)])
    await office.draw(*jobs[2:])
    await until(lambda: office.window.ends)

    assert office.window.messages == [
        ("pictures", 1, 2),
        ("pictures", 2, 10),
        ("archive", 3, 1),
    ]


async def test_while_discord_is_away_it_is_tried_again_and_given_up_after_a_day(office):
    """The pictures are paid for and kept, in any case."""
    office.window.away = DeliveryFailed("gone", unreachable=True)
    [job] = await office.begin("kept")
    await office.draw(job)
    await office.rest()
    batch = await office.batch()
    assert (batch["state"], batch["claim"], batch["deliver_tries"]) == ("running", None, 1)
    await office.courier.sweep()
    await office.rest()
    assert (await office.batch())["deliver_tries"] == 1
    office.shop.time.pass_by(6)
    office.window.away = None
    await office.courier.sweep()
    await office.rest()
    assert office.window.messages == [("pictures", 1, 1), ("archive", 2, 1)]
    assert office.window.ends == [(1, 1)]

    office.window.away = DeliveryFailed("closed")
    await office.write(
        "UPDATE batches SET state = 'running', finished_at = NULL, deliver_tries = :tries",
        tries=LAST_TRY,
    )
    await office.write("UPDATE batch_posts SET posted_at = NULL, message_id = NULL")
    await office.courier.sweep()
    await office.rest()

    assert (await office.batch())["state"] == "done"
    assert office.window.ends == [(1, 1), (1, 0)]
    assert len(office.window.messages) == 2


async def test_a_batch_is_one_processs_until_that_has_been_silent_for_a_lease(office):
    """By the clock of who takes it over: the row may say what it likes."""
    [job] = await office.begin("left behind")
    await office.rest()
    await office.write("UPDATE batches SET claim = 'gone', lease_until = 1")
    await office.draw(job)
    await office.rest()
    for seconds in (0, LEASE - 1):
        await office.time.pass_by(seconds)
        await office.courier.sweep()
        await office.rest()
    assert office.window.messages == []

    await office.time.pass_by(2)
    await office.courier.sweep()
    await office.rest()

    assert office.window.messages == [("pictures", 1, 1), ("archive", 2, 1)]
    batch = await office.batch()
    assert (batch["state"], batch["claim"]) == ("done", None)


async def test_two_processes_at_one_batch_post_each_message_once(office):
    there = Window()
    there.may_end.set()
    other = courier_of(office.shop, there, office.time)
    jobs = await office.begin("here", "there")

    await asyncio.gather(
        office.courier.after(office.shop.runner.run)(jobs[0]),
        other.after(office.shop.runner.run)(jobs[1]),
    )
    for courier in (office.courier, other) * 2:
        await courier.sweep()
        await calm(courier)
        await office.time.pass_by(PACE)
    await other.close()

    posted = sorted([*office.window.messages, *there.messages])
    assert posted == [("archive", 2, 1), ("pictures", 1, 2)]
    assert len(office.window.ends) + len(there.ends) == 1
