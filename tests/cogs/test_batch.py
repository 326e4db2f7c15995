"""/batch: one price, one card, one archive; exact charges and nothing twice, whatever happens."""

import asyncio
import csv
import io
import zipfile
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import simcord
from simcord import interactions

from bot.app import World, open_app
from bot.providers.base import Call
from tests.conftest import SENTENCES, Scene, at_once, forever

EACH = 7


@pytest.fixture
def rich(settings):
    return settings.model_copy(update={"welcome_credits": 1000})


@pytest.fixture
async def scene(scene_over, rich):
    async with scene_over(rich) as opened:
        yield opened


@pytest.fixture
def alice(scene):
    return scene.member("alice")


async def hand_in(scene, member, text, *, name="list.txt", channel=None, **options):
    """/batch with a file; what it answers."""
    content = text if isinstance(text, bytes) else text.encode()
    shown = await member.slash(
        channel or scene.channel, "batch", file=(name, content), **options
    )
    return shown.response


async def rest(scene):
    """Until the bot is at no job and no batch."""
    services = scene.app.client.services
    await services.dispatcher.rest()
    await services.courier.rest()
    await scene.env.settle()


async def unpack(message):
    """The files of every archive of a message, by name."""
    found = {}
    for attachment in message.attachments:
        with zipfile.ZipFile(io.BytesIO(await attachment.read())) as archive:
            assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}
            assert archive.testzip() is None
            found |= {info.filename: archive.read(info) for info in archive.infolist()}
    return found


def posts(scene, channel=None):
    """What the bot has posted there with files: groups of pictures, and archives."""
    messages = (channel or scene.channel).history()
    with_files = [one for one in messages if one.attachments]
    archives = [one for one in with_files if one.attachments[0].filename.endswith(".zip")]
    return [one for one in with_files if one not in archives], archives


async def rows(scene, table):
    return await scene.app.database.read(lambda tx: tx.query(f"SELECT * FROM {table}"))  # noqa: S608


async def test_a_list_is_priced_asked_about_and_drawn_with_one_archive(scene, alice, calls):
    """Nothing is held before the press; then a card, one quiet message with pictures and a ZIP."""
    text = "# foxes\n\na red fox one\n  a blue fox two\na green fox three\n"
    asked = await hand_in(scene, alice, text)

    assert asked.ephemeral
    words = scene.text(asked)
    assert "Draw 3 pictures for 21 credits?" in words
    assert "3 × Nano Banana 2.1 · 1K · 7 credits each: 21 credits" in words
    assert "Paid by you" in words
    assert await rows(scene, "jobs") == await rows(scene, "reservations") == []

    pressed = await alice.click(asked, label="Draw 3 pictures for 21 credits")
    await rest(scene)

    card = scene.text(pressed.response)
    assert "**Done** · 21 credits charged" in card
    assert "✅ 3 drawn" in card
    groups, [archive] = posts(scene)
    assert [len(group.attachments) for group in groups] == [3]
    files = await unpack(archive)
    assert sorted(files) == [
        "01-a-red-fox-one.png",
        "02-a-blue-fox-two.png",
        "03-a-green-fox-three.png",
        "manifest.csv",
    ]
    table = list(csv.DictReader(io.StringIO(files["manifest.csv"].decode("utf-8-sig"))))
    assert [(row["line"], row["state"], row["credits"]) for row in table] == [
        ("3", "done", "7"),
        ("4", "done", "7"),
        ("5", "done", "7"),
    ]
    assert [calls.count(prompt) for prompt in ("a red fox one", "a blue fox two")] == [1, 1]
    account = await scene.account(alice)
    assert (account.available, account.held) == (1000 - 21, 0)
    assert {row["prompt"] for row in await rows(scene, "batch_lines")} == {""}
    await scene.assert_books_balance()
