"""`plantain generate` against every dialect of the stand-in: a process of its own each time."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from blake3 import blake3
from PIL import Image

from bot.generation.catalog import Catalog

CATALOG = Catalog.load()
NAMES = list(CATALOG.upstreams)
KEY = "sk-operators-5c1f0a9e77d2"
ALARM_SECONDS = 120
AT_ONCE = 5


def best(name):
    """An offer that stays and takes pictures, if any does, and its smallest resolution."""
    offers = [offer for offer in CATALOG.upstreams[name].offers.values() if not offer.shutdown]
    offer = max(offers, key=lambda offer: (offer.reference_images > 0, len(offer.usd_micros)))
    return offer, min(offer.usd_micros, key=list(offer.model.resolutions).index)


def prompt_for(name, work):
    return f"dialects: {work} for {name}."


@dataclass(frozen=True)
class Run:
    """A command that has ended, and the folder it stood in."""

    code: int
    out: str
    err: str
    folder: Path

    @property
    def answer(self):
        """The one JSON object on stdout; anything beside it fails the test."""
        [line] = self.out.splitlines()
        return json.loads(line)


def environment(name, url):
    """One key, and the stand-in in place of its upstream; nothing else of this machine's."""
    account = name.removesuffix("-chat")
    setting = {"google": "GEMINI"}.get(account, account.upper())
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(__file__).parents[1]),
        "RESULT_HOSTS": "127.0.0.1",
        "EVOLINK_FILES_URL": f"{url}/evolink-files",
        f"{setting}_API_KEY": KEY,
        f"{setting}_BASE_URL": url if account == "google" else f"{url}/{account}",
    }


@pytest.fixture(scope="module")
def runs(upstream, tmp_path_factory):
    """Every provider's two commands by name and work, several at once: tasks mostly wait."""

    def run(name, work, folder):
        Image.new("RGB", (160, 90), "blue").save(folder / "sea.png")
        offer, resolution = best(name)
        images = ["--image", "sea.png"] if work == "edit" else []
        command = [
            sys.executable, "-m", "bot", "generate", prompt_for(name, work), "-o", "x.png",
            "--json", "--provider", name, "--model", offer.model.id, "--resolution", resolution,
            *images,
        ]  # fmt: skip
        done = subprocess.run(
            command, cwd=folder, env=environment(name, upstream.url), capture_output=True,
            text=True, timeout=ALARM_SECONDS, check=False,
        )  # fmt: skip
        return Run(done.returncode, done.stdout, done.stderr, folder)

    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(AT_ONCE))
        wanted = [(name, work) for name in NAMES for work in ("imagine", "edit")]
        yield {
            each: pool.submit(run, *each, tmp_path_factory.mktemp("terminal")) for each in wanted
        }


@pytest.fixture
def ended(runs):
    """A command's end; its streams never show the key and it leaves no traceback."""

    def wait(name, work):
        run = runs[name, work].result(ALARM_SECONDS)
        assert KEY not in run.out + run.err
        assert "Traceback" not in run.err
        return run

    return wait


def check_picture(run, name):
    """One file, as the answer says it is, at the catalog's price."""
    offer, resolution = best(name)
    assert (run.code, run.err) == (0, "")
    answer = run.answer
    assert (answer["provider"], answer["model"]) == (name, offer.model.id)
    assert answer["usd"] == offer.usd_micros[resolution] / 1_000_000
    [image] = answer["images"]
    content = (run.folder / image["path"]).read_bytes()
    assert image["blake3"] == blake3(content).hexdigest()
    with Image.open(run.folder / image["path"]) as picture:
        picture.load()
        assert picture.size == (image["width"], image["height"])
    assert len(list(run.folder.iterdir())) == 2


@pytest.mark.parametrize("name", NAMES)
def test_a_prompt_becomes_a_file(ended, calls, name):
    check_picture(ended(name, "imagine"), name)
    [call] = calls.of(prompt_for(name, "imagine"))
    offer, _ = best(name)
    assert (call["route"], call["model"]) == (name, offer.upstream_id)
    assert (call["images_in"], call["paid"]) == (0, True)


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_edited_where_that_can_be(ended, calls, name):
    """Where it cannot, nothing is sent and no file is made."""
    run = ended(name, "edit")
    if best(name)[0].reference_images:
        check_picture(run, name)
        [call] = calls.of(prompt_for(name, "edit"))
        assert (call["images_in"], call["paid"]) == (1, True)
        return
    assert run.code in (1, 2)
    assert calls.count(prompt_for(name, "edit")) == 0
    assert [file.name for file in run.folder.iterdir()] == ["sea.png"]
