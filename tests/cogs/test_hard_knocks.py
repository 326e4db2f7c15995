"""Broken connections, full disks and stops at the wrong moment: nothing paid for is thrown away."""

import errno
import time
from dataclasses import replace

import pytest
from aiohttp import ServerDisconnectedError
from pydantic import SecretStr

from bot.app import World, open_app
from bot.errors import SettingsError


class Clock:
    ahead = 0

    def __call__(self):
        return time.time_ns() // 1000 + self.ahead


@pytest.fixture
def break_discord(monkeypatch):
    """Make the first matching request of an interaction's webhook end in a dropped connection."""

    def arrange(scene, matches, *, times=1):
        adapter = type(scene.env._webhook_adapter)
        request, left = adapter.request, [times]

        async def breaking(self, route, session, **options):
            if left[0] and matches(route, options):
                left[0] -= 1
                raise ServerDisconnectedError
            return await request(self, route, session, **options)

        monkeypatch.setattr(adapter, "request", breaking)

    return arrange


async def test_a_progress_card_that_breaks_costs_no_picture(scene, break_discord):
    break_discord(scene, lambda route, options: route.method == "PATCH")
    alice = scene.member("alice")

    shown = await alice.slash(scene.channel, "imagine", prompt="a card breaks", count=4)

    assert len(shown.response.attachments) == 4
    assert (await scene.account(alice)).available == 72
    await scene.assert_books_balance()


async def test_a_discord_that_is_away_for_two_minutes_gets_the_picture_once(
    scene_over, settings, monkeypatch, calls
):
    """Every offer breaks, a picture's and a sentence's; both arrive in the reply, later, once.

    Nothing goes another way meanwhile: what broke off may have arrived. No slot is held.
    """
    clock = Clock()
    async with scene_over(settings, world=replace(World(), now=clock)) as scene:
        http, adapter = type(scene.env.bot.http), type(scene.env._webhook_adapter)
        away, offers = [True], []

        def breaking(request):
            async def maybe(self, route, *rest, **options):
                if "callback" not in route.path:
                    offers.append(bool(options.get("files")))
                    if away[0]:
                        raise ServerDisconnectedError
                return await request(self, route, *rest, **options)

            return maybe

        monkeypatch.setattr(adapter, "request", breaking(adapter.request))
        monkeypatch.setattr(http, "request", breaking(http.request))
        alice, bob = scene.member("alice"), scene.member("bob")
        shown = await alice.slash(scene.channel, "imagine", prompt="back in a moment")
        refused = await bob.slash(scene.channel, "imagine", prompt="blocked for two minutes")
        assert (await scene.account(bob)).available == 100
        for seconds in (6, 22, 68, 122):
            clock.ahead = seconds * 1_000_000
            await scene.sweep()
        waiting, owing = await scene.jobs()
        assert (waiting["state"], waiting["claim"]) == ("generated", None)
        assert (owing["state"], owing["claim"]) == ("failed", None)
        assert owing["deliver_at"] is not None
        assert offers.count(True) == waiting["deliver_tries"] == 4
        away[0] = False

        clock.ahead = 400 * 1_000_000
        await scene.sweep()

        assert len(shown.response.attachments) == 1
        assert offers.count(True) == 5
        assert calls.count("back in a moment") == 1
        [told] = refused.followups
        assert "Nothing was charged." in scene.text(told)
        waiting, owing = await scene.jobs()
        assert (waiting["state"], waiting["credits_charged"]) == ("done", 7)
        assert (owing["deliver_at"], owing["reply_token"]) == (None, None)
        assert (await scene.account(alice)).available == 93
        await scene.assert_books_balance()


async def test_a_person_who_cannot_be_told_in_the_reply_is_written_to(scene, break_discord):
    """The follow-up breaks: the card does not stay, and a direct message says why."""
    break_discord(
        scene, lambda route, options: route.method == "POST" and "callback" not in route.path
    )
    alice = scene.member("alice")

    shown = await alice.slash(scene.channel, "imagine", prompt="blocked")

    assert shown.response is None
    sent = scene.env.http_requests[-1]
    assert "Nothing was charged." in str(sent.json)
    assert (await scene.account(alice)).available == 100


