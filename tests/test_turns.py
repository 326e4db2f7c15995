"""Nobody gets more turns by asking more often, and no slot is ever lost."""

import asyncio
from collections import Counter

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from bot.turns import Turns

ANN, BOB, CAT = 1, 2, 3


async def settle():
    """Let everything run that can."""
    for _ in range(5):
        await asyncio.sleep(0)


class Crowd:
    """Calls of several parties over some turns; each stays in until it is told to leave."""

    def __init__(self, slots):
        self.turns = Turns(slots)
        self.entered = []
        self.inside = {}
        self.tasks = {}
        self.numbers = Counter()

    def arrive(self, party):
        self.numbers[party] += 1
        name = (party, self.numbers[party])
        self.tasks[name] = asyncio.create_task(self._stay(name))
        return name

    async def _stay(self, name):
        async with self.turns.turn(name[0]):
            self.entered.append(name)
            self.inside[name] = asyncio.Event()
            try:
                await self.inside[name].wait()
            finally:
                del self.inside[name]

    def leave(self, name):
        self.inside[name].set()

    async def empty(self):
        """Have everybody leave as soon as they are in."""
        while self.inside:
            for name in list(self.inside):
                self.leave(name)
            await settle()


@pytest.fixture
def crowd():
    return Crowd(1)


async def test_the_first_call_of_another_comes_before_the_hundredth_of_the_busy(crowd):
    """Ann has one inside and a hundred waiting; Bob's first is let in next."""
    for _ in range(101):
        crowd.arrive(ANN)
    await settle()
    crowd.arrive(BOB)
    await settle()

    crowd.leave((ANN, 1))
    await settle()

    assert crowd.entered == [(ANN, 1), (BOB, 1)]


async def test_parties_alternate_and_each_ones_calls_keep_their_order(crowd):
    for party in (ANN, ANN, ANN, ANN, BOB, BOB, CAT):
        crowd.arrive(party)
        await settle()

    await crowd.empty()

    assert crowd.entered == [(1, 1), (2, 1), (3, 1), (1, 2), (2, 2), (1, 3), (1, 4)]


async def test_who_comes_again_and_again_does_not_push_in(crowd):
    """Bob and Cat come back the moment they have left; Ann, who waits with many, has her third."""
    for _ in range(10):
        crowd.arrive(ANN)
    crowd.arrive(BOB)
    crowd.arrive(CAT)
    await settle()

    for _ in range(12):
        [name] = crowd.inside
        crowd.leave(name)
        if name[0] != ANN:
            crowd.arrive(name[0])
        await settle()

    assert Counter(party for party, _ in crowd.entered[:12]) == {ANN: 4, BOB: 4, CAT: 4}
    await crowd.empty()


async def test_full_and_waiting_tell_what_a_newcomer_would_find():
    crowd = Crowd(2)
    seen = [(crowd.turns.full, crowd.turns.waiting)]
    for _ in range(4):
        crowd.arrive(ANN)
        await settle()
        seen.append((crowd.turns.full, crowd.turns.waiting))
    await crowd.empty()
    seen.append((crowd.turns.full, crowd.turns.waiting))

    assert seen == [(False, 0), (False, 0), (True, 0), (True, 1), (True, 2), (False, 0)]


async def test_who_gives_up_while_waiting_takes_no_slot(crowd):
    for party in (ANN, BOB, CAT):
        crowd.arrive(party)
    await settle()

    crowd.tasks[BOB, 1].cancel()
    await settle()
    assert crowd.turns.waiting == 1
    await crowd.empty()

    assert crowd.entered == [(ANN, 1), (CAT, 1)]
    assert not crowd.turns.full


async def test_who_gives_up_just_before_being_let_in_is_passed_over(crowd):
    """Cancelled and not yet run when the slot comes free: the next in line has it."""
    for party in (ANN, BOB, CAT):
        crowd.arrive(party)
    await settle()

    crowd.tasks[BOB, 1].cancel()
    crowd.leave((ANN, 1))
    await settle()

    assert crowd.entered == [(ANN, 1), (CAT, 1)]
    assert crowd.tasks[ANN, 1].exception() is None
    await crowd.empty()
    assert not crowd.turns.full


