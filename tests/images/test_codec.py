"""The codec's faults are the picture's errors, and the event loop goes on meanwhile."""

import asyncio
import io
import multiprocessing
import os
import signal
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest
from PIL import Image

from bot.errors import NotAPicture
from bot.images.codec import Codec, inspect


@pytest.fixture(scope="module")
def large(tmp_path_factory, noise):
    """A 4K PNG, most of a second's work."""
    file = tmp_path_factory.mktemp("large") / "large.png"
    noise(4096, 4096).save(file, compress_level=0)
    return file


@pytest.fixture
def small(put):
    target = io.BytesIO()
    Image.new("RGB", (20, 20), "teal").save(target, "PNG")
    return put("small.png", target.getvalue())


def processor_time(pid: int) -> int:
    """In clock ticks, from the 14th and 15th fields of the process's entry."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


async def test_a_worker_killed_at_a_picture_is_that_pictures_error(large, small, tmp_path):
    before = set(multiprocessing.active_children())
    async with Codec(workers=1, time_limit=60) as codec:
        await codec.prepare_upload(small, name="a", into=tmp_path)
        [child] = set(multiprocessing.active_children()) - before
        began = processor_time(child.pid)
        work = asyncio.create_task(
            codec.prepare_upload(large, name="b.png", into=tmp_path, limit=10**9)
        )
        while processor_time(child.pid) < began + 10:
            await asyncio.wait([work], timeout=0.001)
        os.kill(child.pid, signal.SIGKILL)
        with pytest.raises(NotAPicture) as failed:
            await work
        assert failed.value.name == "b.png"
        assert isinstance(failed.value.__cause__, BrokenProcessPool)
        assert (await codec.prepare_upload(small, name="c", into=tmp_path)).exists()
    assert set(multiprocessing.active_children()) == before


async def test_a_picture_over_the_time_limit_is_refused_and_the_next_works(large, small, tmp_path):
    async with Codec(workers=1, time_limit=0.2) as codec:
        with pytest.raises(NotAPicture) as failed:
            await codec.fit(large, limit=1000, into=tmp_path)
        assert isinstance(failed.value.__cause__, TimeoutError)
        assert (await codec.fit(small, limit=10**6, into=tmp_path)).how == "unchanged"
        again = await codec.prepare_upload(small, name="c", into=tmp_path)
        assert (await inspect(again)).width == 20


async def test_the_loop_is_not_held_while_a_4k_picture_is_prepared(large, tmp_path):
    async with Codec(workers=1, time_limit=60) as codec:
        work = asyncio.create_task(
            codec.prepare_upload(large, name="a", into=tmp_path, limit=10**9)
        )
        worst = 0.0
        ticks = 0
        while not work.done():
            asked = time.perf_counter()
            await asyncio.wait([work], timeout=0.005)
            worst = max(worst, time.perf_counter() - asked - 0.005)
            ticks += 1
        await work
    sys.stdout.write(f"worst lateness of {ticks} ticks: {worst * 1000:.1f} ms\n")
    assert ticks > 20
    assert worst < 0.25
