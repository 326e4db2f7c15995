"""/batch: one price, one card, one archive; exact charges and nothing twice, whatever happens."""

import ast
import asyncio
import csv
import io
import zipfile
from collections import Counter
from dataclasses import replace

import discord
import pytest
import simcord
from simcord import interactions
from simcord.backend import serializers

from bot.jobs import queue
from bot.jobs.limits import Caller
from bot.people.setting import Setting
from bot.roster import repair
from bot.roster.price import Quote
from tests.cogs.test_cancel import Held, begin
from tests.cogs.test_character import picture
from tests.cogs.test_gallery import look, names, parts
from tests.conftest import Scene, _parts

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
    shown = await member.slash(channel or scene.channel, "batch", file=(name, content), **options)
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
    assert f"**Done** · 21 credits charged · paid by <@{alice.id}>" in card
    assert "✅ 3 drawn" in card
    groups, [archive] = posts(scene)
    assert [len(group.attachments) for group in groups] == [3]
    files = await unpack(archive)
    assert sorted(files) == [
        "03-a-red-fox-one.png",
        "04-a-blue-fox-two.png",
        "05-a-green-fox-three.png",
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


async def test_characters_and_the_servers_house_style_go_along_with_every_line(scene, alice, calls):
    await alice.slash(scene.channel, "character save", name="Mia", image=picture("red"))
    manager = Caller(alice.id, scene.guild.id, manages=True)
    await scene.app.client.services.people.houses.set(
        manager, Setting.HOUSE_STYLE, ["bold outlines"]
    )
    asked = await hand_in(scene, alice, "@Mia waves")

    await alice.click(asked, label="Draw one picture for 7 credits")
    await rest(scene)

    said = calls.last()
    assert said["systemInstruction"]["parts"][0]["text"] == "bold outlines"
    words, shown = said["contents"][-1]["parts"]
    assert words["text"] == "@Mia waves\n\nPicture 1 shows Mia."
    assert shown["inlineData"]["mimeType"] == "image/png"
    [job] = await scene.jobs()
    assert (job["prompt"], job["house_style"]) == ("@Mia waves", "bold outlines")


class Doorman:
    """A Provider that lets so many calls through, and keeps the others before they have left."""

    def __init__(self, inner, let):
        self.inner = inner
        self.let = let
        self.waiting = 0
        self.go = asyncio.Event()

    @property
    def name(self):
        return self.inner.name

    async def generate(self, request, *, folder, observer):
        if self.let <= 0:
            self.waiting += 1
            await self.go.wait()
        self.let -= 1
        return await self.inner.generate(request, folder=folder, observer=observer)


async def restart(scene):
    """As `Scene.restart`, which waits until a new bot is at rest: this one finds its jobs later."""
    scene.app = await scene.open_again()
    sweeper = scene.app.client.services.sweeper
    sweeper.close()
    await scene.env.restart_bot(scene.app.client)
    sweeper._open = True
    await sweeper.sweep()


def press(scene, member, card, label, *, channel=None):
    """Press a button without waiting for what comes of it; SimCord's verbs wait."""
    backend, channel_id = scene.env.backend, (channel or scene.channel).id
    stored = backend.get_message(channel_id, card.id)
    [button] = [part for part in _parts(card.components) if part.get("label") == label]
    record, payload = interactions.base_payload(
        backend,
        type=3,
        channel_id=channel_id,
        guild_id=backend.channels[channel_id].guild_id,
        user_id=member.id,
        data={"custom_id": button["custom_id"], "component_type": 2},
    )
    payload["message"] = dict(serializers.message_payload(backend, stored))
    record.source_message_id = card.id
    backend.emit("INTERACTION_CREATE", payload)
    return simcord.InteractionResult(scene.env, record)


async def seen(condition):
    """Something comes about while the bot is at work."""
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


def prompts(mark):
    """50 of them: 5 are refused, and 5 fail for nothing."""
    ends = {3: " blocked", 7: " bad input"}
    return [f"{mark} {number:02d}{ends.get(number % 10, '')}" for number in range(1, 51)]


async def test_fifty_with_refusals_failures_a_restart_and_a_cancel(scene_over, rich, calls):
    """Ended when 20 have been asked for, cancelled when 35 have: what was drawn is charged once,
    is in the channel once and in the archive, and nothing was asked for twice."""
    mark, doors = "of fifty", []

    def dress(inner):
        doors.append(Doorman(inner, let=15 if doors else 20))
        return doors[-1]

    async with scene_over(rich, dress=dress) as scene:
        await see_fifty(scene, calls, doors, mark)


async def see_fifty(scene, calls, doors, mark):
    alice = scene.member("alice")
    asked = await hand_in(scene, alice, "\n".join(prompts(mark)))
    shown = press(scene, alice, asked, "Draw 50 pictures for 350 credits")
    await seen(lambda: doors[-1].waiting == 8 and calls.count(mark) == 20)
    await restart(scene)
    await seen(lambda: doors[-1].waiting == 8 and calls.count(mark) == 35)
    refused = press(scene, scene.member("bob"), shown.response, "Cancel")
    await seen(lambda: refused.response)
    assert "Only its maker" in scene.text(refused.response)
    press(scene, alice, shown.response, "Cancel")
    await seen(lambda: "**Cancelled**" in scene.text(shown.response))
    await rest(scene)

    jobs = await scene.jobs()
    states = Counter(job["state"] for job in jobs)
    assert states == {"done": 28, "failed": 7, "cancelled": 15}
    assert calls.count(mark) == 35
    assert Counter(call["prompt"] for call in calls.of(mark)).most_common(1)[0][1] == 1
    account = await scene.account(alice)
    assert (account.available, account.held) == (1000 - 28 * EACH, 0)
    await scene.assert_books_balance()
    groups, [archive] = posts(scene)
    names = [one.filename for group in groups for one in group.attachments]
    assert len(names) == len(set(names)) == 28
    files = await unpack(archive)
    assert len(files) == 28 + 1
    table = list(csv.DictReader(io.StringIO(files["manifest.csv"].decode("utf-8-sig"))))
    fates = Counter(row["state"] for row in table)
    assert fates == {"done": 28, "refused": 4, "failed": 3, "cancelled": 15}
    assert sum(int(row["credits"]) for row in table) == 28 * EACH
    assert {row["files"] for row in table if row["files"]} == files.keys() - {"manifest.csv"}
    text = scene.text(shown.response)
    assert "what was drawn before stays · 196 credits charged" in text
    assert "✅ 28 drawn · 🚫 4 refused · ⚠️ 3 failed · ✖️ 15 cancelled" in text
    # Everything is told: another look finds nothing to do.
    before = len(scene.channel.history())
    await scene.sweep()
    await rest(scene)
    assert len(scene.channel.history()) == before


async def test_bad_lines_are_all_named_at_once_and_nothing_is_held(scene, alice):
    """Each with its number in the file; files that cannot be read say what to do."""
    role = scene.guild.create_role("staff", permissions=discord.Permissions(manage_guild=True))
    boss = scene.guild.add_member(scene.env.create_user("boss"), roles=[role])
    await boss.slash(scene.channel, "moderation words add", word="gore")
    table = (
        "prompt;model;aspect ratio;Resolution;count\n"
        "a good one;;16:9;1k;2\n"
        ";;;;\n"
        ";;1:1;;\n"
        "lots of gore;;;;\n"
        '"two\nlines";banana 9;;;\n'
        "a wide one;;7:3;;\n"
        "five of it;;;;5\n"
    )

    shown = await hand_in(scene, alice, b"\xef\xbb\xbf" + table.encode(), name="List.CSV")

    text = scene.text(shown)
    assert shown.ephemeral
    assert "5 lines cannot be drawn" in text
    for said in (
        "**Line 4:** ",
        "**Line 5:** ",
        "**Line 6:** ",
        "**Line 8:** “7:3” cannot be the aspect\\_ratio",
        "**Line 9:** “5” cannot be the count",
    ):
        assert said in text
    assert "Line 2:" not in text
    for content, name, words in (
        ("ünïcode".encode("utf-16"), "a.txt", "not text in UTF-8"),
        ("naïve".encode("latin-1"), "a.txt", "not text in UTF-8"),
        (b"# nothing\n\n", "a.txt", "no prompt in the file"),
        (b"x\n" * 51, "a.txt", "51 prompts; 50 is the most"),
        (b"a,b\nc,d\n", "a.csv", "one must be `prompt`"),
        (b"prompt,colour\nc,d\n", "a.csv", "“colour”"),
        (b'prompt\n"open\n', "a.csv", "from line 2 on"),
        (b"x" * (1024 * 1024 + 1), "a.txt", "1,024 KB is the most"),
    ):
        told = scene.text(await hand_in(scene, alice, content, name=name))
        assert words in told, name
        assert "Nothing was charged" in told
    none = await alice.slash(scene.channel, "batch")
    assert "You have no batch yet" in scene.text(none.response)
    for name in ("batches", "batch_lines", "jobs", "reservations", "usage"):
        assert await rows(scene, name) == []


async def test_who_cannot_pay_for_all_is_told_how_much_would_fit(scene_over, settings):
    """Also at the press, when the credits have gone meanwhile; then nothing of it is begun."""
    async with scene_over(settings) as scene:
        alice = scene.member("alice")
        refused = await hand_in(scene, alice, "too dear\n" * 15)
        text = scene.text(refused)
        assert "needs 105 credits and you have 100" in text
        assert "Its first 14 lines would fit." in text

        asked = await hand_in(scene, alice, "dear enough\n" * 14)
        await alice.slash(scene.channel, "imagine", prompt="spent meanwhile")
        pressed = await alice.click(asked, label="Draw 14 pictures for 98 credits")

        assert "Its first 13 lines would fit." in scene.text(Scene.seen(pressed))
        assert [job["prompt"] for job in await scene.jobs()] == ["spent meanwhile"]
        account = await scene.account(alice)
        assert (account.available, account.held) == (93, 0)
        await scene.assert_books_balance()


async def test_a_press_begins_it_once_for_who_asked_and_never_mind_ends_it(scene, alice, calls):
    """Bob forges the press; Alice's is delivered twice, and pressed again."""
    bob = scene.member("bob")
    asked = await hand_in(scene, alice, "pressed once\n")
    theirs = await hand_in(scene, bob, "never begun\n")
    [batch, other] = await rows(scene, "batches")
    stored = scene.env.backend.get_message(scene.channel.id, theirs.id)
    before = stored.components
    forge = str(before).replace(other["id"], batch["id"])
    stored.components = ast.literal_eval(forge)
    refused = await bob.click(theirs, label="Draw one picture for 7 credits")
    assert "not yours" in scene.text(Scene.seen(refused))
    stored.components = before
    await bob.click(theirs, label="Never mind")
    assert "Never mind" in str(stored.components)

    question = scene.env.backend.get_message(scene.channel.id, asked.id)
    before = question.components
    parsers = scene.app.client._connection.parsers
    deliver = parsers["INTERACTION_CREATE"]
    parsers["INTERACTION_CREATE"] = lambda data: (deliver(data), deliver(data))
    for _ in range(2):
        await alice.click(asked, label="Draw one picture for 7 credits")
        await rest(scene)
        question.components = before

    assert calls.count("pressed once") == 1
    groups, archives = posts(scene)
    assert (len(groups), len(archives)) == (1, 1)
    assert (await scene.account(alice)).available == 1000 - EACH
    await scene.assert_books_balance()


async def test_a_private_batch_comes_by_message_and_is_kept_where_that_is_closed(scene, alice):
    """Nothing of it is in the channel. What cannot be sent is had with /batch, once more too."""
    asked = await hand_in(scene, alice, "for me alone\nand another\n", private=True)
    pressed = await alice.click(asked, label="Draw 2 pictures for 14 credits")
    await rest(scene)
    assert pressed.response.ephemeral
    groups, [archive] = posts(scene, alice.user.dm_channel)
    assert [len(one.attachments) for one in groups] == [2]
    assert len(await unpack(archive)) == 3
    assert posts(scene) == ([], [])

    scene.env.inject_error("POST", "/users/@me/channels", status=403, code=50007, times=None)
    scene.env.inject_error(
        "POST",
        f"/channels/{alice.user.dm_channel.id}/messages",
        status=403,
        code=50007,
        times=None,
    )
    asked = await hand_in(scene, alice, "no way to them\n", private=True)
    pressed = await alice.click(asked, label="Draw one picture for 7 credits")
    await rest(scene)
    assert "`/batch` gives them to you" in scene.text(pressed.response)
    assert (await scene.account(alice)).available == 1000 - 3 * EACH
    mine = await alice.slash(scene.channel, "batch")
    assert scene.text(mine.response).count("**Batch `") == 2
    [_, late] = await rows(scene, "batches")
    for _ in range(2):
        given = await alice.select(mine.response, [late["id"]], custom_id="batch:fetch")
        assert given.response.ephemeral
        assert sorted(await unpack(given.response)) == ["01-no-way-to-them.png", "manifest.csv"]
    await scene.assert_books_balance()


async def renew(scene, job_id, **changes):
    """As an operator does, beside the bot; and see what comes of it."""

    async def again(tx):
        job = await queue.get(tx, job_id)
        job = job.evolve(request=replace(job.request, **changes))
        offered = Quote(job.provider, job.price)
        await repair._renew(tx, scene.app.bank, job, offered, job.created_at + 1)

    await scene.app.database.write(again)
    await scene.sweep()
    await rest(scene)


async def test_what_an_operator_has_drawn_again_for_nothing_is_told_by_itself(scene, alice):
    """To its member, who is not waiting for it; the batch's card stays as it is."""
    asked = await hand_in(scene, alice, "blocked by it\nand a fox\n")
    pressed = await alice.click(asked, label="Draw 2 pictures for 14 credits")
    await rest(scene)
    [blocked, _] = await scene.jobs()

    await renew(scene, blocked["id"])

    assert "blocked by it" in scene.text(alice.user.dm_channel.last_message)
    assert "**Done**" in scene.text(pressed.response)
    owed = "SELECT id FROM jobs WHERE deliver_at IS NOT NULL"
    assert await scene.app.database.read(lambda tx: tx.query(owed)) == []


async def test_in_a_direct_message_all_of_it_comes_there(scene):
    carol = scene.env.create_user("carol")
    asked = await carol.slash("batch", file=("a.txt", b"just for me\nand this\n"))
    pressed = await carol.click(asked.response, label="Draw 2 pictures for 14 credits")
    await rest(scene)

    assert "**Done** · 14 credits charged" in scene.text(pressed.response)
    groups, [archive] = posts(scene, carol.dm_channel)
    assert [len(one.attachments) for one in groups] == [2]
    assert len(await unpack(archive)) == 3


async def test_what_was_posted_before_a_crash_is_found_and_not_posted_again(scene, alice):
    """Killed after each message and before that was written down."""
    asked = await hand_in(scene, alice, "posted once\nand once\n")
    pressed = await alice.click(asked, label="Draw 2 pictures for 14 credits")
    await rest(scene)
    known = [message.id for message in scene.channel.history()]

    async def forget(tx):
        await tx.query("UPDATE batches SET state = 'running', finished_at = NULL")
        await tx.query("UPDATE batch_posts SET posted_at = NULL, message_id = NULL")

    await scene.app.database.write(forget)
    await scene.sweep()
    await rest(scene)

    assert [message.id for message in scene.channel.history()] == known
    [batch] = await rows(scene, "batches")
    assert (batch["state"], batch["claim"]) == ("done", None)
    assert all(post["message_id"] for post in await rows(scene, "batch_posts"))
    # What an operator has drawn again is a card of its own, and takes the batch's from nobody.
    [row, _] = await scene.jobs()

    await renew(scene, row["id"])
    again = scene.channel.last_message
    assert (again.id not in known, len(again.attachments)) == (True, 1)
    assert "Again · 7 credits" in scene.text(again)
    # One of them with its buttons, for who chooses it.
    group = next(one for one in posts(scene)[0] if one.id in known)
    bob = scene.member("bob")
    opened = await bob.select(group, [row["id"]], custom_id=f"batch:open:{batch['id']}")
    assert opened.response.ephemeral
    assert "Again · 7 credits" in Scene.labels(opened.response)
    assert "**Done**" in scene.text(pressed.response)


async def test_nothing_of_it_is_begun_for_somebody_who_is_being_forgotten(scene_over, rich):
    held = []

    def dress(inner):
        held.append(Held(inner))
        return held[0]

    async with scene_over(rich, dress=dress) as scene:
        alice = scene.member("alice")
        asked = await hand_in(scene, alice, "one too late\nanother\n")
        await begin(scene, alice, "drawn before")
        assert not await scene.app.client.services.privacy.forgetting.forget(alice.id)
        pressed = press(scene, alice, asked, "Draw 2 pictures for 14 credits")
        await seen(lambda: pressed.followups)
        assert "not finished yet" in scene.text(scene.seen(pressed))
        assert [job["prompt"] for job in await scene.jobs()] == ["drawn before"]
        held[0].go.set()
        await rest(scene)


async def test_what_its_maker_or_a_moderator_took_away_is_told_no_more(scene_over, rich):
    """Before the archive, and with it; the batch's own card stays."""
    doors = []

    def dress(inner):
        doors.append(Doorman(inner, let=2))
        return doors[-1]

    one = rich.model_copy(update={"max_jobs": 1})
    async with scene_over(one, dress=dress) as scene:
        alice, services = scene.member("alice"), scene.app.client.services
        rights = discord.Permissions(manage_messages=True)
        mods = scene.guild.create_role("mods", permissions=rights)
        mod = scene.guild.add_member(scene.env.create_user("mod"), roles=[mods])
        asked = await hand_in(scene, alice, "walrus deleted\nwalrus hidden\nkept\n")
        shown = press(scene, alice, asked, "Draw 3 pictures for 21 credits")
        await seen(lambda: doors[-1].waiting == 1)
        jobs = {job["prompt"]: job["id"] for job in await scene.jobs()}
        deleted = await services.studio.stored(jobs["walrus deleted"])
        hidden = await services.studio.stored(jobs["walrus hidden"])
        await services.history.forget(deleted, alice.id)
        await services.salon.showcase.take_down(deleted.job)
        await services.salon.showcase.withdraw(hidden.job)
        doors[-1].go.set()
        await rest(scene)

        [group], [archive] = posts(scene)
        assert len(group.attachments) == 1
        files = await unpack(archive)
        assert sorted(files) == ["03-kept.png", "manifest.csv"]
        assert b"walrus" not in files["manifest.csv"]

        page = (await mod.slash(scene.channel, "gallery", member=alice)).response
        assert names(page) == ["kept"]
        form = await mod.click(await look(scene, mod, page, 1), label="Delete")
        await mod.submit_modal(form, {})
        assert posts(scene) == ([], [])
        assert "**Done**" in scene.text(shown.response)
        mine = (await alice.slash(scene.channel, "gallery")).response
        assert names(mine) == ["kept", "walrus hidden"]
        await scene.assert_books_balance()


async def test_who_manages_another_server_cannot_cancel_it_from_there(scene_over, rich):
    doors = []

    def dress(inner):
        doors.append(Doorman(inner, let=1))
        return doors[-1]

    async with scene_over(rich, dress=dress) as scene:
        alice, elsewhere = scene.member("alice"), scene.env.create_guild()
        rights = discord.Permissions(manage_messages=True)
        mods = elsewhere.create_role("mods", permissions=rights)
        mallory = elsewhere.add_member(scene.env.create_user("mallory"), roles=[mods])
        lair = elsewhere.create_text_channel("lair")
        card = (await mallory.slash(lair, "imagine", prompt="a trap")).response
        asked = await hand_in(scene, alice, "one\ntwo\n")
        press(scene, alice, asked, "Draw 2 pictures for 14 credits")
        await seen(lambda: doors[-1].waiting == 2)
        [batch] = await rows(scene, "batches")
        stored = scene.env.backend.get_message(lair.id, card.id)
        [button] = [part for part in parts(stored.components) if part.get("label") == "Favourite"]
        button["custom_id"] = f"batch:cancel:{batch['id']}"
        refused = press(scene, mallory, card, "Favourite", channel=lair)
        await seen(lambda: refused.response)
        assert "Only its maker" in scene.text(refused.response)
        doors[-1].go.set()
        await rest(scene)
        assert [job["state"] for job in await scene.jobs()] == ["done"] * 3


async def test_who_is_forgotten_meanwhile_is_shown_what_is_drawn_and_begins_no_other(
    scene_over, rich
):
    """Paid for and not shown yet when the wish comes: shown first, and then all of it goes."""
    doors = []

    def dress(inner):
        doors.append(Doorman(inner, let=1))
        return doors[-1]

    one = rich.model_copy(update={"max_jobs": 1})
    async with scene_over(one, dress=dress) as scene:
        alice, services = scene.member("alice"), scene.app.client.services
        later = await hand_in(scene, alice, "asked about before\n", name="other.txt")
        asked = await hand_in(scene, alice, "drawn first\nbeing drawn\nstill waiting\n")
        press(scene, alice, asked, "Draw 3 pictures for 21 credits")
        await seen(lambda: doors[-1].waiting == 1)
        assert not await services.privacy.forgetting.forget(alice.id)
        refused = press(scene, alice, later, "Draw one picture for 7 credits")
        await seen(lambda: refused.followups)
        assert "not finished yet" in scene.text(scene.seen(refused))
        states = Counter(job["state"] for job in await scene.jobs())
        assert states == {"done": 1, "running": 1, "cancelled": 1}
        # The other ends while nobody is at the batch.
        nudge, services.courier.nudge = services.courier.nudge, lambda _batch_id: None
        doors[-1].let = 1
        doors[-1].go.set()
        await services.dispatcher.rest()
        await services.privacy.rounds.go_round()
        assert posts(scene) == ([], [])
        assert services.privacy.rounds.found["forgotten"] == 0
        services.courier.nudge = nudge
        await scene.sweep()
        await rest(scene)

        groups, [archive] = posts(scene)
        assert [len(group.attachments) for group in groups] == [2]
        assert len(await unpack(archive)) == 3
        await services.privacy.rounds.go_round()
        assert services.privacy.rounds.found["forgotten"] == 1
        assert {row["member_id"] < 0 for row in await rows(scene, "jobs")} == {True}
        await scene.assert_books_balance()
