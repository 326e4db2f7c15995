"""Workers that overrun, die or are no longer wanted cost their own caller and nobody else."""

import asyncio
import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from bot.images import worker
from bot.images.processes import Processes


@pytest.fixture
async def processes():
    made = Processes(count=1, time_limit=30, start=worker.start)
    yield made
    await made.close()


@pytest.fixture
async def busy(processes, tmp_path):
    """A worker known to be at work, without a sleep: it reads a pipe that never ends."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    pid = await processes.run(os.getpid)
    work = asyncio.create_task(processes.run(Path.read_bytes, pipe))
    handle = await asyncio.to_thread(os.open, pipe, os.O_WRONLY)  # waits for the worker to read
    yield pid, work, handle
    with contextlib.suppress(OSError):
        os.close(handle)


def alive(pid: int) -> bool:
    """Also true for a zombie, which still has its number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_work_is_done_in_one_warm_process_that_is_not_ours(processes):
    pids = {await processes.run(os.getpid) for _ in range(3)}
    assert len(pids) == 1
    assert os.getpid() not in pids


async def test_nothing_is_started_before_there_is_work():
    before = set(multiprocessing.active_children())
    processes = Processes(count=4, time_limit=30, start=worker.start)
    assert set(multiprocessing.active_children()) == before
    await processes.close()


async def test_a_worker_killed_at_work_is_an_error_and_the_next_call_works(processes, busy):
    pid, work, _ = busy
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(BrokenProcessPool):
        await work
    assert await processes.run(os.getpid) != pid
    assert not alive(pid)


async def test_a_worker_killed_while_idle_is_replaced_unnoticed(processes):
    pid = await processes.run(os.getpid)
    [child] = [c for c in multiprocessing.active_children() if c.pid == pid]
    [watcher] = [t for t in threading.enumerate() if "ExecutorManager" in type(t).__name__]
    child.kill()
    await asyncio.to_thread(watcher.join)
    assert await processes.run(os.getpid) != pid


async def test_a_worker_that_crashes_natively_is_an_error(processes):
    with pytest.raises(BrokenProcessPool):
        await processes.run(os.abort)
    assert await processes.run(abs, -1) == 1


async def test_the_time_limit_ends_the_worker_and_the_next_call_works():
    processes = Processes(count=1, time_limit=0.3, start=worker.start)
    pid = await processes.run(os.getpid)
    began = time.perf_counter()
    with pytest.raises(TimeoutError):
        await processes.run(time.sleep, 60)
    assert time.perf_counter() - began < 5
    assert not alive(pid)
    assert await processes.run(abs, -1) == 1
    await processes.close()


async def test_waiting_for_a_turn_does_not_count():
    processes = Processes(count=1, time_limit=1.0, start=worker.start)
    await processes.run(abs, -1)
    assert await asyncio.gather(*(processes.run(time.sleep, 0.3) for _ in range(5))) == [None] * 5
    await processes.close()


async def test_one_overrun_does_not_touch_the_neighbour():
    processes = Processes(count=2, time_limit=0.8, start=worker.start)
    late = asyncio.create_task(processes.run(time.sleep, 60))
    results = []
    while not late.done():
        results.append(await processes.run(abs, -1))
    with pytest.raises(TimeoutError):
        await late
    assert len(results) > 10
    await processes.close()


async def test_a_cancelled_caller_leaves_no_process_at_work(processes, busy):
    pid, work, _ = busy
    work.cancel()
    began = time.perf_counter()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert time.perf_counter() - began < 5
    assert not alive(pid)
    assert await processes.run(abs, -1) == 1


async def test_a_caller_cancelled_in_the_queue_harms_nobody(processes, busy):
    pid, first, handle = busy
    queued = asyncio.create_task(processes.run(time.sleep, 60))
    await asyncio.sleep(0)
    queued.cancel()
    with pytest.raises(asyncio.CancelledError):
        await queued
    os.write(handle, b"the end")
    os.close(handle)
    assert await first == b"the end"
    assert await processes.run(os.getpid) == pid


async def test_closing_ends_every_process():
    processes = Processes(count=2, time_limit=30, start=worker.start)
    pid = await processes.run(os.getpid)
    await processes.close()
    assert not alive(pid)


async def test_deaths_in_a_row_never_hang(processes):
    for _ in range(4):
        with pytest.raises(BrokenProcessPool):
            await processes.run(os._exit, 3)
    assert await processes.run(abs, -1) == 1


PARENT = """
import asyncio, os
from bot.images import worker
from bot.images.processes import Processes

async def main():
    processes = Processes(count=1, time_limit=60, start=worker.start)
    print(await processes.run(os.getpid), flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


def test_workers_of_a_killed_parent_end_by_themselves():
    """After `kill -9` of the bot nobody is left to end its workers, so they end themselves."""
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as parent:
        pid = int(parent.stdout.readline())
        parent.kill()
        try:
            # The worker holds the output open too: it ends when the last of them has gone.
            parent.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            os.kill(pid, signal.SIGKILL)
            raise


def test_importing_the_room_does_not_import_pillow():
    code = "import sys, bot.images.codec, bot.images.store; sys.exit('PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
