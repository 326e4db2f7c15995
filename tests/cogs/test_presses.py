"""Every button of cards from before a restart, and presses that come in the same moment."""

import discord

from tests.cogs.test_crowd import grant


async def edit(scene, member, card, wish):
    form = await member.click(card, label="Edit this")
    return await scene.fill(member, form, what=wish)


async def ask(scene, member, prompt, count):
    """The question that so many pictures bring."""
    question = await member.slash(scene.channel, "imagine", prompt=prompt, count=count)
    assert question.response.ephemeral
    return question.response


def shown(scene, card):
    """What a card says now, whatever it is."""
    return str(scene.env.backend.get_message(scene.channel.id, card.id).components)


async def test_everything_posted_before_a_restart_is_pressed_after_it(scene_over, settings, calls):
    """The cards themselves, by their maker and by another."""
    careful = settings.model_copy(update={"confirm_from_credits": 28})
    async with scene_over(careful) as scene:
        alice, bob = scene.member("alice"), scene.member("bob")
        first = (await alice.slash(scene.channel, "imagine", prompt="long before")).response
        card = await edit(scene, alice, first, "a little before")
        tree, other = [(await bob.click(card, label="Versions")).response for _ in range(2)]
        yes, no = [await ask(scene, alice, f"asked before, {word}", 4) for word in ("yes", "no")]
        gift = await alice.slash(scene.channel, "gift", member=bob, credits=1)
        root, leaf = [row["id"] for row in await scene.jobs()]

        await scene.restart()

        versions = (await bob.click(card, label="Versions")).response
        assert "long before" in scene.text(versions)
        for label in (
            "Again · 7 credits",
            "Vary · 7 credits",
            "2K · 11 credits",
            "4K · 23 credits",
        ):
            made = (await bob.click(first, label=label)).response
            assert made.attachments
            assert f"<@{bob.id}>" in scene.text(made)
        assert (await edit(scene, bob, first, "changed after")).attachments
        form = await scene.choose(bob, first, "remix")
        assert form.modal["components"][0]["component"]["value"] == "long before"
        assert (await scene.fill(bob, form, prompt="said after")).attachments
        details = (await scene.choose(bob, first, "details")).response
        assert details.ephemeral
        assert root in scene.text(details)
        assert (await scene.account(bob)).available == 100 - (7 + 7 + 11 + 23) - 7 - 7

        await scene.choose(bob, tree, root)
        assert scene.labels(tree)[0] == "Again · 7 credits"
        compared = (await bob.click(other, label="Compare with the one before")).followups[-1]
        assert compared.attachments
        assert f"<@{bob.id}> pressed" in scene.text(compared)

        drawn = (await alice.click(yes, label="Draw it for 28 credits")).response
        assert len(drawn.attachments) == 4
        await alice.click(no, label="Never mind")
        assert "Nothing was charged" in shown(scene, no)
        await alice.click(gift.response, label="Give 1 credit")
        assert (await scene.account(alice)).available == 100 - 7 - 7 - 28 - 1

        await alice.click(card, label="Undo")
        assert "long before" in scene.text(card)
        refused = scene.seen(await scene.choose(bob, card, "delete"))
        assert refused.ephemeral
        assert "Only its maker" in scene.text(refused)
        await scene.fill(alice, await scene.choose(alice, card, "delete"), where=["history"])
        assert card.id not in [message.id for message in scene.channel.history()]
        gone = scene.seen(await bob.click(first, label="Again · 7 credits"))
        assert "not known any more" in scene.text(gone)
        states = {row["state"] for row in await scene.jobs()}
        assert states == {"done"}
        assert leaf in [row["id"] for row in await scene.jobs()]
        await scene.assert_books_balance()
    assert calls.count("asked before, no") == 0


