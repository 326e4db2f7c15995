"""Where the bot works: in direct messages, and where a member brought it along."""

import pytest

from bot.jobs.delivery import Picture
from bot.jobs.job import Receipt
from bot.ui.delivery import DiscordDelivery

MOST_FOLLOW_UPS = 5
"""Discord's limit for an application that only the member has installed."""


@pytest.fixture
def alice(scene):
    """A member who brings the bot to a server that has not installed it."""
    alice = scene.member("alice")

    def as_guest(event, payload, *rest):
        if event == "INTERACTION_CREATE":
            payload["authorizing_integration_owners"] = {"1": str(alice.id)}

    scene.env.backend.subscribers.insert(0, as_guest)
    return alice


async def test_a_guest_is_paid_by_the_member_alone_and_answers_within_its_rights(
    scene, alice, calls
):
    """No pool, team or rule of the server counts, and nothing is posted where the bot is not."""
    ledger, pool = scene.app.ledger, f"server:{scene.guild.id}"

    async def fund(tx):
        await ledger.open(tx, pool, welcome=False)
        await ledger.grant(tx, pool, 100, reason="test")
        for kind, place_id in (("channels", 1), ("roles", 1), ("spoilers", scene.channel.id)):
            await tx.run("add_place", guild_id=scene.guild.id, kind=kind, place_id=place_id)

    await scene.app.database.write(fund)
    before = len(scene.env.http_requests)

    made = await alice.slash(scene.channel, "imagine", prompt="brought along", count=2)
    failed = await alice.slash(scene.channel, "imagine", prompt="brought along, blocked")
    shown = await alice.slash(scene.channel, "balance")

    assert f"14 credits charged · paid by <@{alice.id}>" in scene.text(made.response)
    assert "Nothing was charged" in scene.text(failed.followups[0])
    assert "pool" not in scene.text(shown.response)
    requests = scene.env.http_requests[before:]
    assert [r.path for r in requests if r.path.startswith("/channels")] == []
    follow_ups = [r for r in requests if r.method == "POST" and r.path.startswith("/webhooks")]
    assert len(follow_ups) <= MOST_FOLLOW_UPS
    again = await alice.click(made.response, label="Again · 14 credits")
    assert "14 credits charged" in scene.text(again.response)
    assert {(job["guild_id"], job["channel_id"]) for job in await scene.jobs()} == {(None, None)}
    account = await scene.app.database.read(lambda tx: ledger.account(tx, pool))
    assert (account.available, account.held) == (100, 0)
    await scene.assert_books_balance()


async def test_what_comes_too_late_for_the_reply_goes_to_the_member(scene, alice):
    """The bot is not in that server, so that it does not even try its channel."""
    await alice.slash(scene.channel, "imagine", prompt="late, as a guest")
    [job] = await scene.jobs()
    client = scene.app.client
    stored = await client.services.studio.stored(job["id"])
    [image] = stored.results
    picture = Picture(scene.app.workshop.store.path(image), image.mime, image, "unchanged")
    late = DiscordDelivery(client=client, cards=client.services.cards, now=lambda: 2**62)
    before = len(scene.env.http_requests)

    await late.deliver(stored.job, [picture], Receipt(7, 93, 1, 5), None)

    posted = [r.path for r in scene.env.http_requests[before:] if r.method == "POST"]
    assert len(posted) == 2
    assert posted[0] == "/users/@me/channels"
    assert str(scene.channel.id) not in posted[1]


async def test_managers_commands_are_not_brought_along(scene, alice):
    """Their servers' rules are not for a guest: also an old button of one does nothing."""
    [put] = [r for r in scene.env.http_requests if r.method == "PUT"]
    brought = {c["name"] for c in put.json if 1 in c["integration_types"]}
    menus = {"Edit this picture", "Use as reference"}
    own = {"imagine", "compose", "style", "character", "edit", "batch", "balance", "show"}
    own |= {"gallery", "preferences", "privacy", "operator", "help"}
    assert brought == own | menus
    anywhere = {c["name"] for c in put.json if c["contexts"] == [0, 1, 2]}
    assert anywhere == brought
    assert all(0 in c["integration_types"] and 0 in c["contexts"] for c in put.json)


async def test_in_a_direct_message_everything_of_ones_own_works(scene):
    carol = scene.env.create_user("carol")

    made = await carol.slash("imagine", prompt="just for me")
    shown = await carol.slash("balance")
    mine = await carol.slash("preferences")
    await carol.select(mine.response, ["zh-CN"], custom_id="preferences:language")

    assert "7 credits charged" in scene.text(made.response)
    assert "**93 credits** to spend" in scene.text(shown.response)
    assert "你的偏好" in scene.text(mine.response)
    again = await carol.click(made.response, label="Again · 7 credits")
    assert "扣除 7 积分" in scene.text(again.response)
    assert "settings" not in carol.available_commands()
