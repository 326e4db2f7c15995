"""Whatever the upstream does: the right sentence in private, a release, the right calls."""

import asyncio

import pytest

from bot.demo.preview import Outside, Stage

NOT_CHARGED = "Nothing was charged."


@pytest.mark.parametrize(
    ("prompt", "kind", "asked", "sentence"),
    [
        ("429", "rate_limited", 4, "Try again in about 2 seconds"),
        ("429 daily", "quota_daily", 1, "used up for today"),
        ("429 zero", "billing_exhausted", 1, "temporarily unavailable"),
        ("spending cap", "spend_limit", 1, "temporarily unavailable"),
        ("503", "overloaded", 4, "overloaded"),
        ("500", "upstream_error", 2, "failed"),
        ("504", "upstream_error", 1, "failed"),
        ("blocked", "content_blocked", 1, "safety rules"),
        ("unsafe picture", "content_blocked", 1, "safety rules"),
        ("recitation", "recitation", 1, "protected work"),
        ("text only", "text_only", 1, "answered in words"),
        ("empty", "no_image", 2, "drew nothing"),
        ("no image", "no_image", 2, "drew nothing"),
        ("max tokens", "truncated", 1, "cut off"),
        ("truncated", "malformed_response", 1, "not a picture"),
        ("cut json", "malformed_response", 1, "not a picture"),
        ("html", "malformed_response", 2, "not a picture"),
        ("not an image", "malformed_response", 2, "not a picture"),
        ("bad base64", "malformed_response", 2, "not a picture"),
        ("drop", "timeout_unknown", 1, "No answer came in time"),
        ("leaked key", "auth_invalid", 1, "temporarily unavailable"),
        ("region", "region_blocked", 1, "temporarily unavailable"),
        ("bad input", "invalid_image", 1, "could not use a picture"),
    ],
)
async def test_a_failure_is_told_released_and_called_as_often_as_it_may(
    scene, calls, prompt, kind, asked, sentence
):
    """The member reads why in private, all credits are back, nothing paid is repeated."""
    alice = scene.member("alice")
    before = calls.count(prompt)

    shown = await alice.slash(scene.channel, "imagine", prompt=prompt)

    assert shown.response is None
    [told] = shown.followups
    assert told.ephemeral
    text = scene.text(told)
    assert sentence in text
    assert NOT_CHARGED in text
    assert f"\n> {prompt}\n" in text
    assert "http" not in text
    assert calls.count(prompt) - before == asked
    [job] = await scene.jobs()
    assert (job["state"], job["failure"]) == ("failed", kind)
    assert job["reply_token"] is None
    attempts = await scene.attempts()
    assert [attempt["outcome"] for attempt in attempts] == [kind] * asked
    account = await scene.account(alice)
    assert (account.available, account.held) == (100, 0)
    await scene.assert_books_balance()


@pytest.mark.parametrize(
    ("prompt", "asked"),
    [
        ("429 once", 2),
        ("503 once", 2),
        ("500 once", 2),
        *[(oddity, 1) for oddity in ("wrong mime", "gzip", "url-safe", "escaped", "bom", "drafts")],
    ],
)
async def test_what_passes_or_is_only_odd_ends_in_a_picture(scene, calls, prompt, asked):
    words = f"{prompt} a boat"

    shown = await scene.member("alice").slash(scene.channel, "imagine", prompt=words)

    assert len(shown.response.attachments) == 1
    assert calls.count(words) == asked
    await scene.assert_books_balance()


async def test_a_hang_ends_at_the_time_limit_and_is_not_asked_again(scene_over, settings, calls):
    """180 seconds of a 1K call pass in virtual time; the possible bill is on record."""
    stage = Stage()
    async with scene_over(settings, dress=lambda inner: Outside(inner, stage)) as scene:
        stage.env = scene.env
        alice = scene.member("alice")
        shown = await alice.slash(scene.channel, "imagine", prompt="hang, would you")
        assert "Drawing" in scene.text(shown.response)
        assert (await scene.account(alice)).held == 7
        async with asyncio.timeout(10):
            while calls.count("hang, would you") == 0:
                await asyncio.sleep(0)

        await scene.env.advance_time(181)
        await scene.env.settle()

        assert "No answer came in time" in scene.text(shown.followups[0])
        assert calls.count("hang, would you") == 1
        [attempt] = await scene.attempts()
        assert (attempt["outcome"], attempt["billed"]) == ("timeout_unknown", "unknown")
        assert (await scene.account(alice)).available == 100
        await scene.assert_books_balance()


async def test_a_private_failure_stays_private(scene):
    """The private card itself turns into the sentence; nothing public ever appears."""
    shown = await scene.member("alice").slash(
        scene.channel, "imagine", prompt="blocked", private=True
    )

    assert shown.response.ephemeral
    assert NOT_CHARGED in scene.text(shown.response)
    assert await _public_messages(scene) == []


async def _public_messages(scene):
    history = scene.channel.history
    return list(history() if callable(history) else history)


async def test_chinese_readers_get_chinese(scene):
    """The sentence follows the client's language, also when it fails later."""

    def chinese(event, payload, *rest):
        if event == "INTERACTION_CREATE":
            payload["locale"] = "zh-CN"

    scene.env.backend.subscribers.insert(0, chinese)

    shown = await scene.member("alice").slash(scene.channel, "imagine", prompt="blocked")

    assert "没有扣除任何积分" in scene.text(shown.followups[0])
