"""The benchmark of our client runs through; what it measures is for people to read."""

import json
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = ["gemini", "openai-chat", "evolink", "toapis", "aivideoapi"]
INSTALLED = {distribution.name for distribution in metadata.distributions()}
SDKS = [name for name in ("google-genai", "openai") if name in INSTALLED]


def run(*options):
    command = [sys.executable, ROOT / "benchmarks" / "client.py", *options]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, cwd=ROOT
    )


def test_every_contender_fetches_the_picture_that_was_drawn(tmp_path):
    """Each file is compared with what was drawn, by the benchmark itself."""
    small = ["--megabytes", "0.3", "--at-once", "2", "--rounds", "1"]
    done = run(*small, "--folder", tmp_path, "--json", tmp_path / "found.json")

    assert done.returncode == 0, done.stderr
    rows = json.loads((tmp_path / "found.json").read_text("utf-8"))["rows"]
    floors = ["floor", "floor, same job", "blake3 alone"]
    assert [row["contender"] for row in rows] == [*floors, *OURS, *SDKS]
    assert all(row["cpu_ms"] > 0 and row["x_floor"] > 0 for row in rows)
    assert [path.name for path in tmp_path.iterdir()] == ["found.json"]
    for name in ("google-genai", "openai"):
        assert (f"{name:<15} not installed" in done.stdout) == (name not in SDKS)


@pytest.mark.skipif(len(SDKS) == 2, reason="both are installed")
def test_one_line_says_which_sdk_is_missing():
    done = run("--require-sdks")
    assert done.returncode == 2
    assert "not installed: " in done.stderr.splitlines()[-1]
    assert "`make bench`" in done.stderr
