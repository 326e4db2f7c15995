"""A key is never used faster than it may be, by however many tasks, routes and processes."""

import asyncio
import itertools
import json
import struct
import subprocess
import sys
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.db import engine
from bot.db.sqlite import SqliteDatabase
from bot.errors import StorageError
from bot.providers.base import Generation
from bot.providers.pace import LEASE_SECONDS, LOOK_SECONDS, OpenGate, PacedGate
from bot.providers.retry import Retrying

PROGRAM = Path(__file__).parent / "programs" / "pacer.py"
SECOND = 1_000_000
MINUTE = 60 * SECOND
START = 1_800_000_000 * SECOND
ANN, BOB = 1, 2


class Clock:
    """Microseconds that only sleeping moves; `slept` are the seconds, in order."""

    def __init__(self):
        self.now = START
        self.slept = []

    def read(self):
        return self.now

    async def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += round(seconds * SECOND)
        await asyncio.sleep(0)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def database(address):
    async with engine.opened(address) as opened:
        yield opened


def make_gate(database, clock, *, key="key", rpm=None, concurrency=None):
    return PacedGate(
        key=key,
        rpm=rpm,
        concurrency=concurrency,
        database=database,
        now=clock.read,
        sleep=clock.sleep,
        new_id=map("{:08}".format, IDS).__next__,
    )


IDS = itertools.count()


def free():
    """Nothing has closed meanwhile."""


async def begin(gate, clock, times, party=ANN):
    """When each of `times` calls one after the other began."""
    begun = []
    for _ in range(times):
        async with gate.call(party, free):
            begun.append(clock.now)
    return begun


def busiest_minute(begun):
    """The most calls that begin within sixty seconds, wherever these begin."""
    begun = sorted(begun)
    return max(sum(first <= at < first + MINUTE for at in begun) for first in begun)


def test_no_minute_sees_more_than_the_limit(tmp_path):
    """Whatever the pattern of arrivals; and a limit that is always wanted is nearly used up."""
    keys = map("key-{}".format, itertools.count())

    with asyncio.Runner() as runner:
        resources = AsyncExitStack()
        opening = SqliteDatabase.open(tmp_path / "pace.db")
        database = runner.run(resources.enter_async_context(opening))

        @settings(max_examples=60, deadline=None)
        @given(
            rpm=st.integers(1, 40),
            gaps=st.lists(
                st.one_of(st.just(0.0), st.floats(0, 3), st.floats(0, 90)), min_size=1, max_size=60
            ),
        )
        def stays_within(rpm, gaps):
            clock = Clock()
            gate = make_gate(database, clock, key=next(keys), rpm=rpm)

            async def play():
                begun, arrival = [], START
                for gap in gaps:
                    arrival += round(gap * SECOND)
                    clock.now = max(clock.now, arrival)
                    begun += await begin(gate, clock, 1)
                return begun

            begun = runner.run(play())
            assert busiest_minute(begun) <= rpm
            if not any(gaps):
                # Nobody waits longer than a minute has room for.
                assert begun[-1] - START <= -(-len(gaps) // rpm) * MINUTE * 1.1

        try:
            stays_within()
        finally:
            runner.run(resources.aclose())


@pytest.mark.parametrize(("rpm", "at_once"), [(1, 1), (9, 1), (10, 2), (60, 7), (600, 61)])
async def test_a_tenth_may_come_at_once_and_then_each_in_its_time(database, clock, rpm, at_once):
    begun = await begin(make_gate(database, clock, rpm=rpm), clock, at_once + 2)

    assert begun[:at_once] == [START] * at_once
    steps = [after - before for before, after in itertools.pairwise(begun[at_once - 1 :])]
    assert all(abs(step - MINUTE / (rpm - at_once + 1)) <= 1 for step in steps)


async def test_after_a_quiet_minute_as_many_may_come_at_once_again(database, clock):
    gate = make_gate(database, clock, rpm=20)
    await begin(gate, clock, 5)
    clock.now += MINUTE
    resumed = clock.now

    assert (await begin(gate, clock, 3)) == [resumed] * 3


async def test_two_gates_of_one_key_share_its_limit_and_of_two_keys_do_not(database, clock):
    """As two processes do, or two routes that were made apart."""
    first = make_gate(database, clock, key="a", rpm=6)
    second = make_gate(database, clock, key="a", rpm=6)
    other = make_gate(database, clock, key="b", rpm=6)

    begun = [(await begin(gate, clock, 1))[0] - START for gate in (first, second, other)]

    assert begun == [0, 10 * SECOND, 10 * SECOND]
    assert clock.slept == [10.0]


async def test_a_restart_remembers_how_far_a_key_has_been_used(tmp_path, clock):
    for expected in (START, START + MINUTE):
        async with SqliteDatabase.open(tmp_path / "again.db") as database:
            assert await begin(make_gate(database, clock, rpm=1), clock, 1) == [expected]


async def test_a_clock_that_is_set_back_does_not_close_a_key_for_as_long(database, clock):
    gate = make_gate(database, clock, rpm=6)
    await begin(gate, clock, 1)
    clock.now -= 3600 * SECOND
    back = clock.now

    [begun] = await begin(gate, clock, 1)

    assert begun - back <= MINUTE


async def test_no_more_are_open_than_may_be(database, clock):
    """Ten at once through a gate for three: never a fourth inside, and all get their turn."""
    gate = make_gate(database, clock, concurrency=3)
    inside, most = 0, 0

    async def call():
        nonlocal inside, most
        async with gate.call(ANN, free):
            inside += 1
            most = max(most, inside)
            while most < 3:
                await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(call() for _ in range(10)))

    assert most == 3
    assert await open_calls(database) == 0


