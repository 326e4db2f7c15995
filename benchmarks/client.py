"""A 4K picture from each kind of upstream to a file on disk: our client beside the official SDKs.

    python benchmarks/client.py [--at-once 1 32] [--rounds 5] [--require-sdks] [--json FILE]

Every measurement runs in a fresh process, warmed up with a small picture, against a server in
another one, over loopback. The contenders take turns within a round.

- floor: the bytes of a generateContent answer into one buffer, its base64 decoded with SIMD
- floor, same job: then hashed and written to a file
- blake3 alone: what hashing the picture costs here, which all of ours do on the way
- gemini, openai-chat, evolink, toapis, aivideoapi: our providers. A task is completed when it is
  first asked for, and nobody waits before that.
- google-genai, openai: their asynchronous clients used as documented, the picture written to a
  file, nothing hashed. They come with the extra `bench`.

CPU is the measured process's user and system time per picture; memory its peak above what it was
before, per picture in flight; the stall the longest that the event loop was held, and "own" the
most CPU that we used in one go: on a busy machine a stall is longer, because others have the
processor. All are medians; "x floor" is the median of the rounds' own ratios, and "unhashed" the
same less "blake3 alone".
"""

import argparse
import asyncio
import gc
import hashlib
import json
import os
import platform
import statistics
import tempfile
import time
from importlib import metadata
from pathlib import Path

from blake3 import blake3
from contenders import CONTENDERS, FLOOR, HASHING, OURS, SDKS, missing
from measuring import in_a_process, longest_stall, peak, reset_peak
from standing_in import LARGE, SMALL, serve

SDK = "google-genai"
TARGET_AT_ONCE = 32
TARGETS = (
    ("CPU x floor", "x_floor", 1.5),
    (f"CPU x {SDK}", "x_sdk", 1 / 3),
    ("memory", "memory_mib", 1.0),
    ("stall", "stall_ms", 25.0),
)
"""What a row of ours is to reach at TARGET_AT_ONCE: its name here, the fact, and the most of it."""


async def run(contender, url, size, folder, at_once):
    """One measurement, and what its fetches returned."""
    async with CONTENDERS[contender](url, size) as fetch:
        await fetch(SMALL, folder / "small.png")
        gc.collect()
        resident = reset_peak()
        done = asyncio.Event()
        watching = asyncio.ensure_future(longest_stall(done))
        await asyncio.sleep(0.01)
        began = time.process_time()
        paths = (folder / f"{number}.png" for number in range(at_once))
        fetched = await asyncio.gather(*(fetch(LARGE, path) for path in paths))
        cpu = time.process_time() - began
        grown = peak() - resident
        done.set()
        stall, busy = await watching
        return fetched, {
            "cpu_ms": cpu * 1000 / at_once,
            "memory_mib": grown / at_once,
            "stall_ms": stall * 1000,
            "busy_ms": busy * 1000,
        }


def measure(contender, url, size, digest, folder, at_once, results):
    """Run in a fresh process; what was fetched is checked after the measurement."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        fetched, facts = asyncio.run(run(contender, url, size, Path(scratch), at_once))
        for one in fetched:
            if isinstance(one, Path):
                with one.open("rb") as file:
                    assert hashlib.file_digest(file, blake3).hexdigest() == digest
            else:
                assert one == size
    results.send(facts)


def measure_all(options):
    """The facts of every round, by how many at once and contender."""
    size = int(options.megabytes * 1_000_000)
    server, ready = in_a_process(serve, size)
    url, digest = ready.recv()
    absent = missing()
    taken = {}
    for _ in range(options.rounds):
        for at_once in options.at_once:
            for contender in CONTENDERS:
                if contender in absent:
                    continue
                process, results = in_a_process(
                    measure, contender, url, size, digest, options.folder, at_once
                )
                taken.setdefault((at_once, contender), []).append(results.recv())
                process.join()
    server.terminate()
    server.join()
    return taken


def summarise(taken):
    """A row for each of `taken`: medians, and medians of the ratios within each round."""
    rows = []
    for (at_once, contender), rounds in taken.items():
        cpu = [facts["cpu_ms"] for facts in rounds]
        row = {"at_once": at_once, "contender": contender}
        row |= {fact: statistics.median(facts[fact] for facts in rounds) for fact in rounds[0]}
        floor = [facts["cpu_ms"] for facts in taken[at_once, FLOOR]]
        row["x_floor"] = ratio(cpu, floor)
        if (at_once, SDK) in taken:
            row["x_sdk"] = ratio(cpu, [facts["cpu_ms"] for facts in taken[at_once, SDK]])
        if contender in OURS:
            hashing = [facts["cpu_ms"] for facts in taken[at_once, HASHING]]
            rest = [all_of_it - part for all_of_it, part in zip(cpu, hashing, strict=True)]
            row["unhashed_x_floor"] = ratio(rest, floor)
            if at_once == TARGET_AT_ONCE:
                row["missed"] = [
                    name for name, fact, most in TARGETS if fact in row and row[fact] > most
                ]
        rows.append(row)
    return rows


def ratio(some, others):
    return statistics.median(a / b for a, b in zip(some, others, strict=True))


def lines(rows):
    """The table, then who was not there, and what ours did not reach."""
    yield (
        f"{'at once':>7}  {'contender':<15}{'CPU ms':>8}{'x floor':>9}{'unhashed':>10}"
        f"{'x genai':>9}{'MiB':>8}{'stall ms':>10}{'own ms':>8}"
    )
    for row in rows:
        ratios = (
            f"{row[fact]:>{width}.2f}" if fact in row else " " * width
            for fact, width in (("x_floor", 9), ("unhashed_x_floor", 10), ("x_sdk", 9))
        )
        yield (
            f"{row['at_once']:>7}  {row['contender']:<15}{row['cpu_ms']:>8.1f}{''.join(ratios)}"
            f"{row['memory_mib']:>8.2f}{row['stall_ms']:>10.1f}{row['busy_ms']:>8.1f}"
        )
    for name in missing():
        yield f"{'-':>7}  {name:<15} not installed; `make bench` does that"
    for row in rows:
        if missed := row.get("missed"):
            yield f"{row['contender']} misses: {', '.join(missed)}"


def surroundings():
    """What the numbers depend on beside the code."""
    found = {name: metadata.version(name) for name in ("aiohttp", *SDKS) if name not in missing()}
    return {
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "load": [round(load, 2) for load in os.getloadavg()],
        "versions": found,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--at-once", type=int, nargs="+", default=[1, 32], metavar="N")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--megabytes", type=float, default=23.6, help="of the picture")
    parser.add_argument("--folder", type=Path, help="where pictures go; decides the disk")
    parser.add_argument("--require-sdks", action="store_true", help="fail without the SDKs")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers here too")
    options = parser.parse_args()
    if options.require_sdks and missing():
        parser.error(f"not installed: {', '.join(missing())}; `make bench` installs them")
    # A proxy that the SDKs find in the environment is none for this.
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"
    before = surroundings()
    rows = summarise(measure_all(options))
    facts = ", ".join(f"{name} {value}" for name, value in before.items())
    print(*lines(rows), facts, sep="\n")
    if options.json:
        written = {"megabytes": options.megabytes, "rounds": options.rounds} | before
        options.json.write_text(json.dumps(written | {"rows": rows}, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
