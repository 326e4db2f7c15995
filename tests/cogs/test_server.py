"""The whole bot over PostgreSQL: what people see is what it is over a file."""

from pydantic import SecretStr


async def test_a_picture_is_made_charged_and_given_on_a_server(scene_over, settings, server, calls):
    there = settings.model_copy(update={"database_url": server.fresh()})
    assert isinstance(there.database, SecretStr)
    async with scene_over(there) as scene:
        alice, bob = scene.member("alice"), scene.member("bob")

        shown = await alice.slash(scene.channel, "imagine", prompt="over a server", count=2)
        await alice.slash(scene.channel, "imagine", prompt="blocked over a server")
        offered = await alice.slash(scene.channel, "gift", member=bob, credits=20)
        await alice.click(offered.response, label="Give 20 credits")

        assert len(shown.response.attachments) == 2
        assert calls.count("over a server") == 3
        account = await scene.account(alice)
        assert (account.available, account.held) == (100 - 14 - 20, 0)
        assert (await scene.account(bob)).available == 120
        await scene.assert_books_balance()
