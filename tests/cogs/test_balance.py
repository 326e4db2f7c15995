"""/balance tells the truth, to one person."""

import time
from dataclasses import replace

from bot.app import World


async def test_a_newcomer_has_the_welcome_grant(scene):
    shown = await scene.member("alice").slash(scene.channel, "balance")

    assert shown.response.ephemeral
    text = scene.text(shown.response)
    assert "**100 credits** to spend" in text
    assert "0 credits spent since" in text
    assert "+100 · granted" in text


async def test_spent_credits_are_listed_and_counted_for_the_month(scene):
    """Two pictures at seven credits: 86 left, 14 spent, both charges among the entries."""
    alice = scene.member("alice")
    for prompt in ("first of the month", "second of the month"):
        await alice.slash(scene.channel, "imagine", prompt=prompt)

    text = scene.text((await alice.slash(scene.channel, "balance")).response)

    assert "**86 credits** to spend" in text
    assert "14 credits spent since" in text
    assert text.count("-7 · charged") == 2
    assert "held for pictures" not in text


async def test_each_member_has_an_account_of_their_own(scene):
    await scene.member("alice").slash(scene.channel, "imagine", prompt="alice's own")

    text = scene.text((await scene.member("bob").slash(scene.channel, "balance")).response)

    assert "**100 credits** to spend" in text


async def test_asking_twice_grants_once(scene):
    alice = scene.member("alice")
    await alice.slash(scene.channel, "balance")
    await alice.slash(scene.channel, "balance")

    account = await scene.account(alice)

    assert account.available == 100
    await scene.assert_books_balance()


async def test_a_new_month_starts_at_nothing_spent(scene_over, settings):
    """The same database read 40 days later: the balance stays, the month's cost is 0."""
    async with scene_over(settings) as scene:
        alice_id = scene.member("alice").id
        await scene.member("alice").slash(scene.channel, "imagine", prompt="last month's")
    later = World(now=lambda: time.time_ns() // 1000 + 40 * 86_400_000_000)

    async with scene_over(settings, world=replace(later)) as scene:
        statement = await scene.app.client.services.wallets.statement(alice_id)

    assert (statement.available, statement.spent_this_month) == (93, 0)
