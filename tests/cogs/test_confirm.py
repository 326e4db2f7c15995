"""Dear requests ask first: nothing is held until the press, each press draws once, by its asker."""

import io
import time
from dataclasses import replace

import pytest
from PIL import Image

from bot.workshop import World

MINUTE = 60 * 1_000_000
PRICE = 4 * 7
"""Four pictures of the default model."""
DEAR = {"count": 4}


@pytest.fixture
def careful(settings):
    """Asks from 20 credits on."""
    return settings.model_copy(update={"confirm_from_credits": 20})


@pytest.fixture
async def scene(scene_over, careful):
    async with scene_over(careful) as opened:
        yield opened


@pytest.fixture
def alice(scene):
    return scene.member("alice")


def picture(colour):
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), colour).save(buffer, "PNG")
    return buffer.getvalue()


async def ask(scene, who, prompt="a dear dragon", **options):
    """The question a dear request brings."""
    shown = (await who.slash(scene.channel, "imagine", prompt=prompt, **(DEAR | options))).response
    assert shown.ephemeral
    return shown


def words(scene, message):
    """What a card says now."""
    return str(scene.env.backend.get_message(scene.channel.id, message.id).components)


async def rows(scene, table):
    return await scene.app.database.read(lambda tx: tx.query(f"SELECT * FROM {table}"))  # noqa: S608


async def test_it_says_what_it_costs_and_who_would_pay_and_holds_nothing(scene, alice, calls):
    question = await ask(scene, alice)

    text = scene.text(question)
    assert f"Draw this for {PRICE} credits?" in text
    assert "a dear dragon" in text
    assert "4 pictures · 1K · Nano Banana 2.1" in text
    assert "Paid by you" in text
    assert await rows(scene, "reservations") == await rows(scene, "jobs") == []
    assert await rows(scene, "usage") == []
    assert calls.count("a dear dragon") == 0

    pressed = await alice.click(question, label=f"Draw it for {PRICE} credits")

    assert len(pressed.response.attachments) == 4
    assert not pressed.response.ephemeral
    assert calls.count("a dear dragon") == 4
    assert "It is being made" in words(scene, question)
    assert "confirm:" not in words(scene, question)
    assert (await scene.account(alice)).available == 100 - PRICE
    await scene.assert_books_balance()


async def test_never_mind_draws_nothing_and_ends_it(scene, alice, calls):
    question = await ask(scene, alice, "never drawn")
    stored = scene.env.backend.get_message(scene.channel.id, question.id)
    before = stored.components

    await alice.click(question, label="Never mind")

    assert "Nothing was charged." in words(scene, question)
    stored.components = before
    late = await alice.click(question, label=f"Draw it for {PRICE} credits")
    assert "answered already" in scene.text(late.response)
    assert calls.count("never drawn") == 0
    assert await rows(scene, "jobs") == []


async def test_pressed_twice_or_delivered_twice_it_is_drawn_once(scene, alice, calls):
    """Each press is delivered twice, and the second is of the card as it was before the first."""
    question = await ask(scene, alice, "once and no more", count=3)
    stored = scene.env.backend.get_message(scene.channel.id, question.id)
    before = stored.components
    parsers = scene.app.client._connection.parsers
    deliver = parsers["INTERACTION_CREATE"]
    parsers["INTERACTION_CREATE"] = lambda data: (deliver(data), deliver(data))

    for _ in range(2):
        await alice.click(question, label="Draw it for 21 credits")
        await scene.env.settle()
        stored.components = before

    assert calls.count("once and no more") == 3
    assert (await scene.account(alice)).available == 100 - 21
    await scene.assert_books_balance()


def buttons_of(message, question_id):
    """Make a card's buttons those of another question."""
    for part in message.components[0]["components"]:
        if part["type"] == 1:
            for button, verb in zip(part["components"], ("draw", "drop"), strict=True):
                button["custom_id"] = f"confirm:{verb}:{question_id}"


async def test_it_works_after_a_restart_with_its_upload_and_only_for_its_asker(scene, alice, calls):
    """The upload was read when the command came. Bob forges the button and is refused."""
    options = {"image": ("mine.png", picture("teal")), "count": 3}
    question = (await alice.slash(scene.channel, "edit", prompt="make it dear", **options)).response
    [asked] = await rows(scene, "confirmations")
    bob = scene.member("bob")
    theirs = await ask(scene, bob, "bob's own")
    buttons_of(scene.env.backend.get_message(scene.channel.id, theirs.id), asked["id"])

    refused = await bob.click(theirs, label=f"Draw it for {PRICE} credits")
    assert "not yours" in scene.text(refused.response)

    await scene.restart()
    pressed = await alice.click(question, label="Draw it for 21 credits")
    assert len(pressed.response.attachments) == 3
    assert calls.count("make it dear") == 3
    [sent] = [part for part in calls.last()["contents"][0]["parts"] if "inlineData" in part]
    assert sent
    assert (await scene.account(alice)).available == 100 - 21


