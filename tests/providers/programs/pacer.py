"""Calls through the gate of one key, beside other processes that do the same.

    python pacer.py rate DATABASE CLOCK RPM CALLS      prints when each call began, in microseconds
    python pacer.py together DATABASE FOLDER MOST CALLS  prints how many were open at each call
    python pacer.py hold DATABASE                      begins a call, says so and never ends it

The first reads "go" from its input once it is ready. CLOCK is a file with a time that all of them
share and that only waiting moves, so nobody really waits.
"""

import asyncio
import json
import os
import struct
import sys
from pathlib import Path

from filelock import FileLock
from pydantic import SecretStr

from bot.db import engine
from bot.providers.pace import PacedGate

KEY = "shared"


class SharedClock:
    """Microseconds in a file; `read` keeps the last it gave."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = FileLock(file.with_suffix(".lock"), thread_local=False)
        self.last = 0

    def read(self) -> int:
        with self._lock:
            self.last = self._stored()
        return self.last

    async def sleep(self, seconds: float) -> None:
        """Over when it begins: the shared time is then at least as late as that."""
        due = self.last + round(seconds * 1_000_000)
        with self._lock:
            self._file.write_bytes(struct.pack("<q", max(due, self._stored())))
        await asyncio.sleep(0)

    def _stored(self) -> int:
        return struct.unpack("<q", self._file.read_bytes())[0]


def free():
    """Nothing is closed."""


def gate(database, *, now, sleep, rpm=None, concurrency=None):
    numbers = iter(range(1_000_000))
    return PacedGate(
        key=KEY,
        rpm=rpm,
        concurrency=concurrency,
        database=database,
        now=now,
        sleep=sleep,
        new_id=lambda: f"{os.getpid()}-{next(numbers)}",
    )


def wait_for_go():
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()


async def rate(database, clock_file, rpm, calls):
    clock = SharedClock(Path(clock_file))
    paced = gate(database, now=clock.read, sleep=clock.sleep, rpm=int(rpm))
    wait_for_go()
    begun = []
    for _ in range(int(calls)):
        async with paced.call(0, free):
            begun.append(clock.last)
    sys.stdout.write(json.dumps(begun))


async def together(database, folder, most, calls):
    async def yield_only(_seconds):
        await asyncio.sleep(0)

    paced = gate(database, now=lambda: 1, sleep=yield_only, concurrency=int(most))
    wait_for_go()
    seen = []

    async def call(number):
        async with paced.call(number % 3, free):
            mine = Path(folder) / f"{os.getpid()}-{number}"
            mine.touch()
            seen.append(len(list(mine.parent.iterdir())))
            await asyncio.sleep(0)
            mine.unlink()

    await asyncio.gather(*map(call, range(int(calls))))
    sys.stdout.write(json.dumps(seen))


async def hold(database):
    async with gate(database, now=lambda: 1, sleep=asyncio.sleep, concurrency=1).call(0, free):
        sys.stdout.write("holding\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


async def main(work, word, *arguments):
    address = SecretStr(word) if "://" in word else Path(word)
    async with engine.opened(address) as database:
        await {"rate": rate, "together": together, "hold": hold}[work](database, *arguments)


asyncio.run(main(*sys.argv[1:]))