async def open_calls(database):
    [row] = await database.read(lambda tx: tx.query("SELECT COUNT(*) AS n FROM open_calls"))
    return row["n"]


async def test_calls_open_elsewhere_count_and_are_waited_for(database, clock):
    """Another process holds the only place: looked after once a second until it is free."""
    holding = make_gate(database, clock, concurrency=1)
    waiting = make_gate(database, clock, concurrency=1)
    inside = holding.call(ANN, free)
    await inside.__aenter__()
    looks = 0

    async def sleep(seconds):
        nonlocal looks
        assert seconds == LOOK_SECONDS
        looks += 1
        if looks == 3:
            await inside.__aexit__(None, None, None)

    waiting._sleep = sleep
    async with waiting.call(BOB, free):
        assert looks == 3


async def test_a_busy_member_lets_another_in_after_one_call(database, clock):
    """Ann has twenty calls at the gate when Bob comes; one of hers may be under way."""
    gate = make_gate(database, clock, rpm=6)
    order = []

    async def call(party):
        async with gate.call(party, free):
            order.append(party)

    calls = [asyncio.create_task(call(ANN)) for _ in range(20)]
    while not order:
        await asyncio.sleep(0)
    calls.append(asyncio.create_task(call(BOB)))
    before = len(order)
    await asyncio.gather(*calls)

    assert order.index(BOB) <= before + 1
    assert Counter(order) == {ANN: 20, BOB: 1}


async def test_a_call_that_gives_up_frees_its_place(database, clock):
    """Cancelled inside, and cancelled while it waits for another process."""
    gate = make_gate(database, clock, concurrency=1)
    entered = asyncio.Event()

    async def stay():
        async with gate.call(ANN, free):
            entered.set()
            await asyncio.Event().wait()

    inside = asyncio.create_task(stay())
    await entered.wait()
    waiting = asyncio.create_task(stay())
    await asyncio.sleep(0)
    waiting.cancel()
    inside.cancel()
    await asyncio.gather(inside, waiting, return_exceptions=True)

    assert await open_calls(database) == 0
    await asyncio.wait_for(begin(gate, clock, 1), 5)


@pytest.mark.parametrize("hops", range(6))
async def test_one_that_gives_up_while_it_asks_leaves_nothing_open(database, clock, hops):
    """At whatever moment: the row that the database may yet write is taken back after it."""
    gate = make_gate(database, clock, concurrency=1)
    asking = asyncio.create_task(begin(gate, clock, 1))
    for _ in range(hops):
        await asyncio.sleep(0)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)

    await asyncio.wait_for(begin(gate, clock, 1), 5)
    assert await open_calls(database) == 0


class Broken:
    """A database whose writes fail from now on, when told to."""

    def __init__(self, database):
        self.database = database
        self.is_broken = False

    async def write(self, work):
        if self.is_broken:
            raise StorageError("the disk is full")
        return await self.database.write(work)


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
async def test_a_place_that_cannot_be_given_back_loses_no_picture(database, clock):
    """It ends by itself when its lease is over."""
    broken = Broken(database)
    gate = make_gate(broken, clock, concurrency=1)

    async with gate.call(ANN, free):
        broken.is_broken = True
        picture = "drawn"

    assert picture == "drawn"
    broken.is_broken = False
    assert await open_calls(database) == 1
    [begun] = await begin(gate, clock, 1)
    assert begun == START + LEASE_SECONDS * SECOND


