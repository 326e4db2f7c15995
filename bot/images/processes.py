"""Work in processes of our own, one piece at a time each, with a time limit that is kept."""

import asyncio
import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import (
    FIRST_COMPLETED,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from queue import LifoQueue
from typing import Any, TypeVar

T = TypeVar("T")


class Processes:
    """At most `count` worker processes, each started when there is work for it.

    Every process is a pool of one, so ending the one that overran touches nobody else's work, and
    the time a caller waits for its turn does not count. A thread per process does the waiting,
    which ties nothing to an event loop. `start` runs first in each process.
    """

    def __init__(self, *, count: int, time_limit: float, start: Callable[[], None]) -> None:
        self._threads = ThreadPoolExecutor(max_workers=count, thread_name_prefix="images")
        # Last in, first out: under light load one warm process serves all.
        self._idle: LifoQueue[_Process] = LifoQueue()
        for _ in range(count):
            self._idle.put(_Process(time_limit, start))

    async def run(self, work: Callable[..., T], *values: object) -> T:
        """`work(*values)` in a process; it must be a module's top-level function.

        Raises what it raises, TimeoutError past the limit (seconds, from when the work began),
        and BrokenProcessPool when the process died. When a cancelled caller goes on, its process
        no longer runs: nothing is written behind its back.
        """
        given_up: Future[None] = Future()
        turn = self._threads.submit(self._take_turn, work, values, given_up)
        outcome = asyncio.wrap_future(turn)
        try:
            await asyncio.wait([outcome])
        except asyncio.CancelledError:
            turn.cancel()
            given_up.set_result(None)
            outcome.add_done_callback(_look_away)
            await asyncio.wait([outcome])
            raise
        return outcome.result()

    def _take_turn(
        self, work: Callable[..., T], values: tuple[object, ...], given_up: Future[None]
    ) -> T:
        process = self._idle.get()
        try:
            return process.run(work, values, given_up)
        finally:
            self._idle.put(process)

    async def close(self) -> None:
        """Wait for work under way, then end the processes. Nothing may be asked for after."""
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self._threads.shutdown()
        while not self._idle.empty():
            self._idle.get().end()


class _Process:
    """One process and, after it was ended, the next. Used by one thread at a time."""

    def __init__(self, time_limit: float, start: Callable[[], None]) -> None:
        self._time_limit = time_limit
        self._start = start
        self._pool: ProcessPoolExecutor | None = None
        self._pid = 0

    def run(self, work: Callable[..., T], values: tuple[object, ...], given_up: Future[None]) -> T:
        future = self._submit(work, values)
        either: list[Future[Any]] = [future, given_up]
        wait(either, timeout=self._time_limit, return_when=FIRST_COMPLETED)
        if not future.done():
            self.end(kill=True)
            raise TimeoutError
        try:
            return future.result()
        except BrokenProcessPool:
            self.end()
            raise

    def _submit(self, work: Callable[..., T], values: tuple[object, ...]) -> Future[T]:
        if self._pool is not None:
            try:
                return self._pool.submit(work, *values)
            except BrokenProcessPool:  # it died while idle: no fault of this work
                self.end()
        self._pool = ProcessPoolExecutor(
            max_workers=1,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=self._start,
        )
        try:
            self._pid = self._pool.submit(os.getpid).result()
            return self._pool.submit(work, *values)
        except BrokenProcessPool:
            self.end()
            raise

    def end(self, *, kill: bool = False) -> None:
        """End the process, if there is one, and wait until it is gone."""
        if self._pool is None:
            return
        if kill:
            # By the process object and not by number, which might be another's by now.
            for child in multiprocessing.active_children():
                if child.pid == self._pid:
                    child.kill()
        self._pool.shutdown()
        self._pool = None


def _look_away(outcome: asyncio.Future[T]) -> None:
    """Mark an outcome nobody waits for as seen, or asyncio would complain of it."""
    if not outcome.cancelled():
        outcome.exception()
