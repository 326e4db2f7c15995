"""Many people at once, through the whole bot, over real HTTP."""

import asyncio

import simcord
from simcord import interactions


def press(scene, member, prompt, *, count=1):
    """Start an /imagine without waiting for it, as Discord does; SimCord's verbs wait."""
    env, channel = scene.env, scene.channel
    command = env.backend.find_command("imagine", scene.guild.id, type=1)
    options = [
        {"name": "prompt", "type": 3, "value": prompt},
        {"name": "count", "type": 4, "value": count},
    ]
    record, payload = interactions.base_payload(
        env.backend,
        type=2,
        channel_id=channel.id,
        guild_id=scene.guild.id,
        user_id=member.id,
        data={"id": command["id"], "name": "imagine", "type": 1, "options": options},
    )
    env.backend.emit("INTERACTION_CREATE", payload)
    return simcord.InteractionResult(env, record)


async def ended(scene, results):
    async with asyncio.timeout(60):
        while not all(result.followups or _pictures(result) for result in results):
            await asyncio.sleep(0.01)
    await scene.env.settle()


def _pictures(result):
    return result.response.attachments if result.response else []


async def grant(scene, member, amount):
    ledger = scene.app.ledger

    async def give(tx):
        await ledger.open(tx, f"member:{member.id}")
        await ledger.grant(tx, f"member:{member.id}", amount, reason="test")

    await scene.app.database.write(give)


async def test_fifty_members_press_at_once_and_thirty_can_pay(scene_over, settings, calls):
    """Exactly 30 upstream calls, 30 pictures, 20 clear refusals, and the books add up."""
    async with scene_over(settings.model_copy(update={"welcome_credits": 0})) as scene:
        members = [scene.member(f"member{number}") for number in range(50)]
        for member in members[:30]:
            await grant(scene, member, 7)

        results = [press(scene, member, "one picture for each") for member in members]
        await ended(scene, results)

        assert sum(len(_pictures(result)) for result in results) == 30
        refusals = [result for result in results if result.followups]
        assert len(refusals) == 20
        for result in refusals:
            [told] = result.followups
            assert told.ephemeral
            assert "needs 7 credits and you have 0" in scene.text(told)
        assert calls.count("one picture for each") == 30
        accounts = [await scene.account(member) for member in members[:30]]
        assert {(account.available, account.held) for account in accounts} == {(0, 0)}
        await scene.assert_books_balance()


async def test_one_member_presses_fifty_times_with_credits_for_thirty(scene_over, settings, calls):
    """The same wallet fifty times at once: never one picture more than it can pay."""
    async with scene_over(settings.model_copy(update={"welcome_credits": 0})) as scene:
        alice = scene.member("alice")
        await grant(scene, alice, 30 * 7)

        results = [press(scene, alice, "fifty fast presses") for _ in range(50)]
        await ended(scene, results)

        assert sum(len(_pictures(result)) for result in results) == 30
        assert sum(bool(result.followups) for result in results) == 20
        assert calls.count("fifty fast presses") == 30
        account = await scene.account(alice)
        assert (account.available, account.held) == (0, 0)
        await scene.assert_books_balance()


async def test_waiting_jobs_say_how_many_are_before_them(scene_over, settings):
    """With one slot, the second press sees "Queued"; both end in a picture."""
    async with scene_over(settings.model_copy(update={"max_jobs": 1})) as scene:
        alice, bob = scene.member("alice"), scene.member("bob")

        results = [press(scene, alice, "the first of two"), press(scene, bob, "the second of two")]
        await ended(scene, results)

        edits = [
            str(request.json)
            for request in scene.env.http_requests
            if request.method == "PATCH" and "webhooks" in request.path
        ]
        assert any("Queued" in edit for edit in edits)
        assert all(_pictures(result) for result in results)
