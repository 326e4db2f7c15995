"""/privacy: what is kept, a copy of it, and nothing of it left, not in a single file."""

import io
import json
import time
import zipfile
from dataclasses import replace

import pytest
from PIL import Image
from pydantic import HttpUrl

from bot.generation.request import ImageRef
from bot.workshop import World
from tests.cogs.test_cancel import Held, begin, press

WORDS = "an unmistakable walrus-Q7 on a bicycle"


class Clock:
    """Both clocks, which jump together."""

    ahead = 0

    def __call__(self):
        return time.time_ns() // 1000 + self.ahead

    def seconds(self):
        return time.monotonic() + self.ahead / 1_000_000


@pytest.fixture
def upload():
    """A picture like no other."""
    content = io.BytesIO()
    Image.radial_gradient("L").resize((90, 60)).convert("RGB").save(content, "PNG")
    return "walrus.png", content.getvalue()


async def pressed(member, card, label):
    shown = await member.click(card, label=label)
    return shown.followups[-1] if shown.followups else shown.response


async def opened(member, scene):
    shown = await member.slash(scene.channel, "privacy")
    assert shown.response.ephemeral
    return shown.response


def leftovers(folder, *bytes_):
    """The files under a folder in which any of these bytes can be found, in name or content."""
    return sorted(
        str(file)
        for file in folder.rglob("*")
        for one in bytes_
        if one in str(file).encode() or (file.is_file() and one in file.read_bytes())
    )


async def bundles(member):
    """What came by direct message, all parts in one: names and contents."""
    found = {}
    for message in member.user.dm_channel.history():
        for attachment in message.attachments:
            with zipfile.ZipFile(io.BytesIO(await attachment.read())) as bundle:
                found |= {name: bundle.read(name) for name in bundle.namelist()}
    return found


async def test_a_copy_of_everything_and_then_not_a_byte_of_it(
    scene, settings, upload, photo, capsys
):
    """Through the whole bot: no prompt, no picture, no digest and no id in any file of ours."""
    alice, bob = scene.member("alice"), scene.member("bob")
    made = await alice.slash(scene.channel, "imagine", prompt=WORDS, private=True)
    assert made.response.attachments
    await alice.slash(scene.channel, "edit", prompt=f"{WORDS}, bluer", image=upload)
    posted = await bob.send(scene.channel, "look", attachments=[photo])
    await alice.context_menu(scene.channel, "Use as reference", posted)
    shown = await alice.slash(scene.channel, "preferences")
    await alice.select(shown.response, ["2K"], custom_id="preferences:resolution")
    await bob.slash(scene.channel, "imagine", prompt="bob's own")
    rows = await scene.app.database.read(lambda tx: tx.query("SELECT * FROM images"))
    store = scene.app.workshop.store
    files = {row["digest"]: store.path(ImageRef(**without(row, "stored_at"))) for row in rows}
    pictures = {digest: file.read_bytes() for digest, file in files.items()}
    [bobs] = [row["digest"] for row in await drawn(scene, "bob's own")]

    card = await opened(alice, scene)
    assert "until you delete them" in scene.text(card)
    said = await pressed(alice, card, "Get a copy")
    assert "in your direct messages, in one part" in scene.text(said)
    found = await bundles(alice)
    assert [job["prompt"] for job in json.loads(found["jobs.json"])] == [WORDS, f"{WORDS}, bluer"]
    assert json.loads(found["preferences.json"])[0]["resolution"] == "2K"
    assert json.loads(found["movements.json"])[0]["reason"] == "welcome"
    mine = {content for name, content in found.items() if name.startswith("pictures/")}
    assert mine == {content for digest, content in pictures.items() if digest != bobs}
    again = await pressed(alice, card, "Get a copy")
    assert "within the last hour" in scene.text(again)

    data = settings.data_dir
    traces = [WORDS.encode(), str(alice.id).encode()]
    for digest, content in pictures.items():
        if digest != bobs:
            traces += [digest[:16].encode(), content[-200:]]
    assert len(leftovers(data, *traces)) > len(traces)
    asked = await pressed(alice, card, "Forget me…")
    assert "2 requests" in scene.text(asked)
    assert "walrus" not in scene.text(await pressed(alice, asked, "Never mind"))
    asked = await pressed(alice, card, "Forget me…")
    said = await pressed(alice, asked, "Forget me for good")
    assert "You are forgotten" in scene.text(said)

    assert leftovers(data, *traces) == []
    assert WORDS not in "".join(capsys.readouterr())
    assert leftovers(data, bobs.encode())
    await scene.assert_books_balance()
    new = await alice.slash(scene.channel, "imagine", prompt="once more")
    assert "needs 7 credits" in scene.text(scene.seen(new))
    assert "is not known any more" in scene.text(
        await pressed(alice, made.response, "Again · 7 credits")
    )