async def test_presses_of_one_moment_each_draw_once(scene_over, settings, calls):
    """Of one member and of several, each press delivered twice; one has credits for one."""
    async with scene_over(settings.model_copy(update={"welcome_credits": 0})) as scene:
        alice, bob, carol = (scene.member(name) for name in ("alice", "bob", "carol"))
        for member, amount in ((alice, 100), (bob, 100), (carol, 7)):
            await grant(scene, member, amount)
        first = (await alice.slash(scene.channel, "imagine", prompt="of one moment")).response
        again, vary, larger = "Again · 7 credits", "Vary · 7 credits", "2K · 11 credits"
        async with scene.at_once(times=2):
            pressed = [
                await member.click(first, label=label)
                for member, labels in (
                    (alice, (again, again, vary, larger)),
                    (bob, (again, vary, vary, larger)),
                    (carol, (again, again)),
                )
                for label in labels
            ]

        made = [press for press in pressed if press.response and press.response.attachments]
        assert len(made) == 9
        [refused] = [press for press in pressed if press not in made]
        for told in refused.followups:
            assert told.ephemeral
            assert "needs 7 credits and you have 0" in scene.text(told)
        assert calls.count("of one moment") == 1 + 9
        jobs = await scene.jobs()
        assert [job["state"] for job in jobs] == ["done"] * 10
        assert len({job["interaction_id"] for job in jobs}) == 10
        assert len(scene.channel.history()) == 10
        left = [(await scene.account(member)).available for member in (alice, bob, carol)]
        assert left == [100 - 7 - 14 - 7 - 11, 100 - 7 - 14 - 11, 0]
        await scene.assert_books_balance()


async def test_a_question_is_answered_once_however_many_answers_come_at_once(
    scene_over, settings, calls
):
    careful = settings.model_copy(update={"confirm_from_credits": 14})
    async with scene_over(careful) as scene:
        alice = scene.member("alice")
        twice, torn = [await ask(scene, alice, f"at once, {word}", 2) for word in ("twice", "torn")]
        async with scene.at_once(times=2):
            pressed = [await alice.click(twice, label="Draw it for 14 credits") for _ in range(2)]
        [drawn] = [one for one in pressed if one.response and one.response.attachments]
        [late] = [one for one in pressed if one is not drawn]
        assert "answered already" in scene.text(scene.seen(late))
        assert scene.seen(late).ephemeral
        assert calls.count("at once, twice") == 2
        assert "It is being made" in shown(scene, twice)
        assert (await scene.account(alice)).available == 100 - 14

        async with scene.at_once(times=2):
            yes = await alice.click(torn, label="Draw it for 14 credits")
            await alice.click(torn, label="Never mind")
        drawn = bool(yes.response and yes.response.attachments)
        assert ("It is being made" in shown(scene, torn)) is drawn
        assert calls.count("at once, torn") == 2 * drawn
        assert len(await scene.jobs()) == 1 + drawn
        assert (await scene.account(alice)).available == 100 - 14 - 14 * drawn
        [asked] = {
            row["state"]
            for row in await scene.app.database.read(
                lambda tx: tx.query("SELECT * FROM confirmations")
            )
            if row["prompt"] == "at once, torn"
        }
        assert (asked == "declined") is not drawn
        await scene.assert_books_balance()


async def test_undo_and_delete_take_effect_once_in_one_moment(scene):
    """Two presses of Undo are one step back, as are two for whom it is beside the card."""
    alice, bob = scene.member("alice"), scene.member("bob")
    role = scene.guild.create_role("mods", permissions=discord.Permissions(manage_messages=True))
    mod = scene.guild.add_member(scene.env.create_user("mod"), roles=[role])
    card = (await alice.slash(scene.channel, "imagine", prompt="step one")).response
    for wish in ("step two", "step three"):
        card = await edit(scene, alice, card, wish)
    async with scene.at_once(times=2):
        undone = [await member.click(card, label="Undo") for member in (alice, bob, mod, alice)]
    assert "step two" in scene.text(card)
    assert len(card.attachments) == 1
    beside = undone[1].response
    assert beside.ephemeral
    assert "step two" in scene.text(beside)
    assert not any(press.followups for press in undone)

    forms = [(by, await scene.choose(by, card, "delete")) for by in (alice, alice, mod)]
    async with scene.at_once(times=2):
        sent = []
        for by, form in forms:
            field = form.modal["components"][1]["component"]["custom_id"]
            sent.append(
                await by.submit_modal(form, {field: ["history" if by is alice else "here"]})
            )
    told = sorted(scene.text(one) for press in sent for one in press.followups)
    assert len(told) == 2
    assert "deleted in the meantime" in told[0]
    assert "not known any more" in told[1]
    assert card.id not in [message.id for message in scene.channel.history()]
    shown = await alice.slash(scene.channel, "show", job=(await scene.jobs())[1]["id"])
    assert "not known any more" in scene.text(scene.seen(shown))
    assert len(await scene.jobs()) == 3
    assert (await scene.account(alice)).available == 100 - 3 * 7
    await scene.assert_books_balance()


