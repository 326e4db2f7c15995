"""An upstream that is used up: all are told at once, nothing is held, and it opens by itself."""

from dataclasses import replace

import pytest
from pydantic import HttpUrl, SecretStr

from bot.workshop import World

SECOND = 1_000_000
HOUR = 3600 * SECOND
NOON = 1_795_262_400_000_000
"""2026-11-21 12:00 UTC."""


KEY_ALERTS = """
SELECT name, percent FROM alerts
 WHERE measure = 'usd_per_hour' AND guild_id = 0 AND percent > 50
"""


class Clock:
    """Microseconds that only sleeping and the test move."""

    def __init__(self):
        self.now = NOON

    async def sleep(self, seconds):
        self.now += round(seconds * SECOND)

    @property
    def world(self):
        return replace(World(), now=lambda: self.now, sleep=self.sleep)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def keyed(settings, upstream):
    """The settings with other keys, all played by the stand-in."""

    def with_keys(google="good-key", *, apiyi=None, evolink=None, **changes):
        keys = {"gemini": google, "apiyi": apiyi, "evolink": evolink}
        routes = {"gemini": "", "apiyi": "/apiyi", "evolink": "/evolink"}
        for name, key in keys.items():
            changes[f"{name}_api_key"] = SecretStr(key) if key else None
            changes[f"{name}_base_url"] = HttpUrl(f"{upstream.url}{routes[name]}")
        return settings.model_copy(update={"result_hosts": frozenset({"127.0.0.1"}), **changes})

    return with_keys


async def imagine(scene, who, prompt, **options):
    """What /imagine says in the end: in private where it is refused."""
    shown = await who.slash(scene.channel, "imagine", prompt=prompt, **options)
    return shown.followups[0] if shown.followups else shown.response


async def balance(scene, who, channel=None):
    shown = await who.slash(channel or scene.channel, "balance")
    assert shown.response.ephemeral
    return scene.text(shown.response)


async def count(scene, table):
    return len(await scene.app.database.read(lambda tx: tx.query(f"SELECT id FROM {table}")))  # noqa: S608


def operate(scene, who):
    client = scene.app.client
    client.services = replace(client.services, operators=frozenset({who.id}))


async def test_out_of_credits_is_told_everywhere_and_refused_before_anything_is_held(
    scene_over, keyed, calls, clock
):
    """The first request finds it out for nothing; the second is not even held for, nor called."""
    async with scene_over(keyed("sk-closed-402"), world=clock.world) as scene:
        alice, bob = scene.member("alice"), scene.member("bob")
        assert "⛔" not in await balance(scene, bob)
        await imagine(scene, alice, "who finds it out")

        refused = await imagine(scene, bob, "who is spared")

        text = scene.text(refused)
        assert refused.ephemeral
        assert "**Nano Banana 2.1 cannot draw just now.**" in text
        assert "The bot's account at the upstream is used up." in text
        again = (NOON + 600 * SECOND) // SECOND
        assert f"It is tried again <t:{again}:R>" in text
        assert "Nothing was charged." in text
        assert calls.count("who is spared") == 0
        assert [await count(scene, name) for name in ("attempts", "reservations", "jobs")] == [
            1, 1, 1,
        ]  # fmt: skip

        elsewhere = scene.env.create_guild()
        there = elsewhere.add_member(bob.user)
        seen = await balance(scene, there, elsewhere.create_text_channel("elsewhere"))
        assert "⛔ **No pictures can be made just now.**" in seen
        assert f"tried again <t:{again}:R>" in seen
        assert "google" not in seen.lower()
        operate(scene, alice)
        assert "🔴 google `" in (told := await balance(scene, alice))
        assert f"out of credits, tried again <t:{again}:R>" in told

        clock.now += 600 * SECOND
        assert "⛔" not in await balance(scene, bob)
        await imagine(scene, bob, "who tries it again")
        assert calls.count("who tries it again") == 1, "its time has come, so one goes to see"
        assert "⛔" in await balance(scene, bob)
        await scene.assert_books_balance()