def without(row, *names):
    return {name: value for name, value in row.items() if name not in names}


async def drawn(scene, prompt):
    query = (
        "SELECT digest FROM job_images JOIN jobs ON jobs.id = job_id"
        " WHERE prompt = :prompt AND role = 'result'"
    )
    return await scene.app.database.read(lambda tx: tx.query(query, prompt=prompt))


async def test_what_is_drawn_ends_first_and_what_waits_is_taken_back(scene_over, settings):
    """Nothing new is begun meanwhile; then it is done by itself, and nobody is charged twice."""
    held = []

    def dress(inner):
        held.append(Held(inner))
        return held[0]

    one = settings.model_copy(update={"max_jobs": 1})
    async with scene_over(one, dress=dress) as scene:
        alice, services = scene.member("alice"), scene.app.client.services
        await begin(scene, alice, f"{WORDS}, drawn")
        await begin(scene, alice, f"{WORDS}, waiting", says="Queued")
        assert not await services.privacy.forgetting.forget(alice.id)
        states = {row["prompt"][len(WORDS) :]: row["state"] for row in await scene.jobs()}
        assert states == {", drawn": "running", ", waiting": "cancelled"}
        refused = press(scene, alice, f"{WORDS}, too late")
        held[0].go.set()
        await services.dispatcher.rest()
        await scene.env.settle()
        assert "not finished yet" in scene.text(scene.seen(refused))
        assert [row["credits_charged"] for row in await scene.jobs()] == [7, None]
        await services.privacy.rounds.go_round()
        assert services.privacy.rounds.found["forgotten"] == 1
        assert leftovers(settings.data_dir, WORDS.encode(), str(alice.id).encode()) == []
        await scene.assert_books_balance()


async def test_whom_the_bot_does_not_serve_may_have_a_copy_and_be_forgotten(scene, photo):
    """With closed direct messages the copy comes beside the press, for them alone."""
    mallory = scene.member("mallory")
    scene.env.inject_error("POST", "/users/@me/channels", status=403, code=50007, times=None)
    card = await opened(mallory, scene)
    await mallory.slash(scene.channel, "edit", prompt=WORDS, image=photo)
    people = scene.app.client.services.people
    await scene.app.database.write(
        lambda tx: tx.run("block_member", member_id=mallory.id, set_by=1, now=1)
    )
    assert people is not None

    scene.env.inject_error("POST", "/webhooks/*", status=403, times=1)
    got = await mallory.click(card, label="Get a copy")
    assert "accepted no part of your copy" in scene.text(scene.seen(got))
    got = await mallory.click(card, label="Get a copy")
    assert "below, in one part" in scene.text(got.response)
    [part] = got.followups
    assert part.ephemeral
    assert part.attachments[0].filename.startswith("plantain-")
    asked = await pressed(mallory, card, "Forget me…")
    said = await pressed(mallory, asked, "Forget me for good")
    assert "You are forgotten" in scene.text(said)
    told = await mallory.slash(scene.channel, "imagine", prompt="again")
    assert "stopped serving you" in scene.text(told.response)


async def test_what_an_operator_keeps_for_a_time_goes_by_itself(scene_over, settings):
    """`/privacy` says for how long, and where the operator's own words are."""
    clock = Clock()
    chosen = settings.model_copy(
        update={"retention_days": 30, "privacy_url": HttpUrl("https://plantain.example/privacy")}
    )
    world = replace(World(), now=clock, monotonic=clock.seconds)
    async with scene_over(chosen, world=world) as scene:
        alice = scene.member("alice")
        card = await opened(alice, scene)
        assert "for 30 days" in scene.text(card)
        assert "https://plantain.example/privacy" in str(card.components)
        await alice.slash(scene.channel, "imagine", prompt=WORDS)
        clock.ahead = 31 * 24 * 3600 * 1_000_000
        await scene.app.client.services.privacy.rounds.go_round()
        assert leftovers(settings.data_dir, WORDS.encode()) == []
        assert not any((settings.data_dir / "images").glob("*/*"))
        assert [row["member_id"] for row in await scene.jobs()] == [alice.id]
        await scene.assert_books_balance()
