"""What the benchmarks measure with: fresh processes, their peak memory, and a held loop."""

import asyncio
import contextlib
import multiprocessing
import resource
import time
from pathlib import Path

TICK_SECONDS = 0.001


def in_a_process(target, *arguments):
    """Run `target` in a fresh interpreter; the process and the end of its pipe to read from."""
    fresh = multiprocessing.get_context("spawn")
    reading, writing = fresh.Pipe(duplex=False)
    process = fresh.Process(target=target, args=(*arguments, writing), daemon=True)
    process.start()
    writing.close()
    return process, reading


def reset_peak():
    """Begin to measure peak memory from here where the kernel can; MiB resident now."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    return peak()


def peak():
    """The most MiB ever resident, since `reset_peak` where that works."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


async def longest_stall(until):
    """Seconds the loop was held at most beyond a tick, and the most of our own CPU in such a gap.

    Where other processes take the processor away, the first is longer than the second.
    """
    worst = busiest = 0.0
    while not until.is_set():
        began, busy = time.perf_counter(), time.thread_time()
        await asyncio.sleep(TICK_SECONDS)
        worst = max(worst, time.perf_counter() - began - TICK_SECONDS)
        busiest = max(busiest, time.thread_time() - busy)
    return worst, busiest