ON_A_CARD = ("Again · 7 credits", "Edit this", "Vary · 7 credits", "4K · 23 credits")
IN_ITS_MENU = ("remix", "details", "delete")


async def every(scene, member, card, tree, version):
    """Press all that there is on a card and on a tree of it; what each press led to."""
    for label in (*ON_A_CARD, "2K · 11 credits", "Undo", "Versions"):
        yield await member.click(card, label=label)
    for value in IN_ITS_MENU:
        yield await scene.choose(member, card, value)
    yield await scene.choose(member, tree, version)
    yield await member.click(tree, label="Compare with the one before")


async def test_every_press_without_permission_and_on_a_forgotten_job_is_refused(
    scene_over, settings
):
    """In private, with nothing done; nobody is asked twice for what they may not use any more."""
    careful = settings.model_copy(update={"confirm_from_credits": 28})
    async with scene_over(careful) as scene:
        alice, bob = scene.member("alice"), scene.member("bob")
        first = (await alice.slash(scene.channel, "imagine", prompt="a first")).response
        card = await edit(scene, alice, first, "a second")
        question = await ask(scene, bob, "four of a kind", 4)
        tree = (await bob.click(card, label="Versions")).response
        leaf = (await scene.jobs())[1]["id"]
        copy = (await alice.slash(scene.channel, "show", job=leaf)).response

        def forbid(event, payload):
            if event == "INTERACTION_CREATE" and payload["member"]["user"]["id"] == str(bob.id):
                apps = discord.Permissions(use_application_commands=True).value
                payload["member"]["permissions"] = str(
                    int(payload["member"]["permissions"]) & ~apps
                )

        async def assert_refused(sentence):
            count = 0
            async for press in every(scene, bob, copy, tree, leaf):
                assert press.modal is None
                told = scene.seen(press)
                assert told.ephemeral
                assert sentence in scene.text(told)
                count += 1
            assert count == 12
            assert len(await scene.jobs()) == 2
            held = await scene.app.database.read(lambda tx: tx.query("SELECT * FROM reservations"))
            assert len(held) == 2

        scene.env.backend.subscribers.insert(0, forbid)
        await assert_refused("may not use apps in this channel")
        told = scene.seen(await bob.click(question, label="Draw it for 28 credits"))
        assert "may not use apps in this channel" in scene.text(told)
        scene.env.backend.subscribers.remove(forbid)

        await scene.fill(alice, await scene.choose(alice, card, "delete"), where=["history"])
        await assert_refused("not known any more")
        await scene.assert_books_balance()


async def test_what_is_pressed_as_its_message_goes_is_done_all_the_same(
    scene_over, settings, calls
):
    """All but what only changes that message, of which it is said that it is gone."""
    careful = settings.model_copy(update={"confirm_from_credits": 14})
    async with scene_over(careful) as scene:
        alice = scene.member("alice")
        first = (await alice.slash(scene.channel, "imagine", prompt="a first look")).response
        edited = await edit(scene, alice, first, "a second look")
        root, leaf = [row["id"] for row in await scene.jobs()]

        async def vanishing():
            card = (await alice.slash(scene.channel, "show", job=leaf)).response
            scene.vanish(card)
            return card

        async def vanishing_tree():
            tree = (await alice.click(edited, label="Versions")).response
            scene.vanish(tree)
            return tree

        again = await alice.click(await vanishing(), label="Again · 7 credits")
        assert again.response.attachments
        details = await scene.choose(alice, await vanishing(), "details")
        assert leaf in scene.text(details.response)
        tree = await alice.click(await vanishing(), label="Versions")
        assert "a second look" in scene.text(tree.response)
        tree = await vanishing_tree()
        compared = await alice.click(tree, label="Compare with the one before")
        assert compared.followups[-1].attachments
        told = scene.seen(await scene.choose(alice, await vanishing_tree(), root))
        assert told.ephemeral
        assert "deleted in the meantime" in scene.text(told)
        yes, no = [await ask(scene, alice, f"gone, {word}", 2) for word in ("yes", "no")]
        scene.vanish(yes)
        drawn = await alice.click(yes, label="Draw it for 14 credits")
        assert len(drawn.response.attachments) == 2
        scene.vanish(no)
        assert not (await alice.click(no, label="Never mind")).followups
        assert calls.count("gone, no") == 0
        assert (await scene.account(alice)).available == 100 - 14 - 7 - 14
        await scene.assert_books_balance()