async def test_a_question_closes_after_its_time(scene_over, careful):
    clock = [time.time_ns() // 1000]
    async with scene_over(careful, world=replace(World(), now=lambda: clock[0])) as scene:
        alice = scene.member("alice")
        question = await ask(scene, alice)
        clock[0] += 14 * MINUTE

        late = await alice.click(question, label=f"Draw it for {PRICE} credits")

        assert "open for 14 minutes" in scene.text(late.response)
        assert await rows(scene, "reservations") == []

        clock[0] += 24 * 60 * MINUTE
        sweeper = scene.app.client.services.sweeper
        sweeper._tidied = None
        await sweeper.sweep()

        assert await rows(scene, "confirmations") == []


async def test_another_price_asks_again(scene_over, careful, upstream, calls):
    """Google is spent up by somebody else meanwhile, and API易 is dearer."""
    changes = {
        "apiyi_api_key": type(careful.gemini_api_key)("sk-dear"),
        "apiyi_base_url": upstream.gateway_url,
        "gemini_limits": "usd_per_day=0.11",
    }
    async with scene_over(careful.model_copy(update=changes)) as scene:
        alice, bob = scene.member("alice"), scene.member("bob")
        question = await ask(scene, alice, "dearer by and by", count=3)
        assert "21 credits" in scene.text(question)
        spent = await ask(scene, bob, "what spends it", count=3)
        await bob.click(spent, label="Draw it for 21 credits")

        pressed = await alice.click(question, label="Draw it for 21 credits")

        assert pressed.response is None or not pressed.response.attachments
        assert calls.count("dearer by and by") == 0
        turned = words(scene, question)
        assert "The price has changed" in turned
        [price] = {
            row["credits"]
            for row in await rows(scene, "confirmations")
            if row["prompt"] == "dearer by and by"
        }
        assert price != 21
        drawn = await alice.click(question, label=f"Draw it for {price} credits")
        assert len(drawn.response.attachments) == 3
        assert (await scene.account(alice)).available == 100 - price
        await scene.assert_books_balance()


async def test_what_would_be_refused_is_refused_at_once(scene_over, careful):
    poor = careful.model_copy(update={"welcome_credits": 27})
    async with scene_over(poor) as scene:
        shown = await ask(scene, scene.member("alice"))

        assert "This needs 28 credits and you have 27" in scene.text(shown)
        assert await rows(scene, "confirmations") == []


async def test_what_a_servers_rules_stop_is_not_even_asked_about(scene, alice, calls):
    async def keep_out(word):
        guild_id = scene.guild.id
        await scene.app.database.write(
            lambda tx: tx.run("block_word", guild_id=guild_id, word=word, set_by=1, now=1)
        )

    await keep_out("gore")
    assert "keeps “gore” out" in scene.text(await ask(scene, alice, "dear gore"))
    assert await rows(scene, "confirmations") == []

    question = await ask(scene, alice, "a dear wyvern")
    await keep_out("wyvern")
    drawn = await alice.click(question, label=f"Draw it for {PRICE} credits")
    assert "keeps “wyvern” out" in scene.text(scene.seen(drawn))
    assert scene.seen(drawn).ephemeral
    assert calls.count("wyvern") == 0
    assert await scene.jobs() == []


async def test_again_and_edit_ask_too_and_a_team_is_named(scene_over, settings, calls):
    """From 0 credits on everything asks."""
    chosen = settings.model_copy(update={"confirm_from_credits": 0})
    async with scene_over(chosen) as scene:
        alice = scene.member("alice")
        await alice.slash(scene.channel, "team create", name="Foxes", credits=40)
        question = await ask(scene, alice, "a first one", count=1, private=True)
        assert "Paid by the team **Foxes**" in scene.text(question)
        first = await alice.click(question, label="Draw it for 7 credits")
        assert first.response.ephemeral

        again = await alice.click(first.response, label="Again · 7 credits")
        assert "Draw this for 7 credits?" in scene.text(again.response)
        second = await alice.click(again.response, label="Draw it for 7 credits")
        assert "pressed **Again**" in scene.text(second.response)

        form = await alice.click(first.response, label="Edit this")
        field = form.modal["components"][0]["component"]["custom_id"]
        edit = await alice.submit_modal(form, {field: "add a moon"})
        assert "add a moon" in scene.text(edit.response)
        third = await alice.click(edit.response, label="Draw it for 7 credits")
        assert third.response.attachments
        assert calls.count("add a moon") == 1
        jobs = await scene.jobs()
        assert [bool(job["origin_job_id"]) for job in jobs] == [False, False, True]
        await scene.assert_books_balance()


async def test_another_payer_than_was_said_asks_again(scene_over, settings, calls):
    """The team's pot is spent meanwhile: nobody pays themselves who was told that it would."""
    chosen = settings.model_copy(update={"confirm_from_credits": 0})
    async with scene_over(chosen) as scene:
        alice, bob = scene.member("alice"), scene.member("bob")
        await bob.slash(scene.channel, "team create", name="Foxes", credits=10)
        question = await ask(scene, alice, "the foxes pay", count=1)
        other = await ask(scene, bob, "the foxes paid", count=1)
        await bob.click(other, label="Draw it for 7 credits")

        await alice.click(question, label="Draw it for 7 credits")

        assert "Who would pay has changed" in words(scene, question)
        assert "Paid by you" in words(scene, question)
        assert calls.count("the foxes pay") == 0
        drawn = await alice.click(question, label="Draw it for 7 credits")
        assert drawn.response.attachments
        assert (await scene.account(alice)).available == 100 - 7
        await scene.assert_books_balance()


async def mention(scene, member, card, words):
    """A reply to a card that mentions the bot, in the direct messages with it, delivered twice."""
    parsers, dm = scene.app.client._connection.parsers, member.user.dm_channel
    deliver = parsers["MESSAGE_CREATE"]
    parsers["MESSAGE_CREATE"] = lambda data: (deliver(data), deliver(data))
    there = {"channel_id": str(dm.id), "message_id": str(card.id)}
    reference = scene.env.backend.normalize_message_reference(dm.id, there)
    said = f"{scene.app.client.user.mention} {words}"
    await member.send_dm(said, reference=reference)
    parsers["MESSAGE_CREATE"] = deliver


async def test_a_reply_to_a_picture_sent_by_message_asks_once_and_its_card_becomes_the_picture(
    scene_over, settings, calls
):
    chosen = settings.model_copy(update={"confirm_from_credits": 0})
    async with scene_over(chosen) as scene:
        alice = scene.member("alice")
        first = await ask(scene, alice, "a secret", count=1, private=True)
        scene.env.inject_error("PATCH", "/webhooks/*", status=404, code=10015, times=None)
        await alice.click(first, label="Draw it for 7 credits")
        scene.env.backend.faults.clear()
        dm = alice.user.dm_channel
        before = len(dm.history())
        await mention(scene, alice, dm.last_message, "more secret")
        assert len(dm.history()) == before + 2
        assert "Draw this for 7 credits?" in scene.text(dm.last_message)

        pressed = await alice.user.click(dm.last_message, label="Draw it for 7 credits")

        assert pressed.response.ephemeral
        assert pressed.response.attachments
        assert len(dm.history()) == before + 2
        assert calls.count("more secret") == 1
        assert (await scene.account(alice)).available == 100 - 14


async def test_what_is_deleted_for_good_stays_for_whom_was_asked_about_it(scene_over, settings):
    """Bob is asked whether to vary it while Alice deletes it, and says yes."""
    chosen = settings.model_copy(update={"confirm_from_credits": 1})
    async with scene_over(chosen) as scene:
        alice, bob = scene.member("alice"), scene.member("bob")
        mine = await ask(scene, alice, "a picture to forget", count=1)
        first = await alice.click(mine, label="Draw it for 7 credits")
        question = await bob.click(first.response, label="Vary · 7 credits")
        form = await scene.choose(alice, first.response, "delete")
        await scene.fill(alice, form, where=["history"])

        pressed = await bob.click(question.response, label="Draw it for 7 credits")

        assert pressed.response.attachments
        assert (await scene.account(bob)).available == 100 - 7
        await scene.assert_books_balance()


async def test_off_never_asks(scene_over, settings):
    chosen = settings.model_copy(update={"confirm_from_credits": None, "welcome_credits": 300})
    async with scene_over(chosen) as scene:
        shown = await scene.member("alice").slash(
            scene.channel, "imagine", prompt="at once", **DEAR
        )
        assert len(shown.response.attachments) == 4