async def test_a_spent_key_is_passed_over_at_the_right_price_and_opens_with_the_hour(
    scene_over, keyed, calls, clock
):
    """Google may spend 4 cents an hour and a picture is 3.36: then API易 draws, at its price."""
    settings = keyed("sk-four-cents", apiyi="sk-dear", gemini_limits="usd_per_hour=0.04")
    async with scene_over(settings, world=clock.world) as scene:
        alice = scene.member("alice")
        for prompt in ("within the limit", "beyond the limit"):
            assert (await imagine(scene, alice, prompt)).attachments
        assert (await scene.account(alice)).available == 100 - 7 - 10
        alerts = await scene.app.database.read(lambda tx: tx.query(KEY_ALERTS))
        assert [(row["name"], row["percent"]) for row in alerts] == [("google 1", 80)]

    assert [call["route"] for call in calls.of("beyond the limit")] == ["apiyi"]
    clock.now += HOUR
    async with scene_over(settings, world=clock.world) as scene:
        await imagine(scene, scene.member("alice"), "in the next hour")
        await scene.assert_books_balance()
        attempts = await scene.attempts()

    assert [(one["provider"], one["usd_micros"]) for one in attempts] == [
        ("google", 33_600), ("apiyi", 50_000), ("google", 33_600),
    ]  # fmt: skip


async def test_when_all_are_spent_it_says_until_when_and_what_works_also_after_a_restart(
    scene_over, keyed, calls, clock
):
    """EvoLink does not have the default model; what it has is offered instead, and works."""
    settings = keyed("sk-spent", evolink="sk-open", gemini_limits="usd_per_day=0.04")
    async with scene_over(settings, world=clock.world) as scene:
        await imagine(scene, scene.member("alice"), "the last for today")
    async with scene_over(settings, world=clock.world) as scene:
        bob = scene.member("bob")
        shown = await balance(scene, bob)

        text = scene.text(await imagine(scene, bob, "one too many"))

        midnight = (NOON + 12 * HOUR) // SECOND
        assert "The upstream's limit for this bot is used up for today." in text
        assert f"It opens again <t:{midnight}:R>" in text
        assert "What works now: one picture at 1K with Nano Banana 2" in text
        assert calls.count("one too many") == 0
        assert "⛔ **Cannot draw just now: Nano Banana 2.1.**" in shown
        assert "USD" not in shown
        assert await count(scene, "attempts") == 1
        operate(scene, bob)
        told = await balance(scene, bob)
        assert "0.0336 of 0.04 USD today" in told
        assert "credits left there" in told
        other = await imagine(scene, bob, "what works", model="gemini-3.1-flash-image")
        assert other.attachments


async def test_a_call_that_costs_nothing_leaves_the_keys_limit_as_it_was(scene_over, keyed, clock):
    settings = keyed("sk-refusing", gemini_limits="usd_per_day=0.04")
    async with scene_over(settings, world=clock.world) as scene:
        alice = scene.member("alice")
        await imagine(scene, alice, "blocked by them, blocked")

        assert (await imagine(scene, alice, "and still a picture")).attachments
        outcomes = [(one["outcome"], one["billed"]) for one in await scene.attempts()]
        assert outcomes == [("content_blocked", "no"), ("image", "yes")]
        await scene.assert_books_balance()


async def test_a_short_pause_is_waited_out_and_not_refused(scene_over, keyed, calls, clock):
    """Fifty of the hundred seconds are left: the job begins by itself when they are over."""
    async with scene_over(keyed("sk-pausing"), world=clock.world) as scene:
        alice = scene.member("alice")
        await imagine(scene, alice, "rate limited for 100 seconds")
        refused = scene.text(await imagine(scene, alice, "too early"))
        assert "The upstream takes no more requests of this bot for now." in refused
        clock.now += 50 * SECOND

        assert (await imagine(scene, alice, "patience pays")).attachments

    assert clock.now >= NOON + 100 * SECOND
    assert (calls.count("too early"), calls.count("patience pays")) == (0, 1)