async def test_a_call_whose_turn_cannot_be_written_is_not_made(
    database, clock, request_for, observer, tmp_path
):
    """Not known to be within the limit is not sent; the next one is not blocked by it."""
    broken = Broken(database)
    gate = make_gate(broken, clock, rpm=60, concurrency=1)
    made = []

    class Drawing:
        name = "google"

        async def generate(self, request, *, folder, observer):
            made.append(request)
            return Generation("google", ())

    retrying = Retrying(
        Drawing(),
        attempts=None,
        sleep=clock.sleep,
        random=lambda: 0.0,
        clock=lambda: clock.now / SECOND,
        gate=gate,
    )
    broken.is_broken = True
    with pytest.raises(StorageError):
        await retrying.generate(request_for(), folder=tmp_path, observer=observer)
    assert (made, observer.calls) == ([], [])
    broken.is_broken = False
    await retrying.generate(request_for(), folder=tmp_path, observer=observer)
    assert len(made) == 1


async def test_the_delay_tells_what_a_newcomer_would_wait(database, clock):
    """In seconds: for the limit and for those in line before it."""
    gate = make_gate(database, clock, rpm=6)
    assert (OpenGate().delay(BOB), gate.delay(BOB)) == (0.0, 0.0)

    await begin(gate, clock, 1)
    assert gate.delay(BOB) == 10.0

    clock.now += 4 * SECOND
    assert gate.delay(BOB) == 6.0
    held = asyncio.Event()

    async def stand(_seconds):
        await held.wait()

    gate._sleep = stand
    waiting = [asyncio.create_task(begin(gate, clock, 1)) for _ in range(3)]
    while gate.delay(ANN) < 26.0:
        await asyncio.sleep(0)
    # A newcomer goes before the second of those who wait already.
    assert (gate.delay(ANN), gate.delay(BOB)) == (26.0, 16.0)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert gate.delay(BOB) == 6.0


def start(*arguments):
    return subprocess.Popen(
        [sys.executable, PROGRAM, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def word(address):
    """An address as an argument of a program."""
    return str(address) if isinstance(address, Path) else address.get_secret_value()


def run_together(*programs):
    """What each printed, all having begun when the last was ready."""
    for program in programs:
        assert program.stdout.readline() == "ready\n"
    for program in programs:
        program.stdin.write("go\n")
        program.stdin.flush()
    return [json.loads(program.communicate(timeout=60)[0]) for program in programs]


async def test_three_processes_share_a_minute_exactly(address, tmp_path):
    """Over minutes of a shared clock: never more than the limit, and nearly all of it used."""
    path, clock, rpm = word(address), tmp_path / "clock", 40
    clock.write_bytes(struct.pack("<q", START))
    async with engine.opened(address):
        pass

    told = await asyncio.to_thread(
        lambda: run_together(*(start("rate", path, clock, rpm, 40) for _ in range(3)))
    )

    begun = sorted(itertools.chain(*told))
    assert len(begun) == 120
    assert busiest_minute(begun) <= rpm
    assert begun[-1] - begun[0] <= 120 / (rpm - 4) * MINUTE


async def test_two_processes_share_the_places_exactly(address, tmp_path):
    """Twenty-five tasks in each of two processes: never more than two open."""
    path, folder = word(address), tmp_path / "open"
    folder.mkdir()
    async with engine.opened(address):
        pass

    told = await asyncio.to_thread(
        lambda: run_together(*(start("together", path, folder, 2, 25) for _ in range(2)))
    )

    assert [len(seen) for seen in told] == [25, 25]
    assert max(itertools.chain(*told)) <= 2


async def test_the_place_of_a_killed_process_is_free_when_its_lease_is_over(tmp_path, clock):
    path = tmp_path / "pace.db"
    async with SqliteDatabase.open(path) as database:
        holder = await asyncio.to_thread(start, "hold", path)
        assert await asyncio.to_thread(holder.stdout.readline) == "holding\n"
        holder.kill()
        await asyncio.to_thread(holder.communicate)
        clock.now = LEASE_SECONDS * SECOND - 2 * SECOND

        [begun] = await begin(make_gate(database, clock, key="shared", concurrency=1), clock, 1)

    assert clock.slept == [LOOK_SECONDS] * 3
    assert begun == LEASE_SECONDS * SECOND + SECOND
