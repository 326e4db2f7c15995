"""Two upstreams through the whole bot: the second helps only where the first has not been paid."""

import pytest


@pytest.fixture
def both(settings, upstream):
    """Google first and API易 second, both played by the stand-in."""

    def with_google_key(key):
        return settings.model_copy(
            update={
                "gemini_api_key": type(settings.gemini_api_key)(key),
                "apiyi_api_key": type(settings.gemini_api_key)("sk-good"),
                "apiyi_base_url": upstream.gateway_url,
                "preferred_providers": ("google",),
            }
        )

    return with_google_key


def routes(calls, prompt):
    return [(call["route"], call["paid"]) for call in calls.of(prompt)]


async def test_a_refused_key_is_helped_out_by_the_next_upstream(scene_over, both, calls):
    """Google refuses the key for free, API易 draws; the member pays what was quoted, once."""
    async with scene_over(both("bad-key-1")) as scene:
        alice = scene.member("alice")

        shown = await alice.slash(scene.channel, "imagine", prompt="a helpful neighbour")

        assert shown.response.attachments
        assert routes(calls, "a helpful neighbour") == [("google", False), ("apiyi", True)]
        assert (await scene.account(alice)).available == 93
        outcomes = [(a["provider"], a["outcome"], a["billed"]) for a in await scene.attempts()]
        assert outcomes == [("google", "auth_invalid", "no"), ("apiyi", "image", "yes")]
        assert [a["usd_micros"] for a in await scene.attempts()] == [33_600, 50_000]
        await scene.assert_books_balance()


async def test_a_closed_upstream_is_not_asked_again_even_after_a_restart(scene_over, both, calls):
    settings = both("bad-key-2")
    async with scene_over(settings) as scene:
        await scene.member("alice").slash(scene.channel, "imagine", prompt="closed from here")
    async with scene_over(settings) as scene:
        await scene.member("alice").slash(scene.channel, "imagine", prompt="still closed")

    assert routes(calls, "still closed") == [("apiyi", True)]


async def test_a_new_key_starts_afresh(scene_over, both, calls):
    async with scene_over(both("bad-key-3")) as scene:
        await scene.member("alice").slash(scene.channel, "imagine", prompt="the old key")
    async with scene_over(both("good-key")) as scene:
        await scene.member("alice").slash(scene.channel, "imagine", prompt="the new key")

    assert routes(calls, "the new key") == [("google", True)]


@pytest.mark.parametrize("word", ["drop", "truncated", "504"])
async def test_what_may_have_been_billed_is_not_sent_to_another(scene_over, both, calls, word):
    """One paid call in all; released for the member, and on record as unknown."""
    prompt = f"{word} with two upstreams {word}"
    async with scene_over(both("good-key")) as scene:
        alice = scene.member("alice")

        shown = await alice.slash(scene.channel, "imagine", prompt=prompt)

        assert "Nothing was charged." in scene.text(shown.followups[0])
        assert [route for route, _ in routes(calls, prompt)] == ["google"]
        [attempt] = await scene.attempts()
        assert (attempt["provider"], attempt["billed"]) == ("google", "unknown")
        assert (await scene.account(alice)).available == 100
        await scene.assert_books_balance()