async def test_one_full_disk_moment_keeps_the_other_three_pictures(scene, monkeypatch):
    store, failed = scene.app.workshop.store, []
    move = store._move

    def full_once(*arguments):
        if not failed:
            failed.append(True)
            raise OSError(errno.ENOSPC, "No space left on device")
        return move(*arguments)

    monkeypatch.setattr(store, "_move", full_once)
    alice = scene.member("alice")

    shown = await alice.slash(scene.channel, "imagine", prompt="nearly full", count=4)

    assert len(shown.response.attachments) == 3
    assert (await scene.account(alice)).available == 79
    await scene.assert_books_balance()


async def test_a_stranger_cannot_press_the_buttons_of_a_private_picture(scene, calls):
    """Knowing its id is not enough: no prompt is shown, nothing is made."""
    alice, bob = scene.member("alice"), scene.member("bob")
    await alice.slash(scene.channel, "imagine", prompt="her secret wish", private=True)
    [job] = await scene.jobs()
    public = await bob.slash(scene.channel, "imagine", prompt="nothing to hide")
    message = scene.env.backend.get_message(scene.channel.id, public.response.id)
    _point_buttons_at(message.components, job["id"])

    pressed = await bob.click(public.response, label="Again · 7 credits")

    assert "not known any more" in scene.text(pressed.response or pressed.followups[0])
    assert calls.count("her secret wish") == 1


async def test_a_stop_while_an_upload_is_read_starts_no_paid_call(scene, calls, monkeypatch):
    """The person reads that the bot restarts; nothing is held."""
    uploads = scene.app.client.services.studio._uploads
    take = type(uploads).take

    async def stop_meanwhile(self, given):
        taken = await take(self, given)
        scene.app.client.services.studio.close()
        return taken

    monkeypatch.setattr(type(uploads), "take", stop_meanwhile)
    alice = scene.member("alice")

    shown = await alice.slash(scene.channel, "imagine", prompt="too late to start")

    assert "restarting" in scene.text(shown.followups[0])
    assert calls.count("too late to start") == 0
    assert await scene.jobs() == []


async def test_two_bots_never_share_a_database(scene, settings, tmp_path):
    """Another folder with the same DATABASE_URL: refused before anything is recovered."""
    url = SecretStr(f"sqlite:///{settings.sqlite_path}")
    other = settings.model_copy(update={"data_dir": tmp_path / "other", "database_url": url})

    with pytest.raises(SettingsError) as caught:
        async with open_app(other):
            pass

    assert caught.value.setting == "DATABASE_URL"


async def test_lone_surrogates_in_a_prompt_are_replaced(scene):
    shown = await scene.member("alice").slash(scene.channel, "imagine", prompt="half a \ud83d")

    assert shown.response.attachments


async def test_a_job_is_written_down_once_the_database_can_be_written_again(scene, monkeypatch):
    """The picture is shown while the database refuses twice: it stays, and is charged once."""
    database = scene.app.database
    write, refused = type(database).write, []

    async def refuse_twice(self, work):
        if len(refused) < 2 and work.__name__ == "note":
            refused.append(True)
            return await write(self, _broken)
        return await write(self, work)

    monkeypatch.setattr(type(database), "write", refuse_twice)
    alice = scene.member("alice")

    shown = await alice.slash(scene.channel, "imagine", prompt="shown and then written")

    assert len(refused) == 2
    assert shown.response.attachments
    assert [job["state"] for job in await scene.jobs()] == ["done"]
    assert (await scene.account(alice)).available == 93


async def _broken(tx):
    await tx.query("SELECT * FROM a_table_that_is_not_there")


def _point_buttons_at(components, job_id):
    for component in components:
        if "custom_id" in component:
            verb = component["custom_id"].partition(":")[0]
            component["custom_id"] = f"{verb}:{job_id}"
        _point_buttons_at(component.get("components", []), job_id)