async def test_who_gives_up_just_after_being_let_in_passes_the_slot_on(crowd):
    """The slot is given to Bob, who is cancelled before he can know."""
    for party in (ANN, BOB, CAT):
        crowd.arrive(party)
    await settle()

    crowd.leave((ANN, 1))
    while crowd.inside:
        await asyncio.sleep(0)
    crowd.tasks[BOB, 1].cancel()
    await settle()

    assert crowd.entered == [(ANN, 1), (CAT, 1)]
    await crowd.empty()
    assert not crowd.turns.full


async def test_a_second_call_waits_on_when_the_first_of_its_party_gives_up(crowd):
    for party in (ANN, BOB, BOB, CAT):
        crowd.arrive(party)
    await settle()

    crowd.tasks[BOB, 1].cancel()
    crowd.leave((ANN, 1))
    await settle()

    assert crowd.entered == [(ANN, 1), (BOB, 2)]
    await crowd.empty()


async def test_a_turn_that_fails_leaves_its_slot(crowd):
    with pytest.raises(LookupError):
        async with crowd.turns.turn(ANN):
            raise LookupError
    assert not crowd.turns.full


class Crowding(RuleBasedStateMachine):
    """Arrivals, departures and cancellations in any order, several before anybody runs again."""

    @initialize(slots=st.integers(1, 3))
    def open(self, slots):
        self.runner = asyncio.Runner()
        self.slots = slots
        self.crowd = Crowd(slots)

    def teardown(self):
        if hasattr(self, "runner"):
            self.runner.run(self.crowd.empty())
            assert not self.crowd.turns.full
            assert self.crowd.turns.waiting == 0
            assert all(task.done() for task in self.crowd.tasks.values())
            self.runner.close()

    @rule(
        steps=st.lists(
            st.tuples(st.sampled_from(["arrive", "arrive", "leave", "cancel"]), st.integers(0, 99)),
            min_size=1,
            max_size=6,
        ),
        ticks=st.integers(0, 3),
    )
    def act(self, steps, ticks):
        self.runner.run(self._act(steps, ticks))

    async def _act(self, steps, ticks):
        for step, number in steps:
            living = [name for name, task in self.crowd.tasks.items() if not task.done()]
            inside = list(self.crowd.inside)
            if step == "arrive":
                self.crowd.arrive(number % 3 + 1)
            elif step == "leave" and inside:
                self.crowd.leave(inside[number % len(inside)])
            elif step == "cancel" and living:
                self.crowd.tasks[living[number % len(living)]].cancel()
        for _ in range(ticks):
            await asyncio.sleep(0)

    @precondition(lambda self: hasattr(self, "crowd"))
    @invariant()
    def no_more_are_inside_than_there_are_slots(self):
        assert len(self.crowd.inside) <= self.slots

    @rule()
    def when_all_is_quiet_no_slot_is_idle_while_somebody_waits(self):
        self.runner.run(settle())
        living = sum(not task.done() for task in self.crowd.tasks.values())
        assert len(self.crowd.inside) == min(self.slots, living)
        assert self.crowd.turns.waiting == living - len(self.crowd.inside)

    @precondition(lambda self: getattr(self, "slots", 0) == 1)
    @invariant()
    def each_partys_calls_are_let_in_in_their_order(self):
        """With several slots, one that is free is entered at once, while who was let in wakes."""
        for party in (ANN, BOB, CAT):
            own = [number for entered, number in self.crowd.entered if entered == party]
            assert own == sorted(own)


def test_no_order_of_events_loses_a_slot_or_lets_in_too_many():
    run_machine(Crowding, settings=settings(max_examples=80, stateful_step_count=15, deadline=None))
